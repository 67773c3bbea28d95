"""Pages that fill from top to bottom: running head and foot, headings, paragraphs, ruled tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from reportlab.lib.colors import Color

from exports.fonts import Align, Role
from exports.kit import (
    A4,
    BARK,
    BODY,
    CARD,
    INK,
    LEADING,
    LINE,
    MARGIN,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    draw_sample_mark,
    fit,
    wrap,
)

TOP = A4[1] - 68
"""Where the first line's upper edge lies on a page with a running head."""
BOTTOM = 58.0
"""Below this lies the foot."""

CELL = 8.4
PAD = 4.0
LEAST_LINES = 3
"""A row or paragraph is split over pages only where so many lines remain on the page before."""

_TITLE_LINE = 8.6
_SMALLEST_TITLE = 0.93 * SMALL
_TOTAL = "total-of-pages"


@dataclass(frozen=True, slots=True)
class Running:
    """What stands at the head and foot of each page. `page_of`: a text with {page} and {total}."""

    head: str
    head_right: str
    foot: str
    page_of: str
    sample: str | None = None


class Column(NamedTuple):
    """A column of a ruled table; `share` is its part of the width, in any unit.

    under: a second, smaller line of the heading, such as its name in another language.
    """

    title: str
    share: float
    size: float = CELL
    align: Align = "left"
    colour: Color = INK
    role: Role = "sans"
    under: str = ""


