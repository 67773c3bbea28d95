"""Between two editions: what came, went and was re-designated; what was held back does not come again."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from case_kit import ACTOR, designated, make_trees, tree_of
from register_kit import NOW
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry import public_changes
from registry.commands.areas import AreaPlace, register_grove
from registry.commands.protection_lists import make_list
from registry.db import open_register, transaction
from registry.keys import Keys
from registry.models import AreaDraft, Grove
from registry.photos import PhotoStore
from registry.publish import publish
from registry.queries import full_trees
from registry.rules.listing import listed_tree
from registry.rules.redaction import redact
from registry.selection import stream_ids
from registry.vocab.words import Precision, TreeStatus

Make = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    return engine


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "public.gpkg"


@pytest.fixture
def make(engine: Engine, keys: Keys, out: Path) -> Callable[[], list[dict[str, Any]]]:
    """Publish; what the new edition says was changed."""

    def published() -> list[dict[str, Any]]:
        report = publish(engine, out, keys=keys, photos=PhotoStore(out.parent / "photos"), actor="t", now=NOW)
        return rows(out, f"SELECT * FROM edition_change WHERE edition = {report.number} ORDER BY cursor")

    return published


def rows(path: Path, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql)]


def change(engine: Engine, number: str, **facts: Any) -> None:
    with transaction(engine) as session:
        tree = tree_of(session, number)
        for name, value in facts.items():
            setattr(tree, name, value)
        session.add(tree)


def designate(engine: Engine) -> None:
    with transaction(engine) as session:
        designated(session, "甲-1", grade="1")


def add_grove(session: Session) -> Grove:
    place = AreaPlace("cn-test", tree_of(session, "甲-1").source_id)
    return register_grove(session, AreaDraft(number="群1", name="松林", tree_count=40), place, **ACTOR)


def make_list_of(engine: Engine, **facts: Any) -> None:
    with transaction(engine) as session:
        found = (redact(f.record, f.disclosure)[0] for f in full_trees(session, stream_ids(session, ())))
        lines = [line for line in map(listed_tree, found) if line]
        make_list(session, lines, [], authority_id="cn-test", title="某县名录", **facts, **ACTOR)


def test_the_first_edition_is_new_as_a_whole_and_lists_nothing(make: Make, out: Path) -> None:
    assert make() == []
    (first,) = rows(out, "SELECT * FROM edition_log")
    assert (first["number"], first["compared_with"], first["added"], first["is_listed"]) == (1, None, 0, 0)


def test_nothing_changed_makes_an_edition_without_changes_that_knows_the_one_before(
    make: Make, out: Path
) -> None:
    make()
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert make() == []
    first, second = rows(out, "SELECT * FROM edition_log ORDER BY number")
    assert (first["sha256"], second["sha256"]) == (digest, None)
    assert (second["compared_with"], second["is_listed"], second["changed"]) == (1, 1, 0)


def test_a_new_grade_a_death_a_text_and_a_grove_are_told_apart(engine: Engine, make: Make, out: Path) -> None:
    make()
    designate(engine)
    change(engine, "甲-2", status=TreeStatus.DEAD)
    with transaction(engine) as session:
        add_grove(session)
    found = {(row["number"], row["what"]): row for row in make()}
    assert {"甲-1", "甲-2", "群1"} == {number for number, _what in found}
    assert '"protection_grade"' in found["甲-1", "redesignated"]["fields"]
    assert '"1"]' in found["甲-1", "redesignated"]["codes"]
    assert found["甲-2", "died"]["codes"].count("dead") == 1
    assert found["群1", "added"]["name"] == "松林"
    log = rows(out, "SELECT * FROM edition_log WHERE number = 2")[0]
    assert (log["added"], log["died"], log["redesignated"]) == (1, 1, 1)


def test_a_name_that_is_withheld_later_leaves_the_log_of_earlier_editions_too(
    engine: Engine, make: Make, out: Path
) -> None:
    make()
    with transaction(engine) as session:
        grove = add_grove(session).id
    make()
    assert rows(out, "SELECT name FROM edition_change")[0]["name"] == "松林"
    with transaction(engine) as session:
        session.get_one(Grove, grove).position_precision = Precision.HIGH
    make()
    assert {row["name"] for row in rows(out, "SELECT name FROM edition_change")} == {None}
    assert "松林".encode() not in out.read_bytes()


def test_of_a_record_that_is_gone_only_its_number_is_left(engine: Engine, make: Make, out: Path) -> None:
    make()
    with transaction(engine) as session:
        add_grove(session)
    make()
    with transaction(engine) as session:
        session.delete(session.exec(select(Grove)).one())
    (gone,) = make()
    assert (gone["what"], gone["number"], gone["name"], gone["path"]) == ("removed", "群1", None, None)
    assert "松林".encode() not in out.read_bytes()


def test_where_a_tree_stands_is_no_longer_told_once_it_is_hidden(
    engine: Engine, make: Make, out: Path
) -> None:
    change(engine, "甲-1", lon=112.123456, lat=37.654321, town="机密镇")
    make()
    change(engine, "甲-1", position_precision=Precision.HIGH)
    (row,) = [row for row in make() if row["what"] == "changed"]
    assert "position" in row["fields"]
    assert row["codes"] == "{}"
    assert "机密镇".encode() not in out.read_bytes()


def test_too_many_changes_are_counted_and_not_listed(
    engine: Engine, make: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    monkeypatch.setattr(public_changes, "KEPT_ROWS", 1)
    for number in ("甲-1", "甲-2"):
        change(engine, number, elevation_m=700.0)
    assert make() == []
    (log,) = rows(out, "SELECT * FROM edition_log WHERE number = 2")
    assert (log["changed"], log["is_listed"]) == (2, 0)


def test_the_changes_of_old_editions_are_let_go_and_the_log_says_so(
    engine: Engine, make: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_changes, "KEPT_EDITIONS", 1)
    make()
    for height in (700.0, 701.0):
        change(engine, "甲-1", elevation_m=height)
        make()
    assert [row["edition"] for row in rows(out, "SELECT edition FROM edition_change")] == [3]
    assert [row["is_listed"] for row in rows(out, "SELECT * FROM edition_log ORDER BY number")] == [0, 0, 1]


@pytest.mark.parametrize("stands", [b"", b"no database at all", b"SQLite format 3\x00"])
def test_whatever_else_stands_there_is_no_edition_before(
    engine: Engine, make: Make, out: Path, stands: bytes
) -> None:
    out.write_bytes(stands)
    assert make() == []
    assert len(rows(out, "SELECT * FROM edition_log")) == 1


def test_an_edition_made_before_there_was_a_log_is_compared_with_all_the_same(
    engine: Engine, make: Make, out: Path
) -> None:
    make()
    with closing(sqlite3.connect(out)) as db:
        db.executescript("DROP TABLE edition_change; DROP TABLE edition_log")
    change(engine, "甲-1", elevation_m=700.0)
    assert [row["what"] for row in make()] == ["changed"]
    assert [row["number"] for row in rows(out, "SELECT number FROM edition_log ORDER BY 1")] == [1, 2]


def test_what_the_edition_reckons_for_its_own_pages_is_no_change(make: Make, out: Path) -> None:
    make()
    with closing(sqlite3.connect(out)) as db:
        db.execute("UPDATE tree SET parts = '[]', next_visit_on = '2026-12-01', flag_count = flag_count + 1")
        db.commit()
    assert make() == []


def test_only_a_list_that_was_published_is_in_the_edition(engine: Engine, make: Make, out: Path) -> None:
    designate(engine)
    make_list_of(engine, published_on=None)
    make()
    assert rows(out, "SELECT * FROM protection_list") == []
    make_list_of(engine, published_on=date(2026, 3, 1), document_no="公告2")
    make()
    (listed,) = rows(out, "SELECT * FROM protection_list")
    assert (listed["document_no"], listed["is_listed"]) == ("公告2", 1)
    lines = rows(out, "SELECT number, grade FROM protection_list_entry")
    assert {"number": "甲-1", "grade": "1"} in lines


def test_figures_have_their_denominator_and_name_no_division(engine: Engine, make: Make, out: Path) -> None:
    designate(engine)
    make()
    figures = rows(out, "SELECT * FROM kpi")
    assert all(row["numerator"] >= 0 and row["denominator"] > 0 for row in figures)
