"""Putting a backup back: read whole and checked, built aside, its history verified, then put in place.

Nothing is ever written over. On PostgreSQL the tables are filled in one transaction, which ends last.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from registry.backups.archive import DATABASE, SEALED, TABLES, About, Checked, Hashing, check, members
from registry.backups.places import FOLDERS, MEASURES, STORES, SUPPLEMENTS, Places
from registry.backups.sealing import unseal
from registry.backups.tables import drop_foreign_keys, fill_table, read_table, reflected, write_table
from registry.commands.comparing import deviations
from registry.commands.history import GENESIS
from registry.commands.verifying import verify_history
from registry.db import (
    APPLICATION_ID,
    current_revision,
    known_revisions,
    make_engine,
    migrate_to,
    newest_revision,
    plain_errors,
    shown_address,
)
from registry.desk_errors import BackupBrokenError, BackupNewerError, PassphraseError, RestoreTakenError
from registry.errors import HistoryBrokenError, Phrase, RegisterAlteredError, RegistryError, unwritable
from registry.file_store import make_folder

_ASIDE = ".gushu-restore-"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place. `is_older`: the register asks for `gushu migrate`, and its rows were not yet
    compared with its history."""

    checked: Checked
    has_keys: bool
    is_older: bool
    supplements: dict[str, Path]
    """Files by the setting that should name them."""
    trouble: RegistryError | None = None
    """What `gushu verify` finds in the register as it was backed up: it is put in place all the same."""


def restore(path: Path, places: Places, passphrase: bytes | None, *, without_keys: bool = False) -> Restored:
    """Put the backup in `path` where `places` says.

    Raises what `check` raises, PassphraseError, RestoreTakenError (something stands there), BackupNewerError,
    OutputError.
    """
    checked = check(path)
    about = checked.about
    _look_ahead(path, places, about, passphrase, without_keys)
    with _aside(places) as folder:
        _unpack(path, folder)
        keys = {}
        if about.keys == "sealed" and not without_keys:
            keys = unseal((folder / SEALED).read_bytes(), passphrase or b"", path)
        with ExitStack() as stack:
            _put_files(stack, places, folder, keys)
            trouble = _put_register(path, places, folder, about)
            stack.pop_all()
    supplements = {name: places.supplements / name / given for name, given in about.supplements.items()}
    return Restored(checked, bool(keys), about.revision != newest_revision(), supplements, trouble)


def _look_ahead(
    path: Path, places: Places, about: About, passphrase: bytes | None, without_keys: bool
) -> None:
    """Everything that can be known before the first byte is written."""
    if about.revision not in known_revisions():
        raise BackupNewerError(path=path)
    if about.keys == "sealed" and passphrase is None and not without_keys:
        reason = Phrase("the keys in it are sealed: name the file of the passphrase with --passphrase-file")
        raise PassphraseError(path=path, reason=reason)
    for place in places.all():
        brings_none = place in {places.keys, places.webhooks} and about.keys != "sealed"
        is_free = not place.exists() or (place.is_dir() and not any(place.iterdir()))
        if not is_free and not brings_none:
            raise RestoreTakenError(path=place)
    if places.register is None:
        with plain_errors(shown_address(places.address)):
            if current_revision(make_engine(places.address)) is not None:
                raise RestoreTakenError(path=shown_address(places.address))


