"""History: whatever is altered, cut out or put in is named."""

import hashlib
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from register_kit import NOW, count, import_rows, rows_of, tamper
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.commands.history import (
    PRIVATE_FIELDS,
    Change,
    canonical,
    commitments_behind,
    event_hash,
    history_head,
    item_line,
    open_change,
    record_event,
)
from registry.commands.register import change_setting
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.errors import HistoryBrokenError
from registry.models import Commitment, Event, EventItem
from registry.rules.commitments import (
    COMMITTED,
    ERASED,
    WHOLE,
    Sealed,
    commitment_of,
    forget,
    is_whole,
    open_sealed,
    seal,
)
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


FIRST = """WHERE replace(value, '[null,"甄秘密"]', '') <> value"""
FORGED_DIGEST = seal({"notes": (None, "甄伪造")}, "salt").digest
FORGED = (
    """UPDATE commitment SET salt = 'salt', value = '{{"notes":[null,"甄伪造"]}}', """
    f"field = '{{field}}', digest = '{FORGED_DIGEST}' {FIRST}"
)
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
    "a private value and its digest": (FORGED.format(field="*"), 2),
    "the field of a private value": (FORGED.format(field="notes"), 2),
    "the salt of a private value": (f"UPDATE commitment SET salt = 'x' {FIRST}", 2),
    "a private value": (
        "UPDATE commitment SET value = replace(value, '甄秘密二', '甄伪造') "
        "WHERE replace(value, '甄秘密二', '') <> value",
        3,
    ),
    "a private value that is no JSON": (f"UPDATE commitment SET value = 'another' {FIRST}", 2),
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
    columns = "number, made_at, history_head, sha256, tree_count, withheld"
    values = f"1, '2026-01-01', '{'ab' * 32}', '', 0, '{{}}'"
    tamper(history, f"INSERT INTO edition ({columns}) VALUES ({values})")
    with pytest.raises(HistoryBrokenError, match="cut off"):
        verify(history)


def test_private_texts_stand_in_the_history_as_commitments_only(history: Engine) -> None:
    written = "".join(item.change for item in rows_of(history, EventItem))
    assert "甄秘密" not in written
    kept = [row for row in rows_of(history, Commitment) if "甄秘密" in row.value]
    assert len(kept) == 2
    for row in kept:
        assert row.field == WHOLE
        assert row.digest in written


@pytest.mark.parametrize("field", sorted(PRIVATE_FIELDS))
def test_no_private_field_is_written_out(engine: Engine, field: str) -> None:
    with transaction(engine) as session:
        changes = [Change("tree", "t", "updated", {field: ("甄旧", "甄新"), "age_years": (1, 2)})]
        record_event(session, "x", changes, actor="t", at=NOW)
    change = next(item.change for item in rows_of(engine, EventItem) if item.subject_id == "t")
    assert "甄" not in change
    told = json.loads(change)
    assert told.keys() == {COMMITTED, "age_years"}
    assert told[COMMITTED]["fields"] == [field]
    with reading(engine) as session:
        opened = open_change(change, commitments_behind(session, ["t"]))
    assert opened == {field: ["甄旧", "甄新"], "age_years": [1, 2]}
    assert verify(engine) == 2


def test_a_field_can_be_forgotten_by_itself(history: Engine) -> None:
    item = min(
        (item for item in rows_of(history, EventItem) if item.subject_type == "tree"),
        key=lambda item: (item.seq, item.ordinal),
    )
    digest = json.loads(item.change)[COMMITTED]["digest"]
    row = next(row for row in rows_of(history, Commitment) if row.digest == digest)
    fields = open_fields(history, row.subject_id)
    assert "notes" in fields
    without = forget(Sealed(row.digest, row.salt, row.value), "notes")
    with transaction(history) as session:
        kept = session.get_one(Commitment, row.digest)
        kept.salt, kept.value = without.salt, without.value
        session.add(kept)
    assert verify(history) == 4
    after = open_fields(history, row.subject_id)
    assert after["notes"] == [ERASED, ERASED]
    assert {**after, "notes": fields["notes"]} == fields
    assert "甄秘密" not in without.value
    assert row.salt not in without.value


