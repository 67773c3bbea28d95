"""Small maps of points as SVG: no script, no basemap, the register's own points draw the land."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_M_PER_DEGREE = 111_320.0
_SIDE, _HEAD, _FOOT = 30.0, 24.0, 36.0
_STEPS_M = tuple(digit * 10**power for power in range(1, 7) for digit in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Frame:
    """A window on the earth: WGS84 degrees to pixels, true to scale at its middle (equirectangular)."""

    width: float
    height: float
    west: float
    north: float
    px_per_lon: float
    px_per_lat: float

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Pixels from the left and from the top, to a tenth."""
        return round((lon - self.west) * self.px_per_lon, 1), round((self.north - lat) * self.px_per_lat, 1)

    def px_of_metres(self, metres: float) -> float:
        """The length of `metres` in pixels."""
        return metres * self.px_per_lat / _M_PER_DEGREE

    @property
    def scale_bar(self) -> tuple[int, float]:
        """A round number of metres that takes up to a third of the width, and its length in pixels."""
        fitting = [step for step in _STEPS_M if self.px_of_metres(step) <= self.width / 3]
        metres = fitting[-1] if fitting else _STEPS_M[0]
        return metres, round(self.px_of_metres(metres), 1)


@dataclass(frozen=True, slots=True)
class DotMap:
    """Points in a frame; `dots` is the path data of their places, for a line with round ends."""

    frame: Frame
    dots: str


def fit_frame(
    points: Sequence[tuple[float, float]], *, width: float = 320, height: float = 200, pad: float = 14
) -> Frame:
    """The frame that shows `points` (lon, lat; at least one) but for the outermost half percent."""
    west, east = _middle_range([lon for lon, _ in points])
    south, north = _middle_range([lat for _, lat in points])
    stretch = math.cos(math.radians((south + north) / 2))
    per_lat = min(
        (width - 2 * pad) / max((east - west) * stretch, 0.01), (height - 2 * pad) / max(north - south, 0.01)
    )
    per_lon = per_lat * stretch
    left = (west + east) / 2 - width / 2 / per_lon
    top = (south + north) / 2 + height / 2 / per_lat
    return Frame(width, height, left, top, per_lon, per_lat)


def close_frame(
    points: Sequence[tuple[float, float]], *, width: float = 420, height: float = 300, least_m: float = 60
) -> Frame:
    """The frame that shows all of `points` (lon, lat; at least one), no narrower than `least_m` metres.

    There is room for a scale bar at its foot and a north arrow at its right.
    """
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    stretch = max(math.cos(math.radians((south + north) / 2)), 0.01)
    least = least_m / _M_PER_DEGREE
    per_lat = min(
        (width - 2 * _SIDE) / max((east - west) * stretch, least),
        (height - _HEAD - _FOOT) / max(north - south, least),
    )
    left = (west + east) / 2 - width / 2 / (per_lat * stretch)
    top = (south + north) / 2 + (height + _HEAD - _FOOT) / 2 / per_lat
    return Frame(width, height, left, top, per_lat * stretch, per_lat)


def outline(frame: Frame, rings: Iterable[Sequence[tuple[float, float]]]) -> str:
    """Path data of closed rings (lon, lat), the first corner of each told again at its end."""

    def corner(point: tuple[float, float]) -> str:
        x, y = frame.place(*point)
        return f"{x:g} {y:g}"

    return "".join("M" + "L".join(corner(point) for point in ring[:-1]) + "Z" for ring in rings)


def dot_map(
    points: Sequence[tuple[float, float]], *, width: float = 320, height: float = 200
) -> DotMap | None:
    """A map of `points` (lon, lat), one dot for all that fall together; None where there are none."""
    if not points:
        return None
    frame = fit_frame(points, width=width, height=height)
    return DotMap(frame, dots_in(frame, points))


def dots_in(frame: Frame, points: Iterable[tuple[float, float]], *, grain: float = 2.0) -> str:
    """Path data with a dot for each spot of `grain` pixels that holds a point inside the frame."""
    spots = set()
    for lon, lat in points:
        x, y = frame.place(lon, lat)
        if 0 <= x <= frame.width and 0 <= y <= frame.height:
            spots.add((round(x / grain), round(y / grain)))
    return "".join(f"M{x * grain:g} {y * grain:g}h0" for x, y in sorted(spots))


def _middle_range(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    cut = len(ordered) // 200
    return ordered[cut], ordered[-1 - cut]
