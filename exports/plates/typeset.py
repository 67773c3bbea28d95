"""Setting a plate's texts: each as large as it may be, down to a stated size, in lines that never overflow.

Lengths are millimetres; type sizes are points.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth

from exports.fonts import Fonts, Role
from exports.glyphs import name_characters
from exports.kit import INK, SOFT, wrap
from exports.plates.primitives import ASCENT, PT, SLANT, Text, TextRole
from registry.errors import GlyphMissingError

LINE_HEIGHT = 1.24
SHRINK = tuple(1 - 0.04 * step for step in range(21))
WRITE_IN = "\0"
"""The value of a row that is written by hand."""
BOTH, BESIDE = "\v", " · "
"""Between two languages: beside each other where there is room, else one below the other."""
_FIRST_STAND_IN = 0x108000
_STAND_INS = re.compile("[\U00108000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Block:
    """A text to set. `most` is the size wanted, `least` the smallest that is printed; `room` is its width.

    above: space left free above it. worth: it is set in one line more before it becomes smaller than this
    share of its size.
    """

    text: str
    role: TextRole
    most: float
    least: float
    max_lines: int
    room: float
    above: float = 0.0
    colour: Color = INK
    worth: float = 0.62


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of label and value, all of one size; a value that wraps hangs beside its label."""

    rows: tuple[tuple[str, str, int], ...]
    """Label, value, most lines."""
    most: float
    least: float
    room: float
    above: float = 0.0
    label_colour: Color = SOFT


@dataclass(frozen=True, slots=True)
class Run:
    """One line of a setting: `dx` from its left edge, `down` from its top to the baseline, and its width."""

    dx: float
    down: float
    text: str
    size: float
    role: TextRole
    colour: Color
    width: float


@dataclass(frozen=True, slots=True)
class Setting:
    """A block as it is drawn: its lines, and its height with the space above. rules: lines to write on."""

    runs: tuple[Run, ...]
    height: float
    rules: tuple[tuple[float, float, float], ...] = ()


def width_mm(fonts: Fonts, text: str, role: TextRole, size: float) -> float:
    """The width of a line in millimetres; a leaning one is the serif face, leaned."""
    lean = SLANT * ASCENT * size * PT if role == "italic" else 0.0
    return fonts.width(text, "sans" if role == "sans" else "serif", size) * PT + lean


def digits_alike(fonts: Fonts) -> bool:
    """Whether all digits of the sans face are equally wide: what is set for one number serves others."""
    return _tabular(fonts.sans)


class MarkedFonts(Fonts):
    """Fonts in which a stand-in for a digit (see `stand_in`) is as wide as one."""

    def width(self, text: str, role: Role, size: float) -> float:
        """The width of `text` in points at `size` points."""
        return super().width(_STAND_INS.sub("0", text), role, size)


def stand_in(number: int) -> str:
    """A character of nobody's, which stands for the digit of this number (from 0) on a plate."""
    return chr(_FIRST_STAND_IN + number)


def check_free(text: str) -> None:
    """Raises GlyphMissingError where a text holds a character that is used as a stand-in."""
    if found := set(map(ord, _STAND_INS.findall(text))):
        raise GlyphMissingError(characters=name_characters(found))


def digits_of(text: str) -> tuple[int, ...]:
    """The numbers of the digits that a text has stand-ins for."""
    return tuple(ord(found) - _FIRST_STAND_IN for found in _STAND_INS.findall(text))


def with_digits(text: str, digits: str) -> str:
    """A text with a plate's digits in the place of its stand-ins."""
    return _STAND_INS.sub(lambda found: digits[ord(found[0]) - _FIRST_STAND_IN], text)


def is_stand_in(character: str) -> bool:
    """Whether a character stands for a digit."""
    return ord(character) >= _FIRST_STAND_IN


@lru_cache(maxsize=8)
def _tabular(face: str) -> bool:
    return len({stringWidth(digit, face, 1000) for digit in "0123456789"}) == 1


def set_block(fonts: Fonts, block: Block, share: float) -> Setting | None:
    """A block at `share` of its size, or below where that is too wide; None where its least is too wide."""
    found = _fitted(fonts, block, share)
    if found is None:
        return None
    size, lines = found
    step = size * PT * LINE_HEIGHT
    runs = tuple(
        _run(fonts, 0.0, block.above + number * step - size * PT * 0.27, line, size, block.role, block.colour)
        for number, line in enumerate(lines, start=1)
    )
    return Setting(runs, block.above + len(lines) * step)


