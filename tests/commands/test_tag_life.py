"""Tags in their life: blank, bound, mounted, damaged, lost, replaced; plates of others; and what verifies."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.commands.comparing import deviations
from registry.commands.tag_life import (
    Found,
    Where,
    bind_tag,
    end_plate,
    find_by_text,
    make_blank_tags,
    mount_tag,
    note_tag,
    notes_of,
    replace_tag,
    tags_of,
)
from registry.commands.tags import end_tag, issue_tags
from registry.db import reading, transaction
from registry.desk_errors import TagBindError
from registry.errors import TagCodeError
from registry.keys import Keys
from registry.models import Event, PlateBinding, Tag, TagNote, Tree
from registry.rules.tag_codes import plate_hash, printed_text, tag_text
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.words import TagState

ACTOR: dict[str, Any] = {"actor": "account:clerk", "now": NOW}
TODAY = date(2026, 3, 4)
DAY: dict[str, Any] = {**ACTOR, "today": TODAY}
PLATE = "http://old.example.com/tree?id=88213"


@pytest.fixture
def trees(engine: Engine, tmp_path: Path) -> dict[str, tuple[str, str, str]]:
    rows = ({"no": "1", "other_no": "A-17"}, {"no": "2"})
    import_rows(engine, tmp_path, *rows)
    return {tree.tree_no: ("tree", tree.id, tree.tree_no) for tree in rows_of(engine, Tree)}


@pytest.fixture
def blank(engine: Engine, keys: Keys) -> str:
    """What is printed on a blank tag."""
    with transaction(engine) as session:
        ((_tag, printed),) = make_blank_tags(session, 1, keys=keys, batch="2026-1", **DAY)
    return printed


def is_sound(engine: Engine) -> bool:
    with reading(engine) as session:
        return not list(deviations(session))


def bind(engine: Engine, keys: Keys, ref: Any, text: str) -> Found:
    with transaction(engine) as session:
        found = bind_tag(session, ref, text, keys=keys, **DAY)
        session.flush()
        session.expunge_all()
        return found


def test_a_blank_tag_belongs_to_a_record_once_it_is_bound(engine: Engine, keys: Keys, trees: Any, blank: str):
    tag = rows_of(engine, Tag)[0]
    assert (tag.state, tag.batch, tag.tree_id) == (TagState.BLANK, "2026-1", None)
    bind(engine, keys, trees["1"], f"HTTPS://GUSHU.EXAMPLE/T/{blank}")
    tag = rows_of(engine, Tag)[0]
    assert (tag.state, tag.tree_id, tag.condition) == (TagState.ISSUED, trees["1"][1], TagNoteKind.BOUND)
    assert is_sound(engine)


def test_the_same_binding_again_changes_nothing(engine: Engine, keys: Keys, trees: Any, blank: str):
    bind(engine, keys, trees["1"], blank)
    before = len(rows_of(engine, Event))
    bind(engine, keys, trees["1"], blank.lower())
    assert len(rows_of(engine, Event)) == before


def test_a_tag_of_another_record_is_not_taken_from_it(engine: Engine, keys: Keys, trees: Any, blank: str):
    bind(engine, keys, trees["1"], blank)
    with pytest.raises(TagBindError):
        bind(engine, keys, trees["2"], blank)


def test_an_ended_tag_is_not_bound(engine: Engine, keys: Keys, trees: Any, blank: str):
    with transaction(engine) as session:
        end_tag(session, blank, TagState.WITHDRAWN, keys=keys, reason="印坏", **ACTOR)
    with pytest.raises(TagBindError):
        bind(engine, keys, trees["1"], blank)
    assert is_sound(engine)


def test_a_blank_tag_is_no_replacement_of_itself(engine: Engine, keys: Keys, blank: str):
    with pytest.raises(TagBindError), transaction(engine) as session:
        end_tag(session, blank, TagState.REPLACED, keys=keys, reason="x", **ACTOR)


def test_a_forged_check_is_refused_wherever_it_is_given(engine: Engine, keys: Keys, trees: Any, blank: str):
    forged = printed_text(blank[:8], b"somebody else's key")
    for text in (forged, f"https://old.example.com/T/{forged}"):
        with pytest.raises(TagCodeError):
            bind(engine, keys, trees["1"], text)
        with pytest.raises(TagCodeError), reading(engine) as session:
            find_by_text(session, text, keys)
    assert rows_of(engine, PlateBinding) == []


def test_a_code_of_ours_that_was_never_issued_is_no_plate_of_another_maker(
    engine: Engine, keys: Keys, trees: Any
):
    unknown = printed_text("0123ABCD", b"k")
    with pytest.raises(TagCodeError):
        bind(engine, keys, trees["1"], unknown)
    assert bind(engine, keys, trees["1"], f"https://former.example/T/{unknown}").how == "plate"


@pytest.mark.parametrize(
    "shape",
    ["{}", "https://any.example/T/{}", "HTTPS://X.EXAMPLE/en/T/{}", "https://x.example/t/{}?from=wx#top"],
)
def test_a_tag_is_found_by_its_text_on_any_host(
    engine: Engine, keys: Keys, trees: Any, blank: str, shape: str
):
    bind(engine, keys, trees["1"], blank)
    with reading(engine) as session:
        for text in (shape.format(blank), f" {shape.format(blank.lower())} "):
            found = find_by_text(session, text, keys)
            assert found is not None
            assert (found.how, found.record) == ("tag", trees["1"][:2])


def test_a_tag_is_found_by_its_code_alone_and_a_tree_by_its_numbers(
    engine: Engine, keys: Keys, trees: Any, blank: str
):
    with reading(engine) as session:
        code, number, alias = (find_by_text(session, text, keys) for text in (blank[:8], "2", "A-17"))
        assert (code and code.how, code and code.record) == ("tag", None)
        assert (number and number.record, alias and alias.record) == (trees["2"][:2], trees["1"][:2])
        assert find_by_text(session, "A-18", keys) is None
        assert find_by_text(session, "  ", keys) is None


def test_a_plate_of_another_maker_scans_like_ours_once_bound(engine: Engine, keys: Keys, trees: Any):
    bind(engine, keys, trees["1"], PLATE)
    bind(engine, keys, trees["1"], f" {PLATE} ")
    (plate,) = rows_of(engine, PlateBinding)
    assert plate.text_hash == plate_hash(PLATE)
    with reading(engine) as session:
        found = find_by_text(session, PLATE, keys)
        assert found is not None
        assert (found.how, found.record) == ("plate", trees["1"][:2])
    with pytest.raises(TagBindError):
        bind(engine, keys, trees["2"], PLATE)
    assert is_sound(engine)


def test_a_plate_that_was_taken_off_may_be_bound_elsewhere(engine: Engine, keys: Keys, trees: Any):
    bind(engine, keys, trees["1"], PLATE)
    with transaction(engine) as session:
        end_plate(session, session.exec(select(PlateBinding)).one(), reason="绑错", **DAY)
        assert find_by_text(session, PLATE, keys) is None
    bind(engine, keys, trees["2"], PLATE)
    assert [plate.tree_id for plate in rows_of(engine, PlateBinding)] == [trees["2"][1]]
    assert is_sound(engine)


def test_the_text_of_a_plate_is_not_in_clear_in_the_history(engine: Engine, keys: Keys, trees: Any):
    from registry.models import EventItem

    bind(engine, keys, trees["1"], PLATE)
    assert not [item for item in rows_of(engine, EventItem) if "88213" in item.change]


def test_mounting_binds_a_blank_tag_and_keeps_photo_and_place(
    engine: Engine, keys: Keys, trees: Any, blank: str
):
    where = Where("a" * 64, 113.05, 36.05, 5.0)
    for _ in range(2):  # a phone may send it again
        with transaction(engine) as session:
            mount_tag(session, trees["1"], blank, keys=keys, where=where, submission_id=None, **DAY)
    tag = rows_of(engine, Tag)[0]
    assert (tag.state, tag.condition) == (TagState.ISSUED, TagNoteKind.MOUNTED)
    assert sorted(note.kind for note in rows_of(engine, TagNote)) == ["bound", "mounted"]
    mounted = next(note for note in rows_of(engine, TagNote) if note.kind == TagNoteKind.MOUNTED)
    assert (mounted.photo_sha256, mounted.lon, mounted.accuracy_m) == ("a" * 64, 113.05, 5.0)
    assert is_sound(engine)


def test_the_place_of_a_tag_may_be_told_after_its_mounting(
    engine: Engine, keys: Keys, trees: Any, blank: str
):
    for where in (Where(), Where(lon=113.05, lat=36.05), Where(lon=113.05, lat=36.05)):
        with transaction(engine) as session:
            mount_tag(session, trees["1"], blank, keys=keys, where=where, **DAY)
    told = [note for note in rows_of(engine, TagNote) if note.kind == TagNoteKind.MOUNTED]
    assert sorted((note.lon or 0, note.lat or 0) for note in told) == [(0, 0), (113.05, 36.05)]
    assert is_sound(engine)


def test_a_damaged_tag_stays_in_force(engine: Engine, keys: Keys, trees: Any, blank: str):
    with transaction(engine) as session:
        found = mount_tag(session, trees["1"], blank, keys=keys, **DAY)
        assert found.tag is not None
        note_tag(session, found.tag, TagNoteKind.DAMAGED, note="裂", **DAY)
        assert (found.tag.state, found.tag.condition) == (TagState.ISSUED, TagNoteKind.DAMAGED)
        assert [row.kind for row in notes_of(session, [found.tag.id])].count(TagNoteKind.DAMAGED) == 1
        assert note_tag(session, found.tag, TagNoteKind.DAMAGED, note="裂", **DAY) is None
    assert is_sound(engine)


def test_what_is_told_late_does_not_hide_what_came_after_it(
    engine: Engine, keys: Keys, trees: Any, blank: str
):
    with transaction(engine) as session:
        found = mount_tag(session, trees["1"], blank, keys=keys, mounted_on=date(2026, 1, 5), **DAY)
        assert found.tag is not None
        note_tag(session, found.tag, TagNoteKind.LOST, on=date(2026, 2, 1), **DAY)
        note_tag(session, found.tag, TagNoteKind.DAMAGED, on=date(2026, 1, 20), **DAY)
        assert found.tag.condition == TagNoteKind.LOST


@pytest.mark.parametrize(
    ("condition", "is_refused"), [("mounted", True), ("lost", False), ("damaged", False)]
)
def test_a_second_tag_takes_the_place_of_one_that_is_worn_or_lost(
    engine: Engine, keys: Keys, trees: Any, blank: str, condition: str, is_refused: bool
):
    with transaction(engine) as session:
        (issued,) = issue_tags(session, [trees["1"][1]], keys=keys, **ACTOR)
        found = mount_tag(session, trees["1"], issued.printed, keys=keys, **DAY)
        assert found.tag is not None
        if condition != "mounted":
            note_tag(session, found.tag, TagNoteKind(condition), **DAY)
    if is_refused:
        with pytest.raises(TagBindError):
            bind(engine, keys, trees["1"], blank)
        return
    bind(engine, keys, trees["1"], blank)
    states = {tag.code: tag.state for tag in rows_of(engine, Tag)}
    assert states == {issued.printed[:8]: TagState.REPLACED, blank[:8]: TagState.ISSUED}
    assert is_sound(engine)


@pytest.mark.parametrize("with_blank", [True, False])
def test_a_replaced_tag_ends_and_another_is_in_force(
    engine: Engine, keys: Keys, trees: Any, blank: str, with_blank: bool
):
    with transaction(engine) as session:
        issue_tags(session, [trees["1"][1]], keys=keys, **ACTOR)
        old = tags_of(session, *trees["1"][:2])[0]
        fresh = replace_tag(
            session, trees["1"], old, keys=keys, reason="褪色", text=blank if with_blank else None, **DAY
        )
        assert (old.state, fresh.state) == (TagState.REPLACED, TagState.ISSUED)
        assert (fresh.code == blank[:8]) == with_blank
    assert is_sound(engine)


def test_dead_trees_get_no_tags(engine: Engine, keys: Keys, trees: Any, blank: str):
    with transaction(engine) as session:
        session.get_one(Tree, trees["1"][1]).status = "dead"
    with pytest.raises(TagBindError):
        bind(engine, keys, trees["1"], blank)


@pytest.mark.parametrize("count", [0, -1, 5001])
def test_so_many_blank_tags_are_not_made_at_once(engine: Engine, keys: Keys, count: int):
    with pytest.raises(TagBindError), transaction(engine) as session:
        make_blank_tags(session, count, keys=keys, **DAY)


@given(st.text(max_size=300))
def test_any_text_may_be_scanned(text: str):
    assert isinstance(tag_text(text), str)
