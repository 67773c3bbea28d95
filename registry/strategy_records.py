"""Strategies, their lines, works, money and what came of them: plain, frozen data for the exports."""

from dataclasses import dataclass
from datetime import date

SETTLED_WORKS = frozenset({"accepted", "cancelled"})


@dataclass(frozen=True, slots=True)
class AboutRecord:
    """The record that something is about: its kind (tree, grove, garden, place), number, name, place."""

    kind: str
    number: str
    name: str | None = None
    division_path: tuple[str, ...] = ()
    species: str | None = None
    division_id: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerBrief:
    """One answer of an assessment; label and what was said in Chinese and English."""

    code: str
    group: str
    label: tuple[str, str]
    said: tuple[str, str]
    score: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentBrief:
    """An assessment as far as a strategy asks: when, by which model, with which outcome.

    Texts that the model gives are (Chinese, English).
    """

    assessed_on: date
    model_id: str
    model_version: str
    score: float | None = None
    band: str | None = None
    band_label: tuple[str, str] | None = None
    title: tuple[str, str] | None = None
    coverage: float = 0.0
    vigour: str | None = None
    risk_rating: str | None = None
    answers: tuple[AnswerBrief, ...] = ()
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One measure of a strategy; amounts in whole hundredths. `why_…`: of the row that proposed it."""

    ordinal: int
    measure: str
    is_confirmed: bool
    text: str | None = None
    finding: str | None = None
    proposed_by: str | None = None
    why_zh: str | None = None
    why_en: str | None = None
    quantity: float | None = None
    unit: str | None = None
    unit_price_cents: int | None = None
    amount_cents: int | None = None
    fund_source: str | None = None
    party: str | None = None
    starts_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """Who signed as what. `is_void`: the content was changed since."""

    party: str
    role: str
    signed_on: date
    is_favourable: bool
    is_void: bool
    opinion: str | None = None
    document_no: str | None = None


@dataclass(frozen=True, slots=True)
class WorkPhotoRecord:
    """A photo of works; `jpeg` is empty where pictures were not asked for."""

    stage: str
    taken_on: date | None
    caption: str | None
    jpeg: bytes = b""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class WorkRecord:
    """One work order; amounts in whole hundredths of `currency`."""

    number: str
    about: AboutRecord
    measure: str
    state: str
    currency: str
    strategy_no: str | None = None
    strategy_version: int | None = None
    line: int | None = None
    text: str | None = None
    quantity: float | None = None
    unit: str | None = None
    crew: str | None = None
    ordered_on: date | None = None
    due_on: date | None = None
    started_on: date | None = None
    finished_on: date | None = None
    planned_cents: int | None = None
    cost_cents: int | None = None
    fund_source: str | None = None
    accepted_on: date | None = None
    accepted_by: str | None = None
    outcome: str | None = None
    notes: str | None = None
    photos: tuple[WorkPhotoRecord, ...] = ()

    def is_overdue(self, on: date) -> bool:
        """Whether it should have been finished by a day and was not."""
        return self.due_on is not None and self.due_on < on and self.finished_on is None and self.is_open

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in SETTLED_WORKS


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """What is due by when, and what that rests on."""

    step: str
    due_on: date
    citation: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class StrategyRecord:
    """One version of the strategy of a record, whole."""

    number: str
    version: int
    about: AboutRecord
    state: str
    is_rescue: bool
    made_on: date
    currency: str
    basis: str | None = None
    site: str | None = None
    diagnosis: str | None = None
    risks: str | None = None
    problems: str | None = None
    aims: str | None = None
    monitoring: str | None = None
    emergency_plan: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    document_no: str | None = None
    accepted_on: date | None = None
    outcome: str | None = None
    content_sha256: str = ""
    before: AssessmentBrief | None = None
    after: AssessmentBrief | None = None
    lines: tuple[LineRecord, ...] = ()
    signatures: tuple[SignatureRecord, ...] = ()
    works: tuple[WorkRecord, ...] = ()
    due: ClockRecord | None = None

    @property
    def planned_cents(self) -> int | None:
        """The sum of its lines, None where no line has an amount."""
        amounts = [line.amount_cents for line in self.lines if line.amount_cents is not None]
        return sum(amounts) if amounts else None

    @property
    def spent_cents(self) -> int | None:
        """What its works cost in its own currency, None where none has a cost."""
        costs = [w.cost_cents for w in self.works if w.cost_cents is not None and w.currency == self.currency]
        return sum(costs) if costs else None

    @property
    def change(self) -> float | None:
        """Score afterwards less score before, where both are of one model in one version."""
        before, after = self.before, self.after
        if before is None or after is None or before.score is None or after.score is None:
            return None
        is_same = (before.model_id, before.model_version) == (after.model_id, after.model_version)
        return after.score - before.score if is_same else None


@dataclass(frozen=True, slots=True)
class BudgetRecord:
    """Money set aside and what was spent of it; amounts in whole hundredths of `currency`."""

    year: int
    division_path: tuple[str, ...]
    fund_source: str
    currency: str
    amount_cents: int
    planned_cents: int
    spent_cents: int
    works: int
    document_no: str | None = None
    notes: str | None = None

    @property
    def left_cents(self) -> int:
        """What is left of it, less than nothing where more was spent."""
        return self.amount_cents - self.spent_cents


@dataclass(frozen=True, slots=True)
class SpendRecord:
    """Works of one year and record, division or year, in one currency; amounts in whole hundredths."""

    key: str
    year: int | None
    currency: str
    planned_cents: int
    spent_cents: int
    works: int


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """What a measure did to a species by one model: scores afterwards less scores before, in points."""

    species: str
    measure: str
    model_id: str
    model_version: str
    records: int
    median: float
    least: float
    most: float
    improved: float
    """Share whose score rose, 0 to 1."""
    is_anecdote: bool


@dataclass(frozen=True, slots=True)
class TrialSubjectRecord:
    """A record on which a trial is made; `treatment` may be control."""

    about: AboutRecord
    treatment: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One research trial; the budget in whole hundredths of `currency`."""

    number: str
    title: str
    state: str
    currency: str
    starts_on: date | None = None
    ends_on: date | None = None
    aims: str | None = None
    method: str | None = None
    results: str | None = None
    budget_cents: int | None = None
    fund_source: str | None = None
    document_no: str | None = None
    url: str | None = None
    partners: tuple[tuple[str, str | None], ...] = ()
    """(name, task)."""
    subjects: tuple[TrialSubjectRecord, ...] = ()
