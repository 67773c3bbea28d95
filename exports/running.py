"""Work that many processes share: here, or on the machines of a Dask scheduler.

Work comes in batches. Few of them are under way at a time, so that memory stays flat however much there is;
results come back in the order of the batches. A batch whose worker was lost is given out again: work must be
such that doing it twice is doing it once, as a file is that is written aside and renamed.
"""

import fcntl
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from exports.whole_files import HALVES, clear_leftovers
from registry.errors import unwritable
from registry.export_errors import (
    ClusterExtraError,
    ClusterUnreachableError,
    ClusterWorkersError,
    FolderBusyError,
    FolderNotSharedError,
    WorkerLostError,
)

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

TRIES = 3
"""So often a batch is given out before it is held to be what its workers die of."""
WAITING = 3
"""Batches under way for each worker."""
CONNECT_SECONDS = 10
"""So long a scheduler may take to answer."""
WORKER_SECONDS = 30
"""So long a scheduler may take to find its first worker."""
APPEAR_SECONDS = 5.0
"""So long a file written elsewhere may take to be seen here: network folders remember what they held."""

_ONE_AT_A_TIME = Lock()


def run_batches(
    batches: Iterable[T],
    work: Callable[[T], R],
    *,
    executor: Executor,
    window: int,
    on_done: Callable[[T, R], None],
) -> None:
    """Do `work` on every batch; `on_done` hears of each in order.

    window: batches under way at a time; `window_of` knows a good one.
    Raises WorkerLostError where a batch loses its worker `TRIES` times; whatever `work` raises, as it was.
    What has not begun by then is not begun.
    """
    under_way: deque[_Given[T, R]] = deque()

    def finish() -> None:
        given = under_way.popleft()
        on_done(given.batch, _result(given, work, executor))

    try:
        for batch in batches:
            under_way.append(_Given(batch, executor.submit(_alone, work, batch)))
            if len(under_way) >= window:
                finish()
        while under_way:
            finish()
    finally:
        for given in under_way:
            given.future.cancel()


def window_of(executor: Executor, workers: int | None = None) -> int:
    """How many batches keep the workers of `executor` busy: `workers` of them, where it does not say."""
    return int(getattr(executor, "workers", None) or workers or os.cpu_count() or 1) * WAITING


@contextmanager
def local_pool(workers: int | None = None) -> Iterator[Executor]:
    """Processes of this machine, as many as it has processors where `workers` is None.

    They end with this one, however it ends; where one of them is lost, others take over.
    """
    pool = _LocalPool(workers or os.cpu_count() or 1)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster_executor(address: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at `address` ("tcp://HOST:PORT").

    Raises ClusterExtraError where distributed is not installed, ClusterUnreachableError where no scheduler
    answers or it is lost, ClusterWorkersError where none works for it or one cannot do this work.
    """
    try:
        import dask
        from distributed import Client
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise ClusterExtraError from error
    quiet = {"distributed.admin.large-graph-warning-threshold": "1GiB", "logging.distributed": "critical"}
    with dask.config.set(quiet):
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ClusterUnreachableError(address=address, reason=_reason(error)) from error
        try:
            executor = client.get_executor(pure=False)
            executor.workers = _fit_workers(client, address)
            yield executor
        except KilledWorker as error:
            raise WorkerLostError(tries=error.allowed_failures + 1) from error
        except (CancelledError, CommClosedError) as error:  # no other OSError: that is the caller's own
            raise ClusterUnreachableError(address=address, reason=_reason(error)) from error
        finally:
            with suppress(Exception):  # the scheduler may be gone: there is nothing left to say goodbye to
                client.close(timeout=2)


@contextmanager
def one_export_into(folder: Path) -> Iterator[None]:
    """Makes `folder` and keeps other exports out of it; removes what one that was killed left aside there.

    Raises FolderBusyError, OutputError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderBusyError(path=folder) from error
        except OSError:  # a network folder that knows no locks
            pass
        clear_leftovers(folder, HALVES)
        yield
        clear_leftovers(folder, HALVES)
    finally:
        os.close(handle)


def check_arrived(paths: Iterable[Path], seconds: float = APPEAR_SECONDS) -> None:
    """Raises FolderNotSharedError where a file that a worker wrote is not to be seen from here."""
    until = time.monotonic() + seconds
    for path in paths:
        while not path.exists():
            if time.monotonic() > until:
                raise FolderNotSharedError(path=path)
            with suppress(OSError), os.scandir(path.parent) as entries:
                any(entries)  # looking afresh wakes a network folder
            time.sleep(0.05)


class _Given(NamedTuple, Generic[T, R]):
    """A batch that was given out."""

    batch: T
    future: "Future[R]"


def _result(given: _Given[T, R], work: Callable[[T], R], executor: Executor) -> R:
    """What came of a batch; one that lost its worker is given out again; no other is blamed for it."""
    future, tries = given.future, 1
    while True:
        try:
            return future.result()
        except BrokenExecutor as error:
            if tries == TRIES:
                raise WorkerLostError(tries=TRIES) from error
        tries += 1
        future = executor.submit(_alone, work, given.batch)


def _alone(work: Callable[[T], R], batch: T) -> R:
    """Do `work` in a worker, one batch at a time: a Dask worker has threads, and fonts know of none."""
    with _ONE_AT_A_TIME:
        return work(batch)


class _LocalPool(Executor):
    """A pool of processes that is made anew where one of them was lost."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.workers, mp_context=get_context("spawn"), initializer=_end_with_parent
        )

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenProcessPool:
            self._pool.shutdown()
            self._pool = self._fresh()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


def _end_with_parent() -> None:
    """In a new worker: end when the parent has ended, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _fit_workers(client: Any, address: str) -> int:
    """How many workers there are, once there is one; they and the scheduler must have this program."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
        workers = client.run(_standing, on_error="return")
        answers = {**workers, address: client.run_on_scheduler(_standing)}
    except (TimeoutError, ImportError, AttributeError) as error:
        raise ClusterWorkersError(address=address, reason=_reason(error)) from error
    except OSError as error:
        raise ClusterUnreachableError(address=address, reason=_reason(error)) from error
    for name, answer in answers.items():
        if answer != _standing():
            reason = _reason(answer) if isinstance(answer, Exception) else f"{answer} ≠ {_standing()}"
            raise ClusterWorkersError(address=name, reason=reason)
    return len(workers)


def _standing() -> str:
    """Which Gushu a process has."""
    from importlib.metadata import version

    return f"gushu {version('gushu')}"


def _reason(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
