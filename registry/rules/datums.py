"""Datums: from the coordinates that a source gives to WGS84 degrees, and back. Pure; asks no network.

For whoever reads positions from files: `to_wgs84(x, y, datum, code)` with x to the east and y to the north.

- Chinese surveyors call the northing X and the easting Y. A grid position whose numbers can only be the other
  way round is refused, never swapped in silence: let the mapping say which column is which.
- Datum "grid" needs `code`, such as "EPSG:3826" (TWD97 / TM2 zone 121); datum "TWD97" without a code is that
  zone, "EPSG:3825" is zone 119 (Penghu, Kinmen, Matsu). CGCS2000 in metres is "grid" with EPSG:4491-4512 (6°)
  or EPSG:4513-4554 (3°): one code of a zone is enough, the easting may carry the number of the zone or not.
- Datum "unknown" or "local" is refused: `CONVERTIBLE` holds what is not. Keep the raw numbers either way.
- `conversion_uncertainty_m` says by how much the conversion itself may be off; add it to the position's own.
"""

import math
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from registry.errors import Phrase

Shift = Callable[[float, float], tuple[float, float]]

SAME_AS_WGS84 = frozenset({"WGS84", "CGCS2000"})
"""CGCS2000 differs from WGS84 by a decimetre at most: the same for a tree. Which it was is recorded."""
CONVERTIBLE = SAME_AS_WGS84 | {"GCJ-02", "BD-09", "TWD97", "grid"}
TWD97_ZONE_121 = "EPSG:3826"
IN_DEGREES = SAME_AS_WGS84 | {"GCJ-02", "BD-09"}

_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
"""Krasovsky 1940. With the sums below: the offset as several map programmers worked it out and published it
since 2010 (ChinaMapShift, eviltransform, coordtransform); the providers' own statement is not public."""
_X_PI = math.pi * 3000.0 / 180.0
_STEPS = 30
_STILL = 1e-10
"""Degrees: about a hundredth of a millimetre."""

_GRID_CODE = re.compile(r"(?i)\s*(?:epsg\s*:\s*)?(\d{4,6})\s*")
_AREA_MARGIN_DEG = 1.0
_GK_FAMILIES = ((4491, 4501, 13, 6), (4502, 4512, 13, 6), (4513, 4533, 25, 3), (4534, 4554, 25, 3))
"""CGCS2000 Gauss-Krüger: first and last EPSG code, first zone, degrees; each by zone, then by meridian."""


def to_wgs84(x: float, y: float, datum: str, code: str | None = None) -> tuple[float, float]:
    """(lon, lat) in WGS84 degrees of a position given as x (east) and y (north) in `datum`.

    x, y: degrees for WGS84, CGCS2000, GCJ-02, BD-09; metres (the grid's unit) for TWD97 and grid, except that
    TWD97 numbers within ±180 and ±90 are degrees and stay: TWD97 differs from WGS84 by less than a metre.
    GCJ-02 and BD-09 are undone where that leads into mainland China, to well below 0.5 m; elsewhere they
    stay. Within a kilometre of its edge both could be meant, and the declared datum is taken at its word.
    Raises ValueError with a Phrase for a datum that cannot be converted, a code that names no grid, and a
    position outside where the grid is used.
    """
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(Phrase("a position needs two finite numbers"))
    if datum in IN_DEGREES or (datum == "TWD97" and abs(x) <= 180 and abs(y) <= 90):
        return _from_degrees(x, y, datum)
    if datum == "TWD97":
        return _from_grid(x, y, code or TWD97_ZONE_121)
    if datum == "grid":
        if not code:
            raise ValueError(Phrase("a grid needs its EPSG code"))
        return _from_grid(x, y, code)
    raise ValueError(Phrase("positions in {datum} cannot be converted", datum=datum))


def from_wgs84(lon: float, lat: float, datum: str, code: str | None = None) -> tuple[float, float]:
    """(x, y) in `datum` of WGS84 degrees; the inverse of `to_wgs84`, metres for TWD97 and grid.

    For hand-over to whoever works in that datum; never for publishing. Raises ValueError as `to_wgs84`.
    """
    if datum in SAME_AS_WGS84:
        return lon, lat
    if datum in _SHIFTS:
        return _SHIFTS[datum](lon, lat) if in_mainland_china(lon, lat) else (lon, lat)
    if datum in {"TWD97", "grid"}:
        grid = code or (TWD97_ZONE_121 if datum == "TWD97" else None)
        if not grid:
            raise ValueError(Phrase("a grid needs its EPSG code"))
        x, y = _transformer(grid_code(grid)).transform(lon, lat, direction="INVERSE")
        return float(x), float(y)
    raise ValueError(Phrase("positions in {datum} cannot be converted", datum=datum))


