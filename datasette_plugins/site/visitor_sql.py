"""What SQL that a visitor sends may do: read the edition.

It learns nothing of the machine and cannot exhaust it.
"""

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

LONGEST_BYTES = 2_000_000
"""Of a text, a blob or a row on the way through a query; a published photo (1,600 px) is smaller."""
RESULT_BYTES = 32_000_000
"""Of all rows of one result in memory."""
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_LOOK_EVERY_S = 0.005
_LONGEST_CHARACTER_SET = 1000
_TOO_LONG = " " * (LONGEST_BYTES + 1)
"""What a function of ours returns in order that SQLite refuses it."""
_ACTIONS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_INSERT,  # R-trees prepare their writing when they are opened; the file is immutable
    sqlite3.SQLITE_UPDATE,
    sqlite3.SQLITE_DELETE,
}
_PRAGMAS = {
    "data_version",  # asked by full-text search
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "page_count",
    "page_size",
    "table_info",
    "table_xinfo",
}
_PRAGMA_TABLE = "pragma_"
_FUNCTIONS = {"load_extension", "fts3_tokenizer"}


class VisitorConnection(sqlite3.Connection):
    """A connection for SQL from outside, once `confine` has been called."""

    def confine(self) -> None:
        """Set limits and permissions. Call when everything that the site itself needs has been prepared."""
        for limit, value in _LIMITS.items():
            self.setlimit(limit, value)
        self.create_function("instr", 2, _instr, deterministic=True)
        self.create_function("replace", 3, _replace, deterministic=True)
        for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
            self.create_function(name, 2, _stripper(strip), deterministic=True)
        self.set_authorizer(_authorize)

    _watch: tuple[threading.Event, threading.Thread] | None = None

    def set_progress_handler(self, handler: Callable[[], int | None] | None, _: int) -> None:
        """Ask `handler` from a thread beside the query whether to break it off; None ends that.

        SQLite would ask it thousands of times a second, each time with Python's lock in hand: two long
        queries then keep the site's event loop from running for seconds.
        """
        if self._watch is not None:
            ended, thread = self._watch
            ended.set()
            thread.join()
            self._watch = None
        if handler is not None:
            ended = threading.Event()
            thread = threading.Thread(target=self._look, args=(handler, ended), daemon=True)
            self._watch = (ended, thread)
            thread.start()

    def _look(self, handler: Callable[[], int | None], ended: threading.Event) -> None:
        while not ended.wait(_LOOK_EVERY_S):
            if handler():
                self.interrupt()

    def cursor(self, *_: Any) -> "VisitorCursor":  # type: ignore[override]
        """A cursor that weighs what it fetches."""
        return super().cursor(VisitorCursor)


class VisitorCursor(sqlite3.Cursor):
    """Fetches no more than RESULT_BYTES at once. Raises sqlite3.OperationalError beyond."""

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """At most `size` rows."""
        return _weighed(islice(self, self.arraysize if size is None else size))

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return _weighed(self)


def _weighed(source: Iterable[Any]) -> list[Any]:
    rows, weight = [], 0
    for row in source:
        weight += sum(map(sys.getsizeof, row)) + 8 * len(row)
        if weight > RESULT_BYTES:
            raise sqlite3.OperationalError("result too big: ask for fewer rows or columns")
        rows.append(row)
    return rows


def _authorize(action: int, what: str | None, other: str | None, *_: str | None) -> int:
    """SQLite's question whether a statement may do something."""
    if action == sqlite3.SQLITE_READ:
        table = (what or "").lower()
        is_open = not table.startswith(_PRAGMA_TABLE) or table.removeprefix(_PRAGMA_TABLE) in _PRAGMAS
    elif action == sqlite3.SQLITE_PRAGMA:
        is_open = (what or "").lower() in _PRAGMAS
    elif action == sqlite3.SQLITE_FUNCTION:
        is_open = (other or "").lower() not in _FUNCTIONS
    else:
        is_open = action in _ACTIONS
    return sqlite3.SQLITE_OK if is_open else sqlite3.SQLITE_DENY


# SQLite's own search, replacement and trimming compare every place with the whole pattern. One call on two
# long texts takes half a minute, and no time limit interrupts a single call; these take milliseconds.


def _instr(text: Any, part: Any) -> int | None:
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def _replace(text: Any, part: Any, other: Any) -> str | None:
    if text is None or part is None or other is None:
        return None
    whole, old, new = _text(text), _text(part), _text(other)
    if not old:
        return whole
    if len(whole) + whole.count(old) * (len(new) - len(old)) > LONGEST_BYTES:
        return _TOO_LONG
    return whole.replace(old, new)


def _stripper(strip: Any) -> Any:
    def stripped(text: Any, characters: Any) -> str | None:
        if text is None or characters is None:
            return None
        if len(_text(characters)) > _LONGEST_CHARACTER_SET:
            return _TOO_LONG
        return strip(_text(text), _text(characters))  # type: ignore[no-any-return]

    return stripped


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
