"""What of a register may matter to a footprint: zones and trees near it, and what nobody can place.

Found through the quadtree key of zones and the index of positions: milliseconds among a million zones.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import cos, pi, radians, sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlmodel import Session, col

from registry.boundaries import boundaries
from registry.chunks import chunks
from registry.models import Grove, Measurement, Tree, Zone
from registry.rules.conflicts import NEAR_M, Footprint, NearTree, NearZone
from registry.rules.quadtree import ranges
from registry.rules.zone_grids import to_grid
from registry.surroundings import Surroundings
from registry.vocab.care_words import ZoneKind
from registry.vocab.words import ON_REGISTER, TreeStatus

_CHUNK = 500
_METRES = 111_320.0
_STEP_DEGREES = 0.004
_MOST_POINTS = 5000
_OWNERS = ("tree", "grove", "garden", "place")
_MAY_STAND = (*ON_REGISTER, TreeStatus.MISSING)
"""Trees that count: one that was not found is not known to be gone."""
_ZONE_COLUMNS: tuple[Any, ...] = (
    Zone.id, Zone.tree_id, Zone.grove_id, Zone.garden_id, Zone.place_id, Zone.kind, Zone.pack_id, Zone.rule,
    Zone.confidence, Zone.inputs, Zone.outline, Zone.area_m2, Zone.uncertainty_m, Zone.document_no,
    Zone.published_on,
)  # fmt: skip


@dataclass(slots=True)
class Candidates:
    """What lies near: zones with the rows they stand in, and trees."""

    zones: list[NearZone] = field(default_factory=list)
    rows: dict[str, Any] = field(default_factory=dict)
    """Columns of each zone by its id."""
    trees: list[NearTree] = field(default_factory=list)


def in_force(on: Any) -> sa.ColumnElement[bool]:
    """Zones that hold on a day (a date, or a parameter for one)."""
    ended = col(Zone.ended_on)
    return sa.and_(col(Zone.made_on) <= on, sa.or_(ended.is_(None), ended > on))


def candidates(session: Session, footprint: Footprint, on: date, reach_m: float = NEAR_M) -> Candidates:
    """Zones in force and trees on the register that may have to do with `footprint`: within `reach_m` metres,
    and farther away where the register says that their place may be off by so much.

    A legal zone of a record stands in the place of what is computed for it. A computed zone of a tree that
    is known not to stand any more counts no longer; a legal one does until it is ended.
    """
    found = Candidates()
    rows = _all_rows(session, footprint, on, reach_m)
    computed = {row.tree_id for row in rows if row.tree_id and row.kind != ZoneKind.LEGAL}
    standing = _standing(session, computed, on)
    legal = _with_legal_zone(session, rows, on)
    for row in rows:
        subject = _subject(row)
        is_legal = row.kind == ZoneKind.LEGAL
        if not is_legal and (subject in legal or (row.tree_id and row.tree_id not in standing)):
            continue
        inputs = json.loads(row.inputs)
        found.rows[row.id] = row
        found.zones.append(
            NearZone(
                row.id,
                subject,
                shapely.from_wkb(row.outline),
                row.area_m2,
                is_legal,
                row.uncertainty_m,
                inputs.get("root_radius_m"),
            )
        )
    found.trees = _trees(session, footprint, on, reach_m)
    return found


def zone_rows(connection: sa.Connection, footprint: Footprint, on: date, reach_m: float) -> list[Any]:
    """Columns of the zones in force that lie within a box of so many metres around."""
    box = _box(footprint.box_around(reach_m), on)
    keys = list(ranges(box["west"], box["south"], box["east"], box["north"]))
    rows: dict[str, Any] = {}
    for start in range(0, len(keys), _MOST_RANGES):
        some = keys[start : start + _MOST_RANGES]
        size = next(size for size in _SIZES if size >= len(some))
        some += some[-1:] * (size - len(some))
        bounds = {f"low{at}": low for at, (low, _) in enumerate(some)}
        bounds |= {f"high{at}": high for at, (_, high) in enumerate(some)}
        rows |= {row.id: row for row in connection.execute(_zones_in(size), {**box, **bounds})}
    return list(rows.values())


def _all_rows(session: Session, footprint: Footprint, on: date, reach_m: float) -> list[Any]:
    """Columns of the zones near, and of those farther away whose place may be off by so much."""
    connection = session.connection()
    rows = {row.id: row for row in zone_rows(connection, footprint, on, reach_m)}
    far = {**_box(footprint.box, on), "squeeze": _squeeze(footprint)}
    rows |= {row.id: row for row in connection.execute(_zones_off(), far)}
    return sorted(rows.values(), key=lambda row: row.id)


_SIZES = (8, 16, 24, 40, 80, 160)
_MOST_RANGES = _SIZES[-1]
"""Statements are made once, for so many ranges of keys; what is left over repeats the last."""


def _box(box: tuple[float, float, float, float], on: date) -> dict[str, Any]:
    west, south, east, north = box
    return {"west": west, "south": south, "east": east, "north": north, "on": on}


def _squeeze(footprint: Footprint) -> float:
    """Degrees of longitude for one of latitude, rather too many."""
    _, south, _, north = footprint.box
    return 1.01 / max(cos(radians(max(abs(south), abs(north)))), 0.01)


@lru_cache(maxsize=len(_SIZES))
def _zones_in(size: int) -> Any:
    """Zones in force that meet a box, by so many ranges of keys."""
    cell = col(Zone.cell)
    near = sa.or_(*(cell.between(sa.bindparam(f"low{at}"), sa.bindparam(f"high{at}")) for at in range(size)))
    meets = _meets(col(Zone.west), col(Zone.south), col(Zone.east), col(Zone.north))
    return sa.select(*_ZONE_COLUMNS).where(near, meets, _holds())


@lru_cache(maxsize=1)
def _zones_off() -> Any:
    """Zones in force whose place may be off by enough to meet a box from afar."""
    off = col(Zone.uncertainty_m)
    wide, high = _reach(off)
    meets = _meets(
        col(Zone.west) - wide, col(Zone.south) - high, col(Zone.east) + wide, col(Zone.north) + high
    )
    return sa.select(*_ZONE_COLUMNS).where(off > NEAR_M / 2, meets, _holds())


def _reach(off: Any) -> tuple[Any, Any]:
    """Degrees of longitude and latitude of so many metres."""
    high = off * (1.01 / _METRES)
    return high * sa.bindparam("squeeze", type_=sa.Float), high


def _meets(west: Any, south: Any, east: Any, north: Any) -> Any:
    return sa.and_(
        west <= sa.bindparam("east", type_=sa.Float),
        east >= sa.bindparam("west", type_=sa.Float),
        south <= sa.bindparam("north", type_=sa.Float),
        north >= sa.bindparam("south", type_=sa.Float),
    )


def _of(session: Session, statement: Any, ids: Iterable[str], on: date) -> Iterator[Any]:
    """The rows that a statement with the parameters `ids` and `on` gives, some ids at a time."""
    connection = session.connection()
    for some in chunks(sorted(ids), _CHUNK):
        yield from connection.execute(statement, {"ids": some, "on": on})


def _among(column: Any) -> Any:
    return column.in_(sa.bindparam("ids", expanding=True))


def _holds() -> Any:
    return in_force(sa.bindparam("on", type_=sa.Date))


def _standing(session: Session, ids: Iterable[str], on: date) -> set[str]:
    return {row.id for row in _of(session, _standing_of(), ids, on)}


@lru_cache(maxsize=1)
def _standing_of() -> Any:
    return sa.select(col(Tree.id)).where(_among(col(Tree.id)), col(Tree.status).in_(_MAY_STAND))


def _with_legal_zone(session: Session, rows: Sequence[Any], on: date) -> set[tuple[str, str]]:
    """Which of the records of `rows` have a legal zone in force, wherever it lies."""
    found: set[tuple[str, str]] = set()
    for kind in _OWNERS:
        ids = {own for row in rows if (own := getattr(row, f"{kind}_id"))}
        found.update((kind, own) for (own,) in _of(session, _legal_of(kind), ids, on))
    return found


@lru_cache(maxsize=len(_OWNERS))
def _legal_of(kind: str) -> Any:
    column = col(getattr(Zone, f"{kind}_id"))
    return sa.select(column).where(_among(column), col(Zone.kind) == ZoneKind.LEGAL, _holds())


def _subject(row: Any) -> tuple[str, str]:
    return next((kind, own) for kind in _OWNERS if (own := getattr(row, f"{kind}_id")))


def _trees(session: Session, footprint: Footprint, on: date, reach_m: float) -> list[NearTree]:
    connection = session.connection()
    box = _box(footprint.box_around(reach_m), on)
    rows = {row.id: row for row in connection.execute(_trees_in(), box)}
    rows |= {row.id: row for row in connection.execute(_trees_off(), {**box, "squeeze": _squeeze(footprint)})}
    zoned = _zoned(session, rows, on)
    stems = _stems(session, rows, on)
    return [
        NearTree(
            row.id, row.lon, row.lat, stems.get(row.id, 0.0), row.coordinate_uncertainty_m, row.id in zoned
        )
        for row in sorted(rows.values(), key=lambda row: row.id)
    ]


@lru_cache(maxsize=1)
def _trees_in() -> Any:
    """Trees on the register that stand in a box."""
    lon, lat = col(Tree.lon), col(Tree.lat)
    south, north = sa.bindparam("south", type_=sa.Float), sa.bindparam("north", type_=sa.Float)
    west, east = sa.bindparam("west", type_=sa.Float), sa.bindparam("east", type_=sa.Float)
    return _standing_trees().where(lat.between(south, north), lon.between(west, east))


@lru_cache(maxsize=1)
def _trees_off() -> Any:
    """Trees on the register whose place may be off by enough to stand in a box from afar."""
    off, lon, lat = col(Tree.coordinate_uncertainty_m), col(Tree.lon), col(Tree.lat)
    wide, high = _reach(off)
    return _standing_trees().where(off > NEAR_M / 2, _meets(lon - wide, lat - high, lon + wide, lat + high))


def _standing_trees() -> Any:
    columns = (Tree.id, Tree.lon, Tree.lat, Tree.coordinate_uncertainty_m, Tree.grove_id)
    return sa.select(*[col(column) for column in columns]).where(col(Tree.status).in_(ON_REGISTER))


def _zoned(session: Session, rows: dict[str, Any], on: date) -> set[str]:
    """Which of these trees stand within a zone in force, of their own or of the grove that they belong to.

    A zone around another place says nothing of a tree: it was moved, or its position was mended, since.
    """
    groves: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows.values():
        if row.grove_id:
            groves[row.grove_id].append(row.id)
    found: set[str] = set()
    for kind, members in (("tree", {own: [own] for own in rows}), ("grove", groves)):
        for own, outline in _of(session, _outlines_of(kind), members, on):
            shape = shapely.from_wkb(outline)
            found.update(
                tree for tree in members[own] if shapely.intersects_xy(shape, rows[tree].lon, rows[tree].lat)
            )
    return found


@lru_cache(maxsize=len(_OWNERS))
def _outlines_of(kind: str) -> Any:
    column = col(getattr(Zone, f"{kind}_id"))
    return sa.select(column, col(Zone.outline)).where(_among(column), _holds())


def with_zone(session: Session, ids: Sequence[str], on: date) -> set[str]:
    """Which trees have a zone of their own in force, wherever it lies."""
    return {own for own, _ in _of(session, _outlines_of("tree"), ids, on)}


def _stems(session: Session, ids: Iterable[str], on: date) -> dict[str, float]:
    """Radius of each trunk in metres, as last measured; at the ground where that is known."""
    found: dict[str, float] = {}
    for row in _of(session, _stems_of(), ids, on):
        across = row.ground_diameter_cm or row.diameter_cm or (row.girth_cm or 0.0) / pi
        if across:
            found[row.tree_id] = float(across) / 200
    return found


@lru_cache(maxsize=1)
def _stems_of() -> Any:
    """Stems by tree, the oldest first."""
    columns: list[Any] = [
        Measurement.tree_id, Measurement.girth_cm, Measurement.diameter_cm, Measurement.ground_diameter_cm,
    ]  # fmt: skip
    oldest_first = (sa.func.coalesce(Measurement.measured_on, date.min), col(Measurement.id))
    return sa.select(*columns).where(_among(col(Measurement.tree_id))).order_by(*oldest_first)


class Scope:
    """Where a footprint may lie: the divisions that are not known to lie elsewhere.

    Boundaries are simplified, so a division counts as elsewhere only beyond their tolerance; one whose
    boundary is not at hand may hold any footprint.
    """

    def __init__(self, around: Surroundings, footprint: Footprint) -> None:
        settings = around.settings
        self._around = around
        self._known = boundaries(
            settings["boundaries"], code=settings["boundary_code"], name=settings["boundary_name"]
        )
        self._points, self._shape = _points(footprint), footprint.shape
        self._elsewhere: dict[str, bool] = {}
        self._areas: dict[int, bool] = {}

    def may_hold(self, division_id: str | None) -> bool:
        """Whether the footprint may lie in a division; one that is not known may be any."""
        while division_id is not None:
            division = self._around.divisions[division_id]
            if division_id not in self._elsewhere:
                self._elsewhere[division_id] = self._is_elsewhere(division)
            if self._elsewhere[division_id]:
                return False
            division_id = division.parent_id
        return True

    def names(self) -> list[str]:
        """The divisions in whose known boundaries the footprint lies."""
        found = {self._known.at(lon, lat) for lon, lat in self._points or ()}
        return sorted(name or code for code, name in filter(None, found))

    def _is_elsewhere(self, division: Any) -> bool:
        if self._points is None:
            return False
        area = self._known.area_of(division.code, division.name if division.level == "county" else None)
        if area is None:
            return False
        if area not in self._areas:
            lons, lats = zip(*self._points, strict=True)
            outside = self._known.outside(lons, lats, [area] * len(lons))
            self._areas[area] = all(outside) and not self._known.meets(area, self._shape)
        return self._areas[area]


def _points(footprint: Footprint) -> list[tuple[float, float]] | None:
    """Points along a footprint, close enough that no division is missed; None for one that is too large."""
    west, south, east, north = footprint.box
    if max(east - west, north - south) > _STEP_DEGREES * _MOST_POINTS / 20:
        return None
    dense = shapely.segmentize(footprint.shape, _STEP_DEGREES)
    corners = shapely.get_coordinates(dense)
    middle = footprint.shape.representative_point()
    points = [(float(lon), float(lat)) for lon, lat in corners] + [(middle.x, middle.y)]
    return points if len(points) <= _MOST_POINTS else None


def is_covered(session: Session, footprint: Footprint, reach_m: float, on: date) -> bool:
    """Whether a tree with a position, whatever has become of it, or a zone in force lies within so many
    metres of the box around the footprint."""
    box = _box(footprint.box_around(reach_m), on)
    lon, lat = col(Tree.lon), col(Tree.lat)
    tree = sa.select(lat).where(
        lat.between(box["south"], box["north"]), lon.between(box["west"], box["east"])
    )
    if session.execute(tree.limit(1)).first() is not None:
        return True
    meets = _meets(col(Zone.west), col(Zone.south), col(Zone.east), col(Zone.north))
    return session.execute(sa.select(col(Zone.id)).where(meets, _holds()).limit(1), box).first() is not None


def nearest_tree(session: Session, footprint: Footprint) -> Any | None:
    """Columns of the tree whose position is nearest; `degrees`: of latitude, roughly how far it is."""
    middle = footprint.shape.representative_point()
    squeeze = cos(radians(middle.y))
    lon, lat = col(Tree.lon) - middle.x, col(Tree.lat) - middle.y
    square = lon * lon * squeeze * squeeze + lat * lat
    columns = [col(each) for each in (Tree.id, Tree.tree_no, Tree.name_verbatim, Tree.division_id)]
    query = sa.select(*columns, square.label("square")).where(col(Tree.lat).is_not(None))
    row = session.execute(query.order_by(square, col(Tree.id)).limit(1)).first()
    if row is None:
        return None
    return SimpleNamespace(**{**row._mapping, "degrees": sqrt(row.square)})


def trees_without_position(session: Session, on: date) -> Iterator[Any]:
    """Columns (id, number, name, division_id) of trees with neither a position nor a legal zone.

    A computed zone needs a position; where that was taken back, so is what the zone rests on.
    """
    legal = col(Zone.kind) == ZoneKind.LEGAL
    has_zone = sa.exists().where(col(Zone.tree_id) == col(Tree.id), legal, in_force(on))
    columns = (Tree.id, Tree.tree_no, Tree.name_verbatim, Tree.division_id)
    query = sa.select(*[col(column) for column in columns]).where(
        col(Tree.lat).is_(None), col(Tree.status).in_(_MAY_STAND), ~has_zone
    )
    yield from session.execute(query.order_by(sa.func.length(Tree.tree_no), col(Tree.tree_no), col(Tree.id)))


def groves_without_zone(session: Session, on: date) -> Iterator[Any]:
    """Columns of the groves on the register without a zone in force; `boundary` as JSON, "[]" for none."""
    has_zone = sa.exists().where(col(Zone.grove_id) == col(Grove.id), in_force(on))
    columns = (Grove.id, Grove.number, Grove.name, Grove.division_id, Grove.boundary)
    query = sa.select(*[col(column) for column in columns]).where(
        col(Grove.status).in_(ON_REGISTER), ~has_zone
    )
    yield from session.execute(query.order_by(sa.func.length(Grove.number), col(Grove.number), col(Grove.id)))


def boundary_distance_m(footprint: Footprint, boundary: str) -> float | None:
    """Metres from the footprint to a boundary of JSON corners; None where that is no boundary."""
    corners = json.loads(boundary or "[]")
    if len(corners) < 4:
        return None
    ring = shapely.make_valid(shapely.Polygon(to_grid(footprint.grid)(np.array(corners, dtype=float))))
    return round(float(shapely.distance(footprint.metres, ring)), 2)
