"""Estimates of an age enter the file beside the age that stands; the grade is never touched."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, count, import_rows, rows_of
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

import registry.cli.growth  # noqa: F401 (its commands)
from registry.care_errors import AgeRecordError
from registry.cli.app import app
from registry.commands.ages import record_age
from registry.commands.comparing import deviations
from registry.commands.subjects import Ref
from registry.db import reading, transaction
from registry.errors import RecordKindError
from registry.growing import tree_ages, tree_growth
from registry.growth_records import AgeEstimate
from registry.models import AgeReading, Designation, Event, Measurement, Tree
from registry.selection import find_tree

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    row = {"no": "1", "girth": "240", "day": "01/05/2020", "age": "300", "grade": "二级"}
    import_rows(engine, tmp_path, row, {"no": "2"})
    with transaction(engine) as session:
        own = find_tree(session, "1")
        session.add(Measurement(tree_id=own, measured_on=date(2000, 5, 1), girth_cm=200))
        session.add(Measurement(tree_id=own, girth_cm=900))
    return engine


def enter(engine: Engine, number: str = "1", kind: str = "tree", **facts: Any) -> tuple[AgeEstimate, bool]:
    with transaction(engine) as session:
        own = find_tree(session, number)
        found = tree_ages(session, own, TODAY, **facts)[0]
        assert isinstance(found, AgeEstimate)
        ref: Ref = (kind, own, number)
        return found, record_age(session, ref, found, **ACTOR)[1]


def test_an_estimate_is_entered_once_and_leaves_age_and_grade_alone(office: Engine) -> None:
    before = [(t.age_years, t.age_basis, t.age_method) for t in rows_of(office, Tree) if t.tree_no == "1"]
    ages, decisions, events = (count(office, table) for table in (AgeReading, Designation, Event))
    assert enter(office, setting="open")[1]
    assert not enter(office, setting="open")[1]
    assert enter(office, setting="woodland")[1]
    after = [(t.age_years, t.age_basis, t.age_method) for t in rows_of(office, Tree) if t.tree_no == "1"]
    assert before == after
    assert count(office, AgeReading) == ages + 2
    assert count(office, Designation) == decisions
    assert count(office, Event) == events + 2
    row = next(each for each in rows_of(office, AgeReading) if each.years == 96)
    assert (row.lower_years, row.upper_years, row.as_of) == (72, 120, date(2020, 5, 1))
    assert row.method == "胸围法（Mitchell）"
    assert "胸围 240 cm" in row.evidence
    assert "Mitchell" in row.evidence
    with reading(office) as session:
        told = [each for each in deviations(session) if each.field == "ages"]
        assert told == []


def test_what_is_no_tree_or_no_age_is_refused(office: Engine) -> None:
    with pytest.raises(RecordKindError):
        enter(office, kind="grove", setting="open")
    with transaction(office) as session:
        own = find_tree(session, "1")
        session.add(Measurement(tree_id=own, measured_on=date(2021, 1, 1), girth_cm=90_000))
    with pytest.raises(AgeRecordError):
        enter(office, setting="open")


def test_growth_goes_by_the_dated_girths_of_the_register(office: Engine) -> None:
    with reading(office) as session:
        found = tree_growth(session, find_tree(session, "1"), TODAY)
    assert found.model is not None
    assert found.model.rate == pytest.approx(2.0, abs=0.01)
    assert [each.on for each in found.projections] == [date(2031, 3, 4), date(2036, 3, 4)]
    assert len(found.left_out) == 1


def run(address: str, *words: str) -> Any:
    return CliRunner().invoke(app, ["--register", address, *words])


def test_the_commands_say_what_can_be_told_and_what_is_missing(office: Engine, register_address: str) -> None:
    grown = json.loads(run(register_address, "--json", "growth", "1").stdout)
    assert grown["rate_cm_a_year"][0] == pytest.approx(2.0, abs=0.01)
    assert run(register_address, "growth", "2").exit_code == 0
    every = json.loads(run(register_address, "--json", "age", "1").stdout)["estimates"]
    assert [each["method"] for each in every] == ["mitchell", "white", "factor", "regression", "growth"]
    assert [each.get("lack") for each in every] == [None, "core", "factor", "regression", None]
    entered = run(register_address, "age", "1", "--method", "mitchell", "--setting", "open", "--record")
    assert entered.exit_code == 0, entered.output
    refused = run(register_address, "age", "2", "--method", "mitchell", "--record")
    assert refused.exit_code == 1
    assert "age_not_entered" in refused.output


@pytest.mark.parametrize(
    "words",
    [
        ("--record",),
        ("--method", "carbon"),
        ("--setting", "city"),
        ("--factor", "3"),
        ("--core-years", "100"),
        ("--core-years", "100", "--core-radius", "1", "--ring-width", "40", "--source", "x"),
        ("--core-years", "100", "--core-radius", "40", "--ring-width", "4"),
    ],
)
def test_half_a_question_is_a_usage_error(words: tuple[str, ...]) -> None:
    assert run("none.db", "age", "1", *words).exit_code == 2
