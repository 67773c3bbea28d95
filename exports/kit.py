"""Drawing pieces that every PDF shares: colours, the grid, text that wraps, the plaque and the seal.

Lengths are points and y grows upwards, as in PDF, unless a name says otherwise.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from exports.fonts import Align, Fonts, Role

PAPER = HexColor("#faf7f0")
CARD = HexColor("#fffdf8")
INK = HexColor("#1d2b22")
SOFT = HexColor("#5d6a61")
LINE = HexColor("#d9d1bd")
LEAF = HexColor("#2f6b4a")
BARK = HexColor("#6b4f3a")
BOARD = HexColor("#4b3424")
SEAL = HexColor("#b3372a")
GOLD = HexColor("#b58a3c")
CREAM = HexColor("#f6ead2")
WHITE = HexColor("#ffffff")

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
MARGIN = 18 * MM
COLUMNS = 12
GUTTER = 4 * MM
WIDTH = A4[0] - 2 * MARGIN
"""Width of the type area of an A4 page."""

BODY = 9.5
SMALL = 7.4
LEADING = 1.55
"""Line height over type size, for text set in lines."""


_CLOSERS = "、，。．！？；：）」』】》〉〕”’…—％,.!?;:)]}%·"
_OPENERS = "（「『【《〈〔“‘([{"
_PIECES = re.compile(
    rf"[{re.escape(_OPENERS)}]*"
    rf"(?:[\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]|[^\s\u2e80-\U0003ffff]+|.)"
    rf"[{re.escape(_CLOSERS)}]*[^\S\n]*"
)


def column_x(column: int) -> float:
    """Left edge of a column of the grid, 0 to 11."""
    return MARGIN + column * (WIDTH + GUTTER) / COLUMNS


def span(columns: int) -> float:
    """Width of so many columns with the gutters between them."""
    return columns * (WIDTH + GUTTER) / COLUMNS - GUTTER


@dataclass(frozen=True, slots=True)
class Pen:
    """A canvas and the fonts it is written with."""

    canvas: Canvas
    fonts: Fonts

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = BODY,
        *,
        role: Role = "sans",
        colour: Color = INK,
        align: Align = "left",
    ) -> None:
        """One line with its baseline at `y`."""
        self.canvas.setFillColor(colour)
        self.fonts.draw(self.canvas, x, y, text, role, size, align=align)

    def bold(
        self, x: float, y: float, text: str, size: float, *, colour: Color = INK, align: Align = "left"
    ) -> None:
        """One line of the serif face with its strokes thickened: for names, headings and seals."""
        canvas = self.canvas
        wide = self.fonts.width(text, "serif", size)
        left = x - {"left": 0.0, "center": wide / 2, "right": wide}[align]
        with self.state():
            canvas.setFillColor(colour)
            canvas.setStrokeColor(colour)
            canvas.setLineWidth(size * 0.026)
            canvas.setFont(self.fonts.face(text, "serif"), size)
            canvas.drawString(left, y, text, mode=2)

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        size: float = BODY,
        *,
        role: Role = "sans",
        colour: Color = INK,
        align: Align = "left",
        leading: float = LEADING,
    ) -> float:
        """Lines from the baseline `y` down; returns the baseline that would come next."""
        for line in lines:
            self.text(x, y, line, size, role=role, colour=colour, align=align)
            y -= size * leading
        return y

    def fitted(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        width: float,
        *,
        role: Role = "sans",
        colour: Color = INK,
        align: Align = "left",
        least: float = 6.0,
    ) -> float:
        """One line that is made smaller until it fits `width`, ended with … where `least` is too wide still.

        Returns the size at which it was drawn.
        """
        size, text = fit(self.fonts, text, role, size, width, least)
        self.text(x, y, text, size, role=role, colour=colour, align=align)
        return size

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, colour: Color = LINE, width: float = 0.6
    ) -> None:
        """A straight line."""
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(x0, y0, x1, y1)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: Color | None = None,
        stroke: Color | None = None,
        line: float = 0.6,
        radius: float = 0.0,
    ) -> None:
        """A rectangle from its lower left corner, rounded where `radius` says so."""
        canvas = self.canvas
        if fill:
            canvas.setFillColor(fill)
        if stroke:
            canvas.setStrokeColor(stroke)
            canvas.setLineWidth(line)
        look = {"fill": int(fill is not None), "stroke": int(stroke is not None)}
        if radius:
            canvas.roundRect(x, y, width, height, radius, **look)
        else:
            canvas.rect(x, y, width, height, **look)

    def dot(self, x: float, y: float, radius: float, fill: Color, stroke: Color | None = None) -> None:
        """A filled circle."""
        self.canvas.setFillColor(fill)
        if stroke:
            self.canvas.setStrokeColor(stroke)
            self.canvas.setLineWidth(0.8)
        self.canvas.circle(x, y, radius, fill=1, stroke=int(stroke is not None))

    @contextmanager
    def state(self) -> Iterator[Canvas]:
        """What is set inside (clip, dash, transparency, transformation) ends with the block."""
        self.canvas.saveState()
        yield self.canvas
        self.canvas.restoreState()


def wrap(fonts: Fonts, text: str, role: Role, size: float, width: float) -> list[str]:
    """`text` in lines of at most `width`: Chinese breaks between characters, not before 、。」 or after （「.

    A word that is wider than a line is broken where it must be. Line ends of the text are kept.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        lines.extend(_wrap_paragraph(fonts, paragraph.strip(), role, size, width))
    return lines


