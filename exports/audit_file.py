"""The audit as CSV for an inspection: UTF-8 with a byte order mark, so that spreadsheets read its Chinese."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def audit_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The lines of the file. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    yield b"\xef\xbb\xbf"
    for row in (head, *rows):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerow(_plain(cell) for cell in row)
        yield text.getvalue().encode()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