@contextmanager
def _aside(places: Places) -> Iterator[Path]:
    """A private folder on the same disk as the register, gone afterwards."""
    home = (places.register or places.folders["photos"]).resolve().parent
    try:
        make_folder(home)
        folder = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=home))
    except OSError as error:
        raise unwritable(home, error) from error
    try:
        yield folder
    except OSError as error:
        raise unwritable(home, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(path: Path, folder: Path) -> None:
    """Every member as a private file below `folder`; the names were looked at by `members`."""
    for name, stream in members(path):
        target = folder / name
        if ".." in target.parts:
            raise BackupBrokenError(path=path, reason=Phrase("{name} does not belong into it", name=name))
        make_folder(target.parent)
        try:
            _copy(stream, target)
        except FileExistsError as error:
            reason = Phrase("{name} does not belong into it", name=name)
            raise BackupBrokenError(path=path, reason=reason) from error


def _copy(stream: Hashing, target: Path) -> None:
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        while piece := stream.read(_PIECE):
            kept.write(piece)
        kept.flush()
        os.fsync(kept.fileno())


def _put_files(stack: ExitStack, places: Places, folder: Path, keys: dict[str, bytes]) -> None:
    """What lies beside a register; `stack` takes it away again where a later step fails."""
    moves = {folder / name: places.folders[name] for name in (*STORES, *FOLDERS)}
    moves |= {folder / MEASURES: places.measures, folder / SUPPLEMENTS: places.supplements}
    for made, place in moves.items():
        if made.exists():
            make_folder(place.parent)
            if place.is_dir():
                place.rmdir()  # empty: it was looked at before
            stack.callback(_take_away, place)
            shutil.move(made, place)
    for name, place in (("keys", places.keys), ("webhooks", places.webhooks)):
        if name in keys:
            make_folder(place.parent)
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
                stack.callback(_take_away, place)
                kept.write(keys[name])


def _take_away(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _put_register(path: Path, places: Places, folder: Path, about: About) -> RegistryError | None:
    """The register itself, last: verified, then renamed or committed."""
    if places.register is None:
        with plain_errors(shown_address(places.address)):
            engine = make_engine(places.address)
            source = _tables_of(path, folder, about)
            with engine.execution_options(gushu_migrates=True).begin() as connection:
                _fill(path, connection, source, about)
                return _verify(path, connection, about)
    copy = folder / DATABASE
    with plain_errors(places.address):
        if about.database != "sqlite":
            copy = folder / "register.db"
            engine = make_engine(str(copy))
            with engine.connect() as connection:
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.commit()
            with engine.execution_options(gushu_migrates=True).begin() as connection:
                _fill(path, connection, _tables_of(path, folder, about), about)
            engine.dispose()
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(copy)))
        with engine.connect() as connection:
            trouble = _verify(path, connection, about)
        engine.dispose()
        os.chmod(copy, 0o600)
        copy.rename(places.register)
    return trouble


def _tables_of(path: Path, folder: Path, about: About) -> Path:
    """The folder with the tables; of a backup of a SQLite register they are written first."""
    found = folder / TABLES
    if about.database == "sqlite":
        make_folder(found)
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(folder / DATABASE)))
        with engine.connect() as connection:
            for name, table in reflected(connection).items():
                with (found / f"{name}.jsonl").open("wb") as out:
                    write_table(connection, table, out)
        engine.dispose()
    elif not found.is_dir():
        raise BackupBrokenError(path=path, reason=Phrase("the register is missing in it"))
    return found


def _fill(path: Path, connection: sa.Connection, source: Path, about: About) -> None:
    """An empty schema of the backup's revision, and every row."""
    migrate_to(connection, about.revision)
    tables = reflected(connection)
    put_back = drop_foreign_keys(connection) if connection.dialect.name == "postgresql" else []
    try:
        for file in sorted(source.glob("*.jsonl")):
            count = fill_table(connection, tables[file.stem], read_table(file))
            if count != about.rows.get(file.stem, count):
                raise ValueError(file.name)
    except (ValueError, KeyError, TypeError) as error:
        raise BackupBrokenError(path=path, reason=Phrase("a table in it cannot be read")) from error
    for statement in put_back:
        connection.exec_driver_sql(statement)
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise BackupBrokenError(path=path, reason=Phrase("rows in it lack what they belong to"))


def _verify(path: Path, connection: sa.Connection, about: About) -> RegistryError | None:
    """Whether the history is the one that the backup states; returns what `gushu verify` finds wrong in it.

    A register of an older version is compared after `gushu migrate`. Raises BackupBrokenError.
    """
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if found != "ok":
            raise BackupBrokenError(path=path, reason=Phrase("its content was altered"))
    newest = connection.exec_driver_sql("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").first()
    if tuple(newest or (0, GENESIS)) != (about.events, about.head):
        raise BackupBrokenError(path=path, reason=Phrase("its history is not the one that it states"))
    if about.revision != newest_revision():
        return None
    with Session(bind=connection) as session:
        try:
            verify_history(session)
        except HistoryBrokenError as error:
            return error
        first = next(deviations(session), None)
    return RegisterAlteredError(count=1, first=f"{first.kind} {first.tree_no}") if first else None
