"""A case as its rules see it: its kind, the order of its steps, and what has been recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.rules.negative_list import Answer
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    RemovalReason,
    StepKind,
    Verdict,
)

_DECIDED = (
    StepKind.PROPOSAL,
    StepKind.APPRAISAL,
    StepKind.NOTICE,
    StepKind.DECISION,
    StepKind.APPROVAL,
    StepKind.PUBLICATION,
)

ORDERS: dict[CaseKind, tuple[StepKind, ...]] = {
    CaseKind.DESIGNATION: _DECIDED,
    CaseKind.REDESIGNATION: _DECIDED,
    CaseKind.DELISTING: (*_DECIDED, StepKind.TAG_RECOVERY, StepKind.ARCHIVE),
    CaseKind.DEATH: (
        StepKind.REPORT,
        StepKind.CONFIRMATION,
        StepKind.CAUSE,
        StepKind.DISPOSAL,
        StepKind.TAG_RECOVERY,
        StepKind.ARCHIVE,
    ),
    CaseKind.MISSING: (StepKind.REPORT, StepKind.CONFIRMATION, StepKind.DECISION),
    CaseKind.FOUND: (StepKind.REPORT, StepKind.CONFIRMATION, StepKind.DECISION),
    CaseKind.MOVE: (
        StepKind.PROPOSAL,
        StepKind.APPRAISAL,
        StepKind.DECISION,
        StepKind.APPROVAL,
        StepKind.CONFIRMATION,
    ),
    CaseKind.WORKS: (
        StepKind.APPLICATION,
        StepKind.SURVEY,
        StepKind.ADVICE,
        StepKind.MEASURES,
        StepKind.SUPERVISION,
        StepKind.ACCEPTANCE,
    ),
    CaseKind.TRANSPLANT: (
        StepKind.APPLICATION,
        StepKind.SURVEY,
        StepKind.APPRAISAL,
        StepKind.DECISION,
        StepKind.APPROVAL,
        StepKind.CONFIRMATION,
    ),
    CaseKind.AFTERCARE: (StepKind.PLAN, StepKind.FOLLOW_UP, StepKind.ACCEPTANCE),
    CaseKind.FELLING: (StepKind.HANDLING, StepKind.EVIDENCE, StepKind.REPORT),
    CaseKind.INCIDENT: (
        StepKind.REPORT,
        StepKind.SURVEY,
        StepKind.EVIDENCE,
        StepKind.REFERRAL,
        StepKind.PENALTY,
        StepKind.COMPENSATION,
        StepKind.RESTORATION,
        StepKind.FOLLOW_UP,
        StepKind.ARCHIVE,
    ),
    CaseKind.RESCUE: (
        StepKind.REPORT,
        StepKind.SURVEY,
        StepKind.PLAN,
        StepKind.HANDLING,
        StepKind.FOLLOW_UP,
        StepKind.ACCEPTANCE,
    ),
    CaseKind.GREENING: (StepKind.PLAN, StepKind.ADVICE, StepKind.ACCEPTANCE),
}
"""The steps of each kind of case, in their order; the last one closes it."""

MOVES = frozenset({CaseKind.MOVE, CaseKind.TRANSPLANT})
"""Kinds at whose end a tree stands elsewhere."""
DESIGNATING = frozenset({CaseKind.DESIGNATION, CaseKind.REDESIGNATION})


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step: when, by whom, on which document. `ended_on`: the last day of a public notice.

    omitted_reason: why the step was left out; everything else is then empty but the day.
    """

    kind: StepKind
    happened_on: date
    ended_on: date | None = None
    by: str | None = None
    document_no: str | None = None
    url: str | None = None
    text: str | None = None
    omitted_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectionFacts:
    """An objection to a notice; open while it has no answer."""

    received_on: date
    answered_on: date | None = None
    is_upheld: bool | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as far as its rules ask, steps in the order in which they were recorded."""

    kind: CaseKind
    state: CaseState = CaseState.OPEN
    steps: Sequence[StepFacts] = ()
    verdicts: Sequence[Verdict] = ()
    objections: Sequence[ObjectionFacts] = ()
    category: Category | None = None
    grade: str | None = None
    cause: RemovalReason | None = None
    disposal: DeathDisposal | None = None
    authority: str | None = None
    """The authority that designated the tree."""
    project: str | None = None
    project_class: str | None = None
    is_applied_for: bool = False
    """Whether it is known who applies."""
    incident: str | None = None
    classes: tuple[str, ...] = ()
    """By which the trees of the case are protected (1, 2, 3, famous …), the highest first."""
    is_dead: bool = False
    has_check: bool = False
    """Whether a check of the footprint against the zones belongs to it."""
    file_count: int = 0
    practices: Mapping[str, Answer] = field(default_factory=dict)
    until_on: date | None = None
    penalty_cents: int | None = None
    compensation_cents: int | None = None

    def last(self, kind: StepKind) -> StepFacts | None:
        """The latest step of a kind, or None."""
        return next((step for step in reversed(self.steps) if step.kind == kind), None)

    def took(self, kind: StepKind) -> StepFacts | None:
        """The latest step of a kind that was not left out, or None."""
        step = self.last(kind)
        return None if step is None or step.omitted_reason else step

    def need(self, kind: StepKind) -> StepFacts:
        """The latest step of a kind, which was taken. Raises ValueError where it was not."""
        step = self.took(kind)
        if step is None:
            raise ValueError(f"the case has no {kind}")
        return step

    @property
    def next_step(self) -> StepKind | None:
        """The step that is to come; None when all were taken or left out, or the case is closed."""
        if self.state != CaseState.OPEN:
            return None
        done = {step.kind for step in self.steps}
        return next((kind for kind in ORDERS[self.kind] if kind not in done), None)
