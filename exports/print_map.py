"""Maps on paper: vector PDF true to scale in the local grid, on one page or as a series of sheets.

Everything drawn is registered, save a basemap that an office gives itself. Where the public sees a cell in
place of a position, the cell is drawn and no point.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.kit import MM, SEAL, Pen, translucent
from exports.map_marks import GRADE, legend_order, said_kinds
from exports.map_zones import MapZone
from exports.print_map_content import Content, MapShape, PrintedTree, Survey, gather, survey
from exports.print_map_ground import Box, Grid, Ground
from exports.print_map_layers import Drawing, Inside, draw_frame, draw_inside, mark_size
from exports.print_map_panel import PanelText, draw_panel
from exports.print_map_paper import Paper, lay_paper, round_scale
from exports.print_map_sheets import (
    AUTO_SHEETS,
    SHEET_LIMIT,
    Sheet,
    SheetGrid,
    grid_over,
    sheets_with,
)
from exports.print_map_symbols import define_marks
from exports.print_map_words import count_words, note_words, panel_text, sheet_words
from registry.export_errors import MapScaleError, PictureTooLargeError, TooManySheetsError
from registry.records import RegisterFacts
from registry.vocab.language import Translator, translator

MEGAPIXELS = 200
_PAD_MM = 7.0
"""Between what is drawn and the frame, on A4."""
_LEAST_SPAN_M = 60.0


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """How a map is printed. page_mm: width and height; scale: after "1:", or None to fit; colour_by: grade,
    vigour or age; has_numbers: whether trees bear their numbers."""

    page_mm: tuple[float, float] = (210.0, 297.0)
    scale: int | None = None
    colour_by: str = GRADE
    is_series: bool = False
    has_numbers: bool = True


class Printed(NamedTuple):
    """What was printed: pages and sheets (0 where the map is one page), the scale, trees by what became of
    them, and numbers for which there was no room."""

    pages: int
    sheets: int
    scale: int
    trees: int
    placed: int
    generalised: int
    unlabelled: int


def write_print_map(
    trees: Iterable[PrintedTree],
    out: BinaryIO,
    *,
    language: str,
    facts: RegisterFacts,
    grid_for: Callable[[float, float], Grid],
    options: PrintOptions,
    zones: Iterable[MapZone] = (),
    areas: Iterable[MapShape] = (),
    areas_left_off: int = 0,
    divisions: Callable[[Box], Sequence[MapShape]] | None = None,
    basemap: Sequence[MapShape] = (),
    extra_fonts: Sequence[Path] = (),
) -> Printed:
    """Write the map as PDF; same content, same bytes.

    grid_for: the projected grid for a longitude and latitude. zones, areas: read after the trees;
    areas_left_off: how many more have no place to show, which the map tells. divisions: those that meet a
    box in degrees.
    Raises MapEmptyError, PrintMapFullError, MapTooWideError, MapScaleError, TooManySheetsError,
    GlyphMissingError.
    """
    t = translator(language)
    content = gather(
        trees, t, colour_by=options.colour_by, zones=zones, areas=areas, areas_left_off=areas_left_off,
        divisions=divisions, basemap=basemap,
    )  # fmt: skip
    book = _Book(content, survey(content, grid_for, t), options, facts, t)
    book.plan()
    fonts = prepare_fonts(sorted(set(book.texts())), extra_fonts=extra_fonts)
    return book.write(out, fonts)


def write_print_picture(pdf: bytes, out: BinaryIO, *, dpi: int) -> tuple[int, int]:
    """Write the only page of `pdf` as PNG; returns its width and height in pixels."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=dpi / 72).to_pil()
    picture.save(out, "PNG", dpi=(dpi, dpi), optimize=False)
    return int(picture.width), int(picture.height)


def check_picture(page_mm: tuple[float, float], dpi: int) -> None:
    """Raises PictureTooLargeError for more than `MEGAPIXELS`."""
    inches = page_mm[0] / 25.4 * page_mm[1] / 25.4
    megapixels = inches * dpi * dpi / 1e6
    if megapixels > MEGAPIXELS:
        fitting = int((MEGAPIXELS * 1e6 / inches) ** 0.5)
        raise PictureTooLargeError(dpi=dpi, megapixels=round(megapixels), limit=MEGAPIXELS, fitting=fitting)


