"""The map page and its points."""

import asyncio
import gzip
import socket
import threading
import time
from typing import Any

import pytest
import uvicorn
from browser_kit import launched_chromium
from editions import make_division, make_source, make_tree

from datasette_plugins.map import pages
from datasette_plugins.map.pages import policy_with

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


async def points(site: Any, query: str = "", prefix: str = "") -> dict[str, Any]:
    answer = await site.client.get(f"{prefix}/map.json{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


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


async def test_every_file_the_page_names_is_served(site):
    served = site()
    page = (await served.client.get("/map")).text
    names = [part.split('"')[0] for part in page.split("/-/gushu/static/")[1:]]
    assert {"leaflet.js", "treemap.js", "treemap.css", "map.js"} <= {name.split("/")[1] for name in names}
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
async def test_page_and_points_select_alike(site, query, numbers):
    served = site(trees=three_trees(), divisions=DIVISIONS)
    assert [tree[6] for tree in (await points(served, query))["points"]["trees"]] == numbers
    assert f"{len(numbers)} 株" in (await served.client.get(f"/map{query}")).text


async def test_points_speak_the_readers_language_and_keep_it_in_links(site):
    served = site(trees=three_trees())
    chinese, english = await points(served), await points(served, prefix="/en")
    assert (chinese["treeBase"], english["treeBase"]) == ("/tree/", "/en/tree/")
    assert english["points"]["words"]["open"] == "Open this tree's page"
    assert chinese["points"]["words"]["open"] == "看这棵树的档案"


async def test_points_are_not_sent_twice_to_who_has_them(site):
    served = site()
    first = await served.client.get("/map.json")
    again = await served.client.get("/map.json", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


async def test_an_edition_without_trees_has_a_map_page(site):
    answer = await site(trees=[]).client.get("/map")
    assert answer.status_code == 200
    assert "没有符合的树" in answer.text
    assert "map.json" not in answer.text


async def test_trees_past_the_limit_are_listed_and_not_drawn(site, monkeypatch):
    monkeypatch.setattr(pages, "MAP_LIMIT", 2)
    served = site(trees=three_trees())
    assert (await served.client.get("/map.json")).status_code == 400
    assert "一次画不下" in (await served.client.get("/map")).text


async def test_hostile_values_are_escaped(site):
    source = make_source("x", attribution=HOSTILE)
    tree = make_tree("7", name_zh=HOSTILE, attribution=HOSTILE, source_id="x", division_path=[HOSTILE])
    served = site(trees=[tree], sources=[source])
    assert HOSTILE not in (await served.client.get(f"/map?species={HOSTILE}")).text
    assert HOSTILE not in (await served.client.get("/map")).text


async def test_five_thousand_trees_are_at_most_300_kilobytes(site):
    trees = [
        make_tree(str(n), lon=121.5 + n % 97 / 1000, lat=25 + n // 97 / 1000, name_zh=f"树{n % 300}")
        for n in range(4842)
    ]
    answer = await site(trees=trees).client.get("/map.json", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content, 5)) < 300_000


@pytest.mark.parametrize(
    ("basemap", "allowed"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", "https://*.tiles.example"),
        ("/tiles/{z}/{x}/{y}.png", None),
        ("https://evil;script-src *//{z}/{x}/{y}.png", None),
    ],
)
def test_a_base_map_opens_the_policy_for_its_pictures_alone(basemap, allowed):
    policy = policy_with(basemap)
    assert f"img-src 'self' {allowed or 'data:'}" in policy
    assert "script-src" not in policy


async def test_the_base_map_of_the_edition_reaches_page_and_points(site):
    served = site(facts={"basemap_url": "https://tiles.example/{z}/{x}/{y}.png"})
    answer = await served.client.get("/map")
    assert "https://tiles.example" in answer.headers["content-security-policy"]
    assert (await points(served))["tiles"]["url"] == "https://tiles.example/{z}/{x}/{y}.png"


async def test_the_first_view_says_what_is_seen_and_offers_places_above_the_map(site):
    served = site(trees=three_trees(), divisions=DIVISIONS)
    page = (await served.client.get("/map")).text
    assert "图上有 2 株。" in page
    assert page.index("也可以先选一处：") < page.index('id="regions"') < page.index('id="map"')
    asked = (await served.client.get("/map?jurisdiction=hk")).text
    assert "图上有" not in asked
    assert asked.index('id="regions"') < asked.index('id="map"')


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
    assert 'data-tree="AFCD~2FKS~2F005"' in page


async def test_filters_without_a_field_are_shown_and_can_be_taken_away(site):
    page = (
        await site(trees=three_trees(), divisions=DIVISIONS).client.get("/map?division=taipei&grade=1")
    ).text
    assert '<input type="hidden" name="division" value="taipei">' in page
    assert 'href="/map?grade=1"' in page


@pytest.mark.browser
def test_the_map_draws_and_opens_a_tree_without_leaving_its_host(site):
    trees = [*three_trees(), *(make_tree(f"x{n}", lon=121.5 + n / 500) for n in range(9))]
    with Served(site(trees=trees).app()) as address, launched_chromium() as chromium:
        page = chromium.new_page(viewport={"width": 390, "height": 844})
        asked, complaints = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/en/map?q=AFCD")
        page.click(".tm-dot")
        link = page.wait_for_selector(".tm-card a")
        assert link.get_attribute("href") == "/en/tree/AFCD~2FKS~2F005"
        page.goto(f"{address}/map?tree=x3")
        assert "x3" in page.wait_for_selector(".tm-card").inner_text()
        page.goto(f"{address}/map")
        page.wait_for_selector(".tm-cluster")
        assert page.is_hidden("#map-status")
        assert page.is_visible("#legend >> text=台北市受保护树木")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert [url for url in asked if not url.startswith(address)] == []
        assert complaints == []


class Served:
    """An ASGI application on a free port, in a thread, until the end of the block."""

    def __init__(self, app: Any) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        asyncio.run(self.server.serve(sockets=[self.listener]))

    def __enter__(self) -> str:
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()
