"""Plates of other makers in the edition: enough to find their record by, and no more."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.commands.tag_life import bind_tag, end_plate
from registry.db import transaction
from registry.keys import Keys
from registry.models import PlateBinding, Tree
from registry.photos import PhotoStore
from registry.publish import publish
from registry.rules.tag_codes import plate_hash

FACTS = {"actor": "t", "now": NOW, "today": NOW.date()}
FORMER = "https://old.example/T/{}"


@pytest.fixture
def trees(engine: Engine, tmp_path: Path) -> dict[str, str]:
    import_rows(engine, tmp_path, {"no": "1", "name": "国槐"}, {"no": "2", "name": "银杏"})
    return {tree.tree_no: tree.id for tree in rows_of(engine, Tree)}


def bound(session: Session, keys: Keys, tree: str, text: str) -> PlateBinding:
    plate = bind_tag(session, ("tree", tree, "x"), text, keys=keys, **FACTS).plate
    assert plate is not None
    return plate


def told(engine: Engine, keys: Keys, tmp_path: Path) -> tuple[dict[str, str], dict[str, int], bytes]:
    """Trees of the edition by hash, what was held back, and the file."""
    out = tmp_path / "public.gpkg"
    report = publish(engine, out, keys=keys, photos=PhotoStore(tmp_path / "photos"), actor="t", now=NOW)
    with closing(sqlite3.connect(out)) as db:
        rows = dict(db.execute("SELECT plate_hash, tree_uuid FROM plate").fetchall())
    return rows, dict(report.withheld), out.read_bytes()


def test_a_bound_plate_is_published_as_a_hash_alone(engine, keys, trees, tmp_path):
    with transaction(engine) as session:
        bound(session, keys, trees["1"], "LVHUA-88213")
    rows, held, content = told(engine, keys, tmp_path)
    assert rows == {plate_hash("LVHUA-88213"): trees["1"]}
    assert not [what for what in held if what.startswith("plate")]
    assert b"LVHUA" not in content


def test_a_plate_that_was_taken_off_is_not_published(engine, keys, trees, tmp_path):
    with transaction(engine) as session:
        end_plate(session, bound(session, keys, trees["1"], "A-1"), reason="绑错", **FACTS)
    assert told(engine, keys, tmp_path)[0] == {}


@pytest.mark.parametrize("text", ["tel:13912345678", "http://x.example/?p=13912345678", "140404199001011234"])
def test_what_could_be_guessed_out_of_a_hash_stays_in_the_office(engine, keys, trees, tmp_path, text):
    with transaction(engine) as session:
        bound(session, keys, trees["1"], text)
    rows, held, content = told(engine, keys, tmp_path)
    assert rows == {}
    assert [what for what in held if what.startswith("plate: ")]
    assert hashlib.sha256(f"gushu-plate:{text}".encode()).hexdigest().encode() not in content


def test_an_address_of_a_former_host_is_found_by_its_ending_where_that_is_one_plates_alone(
    engine, keys, trees, tmp_path
):
    with transaction(engine) as session:
        for tree, text in (("1", FORMER.format("7")), ("2", "https://older.example/T/7"),
                           ("2", FORMER.format("8"))):  # fmt: skip
            bound(session, keys, trees[tree], text)
    rows = told(engine, keys, tmp_path)[0]
    assert rows[plate_hash(FORMER.format("7"))] == trees["1"]
    assert rows[plate_hash("8")] == trees["2"]
    assert plate_hash("7") not in rows


def test_what_a_plate_says_itself_goes_before_the_ending_of_another(engine, keys, trees, tmp_path):
    with transaction(engine) as session:
        bound(session, keys, trees["1"], FORMER.format("9"))
        bound(session, keys, trees["2"], "9")
    assert told(engine, keys, tmp_path)[0][plate_hash("9")] == trees["2"]
