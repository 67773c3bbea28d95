"""A small calendar of works: a bar for each from its first to its last day, months along the top."""

from collections.abc import Iterator
from datetime import date, timedelta

from exports.flow import Flow
from exports.kit import BARK, CARD, INK, LEAF, LINE, MARGIN, SMALL, SOFT, WIDTH, translucent
from exports.strategy_text import Bar, Gantt
from registry.vocab.language import Translator

LABEL_WIDTH = 150.0
ROW = 17.0
HEAD = 22.0
MOST_MARKS = 12
"""Marks along the top: months, or every second, third, sixth, twelfth month of a longer time."""


def gantt_texts(t: Translator) -> list[str]:
    """What stands beside the bars, for the fonts."""
    return [t.gettext("no days given"), "0123456789-"]


def draw_gantt(flow: Flow, block: Gantt, t: Translator) -> None:
    """Draw the calendar, over as many pages as it takes."""
    days = [day for bar in block.bars for day in (bar.begins, bar.ends, bar.began, bar.ended) if day]
    first, last = _month(min(days)), _next(_month(max(days)))
    flow.gap(4)
    flow.need(HEAD + 3 * ROW)
    _head(flow, first, last)
    for place, bar in enumerate(block.bars):
        if flow.y - ROW < 60:
            flow.new_page()
            _head(flow, first, last)
        _row(flow, bar, first, last, t, shaded=place % 2 == 0)
    flow.pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, BARK, 0.8)
    flow.y -= 12
    x = MARGIN
    for colour, word in ((translucent(BARK, 0.35), block.planned), (LEAF, block.done)):
        flow.pen.box(x, flow.y - 1, 16, 6, fill=colour)
        flow.pen.text(x + 21, flow.y - 1, word, SMALL, colour=SOFT)
        x += 32 + flow.pen.fonts.width(word, "sans", SMALL)
    flow.y -= 10


def _head(flow: Flow, first: date, last: date) -> None:
    pen = flow.pen
    pen.box(MARGIN, flow.y - HEAD, WIDTH, HEAD, fill=CARD)
    pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, BARK, 0.8)
    for mark in _marks(first, last):
        x = _x(mark, first, last)
        pen.rule(x, flow.y, x, flow.y - HEAD, LINE, 0.5)
        pen.text(x + 2, flow.y - 14, mark.strftime("%Y-%m"), 6.2, colour=SOFT)
    flow.y -= HEAD


def _row(flow: Flow, bar: Bar, first: date, last: date, t: Translator, *, shaded: bool) -> None:
    pen, top = flow.pen, flow.y
    if shaded:
        pen.box(MARGIN, top - ROW, WIDTH, ROW, fill=translucent(LINE, 0.22))
    pen.fitted(MARGIN + 4, top - 11.5, bar.label, 8.2, LABEL_WIDTH - 10, colour=INK)
    for mark in _marks(first, last):
        x = _x(mark, first, last)
        pen.rule(x, top, x, top - ROW, LINE, 0.3)
    planned = _span(bar.begins or bar.ends, bar.ends or bar.begins)
    done = _span(bar.began, bar.ended or bar.began)
    for span, colour, y, height in (
        (planned, translucent(BARK, 0.35), top - 13, 9),
        (done, LEAF, top - 11, 5),
    ):
        if span:
            left, right = _x(span[0], first, last), _x(span[1] + timedelta(days=1), first, last)
            pen.box(left, y, max(right - left, 2.5), height, fill=colour, radius=1.2)
    if not planned and not done:
        pen.text(MARGIN + LABEL_WIDTH + 6, top - 11.5, t.gettext("no days given"), SMALL, colour=SOFT)
    flow.y -= ROW


def _span(begins: date | None, ends: date | None) -> tuple[date, date] | None:
    return (begins, max(begins, ends)) if begins and ends else None


def _x(day: date, first: date, last: date) -> float:
    share = (day - first).days / max((last - first).days, 1)
    return MARGIN + LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH)


def _marks(first: date, last: date) -> Iterator[date]:
    months = (last.year - first.year) * 12 + last.month - first.month
    every = next((step for step in (1, 2, 3, 6, 12, 24, 60) if months / step <= MOST_MARKS), 120)
    mark = first
    while mark < last:
        yield mark
        for _each in range(every):
            mark = _next(mark)


def _month(day: date) -> date:
    return day.replace(day=1)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
