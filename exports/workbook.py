"""Workbooks (XLSX) in the house style: sheets of plain rows, printed well on A4. No text becomes a formula;
sums that are to stay sums are given as `Formula`.

Rows are written as they come, so that a register of a million trees fits in little memory; the same content
gives the same bytes.
"""

import math
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, BinaryIO, Literal

import xlsxwriter

from registry.vocab.language import Translator, translator

Kind = Literal["text", "integer", "decimal", "percent", "date", "money"]

FONT = "微软雅黑"
GREEN, INK, SOFT, LINE, PALE, CREAM = "#2F6B4A", "#1D2B22", "#5D6A61", "#D9D1BD", "#F6F3EA", "#FFFDF8"
MADE_HERE = "gushu"
"""The keyword by which `registry.outputs` knows a workbook that may be written anew."""
LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767
GREATEST_EXACT = 10**15
"""A spreadsheet keeps fifteen digits: longer numbers are written as text."""
FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets disagree about days before this one: they are written as text."""
_UNDATED = datetime(1980, 1, 1, tzinfo=UTC)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in characters (a Chinese character counts two); `unit` stands beside the title.

    kind: "text" stays text whatever it looks like (a tree number is never 1.4E+10); "integer", "decimal" (up
    to `decimals` digits), "percent" (a share: 0.5 is shown as 50.0%), "money" (two decimals) and "date" are
    numbers to the reader.
    """

    title: str
    width: float = 12
    kind: Kind = "text"
    unit: str = ""
    decimals: int = 3


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that a spreadsheet computes: `text` without "=", in which {first} and {last} stand for the rows
    of the sheet and {row} for its own; `value` is what it comes to now. Never made of what people typed."""

    text: str
    value: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title, a header row, rows in the order of `columns`, a row of totals, notes below."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Any]]
    notes: tuple[str, ...] = ()
    total: Sequence[Any] | None = None


def write_workbook(
    sheets: Iterable[Sheet],
    out: BinaryIO,
    *,
    title: str,
    made_by: Sequence[str] = (),
    language: Translator | None = None,
    made_at: datetime | None = None,
) -> None:
    """Write `sheets` as XLSX. `made_by`: who made it, out of what and when, told below each title.

    made_at: written into the file's properties; without it nothing in the file tells a time. A sheet that is
    longer than a spreadsheet can hold goes on in a further one. Raises ValueError where there is no sheet.
    """
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(
            out,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties(
            {
                "title": title,
                "keywords": MADE_HERE,
                "comments": "\n".join(made_by),
                "created": (made_at or _UNDATED).astimezone(UTC).replace(tzinfo=None),
            }
        )
        writer = _Writer(book, tuple(made_by), language or translator("zh"))
        try:
            for sheet in sheets:
                writer.write(sheet)
            if not writer.names:
                raise ValueError("a workbook needs a sheet")
            book.close()
        finally:
            for page in book.worksheets():
                page.row_data_fh.close()  # left open where a row could not be had


def sheet_name(title: str, taken: Iterable[str]) -> str:
    """`title` as the name of a sheet: at most 31 characters, none that a spreadsheet refuses, not taken."""
    plain = " ".join(_FORBIDDEN.sub(" ", title).split()).strip("' ") or "1"
    used = {name.casefold() for name in taken}
    for number in count(1):
        ending = "" if number == 1 else f" ({number})"
        name = plain[: 31 - len(ending)].rstrip("' ") + ending
        if name.casefold() not in used:
            return name
    raise AssertionError("count() never ends")


class _Writer:
    """Writes sheets into one book; formats are made once and shared."""

    def __init__(self, book: Any, made_by: tuple[str, ...], language: Translator) -> None:
        self.book, self.made_by, self.t = book, made_by, language
        self.names: list[str] = []
        self.known: dict[tuple[str, int, str], Any] = {}
        base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
        self.base = {**base, "border": 1, "border_color": LINE}
        self.title = book.add_format({**base, "bold": True, "font_size": 15, "font_color": GREEN})
        self.soft = book.add_format({**base, "font_size": 9, "font_color": SOFT})
        head = {"bold": True, "font_color": CREAM, "bg_color": GREEN, "align": "center", "text_wrap": True}
        self.head = book.add_format({**self.base, **head})

    def write(self, sheet: Sheet) -> None:
        """Write one sheet, and further ones where it does not fit into one."""
        rows = iter(sheet.rows)
        first = next(rows, None)
        while True:
            page = self._begin(sheet)
            header = page.dim_rowmax
            row = header
            page.first_row = page.last_row = header + 2
            room = LAST_ROW - 1 - len(sheet.notes) - (sheet.total is not None)
            while first is not None and row < room:
                row += 1
                page.last_row = row + 1
                self._row(page, row, sheet.columns, first, "")
                first = next(rows, None)
            page.autofilter(header, 0, max(row, header), len(sheet.columns) - 1)
            page.ignore_errors({"number_stored_as_text": f"A{header + 2}:XFD{max(row, header) + 2}"})
            if first is None:
                self._end(page, row, sheet)
                return

    def _begin(self, sheet: Sheet) -> Any:
        """A new page with its title, who made it and the header row, which is its last row."""
        self.names.append(sheet_name(sheet.title, self.names))
        page = self.book.add_worksheet(self.names[-1])
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
        page.set_row(0, 27)
        page.write_string(0, 0, _text(sheet.title), self.title)
        for line, text in enumerate(self.made_by, start=1):
            page.write_string(line, 0, _text(text), self.soft)
        header = 1 + len(self.made_by)
        lines = max(_lines(column) for column in sheet.columns)
        page.set_row(header, 8 + 15 * lines)
        for place, column in enumerate(sheet.columns):
            page.write_string(header, place, _heading(column), self.head)
        page.freeze_panes(header + 1, 0)
        self._set_up_print(page, header)
        return page

    def _set_up_print(self, page: Any, header: int) -> None:
        page.set_landscape()
        page.set_paper(9)  # A4
        page.set_margins(left=0.4, right=0.4, top=0.55, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.repeat_rows(header)
        page.center_horizontally()
        page.hide_gridlines(2)
        pages = self.t.gettext("Page {page} of {pages}", page="&P", pages="&N")
        page.set_footer(f'&L&"{FONT}"&8&A&R&"{FONT}"&8{pages}')

    def _end(self, page: Any, row: int, sheet: Sheet) -> None:
        if sheet.total is not None:
            row += 1
            self._row(page, row, sheet.columns, sheet.total, "total")
        for note in sheet.notes:
            row += 1
            page.write_string(row, 0, _text(note), self.soft)

    def _row(
        self, page: Any, row: int, columns: tuple[Column, ...], values: Sequence[Any], look: str
    ) -> None:
        for place, (column, value) in enumerate(zip(columns, values, strict=True)):
            self._cell(page, row, place, column, value, look)

    def _cell(self, page: Any, row: int, place: int, column: Column, value: Any, look: str) -> None:
        if isinstance(value, Formula):
            first, last = page.first_row, max(page.last_row, page.first_row)
            text = "=" + value.text.format(first=first, last=last, row=row + 1)
            page.write_formula(
                row, place, text, self._format(column.kind, column.decimals, look), value.value
            )
        elif value is None or value == "":
            page.write_blank(row, place, None, self._format("text", 0, look))
        elif column.kind in {"integer", "decimal", "percent", "money"} and _is_number(value):
            page.write_number(row, place, value, self._format(column.kind, column.decimals, look))
        elif column.kind == "date" and isinstance(value, date) and _day(value) >= FIRST_DAY:
            page.write_datetime(row, place, _day(value), self._format("date", 0, look))
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
            page.write_string(row, place, _text(text), self._format("text", 0, look))

    def _format(self, kind: str, decimals: int, look: str) -> Any:
        key = (kind, decimals if kind == "decimal" else 0, look)
        if key not in self.known:
            facts: dict[str, Any] = {"num_format": _PATTERNS.get(kind, "@")}
            if kind == "decimal":
                facts["num_format"] = "#,##0.0" + "#" * (decimals - 1) if decimals else "#,##0"
            if kind == "text":
                facts |= {"text_wrap": True, "align": "left"}
            if kind == "date":
                facts["align"] = "center"
            if look == "total":
                facts |= {"bold": True, "bg_color": PALE, "top": 2, "top_color": GREEN}
            self.known[key] = self.book.add_format({**self.base, **facts})
        return self.known[key]


_PATTERNS = {"integer": "#,##0", "percent": "0.0%", "money": "#,##0.00", "date": "yyyy-mm-dd", "text": "@"}


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) < GREATEST_EXACT
    )


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _text(value: str) -> str:
    whole = value.encode("utf-8", "replace").decode("utf-8")  # half a character is none
    return whole if len(whole) <= LONGEST_TEXT else whole[: LONGEST_TEXT - 1] + "…"


def _heading(column: Column) -> str:
    return f"{column.title}\n({column.unit})" if column.unit else column.title


def _lines(column: Column) -> int:
    """How many lines the heading of a column takes, a Chinese character being two wide."""
    return sum(_rows_of(part, column.width) for part in _heading(column).split("\n"))


def _rows_of(text: str, width: float) -> int:
    wide = sum(2 if character > "\u2e7f" else 1 for character in text)
    return max(1, -(-wide // max(int(width) - 2, 1)))


def numbered(rows: Iterable[Sequence[Any]], *, start: int = 1) -> Iterator[tuple[Any, ...]]:
    """Rows with a running number (序号) in front."""
    for number, row in enumerate(rows, start=start):
        yield (number, *row)
