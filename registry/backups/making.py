"""Making a backup: a copy of the register as of one moment, while others go on writing, and what lies beside.

It is written aside, read again from end to end, and renamed: what stands under its name is whole.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sqlalchemy as sa

from registry.backups.archive import (
    ABOUT,
    DATABASE,
    SEALED,
    TABLES,
    About,
    Checked,
    Writer,
    about_text,
    check,
)
from registry.backups.places import FOLDERS, MEASURES, STORES, SUPPLEMENTS, Places
from registry.backups.sealing import seal
from registry.backups.tables import reflected, write_table
from registry.commands.history import GENESIS
from registry.db import current_revision, make_engine, plain_errors, shown_address
from registry.errors import RegisterMissingError, unwritable
from registry.settings import KNOWN_FILES

_ASIDE = ".gushu-backup-"
_NAMED = (
    ("photo", "sha256", "photos"),
    ("case_document", "sha256", "files"),
    ("instrument_reading", "file_sha256", "files"),
)
"""Columns that name files in the stores."""
README = """古树名册备份 · Backup of a Gushu register

恢复 / to restore:   gushu restore FILE --to FOLDER
核对 / to check:     gushu backup --check FILE
不用本程序核对 / to check without the program:  tar xf FILE && cd gushu-backup && sha256sum -c SHA256SUMS

{keys}
"""
_KEYS_SEALED = (
    "密钥在 keys.sealed 中，须用备份时的口令打开。\n"
    "The keys are in keys.sealed; they open with the passphrase of the backup."
)
_KEYS_LEFT_OUT = (
    "密钥不在本备份中：请把 {name} 另存一份，放在别处。没有它，旧牌仍在，但无法再核验和制作。\n"
    "The keys are not in this backup: keep a copy of {name} elsewhere. "
    "Without it no tag can be checked or made."
)


def make_backup(places: Places, out: Path, *, passphrase: bytes | None, now: datetime) -> Checked:
    """Write a backup of the register to `out`, over an earlier one; returns what it was found to hold.

    Without a passphrase the keys are left out. Raises RegisterMissingError, KeyMissingError, OutputError
    (disk full and the like: nothing is left), and what `check` raises.
    """
    if places.register is not None and not places.register.is_file():
        raise RegisterMissingError(address=places.address)
    with _aside(out) as folder:
        part = folder / out.name
        with part.open("wb") as stream, (folder / "sums").open("w+b") as sums:
            os.chmod(part, 0o600)
            _write(places, Writer(stream, sums), folder, passphrase, now)
            stream.flush()
            os.fsync(stream.fileno())
        found = check(part)
        part.replace(out)
    return found


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """A private folder beside `out`, gone afterwards; what a killed run left behind goes as well."""
    try:
        for stale in out.parent.glob(f"{_ASIDE}{out.name}-*"):
            shutil.rmtree(stale, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{_ASIDE}{out.name}-", dir=out.parent))
    except OSError as error:
        raise unwritable(out, error) from error
    try:
        yield folder
    except OSError as error:
        raise unwritable(out, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(places: Places, writer: Writer, folder: Path, passphrase: bytes | None, now: datetime) -> None:
    shown = shown_address(places.address)
    with plain_errors(shown):
        if places.register is not None:
            copy = folder / "register.db"
            copy_sqlite(places.register, copy)
            engine = sa.create_engine(sa.URL.create("sqlite", database=str(copy)))
        else:
            engine = make_engine(places.address)
        revision = current_revision(engine)
        if revision is None:
            raise RegisterMissingError(address=shown)
        with _snapshot(engine) as connection:
            _register(places, writer, folder, connection, revision, passphrase, now)
    engine.dispose()
    for name in STORES:
        for path in stored(places.folders[name]):
            writer.add_file(f"{name}/{path.parent.name}/{path.name}", path)
    for name in FOLDERS:
        top = places.folders[name]
        for path in sorted(top.rglob("*")) if top.is_dir() else ():
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                writer.add_file(f"{name}/{path.relative_to(top).as_posix()}", path)
    if places.measures.is_file():
        writer.add_file(MEASURES, places.measures)
    writer.close()


def copy_sqlite(source: Path, target: Path) -> None:
    """A whole copy as of one moment, while others write; one file without a log beside it."""
    with closing(sqlite3.connect(source)) as theirs, closing(sqlite3.connect(target)) as ours:
        theirs.backup(ours)
        ours.execute("PRAGMA journal_mode = DELETE")
        found = ours.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {found}")


def stored(folder: Path) -> Iterator[Path]:
    """The files of a store in the order of their hashes; what is half there or drawn is not."""
    for shelf in sorted(folder.iterdir()) if folder.is_dir() else ():
        if len(shelf.name) == 2 and shelf.is_dir():
            for path in sorted(shelf.iterdir()):
                if len(path.name) == 64 and path.is_file():
                    yield path


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that sees one moment, whatever is written meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.execution_options(gushu_reads=True).connect() as connection:
        yield connection


def _register(
    places: Places,
    writer: Writer,
    folder: Path,
    connection: sa.Connection,
    revision: str,
    passphrase: bytes | None,
    now: datetime,
) -> None:
    tables = reflected(connection)
    event, setting = tables["event"], tables["setting"]
    newest = sa.select(event.c.seq, event.c.hash).order_by(event.c.seq.desc()).limit(1)
    seq, head = connection.execute(newest).first() or (0, GENESIS)
    named = connection.execute(sa.select(setting.c.name, setting.c.value)).all()
    files = {name: Path(value) for name, value in named if name in KNOWN_FILES and value}
    supplements = {name: path.name for name, path in files.items() if path.is_file()}
    counts: dict[str, int] = {}
    is_tables = places.register is None
    if is_tables:
        for name, table in tables.items():
            with (folder / f"{name}.jsonl").open("wb") as out:
                counts[name] = write_table(connection, table, out)
    about = About(
        made_at=now.isoformat(timespec="seconds"),
        program=_program(),
        database="tables" if is_tables else "sqlite",
        revision=revision,
        events=seq,
        head=head,
        keys="left_out" if passphrase is None else "sealed",
        missing=_missing(connection, tables, places),
        supplements=supplements,
        rows=counts,
    )
    writer.add_bytes(ABOUT, about_text(about))
    told = _KEYS_SEALED if passphrase is not None else _KEYS_LEFT_OUT.format(name=places.keys.name)
    writer.add_bytes("README.txt", README.format(keys=told).encode())
    for name in counts:
        writer.add_file(f"{TABLES}{name}.jsonl", folder / f"{name}.jsonl")
        (folder / f"{name}.jsonl").unlink()
    if not is_tables:
        writer.add_file(DATABASE, folder / "register.db")
    for name, given in supplements.items():
        writer.add_file(f"{SUPPLEMENTS}/{name}/{given}", files[name])
    if passphrase is not None:
        writer.add_bytes(SEALED, seal(_key_files(places), passphrase))


def _key_files(places: Places) -> dict[str, bytes]:
    from registry.keys import read_keys

    read_keys(places.keys)  # a file that is no key file is not sealed in as one
    found = {"keys": places.keys, "webhooks": places.webhooks}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


def _missing(connection: sa.Connection, tables: dict[str, sa.Table], places: Places) -> int:
    count = 0
    for name, column, store in _NAMED:
        if name not in tables:
            continue
        named = tables[name].c[column]
        for (digest,) in connection.execute(sa.select(named).where(named.is_not(None)).distinct()):
            count += not (places.folders[store] / digest[:2] / digest).is_file()
    return count


def _program() -> str:
    try:
        return version("gushu")
    except PackageNotFoundError:
        return "?"
