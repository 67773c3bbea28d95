"""What the map of an edition is drawn from: trees counted beforehand in squares, by zoom and by facet.

Everything is taken from the edition's own `tree` table and areas, after redaction: a generalised tree counts
at the centre of its grid cell, a withheld one nowhere. The tables are helpers of the site, no layers;
there is no R*Tree among them, which GDAL would take for an index of its own: one over squares does the same.
"""

import json
import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import shapely

from registry.rules.map_grid import CELL_LEVELS, FINEST, FIRST_ZOOM, LAST_ZOOM, column, row

COUNTED = {
    "": "''",
    "jurisdiction": "jurisdiction",
    "category": "category",
    "grade": "protection_grade",
    "listing": "listed.value",
}
"""Facets whose values are counted beforehand, alone; "" is all trees."""
AREAS = ("grove", "garden", "place")
_LISTED = "JOIN json_each(tree.listings) AS listed"
_PLACE_LEVELS = 3
"""An outline is drawn per county or district: divisions below the third level are taken together."""
_TOTALS = (
    "COUNT(*), COUNT(lon), COUNT(CASE WHEN position_precision <> 'exact' THEN lon END), "
    "MIN(lon), MIN(lat), MAX(lon), MAX(lat)"
)
_MARK = "json_array(status, protection_grade, category, listing)"
_SUMS = (
    "SUM(trees), SUM(generalised), SUM(lon * trees) / SUM(trees), SUM(lat * trees) / SUM(trees), "
    "MAX(tree_fid)"
)


def write_map(db: sqlite3.Connection) -> None:
    """Fill the map's tables from the trees and areas that the edition holds."""
    db.create_function("map_x", 1, lambda lon: column(lon, FINEST), deterministic=True)
    db.create_function("map_y", 1, lambda lat: row(lat, FINEST), deterministic=True)
    db.execute(
        "INSERT INTO map_tree SELECT fid, map_x(lon), map_y(lat) FROM tree "
        "WHERE lon IS NOT NULL AND lat IS NOT NULL"
    )
    for facet, value in COUNTED.items():
        _count(db, facet, value)
    db.execute(f"INSERT INTO map_count SELECT 'mark', {_MARK}, {_TOTALS} FROM tree GROUP BY 2")
    db.executemany("INSERT INTO map_area VALUES (?, ?, ?, ?, ?, ?)", _area_boxes(db))
    db.executemany("INSERT INTO map_outline VALUES (?, ?, ?, ?, ?, ?, ?)", list(_outlines(db)))


def _count(db: sqlite3.Connection, facet: str, value: str) -> None:
    """The pyramid of one facet, from the finest zoom up, and its totals."""
    joined = _LISTED if value == "listed.value" else ""
    shift = FINEST - LAST_ZOOM - CELL_LEVELS
    db.execute(
        f"INSERT INTO map_cell SELECT '{facet}', {value}, {LAST_ZOOM}, x >> {shift}, y >> {shift}, COUNT(*), "
        "SUM(position_precision <> 'exact'), AVG(lon), AVG(lat), MAX(fid) "
        f"FROM map_tree JOIN tree ON tree.fid = map_tree.tree_fid {joined} "
        f"WHERE {value} IS NOT NULL GROUP BY 2, 4, 5"
    )
    for zoom in range(LAST_ZOOM - 1, FIRST_ZOOM - 1, -1):
        db.execute(
            f"INSERT INTO map_cell SELECT facet, value, {zoom}, x >> 1, y >> 1, {_SUMS} FROM map_cell "
            "WHERE facet = ? AND z = ? GROUP BY 2, 4, 5",
            (facet, zoom + 1),
        )
    db.execute(
        f"INSERT INTO map_count SELECT '{facet}', {value}, {_TOTALS} FROM tree {joined} "
        f"WHERE {value} IS NOT NULL GROUP BY 2"
    )


def _area_boxes(db: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Where groves, gardens and places with an exact position lie: the envelope of their boundary."""
    found: list[tuple[Any, ...]] = []
    for kind in AREAS:
        rows = db.execute(
            f"SELECT fid, geom FROM {kind} WHERE geom IS NOT NULL AND position_precision = 'exact'"
        )
        found += [(kind, fid, *_box(geom)) for fid, geom in rows]
    return found


def _box(blob: bytes) -> tuple[float, float, float, float]:
    """West, south, east, north of a GeoPackage blob: its envelope, or the point that it is."""
    if blob[3] >> 1 & 7:
        west, east, south, north = struct.unpack_from("<dddd", blob, 8)
        return west, south, east, north
    lon, lat = struct.unpack_from("<dd", blob, 13)
    return lon, lat, lon, lat


def _outlines(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The convex outline of the registered trees of each county or district, to a thousandth of a degree."""
    points: defaultdict[tuple[str, str], set[tuple[float, float]]] = defaultdict(set)
    names: dict[str, tuple[str, ...]] = {}
    for path, lang, lon, south, north in db.execute(
        "SELECT division_path, text_lang, ROUND(lon, 3), MIN(lat), MAX(lat) FROM tree "
        "WHERE lon IS NOT NULL AND division_path <> '[]' GROUP BY 1, 2, 3"
    ):
        if path not in names:
            names[path] = tuple(json.loads(path)[:_PLACE_LEVELS])
        points[json.dumps(names[path], ensure_ascii=False), lang] |= {(lon, south), (lon, north)}
    for (place, lang), found in points.items():
        hull = shapely.MultiPoint(sorted(found)).convex_hull
        if hull.geom_type == "Polygon":
            ring = [[round(lon, 4), round(lat, 4)] for lon, lat in hull.exterior.coords[:-1]]
            yield json.loads(place)[-1], lang, json.dumps(ring), *hull.bounds
