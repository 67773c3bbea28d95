"""Where files may be written: never over the register, its keys or photos, nor a file of another kind."""

import errno
import gzip
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from registry.db import sqlite_path
from registry.errors import OutputTakenError, Phrase, unwritable
from registry.file_store import file_store
from registry.keys import key_path
from registry.photos import photo_store

KINDS: dict[str, bytes] = {
         ".pdf": b"%PDF", ".html": b"<!DOCTYPE html", ".gpkg": b"SQLite format 3\0", ".xlsx": b"PK\x03\x04",
         ".ods": b"PK\x03\x04",
         ".ics": b"BEGIN:VCALENDAR", ".tar": b"gushu-backup/", ".zip": b"PK\x03\x04",
         ".png": b"\x89PNG\r\n", "part": b"SQLite format 3\0", "records": b'{"format":"gushu',
         "geojson": b'{"type": "Featur', "packed": b"\x1f\x8b", "dwca": b"PK\x03\x04",
         "orders": b"PK\x03\x04",
         "dossiers": b"\xef\xbb\xbfnumber,file"}  # fmt: skip
"""How files begin that we write, by their kind."""


def check_output(path: Path, kind: str, register: str) -> None:
    """Raises OutputTakenError unless `path` is free, or holds what an earlier run of the same kind wrote.

    kind: ".pdf", ".html", ".gpkg" (an edition), ".xlsx" or ".ods" (a workbook of ours), ".ics" (a calendar),
    ".tar" (a backup), ".zip" (evidence of a case), "part" (a GeoPackage of a selection, no edition),
    "records" (JSON Lines), "geojson", "packed" (either of them as .gz), "dwca", "orders" (open data of orders
    as .zip), "dossiers" (the list of a run), or "" for a plain text file.
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
    checks: dict[str, Callable[[Path], bool]] = {
              ".gpkg": is_edition, ".xlsx": is_workbook, ".ods": is_ods, "part": is_part, "packed": is_packed,
              "dwca": lambda path: _holds(path, "meta.xml", "event.txt"),
              "orders": lambda path: _holds(path, "tree-preservation-order.csv", "about.json")}  # fmt: skip
    if not is_ours or (kind in checks and not checks[kind](target)):
        raise OutputTakenError(path=path, what=Phrase("a file that Gushu did not make"))


def _is_of_register(target: Path, register: str) -> bool:
    own = sqlite_path(register)
    parts = [key_path(register)]
    if own is not None:
        parts += [own, *(own.with_name(own.name + ending) for ending in ("-wal", "-shm", "-journal"))]
    folders = {photo_store(register).folder.resolve(), file_store(register).folder.resolve()}
    return target in {part.resolve() for part in parts} or not folders.isdisjoint((target, *target.parents))


def is_part(path: Path) -> bool:
    """Whether the file `path` is a GeoPackage of a selection: never an edition, which a site may serve."""
    return _edition_fact(path, "format").startswith("gushu-public-") and not _edition_fact(path, "number")


def is_packed(path: Path) -> bool:
    """Whether the file `path` is JSON Lines or GeoJSON of ours, as gzip."""
    try:
        with gzip.open(path) as stream:
            return stream.read(16) in {KINDS["records"], KINDS["geojson"]}
    except (OSError, EOFError, zlib.error):
        return False


def is_edition(path: Path) -> bool:
    """Whether the file `path` is a public edition of ours."""
    return _edition_fact(path, "format").startswith("gushu-public-")


def _holds(path: Path, *names: str) -> bool:
    """Whether the file `path` is a ZIP that holds members of these names."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {*names} <= {*archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return False


def _edition_fact(path: Path, key: str) -> str:
    """What an edition says of itself under a key; "" where it is none."""
    try:
        with closing(
            sqlite3.connect(path.resolve().as_uri() + "?mode=ro&immutable=1", uri=True)
        ) as connection:
            found = connection.execute("SELECT value FROM edition WHERE key = ?", (key,)).fetchone()
    except sqlite3.DatabaseError:
        return ""
    return str(found[0]) if found else ""


def is_workbook(path: Path) -> bool:
    """Whether the file `path` is a workbook that `exports.workbook` wrote."""
    try:
        with zipfile.ZipFile(path) as book:
            return b"<cp:keywords>gushu</cp:keywords>" in book.read("docProps/core.xml")
    except (zipfile.BadZipFile, KeyError):
        return False


def is_ods(path: Path) -> bool:
    """Whether the file `path` is a workbook that `exports.tables.ods` wrote."""
    try:
        with zipfile.ZipFile(path) as book:
            return b"<meta:keyword>gushu</meta:keyword>" in book.read("meta.xml")
    except (zipfile.BadZipFile, KeyError):
        return False
