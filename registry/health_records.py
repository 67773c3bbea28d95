"""Assessments and readings as plain, frozen data: models, what they made of answers, records going out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from registry.vocab.labels import Label

RISK = "risk"
"""What a model is about that never leaves the office."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step of an indicator or scale; `score` 0 to 100, None where the model scores nothing."""

    code: str
    label: Label
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators that are scored together."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True)
class Indicator:
    """One question of a model.

    kind: "levels" (one of), "many" (any of), "number", "text", "pairs" (target and part, for matrices).
    points: (value, score) of a number, by value; between them the score runs straight.
    evidence: how it may be known, in words of the model.
    """

    code: str
    group: str
    label: Label
    kind: str
    unit: str = ""
    weight: float = 0.0
    levels: tuple[Level, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    direction: str = ""
    least: float | None = None
    most: float | None = None
    evidence: tuple[str, ...] = ()
    instrument: str = ""
    may_not_apply: bool = False
    note: Label | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A class of scores from `least` on; of one group where `group` names it, else of the whole."""

    code: str
    label: Label
    least: float
    group: str = ""


@dataclass(frozen=True, slots=True)
class Knockout:
    """A finding that overrides the sum: at these levels, or a number so high or so low."""

    code: str
    label: Label
    indicator: str
    band: str
    score: float
    levels: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Steps from the least to the worst, such as likelihoods of failure."""

    code: str
    label: Label
    levels: tuple[Level, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the steps, in order."""
        return tuple(level.code for level in self.levels)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Two scales give a third: `cells` by (row, column)."""

    code: str
    rows: str
    columns: str
    gives: str
    cells: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class AssessmentModel:
    """How something is assessed: data with its source. `sums`: whether its groups add up to one score."""

    id: str
    version: str
    title: Label
    citation: Label
    confidence: str
    standing: str
    about: str
    applies_to: tuple[str, ...]
    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]
    bands: tuple[Band, ...] = ()
    knockouts: tuple[Knockout, ...] = ()
    scales: tuple[Scale, ...] = ()
    matrices: tuple[Matrix, ...] = ()
    required_coverage: float = 0.0
    sums: bool = True
    next_months: int | None = None
    vigour_scale: str | None = None
    source: str = ""
    note: Label | None = None
    sha256: str = ""

    def indicator(self, code: str) -> Indicator | None:
        """The indicator of a code."""
        return next((each for each in self.indicators if each.code == code), None)

    def scale(self, code: str) -> Scale | None:
        """The scale of a code."""
        return next((each for each in self.scales if each.code == code), None)

    @property
    def is_scored(self) -> bool:
        """Whether it makes scores at all; a form only keeps answers."""
        return any(each.weight for each in self.indicators)


@dataclass(frozen=True, slots=True)
class GroupScore:
    """What came out for a group; `score` None where nothing in it was answered."""

    code: str
    label: Label
    score: float | None
    coverage: float
    band: Label | None = None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer as people read it; `score` None where the model scores it not."""

    code: str
    group: str
    label: Label
    said: Label
    score: float | None = None
    weight: float = 0.0
    note: str = ""
    instrument: str = ""


@dataclass(frozen=True, slots=True)
class PairLine:
    """One tree part and target: what was judged, what the matrices make of it, what is left after works."""

    part: str
    target: str
    failure: Label
    impact: Label
    consequence: Label
    likelihood: Label
    risk: Label
    mitigation: str = ""
    residual: Label | None = None


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """What a model made of the answers, whole, so that it can be read without the model.

    total: what the sum gave, also where a knock-out overrides it. coverage: share of the weights answered.
    """

    title: Label
    about: str
    citation: Label
    confidence: str
    standing: str
    required_coverage: float
    groups: tuple[GroupScore, ...]
    lines: tuple[AnswerLine, ...]
    pairs: tuple[PairLine, ...] = ()
    score: float | None = None
    total: float | None = None
    band: str | None = None
    band_label: Label | None = None
    coverage: float = 0.0
    is_scored: bool = True
    sums: bool = True
    knocked_out_by: str | None = None
    knockout: Label | None = None
    rating: str | None = None
    rating_label: Label | None = None
    unanswered: tuple[str, ...] = ()

    @property
    def lacks_coverage(self) -> bool:
        """Whether too little was answered for a band."""
        return self.is_scored and self.knocked_out_by is None and self.coverage < self.required_coverage

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """What an instrument read: (name, number, unit), and the name of the file that was kept."""

    id: str
    kind: str
    number: str
    instrument: str
    measured_on: date
    values: tuple[tuple[str, float, str], ...]
    position: str | None = None
    file_name: str | None = None
    file_sha256: str | None = None
    party: str | None = None
    notes: str | None = None
    assessment_id: str | None = None


@dataclass(frozen=True, slots=True)
class AssessmentRecord:
    """One assessment of a record. Vigour, environment, risk and band: none is made of another."""

    id: str
    kind: str
    number: str
    name: str | None
    model_id: str
    model_version: str
    assessed_on: date
    state: str
    result: ResultRecord
    vigour: str | None = None
    vigour_scale: str | None = None
    environment: str | None = None
    risk_rating: str | None = None
    time_frame_years: float | None = None
    next_on: date | None = None
    notes: str | None = None
    party: str | None = None
    document_no: str | None = None
    reviewed_on: date | None = None
    reviewer: str | None = None
    readings: tuple[ReadingRecord, ...] = ()
    evidence: tuple[bytes, ...] = field(default=(), repr=False)
    """JPEGs of photos taken on the day of the assessment."""


@dataclass(frozen=True, slots=True)
class DueAssessment:
    """When a record is to be assessed again. `is_stated`: the assessor said so, else the model's interval."""

    kind: str
    number: str
    name: str | None
    model_id: str
    title: Label
    last_on: date
    next_on: date
    vigour: str | None
    is_stated: bool

    @property
    def is_endangered(self) -> bool:
        """Whether its latest vigour on the register is that of an endangered tree."""
        return self.vigour == "endangered"


def result_from(kept: Mapping[str, Any]) -> ResultRecord:
    """A result out of its kept JSON."""
    values = dict(kept)
    values["groups"] = tuple(GroupScore(**_labelled(each)) for each in values["groups"])
    values["lines"] = tuple(AnswerLine(**_labelled(each)) for each in values["lines"])
    values["pairs"] = tuple(PairLine(**_labelled(each)) for each in values["pairs"])
    values["unanswered"] = tuple(values["unanswered"])
    return ResultRecord(**_labelled(values))


_LABELS = frozenset(
    {"label", "said", "band_label", "knockout", "rating_label", "title", "citation", "failure", "impact"}
    | {"consequence", "likelihood", "risk", "residual"}
)


def _labelled(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with labels as labels; a group's band is one, an assessment's is a code."""
    return {
        name: Label(*value) if isinstance(value, list) and (name in _LABELS or name == "band") else value
        for name, value in values.items()
    }
