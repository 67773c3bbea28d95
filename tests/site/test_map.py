"""The map page and its points."""

import html
import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from editions import make_division, make_source, make_tree

from datasette_plugins.site.middleware import OWN_POLICY

HOSTILE = "</script><script>alert(1)</script>"
HONG_KONG = {
    "jurisdiction": "hk",
    "listings": ["hk-ovt", "hk-swt"],
    "listing": "hk-ovt",
    "species_id": None,
    "name_zh": None,
    "name_en": None,
    "name_latin": "Cinnamomum camphora",
    "division_id": "hk-islands",
    "division_path": ["Hong Kong", "Islands"],
    "text_lang": "en",
    "lon": 113.9,
    "lat": 22.28,
}
DIVISIONS = [
    make_division("taipei", "臺北市", level="city"),
    make_division(parent_id="taipei"),
    make_division("hk-islands", "Islands", name_lang="en", jurisdiction="hk"),
]


def three_trees() -> list[dict[str, Any]]:
    return [
        make_tree(),
        make_tree("2", protection_grade="1", name_zh="樟", species_id=None, lon=None, lat=None),
        make_tree("AFCD/KS/005", **HONG_KONG),
    ]


WORLD = "bbox=-180,-85,180,85&z=2"


async def points(site: Any, query: str = "", prefix: str = "") -> dict[str, Any]:
    answer = await site.client.get(f"{prefix}/map/points.json?{query.removeprefix('?')}&{WORLD}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def given(page: str) -> dict[str, Any]:
    """What the page gives its script."""
    found = re.search(r'data-given="([^"]*)"', page)
    assert found
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


async def test_the_page_lists_trees_without_a_script(site):
    page = (await site(trees=three_trees(), divisions=DIVISIONS).client.get("/map")).text
    assert "3 株" in page
    assert 'href="/tree/AFCD~2FKS~2F005"' in page
    assert "萬華區" in page
    assert "其中 1 株没有可以显示的位置" in page
    assert (
        '<span lang="zh-Hant">臺北市政府</span> · <span lang="zh-Hant">政府資料開放授權條款 1.0</span>'
        in page
    )


async def test_the_page_holds_no_script_or_style_of_its_own(site):
    answer = await site(trees=three_trees()).client.get("/map")
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_every_file_the_page_names_is_served_and_no_other(site):
    served = site()
    page = (await served.client.get("/map")).text
    names = [part.split('"')[0] for part in page.split("/-/gushu/static/")[1:]]
    files = {name.split("/")[1] for name in names}
    assert {"leaflet.js", "treemap.js", "treemap.css", "map.js", "map.css"} <= files
    assert not {"leaflet.markercluster.js", "gcj02.js"} & files
    for name in names:
        assert (await served.client.get(f"/-/gushu/static/{name}")).status_code == 200


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["768", "2", "AFCD/KS/005"]),
        ("?jurisdiction=hk", ["AFCD/KS/005"]),
        ("?listing=hk-swt", ["AFCD/KS/005"]),
        ("?species=ficus-microcarpa", ["768"]),
        ("?division=taipei", ["768", "2"]),
        ("?division=hk-islands", ["AFCD/KS/005"]),
        ("?grade=1", ["2"]),
        ("?q=%E6%A8%9F", ["2"]),
        ("?q=ks+005&jurisdiction=hk", ["AFCD/KS/005"]),
        ("?q=%EF%BC%81", []),
        ("?q=%22+OR+1&grade=%27", []),
        ("?unknown=1", ["768", "2", "AFCD/KS/005"]),
    ],
)
async def test_list_map_and_search_find_the_same_trees(site, query, numbers):
    served = site(trees=three_trees(), divisions=DIVISIONS)
    placed = [number for number in numbers if number != "2"]
    found = await points(served, query)
    assert [tree[6] for tree in found["points"]["trees"]] == placed
    assert found["trees"] == len(placed)
    page = (await served.client.get(f"/map{query}")).text
    assert f"{len(numbers)} 株" in page
    assert f"{len(numbers)} 株" in (await served.client.get(f"/search{query}")).text or not numbers
    cells = await served.client.get(f"/map/cells.json?{query.removeprefix('?')}&{WORLD}")
    assert cells.json()["trees"] == len(placed)


