"""Reading tables out of files: what the file is, is told by its bytes and never by its name alone.

Every reader gives headers and rows of text cells, and rows carry the numbers that a spreadsheet shows.
Lines that say themselves that they are no rows (titles, totals, signatures) are told and left out.
"""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path

from registry.errors import InputMissingError, InputUnreadableError, Phrase
from registry.importing.files import MAX_BYTES, Fits, Table, too_large, unpacked
from registry.importing.geopackages import read_geopackage
from registry.importing.html_tables import is_markup, read_markup
from registry.importing.json_tables import read_json
from registry.importing.text_tables import read_text_table, utf16_without_mark
from registry.importing.workbooks import read_workbook


def open_table(path: Path, *, fits: Fits = lambda _headers: True) -> Table:
    """The table in `path` (CSV, TSV, XLSX/XLS/ODS, HTML, JSON, GeoJSON, GeoPackage; each also as .gz).

    fits: tells whether headers are the wanted ones; it settles the encoding or sheet where several would do.
    Raises InputMissingError, InputUnreadableError.
    """
    if not path.is_file():
        raise InputMissingError(path=path)
    try:
        sha256 = _check_size_and_hash(path)
        with unpacked(path) as stream:
            head = stream.read(4096)
        if not head.strip():
            raise InputUnreadableError(path=path, reason=Phrase("the file is empty"))
        reader = _reader_for(path, head)
        return reader(path, sha256, fits)
    except OSError as error:
        is_packed = isinstance(error, gzip.BadGzipFile)
        reason = (
            Phrase("the compressed file is damaged or cut off") if is_packed else error.strerror or str(error)
        )
        raise InputUnreadableError(path=path, reason=reason) from error
    except (EOFError, zlib.error) as error:
        raise InputUnreadableError(
            path=path, reason=Phrase("the compressed file is damaged or cut off")
        ) from error


def _reader_for(path: Path, head: bytes) -> Callable[[Path, str, Fits], Table]:
    if head.startswith(b"PK\x03\x04"):
        return read_workbook
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return read_workbook
    if head.startswith(b"SQLite format 3\0"):
        return read_geopackage
    for magic, name in (
        (b"%PDF", "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x7fELF", "ELF"),
    ):
        if head.startswith(magic):
            raise InputUnreadableError(
                path=path, reason=Phrase("this is a {name} file, not a table", name=name)
            )
    has_mark = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not has_mark and b"\0" in head and utf16_without_mark(head) is None:
        raise InputUnreadableError(path=path, reason=Phrase("this is a binary file, not a table"))
    if is_markup(head):
        return read_markup
    plain = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return read_json if plain[:1] in (b"{", b"[") else read_text_table


def _check_size_and_hash(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise too_large(path, MAX_BYTES)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
