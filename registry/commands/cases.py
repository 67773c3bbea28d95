"""Cases: a decision about a tree or grove, step by step, each with its document (认定、死亡、移植 …).

What a closed case changes in the register is in `registry.commands.case_effects`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.case_effects import Moved, apply_case, recover_tags
from registry.commands.case_files import STEP_FIELDS, view_case
from registry.commands.case_repeats import is_repeated
from registry.commands.case_works import (
    NO_DETAILS,
    Details,
    check_kind,
    open_aftercare,
    opening_facts,
    settle,
    with_details,
)
from registry.commands.history import Change, record_event, told_row
from registry.commands.numbering import allot_number, next_case_number
from registry.commands.two_persons import check_second_person
from registry.errors import CaseConflictError, CaseStepError, Phrase
from registry.models import CaseFile, CaseStep, Tree
from registry.models.base import new_id
from registry.rules.case_facts import DESIGNATING, MOVES, ORDERS, CaseFacts, StepFacts
from registry.rules.casework import (
    STEPS,
    grade_bestowed,
    step_problems,
)
from registry.rules.casework_works import Asked
from registry.rules.negative_list import listed
from registry.rules.packs import RulePack
from registry.rules.workdays import Calendar
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    RemovalReason,
    StepKind,
    TreeStatus,
)


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """What opens a case: about which record, and the first step (a proposal or a report).

    subject: ("tree" | "grove" | "garden" | "place", id). pack_id: by whose rules; its id is the scheme of the
    grade.
    """

    kind: CaseKind
    subject: tuple[str, str]
    first: StepFacts
    pack_id: str | None = None
    category: Category | None = None
    grade: str | None = None
    cause: RemovalReason | None = None
    authority_id: str | None = None
    reason: str | None = None
    submission_id: str | None = None
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step, and what it settles: the category and grade decided, a cause, a disposal, a new position.

    county: whose next official number a tree is given when its designation comes into force.
    """

    facts: StepFacts
    category: Category | None = None
    grade: str | None = None
    cause: RemovalReason | None = None
    disposal: DeathDisposal | None = None
    moved: Moved | None = None
    county: str | None = None
    details: Details = NO_DETAILS


def open_case(
    session: Session,
    draft: CaseDraft,
    *,
    actor: str,
    now: datetime,
    pack: RulePack | None = None,
    asked: Asked | None = None,
) -> CaseFile:
    """Open a case with its first step.

    The same `submission_id` again, or the same kind about the same record on the same document and day,
    returns the case that stands. Raises CaseConflictError where another one of the kind is open or the
    record's state does not fit, CaseStepError.
    """
    if earlier := _submitted(session, draft):
        return earlier
    _check_state(session, draft)
    category, grade = draft.category, grade_bestowed(pack, draft.category, draft.grade)
    more = opening_facts(session, draft.kind, draft.subject, draft.details, draft.first.happened_on)
    facts = with_details(CaseFacts(draft.kind, category=category, grade=grade, **more), draft.details)
    number = next_case_number(session, now.year)
    check_kind(number, draft.kind, draft.first.kind, draft.details)
    _check(number, facts, draft.first, register_today(session, now), pack, asked=asked)
    kind, subject_id = draft.subject
    case = CaseFile(
        number=number,
        kind=draft.kind,
        opened_on=draft.first.happened_on,
        authority_id=draft.authority_id,
        pack_id=draft.pack_id or (pack.id if pack else None),
        proposed_category=category,
        proposed_grade=grade,
        cause=draft.cause,
        reason=draft.reason,
        submission_id=draft.submission_id,
    )
    setattr(case, f"{kind}_id", subject_id)
    session.add(case)
    session.flush()
    done = settle(session, case, draft.details)
    step = _add_step(session, case, draft.first, 1, now)
    told = {**_told(case.model_dump(exclude={"id", "submission_id"})), **done.rows}
    change = Change("case", case.id, "created", {**told, "steps": (None, [told_row(step.model_dump())])})
    _record(session, "case:opened", [change, *done.changes], draft.first, actor, now, draft.reason)
    return case


