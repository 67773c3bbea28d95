"""The tables against the history: what was changed behind the register's back is named."""

from pathlib import Path

import pytest
from register_kit import import_rows, rows_of, tamper
from sqlalchemy.engine import Engine

from registry.commands.comparing import deviations
from registry.commands.verifying import find_head, verify_history
from registry.db import reading
from registry.errors import HeadUnknownError, HistoryBrokenError
from registry.models import Event

ROW = {
    "no": "1", "name": "国槐", "girth": "300", "day": "1/5/2010", "notes": "好", "lon": "113.5",
    "lat": "35.5", "designated": "2010-06-01", "grade": "二级", "other_no": "A-1", "steward": "某村委会",
}  # fmt: skip


@pytest.fixture
def history(engine: Engine, tmp_path: Path) -> Engine:
    """Begun, two trees, one of them changed."""
    import_rows(engine, tmp_path, ROW, {**ROW, "no": "2"})
    import_rows(engine, tmp_path, {**ROW, "girth": "310", "notes": "差", "day": "1/5/2020"})
    return engine


def found(engine: Engine) -> list[tuple[str, str, int]]:
    with reading(engine) as session:
        verify_history(session)
        return [(each.tree_no, each.field, each.seq) for each in deviations(session)]


def test_an_honest_register_says_what_its_history_says(history: Engine) -> None:
    assert found(history) == []


ONE = "(SELECT id FROM tree WHERE tree_no = '1')"


@pytest.mark.parametrize(
    ("statement", "tree_no", "field", "seq"),
    [
        ("UPDATE tree SET notes = '改' WHERE tree_no = '1'", "1", "notes", 3),
        ("UPDATE tree SET notes = '改' WHERE tree_no = '2'", "2", "notes", 2),
        ("UPDATE tree SET lon = 113.6 WHERE tree_no = '1'", "1", "lon", 2),
        ("UPDATE tree SET status = 'dead' WHERE tree_no = '1'", "1", "status", 2),
        ("UPDATE tree SET soil = '黄土' WHERE tree_no = '1'", "1", "soil", 0),
        ("UPDATE measurement SET girth_cm = 311 WHERE girth_cm = 310", "1", "measurements", 3),
        (f"DELETE FROM designation WHERE tree_id = {ONE}", "1", "designations", 2),
        (f"UPDATE designation SET grade = '1' WHERE tree_id = {ONE}", "1", "designations", 2),
        (f"DELETE FROM tree_alias WHERE tree_id = {ONE}", "1", "aliases", 2),
        (f"UPDATE tree_party SET role = 'surveyor' WHERE tree_id = {ONE}", "1", "parties", 2),
    ],
)
def test_what_was_changed_behind_the_back_is_named(
    history: Engine, statement: str, tree_no: str, field: str, seq: int
) -> None:
    assert tamper(history, statement) > 0
    assert found(history) == [(tree_no, field, seq)]


def test_a_tree_taken_away_or_put_in_is_named(history: Engine) -> None:
    tamper(history, "UPDATE tree SET id = 'another' WHERE tree_no = '2'")
    assert [(number, field) for number, field, _ in found(history)] == [("2", ""), ("2", "")]


@pytest.mark.parametrize(
    ("statement", "seq", "ordinal"),
    [
        ("UPDATE event_item SET change = replace(change, '310', '320') WHERE seq = 3", 3, 1),
        ("UPDATE event_item SET change = replace(change, '300', '301') WHERE seq = 2 AND ordinal = 2", 2, 2),
        ("UPDATE event_item SET change = 'x' WHERE seq = 2 AND ordinal = 2", 2, 2),
    ],
)
def test_an_altered_item_is_named(history: Engine, statement: str, seq: int, ordinal: int) -> None:
    assert tamper(history, statement) == 1
    with (
        reading(history) as session,
        pytest.raises(HistoryBrokenError, match=rf"its item {ordinal} \(") as caught,
    ):
        verify_history(session)
    assert caught.value.facts["seq"] == seq


def test_a_head_noted_down_earlier_is_found(history: Engine) -> None:
    events = sorted(rows_of(history, Event), key=lambda event: event.seq)
    with reading(history) as session:
        typed = f" {events[1].hash[:32].upper()}\n{events[1].hash[32:]} "
        head = find_head(session, typed)
        assert (head.seq, head.since, head.kind) == (2, 1, events[1].kind)
        with pytest.raises(HeadUnknownError):
            find_head(session, "ab" * 32)
