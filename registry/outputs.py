"""Where files may be written: never over the register, its keys or photos, nor a file of another kind."""

import errno
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

from registry.db import sqlite_path
from registry.errors import OutputTakenError, Phrase, unwritable
from registry.file_store import file_store
from registry.keys import key_path
from registry.photos import photo_store

KINDS = {".pdf": b"%PDF", ".html": b"<!DOCTYPE html", ".gpkg": b"SQLite format 3\0", ".xlsx": b"PK\x03\x04",
         ".ics": b"BEGIN:VCALENDAR"}  # fmt: skip
"""How files begin that we write, by their kind."""


def check_output(path: Path, kind: str, register: str) -> None:
    """Raises OutputTakenError unless `path` is free, or holds what an earlier run of the same kind wrote.

    kind: ".pdf", ".html", ".gpkg" (an edition), ".xlsx" (a workbook of ours), ".ics" (a calendar), or ""
    for a plain text file.
    """
    target = path.resolve()
    if _is_of_register(target, register):
        raise OutputTakenError(path=path, what=Phrase("part of this register"))
    try:
        if not target.exists() or target.stat().st_size == 0:
            return
        if target.is_dir():
            raise unwritable(path, IsADirectoryError(errno.EISDIR, ""))
        with target.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        raise unwritable(path, error) from error
    expected = KINDS.get(kind)
    is_ours = head.startswith(expected) if expected else b"\0" not in head
    checks = {".gpkg": is_edition, ".xlsx": is_workbook}  # people keep such files of their own
    if not is_ours or (kind in checks and not checks[kind](target)):
        raise OutputTakenError(path=path, what=Phrase("a file that Gushu did not make"))


def _is_of_register(target: Path, register: str) -> bool:
    own = sqlite_path(register)
    parts = [key_path(register)]
    if own is not None:
        parts += [own, *(own.with_name(own.name + ending) for ending in ("-wal", "-shm", "-journal"))]
    folders = {photo_store(register).folder.resolve(), file_store(register).folder.resolve()}
    return target in {part.resolve() for part in parts} or not folders.isdisjoint((target, *target.parents))


def is_edition(path: Path) -> bool:
    """Whether the file `path` is a public edition of ours."""
    try:
        with closing(
            sqlite3.connect(path.resolve().as_uri() + "?mode=ro&immutable=1", uri=True)
        ) as connection:
            found = connection.execute("SELECT value FROM edition WHERE key = 'format'").fetchone()
    except sqlite3.DatabaseError:
        return False
    return bool(found) and str(found[0]).startswith("gushu-public-")


def is_workbook(path: Path) -> bool:
    """Whether the file `path` is a workbook that `exports.workbook` wrote."""
    try:
        with zipfile.ZipFile(path) as book:
            return b"<cp:keywords>gushu</cp:keywords>" in book.read("docProps/core.xml")
    except (zipfile.BadZipFile, KeyError):
        return False
