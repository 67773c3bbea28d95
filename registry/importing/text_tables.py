"""CSV and its relatives: the encoding and the delimiter are found, never guessed in silence."""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import PIECE, Fits, Notes, Row, Table, distinct_headers, unpacked
from registry.importing.layouts import Layout, Line, find_layout, table_rows

ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "cp950")
DELIMITERS = ",\t;|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_QUOTED = re.compile(r'"[^"]*"')
_FIRST_LINES = 30
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text file as it reads in one encoding."""

    encoding: str
    delimiter: str
    layout: Layout


def read_text_table(path: Path, sha256: str, fits: Fits) -> Table:
    """The table in the text file `path`. Raises InputUnreadableError; never picks one of two readings."""
    found = _possible_encodings(path)
    if not found:
        encoding, line = _furthest(path)
        raise InputUnreadableError(
            path=path,
            reason=Phrase(
                "its text is in none of UTF-8, UTF-16, GB18030 and Big5; "
                "as {encoding} it reads up to line {line}",
                encoding=encoding,
                line=line,
            ),
        )
    readings = _readings(path, found, fits)
    fitting = [reading for reading in readings if fits(reading.layout.headers)] or readings
    chosen = max(fitting, key=lambda reading: reading.layout.known)
    alike = [reading for reading in fitting if reading.layout.headers == chosen.layout.headers]
    rivals = fitting if chosen.layout.known == 0 and fits(("\0",)) else alike
    if len({_text_digest(path, reading.encoding) for reading in rivals}) > 1:
        names = [reading.encoding for reading in rivals]
        raise InputUnreadableError(
            path=path,
            reason=Phrase(
                "the text reads differently in {encodings}; save the file as UTF-8", encodings=names
            ),
        )
    headers = distinct_headers(path, list(chosen.layout.headers))
    notes = Notes()
    rows = _rows(path, chosen, notes)
    return Table(path, "csv", chosen.encoding, sha256, headers, rows, notes)


def utf16_without_mark(head: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where the first bytes of a file read as text in it; None otherwise."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
        except UnicodeError:
            continue
        if "\n" in text and all(letter.isprintable() or letter in "\r\n\t\u3000" for letter in text):
            return encoding
    return None


def _readings(path: Path, encodings: list[str], fits: Fits) -> list[_Reading]:
    readings, problems = [], []
    for encoding in encodings:
        try:
            readings.append(_read_head(path, encoding, fits))
        except InputUnreadableError as error:
            problems.append(error)
    if not readings:
        raise problems[0]
    return readings


def _read_head(path: Path, encoding: str, fits: Fits) -> _Reading:
    with _csv_text(path, encoding) as text:
        delimiter = _delimiter(text.read(1 << 16))
    with closing(_lines(path, encoding, delimiter)) as lines:
        layout = find_layout(lines, fits)
    if layout is None:
        raise InputUnreadableError(path=path, reason=Phrase("there is no header row"))
    return _Reading(encoding, delimiter, layout)


def _possible_encodings(path: Path) -> list[str]:
    with unpacked(path) as stream:
        head = stream.read(4096)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return [encoding] if _decodes(path, encoding) else []
    if b"\0" in head:
        wide = utf16_without_mark(head)
        return [wide] if wide and _decodes(path, wide) else []
    if _decodes(path, "utf-8"):
        return ["utf-8"]
    return [encoding for encoding in ENCODINGS[1:] if _decodes(path, encoding)]


def _furthest(path: Path) -> tuple[str, int]:
    """The encoding in which most of the file can be read, and the line where even that ends."""
    reached = {encoding: _lines_read(path, encoding) for encoding in ENCODINGS}
    best = max(reached, key=lambda encoding: reached[encoding])
    return best, reached[best]


def _lines_read(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with unpacked(path) as stream:
        while raw := stream.readline(PIECE):
            try:
                text = decoder.decode(raw)
            except UnicodeError:
                return line
            if "\0" in text:
                return line
            line += raw.endswith(b"\n")
    return line


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with unpacked(path) as stream:
            while piece := stream.read(PIECE):
                if "\0" in decoder.decode(piece):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _text_digest(path: Path, encoding: str) -> bytes:
    digest = hashlib.sha256()
    with _csv_text(path, encoding) as text:
        while piece := text.read(PIECE):
            digest.update(piece.encode())
    return digest.digest()


def _csv_text(path: Path, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(unpacked(path), encoding=encoding, newline="")


def _delimiter(text: str) -> str:
    """What separates cells: what the first line of the table has, and most lines below as often."""
    if match := _SEPARATOR_LINE.match(text):
        return match[1]
    lines = list(islice(filter(str.strip, _QUOTED.sub("", text).splitlines()), _FIRST_LINES))
    ranked = []
    for delimiter in DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        first = next((position for position, count in enumerate(counts) if count), None)
        if first is not None:
            usual = max(counts[first:], key=counts[first:].count)
            is_steady = usual > 0 and counts[first:].count(usual) * 2 > len(counts) - first
            ranked.append((is_steady, -first, usual or sum(counts), delimiter))
    return max(ranked, key=lambda rank: rank[:3])[3] if ranked else ","


def _lines(path: Path, encoding: str, delimiter: str) -> Generator[Line, None, None]:
    csv.field_size_limit(1 << 20)
    with _csv_text(path, encoding) as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                if number > 1 or not _SEPARATOR_LINE.fullmatch(delimiter.join(cells)):
                    yield number, cells
        except csv.Error as error:
            reason = Phrase(
                "line {line}: {error}; the file may be cut off", line=reader.line_num, error=error
            )
            raise InputUnreadableError(path=path, reason=reason) from error


def _rows(path: Path, reading: _Reading, notes: Notes) -> Iterator[Row]:
    yield from table_rows(_lines(path, reading.encoding, reading.delimiter), reading.layout, notes)