def grid_code(text: str) -> str:
    """`EPSG:3826` for "epsg:3826", "3826" …; ValueError where it names no coordinate system in use."""
    found = _GRID_CODE.fullmatch(text)
    if not found or not _is_known(f"EPSG:{found[1]}"):
        raise ValueError(Phrase("{code} names no coordinate grid", code=text))
    return f"EPSG:{found[1]}"


def conversion_uncertainty_m(datum: str, code: str | None = None) -> float | None:
    """By how much the conversion itself may put a position off, in metres; None: not known."""
    if datum in SAME_AS_WGS84:
        return 0.1
    if datum in {"GCJ-02", "BD-09"}:
        return 1.0
    if datum == "TWD97" or (datum == "grid" and code):
        grid = grid_code(code or TWD97_ZONE_121)
        return 0.1 if _gauss_krueger(grid) else _accuracy_m(grid)
    return None


def in_mainland_china(lon: float, lat: float) -> bool:
    """Whether Chinese map providers shift a position here (GCJ-02); to tens of kilometres at land borders.

    A drawing aid and no statement about borders; near Hong Kong and Macao it follows the channel and the
    river. Even-odd rule on `SHIFTED_AREA`.
    """
    if not (73.0 <= lon <= 135.5 and 17.9 <= lat <= 53.9):
        return False
    inside = False
    x1, y1 = SHIFTED_AREA[-1]
    for x2, y2 in SHIFTED_AREA:
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def _from_degrees(lon: float, lat: float, datum: str) -> tuple[float, float]:
    if abs(lon) > 180 or abs(lat) > 90:
        raise ValueError(Phrase("positions in {datum} are degrees within ±180 and ±90", datum=datum))
    if datum not in _SHIFTS:
        return lon, lat
    found = _undone(lon, lat, _SHIFTS[datum])
    return found if in_mainland_china(*found) else (lon, lat)


def _undone(lon: float, lat: float, shift: Shift) -> tuple[float, float]:
    """The point that `shift` moves to (lon, lat), by fixed-point steps."""
    x, y = lon, lat
    for _ in range(_STEPS):
        shifted_x, shifted_y = shift(x, y)
        off_x, off_y = shifted_x - lon, shifted_y - lat
        x, y = x - off_x, y - off_y
        if abs(off_x) < _STILL and abs(off_y) < _STILL:
            break
    return x, y


def _gcj02(lon: float, lat: float) -> tuple[float, float]:
    """WGS84 to GCJ-02, as it is done inside mainland China."""
    x, y = lon - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    phi = math.radians(lat)
    bend = 1.0 - _ECCENTRICITY_2 * math.sin(phi) ** 2
    meridian = _AXIS_M * (1.0 - _ECCENTRICITY_2) / (bend * math.sqrt(bend))
    parallel = _AXIS_M / math.sqrt(bend) * math.cos(phi)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _bd09(lon: float, lat: float) -> tuple[float, float]:
    """WGS84 to BD-09, as it is done inside mainland China: a second shift on top of GCJ-02."""
    lon, lat = _gcj02(lon, lat)
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _X_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _X_PI)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


_SHIFTS: dict[str, Shift] = {"GCJ-02": _gcj02, "BD-09": _bd09}


def _from_grid(x: float, y: float, text: str) -> tuple[float, float]:
    code = grid_code(text)
    family = _gauss_krueger(code)
    if family:
        code, x = _without_zone(x, y, *family)
    lon, lat = _transformer(code).transform(x, y)
    west, south, east, north = _area(code)
    margin = _AREA_MARGIN_DEG
    fits = west - margin <= lon <= east + margin and south - margin <= lat <= north + margin
    if not (math.isfinite(lon) and math.isfinite(lat) and fits):
        raise ValueError(Phrase("the position lies outside where {code} is used", code=text))
    return float(lon), float(lat)


def _gauss_krueger(code: str) -> tuple[int, int] | None:
    """(zone, its degrees) of a CGCS2000 Gauss-Krüger code."""
    number = int(code.partition(":")[2])
    for first, last, first_zone, degrees in _GK_FAMILIES:
        if first <= number <= last:
            return first_zone + number - first, degrees
    return None


def _without_zone(x: float, y: float, zone: int, degrees: int) -> tuple[str, float]:
    """The code of the zone by its meridian, and the easting without the zone's number."""
    if 1_800_000 <= x < 6_000_000 and (0 < y < 1_000_000 or y > 10_000_000):
        raise ValueError(Phrase("easting and northing are the wrong way round"))
    carried, easting = divmod(x, 1_000_000)
    if carried and carried != zone:
        raise ValueError(
            Phrase("the easting is of zone {found}, the grid of zone {zone}", found=int(carried), zone=zone)
        )
    first = 4502 - 13 if degrees == 6 else 4534 - 25
    return f"EPSG:{first + zone}", easting


