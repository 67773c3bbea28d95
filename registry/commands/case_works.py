"""What cases of works, transplants, incidents and rescues hold beside their steps: project, applicant, trees,
answers to the negative list, money; and the aftercare that a transplant opens by itself.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.commands.case_effects import SUBJECTS, designations_of, subject_of
from registry.commands.history import Change, canonical, told_row
from registry.commands.numbering import next_case_number
from registry.commands.parties import party_named, with_phone
from registry.commands.replay import plain_row
from registry.errors import CaseConflictError, CaseStepError, Phrase, RecordNotFoundError
from registry.models import CaseDocument, CaseFile, CaseStep, CaseSubject, Tree, ZoneCheck
from registry.models.base import new_id
from registry.rules.case_facts import CaseFacts
from registry.rules.casework import STEPS
from registry.rules.grading import protection_class
from registry.rules.in_force import legal_grade
from registry.rules.negative_list import Answer, answers_from, plain_answers
from registry.rules.packs import RulePack
from registry.rules.terms import care_until
from registry.vocab.words import CaseKind, CaseState, Category, StepKind, TreeStatus

_FAMOUS = frozenset({Category.FAMOUS, Category.ANCIENT_FAMOUS})
_HIGHEST_FIRST = {"1": 0, "famous": 1, "2": 2, "3": 3, "4": 4}
Subject = tuple[str, str]
"""Kind and id of a record."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is said of a case beside its steps; None and empty leave things as they are.

    also: further trees and groves. check: number of a check of the zones. applicant, reporter: names; who
    reported, and by which telephone, is known to the office alone. Money in whole hundredths.
    """

    project: str | None = None
    project_class: str | None = None
    applicant: str | None = None
    reporter: str | None = None
    reporter_phone: str | None = None
    incident: str | None = None
    check: str | None = None
    also: tuple[Subject, ...] = ()
    practices: Mapping[str, Answer] = field(default_factory=dict)
    parent_id: str | None = None
    until_on: date | None = None
    currency: str | None = None
    penalty_cents: int | None = None
    compensation_cents: int | None = None


NO_DETAILS = Details()
_COLUMNS = (
    "project", "project_class", "incident", "parent_id", "until_on", "currency", "penalty_cents",
    "compensation_cents",
)  # fmt: skip
_KNOWN = ("project", "project_class", "incident", "until_on", "penalty_cents", "compensation_cents")
"""Columns that are facts of a case as well."""
_OF_INCIDENTS = {
    "incident": "--incident", "penalty_cents": "--penalty", "compensation_cents": "--compensation",
}  # fmt: skip
"""What is said of incidents alone, and the options that say it."""


def check_kind(number: str, kind: CaseKind, step: StepKind, said: Details) -> None:
    """Refuse in other cases what is said of incidents alone. Raises CaseStepError."""
    misplaced = [option for name, option in _OF_INCIDENTS.items() if getattr(said, name) is not None]
    if misplaced and kind != CaseKind.INCIDENT:
        reason = Phrase(
            "said in the case of an incident alone: {options}. Leave it out, or open a case of that kind",
            options=misplaced,
        )
        raise CaseStepError(case=number, step=STEPS[step], reason=reason)


def works_facts(session: Session, case: CaseFile) -> dict[str, Any]:
    """What the rules ask of a case beside its steps."""
    kind, own = subject_of(case)
    files = select(CaseDocument.id).where(CaseDocument.case_id == case.id)
    return {
        **{name: getattr(case, name) for name in _KNOWN},
        "is_applied_for": case.applicant_id is not None,
        "classes": classes_of(session, [(kind, own), *further(session, case)], case.opened_on, case),
        "is_dead": kind == "tree" and session.get_one(Tree, own).status == TreeStatus.DEAD,
        "has_check": session.exec(select(ZoneCheck.id).where(ZoneCheck.case_id == case.id)).first()
        is not None,
        "file_count": len(session.exec(files).all()),
        "practices": answers_from(json.loads(case.practices)),
    }


def opening_facts(
    session: Session, kind: CaseKind, subject: Subject, said: Details, on: date
) -> dict[str, Any]:
    """The same of a case that is about to be opened."""
    draft = CaseFile(number="-", kind=kind, opened_on=on, project=said.project)
    return {"classes": classes_of(session, [subject, *said.also], on, draft)}


def with_details(facts: CaseFacts, said: Details) -> CaseFacts:
    """The facts of a case together with what is said now."""
    known = {name: value for name in _KNOWN if (value := getattr(said, name)) is not None}
    return replace(
        facts,
        **known,
        is_applied_for=facts.is_applied_for or said.applicant is not None,
        has_check=facts.has_check or said.check is not None,
        practices={**facts.practices, **said.practices},
    )


def further(session: Session, case: CaseFile) -> list[Subject]:
    """The records that a case is about beside the one it is filed under."""
    rows = session.exec(select(CaseSubject).where(CaseSubject.case_id == case.id).order_by(CaseSubject.id))
    return [("tree", row.tree_id) if row.tree_id else ("grove", str(row.grove_id)) for row in rows]


def classes_of(
    session: Session, subjects: Iterable[Subject], on: date, case: CaseFile | None = None
) -> tuple[str, ...]:
    """By which classes records are protected on a day, the highest first.

    Of a transplant also those of other trees that the same project asks for: the highest decides who reviews.
    """
    every = dict.fromkeys(subjects)
    if case is not None and case.kind == CaseKind.TRANSPLANT and case.project:
        same = select(CaseFile).where(
            CaseFile.kind == case.kind, CaseFile.project == case.project, CaseFile.state == CaseState.OPEN
        )
        every |= dict.fromkeys(subject_of(other) for other in session.exec(same))
    found = {name for subject in every if (name := _class_of(session, *subject, on)) is not None}
    return tuple(sorted(found, key=lambda name: (_HIGHEST_FIRST.get(name, 9), name)))


def _class_of(session: Session, kind: str, own: str, on: date) -> str | None:
    if kind not in {"tree", "grove"}:
        return None
    row = legal_grade(designations_of(session, kind, own), on)
    record = session.get_one(SUBJECTS[kind], own)
    category = (row and row.category) or getattr(record, "category", None)
    if category in _FAMOUS:  # protected as the first grade, whatever grade its age gives
        return "famous"
    return protection_class(category, row.grade if row else getattr(record, "protection_grade", None))


@dataclass(slots=True)
class Settled:
    """What was written of some details: rows that came, by name, and changes of other records."""

    rows: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


def settle(session: Session, case: CaseFile, said: Details) -> Settled:
    """Write details into a case that is in the session. Raises RecordNotFoundError, CaseConflictError."""
    done = Settled()
    for name in _COLUMNS:
        if (value := getattr(said, name)) is not None:
            setattr(case, name, value)
    for column, called in (("applicant_id", said.applicant), ("reporter_id", said.reporter)):
        if called is not None:
            party, changes = party_named(session, called)
            setattr(case, column, party.id)
            done.changes += changes
            if column == "reporter_id" and said.reporter_phone and changes:
                done.changes += with_phone(session, party, said.reporter_phone)
    if said.practices:
        answers = {**answers_from(json.loads(case.practices)), **said.practices}
        case.practices = canonical(plain_answers(answers))
    _add_subjects(session, case, said.also, done)
    if said.check is not None:
        _link_check(session, case, said.check, done)
    return done


def _add_subjects(session: Session, case: CaseFile, also: Sequence[Subject], done: Settled) -> None:
    known = {subject_of(case), *further(session, case)}
    came = []
    for kind, own in dict.fromkeys(also):
        if (kind, own) in known:
            continue
        if kind not in {"tree", "grove"} or case.kind == CaseKind.TRANSPLANT:
            reason = Phrase("a further record is a tree or grove; a transplant has a case for each tree")
            raise CaseConflictError(subject=case.number, reason=reason)
        row = CaseSubject(case_id=case.id, **{f"{kind}_id": own})
        session.add(row)
        came.append(row)
    if came:
        session.flush()
        done.rows["subjects"] = (None, [plain_row(CaseSubject, row) for row in came])
        done.rows["also"] = (None, [called(session, *subject_of(row)) for row in came])


def called(session: Session, kind: str, own: str) -> str:
    """The number of a record, as commands take it."""
    record = session.get_one(SUBJECTS[kind], own)
    return record.tree_no if isinstance(record, Tree) else f"{kind}:{record.number}"


def _link_check(session: Session, case: CaseFile, number: str, done: Settled) -> None:
    check = session.exec(select(ZoneCheck).where(col(ZoneCheck.number) == number)).first()
    if check is None:
        raise RecordNotFoundError(what="zone_check", number=number)
    if check.case_id == case.id:
        return
    if check.case_id is not None:
        other = session.get_one(CaseFile, check.case_id).number
        reason = Phrase("the check {check} belongs to case {other}", check=number, other=other)
        raise CaseConflictError(subject=case.number, reason=reason)
    check.case_id = case.id
    session.add(check)
    session.flush()
    done.changes.append(Change("zone_check", check.id, "updated", {"case_id": (None, case.id)}))


def open_aftercare(
    session: Session, case: CaseFile, facts: CaseFacts, pack: RulePack | None, now: datetime
) -> list[Change]:
    """The years of care that follow a transplant, as a case of its own; none where the pack sets no term."""
    until = care_until(facts, pack)
    if until is None:
        return []
    arrived = facts.need(StepKind.CONFIRMATION)
    care = CaseFile(
        id=new_id(),
        number=next_case_number(session, now.year),
        kind=CaseKind.AFTERCARE,
        opened_on=arrived.happened_on,
        tree_id=case.tree_id,
        grove_id=case.grove_id,
        authority_id=case.authority_id,
        pack_id=case.pack_id,
        parent_id=case.id,
        project=case.project,
        applicant_id=case.applicant_id,
        until_on=until,
    )
    session.add(care)
    session.flush()
    step = CaseStep(
        id=new_id(), case_id=care.id, ordinal=1, kind=StepKind.PLAN, happened_on=arrived.happened_on,
        document_no=facts.need(StepKind.DECISION).document_no, recorded_at=now,
    )  # fmt: skip
    session.add(step)
    session.flush()
    told = {n: (None, v) for n, v in care.model_dump(exclude={"id"}).items() if v is not None}
    return [Change("case", care.id, "created", {**told, "steps": (None, [told_row(step.model_dump())])})]