class Flow:
    """Writes downwards and goes to the next page by itself. `y` is the free space's upper edge, in points."""

    def __init__(self, pen: Pen, running: Running) -> None:
        self.pen = pen
        self.running = running
        self.page = 1
        self.y = TOP
        self._under_heading = 0.0

    def begin(self) -> None:
        """Give the first page its head and foot, where it is no cover."""
        self._head()
        draw_foot(self.pen, self.running, self.page)

    def new_page(self) -> None:
        """Finish this page and begin the next, with head and foot."""
        self.pen.canvas.showPage()
        self.page += 1
        self.y = TOP
        self._head()
        draw_foot(self.pen, self.running, self.page)

    def need(self, height: float) -> None:
        """Go to the next page unless `height` is left on this one."""
        if self.y - height < BOTTOM:
            self.new_page()

    def gap(self, height: float) -> None:
        """Leave so much space, none at the top of a page."""
        if self.y < TOP:
            self.y -= height

    def heading(self, title: str, *, key: str, note: str = "", keep: float = 80.0) -> None:
        """A section's heading with its bookmark; stays with the `keep` points that follow.

        note: small text at the right end, such as the language in which a text is recorded.
        """
        self.gap(16)
        self.need(30 + keep)
        canvas = self.pen.canvas
        canvas.bookmarkPage(key, fit="XYZ", left=0, top=self.y + 12, zoom=0)
        canvas.addOutlineEntry(title, key, level=0)
        self.y -= 14
        self.pen.bold(MARGIN, self.y, title, 13, colour=BARK)
        if note:
            self.pen.text(MARGIN + WIDTH, self.y, note, SMALL, colour=SOFT, align="right")
        self.y -= 7
        self.pen.rule(MARGIN, self.y, MARGIN + WIDTH, self.y, BARK, 0.8)
        self.y -= 9
        self._under_heading = self.y

    def paragraph(
        self,
        text: str,
        *,
        size: float = BODY,
        role: Role = "sans",
        colour: Color = INK,
        x: float = MARGIN,
        width: float = WIDTH,
        leading: float = LEADING + 0.1,
    ) -> None:
        """Text over the width, over as many pages as it takes."""
        step = size * leading
        for line in wrap(self.pen.fonts, text, role, size, width):
            self.need(step)
            self.pen.text(x, self.y - size, line, size, role=role, colour=colour)
            self.y -= step

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A ruled table over the width; its header is repeated on every page that it reaches."""
        total = sum(column.share for column in columns)
        widths = [column.share / total * WIDTH for column in columns]
        self.need(52 if self.y == self._under_heading else self._opening(columns, widths, rows[:2]))
        self._table_head(columns, widths)
        for place, row in enumerate(rows):
            if place and place == len(rows) - 2:
                self._keep_last(columns, widths, rows[place:])
            self._table_row(columns, widths, row)
        self.pen.rule(MARGIN, self.y, MARGIN + WIDTH, self.y, BARK, 0.8)
        self.y -= 6

    def close(self) -> None:
        """Finish the last page and write how many there are."""
        canvas = self.pen.canvas
        canvas.showPage()
        canvas.beginForm(_TOTAL)
        after = self.running.page_of.partition("{total}")[2]
        self.pen.text(0, 0, f"{self.page}{after}", SMALL, colour=SOFT)
        canvas.endForm()

    def _head(self) -> None:
        pen, running = self.pen, self.running
        y = A4[1] - 42
        right = MARGIN + WIDTH
        pen.text(right, y, running.head_right, SMALL, colour=SOFT, align="right")
        taken = pen.fonts.width(running.head_right, "sans", SMALL) + 12
        if running.sample:
            draw_sample_mark(pen, right - taken, y, running.sample)
            taken += pen.fonts.width(running.sample, "sans", 7.0) + 20
        pen.fitted(MARGIN, y, running.head, SMALL + 0.6, WIDTH - taken, role="serif", colour=BARK)
        pen.rule(MARGIN, y - 8, right, y - 8, LINE)

    def _table_head(self, columns: Sequence[Column], widths: Sequence[float]) -> None:
        pen = self.pen
        titles = [self._title(column, width - 2 * PAD) for column, width in zip(columns, widths, strict=True)]
        height = 18.0 + _TITLE_LINE * (max(len(lines) for lines in titles) - 1)
        if any(column.under for column in columns):
            height = max(height, 26.0)
        pen.box(MARGIN, self.y - height, WIDTH, height, fill=CARD)
        pen.rule(MARGIN, self.y, MARGIN + WIDTH, self.y, BARK, 0.8)
        pen.rule(MARGIN, self.y - height, MARGIN + WIDTH, self.y - height, BARK, 0.5)
        x = MARGIN
        for column, width, lines in zip(columns, widths, titles, strict=True):
            anchor = {"left": x + PAD, "center": x + width / 2, "right": x + width - PAD}[column.align]
            for number, line in enumerate(lines):
                y = self.y - 12 - _TITLE_LINE * number
                pen.fitted(anchor, y, line, SMALL, width - 2 * PAD, colour=SOFT, align=column.align, least=5)
            if column.under:
                under = {"colour": SOFT, "align": column.align, "least": 4.6}
                pen.fitted(anchor, self.y - 21, column.under, 6.2, width - 2 * PAD, **under)
            x += width
        self.y -= height

    def _title(self, column: Column, width: float) -> list[str]:
        """A heading in lines: words go on in a further line where one alone would be too small to read."""
        fonts, words = self.pen.fonts, column.title.split()
        if column.under or len(words) < 2:
            return [column.title]
        if fit(fonts, column.title, "sans", SMALL, width, _SMALLEST_TITLE)[1] == column.title:
            return [column.title]
        widest = max(words, key=lambda word: fonts.width(word, "sans", SMALL))
        size = fit(fonts, widest, "sans", SMALL, width, 5)[0]
        return wrap(fonts, column.title, "sans", size, width)

    def _table_row(self, columns: Sequence[Column], widths: Sequence[float], row: Sequence[str]) -> None:
        cells = self._wrapped(columns, widths, row)
        while True:
            room = int((self.y - BOTTOM - 2 * PAD) / (CELL * LEADING))
            tallest = max(map(len, cells))
            if tallest > room:
                room = min(room, tallest - LEAST_LINES)
            if tallest > room and room < LEAST_LINES:
                self.new_page()
                self._table_head(columns, widths)
                continue
            self._cells(columns, widths, [lines[:room] for lines in cells])
            cells = [lines[room:] for lines in cells]
            if not any(cells):
                return

    def _opening(
        self, columns: Sequence[Column], widths: Sequence[float], rows: Sequence[Sequence[str]]
    ) -> float:
        """The room in which a table begins: its head and its first rows, of a row that is split its part."""
        least, height = LEAST_LINES * CELL * LEADING + 2 * PAD, 18.0 + _TITLE_LINE
        for row in rows:
            own = self._row_height(columns, widths, row)
            height += own if own < 2 * least else least
        return height

    def _keep_last(
        self, columns: Sequence[Column], widths: Sequence[float], rows: Sequence[Sequence[str]]
    ) -> None:
        """Take the last two rows to the next page where only one of them has room: none stands alone."""
        first, both = accumulate(self._row_height(columns, widths, row) for row in rows)
        if self.y - both < BOTTOM <= self.y - first:
            self.new_page()
            self._table_head(columns, widths)

    def _wrapped(
        self, columns: Sequence[Column], widths: Sequence[float], row: Sequence[str]
    ) -> list[list[str]]:
        return [
            wrap(self.pen.fonts, text, column.role, column.size, width - 2 * PAD) if text else []
            for column, width, text in zip(columns, widths, row, strict=True)
        ]

    def _row_height(self, columns: Sequence[Column], widths: Sequence[float], row: Sequence[str]) -> float:
        """How high a row is where it is not broken."""
        return _height(columns, self._wrapped(columns, widths, row))

    def _cells(self, columns: Sequence[Column], widths: Sequence[float], cells: list[list[str]]) -> None:
        pen = self.pen
        height = _height(columns, cells)
        x = MARGIN
        for column, width, lines in zip(columns, widths, cells, strict=True):
            anchor = {"left": x + PAD, "center": x + width / 2, "right": x + width - PAD}[column.align]
            first = self.y - PAD - CELL * 1.12
            pen.lines(
                anchor, first, lines, column.size, role=column.role, colour=column.colour, align=column.align
            )
            x += width
        self.y -= height
        pen.rule(MARGIN, self.y, MARGIN + WIDTH, self.y, LINE, 0.4)


def _height(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> float:
    height = max(len(lines) * c.size * LEADING for c, lines in zip(columns, cells, strict=True)) + 2 * PAD
    return max(height, CELL * LEADING + 2 * PAD)


def draw_foot(pen: Pen, running: Running, page: int) -> None:
    """The foot of a page. The number of pages is filled in at the end, when it is known."""
    y = 34.0
    right = MARGIN + WIDTH
    before, _, after = running.page_of.partition("{total}")
    before = before.replace("{page}", str(page))
    split = right - pen.fonts.width(f"00{after}", "sans", SMALL)
    pen.rule(MARGIN, y + 12, right, y + 12, LINE)
    pen.text(split, y, before, SMALL, colour=SOFT, align="right")
    with pen.state() as canvas:
        canvas.translate(split, y)
        canvas.doForm(_TOTAL)
    room = split - MARGIN - pen.fonts.width(before, "sans", SMALL) - 16
    size, foot = fit(pen.fonts, running.foot, "sans", 6.2, room, 4.6)
    pen.text(MARGIN, y, foot, size, colour=SOFT)
