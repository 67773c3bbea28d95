"""The paper of a print map: page sizes, scales, and how a page is divided into map, panel and margins.

Lengths are points unless a name says otherwise; a scale is the number after "1:".
"""

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from exports.kit import MM

PAGES_MM = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}
LEAST_MM, MOST_MM = 120.0, 2_500.0
LARGEST_SCALE, SMALLEST_SCALE = 100, 50_000_000
_STEPS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.5, 8.0)
AUTO_FROM = 500
"""No map that chooses its scale itself is larger than 1:500: positions are not that sure."""
_FREE = re.compile(r"(\d+(?:\.\d+)?)\s*[xX×*]\s*(\d+(?:\.\d+)?)(?:\s*mm)?")
_SCALE = re.compile(r"(?:1\s*[:：]\s*)?([\d,\s]+)")


class Rect(NamedTuple):
    """A rectangle by its lower left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Paper:
    """A page: its size, where the map and the panel with title and legend lie, and how large things are
    drawn on it (1 on A4; larger sheets are read from farther away)."""

    width: float
    height: float
    factor: float
    map: Rect
    panel: Rect

    @property
    def is_wide(self) -> bool:
        """Whether the panel stands beside the map, not below it."""
        return self.panel.x > self.map.x


def page_mm(text: str, *, is_landscape: bool = False) -> tuple[float, float]:
    """Width and height in mm of "A4" to "A0" or "600x400". Raises ValueError."""
    name = text.strip().upper()
    found = _FREE.fullmatch(text.strip())
    if name in PAGES_MM:
        width, height = map(float, PAGES_MM[name])
        return (height, width) if is_landscape else (width, height)
    if not found:
        raise ValueError(text)
    width, height = float(found[1]), float(found[2])
    if not (min(width, height) >= LEAST_MM and max(width, height) <= MOST_MM):
        raise ValueError(text)
    return (max(width, height), min(width, height)) if is_landscape else (width, height)


def scale_of(text: str) -> int | None:
    """5000 for "1:5000", "1:5,000" or "5000"; None for "auto". Raises ValueError."""
    if text.strip().lower() == "auto":
        return None
    found = _SCALE.fullmatch(text.strip())
    number = int(re.sub(r"[,\s]", "", found[1]) or 0) if found else 0
    if not LARGEST_SCALE <= number <= SMALLEST_SCALE:
        raise ValueError(text)
    return number


def round_scale(least: float) -> int:
    """The next round scale that is no larger than 1:`least`."""
    power = 10.0 ** math.floor(math.log10(max(least, AUTO_FROM)))
    for step in (*_STEPS, 10.0):
        if step * power >= least * (1 - 1e-9) and step * power >= AUTO_FROM:
            return round(step * power)
    return round(power * 10)  # unreachable: 10 * power is above every `least` of this power


def lay_paper(width_mm: float, height_mm: float) -> Paper:
    """The page with its margins: the panel at the right of a wide page, at the foot of a high one."""
    width, height = width_mm * MM, height_mm * MM
    factor = min(max(math.sqrt(min(width_mm, height_mm) / 210), 0.8), 2.4)
    margin, ticks, gap = 9 * MM * factor, 4.2 * MM * factor, 3 * MM * factor
    left, low = margin + ticks, margin + ticks
    if width > height:
        side = 58 * MM * factor
        frame = Rect(left, low, width - 2 * margin - 2 * ticks - side - gap, height - 2 * margin - 2 * ticks)
        panel = Rect(width - margin - side, margin, side, height - 2 * margin)
    else:
        foot = 50 * MM * factor
        base = margin + foot + gap + ticks
        frame = Rect(left, base, width - 2 * margin - 2 * ticks, height - margin - ticks - base)
        panel = Rect(margin, margin, width - 2 * margin, foot)
    return Paper(width, height, factor, frame, panel)


def bar_metres(width_pt: float, scale: int) -> float:
    """A round length (1, 2 or 5 times a power of ten metres) that is at most `width_pt` long on the map."""
    longest = width_pt / MM / 1000 * scale
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest)
