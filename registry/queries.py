"""Reading whole files out of the register, in bounded batches and a constant number of statements each."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.models import (
    AgeReading,
    Designation,
    Event,
    EventItem,
    Flag,
    Grove,
    HeritageGarden,
    Inspection,
    Measurement,
    Party,
    Photo,
    Place,
    Species,
    Tree,
    TreeAlias,
    TreeParty,
)
from registry.photos import PhotoStore
from registry.records import (
    AgeRecord,
    AliasRecord,
    AreaRecord,
    DesignationRecord,
    FlagRecord,
    HistoryRecord,
    InspectionRecord,
    MeasurementRecord,
    PhotoRecord,
    TreeRecord,
)
from registry.rules.addresses import encode_segment
from registry.rules.commitments import told_fields
from registry.rules.redaction import Disclosure
from registry.surroundings import Surroundings
from registry.vocab.words import DesignationKind, PartyKind, PartyRole, Precision

BATCH = 500
SAME_POINT = "same_point"


@dataclass(frozen=True, slots=True)
class FullTree:
    """A tree's whole file and what of it may be disclosed. It passes through `redact` before it leaves."""

    record: TreeRecord
    disclosure: Disclosure


@dataclass(frozen=True, slots=True)
class FullArea:
    """A grove or garden and what of it may be disclosed."""

    record: AreaRecord
    disclosure: Disclosure


def full_trees(session: Session, ids: Iterable[str], photos: PhotoStore | None = None) -> Iterator[FullTree]:
    """The whole files of the trees `ids`, in their order, `BATCH` at a time."""
    surroundings = Surroundings(session)
    for batch in chunks(ids, BATCH):
        yield from _load(session, batch, surroundings, photos)
        session.expunge_all()


class _Batch:
    """The rows of some trees, read table by table as plain rows: objects would cost twice the time."""

    def __init__(self, session: Session, ids: list[str]) -> None:
        self.trees = {row.id: row for row in _rows(session, Tree, col(Tree.id).in_(ids))}
        self.aliases = _grouped(session, TreeAlias, ids)
        self.sizes = _grouped(session, Measurement, ids)
        self.ages = _grouped(session, AgeReading, ids)
        self.visits = _grouped(session, Inspection, ids)
        self.decisions = _grouped(session, Designation, ids)
        self.flags = _grouped(session, Flag, ids)
        self.pictures = _grouped(session, Photo, ids, col(Photo.is_released))
        self.roles = _grouped(session, TreeParty, ids, col(TreeParty.to_on).is_(None))
        named = {row.party_id for rows in self.roles.values() for row in rows}
        named |= {row.party_id for rows in self.visits.values() for row in rows if row.party_id}
        named |= {
            row.credit_party_id for rows in self.pictures.values() for row in rows if row.credit_party_id
        }
        self.parties = {row.id: row for row in _rows(session, Party, col(Party.id).in_(named))}
        self.near_hidden = _on_the_point_of_a_hidden_tree(
            session, [own for own, flags in self.flags.items() if any(f.check == SAME_POINT for f in flags)]
        )
        self.events = _events(session, ids)

    def parties_of(self, tree_id: str, *roles: PartyRole) -> list[Any]:
        """The parties of the first of `roles` that anybody has, by name."""
        for role in roles:
            found = [self.parties[row.party_id] for row in self.roles[tree_id] if row.role == role]
            if found:
                return sorted(found, key=lambda party: str(party.name))
        return []


def _load(
    session: Session, ids: list[str], around: Surroundings, photos: PhotoStore | None
) -> Iterator[FullTree]:
    batch = _Batch(session, ids)
    for tree_id in ids:
        tree, pictures = batch.trees[tree_id], batch.pictures[tree_id]
        stewards = [
            *batch.parties_of(tree_id, PartyRole.MANAGER),
            *batch.parties_of(tree_id, PartyRole.STEWARD),
        ]
        units = [party.name for party in stewards if party.kind == PartyKind.UNIT]
        surveyors = batch.parties_of(tree_id, PartyRole.SURVEYOR)
        record = TreeRecord(
            **_tree_values(tree, around),
            **_dated_rows(tree, batch, around),
            **_in_force(batch.decisions[tree_id]),
            photos=_photo_records(pictures, batch.parties, photos) if photos else (),
            steward="、".join(dict.fromkeys(party.name for party in stewards)) or None,
            surveyor="、".join(party.name for party in surveyors) or None,
        )
        kinds = {party.kind for party in stewards}
        yield FullTree(
            record,
            Disclosure(
                released=frozenset(json.loads(tree.released)),
                steward_kind=PartyKind.UNIT if kinds == {PartyKind.UNIT} else PartyKind.PERSON,
                steward_units="、".join(dict.fromkeys(units)) or None,
                species_name=_species_name(tree, around),
            ),
        )