class _Book:
    """One map: planned first, then drawn page by page."""

    def __init__(
        self, content: Content, found: Survey, options: PrintOptions, facts: RegisterFacts, t: Translator
    ) -> None:
        self.content, self.survey, self.options, self.facts, self.t = content, found, options, facts, t
        self.paper: Paper = lay_paper(*options.page_mm)
        self.order = tuple(sorted(content.kinds, key=legend_order))
        self.kinds = said_kinds(list(self.order), content.kinds, t)
        self.scale = 0
        self.sheets: list[Sheet] = []
        self.grid: SheetGrid | None = None

    def plan(self) -> None:
        """Settle the scale and the sheets. Raises MapScaleError, TooManySheetsError."""
        fitting = self._fitting()
        if not self.options.is_series:
            self.scale = self.options.scale or fitting
            if self.scale < fitting and not self._fits(self.scale):
                self._refuse(fitting)
            return
        self.scale = self.options.scale or self._scale_of_series(fitting)
        grid, sheets = self._series(self.scale)
        if sheets is None:
            raise TooManySheetsError(scale=self.t.number(self.scale, 0), limit=SHEET_LIMIT)
        self.grid, self.sheets = grid, sheets

    def texts(self) -> Iterable[str]:
        """Every text that may be drawn."""
        text = self._panel(self._overview(), Inside(), None)
        yield from (text.title, *text.lines, text.legend, *text.notes, *text.sources, text.sources_title)
        yield from (text.true_north, text.sample or "")
        for left_out in (1, 2, len(self.content.spots) - self.content.generalised):
            yield from note_words(self.content, left_out, self.t)
            yield from note_words(self.content, left_out, self.t, is_sheet=True)
        yield from (count_words(self.content, Inside(count), self.t, is_sheet=True) for count in (0, 1, 2))
        yield from (sheet_words(self.t, number, 2) for number in (0, 1))
        for kind in self.kinds:
            yield kind["label"] + kind["seal"]
        yield from (words for _look, words in text.looks)
        yield from (shape.name for shape in self.content.shapes)
        yield from (spot.number for spot in self.content.spots)

    def write(self, out: BinaryIO, fonts: Fonts) -> Printed:
        """Draw all pages."""
        canvas = new_canvas(
            out,
            pagesize=(self.paper.width, self.paper.height),
            title=self._panel(self._overview(), Inside(), None).title,
            author=self.facts.register_name,
            lang=self.t.html_lang,
            made_at=self.facts.made_at,
        )
        pen = Pen(canvas, fonts)
        placed = len(self.content.spots)
        share = max(len(self.sheets), 1)
        size = mark_size(self.paper.map, -(-placed // share), self.paper.factor)
        define_marks(pen, self.kinds, size)
        left_out = 0
        if self.grid is None:
            left_out = self._page(pen, self._overview(), size, None)
        else:
            self._index(pen, mark_size(self.paper.map, placed, self.paper.factor) * 0.8)
            for sheet in self.sheets:
                ground = Ground(self.survey.grid, self.paper.map, sheet.middle, self.scale)
                left_out += self._page(pen, ground, size, sheet)
        canvas.save()
        pages = len(self.sheets) + (self.grid is not None) or 1
        content = self.content
        return Printed(
            pages, len(self.sheets), self.scale, content.total, placed, content.generalised, left_out
        )

    def _page(self, pen: Pen, ground: Ground, size: float, sheet: Sheet | None) -> int:
        inside = draw_inside(self._drawing(pen, ground, size, has_numbers=self.options.has_numbers))
        draw_frame(pen, ground, self.paper.factor, is_sheet=sheet is not None)
        if sheet:
            self._neighbours(pen, sheet)
            pen.canvas.bookmarkPage(f"sheet-{sheet.number}")
            label = sheet_words(self.t, sheet.number, len(self.sheets))
            pen.canvas.addOutlineEntry(label, f"sheet-{sheet.number}", level=0)
        draw_panel(pen, self.paper, ground, self._panel(ground, inside, sheet))
        pen.canvas.showPage()
        return inside.unlabelled

    def _index(self, pen: Pen, size: float) -> None:
        """The overview with the sheets drawn on it, each a link to its page."""
        assert self.grid is not None  # noqa: S101 - a series has one
        ground = self._overview()
        draw_inside(self._drawing(pen, ground, size, has_numbers=False))
        for sheet in self.sheets:
            west, south, east, north = self.grid.box(sheet)
            (left, low), (right, top) = ground.place([[west, south], [east, north]])
            pen.box(left, low, right - left, top - low, stroke=SEAL, line=0.7 * self.paper.factor)
            high = min((top - low) * 0.5, (right - left) * 0.3, 16 * self.paper.factor)
            middle = (left + right) / 2, (low + top) / 2 - high * 0.36
            pen.bold(*middle, str(sheet.number), high, colour=translucent(SEAL, 0.85), align="center")
            pen.canvas.linkAbsolute("", f"sheet-{sheet.number}", (left, low, right, top))
        draw_frame(pen, ground, self.paper.factor)
        label = sheet_words(self.t, 0, len(self.sheets))
        pen.canvas.bookmarkPage("index")
        pen.canvas.addOutlineEntry(label, "index", level=0)
        draw_panel(pen, self.paper, ground, self._panel(ground, Inside(), None))
        pen.canvas.showPage()

    def _neighbours(self, pen: Pen, sheet: Sheet) -> None:
        """The numbers of the sheets that follow at the four edges."""
        frame, factor = self.paper.map, self.paper.factor
        size = 6.2 * factor
        across, up = frame.x + frame.width / 2, frame.y + frame.height / 2
        places = {
            "n": (across, frame.top + 2.2 * factor, "↑", 0),
            "s": (across, frame.y - 6.4 * factor, "↓", 0),
            "e": (frame.right + 6.4 * factor, up, "↓", 90),
            "w": (frame.x - 2.2 * factor, up, "↑", 90),
        }
        for side, (x, y, arrow, turn) in places.items():
            if side not in sheet.around:
                continue
            words = f"{arrow} {sheet.around[side]}"
            half = pen.fonts.width(words, "sans", size) / 2
            with pen.state() as canvas:
                canvas.translate(x, y)
                canvas.rotate(turn)
                pen.text(0, 0, words, size, colour=SEAL, align="center")
            box = (x - size, y - half, x + 1, y + half) if turn else (x - half, y - 1, x + half, y + size)
            pen.canvas.linkAbsolute("", f"sheet-{sheet.around[side]}", box)

    def _drawing(self, pen: Pen, ground: Ground, size: float, *, has_numbers: bool) -> Drawing:
        return Drawing(
            pen, ground, self.content, self.survey, self.order, self.paper.factor, size, has_numbers
        )

    def _panel(self, ground: Ground, inside: Inside, sheet: Sheet | None) -> PanelText:
        return panel_text(
            self.content, self.kinds, self.facts, ground, self.t,
            inside=inside, sheet=sheet, sheets=len(self.sheets), is_series=self.grid is not None,
        )  # fmt: skip

    def _overview(self) -> Ground:
        """All of it on one page, at the scale of the map or, for the index of a series, one that fits."""
        west, south, east, north = self._box()
        middle = (west + east) / 2, (south + north) / 2
        scale = self._fitting() if self.grid is not None or not self.scale else self.scale
        return Ground(self.survey.grid, self.paper.map, middle, scale)

    def _box(self) -> tuple[float, float, float, float]:
        """What must be on the map; never less than `_LEAST_SPAN_M`."""
        west, south, east, north = self.grid_box() if self.grid else self.survey.box
        wide = max(_LEAST_SPAN_M - (east - west), 0) / 2
        high = max(_LEAST_SPAN_M - (north - south), 0) / 2
        return west - wide, south - high, east + wide, north + high

    def grid_box(self) -> tuple[float, float, float, float]:
        """What the sheets show together, in metres."""
        assert self.grid is not None  # noqa: S101 - asked for a series alone
        boxes = [self.grid.box(sheet) for sheet in self.sheets]
        west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
        return west, south, max(b[2] for b in boxes), max(b[3] for b in boxes)

    def _room_m(self, scale: int) -> tuple[float, float]:
        """Metres that fit into the frame within its free margin, at a scale."""
        pad = 2 * _PAD_MM * MM * self.paper.factor
        metres = scale / 1000 / MM
        return (self.paper.map.width - pad) * metres, (self.paper.map.height - pad) * metres

    def _fits(self, scale: int) -> bool:
        west, south, east, north = self._box()
        wide, high = self._room_m(scale)
        pad = 2 * _PAD_MM / 1000 * self.paper.factor * scale * 0.75  # asked for: may come near the frame
        return east - west <= wide + pad and north - south <= high + pad

    def _fitting(self) -> int:
        west, south, east, north = self._box()
        wide, high = self._room_m(1)
        return round_scale(max((east - west) / wide, (north - south) / high))

    def _series(self, scale: int, most: int = SHEET_LIMIT) -> tuple[SheetGrid, list[Sheet] | None]:
        metres = scale / 1000 / MM
        grid = grid_over(self.survey.box, self.paper.map.width * metres, self.paper.map.height * metres)
        exact = [at for at, spot in enumerate(self.content.spots) if not spot.side]
        boxes = {_bounds(corners) for corners in self.survey.cells.values()}
        boxes |= {
            _bounds(np.array(shape.bounds).reshape(2, 2))
            for each, shape in self.survey.shapes
            if each.look.startswith("area") and not shape.is_empty
        }
        return grid, sheets_with(grid, self.survey.spots[exact], sorted(boxes), most)

    def _scale_of_series(self, fitting: int) -> int:
        """The largest round scale at which the series has at most `AUTO_SHEETS` sheets."""
        scale = max(fitting // 16, 1)
        while True:
            scale = round_scale(scale)
            if scale >= fitting or self._series(scale, AUTO_SHEETS)[1] is not None:
                return scale
            scale += 1

    def _refuse(self, fitting: int) -> None:
        west, south, east, north = self._box()
        mm = 1000 / self.scale
        scale = self.t.number(self.scale, 0)
        _grid, sheets = self._series(self.scale)
        if sheets is None:
            raise TooManySheetsError(scale=scale, limit=SHEET_LIMIT)
        raise MapScaleError(
            scale=scale,
            width=self.t.number((east - west) * mm, 0),
            height=self.t.number((north - south) * mm, 0),
            page_width=self.t.number(self.paper.map.width / MM, 0),
            page_height=self.t.number(self.paper.map.height / MM, 0),
            sheets=self.t.number(len(sheets), 0),
            fitting=f"1:{fitting}",
        )


def _bounds(corners: Any) -> Box:
    (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return west, south, east, north
