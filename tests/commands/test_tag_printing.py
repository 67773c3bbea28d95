"""Print runs of tags: a batch prints each once, goes on where it broke off, is told in the history."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.commands import tag_printing
from registry.commands.comparing import deviations
from registry.commands.tag_keys import tag_key_facts, withdraw_tags_of_key
from registry.commands.tag_life import make_blank_tags, mount_tag, note_tag
from registry.commands.tag_printing import Run, batch_facts, batches, blank_run, note_printed, plan_run
from registry.commands.tags import IssuedTag, issue_tags
from registry.db import reading, transaction
from registry.desk_errors import TagBindError
from registry.export_errors import TagBatchRaceError, TagBatchUnknownError
from registry.keys import Keys
from registry.models import Event, Tag, TagNote, Tree
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.words import TagState

ACTOR: dict[str, Any] = {"actor": "account:clerk", "now": NOW}
TODAY = date(2026, 3, 4)
DAY: dict[str, Any] = {**ACTOR, "today": TODAY}
LATER: dict[str, Any] = {"actor": "account:clerk", "now": NOW + timedelta(days=3), "today": date(2026, 3, 7)}


@pytest.fixture
def issued(engine: Engine, keys: Keys, tmp_path: Path) -> list[IssuedTag]:
    import_rows(engine, tmp_path, *({"no": str(number)} for number in range(1, 6)))
    with transaction(engine) as session:
        ids = sorted(session.exec(select(Tree.id)))
        return issue_tags(session, ids, keys=keys, **ACTOR)


def ids(run: Run) -> list[str]:
    return [tag.id for tag in run.tags]


def printed(session: Session, batch: str, issued: list[IssuedTag], facts: dict[str, Any], **more: Any) -> int:
    run = plan_run(session, batch, issued, reprint="reason" in more, now=facts["now"])
    return note_printed(session, run, ids(run), **facts, **more)


def test_a_run_notes_every_tag_once_with_its_batch(engine: Engine, issued: list[IssuedTag]) -> None:
    with transaction(engine) as session:
        assert printed(session, "春-1", issued, DAY) == 5
    with transaction(engine) as session:
        assert printed(session, "春-1", issued, LATER) == 0
    notes = rows_of(engine, TagNote)
    assert {(note.kind, note.happened_on) for note in notes} == {(TagNoteKind.PRINTED, TODAY)}
    assert len(notes) == 5
    assert {(tag.batch, tag.condition) for tag in rows_of(engine, Tag)} == {("春-1", TagNoteKind.PRINTED)}
    assert [event.kind for event in rows_of(engine, Event)].count("tags:printed") == 1
    with reading(engine) as session:
        assert list(deviations(session)) == []


def test_a_run_that_broke_off_goes_on_and_keeps_its_day(engine: Engine, issued: list[IssuedTag]) -> None:
    with transaction(engine) as session:
        run = plan_run(session, "a", issued, reprint=False, now=NOW)
        note_printed(session, run, ids(run)[:2], **DAY)
    with transaction(engine) as session:
        again = plan_run(session, "a", issued, reprint=False, now=LATER["now"])
        assert (ids(again), again.made_at) == (ids(run), NOW)
        assert note_printed(session, again, ids(again), **LATER) == 3
        assert plan_run(session, "a", issued, reprint=False, now=LATER["now"]).made_at == NOW


def test_what_another_batch_printed_is_left_out_and_counted(engine: Engine, issued: list[IssuedTag]) -> None:
    with transaction(engine) as session:
        printed(session, "a", issued[:2], DAY)
        note_tag(session, session.get_one(Tag, issued[2].id), TagNoteKind.PRINTED, **DAY)
        run = plan_run(session, "b", issued, reprint=False, now=NOW)
    assert ids(run) == [tag.id for tag in issued[3:]]
    assert run.elsewhere == {"a": 2, "—": 1}


def test_printing_again_is_deliberate_and_says_why(engine: Engine, issued: list[IssuedTag]) -> None:
    with transaction(engine) as session:
        printed(session, "a", issued, DAY)
        assert printed(session, "b", issued[:1], LATER, reason="褪色") == 1
        again = plan_run(session, "b", issued[:1], reprint=True, now=NOW + timedelta(days=9))
        assert again.made_at == LATER["now"]
        assert note_printed(session, again, ids(again), **LATER, reason="褪色") == 0
        assert plan_run(session, "a", issued, reprint=False, now=NOW).elsewhere == {"b": 1}
    event = rows_of(engine, Event)[-1]
    assert (event.kind, event.reason, event.item_count) == ("tags:printed", "褪色", 1)
    assert {note.note for note in rows_of(engine, TagNote)} == {None, "褪色"}
    with reading(engine) as session:
        assert list(deviations(session)) == []


def test_two_runs_at_once_do_not_print_one_tag_twice(engine: Engine, issued: list[IssuedTag]) -> None:
    with transaction(engine) as session:
        slow = plan_run(session, "slow", issued, reprint=False, now=NOW)
        printed(session, "quick", issued[:1], DAY)
    with pytest.raises(TagBatchRaceError), transaction(engine) as session:
        note_printed(session, slow, ids(slow), **DAY)
    with reading(engine) as session:
        assert batch_facts(session, "quick").tags == 1
        with pytest.raises(TagBatchUnknownError):
            batch_facts(session, "slow")


def test_blank_tags_of_a_box_are_made_once(engine: Engine, keys: Keys, issued: list[IssuedTag]) -> None:
    with transaction(engine) as session:
        make_blank_tags(session, 2, keys=keys, batch="箱-1", **DAY)
        run = blank_run(session, "箱-1", 5, keys=keys, **DAY)
        again = blank_run(session, "箱-1", 5, keys=keys, **DAY)
        assert (len(run.tags), ids(again)) == (5, ids(run))
        assert note_printed(session, run, ids(run), **DAY) == 5
        assert note_printed(session, again, ids(again), **DAY) == 0
        with pytest.raises(TagBindError):
            blank_run(session, "箱-2", 5001, keys=keys, **DAY)


def test_batches_are_counted_by_state(engine: Engine, keys: Keys, issued: list[IssuedTag]) -> None:
    with transaction(engine) as session:
        assert batches(session) == []
        printed(session, "a", issued[:3], DAY)
        printed(session, "b", issued[3:], LATER)
        tree = session.get_one(Tree, issued[0].tree_id)
        mount_tag(session, ("tree", tree.id, tree.tree_no), issued[0].printed, keys=keys, **DAY)
    with reading(engine) as session:
        newest, oldest = batches(session)
    assert (newest.name, oldest.name, oldest.first_on) == ("b", "a", TODAY)
    assert (oldest.tags, oldest.states) == (3, {TagState.ISSUED: 3})
    assert oldest.conditions == {TagNoteKind.PRINTED: 2, TagNoteKind.MOUNTED: 1}


def test_more_tags_take_no_more_statements(engine: Engine, issued: list[IssuedTag]) -> None:
    counts = []
    statements: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for batch, some in (("a", issued[:1]), ("b", issued[1:])):
        with transaction(engine) as session:
            run = plan_run(session, batch, some, reprint=False, now=NOW)
            statements.clear()
            note_printed(session, run, ids(run), **DAY)
            counts.append(len(statements))
    assert counts[1] <= counts[0] + 1
    assert len(issued) < tag_printing.CHUNK


def test_the_tags_of_a_revoked_key_are_withdrawn_once(
    engine: Engine, keys: Keys, issued: list[IssuedTag]
) -> None:
    with transaction(engine) as session:
        make_blank_tags(session, 1, keys=keys, **DAY)
        assert withdraw_tags_of_key(session, "1", reason="泄露", **ACTOR) == 6
        assert withdraw_tags_of_key(session, "1", reason="泄露", **ACTOR) == 0
        (facts,) = tag_key_facts(session, keys)
        assert (facts.key_id, facts.is_signing, facts.tags) == ("1", True, {TagState.WITHDRAWN: 6})
    with reading(engine) as session:
        assert list(deviations(session)) == []
