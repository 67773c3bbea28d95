"""What a closed case changes in the register: designations, a death, a move, tags that go out of use.

Nothing is overwritten without a trace: a decision that ends stays as a row, an old position in the history.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.history import Change, told_row
from registry.models import (
    Authority,
    CaseFile,
    CaseSubject,
    Designation,
    Grove,
    HeritageGarden,
    Place,
    Tag,
    Tree,
)
from registry.rules.case_facts import DESIGNATING, MOVES, CaseFacts, StepFacts
from registry.rules.in_force import grove_grade, in_force, legal_grade
from registry.vocab.words import (
    CaseKind,
    Condition,
    Datum,
    DesignationKind,
    RemovalReason,
    StepKind,
    TagState,
    TreeStatus,
)

SUBJECTS: dict[str, Any] = {"tree": Tree, "grove": Grove, "garden": HeritageGarden, "place": Place}
"""What a case may be about."""
_CHANGE_NOTHING = frozenset(
    {
        CaseKind.WORKS,
        CaseKind.AFTERCARE,
        CaseKind.FELLING,
        CaseKind.INCIDENT,
        CaseKind.RESCUE,
        CaseKind.GREENING,
    }
)
"""Kinds whose end leaves the record as it is: a felled tree is dead once its death is confirmed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a transplanted tree stands: WGS84 degrees, or None where it has left the district."""

    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84

    @property
    def is_out(self) -> bool:
        """Whether the tree has left the district of the register."""
        return self.lon is None or self.lat is None


def subject_of(case: CaseFile | CaseSubject) -> tuple[str, str]:
    """("tree" | "grove" | "garden" | "place", id) of what a case is about."""
    for kind in SUBJECTS:
        found = getattr(case, f"{kind}_id", None)
        if found is not None:
            return kind, str(found)
    raise ValueError(f"{case.id} is about nothing")


def designations_of(session: Session, kind: str, subject_id: str) -> list[Designation]:
    """All decisions about a record."""
    if kind == "place":
        return []
    return list(session.exec(select(Designation).where(getattr(Designation, f"{kind}_id") == subject_id)))


def designating_authority(session: Session, case: CaseFile) -> str | None:
    """The name of the authority that designated the record of a case, or that of the record."""
    kind, subject_id = subject_of(case)
    grade = legal_grade(designations_of(session, kind, subject_id), case.opened_on)
    holder = case.authority_id or (grade.authority_id if grade else None)
    holder = holder or session.get_one(SUBJECTS[kind], subject_id).authority_id
    authority = session.get(Authority, holder)
    return authority.name_zh if authority else None


def proposed_grove_grade(session: Session, grove: Grove, on: date) -> str | None:
    """The grade to propose for a grove: the highest of its trees, with files or only counted."""
    members = select(Tree.id).where(Tree.grove_id == grove.id, Tree.status == TreeStatus.ALIVE)
    rows: dict[str, list[Designation]] = {}
    for row in session.exec(select(Designation).where(col(Designation.tree_id).in_(members))):
        rows.setdefault(str(row.tree_id), []).append(row)
    grades = (found.grade for own in rows.values() if (found := legal_grade(own, on)))
    counts = {"1": grove.count_first, "2": grove.count_second, "3": grove.count_third}
    return grove_grade(grades, counts)


def apply_case(
    session: Session, case: CaseFile, facts: CaseFacts, moved: Moved | None, now: datetime
) -> list[Change]:
    """Change the register as a granted case says; returns what changed, for the history."""
    if case.kind in DESIGNATING:
        return _designate(session, case, facts, now)
    if case.kind == CaseKind.FOUND:
        return _found(session, case, facts, now)
    if case.kind in MOVES:
        return _move(session, case, facts, moved or Moved(), now)
    if case.kind in _CHANGE_NOTHING:
        return []
    status = {
        CaseKind.DEATH: TreeStatus.DEAD,
        CaseKind.DELISTING: TreeStatus.DELISTED,
        CaseKind.MISSING: TreeStatus.MISSING,
    }[case.kind]
    values: dict[str, Any] = {"status": status}
    if case.kind == CaseKind.DEATH:
        values |= {"removal_reason": case.cause, "death_disposal": case.disposal}
    kind, subject_id = subject_of(case)
    fields = _set(session, kind, subject_id, values, now)
    changes: list[Change] = []
    if case.kind != CaseKind.MISSING:  # a tree that nobody finds is protected until it is delisted
        fields |= _end(session, kind, subject_id, facts.steps[-1].happened_on)
        changes = recover_tags(session, case, facts.steps[-1])
    return [Change(kind, subject_id, "updated", fields), *changes]


def recover_tags(session: Session, case: CaseFile, step: StepFacts) -> list[Change]:
    """Withdraw every tag in use of the case's record: it was taken back, or is lost."""
    kind, subject_id = subject_of(case)
    if kind in {"garden", "place"}:
        return []
    own = getattr(Tag, f"{kind}_id") == subject_id
    changes = []
    for tag in session.exec(select(Tag).where(own, Tag.state == TagState.ISSUED)):
        changes.append(Change("tag", tag.id, "ended", {"state": (tag.state, TagState.WITHDRAWN)}))
        tag.state, tag.ended_on = TagState.WITHDRAWN, step.happened_on
        tag.reason = step.omitted_reason or case.number
        session.add(tag)
    return changes


