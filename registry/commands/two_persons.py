"""What two persons decide: whoever brought or appraised a case at the desk does not decide it as well."""

from sqlmodel import Session

from registry.commands.replay import told_items
from registry.errors import CaseStepError, Phrase
from registry.models import CaseFile
from registry.rules.case_facts import ORDERS
from registry.rules.casework import STEPS
from registry.rules.packs import RulePack
from registry.rules.review_levels import needs_second_person
from registry.vocab.words import CaseKind, StepKind

ACCOUNT = "account:"
"""How an actor begins who is signed in at the desk; behind the command line there is one office."""
_BROUGHT = frozenset({"case:opened", "case:opinion"})


def deciding_step(kind: CaseKind) -> StepKind | None:
    """The step of a kind of case that decides it: of a death, its confirmation."""
    if kind == CaseKind.DEATH:
        return StepKind.CONFIRMATION
    return StepKind.DECISION if StepKind.DECISION in ORDERS[kind] else None


def brought_by(session: Session, case: CaseFile) -> frozenset[str]:
    """The actors who opened a case, recorded its appraisal or an opinion in it, as the history tells."""
    found: set[str] = set()
    for item in told_items(session, [case.id]):
        rows = item.fields.get("steps", [None, None])[1]
        known = rows if isinstance(rows, list) else []
        if item.kind in _BROUGHT or any(row.get("kind") == StepKind.APPRAISAL for row in known):
            found.add(item.actor)
    return frozenset(found)


def may_decide(session: Session, case: CaseFile, pack: RulePack | None, actor: str) -> bool:
    """Whether an actor may take the step that decides a case."""
    if not actor.startswith(ACCOUNT) or not needs_second_person(case.kind.value, pack):
        return True
    return actor not in brought_by(session, case)


def check_second_person(
    session: Session, case: CaseFile, step: StepKind, pack: RulePack | None, actor: str
) -> None:
    """Refuse the deciding step to whoever brought the case. Raises CaseStepError."""
    if step == deciding_step(case.kind) and not may_decide(session, case, pack, actor):
        reason = Phrase("whoever opened or appraised the case does not decide it: a second person must")
        raise CaseStepError(case=case.number, step=STEPS[step], reason=reason)
