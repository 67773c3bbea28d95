"""A plate laid out: everything on it as primitives in millimetres, which PDF, SVG, DXF and PNG draw alike.

Texts become smaller until everything fits, down to the sizes that the template states; what does not fit then
is an error that names tree, text and template. Nothing is ever cut off.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import NamedTuple

from reportlab.lib.colors import Color

from exports.fonts import Fonts
from exports.kit import INK, SOFT, is_han
from exports.plates.column import KEPT, Column, ColumnSetter
from exports.plates.frames import Frame, frame_of
from exports.plates.ground import board_name, ground_of
from exports.plates.primitives import (
    PT,
    SEAL_GLYPH,
    Box,
    Primitive,
    Rule,
    Seal,
    Symbol,
    Text,
    TextRole,
)
from exports.plates.typeset import (
    BESIDE,
    BOTH,
    WRITE_IN,
    Block,
    MarkedFonts,
    Setting,
    check_free,
    digits_alike,
    digits_of,
    placed,
    set_block,
    stand_in,
    width_mm,
    with_digits,
)
from exports.plates.words import GAP, Said, Sayings, Speaker, foot_of, heading_of, plate_texts
from exports.qr import QUIET_ZONE, Matrix, encode_matrix, smallest_version
from registry.errors import TagAddressTooLongError, TagTextTooLongError
from registry.plate_records import PlateTemplate
from registry.records import TagContent
from registry.vocab.language import Translator

__all__ = [
    "LEAST_MODULE_MM",
    "LEAST_STROKE",
    "Plate",
    "PlateSetter",
    "lay_out",
    "least_module_mm",
    "plate_texts",
]

LEAST_MODULE_MM = 0.5
"""Finer QR codes are not reliably read outdoors."""
LARGEST_SYMBOL = 177
"""Modules on a side of the largest QR code there is."""
OWN, ALIKE = ("head", "name"), ("fact", "note", "number", "foot")
"""Places whose texts are set each for itself, and those where any digit has the room of any other."""
LEAST_STROKE = 0.055
"""The thinnest stroke of the sans face, as a share of its type size."""

_BETWEEN = "\x1f"
_DIGIT, _DIGITS = re.compile("[0-9]"), re.compile("([0-9]+)")


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate that is laid out; lengths in millimetres from its lower left corner, y upwards.

    title: what it is, for the file. ground: what is the same on every plate of a run (one object for all),
    under the rest. left_out: names of fields for which there was no room and which the template lets go.
    """

    size_mm: tuple[float, float]
    title: str
    ground: tuple[Primitive, ...]
    primitives: tuple[Primitive, ...]
    is_engraved: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Primitive, ...]:
        """Everything in the order of drawing."""
        return self.ground + self.primitives

    @property
    def description(self) -> str:
        """All its words, for the file."""
        texts = [each for each in self.all if isinstance(each, Text) and not each.is_behind]
        parts = (f"{'' if each.goes_on else BESIDE}{each.text}" for each in texts)
        return "".join(parts).removeprefix(BESIDE)

    @property
    def finest_mm(self) -> float:
        """The finest stroke of its lettering: what a printer or engraver must be able to make."""
        return _finest_mm(self.primitives)

    @property
    def corner_mm(self) -> float:
        """Radius at which the plate's own corners are cut."""
        return next((box.radius + box.x for box in self.ground if isinstance(box, Box)), 0.0)


def lay_out(
    content: TagContent,
    template: PlateTemplate,
    size_mm: tuple[float, float],
    language: Translator,
    fonts: Fonts,
    *,
    symbol: Matrix | None = None,
    is_sample: bool = False,
) -> Plate:
    """A tree's plate on a template in a size; pure. For many plates make one PlateSetter.

    symbol: its QR code where many were encoded together. fonts: prepared with every text of `plate_texts`.
    Raises TagTextTooLongError, TagAddressTooLongError, GlyphMissingError.
    """
    return PlateSetter(template, size_mm, language, fonts, is_sample=is_sample).lay_out(content, symbol)


def module_mm(content: TagContent, template: PlateTemplate, size_mm: tuple[float, float]) -> float:
    """Side of a module of the QR code that the plate would have. Raises TagAddressTooLongError."""
    return _module_mm(content, _frame(template, size_mm), _modules(content))