def record_step(
    session: Session,
    case: CaseFile,
    draft: StepDraft,
    *,
    actor: str,
    now: datetime,
    pack: RulePack | None = None,
    calendar: Calendar | None = None,
    asked: Asked | None = None,
) -> CaseFile:
    """Record one step of a case; the last one closes it and changes the register.

    The same step again, with all that it says, changes nothing. Raises CaseStepError that says what is
    missing or was recorded otherwise, CaseConflictError where another case has made an end of the tree since,
    CalendarYearError where a term of working days cannot be counted.
    """
    view = view_case(session, case)
    settled = _settled(case, draft, pack)
    if is_repeated(session, view, draft.facts, settled, draft.details, draft.moved):
        return case
    check_second_person(session, case, draft.facts.kind, pack, actor)
    if case.state == CaseState.OPEN and case.kind not in _WHATEVER_COMES:
        _check_status(session, case.kind, case.tree_id)
    before = case.model_dump()
    facts = replace(
        view.facts,
        category=settled.get("proposed_category", case.proposed_category),
        grade=settled.get("proposed_grade", case.proposed_grade),
        cause=settled.get("cause", case.cause),
        disposal=settled.get("disposal", case.disposal),
    )
    facts = with_details(facts, draft.details)
    check_kind(case.number, case.kind, draft.facts.kind, draft.details)
    _check(case.number, facts, draft.facts, register_today(session, now), pack, calendar, asked)
    _check_move(case, draft)
    for name, value in settled.items():
        setattr(case, name, value)
    done = settle(session, case, draft.details)
    step = _add_step(session, case, draft.facts, len(view.steps) + 1, now)
    changes: list[Change] = done.changes
    if draft.facts.kind == StepKind.TAG_RECOVERY:
        changes += recover_tags(session, case, draft.facts)
    if draft.facts.kind == ORDERS[case.kind][-1]:
        case.state, case.closed_on = CaseState.GRANTED, draft.facts.happened_on
        facts = replace(facts, steps=[*facts.steps, draft.facts], state=CaseState.GRANTED)
        changes += apply_case(session, case, facts, draft.moved, now)
        if case.kind == CaseKind.TRANSPLANT and draft.moved and not draft.moved.is_out:
            changes += open_aftercare(session, case, facts, pack, now)
    session.add(case)
    session.flush()
    told = {
        name: (before[name], value)
        for name, value in case.model_dump(exclude={"reason"}).items()
        if value != before[name]
    }
    told |= {**done.rows, "steps": (None, [told_row(step.model_dump())])}
    kind = "case:closed" if case.state == CaseState.GRANTED else "case:step"
    own = Change("case", case.id, "updated", told)
    _record(session, kind, [own, *changes], draft.facts, actor, now, draft.facts.omitted_reason)
    if draft.county and case.kind in DESIGNATING and case.state == CaseState.GRANTED and case.tree_id:
        allot_number(
            session,
            session.get_one(Tree, case.tree_id),
            county=draft.county,
            actor=actor,
            now=now,
            reason=case.number,
            document=draft.facts.document_no,
        )
    return case


