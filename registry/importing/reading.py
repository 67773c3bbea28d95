"""Reading tables out of files: what the file is, is told by its bytes and never by its name alone.

Every reader gives headers and rows of text cells; the first row below the header is row 2, as a
spreadsheet shows it.
"""

import codecs
import csv
import gzip
import hashlib
import io
import json
import math
import shutil
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from registry.errors import InputMissingError, InputUnreadableError, Phrase

MAX_BYTES = 1 << 30
MAX_WHOLE_BYTES = 256 << 20
"""Formats that must be held in memory as a whole (JSON, workbooks) may be this large."""
ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "cp950")
_PIECE = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

Fits = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by header.

    missing: (cells found, cells expected) where they differ: the row was cut off, or has cells to spare.
    """

    number: int
    cells: dict[str, str]
    missing: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was understood: what it is, its headers, and its rows (read once)."""

    path: Path
    kind: str
    encoding: str
    sha256: str
    headers: tuple[str, ...]
    rows: Iterator[Row]


def open_table(path: Path, *, fits: Fits = lambda _headers: True) -> Table:
    """The table in `path` (CSV, TSV, XLSX/XLS/ODS, JSON, GeoJSON, GeoPackage; each also as .gz).

    fits: tells whether headers are the wanted ones; it settles the encoding or sheet where several would do.
    Raises InputMissingError, InputUnreadableError.
    """
    if not path.is_file():
        raise InputMissingError(path=path)
    try:
        sha256 = _check_size_and_hash(path)
        with _unpacked(path) as stream:
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


def clean(text: str) -> str:
    """`text` without blanks around it, with the debris of spreadsheets and web pages taken out."""
    for debris in ("_x000D_", "&#x0D;", "\ufeff", "\u200b"):
        text = text.replace(debris, "")
    return text.replace("\u00a0", " ").replace("\u3000", " ").strip()


def _reader_for(path: Path, head: bytes) -> Callable[[Path, str, Fits], Table]:
    if head.startswith(b"PK\x03\x04"):
        return _read_workbook
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _read_workbook
    if head.startswith(b"SQLite format 3\0"):
        return _read_geopackage
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
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in head:
        raise InputUnreadableError(path=path, reason=Phrase("this is a binary file, not a table"))
    plain = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return _read_json if plain[:1] in (b"{", b"[") else _read_csv


class _Limited(io.RawIOBase):
    """A stream that ends with an error past MAX_BYTES: a small compressed file can hold a huge one."""

    def __init__(self, packed: BinaryIO, path: Path) -> None:
        self._stream, self._packed, self._path, self._seen = gzip.GzipFile(fileobj=packed), packed, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._seen += len(piece)
        if self._seen > MAX_BYTES:
            raise _too_large(self._path, MAX_BYTES)
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        self._packed.close()
        super().close()


def _unpacked(path: Path) -> BinaryIO:
    stream = path.open("rb")
    is_gzip = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    if not is_gzip:
        return stream
    return io.BufferedReader(_Limited(stream, path))


