"""A register of the first version goes on as it was: every row, every constraint, every event."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from register_kit import NOW
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from registry.commands.history import record_event
from registry.commands.verifying import verify_history
from registry.db import SCHEMA_FOLDER, make_engine, migrate_to_head, transaction

ROWS = {
    "authority": {
        "id": "a",
        "name_zh": "林业局",
        "name_zh_lang": "zh-Hans",
        "name_en": "Forestry",
        "jurisdiction": "cn",
    },
    "source": {
        "id": "s",
        "title": "普查",
        "title_lang": "zh-Hans",
        "title_en": "Census",
        "publisher": "p",
        "licence": "CC0",
        "licence_url": "",
        "attribution": "a",
        "origin": "",
    },
    "grove": {
        "id": "g",
        "number": "14040401",
        "authority_id": "a",
        "name_lang": "zh-Hans",
        "boundary": "[]",
        "tree_count": 12,
        "released": "[]",
        "position_precision": "exact",
        "source_id": "s",
        "updated_on": "2026-01-01",
    },
    "tree": {
        "id": "t",
        "tree_no": "14040400001",
        "number_scheme": "lyt1664-11",
        "authority_id": "a",
        "category": "ancient",
        "status": "alive",
        "datum": "CGCS2000",
        "lon": 113.1,
        "lat": 36.1,
        "position_precision": "exact",
        "text_lang": "zh-Hans",
        "source_id": "s",
        "released": "[]",
        "grove_id": "g",
        "updated_on": "2026-01-01",
    },
    "designation": {"id": "d", "tree_id": "t", "kind": "grade", "scheme": "cn-2025", "grade": "2"},
    "tag": {
        "id": "x",
        "tree_id": "t",
        "code": "7K2M9QXA",
        "key_id": "1",
        "state": "issued",
        "issued_on": "2026-01-01",
    },
    "party": {"id": "p", "kind": "unit", "name": "村委会", "name_lang": "zh-Hans"},
    "tree_party": {"id": "y", "tree_id": "t", "party_id": "p", "role": "steward"},
    "measurement": {"id": "m", "tree_id": "t", "girth_cm": 320.0},
}


@pytest.fixture
def first_version(tmp_path: Path) -> Iterator[Engine]:
    """A register at revision 0001 with a row in the tables that 0002 changes."""
    engine = make_engine(str(tmp_path / "register.db"))
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0001")
        for table, row in ROWS.items():
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"), row)
    yield engine
    engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA_FOLDER))
    config.attributes["connection"] = connection
    return config


def _rows(engine: Engine) -> dict[str, dict[str, object]]:
    with engine.connect() as connection:
        found = {
            table: connection.execute(sa.text(f"SELECT {', '.join(row)} FROM {table}")).mappings().one()
            for table, row in ROWS.items()
        }
    return {table: dict(row) for table, row in found.items()}


def test_every_row_of_the_first_version_is_there_after_the_migration(first_version: Engine) -> None:
    migrate_to_head(first_version)
    assert _rows(first_version) == ROWS
    with first_version.connect() as connection:
        grove = connection.execute(sa.text("SELECT status, datum, text_lang FROM grove")).one()
        assert tuple(grove) == ("alive", "unknown", "zh-Hans")
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO designation (id, tree_id, grove_id, kind, scheme) VALUES ('e', 't', 'g', 'listing', '')",
        "INSERT INTO designation (id, kind, scheme) VALUES ('e', 'listing', 'x')",
        "UPDATE tree SET datum = 'moon'",
        "UPDATE tree SET lon = 181",
        "UPDATE designation SET grade = NULL",
        "UPDATE tag SET state = 'forged'",
        "UPDATE grove SET tree_count = -1",
        "UPDATE measurement SET girth_cm = 0",
    ],
)
def test_old_and_new_constraints_hold_after_the_migration(first_version: Engine, statement: str) -> None:
    migrate_to_head(first_version)
    with first_version.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(sa.text(statement))


def test_the_history_goes_on_over_the_migration(first_version: Engine) -> None:
    migrate_to_head(first_version)
    with transaction(first_version) as session:
        record_event(session, "register:begun", [], actor="tests", at=NOW)
    with transaction(first_version) as session:
        assert verify_history(session)


SECOND = {
    **{name: ROWS[name] for name in ("authority", "source", "party")},
    "grove": ROWS["grove"] | {"status": "alive", "datum": "unknown", "text_lang": "zh-Hans"},
    "tree": ROWS["tree"],
    "care_agreement": {
        "id": "c",
        "tree_id": "t",
        "party_id": "p",
        "signed_on": "2026-01-01",
        "document_no": "1",
    },
    "case_file": {
        "id": "f",
        "number": "2026-0001",
        "kind": "death",
        "state": "open",
        "tree_id": "t",
        "opened_on": "2026-01-02",
    },
    "case_step": {
        "id": "e",
        "case_id": "f",
        "ordinal": 1,
        "kind": "report",
        "happened_on": "2026-01-02",
        "recorded_at": "2026-01-02 00:00:00.000000",
    },
    "photo": {
        "id": "h",
        "tree_id": "t",
        "sha256": "0" * 64,
        "kind": "whole",
        "caption_released": 0,
        "width": 1,
        "height": 1,
        "added_on": "2026-01-01",
        "is_released": 1,
    },
    "inspection": {
        "id": "i",
        "tree_id": "t",
        "inspected_on": "2026-01-03",
        "kind": "patrol",
        "findings": "[]",
    },
    "measurement": {"id": "m", "tree_id": "t", "girth_cm": 320.0},
}


def test_a_register_of_the_second_version_keeps_its_cases_agreements_and_visits(tmp_path: Path) -> None:
    engine = make_engine(str(tmp_path / "register.db"))
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0002")
        for table, row in SECOND.items():
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"), row)
    migrate_to_head(engine)
    with engine.connect() as connection:
        for table, row in SECOND.items():
            found = connection.execute(sa.text(f"SELECT {', '.join(row)} FROM {table}")).mappings().one()
            assert dict(found) == row
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
    with transaction(engine) as session:
        record_event(session, "register:begun", [], actor="tests", at=NOW)
    with transaction(engine) as session:
        assert verify_history(session)
    engine.dispose()
