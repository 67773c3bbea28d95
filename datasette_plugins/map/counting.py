"""What stands in a window of the map: counted squares, or the trees themselves where they are few.

A number is never wrong in silence: what cannot be counted in time is said to be too much to count.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from datasette.utils import sqlite_timelimit

from datasette_plugins.search.wishes import Wish
from registry.rules.map_grid import CELL_LEVELS, FINEST, FIRST_ZOOM, LAST_ZOOM, column, row

T = TypeVar("T")
POINT_LIMIT = 2_000
"""Trees that are drawn one by one; more are counted in squares."""
COUNT_MS = 500
"""How long counting may take for one answer."""
COUNTED = ("jurisdiction", "category", "grade", "listing")
"""Facets whose squares the edition has counted beforehand, each alone."""
_DEEPEST = 19
_MOST_SQUARES = 20_000
_WIDE = 400
"""Columns of squares that are asked for one by one; a wider window is one range."""
_NEAR = 10
"""Zoom from which the window is looked through; farther out the wish leads to the trees."""
_KNOWN_CELLS = (
    "SELECT x, y, trees, generalised, lon, lat FROM map_cell "
    "WHERE facet = :facet AND value = :value AND z = :z AND {x} AND y BETWEEN :map_top AND :map_bottom"
)
_LIVE_CELLS = (
    "SELECT map_tree.x >> :map_shift AS cell_x, map_tree.y >> :map_shift AS cell_y, COUNT(*), "
    "SUM(position_precision <> 'exact'), AVG(lon), AVG(lat) "
    "FROM {trees} WHERE {inside} AND ({wish}) GROUP BY 1, 2"
)
_INSIDE = "{x} AND map_tree.y BETWEEN :map_top AND :map_bottom"


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the map: degrees, and the zoom at which it is looked at."""

    west: float
    south: float
    east: float
    north: float
    zoom: int

    @property
    def level(self) -> int:
        """The level of the squares in which trees are counted here."""
        return min(self.zoom + CELL_LEVELS, FINEST)

    def squares(self, level: int) -> tuple[int, int, int, int]:
        """First and last column, first and last row of the squares of `level` that meet the window."""
        return (
            column(self.west, level),
            column(self.east, level),
            row(self.north, level),
            row(self.south, level),
        )

    @property
    def is_small_enough(self) -> bool:
        """Whether it has no more squares than a screen could show."""
        left, right, top, bottom = self.squares(self.level)
        return (right - left + 1) * (bottom - top + 1) <= _MOST_SQUARES


def read_window(args: Any) -> Window | None:
    """The window of `?bbox=west,south,east,north&z=`; None for what is no window, or one beyond reason."""
    box = read_box((args.get("bbox") or "")[:200])
    zoom = (args.get("z") or "").strip()
    if box is None or not (zoom.isascii() and zoom.isdecimal() and len(zoom) <= 2):
        return None
    window = Window(*box, zoom=min(max(int(zoom), FIRST_ZOOM), _DEEPEST))
    return window if window.is_small_enough else None