def _check_size_and_hash(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise _too_large(path, MAX_BYTES)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _too_large(path: Path, limit: int) -> InputUnreadableError:
    return InputUnreadableError(
        path=path,
        reason=Phrase("it is larger than {limit} MiB; split it into several files", limit=limit >> 20),
    )


def _read_whole(path: Path) -> bytes:
    with _unpacked(path) as stream:
        content = stream.read(MAX_WHOLE_BYTES + 1)
    if len(content) > MAX_WHOLE_BYTES:
        raise _too_large(path, MAX_WHOLE_BYTES)
    return content


# --- text tables ---------------------------------------------------------------------------------------


def _read_csv(path: Path, sha256: str, fits: Fits) -> Table:
    found = _possible_encodings(path)
    if not found:
        raise InputUnreadableError(
            path=path, reason=Phrase("its text is in none of UTF-8, UTF-16, GB18030 and Big5")
        )
    headers = {encoding: _csv_headers(path, encoding) for encoding in found}
    encoding = next((name for name in found if fits(headers[name][0])), found[0])
    names, delimiter = headers[encoding]
    return Table(path, "csv", encoding, sha256, names, _csv_rows(path, encoding, delimiter, names))


def _possible_encodings(path: Path) -> list[str]:
    with _unpacked(path) as stream:
        head = stream.read(4)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return [encoding] if _decodes(path, encoding) else []
    if _decodes(path, "utf-8"):
        return ["utf-8"]
    return [encoding for encoding in ENCODINGS[1:] if _decodes(path, encoding)]


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with _unpacked(path) as stream:
            while piece := stream.read(_PIECE):
                if "\0" in decoder.decode(piece):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _csv_text(path: Path, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_unpacked(path), encoding=encoding, newline="")


def _csv_headers(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    with _csv_text(path, encoding) as text:
        first = text.readline(1 << 20)
    delimiter = max(",\t;", key=first.count)
    with _csv_text(path, encoding) as text:  # opened anew: a packed file cannot be wound back
        try:
            cells = next(csv.reader(text, delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            raise InputUnreadableError(path=path, reason=Phrase("line 1: {error}", error=error)) from error
    return _distinct(path, [clean(cell) for cell in cells]), delimiter


def _distinct(path: Path, headers: list[str]) -> tuple[str, ...]:
    while headers and not headers[-1]:
        headers.pop()
    doubled = sorted({name for name in headers if name and headers.count(name) > 1})
    if doubled:
        raise InputUnreadableError(
            path=path, reason=Phrase("the header has {columns} more than once", columns=", ".join(doubled))
        )
    if not any(headers):
        raise InputUnreadableError(path=path, reason=Phrase("there is no header row"))
    return tuple(headers)


def _csv_rows(path: Path, encoding: str, delimiter: str, headers: tuple[str, ...]) -> Iterator[Row]:
    csv.field_size_limit(1 << 20)
    with _csv_text(path, encoding) as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            next(reader)
            for number, cells in enumerate(reader, start=2):
                if any(map(clean, cells)):
                    yield _row(number, headers, cells)
        except csv.Error as error:
            reason = Phrase(
                "line {line}: {error}; the file may be cut off", line=reader.line_num, error=error
            )
            raise InputUnreadableError(path=path, reason=reason) from error


def _row(number: int, headers: tuple[str, ...], cells: Sequence[str]) -> Row:
    values = {name: clean(cell) for name, cell in zip(headers, cells, strict=False) if name}
    spare = any(clean(cell) for cell in cells[len(headers) :])
    missing = (len(cells), len(headers)) if len(cells) < len(headers) or spare else None
    return Row(number, values, missing)


# --- workbooks -----------------------------------------------------------------------------------------


def _read_workbook(path: Path, sha256: str, fits: Fits) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook

    content = _read_whole(path)
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
    heads = [[clean(_cell(cell)) for cell in rows[0]] for rows, _ in tables]
    chosen = next((index for index, head in enumerate(heads) if fits(head)), 0)
    headers = _distinct(path, heads[chosen])
    return Table(path, "workbook", "utf-8", sha256, headers, _workbook_rows(*tables[chosen], headers))


def _check_zip(path: Path, content: bytes) -> None:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise InputUnreadableError(path=path, reason=Phrase("the workbook is damaged or cut off")) from error
    if sum(member.file_size for member in members) > MAX_WHOLE_BYTES:
        raise _too_large(path, MAX_WHOLE_BYTES)
    if any(member.flag_bits & 1 for member in members):
        raise InputUnreadableError(
            path=path, reason=Phrase("it is protected by a password; save it without one")
        )


def _workbook_rows(rows: list[list[Any]], first: int, headers: tuple[str, ...]) -> Iterator[Row]:
    for number, cells in enumerate(rows[1:], start=first + 1):
        texts = [_cell(cell) for cell in cells]
        if any(map(clean, texts)):
            yield _row(number, headers, texts)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ",".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


# --- JSON ----------------------------------------------------------------------------------------------


def _read_json(path: Path, sha256: str, _fits: Fits) -> Table:
    content = _read_whole(path)
    encoding = "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else json.detect_encoding(content)
    try:
        document = json.loads(content.decode(encoding), parse_float=str, parse_int=str)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputUnreadableError(
            path=path, reason=Phrase("it is not whole, valid JSON ({error})", error=error)
        ) from error
    entries = [_flat(entry) for entry in _entries(path, document)]
    headers = tuple(dict.fromkeys(name for entry in entries for name in entry))
    rows = (
        Row(number, {n: clean(_cell(v)) for n, v in entry.items()}) for number, entry in enumerate(entries, 1)
    )
    return Table(path, "json", encoding, sha256, headers, rows)


def _entries(path: Path, document: Any) -> list[dict[str, Any]]:
    lists = (
        [document] if isinstance(document, list) else [v for v in document.values() if isinstance(v, list)]
    )
    tables = [rows for rows in lists if rows and all(isinstance(row, dict) for row in rows)]
    if len(tables) != 1:
        raise InputUnreadableError(
            path=path, reason=Phrase("it holds {count} lists of records instead of one", count=len(tables))
        )
    return tables[0]


def _flat(entry: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature as a flat record with `longitude` and `latitude`; anything else as it is."""
    if entry.get("type") != "Feature":
        return entry
    properties, geometry = entry.get("properties"), entry.get("geometry")
    flat = dict(properties) if isinstance(properties, dict) else {}
    place = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if (
        isinstance(geometry, dict)
        and geometry.get("type") == "Point"
        and isinstance(place, list)
        and place[1:]
    ):
        flat.setdefault("longitude", place[0])
        flat.setdefault("latitude", place[1])
    return flat


# --- GeoPackage ----------------------------------------------------------------------------------------


def _read_geopackage(path: Path, sha256: str, fits: Fits) -> Table:
    try:
        with _plain_file(path) as file, closing(sqlite3.connect(_read_only(file), uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            layers = [
                tuple(row)
                for row in connection.execute(
                    "SELECT c.table_name, g.column_name FROM gpkg_contents c "
                    "JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
                    "WHERE c.data_type = 'features'"
                )
            ]
            tables = [
                [_feature(row, geometry) for row in connection.execute(f"SELECT * FROM {_quoted(name)}")]
                for name, geometry in layers
            ]
    except sqlite3.DatabaseError as error:
        raise InputUnreadableError(
            path=path, reason=Phrase("it is not a GeoPackage ({error})", error=error)
        ) from error
    full = [rows for rows in tables if rows]
    if not full:
        raise InputUnreadableError(path=path, reason=Phrase("the GeoPackage has no features"))
    chosen = next((rows for rows in full if fits(tuple(rows[0]))), full[0])
    headers = tuple(chosen[0])
    rows = (Row(n, {k: clean(_cell(v)) for k, v in cells.items()}) for n, cells in enumerate(chosen, 1))
    return Table(path, "geopackage", "utf-8", sha256, headers, rows)


@contextmanager
def _plain_file(path: Path) -> Iterator[Path]:
    """`path` itself, or a temporary file with what is packed in it: SQLite reads no compressed files."""
    with path.open("rb") as stream:
        is_packed = stream.read(2) == b"\x1f\x8b"
    if not is_packed:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder, _unpacked(path) as packed:
        plain = Path(folder) / "unpacked.gpkg"
        with plain.open("wb") as target:
            shutil.copyfileobj(packed, target, _PIECE)
        yield plain


def _read_only(path: Path) -> str:
    """The address of `path` for SQLite. With a log beside it (QGIS has it open) the log counts as well."""
    has_log = path.with_name(path.name + "-wal").exists()
    return path.resolve().as_uri() + ("?mode=ro" if has_log else "?mode=ro&immutable=1")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _feature(row: sqlite3.Row, geometry: str) -> dict[str, Any]:
    cells = {name: row[name] for name in row.keys() if name != geometry}  # noqa: SIM118
    if point := _point(row[geometry] if geometry in row.keys() else None):  # noqa: SIM118
        cells.setdefault("longitude", point[0])
        cells.setdefault("latitude", point[1])
    return cells


def _point(blob: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a GeoPackage point; None for other geometries."""
    if not isinstance(blob, bytes) or len(blob) < 29 or blob[:2] != b"GP":
        return None
    envelope = (0, 32, 48, 48, 64)[min((blob[3] >> 1) & 7, 4)]
    body = blob[8 + envelope :]
    order = "<" if body[:1] == b"\1" else ">"
    if len(body) < 21 or struct.unpack(order + "I", body[1:5])[0] % 1000 != 1:
        return None
    east, north = struct.unpack(order + "dd", body[5:21])
    return (east, north) if math.isfinite(east) and math.isfinite(north) else None