def _designate(session: Session, case: CaseFile, facts: CaseFacts, now: datetime) -> list[Change]:
    kind, subject_id = subject_of(case)
    decision, approval = facts.need(StepKind.DECISION), facts.took(StepKind.APPROVAL)
    publication = facts.took(StepKind.PUBLICATION)
    day = max(step.happened_on for step in (decision, approval, publication) if step)
    grade = case.proposed_grade
    row = Designation(
        kind=DesignationKind.GRADE if grade else DesignationKind.LISTING,
        scheme=case.pack_id or "other",
        grade=grade,
        designated_on=day,
        authority_id=case.authority_id or session.get_one(SUBJECTS[kind], subject_id).authority_id,
        document_no=decision.document_no,
        category=case.proposed_category,
        approved_by=approval.by if approval else None,
        approved_on=approval.happened_on if approval else None,
        published_on=publication.happened_on if publication else None,
        published_url=publication.url if publication else None,
        case_id=case.id,
    )
    setattr(row, f"{kind}_id", subject_id)
    values: dict[str, Any] = {}
    if kind == "tree":
        values["category"] = case.proposed_category
        values["status"] = TreeStatus.ALIVE
    elif kind == "grove":
        values |= {"protection_grade": grade, "grade_scheme": row.scheme}
    fields = _set(session, kind, subject_id, values, now)
    return [Change(kind, subject_id, "updated", fields | _add(session, kind, subject_id, row, day))]


def _add(
    session: Session, kind: str, subject_id: str, row: Designation, day: date
) -> dict[str, tuple[Any, Any]]:
    """Add a decision; the one before ends on its day, and where a later one stands it ends on that one's."""
    gone, came = [], []
    for other in designations_of(session, kind, subject_id):
        is_rival = other.kind == row.kind and (
            row.kind == DesignationKind.GRADE or other.scheme == row.scheme
        )
        if not is_rival:
            continue
        if other.designated_on is not None and other.designated_on > day:
            row.ended_on = min(row.ended_on or other.designated_on, other.designated_on)
        elif other.ended_on is None or other.ended_on > day:
            gone.append(told_row(other.model_dump()))
            other.ended_on = day
            session.add(other)
            came.append(told_row(other.model_dump()))
    session.add(row)
    session.flush()
    return {"designations": (gone or None, [*came, told_row(row.model_dump())])}


def _end(session: Session, kind: str, subject_id: str, day: date) -> dict[str, tuple[Any, Any]]:
    """End every decision in force on a day; the rows stay."""
    gone, came = [], []
    for row in designations_of(session, kind, subject_id):
        if row.ended_on is None or row.ended_on > day:
            gone.append(told_row(row.model_dump()))
            row.ended_on = day
            session.add(row)
            came.append(told_row(row.model_dump()))
    told: dict[str, tuple[Any, Any]] = {"designations": (gone, came)} if gone else {}
    if kind == "grove":
        grove = session.get_one(Grove, subject_id)
        for name in ("protection_grade", "grade_scheme"):
            if (old := getattr(grove, name)) is not None:
                told[name] = (old, None)
                setattr(grove, name, None)
    return told


def _found(session: Session, case: CaseFile, facts: CaseFacts, now: datetime) -> list[Change]:
    """A record is alive after all: what was in force until it was closed is decided anew."""
    kind, subject_id = subject_of(case)
    decision = facts.need(StepKind.DECISION)
    values = {"status": TreeStatus.ALIVE, "removal_reason": None, "death_disposal": None}
    fields = _set(session, kind, subject_id, values, now)
    rows = designations_of(session, kind, subject_id)
    ended_on = max((row.ended_on for row in rows if row.ended_on), default=None)
    if ended_on is None or in_force(rows, decision.happened_on):
        return [Change(kind, subject_id, "updated", fields)]
    came = []
    for row in (row for row in rows if row.ended_on == ended_on):
        again = Designation(
            **row.model_dump(exclude={"id", "designated_on", "ended_on", "case_id", "document_no"}),
            designated_on=decision.happened_on,
            document_no=decision.document_no or row.document_no,
            case_id=case.id,
        )
        session.add(again)
        session.flush()
        came.append(told_row(again.model_dump()))
    return [Change(kind, subject_id, "updated", {**fields, "designations": (None, came)})]


def _move(session: Session, case: CaseFile, facts: CaseFacts, moved: Moved, now: datetime) -> list[Change]:
    kind, subject_id = subject_of(case)
    values: dict[str, Any] = {"condition": Condition.TRANSPLANTED} if kind == "tree" else {}
    if moved.is_out:
        values |= {"status": TreeStatus.TRANSPLANTED}
        if kind == "tree":
            values["removal_reason"] = RemovalReason.MOVED_OUT
        fields = _set(session, kind, subject_id, values, now)
        fields |= _end(session, kind, subject_id, facts.steps[-1].happened_on)
        tags = recover_tags(session, case, facts.steps[-1])
        return [Change(kind, subject_id, "updated", fields), *tags]
    values |= {
        "lon": moved.lon,
        "lat": moved.lat,
        "lon_raw": f"{moved.lon}",
        "lat_raw": f"{moved.lat}",
        "datum": moved.datum,
        "datum_code": None,
    }
    if kind == "tree":
        values["coordinate_uncertainty_m"] = None
    return [Change(kind, subject_id, "updated", _set(session, kind, subject_id, values, now))]


def _set(
    session: Session, kind: str, subject_id: str, values: dict[str, Any], now: datetime
) -> dict[str, tuple[Any, Any]]:
    """Set columns of a record; returns {column: (old, new)} of those that changed."""
    record = session.get_one(SUBJECTS[kind], subject_id)
    known = {name: value for name, value in values.items() if name in type(record).model_fields}
    changed = {name: (getattr(record, name), value) for name, value in known.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_, value) in changed.items():
        setattr(record, name, value)
    record.updated_on = register_today(session, now)
    session.add(record)
    return changed
