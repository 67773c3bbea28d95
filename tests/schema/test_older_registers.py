"""A register of every released version comes forward: its rows, its history, its tags."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from old_register_kit import make_older
from register_kit import NOW
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.commands.register import migrate_register
from registry.commands.verifying import verify_history
from registry.db import newest_revision, open_register, reading, transaction
from registry.errors import RegisterOlderError
from registry.keys import key_path, read_keys
from registry.models import Tag, Tree
from registry.rules.tag_codes import is_genuine

RELEASED = ("0001", "0002", "0003", "0004")


def rows(address: str, table: str, columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(address)) as db:
        return db.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()


@pytest.mark.parametrize("revision", RELEASED)
def test_it_says_what_to_do_and_is_left_as_it_is(tmp_path: Path, revision: str) -> None:
    address, _ = make_older(tmp_path, revision)
    before = Path(address).read_bytes()
    with pytest.raises(RegisterOlderError, match="gushu migrate"):
        open_register(address)
    assert Path(address).read_bytes() == before


@pytest.mark.parametrize("revision", RELEASED)
def test_rows_history_and_tags_survive_the_way_to_this_version(tmp_path: Path, revision: str) -> None:
    address, printed = make_older(tmp_path, revision)
    asked = {
        "tag": "id, tree_id, code, key_id, state, issued_on",
        "tree": "id, tree_no, lon, lat",
        "event": "*",
    }
    before = {table: rows(address, table, columns) for table, columns in asked.items()}
    found, head, copy = migrate_register(address, now=NOW)
    assert (found, head) == (revision, newest_revision())
    assert copy is not None
    assert rows(copy, "event", "*") == before["event"]
    assert {table: rows(address, table, columns) for table, columns in asked.items()} == before
    with reading(open_register(address)) as session:
        assert verify_history(session) == len(before["event"])
        tag = session.exec(select(Tag)).one()
        assert is_genuine(printed, read_keys(key_path(address)).tag_key(tag.key_id))
        assert session.get_one(Tree, tag.tree_id).tree_no == "甲-1"


def test_a_tag_may_be_blank_after_the_migration_and_an_issued_one_names_its_tree(tmp_path: Path) -> None:
    address, _ = make_older(tmp_path, "0004")
    migrate_register(address, now=NOW)
    engine = open_register(address)
    columns = "(id, code, key_id, state, issued_on)"
    for state in ("issued", "replaced", "invented"):
        text = f"INSERT INTO tag {columns} VALUES ('b', '7K2M9QXB', '1', '{state}', '2026-01-01')"
        with pytest.raises(IntegrityError), transaction(engine) as session:
            session.execute(sa.text(text))
    with transaction(engine) as session:
        text = f"INSERT INTO tag {columns} VALUES ('b', '7K2M9QXB', '1', 'blank', '2026-01-01')"
        session.execute(sa.text(text))