def _on_the_point_of_a_hidden_tree(session: Session, ids: list[str]) -> frozenset[str]:
    """Those of `ids` that share their point with a tree whose position is not exact: a note that others
    stand there would give it away, also where its precision was lowered after the note was made."""
    other = aliased(Tree)
    here = sa.and_(col(other.lat) == col(Tree.lat), col(other.lon) == col(Tree.lon))
    query = (
        sa.select(col(Tree.id))
        .join(other, here)
        .where(col(Tree.id).in_(ids), col(other.position_precision) != Precision.EXACT)
    )
    return frozenset(session.execute(query).scalars()) if ids else frozenset()


def _rows(session: Session, table: Any, *where: Any) -> Iterable[Any]:
    return session.execute(sa.select(table.__table__).where(*where))


def _grouped(session: Session, table: Any, ids: list[str], *where: Any) -> defaultdict[str, list[Any]]:
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for row in _rows(session, table, col(table.tree_id).in_(ids), *where):
        groups[row.tree_id].append(row)
    return groups


def _dated_rows(tree: Any, batch: _Batch, around: Surroundings) -> dict[str, Any]:
    own = tree.id
    return {
        "aliases": tuple(
            AliasRecord(row.number, row.scheme)
            for row in sorted(batch.aliases[own], key=lambda row: str(row.number))
        ),
        "measurements": tuple(_measurement_record(row) for row in _newest(batch.sizes[own], "measured_on")),
        "ages": tuple(
            AgeRecord(
                _word(row.basis),
                row.years,
                row.lower_years,
                row.upper_years,
                row.method,
                row.as_of,
                row.evidence,
            )
            for row in _newest(batch.ages[own], "as_of")
        ),
        "inspections": tuple(
            _inspection_record(row, batch.parties, tree.text_lang)
            for row in _newest(batch.visits[own], "inspected_on")
        ),
        "designations": tuple(
            _designation_record(row, around) for row in _newest(batch.decisions[own], "designated_on")
        ),
        "flags": tuple(
            FlagRecord(row.check, _word(row.severity), row.field, row.value)
            for row in sorted(batch.flags[own], key=lambda row: str(row.check))
            if row.check != SAME_POINT or own not in batch.near_hidden
        ),
        "history": tuple(batch.events[own]),
    }


def _newest(rows: list[Any], day: str) -> list[Any]:
    """Dated rows newest first, undated ones last, ties by id so that the order is settled."""
    return sorted(rows, key=lambda row: (str(getattr(row, day) or ""), row.id), reverse=True)


def _in_force(rows: list[Any]) -> dict[str, Any]:
    """The legal grade is that of the latest decision; lists add up."""
    grades = [row for row in _newest(rows, "designated_on") if row.kind == DesignationKind.GRADE]
    return {
        "protection_grade": grades[0].grade if grades else None,
        "grade_scheme": grades[0].scheme if grades else None,
        "listings": tuple(sorted({row.scheme for row in rows if row.kind == DesignationKind.LISTING})),
    }


_COPIED = tuple(
    name for name in TreeRecord.__dataclass_fields__ if name in Tree.model_fields and name not in {"values"}
)


def _tree_values(tree: Any, around: Surroundings) -> dict[str, Any]:
    authority = around.authorities[tree.authority_id]
    species = around.species.get(tree.species_id) if tree.species_id else None
    record = {name: _word(getattr(tree, name)) for name in _COPIED}
    is_hant = tree.text_lang == "zh-Hant"
    written = tree.name_verbatim if _has_han(tree.name_verbatim) else None
    by_species = species and (species.name_hans or species.name_hant)
    hans = not is_hant if written else bool(species and species.name_hans)
    record.update(
        uuid=tree.id,
        path=around.path(tree),
        authority_zh=authority.name_zh,
        authority_en=authority.name_en,
        jurisdiction=authority.jurisdiction,
        source=around.sources[tree.source_id],
        duty_phone=around.settings["duty_phone"] or None,
        duty_mail=around.settings["duty_mail"] or None,
        name_zh=written or by_species or None,
        name_zh_lang="zh-Hans" if hans else "zh-Hant",
        name_latin=species.name_latin if species else None,
        name_author=species.name_author if species else None,
        name_en=species.name_en if species else None,
        family=species.family if species else None,
        genus=species.genus if species else None,
        division_path=around.division_path(tree.division_id),
        division_path_en=around.division_path(tree.division_id, in_english=True),
        values=tree.values,
        grove_no=around.numbers[Grove].get(tree.grove_id),
        garden_no=around.numbers[HeritageGarden].get(tree.garden_id),
        place_no=around.numbers[Place].get(tree.place_id),
    )
    return record