def _run(fonts: Fonts, dx: float, down: float, text: str, size: float, role: TextRole, colour: Color) -> Run:
    wide = fonts.width(text, "sans" if role == "sans" else "serif", size) * PT
    return Run(dx, down, text, size, role, colour, wide)


def _fitted(fonts: Fonts, block: Block, share: float) -> tuple[float, tuple[str, ...]] | None:
    """Size and lines. One line more is better than text much smaller; a word is broken only in need."""
    wanted = max(block.least, block.most * share)
    if "\n" not in block.text:
        wide = max(width_mm(fonts, block.text, block.role, wanted), 0.1)
        size = min(wanted, wanted * block.room / wide * 0.999)
        if size >= (block.least if block.max_lines == 1 else max(block.least, wanted * block.worth)):
            return size, (block.text.strip(),)
    for count in range(block.text.count("\n") + 1, block.max_lines + 1):
        least = block.least if count == block.max_lines else max(block.least, wanted * block.worth)
        for size in _sizes(wanted, least):
            lines = _wrapped(fonts, block.text, block.role, size, block.room)
            if len(lines) <= count and _words(lines) == _words([block.text]):
                return size, tuple(lines)
    lines = _wrapped(fonts, block.text, block.role, block.least, block.room)
    return (block.least, tuple(lines)) if len(lines) <= block.max_lines else None


def set_rows(fonts: Fonts, rows: Rows, share: float) -> Setting | None:
    """Rows at `share` of their size; None where one needs more lines than it may have."""
    size = max(rows.least, rows.most * share)
    labels = max((width_mm(fonts, label, "sans", size) for label, _, _ in rows.rows), default=0.0)
    indent = labels + size * PT * 0.7 if labels else 0.0
    if indent > rows.room * 0.6:
        return None
    step = size * PT * LINE_HEIGHT
    runs: list[Run] = []
    rules: list[tuple[float, float, float]] = []
    down = rows.above
    for label, value, most in rows.rows:
        lines = [""] if value == WRITE_IN else _both_wrapped(fonts, value, size, rows.room - indent)
        if len(lines) > most:
            return None
        base = down + step - size * PT * 0.27
        if label:
            runs.append(_run(fonts, 0.0, base, label, size, "sans", rows.label_colour))
        if value == WRITE_IN:
            rules.append((indent, rows.room, base + size * PT * 0.15))
        for number, line in enumerate(lines):
            if line:
                runs.append(_run(fonts, indent, base + number * step, line, size, "sans", INK))
        down += len(lines) * step + size * PT * 0.18
    return Setting(tuple(runs), down, tuple(rules))


def placed(setting: Setting, x: float, top: float) -> Iterator[Text]:
    """The lines of a setting that hangs from `top`."""
    for run in setting.runs:
        yield Text(x + run.dx, top - run.down, run.text, run.size, run.width, run.role, run.colour)


def _both_wrapped(fonts: Fonts, value: str, size: float, room: float) -> list[str]:
    """A value in lines; in two languages beside each other where that is one line, else below each other.

    A line ends before a bracket rather than in it, where that takes no more lines.
    """
    if BOTH in value:
        line = value.replace(BOTH, BESIDE)
        if width_mm(fonts, line, "sans", size) <= room:
            return [line]
    lines = _wrapped(fonts, value.replace(BOTH, "\n"), "sans", size, room)
    before_brackets = _wrapped(fonts, value.replace(BOTH, "\n").replace("（", "\n（"), "sans", size, room)
    return before_brackets if len(before_brackets) <= len(lines) else lines


def _wrapped(fonts: Fonts, text: str, role: TextRole, size: float, room: float) -> list[str]:
    lean = SLANT * ASCENT * size if role == "italic" else 0.0
    return wrap(fonts, text, "sans" if role == "sans" else "serif", size, room / PT - lean)


def _sizes(most: float, least: float) -> Iterator[float]:
    size = most
    while size > least:
        yield size
        size *= 0.96
    yield least


def _words(lines: Iterable[str]) -> list[str]:
    """Words in Latin letters or digits, which a line end should not break."""
    return [word for line in lines for word in re.findall(r"[^\s\u2e80-\U0003ffff]+", line)]
