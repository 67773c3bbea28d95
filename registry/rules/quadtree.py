"""A key for every box on the ground, so that an ordinary index finds what lies near: a loose quadtree.

A box stands at the finest level whose cells are as large as it, in the cell of its south-west corner; it
reaches into the next cell to the east and north at most. Works alike on every database. Degrees throughout.
"""

from collections.abc import Iterator
from math import floor

LEVELS = (18, 15, 12, 9, 6, 3, 0)
"""Finest first: cells of 0.00137 degrees (about 150 m) to the whole world."""
_BITS = 20
_MOST_COLUMNS = 64


def cell_of(west: float, south: float, east: float, north: float) -> int:
    """The key of a box, as a whole number below 2**46. Degrees; west <= east, south <= north."""
    extent = max(east - west, north - south)
    level = next((level for level in LEVELS if _size(level) >= extent), 0)
    x, y = _cell(west, south, level)
    return _key(level, x, y)


def ranges(west: float, south: float, east: float, north: float) -> Iterator[tuple[int, int]]:
    """Ranges of keys (both ends included) that hold every box which meets this one, and some that do not."""
    for level in LEVELS:
        size = _size(level)
        low_x, low_y = _cell(west - size, south - size, level)
        high_x, high_y = _cell(east, north, level)
        if high_x - low_x >= _MOST_COLUMNS:
            yield _key(level, low_x, 0), _key(level, high_x, (1 << _BITS) - 1)
        else:
            for x in range(low_x, high_x + 1):
                yield _key(level, x, low_y), _key(level, x, high_y)


def _size(level: int) -> float:
    return 360.0 / (1 << level)


def _cell(lon: float, lat: float, level: int) -> tuple[int, int]:
    size, most = _size(level), (1 << level) - 1
    x, y = floor((lon + 180.0) / size), floor((lat + 180.0) / size)
    return min(max(x, 0), most), min(max(y, 0), most)


def _key(level: int, x: int, y: int) -> int:
    return (level << 2 * _BITS) | (x << _BITS) | y
