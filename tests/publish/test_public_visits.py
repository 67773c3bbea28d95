"""What an edition says of visits to come, and which tables a tree's page has to ask."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from leak_kit import EXACT_NO, GENERALISED_NO, Office, plant, publish_again
from public_kit import office_with_culture

TABLES = ("measurement", "age", "inspection", "designation", "alias", "flag", "photo", "history",
          "care_event", "zone")  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return plant(tmp_path_factory.mktemp("visits") / "office")


def rows(path: Path, sql: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(path)) as edition:
        return edition.execute(sql, values).fetchall()


def visited(office: Office, day: str) -> None:
    """Let the exact tree have been visited on a day, as its grade asks for patrols."""
    with closing(sqlite3.connect(office.address)) as register, register:
        (tree,) = register.execute("SELECT id FROM tree WHERE tree_no = ?", (EXACT_NO,)).fetchone()
        register.execute("UPDATE inspection SET inspected_on = ? WHERE tree_id = ?", (day, tree))
    publish_again(office)


def test_each_tree_says_which_tables_hold_something_of_it(office: Office) -> None:
    publish_again(office)
    for uuid, parts in rows(office.edition, "SELECT uuid, parts FROM tree"):
        held = [
            name
            for name in TABLES
            if rows(office.edition, f"SELECT 1 FROM {name} WHERE tree_uuid = ? LIMIT 1", uuid)
        ]
        assert [name for name in json.loads(parts) if name != "record_link"] == held
    assert rows(office.edition, "SELECT parts FROM tree WHERE tree_no = ?", GENERALISED_NO)


def test_a_tree_says_whether_a_story_or_a_walk_knows_it(tmp_path: Path) -> None:
    office = office_with_culture(tmp_path / "office")
    publish_again(office)
    held = []
    for uuid, parts in rows(office.edition, "SELECT uuid, parts FROM tree"):
        for name in ("story", "walk_stop"):
            found = rows(office.edition, f"SELECT 1 FROM {name} WHERE subject_uuid = ? LIMIT 1", uuid)
            assert (name in json.loads(parts)) == bool(found)
            held += [name] * bool(found)
    assert set(held) == {"story", "walk_stop"}


@pytest.mark.parametrize(("last", "is_told"), [("2026-02-20", True), ("2001-02-20", False)])
def test_a_next_visit_is_counted_from_the_last_and_never_lies_in_the_past(
    office: Office, last: str, is_told: bool
) -> None:
    visited(office, last)
    found = rows(
        office.edition,
        "SELECT last_inspected_on, patrol_months, patrol_basis_zh, next_visit_on FROM tree WHERE tree_no = ?",
        EXACT_NO,
    )
    (known, months, basis, due) = found[0]
    assert known == last
    if months is None:  # no pack that is in force gives this tree an interval
        assert due is None
    else:
        assert basis
        assert bool(due) == is_told
        assert due is None or due > last
