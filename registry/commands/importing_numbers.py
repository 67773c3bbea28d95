"""The numbers that a file has brought, kept on disk: a million of them need no more memory than a few."""

import sqlite3
from collections.abc import Iterable
from types import TracebackType

from registry.chunks import chunks

Key = tuple[str, str]
"""A number and its scheme."""
_SEPARATOR = "\x1f"
"""Stands in no number: rows with such characters are rejected."""
_SOME = 500
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE seen (key TEXT PRIMARY KEY, row TEXT, digest BLOB) WITHOUT ROWID;
CREATE TABLE named (number TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Numbers:
    """A private database beside the register, gone when it is closed or its process ends."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)

    def __enter__(self) -> "Numbers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def earlier(self, keys: Iterable[Key]) -> dict[Key, tuple[str, str]]:
        """Of numbers that stood in the file before: in which row, and the digest of what it said."""
        found: dict[Key, tuple[str, str]] = {}
        for some in chunks(keys, _SOME):
            query = f"SELECT * FROM seen WHERE key IN ({','.join('?' * len(some))})"
            for text, row, digest in self._db.execute(query, [_SEPARATOR.join(key) for key in some]):
                number, _, scheme = text.partition(_SEPARATOR)
                found[number, scheme] = (row, digest.hex())
        return found

    def keep(self, entries: Iterable[tuple[Key, str, str]]) -> None:
        """Remember (key, row, digest) of numbers that were new."""
        rows = [(_SEPARATOR.join(key), row, bytes.fromhex(digest)) for key, row, digest in entries]
        self._db.executemany("INSERT INTO seen VALUES (?, ?, ?)", rows)

    def name(self, number: str) -> None:
        """Remember the number of a row that was rejected: the tree is in the file all the same."""
        plain = number.encode(errors="replace").decode()  # such a row may hold what is no text
        self._db.execute("INSERT OR IGNORE INTO named VALUES (?)", (plain,))

    def absent(self, keys: list[Key]) -> list[Key]:
        """Those of `keys` that the file did not bring."""
        here = self.earlier(keys).keys()
        marks = ",".join("?" * len(keys))
        query = f"SELECT number FROM named WHERE number IN ({marks})"
        named = {number for (number,) in self._db.execute(query, [number for number, _ in keys])}
        return [key for key in keys if key not in here and key[0] not in named]
