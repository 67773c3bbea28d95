"""Writing an edition: records into the tables of `schema/public.sql`, columns matched by name."""

import base64
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.editions import withdrawn_editions
from registry.commands.history import canonical
from registry.geopackage import point_blob, polygon_blob, register_attributes, register_layer
from registry.keys import Keys
from registry.models import (
    Authority,
    Division,
    Element,
    Grove,
    HeritageGarden,
    Place,
    RecordLink,
    Species,
    SpeciesName,
    Tag,
    Tree,
)
from registry.records import AreaRecord, TreeRecord
from registry.rules.addresses import encode_segment
from registry.rules.tag_codes import printed_text, tag_hash
from registry.settings import all_settings

UNLICENSED = "not licensed for re-use"
"""How a mapping says that nobody has said on what terms its file may be passed on."""
FORMAT = "gushu-public-1"
PUBLIC_SETTINGS = (
    "register_name",
    "register_name_en",
    "public_address",
    "basemap",
    "basemap_url",
    "basemap_key",
    "basemap_attribution",
    "demonstration",
    "public_position_decimals",
    "map_review_no",
)
BATCH = 500
AREAS_AT_ONCE = 50
"""Groves, gardens and the like are written so many at a time: their photos wait in memory."""
Progress = Callable[[int], None]
_SPECIES_FIELDS = ("name_zh", "name_latin", "name_author", "name_en", "family", "genus")
_SPECIES_AS = {"name_hans": "name_zh", "name_hant": "name_zh"}
"""Columns of the species under the names that a tree's record gives them."""
PUBLIC_LINKS = ("related", "stands_in", "replaces")
"""Links between records that the public may know: those that people made."""
_LINKED: dict[str, Any] = {
    "tree": Tree,
    "grove": Grove,
    "garden": HeritageGarden,
    "place": Place,
    "element": Element,
}
AREA_LAYERS = {
    "grove": "古树群 / groves",
    "garden": "历史名园 / heritage gardens",
    "place": "地点 / places",
    "element": "历史景观要素 / landmark elements",
}
_LISTED_FIELDS = ("name_hans", "name_hant", "name_latin", "name_author", "name_en")
_AS_IT_IS = frozenset({str, int, float, bytes, type(None)})
"""Types of values that are stored as they are."""
_OWN_IDS = frozenset({"species", "division", "authority", "source"})


@dataclass(slots=True)
class PublishReport:
    """What an edition holds and what was held back, counted by field and reason."""

    path: Path
    number: int = 0
    trees: int = 0
    groves: int = 0
    gardens: int = 0
    places: int = 0
    elements: int = 0
    tags: int = 0
    photos: int = 0
    without_position: int = 0
    generalised: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    unlicensed: dict[str, int] = field(default_factory=dict)
    """Titles of sources that say no terms of re-use, and how many trees come from them."""
    zones: int = 0
    stories: int = 0
    walks: int = 0
    sha256: str = ""
    history_head: str = ""
    kept: int = 0
    """Editions that stay open to readers, this one included, and their bytes."""
    kept_bytes: int = 0
    shown_less: int = 0
    """Records, stories and walks of which the edition before shows what this one does not."""


def is_unlicensed(licence: str) -> bool:
    """Whether a source says no terms on which it may be passed on."""
    return UNLICENSED in licence or not licence.strip()


