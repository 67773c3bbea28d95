"""Filling an office's own workbook: its headings, formulas, styles and print settings stay as they are.

A copy is written; the workbook itself is never touched. What cannot be filled is told, not guessed.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from exports.tables.template_shift import Growth, copied_formula, formula_of, make_room, shift_formulas
from exports.workbook import MADE_HERE, whole_text
from registry.errors import Phrase
from registry.export_errors import TableTemplateError
from registry.table_records import RUNNING, FillReport, SheetMap, Value
from registry.vocab.labels import Label

KINDS = (".xlsx", ".xlsm")
MOST_BYTES, MOST_UNPACKED = 30_000_000, 300_000_000
MOST_CELLS = 2_000_000
"""A workbook is filled in memory, about half a kilobyte for each cell."""
_MARK = re.compile(r"\{([a-z_]+)\}")
_LETTERS = re.compile(r"[A-Z]{1,3}")
_OLE = b"\xd0\xcf\x11\xe0"
_LOST = {
    "xl/ctrlProps/": Label("表单控件", "form controls"),
    "xl/activeX/": Label("ActiveX 控件", "ActiveX controls"),
    "xl/embeddings/": Label("嵌入对象", "embedded objects"),
    "xl/slicers/": Label("切片器", "slicers"),
    "xl/threadedComments/": Label("会话批注", "threaded comments"),
    "_xmlsignatures/": Label("数字签名", "digital signatures"),
}
_SHAPES = Label("图形与文本框", "shapes and text boxes")


@dataclass(frozen=True, slots=True)
class SheetJob:
    """What one sheet is filled with: rows of values, each in the order of the map's columns."""

    map: SheetMap
    rows: Sequence[Sequence[Value]]


def fill_workbook(
    template: Path,
    jobs: Sequence[SheetJob],
    words: Mapping[str, Value],
    out: BinaryIO,
    *,
    made_at: datetime,
) -> FillReport:
    """Write a filled copy of `template`. words: what the marks in braces, such as {county}, stand for.

    Raises TableTemplateError, which says what is in the way and what helps.
    """
    book = open_template(template)
    unknown = _fill_marks(book, words)
    rows: dict[str, int] = {}
    unmapped: list[tuple[str, str]] = []
    empty: list[tuple[str, str, int]] = []
    lost = dict.fromkeys(lost_parts(template))
    for job in sorted(jobs, key=lambda job: -job.map.first):  # from below: rows above keep their numbers
        sheet = find_sheet(book, job.map.sheet, template)
        table = _Table(book, sheet, job, template)
        table.fill()
        lost |= dict.fromkeys(sorted(table.lost))
        rows[sheet.title] = rows.get(sheet.title, 0) + len(job.rows)
        unmapped += [(sheet.title, name) for name in table.unmapped()]
        empty += [(sheet.title, name, count) for name, count in table.empty()]
    if not book.properties.keywords:
        book.properties.keywords = MADE_HERE
    _save(book, out, made_at)
    return FillReport(rows, tuple(unmapped), tuple(empty), tuple(unknown), tuple(lost))


def open_template(path: Path) -> Any:
    """The workbook, with its formulas and macros. Raises TableTemplateError."""
    if path.suffix.lower() not in KINDS:
        raise _wrong(path, Phrase("save it as .xlsx first; .xls, .et and .ods cannot be filled"))
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise _wrong(path, Phrase("it cannot be read ({reason})", reason=error.strerror or "")) from error
    if head == _OLE:
        raise _wrong(path, Phrase("it is locked by a password, or an old .xls: save it as .xlsx without one"))
    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if size > MOST_BYTES or unpacked > MOST_UNPACKED:
            raise _wrong(
                path,
                Phrase(
                    "it is too large ({size} MB): keep the headings and delete old rows", size=size // 10**6
                ),
            )
        return load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm")
    except TableTemplateError:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        SyntaxError,
        OSError,
    ) as error:
        reason = Phrase("it is damaged: open it in a spreadsheet and save it anew")
        raise _wrong(path, reason) from error


def find_sheet(book: Any, wanted: str | int, path: Path) -> Worksheet:
    """The sheet of a name, or at a place from 1. Raises TableTemplateError."""
    names = [sheet.title for sheet in book.worksheets]
    if isinstance(wanted, int) and 1 <= wanted <= len(names):
        sheet = book.worksheets[wanted - 1]
    elif wanted in names:
        sheet = book[wanted]
    else:
        reason = Phrase("there is no sheet {sheet}; there are {known}", sheet=str(wanted), known=names)
        raise _wrong(path, reason)
    if sheet.protection.sheet:
        reason = Phrase(
            "sheet {sheet} is protected: take the protection off in a spreadsheet, and put it on again after "
            "filling",
            sheet=sheet.title,
        )
        raise _wrong(path, reason)
    found: Worksheet = sheet
    return found


