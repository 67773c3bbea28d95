"""Writing beside reading: one chunk of rows is written while the next one is read and understood."""

import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType

from sqlmodel import Session

_SWITCH_SECONDS = 0.0005
"""How soon the writing thread gets its turn back; Python's usual 5 ms are longer than many a statement."""
_NEW_OBJECTS = 50_000
"""After so many new objects Python looks for those that hold each other; hardly any of a row's do."""


class Beside:
    """A thread that does one piece of work at a time. Only one thread uses the session: this one until `wait`
    has come back, then the caller's until the next `start`."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="import")
        self._running: Future[None] | None = None
        self._interval, self._thresholds = sys.getswitchinterval(), gc.get_threshold()

    def __enter__(self) -> "Beside":
        gc.freeze()  # looking again and again through what stays costs a tenth of the time
        gc.set_threshold(_NEW_OBJECTS)
        sys.setswitchinterval(_SWITCH_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True)
        sys.setswitchinterval(self._interval)
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def start(self, work: Callable[[], None]) -> None:
        """Do `work` beside what the caller does next; whatever was begun before is ended first."""
        self.wait()
        self._running = self._pool.submit(work)

    def wait(self) -> None:
        """Come back when nothing is being done; an error that stopped the work is raised here."""
        running, self._running = self._running, None
        if running is not None:
            running.result()


@contextmanager
def much_room(session: Session) -> Iterator[None]:
    """Let SQLite keep 64 MB of pages while a file is imported, and small undo logs in memory."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    # undo logs of single statements: in a temporary file each would take and give back 64 KiB of memory
    connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
    connection.exec_driver_sql("PRAGMA cache_size = -65536")
    try:
        yield
    finally:
        for usual in ("cache_size = -2000", "temp_store = DEFAULT"):
            connection.exec_driver_sql(f"PRAGMA {usual}")
