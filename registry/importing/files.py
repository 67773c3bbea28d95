"""What all readers share: rows and tables, limits on size, unpacking, and the debris of cells."""

import gzip
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from registry.errors import InputUnreadableError, Phrase

MAX_BYTES = 1 << 30
MAX_WHOLE_BYTES = 256 << 20
"""Formats that must be held in memory as a whole (JSON, workbooks) may be this large."""
PIECE = 1 << 20
MOST_NOTES = 40

Fits = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by header.

    missing: (cells found, cells expected) where they differ: the row was cut off, or has cells to spare.
    sheet: the sheet it stands in, where the table has several.
    """

    number: int
    cells: dict[str, str]
    missing: tuple[int, int] | None = None
    sheet: str = ""

    @property
    def place(self) -> str:
        """Where the row stands: its number, after its sheet where there are several."""
        return f"{self.sheet}!{self.number}" if self.sheet else str(self.number)

    def file_as_told(self, file: str) -> str:
        """The name of the row's file, with the sheet where there are several."""
        return f"{file} [{self.sheet}]" if self.sheet else file


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was understood: what it is, its headers, and its rows (read once).

    notes: what of the file is no row of the table, for a person to know; whole once the rows are read.
    sheets: the sheets that the rows stand in; empty where a file has none.
    """

    path: Path
    kind: str
    encoding: str
    sha256: str
    headers: tuple[str, ...]
    rows: Iterator[Row]
    notes: "Notes" = field(default_factory=lambda: Notes())  # noqa: PLW0108  (defined below)
    sheets: tuple[str, ...] = ()


class Notes:
    """What was recognised as no row of a table. Past MOST_NOTES only their number is kept: memory is flat."""

    def __init__(self) -> None:
        self._told: list[Phrase] = []
        self._more = 0

    def tell(self, template: str, **facts: object) -> None:
        """Add one; `template` is a sentence for `Translator.phrase`."""
        if len(self._told) < MOST_NOTES:
            self._told.append(Phrase(template, **facts))
        else:
            self._more += 1

    def __iter__(self) -> Iterator[Phrase]:
        yield from self._told
        if self._more:
            yield Phrase("… and {count} more", count=self._more)


def clean(text: str) -> str:
    """`text` without blanks around it, with the debris of spreadsheets and web pages taken out."""
    if text.isascii() and "_x" not in text and "&#" not in text:
        return text.strip()
    for debris in ("_x000D_", "&#x0D;", "\ufeff", "\u200b"):
        text = text.replace(debris, "")
    return text.replace("\u00a0", " ").replace("\u3000", " ").strip()


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
            raise too_large(self._path, MAX_BYTES)
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        self._packed.close()
        super().close()


def unpacked(path: Path) -> BinaryIO:
    stream = path.open("rb")
    is_gzip = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    if not is_gzip:
        return stream
    return io.BufferedReader(_Limited(stream, path))


def check_whole_size(path: Path, size: int) -> None:
    """Raises InputUnreadableError where `size` bytes are too many to be held as a whole."""
    if size > MAX_WHOLE_BYTES:
        raise too_large(path, MAX_WHOLE_BYTES)


def too_large(path: Path, limit: int) -> InputUnreadableError:
    return InputUnreadableError(
        path=path,
        reason=Phrase("it is larger than {limit} MiB; split it into several files", limit=limit >> 20),
    )


def read_whole(path: Path) -> bytes:
    with unpacked(path) as stream:
        content = stream.read(MAX_WHOLE_BYTES + 1)
    check_whole_size(path, len(content))
    return content


def distinct_headers(path: Path, headers: list[str]) -> tuple[str, ...]:
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


def make_row(number: int, headers: tuple[str, ...], cells: Sequence[str], sheet: str = "") -> Row:
    """A row of `cells`, which are cleaned."""
    values = {name: cell for name, cell in zip(headers, cells, strict=False) if name}
    spare = any(cells[len(headers) :])
    missing = (len(cells), len(headers)) if len(cells) < len(headers) or spare else None
    return Row(number, values, missing, sheet)


_ROUND_BUT_TEXT = re.compile("[0-9]{15,}0")


def certain_text(text: str) -> str:
    """`text` with an apostrophe before it where it could be taken for a number that a spreadsheet rounded.

    For cells that are known to be text: `registry.rules.numbers.as_written` takes the mark off again.
    """
    return f"'{text}" if _ROUND_BUT_TEXT.fullmatch(text) else text


def cell_text(value: Any) -> str:  # noqa: PLR0911  (one for each kind of cell)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return f"{int(value)}.0"  # past 15 digits a spreadsheet keeps no number exactly: the mark tells
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ",".join(cell_text(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
