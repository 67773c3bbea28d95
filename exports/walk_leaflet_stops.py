"""The stops of a leaflet as blocks that know their height, shortened until they find room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.colors import Color

from exports.fonts import Fonts, Role
from exports.kit import BARK, INK, LINE, SEAL, SOFT, WHITE, Pen, draw_seal, fit, fit_lines, wrap
from exports.pictures import draw_qr
from exports.qr import QUIET_ZONE, Matrix, encode_matrix
from exports.walk_content import StopContent, WalkContent
from exports.walk_leaflet_words import LeafletWords

CODE = 50.0
"""Side of a stop's QR code with its quiet zone."""
_NUMBER = 20.0
_PAD = 9.0
_GENEROUS = (60, 40, 28, 20, 14, 10, 8)
_TIGHT = (20, 14, 10, 8, 6, 5, 4, 3, 2, 1, 0)
"""Lines that a text has at most, tried one after the other: on the inside alone, then with the flap."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    colour: Color = INK
    role: Role = "sans"
    is_bold: bool = False
    gap: float = 0.0
    """Free space above it."""

    @property
    def height(self) -> float:
        return self.size * 1.45 + self.gap


@dataclass(frozen=True, slots=True)
class StopBlock:
    """One stop as it is printed."""

    stop: StopContent
    lines: tuple[_Line, ...]
    code: Matrix | None

    @property
    def height(self) -> float:
        """How high it is, points, with the space to the next."""
        least = CODE if self.code is not None else _NUMBER
        return max(sum(line.height for line in self.lines), least) + _PAD

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it downwards from `top`."""
        pen.dot(x + 7.5, top - 9, 7.5, SEAL)
        pen.text(x + 7.5, top - 12, str(self.stop.place), 8.4, colour=WHITE, align="center")
        y = top
        for number, line in enumerate(self.lines):
            y -= line.height
            base = y + line.size * 0.32
            if line.is_bold:
                pen.bold(x + _NUMBER, base, line.text, line.size, colour=line.colour)
            else:
                pen.text(x + _NUMBER, base, line.text, line.size, role=line.role, colour=line.colour)
            if number == 0 and self.stop.subject and self.stop.subject.seal:
                wide = pen.fonts.width(line.text, "serif", line.size)
                draw_seal(pen, x + _NUMBER + wide + 4, base - 1.5, 10, self.stop.subject.seal)
        if self.code is not None:
            inner = CODE * len(self.code) / (len(self.code) + 2 * QUIET_ZONE)
            edge = (CODE - inner) / 2
            draw_qr(pen, x + width - inner, top - edge - inner + 4, inner, self.code)
        foot = top - self.height + _PAD / 2
        pen.rule(x, foot, x + width, foot, LINE, 0.4)


_LINE = 160
"""More characters than stand in one line of a panel."""


def fitted_blocks(
    walk: WalkContent, words: LeafletWords, fonts: Fonts, width: float, panels: Sequence[float]
) -> tuple[list[list[StopBlock]], int]:
    """The stops for each panel, with texts as long as there is room for, and how many found none."""
    for count, lengths in ((len(panels) - 1, _GENEROUS), (len(panels), _TIGHT)):
        for most in lengths:
            blocks = [_block(stop, words, fonts, width, most) for stop in walk.stops]
            filled, left = _filled(blocks, panels[:count])
            if not left:
                return [*filled, *([] for _ in panels[count:])], 0
    return filled, left


def stop_texts(walk: WalkContent, words: LeafletWords) -> Iterator[str]:
    """Every text that a stop may show."""
    for stop in walk.stops:
        yield from (
            stop.name.text,
            stop.name_en or "",
            stop.text.text if stop.text else "",
            stop.text_en or "",
        )
        if about := stop.subject:
            yield from (words.subject_line(about), about.name_latin or "", about.seal)
        for story in stop.stories:
            told = story.in_language("zh")
            yield from (told.title, told.text, words.story_line(story), "《》")
    yield from words.shortened


def _filled(blocks: Sequence[StopBlock], panels: Sequence[float]) -> tuple[list[list[StopBlock]], int]:
    found: list[list[StopBlock]] = [[] for _ in panels]
    at, used = 0, 0.0
    for number, block in enumerate(blocks):
        while at < len(panels) and used + block.height > panels[at]:
            at, used = at + 1, 0.0
        if at == len(panels):
            return found, len(blocks) - number
        found[at].append(block)
        used += block.height
    return found, 0


