"""Workbooks as OpenDocument (ODS), for offices that use WPS or LibreOffice: the same sheets as in XLSX.

Everything is written as it comes: `mimetype` first and stored, the sheets into `content.xml` row by row, so
that memory does not grow with them. The same content gives the same bytes. Source: OASIS OpenDocument 1.3.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

from exports.tables.ods_parts import (
    MANIFEST,
    MIMETYPE,
    SEVERAL,
    content_head,
    meta_xml,
    settings_xml,
    style_of,
    styles_xml,
    table_style,
    width_style,
)
from exports.tables.sheets import letter_of
from exports.workbook import (
    LAST_ROW,
    Column,
    Formula,
    Sheet,
    day_of,
    heading,
    is_number,
    sheet_name,
    whole_text,
)
from registry.export_errors import TableTooLongError
from registry.vocab.language import Translator, translator

MOST_BYTES = 2**31 - 2**24
"""Of one part of the file: spreadsheets read no longer ones."""
_UNDATED = datetime(1980, 1, 1, tzinfo=UTC)
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANKS = re.compile(r"^ +| +$| {2,}|\t")
_REFERENCE = re.compile(r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?")
_CELLS = {"percent": "percentage"}


def write_ods(
    sheets: Iterable[Sheet],
    out: BinaryIO,
    *,
    title: str,
    made_by: Sequence[str] = (),
    language: Translator | None = None,
    made_at: datetime | None = None,
) -> None:
    """Write `sheets` as ODS; see `exports.workbook.write_workbook`, which takes the same.

    Raises ValueError where there is no sheet, TableTooLongError where one is longer than such a file may be.
    """
    t = language or translator("zh")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(_entry("mimetype", zipfile.ZIP_STORED), MIMETYPE)
        with book.open(_entry("content.xml"), "w") as stream:
            writer = _Writer(stream, tuple(made_by))
            writer.put(content_head())
            for sheet in sheets:
                writer.write(sheet)
            if not writer.pages:
                raise ValueError("a workbook needs a sheet")
            writer.end()
        made = (made_at or _UNDATED).astimezone(UTC)
        pages = t.gettext("Page {page} of {pages}", page="\0", pages="\1")
        book.writestr(_entry("styles.xml"), styles_xml(pages))
        book.writestr(_entry("meta.xml"), meta_xml(title, "\n".join(made_by), made))
        book.writestr(_entry("settings.xml"), settings_xml(writer.pages))
        book.writestr(_entry("META-INF/manifest.xml"), MANIFEST)


def _entry(name: str, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = how
    return entry


class _Writer:
    """Writes the tables of `content.xml`. pages: each sheet's name and how many rows stay in sight."""

    def __init__(self, stream: Any, made_by: tuple[str, ...]) -> None:
        self.stream, self.made_by = stream, made_by
        self.pages: list[tuple[str, int]] = []
        self.filters: list[str] = []
        self.written = 0
        self.title = ""

    def put(self, text: str) -> None:
        """Write a piece. Raises TableTooLongError."""
        piece = text.encode("utf-8")
        self.written += len(piece)
        if self.written > MOST_BYTES:
            raise TableTooLongError(table=self.title)
        self.stream.write(piece)

    def write(self, sheet: Sheet) -> None:
        """Write one sheet, and further ones where it does not fit into one."""
        self.title = sheet.title
        rows = iter(sheet.rows)
        first = next(rows, None)
        while True:
            name = sheet_name(sheet.title, [taken for taken, _head in self.pages])
            head = self._begin(name, sheet)
            room = LAST_ROW - len(sheet.notes) - (sheet.total is not None)
            known = len(sheet.rows) if isinstance(sheet.rows, Sequence) else 0
            rows_of = _Rows(head + 1, head + known if head + known <= room else head + 1)
            row = head
            while first is not None and row < room:
                row += 1
                rows_of.last = max(rows_of.last, row)
                self._row(row, sheet.columns, first, "", rows_of)
                first = next(rows, None)
            self._filter(name, head, max(row, head), len(sheet.columns))
            if first is None:
                self._end(row, sheet, rows_of)
                return
            self.put("</table:table>\n")

    def end(self) -> None:
        """Close the document: the filters of the sheets stand behind all of them."""
        self.put(f"<table:database-ranges>{''.join(self.filters)}</table:database-ranges>")
        self.put("</office:spreadsheet></office:body></office:document-content>")

    def _begin(self, name: str, sheet: Sheet) -> int:
        """The title, who made it and the headings. Gives the number of the row of the headings."""
        columns = sheet.columns
        style = table_style(sum(column.width for column in columns))
        self.put(f'<table:table table:name={quoteattr(name)} table:style-name="{style}" table:print="true">')
        self.put("".join(f'<table:table-column table:style-name="{width_style(c.width)}"/>' for c in columns))
        self.put(_line(sheet.title, "title"))
        for said in self.made_by:
            self.put(_line(said, "soft"))
        top = 2 + len(self.made_by)
        grouped = any(column.group for column in columns)
        self.put("<table:table-header-rows>")
        if grouped:
            self.put(_row_of(_groups(columns, is_merged=style != SEVERAL)))
        self.put(_row_of(_text_cell(heading(column), "head") for column in columns))
        self.put("</table:table-header-rows>\n")
        head = top + grouped
        self.pages.append((name, head))
        return head

    def _row(
        self, row: int, columns: Sequence[Column], values: Sequence[Any], look: str, rows_of: "_Rows"
    ) -> None:
        cells = (
            _cell(column, value, look, row, rows_of) for column, value in zip(columns, values, strict=True)
        )
        self.put(_row_of(cells))

    def _filter(self, name: str, head: int, last: int, columns: int) -> None:
        sheet = "'" + name.replace("'", "''") + "'"
        area = f"{sheet}.A{head}:{sheet}.{letter_of(columns - 1)}{last}"
        number = len(self.filters)
        self.filters.append(
            f'<table:database-range table:name="__Anonymous_Sheet_DB__{number}" '
            f'table:target-range-address={quoteattr(area)} table:display-filter-buttons="true"/>'
        )

    def _end(self, row: int, sheet: Sheet, rows_of: "_Rows") -> None:
        if sheet.total is not None:
            self._row(row + 1, sheet.columns, sheet.total, "total", rows_of)
        for note in sheet.notes:
            self.put(_line(note, "soft"))
        self.put("</table:table>\n")


