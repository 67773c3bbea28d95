"""Reading assessments and instrument readings out of the register, as plain records."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.health_records import (
    AssessmentModel,
    AssessmentRecord,
    DueAssessment,
    ReadingRecord,
    result_from,
)
from registry.models import (
    Assessment,
    Grove,
    HeritageGarden,
    InstrumentReading,
    Party,
    Photo,
    Place,
    Species,
    Tree,
)
from registry.photos import PhotoStore
from registry.rules.trends import months_later
from registry.vocab.care_words import AssessmentState
from registry.vocab.words import ON_REGISTER, RiskRating, Vigour

_SUBJECTS: tuple[tuple[str, Any, str], ...] = (
    ("tree", Tree, "tree_no"),
    ("grove", Grove, "number"),
    ("garden", HeritageGarden, "number"),
    ("place", Place, "number"),
)
_CHUNK = 500
MOST_PHOTOS = 4
"""So many photos of the day stand with an assessment."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which assessments are wanted; what is None does not matter."""

    record: tuple[str, str] | None = None
    model: str | None = None
    state: AssessmentState | None = None
    band: str | None = None
    vigour: Vigour | None = None
    risk: RiskRating | None = None
    since: date | None = None
    until: date | None = None


def assessment_records(session: Session, which: Which | None = None) -> list[AssessmentRecord]:
    """Assessments with their readings, those of a record together and the newest first."""
    rows = list(session.exec(_query(which or Which())))
    parties = _parties(session, (each for row in rows for each in (row.party_id, row.reviewer_id)))
    called = _called(session, rows)
    readings: defaultdict[str, list[ReadingRecord]] = defaultdict(list)
    for batch in chunks((row.id for row in rows), _CHUNK):
        found = select(InstrumentReading).where(col(InstrumentReading.assessment_id).in_(batch))
        for each in _reading_records(session, session.exec(found)):
            readings[each.assessment_id or ""].append(each)
    return [
        _record(row, called[_subject(row)], parties, tuple(readings[row.id]))
        for row in rows
        if _subject(row) in called
    ]


def reading_records(session: Session, record: tuple[str, str]) -> list[ReadingRecord]:
    """The readings of a record (kind and id), the newest first."""
    whose = col(getattr(InstrumentReading, f"{record[0]}_id"))
    query = select(InstrumentReading).where(whose == record[1])
    order = (col(InstrumentReading.measured_on).desc(), col(InstrumentReading.instrument))
    return _reading_records(session, session.exec(query.order_by(*order, col(InstrumentReading.id))))


def with_evidence(session: Session, record: AssessmentRecord, photos: PhotoStore) -> AssessmentRecord:
    """The assessment with the photos of its record that were taken on its day, small."""
    if record.kind == "place":
        return record
    kind, own = _subject(session.get_one(Assessment, record.id))
    query = select(Photo.sha256).where(
        getattr(Photo, f"{kind}_id") == own, col(Photo.taken_on) == record.assessed_on
    )
    digests = session.exec(query.order_by(col(Photo.kind), col(Photo.id)).limit(MOST_PHOTOS))
    thumbs = tuple(photos.shown(digest, record.number).thumb for digest in digests)
    return replace(record, evidence=thumbs)


def due_assessments(
    session: Session, models: Mapping[str, AssessmentModel], *, until: date
) -> list[DueAssessment]:
    """What is to be assessed again by `until`: endangered trees first, then whatever is longest overdue.

    Of each record and model the latest assessment counts: the day its assessor named, else by the model.
    """
    found = []
    for kind, table, number in _SUBJECTS:
        whose = col(getattr(Assessment, f"{kind}_id"))
        vigour = table.vigour if kind == "tree" else sa.null()
        status = getattr(table, "status", None)
        query = sa.select(Assessment, getattr(table, number), _name(kind, table), vigour)
        query = query.join(table, table.id == whose)
        if kind == "tree":
            query = query.outerjoin(Species, col(Species.id) == Tree.species_id)
        if status is not None:
            query = query.where(status.in_(ON_REGISTER))
        latest: dict[tuple[str, str], Any] = {}
        for row in session.execute(query.order_by(col(Assessment.assessed_on), col(Assessment.id))):
            latest[getattr(row[0], f"{kind}_id"), row[0].model_id] = row
        for (_own, model_id), (row, called, name, now) in latest.items():
            model = models.get(model_id)
            months = model.next_months if model else None
            day = row.next_on or (months_later(row.assessed_on, months) if months else None)
            if day is not None and day <= until:
                found.append(
                    DueAssessment(
                        kind=kind,
                        number=called,
                        name=name,
                        model_id=model_id,
                        title=result_from(json.loads(row.result)).title,
                        last_on=row.assessed_on,
                        next_on=day,
                        vigour=now,
                        is_stated=row.next_on is not None,
                    )
                )
    return sorted(
        found, key=lambda each: (not each.is_endangered, each.next_on, len(each.number), each.number)
    )


