"""Sheets of plates: vectors all through, to print at 100 % and to cut along the marks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.kit import INK, MM, SOFT, Pen
from exports.plates.layout import Cast, PlateSetter, least_module_mm, plate_texts
from exports.plates.pdf import Press
from exports.plates.words import never_nail
from exports.qr import BATCH, encode_batch
from registry.errors import GlyphMissingError, Phrase, SettingInvalidError, TagGlyphMissingError
from registry.export_errors import PlateGridError
from registry.plate_records import PlateTemplate
from registry.records import RegisterFacts, TagContent
from registry.vocab.language import Translator

PAGES_MM = {
    "a4": (210.0, 297.0),
    "a4-landscape": (297.0, 210.0),
    "a3": (297.0, 420.0),
    "a3-landscape": (420.0, 297.0),
}
"""Pages by name: width and height."""
LEAST_MARGIN_MM = 8.0
"""Room at every edge for cut marks and footer."""
FOOTER_MM = 5.0
MARK_AWAY_MM, MARK_MM = 0.6, 2.2
MARKS_FORM = "marks"
NAMED_TREES = 20
FULLEST = 400
"""Most plates on one sheet."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where plates lie on a sheet, in millimetres. Places count from 1 along the rows, from the upper left.

    gap_mm: gutters between columns and between rows. margin_mm: at the left and at the top; None puts the
    plates in the middle. has_marks: cut marks and a footer; without them a sheet of ready-cut labels is
    printed to its edges. start_at: the first place to use, where earlier ones are used up. copies: of each
    plate, side by side. Raises PlateGridError, SettingInvalidError.
    """

    page_mm: tuple[float, float] = PAGES_MM["a4"]
    plate_mm: tuple[float, float] = (90.0, 60.0)
    columns: int = 2
    rows: int = 4
    gap_mm: tuple[float, float] = (6.0, 6.0)
    margin_mm: tuple[float, float] | None = None
    has_marks: bool = True
    start_at: int = 1
    copies: int = 1

    def __post_init__(self) -> None:
        if min(self.columns, self.rows, *self.plate_mm, *self.page_mm) <= 0 or self.places > FULLEST:
            raise self._refuse(Phrase("a sheet has 1 to {most} plates", most=FULLEST))
        if min(self.gap_mm) < 0:
            raise self._refuse(Phrase("gutters are 0 mm or more"))
        if min(self.edges_mm) < (LEAST_MARGIN_MM if self.has_marks else -1e-6):
            reason = Phrase("at least {least} mm must be left at every edge", least=f"{self.least_mm:g}")
            raise self._refuse(reason)
        if not 1 <= self.start_at <= self.places:
            told = Phrase("a sheet has the places 1 to {last}", last=self.places)
            raise SettingInvalidError(name="start_at", value=self.start_at, reason=told)
        if not 1 <= self.copies <= 1000:
            told = Phrase("it must be a number from {low} to {high}", low=1, high=1000)
            raise SettingInvalidError(name="copies", value=self.copies, reason=told)

    @classmethod
    def fullest(
        cls,
        page_mm: tuple[float, float],
        plate_mm: tuple[float, float],
        *,
        gap_mm: tuple[float, float] = (6.0, 6.0),
        has_marks: bool = True,
        start_at: int = 1,
        copies: int = 1,
    ) -> "SheetLayout":
        """As many plates of a size as a page has room for. Raises PlateGridError where not one fits."""
        least = LEAST_MARGIN_MM if has_marks else 0.0
        fits = [
            max(1, int((page - 2 * least + gap + 1e-6) // (side + gap))) if side > 0 else 1
            for page, side, gap in zip(page_mm, plate_mm, gap_mm, strict=True)
        ]
        return cls(
            page_mm, plate_mm, fits[0], fits[1], gap_mm, None, has_marks, start_at, copies
        )  # fmt: skip

    @property
    def least_mm(self) -> float:
        """What must be left free at every edge."""
        return LEAST_MARGIN_MM if self.has_marks else 0.0

    @property
    def places(self) -> int:
        """Plates on a full sheet."""
        return self.columns * self.rows

    @property
    def edges_mm(self) -> tuple[float, float, float, float]:
        """What is free at the left, the foot, the right and the top."""
        wide = self.columns * self.plate_mm[0] + (self.columns - 1) * self.gap_mm[0]
        high = self.rows * self.plate_mm[1] + (self.rows - 1) * self.gap_mm[1]
        spare = self.page_mm[0] - wide, self.page_mm[1] - high
        left, top = self.margin_mm or (spare[0] / 2, spare[1] / 2)
        return left, spare[1] - top, spare[0] - left, top

    def corner_mm(self, place: int) -> tuple[float, float]:
        """The lower left corner of a place (from 1), from the lower left corner of the page."""
        row, column = divmod(place - 1, self.columns)
        left, foot, _, _ = self.edges_mm
        x = left + column * (self.plate_mm[0] + self.gap_mm[0])
        return x, foot + (self.rows - 1 - row) * (self.plate_mm[1] + self.gap_mm[1])

    def _refuse(self, reason: Phrase) -> PlateGridError:
        wide, high = self.plate_mm
        return PlateGridError(
            columns=self.columns,
            rows=self.rows,
            plate=f"{wide:g} × {high:g}",
            page=f"{self.page_mm[0]:g} × {self.page_mm[1]:g}",
            reason=reason,
        )


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What was written. `next_place` is where the next run may start on the last sheet; 1 means a new one.

    least_module_mm: the finest QR module; finest_mm: the finest stroke of lettering; None where there are no
    plates. left_out: number of the tree and name of the field that had no room and that the template lets go.
    """

    tags: int
    sheets: int
    next_place: int
    least_module_mm: float | None
    finest_mm: float | None = None
    left_out: tuple[tuple[str, str], ...] = ()


