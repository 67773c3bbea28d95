"""Editing what the register says of a record: validated, told, verifiable, undone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.commands.comparing import deviations
from registry.commands.editing import DRAFTS, EDITABLE, change_record, current_values
from registry.commands.ledger_fields import checked
from registry.commands.ledgers import Entry, add_record, own_source
from registry.commands.undoing import undo_event
from registry.db import reading, transaction
from registry.errors import LedgerFieldError
from registry.models import Event, Flag, Grove, Tree
from registry.vocab.words import Datum, Ownership, TreeStatus

ACTOR: dict[str, Any] = {"actor": "account:clerk", "now": NOW}
TODAY = date(2026, 3, 4)


@pytest.fixture
def tree_id(engine: Engine, tmp_path: Path) -> str:
    import_rows(engine, tmp_path, {"no": "1", "name": "国槐", "age": "350", "lon": "113.05", "lat": "36.05"})
    return str(rows_of(engine, Tree)[0].id)


def edit(engine: Engine, tree_id: str, kind: str = "tree", **fields: Any) -> dict[str, Any]:
    with transaction(engine) as session:
        ref = (kind, tree_id, "1")
        return change_record(session, ref, fields, today=TODAY, reason="核对", document="1号", **ACTOR)


def the_tree(engine: Engine) -> Tree:
    return rows_of(engine, Tree)[0]


def is_sound(engine: Engine) -> bool:
    with reading(engine) as session:
        return not [told for told in deviations(session) if told.field != "division_id"]


def test_fields_are_set_as_their_draft_holds_them_and_told_with_the_reason(engine: Engine, tree_id: str):
    changed = edit(engine, tree_id, ownership="国有", elevation_m="812.5", village=" 南村 ", address="村口")
    tree = the_tree(engine)
    assert (tree.ownership, tree.elevation_m, tree.village) == (Ownership.STATE, 812.5, "南村")
    assert changed["village"] == (None, "南村")
    event = rows_of(engine, Event)[-1]
    assert (event.kind, event.reason, event.document) == ("tree:edited", "核对", "1号")
    assert is_sound(engine)


def test_the_same_values_again_change_nothing(engine: Engine, tree_id: str):
    edit(engine, tree_id, village="南村")
    before = len(rows_of(engine, Event))
    assert edit(engine, tree_id, village="南村", lon=113.05, lat=36.05) == {}
    assert len(rows_of(engine, Event)) == before


def test_an_empty_value_says_that_nothing_is_known(engine: Engine, tree_id: str):
    edit(engine, tree_id, village="南村")
    edit(engine, tree_id, village="")
    assert the_tree(engine).village is None


@pytest.mark.parametrize(
    "fields",
    [
        {"tree_no": "2"},
        {"status": "dead"},
        {"vigour": "weak"},
        {"nonsense": "1"},
        {"elevation_m": "hoch"},
        {"elevation_m": 20000},
        {"age_as_of": "2027-01-01"},
        {"lon": "113.1", "lat": ""},
        {"lon": "abc", "lat": "36"},
        {"lon": "213", "lat": "36"},
        {"ownership": "没有这个词"},
        {"position_precision": ""},
    ],
)
def test_what_a_field_cannot_hold_or_has_ways_of_its_own_is_refused(
    engine: Engine, tree_id: str, fields: dict[str, Any]
):
    before = current(engine, tree_id)
    with pytest.raises(LedgerFieldError):
        edit(engine, tree_id, village="南村", **fields)
    assert current(engine, tree_id) == before


def current(engine: Engine, tree_id: str) -> dict[str, Any]:
    with reading(engine) as session:
        return current_values(session, "tree", tree_id)


def test_a_position_is_kept_as_written_with_its_datum_and_converted(engine: Engine, tree_id: str):
    edit(engine, tree_id, lon="113.061200", lat="36.051100", datum="GCJ-02")
    tree = the_tree(engine)
    assert (tree.lon_raw, tree.lat_raw, tree.datum) == ("113.061200", "36.051100", Datum.GCJ02)
    assert tree.lon is not None
    assert 0.003 < 113.0612 - tree.lon < 0.009  # the offset of Chinese maps, undone
    assert tree.coordinate_uncertainty_m == pytest.approx(1.0, abs=0.2)
    assert is_sound(engine)


def test_a_datum_alone_tells_what_the_written_numbers_mean(engine: Engine, tree_id: str):
    edit(engine, tree_id, datum="GCJ-02")
    tree = the_tree(engine)
    assert (tree.lon_raw, tree.datum) == ("113.05", Datum.GCJ02)
    assert tree.lon != 113.05
    edit(engine, tree_id, datum="local")
    assert (the_tree(engine).lon, the_tree(engine).lon_raw) == (None, "113.05")


def test_a_position_may_be_taken_away(engine: Engine, tree_id: str):
    edit(engine, tree_id, lon="", lat="")
    tree = the_tree(engine)
    assert (tree.lon, tree.lat_raw, tree.datum) == (None, None, Datum.UNKNOWN)
    assert is_sound(engine)


def test_another_name_is_another_species(engine: Engine, tree_id: str):
    before = the_tree(engine).species_id
    edit(engine, tree_id, name_verbatim="银杏")
    assert the_tree(engine).species_id not in {before, None}
    assert is_sound(engine)


def test_doubts_follow_the_values(engine: Engine, tree_id: str):
    edit(engine, tree_id, age_years=9000)
    assert "age_years" in {flag.field for flag in rows_of(engine, Flag)}
    edit(engine, tree_id, age_years=350)
    assert "age_years" not in {flag.field for flag in rows_of(engine, Flag)}


def test_an_edit_is_undone_like_any_event(engine: Engine, tree_id: str):
    before = current(engine, tree_id)
    edit(engine, tree_id, lon="113.0612", lat="36.0511", name_verbatim="银杏", village="南村")
    with transaction(engine) as session:
        seq = session.exec(select(Event.seq).where(Event.kind == "tree:edited")).one()
        undo_event(session, seq, reason="错", **ACTOR)
    assert current(engine, tree_id) == before
    assert is_sound(engine)


def test_a_merged_file_is_not_edited(engine: Engine, tree_id: str):
    with transaction(engine) as session:
        session.get_one(Tree, tree_id).status = TreeStatus.MERGED
    with pytest.raises(LedgerFieldError):
        edit(engine, tree_id, village="南村")


def test_a_grove_is_edited_by_its_own_draft(engine: Engine, tree_id: str):
    with transaction(engine) as session:
        draft = checked(DRAFTS["grove"], "grove:G", {"number": "G", "name": "侧柏林", "tree_count": 20})
        own = add_record(
            session, Entry("grove", draft, "cn-test", own_source(session, "cn-test")), **ACTOR
        ).id
    edit(engine, own, "grove", tree_count="22", canopy_closure="0.7", lon="113.05", lat="36.0501")
    grove = rows_of(engine, Grove)[0]
    assert (grove.tree_count, grove.canopy_closure, grove.lat) == (22, 0.7, 36.0501)
    with pytest.raises(LedgerFieldError):
        edit(engine, own, "grove", canopy_closure="7")
    assert is_sound(engine)


@pytest.mark.parametrize("kind", sorted(EDITABLE))
def test_every_editable_field_is_a_column_of_its_record(kind: str):
    from registry.commands.ledgers import TABLES

    assert set(EDITABLE[kind]) <= set(TABLES[kind].model_fields)
