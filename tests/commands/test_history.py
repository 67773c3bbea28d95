"""History: whatever is altered, cut out or put in is named."""

import json
from pathlib import Path

import pytest
from register_kit import NOW, count, import_rows, rows_of, tamper
from sqlalchemy.engine import Engine

from registry.commands.history import (
    PRIVATE_FIELDS,
    Change,
    commitment_of,
    history_head,
    record_event,
    verify_history,
)
from registry.commands.register import change_setting
from registry.db import reading, transaction
from registry.errors import HistoryBrokenError
from registry.models import Commitment, Event, EventItem
from registry.vocab.language import translator


@pytest.fixture
def history(engine: Engine, tmp_path: Path) -> Engine:
    """Four events: begun, two imports, a setting."""
    import_rows(engine, tmp_path, {"no": "1", "notes": "甄秘密"}, {"no": "2", "notes": "x"})
    import_rows(engine, tmp_path, {"no": "1", "notes": "甄秘密二", "girth": 3})
    with transaction(engine) as session:
        change_setting(session, "duty_phone", "0355-1", actor="tests", now=NOW)
    return engine


def verify(engine: Engine, head: str | None = None) -> int:
    with reading(engine) as session:
        return verify_history(session, head)


def test_an_honest_history_holds(history: Engine) -> None:
    assert verify(history) == count(history, Event) == 4
    with reading(history) as session:
        assert verify(history, history_head(session)) == 4


