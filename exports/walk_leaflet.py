"""The leaflet of a walk: A4 on both sides, folded to three panels; Chinese first, English beside it.

Outside, from the left: the flap, the back, the cover. Inside: the walk with its sketch, then the stops. What
does not fit is shortened and says so; the code beside a stop leads to its whole page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, LINE, SEAL, SOFT, Pen, draw_plaque, draw_sample_mark, fit, fit_lines, wrap
from exports.pictures import draw_qr
from exports.qr import QUIET_ZONE, encode_matrix
from exports.walk_content import WalkContent
from exports.walk_leaflet_map import draw_walk_map
from exports.walk_leaflet_stops import StopBlock, fitted_blocks, stop_texts
from exports.walk_leaflet_words import CONDUCT, LeafletFacts, LeafletWords
from registry.vocab.language import Translator

__all__ = ["LeafletFacts", "write_leaflet"]

PAGE = (A4[1], A4[0])
PANEL = PAGE[0] / 3
EDGE = 19.0
TEXT = PANEL - 2 * EDGE
"""Width of the type area of a panel."""
HIGH = PAGE[1] - 34
LOW = 26.0
_MAP = 215.0


@dataclass(slots=True)
class _Column:
    """A panel that is written downwards; `y` is the free space's upper edge."""

    pen: Pen
    number: int
    y: float = field(default=HIGH)

    @property
    def x(self) -> float:
        return self.number * PANEL + EDGE

    def head(self, zh: str, en: str) -> None:
        """A heading with its English, and a line below."""
        self.y -= 13
        self.pen.bold(self.x, self.y, zh, 12, colour=BARK)
        taken = self.pen.fonts.width(zh, "serif", 12) + 7
        self.pen.fitted(self.x + taken, self.y, en, 8, TEXT - taken, colour=SOFT, least=5)
        self.y -= 5
        self.pen.rule(self.x, self.y, self.x + TEXT, self.y, BARK, 0.7)
        self.y -= 5

    def text(
        self, text: str, size: float, *, soft: bool = False, leading: float = 1.5, most: int = 99
    ) -> None:
        """A paragraph of at most `most` lines."""
        lines = wrap(self.pen.fonts, text, "sans", size, TEXT)
        if len(lines) > most:
            lines = [*lines[: most - 1], lines[most - 1][:-2] + "……"]
        colour = SOFT if soft else None
        for line in lines:
            self.y -= size * leading
            if colour:
                self.pen.text(self.x, self.y + size * 0.3, line, size, colour=colour)
            else:
                self.pen.text(self.x, self.y + size * 0.3, line, size)


