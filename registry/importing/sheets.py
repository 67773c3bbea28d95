"""Files with several sheets: which of them are read as one table, and what is said of the others."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import Fits, Notes, Row, Table, distinct_headers
from registry.importing.layouts import Layout, Line, find_layout, is_dictionary, table_rows

_ALIKE = 0.6
"""Sheets with so large a share of their headers in common are one table."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    lines: Collection[Line]
    layout: Layout | None
    is_dictionary: bool

    @property
    def headers(self) -> tuple[str, ...]:
        return self.layout.headers if self.layout else ()


def table_of_sheets(
    path: Path,
    kind: str,
    encoding: str,
    sha256: str,
    named: Sequence[tuple[str, Collection[Line]]],
    fits: Fits,
) -> Table:
    """The table in `named` sheets: all that fit, read one after the other. Sheets of codes are passed over.

    Raises InputUnreadableError where there is no row at all, or a header that cannot be told.
    """
    full = [
        (name, lines) for name, lines in named if any(any(cell.strip() for cell in row) for _, row in lines)
    ]
    if not full:
        raise InputUnreadableError(path=path, reason=Phrase("the workbook has no rows"))
    sheets = [_understood(name, lines, fits) for name, lines in full]
    main = max(sheets, key=lambda sheet: _worth(sheet, fits))
    if main.layout is None:
        raise InputUnreadableError(path=path, reason=Phrase("there is no header row"))
    read = [sheet for sheet in sheets if sheet is main or _belongs(sheet, main, fits)]
    notes = Notes()
    _tell_sheets(sheets, read, notes)
    for sheet in read:
        distinct_headers(path, list(sheet.headers))
    headers = tuple(dict.fromkeys(name for sheet in read for name in sheet.headers))
    names = tuple(sheet.name for sheet in read)
    return Table(path, kind, encoding, sha256, headers, _rows(read, notes), notes, names)


def _understood(name: str, lines: Collection[Line], fits: Fits) -> _Sheet:
    layout = find_layout(lines, fits)
    is_wanted = layout is not None and _is_picky(fits) and fits(layout.headers)
    return _Sheet(name, lines, layout, not is_wanted and is_dictionary(name, layout, lines))


def _is_picky(fits: Fits) -> bool:
    """Whether `fits` tells headers apart at all."""
    return not fits(("\0",))


def _worth(sheet: _Sheet, fits: Fits) -> tuple[bool, bool, bool, int]:
    has_table = sheet.layout is not None
    known = sheet.layout.known if sheet.layout else 0
    return has_table and fits(sheet.headers), has_table, not sheet.is_dictionary, known


def _belongs(sheet: _Sheet, main: _Sheet, fits: Fits) -> bool:
    if sheet.layout is None or sheet.is_dictionary or not fits(sheet.headers):
        return False
    mine, others = set(filter(None, sheet.headers)), set(filter(None, main.headers))
    return _is_picky(fits) or len(mine & others) >= _ALIKE * max(len(mine), 1)


def _tell_sheets(sheets: list[_Sheet], read: list[_Sheet], notes: Notes) -> None:
    if len(read) > 1:
        names = ", ".join(sheet.name for sheet in read)
        notes.tell("{count} sheets are read as one table: {sheets}", count=len(read), sheets=names)
    for sheet in sheets:
        if sheet in read:
            continue
        if sheet.is_dictionary:
            notes.tell(
                "the sheet {sheet} explains codes or columns; it was not read as trees", sheet=sheet.name
            )
        else:
            columns = ", ".join(filter(None, sheet.headers))[:80]
            notes.tell(
                "the sheet {sheet} was not read: its columns are others ({columns})",
                sheet=sheet.name,
                columns=columns,
            )


def _rows(read: list[_Sheet], notes: Notes) -> Iterator[Row]:
    for sheet in read:
        if sheet.layout is not None:
            yield from table_rows(sheet.lines, sheet.layout, notes, sheet.name if len(read) > 1 else "")
