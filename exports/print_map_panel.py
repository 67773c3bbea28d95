"""The panel of a print map: title, edition, scale, north, neighbouring sheets, legend, notes and sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color

from exports.fonts import Fonts
from exports.kit import BARK, CARD, INK, LINE, SEAL, SOFT, Pen, draw_sample_mark, fit, fit_lines, wrap
from exports.print_map_ground import Ground
from exports.print_map_layers import LOOKS
from exports.print_map_paper import Paper, Rect, bar_metres
from exports.print_map_symbols import draw_mark

_AROUND = (("nw", "n", "ne"), ("w", "", "e"), ("sw", "s", "se"))


@dataclass(frozen=True, slots=True)
class PanelText:
    """What the panel says, in the reader's language. kinds: of the legend, with label and count; looks: of
    the shapes on the map, with their words; sample: the mark of a demonstration, or None."""

    title: str
    lines: tuple[str, ...]
    legend: str
    kinds: Sequence[dict[str, Any]]
    looks: Sequence[tuple[str, str]]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    sources_title: str
    true_north: str
    sample: str | None = None
    sheet: str = ""
    number: int = 0
    around: dict[str, int] | None = None


def draw_panel(pen: Pen, paper: Paper, ground: Ground, text: PanelText) -> None:
    """Draw the panel; words that do not fit are made smaller, and ended with … where that is not enough."""
    panel, gap = paper.panel, 5 * paper.factor
    if paper.is_wide:
        used = _head(pen, panel, ground, text, paper.factor)
        rest = Rect(panel.x, panel.y, panel.width, panel.height - used - 2 * gap)
        wanted = _legend_rows(text, 1) * 9.6 * paper.factor + 16 * paper.factor
        high = min(wanted, rest.height * 0.66)
        _legend(pen, Rect(rest.x, rest.top - high, rest.width, high), text, paper.factor, columns=1)
        _notes(pen, Rect(rest.x, rest.y, rest.width, rest.height - high - gap), text, paper.factor)
        return
    pen.rule(panel.x, panel.top, panel.right, panel.top, LINE)
    left, middle = panel.width * 0.33, panel.width * 0.37
    high = panel.height - gap
    _head(pen, Rect(panel.x, panel.y, left - gap * 2, high), ground, text, paper.factor)
    place = Rect(panel.x + left, panel.y, middle - gap * 2, high)
    _legend(pen, place, text, paper.factor, columns=2 if _legend_rows(text, 1) > 8 else 1)
    start = panel.x + left + middle
    _notes(pen, Rect(start, panel.y, panel.right - start, high), text, paper.factor)


def _head(pen: Pen, box: Rect, ground: Ground, text: PanelText, factor: float) -> float:
    """Title, edition, sheet, scale and north from the top of a box; returns how high that is."""
    y, wide = box.top, box.width * 0.98
    size, title = fit(pen.fonts, text.title, "serif", 13 * factor, wide, 10 * factor)
    lines = [title]
    if title != text.title:
        size, lines = fit_lines(pen.fonts, text.title, "serif", 12 * factor, wide, 3, least=6 * factor)
    for line in lines:
        y -= size * 1.22
        pen.bold(box.x, y, line, size, colour=BARK)
    y -= 4 * factor
    for line in text.lines:
        size, parts = fit_lines(pen.fonts, line, "sans", 6.6 * factor, box.width, 3, least=4.6 * factor)
        for part in parts:
            y -= 9.4 * factor
            pen.text(box.x, y, part, size, colour=SOFT)
    if text.sample:
        y -= 13 * factor
        with pen.state() as canvas:
            canvas.translate(box.x, y)
            canvas.scale(factor, factor)
            draw_sample_mark(pen, pen.fonts.width(text.sample, "sans", 7.0) + 9, 0, text.sample)
    y -= 7 * factor
    if text.sheet:
        y = _sheet(pen, box, y, text, factor)
    y = _scale(pen, box, y, ground, text, factor)
    return box.top - y


def _sheet(pen: Pen, box: Rect, y: float, text: PanelText, factor: float) -> float:
    """Which sheet this is, and a plan of those around it."""
    side = 7.6 * factor if text.around is not None else 0.0
    pen.bold(box.x, y - 10 * factor, text.sheet, 9 * factor, colour=SEAL)
    if text.around is None:
        return y - 15 * factor
    left = box.right - 3 * side * 1.3
    for row, sides in enumerate(_AROUND):
        for column, name in enumerate(sides):
            number = text.around.get(name) if name else text.number
            at = left + column * side * 1.3, y - (row + 1) * side
            fill = SEAL if not name else CARD if number else None
            pen.box(*at, side * 1.3, side, fill=fill, stroke=LINE if not number else SOFT, line=0.4 * factor)
            if number:
                colour = CARD if not name else INK
                middle = at[0] + side * 0.65
                pen.text(middle, at[1] + side * 0.28, str(number), 5 * factor, colour=colour, align="center")
    return y - 3 * side - 6 * factor


def _scale(pen: Pen, box: Rect, y: float, ground: Ground, text: PanelText, factor: float) -> float:
    """The scale in numbers and as a bar, with the arrow to the north of the grid beside it."""
    turn = ground.convergence_degrees()
    room = box.width - 24 * factor
    metres = bar_metres(room * 0.92, ground.scale)
    length = metres * ground.points_per_metre
    pen.bold(box.x, y - 11 * factor, f"1:{ground.scale:,}", 11 * factor)
    top, high, parts = y - 21 * factor, 2.6 * factor, 4
    for part in range(parts):
        fill = INK if part % 2 == 0 else CARD
        left = box.x + part * length / parts
        pen.box(left, top, length / parts, high, fill=fill, stroke=INK, line=0.5 * factor)
    for share in (0.0, 0.5, 1.0):
        align = "left" if share == 0 else "center" if share < 1 else "right"
        said = "0" if share == 0 else _length(metres * share)
        at = box.x + length * share
        pen.text(at, top - 7.4 * factor, said, 5.6 * factor, colour=SOFT, align=align)  # type: ignore[arg-type]
    _north(pen, box.right - 8 * factor, y - 2 * factor, factor)
    y = top - 11 * factor
    if abs(turn) > 1:
        size, lines = fit_lines(
            pen.fonts, text.true_north, "sans", 5.8 * factor, box.width, 2, least=4.4 * factor
        )
        for line in lines:
            y -= 7.6 * factor
            pen.text(box.x, y, line, size, colour=SOFT)
    return y - 4 * factor


def _length(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def _north(pen: Pen, x: float, top: float, factor: float) -> None:
    for side, fill in ((-1, INK), (1, CARD)):
        arrow = pen.canvas.beginPath()
        arrow.moveTo(x, top)
        arrow.lineTo(x + side * 4.4 * factor, top - 18 * factor)
        arrow.lineTo(x, top - 14 * factor)
        arrow.close()
        pen.canvas.setFillColor(fill)
        pen.canvas.setStrokeColor(INK)
        pen.canvas.setLineWidth(0.5 * factor)
        pen.canvas.drawPath(arrow, fill=1, stroke=1)
    pen.text(x, top - 26 * factor, "N", 7.6 * factor, role="serif", align="center")


def _legend_rows(text: PanelText, columns: int) -> int:
    return -(-(len(text.kinds) + len(text.looks)) // columns)


def _legend(pen: Pen, box: Rect, text: PanelText, factor: float, *, columns: int) -> None:
    """Marks, shapes and their words. The rows come closer together where there are many."""
    title = 8.2 * factor
    pen.bold(box.x, box.top - title, text.legend, title, colour=BARK)
    rows = _legend_rows(text, columns)
    step = min(9.6 * factor, (box.height - title - 4 * factor) / max(rows, 1))
    size, wide = step * 0.68, box.width / columns
    entries: list[tuple[Any, str, str]] = [
        (place, kind["label"], f"{kind['count']:,}") for place, kind in enumerate(text.kinds)
    ]
    entries += [(look, words, "") for look, words in text.looks]
    for number, (what, words, count) in enumerate(entries):
        column, row = divmod(number, rows)
        x, y = box.x + column * wide, box.top - title - 4 * factor - (row + 0.5) * step
        if isinstance(what, int):
            draw_mark(pen, what, x + 5 * factor, y, min(step * 0.86, 8 * factor))
        else:
            _swatch(pen, x, y, what, step, factor)
        right = x + wide - 3 * factor
        taken = pen.fonts.width(count, "sans", size) + 3 * factor if count else 0.0
        start = x + 13.5 * factor
        pen.fitted(start, y - size * 0.36, words, size, right - start - taken, least=size * 0.62)
        if count:
            pen.text(right, y - size * 0.36, count, size, colour=SOFT, align="right")


def _swatch(pen: Pen, x: float, y: float, name: str, step: float, factor: float) -> None:
    look = LOOKS[name]
    high = min(step * 0.62, 6 * factor)
    with pen.state() as canvas:
        canvas.setDash([each * factor for each in look.dash] if look.dash else [])
        width = max(look.width, 0.4) * factor
        if look.fill is None:
            pen.rule(x, y, x + 10 * factor, y, look.stroke or INK, width)
        else:
            pen.box(x, y - high / 2, 10 * factor, high, fill=look.fill, stroke=look.stroke, line=width)


def _notes(pen: Pen, box: Rect, text: PanelText, factor: float) -> None:
    """Notes from the top of a box down, then the sources."""
    if box.height < 12 * factor:
        return
    paragraphs: list[tuple[str, Color]] = [(note, INK) for note in text.notes]
    if text.sources:
        paragraphs.append((text.sources_title, BARK))
        paragraphs += [(source, SOFT) for source in text.sources]
    size, lines = _fitted(pen.fonts, paragraphs, box.width, box.height, 6.2 * factor, 3.9 * factor)
    y = box.top
    for line, colour, is_first in lines:
        y -= size * (1.75 if is_first else 1.36)
        pen.text(box.x, y, line, size, colour=colour)


def _fitted(
    fonts: Fonts,
    paragraphs: Sequence[tuple[str, Color]],
    width: float,
    height: float,
    size: float,
    least: float,
) -> tuple[float, list[tuple[str, Color, bool]]]:
    """The size, at most `size`, at which the paragraphs fill no more than a box; cut with … below `least`."""
    while True:
        lines = [
            (line, colour, place == 0)
            for words, colour in paragraphs
            for place, line in enumerate(wrap(fonts, words, "sans", size, width))
        ]
        heights = [size * (1.75 if is_first else 1.36) for _line, _colour, is_first in lines]
        if sum(heights) <= height - size * 0.4:
            return size, lines
        if size <= least:
            break
        size = max(least, size * 0.95)
    used, kept = 0.0, []
    for line, high in zip(lines, heights, strict=True):
        used += high
        if used > height - size * 0.4:
            break
        kept.append(line)
    if kept:
        last, colour, is_first = kept[-1]
        kept[-1] = (fit(fonts, last + " …", "sans", size, width, size)[1], colour, is_first)
    return size, kept
