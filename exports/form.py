"""The survey form (每木调查表) as a ruled table: sections with an upright title, cells of label and value."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.lib.colors import Color

from exports.flow import BOTTOM, Flow
from exports.kit import BARK, CARD, INK, LEADING, LINE, MARGIN, SOFT, WIDTH, Pen, is_han, wrap

TITLE_WIDTH = 25.0
VALUE = 8.8
LABEL = 7.6
PAD = 4.4
LEAST_HEIGHT = 25.0
LEAST_HEIGHT_TURNED = 40.0
"""Of a section, so that its title can be read: Chinese, and other."""
SHORT = 7.4
"""Height for each character of a title below which it is set in two lines."""


@dataclass(frozen=True, slots=True)
class FormCell:
    """A label and what is known. `is_empty`: the value only says that, and why, nothing is known."""

    label: str
    value: str
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class FormSection:
    """A titled part of the form: rows of one to three cells, which share the width evenly."""

    title: str
    rows: Sequence[Sequence[FormCell]] = field(default_factory=tuple)


def draw_form(flow: Flow, sections: Sequence[FormSection], *, label_width: float) -> None:
    """Draw the sections one below the other; a section is kept on one page where it can be."""
    _edge(flow, BARK, 1.1)
    for section in sections:
        rows = [_Row(flow.pen, row, label_width) for row in section.rows]
        least = LEAST_HEIGHT if is_han(section.title) else LEAST_HEIGHT_TURNED
        rows[0].height += max(0.0, least - sum(row.height for row in rows))
        height = sum(row.height for row in rows)
        if flow.y - height < BOTTOM:
            _edge(flow, BARK, 1.1)
            flow.new_page()
            _edge(flow, BARK, 1.1)
        _draw_section(flow, section.title, rows)
    _edge(flow, BARK, 1.1)
    flow.y -= 6


class _Row:
    """A row's cells, wrapped and measured."""

    def __init__(self, pen: Pen, cells: Sequence[FormCell], label_width: float) -> None:
        self.cells = cells
        self.label_width = label_width
        self.width = (WIDTH - TITLE_WIDTH) / len(cells)
        room = self.width - label_width - 2 * PAD
        self.lines = [wrap(pen.fonts, c.value, "sans", _size(c), room) for c in cells]
        self.height = self.needs = max(len(lines) for lines in self.lines) * VALUE * LEADING + 2 * PAD - 1

    @property
    def slack(self) -> float:
        """Height beyond what the lines take."""
        return self.height - self.needs

    def draw(self, pen: Pen, x: float, y: float) -> None:
        for cell, lines in zip(self.cells, self.lines, strict=True):
            pen.box(x, y - self.height + 0.5, self.label_width, self.height - 1, fill=CARD)
            pen.rule(x, y, x, y - self.height, LINE, 0.5)
            pen.rule(x + self.label_width, y, x + self.label_width, y - self.height, LINE, 0.5)
            baseline = y - PAD - VALUE * 1.02 - self.slack / 2
            pen.fitted(
                x + PAD, baseline, cell.label, LABEL, self.label_width - 2 * PAD, colour=SOFT, least=5.2
            )
            colour: Color = SOFT if cell.is_empty else INK
            pen.lines(x + self.label_width + PAD, baseline, lines, _size(cell), colour=colour)
            x += self.width
        pen.rule(MARGIN + TITLE_WIDTH, y - self.height, MARGIN + WIDTH, y - self.height, LINE, 0.5)


def _size(cell: FormCell) -> float:
    return LABEL if cell.is_empty else VALUE


def _draw_section(flow: Flow, title: str, rows: Sequence[_Row]) -> None:
    top = flow.y
    for row in rows:
        if flow.y - row.height < BOTTOM and flow.y < top:
            _title(flow.pen, title, top, flow.y)
            _edge(flow, BARK, 1.1)
            flow.new_page()
            top = flow.y
            _edge(flow, BARK, 1.1)
        row.draw(flow.pen, MARGIN + TITLE_WIDTH, flow.y)
        flow.y -= row.height
    _title(flow.pen, title, top, flow.y)
    _edge(flow, BARK, 0.6)


def _title(pen: Pen, title: str, top: float, bottom: float) -> None:
    """The section's title, Chinese downwards, English turned; sides of the form as high as the section."""
    middle = (top + bottom) / 2
    x = MARGIN + TITLE_WIDTH / 2
    height = top - bottom - 6
    if not is_han(title):
        _turned(pen, x, middle, height, title)
    elif height / len(title) >= SHORT:
        size = min(8.6, height / len(title) / 1.16)
        _centred(pen, x, middle, list(title), size, 1.16)
    else:
        half = -(-len(title) // 2)
        _centred(pen, x, middle, [title[:half], title[half:]], min(8.0, (TITLE_WIDTH - 4) / half), 1.2)
    pen.rule(MARGIN, top, MARGIN, bottom, BARK, 1.1)
    pen.rule(MARGIN + WIDTH, top, MARGIN + WIDTH, bottom, BARK, 1.1)


def _turned(pen: Pen, x: float, middle: float, height: float, title: str) -> None:
    size = 8.2 if pen.fonts.width(title, "serif", 8.2) <= height else 6.4
    lines = wrap(pen.fonts, title, "serif", size, height)
    with pen.state() as canvas:
        canvas.translate(x, middle)
        canvas.rotate(90)
        _centred(pen, 0, 0, lines, size, 1.12)


def _centred(pen: Pen, x: float, y: float, lines: Sequence[str], size: float, leading: float) -> None:
    """Lines around the point (x, y)."""
    first = y + (len(lines) - 1) * size * leading / 2 - size * 0.36
    pen.lines(x, first, lines, size, role="serif", colour=BARK, align="center", leading=leading)


def _edge(flow: Flow, colour: Color, width: float) -> None:
    flow.pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, colour, width)
