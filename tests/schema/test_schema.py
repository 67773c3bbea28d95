"""The schema: empty to head and back, the models' twin, and a second wall against bad values."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from register_kit import import_rows
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import SQLModel

import registry.models  # noqa: F401
from registry.db import (
    SCHEMA_FOLDER,
    current_revision,
    make_engine,
    migrate_to_head,
    newest_revision,
    open_register,
    reading,
    transaction,
)
from registry.errors import (
    OutputError,
    RegisterForeignError,
    RegisterLockedError,
    RegisterMissingError,
    RegisterNewerError,
    RegisterOlderError,
    RegisterUnreachableError,
)
from registry.models import Event, Setting


def _columns(engine: Engine) -> dict[str, set[str]]:
    inspector = sa.inspect(engine)
    return {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in inspector.get_table_names()
    }


def test_an_empty_database_becomes_the_newest_register(tmp_path: Path) -> None:
    engine = make_engine(str(tmp_path / "new.db"))
    assert current_revision(engine) is None
    migrate_to_head(engine)
    assert current_revision(engine) == newest_revision()
    columns = _columns(engine)
    for table in SQLModel.metadata.sorted_tables:
        assert columns[table.name] == {column.name for column in table.columns}


def test_models_and_migrations_say_the_same(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_named_check_of_the_models_stands_in_the_database(engine: Engine) -> None:
    with reading(engine) as session:
        made = "\n".join(
            session.execute(sa.text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")).scalars()
        )
    for table in SQLModel.metadata.sorted_tables:
        for constraint in table.constraints:
            if isinstance(constraint, sa.CheckConstraint):
                assert str(constraint.name).removeprefix(f"ck_{table.name}_") in made


def test_down_and_up_again_leaves_the_same_schema(engine: Engine) -> None:
    before = _columns(engine)
    config = Config()
    config.set_main_option("script_location", str(SCHEMA_FOLDER))
    with engine.execution_options(gushu_migrates=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(_columns(engine)) <= {"alembic_version"}
    migrate_to_head(engine)
    assert _columns(engine) == before


BAD_VALUES = {
    "tree_no": "''",
    "tree_no ": "printf('%065d', 1)",
    "lon": "181",
    "lat": "-91",
    "lat ": "NULL",
    "age_years": "-1",
    "elevation_m": "9001",
    "coordinate_uncertainty_m": "-1",
    "category": "'nonsense'",
    "status": "'asleep'",
    "position_precision": "'0.5'",
    "authority_id": "'nobody'",
    "source_id": "'nothing'",
    "source_id ": "NULL",
}


@pytest.mark.parametrize("column", BAD_VALUES)
def test_a_bad_value_written_past_the_models_is_refused(engine: Engine, tmp_path: Path, column: str) -> None:
    import_rows(engine, tmp_path, {"no": "1", "lon": "113.04567", "lat": "36.12345", "girth": 3})
    statement = f"UPDATE tree SET {column.strip()} = {BAD_VALUES[column]}"
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE measurement SET girth_cm = 0",
        "UPDATE measurement SET tree_id = 'none'",
        "UPDATE tree SET vigour = 'weak', vigour_scale = NULL",
        "DELETE FROM tree",
        "DELETE FROM authority",
        "INSERT INTO tree_alias (id, tree_id, number, scheme) SELECT 'x', id, ' ', 's' FROM tree",
        "INSERT INTO tree SELECT * FROM tree",
    ],
)
def test_the_database_keeps_rows_whole(engine: Engine, tmp_path: Path, statement: str) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": 3})
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.execute(sa.text(statement))


def test_an_instant_without_a_zone_is_refused_and_any_zone_becomes_utc(engine: Engine) -> None:
    facts = {"kind": "x", "actor": "x", "item_count": 0, "items_hash": "", "previous_hash": ""}
    with pytest.raises(StatementError, match="time zone"), transaction(engine) as session:
        session.add(Event(seq=9, at=datetime(2026, 1, 1), hash="a", **facts))  # noqa: DTZ001
    china = timezone(timedelta(hours=8))
    with transaction(engine) as session:
        session.add(Event(seq=9, at=datetime(2026, 1, 1, 6, tzinfo=china), hash="b", **facts))
    with reading(engine) as session:
        assert session.get_one(Event, 9).at == datetime(2025, 12, 31, 22, tzinfo=UTC)


# --- opening ------------------------------------------------------------------------------------------


def _set_revision(address: str, revision: str) -> None:
    with closing(sqlite3.connect(address)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
        connection.commit()


def test_a_register_of_another_version_is_known_as_newer(register_address: str) -> None:
    _set_revision(register_address, "9999")
    with pytest.raises(RegisterNewerError, match="9999"):
        open_register(register_address)


def test_a_register_of_an_earlier_version_is_known_as_older(
    register_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.db.newest_revision", lambda: "a later one")
    with pytest.raises(RegisterOlderError, match="migrate"):
        open_register(register_address)


@pytest.mark.parametrize("content", [b"", b"text", b"SQLite format 3\0" + b"\0" * 200, b"\0" * 5000])
def test_another_file_is_foreign_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(RegisterForeignError):
        open_register(str(path))
    assert path.read_bytes() == content
    with pytest.raises(RegisterForeignError):
        open_register(str(tmp_path))


def test_another_sqlite_database_is_foreign(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE tree (a)")
    with pytest.raises(RegisterForeignError):
        open_register(str(path))


def test_a_damaged_register_is_no_stack_trace(register_address: str) -> None:
    content = bytearray(Path(register_address).read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    Path(register_address).write_bytes(bytes(content))
    with pytest.raises((RegisterForeignError, OutputError)):
        open_register(register_address)


def test_a_missing_register_is_missing_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(RegisterMissingError):
        open_register(str(tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address", ["postgresql+psycopg://u:SECRET@127.0.0.1:1/x", "nonsense://u:SECRET@h/x"]
)
def test_a_server_that_does_not_answer_is_told_and_its_password_not_shown(address: str) -> None:
    with pytest.raises(RegisterUnreachableError) as caught:
        open_register(address)
    assert "SECRET" not in str(caught.value)


def test_a_register_being_written_to_can_be_read_and_says_so_to_a_second_writer(
    engine: Engine, register_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.db.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(register_address, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        other = open_register(register_address)
        with reading(other) as session:
            assert session.get(Setting, "x") is None
        with pytest.raises(RegisterLockedError), transaction(other) as session:
            session.get(Setting, "x")
        writer.execute("ROLLBACK")


def test_a_reader_sees_one_state_throughout(engine: Engine) -> None:
    with reading(engine) as session:
        assert session.get(Setting, "x") is None
        with transaction(engine) as writer:
            writer.add(Setting(name="x", value="1"))
        session.expire_all()
        assert session.get(Setting, "x") is None
    with reading(engine) as session:
        assert session.get(Setting, "x") is not None