def least_module_mm(
    contents: Iterable[TagContent], template: PlateTemplate, size_mm: tuple[float, float]
) -> float | None:
    """Side of a module of the finest QR code that the plates would have. Raises TagAddressTooLongError."""
    frame = _frame(template, size_mm)
    return min((_module_mm(content, frame, _modules(content)) for content in contents), default=None)


def _frame(template: PlateTemplate, size_mm: tuple[float, float]) -> Frame:
    return frame_of(template, size_mm, template.arrangement == "visitor")


def _modules(content: TagContent) -> int:
    try:
        return 17 + 4 * smallest_version(content.address)
    except ValueError:
        return LARGEST_SYMBOL


def _module_mm(content: TagContent, frame: Frame, modules: int) -> float:
    module = (frame.qr[2] if frame.qr else 0.0) / (modules + 2 * QUIET_ZONE)
    if module < LEAST_MODULE_MM:
        raise TagAddressTooLongError(
            tree_no=content.tree_no,
            length=len(content.address),
            module_mm=f"{module:.2f}",
            least_mm=LEAST_MODULE_MM,
        )
    return module


@dataclass(frozen=True, slots=True)
class Mould:
    """What plates have in common that differ in digits alone, without the code.

    moving: of each text with digits its place among the drawn, the text with stand-ins, and its digits'
    numbers. finest_mm: the finest stroke of the lettering.
    """

    frame: Frame
    ground: tuple[Primitive, ...]
    drawn: tuple[Primitive, ...]
    moving: tuple[tuple[int, Text, tuple[int, ...]], ...]
    left_out: tuple[str, ...]
    is_engraved: bool
    finest_mm: float

    def filled(self, digits: str) -> list[Primitive]:
        """What is drawn for a plate with these digits; what has none is the same object every time."""
        drawn = list(self.drawn)
        for place, text, _numbers in self.moving:
            drawn[place] = replace(text, text=with_digits(text.text, digits))
        return drawn


class Cast(NamedTuple):
    """A plate as its mould, the digits that fill it, and its QR code where it has one."""

    mould: Mould
    digits: str
    symbol: Symbol | None


def _finest_mm(drawn: Iterable[Primitive]) -> float:
    sizes = [each.size_pt for each in drawn if isinstance(each, Text)]
    return round(min(sizes, default=0.0) * PT * LEAST_STROKE, 3)


