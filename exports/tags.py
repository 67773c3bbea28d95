"""Sheets of tree tags (挂牌): vectors all through, to print at 100 % and to cut along the marks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.kit import INK, MM, SOFT, Pen
from exports.qr import BATCH, QUIET_ZONE, Matrix, encode_batch, smallest_version
from exports.tag_plate import PLATE_MM, QR_MM, draw_tag, tag_texts
from registry.errors import (
    GlyphMissingError,
    SettingInvalidError,
    TagAddressTooLongError,
    TagGlyphMissingError,
)
from registry.records import RegisterFacts, TagContent
from registry.vocab.language import Translator

LEAST_MODULE_MM = 0.5
"""Finer QR codes are not reliably read outdoors."""
LEAST_MARGIN_MM = 8.0
FOOTER_MM = 5.0
MARKS_FORM = "marks"
NAMED_TREES = 20
LARGEST_SYMBOL = 177
"""Modules on a side of the largest QR code there is."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where tags lie on a sheet, in millimetres. Places count from 1 along the rows, from the upper left.

    Raises ValueError for a grid that does not fit the page with room for cut marks and footer.
    """

    page_mm: tuple[float, float] = (210.0, 297.0)
    tag_mm: tuple[float, float] = PLATE_MM
    columns: int = 2
    rows: int = 4
    gap_mm: float = 6.0

    def __post_init__(self) -> None:
        if min(self.columns, self.rows, *self.tag_mm) <= 0 or self.gap_mm < 0:
            raise ValueError("a sheet needs tags, columns and rows")
        if min(self._margins_mm) < LEAST_MARGIN_MM:
            raise ValueError(f"the tags leave less than {LEAST_MARGIN_MM} mm at the edges of the page")

    @property
    def places(self) -> int:
        """Tags on a full sheet."""
        return self.columns * self.rows

    @property
    def scale(self) -> float:
        """Size of a tag over the size of the plate it is designed on."""
        return min(self.tag_mm[0] / PLATE_MM[0], self.tag_mm[1] / PLATE_MM[1])

    @property
    def _margins_mm(self) -> tuple[float, float]:
        """Room on the left and at the foot, the tags being in the middle of the page."""
        wide = self.columns * self.tag_mm[0] + (self.columns - 1) * self.gap_mm
        high = self.rows * self.tag_mm[1] + (self.rows - 1) * self.gap_mm
        return (self.page_mm[0] - wide) / 2, (self.page_mm[1] - high) / 2

    def corner(self, place: int) -> tuple[float, float]:
        """The lower left corner of a place (from 1) in points."""
        row, column = divmod(place - 1, self.columns)
        left, foot = self._margins_mm
        x = left + column * (self.tag_mm[0] + self.gap_mm)
        y = foot + (self.rows - 1 - row) * (self.tag_mm[1] + self.gap_mm)
        return x * MM, y * MM


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What was written. `next_place` is where the next run may start on the last sheet; 1 means a new one."""

    tags: int
    sheets: int
    next_place: int
    least_module_mm: float | None
    """The finest QR module on the sheets; None where there are no tags."""


def write_tag_sheets(
    tags: Iterable[TagContent],
    out: BinaryIO,
    *,
    facts: RegisterFacts,
    language: Translator,
    sheet: SheetLayout | None = None,
    start_at: int = 1,
    sample: bool = False,
    fonts: Fonts | None = None,
    extra_fonts: Sequence[Path] = (),
) -> SheetReport:
    """Write the tags as a PDF, to be printed at 100 %; same content, same bytes.

    start_at: the first place to use on the first sheet, where earlier ones are used up.
    sample: says 样张 SAMPLE across every tag; a demonstration register always does.
    fonts: already prepared with every text; if None they are prepared here, with `extra_fonts`.
    Nothing is written before every tag is drawn. Raises SettingInvalidError, TagGlyphMissingError,
    TagTextTooLongError, TagAddressTooLongError; GlyphMissingError for the register's own name.
    """
    sheet = sheet or SheetLayout()
    contents = list(tags)
    if not 1 <= start_at <= sheet.places:
        reason = language.gettext("a sheet has the places 1 to {last}", last=sheet.places)
        raise SettingInvalidError(name="start_at", value=start_at, reason=reason)
    least = min((_checked_module_mm(tag, sheet) for tag in contents), default=None)
    if fonts is None:
        fonts = _prepared(contents, facts, language, extra_fonts)
    size = sheet.page_mm[0] * MM, sheet.page_mm[1] * MM
    title = language.gettext("Tree tags: {register}", register=facts.register_name)
    canvas = new_canvas(
        out,
        pagesize=size,
        title=title,
        author=facts.register_name,
        lang=language.html_lang,
        made_at=facts.made_at,
    )
    drawing = _Sheets(Pen(canvas, fonts), sheet, facts, language, is_sample=sample or facts.is_demonstration)
    sheets = drawing.draw(contents, start_at)
    canvas.save()
    next_place = (start_at - 1 + len(contents)) % sheet.places + 1
    return SheetReport(len(contents), sheets, next_place, least)


