"""Reading whole files of groves, gardens, places and elements out of the register, a batch at a time."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.care_events import care_events
from registry.chunks import chunks
from registry.models import (
    Designation,
    Element,
    Flag,
    Grove,
    GroveSpecies,
    HeritageGarden,
    Inspection,
    Party,
    Photo,
    Place,
    Tree,
    TreeAlias,
    TreeParty,
)
from registry.models.areas import AREA_DRAFTS, AreaColumns, AreaDraft
from registry.parts import (
    designation_record,
    events,
    grouped,
    in_force,
    inspection_record,
    newest,
    photo_records,
    rows_of,
    word,
)
from registry.photos import PhotoStore
from registry.records import AliasRecord, AreaRecord, DetailRecord, FlagRecord, SpeciesShareRecord
from registry.rules.addresses import encode_segment
from registry.rules.redaction import Disclosure
from registry.surroundings import Surroundings
from registry.vocab.words import PartyKind, PartyRole

BATCH = 500
AREAS: dict[str, Any] = {"grove": Grove, "garden": HeritageGarden, "place": Place, "element": Element}
"""The tables of records with an extent, by the kind that a record of them has."""
_OWNERS = {"grove": "grove_id", "garden": "garden_id", "place": "place_id"}
"""Columns by which other rows name an area; an element has no rows of its own."""
_COPIED = tuple(
    name
    for name in AreaRecord.__dataclass_fields__
    if name in AreaColumns.model_fields and name not in {"boundary"}
)


@dataclass(frozen=True, slots=True)
class FullArea:
    """An area's whole file and what of it may be disclosed."""

    record: AreaRecord
    disclosure: Disclosure


def detail_fields(kind: str) -> tuple[str, ...]:
    """The fields of a kind that a record carries as details, in the order of its form."""
    carried = {*AreaDraft.model_fields, *AreaRecord.__dataclass_fields__}
    return tuple(name for name in AREA_DRAFTS[kind].model_fields if name not in carried)


def full_areas(session: Session, kind: str, photos: PhotoStore | None = None) -> Iterator[FullArea]:
    """All groves, gardens, places or elements, by authority and number."""
    table = AREAS[kind]
    ids = session.exec(select(table.id).order_by(table.authority_id, table.number)).all()
    yield from full_areas_of(session, kind, list(ids), photos)


def full_areas_of(
    session: Session, kind: str, ids: list[str], photos: PhotoStore | None = None
) -> Iterator[FullArea]:
    """The whole files of the areas `ids`, in their order."""
    around = Surroundings(session)
    doubled = _doubled_numbers(session, kind)
    for batch in chunks(ids, BATCH):
        rows = _Rows(session, kind, batch)
        for own in batch:
            yield _full(kind, rows, own, around, doubled, photos)


class _Rows:
    """The rows of some areas of one kind, read table by table."""

    def __init__(self, session: Session, kind: str, ids: list[str]) -> None:
        table, owner = AREAS[kind], _OWNERS.get(kind)
        self.areas = {row.id: row for row in rows_of(session, table, col(table.id).in_(ids))}
        self.events = events(session, ids, kind)

        def of(children: Any, *where: Any) -> Any:
            if owner is None or owner not in children.model_fields:
                return {}
            return grouped(session, children, ids, *where, owner=owner)

        self.aliases = of(TreeAlias)
        self.visits = of(Inspection)
        self.decisions = of(Designation)
        self.flags = of(Flag)
        self.pictures = of(Photo, col(Photo.is_released))
        self.roles = of(TreeParty, col(TreeParty.to_on).is_(None))
        self.shares = of(GroveSpecies)
        self.done = care_events(session, ids, owner=owner) if owner else {}
        named = {
            row.party_id for group in (self.roles, self.visits) for rows in group.values() for row in rows
        }
        named |= {row.credit_party_id for rows in self.pictures.values() for row in rows}
        self.parties = {row.id: row for row in rows_of(session, Party, col(Party.id).in_(named - {None}))}
        members: Counter[str] = Counter()
        if owner is not None:
            column: Any = getattr(Tree, owner)
            counted = sa.select(column, sa.func.count()).where(column.in_(ids)).group_by(column)
            members.update({row[0]: row[1] for row in session.execute(counted)})
        self.members = members

    def names(self, own: str, *roles: PartyRole) -> list[Any]:
        """The parties that have one of `roles`, by name."""
        found = [self.parties[row.party_id] for row in self.roles.get(own, ()) if row.role in roles]
        return sorted(found, key=lambda party: str(party.name))


