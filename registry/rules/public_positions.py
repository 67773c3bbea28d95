"""How exactly positions may be published where the law limits it: rounded, and said to be.

The number of decimals is a setting of the register (`public_position_decimals`), because no figure that holds
everywhere is confirmed; it is applied in Chinese jurisdictions. Nothing here hides a place: that is what
`position_precision` is for.
"""

import math
from collections.abc import Iterable

Point = tuple[float, float]
LIMITED = "cn"
METRES_PER_DEGREE = 111_320.0
"""Of latitude, and of longitude at the equator, rounded up: an uncertainty must not be too small."""


def is_limited(jurisdiction: str) -> bool:
    """Whether the limit is for this jurisdiction: one of mainland China."""
    return jurisdiction == LIMITED or jurisdiction.startswith(f"{LIMITED}-")


def decimals_for(jurisdiction: str, setting: str) -> int | None:
    """To how many decimals of a degree a record of `jurisdiction` is published; None: as it is."""
    return int(setting) if setting and is_limited(jurisdiction) else None


def rounded(lon: float, lat: float, decimals: int) -> Point:
    """A point in degrees, rounded."""
    return round(lon, decimals), round(lat, decimals)


def rounding_m(decimals: int) -> float:
    """The farthest that rounding moves a point, in metres, rounded up to 0.1."""
    half = 0.5 * 10.0**-decimals
    return math.ceil(math.hypot(half, half) * METRES_PER_DEGREE * 10) / 10


def shift_of(lon: float, lat: float, decimals: int) -> Point:
    """By how many degrees east and north rounding moves a point: outlines around it are moved along."""
    east, north = rounded(lon, lat, decimals)
    return east - lon, north - lat


def moved(points: Iterable[Point], shift: Point) -> tuple[Point, ...]:
    """The points, each moved by the same shift."""
    return tuple((lon + shift[0], lat + shift[1]) for lon, lat in points)


def middle(points: Iterable[Point]) -> Point:
    """The middle of some points: the mean of the smallest and the largest of each coordinate. There must be
    at least one."""
    lons, lats = zip(*points, strict=True)
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
