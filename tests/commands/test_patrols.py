"""Patrols: due by the pack of each place, overdue by days, after a storm all; warnings are recorded once."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, count, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.commands.comparing import deviations
from registry.commands.visits import record_visit
from registry.commands.warnings import record_warnings
from registry.db import reading, transaction
from registry.models import Inspection, InspectionDraft, Party, StewardNotice, TreeParty
from registry.patrols import (
    NO_CLASS,
    NOBODY,
    Extra,
    PatrolDue,
    Tally,
    months_from,
    next_patrols,
    trees_at_risk,
    weeks_from,
    workload,
)
from registry.queries import full_trees
from registry.rulepacks import PackLibrary
from registry.rules.redaction import redact
from registry.selection import find_tree
from registry.vocab.words import InspectionKind, PartyKind, PartyRole, Vigour

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
DECIDED = {"designated": "2020-01-01", "document": "认1"}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(
        engine, tmp_path,
        {"no": "1", "grade": "一级", "steward": "张三", **DECIDED},
        {"no": "2", "grade": "二级", "steward": "张三", **DECIDED},
        {"no": "3", "grade": "二级", "steward": "", **DECIDED},
        {"no": "4", "grade": "", "steward": "李四"},
    )  # fmt: skip
    return engine


def visit(engine: Engine, number: str, on: date, vigour: Vigour | None = None, **more: Any) -> bool:
    with transaction(engine) as session:
        draft = InspectionDraft(inspected_on=on, kind=InspectionKind.PATROL, vigour=vigour)
        ref = ("tree", find_tree(session, number), number)
        return record_visit(session, ref, draft, today=TODAY, **more, **ACTOR)[1]


def dues(engine: Engine, today: date = TODAY, **options: Any) -> tuple[dict[str, PatrolDue], Tally]:
    tally = Tally()
    with reading(engine) as session:
        found = {each.tree_no: each for each in next_patrols(session, PackLibrary(), today, tally, **options)}
    return found, tally


def test_intervals_follow_grade_and_vigour_and_rest_on_a_citation(office: Engine) -> None:
    visit(office, "1", date(2026, 1, 4))
    visit(office, "2", date(2026, 1, 4), Vigour.WEAK)
    found, tally = dues(office)
    assert (found["1"].months, found["1"].due_on) == (3, date(2026, 4, 4))
    assert (found["2"].months, found["2"].due_on) == (3, date(2026, 4, 4))  # six months, halved
    assert found["3"].is_never_visited
    assert found["3"].due_on == TODAY
    assert found["3"].overdue_days(TODAY) == 0
    assert found["1"].basis.citation
    assert (found["1"].basis.pack_id, found["1"].basis.standing) == ("office-defaults", "default")
    assert tally.passed_over == {NO_CLASS: 1}
    visit(office, "2", date(2026, 1, 5), Vigour.ENDANGERED)
    assert dues(office)[0]["2"].due_on == date(2026, 2, 5)


@pytest.mark.parametrize(
    ("today", "overdue"), [(date(2026, 4, 4), 0), (date(2026, 4, 5), 1), (date(2026, 4, 3), 0)]
)
def test_a_patrol_is_overdue_from_the_day_after(office: Engine, today: date, overdue: int) -> None:
    visit(office, "1", date(2026, 1, 4))
    assert dues(office, today)[0]["1"].overdue_days(today) == overdue


def test_after_a_storm_every_tree_is_to_be_seen_that_was_not_since(office: Engine) -> None:
    visit(office, "1", date(2026, 3, 1))
    visit(office, "2", date(2026, 3, 3))
    found, _tally = dues(office, extra=Extra("storm", date(2026, 3, 2)))
    assert {number: each.event for number, each in found.items()} == {
        "1": "storm", "2": None, "3": "storm", "4": "storm",
    }  # fmt: skip
    assert found["1"].overdue_days(TODAY) == 2


def test_only_what_a_party_looks_after_today_is_listed(office: Engine) -> None:
    own = next(iter(dues(office)[0]["1"].stewards))
    assert set(dues(office, by=own[0])[0]) == {"1", "2"}


def test_the_workload_counts_each_patrol_in_its_period(office: Engine) -> None:
    visit(office, "1", date(2025, 10, 4))
    with reading(office) as session:
        found = workload(next_patrols(session, PackLibrary(), TODAY, Tally()), TODAY, months_from(TODAY, 6))
    zhang = next(iter(dues(office)[0]["1"].stewards))
    assert found.trees == {zhang: 2, NOBODY: 1}
    assert found.overdue[zhang] == 1
    assert found.never == Counter({zhang: 1, NOBODY: 1})
    assert found.counts[zhang] == {0: 2, 3: 1}  # both now; the first grade again in June
    assert found.counts[NOBODY] == {0: 1}


def test_two_stewards_of_one_name_have_each_their_own_workload(office: Engine) -> None:
    with transaction(office) as session:
        other = Party(kind=PartyKind.PERSON, name="张三")
        session.add(other)
        session.flush()
        session.add(TreeParty(tree_id=find_tree(session, "3"), party_id=other.id, role=PartyRole.STEWARD))
    with reading(office) as session:
        found = workload(next_patrols(session, PackLibrary(), TODAY, Tally()), TODAY, months_from(TODAY, 1))
    assert sorted((name, count) for (_id, name), count in found.trees.items()) == [("张三", 1), ("张三", 2)]


def test_periods_are_whole_weeks_and_months() -> None:
    assert weeks_from(date(2026, 3, 4), 2) == (
        (date(2026, 3, 2), date(2026, 3, 8)), (date(2026, 3, 9), date(2026, 3, 15)),
    )  # fmt: skip
    assert months_from(date(2026, 12, 31), 2) == (
        (date(2026, 12, 1), date(2026, 12, 31)), (date(2027, 1, 1), date(2027, 1, 31)),
    )  # fmt: skip


def test_weak_trees_are_to_be_seen_first_and_warnings_are_recorded_once(office: Engine) -> None:
    visit(office, "2", date(2026, 1, 4), Vigour.ENDANGERED)
    for made in (3, 0):
        with transaction(office) as session:
            found = list(trees_at_risk(session, [], TODAY))
            assert [each.tree_no for each in found if each.is_first] == ["2"]
            pairs = [(each.tree_id, party) for each in found for party, _name in each.stewards]
            assert record_warnings(session, pairs, sent_on=TODAY, text="大风预警", **ACTOR) == made
    assert count(office, StewardNotice) == 3
    with reading(office) as session:
        assert list(deviations(session)) == []


def test_answers_of_a_patrol_are_kept_once_and_only_for_the_office(office: Engine) -> None:
    answers = {"plate": "missing", "damage": ["I08"], "pest": "天牛", "gps_distance_m": 12.5}
    assert visit(office, "1", TODAY, checks=answers)
    assert not visit(office, "1", TODAY, checks=answers)
    assert visit(office, "1", TODAY)
    kept = [row.checks for row in rows_of(office, Inspection) if row.checks]
    assert [json.loads(text) for text in kept] == [answers]
    with reading(office) as session:
        assert list(deviations(session)) == []
        full = next(iter(full_trees(session, [find_tree(session, "1")])))
        assert {name for row in full.record.inspections for name, _value in row.checks} == set(answers)
        public, _held = redact(full.record, full.disclosure)
        assert [row.checks for row in public.inspections] == [(), ()]