def write_leaflet(
    walk: WalkContent,
    around: Sequence[tuple[float, float]],
    facts: LeafletFacts,
    out: BinaryIO,
    *,
    language: Translator,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write the leaflet as PDF; its Chinese is in the script of `language`.

    around: points (lon, lat) that draw the ground of the sketch. Raises GlyphMissingError.
    """
    words = LeafletWords(language, facts)
    said = {*words.texts(walk), *stop_texts(walk, words)}
    fonts = prepare_fonts(sorted(said), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out, pagesize=PAGE, title=walk.title, author=walk.author or facts.register_name,
        subject=words.kind(walk)[0], lang=words.html_lang, made_at=facts.made_at,
    )  # fmt: skip
    pen = Pen(canvas, fonts)
    capacity = HIGH - LOW - 24
    blocks, left = fitted_blocks(walk, words, fonts, TEXT, [capacity] * 3)
    _cover(_Column(pen, 2), walk, words)
    _back(_Column(pen, 1), walk, words)
    _stops_or_notes(_Column(pen, 0), words, blocks[2], left)
    _folds(pen)
    canvas.showPage()
    _inside(_Column(pen, 0), walk, around, words)
    _stops(_Column(pen, 1), words, blocks[0], 0)
    _stops_or_notes(_Column(pen, 2), words, blocks[1], left if not blocks[2] else 0)
    _folds(pen)
    canvas.showPage()
    canvas.save()


def _cover(column: _Column, walk: WalkContent, words: LeafletWords) -> None:
    pen, middle = column.pen, column.x + TEXT / 2
    facts = words.facts
    register = facts.register_name or facts.register_name_en
    pen.fitted(middle, HIGH - 8, register, 9, TEXT, colour=SOFT, align="center")
    if facts.is_demonstration:
        draw_sample_mark(pen, column.x + TEXT, HIGH - 26, words.sample)
    wide, high = 92.0, 232.0
    draw_plaque(pen, middle - wide / 2, HIGH - 42 - high, wide, high, walk.title)
    column.y = HIGH - 42 - high - 16
    zh, en = words.kind(walk)
    pen.text(middle, column.y - 8, f"{zh} · {en}", 9, colour=SEAL, align="center")
    column.y -= 24
    size, _whole = fit(pen.fonts, walk.title, "serif", 17, TEXT, 11)
    size, lines = fit_lines(pen.fonts, walk.title, "serif", size, TEXT, 3)
    for line in lines:
        pen.bold(middle, column.y - size, line, size, colour=BARK, align="center")
        column.y -= size * 1.35
    size, lines = fit_lines(pen.fonts, walk.title_en or "", "serif", 11, TEXT, 2)
    for line in lines if walk.title_en else ():
        pen.text(middle, column.y - 12, line, size, role="serif", colour=SOFT, align="center")
        column.y -= 15
    if walk.author:
        column.y -= 4
        pen.fitted(middle, column.y - 9, walk.author, 9, TEXT, align="center")
        column.y -= 15
    column.y -= 5
    pen.fitted(middle, column.y - 9, words.in_short(walk), 9, TEXT, colour=SOFT, align="center")
    _code(column, facts.walk_address(walk), middle - 31, LOW + 22, 62.0)
    if address := facts.walk_address(walk):
        pen.fitted(middle, LOW + 4, address, 7, TEXT, colour=SOFT, align="center", least=4.6)


def _back(column: _Column, walk: WalkContent, words: LeafletWords) -> None:
    column.head(*words.at_old_trees)
    for zh, en in words.pairs(CONDUCT):
        column.text(zh, 9.4)
        column.text(en, 7.4, soft=True)
        column.y -= 5
    if words.facts.duty:
        column.y -= 4
        zh, en = words.to_report
        column.text(f"{zh} · {en}", 8, soft=True)
        column.y -= 15
        column.pen.bold(column.x, column.y + 2, " · ".join(words.facts.duty[:3]), 12, colour=SEAL)
        column.y -= 4
    column.y -= 8
    column.head(*words.sources)
    for text in words.credits(walk):
        if column.y < LOW + 46:
            column.text("……", 7, soft=True)
            break
        column.text(text, 7.2, soft=True, most=4)
    column.y = min(column.y, LOW + 42)
    for line in words.closing():
        column.text(line, 6.6, soft=True, most=2)


def _stops_or_notes(column: _Column, words: LeafletWords, blocks: Sequence[StopBlock], left: int) -> None:
    """The stops of a panel; lines to write on where it has none."""
    if blocks or left:
        _stops(column, words, blocks, left)
        return
    column.head(*words.notes)
    while column.y - 24 > LOW:
        column.y -= 24
        column.pen.rule(column.x, column.y, column.x + TEXT, column.y, LINE, 0.5)


def _inside(
    column: _Column, walk: WalkContent, around: Sequence[tuple[float, float]], words: LeafletWords
) -> None:
    column.head(*words.about)
    for label, value in words.lines(walk):
        column.pen.fitted(column.x, column.y - 10, label, 7.4, 72, colour=SOFT, least=5)
        size, lines = fit_lines(column.pen.fonts, value, "sans", 8.4, TEXT - 76, 4)
        column.y = column.pen.lines(column.x + 76, column.y - 10, lines, size, leading=1.4) + size * 1.4 - 3
    if hidden := words.hidden(walk):
        column.y -= 2
        column.text(f"{hidden[0]} {hidden[1]}", 7, soft=True, most=2)
    column.y -= 6
    room = column.y - LOW - _MAP - 12
    if walk.intro:
        most = max(int(room / (8.6 * 1.5) * (0.6 if walk.intro_en else 1.0)), 2)
        column.text(walk.intro, 8.6, most=most)
    if walk.intro_en:
        column.y -= 2
        most = max(int((column.y - LOW - _MAP - 12) / (7 * 1.5)), 1)
        column.text(walk.intro_en, 7, soft=True, most=most)
    height = min(column.y - LOW - 14, TEXT * 1.25)
    draw_walk_map(column.pen, column.x, column.y - height - 2, TEXT, height, walk, around, words)
    column.y -= height + 4
    column.text(words.sketch_note, 6.2, soft=True, most=2)


def _stops(column: _Column, words: LeafletWords, blocks: Sequence[StopBlock], left: int) -> None:
    column.head(*words.stops)
    for block in blocks:
        block.draw(column.pen, column.x, column.y, TEXT)
        column.y -= block.height
    if left:
        zh, en = words.more(left)
        column.text(f"{zh} · {en}", 7.4, soft=True)


def _code(column: _Column, address: str, x: float, y: float, size: float) -> None:
    """A QR code with its quiet zone inside `size`; nothing where there is no address."""
    if not address:
        return
    matrix = encode_matrix(address, correction="M")
    inner = size * len(matrix) / (len(matrix) + 2 * QUIET_ZONE)
    draw_qr(column.pen, x + (size - inner) / 2, y + (size - inner) / 2, inner, matrix)


def _folds(pen: Pen) -> None:
    """Short strokes at the edges where the sheet is folded."""
    for fold in (PANEL, 2 * PANEL):
        pen.rule(fold, 0, fold, 7, LINE, 0.5)
        pen.rule(fold, PAGE[1] - 7, fold, PAGE[1], LINE, 0.5)
