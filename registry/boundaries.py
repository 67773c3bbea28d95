"""Boundaries of divisions: whether a point lies roughly where it is said to. Never used to decide.

`schema/boundaries/*.geojson.gz` holds the counties of Shanxi and Chengdu, simplified to about 50 metres,
from the National Platform for Common Geospatial Information Services (天地图); see NOTICE. An office names
a file of its own, GeoJSON or GeoPackage in WGS84 or CGCS2000 degrees, with the properties that hold a
division's code and name. A point is outside only where it is farther than `TOLERANCE_M` from the edge.
Maps draw the office's own; the shipped ones only where somebody asks for it, and say what they are.
"""

import gzip
import json
import math
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import shapely

from registry.db import SCHEMA_FOLDER
from registry.errors import InputMissingError, InputUnreadableError, Phrase

BOUNDARY_FOLDER = SCHEMA_FOLDER / "boundaries"
TOLERANCE_M = 300.0
"""Simplified edges are off by tens of metres, and positions by some more."""
CODE_PROPERTIES = ("adcode", "code", "gb", "区划代码", "代码")
NAME_PROPERTIES = ("district", "name", "县", "县区", "名称", "NAME")
_METRES = 111_320.0
_UNREADABLE = (OSError, EOFError, zlib.error, ValueError, TypeError, LookupError, AttributeError)
_IN_DEGREES = frozenset({4326, 4490, 0, -1})


@dataclass(frozen=True, slots=True)
class Outside:
    """A point that lies outside its division: how far, and the division it lies in where that is known."""

    distance_m: float
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class _Area:
    code: str
    name: str
    shape: Any