def _block(stop: StopContent, words: LeafletWords, fonts: Fonts, width: float, most: int) -> StopBlock:
    about = stop.subject
    address = words.facts.page_address(about.url) if about else ""
    code = _code_of(address) if address else None
    room = width - _NUMBER - (CODE - 4 if code is not None else 0)
    lines = [*_head(stop, words, fonts, room)]
    narrow = _rows(CODE, lines) if code is not None else 0.0
    if stop.text:
        lines += _paragraph(stop.text.text, words, fonts, (room, width - _NUMBER, narrow), most, 8.2)
    if stop.text_en and most >= 3:
        narrow = _rows(CODE, lines) if code is not None else 0.0
        lines += _paragraph(stop.text_en, words, fonts, (room, width - _NUMBER, narrow), most, 6.8, soft=True)
    for story in stop.stories[:2]:
        told = story.in_language("zh")
        size, title = fit(fonts, f"《{told.title}》", "serif", 8.8, room, 7)
        lines.append(_Line(title, size, BARK, "serif", gap=2))
        lines.append(_Line(fit(fonts, words.story_line(story), "sans", 6.4, room, 5.4)[1], 6.4, SOFT))
        narrow = _rows(CODE, lines) if code is not None else 0.0
        lines += _paragraph(told.text, words, fonts, (room, width - _NUMBER, narrow), most, 8.2)
    return StopBlock(stop, tuple(lines), code)


def _head(stop: StopContent, words: LeafletWords, fonts: Fonts, room: float) -> Iterator[_Line]:
    size, name = fit(fonts, stop.name.text, "serif", 11, room - 16, 7.5)
    yield _Line(name, size, INK, "serif", is_bold=True)
    if stop.name_en and stop.name_en != stop.name.text:
        yield _Line(fit(fonts, stop.name_en, "sans", 7.6, room, 5.6)[1], 7.2, SOFT)
    if stop.subject and stop.subject.name_latin:
        yield _Line(fit(fonts, stop.subject.name_latin, "italic", 7.4, room, 5.6)[1], 7.2, SOFT, "italic")
    if stop.subject and (line := words.subject_line(stop.subject)):
        size, parts = fit_lines(fonts, line, "sans", 6.8, room, 2, least=5)
        for part in parts:
            yield _Line(part, size, SOFT)


def _rows(high: float, lines: Sequence[_Line]) -> float:
    """How much of the code's height is left beside the lines that come now."""
    return max(high - sum(line.height for line in lines), 0.0)


def _paragraph(
    text: str,
    words: LeafletWords,
    fonts: Fonts,
    room: tuple[float, float, float],
    most: int,
    size: float,
    *,
    soft: bool = False,
) -> list[_Line]:
    """A text in at most `most` lines, and said to be shortened where it is. room: width beside the code,
    width below it, and how much height the code still takes."""
    beside, below, narrow = room
    if most == 0:
        return []
    colour = SOFT if soft else INK
    plain = " ".join(text.split())
    found = _set_lines(fonts, plain, room, size)
    if len(found) <= most:
        return [_Line(line, size, colour) for line in found]
    mark = words.shortened[1 if soft else 0]
    last = found[most - 1]
    wide = beside if (most - 1) * size * 1.45 < narrow else below
    while last and fonts.width(f"{last}…… {mark}", "sans", size) > wide:
        last = last[:-1]
    return [
        *(_Line(line, size, colour) for line in found[: most - 1]),
        _Line(f"{last}…… {mark}", size, colour),
    ]


@lru_cache(maxsize=1024)
def _set_lines(fonts: Fonts, text: str, room: tuple[float, float, float], size: float) -> tuple[str, ...]:
    """The lines of a text, one more than are ever printed at most. room: as `_paragraph` has it."""
    beside, below, narrow = room
    found: list[str] = []
    rest, taken = text, 0.0
    while rest and len(found) <= _GENEROUS[0]:
        width = beside if taken < narrow else below
        line = wrap(fonts, rest[:_LINE], "sans", size, width)[0]
        found.append(line)
        rest = rest[len(line) :].lstrip()
        taken += size * 1.45
    return tuple(found)


@lru_cache(maxsize=512)
def _code_of(address: str) -> Matrix:
    return encode_matrix(address, correction="M")
