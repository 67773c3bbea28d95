"""The sheet of a month (养护记录表) for one caretaker: their trees, with room to write down what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from exports.flow import BOTTOM, Flow, Running
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, CARD, INK, LINE, MARGIN, SMALL, SOFT, WIDTH, Pen
from registry.records import RegisterFacts
from registry.vocab.care_words import CARE_WORDS, CareKind
from registry.vocab.language import Translator

_ROW = 34.0
_HEAD = 22.0
_SHARES = (1.2, 4.4, 3.0, 3.4, 6.4, 2.6, 3.4)
_LEAST_BLANK = 4
"""Blank rows after the trees, for what is done a second time."""


@dataclass(frozen=True, slots=True)
class SheetTree:
    """One tree in somebody's care."""

    tree_no: str
    name: str
    place: str


def write_care_sheet(
    caretaker: str,
    month: str,
    trees: Sequence[SheetTree],
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write the sheet as PDF. month: YYYY-MM. Raises GlyphMissingError where no font draws a character."""
    t = language
    title = t.gettext("Care log of {month}", month=month)
    heads = _heads(t)
    hint = t.gettext("What was done: {kinds}", kinds=" · ".join(map(t.pick, CARE_WORDS[CareKind].values())))
    lines = (
        t.gettext("Caretaker: {name}", name=caretaker),
        hint,
        t.gettext("One row for each time; days as 2026-05-03. A second person checks it and gives 0 to 100."),
    )
    closing = (t.gettext("Signature of the caretaker"), t.gettext("Checked by"), t.gettext("Day"))
    running = Running(
        head=facts.register_name,
        head_right=t.gettext("For the office only"),
        foot=title,
        page_of=t.gettext("page {page} of {total}"),
        sample=t.gettext("SAMPLE") if facts.is_demonstration else None,
    )
    said = {title, *heads, *lines, *closing, running.head, running.head_right, running.foot, running.page_of,
            running.sample or "", *(text for tree in trees for text in (tree.tree_no, tree.name, tree.place)),
            "0123456789"}  # fmt: skip
    fonts = prepare_fonts(sorted(said), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out, pagesize=A4, title=f"{title} · {caretaker}", author=facts.register_name, subject=title,
        lang="zh-Hans" if t.lang == "zh" else "en", made_at=facts.made_at,
    )  # fmt: skip
    flow = Flow(Pen(canvas, fonts), running)
    flow.begin()
    _top(flow, title, lines)
    _table(flow, heads, trees)
    _close(flow, closing)
    flow.close()
    canvas.save()


def _heads(t: Translator) -> tuple[str, ...]:
    return (
        t.gettext("No."),
        t.label("tree_no"),
        t.label("name_zh"),
        t.gettext("Day"),
        t.gettext("What was done, how much, with what"),
        t.gettext("Score"),
        t.label("notes"),
    )


def _top(flow: Flow, title: str, lines: Sequence[str]) -> None:
    flow.y -= 20
    flow.pen.bold(A4[0] / 2, flow.y, title, 18, colour=BARK, align="center")
    flow.y -= 16
    flow.paragraph(lines[0], size=11)
    for line in lines[1:]:
        flow.paragraph(line, size=SMALL, colour=SOFT)
    flow.y -= 8


def _table(flow: Flow, heads: Sequence[str], trees: Sequence[SheetTree]) -> None:
    """A ruled table: a row for each tree, and blank ones to the foot of the last page."""
    widths = [share / sum(_SHARES) * WIDTH for share in _SHARES]
    _head_row(flow, heads, widths)
    for number, tree in enumerate(trees, start=1):
        _next(flow, heads, widths)
        _row(flow, widths, (str(number), tree.tree_no, tree.name), tree.place)
    blank = 0
    while blank < _LEAST_BLANK or flow.y - _ROW - 60 > BOTTOM:
        _next(flow, heads, widths)
        _row(flow, widths, ("", "", ""), "")
        blank += 1


def _next(flow: Flow, heads: Sequence[str], widths: Sequence[float]) -> None:
    if flow.y - _ROW < BOTTOM:
        flow.new_page()
        _head_row(flow, heads, widths)


def _head_row(flow: Flow, heads: Sequence[str], widths: Sequence[float]) -> None:
    pen = flow.pen
    pen.box(MARGIN, flow.y - _HEAD, WIDTH, _HEAD, fill=CARD)
    pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, BARK, 0.8)
    x = MARGIN
    for head, width in zip(heads, widths, strict=True):
        pen.fitted(x + width / 2, flow.y - 14, head, SMALL, width - 6, colour=SOFT, align="center", least=5)
        x += width
    flow.y -= _HEAD
    pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, BARK, 0.5)


def _row(flow: Flow, widths: Sequence[float], cells: Sequence[str], place: str) -> None:
    pen, x = flow.pen, MARGIN
    for position, width in enumerate(widths):
        if position < len(cells) and cells[position]:
            size = 8.4
            pen.fitted(x + 4, flow.y - 13, cells[position], size, width - 8, colour=INK, least=5)
        if position == 1 and place:
            pen.fitted(x + 4, flow.y - 24, place, 6.6, width - 8, colour=SOFT, least=4.4)
        if position:
            pen.rule(x, flow.y, x, flow.y - _ROW, LINE, 0.4)
        x += width
    flow.y -= _ROW
    pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, LINE, 0.5)


def _close(flow: Flow, closing: Sequence[str]) -> None:
    flow.need(44)
    flow.y -= 30
    step = WIDTH / len(closing)
    for place, label in enumerate(closing):
        x = MARGIN + place * step
        flow.pen.text(x, flow.y, label, 9, colour=SOFT)
        start = x + flow.pen.fonts.width(label, "sans", 9) + 6
        flow.pen.rule(start, flow.y - 2, x + step - 14, flow.y - 2, INK, 0.5)
