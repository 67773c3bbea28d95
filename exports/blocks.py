"""Pages made of blocks, headings, facts, tables, notes, cards and bars, one under the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from reportlab.lib.colors import Color

from exports.flow import Column, Flow, Running, draw_foot
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import (
    A4,
    BARK,
    CARD,
    INK,
    LEAF,
    LINE,
    MARGIN,
    SEAL,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    fit,
    wrap,
)
from exports.pictures import draw_jpeg

_LABEL = 108.0
_CARD_HEIGHT = 46.0


class Block(Protocol):
    """A piece of a page: it knows its texts, and how to draw itself downwards."""

    def texts(self) -> Iterator[str]:
        """Every text on it."""
        ...

    def draw(self, flow: Flow) -> None:
        """Draw it where the flow stands."""
        ...


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's heading."""

    title: str
    key: str
    note: str = ""

    def texts(self) -> Iterator[str]:
        """Its texts."""
        yield from (self.title, self.note)

    def draw(self, flow: Flow) -> None:
        """Draw it."""
        flow.heading(self.title, key=self.key, note=self.note)


@dataclass(frozen=True, slots=True)
class Note:
    """A small paragraph; red where it warns."""

    text: str
    warns: bool = False

    def texts(self) -> Iterator[str]:
        """Its text."""
        yield self.text

    def draw(self, flow: Flow) -> None:
        """Draw it."""
        flow.paragraph(self.text, size=SMALL + 0.6, colour=SEAL if self.warns else SOFT)
        flow.gap(3)


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of label and value; what has no value is left out."""

    pairs: Sequence[tuple[str, str]]

    def texts(self) -> Iterator[str]:
        """Its texts."""
        for label, value in self.pairs:
            yield from (label, value)

    def draw(self, flow: Flow) -> None:
        """Draw them, one a line."""
        for label, value in self.pairs:
            if not value:
                continue
            lines = wrap(flow.pen.fonts, value, "sans", 9, WIDTH - _LABEL)
            flow.need(len(lines) * 14 + 2)
            flow.pen.fitted(MARGIN, flow.y - 9, label, SMALL + 0.4, _LABEL - 8, colour=SOFT, least=5)
            flow.pen.lines(MARGIN + _LABEL, flow.y - 9, lines, 9)
            flow.y -= len(lines) * 14 + 2


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]

    def texts(self) -> Iterator[str]:
        """Its texts."""
        for column in self.columns:
            yield from (column.title, column.under)
        for row in self.rows:
            yield from row

    def draw(self, flow: Flow) -> None:
        """Draw it."""
        flow.table(self.columns, self.rows)


@dataclass(frozen=True, slots=True)
class Card:
    """A fact to be seen at once: its label, its value, and a small line below."""

    label: str
    value: str
    under: str = ""
    colour: Color = field(default=INK)


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards side by side over the width."""

    cards: Sequence[Card]

    def texts(self) -> Iterator[str]:
        """Their texts."""
        for card in self.cards:
            yield from (card.label, card.value, card.under)

    def draw(self, flow: Flow) -> None:
        """Draw them."""
        pen, gap = flow.pen, 6.0
        flow.need(_CARD_HEIGHT + 10)
        width = (WIDTH - gap * (len(self.cards) - 1)) / len(self.cards)
        bottom = flow.y - _CARD_HEIGHT
        for place, card in enumerate(self.cards):
            x = MARGIN + place * (width + gap)
            pen.box(x, bottom, width, _CARD_HEIGHT, fill=CARD, stroke=LINE, radius=4)
            pen.fitted(x + 8, flow.y - 12, card.label, SMALL, width - 16, colour=SOFT, least=5)
            size, value = fit(pen.fonts, card.value, "serif", 15, width - 16, 8)
            pen.bold(x + 8, flow.y - 30, value, size, colour=card.colour)
            if card.under:
                pen.fitted(x + 8, flow.y - 41, card.under, 6.6, width - 16, colour=SOFT, least=4.6)
        flow.y = bottom - 8


