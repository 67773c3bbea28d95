"""The chart of a size over the years: dated readings of one measuring height, joined in their order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

SIZES = ("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "height_m", "crown_m")
"""What may be charted, the most telling first."""
WIDTH, HEIGHT = 420, 180
_LEFT, _RIGHT, _TOP, _FOOT = 14.0, 30.0, 26.0, 26.0


@dataclass(frozen=True, slots=True)
class Point:
    """One reading; x and y in pixels from the upper left corner. `is_named`: there is room for its day."""

    x: float
    y: float
    value: float
    on: str
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class SizeChart:
    """A size over time. `height_m`: where it was measured, None where nobody said."""

    field: str
    points: tuple[Point, ...]
    height_m: float | None
    width: int = WIDTH
    height: int = HEIGHT
    foot: float = HEIGHT - _FOOT

    @property
    def path(self) -> str:
        """The points as an SVG polyline."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def size_chart(measurements: Sequence[Mapping[str, Any]]) -> SizeChart | None:
    """The chart of the first size with readings of two days at one height; None where there is none."""
    for field in SIZES:
        groups: defaultdict[float | None, dict[str, float]] = defaultdict(dict)
        for row in measurements:
            if row["measured_on"] and row[field]:
                height = row["measure_height_m"] if field in {"girth_cm", "diameter_cm"} else None
                groups[height].setdefault(row["measured_on"][:10], float(row[field]))
        height, found = max(groups.items(), key=lambda item: len(item[1]), default=(None, {}))
        if len(found) > 1:
            return SizeChart(field, _points(sorted(found.items())), height)
    return None


def _points(series: Sequence[tuple[str, float]]) -> tuple[Point, ...]:
    days = [date.fromisoformat(day).toordinal() for day, _value in series]
    values = [value for _day, value in series]
    low, high = min(values), max(values)
    slack = (high - low) * 0.2 or max(high * 0.1, 1.0)
    low, high = low - slack, high + slack
    points: list[Point] = []
    named = -1000.0
    for (on, value), day in zip(series, days, strict=True):
        x = _LEFT + 30 + (day - days[0]) / (days[-1] - days[0]) * (WIDTH - _LEFT - _RIGHT - 60)
        y = HEIGHT - _FOOT - (value - low) / (high - low) * (HEIGHT - _FOOT - _TOP)
        is_named = x - named >= 46
        named = x if is_named else named
        points.append(Point(round(x, 1), round(y, 1), value, on, is_named))
    return tuple(points)
