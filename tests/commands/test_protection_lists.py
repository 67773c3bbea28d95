"""A protection list stays as it was published: later changes make a new edition and never touch it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from case_kit import ACTOR, designated, make_trees, tree_of
from register_kit import count, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.area_queries import full_areas
from registry.commands.areas import AreaPlace, register_grove
from registry.commands.protection_lists import editions, find_list, make_list, one_authority, read_list
from registry.commands.verifying import verify_history
from registry.db import open_register, reading, transaction
from registry.errors import ListAuthorityError, ListUnknownError
from registry.list_records import ListedGrove, ListedTree
from registry.models import AreaDraft, ProtectionList, ProtectionListEntry
from registry.queries import full_trees
from registry.rules.listing import compare_lists, count_list, list_order, listed_grove, listed_tree
from registry.rules.redaction import redact, redact_area
from registry.selection import stream_ids
from registry.vocab.words import Category, GrowthPlace, TreeStatus


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    """Two trees of which one is designated, and a grove that is designated as a whole."""
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    with transaction(engine) as session:
        place = AreaPlace("cn-test", tree_of(session, "甲-1").source_id)
        grove = register_grove(session, AreaDraft(number="群1", name="松林", tree_count=40), place, **ACTOR)
        grove.protection_grade, grove.grade_scheme = "2", "cn-2025"
    return engine


def lines(session: Session) -> tuple[list[ListedTree], list[ListedGrove]]:
    trees = []
    for full in full_trees(session, stream_ids(session, ())):
        line = listed_tree(
            redact(full.record, full.disclosure)[0], tree_of(session, full.record.tree_no).grove_id
        )
        trees += [line] if line else []
    found = (
        listed_grove(redact_area(full.record, full.disclosure)[0]) for full in full_areas(session, "grove")
    )
    return sorted(trees, key=list_order), [line for line in found if line]


def make(engine: Engine, where: Sequence[str] = (), **facts: Any) -> ProtectionList:
    with transaction(engine) as session:
        trees, groves = lines(session)
        usual = {"authority_id": "cn-test", "title": "某县名录", "document_no": "公告1"}
        made = make_list(session, trees, groves, where=where, **{**usual, **facts}, **ACTOR)
        session.expunge(made)
        return made


def test_an_edition_stays_as_it_was_made_whatever_the_register_says_later(engine: Engine) -> None:
    first = make(engine, published_on=date(2026, 3, 1))
    with reading(engine) as session:
        before = read_list(session, find_list(session, 1))
    with transaction(engine) as session:
        designated(session, "甲-1", grade="1")
        tree_of(session, "甲-1").name_verbatim = "圆柏"
    with reading(engine) as session:
        assert read_list(session, find_list(session, 1)) == before
        assert verify_history(session)
    assert before.trees[0].grade == "2"
    assert (first.edition, first.entry_count, len(first.sha256)) == (1, 2, 64)


def test_a_further_edition_tells_what_came_what_went_and_whose_grade_changed(engine: Engine) -> None:
    make(engine)
    with transaction(engine) as session:
        designated(session, "甲-1", grade="1")
        designated(session, "甲-2", grade="3")
    make(engine, document_no="公告2")
    with transaction(engine) as session:
        tree_of(session, "甲-2").status = TreeStatus.DEAD
    make(engine, document_no="公告3")
    with reading(engine) as session:
        second, third = (read_list(session, find_list(session, edition)) for edition in (2, 3))
        whole = read_list(session, find_list(session, 3), find_list(session, 1))
    assert [(c.kind, c.number, c.was, c.now) for c in second.changes] == [
        ("added", "甲-2", None, "3"),
        ("changed", "甲-1", "2", "1"),
    ]
    assert [(c.kind, c.number, c.was, c.became) for c in third.changes] == [("removed", "甲-2", "3", "dead")]
    assert [c.kind for c in whole.changes] == ["changed"]
    assert (second.facts.previous, third.facts.previous, whole.facts.previous) == (1, 2, 1)


def test_the_same_list_on_the_same_document_makes_no_further_edition(engine: Engine) -> None:
    assert make(engine).id == make(engine).id
    assert make(engine, document_no="公告2").edition == 2
    assert make(engine, where=("category=famous",)).edition == 3
    assert count(engine, ProtectionList) == 3
    assert {row.number for row in rows_of(engine, ProtectionListEntry)} == {"甲-1", "群1"}


def test_editions_are_found_by_number_and_authority(engine: Engine) -> None:
    make(engine)
    with reading(engine) as session:
        assert [row.edition for row in editions(session)] == [1]
        with pytest.raises(ListUnknownError, match="no edition 2"):
            find_list(session, 2)
    with pytest.raises(ListAuthorityError):
        one_authority(["a", "b", "a"])
    assert one_authority(["a", "a"]) == "a"


def test_the_list_says_groves_apart_and_counts_no_tree_twice(engine: Engine) -> None:
    """Domain fact 18: trees and groves are both reported."""
    with transaction(engine) as session:
        designated(session, "甲-2", grade="3")
        trees, groves = lines(session)
    (grove,) = groves
    assert [(c.kind, c.scattered, c.groves, c.in_groves) for c in count_list(trees, groves)] == [
        ("2", 1, 1, 40),
        ("3", 1, 0, 0),
    ]
    with transaction(engine) as session:
        tree_of(session, "甲-1").grove_id = grove.subject_id
        session.flush()
        trees, groves = lines(session)
    assert [(c.kind, c.scattered, c.groves, c.in_groves) for c in count_list(trees, groves)] == [
        ("2", 0, 1, 40),
        ("3", 1, 0, 0),
    ]
    assert [(c.kind, c.scattered) for c in count_list(trees, [])] == [("2", 1), ("3", 1)]


def test_a_famous_tree_is_counted_as_such_and_not_among_the_first_grade(engine: Engine) -> None:
    with transaction(engine) as session:
        designated(session, "甲-2", grade=None, category=Category.FAMOUS)
        trees, _ = lines(session)
    assert [(c.kind, c.scattered) for c in count_list(trees, [])] == [("2", 1), ("famous", 1)]


def test_a_list_names_no_household(engine: Engine) -> None:
    with transaction(engine) as session:
        tree = tree_of(session, "甲-1")
        tree.village, tree.small_place, tree.growth_place = "东沟村", "张三家院内", GrowthPlace.PRIVATE_HOME
        tree.released = '["small_place"]'
        session.flush()
        (line,), _ = lines(session)
    assert line.place == "东沟村"


def test_what_is_not_designated_or_dead_is_not_on_the_list_and_what_is_not_found_still_is(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        for status, listed in ((TreeStatus.MISSING, 1), (TreeStatus.DELISTED, 0), (TreeStatus.DEAD, 0)):
            tree_of(session, "甲-1").status = status
            session.flush()
            assert len(lines(session)[0]) == listed


def test_shorter_numbers_come_first_within_a_division() -> None:
    def tree(number: str, *division: str) -> ListedTree:
        return ListedTree(number, number, "other", "ancient", grade="3", division=division)

    found = sorted([tree("10", "甲"), tree("2", "甲"), tree("1", "乙")], key=list_order)
    assert [line.number for line in found] == ["1", "2", "10"]
    again = ListedTree("2", "200", "other", "ancient", grade="3", division=("甲",))
    (change,) = compare_lists([tree("2", "甲")], [again], {})
    assert (change.kind, change.number_before, change.number) == ("changed", "2", "200")
