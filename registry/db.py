"""The register's database: opening it safely, and one transaction at a time.

SQLite by default (WAL, foreign keys on, our own BEGIN so that DDL rolls back), PostgreSQL by address.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.errors import (
    OutputError,
    RegisterForeignError,
    RegisterLockedError,
    RegisterMissingError,
    RegisterNewerError,
    RegisterOlderError,
    RegisterUnreachableError,
    unwritable,
)

APPLICATION_ID = 0x47555348  # "GUSH": a SQLite file of ours says so in its header
SCHEMA_FOLDER = Path(__file__).resolve().parent.parent / "schema"
BUSY_SECONDS = 5.0
PATIENT_SECONDS = 600.0
"""So long an import waits until another one is through."""
WRITERS_LOCK = 4711
"""Key of the advisory lock that a PostgreSQL server holds for whoever writes, as SQLite does by itself."""


def sqlite_path(address: str) -> Path | None:
    """The file of a SQLite address (a path, or sqlite:///path); None for another database."""
    if address.startswith("sqlite:///"):
        return Path(address.removeprefix("sqlite:///"))
    return None if "://" in address else Path(address)


def shown_address(address: str) -> str:
    """`address` as it may be shown: without its password."""
    if sqlite_path(address) is not None:
        return address
    try:
        return sa.make_url(address).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return address.partition("://")[0] + "://…"


def make_engine(address: str) -> Engine:
    """An engine for `address`, not yet connected. `address` is a path or a SQLAlchemy URL."""
    path = sqlite_path(address)
    if path is None:
        try:
            return sa.create_engine(
                address, poolclass=sa.NullPool
            )  # commands are short: none is kept waiting
        except (sa.exc.ArgumentError, ImportError) as error:
            raise RegisterUnreachableError(address=shown_address(address), reason=str(error)) from error
    url = sa.URL.create("sqlite", database=str(path))  # not an f-string: a path may hold ? and %
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_register(address: str) -> Engine:
    """The engine of an existing register of this version.

    Raises RegisterMissingError, RegisterForeignError, RegisterNewerError, RegisterOlderError,
    RegisterLockedError.
    """
    path = sqlite_path(address)
    if path is not None:
        if not path.exists():
            raise RegisterMissingError(address=address)
        _check_is_ours(path)
    engine = make_engine(address)
    shown = shown_address(address)
    with plain_errors(shown):
        found = current_revision(engine)
    if found is None:
        raise RegisterMissingError(address=shown) if path is None else RegisterForeignError(address=shown)
    head = newest_revision()
    if found != head:
        error = RegisterOlderError if found in known_revisions() else RegisterNewerError
        raise error(address=shown, found=found)
    return engine


@contextmanager
def transaction(engine: Engine, *, patient: bool = False) -> Iterator[Session]:
    """One transaction: all of it, or nothing. A lock held by someone else is a RegisterLockedError.

    One writes at a time, on every database: what is looked up before something is recorded (the next number,
    whether it was sent before) still holds when it is. patient: whether to wait for another's long work.
    """
    engine = engine.execution_options(gushu_is_patient=patient)
    with plain_errors(str(engine.url.database)), Session(engine) as session, session.begin():
        if engine.dialect.name == "postgresql":
            seconds = PATIENT_SECONDS if patient else BUSY_SECONDS
            session.execute(sa.text(f"SET LOCAL lock_timeout = '{seconds:.0f}s'"))
            session.execute(sa.text(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})"))
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads: what stood when it first looked, whatever others write meanwhile."""
    options: dict[str, Any] = {"gushu_reads": True}
    if engine.dialect.name == "postgresql":  # SQLite always reads so
        options["isolation_level"] = "REPEATABLE READ"
    with plain_errors(str(engine.url.database)), Session(engine) as session:
        session.connection(execution_options=options)
        yield session


def migrate_to_head(engine: Engine) -> None:
    """Bring the schema to the newest revision, in one transaction."""
    migrating = engine.execution_options(gushu_migrates=True)
    with migrating.begin() as connection:
        migrate_to(connection, "head")


def migrate_to(connection: sa.Connection, revision: str) -> None:
    """Bring the schema up to `revision`, in the connection's transaction (begun with `gushu_migrates`)."""
    config = Config()
    config.set_main_option("script_location", str(SCHEMA_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def known_revisions() -> frozenset[str]:
    """Every schema revision that this program can read."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def current_revision(engine: Engine) -> str | None:
    """The schema revision found in the database, or None where there is none of ours."""
    with engine.execution_options(gushu_reads=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The schema revision that this program writes."""
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("schema/versions holds no migration")
    return head


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA_FOLDER))
    return ScriptDirectory.from_config(config)


def _check_is_ours(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            header = stream.read(72)
    except IsADirectoryError as error:
        raise RegisterForeignError(address=str(path)) from error
    except OSError as error:
        raise unwritable(path, error) from error
    if not header.startswith(b"SQLite format 3\0") or int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise RegisterForeignError(address=str(path))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    seconds = PATIENT_SECONDS if options.get("gushu_is_patient") else BUSY_SECONDS
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
    # a batch migration drops and rebuilds tables: with the keys on it would fail or, worse, cascade
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if options.get('gushu_migrates') else 'ON'}")
    connection.exec_driver_sql("BEGIN" if options.get("gushu_reads") else "BEGIN IMMEDIATE")


@contextmanager
def plain_errors(address: str) -> Iterator[None]:
    """Turn what the database says into errors that a person can mend. `address` is named in them."""
    try:
        yield
    except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
        text = str(error.orig if isinstance(error, sa.exc.DatabaseError) else error)
        if "locked" in text or "lock timeout" in text:
            raise RegisterLockedError(address=address) from error
        if "not a database" in text or "malformed" in text:
            raise RegisterForeignError(address=address) from error
        if any(
            trouble in text
            for trouble in ("readonly", "unable to open", "disk is full", "disk I/O", "No space left")
        ):
            raise OutputError(path=address, reason=text) from error
        if "connection" in text and "://" in address:
            first = text.strip().splitlines()[-1]
            raise RegisterUnreachableError(address=address, reason=first) from error
        raise
