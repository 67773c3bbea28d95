"""What a plate is made of once it is laid out. Lengths are millimetres from its lower left corner, y upwards;
type sizes are points, as printers count them."""

import math
from dataclasses import dataclass
from typing import Literal

from reportlab.lib.colors import Color

from exports.kit import INK, SEAL, WHITE
from exports.qr import Matrix

PT = 25.4 / 72
"""Millimetres in a point."""
SLANT = 0.19
"""How far a scientific name leans: tangent of its angle."""
ASCENT, DESCENT = 0.88, 0.24
"""Reach of a line of type above and below its baseline, in type sizes."""

TextRole = Literal["sans", "serif", "italic"]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Text:
    """One line of type from `x`, its baseline at `y`; turned about that point by `turn_deg`.

    is_behind: it lies under everything (the word on a sample), and may be crossed. goes_on: it is read with
    the text before it, as the characters of a name written downwards are.
    """

    x: float
    y: float
    text: str
    size_pt: float
    width: float
    role: TextRole = "sans"
    colour: Color = INK
    is_bold: bool = False
    turn_deg: float = 0.0
    is_behind: bool = False
    goes_on: bool = False

    @property
    def bounds(self) -> Bounds:
        """Left, foot, right and top of what it may ink."""
        size = self.size_pt * PT
        lean = SLANT * ASCENT * size if self.role == "italic" else 0.0
        if not self.turn_deg:
            return (self.x, self.y - DESCENT * size, self.x + self.width + lean, self.y + ASCENT * size)
        angle = math.radians(self.turn_deg)
        cos, sin = math.cos(angle), math.sin(angle)
        corners = [(x, y) for x in (0.0, self.width) for y in (-DESCENT * size, ASCENT * size)]
        xs = [self.x + x * cos - y * sin for x, y in corners]
        ys = [self.y + x * sin + y * cos for x, y in corners]
        return (min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, rounded where `radius` says so; `line` is the width of its outline, 0 for none."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    line: float = 0.0
    stroke: Color = INK
    fill: Color | None = None

    @property
    def bounds(self) -> Bounds:
        """Left, foot, right and top with half of its line."""
        half = self.line / 2
        return (self.x - half, self.y - half, self.x + self.width + half, self.y + self.height + half)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    line: float
    colour: Color = INK

    @property
    def bounds(self) -> Bounds:
        """Left, foot, right and top with half of its line."""
        half = self.line / 2
        (left, right), (foot, top) = sorted((self.x0, self.x1)), sorted((self.y0, self.y1))
        return (left - half, foot - half, right + half, top + half)


@dataclass(frozen=True, slots=True)
class Seal:
    """The square seal with its one character; lines alone where it `is_engraved`."""

    x: float
    y: float
    side: float
    character: str
    glyph_width: float
    is_engraved: bool = False

    @property
    def bounds(self) -> Bounds:
        """Left, foot, right and top."""
        return (self.x, self.y, self.x + self.side, self.y + self.side)

    def parts(self) -> tuple["Box | Text", ...]:
        """The seal as boxes and a character."""
        side, inset = self.side, self.side * 0.075
        size = side * SEAL_GLYPH
        ink, paper = (INK, None) if self.is_engraved else (WHITE, SEAL)
        line = side * 0.022
        outer = Box(
            self.x + line / 2, self.y + line / 2, side - line, side - line, side * 0.09, line, ink, None
        )
        if paper:
            outer = Box(self.x, self.y, side, side, side * 0.09, 0.0, ink, paper)
        inner = Box(
            self.x + inset,
            self.y + inset,
            side - 2 * inset,
            side - 2 * inset,
            side * 0.05,
            line,
            ink,
        )
        left, base = self.x + (side - self.glyph_width) / 2, self.y + side / 2 - size * 0.37
        role: TextRole = "sans" if self.is_engraved else "serif"
        glyph = Text(left, base, self.character, size / PT, self.glyph_width, role, ink, not self.is_engraved)
        return (outer, inner, glyph)


SEAL_GLYPH = 0.62
"""Type size of a seal's character, as a share of its side."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code: `x`, `y` is the lower left corner of its modules; silence is left around it."""

    x: float
    y: float
    module: float
    matrix: Matrix

    @property
    def side(self) -> float:
        """Side of the modules together."""
        return self.module * len(self.matrix)

    @property
    def bounds(self) -> Bounds:
        """Left, foot, right and top of the modules."""
        return (self.x, self.y, self.x + self.side, self.y + self.side)


Primitive = Text | Box | Rule | Seal | Symbol