class _Rows:
    """First and last row of a sheet, from 1, for its formulas."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last


def _row_of(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>\n"


def _line(text: str, style: str) -> str:
    return _row_of([_text_cell(text, style)])


def _groups(columns: Sequence[Column], *, is_merged: bool = True) -> Iterable[str]:
    """What neighbours have in common, above them. Not merged where a page may end within a group: a merged
    cell would run into the margin."""
    for name, members in groupby(columns, key=lambda column: column.group):
        count = len(list(members))
        if not name:
            yield from [_blank("head")] * count
        elif not is_merged:
            yield _text_cell(name, "group")
            yield from [_blank("head")] * (count - 1)
        else:
            spanned = f' table:number-columns-spanned="{count}" table:number-rows-spanned="1"'
            yield _text_cell(name, "head", spanned if count > 1 else "")
            yield "<table:covered-table-cell/>" * (count - 1)


def _cell(column: Column, value: Any, look: str, row: int, rows_of: _Rows) -> str:
    if isinstance(value, Formula):
        text = value.text.format(first=rows_of.first, last=rows_of.last, row=row)
        return _number(column, value.value, look, f" table:formula={quoteattr(formula(text))}")
    if value is None or value == "":
        return _blank(style_of("text", 0, look))
    if column.kind in {"integer", "decimal", "percent", "money"} and is_number(value):
        return _number(column, value, look)
    if column.kind == "date" and isinstance(value, date):
        day = day_of(value).isoformat()
        style = style_of("date", 0, look)
        return (
            f'<table:table-cell table:style-name="{style}" office:value-type="date" '
            f'office:date-value="{day}"><text:p>{day}</text:p></table:table-cell>'
        )
    text = value.isoformat() if isinstance(value, date) else str(value)
    return _text_cell(text, style_of("text", 0, look))


def _number(column: Column, value: float, look: str, more: str = "") -> str:
    style = style_of(column.kind, column.decimals, look)
    kind = _CELLS.get(column.kind, "float")
    said = repr(value)
    return (
        f'<table:table-cell table:style-name="{style}"{more} office:value-type="{kind}" '
        f'office:value="{said}"><text:p>{said}</text:p></table:table-cell>'
    )


def _blank(style: str) -> str:
    return f'<table:table-cell table:style-name="{style}"/>'


def _text_cell(text: str, style: str, more: str = "") -> str:
    paragraphs = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in clean(text).split("\n"))
    facts = f'table:style-name="{style}"{more} office:value-type="string"'
    return f"<table:table-cell {facts}>{paragraphs}</table:table-cell>"


def clean(text: str) -> str:
    """`text` as an ODS cell keeps it: line breaks as one character, without what XML cannot hold."""
    return _ILLEGAL.sub("", whole_text(text).replace("\r\n", "\n").replace("\r", "\n"))


def _spaced(line: str) -> str:
    """A line in which blanks that XML would drop are elements."""
    if not _BLANKS.search(line):
        return escape(line)
    parts, at = [], 0
    for found in _BLANKS.finditer(line):
        parts.append(escape(line[at : found.start()]))
        parts.append("<text:tab/>" if found[0] == "\t" else f'<text:s text:c="{len(found[0])}"/>')
        at = found.end()
    return "".join((*parts, escape(line[at:])))


def formula(text: str) -> str:
    """A formula of a sheet in OpenFormula: SUM(C5:F5) is of:=SUM([.C5:.F5])."""

    def reference(found: re.Match[str]) -> str:
        return "[" + ":".join("." + part for part in found[0].split(":")) + "]"

    return "of:=" + _REFERENCE.sub(reference, text).replace(",", ";")
