"""One tree, one strategy: which step may follow, what it needs, by when. Pure; the law comes in as a pack.

draft → reviewed → approved → in_progress → accepted; a new version supersedes the one before when it is
approved; what was not begun may be withdrawn. A signature counts for the content that was signed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.errors import Phrase
from registry.rules.packs import Rule, RulePack
from registry.rules.terms import add_term
from registry.vocab.care_words import SignRole, StrategyState, WorkState

OPEN_STATES = (StrategyState.DRAFT, StrategyState.REVIEWED, StrategyState.APPROVED, StrategyState.IN_PROGRESS)
"""States in which a strategy is still being made or carried out."""
EDITABLE = frozenset({StrategyState.DRAFT, StrategyState.REVIEWED})
SETTLED = frozenset({WorkState.ACCEPTED, WorkState.CANCELLED})
EXPERTS = 3
"""Favourable opinions of experts where no pack gives a number: usual practice, not law."""
RESCUE_EXPERTS = 1
"""The same for a rescue, which cannot wait."""

WORK_STEPS: Mapping[str, tuple[frozenset[WorkState], WorkState]] = {
    "order": (frozenset({WorkState.PLANNED}), WorkState.ORDERED),
    "start": (
        frozenset({WorkState.PLANNED, WorkState.ORDERED, WorkState.REJECTED}),
        WorkState.IN_PROGRESS,
    ),
    "finish": (frozenset({WorkState.IN_PROGRESS}), WorkState.FINISHED),
    "accept": (frozenset({WorkState.FINISHED}), WorkState.ACCEPTED),
    "reject": (frozenset({WorkState.FINISHED}), WorkState.REJECTED),
    "cancel": (
        frozenset({WorkState.PLANNED, WorkState.ORDERED, WorkState.IN_PROGRESS, WorkState.REJECTED}),
        WorkState.CANCELLED,
    ),
}
"""Step of a work order -> (states in which it may be taken, the state that follows)."""
WORK_NEXT: Mapping[WorkState, str] = {
    WorkState.PLANNED: "order",
    WorkState.ORDERED: "start",
    WorkState.IN_PROGRESS: "finish",
    WorkState.FINISHED: "accept",
    WorkState.REJECTED: "start",
}
"""The step that usually follows a state; nothing follows acceptance and cancelling."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: as what, when, in favour or not, by whom (an id), and whether it is for this content."""

    role: SignRole
    signed_on: date
    is_favourable: bool
    party: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class StrategyFacts:
    """What the rules ask of a version of a strategy. works: the states of the works of all its versions."""

    number: str
    state: StrategyState
    is_rescue: bool
    made_on: date
    confirmed: int = 0
    unsettled: int = 0
    has_aims: bool = False
    signatures: tuple[Signed, ...] = ()
    works: tuple[WorkState, ...] = ()
    approved_on: date | None = None
    accepted_on: date | None = None
    has_outcome: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """What is due by when, and the row of the pack that says so."""

    step: str
    due_on: date
    rule: Rule


def editing_problem(facts: StrategyFacts) -> Phrase | None:
    """Why the content cannot be changed any more, or None."""
    if facts.state in EDITABLE:
        return None
    if facts.state in {StrategyState.APPROVED, StrategyState.IN_PROGRESS, StrategyState.ACCEPTED}:
        return Phrase(
            "it is approved and stays so: make a new version with `gushu strategy new-version {number}`",
            number=facts.number,
        )
    return Phrase("this version is closed")


def signing_problems(facts: StrategyFacts, role: SignRole, party: str) -> tuple[Phrase, ...]:
    """Why somebody cannot sign as `role` now; empty where they can."""
    if role in {SignRole.APPROVED, SignRole.ACCEPTED}:
        return (
            Phrase("approval and acceptance have commands of their own: `gushu strategy approve`, `accept`"),
        )
    if facts.state not in EDITABLE:
        return (Phrase("this version is not open for signing"),)
    found = list(_content_problems(facts))
    if role != SignRole.PREPARED and not _current(facts, SignRole.PREPARED):
        found.append(
            Phrase(
                "whoever prepared it signs first: `gushu strategy sign {number} NAME`", number=facts.number
            )
        )
    if role != SignRole.PREPARED and party in {s.party for s in _current(facts, SignRole.PREPARED)}:
        found.append(Phrase("whoever prepared it does not review it as well"))
    return tuple(found)


def _content_problems(facts: StrategyFacts) -> Iterable[Phrase]:
    if facts.unsettled:
        yield Phrase(
            "{count} proposed measures are neither confirmed nor struck: "
            "`gushu strategy confirm {number}` or `gushu strategy strike {number} LINE`",
            count=facts.unsettled,
            number=facts.number,
        )
    if not facts.confirmed:
        yield Phrase("it has no measure: `gushu strategy add {number} T10`", number=facts.number)
    if not facts.has_aims:
        yield Phrase("it has no aims: `gushu strategy set {number} aims=…`", number=facts.number)