def _checked_module_mm(tag: TagContent, sheet: SheetLayout) -> float:
    try:
        size = 17 + 4 * smallest_version(tag.address)
    except ValueError:
        size = LARGEST_SYMBOL
    module_mm = QR_MM * sheet.scale / (size + 2 * QUIET_ZONE)
    if module_mm < LEAST_MODULE_MM:
        raise TagAddressTooLongError(
            tree_no=tag.tree_no,
            length=len(tag.address),
            module_mm=f"{module_mm:.2f}",
            least_mm=LEAST_MODULE_MM,
        )
    return module_mm


def _prepared(
    tags: Sequence[TagContent], facts: RegisterFacts, language: Translator, extra_fonts: Sequence[Path]
) -> Fonts:
    """Fonts with every text of the sheets; a character that none has is told with the trees that need it."""
    try:
        return prepare_fonts(_texts(tags, facts, language), extra_fonts=extra_fonts)
    except GlyphMissingError as error:
        missing = {chr(code) for code in cast(tuple[int, ...], error.facts["codes"])}
        numbers = [tag.tree_no for tag in tags if not missing.isdisjoint("".join(tag_texts(tag, language)))]
        if not numbers:
            raise
        named = ", ".join(numbers[:NAMED_TREES] + ["…"] * (len(numbers) > NAMED_TREES))
        raise TagGlyphMissingError(characters=error.facts["characters"], tree_no=named) from error


def _texts(tags: Iterable[TagContent], facts: RegisterFacts, language: Translator) -> Iterator[str]:
    yield from (facts.register_name, *_footer(facts, language, 1, 1))
    for tag in tags:
        yield from tag_texts(tag, language)


def _footer(facts: RegisterFacts, language: Translator, number: int, count: int) -> tuple[str, str]:
    """How to cut, and which sheet this is."""
    _ = language.gettext
    made = language.day(facts.made_at.date())
    return (
        _("Print at 100 % and cut along the marks."),
        _("Sheet {number} of {count} · {day}", number=number, count=count, day=made),
    )


class _Sheets:
    """Draws tags sheet by sheet on one canvas."""

    def __init__(
        self, pen: Pen, sheet: SheetLayout, facts: RegisterFacts, language: Translator, *, is_sample: bool
    ) -> None:
        self.pen = pen
        self.canvas = pen.canvas
        self.sheet = sheet
        self.facts = facts
        self.language = language
        self.is_sample = is_sample

    def draw(self, tags: Sequence[TagContent], start_at: int) -> int:
        """Draw all the sheets and return how many there are; an empty selection is one empty sheet."""
        count = max(1, -(-(start_at - 1 + len(tags)) // self.sheet.places))
        place, number = start_at, 1
        self._begin(number, count)
        for start in range(0, len(tags), BATCH):
            chunk = tags[start : start + BATCH]
            symbols = encode_batch([tag.address for tag in chunk])
            for tag, symbol in zip(chunk, symbols, strict=True):
                if place > self.sheet.places:
                    self.canvas.showPage()
                    place, number = 1, number + 1
                    self._begin(number, count)
                self._draw_tag(tag, symbol, place)
                place += 1
        self.canvas.showPage()
        return count

    def _begin(self, number: int, count: int) -> None:
        if number == 1:
            self.canvas.beginForm(MARKS_FORM)
            for place in range(1, self.sheet.places + 1):
                self._cut_marks(*self.sheet.corner(place))
            self.canvas.endForm()
        self.canvas.doForm(MARKS_FORM)
        left, _ = self.sheet.corner(1)
        right = self.sheet.page_mm[0] * MM - left
        hint, which = _footer(self.facts, self.language, number, count)
        foot = FOOTER_MM * MM
        self.pen.text(left, foot, self.facts.register_name, 7.5, colour=SOFT)
        self.pen.text((left + right) / 2, foot, hint, 6.5, colour=SOFT, align="center")
        self.pen.text(right, foot, which, 7.5, colour=SOFT, align="right")

    def _cut_marks(self, x: float, y: float) -> None:
        width, height = (side * MM for side in self.sheet.tag_mm)
        away, long = 0.6 * MM, 2.2 * MM
        self.canvas.setLineWidth(0.3)
        self.canvas.setStrokeColor(INK)
        for corner_x, out_x in ((x, -1), (x + width, 1)):
            for corner_y, out_y in ((y, -1), (y + height, 1)):
                self.canvas.lines(
                    [
                        (corner_x + out_x * away, corner_y, corner_x + out_x * (away + long), corner_y),
                        (corner_x, corner_y + out_y * away, corner_x, corner_y + out_y * (away + long)),
                    ]
                )

    def _draw_tag(self, tag: TagContent, symbol: Matrix, place: int) -> None:
        x, y = self.sheet.corner(place)
        scale = self.sheet.scale
        spare = [
            (side - scale * plate) / 2 * MM for side, plate in zip(self.sheet.tag_mm, PLATE_MM, strict=True)
        ]
        with self.pen.state() as canvas:
            canvas.translate(x + spare[0], y + spare[1])
            canvas.scale(scale, scale)
            draw_tag(self.pen, tag, symbol, self.language, is_sample=self.is_sample)
