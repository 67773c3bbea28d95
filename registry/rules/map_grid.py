"""The grid of the map: squares of the web Mercator plane, the same that tiles of base maps are cut from.

At level n the world is 2ⁿ squares wide and high, x counted from 180° W to the east, y from the north. A map
at zoom z counts its trees in squares of level z + 2: 64 pixels wide. Pure.
"""

import math

CELL_LEVELS = 2
"""Levels between a map's zoom and the squares in which it counts: a tile is 256 px, a square 64."""
FIRST_ZOOM, LAST_ZOOM = 2, 11
"""Zooms whose squares are counted beforehand."""
FINEST = 15
"""Level of the squares by which trees are found: about 1.2 km at the equator."""
NORTHMOST = 85.05
"""Degrees beyond which the Mercator plane has no tiles; what lies beyond is counted at its edge."""


def column(lon: float, level: int) -> int:
    """x of the square that holds a longitude in degrees."""
    return _within(math.floor((lon + 180) / 360 * (1 << level)), level)


def row(lat: float, level: int) -> int:
    """y of the square that holds a latitude in degrees."""
    phi = math.radians(min(NORTHMOST, max(-NORTHMOST, lat)))
    return _within(math.floor((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * (1 << level)), level)


def cell_box(x: int, y: int, level: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a square in degrees."""
    side = 360 / (1 << level)
    return x * side - 180, _latitude(y + 1, level), (x + 1) * side - 180, _latitude(y, level)


def _latitude(y: int, level: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << level)))))


def _within(index: int, level: int) -> int:
    return min(max(index, 0), (1 << level) - 1)
