"""Reading cases: one with everything in it, one by its number, all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.calendars import register_zone
from registry.commands.case_effects import designating_authority
from registry.commands.case_works import called, further, works_facts
from registry.errors import CaseConflictError, CaseNotFoundError, Phrase
from registry.models import (
    AppraisalOpinion,
    CaseDocument,
    CaseFile,
    CaseStep,
    Event,
    EventItem,
    Objection,
    Party,
    ZoneCheck,
)
from registry.rules.case_facts import MOVES, CaseFacts, ObjectionFacts, StepFacts
from registry.vocab.words import CaseKind, CaseState

STEP_FIELDS = tuple(StepFacts.__dataclass_fields__)


@dataclass(slots=True)
class CaseView:
    """A case with everything in it, for the office."""

    case: CaseFile
    steps: list[CaseStep]
    opinions: list[AppraisalOpinion]
    objections: list[Objection]
    facts: CaseFacts
    documents: list[CaseDocument] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    """Numbers of the checks of the zones that belong to it."""
    also: list[str] = field(default_factory=list)
    """Numbers of the further records that it is about."""
    parent: str | None = None
    children: list[str] = field(default_factory=list)
    """Numbers of the case that it comes from, and of those that it led to."""
    people: dict[str, str] = field(default_factory=dict)
    """Names by party id."""
    zone: tzinfo = UTC
    """By whose clock the times of its files are told: the register's."""


def find_case(session: Session, number: str, subject_id: str | None = None) -> CaseFile:
    """The case of this number, or the open case about the record `subject_id`, else its newest.

    Raises CaseNotFoundError, CaseConflictError where several are open.
    """
    found = session.exec(select(CaseFile).where(CaseFile.number == number)).first()
    if found is not None:
        return found
    if subject_id is not None:
        about = sa.or_(
            *(
                column == subject_id  # type: ignore[arg-type]
                for column in (CaseFile.tree_id, CaseFile.grove_id, CaseFile.garden_id, CaseFile.place_id)
            )
        )
        of_record = select(CaseFile).where(about)
        cases = session.exec(of_record.where(CaseFile.state == CaseState.OPEN)).all()
        if len(cases) > 1:
            numbers = [case.number for case in cases]
            reason = Phrase("several cases are open, name one: {cases}", cases=numbers)
            raise CaseConflictError(subject=number, reason=reason)
        latest = of_record.order_by(sa.func.length(CaseFile.number).desc(), col(CaseFile.number).desc())
        newest = cases[0] if cases else session.exec(latest).first()
        if newest is not None:
            return newest
    raise CaseNotFoundError(case=number)


def view_case(session: Session, case: CaseFile) -> CaseView:
    """A case with its steps, opinions, objections and the facts that its rules ask."""
    steps = _of(session, CaseStep, case, col(CaseStep.ordinal))
    opinions = _of(session, AppraisalOpinion, case, col(AppraisalOpinion.given_on))
    objections = _of(session, Objection, case, col(Objection.received_on))
    documents = _of(session, CaseDocument, case, col(CaseDocument.added_at))
    checks = session.exec(select(ZoneCheck.number).where(ZoneCheck.case_id == case.id)).all()
    named = {row.party_id for row in (*opinions, *objections) if row.party_id}
    named |= {own for own in (case.applicant_id, case.reporter_id) if own}
    people = {row.id: row.name for row in session.exec(select(Party).where(col(Party.id).in_(named)))}
    facts = CaseFacts(
        kind=case.kind,
        state=case.state,
        steps=[_facts(step) for step in steps],
        verdicts=[row.verdict for row in opinions],
        objections=[ObjectionFacts(row.received_on, row.answered_on, row.is_upheld) for row in objections],
        category=case.proposed_category,
        grade=case.proposed_grade,
        cause=case.cause,
        disposal=case.disposal,
        authority=designating_authority(session, case),
        **works_facts(session, case),
    )
    view = CaseView(case, steps, opinions, objections, facts, documents, sorted(checks), people=people)
    view.zone = register_zone(session) if documents else UTC
    view.also = [called(session, *subject) for subject in further(session, case)]
    view.parent = session.get_one(CaseFile, case.parent_id).number if case.parent_id else None
    led_to = select(CaseFile.number).where(CaseFile.parent_id == case.id)
    view.children = list(session.exec(led_to.order_by(col(CaseFile.number))))
    return view


def list_cases(
    session: Session, *, only_open: bool = False, kind: CaseKind | None = None
) -> Iterable[CaseFile]:
    """Cases by number."""
    query = select(CaseFile).order_by(sa.func.length(CaseFile.number), col(CaseFile.number))
    if only_open:
        query = query.where(CaseFile.state == CaseState.OPEN)
    if kind is not None:
        query = query.where(CaseFile.kind == kind)
    return session.exec(query)


def is_moved_since(session: Session, tree_id: str, seq: int) -> bool:
    """Whether a case that was closed after event `seq` of the history has moved a tree."""
    query = (
        select(Event.seq)
        .join(EventItem, col(EventItem.seq) == col(Event.seq))
        .join(CaseFile, col(CaseFile.id) == col(EventItem.subject_id))
        .where(Event.kind == "case:closed", Event.seq > seq)
        .where(CaseFile.tree_id == tree_id, CaseFile.state == CaseState.GRANTED)
        .where(col(CaseFile.kind).in_(MOVES))
    )
    return session.exec(query.limit(1)).first() is not None


def _of(session: Session, table: Any, case: CaseFile, by: Any) -> list[Any]:
    return list(session.exec(select(table).where(table.case_id == case.id).order_by(by, table.id)))


def _facts(step: CaseStep) -> StepFacts:
    return StepFacts(**{name: getattr(step, name) for name in STEP_FIELDS})