def _full(
    kind: str, rows: _Rows, own: str, around: Surroundings, doubled: set[str], photos: PhotoStore | None
) -> FullArea:
    area = rows.areas[own]
    authority = around.authorities[area.authority_id]
    stewards = rows.names(own, PartyRole.MANAGER, PartyRole.STEWARD)
    units = [party.name for party in _units(stewards)]
    values = {name: word(getattr(area, name)) for name in _COPIED}
    decisions = rows.decisions.get(own, [])
    legal = in_force(decisions)
    values.update(
        uuid=own,
        kind=kind,
        subkind=word(getattr(area, "kind", None)),
        path=_path(area, doubled),
        authority_zh=authority.name_zh,
        authority_en=authority.name_en,
        jurisdiction=authority.jurisdiction,
        source=around.sources[area.source_id],
        duty_phone=around.settings["duty_phone"] or None,
        duty_mail=around.settings["duty_mail"] or None,
        division_path=around.division_path(area.division_id),
        division_path_en=around.division_path(area.division_id, in_english=True),
        boundary=tuple((lon, lat) for lon, lat in json.loads(area.boundary)),
        file_count=rows.members[own],
        protection_grade=legal["protection_grade"] or getattr(area, "protection_grade", None),
        grade_scheme=legal["grade_scheme"] or getattr(area, "grade_scheme", None),
        listings=legal["listings"],
        garden_no=around.numbers[HeritageGarden].get(getattr(area, "garden_id", None) or ""),
        place_no=around.numbers[Place].get(getattr(area, "place_id", None) or ""),
        steward=_joined(stewards),
        lead=_joined(_units(rows.names(own, PartyRole.LEAD))),
        cooperating=_joined(_units(rows.names(own, PartyRole.COOPERATING))),
        details=tuple(
            DetailRecord(name, word(getattr(area, name)))
            for name in detail_fields(kind)
            if getattr(area, name, None) is not None
        ),
        composition=tuple(
            SpeciesShareRecord(row.name_verbatim, row.latin_verbatim, row.tree_count, row.share_percent)
            for row in sorted(rows.shares.get(own, ()), key=lambda row: int(row.ordinal))
        ),
        **_dated(rows, own, area, around, photos),
    )
    kinds = {party.kind for party in stewards}
    return FullArea(
        AreaRecord(**values),
        Disclosure(
            released=frozenset(json.loads(area.released)),
            steward_kind=PartyKind.UNIT if kinds == {PartyKind.UNIT} else PartyKind.PERSON,
            steward_units="、".join(dict.fromkeys(units)) or None,
            position_decimals=around.decimals(values["jurisdiction"]),
            hidden_holders=around.hidden_holders(area),
        ),
    )


def _dated(
    rows: _Rows, own: str, area: Any, around: Surroundings, photos: PhotoStore | None
) -> dict[str, Any]:
    pictures = rows.pictures.get(own, [])
    return {
        "aliases": tuple(
            AliasRecord(row.number, row.scheme)
            for row in sorted(rows.aliases.get(own, ()), key=lambda row: str(row.number))
        ),
        "inspections": tuple(
            inspection_record(row, rows.parties, area.text_lang)
            for row in newest(rows.visits.get(own, []), "inspected_on")
        ),
        "designations": tuple(
            designation_record(row, around) for row in newest(rows.decisions.get(own, []), "designated_on")
        ),
        "photos": photo_records(pictures, rows.parties, photos, area.number) if photos else (),
        "flags": tuple(
            FlagRecord(row.check, word(row.severity), row.field, row.value)
            for row in sorted(rows.flags.get(own, ()), key=lambda row: str(row.check))
        ),
        "history": tuple(rows.events[own]),
        "care_events": rows.done.get(own, ()),
    }


def _units(parties: list[Any]) -> list[Any]:
    return [party for party in parties if party.kind == PartyKind.UNIT]


def _joined(parties: list[Any]) -> str | None:
    return "、".join(dict.fromkeys(party.name for party in parties)) or None


def _doubled_numbers(session: Session, kind: str) -> set[str]:
    table = AREAS[kind]
    numbers = select(table.number).group_by(table.number).having(sa.func.count() > 1)
    return set(session.exec(numbers))


def _path(area: Any, doubled: set[str]) -> str:
    return encode_segment(f"{area.authority_id}:{area.number}" if area.number in doubled else area.number)
