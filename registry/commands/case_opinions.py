"""What others say in a case: experts in an appraisal, the public about a notice. Who they are is private."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from registry.calendars import register_today
from registry.commands.case_files import view_case
from registry.commands.history import Change, record_event, told_row
from registry.commands.parties import party_named
from registry.errors import CaseStepError, Phrase
from registry.models import AppraisalOpinion, CaseFile, Objection
from registry.rules.case_facts import ORDERS
from registry.vocab.words import CaseState, PartyKind, StepKind, Verdict

_OPINION = Phrase("an expert's opinion")
_OBJECTION = Phrase("an objection")


@dataclass(frozen=True, slots=True)
class OpinionDraft:
    """An expert's opinion in an appraisal. The name of a person is private."""

    expert: str
    given_on: date
    verdict: Verdict
    species: str | None = None
    age_years: int | None = None
    age_method: str | None = None
    text: str | None = None


def add_opinion(
    session: Session, case: CaseFile, draft: OpinionDraft, *, actor: str, now: datetime
) -> AppraisalOpinion:
    """Record what one expert found; the same expert again replaces the earlier opinion, which history keeps.

    Raises CaseStepError for a case that is closed, decided, or has no appraisal.
    """
    view = view_case(session, case)
    reason = None
    if StepKind.APPRAISAL not in ORDERS[case.kind]:
        reason = Phrase("such a case has no appraisal")
    elif case.state != CaseState.OPEN:
        reason = Phrase("the case is closed")
    elif view.facts.last(StepKind.DECISION):
        reason = Phrase("it has been decided")
    elif draft.given_on > register_today(session, now):
        reason = Phrase("{day} has not come yet", day=draft.given_on)
    if reason is not None:
        raise CaseStepError(case=case.number, step=_OPINION, reason=reason)
    party, changes = party_named(session, draft.expert, PartyKind.PERSON)
    found = next((row for row in view.opinions if row.party_id == party.id), None)
    old = told_row(found.model_dump()) if found else None
    row = found or AppraisalOpinion(
        case_id=case.id, party_id=party.id, given_on=draft.given_on, verdict=draft.verdict
    )
    for name in ("given_on", "verdict", "species", "age_years", "age_method", "text"):
        setattr(row, name, getattr(draft, name))
    new = told_row(row.model_dump())
    if new == old:
        return row
    session.add(row)
    session.flush()
    told = {"opinions": ([old] if old else None, [new])}
    changes.append(Change("case", case.id, "updated", told))
    record_event(session, "case:opinion", changes, actor=actor, at=now)
    return row


def add_objection(
    session: Session,
    case: CaseFile,
    *,
    received_on: date,
    text: str,
    by: str | None = None,
    actor: str,
    now: datetime,
) -> Objection:
    """Record an objection to a public notice. Who made it is private.

    The same text of the same day again is the same objection. Raises CaseStepError.
    """
    view = view_case(session, case)
    same = [row for row in view.objections if (row.received_on, row.text) == (received_on, text)]
    if same:
        return same[0]
    notice = view.facts.took(StepKind.NOTICE)
    reason = None
    if case.state != CaseState.OPEN:
        reason = Phrase("the case is closed")
    elif notice is None:
        reason = Phrase("there has been no public notice")
    elif received_on < notice.happened_on:
        reason = Phrase("{day} is before the notice began", day=received_on)
    elif received_on > register_today(session, now):
        reason = Phrase("{day} has not come yet", day=received_on)
    if reason is not None:
        raise CaseStepError(case=case.number, step=_OBJECTION, reason=reason)
    party, changes = party_named(session, by, PartyKind.PERSON) if by else (None, [])
    row = Objection(case_id=case.id, received_on=received_on, text=text, party_id=party.id if party else None)
    session.add(row)
    session.flush()
    changes.append(Change("case", case.id, "updated", {"objections": (None, [told_row(row.model_dump())])}))
    record_event(session, "case:objection", changes, actor=actor, at=now)
    return row


def answer_objection(
    session: Session,
    case: CaseFile,
    ordinal: int,
    *,
    on: date,
    answer: str,
    is_upheld: bool,
    actor: str,
    now: datetime,
) -> Objection:
    """Answer the objection with this running number (from 1, by day). Raises CaseStepError."""
    rows = view_case(session, case).objections
    reason = None
    if not 1 <= ordinal <= len(rows):
        reason = Phrase(
            "there is no objection {ordinal}; there are {count}", ordinal=ordinal, count=len(rows)
        )
    elif case.state != CaseState.OPEN:
        reason = Phrase("the case is closed")
    elif on < rows[ordinal - 1].received_on:
        reason = Phrase("{day} is before the day it came", day=on)
    elif on > register_today(session, now):
        reason = Phrase("{day} has not come yet", day=on)
    if reason is not None:
        raise CaseStepError(case=case.number, step=_OBJECTION, reason=reason)
    row = rows[ordinal - 1]
    old = told_row(row.model_dump())
    row.answered_on, row.answer, row.is_upheld = on, answer, is_upheld
    new = told_row(row.model_dump())
    if new != old:
        session.add(row)
        session.flush()
        change = Change("case", case.id, "updated", {"objections": ([old], [new])})
        record_event(session, "case:answer", [change], actor=actor, at=now)
    return row