def open_fields(engine: Engine, subject_id: str) -> dict[str, list[object]]:
    items = (item for item in rows_of(engine, EventItem) if item.subject_id == subject_id)
    item = min(items, key=lambda item: item.seq)
    with reading(engine) as session:
        return open_change(item.change, commitments_behind(session, [subject_id]))


FIELDS = st.dictionaries(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
    st.tuples(
        *[st.none() | st.text(st.characters(codec="utf-8")) | st.floats(allow_nan=False) | st.integers()] * 2
    ),
    min_size=1,
    max_size=6,
)


@given(FIELDS, st.data())
def test_whatever_is_forgotten_the_rest_opens_and_the_digest_holds(
    fields: dict[str, tuple[object, object]], data: st.DataObject
) -> None:
    sealed = seal(fields, "salt")
    gone = data.draw(st.lists(st.sampled_from(sorted(fields)), unique=True))
    for field in gone:
        sealed = forget(sealed, field)
    assert is_whole(sealed, fields)
    assert open_sealed(sealed) == {
        name: ERASED if name in gone else list(pair) for name, pair in fields.items()
    }
    assert not is_whole(sealed, [*fields, "another\0"])
    other = seal({**fields, "another\0": (1, 2)}, "salt")
    assert not is_whole(Sealed(sealed.digest, other.salt, other.value), [*fields, "another\0"])


def test_a_history_from_before_still_opens_and_holds(engine: Engine) -> None:
    """One commitment for each side of each private field: the form of the first registers."""
    said = {"notes": "甄某", "lon": 113.25, "aliases": [{"number": "甄1", "scheme": "old"}]}
    digests: dict[str, str] = {}
    with transaction(engine) as session:
        told = {
            field: [
                None,
                {"commitment": digests.setdefault(field, commitment_of("salt", field, _once(value)))},
            ]
            for field, value in said.items()
        }
        record_event(session, "x", [Change("tree", "t", "created", {})], actor="t", at=NOW)
        session.execute(
            sa.text("UPDATE event_item SET change = :told WHERE seq = 2"), {"told": canonical(told)}
        )
        _link_anew(session)
        for field, value in said.items():
            row = Commitment(
                digest=digests[field], salt="salt", value=_once(value), subject_id="t", field=field
            )
            session.add(row)
    assert verify(engine) == 2
    assert open_fields(engine, "t") == {field: [None, value] for field, value in said.items()}
    tamper(engine, "UPDATE commitment SET value = '甄伪' WHERE field = 'notes'")
    with pytest.raises(HistoryBrokenError, match="private value"):
        verify(engine)
    tamper(engine, "DELETE FROM commitment")
    assert open_fields(engine, "t") == {field: [None, ERASED] for field in said}


def _once(value: object) -> str:
    return value if isinstance(value, str) else canonical(value)


def _link_anew(session: Session) -> None:
    """Give event 2 the hashes that its items ask for, as an old version would have."""
    event, item = session.get_one(Event, 2), session.get_one(EventItem, (2, 1))
    line = item_line(2, 1, item.subject_type, item.subject_id, item.action, item.change)
    event.items_hash = hashlib.sha256(line.encode()).hexdigest()
    event.hash = event_hash(event)
    session.add(event)


def test_a_private_value_that_no_item_commits_to_is_noticed(history: Engine) -> None:
    for subject in ("nobody", rows_of(history, Commitment)[0].subject_id):
        sealed = seal({"notes": (None, "甄伪造")}, "salt")
        values = f"'{sealed.digest}', 'salt', '{sealed.value}', '{subject}', '*'"
        tamper(history, f"INSERT INTO commitment VALUES ({values})")
        with pytest.raises(HistoryBrokenError, match="private value"):
            verify(history)
        tamper(history, f"DELETE FROM commitment WHERE digest = '{sealed.digest}'")
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
