"""Tables as CSV (RFC 4180, UTF-8): one row of headings, no title, no notes; a cell is never a formula."""

from datetime import date
from typing import Any, BinaryIO

from exports.csv_cells import BYTE_ORDER_MARK, csv_line
from exports.workbook import Column, Formula, Sheet

_SHARE_DIGITS = 6


def write_csv(sheet: Sheet, out: BinaryIO, *, with_bom: bool = False) -> int:
    """Write the rows of a sheet, and its totals, one after the other. Gives how many rows there are.

    with_bom: begin with the mark by which older spreadsheets know UTF-8.
    """
    if with_bom:
        out.write(BYTE_ORDER_MARK.encode())
    out.write(csv_line([_heading(column) for column in sheet.columns]))
    count = 0
    for row in sheet.rows:
        count += 1
        out.write(csv_line(map(_plain, row)))
    if sheet.total is not None:
        out.write(csv_line(map(_plain, sheet.total)))
    return count


def _heading(column: Column) -> str:
    name = f"{column.group} · {column.title}" if column.group else column.title
    return f"{name} ({column.unit})" if column.unit else name


def _plain(value: Any) -> Any:
    """A cell as text or number: days as ISO, a formula as what it comes to."""
    if isinstance(value, Formula):
        value = value.value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else round(value, _SHARE_DIGITS)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value