def close_case(
    session: Session,
    case: CaseFile,
    state: CaseState,
    *,
    on: date,
    reason: str,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> CaseFile:
    """Refuse a case or withdraw it, with the reason; the record stays as it was.

    The same state again changes nothing. Raises CaseStepError; ValueError for another state.
    """
    if state not in {CaseState.REFUSED, CaseState.WITHDRAWN}:
        raise ValueError(f"{state} is not an end by itself")
    if case.state == state:
        return case
    if case.state != CaseState.OPEN:
        raise CaseStepError(case=case.number, step=_STATES[state], reason=Phrase("the case is closed"))
    if on > register_today(session, now):
        raise CaseStepError(
            case=case.number, step=_STATES[state], reason=Phrase("{day} has not come yet", day=on)
        )
    told = {"state": (CaseState.OPEN, state), "closed_on": (None, on), "reason": (case.reason, reason)}
    case.state, case.closed_on, case.reason = state, on, reason
    session.add(case)
    change = Change("case", case.id, "updated", told)
    record_event(session, "case:closed", [change], actor=actor, at=now, reason=reason, document=document)
    return case


_STATES = {CaseState.REFUSED: Phrase("refusing it"), CaseState.WITHDRAWN: Phrase("withdrawing it")}


def _submitted(session: Session, draft: CaseDraft) -> CaseFile | None:
    """The case that this very draft opened before."""
    kind, subject_id = draft.subject
    about = getattr(CaseFile, f"{kind}_id") == subject_id
    if draft.submission_id:
        found = session.exec(select(CaseFile).where(CaseFile.submission_id == draft.submission_id)).first()
        if found and (found.kind != draft.kind or getattr(found, f"{kind}_id") != subject_id):
            reason = Phrase(
                "the submission {id} has opened case {case}", id=draft.submission_id, case=found.number
            )
            raise CaseConflictError(subject=draft.submission_id, reason=reason)
        if found:
            return found
    if not draft.first.document_no:
        return None
    same = (
        select(CaseFile)
        .join(CaseStep, col(CaseStep.case_id) == col(CaseFile.id))
        .where(
            about,
            CaseFile.kind == draft.kind,
            CaseStep.ordinal == 1,
            CaseStep.document_no == draft.first.document_no,
            CaseStep.happened_on == draft.first.happened_on,
        )
    )
    return session.exec(same).first()


_FITTING: dict[CaseKind, frozenset[TreeStatus]] = {
    CaseKind.DESIGNATION: frozenset({TreeStatus.ALIVE, TreeStatus.DELISTED}),
    CaseKind.REDESIGNATION: frozenset({TreeStatus.ALIVE}),
    CaseKind.DELISTING: frozenset({TreeStatus.ALIVE, TreeStatus.MISSING}),
    CaseKind.DEATH: frozenset({TreeStatus.ALIVE, TreeStatus.MISSING}),
    CaseKind.MISSING: frozenset({TreeStatus.ALIVE}),
    CaseKind.MOVE: frozenset({TreeStatus.ALIVE}),
    CaseKind.FOUND: frozenset({TreeStatus.MISSING, TreeStatus.DEAD}),
    CaseKind.INCIDENT: frozenset(TreeStatus) - {TreeStatus.MERGED},
}
"""States of a record in which a case of a kind makes sense; of other kinds, that it is on the register."""
_WHATEVER_COMES = frozenset(
    {
        CaseKind.WORKS,
        CaseKind.AFTERCARE,
        CaseKind.FELLING,
        CaseKind.INCIDENT,
        CaseKind.RESCUE,
        CaseKind.GREENING,
    }
)
"""Kinds that are brought to their end also where the tree has died since."""
_MANY = frozenset({CaseKind.WORKS, CaseKind.INCIDENT, CaseKind.GREENING})
"""Kinds of which several may be open about one record."""
_STATUS = {
    TreeStatus.ALIVE: Phrase("on the register"),
    TreeStatus.DEAD: Phrase("dead"),
    TreeStatus.MISSING: Phrase("not found"),
    TreeStatus.TRANSPLANTED: Phrase("moved away"),
    TreeStatus.DELISTED: Phrase("delisted"),
    TreeStatus.MERGED: Phrase("merged into another file"),
}


def _check_state(session: Session, draft: CaseDraft) -> None:
    kind, subject_id = draft.subject
    about = getattr(CaseFile, f"{kind}_id") == subject_id
    standing = session.exec(
        select(CaseFile.number).where(about, CaseFile.kind == draft.kind, CaseFile.state == CaseState.OPEN)
    ).first()
    if standing is not None and draft.kind not in _MANY:
        reason = Phrase("such a case is open already: {case}", case=standing)
        raise CaseConflictError(subject=_label(session, draft), reason=reason)
    _check_status(session, draft.kind, subject_id if kind == "tree" else None)


def _check_status(session: Session, kind: CaseKind, tree_id: str | None) -> None:
    """Refuse a case that does not fit what has become of the tree, be it since the case was opened."""
    tree = session.get_one(Tree, tree_id) if tree_id is not None else None
    if tree is not None and tree.status not in _FITTING.get(kind, {TreeStatus.ALIVE}):
        reason = Phrase("the tree is {status}: such a case is not for it", status=_STATUS[tree.status])
        raise CaseConflictError(subject=tree.tree_no, reason=reason)


def _label(session: Session, draft: CaseDraft) -> str:
    kind, subject_id = draft.subject
    return session.get_one(Tree, subject_id).tree_no if kind == "tree" else subject_id


def _check(
    number: str,
    facts: CaseFacts,
    step: StepFacts,
    today: date,
    pack: RulePack | None,
    calendar: Calendar | None = None,
    asked: Asked | None = None,
) -> None:
    problems = step_problems(facts, step, today=today, pack=pack, calendar=calendar, asked=asked)
    if problems:
        raise CaseStepError(case=number, step=STEPS[step.kind], reason=listed(problems))


def _check_move(case: CaseFile, draft: StepDraft) -> None:
    is_arrival = case.kind in MOVES and draft.facts.kind == StepKind.CONFIRMATION
    if is_arrival and draft.moved is None:
        reason = Phrase("say where the tree stands now with --lon, --lat and --datum, or --out")
        raise CaseStepError(case=case.number, step=STEPS[draft.facts.kind], reason=reason)


def _settled(case: CaseFile, draft: StepDraft, pack: RulePack | None) -> dict[str, Any]:
    """What a step decides, by column of the case; nothing for what it does not speak of."""
    settled: dict[str, Any] = {
        "proposed_category": draft.category,
        "proposed_grade": grade_bestowed(pack, draft.category or case.proposed_category, draft.grade),
        "cause": draft.cause,
        "disposal": draft.disposal,
    }
    return {name: value for name, value in settled.items() if value is not None}


def _add_step(session: Session, case: CaseFile, facts: StepFacts, ordinal: int, now: datetime) -> CaseStep:
    values = {name: getattr(facts, name) for name in STEP_FIELDS}
    step = CaseStep(id=new_id(), case_id=case.id, ordinal=ordinal, recorded_at=now, **values)
    session.add(step)
    session.flush()
    return step


def _told(values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (None, value) for name, value in values.items() if value is not None}


def _record(
    session: Session,
    kind: str,
    changes: list[Change],
    step: StepFacts,
    actor: str,
    now: datetime,
    reason: str | None,
) -> None:
    record_event(session, kind, changes, actor=actor, at=now, reason=reason, document=step.document_no)
