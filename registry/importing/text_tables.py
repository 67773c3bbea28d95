"""CSV and its relatives: the encoding and the delimiter are found, never guessed in silence."""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import PIECE, Fits, Row, Table, clean, distinct_headers, make_row, unpacked

ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "cp950")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text_table(path: Path, sha256: str, fits: Fits) -> Table:
    found = _possible_encodings(path)
    if not found:
        raise InputUnreadableError(
            path=path, reason=Phrase("its text is in none of UTF-8, UTF-16, GB18030 and Big5")
        )
    headers = {encoding: _csv_headers(path, encoding) for encoding in found}
    fitting = [name for name in found if fits(headers[name][0])] or found
    encoding = fitting[0]
    names, delimiter = headers[encoding]
    alike = [name for name in fitting if headers[name] == headers[encoding]]
    if len({_text_digest(path, name) for name in alike}) > 1:
        raise InputUnreadableError(
            path=path,
            reason=Phrase(
                "the text reads differently in {encodings}; save the file as UTF-8", encodings=alike
            ),
        )
    return Table(path, "csv", encoding, sha256, names, _csv_rows(path, encoding, delimiter, names))


def _possible_encodings(path: Path) -> list[str]:
    with unpacked(path) as stream:
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


def _csv_headers(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    with _csv_text(path, encoding) as text:
        first = text.readline(1 << 20)
    delimiter = max(",\t;", key=first.count)
    with _csv_text(path, encoding) as text:  # opened anew: a packed file cannot be wound back
        try:
            cells = next(csv.reader(text, delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            raise InputUnreadableError(path=path, reason=Phrase("line 1: {error}", error=error)) from error
    return distinct_headers(path, [clean(cell) for cell in cells]), delimiter


def _csv_rows(path: Path, encoding: str, delimiter: str, headers: tuple[str, ...]) -> Iterator[Row]:
    csv.field_size_limit(1 << 20)
    with _csv_text(path, encoding) as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            next(reader)
            for number, cells in enumerate(reader, start=2):
                if any(map(clean, cells)):
                    yield make_row(number, headers, cells)
        except csv.Error as error:
            reason = Phrase(
                "line {line}: {error}; the file may be cut off", line=reader.line_num, error=error
            )
            raise InputUnreadableError(path=path, reason=reason) from error