class EditionWriter:
    """Writes records into the tables of an edition and counts what it writes."""

    def __init__(self, connection: sqlite3.Connection, report: PublishReport, now: datetime) -> None:
        self.connection, self.report, self.now = connection, report, now
        self.columns = {
            table.name: [
                column.name for column in table.columns if column.name != "id" or table.name in _OWN_IDS
            ]
            for table in Database(connection).tables
            if not table.name.startswith(("gpkg_", "tree_search", "found_search", "sqlite_"))
        }
        self.species: Counter[str | None] = Counter()
        self.species_said: defaultdict[str | None, set[tuple[str, str]]] = defaultdict(set)
        self.divisions: Counter[str | None] = Counter()
        self.authorities: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.source_rows: dict[str, Any] = {}
        self.names: defaultdict[str, list[SpeciesName]] = defaultdict(list)
        """Names of species from lists, which anybody may read: see `learn_names`."""
        self.area_divisions: set[str | None] = set()

    def insert(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        names = self.columns[table]
        marks = ", ".join("?" * len(names))
        quoted = ", ".join(f'"{name}"' for name in names)
        self.connection.executemany(
            f"INSERT INTO {table} ({quoted}) VALUES ({marks})",
            (
                [value if type(value) in _AS_IT_IS else _stored(value) for value in map(row.get, names)]
                for row in rows
            ),
        )

    def learn_names(self, session: Session) -> None:
        """Learn under which names species are found; to be called before any tree is written."""
        query = select(SpeciesName).order_by(col(SpeciesName.kind), col(SpeciesName.name))
        for row in session.exec(query):
            self.names[row.species_id].append(row)

    def trees(self, trees: Iterator[TreeRecord], progress: Progress) -> None:
        extent: list[tuple[float, float]] = []
        fid = 0
        for batch in chunks(trees, BATCH):
            numbered = list(enumerate(batch, start=fid + 1))
            fid += len(batch)
            self.insert("tree", [_tree_row(number, tree) for number, tree in numbered])
            for table, rows in _children(batch).items():
                self.insert(table, rows)
            self._count(batch)
            extent = _corners(
                extent, [(t.lon, t.lat) for t in batch if t.lon is not None and t.lat is not None]
            )
            progress(fid)
        register_layer(self.connection, "tree", "POINT", extent, about="古树名木 / trees", at=self.now)
        register_attributes(
            self.connection, "measurement", about="测量 / sizes by date (tree_uuid)", at=self.now
        )
        register_attributes(
            self.connection, "inspection", about="检查 / inspections (tree_uuid)", at=self.now
        )

    def areas(self, kind: str, areas: Iterator[AreaRecord]) -> None:
        extent: list[tuple[float, float]] = []
        fid = 0
        for rows in chunks(areas, AREAS_AT_ONCE):
            self.insert(kind, [_area_row(number, area) for number, area in enumerate(rows, start=fid + 1)])
            fid += len(rows)
            for area in rows:
                self.source_rows[area.source.source_id] = area.source
                self.area_divisions.add(area.division_id)
            pictures = [{"area_uuid": area.uuid, **_plain(photo)} for area in rows for photo in area.photos]
            self.insert("photo", pictures)
            done = [{"area_uuid": area.uuid, **_plain(row)} for area in rows for row in area.care_events]
            self.insert("care_event", done)
            self.report.photos += len(pictures)
            points = [point for area in rows for point in area.boundary]
            points += [(area.lon, area.lat) for area in rows if area.lon is not None and area.lat is not None]
            extent = _corners(extent, points)
        setattr(self.report, f"{kind}s", fid)
        register_layer(self.connection, kind, "GEOMETRY", extent, about=AREA_LAYERS[kind], at=self.now)

    def surroundings(self, session: Session) -> None:
        """Species, divisions, authorities and sources that the published records refer to."""
        self.insert(
            "species",
            [
                self._species_row(row)
                for row in session.exec(select(Species).order_by(col(Species.id)))
                if self.species[row.id]
            ],
        )
        self.insert("species_name", self._name_rows())
        self.insert("division", self._division_rows(session))
        self.report.unlicensed = {
            row.title: self.sources[source_id]
            for source_id, row in sorted(self.source_rows.items())
            if is_unlicensed(row.licence)
        }
        settings = all_settings(session)
        duty = {name: settings[name] or None for name in ("duty_phone", "duty_mail")}
        self.insert(
            "authority",
            [
                {**row.model_dump(), **duty, "tree_count": self.authorities[row.id]}
                for row in session.exec(select(Authority).order_by(col(Authority.id)))
            ],
        )
        self.insert(
            "source",
            [
                {**_plain(row), "id": source_id, "tree_count": self.sources[source_id]}
                for source_id, row in sorted(self.source_rows.items())
            ],
        )

    def tags(self, session: Session, keys: Keys) -> None:
        rows = [
            {
                "tag_hash": tag_hash(printed_text(tag.code, keys.tag_key(tag.key_id))),
                "tree_uuid": tag.tree_id,
                "grove_uuid": tag.grove_id,
                "state": REVOKED if tag.key_id in keys.revoked else tag.state.value,
                "condition": tag.condition.value if tag.condition in _TOLD_CONDITIONS else None,
                "issued_on": tag.issued_on,
                "ended_on": tag.ended_on,
            }
            for tag in session.exec(select(Tag))
        ]
        self.insert("tag", sorted(rows, key=lambda row: str(row["tag_hash"])))
        self.report.tags = len(rows)

    def links(self, session: Session) -> None:
        """Links that people made, where the place of neither record is hidden: one would tell the other's."""
        exact: dict[str, set[str]] = {}
        for kind, table in _LINKED.items():
            query = select(table.id).where(table.position_precision == "exact")
            found = select(RecordLink.from_id).where(RecordLink.from_type == kind)
            others = select(RecordLink.to_id).where(RecordLink.to_type == kind)
            exact[kind] = set(session.exec(query.where(table.id.in_(found.union(others)))))
        rows = [
            {"kind": link.kind, "from_kind": link.from_type, "from_uuid": link.from_id,
             "to_kind": link.to_type, "to_uuid": link.to_id}
            for link in session.exec(select(RecordLink).where(col(RecordLink.kind).in_(PUBLIC_LINKS)))
            if link.from_id in exact.get(link.from_type, ()) and link.to_id in exact.get(link.to_type, ())
        ]  # fmt: skip
        self.insert("record_link", sorted(rows, key=lambda row: (row["from_uuid"], row["to_uuid"])))

    def edition(self, session: Session, keys: Keys, now: datetime) -> None:
        settings = all_settings(session)
        facts = {
            "format": FORMAT,
            "number": self.report.number,
            "made_at": now.isoformat(timespec="seconds"),
            "history_head": self.report.history_head,
            "public_key": base64.b64encode(keys.public_key).decode(),
            "tag_keys": canonical(
                {name: base64.b64encode(key).decode() for name, key in keys.tag_public_keys.items()}
            ),
            "tree_count": self.report.trees,
            "grove_count": self.report.groves,
            "garden_count": self.report.gardens,
            "place_count": self.report.places,
            "element_count": self.report.elements,
            "tag_count": self.report.tags,
            "withheld": canonical(dict(self.report.withheld)),
            "withdrawn": json.dumps(withdrawn_editions(session)),
            **{name: settings[name] for name in PUBLIC_SETTINGS},
        }
        self.insert("edition", [{"key": key, "value": str(value)} for key, value in facts.items()])

    def _species_row(self, species: Species) -> dict[str, Any]:
        """A species with those of its names that the record of some tree shows to the public."""
        listed = [(row.kind, row.name) for row in self.names[species.id]]
        said = {*self.species_said[species.id], *_accepted(species, listed)}
        names = {
            column: value
            for column, value in species.model_dump(exclude={"id"}).items()
            if value is not None and (_SPECIES_AS.get(column, column), value) in said
        }
        own = {"id": species.id, "path": encode_segment(species.id), "tree_count": self.species[species.id]}
        shown = {*names.values()}
        also = [name for kind, name in listed if kind != "accepted" and name not in shown]
        return {**names, **own, "also": also}

    def _name_rows(self) -> list[dict[str, Any]]:
        """Names that lists give the species of the edition, by species, kind and name."""
        return [
            {"species_id": row.species_id, "kind": row.kind, "name": row.name, "name_lang": row.name_lang}
            for species_id in sorted(filter(None, self.species))
            for row in self.names[species_id]
        ]

    def _division_rows(self, session: Session) -> list[dict[str, Any]]:
        rows = {row.id: row for row in session.exec(select(Division).order_by(col(Division.id)))}
        totals: Counter[str] = Counter()
        counted = {**dict.fromkeys(self.area_divisions, 0), **self.divisions}
        for division_id, count in counted.items():
            at = division_id
            while at is not None:
                totals[at] += count
                at = rows[at].parent_id
        kept = sorted((row for row in rows.values() if row.id in totals), key=lambda row: row.id.count("/"))
        return [
            {**row.model_dump(), "path": encode_segment(row.id), "tree_count": totals[row.id]} for row in kept
        ]

    def _count(self, trees: Sequence[TreeRecord]) -> None:
        self.species.update(tree.species_id for tree in trees)
        for tree in trees:
            said = ((field, getattr(tree, field)) for field in _SPECIES_FIELDS)
            self.species_said[tree.species_id].update((field, text) for field, text in said if text)
        self.divisions.update(tree.division_id for tree in trees if tree.division_id)
        self.authorities.update(tree.authority_id for tree in trees)
        self.sources.update(tree.source.source_id for tree in trees)
        self.source_rows.update({tree.source.source_id: tree.source for tree in trees})


def _tree_row(fid: int, tree: TreeRecord) -> dict[str, Any]:
    row = _plain(tree)
    size = _plain(tree.size) if tree.size else {}
    geometry = point_blob(tree.lon, tree.lat) if tree.lon is not None and tree.lat is not None else None
    return {
        **row,
        **size,
        "fid": fid,
        "geom": geometry,
        "listing": tree.listings[0] if tree.listings else None,
        "designated_on": next((d.designated_on for d in tree.designations if d.designated_on), None),
        "last_inspected_on": tree.inspections[0].inspected_on if tree.inspections else None,
        "photo_count": len(tree.photos),
        "flag_count": len(tree.flags),
        **_terms(tree),
    }


def _area_row(fid: int, area: AreaRecord) -> dict[str, Any]:
    geometry = polygon_blob(area.boundary) if area.boundary else None
    if geometry is None and area.lon is not None and area.lat is not None:
        geometry = point_blob(area.lon, area.lat)
    listed = {name: _listed(getattr(area, name)) for name in _AREA_LISTS}
    details = [(detail.field, detail.value) for detail in area.details]
    return {**_plain(area), "fid": fid, "geom": geometry, **listed, "details": details, **_terms(area)}


REVOKED = "revoked"
"""State in which the public sees every tag that was made with a revoked key, whatever it was before."""
_TOLD_CONDITIONS = frozenset({"damaged", "lost"})
"""What of a tag's life the public may know while it is in force."""
_AREA_LISTS = ("inspections", "designations", "aliases", "flags", "history", "composition")


def _listed(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of an area as plain objects, without what they do not say."""
    return [
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in _plain(row).items()
            if value not in (None, ())
        }
        for row in rows
    ]


def _terms(record: TreeRecord | AreaRecord) -> dict[str, Any]:
    source = record.source
    return {"source_id": source.source_id, "licence": source.licence, "attribution": source.attribution}


def _children(trees: Sequence[TreeRecord]) -> dict[str, list[dict[str, Any]]]:
    parts = {
        "measurement": "measurements",
        "age": "ages",
        "inspection": "inspections",
        "designation": "designations",
        "alias": "aliases",
        "flag": "flags",
        "care_event": "care_events",
        "photo": "photos",
        "history": "history",
    }
    return {
        table: [{"tree_uuid": tree.uuid, **_plain(row)} for tree in trees for row in getattr(tree, attribute)]
        for table, attribute in parts.items()
    }


def _accepted(species: Species, listed: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """What a list says of a species that it knows: as public as the list."""
    names = {name for kind, name in listed if kind == "accepted"}
    if species.name_latin not in names:
        return set()
    said = ((_SPECIES_AS.get(field, field), getattr(species, field)) for field in _LISTED_FIELDS)
    return {(field, value) for field, value in said if value in names or field == "name_author"}


def _plain(record: Any) -> dict[str, Any]:
    """A record's own fields by name, not descending into other records."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _corners(
    extent: list[tuple[float, float]], points: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    known = extent + points
    if not known:
        return []
    lons, lats = [lon for lon, _ in known], [lat for _, lat in known]
    return [(min(lons), min(lats)), (max(lons), max(lats))]
