"""Reading costs what is read: ids come as they are asked for, of one instant, and a tree reads no other."""

import re
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kit import import_rows
from sqlalchemy.engine import Engine

from registry import selection
from registry.db import reading, transaction
from registry.errors import SelectionError
from registry.models import Tree, TreeAlias
from registry.queries import full_trees
from registry.rules.addresses import encode_segment
from registry.selection import select_trees, stream_ids

COUNT = 40


@pytest.fixture
def many(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(selection, "FETCHED", 3)
    import_rows(engine, tmp_path, *({"no": n, "name": "国槐"} for n in range(1, COUNT + 1)))
    return engine


def test_the_ids_come_in_the_order_of_the_selection_by_one_statement(many: Engine) -> None:
    with reading(many) as session:
        expected = list(session.execute(select_trees(())).scalars())
        said: list[str] = []
        sa.event.listen(many, "before_cursor_execute", lambda *told: said.append(told[2]))
        assert list(stream_ids(session, ())) == expected
    assert len(expected) == COUNT
    assert len([statement for statement in said if "tree" in statement]) == 1


def test_other_statements_may_run_between_and_what_is_added_meanwhile_is_not_told(many: Engine) -> None:
    seen = []
    with reading(many) as session:
        for own in stream_ids(session, ()):
            seen.append(session.get_one(Tree, own).tree_no)
            session.expunge_all()
            if len(seen) == 2:
                with transaction(many) as other:
                    last = other.execute(sa.select(Tree).where(Tree.tree_no == str(COUNT))).scalar_one()
                    other.delete(last)
    assert seen == [str(n) for n in range(1, COUNT + 1)]


def test_a_field_that_nothing_is_chosen_by_is_named_before_anything_is_read(many: Engine) -> None:
    with reading(many) as session, pytest.raises(SelectionError):
        stream_ids(session, ["colour=red"])


@pytest.mark.parametrize("register_address", ["sqlite"], indirect=True)
def test_reading_a_few_trees_goes_through_no_table_of_trees(many: Engine) -> None:
    said: list[tuple[str, tuple[object, ...]]] = []
    with reading(many) as session:
        few = list(islice(stream_ids(session, ()), 2))
        sa.event.listen(many, "before_cursor_execute", lambda *told: said.append((told[2], told[3])))
        assert len(list(full_trees(session, few))) == 2
        run = session.connection().exec_driver_sql
        plans = [row[3] for query, facts in list(said) for row in run(f"EXPLAIN QUERY PLAN {query}", facts)]
    assert any(plan.startswith("SEARCH tree ") for plan in plans)
    of_trees = "tree|tree_alias|measurement|inspection|designation|flag|photo|tree_party|event_item"
    assert [plan for plan in plans if re.match(rf"SCAN ({of_trees})\b", plan)] == []


def test_of_two_trees_with_one_number_each_has_an_address_of_its_own(many: Engine, tmp_path: Path) -> None:
    with transaction(many) as session:
        twin, other = (session.execute(sa.select(Tree).where(Tree.tree_no == no)).scalar_one() for no in "12")
        session.add(TreeAlias(tree_id=twin.id, number="2", scheme="other"))
        scheme = other.number_scheme
    with reading(many) as session:
        paths = {
            full.record.tree_no: full.record.path for full in full_trees(session, stream_ids(session, ()))
        }
    assert (paths["1"], paths["2"], paths["3"]) == ("1", encode_segment(f"{scheme}:2"), "3")
