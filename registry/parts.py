"""The parts of which whole files are made: rows of the register as plain rows, and as records carry them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.models import Event, EventItem
from registry.photos import PhotoStore, Rendition
from registry.records import (
    DesignationRecord,
    HistoryRecord,
    InspectionRecord,
    MeasurementRecord,
    PhotoRecord,
)
from registry.rules.commitments import told_fields
from registry.rules.in_force import in_force as decisions_in_force
from registry.surroundings import Surroundings
from registry.vocab.words import DesignationKind, PartyKind

_TOLD_AS = {
    "authority_id": "authority",
    "division_id": "division",
    "grove_id": "grove_no",
    "garden_id": "garden_no",
    "place_id": "place_no",
    "lat_raw": "lat",
    "lon_raw": "lon",
    "latin_verbatim": "name_latin",
    "parties": "steward",
    "source_id": "source",
    "species_id": "name_latin",
    "text_lang": "",
    "name_lang": "",
    "released": "",
    "caption_released": "caption",
    "credit_consent": "credit",
}
"""Columns of the register under the names that readers know; "" for what tells them nothing."""


def rows_of(session: Session, table: Any, *where: Any) -> Iterable[Any]:
    """Plain rows of a table: objects would cost twice the time."""
    return session.execute(sa.select(table.__table__).where(*where))


def grouped(
    session: Session, table: Any, ids: list[str], *where: Any, owner: str = "tree_id"
) -> defaultdict[str, list[Any]]:
    """Rows of `table` by the record that they belong to: `owner` is the column that names it."""
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows_of(session, table, col(getattr(table, owner)).in_(ids), *where):
        groups[getattr(row, owner)].append(row)
    return groups


def newest(rows: list[Any], day: str) -> list[Any]:
    """Dated rows newest first, undated ones last, ties by id so that the order is settled."""
    return sorted(rows, key=lambda row: (str(getattr(row, day) or ""), row.id), reverse=True)


def in_force(rows: list[Any], on: date | None = None) -> dict[str, Any]:
    """The legal grade on a day (today) is that of the latest decision in force; lists add up."""
    standing = decisions_in_force(rows, on or datetime.now(UTC).date())
    grade = next((row for row in standing if row.kind == DesignationKind.GRADE), None)
    return {
        "protection_grade": grade.grade if grade else None,
        "grade_scheme": grade.scheme if grade else None,
        "listings": tuple(sorted({row.scheme for row in standing if row.kind == DesignationKind.LISTING})),
    }


def has_han(text: str | None) -> bool:
    """Whether a text has a Chinese character."""
    return any("\u3400" <= character <= "\u9fff" for character in text or "")


def word(value: Any) -> Any:
    """The value of a code word; anything else as it is."""
    return getattr(value, "value", value)


def measurement_record(row: Any) -> MeasurementRecord:
    """A measurement as records carry it."""
    return MeasurementRecord(**{name: getattr(row, name) for name in MeasurementRecord.__dataclass_fields__})


def inspection_record(row: Any, parties: dict[str, Any], text_lang: str) -> InspectionRecord:
    """A visit as records carry it; of persons who came no name."""
    by = parties.get(row.party_id) if row.party_id else None
    return InspectionRecord(
        inspected_on=row.inspected_on,
        kind=word(row.kind),
        vigour=word(row.vigour),
        vigour_scale=row.vigour_scale,
        environment=word(row.environment),
        risk_rating=word(row.risk_rating),
        findings=tuple(json.loads(row.findings)),
        notes=row.notes,
        inspected_by=by.name if by and by.kind == PartyKind.UNIT else None,
        text_lang=text_lang,
        checks=tuple(json.loads(row.checks).items()) if row.checks else (),
    )


def designation_record(row: Any, around: Surroundings) -> DesignationRecord:
    """A decision as records carry it."""
    authority = around.authorities.get(row.authority_id) if row.authority_id else None
    return DesignationRecord(
        kind=word(row.kind),
        scheme=row.scheme,
        grade=row.grade,
        designated_on=row.designated_on,
        authority=authority.name_zh if authority else None,
        authority_en=authority.name_en if authority else None,
        document_no=row.document_no,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        published_on=row.published_on,
        published_url=row.published_url,
        ended_on=row.ended_on,
    )


def photo_records(
    rows: list[Any], parties: dict[str, Any], photos: PhotoStore, record: str
) -> tuple[PhotoRecord, ...]:
    """The photos of `record` with their renditions, newest first. Raises PhotoUnreadableError."""
    return tuple(
        _photo_record(row, parties, photos.shown(row.sha256, record)) for row in newest(rows, "taken_on")
    )


def _photo_record(row: Any, parties: dict[str, Any], rendition: Rendition) -> PhotoRecord:
    credit = parties.get(row.credit_party_id)
    return PhotoRecord(
        kind=word(row.kind),
        taken_on=row.taken_on,
        caption=row.caption,
        credit=credit.name if credit else None,
        width=rendition.width,
        height=rendition.height,
        jpeg=rendition.jpeg,
        thumb=rendition.thumb,
        is_caption_released=row.caption_released,
        is_credit_cleared=bool(credit and (credit.kind == PartyKind.UNIT or credit.consented_on)),
        viewpoint=row.viewpoint,
        bearing_deg=row.bearing_deg,
        distance_m=row.distance_m,
    )


def events(
    session: Session, ids: list[str], subject_type: str = "tree"
) -> defaultdict[str, list[HistoryRecord]]:
    """What happened to each record, newest first."""
    columns: list[Any] = [
        EventItem.subject_id,
        EventItem.action,
        EventItem.change,
        Event.seq,
        Event.at,
        Event.kind,
        Event.hash,
    ]
    query = (
        sa.select(*columns)
        .join(Event, col(Event.seq) == col(EventItem.seq))
        .where(col(EventItem.subject_id).in_(ids), col(EventItem.subject_type) == subject_type)
        .order_by(col(Event.seq).desc())
    )
    events: defaultdict[str, list[HistoryRecord]] = defaultdict(list)
    for subject_id, action, change, seq, at, kind, digest in session.execute(query):
        fields = tuple(sorted({_TOLD_AS.get(name, name) for name in told_fields(change)} - {""}))
        events[subject_id].append(HistoryRecord(seq, at, f"{kind}:{action}", fields, digest))
    return events
