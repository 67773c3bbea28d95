"""Which projected grid a place on the ground is measured in, and the way there and back. Pure."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from registry.rules.datums import grid_code, in_mainland_china

Coordinates = Any
"""An array of shape (n, 2): x and y."""
_HONG_KONG = (113.81, 22.13, 114.52, 22.58)
_TAIWAN = ((118.1, 24.3, 118.55, 24.6), (119.2, 21.7, 122.3, 25.7), (119.85, 25.9, 120.55, 26.45))
"""Kinmen; the main island with Penghu; Matsu."""
_TAIWAN_EAST_FROM = 119.99
_SINGAPORE = (103.55, 1.1, 104.15, 1.49)
_BRITAIN = (-8.75, 49.8, 1.8, 60.95)
_IRELAND = (-10.8, 51.3, -5.4, 55.45)
_FRANCE = (0.9, 49.8, 1.8, 50.85)


def grid_for(lon: float, lat: float) -> str:
    """The grid in which a zone at (lon, lat), WGS84 degrees, is drawn and measured, such as EPSG:4547.

    Mainland China: the CGCS2000 3° Gauss-Krüger zone by its meridian. Hong Kong: HK1980 Grid. Taiwan: TWD97
    TM2. Singapore: SVY21. Great Britain: OSGB. Elsewhere: the UTM zone on WGS84. All are conformal, and true
    to scale within one part in a thousand.
    """
    if _within(lon, lat, _HONG_KONG) and not in_mainland_china(lon, lat):
        return "EPSG:2326"
    if any(_within(lon, lat, box) for box in _TAIWAN) and not in_mainland_china(lon, lat):
        is_main = _within(lon, lat, _TAIWAN[1]) and lon >= _TAIWAN_EAST_FROM
        return "EPSG:3826" if is_main else "EPSG:3825"
    if in_mainland_china(lon, lat):
        zone = min(max(int((lon + 1.5) // 3), 25), 45)
        return f"EPSG:{4534 + zone - 25}"
    if _within(lon, lat, _SINGAPORE):
        return "EPSG:3414"
    if _within(lon, lat, _BRITAIN) and not (_within(lon, lat, _IRELAND) or _within(lon, lat, _FRANCE)):
        return "EPSG:27700"
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def to_grid(code: str) -> Callable[[Coordinates], Coordinates]:
    """A function that takes longitudes and latitudes to metres east and north in the grid `code`."""
    return _mover(code, "INVERSE")


def from_grid(code: str) -> Callable[[Coordinates], Coordinates]:
    """A function that takes metres in the grid `code` to degrees, rounded to a tenth of a millimetre."""
    move = _mover(code, "FORWARD")
    return lambda points: np.round(move(points), 9)


@lru_cache(maxsize=64)
def grid_name(code: str) -> str:
    """What a grid is called, such as TWD97 / TM2 zone 121."""
    from pyproj import CRS

    return str(CRS.from_user_input(code).name)


def to_system(code: str) -> tuple[str, Callable[[Any], Any]]:
    """The code of a system that somebody names, and a function that takes a shape there from WGS84 degrees.

    CGCS2000 in degrees is WGS84 to a decimetre. Raises ValueError with a Phrase for a code that
    names none.
    """
    import shapely

    found = grid_code(code)
    if found in {"EPSG:4326", "EPSG:4490"}:
        return found, lambda shape: shape
    move = to_grid(found)
    return found, lambda shape: shapely.transform(shape, move)


def _mover(code: str, direction: str) -> Callable[[Coordinates], Coordinates]:
    transformer = _transformer(code)

    def move(points: Coordinates) -> Coordinates:
        x, y = transformer.transform(points[:, 0], points[:, 1], direction=direction)
        return np.column_stack([x, y])

    return move


@lru_cache(maxsize=64)
def _transformer(code: str) -> Any:
    from pyproj import Transformer
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

    set_network_enabled(False)
    return Transformer.from_crs(code, "EPSG:4326", always_xy=True)


def _within(lon: float, lat: float, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]
