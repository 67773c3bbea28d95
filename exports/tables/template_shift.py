"""Making room in a sheet of somebody else's workbook: rows are added to a table, and all that stands below it
or refers to it moves along, as it would in a spreadsheet. Pure but for the sheet that it changes.
"""

import re
from dataclasses import dataclass
from typing import Any

from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

_CELL = re.compile(r"(\$?[A-Za-z]{1,3}\$?)(\d+)")
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
    """A1 notation without a sheet (`B4`, `$B$4:C9`, `4:9`) after the table has grown; see `Growth.span`."""
    if rows := _ROWS.match(text):
        start, end = growth.span(int(rows[2]), int(rows[4]), grows=grows)
        return f"{rows[1]}{start}:{rows[3]}{end}"
    corners = _CELL.findall(text)
    if len(corners) == 2:
        start, end = growth.span(int(corners[0][1]), int(corners[1][1]), grows=grows)
        return f"{corners[0][0]}{start}:{corners[1][0]}{end}"
    return _CELL.sub(lambda found: f"{found[1]}{growth.row(int(found[2]))}", text)


def shifted_formula(text: str, growth: Growth, sheet: str, own: str, *, grows: bool = True) -> str:
    """A formula of the sheet `own` after the table in `sheet` has grown."""
    tokens = Tokenizer(text)
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            token.value = _shifted_reference(token.value, growth, sheet, own, grows=grows)
    return "=" + "".join(token.value for token in tokens.items)


def _shifted_reference(text: str, growth: Growth, sheet: str, own: str, *, grows: bool) -> str:
    if found := _SHEET.match(text):
        named = (found[1] or found[2]).replace("''", "'")
        if named != sheet:
            return text
        return f"{text[: -len(found[3])]}{shifted_range(found[3], growth, grows=grows)}"
    return shifted_range(text, growth, grows=grows) if own == sheet else text


def make_room(sheet: Worksheet, growth: Growth) -> None:
    """Move what stands below the table, and whatever says where it is. Formulas: see `shift_formulas`."""
    if not growth.more:
        return
    moved: dict[tuple[int, int], Any] = {}
    for (row, column), cell in sheet._cells.items():
        cell.row = growth.row(row)
        moved[cell.row, column] = cell
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


def shift_formulas(book: Any, sheet: Worksheet, growth: Growth) -> None:
    """Let every formula and name of the workbook follow the table."""
    if not growth.more:
        return
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    is_inside = page is sheet and growth.holds(cell.row)
                    cell.value = shifted_formula(
                        cell.value, growth, sheet.title, page.title, grows=not is_inside
                    )
    own = (name for page in book.worksheets for name in page.defined_names.values())
    for name in [*book.defined_names.values(), *own]:
        if name.attr_text and "!" in name.attr_text:
            said = shifted_formula("=" + name.attr_text, growth, sheet.title, "")
            name.attr_text = said.removeprefix("=")