async def test_points_and_page_speak_the_readers_language_and_keep_it_in_links(site):
    served = site(trees=three_trees())
    chinese = given((await served.client.get("/map")).text)
    english = given((await served.client.get("/en/map")).text)
    assert (chinese["treeBase"], english["treeBase"]) == ("/tree/", "/en/tree/")
    assert english["words"]["open"] == "Open this tree's page"
    assert chinese["words"]["open"] == "看这棵树的档案"
    assert given((await served.client.get("/zh-hant/map")).text)["words"]["open"] == "看這棵樹的檔案"


async def test_an_edition_without_trees_has_a_map_page(site):
    answer = await site(trees=[]).client.get("/map")
    assert answer.status_code == 200
    assert "没有符合的树" in answer.text
    assert "data-given" not in answer.text


async def test_an_edition_of_an_earlier_release_lists_its_trees_and_says_why_there_is_no_map(site, tmp_path):
    served = site(trees=three_trees())
    with closing(sqlite3.connect(tmp_path / "public.gpkg")) as db:
        for name in ("map_cell", "map_tree", "map_count", "map_area", "map_outline"):
            db.execute(f"DROP TABLE {name}")
        db.commit()
    page = await served.client.get("/map?near=121.5,25&walk=768")
    assert page.status_code == 200
    assert "这一版里没有地图数据" in page.text
    assert "AFCD/KS/005" in page.text
    assert (await served.client.get(f"/map/cells.json?{WORLD}")).json() == {"state": "no_map"}
    assert (await served.client.get("/map/zones.json?box=121,25,121.1,25.1")).json()["areas"] == []
    assert (await served.client.get("/map/outlines.json?box=121,25,122,26")).json() == []


async def test_without_a_script_the_page_shows_a_map_of_dots(site):
    page = (await site(trees=three_trees()).client.get("/map")).text
    assert 'class="dotmap' in page
    assert "地图由脚本绘制" in page or "script" in page


async def test_the_list_has_pages_of_the_same_question(site):
    trees = [make_tree(str(n)) for n in range(60)]
    served = site(trees=trees)
    first = (await served.client.get("/map?category=listed")).text
    assert "1 / 2" in first
    assert "/map?category=listed&amp;page=2#map-side" in first
    assert ">59</span>" in (await served.client.get("/map?category=listed&page=2")).text


async def test_hostile_values_are_escaped(site):
    source = make_source("x", attribution=HOSTILE)
    tree = make_tree("7", name_zh=HOSTILE, attribution=HOSTILE, source_id="x", division_path=[HOSTILE])
    served = site(trees=[tree], sources=[source])
    assert HOSTILE not in (await served.client.get(f"/map?species={HOSTILE}")).text
    assert HOSTILE not in (await served.client.get("/map")).text


BASEMAPS = [
    ({"basemap_url": "https://tiles.example/{z}/{x}/{y}.png"}, "https://tiles.example"),
    ({"basemap_url": "https://{s}.tiles.example/{z}/{x}/{y}.png"}, "https://*.tiles.example"),
    ({"basemap": "osm"}, "https://tile.openstreetmap.org"),
    ({"basemap": "tianditu", "basemap_key": "abc"}, "https://t0.tianditu.gov.cn"),
    ({"basemap": "amap"}, "https://webrd01.is.autonavi.com"),
    ({"basemap_url": "/tiles/{z}/{x}/{y}.png"}, None),
    ({"basemap_url": "https://evil;script-src *//{z}/{x}/{y}.png"}, None),
    ({"basemap": "none", "basemap_url": "https://tiles.example/{z}/{x}/{y}.png"}, None),
    ({"basemap": "pmtiles"}, None),
]


