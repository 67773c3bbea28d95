"""What the map asks for as it is moved: counted squares, trees, outlines, zones; trees nearby and walks."""

import json
import math
import random
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from editions import make_division, make_grove, make_tree, point
from hypothesis import given
from hypothesis import strategies as st

from datasette_plugins.map import counting
from datasette_plugins.map.counting import counted_as, read_box
from datasette_plugins.map.walking import read_near
from datasette_plugins.search.wishes import Wish
from registry.geopackage import polygon_blob
from registry.rules.distances import metres_between
from registry.rules.map_grid import cell_box

TAIPEI = "bbox=121,24.5,122,25.5"
WORLD = "bbox=-180,-85,180,85"
EAST = "bbox=95,15,130,45"


def many(count: int = 300) -> list[dict[str, Any]]:
    """Trees all over East Asia, of two grades and two jurisdictions; every tenth has no position."""
    rng = random.Random(5)  # noqa: S311
    trees = []
    for n in range(count):
        place = (
            {"lon": rng.uniform(100, 125), "lat": rng.uniform(20, 40)}
            if n % 10
            else {"lon": None, "lat": None}
        )
        where = "hk" if n % 3 else "tw-taipei"
        facts = {
            "protection_grade": "12"[n % 2],
            "jurisdiction": where,
            "category": "ancient" if n % 4 else "famous",
        }
        trees.append(make_tree(str(n), **place, **facts, name_zh="樟" if n % 5 else "榕"))
    return trees


async def asked(site: Any, path: str) -> Any:
    answer = await site.client.get(path)
    assert answer.status_code == 200, path
    return answer.json()


@pytest.mark.parametrize("zoom", [0, 2, 5, 9, 11, 12])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "grade=1",
        "jurisdiction=hk",
        "category=famous",
        "listing=tw-taipei",
        "grade=2&jurisdiction=hk",
        "grade=1,2",
        "q=樟",
    ],
)
async def test_squares_count_what_the_list_counts_at_every_zoom(site, zoom, query):
    served = site(trees=many())
    page = (await served.client.get(f"/map?{query}")).text
    told = json.loads(page.split('data-given="')[1].split('"')[0].replace("&#34;", '"').replace("&amp;", "&"))
    boxes = ["bbox=95,15,130,45"]
    if zoom >= 9:  # a screen at a time
        boxes = [f"bbox={w},{s},{w + 2.5},{s + 2.5}" for w in _steps(97.5, 127.5) for s in _steps(17.5, 42.5)]
    seen: dict[tuple[int, int], int] = {}
    for box in boxes:
        found = await asked(served, f"/map/cells.json?{query}&{box}&z={zoom}")
        seen.update({(cell[0], cell[1]): cell[2] for cell in found["cells"]})
    assert sum(seen.values()) == told["placed"]


def _steps(first: float, last: float) -> list[float]:
    return [first + 2.5 * n for n in range(int((last - first) / 2.5))]


async def test_the_mean_of_a_square_lies_in_it(site):
    found = await asked(site(trees=many()), f"/map/cells.json?{EAST}&z=5")
    for x, y, _, _, lon, lat in found["cells"]:
        west, south, east, north = cell_box(x, y, found["level"])
        assert west <= lon <= east
        assert south <= lat <= north


async def test_counted_beforehand_and_counted_now_agree(site, monkeypatch):
    served = site(trees=many())
    known = [await asked(served, f"/map/cells.json?{query}{EAST}&z=6") for query in ("", "grade=1&")]
    monkeypatch.setattr(counting, "counted_as", lambda _wish: None)
    live = [await asked(served, f"/map/cells.json?x=1&{query}{EAST}&z=6") for query in ("", "grade=1&")]
    assert [sorted(found["cells"]) for found in known] == [sorted(found["cells"]) for found in live]


async def test_more_trees_than_can_be_drawn_are_counted(site, monkeypatch):
    monkeypatch.setattr(counting, "POINT_LIMIT", 5)
    served = site(trees=[make_tree(str(n), lon=121.5 + n / 1000) for n in range(6)])
    assert (await asked(served, f"/map/points.json?{TAIPEI}&z=13"))["trees"] == 6
    assert "cells" in await asked(served, f"/map/points.json?{TAIPEI}&z=13")
    assert "points" in await asked(served, "/map/points.json?bbox=121.4,25,121.5035,25.1&z=13")


