"""Making room in a sheet of somebody else's workbook: rows are added to a table, and all that stands below it
or refers to it moves along, as it would in a spreadsheet. Pure but for the sheet that it changes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl.chart.data_source import MultiLevelStrRef, NumRef, StrRef
from openpyxl.descriptors.serialisable import Serialisable
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.formula.translate import Translator as FormulaTranslator
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from registry.vocab.labels import Label

PIVOTS = Label("数据透视表的区域（表格已加长）", "ranges of pivot tables (the table grew)")
UNREAD = Label(
    "读不懂的公式中的引用（表格已加长）", "references in formulas that cannot be read (the table grew)"
)
_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576
_CELL = re.compile(r"(?<![\w.])(\$?[A-Za-z]{1,3}\$?)(\d+)(?![\w.(\[])")
_AREA = re.compile(r"(\$?[A-Za-z]{1,3}\$?)(\d+):(\$?[A-Za-z]{1,3}\$?)(\d+)")
_ROWS = re.compile(r"(\$?)(\d+):(\$?)(\d+)$")
_SHEET = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!(.+)$")


@dataclass(frozen=True, slots=True)
class Growth:
    """A table whose prepared rows are `first` to `last` (1-based, included) and that gets `more` rows."""

    first: int
    last: int
    more: int

    def row(self, row: int) -> int:
        """Where a row stands afterwards."""
        return row + self.more if row > self.last else row

    def span(self, start: int, end: int, *, grows: bool = True) -> tuple[int, int]:
        """Where the rows of a range stand afterwards. One that ends with the prepared rows grows with them,
        unless it belongs to a row of the table itself."""
        return self.row(start), end + self.more if end > self.last - grows else end

    def holds(self, row: int) -> bool:
        """Whether a row is one of the prepared ones."""
        return self.first <= row <= self.last


def shifted_range(text: str, growth: Growth, *, grows: bool = True) -> str:
    """A1 notation without a sheet (`B4`, `$B$4:C9`, `4:9`) after the table has grown; see `Growth.span`.

    A range whose last row is fixed (`B$4:B$9`) is never that of a row alone. Names stay as they are.
    """
    if found := _ROWS.fullmatch(text) or _AREA.fullmatch(text):
        start, end = growth.span(int(found[2]), int(found[4]), grows=grows or found[3].endswith("$"))
        return f"{found[1]}{start}:{found[3]}{end}"
    if "[" in text:  # a structured reference: names of columns may look like cells
        return text
    return _CELL.sub(lambda found: _shifted_cell(found, growth), text)


def _shifted_cell(found: re.Match[str], growth: Growth) -> str:
    column, row = found[1].replace("$", ""), int(found[2])
    is_cell = column_index_from_string(column) <= _LAST_COLUMN and row <= _LAST_ROW
    return f"{found[1]}{growth.row(row)}" if is_cell else found[0]


def shifted_formula(text: str, growth: Growth, sheet: str, own: str, *, grows: bool = True) -> str:
    """A formula of the sheet `own` after the table in `sheet` has grown."""
    tokens = Tokenizer(text)
    for token in tokens.items:
        is_range_of_function = token.type == Token.FUNC and ":" in token.value  # A5:INDEX(…)
        if is_range_of_function or (token.type == Token.OPERAND and token.subtype == Token.RANGE):
            token.value = _shifted_reference(token.value, growth, sheet, own, grows=grows)
    return "=" + "".join(token.value for token in tokens.items)


def _shifted_reference(text: str, growth: Growth, sheet: str, own: str, *, grows: bool) -> str:
    if found := _SHEET.match(text):
        named = (found[1] or found[2]).replace("''", "'")
        if named.casefold() != sheet.casefold():
            return text
        return f"{text[: -len(found[3])]}{shifted_range(found[3], growth, grows=grows)}"
    return shifted_range(text, growth, grows=grows) if own == sheet else text


def formula_of(cell: Any) -> str | None:
    """The formula of a cell, also that of an array; None where there is none."""
    text = cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
    return text if cell.data_type == "f" and isinstance(text, str) else None


def copied_formula(cell: Any, to: str) -> str | ArrayFormula:
    """The formula of a cell as it would stand in the cell `to`."""
    text = FormulaTranslator(formula_of(cell), origin=cell.coordinate).translate_formula(to)
    return ArrayFormula(to, text) if isinstance(cell.value, ArrayFormula) else text


def make_room(sheet: Worksheet, growth: Growth) -> None:
    """Move what stands below the table, and whatever says where it is. Formulas: see `shift_formulas`."""
    if not growth.more:
        return
    moved: dict[tuple[int, int], Any] = {}
    for (row, column), cell in sheet._cells.items():
        cell.row = growth.row(row)
        moved[cell.row, column] = cell
        if getattr(cell, "hyperlink", None) is not None:
            cell.hyperlink.ref = cell.coordinate
        if isinstance(cell.value, ArrayFormula):
            cell.value.ref = shifted_range(cell.value.ref, growth, grows=not growth.holds(row))
    sheet._cells = moved
    for row in sorted((row for row in sheet.row_dimensions if row > growth.last), reverse=True):
        dimension = sheet.row_dimensions.pop(row)
        dimension.index = row + growth.more
        sheet.row_dimensions[row + growth.more] = dimension
    for merged in list(sheet.merged_cells.ranges):
        _move(merged, growth)
    _move_rules(sheet, growth)


def _move(area: CellRange, growth: Growth) -> None:
    if not (growth.holds(area.min_row) and growth.holds(area.max_row)):
        area.min_row, area.max_row = growth.span(area.min_row, area.max_row)


def _moved_areas(areas: MultiCellRange, growth: Growth) -> str:
    """Areas of a rule: one that holds for the last prepared row holds for those that follow."""
    whole = (f"{a.coord}:{a.coord}" if ":" not in a.coord else a.coord for a in areas.ranges)
    return " ".join(shifted_range(area, growth) for area in whole)


def _move_rules(sheet: Worksheet, growth: Growth) -> None:
    """Data validation, conditional formats, print area, filter, tables of the sheet, pictures below."""
    for validation in sheet.data_validations.dataValidation:
        validation.sqref = MultiCellRange(_moved_areas(validation.sqref, growth))
    rules = ConditionalFormattingList()
    for kept in sheet.conditional_formatting:
        for rule in kept.rules:
            rules.add(_moved_areas(kept.sqref, growth), rule)
    sheet.conditional_formatting = rules
    if sheet.print_area:
        areas = sheet.print_area.split(",")
        sheet.print_area = ",".join(shifted_range(_SHEET.sub(r"\3", area), growth) for area in areas)
    if sheet.auto_filter.ref:
        sheet.auto_filter.ref = shifted_range(sheet.auto_filter.ref, growth)
    for table in sheet.tables.values():
        table.ref = shifted_range(table.ref, growth)
        if table.autoFilter is not None:
            table.autoFilter.ref = shifted_range(table.autoFilter.ref, growth)
    for breaks in sheet.row_breaks.brk:
        breaks.id = growth.row(breaks.id)
    for drawn in [*sheet._images, *sheet._charts]:
        for corner in ("_from", "to"):
            at = getattr(drawn.anchor, corner, None)
            if at is not None:
                at.row = growth.row(at.row + 1) - 1


def shift_formulas(book: Any, sheet: Worksheet, growth: Growth) -> set[Label]:
    """Let every formula, rule, link, chart and name of the workbook follow the table; tells what cannot."""
    if not growth.more:
        return set()
    lost = {PIVOTS} if any(page._pivots for page in book.worksheets) else set()
    for page in book.worksheets:
        following = _Following(sheet, growth, page.title, page is sheet, lost)
        following.cells(page)
        following.rules(page)
    everywhere = _Following(sheet, growth, "", False, lost)
    for page in [*book.worksheets, *book.chartsheets]:
        for chart in page._charts:
            for reference in _chart_references(chart._charts):
                reference.f = everywhere.said(reference.f)
    own = (name for page in book.worksheets for name in page.defined_names.values())
    for name in [*book.defined_names.values(), *own]:
        if name.attr_text and "!" in name.attr_text:
            name.attr_text = everywhere.said(name.attr_text)
    return lost


@dataclass(frozen=True, slots=True)
class _Following:
    """What is said on the page `own` (of no page: "") while the table in `sheet` grows.

    lost: is told of what cannot be read.
    """

    sheet: Worksheet
    growth: Growth
    own: str
    is_here: bool
    lost: set[Label]

    def cells(self, page: Worksheet) -> None:
        """Formulas and links."""
        for row in page.iter_rows():
            for cell in row:
                text = formula_of(cell)
                if text is not None and isinstance(cell.value, ArrayFormula):
                    cell.value.text = self.formula(text, cell.row)
                elif text is not None:
                    cell.value = self.formula(text, cell.row)
                link = getattr(cell, "hyperlink", None)
                if link is not None and link.location:
                    link.location = self.said(link.location)

    def rules(self, page: Worksheet) -> None:
        """Data validation and conditional formats, said as for the first of their cells."""
        for validation in page.data_validations.dataValidation:
            row = _first_row(validation.sqref)
            validation.formula1 = self.said(validation.formula1, row)
            validation.formula2 = self.said(validation.formula2, row)
        for kept in page.conditional_formatting:
            row = _first_row(kept.sqref)
            for rule in kept.rules:
                rule.formula = [self.said(text, row) for text in rule.formula]
                for scale in (rule.colorScale, rule.dataBar, rule.iconSet):
                    for bound in scale.cfvo if scale is not None else ():
                        if isinstance(bound.val, str):
                            bound.val = self.said(bound.val, row)

    def formula(self, text: str, row: int) -> str:
        """A formula that stands in a row, or is said for it."""
        is_inside = self.is_here and self.growth.holds(row)
        try:
            return shifted_formula(text, self.growth, self.sheet.title, self.own, grows=not is_inside)
        except (TokenizerError, IndexError):
            self.lost.add(UNREAD)
            return text

    def said(self, text: str | None, row: int = 0) -> Any:
        """The same without its equals sign; nothing stays nothing."""
        return self.formula(f"={text}", row).removeprefix("=") if text else text


def _first_row(areas: MultiCellRange) -> int:
    return min((area.min_row for area in areas.ranges), default=0)


def _chart_references(part: Any) -> Iterator[Any]:
    """Where a chart takes its numbers and words from."""
    if isinstance(part, NumRef | StrRef | MultiLevelStrRef):
        if part.f:
            yield part
    elif isinstance(part, Serialisable):
        yield from _chart_references([value for name, value in vars(part).items() if name[0] != "_"])
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _chart_references(each)
