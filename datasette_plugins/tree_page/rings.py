"""The rings: each ring a dated size, the outer one the latest; visits are dots at their day of the year."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

SIZES = ("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "crown_m", "height_m")
"""What the rings may show, the most telling first."""
OUTER = 74.0
_INNER = 16.0
_LEAST_GAP = 5.0
_MOST_RINGS = 9
_MOST_DOTS = 24


@dataclass(frozen=True, slots=True)
class Ring:
    """One dated size. `radius` in pixels from the middle."""

    radius: float
    value: float
    on: str | None


@dataclass(frozen=True, slots=True)
class Dot:
    """One visit, at an angle that is its day of the year (1 January above, clockwise)."""

    x: float
    y: float
    on: str


@dataclass(frozen=True, slots=True)
class Rings:
    """The chart. `field` is what the rings measure, None where nothing was measured."""

    field: str | None
    rings: tuple[Ring, ...]
    dots: tuple[Dot, ...]


def draw_rings(measurements: Sequence[Mapping[str, Any]], inspections: Iterable[Mapping[str, Any]]) -> Rings:
    """The rings of a tree. `measurements` newest first, with the columns of the public edition."""
    field = next((name for name in SIZES if any(row[name] for row in measurements)), None)
    sized = [row for row in measurements if field and row[field]][:_MOST_RINGS]
    return Rings(field, _rings(sized, field), _dots(row["inspected_on"] for row in inspections))


def _rings(newest_first: Sequence[Mapping[str, Any]], field: str | None) -> tuple[Ring, ...]:
    """Outer ring first; radii go with the size, but no two rings are closer than can be seen."""
    if field is None or not newest_first:
        return ()
    latest = float(newest_first[0][field])
    rings: list[Ring] = []
    for row in newest_first:
        radius = OUTER * float(row[field]) / latest
        if rings:
            radius = min(radius, rings[-1].radius - _LEAST_GAP)
        rings.append(Ring(round(max(radius, _INNER), 1), float(row[field]), row["measured_on"]))
    return tuple(rings)


def _dots(days: Iterable[str]) -> tuple[Dot, ...]:
    dots = []
    for text in sorted(days, reverse=True)[:_MOST_DOTS]:
        day = date.fromisoformat(text[:10])
        angle = 2 * math.pi * (day.timetuple().tm_yday - 1) / 366
        dots.append(Dot(round(OUTER * math.sin(angle), 1), round(-OUTER * math.cos(angle), 1), text[:10]))
    return tuple(dots)