def _species_name(tree: Any, around: Surroundings) -> str | None:
    """What the species is called: in the script of the tree's texts where the register knows it so."""
    species: Species | None = around.species.get(tree.species_id) if tree.species_id else None
    if species is None:
        return None
    is_hant = tree.text_lang == "zh-Hant"
    return (species.name_hant if is_hant else None) or species.name_hans or species.name_hant


def _has_han(text: str | None) -> bool:
    return any("\u3400" <= character <= "\u9fff" for character in text or "")


def _word(value: Any) -> Any:
    return getattr(value, "value", value)


def _measurement_record(row: Any) -> MeasurementRecord:
    return MeasurementRecord(**{name: getattr(row, name) for name in MeasurementRecord.__dataclass_fields__})


def _inspection_record(row: Any, parties: dict[str, Any], text_lang: str) -> InspectionRecord:
    by = parties.get(row.party_id) if row.party_id else None
    return InspectionRecord(
        inspected_on=row.inspected_on,
        kind=_word(row.kind),
        vigour=_word(row.vigour),
        vigour_scale=row.vigour_scale,
        environment=_word(row.environment),
        risk_rating=_word(row.risk_rating),
        findings=tuple(json.loads(row.findings)),
        notes=row.notes,
        inspected_by=by.name if by and by.kind == PartyKind.UNIT else None,
        text_lang=text_lang,
    )


def _designation_record(row: Any, around: Surroundings) -> DesignationRecord:
    authority = around.authorities.get(row.authority_id) if row.authority_id else None
    return DesignationRecord(
        kind=_word(row.kind),
        scheme=row.scheme,
        grade=row.grade,
        designated_on=row.designated_on,
        authority=authority.name_zh if authority else None,
        authority_en=authority.name_en if authority else None,
        document_no=row.document_no,
    )


def _photo_records(rows: list[Any], parties: dict[str, Any], photos: PhotoStore) -> tuple[PhotoRecord, ...]:
    return tuple(_photo_record(row, parties, photos) for row in _newest(rows, "taken_on"))


def _photo_record(row: Any, parties: dict[str, Any], photos: PhotoStore) -> PhotoRecord:
    rendition = photos.rendition(row.sha256)
    credit = parties.get(row.credit_party_id)
    return PhotoRecord(
        kind=_word(row.kind),
        taken_on=row.taken_on,
        caption=row.caption,
        credit=credit.name if credit else None,
        width=rendition.width,
        height=rendition.height,
        jpeg=rendition.jpeg,
        thumb=rendition.thumb,
        is_caption_released=row.caption_released,
        is_credit_cleared=bool(credit and (credit.kind == PartyKind.UNIT or credit.consented_on)),
    )


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
    "released": "",
    "caption_released": "caption",
    "credit_consent": "credit",
}
"""Columns of the register under the names that readers know; "" for what tells them nothing."""


def _events(session: Session, ids: list[str]) -> defaultdict[str, list[HistoryRecord]]:
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
        .where(col(EventItem.subject_id).in_(ids), col(EventItem.subject_type) == "tree")
        .order_by(col(Event.seq).desc())
    )
    events: defaultdict[str, list[HistoryRecord]] = defaultdict(list)
    for subject_id, action, change, seq, at, kind, digest in session.execute(query):
        fields = tuple(sorted({_TOLD_AS.get(name, name) for name in told_fields(change)} - {""}))
        events[subject_id].append(HistoryRecord(seq, at, f"{kind}:{action}", fields, digest))
    return events


def full_areas(session: Session, kind: str) -> Iterator[FullArea]:
    """Groves (kind "grove") or heritage gardens (kind "garden"), by number."""
    around = Surroundings(session)
    table: Any = Grove if kind == "grove" else HeritageGarden
    for row in session.exec(select(table).order_by(table.authority_id, table.number)):
        authority = around.authorities[row.authority_id]
        record = AreaRecord(
            uuid=row.id,
            kind=kind,
            number=row.number,
            path=encode_segment(row.number),
            authority_id=row.authority_id,
            authority_zh=authority.name_zh,
            authority_en=authority.name_en,
            jurisdiction=authority.jurisdiction,
            name=row.name,
            name_lang=row.name_lang,
            source=around.sources[row.source_id],
            division_id=row.division_id,
            division_path=around.division_path(row.division_id),
            division_path_en=around.division_path(row.division_id, in_english=True),
            boundary=tuple((lon, lat) for lon, lat in json.loads(row.boundary)),
            tree_count=row.tree_count,
            area_ha=row.area_ha,
            protection_grade=getattr(row, "protection_grade", None),
            grade_scheme=getattr(row, "grade_scheme", None),
            period=getattr(row, "period", None),
            notes=row.notes,
            position_precision=row.position_precision.value,
        )
        yield FullArea(record, Disclosure(released=frozenset(json.loads(row.released))))
