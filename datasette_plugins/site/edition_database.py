"""The public edition as a Datasette database that follows the file when a new edition takes its place."""

import asyncio
import hashlib
import os
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from datasette.database import Database, Results
from datasette.utils import sqlite_timelimit

from datasette_plugins.site.compat import DATABASE, HELPER_TABLES
from datasette_plugins.site.visitor_sql import VisitorConnection
from registry.errors import EditionMissingError
from registry.rules.edition_files import withdrawn_numbers, withdrawn_path

T = TypeVar("T")
Stamp = tuple[int, int, int, int]
_COUNT_LIMIT_MS = 200
_VISITOR_THREADS = 2


def stamp_of(status: os.stat_result) -> Stamp:
    """What tells one edition file from another: device, inode, time and size."""
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


class EditionDatabase(Database):
    """A read-only database whose connections belong to one file, not to one name.

    `gushu publish` puts a new edition in place with `os.replace`. Every call looks at the file first (one
    `stat`) and, where it is another one, opens a new connection: each worker and thread switches by itself,
    and a call that has begun ends on the edition it began with. What one page shows is loaded in one
    `execute_fn`.

    SQL that visitors send, and the catalogue pages around it, go through `execute`: it has few threads and
    confined connections of its own, so that the site's own pages never wait for it.
    """

    def __init__(self, ds: Any, path: str | Path) -> None:
        super().__init__(ds, path=str(path), is_mutable=False)
        self._local = threading.local()
        self._open_connections: set[sqlite3.Connection] = set()
        self._visitors = _Visitors(self)
        self._remembered: tuple[Stamp | None, dict[str, Any]] = (None, {})
        self._sha256: tuple[Stamp | None, str] = (None, "")
        self._counts: tuple[Stamp | None, dict[str, int | None]] = (None, {})
        self._withdrawn: tuple[tuple[Stamp | None, Stamp] | None, frozenset[int]] = (None, frozenset())

    def stamp(self) -> Stamp:
        """The stamp of the edition now in place. Raises EditionMissingError where there is none."""
        try:
            return stamp_of(os.stat(self.path))
        except OSError as error:
            raise EditionMissingError(path=self.path) from error

    @property
    def mark(self) -> str:
        """A short text that is another one for every edition."""
        return hashlib.sha256(repr(self.stamp()).encode()).hexdigest()[:16]

    @property
    def withdrawn(self) -> frozenset[int]:
        """The numbers of the editions that were taken back, as they are known at this moment."""
        beside = withdrawn_path(Path(self.path))
        try:
            stamp = (stamp_of(os.stat(beside)), self.stamp())
        except FileNotFoundError:
            stamp = (None, self.stamp())
        if self._withdrawn[0] != stamp:
            text = beside.read_text(encoding="utf-8", errors="replace") if stamp[0] else None
            self._withdrawn = (stamp, withdrawn_numbers(text, self.facts))
        return self._withdrawn[1]

    @property
    def is_withdrawn(self) -> bool:
        """Whether the edition in place was taken back."""
        number = self.facts.get("number", "")
        return number.isdecimal() and int(number) in self.withdrawn

    @property
    def facts(self) -> dict[str, str]:
        """The `edition` table of the edition now in place: number, name, made_at …"""
        return self.read_now(self.facts_of)

    def facts_of(self, connection: sqlite3.Connection) -> dict[str, str]:
        """The facts of the edition that `connection`, one of this thread's, reads."""
        return self.remember(connection, "facts", _read_facts)

    def read_now(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """`read` in the calling thread: for a few indexed look-ups that cost less than a thread hop."""
        return read(self._connection())

    def remember(
        self, connection: sqlite3.Connection, name: str, compute: Callable[[sqlite3.Connection], T]
    ) -> T:
        """`compute(connection)`, kept until the next edition. For use inside `execute_fn`."""
        stamp, known = self._remembered
        opened: tuple[Stamp, sqlite3.Connection] = self._local.opened
        if stamp != opened[0]:
            known = {}
            self._remembered = (opened[0], known)
        if name not in known:
            known[name] = compute(connection)
        return known[name]  # type: ignore[no-any-return]

    @contextmanager
    def private_connection(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own for a long read, which ends on the edition it began with."""
        _, connection = self._open(sqlite3.Connection)
        try:
            yield connection
        finally:
            self._end(connection)

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """`fn(connection)` in Datasette's thread pool, on the edition now in place."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.ds.executor, self.read_now, fn)

    _execute_fn = execute_fn  # what the 1.0 alphas call within `execute`

    async def execute(self, sql: str, *args: Any, **options: Any) -> Any:
        """As Datasette's; each edition has a `schema_version` of its own: the catalogue is renewed.

        What SQLite says to a reader's own query is told to the reader, not to the operator.
        """
        options["log_sql_errors"] = False
        if sql == "PRAGMA schema_version":
            return Results([(int(self.mark[:8], 16),)], False, (("schema_version",),))
        return await self._visitors.execute(sql, *args, **options)

    async def attached_databases(self) -> list[Any]:
        """None ever; asking SQLite would tell where the file lies."""
        return []

    async def hidden_table_names(self) -> list[str]:
        """The tables that catalogues do not show: those that help others, by how their names begin."""
        return await self.execute_fn(_hidden_tables)

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """Rows per table of the edition now in place; None where counting takes longer than `limit` ms.

        Nothing where there is no edition: the 1.0 alphas ask when the site starts.
        """
        try:
            stamp = self.stamp()
        except EditionMissingError:
            return {}
        if self._counts[0] != stamp:
            self._counts = (
                stamp,
                await self.execute_fn(partial(_count_rows, limit_ms=min(limit, _COUNT_LIMIT_MS))),
            )
        return self._counts[1]

    @property
    def cached_table_counts(self) -> dict[str, int | None] | None:
        """The counts, where they are those of the edition now in place."""
        return self._counts[1] if self._counts[0] == self.stamp() else None

    @property
    def hash(self) -> str:
        """Datasette's name for `mark`."""
        return self.mark

    @property
    def size(self) -> int:
        """Bytes of the edition now in place."""
        return self.stamp()[3]

    async def sha256(self) -> tuple[str, int]:
        """SHA-256 (hexadecimal) and size in bytes of one and the same edition file."""
        if self._sha256[0] != self.stamp():
            self._sha256 = await asyncio.to_thread(_digest, self.path)
        stamp, digest = self._sha256
        return digest, stamp[3] if stamp else 0

    def close(self) -> None:
        """Close every connection; to be called when nothing is asked any more."""
        self._visitors.close()
        self._local.__dict__.pop("opened", None)
        for connection in [*self._open_connections]:
            self._end(connection)
        super().close()

    def visitor_connection(self, local: threading.local) -> sqlite3.Connection:
        """The confined connection that `local`, one of a thread for visitors' SQL, holds."""
        return self._current(local, VisitorConnection)

    def _connection(self) -> sqlite3.Connection:
        return self._current(self._local, sqlite3.Connection)

    def _current(self, local: threading.local, kind: type[sqlite3.Connection]) -> sqlite3.Connection:
        opened: tuple[Stamp, sqlite3.Connection] | None = getattr(local, "opened", None)
        try:
            stamp = self.stamp()
        except EditionMissingError:
            if opened is None:
                raise
            return opened[1]  # the file is being moved by hand: what was open stays readable
        if opened is None or opened[0] != stamp:
            if opened is not None:
                self._end(opened[1])
            local.opened = opened = self._open(kind)
        return opened[1]

    def _open(self, kind: type[sqlite3.Connection]) -> tuple[Stamp, sqlite3.Connection]:
        """A connection and the stamp of the file it reads, even if the file is replaced meanwhile."""
        while True:
            stamp = self.stamp()
            address = Path(self.path).resolve().as_uri() + "?immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False, factory=kind)
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # opens the file
            if self.stamp() == stamp:
                break
            connection.close()
        self.ds._prepare_connection(connection, self.name)
        if isinstance(connection, VisitorConnection):
            connection.confine()
        else:
            connection.text_factory = str  # an edition is UTF-8: no need to mend it text by text
        self._open_connections.add(connection)
        return stamp, connection

    def _end(self, connection: sqlite3.Connection) -> None:
        self._open_connections.discard(connection)
        connection.close()


class _Visitors(Database):
    """The same file for SQL that came from outside."""

    def __init__(self, edition: EditionDatabase) -> None:
        super().__init__(edition.ds, path=edition.path, is_mutable=False)
        self.name = DATABASE
        self._edition = edition
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(_VISITOR_THREADS, thread_name_prefix="visitors-sql")

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """`fn(connection)` in a thread for visitors."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._read, fn)

    _execute_fn = execute_fn  # what the 1.0 alphas call within `execute`

    async def execute(self, sql: str, *args: Any, **options: Any) -> Any:
        """As Datasette's, which takes for the reader's fault an OperationalError only."""
        try:
            return await super().execute(sql, *args, **options)
        except sqlite3.DatabaseError as error:
            raise sqlite3.OperationalError(str(error)) from error

    def close(self) -> None:
        """Begin nothing more; connections are closed with those of the edition."""
        self._pool.shutdown(cancel_futures=True)

    def _read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._edition.visitor_connection(self._local)
        try:
            return fn(connection)
        except Exception as error:
            _let_go(error)
            raise


def _let_go(error: BaseException | None) -> None:
    """Free here the cursors that an error's frames hold.

    Freed in the event loop's thread they would wait, with Python's lock in hand, for the connection's next
    query to end: the whole site would stand still.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _read_facts(connection: sqlite3.Connection) -> dict[str, str]:
    with closing(connection.execute("SELECT key, value FROM edition")) as rows:
        return dict(rows.fetchall())


def _hidden_tables(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for (name,) in names if name.startswith(HELPER_TABLES)]


def _count_rows(connection: sqlite3.Connection, limit_ms: int) -> dict[str, int | None]:
    """Rows per real table; a virtual table cannot be scanned and is left out."""
    listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
    counts: dict[str, int | None] = {}
    for (name,) in listed.fetchall():
        try:
            with sqlite_timelimit(connection, limit_ms):
                counts[name] = connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
        except sqlite3.OperationalError:  # interrupted
            counts[name] = None
    return counts


def _digest(path: str) -> tuple[Stamp, str]:
    with open(path, "rb") as file:
        return stamp_of(os.fstat(file.fileno())), hashlib.file_digest(file, "sha256").hexdigest()