class PlateSetter:
    """Lays out plates of one template and size, in one language. What several share is worked out once."""

    def __init__(
        self,
        template: PlateTemplate,
        size_mm: tuple[float, float],
        language: Translator,
        fonts: Fonts,
        *,
        is_sample: bool = False,
    ) -> None:
        self._is_alike = digits_alike(fonts)
        fonts = MarkedFonts(fonts.sans, fonts.serif)
        self._template, self._size, self._language, self._fonts = template, size_mm, language, fonts
        self._is_sample = is_sample
        self._is_engraved = template.look == "engraved"
        self._soft = INK if self._is_engraved else SOFT
        heading = heading_of(template, language)
        self._speaker = Speaker(template, language)
        self._moulds: dict[tuple[object, ...], Mould] = {}
        self._lines: dict[tuple[str, float, int], Setting | None] = {}
        self._seals: dict[tuple[str, float, float], Seal] = {}
        self._frames: dict[bool, tuple[Frame, ColumnSetter, tuple[Primitive, ...]]] = {}
        for has_plaque in (False, True):
            frame = frame_of(template, size_mm, has_plaque)
            ground = ground_of(frame, heading, fonts, is_engraved=self._is_engraved, is_sample=is_sample)
            self._frames[has_plaque] = frame, ColumnSetter(template, frame, language, fonts), ground

    def lay_out(self, content: TagContent, symbol: Matrix | None = None) -> Plate:
        """One plate; `symbol` is its QR code where it is made already. Raises as the function `lay_out`."""
        mould, digits, code = self.cast(content, symbol)
        drawn = mould.filled(digits)
        if code is not None:
            drawn.insert(0, code)
        title = " ".join(
            filter(None, (content.name_zh or content.name_latin or content.name_en, content.tree_no))
        )
        return Plate(self._size, title, mould.ground, tuple(drawn), self._is_engraved, mould.left_out)

    def cast(self, content: TagContent, symbol: Matrix | None = None) -> Cast:
        """One plate, for whoever draws many: moulds are the same objects again. As `lay_out` otherwise."""
        sayings = self._speaker.say(content)
        alike = [each.value for place in ALIKE for each in sayings[place]]
        text = _BETWEEN.join([*alike, content.code])
        parts = _DIGITS.split(text) if self._is_alike else [text]
        fields = [each.field.field for said in sayings.values() for each in said]
        own = [each.value for place in OWN for each in sayings[place]]
        key = (content.grade, content.name_zh, *fields, *own, *parts[::2], *map(len, parts[1::2]))
        mould = self._moulds.get(key)
        if mould is None:
            if len(self._moulds) >= KEPT:
                self._moulds.clear()
            mould = self._moulds[key] = self._mould(content, sayings)
        code = _symbol(content, mould.frame, symbol) if mould.frame.qr is not None else None
        return Cast(mould, "".join(parts[1::2]), code)

    def _mould(self, content: TagContent, sayings: Sayings) -> Mould:
        """The mould of a plate: laid out with stand-ins for its digits."""
        if not self._is_alike:
            return self._set(content, sayings)
        check_free("".join(each.value for said in sayings.values() for each in said))
        numbers = count()

        def marked(text: str) -> str:
            return _DIGIT.sub(lambda _: stand_in(next(numbers)), text)

        alike = {
            place: [Said(each.field, each.label, marked(each.value)) for each in sayings[place]]
            for place in ALIKE
        }
        try:
            return self._set(replace(content, code=marked(content.code)), {**sayings, **alike})
        except TagTextTooLongError:
            return self._set(content, sayings)  # which says what is too long as it would be printed

    def _set(self, content: TagContent, sayings: Sayings) -> Mould:
        name = content.name_zh or ""
        has_plaque = self._template.arrangement == "visitor" and is_han(name)
        frame, setter, ground = self._frames[has_plaque]
        has_seal = bool(content.grade) and not frame.is_small
        column = setter.set(sayings, has_seal=has_seal)
        if column is None:
            said = [each for place in ("name", "fact", "note", "number") for each in sayings[place]]
            raise self._refuse(content, max((each.value for each in said), key=len, default=""))
        drawn: list[Primitive] = []
        if has_plaque:
            drawn.extend(self._board(content, frame, name))
        drawn.extend(self._head(content, frame, sayings))
        drawn.extend(self._foot(content, frame, sayings))
        drawn.extend(self._column(content, frame, column, has_seal=has_seal))
        moving = []
        for place, each in enumerate(drawn):
            if isinstance(each, Text) and (numbers := digits_of(each.text)):
                moving.append((place, each, numbers))
        finest = _finest_mm(drawn)
        return Mould(frame, ground, tuple(drawn), tuple(moving), column.left_out, self._is_engraved, finest)

    def _refuse(self, content: TagContent, text: str) -> TagTextTooLongError:
        wide, high = self._size
        return TagTextTooLongError(
            tree_no=content.tree_no,
            text=text.replace(BOTH, BESIDE),
            template=self._language.pick(self._template.title),
            size=f"{wide:g} × {high:g}",
        )

    def _board(self, content: TagContent, frame: Frame, name: str) -> list[Text]:
        drawn = board_name(frame, name, self._fonts, is_engraved=self._is_engraved)
        if drawn is None:
            raise self._refuse(content, name)
        return drawn

    def _column(
        self, content: TagContent, frame: Frame, column: Column, *, has_seal: bool
    ) -> Iterator[Primitive]:
        _, foot, right, top = frame.column
        y = top
        for setting in column.upper:
            yield from self._hang(setting, frame, y)
            y -= setting.height
        free = y - foot - column.below
        y -= min(free / 2, 3 * frame.unit) if frame.is_top_heavy else free
        if has_seal:
            above_number = foot + sum(setting.height for setting in column.number) + 0.4 * frame.unit
            x, base = frame.seal or (right - frame.seal_side, above_number)
            yield self._seal(frame, x, base, content.grade or "")
        for setting in (*column.lower, *column.number):
            yield from self._hang(setting, frame, y)
            y -= setting.height

    def _hang(self, setting: Setting, frame: Frame, top: float) -> Iterator[Primitive]:
        left, _, right, _ = frame.column
        for text in placed(setting, left, top):
            yield replace(text, x=(left + right - text.width) / 2) if frame.is_small else text
        for start, end, down in setting.rules:
            yield Rule(left + start, top - down, left + end, top - down, 0.15, self._soft)

    def _head(self, content: TagContent, frame: Frame, sayings: Sayings) -> Iterator[Text]:
        """The authority above, in two lines where it is long: where it has two languages, one each."""
        said = sayings["head"]
        if frame.head is None or not said:
            return
        left, middle, right = frame.head
        room = right - left - (25 * frame.unit if self._is_sample else 0.0)
        text = BESIDE.join(each.value.replace(BOTH, BESIDE) for each in said)
        field = said[0].field
        most = field.most_pt * frame.unit
        setting = self._in_lines(text, most, field.least_pt, room, field.lines, self._soft)
        if field.is_bilingual and setting is not None and len(setting.runs) > 1:
            below = text.replace(BESIDE, "\n")
            setting = self._in_lines(below, most, field.least_pt, room, field.lines, self._soft) or setting
        if setting is None or setting.height > frame.head_high:
            raise self._refuse(content, text)
        yield from placed(setting, left, middle + setting.height / 2)

    def _foot(self, content: TagContent, frame: Frame, sayings: Sayings) -> Iterator[Text]:
        """The duty line and the tag's code."""
        if frame.foot is None:
            return
        left, middle, right = frame.foot
        code = content.code if self._template.qr_share else ""
        size = max(6 * frame.unit, 4.5) if frame.is_small else max(7.5 * frame.unit, 5.0)
        wide = width_mm(self._fonts, code, "sans", size) if code else 0.0
        if wide > right - left:
            raise self._refuse(content, code)
        if code:
            x = (left + right - wide) / 2 if frame.is_small else right - wide
            yield Text(x, middle - 0.36 * size * PT, code, size, wide, "sans", self._soft)
        if frame.is_small:
            return
        line, has_phone = foot_of(sayings, self._template, self._language)
        if not line:
            return
        fields = [said.field for said in sayings["foot"]]
        most = max([field.most_pt for field in fields] if has_phone else [7.5]) * frame.unit
        least = min([field.least_pt for field in fields], default=5.4)
        room = right - left - (wide + 3 * frame.unit if code else 0.0)
        setting = self._in_lines(line, most, least, room, 1, INK)
        if setting is None and GAP in line:
            parts = line.split(GAP)
            setting = self._in_lines("\n".join(parts), least, least, room, len(parts), INK)
        if setting is None or setting.height > frame.foot_high:
            if any(said.value != WRITE_IN for said in sayings["foot"]):
                raise self._refuse(content, line)
            return  # the invitation to scan says nothing of the tree
        yield from placed(setting, left, middle + setting.height / 2)

    def _in_lines(
        self, text: str, most: float, least: float, room: float, lines: int, colour: Color
    ) -> Setting | None:
        """One line where that can be read, else up to `lines` of them in small."""
        key = text, room, lines
        if key not in self._lines:
            if len(self._lines) > KEPT:
                self._lines.clear()
            self._lines[key] = _in_lines(self._fonts, text, max(most, least), least, room, lines, colour)
        return self._lines[key]

    def _seal(self, frame: Frame, x: float, y: float, character: str) -> Seal:
        key = character, x, y
        if key not in self._seals:
            if len(self._seals) > KEPT:
                self._seals.clear()
            role: TextRole = "sans" if self._is_engraved else "serif"
            wide = width_mm(self._fonts, character, role, frame.seal_side * SEAL_GLYPH / PT)
            self._seals[key] = Seal(x, y, frame.seal_side, character, wide, self._is_engraved)
        return self._seals[key]


def _in_lines(
    fonts: Fonts, text: str, most: float, least: float, room: float, lines: int, colour: Color
) -> Setting | None:
    slack = least if lines == 1 else min(least + 0.6, most)
    one = set_block(fonts, Block(text, "sans", most, slack, 1, room, 0.0, colour), 1)
    if one is not None or lines == 1:
        return one
    return set_block(fonts, Block(text, "sans", slack, least, lines, room, 0.0, colour), 1)


def _symbol(content: TagContent, frame: Frame, matrix: Matrix | None) -> Symbol:
    if matrix is None:
        try:
            matrix = encode_matrix(content.address)
        except ValueError:
            _module_mm(content, frame, LARGEST_SYMBOL)
            raise
    module = _module_mm(content, frame, len(matrix))
    x, y, _ = frame.qr or (0.0, 0.0, 0.0)
    return Symbol(x + QUIET_ZONE * module, y + QUIET_ZONE * module, module, matrix)
