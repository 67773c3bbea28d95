"""One tree tag on the plate it is designed on, 90 × 60 mm: names, number, seal, QR code, duty line.

Lengths are points from the plate's lower left corner. Text becomes smaller until everything fits, down to a
stated size; what does not fit then is an error. Nothing is ever cut off.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from reportlab.lib.colors import Color, HexColor

from exports.fonts import Fonts, Role
from exports.kit import INK, MM, SOFT, Pen, draw_sample_mark, draw_seal, wrap
from exports.qr import QUIET_ZONE, Matrix, dark_runs
from registry.errors import TagTextTooLongError
from registry.records import TagContent
from registry.vocab.language import Translator

PLATE_MM = (90.0, 60.0)
QR_MM = 44.0
"""Side of the QR code with its quiet zone: 1.07 mm a module for version 4."""
SAMPLE = ("样张", "SAMPLE")
SAMPLE_TINT = HexColor("#f3ddd8")

LEFT, RIGHT = 6 * MM, 84 * MM
COLUMN = 36.5 * MM
"""Width of the column of text, left of the QR code."""
TOP, FLOOR = 51.4 * MM, 11.2 * MM
"""The column of text hangs from TOP and stands on FLOOR."""
HEAD, RULE, FOOT = 53.4 * MM, 8.7 * MM, 4.7 * MM
QR_X, QR_Y = 43.2 * MM, 8.5 * MM
SEAL_SIDE = 8.5 * MM
PLATE_FORM = "plate"
RECTANGLE = b"xxx yyy www 1 re "
LINE_HEIGHT = 1.22
SHRINK = tuple(1 - 0.04 * step for step in range(20))


@dataclass(frozen=True, slots=True)
class _Block:
    """A text of the column. Sizes: `most` is wanted, `least` can still be read."""

    text: str
    role: Role
    most: float
    least: float
    max_lines: int
    above: float = 0.0
    """Space left free above it."""
    colour: Color = INK
    room: float = COLUMN
    """Width of its lines."""
    worth: float = 0.62
    """It is set in one line more before it becomes smaller than this share of its size."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """A block as it is drawn."""

    block: _Block
    size: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return self.block.above + len(self.lines) * self.size * LINE_HEIGHT


def tag_texts(tag: TagContent, language: Translator) -> Iterator[str]:
    """Every text that is drawn on the tag."""
    yield from SAMPLE
    yield from (block.text for block in (*_names(tag), *_facts(tag), _number(tag)))
    yield from (_authority(tag, language), _foot(tag, language), tag.code, tag.grade or "")


def draw_tag(pen: Pen, tag: TagContent, symbol: Matrix, language: Translator, *, is_sample: bool) -> None:
    """Draw one tag with its lower left corner at the origin. Raises TagTextTooLongError."""
    if not pen.canvas.hasForm(PLATE_FORM):
        _make_plate(pen, is_sample=is_sample)
    pen.canvas.doForm(PLATE_FORM)
    _draw_head_and_foot(pen, tag, language, is_sample=is_sample)
    _draw_column(pen, tag)
    pen.canvas.addLiteral(_qr_operators(symbol))


def _authority(tag: TagContent, language: Translator) -> str:
    return tag.authority_zh if language.lang == "zh" else tag.authority_en


def _foot(tag: TagContent, language: Translator) -> str:
    _ = language.gettext
    if tag.duty_phone:
        return _("Duty phone {phone}", phone=tag.duty_phone)
    return _("Scan to read this tree's story")


def _names(tag: TagContent) -> list[_Block]:
    """The names there are: the first is the large one."""
    blocks = []
    if tag.name_zh:
        blocks.append(_Block(tag.name_zh, "serif", 33, 11, 2))
    if tag.name_latin:
        most, least = (11.0, 6.5) if blocks else (18.0, 8.0)
        blocks.append(_Block(tag.name_latin, "italic", most, least, 3, 2))
    if tag.name_en and blocks:
        blocks.append(_Block(tag.name_en, "sans", 8.5, 6, 3, 1.5, SOFT))
    elif tag.name_en:
        blocks.append(_Block(tag.name_en, "serif", 18, 8, 3))
    return blocks


def _facts(tag: TagContent) -> list[_Block]:
    facts = "\n".join(filter(None, (tag.grade_label, tag.age_text, tag.place)))
    room = COLUMN - (SEAL_SIDE + 2 * MM if tag.grade else 0.0)
    return [_Block(facts, "sans", 8, 5.4, 8, 4, SOFT, room, worth=0.95)] if facts else []


def _number(tag: TagContent) -> _Block:
    return _Block(tag.tree_no, "sans", 21, 7, 4, 2.5)


def _draw_column(pen: Pen, tag: TagContent) -> None:
    names, facts, number = _set_column(pen.fonts, tag)
    y = TOP
    for setting in names:
        y = _draw_setting(pen, setting, y)
    y = FLOOR + sum(setting.height for setting in (*facts, number))
    if tag.grade:
        _draw_seal_at(pen, LEFT + COLUMN - SEAL_SIDE, FLOOR + number.height + 0.4 * MM, tag.grade)
    for setting in (*facts, number):
        y = _draw_setting(pen, setting, y)


def _draw_seal_at(pen: Pen, x: float, y: float, character: str) -> None:
    """The seal, drawn once in a document for each character."""
    form = f"seal{'-'.join(f'{ord(c):X}' for c in character)}"
    if not pen.canvas.hasForm(form):
        pen.canvas.beginForm(form)
        draw_seal(pen, 0, 0, SEAL_SIDE, character)
        pen.canvas.endForm()
    with pen.state() as canvas:
        canvas.translate(x, y)
        canvas.doForm(form)


def _draw_setting(pen: Pen, setting: _Setting, y: float) -> float:
    """Draw a block below `y`; returns where it ends."""
    y -= setting.block.above
    for line in setting.lines:
        y -= setting.size * LINE_HEIGHT
        baseline = y + setting.size * 0.27
        pen.text(LEFT, baseline, line, setting.size, role=setting.block.role, colour=setting.block.colour)
    return y


def _set_column(fonts: Fonts, tag: TagContent) -> tuple[list[_Setting], list[_Setting], _Setting]:
    """Names, facts and number at the largest sizes at which they fit together, shrunk in one measure."""
    seal = SEAL_SIDE + 1 * MM if tag.grade else 0.0
    for share in SHRINK:
        names = [_set(fonts, block, share, tag.tree_no) for block in _names(tag)]
        facts = [_set(fonts, block, share, tag.tree_no) for block in _facts(tag)]
        number = _set(fonts, _number(tag), share, tag.tree_no)
        high = sum(setting.height for setting in names) + number.height
        if high + max(seal, sum(setting.height for setting in facts)) <= TOP - FLOOR:
            return names, facts, number
    blocks = (*_names(tag), *_facts(tag), _number(tag))
    raise TagTextTooLongError(tree_no=tag.tree_no, text=max((block.text for block in blocks), key=len))


def _set(fonts: Fonts, block: _Block, share: float, tree_no: str) -> _Setting:
    setting = _fitted(fonts, block, share)
    if setting is None:
        raise TagTextTooLongError(tree_no=tree_no, text=block.text)
    return setting


@lru_cache(maxsize=4096)
def _fitted(fonts: Fonts, block: _Block, share: float) -> _Setting | None:
    """A block at `share` of its size, or below where it is too wide; None where its least size is too wide.

    One line more is better than text much smaller; a word is broken only where nothing else helps.
    """
    wanted = max(block.least, block.most * share)
    if "\n" not in block.text:
        wide = max(fonts.width(block.text, block.role, wanted), 1.0)
        size = min(wanted, wanted * block.room / wide * 0.999)
        if size >= (block.least if block.max_lines == 1 else max(block.least, wanted * block.worth)):
            return _Setting(block, size, (block.text.strip(),))
    for count in range(block.text.count("\n") + 1, block.max_lines + 1):
        least = block.least if count == block.max_lines else max(block.least, wanted * block.worth)
        for size in _sizes(wanted, least):
            lines = wrap(fonts, block.text, block.role, size, block.room)
            if len(lines) <= count and _words(lines) == _words([block.text]):
                return _Setting(block, size, tuple(lines))
    lines = wrap(fonts, block.text, block.role, block.least, block.room)
    return _Setting(block, block.least, tuple(lines)) if len(lines) <= block.max_lines else None


def _sizes(most: float, least: float) -> Iterator[float]:
    size = most
    while size > least:
        yield size
        size *= 0.97
    yield least


def _words(lines: Iterable[str]) -> list[str]:
    """Words in Latin letters or digits, which a line end should not break."""
    return [word for line in lines for word in re.findall(r"[^\s\u2e80-\U0003ffff]+", line)]


def _draw_head_and_foot(pen: Pen, tag: TagContent, language: Translator, *, is_sample: bool) -> None:
    """The authority above, in two lines where it is long; the duty line and the tag's code below."""
    room = RIGHT - LEFT - (25 * MM if is_sample else 0)
    authority = _authority(tag, language)
    head = _fitted(pen.fonts, _Block(authority, "sans", 7.5, 5.8, 1, 0, SOFT, room), 1)
    head = head or _set(pen.fonts, _Block(authority, "sans", 6, 5, 2, 0, SOFT, room), 1, tag.tree_no)
    middle = HEAD + head.size * 0.36
    _draw_setting(pen, head, middle + head.height / 2)
    pen.text(RIGHT, FOOT, tag.code, 7.5, colour=SOFT, align="right")
    room = RIGHT - LEFT - pen.fonts.width(tag.code, "sans", 7.5) - 4 * MM
    most = 9.5 if tag.duty_phone else 7.5
    foot = _set(pen.fonts, _Block(_foot(tag, language), "sans", most, 6, 1, 0, INK, room), 1, tag.tree_no)
    pen.text(LEFT, FOOT, foot.lines[0], foot.size)


