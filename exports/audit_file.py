"""The audit as CSV for an inspection: UTF-8 with a byte order mark, so that spreadsheets read its Chinese."""

from collections.abc import Iterable, Iterator, Sequence

from exports.csv_cells import BYTE_ORDER_MARK, csv_line


def audit_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The lines of the file. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    yield BYTE_ORDER_MARK.encode()
    yield from map(csv_line, (head, *rows))
