"""Pieces of a sheet to fill in by hand: boxes to tick, lines to write on. Points, y upwards."""

from collections.abc import Iterator, Sequence

from reportlab.lib.colors import Color

from exports.kit import A4, BARK, INK, LINE, MARGIN, SOFT, WIDTH, Pen

PAGE_TOP = A4[1] - 56
FOOT = 46.0
QR_SIDE = 104.0
_LABEL = 74.0
"""Width of a section's title, left of its boxes."""
_GAP = 14.0


def draw_section(pen: Pen, y: float, title: str, options: Sequence[str], *, size: float = 9.2) -> float:
    """A title and its boxes from `y` down, over as many lines as they take; returns where the next begins."""
    pen.fitted(MARGIN, y - size, title, 8.4, _LABEL - 8, colour=BARK, least=5.4)
    lines = draw_boxes(pen, MARGIN + _LABEL, y - size, options, WIDTH - _LABEL, size=size)
    y -= size * 0.62 + lines * size * 1.72
    pen.rule(MARGIN, y + 3, MARGIN + WIDTH, y + 3, LINE, 0.5)
    return y - 3


def draw_boxes(
    pen: Pen, x: float, y: float, options: Sequence[str], width: float, *, size: float, colour: Color = INK
) -> int:
    """Boxes to tick with their words, the first baseline at `y`; returns the number of lines."""
    line = 0
    for line, across, option in measure_boxes(pen, options, width, size):
        baseline = y - line * size * 1.72
        pen.box(x + across, baseline - size * 0.16, size, size, stroke=INK, line=0.8, radius=1.2)
        pen.fitted(x + across + size * 1.45, baseline, option, size, width - size * 1.45, colour=colour,
                   least=5)  # fmt: skip
    return line + 1


def measure_boxes(
    pen: Pen, options: Sequence[str], width: float, size: float
) -> Iterator[tuple[int, float, str]]:
    """(line, distance from the left, words) of each box; no option is broken over two lines."""
    line, across = 0, 0.0
    for option in options:
        wide = min(size * 1.45 + pen.fonts.width(option, "sans", size), width)
        if across and across + wide > width:
            line, across = line + 1, 0.0
        yield line, across, option
        across += wide + _GAP


def draw_line(pen: Pen, x: float, y: float, width: float, label: str) -> None:
    """A label and a line to write on, to the end of `width`."""
    wide = pen.fonts.width(label, "sans", 8.8)
    pen.text(x, y, label, 8.8, colour=SOFT)
    pen.rule(x + wide + 6, y - 2, x + width, y - 2, INK, 0.6)