def _make_plate(pen: Pen, *, is_sample: bool) -> None:
    """What is the same on every tag of a document, drawn once: frame, rule and, on samples, the word."""
    pen.canvas.beginForm(PLATE_FORM)
    if is_sample:
        _draw_sample(pen)
    pen.box(2 * MM, 2 * MM, 86 * MM, 56 * MM, stroke=INK, line=0.7, radius=2.2 * MM)
    pen.rule(LEFT, RULE, RIGHT, RULE, INK, 0.35)
    pen.canvas.endForm()


def _draw_sample(pen: Pen) -> None:
    """样张 SAMPLE across the column of text, below everything, and in a frame above the QR code."""
    with pen.state() as canvas:
        canvas.translate(LEFT + COLUMN / 2, (TOP + FLOOR) / 2)
        canvas.rotate(40)
        pen.text(0, 0.5 * MM, SAMPLE[0], 42, role="serif", colour=SAMPLE_TINT, align="center")
        pen.text(0, -8 * MM, SAMPLE[1], 23, colour=SAMPLE_TINT, align="center")
    draw_sample_mark(pen, RIGHT, HEAD, " ".join(SAMPLE))


def _qr_operators(symbol: Matrix) -> str:
    """The PDF operators that draw a symbol in whole modules, its dark runs merged, as one filled path."""
    size = len(symbol)
    module = QR_MM * MM / (size + 2 * QUIET_ZONE)
    left, foot = QR_X + QUIET_ZONE * module, QR_Y + QUIET_ZONE * module
    runs = dark_runs(symbol)
    runs[:, 1] = size - 1 - runs[:, 1]
    digits = ord("0") + runs[:, :, None] // (100, 10, 1) % 10
    path = np.full((len(runs), len(RECTANGLE)), np.frombuffer(RECTANGLE, dtype=np.uint8))
    path[:, [0, 1, 2, 4, 5, 6, 8, 9, 10]] = digits.reshape(-1, 9)
    return f"q 0 g {module:.5f} 0 0 {module:.5f} {left:.4f} {foot:.4f} cm {path.tobytes().decode()}f Q"
