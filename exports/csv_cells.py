"""Cells and lines of CSV (RFC 4180) in UTF-8; a cell is never a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
"""Stands before all else, so that older spreadsheets read Chinese."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_line(cells: Iterable[Any]) -> bytes:
    """One line. A text that a spreadsheet would run as a formula is marked as text; None is an empty cell."""
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "replace")


def harmless(value: Any) -> Any:
    """`value` for a cell: a text that a spreadsheet would run as a formula is marked as text by `'`."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def unmarked(text: str) -> str:
    """A text of a cell without the mark that `harmless` gave it."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
