"""The protection zones of an edition: those whose record shows its place, each with what it rests on."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
import sqlalchemy as sa
from shapely.affinity import translate
from sqlmodel import Session, col

from registry.edition import EditionWriter
from registry.geopackage import register_layer, shape_blob
from registry.models import Authority, Grove, HeritageGarden, Place, Tree, Zone
from registry.rulepacks import PackLibrary
from registry.rules.public_positions import decimals_for, rounding_m, shift_of
from registry.rules.redaction import may_show_zone, outline_anchor, public_text
from registry.rules.zones import rule_name
from registry.settings import get_setting
from registry.vocab.care_words import ZoneKind
from registry.vocab.language import translator
from registry.vocab.rule_sentences import row_text
from registry.vocab.words import Precision

ABOUT = "保护范围 / protection zones"
STATEMENTS = {
    ZoneKind.COMPUTED: "推算，未依法公布 / computed, not legally published",
    ZoneKind.LEGAL: "依法划定 / delineated",
}
UNPUBLISHED = "依法划定，尚未公布 / delineated, not yet published"
_AREAS: dict[str, Any] = {"grove": Grove, "garden": HeritageGarden, "place": Place}
_BATCH = 1000
Shown = tuple[str, str | None, str, str | None]
"""Number, name, precision and growth place of a record as the public sees it."""
Find = Callable[[str, str], Shown | None]


def write_zones(session: Session, writer: EditionWriter, library: PackLibrary) -> None:
    """Write the zones that hold, of records that are in the edition with their exact place.

    A grove's, garden's or place's leaves only where no tree that stands there has its place hidden: its
    outline could tell it.
    """
    rows = _rows(session, _in_edition(writer), _Bases(library), writer.report.withheld)
    extent: list[tuple[float, float]] = []
    batch: list[dict[str, Any]] = []
    for fid, row in enumerate(rows, start=1):
        batch.append({"fid": fid, **row})
        extent = _wider(extent, row)
        if len(batch) >= _BATCH:
            writer.insert("zone", batch)
            batch = []
    writer.insert("zone", batch)
    writer.report.zones = writer.connection.execute("SELECT count(*) FROM zone").fetchone()[0]
    register_layer(writer.connection, "zone", "GEOMETRY", extent, about=ABOUT, at=writer.now)


def zones_around(
    session: Session, library: PackLibrary, trees: Mapping[str, Shown]
) -> Iterator[dict[str, Any]]:
    """The zones that hold of trees of a public map; `trees` are those that it shows, redacted, by id."""
    yield from _rows(session, lambda kind, own: trees.get(own) if kind == "tree" else None, _Bases(library))


def _rows(
    session: Session, find: Find, bases: "_Bases", withheld: Counter[str] | None = None
) -> Iterator[dict[str, Any]]:
    table: sa.Table = Zone.__table__  # type: ignore[attr-defined]
    hidden, shifts = _with_hidden_trees(session), _Shifts(session)
    holds = table.c.ended_on.is_(None)
    order = (table.c.tree_id, table.c.grove_id, table.c.garden_id, table.c.place_id, table.c.kind, table.c.id)
    for zone in session.execute(sa.select(table).where(holds).order_by(*order)):
        kind, own = next((k, o) for k in ("tree", *_AREAS) if (o := zone._mapping[f"{k}_id"]) is not None)
        record = find(kind, own)
        if record is None:
            continue
        number, name, precision, growth_place = record
        is_legal = zone.kind == ZoneKind.LEGAL
        shows = may_show_zone(
            precision, growth_place, is_published=is_legal and zone.published_on is not None
        )
        if not shows or (kind, own) in hidden:
            if withheld is not None:
                withheld["zone: position"] += 1
            continue
        shown = shifts.shown(kind, own, zone)
        yield {
            "geom": shape_blob(shown.outline, shown.box),
            "tree_uuid": own if kind == "tree" else None,
            "area_uuid": None if kind == "tree" else own,
            "number": number,
            "name": name,
            "kind": ZoneKind(zone.kind).value,
            "statement": UNPUBLISHED if is_legal and zone.published_on is None else STATEMENTS[zone.kind],
            "basis_zh": bases.words(zone.pack_id, zone.rule, "zh"),
            "basis_en": bases.words(zone.pack_id, zone.rule, "en"),
            "since": zone.made_on,
            "document_no": public_text(zone.document_no),
            "approved_by": public_text(zone.approved_by, is_unit=True),
            "published_url": public_text(zone.published_url),
            **{name: zone._mapping[name] for name in _AS_THEY_ARE},
            "uncertainty_m": shown.uncertainty_m,
            **dict(zip(("west", "south", "east", "north"), shown.box, strict=True)),
        }


_AS_THEY_ARE = ("pack_id", "rule", "confidence", "area_m2", "projection", "published_on")


@dataclass(frozen=True, slots=True)
class _Outline:
    """A zone as it is shown: WKB in degrees, its box (west, south, east, north), uncertainty in metres."""

    outline: bytes
    box: tuple[float, float, float, float]
    uncertainty_m: float | None


class _Shifts:
    """Moves zones with their records where positions are published rounded: a zone stays around its tree."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._setting = get_setting(session, "public_position_decimals")
        self._jurisdictions = dict(
            session.execute(sa.select(col(Authority.id), col(Authority.jurisdiction))).all()
        )

    def shown(self, kind: str, own: str, zone: Any) -> _Outline:
        """The zone as it may be shown."""
        outline, box = bytes.fromhex(zone.outline), (zone.west, zone.south, zone.east, zone.north)
        if not self._setting:
            return _Outline(outline, box, zone.uncertainty_m)
        record = self._session.get_one(Tree if kind == "tree" else _AREAS[kind], own)
        decimals = decimals_for(self._jurisdictions[record.authority_id], self._setting)
        if decimals is None:
            return _Outline(outline, box, zone.uncertainty_m)
        corners = ((zone.west, zone.south), (zone.east, zone.north))
        east, north = shift_of(*outline_anchor(record.lon, record.lat, corners), decimals)
        shape = translate(shapely.from_wkb(outline), east, north)
        uncertainty = round((zone.uncertainty_m or 0.0) + rounding_m(decimals), 1)
        return _Outline(shapely.to_wkb(shape, byte_order=1), tuple(shape.bounds), uncertainty)