async def test_what_takes_too_long_is_said_to_be_too_much_and_is_not_kept(site, monkeypatch):
    monkeypatch.setattr(counting, "in_time", lambda *_: None)
    answer = await site(trees=many()).client.get(f"/map/cells.json?q=樟&{WORLD}&z=4")
    assert answer.json() == {"state": "too_many"}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_page_that_could_not_be_counted_says_so_and_still_opens(site, monkeypatch):
    monkeypatch.setattr("datasette_plugins.map.pages.in_time", lambda *_: None)
    page = (await site(trees=many()).client.get("/map?q=樟")).text
    assert "树太多，一时数不清" in page
    assert "一时列不出来" in page
    assert "data-given" in page


async def test_a_generalised_tree_counts_at_the_centre_of_its_cell_and_is_drawn_as_the_cell(site):
    served = site(
        trees=[
            make_tree("1", lon=121.55, lat=25.05, position_precision="0.1"),
            make_tree("2", lon=None, lat=None),
        ]
    )
    found = await asked(served, f"/map/cells.json?{TAIPEI}&z=11")
    assert found["cells"][0][2:] == [1, 1, 121.55, 25.05]
    points = (await asked(served, f"/map/points.json?{TAIPEI}&z=14"))["points"]
    assert points["classes"][points["trees"][0][2]][3] == 0.1
    assert "其中 1 株没有可以显示的位置" in (await served.client.get("/map")).text


@pytest.mark.parametrize(
    "path",
    [
        "/map/cells.json", "/map/cells.json?bbox=1,2,3&z=4", "/map/cells.json?bbox=3,2,1,4&z=4",
        "/map/cells.json?bbox=nan,0,1,1&z=4", "/map/cells.json?bbox=0,0,1,1",
        "/map/cells.json?bbox=0,0,1,1&z=-1",
        "/map/cells.json?bbox=0,0,1,1&z=１", "/map/points.json?bbox=-180,-85,180,85&z=19",
        "/map/cells.json?bbox=-1e308,0,1e308,1&z=4",
    ],
)  # fmt: skip
async def test_what_is_no_window_is_refused(site, path):
    assert (await site().client.get(path)).status_code == 400


@given(st.text("0123456789.,-einfa ", max_size=40))
def test_a_box_is_on_the_globe_or_none(text):
    box = read_box(text)
    assert box is None or (-180 <= box[0] < box[2] <= 180 and -90 <= box[1] < box[3] <= 90)


def test_only_what_the_edition_counted_is_taken_from_it():
    assert counted_as(Wish()) == ("", "")
    assert counted_as(Wish(facets={"grade": "1"})) == ("grade", "1")
    assert counted_as(Wish(facets={"grade": "1", "category": "famous"})) is None
    assert counted_as(Wish(q="樟", facets={"grade": "1"})) is None
    assert counted_as(Wish(facets={"grade": "1,2"})) is None
    assert counted_as(Wish(facets={"vigour": "weak"})) is None


async def test_outlines_are_those_of_counties_wide_enough_to_see(site):
    trees = [make_tree(str(n), lon=121.5 + n % 3 / 10, lat=25 + n % 2 / 10) for n in range(6)]
    served = site(trees=trees, divisions=[make_division()])
    near = await asked(served, "/map/outlines.json?box=121.4,24.9,121.8,25.2")
    assert [outline[:2] for outline in near] == [["萬華區", "zh-Hant"]]
    assert len(near[0][2]) == 4
    assert await asked(served, "/map/outlines.json?box=0,0,180,80") == []
    assert await asked(served, "/map/outlines.json?box=x") == []


async def test_groves_come_with_their_boundary_generalised_ones_do_not(site):
    ring = [(121.5, 25.0), (121.6, 25.0), (121.6, 25.1), (121.5, 25.0)]
    groves = [
        make_grove("G1", geom=polygon_blob(ring)),
        make_grove("G2", geom=point(121.52, 25.02), lon=121.52, lat=25.02),
        make_grove("G3", geom=point(121.53, 25.03), position_precision="0.01"),
    ]
    found = (await asked(site(groves=groves), "/map/zones.json?box=121.4,24.9,121.7,25.2"))["areas"]
    assert [(area[0], area[2]) for area in found] == [("grove", "G1"), ("grove", "G2")]
    assert found[0][5] == [[121500000, 25000000, 100000, 0, 0, 100000]]
    assert found[1][5] == [[121520000, 25020000]]


