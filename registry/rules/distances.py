"""Distances on the earth."""

import math

EARTH_M = 6_371_008.8
"""Mean radius of the earth, metres (IUGG)."""


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two points (lon, lat in degrees), metres, as the crow flies."""
    (lon_a, lat_a), (lon_b, lat_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))