def fit(
    fonts: Fonts, text: str, role: Role, size: float, width: float, least: float = 6.0
) -> tuple[float, str]:
    """The size, at most `size`, at which `text` is no wider than `width`; shortened with … below `least`."""
    wide = fonts.width(text, role, size)
    if wide <= width:
        return size, text
    size = max(least, size * width / wide * 0.995)
    if fonts.width(text, role, size) <= width:
        return size, text
    while text and fonts.width(text + "…", role, size) > width:
        text = text[:-1]
    return size, text + "…"


def fit_lines(
    fonts: Fonts, text: str, role: Role, size: float, width: float, most: int, least: float = 6.0
) -> tuple[float, list[str]]:
    """The size, at most `size`, at which `text` takes at most `most` lines of `width`, and these lines; the
    last one ends with … where `least` is too large still."""
    lines = wrap(fonts, text, role, size, width)
    while len(lines) > most and size > least:
        size = max(least, size * 0.94)
        lines = wrap(fonts, text, role, size, width)
    if len(lines) > most:
        last = lines[most - 1]
        while last and fonts.width(last + "…", role, size) > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last + "…"]
    return size, lines


def draw_plaque(pen: Pen, x: float, y: float, width: float, height: float, name: str) -> None:
    """The tree's name written downwards, as on a wooden board; a name in Latin letters is turned."""
    with pen.state() as canvas:
        board = canvas.beginPath()
        board.roundRect(x, y, width, height, 5)
        canvas.clipPath(board, stroke=0, fill=0)
        canvas.linearGradient(x, y, x + width, y, (BOARD, BARK, BOARD), (0.0, 0.55, 1.0))
    pen.box(x + 3.5, y + 3.5, width - 7, height - 7, stroke=GOLD, line=0.5, radius=3)
    if is_han(name):
        _write_down(pen, x, y, width, height, name)
    else:
        _write_turned(pen, x, y, width, height, name)


def draw_seal(pen: Pen, x: float, y: float, size: float, character: str) -> None:
    """A square red seal with one character, from its lower left corner."""
    pen.box(x, y, size, size, fill=SEAL, radius=size * 0.09)
    inset = size * 0.075
    pen.box(
        x + inset,
        y + inset,
        size - 2 * inset,
        size - 2 * inset,
        stroke=WHITE,
        line=size * 0.022,
        radius=size * 0.05,
    )
    glyph = size * 0.62
    pen.bold(x + size / 2, y + size / 2 - glyph * 0.37, character, glyph, colour=WHITE, align="center")


def draw_sample_mark(pen: Pen, right: float, y: float, text: str) -> None:
    """A small framed mark that says a sheet is a sample, ending at `right`, on the baseline `y`."""
    size = 7.0
    width = pen.fonts.width(text, "sans", size) + 9
    pen.box(right - width, y - 3.2, width, size + 5, stroke=SEAL, line=0.7, radius=2)
    pen.text(right - width / 2, y, text, size, colour=SEAL, align="center")


def is_han(text: str) -> bool:
    """Whether `text` begins with a Chinese character."""
    return bool(re.match(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]", text))


def translucent(colour: Color, alpha: float) -> Color:
    """The same colour, seen through."""
    return Color(colour.red, colour.green, colour.blue, alpha)


def _write_down(pen: Pen, x: float, y: float, width: float, height: float, name: str) -> None:
    rows = -(-len(name) // (2 if len(name) > 9 else 1))
    columns = [name[i : i + rows] for i in range(0, len(name), rows)]
    step = min(width * 0.74, (height - 24) / rows, (width - 16) * 1.18 / len(columns))
    size = step / 1.18
    for number, column in enumerate(columns):
        middle = x + width / 2 + (len(columns) - 1 - 2 * number) * size * 0.56
        top = y + height / 2 + rows * step / 2
        for place, character in enumerate(column, start=1):
            baseline = top - place * step + (step - size) / 2 + size * 0.13
            pen.bold(middle, baseline, character, size, colour=CREAM, align="center")


def _write_turned(pen: Pen, x: float, y: float, width: float, height: float, name: str) -> None:
    size, _line = fit(pen.fonts, name, "serif", width * 0.48, height - 28, 15)
    size, lines = fit_lines(pen.fonts, name, "serif", size, height - 28, 3)
    with pen.state() as canvas:
        canvas.translate(x + width / 2, y + height / 2)
        canvas.rotate(-90)
        top = (len(lines) - 1) * size * 0.65 - size * 0.34
        pen.lines(0, top, lines, size, role="serif", colour=CREAM, align="center", leading=1.3)


def _wrap_paragraph(fonts: Fonts, text: str, role: Role, size: float, width: float) -> list[str]:
    if fonts.width(text, role, size) <= width:
        return [text]
    lines: list[str] = []
    line, filled = "", 0.0
    for piece in _pieces(fonts, text, role, size, width):
        wide = _width(fonts, piece, role, size)
        if line and filled + _width(fonts, piece.rstrip(), role, size) > width:
            lines.append(line.rstrip())
            line, filled = "", 0.0
        line, filled = line + piece, filled + wide
    return [*lines, line.rstrip()]


def _pieces(fonts: Fonts, text: str, role: Role, size: float, width: float) -> Iterator[str]:
    for piece in _PIECES.findall(text):
        if len(piece) > 8 and _width(fonts, piece.rstrip(), role, size) > width:
            yield from piece
        else:
            yield piece


@lru_cache(maxsize=20_000)
def _width(fonts: Fonts, piece: str, role: Role, size: float) -> float:
    return fonts.width(piece, role, size)
