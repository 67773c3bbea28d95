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
from itertools import count, groupby
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
TALLEST = 409
"""Points: what a row may be high. A longer text is whole in its cell, and cut on paper."""
WIDEST_A4, WIDEST_A3 = 230, 340
"""Characters beside each other that can still be read on a page; wider sheets go on in further pages."""
_UNDATED = datetime(1980, 1, 1, tzinfo=UTC)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in characters (a Chinese character counts two); `unit` stands beside the title.

    kind: "text" stays text whatever it looks like (a tree number is never 1.4E+10); "integer", "decimal" (up
    to `decimals` digits), "percent" (a share: 0.5 is shown as 50.0%), "money" (two decimals) and "date" are
    numbers to the reader. group: what stands above this column and its neighbours of the same group.
    """

    title: str
    width: float = 12
    kind: Kind = "text"
    unit: str = ""
    decimals: int = 3
    group: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that a spreadsheet computes: `text` without "=", in which {first} and {last} stand for the rows
    of the sheet and {row} for its own; `value` is what it comes to now. Never made of what people typed.
    Above the row of totals {last} is known only where the rows are a sequence."""

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
            room = LAST_ROW - 1 - len(sheet.notes) - (sheet.total is not None)
            page.first_row = page.last_row = header + 2
            if isinstance(sheet.rows, Sequence) and len(sheet.rows) <= room - header:
                page.last_row = header + 1 + len(sheet.rows)
            while first is not None and row < room:
                row += 1
                page.last_row = max(page.last_row, row + 1)
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
        page.write_string(0, 0, whole_text(sheet.title), self.title)
        for line, text in enumerate(self.made_by, start=1):
            page.write_string(line, 0, whole_text(text), self.soft)
        top = header = 1 + len(self.made_by)
        if any(column.group for column in sheet.columns):
            self._groups(page, header, sheet.columns)
            header += 1
        lines = max(_lines(column) for column in sheet.columns)
        page.set_row(header, 8 + 15 * lines)
        for place, column in enumerate(sheet.columns):
            page.write_string(header, place, heading(column), self.head)
        page.freeze_panes(header + 1, 0)
        self._set_up_print(page, top, header, sum(column.width for column in sheet.columns))
        return page

    def _groups(self, page: Any, row: int, columns: tuple[Column, ...]) -> None:
        """The row above the headings: what neighbours have in common, in merged cells."""
        lines = 1
        for name, members in groupby(enumerate(columns), key=lambda pair: pair[1].group):
            places = [place for place, _column in members]
            lines = max(lines, _rows_of(name, sum(columns[place].width for place in places)))
            if not name:
                for place in places:
                    page.write_blank(row, place, None, self.head)
            elif len(places) == 1:
                page.write_string(row, places[0], name, self.head)
            else:
                page.merge_range(row, places[0], row, places[-1], name, self.head)
        page.set_row(row, 7 + 15 * lines)

    def _set_up_print(self, page: Any, top: int, header: int, width: float) -> None:
        is_wide = width > WIDEST_A4
        page.set_landscape()
        page.set_paper(8 if is_wide else 9)  # A3, A4
        page.set_margins(left=0.4, right=0.4, top=0.55, bottom=0.6)
        page.fit_to_pages(math.ceil(width / WIDEST_A3) if is_wide else 1, 0)
        if width > WIDEST_A3:
            page.repeat_columns(0, 1)
        page.repeat_rows(top, header)
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
            page.write_string(row, 0, whole_text(note), self.soft)

    def _row(
        self, page: Any, row: int, columns: tuple[Column, ...], values: Sequence[Any], look: str
    ) -> None:
        if (lines := row_lines(columns, values)) > 1:
            page.set_row(row, min(3 + 13.5 * lines, TALLEST))
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
        elif column.kind in {"integer", "decimal", "percent", "money"} and is_number(value):
            page.write_number(row, place, value, self._format(column.kind, column.decimals, look))
        elif column.kind == "date" and isinstance(value, date) and day_of(value) >= FIRST_DAY:
            page.write_datetime(row, place, day_of(value), self._format("date", 0, look))
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
            page.write_string(row, place, whole_text(text), self._format("text", 0, look))

    def _format(self, kind: str, decimals: int, look: str) -> Any:
        key = (kind, decimals if kind == "decimal" else 0, look)
        if key not in self.known:
            facts: dict[str, Any] = {"num_format": _PATTERNS.get(kind, "@")}
            if kind == "decimal":
                facts["num_format"] = "#,##0.0" + "#" * (decimals - 1) if decimals else "#,##0"
            if kind == "text":
                facts |= {"text_wrap": True, "align": "left", "indent": 1}
            if kind == "date":
                facts["align"] = "center"
            if look == "total":
                facts |= {"bold": True, "bg_color": PALE, "top": 2, "top_color": GREEN}
            self.known[key] = self.book.add_format({**self.base, **facts})
        return self.known[key]


_PATTERNS = {"integer": "#,##0", "percent": "0.0%", "money": "#,##0.00", "date": "yyyy-mm-dd", "text": "@"}


def is_number(value: Any) -> bool:
    """Whether a spreadsheet keeps `value` as a number, to its last digit."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) < GREATEST_EXACT
    )


def day_of(value: date) -> date:
    """The day of an instant, or the day itself."""
    return value.date() if isinstance(value, datetime) else value


def whole_text(value: str) -> str:
    """`value` as a cell holds it: no half characters, at most as long as a spreadsheet allows."""
    whole = value.encode("utf-8", "replace").decode("utf-8")  # half a character is none
    return whole if len(whole) <= LONGEST_TEXT else whole[: LONGEST_TEXT - 1] + "…"


def heading(column: Column) -> str:
    """The title of a column with its unit below."""
    return f"{column.title}\n({column.unit})" if column.unit else column.title


def _lines(column: Column) -> int:
    """How many lines the heading of a column takes, a Chinese character being two wide."""
    return sum(_rows_of(part, column.width) for part in heading(column).split("\n"))


def _rows_of(text: str, width: float) -> int:
    wide = sum(2 if character > "\u2e7f" else 1 for character in text)
    return max(1, -(-wide // max(int(width) - 2, 1)))


def row_lines(columns: Sequence[Column], values: Sequence[Any]) -> int:
    """How many lines the longest text of a row takes."""
    most = 1
    for column, value in zip(columns, values, strict=True):
        if isinstance(value, str) and (2 * len(value) > column.width or "\n" in value):
            most = max(most, sum(_rows_of(part, column.width + 2) for part in value.split("\n", 60)))
    return most


def numbered(rows: Iterable[Sequence[Any]], *, start: int = 1) -> Iterator[tuple[Any, ...]]:
    """Rows with a running number (序号) in front."""
    for number, row in enumerate(rows, start=start):
        yield (number, *row)