def write_plate_sheets(
    contents: Iterable[TagContent],
    out: BinaryIO,
    *,
    facts: RegisterFacts,
    language: Translator,
    template: PlateTemplate,
    sheet: SheetLayout | None = None,
    sample: bool = False,
    fonts: Fonts | None = None,
    extra_fonts: Sequence[Path] = (),
) -> SheetReport:
    """Write plates as a PDF, to be printed at 100 %; same content, same bytes.

    sheet: by default as many plates of the template's usual size as A4 holds. sample: says 样张 SAMPLE on
    every plate; a demonstration register always does. fonts: already prepared with every text; if None
    they are prepared here, with `extra_fonts`. Nothing is written before every plate is drawn. Raises
    PlateGridError, TagGlyphMissingError, TagTextTooLongError, TagAddressTooLongError; GlyphMissingError for
    the register's own name.
    """
    sheet = sheet or SheetLayout.fullest(PAGES_MM["a4"], template.size_mm)
    tags = list(contents)
    least = None
    if template.qr_share:
        least = least_module_mm(tags, template, sheet.plate_mm)
    if fonts is None:
        fonts = prepared_fonts(tags, template, language, facts, extra_fonts)
    canvas = new_canvas(
        out,
        pagesize=(sheet.page_mm[0] * MM, sheet.page_mm[1] * MM),
        title=language.gettext("Tree tags: {register}", register=facts.register_name),
        author=facts.register_name,
        lang=language.html_lang,
        made_at=facts.made_at,
    )
    canvas.effort = 3  # most of a sheet is QR codes: harder work takes long and saves little
    is_sample = sample or facts.is_demonstration
    run = _Run(Pen(canvas, fonts), sheet, facts, language, template, is_sample=is_sample)
    run.draw(tags)
    canvas.save()
    next_place = (sheet.start_at - 1 + len(tags) * sheet.copies) % sheet.places + 1
    return SheetReport(
        len(tags) * sheet.copies, run.count, next_place, least, run.finest, tuple(run.left_out)
    )


def prepared_fonts(
    tags: Sequence[TagContent],
    template: PlateTemplate,
    language: Translator,
    facts: RegisterFacts | None = None,
    extra_fonts: Sequence[Path] = (),
) -> Fonts:
    """Fonts with every text of the plates; a character that none has is told with the trees that need it.

    Raises TagGlyphMissingError; GlyphMissingError for the register's own name; FontError.
    """
    try:
        return prepare_fonts(_texts(tags, template, language, facts), extra_fonts=extra_fonts)
    except GlyphMissingError as error:
        missing = {chr(code) for code in cast(tuple[int, ...], error.facts["codes"])}
        numbers = [
            tag.tree_no
            for tag in tags
            if not missing.isdisjoint("".join(plate_texts(tag, template, language)))
        ]
        if not numbers:
            raise
        named = ", ".join(numbers[:NAMED_TREES] + ["…"] * (len(numbers) > NAMED_TREES))
        raise TagGlyphMissingError(characters=error.facts["characters"], tree_no=named) from error


def _texts(
    tags: Iterable[TagContent], template: PlateTemplate, language: Translator, facts: RegisterFacts | None
) -> Iterator[str]:
    if facts is not None:
        yield from (facts.register_name, *_footer(facts, language, 1, 1), never_nail(language))
    for tag in tags:
        yield from plate_texts(tag, template, language)


def _footer(facts: RegisterFacts, language: Translator, number: int, count: int) -> tuple[str, str]:
    """How to cut, and which sheet this is."""
    _ = language.gettext
    made = language.day(facts.made_on)
    return (
        _("Print at 100 % and cut along the marks."),
        _("Sheet {number} of {count} · {day}", number=number, count=count, day=made),
    )


