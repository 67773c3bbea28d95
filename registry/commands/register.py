"""Making a register, and the small commands on its settings."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.commands.history import Change, record_event
from registry.db import (
    APPLICATION_ID,
    current_revision,
    make_engine,
    migrate_to_head,
    newest_revision,
    open_register,
    plain_errors,
    shown_address,
    sqlite_path,
    transaction,
)
from registry.errors import RegisterExistsError, RegisterForeignError, RegisterOlderError, unwritable
from registry.keys import key_path, make_keys
from registry.settings import get_setting, set_setting


def init_register(address: str, *, actor: str, now: datetime) -> Engine:
    """Make a new register at `address` with its tables and keys.

    A SQLite register is built aside and renamed, so that a half-made one never stands there.
    Raises RegisterExistsError, RegisterForeignError (another file is in the way), OutputError.
    """
    path = sqlite_path(address)
    if path is None:
        engine = make_engine(address)
        with plain_errors(shown_address(address)):
            found = current_revision(engine)
        if found is not None:
            raise RegisterExistsError(address=shown_address(address))
        _fill(engine, actor=actor, now=now)
        make_keys(key_path(address))
        return engine
    if path.exists():
        raise (RegisterExistsError if _is_ours(path) else RegisterForeignError)(address=address)
    aside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        engine = make_engine(str(aside))
        _fill(engine, actor=actor, now=now)
        engine.dispose()
        _fold_wal(aside)
        keys = key_path(address)
        if not keys.exists():
            make_keys(keys)
        aside.rename(path)
    except OSError as error:
        raise unwritable(path, error) from error
    except sa.exc.OperationalError as error:
        raise unwritable(path, OSError(None, str(error.orig))) from error
    return make_engine(address)


def change_setting(session: Session, name: str, value: str, *, actor: str, now: datetime) -> str:
    """Set a setting and say so in the history; returns the text as kept."""
    old = get_setting(session, name)
    kept = set_setting(session, name, value)
    if kept != old:
        change = Change("setting", name, "updated", {"value": (old, kept)})
        record_event(session, "setting:changed", [change], actor=actor, at=now)
    return kept


def migrate_register(address: str, *, now: datetime) -> tuple[str, str, str | None]:
    """Bring the register at `address` to this version, keeping a copy of a SQLite one beside it.

    Returns the revision found, the newest one, and the copy's path (None where there was nothing to do).
    Raises RegisterMissingError, RegisterForeignError, RegisterNewerError.
    """
    head = newest_revision()
    try:
        open_register(address).dispose()
    except RegisterOlderError as error:
        found = str(error.facts["found"])
    else:
        return head, head, None
    path = sqlite_path(address)
    copy = None
    if path is not None:
        copy = path.with_name(f"{path.name}.before-{head}-{now:%Y%m%d%H%M%S}")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    migrate_to_head(make_engine(address))
    return found, head, str(copy) if copy else address


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(72)[68:72] == APPLICATION_ID.to_bytes(4, "big")


def _fill(engine: Engine, *, actor: str, now: datetime) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.commit()
    migrate_to_head(engine)
    with transaction(engine) as session:
        record_event(session, "register:begun", [], actor=actor, at=now)


def _fold_wal(path: Path) -> None:
    """Leave one file: whatever the write-ahead log holds goes into the database itself."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