NEAR = [
    make_tree("near", lon=121.5010, lat=25.0),
    make_tree("nearer", lon=121.5005, lat=25.0),
    make_tree("hidden", lon=121.5001, lat=25.0, position_precision="0.01"),
    make_tree("far", lon=121.6, lat=25.0, category="famous"),
]


def listed(page: str, heading: str) -> list[str]:
    """Paths of the trees in the section that begins with a heading, in their order."""
    part = page.partition(heading)[2].partition("</section>")[0]
    return list(dict.fromkeys(re.findall(r'class="hit" href="/tree/([^"]+)"', part)))


async def test_trees_near_a_reader_are_sorted_and_generalised_ones_have_no_distance(site):
    served = site(trees=NEAR)
    page = (await served.client.get("/map?near=121.5,25.0")).text
    assert listed(page, "<h2>离我最近的树</h2>") == ["nearer", "near", "far"]
    assert "50 m" in page
    assert "10.1 km" in page
    filtered = (await served.client.get("/map?near=121.5,25.0&category=famous")).text
    assert listed(filtered, "<h2>离我最近的树</h2>") == ["far"]
    assert "一百公里" in (await served.client.get("/map?near=0,0")).text


async def test_a_readers_position_is_rounded_and_its_page_is_not_kept(site):
    answer = await site(trees=NEAR).client.get("/map?near=121.50000001,25.0")
    assert answer.headers["cache-control"] == "no-store"
    assert "near=121.5,25.0&" in answer.text or "near=121.5,25.0#" in answer.text
    assert read_near({"near": "121.123456,25.654321"}) == (121.1235, 25.6543)
    assert read_near({"near": "nan,25"}) is None
    assert read_near({"near": "1,2,3"}) is None


async def test_a_walk_goes_to_the_nearest_that_is_left_and_leaves_out_what_is_not_public(site):
    served = site(trees=NEAR)
    page = (await served.client.get("/map?walk=near,far,nearer,hidden,none")).text
    assert listed(page, 'id="walk"')[:4] == ["near", "nearer", "far", "hidden"]
    assert "走访 3 株树" in page
    assert "本版没有：none" in page
    assert "直线合计 10.1 km" in page
    assert "准确位置不公开" in page
    assert "/map?walk=near,far,hidden#walk" in page


async def test_a_walk_is_a_route_for_receivers(site):
    served = site(trees=NEAR, facts={"public_address": "https://trees.example"})
    answer = await served.client.get("/en/map/walk.gpx?walk=near,far,nearer,hidden")
    assert answer.headers["content-type"].startswith("application/gpx+xml")
    assert re.findall(r"<rtept [^>]*><name>([^<]*)</name>", answer.text) == [
        "Banyan near",
        "Banyan nearer",
        "Banyan far",
    ]
    assert "https://trees.example/en/tree/nearer" in answer.text
    assert "hidden" not in answer.text
    assert (await served.client.get("/map/walk.gpx?walk=hidden")).status_code == 404
    assert (await served.client.get("/map/walk.gpx")).status_code == 404


def test_distances_are_those_of_the_globe():
    assert math.isclose(metres_between((0, 0), (0, 1)), 111_195, rel_tol=1e-4)
    assert math.isclose(metres_between((179.9, 0), (-179.9, 0)), 22_239, rel_tol=1e-3)


async def test_the_maps_tables_are_no_layers_and_are_hidden(site, tmp_path):
    served = site(trees=NEAR)
    assert "map_cell" not in (await served.client.get("/public")).text.split("hidden")[0]
    with closing(sqlite3.connect(tmp_path / "public.gpkg")) as db:
        assert (
            db.execute(
                "SELECT 1 FROM sqlite_master WHERE name LIKE 'map%' AND sql LIKE '%VIRTUAL%'"
            ).fetchall()
            == []
        )
