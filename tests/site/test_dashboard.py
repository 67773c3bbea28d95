"""Figures, key figures, protection lists and ledgers: each with its denominator, for people and programs."""

import csv
import io
import json
import sqlite3
from typing import Any

import pytest
from editions import make_area, make_tree

KPI = (
    "INSERT INTO kpi VALUES ('tagged', 'all', 1, 4, 'trees', 1.0, '2026-01-01', '2026-11-21', "
    "'挂牌率', 'Tagged', '在册的 4，其中 1。', '1 of 4.', '条例', 'Regulation', 1)"
)
LIST = (
    "INSERT INTO protection_list VALUES ('L', 'taipei', '臺北市', 'Taipei', 1, '名錄', 'zh-Hant', "
    "'2026-03-01', '公告1', NULL, 2, 1)"
)
ENTRY = (
    "INSERT INTO protection_list_entry VALUES "
    "('L', ?, 'tree', ?, ?, ?, 'ancient', ?, ?, NULL, '1', '[]', 300, '[]', NULL, NULL)"
)


@pytest.fixture
def client(tmp_path, site) -> Any:
    trees = [
        make_tree("1", age_years=120, protection_grade="3", last_inspected_on="2026-03-01"),
        make_tree("2", age_years=520, protection_grade="1"),
        make_tree("3", flag_count=2),
        make_tree("4", status="dead"),
    ]
    park = {"subkind": "park", "area_ha": 2.5, "period": None}
    places = [
        make_area("P1", name="=甲公园", **park),
        make_area("P2", name="乙公园", **{**park, "area_ha": 9.0}),
        make_area("G1", name="绿地", **{**park, "subkind": "green_space"}),
    ]
    ds = site(trees, places=places)
    with sqlite3.connect(tmp_path / "public.gpkg") as db:
        db.execute(KPI)
        db.execute(LIST)
        db.execute(ENTRY, (1, "u", "1", "1", "榕", "zh-Hant"))
        db.execute(ENTRY, (2, "v", None, "9", None, None))
    db.close()
    return ds.client


async def get(client: Any, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return answer.text


async def test_every_figure_has_its_denominator_and_definition(client):
    found = json.loads(await get(client, "/dashboard.json"))
    assert found["denominator"]["trees"] == 3
    figures = {figure["id"]: figure for figure in found["figures"]}
    assert {figure["denominator"] for figure in figures.values()} == {3}
    assert all(figure["definition_zh"] and figure["definition_en"] for figure in figures.values())
    assert figures["inspected"]["rows"][0]["count"] == 1
    assert figures["flagged"]["rows"][0]["count"] == 1
    ages = {row["code"]: row["count"] for row in figures["age"]["rows"]}
    assert (ages["100"], ages["500"], ages[""]) == (1, 1, 1)
    for own in ("grade", "age", "species", "district"):
        assert sum(row["count"] for row in figures[own]["rows"]) == 3


async def test_other_sites_may_read_the_figures(client):
    answer = await client.get("/dashboard.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hant"])
@pytest.mark.parametrize(
    "path", ["/dashboard", "/kpi", "/lists", "/list/1", "/list/taipei/1", "/ledger/parks", "/ledger/green",
             "/ledger/trees"],
)  # fmt: skip
async def test_pages_in_every_language(client, prefix, path):
    assert "<h1" in await get(client, prefix + path)


async def test_key_figures_say_part_and_whole(client):
    text = await get(client, "/kpi")
    for said in ("挂牌率", "25%", "在册的 4，其中 1。", "100%"):
        assert said in text


async def test_a_line_of_a_list_leads_to_its_tree_while_there_is_one(client):
    text = await get(client, "/list/1")
    assert "/tree/1" in text
    assert "/tree/9" not in text
    rows = json.loads(await get(client, "/list/taipei/1.json"))
    assert (rows["count"], rows["rows"][0]["number"]) == (2, "1")


async def test_a_ledger_is_sorted_by_its_heads(client):
    text = await get(client, "/ledger/parks?sort=-area_ha")
    assert text.index("乙公园") < text.index("甲公园")
    assert 'aria-sort="descending"' in text
    text = await get(client, "/ledger/parks?sort=area_ha")
    assert text.index("甲公园") < text.index("乙公园")


async def test_ledgers_as_tables_run_no_formula(client):
    rows = list(csv.DictReader(io.StringIO((await get(client, "/ledger/parks.csv")).lstrip("\ufeff"))))
    assert [row["name"] for row in rows] == ["'=甲公园", "乙公园"]
    assert json.loads(await get(client, "/ledger/green.json"))["count"] == 3
    assert json.loads(await get(client, "/ledger/trees.json"))["count"] == 4


@pytest.mark.parametrize("path", ["/list/9", "/list/x", "/list/nobody/1", "/list/9.csv", "/ledger/money"])
async def test_what_is_not_there_is_not_found(client, path):
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("query", ["sort=;DROP", "sort=-", "page=0", "page=99999999999", "sort=%00"])
async def test_absurd_questions_get_an_answer(client, query):
    for path in ("/ledger/trees", "/ledger/parks", "/ledger/trees.csv", "/list/1"):
        assert (await client.get(f"{path}?{query}")).status_code == 200


async def test_an_edition_without_these_tables_has_pages_all_the_same(tmp_path, site):
    ds = site()
    with sqlite3.connect(tmp_path / "public.gpkg") as db:
        db.executescript("DROP TABLE kpi; DROP TABLE protection_list_entry; DROP TABLE protection_list")
    db.close()
    for path in ("/dashboard", "/kpi", "/lists", "/dashboard.json"):
        await get(ds.client, path)
    assert (await ds.client.get("/list/1")).status_code == 404
