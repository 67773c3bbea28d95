"""Edits from a phone that took a tree along before a case moved it: asked about, never taken over."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from case_kit import approved_move, move_tree
from sqlalchemy.engine import Engine
from sqlmodel import select
from submission_kit import TODAY, Field, make_field, sent

from registry.commands.case_effects import Moved
from registry.db import reading, transaction
from registry.keys import Keys
from registry.models import Event, Submission
from registry.review_items import load_item
from registry.vocab.desk_words import SubmissionState

VILLAGE = {"village": "东和"}


@pytest.fixture
def field(engine: Engine, keys: Keys, tmp_path: Path) -> Iterator[Field]:
    yield make_field(engine, keys, tmp_path)
    engine.dispose()


def newest(field: Field) -> int:
    """What a phone that takes its package along now has seen."""
    with reading(field.engine) as session:
        return max(session.exec(select(Event.seq)).all())


def edit(field: Field, said: dict[str, Any], base_seq: int | None, by: str = "county") -> Submission:
    """An edit of tree 1; a reviewer's own needs no review of its level where nothing is doubtful."""
    fields = {"fields": {name: {"base": None, "to": to} for name, to in said.items()}}
    return field.send(sent("edit", "edit", fields, field.trees["1"], base_seq=base_seq), by)


def notes(row: Submission) -> list[str]:
    return [note["code"] for note in json.loads(row.outcome).get("notes", [])]


@pytest.mark.parametrize("name", ["town", "village", "small_place", "address"])
def test_where_a_tree_was_moved_meanwhile_an_edit_of_its_place_is_asked_about(
    field: Field, name: str
) -> None:
    seen = newest(field)
    move_tree(field.engine)
    row = edit(field, {name: "东和"}, seen)
    assert (row.state, row.level, notes(row)) == (SubmissionState.PENDING, "county", ["record_moved"])
    assert field.tree("1").status == "alive"
    assert getattr(field.tree("1"), name) is None
    field.assert_whole()


def test_a_phone_that_took_the_tree_along_after_the_move_is_believed(field: Field) -> None:
    move_tree(field.engine)
    row = edit(field, VILLAGE, newest(field))
    assert (row.state, notes(row)) == (SubmissionState.ACCEPTED, [])
    assert field.tree("1").village == "东和"


def test_a_phone_that_does_not_say_what_it_had_seen_is_asked_about_a_moved_tree(field: Field) -> None:
    move_tree(field.engine)
    assert notes(edit(field, VILLAGE, None)) == ["record_moved"]


def test_what_is_no_place_is_not_asked_about(field: Field) -> None:
    seen = newest(field)
    move_tree(field.engine)
    row = edit(field, {"ownership": "collective"}, seen)
    assert (row.state, notes(row)) == (SubmissionState.ACCEPTED, [])


def test_neither_the_move_of_another_tree_nor_one_that_is_not_done_counts(field: Field) -> None:
    seen = newest(field)
    move_tree(field.engine, "2")
    with transaction(field.engine) as session:
        approved_move(session, "1")
    assert notes(edit(field, VILLAGE, seen)) == []


def test_a_tree_that_left_the_district_is_asked_about_whatever_the_phone_had_seen(field: Field) -> None:
    move_tree(field.engine, to=Moved())
    assert notes(edit(field, VILLAGE, newest(field))) == ["record_moved"]


def test_a_reviewer_is_told_of_a_move_that_came_after_the_edit(field: Field) -> None:
    own = edit(field, VILLAGE, newest(field), by="inspector").id

    def told() -> list[str]:
        with reading(field.engine) as session:
            item = load_item(session, session.get_one(Submission, own), holder=None, today=TODAY)
            return [note["message"] for note in item.notes]

    def kept() -> str:
        with reading(field.engine) as session:
            return session.get_one(Submission, own).outcome

    before = kept()
    assert told() == []
    move_tree(field.engine)
    assert told() == ["The tree was moved; make sure which place is meant."]
    assert kept() == before, "reading it notes nothing"