def read_box(text: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees, cut at the edges of the map; None where it is no box."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not (-720 <= west < east <= 720 and -90 <= south < north <= 90):  # not for what is no number either
        return None
    west, east = max(west, -180.0), min(east, 180.0)
    return (west, south, east, north) if west < east else None


def counted_as(wish: Wish) -> tuple[str, str] | None:
    """The facet and the value under which the edition has counted a wish; None where it has not."""
    if wish.where() == "1":
        return "", ""
    found = [
        (name, value)
        for name, value in wish.facets.items()
        if name in COUNTED and wish.picked(name) == (value,)
    ]
    if len(found) == 1 and wish.where() == Wish(facets=dict(found)).where():
        return found[0]
    return None


def has_map(db: sqlite3.Connection) -> bool:
    """Whether the edition holds what the map is drawn from; one made by an earlier release does not."""
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'map_cell'").fetchone())


def in_time(db: sqlite3.Connection, read: Callable[[sqlite3.Connection], T], ms: int = COUNT_MS) -> T | None:
    """`read(db)`, or None where it takes longer than `ms` milliseconds."""
    try:
        with sqlite_timelimit(db, ms):
            return read(db)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return None


def read_cells(db: sqlite3.Connection, window: Window, wish: Wish) -> dict[str, Any]:
    """`{"level", "trees", "cells": [[x, y, trees, generalised, lon, lat] …]}`, or `{"state": "too_many"}`."""
    known = counted_as(wish) if window.zoom <= LAST_ZOOM else None
    rows = (
        _known_cells(db, window, *known) if known else in_time(db, lambda db: _live_cells(db, window, wish))
    )
    if rows is None:
        return {"state": "too_many"}
    cells = [[*row[:4], round(row[4], 5), round(row[5], 5)] for row in map(tuple, rows)]
    return {"level": window.level, "trees": sum(cell[2] for cell in cells), "cells": cells}


def read_points(db: sqlite3.Connection, window: Window, wish: Wish, columns: str) -> list[sqlite3.Row] | None:
    """The trees of the window, in the order of the edition; None where there are more than POINT_LIMIT.

    Where it takes too long to find them there is None too: the squares then say how many there are.
    """
    box = {
        "map_west": window.west,
        "map_south": window.south,
        "map_east": window.east,
        "map_north": window.north,
    }
    sql = (
        f"SELECT fid, {columns} FROM {_trees(window)} WHERE {_inside(window, FINEST)} "
        "AND lon BETWEEN :map_west AND :map_east AND lat BETWEEN :map_south AND :map_north "
        f"AND ({wish.where()}) LIMIT {POINT_LIMIT + 1}"
    )
    values = {**wish.values, **box, **_squares(window, FINEST)}
    rows = in_time(db, lambda db: db.execute(sql, values).fetchall())
    if rows is None or len(rows) > POINT_LIMIT:
        return None
    return sorted(rows, key=lambda row: int(row["fid"]))


def _known_cells(db: sqlite3.Connection, window: Window, facet: str, value: str) -> list[sqlite3.Row]:
    sql = _KNOWN_CELLS.format(x=_columns(window, window.level, "x"))
    values = {"facet": facet, "value": value, "z": window.zoom, **_squares(window, window.level)}
    return db.execute(sql, values).fetchall()


def _live_cells(db: sqlite3.Connection, window: Window, wish: Wish) -> list[sqlite3.Row]:
    sql = _LIVE_CELLS.format(trees=_trees(window), inside=_inside(window, FINEST), wish=wish.where())
    values = {**wish.values, **_squares(window, FINEST), "map_shift": FINEST - window.level}
    return db.execute(sql, values).fetchall()


def _trees(window: Window) -> str:
    """The tables, and which of them leads: a small window to its trees, a wide one is led by the wish."""
    joint = "CROSS JOIN" if window.zoom >= _NEAR else "JOIN"
    return f"map_tree {joint} tree ON tree.fid = map_tree.tree_fid"


def _inside(window: Window, level: int) -> str:
    return _INSIDE.format(x=_columns(window, level, "map_tree.x"))


def _columns(window: Window, level: int, name: str) -> str:
    left, right, _, _ = window.squares(level)
    if right - left < _WIDE:
        return f"{name} IN (SELECT value FROM json_each(:map_columns))"
    return f"{name} BETWEEN :map_left AND :map_right"


def _squares(window: Window, level: int) -> Mapping[str, Any]:
    left, right, top, bottom = window.squares(level)
    columns = json.dumps(list(range(left, right + 1))) if right - left < _WIDE else "[]"
    return {
        "map_left": left,
        "map_right": right,
        "map_top": top,
        "map_bottom": bottom,
        "map_columns": columns,
    }
