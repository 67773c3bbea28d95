"""Workbooks: XLSX, XLS and ODS. Numbers and dates become the text that a person sees in the cell."""

import io
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import Fits, Table, cell_text, certain_text, check_whole_size, read_whole
from registry.importing.layouts import Line
from registry.importing.sheets import table_of_sheets


def read_workbook(path: Path, sha256: str, fits: Fits) -> Table:
    """The table in the workbook `path`, from all sheets that fit. Raises InputUnreadableError."""
    from python_calamine import CalamineError, CalamineWorkbook

    content = read_whole(path)
    if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0" in content:
        raise InputUnreadableError(
            path=path, reason=Phrase("it is protected by a password; save it without one")
        )
    _check_zip(path, content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
        named = [(name, _Lines(sheet.to_python(), (sheet.start or (0, 0))[0] + 1)) for name, sheet in sheets]
    except (CalamineError, ValueError, OSError) as error:
        reason = Phrase("the workbook is damaged, protected or of an unknown kind ({error})", error=error)
        raise InputUnreadableError(path=path, reason=reason) from error
    return table_of_sheets(path, "workbook", "utf-8", sha256, named, fits)


class _Lines(Collection[Line]):
    """The rows of a sheet, turned into text when they are asked for: once is enough in memory."""

    def __init__(self, rows: list[list[Any]], first: int) -> None:
        self._rows, self._first = rows, first

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Line]:
        for number, cells in enumerate(self._rows, start=self._first):
            yield number, [_text(cell) for cell in cells]

    def __contains__(self, line: object) -> bool:
        return any(line == own for own in self)


def _text(cell: Any) -> str:
    return certain_text(cell) if isinstance(cell, str) else cell_text(cell)


def _check_zip(path: Path, content: bytes) -> None:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError) as error:  # the latter for a version from the future
        raise InputUnreadableError(path=path, reason=Phrase("the workbook is damaged or cut off")) from error
    check_whole_size(path, sum(member.file_size for member in members))
    if any(member.flag_bits & 1 for member in members):
        raise InputUnreadableError(
            path=path, reason=Phrase("it is protected by a password; save it without one")
        )
