"""Files that appear whole or not at all, however many write them."""

import fcntl
import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from registry.errors import unwritable

PART = ".part"
"""How the name of a file ends that is being written."""
HALVES = f"*.{'[0-9a-f]' * 32}{PART}"
"""The names of all that is being written in a folder, as a pattern; no journal is among them."""
_TAKEN = fcntl.LOCK_EX | fcntl.LOCK_NB


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file written aside and renamed when whole. Raises OutputError; nothing half-written stays.

    Two that write the same file do not meet: the later one stands. What one that was killed left aside goes.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_halves(path)
    except OSError as error:
        raise unwritable(path, error) from error
    with written_among_many(path) as stream:
        yield stream


@contextmanager
def written_among_many(path: Path) -> Iterator[BufferedRandom]:
    """The same in a folder that is there and may hold very many files: it is not looked through."""
    aside = path.with_name(f"{path.name}.{uuid4().hex}{PART}")
    try:
        with aside.open("w+b") as stream:
            with suppress(OSError):  # a network folder may know no locks
                fcntl.flock(stream, _TAKEN)
            yield stream
        aside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):
            aside.unlink()


@contextmanager
def room_beside(path: Path) -> Iterator[Path]:
    """A private folder beside `path` for what is made on the way to it; gone afterwards, as is what one that
    was killed left there. Raises OutputError.
    """
    room = path.with_name(f"{path.name}.{uuid4().hex}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_halves(path)
        room.mkdir(mode=0o700)
        handle = os.open(room, os.O_RDONLY)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        with suppress(OSError):
            fcntl.flock(handle, _TAKEN)
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)
        os.close(handle)


def clear_leftovers(folder: Path, pattern: str) -> None:
    """Remove the halves in `folder` that nobody holds: whoever wrote them was killed. What cannot be removed
    is overwritten or seen; it stops nothing.
    """
    for aside in folder.glob(pattern):
        with suppress(OSError), _held(aside):
            shutil.rmtree(aside) if aside.is_dir() else aside.unlink()


def _clear_halves(path: Path) -> None:
    clear_leftovers(path.parent, f"{glob.escape(path.name)}.*{PART}")


@contextmanager
def _held(aside: Path) -> Iterator[None]:
    """Raises OSError where another holds it."""
    handle = os.open(aside, os.O_RDONLY)
    try:
        fcntl.flock(handle, _TAKEN)
        yield
    finally:
        os.close(handle)