@dataclass(frozen=True, slots=True)
class Bars:
    """Scores from 0 to 100 as bars: (label, score or None, words at the right end)."""

    rows: Sequence[tuple[str, float | None, str]]

    def texts(self) -> Iterator[str]:
        """Their texts."""
        for label, _score, words in self.rows:
            yield from (label, words)

    def draw(self, flow: Flow) -> None:
        """Draw them."""
        pen, left, right = flow.pen, 130.0, 120.0
        wide = WIDTH - left - right
        for label, score, words in self.rows:
            flow.need(18)
            y = flow.y - 12
            pen.fitted(MARGIN, y, label, 8.6, left - 8, least=5)
            pen.box(MARGIN + left, y - 1.5, wide, 8, fill=CARD, stroke=LINE, line=0.4, radius=2)
            if score:
                colour = LEAF if score >= 60 else BARK if score >= 40 else SEAL
                pen.box(MARGIN + left, y - 1.5, max(wide * score / 100, 3), 8, fill=colour, radius=2)
            pen.fitted(MARGIN + WIDTH, y, words, 8.2, right - 8, colour=SOFT, align="right", least=5)
            flow.y -= 16
        flow.gap(4)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Photos side by side, at most four."""

    jpegs: Sequence[bytes]
    missing: str
    """What stands in the place of a photo that cannot be drawn."""

    def texts(self) -> Iterator[str]:
        """What stands for a missing one."""
        yield self.missing

    def draw(self, flow: Flow) -> None:
        """Draw them."""
        gap, height = 6.0, 92.0
        width = (WIDTH - 3 * gap) / 4
        flow.need(height + 6)
        for place, jpeg in enumerate(self.jpegs[:4]):
            draw_jpeg(
                flow.pen,
                MARGIN + place * (width + gap),
                flow.y - height,
                width,
                height,
                jpeg,
                missing=self.missing,
            )
        flow.y -= height + 6


def write_blocks(
    blocks: Sequence[Block],
    out: BinaryIO,
    *,
    title: str,
    subtitle: str,
    running: Running,
    html_lang: str,
    made_at: datetime | None = None,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write a PDF with a title and blocks below it. Raises GlyphMissingError."""
    ends = (running.head, running.head_right, running.foot, running.page_of, running.sample or "")
    said = {title, subtitle, *ends, *(text for block in blocks for text in block.texts())}
    fonts = prepare_fonts(sorted(said), extra_fonts=extra_fonts)
    canvas = new_canvas(out, pagesize=A4, title=f"{title} · {subtitle}", author=running.head, lang=html_lang,
                        made_at=made_at)  # fmt: skip
    flow = Flow(Pen(canvas, fonts), running)
    _begin(flow, title, subtitle)
    for block in blocks:
        block.draw(flow)
    flow.close()
    canvas.save()


def _begin(flow: Flow, title: str, subtitle: str) -> None:
    pen, y = flow.pen, A4[1] - 62
    draw_foot(pen, flow.running, 1)
    right = fit(pen.fonts, flow.running.head_right, "sans", SMALL, WIDTH / 2)[1]
    pen.text(MARGIN + WIDTH, A4[1] - 42, right, SMALL, colour=SOFT, align="right")
    pen.fitted(MARGIN, A4[1] - 42, flow.running.head, SMALL + 0.6, WIDTH / 2, role="serif", colour=BARK)
    size = fit(pen.fonts, title, "serif", 19, WIDTH, 12)[0]
    for line in wrap(pen.fonts, title, "serif", size, WIDTH):
        pen.bold(MARGIN, y - size, line, size, colour=BARK)
        y -= size * 1.4
    for line in wrap(pen.fonts, subtitle, "sans", 10.5, WIDTH):
        pen.text(MARGIN, y - 11, line, 10.5, colour=INK)
        y -= 15
    pen.rule(MARGIN, y - 6, MARGIN + WIDTH, y - 6, SEAL, 1.2)
    flow.y = y - 16