class Boundaries:
    """Areas of divisions. A division is meant by its code, or by its name where one area alone has it."""

    def __init__(self, areas: Iterable[tuple[str, str, Any]]) -> None:
        self._areas = [_Area(code, name, shape) for code, name, shape in areas]
        self._by_code = {area.code: position for position, area in enumerate(self._areas) if area.code}
        names = [area.name for area in self._areas]
        self._by_name = {name: names.index(name) for name in names if name and names.count(name) == 1}
        self._flat: dict[int, Any] = {}

    @cached_property
    def _tree(self) -> Any:
        return shapely.STRtree([area.shape for area in self._areas])

    def area_of(self, code: str | None, name: str | None = None) -> int | None:
        """Which area a division is, by code, then by name; None where it is not at hand."""
        at = self._by_code.get(code) if code else None
        return self._by_name.get(name) if at is None and name else at

    def outline(self, area: int) -> dict[str, Any]:
        """An area as a geometry of GeoJSON, simplified to about ten metres: for orientation alone."""
        shape = shapely.simplify(self._areas[area].shape, 10 / _METRES)
        found: dict[str, Any] = json.loads(shapely.to_geojson(shape))
        return found

    def outside(
        self, lons: Sequence[float], lats: Sequence[float], areas: Sequence[int | None]
    ) -> list[Outside | None]:
        """For each point: how far outside its area it lies; None inside, near the edge, or without an area.

        lons, lats: WGS84 degrees. areas: from `area_of`. All of a chunk at once: microseconds for each point.
        """
        found: list[Outside | None] = [None] * len(areas)
        groups: dict[int, list[int]] = {}
        for position, area in enumerate(areas):
            if area is not None:
                groups.setdefault(area, []).append(position)
        for area, positions in groups.items():
            shape = self._areas[area].shape
            shapely.prepare(shape)
            inside = shapely.contains_xy(shape, [lons[p] for p in positions], [lats[p] for p in positions])
            beyond = [position for position, is_in in zip(positions, inside, strict=True) if not is_in]
            if beyond:
                at = [(lons[position], lats[position]) for position in beyond]
                for position, outside in zip(beyond, self._outside(area, at), strict=True):
                    found[position] = outside
        return found

    def at(self, lon: float, lat: float) -> tuple[str, str] | None:
        """Code and name of the area that a point lies in; None where it lies in none."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="within")
        return (self._areas[hits[0]].code, self._areas[hits[0]].name) if len(hits) else None

    def around(self, west: float, south: float, east: float, north: float) -> list[tuple[str, Any]]:
        """Name and shape of each area that meets a box in degrees, in the order of the file."""
        hits = sorted(self._tree.query(shapely.box(west, south, east, north), predicate="intersects"))
        return [(self._areas[at].name, self._areas[at].shape) for at in hits]

    def meets(self, area: int, shape: Any) -> bool:
        """Whether an area and a shape in degrees have anything in common, be it the one within the other."""
        return bool(shapely.intersects(self._areas[area].shape, shape))

    def _outside(self, area: int, points: list[tuple[float, float]]) -> list[Outside | None]:
        flat, scale = self._flattened(area)
        distances = shapely.distance(flat, shapely.points([(x * scale, y * _METRES) for x, y in points]))
        far = [at for at, distance in enumerate(distances) if distance > TOLERANCE_M]
        hits = self._tree.query(shapely.points([points[at] for at in far]), predicate="within") if far else ()
        instead = {far[at]: self._areas[hit] for at, hit in zip(*hits, strict=True)} if far else {}
        found: list[Outside | None] = [None] * len(points)
        for at in far:
            other = instead.get(at)
            found[at] = Outside(round(float(distances[at])), (other.name or other.code) if other else None)
        return found

    def _flattened(self, area: int) -> tuple[Any, float]:
        """An area in metres around its own middle, and the metres of one degree of longitude there."""
        shape = self._areas[area].shape
        _, south, _, north = shape.bounds
        scale = _METRES * math.cos(math.radians((south + north) / 2))
        if area not in self._flat:
            self._flat[area] = shapely.transform(shape, lambda points: points * (scale, _METRES))
            shapely.prepare(self._flat[area])
        return self._flat[area], scale


def boundaries(own: Path | str | None = None, *, code: str = "", name: str = "") -> Boundaries:
    """The shipped boundaries, or those of the file `own`; `code`, `name`: its properties.

    Raises InputMissingError, InputUnreadableError.
    """
    if not own:
        return _shipped()
    path = Path(own)
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise InputMissingError(path=path) from error
    return _read(path, stamp, code, name)


@lru_cache(maxsize=1)
def _shipped() -> Boundaries:
    paths = sorted(BOUNDARY_FOLDER.glob("*.geojson.gz"))
    return Boundaries(area for path in paths for area in _areas(path, "adcode", "district"))


@lru_cache(maxsize=2)
def _read(path: Path, _stamp: int, code: str, name: str) -> Boundaries:
    found = [area for area in _areas(path, code, name) if area[0] or area[1]]
    if not found:
        reason = Phrase(
            "no area has a code or a name; name their properties with boundary_code and boundary_name"
        )
        raise InputUnreadableError(path=path, reason=reason)
    return Boundaries(found)


def _areas(path: Path, code: str, name: str) -> list[tuple[str, str, Any]]:
    try:
        with path.open("rb") as stream:
            is_package = stream.read(16).startswith(b"SQLite format 3")
        rows = list(_package_rows(path) if is_package else _geojson_rows(path))
    except shapely.errors.ShapelyError as error:
        raise InputUnreadableError(path=path, reason=Phrase("its shapes cannot be read")) from error
    except (*_UNREADABLE, sqlite3.DatabaseError) as error:
        reason = Phrase("it is neither GeoJSON nor a GeoPackage of areas in degrees")
        raise InputUnreadableError(path=path, reason=reason) from error
    codes, names = (code,) if code else CODE_PROPERTIES, (name,) if name else NAME_PROPERTIES
    return [
        (_first(properties, codes), _first(properties, names), shapely.make_valid(shape))
        for properties, shape in rows
        if shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"}
    ]


def _first(properties: dict[str, Any], names: Sequence[str]) -> str:
    return next((str(properties[name]).strip() for name in names if properties.get(name) is not None), "")


def _geojson_rows(path: Path) -> Iterable[tuple[dict[str, Any], Any]]:
    data = path.read_bytes()
    document = json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    for feature in document["features"]:
        geometry = feature.get("geometry")
        shape = shapely.from_geojson(json.dumps(geometry)) if geometry else None
        if shape is not None and max(map(abs, shape.bounds)) > 180:
            raise ValueError("not in degrees")
        yield feature.get("properties") or {}, shape


def _package_rows(path: Path) -> Iterable[tuple[dict[str, Any], Any]]:
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
        layers = connection.execute(
            "SELECT g.table_name, g.column_name, s.organization_coordsys_id FROM gpkg_geometry_columns g "
            "JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"
        ).fetchall()
        for table, column, system in layers:
            if system not in _IN_DEGREES:
                raise ValueError("not in degrees")
            quoted = '"' + table.replace('"', '""') + '"'
            cursor = connection.execute(f"SELECT * FROM {quoted}")
            names = [description[0] for description in cursor.description]
            for row in cursor:
                properties = dict(zip(names, row, strict=True))
                blob = properties.pop(column)
                yield properties, _package_shape(blob) if blob else None


def _package_shape(blob: bytes) -> Any:
    """The shape in a GeoPackage's blob: a header with an envelope of one of five lengths, then WKB."""
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7]
    return shapely.from_wkb(blob[8 + envelope :])