def _in_edition(writer: EditionWriter) -> Find:
    """Says what the edition has of a record."""

    def find(kind: str, own: str) -> Shown | None:
        query = f"SELECT number, name, position_precision, NULL FROM {kind} WHERE uuid = ?"
        if kind == "tree":
            query = (
                "SELECT tree_no, name_zh, position_precision, growth_place FROM tree "
                "WHERE uuid = ? AND lon IS NOT NULL"
            )
        row = writer.connection.execute(query, (own,)).fetchone()
        return tuple(row) if row else None

    return find


def _with_hidden_trees(session: Session) -> set[tuple[str, str]]:
    """Groves, gardens and places in which a tree stands whose place is not shown exactly."""
    found: set[tuple[str, str]] = set()
    is_hidden = col(Tree.position_precision) != Precision.EXACT
    for kind in _AREAS:
        column = col(getattr(Tree, f"{kind}_id"))
        query = sa.select(column).where(is_hidden, column.is_not(None)).distinct()
        found |= {(kind, own) for own in session.execute(query).scalars()}
    return found


class _Bases:
    """What zones rest on in words, worked out once for each rule."""

    def __init__(self, library: PackLibrary) -> None:
        self._library = library
        self.words = lru_cache(maxsize=1024)(self._words)

    def _words(self, pack_id: str | None, name: str | None, lang: str) -> str | None:
        pack = self._library.find(pack_id) if pack_id else None
        rule = next((rule for rule in pack.rules.values() if rule_name(rule) == name), None) if pack else None
        if rule is None:
            return None
        text = row_text(translator(lang), "zone", rule.values)
        return " · ".join(filter(None, (text, rule.basis.cited(lang))))


def _wider(extent: list[tuple[float, float]], row: dict[str, Any]) -> list[tuple[float, float]]:
    points = [*extent, (row["west"], row["south"]), (row["east"], row["north"])]
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return [(min(lons), min(lats)), (max(lons), max(lats))]
