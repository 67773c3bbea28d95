"""Workbooks: XLSX, XLS and ODS. Numbers and dates become the text that a person sees in the cell."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import (
    Fits,
    Row,
    Table,
    cell_text,
    check_whole_size,
    clean,
    distinct_headers,
    make_row,
    read_whole,
)


def read_workbook(path: Path, sha256: str, fits: Fits) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook

    content = read_whole(path)
    if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0" in content:
        raise InputUnreadableError(
            path=path, reason=Phrase("it is protected by a password; save it without one")
        )
    _check_zip(path, content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
        found = [(sheet.to_python(), (sheet.start or (0, 0))[0] + 1) for sheet in sheets]
    except (CalamineError, ValueError, OSError) as error:
        reason = Phrase("the workbook is damaged, protected or of an unknown kind ({error})", error=error)
        raise InputUnreadableError(path=path, reason=reason) from error
    tables = [(rows, first) for rows, first in found if rows and any(any(row) for row in rows)]
    if not tables:
        raise InputUnreadableError(path=path, reason=Phrase("the workbook has no rows"))
    heads = [[clean(cell_text(cell)) for cell in rows[0]] for rows, _ in tables]
    chosen = next((index for index, head in enumerate(heads) if fits(head)), 0)
    headers = distinct_headers(path, heads[chosen])
    return Table(path, "workbook", "utf-8", sha256, headers, _workbook_rows(*tables[chosen], headers))


def _check_zip(path: Path, content: bytes) -> None:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise InputUnreadableError(path=path, reason=Phrase("the workbook is damaged or cut off")) from error
    check_whole_size(path, sum(member.file_size for member in members))
    if any(member.flag_bits & 1 for member in members):
        raise InputUnreadableError(
            path=path, reason=Phrase("it is protected by a password; save it without one")
        )


def _workbook_rows(rows: list[list[Any]], first: int, headers: tuple[str, ...]) -> Iterator[Row]:
    for number, cells in enumerate(rows[1:], start=first + 1):
        texts = [cell_text(cell) for cell in cells]
        if any(map(clean, texts)):
            yield make_row(number, headers, texts)
