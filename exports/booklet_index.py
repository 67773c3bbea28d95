"""The lists of a booklet: contents with page numbers, bars, indexes in columns. Every line is a link."""

from collections.abc import Iterator, Mapping, Sequence

from exports.booklet_counts import Chapter, Chart, Place, sort_key
from exports.flow import BOTTOM, TOP, Flow
from exports.kit import BARK, CARD, INK, LEAF, LINE, MARGIN, SMALL, SOFT, WIDTH, fit
from registry.vocab.language import Translator

LINE_HEIGHT = 13.6
MOST_BARS = 14
COLUMNS = 3
GAP = 14.0
_ENTRY = 10.4
_HEADING = 17.0


def draw_contents(
    flow: Flow,
    chapters: Sequence[Chapter],
    counts: Mapping[str, int],
    after: Sequence[Chapter],
    t: Translator,
) -> None:
    """Chapters with how many trees each has and its page; `after` is what follows them."""
    for chapter in chapters:
        count = t.ngettext("{count} tree", "{count} trees", counts.get(chapter.title, 0))
        _contents_line(flow, chapter, count)
    flow.gap(6)
    for chapter in after:
        _contents_line(flow, chapter, "")


def draw_charts(flow: Flow, charts: Sequence[Chart], whole: int, t: Translator) -> None:
    """Horizontal bars; what is beyond the longest few is added up."""
    pen = flow.pen
    label_width, text_width = WIDTH * 0.28, WIDTH * 0.16
    left, wide = MARGIN + label_width, WIDTH - label_width - text_width
    for chart in charts:
        bars = chart.bars[:MOST_BARS]
        rest = sum(count for _label, count in chart.bars[MOST_BARS:])
        if rest:
            others = t.ngettext("{count} other", "{count} others", len(chart.bars) - MOST_BARS)
            bars = [*bars, (others, rest)]
        flow.gap(8)
        flow.need(26 + min(len(bars), 5) * 15)
        pen.bold(MARGIN, flow.y - 11, chart.title, 10.5, colour=BARK)
        flow.y -= 20
        most = max((count for _label, count in chart.bars), default=1)
        for label, count in bars:
            flow.need(14)
            y = flow.y - 10
            pen.fitted(left - 6, y + 1, label, 8, label_width - 8, align="right", least=5.5)
            pen.box(left, y - 1, wide, 8, fill=CARD, stroke=LINE, line=0.4)
            is_rest = rest and label == bars[-1][0]
            pen.box(left, y - 1, wide * min(max(count / most, 0.004), 1.0), 8, fill=LINE if is_rest else LEAF)
            share = f"{t.number(count, 0)} · {t.number(count * 100 / whole, 1)}%"
            pen.fitted(left + wide + 6, y + 1, share, 7.4, text_width - 8, colour=SOFT, least=5.5)
            flow.y -= 14


def draw_index(flow: Flow, entries: Mapping[str, Sequence[Place]], *, named: bool) -> None:
    """Entries in three columns, over as many pages as they take. named: with the trees' names."""
    columns = _Columns(flow)
    for title in sorted(entries, key=sort_key):
        columns.heading(title, len(entries[title]))
        for place in entries[title]:
            columns.place(place, named=named)
    columns.close()


class _Columns:
    """Three columns that fill one after the other."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.width = (WIDTH - (COLUMNS - 1) * GAP) / COLUMNS
        self.top = self.y = flow.y
        self.column = 0
        self.lowest = flow.y

    @property
    def x(self) -> float:
        """Left edge of the column."""
        return MARGIN + self.column * (self.width + GAP)

    def heading(self, title: str, count: int) -> None:
        self._need(_HEADING + _ENTRY)
        size, title = fit(self.flow.pen.fonts, title, "serif", 9.2, self.width - 30, 6)
        self.flow.pen.text(self.x, self.y - 12, title, size, role="serif", colour=BARK)
        self.flow.pen.text(self.x + self.width, self.y - 12, str(count), SMALL, colour=SOFT, align="right")
        self.y -= _HEADING

    def place(self, place: Place, *, named: bool) -> None:
        self._need(_ENTRY)
        pen = self.flow.pen
        text = f"{place.number} {place.name}" if named else place.number
        size, text = fit(pen.fonts, text, "sans", 7.2, self.width - 26, 5)
        pen.text(self.x, self.y - 8, text, size, colour=INK)
        pen.text(self.x + self.width, self.y - 8, str(place.page), 7.2, colour=SOFT, align="right")
        box = (self.x, self.y - _ENTRY, self.x + self.width, self.y)
        pen.canvas.linkRect(text, place.key, box, relative=0)
        self.y -= _ENTRY

    def close(self) -> None:
        self.flow.y = min(self.lowest, self.y) - 6

    def _need(self, height: float) -> None:
        if self.y - height >= BOTTOM:
            return
        self.lowest = min(self.lowest, self.y)
        self.column += 1
        if self.column == COLUMNS:
            self.flow.new_page()
            self.column, self.top, self.lowest = 0, TOP, TOP
        self.y = self.top


def _contents_line(flow: Flow, chapter: Chapter, note: str) -> None:
    flow.need(LINE_HEIGHT)
    pen, y = flow.pen, flow.y - 10
    right = MARGIN + WIDTH
    size, title = fit(pen.fonts, chapter.title, "serif", 10, WIDTH * 0.62, 7)
    pen.text(MARGIN, y, title, size, role="serif", colour=INK)
    x = MARGIN + pen.fonts.width(title, "serif", size) + 8
    if note:
        pen.text(x, y, note, SMALL, colour=SOFT)
        x += pen.fonts.width(note, "sans", SMALL) + 8
    page = str(chapter.page)
    pen.text(right, y, page, 9, colour=BARK, align="right")
    for dot in _dots(x, right - pen.fonts.width(page, "sans", 9) - 8):
        pen.dot(dot, y + 1.6, 0.35, SOFT)
    pen.canvas.linkRect(chapter.title, chapter.key, (MARGIN, y - 3, right, y + 10), relative=0)
    flow.y -= LINE_HEIGHT


def _dots(left: float, right: float) -> Iterator[float]:
    at = right
    while at > left:
        yield at
        at -= 5