def review_gaps(facts: StrategyFacts, experts: int) -> tuple[Phrase, ...]:
    """What a review still lacks; empty where the draft counts as reviewed."""
    found: list[Phrase] = [*_content_problems(facts)]
    number = facts.number
    if not _current(facts, SignRole.PREPARED):
        found.append(Phrase("nobody has signed as who prepared it"))
    if not _current(facts, SignRole.REVIEWED):
        found.append(
            Phrase("nobody has reviewed it: `gushu strategy sign {number} NAME --as reviewed`", number=number)
        )
    for_it = len(_current(facts, SignRole.EXPERT))
    if for_it < experts:
        found.append(
            Phrase(
                "{count} of {wanted} experts are in favour: `gushu strategy sign {number} NAME --as expert`",
                count=for_it,
                wanted=experts,
                number=number,
            )
        )
    return tuple(found)


def state_after_signing(facts: StrategyFacts, experts: int) -> StrategyState:
    """draft or reviewed, by the signatures that count."""
    return StrategyState.DRAFT if review_gaps(facts, experts) else StrategyState.REVIEWED


def starting_problem(facts: StrategyFacts) -> Phrase | None:
    """Why the works cannot begin, or None."""
    if facts.state == StrategyState.APPROVED:
        return None
    if facts.state in EDITABLE:
        return Phrase(
            "it is not approved yet: `gushu strategy approve {number} --by OFFICE --document NO`",
            number=facts.number,
        )
    return Phrase("it was begun, or closed, already")


def accepting_problems(facts: StrategyFacts) -> tuple[Phrase, ...]:
    """Why the strategy as a whole cannot be accepted; empty where it can."""
    if facts.state != StrategyState.IN_PROGRESS:
        return (Phrase("it is not being carried out: `gushu strategy start {number}`", number=facts.number),)
    found = []
    open_works = sum(state not in SETTLED for state in facts.works)
    if open_works:
        found.append(
            Phrase(
                "{count} works are neither accepted nor cancelled: see `gushu work list --strategy {number}`",
                count=open_works,
                number=facts.number,
            )
        )
    elif WorkState.ACCEPTED not in facts.works:
        found.append(
            Phrase("none of its works was accepted; withdraw it with a reason, or make a new version")
        )
    return tuple(found)


def withdrawing_problem(facts: StrategyFacts) -> Phrase | None:
    """Why it cannot be withdrawn, or None."""
    if facts.state in EDITABLE | {StrategyState.APPROVED}:
        return None
    begun = any(state not in {WorkState.PLANNED, WorkState.CANCELLED} for state in facts.works)
    if facts.state == StrategyState.IN_PROGRESS and (begun or WorkState.PLANNED in facts.works):
        return Phrase("its works have begun; cancel what is still to be done, or make a new version")
    return None if facts.state == StrategyState.IN_PROGRESS else Phrase("this version is closed")


def work_problem(state: WorkState, step: str, number: str) -> Phrase | None:
    """Why a step of a work order cannot be taken, with the step that can; None where it can."""
    before, _after = WORK_STEPS[step]
    if state in before:
        return None
    following = WORK_NEXT.get(state)
    if following is None:
        return Phrase("this work order is closed")
    return Phrase("the next step is `gushu work {step} {number}`", step=following, number=number)


def experts_needed(pack: RulePack | None, *, is_rescue: bool) -> int:
    """How many experts have to be in favour, by the pack, else by usual practice."""
    key, usual = ("rescue_experts", RESCUE_EXPERTS) if is_rescue else ("experts", EXPERTS)
    found = pack.value("strategy", "", key) if pack else None
    return usual if found is None else int(found)


def clock(facts: StrategyFacts, pack: RulePack | None) -> Clock | None:
    """The next step of a strategy that the pack sets a day for, or None. Rescues have shorter terms."""
    begun = _begun(facts)
    if pack is None or begun is None:
        return None
    step, since = begun
    rule = pack.rule("deadlines", f"{'rescue' if facts.is_rescue else 'strategy'}_{step}")
    due_on = add_term(since, rule.values) if rule else None
    return Clock(step, due_on, rule) if rule and due_on else None


def _begun(facts: StrategyFacts) -> tuple[str, date] | None:
    """(step that is waited for, day from which its term runs)."""
    if facts.state == StrategyState.DRAFT:
        return "review", facts.made_on
    if facts.state == StrategyState.REVIEWED:
        return "approval", max((s.signed_on for s in facts.signatures if s.is_current), default=facts.made_on)
    if facts.state == StrategyState.APPROVED and facts.approved_on:
        return "start", facts.approved_on
    if facts.state == StrategyState.ACCEPTED and facts.accepted_on and not facts.has_outcome:
        return "outcome", facts.accepted_on
    return None


def _current(facts: StrategyFacts, role: SignRole) -> Sequence[Signed]:
    return [s for s in facts.signatures if s.role == role and s.is_current and s.is_favourable]
