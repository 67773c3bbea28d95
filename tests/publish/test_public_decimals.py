"""Where positions are published rounded, nothing that leaves says them more exactly, and zones move along."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdf
import pytest
import shapely
from leak_kit import (
    EXACT_NO,
    NOW,
    Office,
    exported_files,
    plant,
    public_records,
    publish_again,
    site_answers,
    unpacked,
)

from exports.dossier import write_dossier
from exports.folium_map import write_map
from registry.records import RegisterFacts
from registry.vocab.language import translator

REVIEW_NO = "晋S（2026）001号"
ADDRESSES = (
    f"/tree/{EXACT_NO}",
    f"/tree/{EXACT_NO}.json",
    "/search.csv?q=",
    "/search.json?q=",
    "/map.json",
    "/map/zones.json?box=112,39,114,41",
    "/public/tree.json?_shape=array",
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = plant(tmp_path / "office")
    with closing(sqlite3.connect(office.address)) as connection, connection:
        connection.execute(
            "UPDATE tree SET lon = 112.7345678, lat = 40.0123456 WHERE tree_no = ?", (EXACT_NO,)
        )
        connection.execute("DELETE FROM zone WHERE kind = 'legal'")
        for setting in (("public_position_decimals", "3"), ("map_review_no", REVIEW_NO)):
            connection.execute("INSERT INTO setting (name, value) VALUES (?, ?)", setting)
    publish_again(office)
    return office


def read(office: Office, sql: str) -> list[Any]:
    with closing(sqlite3.connect(office.edition)) as connection:
        return connection.execute(sql).fetchall()


def test_the_edition_has_the_rounded_point_and_says_how_far_off_it_may_be(office: Office) -> None:
    ((lon, lat, uncertainty, precision),) = read(
        office,
        "SELECT lon, lat, coordinate_uncertainty_m, position_precision FROM tree "
        f"WHERE tree_no = '{EXACT_NO}'",
    )
    assert (lon, lat, precision) == (112.735, 40.012, "exact")
    assert uncertainty >= 78.8
    facts = dict(read(office, "SELECT key, value FROM edition"))
    assert (facts["public_position_decimals"], facts["map_review_no"]) == ("3", REVIEW_NO)
    assert json.loads(facts["withheld"])["lon: decimals"] >= 1


def test_a_zone_stays_around_the_point_that_is_published(office: Office) -> None:
    with closing(sqlite3.connect(office.address)) as connection:
        (outline,) = connection.execute(
            "SELECT outline FROM zone JOIN tree ON tree.id = zone.tree_id WHERE tree_no = ?", (EXACT_NO,)
        ).fetchone()
    before = shapely.from_wkb(bytes.fromhex(outline))
    rows = read(office, "SELECT geom, west, south, east, north, uncertainty_m FROM zone")
    assert len(rows) == 1
    geom, *box, uncertainty = rows[0]
    after = shapely.from_wkb(geom[40:])
    assert after.bounds == pytest.approx(tuple(box))
    moved = after.centroid.x - before.centroid.x, after.centroid.y - before.centroid.y
    assert moved == pytest.approx((112.735 - 112.7345678, 40.012 - 40.0123456), abs=1e-9)
    assert after.area == pytest.approx(before.area)
    assert uncertainty >= 78.8


async def test_nothing_that_leaves_says_the_point_more_exactly(office: Office) -> None:
    leaving = {**exported_files(office), **await site_answers(office, ADDRESSES)}
    for name, content in leaving.items():
        for found in unpacked(name, content):
            assert b"112.7345" not in found, name
            assert b"40.01234" not in found, name


@pytest.mark.parametrize(("lang", "said"), [("zh", "审图号："), ("en", "Map review number: ")])
def test_every_map_shows_the_review_number(office: Office, lang: str, said: str) -> None:
    facts = RegisterFacts("名册", None, "0" * 64, NOW, NOW.date(), 1, False, map_review_no=REVIEW_NO)
    trees = [tree for tree in public_records(office) if tree.tree_no == EXACT_NO]
    page, pdf = io.BytesIO(), io.BytesIO()
    write_map(trees, page, language=lang, facts=facts)
    write_dossier(trees[0], facts, pdf, language=translator(lang))
    assert (said + REVIEW_NO).encode() in page.getvalue()
    text = "".join(each.extract_text() for each in pypdf.PdfReader(pdf).pages)
    assert (said + REVIEW_NO).replace(" ", "") in text.replace(" ", "").replace("\n", "")