def lost_parts(path: Path) -> tuple[Label, ...]:
    """What of a workbook is not kept when it is filled: parts that the library cannot write."""
    lost: list[Label] = []
    with zipfile.ZipFile(path) as parts:
        names = parts.namelist()
        lost += [label for folder, label in _LOST.items() if any(name.startswith(folder) for name in names)]
        drawings = [name for name in names if name.startswith("xl/drawings/drawing")]
        if any(re.search(rb"<xdr:(sp|cxnSp|grpSp)[ >]", parts.read(name)) for name in drawings):
            lost.append(_SHAPES)
    return tuple(lost)


def heading_of(sheet: Worksheet, column: int, first: int, depth: int = 4) -> str:
    """What stands above a column, from the nearest of `depth` rows above `first` that says something."""
    for row in range(first - 1, max(first - 1 - depth, 0), -1):
        value = _shown(sheet, row, column)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
    return ""


def _shown(sheet: Worksheet, row: int, column: int) -> Any:
    """What a cell shows: of a merged one, what stands in its corner, if it is wide only."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for area in sheet.merged_cells.ranges:
            if cell.coordinate in area:
                is_over_one = area.min_col == area.max_col
                return sheet.cell(area.min_row, area.min_col).value if is_over_one else None
    return cell.value


class _Table:
    """One table of one sheet while it is filled."""

    def __init__(self, book: Any, sheet: Worksheet, job: SheetJob, path: Path) -> None:
        self.book, self.sheet, self.job, self.path = book, sheet, job, path
        self.first = job.map.first
        self.columns = [self._column(name) for name in job.map.columns]
        self.last = job.map.last or self._prepared()
        self.lost: set[Label] = set()

    def fill(self) -> None:
        """Write the rows, with room made for them."""
        self._check()
        count = len(self.job.rows)
        more = max(0, count - (self.last - self.first + 1))
        growth = Growth(self.first, self.last, more)
        make_room(self.sheet, growth)
        self.lost = shift_formulas(self.book, self.sheet, growth)
        for row in range(self.last + 1, self.last + more + 1):
            self._new_row(row)
        running = list(self.job.map.columns.values()).index(RUNNING) if self._is_numbered() else None
        for number, values in enumerate(self.job.rows, start=1):
            for place, (column, value) in enumerate(zip(self.columns, values, strict=True)):
                self._put(self.first + number - 1, column, number if place == running else value)
        for row in range(self.first + count, self.last + 1):
            for column in self.columns:
                self._put(row, column, None)

    def unmapped(self) -> Iterator[str]:
        """Headings of columns that nothing was named for and that no formula fills."""
        for column in range(1, min(self.sheet.max_column, 200) + 1):
            heading = heading_of(self.sheet, column, self.first)
            cell = self.sheet.cell(self.first, column)
            if (
                heading
                and column not in self.columns
                and not isinstance(cell, MergedCell)
                and cell.value is None
            ):
                yield heading

    def empty(self) -> Iterator[tuple[str, int]]:
        """Columns in which rows stayed empty, and how many."""
        for place, column in enumerate(self.columns):
            count = sum(row[place] in (None, "") for row in self.job.rows)
            if count and list(self.job.map.columns.values())[place] != RUNNING:
                yield heading_of(self.sheet, column, self.first) or list(self.job.map.columns)[place], count

    def _is_numbered(self) -> bool:
        return RUNNING in self.job.map.columns.values()

    def _column(self, name: str) -> int:
        """The column of a letter or of a heading. Raises TableTemplateError."""
        if _LETTERS.fullmatch(name):
            return int(column_index_from_string(name))
        wanted = "".join(name.split())
        for column in range(1, min(self.sheet.max_column, 200) + 1):
            if "".join(heading_of(self.sheet, column, self.first).split()) == wanted:
                return column
        reason = Phrase(
            "sheet {sheet} has no heading {name} above row {row}: give the letter of the column",
            sheet=self.sheet.title, name=name, row=self.first,
        )  # fmt: skip
        raise _wrong(self.path, reason)

    def _prepared(self) -> int:
        """The last row that is prepared for data: empty like the first but for formulas that go on."""
        row = self.first
        while row < self.sheet.max_row and self._is_prepared(row + 1):
            row += 1
        return row

    def _is_prepared(self, row: int) -> bool:
        is_styled = False
        for column in range(1, self.sheet.max_column + 1):
            cell, model = self.sheet.cell(row, column), self.sheet.cell(self.first, column)
            is_styled = is_styled or cell.has_style
            if isinstance(cell, MergedCell) is not isinstance(model, MergedCell):
                return False
            if cell.value is None:
                continue
            is_number = isinstance(cell.value, int) and column in self.columns
            if not is_number and not self._goes_on(model, cell):
                return False
        return is_styled

    @staticmethod
    def _goes_on(model: Any, cell: Any) -> bool:
        """Whether a cell holds the formula of the first row, as it stands there."""
        if formula_of(model) is None:
            return False
        text = copied_formula(model, cell.coordinate)
        return formula_of(cell) == (text.text if isinstance(text, ArrayFormula) else text)

    def _check(self) -> None:
        """Refuse what cannot be filled rightly. Raises TableTemplateError."""
        name, count = self.sheet.title, len(self.job.rows)
        room = self.last - self.first + 1
        if self.job.map.last is not None and count > room:
            reason = Phrase(
                "sheet {sheet} has room for {room} rows and {rows} are to be filled in: choose fewer, or "
                "leave `last` out so that the table may grow",
                sheet=name, room=room, rows=count,
            )  # fmt: skip
            raise _wrong(self.path, reason)
        if count * max(len(self.columns), 1) > MOST_CELLS:
            reason = Phrase(
                "{rows} rows are too many for a workbook that keeps its formulas: choose fewer with "
                "--division or --where",
                rows=count,
            )
            raise _wrong(self.path, reason)
        for area in self.sheet.merged_cells.ranges:
            if area.min_row != area.max_row and area.min_row <= self.last and area.max_row > self.first:
                reason = Phrase(
                    "sheet {sheet}: {cells} are merged over rows of the table: unmerge them",
                    sheet=name, cells=area.coord,
                )  # fmt: skip
                raise _wrong(self.path, reason)
        for column in self.columns:
            cell = self.sheet.cell(self.first, column)
            if cell.data_type == "f" or isinstance(cell, MergedCell):
                reason = Phrase(
                    "sheet {sheet}: {cell} holds a formula or belongs to a merged cell: leave this column "
                    "out of the fields",
                    sheet=name, cell=cell.coordinate,
                )  # fmt: skip
                raise _wrong(self.path, reason)

    def _new_row(self, row: int) -> None:
        """A row like the first: its look, height, formulas and merged cells."""
        sheet, first = self.sheet, self.first
        for column in range(1, sheet.max_column + 1):
            model = sheet._cells.get((first, column))
            if model is None or isinstance(model, MergedCell):
                continue
            cell = sheet.cell(row, column)
            cell._style = copy(model._style)
            if formula_of(model) is not None:
                cell.value = copied_formula(model, cell.coordinate)
        if first in sheet.row_dimensions:
            sheet.row_dimensions[row].height = sheet.row_dimensions[first].height
        for area in [area for area in sheet.merged_cells.ranges if area.min_row == area.max_row == first]:
            sheet.merge_cells(start_row=row, end_row=row, start_column=area.min_col, end_column=area.max_col)

    def _put(self, row: int, column: int, value: Value) -> None:
        cell = self.sheet.cell(row, column)
        if isinstance(value, str):
            cell.value = whole_text(ILLEGAL_CHARACTERS_RE.sub("", value)) or None
            if cell.value is not None:
                cell.data_type = "s"  # never a formula
        else:
            cell.value = value


def _fill_marks(book: Any, words: Mapping[str, Value]) -> list[tuple[str, str]]:
    """Put what they stand for into the place of marks. Gives those that mean nothing, with their sheets."""
    unknown: list[tuple[str, str]] = []

    def said(found: re.Match[str]) -> str:
        value = words.get(found[1])
        return found[0] if found[1] not in words else "" if value is None else _said(value)

    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if not isinstance(cell.value, str) or cell.data_type == "f" or "{" not in cell.value:
                    continue
                unknown += [(sheet.title, name) for name in _MARK.findall(cell.value) if name not in words]
                whole = _MARK.fullmatch(cell.value.strip())
                cell.value = words[whole[1]] if whole and whole[1] in words else _MARK.sub(said, cell.value)
                if isinstance(cell.value, str):
                    cell.data_type = "s"
    return unknown


def _said(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _save(book: Any, out: BinaryIO, made_at: datetime) -> None:
    """Write the workbook so that the same content gives the same bytes."""
    stamp = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with tempfile.TemporaryFile() as aside:
        book.save(aside)
        with zipfile.ZipFile(aside) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for part in source.infolist():
                content = source.read(part)
                if part.filename == "docProps/core.xml":
                    content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
                entry = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, content)


def _wrong(path: Path, reason: Phrase) -> TableTemplateError:
    return TableTemplateError(path=path.name, reason=reason)


def top_rows(path: Path, count: int = 30) -> list[tuple[str, list[list[str]]]]:
    """The first rows of every sheet as texts, merged cells told in each of their places; for proposals."""
    found = []
    for sheet in open_template(path).worksheets:
        width = min(sheet.max_column, 200)
        grid = [
            ["" if value is None else " ".join(str(value).split()) for value in row]
            for row in sheet.iter_rows(1, min(sheet.max_row, count), 1, width, values_only=True)
        ]
        for area in sheet.merged_cells.ranges:
            if area.min_row <= len(grid) and area.min_col <= width:
                said = grid[area.min_row - 1][area.min_col - 1]
                for row in range(area.min_row, min(area.max_row, len(grid)) + 1):
                    for column in range(area.min_col, min(area.max_col, width) + 1):
                        grid[row - 1][column - 1] = said
        found.append((sheet.title, grid))
    return found