class _Run:
    """Draws plates sheet by sheet on one canvas."""

    def __init__(
        self,
        pen: Pen,
        sheet: SheetLayout,
        facts: RegisterFacts,
        language: Translator,
        template: PlateTemplate,
        *,
        is_sample: bool,
    ) -> None:
        self.pen, self.sheet, self.facts, self.language = pen, sheet, facts, language
        self.template = template
        self.press = Press(pen.canvas, pen.fonts)
        self.setter = PlateSetter(template, sheet.plate_mm, language, pen.fonts, is_sample=is_sample)
        self.is_engraved = template.look == "engraved"
        self.count = 1
        self.finest: float | None = None
        self.left_out: list[tuple[str, str]] = []

    def draw(self, tags: Sequence[TagContent]) -> None:
        """Draw all the sheets; an empty selection is one empty sheet."""
        sheet = self.sheet
        self.count = max(1, -(-(sheet.start_at - 1 + len(tags) * sheet.copies) // sheet.places))
        corners = [sheet.corner_mm(place) for place in range(1, sheet.places + 1)]
        place, number = sheet.start_at, 1
        self._begin(number)
        for start in range(0, len(tags), BATCH):
            casts = self._casts(tags[start : start + BATCH])
            symbols = self.press.symbols([each.symbol for each in casts], is_engraved=self.is_engraved)
            for each, symbol in zip(casts, symbols, strict=True):
                plate = self.press.cast(each)
                for _copy in range(sheet.copies):
                    if place > sheet.places:
                        self.pen.canvas.showPage()
                        place, number = 1, number + 1
                        self._begin(number)
                    self.press.draw(*corners[place - 1], plate, symbol)
                    place += 1
        self.pen.canvas.showPage()

    def _casts(self, tags: Sequence[TagContent]) -> list[Cast]:
        has_code = bool(self.template.qr_share)
        symbols = encode_batch([tag.address for tag in tags]) if has_code else [None] * len(tags)
        casts = []
        for tag, symbol in zip(tags, symbols, strict=True):
            made = self.setter.cast(tag, symbol)
            casts.append(made)
            self.finest = min(self.finest or made.mould.finest_mm, made.mould.finest_mm)
            self.left_out.extend((tag.tree_no, field) for field in made.mould.left_out)
        return casts

    def _begin(self, number: int) -> None:
        """What stands on every sheet beside its plates: marks, the register, how to cut and how to hang."""
        sheet, canvas = self.sheet, self.pen.canvas
        if not sheet.has_marks:
            return
        if number == 1:
            canvas.beginForm(MARKS_FORM)
            for place in range(1, sheet.places + 1):
                self._cut_marks(*sheet.corner_mm(place))
            self._footer()
            canvas.endForm()
        canvas.doForm(MARKS_FORM)
        left, _, right, _ = sheet.edges_mm
        left, right = left * MM, (sheet.page_mm[0] - right) * MM
        _, which = _footer(self.facts, self.language, number, self.count)
        third = (right - left) * 0.34
        self.pen.fitted(right, FOOTER_MM * MM, which, 7.5, third * 0.9, colour=SOFT, align="right", least=3)

    def _footer(self) -> None:
        """What the foot of every sheet says alike."""
        left, foot, right, _ = self.sheet.edges_mm
        left, right = left * MM, (self.sheet.page_mm[0] - right) * MM
        hint, _ = _footer(self.facts, self.language, 1, self.count)
        y, middle, third = FOOTER_MM * MM, (left + right) / 2, (right - left) * 0.34
        hang = never_nail(self.language)
        if foot >= 14:
            self.pen.fitted(middle, y + 4 * MM, hang, 6.5, right - left, colour=SOFT, align="center", least=3)
        else:
            hint = f"{hint} {hang}"
        self.pen.fitted(left, y, self.facts.register_name, 7.5, third * 0.9, colour=SOFT, least=3)
        self.pen.fitted(middle, y, hint, 6.5, third * 1.05, colour=SOFT, align="center", least=2.5)

    def _cut_marks(self, x_mm: float, y_mm: float) -> None:
        canvas = self.pen.canvas
        x, y = x_mm * MM, y_mm * MM
        width, height = (side * MM for side in self.sheet.plate_mm)
        away, long = MARK_AWAY_MM * MM, MARK_MM * MM
        canvas.setLineWidth(0.3)
        canvas.setStrokeColor(INK)
        for corner_x, out_x in ((x, -1), (x + width, 1)):
            for corner_y, out_y in ((y, -1), (y + height, 1)):
                canvas.lines(
                    [
                        (corner_x + out_x * away, corner_y, corner_x + out_x * (away + long), corner_y),
                        (corner_x, corner_y + out_y * away, corner_x, corner_y + out_y * (away + long)),
                    ]
                )