@pytest.mark.parametrize(("facts", "allowed"), BASEMAPS)
async def test_a_base_map_opens_the_policy_of_the_map_page_for_its_pictures_alone(site, facts, allowed):
    served = site(facts=facts)
    policy = (await served.client.get("/map")).headers["content-security-policy"]
    assert f"img-src 'self' {allowed or 'data:'}" in policy
    assert "script-src" not in policy
    assert (await served.client.get("/")).headers["content-security-policy"] == OWN_POLICY


@pytest.mark.parametrize("facts", [facts for facts, _ in BASEMAPS if facts.get("basemap") != "none"])
async def test_whose_base_map_it_is_stands_on_the_map(site, facts):
    tiles = given((await site(facts=facts).client.get("/map")).text)["tiles"]
    assert tiles["attribution"] or facts.get("basemap") == "pmtiles" or "/tiles/" in facts["basemap_url"]


async def test_the_key_stands_in_the_address_of_the_tiles(site):
    tiles = given((await site(facts={"basemap": "tianditu", "basemap_key": "a/b"}).client.get("/map")).text)[
        "tiles"
    ]
    assert [layer.endswith("&tk=a%2Fb") for layer in tiles["layers"]] == [True, True]
    assert "LAYER=vec&" in tiles["layers"][0]
    assert "LAYER=cva&" in tiles["layers"][1]


async def test_a_shifted_base_map_is_said_to_be_shifted_and_brings_the_shift(site):
    page = (await site(facts={"basemap": "amap"}).client.get("/map")).text
    assert "底图采用 GCJ-02 坐标" in page
    assert "gcj02.js" in page
    assert len(given(page)["shifted"]) > 50


async def test_the_map_review_number_stands_on_the_map(site):
    page = (await site(facts={"map_review_no": "GS(2026)0001号"}).client.get("/map")).text
    assert "GS(2026)0001号" in given(page)["reviewNo"]


async def test_the_first_view_says_what_is_seen_and_offers_places_above_the_map(site):
    served = site(trees=three_trees(), divisions=DIVISIONS)
    page = (await served.client.get("/map")).text
    assert "图上有 2 株。" in page
    assert page.index("也可以先选一处：") < page.index('id="regions"') < page.index('id="map"')
    asked = (await served.client.get("/map?jurisdiction=hk")).text
    assert "图上有" not in asked
    assert given(asked)["regions"] == []
    assert sorted(region[0] for region in given(page)["regions"]) == ["台北市", "香港"]


async def test_the_map_names_places_in_the_readers_language(site):
    trees = [
        make_tree("1", **{**HONG_KONG, "division_path": ["香港", "Islands"]},
                  division_path_en=["Hong Kong", "Islands"]),
        make_tree("2", jurisdiction="sg", division_path=["Singapore"], text_lang="en"),
    ]  # fmt: skip
    served = site(trees=trees)
    english, chinese = await points(served, prefix="/en"), await points(served)
    assert english["points"]["places"] == [["Hong Kong · Islands", "en"], ["Singapore", "en"]]
    assert chinese["points"]["places"][1] == ["新加坡", "zh-Hans"]


async def test_an_authority_is_a_filter_with_its_name(site):
    page = (await site(trees=three_trees()).client.get("/en/map?authority=taipei")).text
    assert "Taipei City Government" in page
    assert '<input type="hidden" name="authority" value="taipei">' in page


async def test_a_tree_to_show_stands_first_in_the_list(site):
    page = (await site(trees=three_trees()).client.get("/map?tree=AFCD~2FKS~2F005")).text
    assert page.index('href="/tree/AFCD~2FKS~2F005"') < page.index('href="/tree/768"')
    assert given(page)["tree"] == "AFCD~2FKS~2F005"
    assert given(page)["treeAt"] == [113.9, 22.28]


async def test_filters_without_a_field_are_shown_and_can_be_taken_away(site):
    page = (
        await site(trees=three_trees(), divisions=DIVISIONS).client.get("/map?division=taipei&grade=1")
    ).text
    assert '<input type="hidden" name="division" value="taipei">' in page
    assert 'href="/map?grade=1"' in page