def never_assessed(session: Session) -> tuple[int, int]:
    """(trees without any assessment, all trees) of those that stand on the register."""
    stands = col(Tree.status).in_(ON_REGISTER)
    has_one = sa.exists().where(col(Assessment.tree_id) == Tree.id)
    count = sa.select(sa.func.count()).select_from(Tree).where(stands)
    return session.execute(count.where(~has_one)).scalar_one(), session.execute(count).scalar_one()


def _query(which: Which) -> Any:
    query = select(Assessment)
    if which.record is not None:
        query = query.where(getattr(Assessment, f"{which.record[0]}_id") == which.record[1])
    wanted = {
        "model_id": which.model,
        "state": which.state,
        "band": which.band,
        "vigour": which.vigour,
        "risk_rating": which.risk,
    }
    for name, value in wanted.items():
        if value is not None:
            query = query.where(getattr(Assessment, name) == value)
    if which.since is not None:
        query = query.where(col(Assessment.assessed_on) >= which.since)
    if which.until is not None:
        query = query.where(col(Assessment.assessed_on) <= which.until)
    return query.order_by(col(Assessment.assessed_on).desc(), col(Assessment.id))


def _subject(row: Any) -> tuple[str, str]:
    return next((kind, own) for kind, *_ in _SUBJECTS if (own := getattr(row, f"{kind}_id")))


def _called(session: Session, rows: Iterable[Any]) -> dict[tuple[str, str], tuple[str, str | None]]:
    """{(kind, id): (number, name)} of the records of some rows."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        kind, own = _subject(row)
        wanted[kind].add(own)
    found: dict[tuple[str, str], tuple[str, str | None]] = {}
    for kind, table, number in _SUBJECTS:
        for batch in chunks(sorted(wanted[kind]), _CHUNK):
            query = sa.select(table.id, getattr(table, number), _name(kind, table))
            if kind == "tree":
                query = query.outerjoin(Species, col(Species.id) == Tree.species_id)
            for own, called, name in session.execute(query.where(table.id.in_(batch))):
                found[kind, own] = (called, name)
    return found


def _name(kind: str, table: Any) -> Any:
    """How a record is called besides its number; a tree by its species where it has no name of its own."""
    if kind != "tree":
        return table.name
    return sa.func.coalesce(
        Tree.name_verbatim, Tree.common_name, Species.name_hans, Species.name_hant, Species.name_latin
    )


def _parties(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for batch in chunks(sorted({each for each in ids if each}), _CHUNK):
        rows = session.exec(select(Party.id, Party.name).where(col(Party.id).in_(batch)))
        found.update((own, name) for own, name in rows)
    return found


def _record(
    row: Any, called: tuple[str, str | None], parties: Mapping[str, str], readings: Sequence[ReadingRecord]
) -> AssessmentRecord:
    return AssessmentRecord(
        id=row.id,
        kind=_subject(row)[0],
        number=called[0],
        name=called[1],
        model_id=row.model_id,
        model_version=row.model_version,
        assessed_on=row.assessed_on,
        state=row.state.value,
        result=result_from(json.loads(row.result)),
        vigour=row.vigour.value if row.vigour else None,
        vigour_scale=row.vigour_scale,
        environment=row.environment.value if row.environment else None,
        risk_rating=row.risk_rating.value if row.risk_rating else None,
        time_frame_years=row.time_frame_years,
        next_on=row.next_on,
        notes=row.notes,
        party=parties.get(row.party_id or ""),
        document_no=row.document_no,
        reviewed_on=row.reviewed_on,
        reviewer=parties.get(row.reviewer_id or ""),
        readings=tuple(readings),
    )


def _reading_records(session: Session, rows: Iterable[Any]) -> list[ReadingRecord]:
    found = list(rows)
    parties = _parties(session, (row.party_id for row in found))
    called = _called(session, found)
    return [
        ReadingRecord(
            id=row.id,
            kind=_subject(row)[0],
            number=called[_subject(row)][0],
            instrument=row.instrument.value,
            measured_on=row.measured_on,
            values=tuple((name, *told) for name, told in json.loads(row.readings).items()),
            position=row.position,
            file_name=row.file_name,
            file_sha256=row.file_sha256,
            party=parties.get(row.party_id or ""),
            notes=row.notes,
            assessment_id=row.assessment_id,
        )
        for row in found
    ]