@lru_cache(maxsize=64)
def _is_known(code: str) -> bool:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(code)
    except CRSError:
        return False
    return bool(crs.area_of_use) and (crs.is_projected or crs.is_geographic)


@lru_cache(maxsize=64)
def _area(code: str) -> tuple[float, float, float, float]:
    from pyproj import CRS

    area = CRS.from_user_input(code).area_of_use
    return (-180.0, -90.0, 180.0, 90.0) if area is None else area.bounds


@lru_cache(maxsize=64)
def _accuracy_m(code: str) -> float | None:
    from pyproj.transformer import TransformerGroup

    _transformer(code)  # sets the network off
    with warnings.catch_warnings(action="ignore"):  # finer grids exist that are not at hand
        found = TransformerGroup(code, "EPSG:4326", always_xy=True).transformers
    accuracy = float(found[0].accuracy) if found else -1.0
    return None if accuracy < 0 else max(accuracy, 0.1)


@lru_cache(maxsize=64)
def _transformer(code: str) -> Any:
    """From `code` to WGS84, x to the east first; only with what came along with the library."""
    from pyproj import Transformer
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

    set_network_enabled(False)
    return Transformer.from_crs(code, "EPSG:4326", always_xy=True)


SHIFTED_AREA: tuple[tuple[float, float], ...] = (
    # from the north-east along the coast, which islands and ports need to be near
    (135.3, 48.6), (134.4, 46.9), (133.4, 45.1), (131.9, 45.3), (131.5, 43.0), (130.9, 42.3), (129.9, 42.3),
    (129.0, 41.9), (128.0, 41.2), (126.8, 41.3), (125.0, 40.0), (124.2, 39.5), (123.4, 38.0), (123.3, 33.0),
    (123.9, 31.5), (123.6, 29.5), (122.6, 27.5), (121.0, 26.6), (120.0, 26.45), (119.92, 26.36),
    (119.8, 26.25), (119.76, 26.0), (120.1, 25.75), (120.0, 25.4), (119.5, 25.0), (119.0, 24.7),
    (118.62, 24.47), (118.53, 24.545), (118.28, 24.535), (118.205, 24.47), (118.17, 24.4), (118.2, 24.2),
    (117.5, 23.3), (116.9, 22.8), (115.5, 22.4), (114.8, 22.3), (114.62, 22.4), (114.47, 22.42),
    (114.42, 22.56), (114.24, 22.555), (114.22, 22.547), (114.16, 22.558), (114.113, 22.531),
    (114.07, 22.515), (114.03, 22.503), (113.965, 22.485), (113.93, 22.45), (113.86, 22.44), (113.8, 22.3),
    (113.62, 22.22), (113.556, 22.2155), (113.535, 22.21), (113.537, 22.18), (113.553, 22.14),
    (113.555, 22.1), (113.6, 21.95), (113.5, 21.6), (112.0, 21.3), (111.3, 20.8), (111.5, 19.5),
    (110.8, 18.3), (109.6, 17.9), (108.2, 18.6), (108.2, 21.3), (107.9, 21.5), (106.6, 21.9), (106.5, 22.9),
    (105.3, 23.1), (104.0, 22.4), (103.0, 22.4), (102.0, 22.3), (101.8, 21.0), (100.2, 21.3), (99.0, 21.9),
    (98.6, 23.8), (97.3, 23.7), (97.3, 24.8), (98.4, 26.0), (98.3, 27.5), (97.2, 27.7), (95.0, 26.7),
    (92.0, 26.8), (91.5, 27.5), (89.0, 27.1), (88.6, 27.8), (86.0, 27.7), (84.0, 28.4), (81.0, 29.9),
    (78.6, 31.0), (78.2, 32.5), (78.8, 33.5), (77.8, 35.3), (75.9, 35.8), (74.3, 37.1), (73.3, 39.4),
    (76.0, 40.5), (80.0, 42.1), (80.0, 45.0), (82.4, 45.4), (82.9, 47.3), (85.4, 47.2), (85.4, 48.5),
    (87.3, 49.3), (88.3, 48.8), (91.2, 46.8), (90.9, 45.4), (95.4, 44.4), (96.4, 42.9), (101.5, 42.7),
    (105.0, 41.8), (108.5, 42.6), (111.8, 43.9), (111.9, 45.2), (113.8, 45.0), (116.2, 46.5), (119.7, 46.9),
    (118.4, 48.1), (115.6, 47.8), (116.6, 49.95), (117.8, 49.7), (119.2, 50.3), (120.6, 53.3),
    (123.5, 53.85), (126.5, 53.1), (127.8, 50.6), (129.5, 49.6), (131.2, 48.1), (132.8, 48.3), (135.0, 48.7),
)  # fmt: skip
