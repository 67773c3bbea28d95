"""The legal file (一树一档) as plain, frozen data: its fifteen parts, and the rows only it carries."""

from dataclasses import dataclass, field
from datetime import date

from registry.ledger_records import AgreementRecord
from registry.strategy_records import StrategyRecord, WorkRecord
from registry.vocab.labels import Label
from registry.zone_records import ZoneLine

PRESENT, PARTLY, MISSING, NOT_REQUIRED, WITHHELD = "present", "partly", "missing", "not_required", "withheld"
"""What a part can be. `WITHHELD`: for the office alone, so that this copy does not say."""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One document that a part may hold: whether the file must have it, and how many there are.

    todo: what to do where it is missing; command: how, on the command line ("" for none).
    """

    id: str
    title: Label
    count: int
    is_required: bool
    todo: Label
    command: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether it is required and not there."""
        return self.is_required and not self.count


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One part of the file, by its number (1 to 15)."""

    number: int
    id: str
    title: Label
    documents: tuple[DocumentRecord, ...]
    is_withheld: bool = False

    @property
    def state(self) -> str:
        """One of the states above."""
        if self.is_withheld:
            return WITHHELD
        held = [each for each in self.documents if each.count]
        if any(each.is_missing for each in self.documents):
            return PARTLY if held else MISSING
        return PRESENT if held else NOT_REQUIRED

    @property
    def missing(self) -> tuple[DocumentRecord, ...]:
        """The documents that are required and not there."""
        return tuple(each for each in self.documents if each.is_missing)


@dataclass(frozen=True, slots=True)
class SurveyRecord:
    """One form of a census (普查) about the record. surveyor, checker: for the office alone."""

    campaign: str
    form: str
    round: int
    surveyed_on: date | None = None
    surveyor: str | None = None
    checked_on: date | None = None
    checker: str | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class OpinionRecord:
    """What one expert found in an appraisal; the public is told no name and no text."""

    given_on: date
    verdict: str
    expert: str | None = None
    species: str | None = None
    age_years: int | None = None
    age_method: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a case with its document; `omitted_reason`: why it was left out."""

    kind: str
    happened_on: date
    ended_on: date | None = None
    by: str | None = None
    document_no: str | None = None
    url: str | None = None
    text: str | None = None
    omitted_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One case about the record; amounts in whole hundredths of `currency`. The reporter is never in it."""

    number: str
    kind: str
    state: str
    opened_on: date
    closed_on: date | None = None
    reason: str | None = None
    cause: str | None = None
    disposal: str | None = None
    incident: str | None = None
    project: str | None = None
    applicant: str | None = None
    until_on: date | None = None
    currency: str = "CNY"
    penalty_cents: int | None = None
    compensation_cents: int | None = None
    documents: int = 0
    steps: tuple[StepRecord, ...] = ()
    opinions: tuple[OpinionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class PlateRecord:
    """One tag (标牌) of the record. code, batch: for the office alone. mounted_on: when it was put up."""

    state: str
    issued_on: date
    ended_on: date | None = None
    condition: str | None = None
    code: str | None = None
    batch: str | None = None
    mounted_on: date | None = None
    photos: int = 0
    """Photos of it in its place that were told with it."""


@dataclass(frozen=True, slots=True)
class StoryTextRecord:
    """A story in another language."""

    lang: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """One story with its source, teller and reliability. hidden_names: persons who may not be named."""

    code: str
    kind: str
    title: str
    text: str
    lang: str
    reliability: str
    state: str
    source: str | None = None
    source_url: str | None = None
    teller: str | None = None
    collector: str | None = None
    collected_on: date | None = None
    texts: tuple[StoryTextRecord, ...] = ()
    is_teller_public: bool = True
    is_collector_public: bool = True
    hidden_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalFileRecord:
    """What the register holds toward the whole legal file of one record.

    present, required: documents; their share is the score. basis: what the list of parts rests on.
    held: how many things of this file the office keeps and this copy does not show.
    """

    kind: str
    parts: tuple[PartRecord, ...]
    basis: Label
    confidence: str
    surveys: tuple[SurveyRecord, ...] = ()
    cases: tuple[CaseRecord, ...] = ()
    plates: tuple[PlateRecord, ...] = ()
    zones: tuple[ZoneLine, ...] = ()
    agreements: tuple[AgreementRecord, ...] = ()
    strategies: tuple[StrategyRecord, ...] = ()
    works: tuple[WorkRecord, ...] = ()
    stories: tuple[StoryRecord, ...] = ()
    is_public: bool = False
    held: tuple[str, ...] = field(default=())

    @property
    def required(self) -> int:
        """Documents that a file of its grade must have, of the parts that this copy tells of."""
        return sum(each.is_required for part in self._told for each in part.documents)

    @property
    def present(self) -> int:
        """Those of them that are there."""
        return sum(each.is_required and each.count > 0 for part in self._told for each in part.documents)

    @property
    def score(self) -> float | None:
        """How complete the file is, 0 to 1; None where nothing is required."""
        return self.present / self.required if self.required else None

    def part(self, part_id: str) -> PartRecord:
        """The part of an id. Raises KeyError."""
        found = next((part for part in self.parts if part.id == part_id), None)
        if found is None:
            raise KeyError(part_id)
        return found

    @property
    def _told(self) -> tuple[PartRecord, ...]:
        return tuple(part for part in self.parts if not part.is_withheld)
