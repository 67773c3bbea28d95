"""Changes of what was written: erasing a person, undoing a change; the chain holds after either."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kit import NOW, import_rows, rows_of, tamper
from sqlalchemy.engine import Engine

from registry.asof import tree_as_of
from registry.commands.comparing import deviations
from registry.commands.erasing import ErasureReport, erase_party, scrub
from registry.commands.history import history_head
from registry.commands.undoing import undo_event
from registry.commands.verifying import verify_history
from registry.db import make_engine, reading, sqlite_path, transaction
from registry.errors import HistoryBrokenError, PartyNotFoundError, UndoError
from registry.models import Commitment, Event, Measurement, Party, Tree, TreeParty
from registry.queries import full_trees
from registry.records import TreeRecord
from registry.selection import find_tree

LATER = NOW + timedelta(days=1)
ROW = {
    "no": "1", "name": "国槐", "girth": "300", "day": "1/5/2010", "notes": "甄小明所植", "age": "300",
    "steward": "甄小明", "surveyor": "甄小明", "other_no": "A-1", "document": "甄小明字第1号",
    "designated": "2010-06-01", "grade": "二级",
}  # fmt: skip


@pytest.fixture
def history(engine: Engine, tmp_path: Path) -> Engine:
    """Begun, a tree of 甄小明's, changed once."""
    import_rows(engine, tmp_path, ROW, {**ROW, "no": "2", "notes": "无"})
    import_rows(engine, tmp_path, {**ROW, "notes": "甄小明又说", "girth": "310", "day": "1/5/2020"})
    return engine


def erase(engine: Engine, name: str = "甄小明", *, texts: bool = True) -> ErasureReport:
    with transaction(engine) as session:
        return erase_party(session, name, basis="某法第47条，甄小明申请", texts=texts, actor="t", now=LATER)


def holds(engine: Engine) -> None:
    with reading(engine) as session:
        verify_history(session)
        assert list(deviations(session)) == []


def everything(engine: Engine) -> str:
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        return "".join(
            str(row) for table in tables for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')
        )


def test_an_erased_person_is_nowhere_and_the_chain_holds(history: Engine) -> None:
    with reading(history) as session:
        head = history_head(session)
    report = erase(history)
    assert "甄小明" not in everything(history)
    assert (report.roles, report.mentions, report.events) == (4, [], [])
    assert report.texts == 3
    holds(history)
    with reading(history) as session:
        verify_history(session, head)
    told = max(rows_of(history, Event), key=lambda event: event.seq)
    assert (told.kind, told.reason) == ("party:erased", "某法第47条，某申请")
    assert {party.name for party in rows_of(history, Party)} == {"某"}
    assert rows_of(history, TreeParty) == []


def test_a_file_of_before_comes_out_without_the_erased_person(history: Engine) -> None:
    erase(history)
    with reading(history) as session:
        record = tree_as_of(session, find_tree(session, "1"), NOW + timedelta(hours=1)).restricted
    assert record.notes == "某又说"
    assert [row.document_no for row in record.designations] == ["某字第1号"]
    assert [row.girth_cm for row in record.measurements] == [310, 300]
    assert record.steward == "某"


def test_texts_that_stay_are_listed(history: Engine) -> None:
    report = erase(history, texts=False)
    assert {(each.tree_no, each.field) for each in report.mentions} == {
        ("1", "notes"), ("1", "document_no"), ("2", "document_no"),
    }  # fmt: skip
    assert not any("甄小明" in row.value for row in rows_of(history, Commitment))


def test_what_was_left_of_an_erased_value_cannot_be_altered(history: Engine) -> None:
    erase(history)
    statement = "UPDATE commitment SET value = replace(value, '某又说', '某不说') WHERE salt = ''"
    assert tamper(history, statement) > 0
    with reading(history) as session, pytest.raises(HistoryBrokenError, match="private value"):
        verify_history(session)


def test_nothing_of_an_erased_person_stays_in_the_file(history: Engine, register_address: str) -> None:
    erase(history)
    history.dispose()
    scrub(register_address)
    if (path := sqlite_path(register_address)) is not None:
        kept = b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
        assert "甄小明".encode() not in kept
    holds(make_engine(register_address))


def test_a_person_that_nobody_knows_is_not_erased(history: Engine) -> None:
    with pytest.raises(PartyNotFoundError):
        erase(history, "甄某人")


def undo(engine: Engine, seq: int, number: str | None = None) -> None:
    with transaction(engine) as session:
        tree_id = find_tree(session, number) if number else None
        undo_event(session, seq, tree_id=tree_id, actor="t", now=LATER, reason="看错了")


def record_of(engine: Engine, number: str) -> TreeRecord:
    with reading(engine) as session:
        return next(full_trees(session, [find_tree(session, number)])).record


def test_an_undone_change_puts_back_what_was(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, ROW)
    before = record_of(engine, "1")
    change = {"notes": "又说", "girth": "310", "grade": "一级", "age": "310", "other_no": "A-2"}
    import_rows(engine, tmp_path, {**ROW, **change})
    undo(engine, 3)
    after = record_of(engine, "1")
    for field in (
        "notes",
        "age_years",
        "measurements",
        "designations",
        "protection_grade",
        "aliases",
        "steward",
    ):
        assert getattr(after, field) == getattr(before, field)
    assert [event.seq for event in after.history] == [4, 3, 2]
    holds(engine)


def test_an_undone_change_can_be_undone(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, ROW)
    import_rows(engine, tmp_path, {**ROW, "notes": "又说"})
    undo(engine, 3)
    undo(engine, 4)
    assert rows_of(engine, Tree)[0].notes == "又说"
    holds(engine)


def test_only_one_tree_of_a_batch_is_undone(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, ROW, {**ROW, "no": "2"})
    import_rows(engine, tmp_path, {**ROW, "notes": "新"}, {**ROW, "no": "2", "notes": "新"})
    undo(engine, 3, "2")
    assert {tree.tree_no: tree.notes for tree in rows_of(engine, Tree)} == {"1": "新", "2": ROW["notes"]}
    holds(engine)


def test_what_was_changed_since_is_not_undone(history: Engine, tmp_path: Path) -> None:
    import_rows(history, tmp_path, {**ROW, "notes": "三", "girth": "310", "day": "1/5/2020"})
    with pytest.raises(UndoError, match="event 4 changed notes of tree 1"):
        undo(history, 3)
    assert rows_of(history, Tree)[0].notes is not None


@pytest.mark.parametrize(
    ("seq", "why"), [(2, "number given once"), (1, "no such event"), (9, "no such event")]
)
def test_what_cannot_be_undone_is_refused_and_changes_nothing(history: Engine, seq: int, why: str) -> None:
    before = everything(history)
    with pytest.raises(UndoError, match=why):
        undo(history, seq)
    assert everything(history) == before


def test_what_was_erased_is_not_undone(history: Engine) -> None:
    tamper(history, "DELETE FROM commitment")
    with pytest.raises(UndoError, match="erased"):
        undo(history, 3)
    assert len(rows_of(history, Measurement)) == 3
