"""From the ground to the paper: a grid in metres, drawn true to scale, and the degrees at its edges."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from exports.kit import MM
from exports.print_map_paper import Rect

Box = tuple[float, float, float, float]
"""West, south, east, north; or left, low, right, top."""
_SECONDS = (
    72_000, 36_000, 18_000, 7_200, 3_600, 1_800, 1_200, 600, 300, 120, 60, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1,
)  # fmt: skip
_SAMPLES = 33


@dataclass(frozen=True, slots=True)
class Grid:
    """The projected system that a map is drawn in. Both functions take and give arrays of shape (n, 2):
    degrees (WGS84) and metres east and north."""

    code: str
    name: str
    to_metres: Callable[[Any], Any]
    to_degrees: Callable[[Any], Any]


class Tick(NamedTuple):
    """A meridian or parallel: its degrees, its way over the map in points, where it meets the edges."""

    degrees: float
    is_meridian: bool
    line: list[tuple[float, float]]
    low: float | None
    high: float | None
    """x on the lower and upper edge of a meridian, y on the left and right edge of a parallel."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A rectangle of the ground on a rectangle of paper. middle: metres in the grid; scale: after "1:"."""

    grid: Grid
    frame: Rect
    middle: tuple[float, float]
    scale: int

    @property
    def points_per_metre(self) -> float:
        return 1000 * MM / self.scale

    @property
    def box(self) -> Box:
        """What is seen, in metres of the grid."""
        half = self.frame.width / self.points_per_metre / 2, self.frame.height / self.points_per_metre / 2
        (east, north) = self.middle
        return east - half[0], north - half[1], east + half[0], north + half[1]

    def place(self, metres: Any) -> Any:
        """Points of the page of an array (n, 2) of metres."""
        centre = np.array([self.frame.x + self.frame.width / 2, self.frame.y + self.frame.height / 2])
        return (np.asarray(metres, dtype=float) - self.middle) * self.points_per_metre + centre

    def ticks(self) -> Iterator[Tick]:
        """The meridians and parallels at round degrees."""
        west, south, east, north = self.box
        turn = np.linspace(0, 1, _SAMPLES)
        edge = np.concatenate(
            [np.column_stack([west + (east - west) * turn, np.full(_SAMPLES, y)]) for y in (south, north)]
            + [np.column_stack([np.full(_SAMPLES, x), south + (north - south) * turn]) for x in (west, east)]
        )
        degrees = self.grid.to_degrees(edge)
        lons, lats = unwrapped(degrees[:, 0]), degrees[:, 1]
        steps = (_step(np.ptp(lons), self.frame.width), _step(np.ptp(lats), self.frame.height))
        for lon in _round_between(lons.min(), lons.max(), steps[0]):
            way = np.column_stack([np.full(_SAMPLES, lon), lats.min() + np.ptp(lats) * turn])
            yield self._tick(lon, way, is_meridian=True)
        for lat in _round_between(lats.min(), lats.max(), steps[1]):
            way = np.column_stack([lons.min() + np.ptp(lons) * turn, np.full(_SAMPLES, lat)])
            yield self._tick(lat, way, is_meridian=False)

    def _tick(self, degrees: float, way: Any, *, is_meridian: bool) -> Tick:
        at = self.place(self.grid.to_metres(way))
        frame = self.frame
        if is_meridian:
            along, across = at[:, 1], at[:, 0]
            edges, bounds = (frame.y, frame.top), (frame.x, frame.right)
        else:
            along, across = at[:, 0], at[:, 1]
            edges, bounds = (frame.x, frame.right), (frame.y, frame.top)
        met = [float(np.interp(edge, along, across)) for edge in edges]
        low, high = (value if bounds[0] < value < bounds[1] else None for value in met)
        return Tick(degrees, is_meridian, [(float(x), float(y)) for x, y in at], low, high)

    def convergence_degrees(self) -> float:
        """By how much the grid's north lies east of true north, at the middle of the map."""
        east, north = self.middle
        (lon, lat), (above_lon, above_lat) = self.grid.to_degrees(
            np.array([[east, north], [east, north + 1000.0]])
        )
        turn = (above_lon - lon + 180) % 360 - 180
        return math.degrees(math.atan2(turn * math.cos(math.radians(lat)), above_lat - lat))


def unwrapped(lons: Any) -> Any:
    """Longitudes moved by whole turns so that those on both sides of 180° stand beside each other."""
    lons = np.asarray(lons, dtype=float)
    if len(lons) and np.ptp(lons) > 180:
        east = np.where(lons < 0, lons + 360, lons)
        return east if np.ptp(east) < np.ptp(lons) else lons
    return lons


def spoken_degrees(value: float, positive: str, negative: str) -> str:
    """An angle as maps write it: 121°30′E, 25°02′10″N."""
    value = (value + 180) % 360 - 180 if positive == "E" else value
    tenths = round(abs(value) * 36_000)
    degrees, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    text = f"{degrees}°"
    if minutes or rest:
        text += f"{minutes:02}′"
    if rest:
        text += f"{rest / 10:04.1f}″" if rest % 10 else f"{rest // 10:02}″"
    side = "" if tenths in {0, 180 * 36_000} else positive if value > 0 else negative
    return text + side


def _step(reach: float, length: float) -> float:
    """Degrees between two lines: so that they stand some 35 to 90 mm apart."""
    wanted = max(reach, 1e-7) * 3600 * 34 * MM / length
    return next((each for each in reversed(_SECONDS) if each >= wanted), _SECONDS[0]) / 3600


def _round_between(low: float, high: float, step: float) -> list[float]:
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