TAMPERING: dict[str, tuple[str, int]] = {
    "an actor": ("UPDATE event SET actor = 'x' WHERE seq = 2", 2),
    "an instant": ("UPDATE event SET at = '2020-01-01 00:00:00.000000' WHERE seq = 2", 2),
    "a kind": ("UPDATE event SET kind = 'x' WHERE seq = 1", 1),
    "a reason": ("UPDATE event SET reason = NULL WHERE seq = 3", 3),
    "a hash": ("UPDATE event SET hash = substr(hash, 2) || substr(hash, 1, 1) WHERE seq = 2", 2),
    "a link": ("UPDATE event SET previous_hash = hash WHERE seq = 3", 3),
    "an item": ("UPDATE event_item SET change = replace(change, '3', '4') WHERE seq = 3", 3),
    "an item's action": ("UPDATE event_item SET action = 'x' WHERE seq = 4", 4),
    "an item's subject": ("UPDATE event_item SET subject_id = 'x' WHERE seq = 2 AND ordinal = 1", 2),
    "a deleted item": ("DELETE FROM event_item WHERE seq = 2 AND ordinal = 2", 2),
    "an added item": (
        "INSERT INTO event_item SELECT seq, 9, subject_type, subject_id, action, change "
        "FROM event_item WHERE seq = 4",
        4,
    ),
    "exchanged items": ("UPDATE event_item SET ordinal = 3 - ordinal + 10 WHERE seq = 2", 2),
    "a deleted event": ("DELETE FROM event WHERE seq = 2", 2),
    "a deleted first event": ("DELETE FROM event WHERE seq = 1", 1),
    "a deleted last event": ("DELETE FROM event WHERE seq = 4", 4),
    "exchanged events": (
        "UPDATE event SET seq = CASE seq WHEN 2 THEN 3 ELSE 2 END + 100 WHERE seq IN (2, 3)",
        2,
    ),
    "a private value and its digest": (
        "UPDATE commitment SET value = '甄伪造', salt = 'salt', digest = '"
        + commitment_of("salt", "notes", "甄伪造")
        + "' WHERE digest = (SELECT min(digest) FROM commitment WHERE value = '甄秘密')",
        2,
    ),
    "the field of a private value": (
        "UPDATE commitment SET field = 'name_verbatim', salt = 'salt', digest = '"
        + commitment_of("salt", "name_verbatim", "甄秘密")
        + "' WHERE digest = (SELECT min(digest) FROM commitment WHERE value = '甄秘密')",
        2,
    ),
    "a private value": ("UPDATE commitment SET value = 'another' WHERE value = '甄秘密'", 2),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_named(history: Engine, what: str) -> None:
    statement, seq = TAMPERING[what]
    assert tamper(history, statement) > 0
    with pytest.raises(HistoryBrokenError) as caught:
        verify(history)
    assert caught.value.facts["seq"] == seq
    assert "第" in translator("zh").error(caught.value)


def test_events_cut_off_at_the_end_show_against_a_head_noted_down_earlier(history: Engine) -> None:
    with reading(history) as session:
        head = history_head(session)
    tamper(history, "DELETE FROM event_item WHERE seq = 4")
    tamper(history, "DELETE FROM event WHERE seq = 4")
    assert verify(history) == 3
    with pytest.raises(HistoryBrokenError, match="cut off"):
        verify(history, head)


def test_an_edition_remembers_the_head_it_was_made_from(history: Engine) -> None:
    tamper(history, f"INSERT INTO edition VALUES (1, '2026-01-01', '{'ab' * 32}', '', 0, '{{}}')")
    with pytest.raises(HistoryBrokenError, match="cut off"):
        verify(history)


def test_private_texts_stand_in_the_history_as_commitments_only(history: Engine) -> None:
    written = "".join(item.change for item in rows_of(history, EventItem))
    assert "甄秘密" not in written
    kept = [row for row in rows_of(history, Commitment) if row.value.startswith("甄秘密")]
    assert len(kept) >= 2
    for row in kept:
        assert row.digest == commitment_of(row.salt, row.field, row.value)
        assert row.digest in written


@pytest.mark.parametrize("field", sorted(PRIVATE_FIELDS))
def test_no_private_field_is_written_out(engine: Engine, field: str) -> None:
    with transaction(engine) as session:
        record_event(
            session, "x", [Change("tree", "t", "updated", {field: ("甄旧", "甄新")})], actor="t", at=NOW
        )
    change = next(item.change for item in rows_of(engine, EventItem) if item.subject_id == "t")
    assert "甄" not in change
    assert all(set(side) == {"commitment"} for side in json.loads(change)[field])
    assert verify(engine) == 2


def test_a_private_value_that_no_item_commits_to_is_noticed(history: Engine) -> None:
    for subject in ("nobody", rows_of(history, Commitment)[0].subject_id):
        digest = commitment_of("salt", "notes", "甄伪造")
        tamper(history, f"INSERT INTO commitment VALUES ('{digest}', 'salt', '甄伪造', '{subject}', 'notes')")
        with pytest.raises(HistoryBrokenError, match="private value"):
            verify(history)
        tamper(history, f"DELETE FROM commitment WHERE digest = '{digest}'")
    assert verify(history) == 4


def test_names_and_numbers_with_a_person_in_them_are_not_written_out(engine: Engine, tmp_path: Path) -> None:
    first = {
        "no": "1", "name": "甄家槐", "latin": "Sophora japonica 甄某", "document": "甄文1",
        "other_no": "甄旧1", "designated": "2020-01-02", "grade": "一级", "notes": "甄",
        "steward": "甄小明", "surveyor": "甄二",
    }  # fmt: skip
    import_rows(engine, tmp_path, first)
    import_rows(engine, tmp_path, {**first, "name": "甄二槐", "latin": "Sophora 甄", "document": "甄文2"})
    written = "".join(item.change for item in rows_of(engine, EventItem))
    assert "甄" not in written
    assert any("甄旧1" in row.value for row in rows_of(engine, Commitment))
    assert verify(engine) == 3


def test_a_forgotten_value_leaves_a_history_that_holds(history: Engine) -> None:
    tamper(history, "DELETE FROM commitment")
    assert verify(history) == 4


def test_an_event_undone_leaves_no_link(engine: Engine) -> None:
    def interrupted() -> None:
        with transaction(engine) as session:
            record_event(session, "x", [], actor="t", at=NOW)
            raise RuntimeError

    before = count(engine, Event)
    with pytest.raises(RuntimeError):
        interrupted()
    assert count(engine, Event) == before
