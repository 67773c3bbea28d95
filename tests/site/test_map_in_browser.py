"""The map in a real Chromium: what it asks for, what it draws, by pointer and by keyboard alone."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import axe_playwright_python
import pytest
from browser_kit import launched_chromium
from editions import make_division, make_edition, make_grove, make_tree
from serving import served

from registry.geopackage import polygon_blob
from registry.rules.datums import SHIFTED_AREA, from_wgs84

pytestmark = pytest.mark.browser
HK = {
    "jurisdiction": "hk",
    "listings": ["hk-ovt"],
    "listing": "hk-ovt",
    "text_lang": "en",
    "division_path": ["Islands"],
}
CROWD = [
    make_tree(
        f"{n}",
        lon=121.4 + n % 40 / 150,
        lat=24.9 + n // 40 / 150,
        protection_grade="12"[n % 2],
        age_years=300 + n,
    )
    for n in range(600)
]
TREES = [
    *CROWD,
    make_tree("alone", lon=113.9, lat=22.28, **HK),
    make_tree("about", lon=113.95, lat=22.25, position_precision="0.01", **HK),
    make_tree("nowhere", lon=None, lat=None, **HK),
]
GROVE = make_grove(
    "G1", geom=polygon_blob([(113.9, 22.27), (113.91, 22.27), (113.91, 22.275), (113.9, 22.27)]), name="榕荫"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    public = tmp_path_factory.mktemp("map") / "public.gpkg"
    with served(make_edition(public, TREES, groves=[GROVE], divisions=[make_division()])) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def page(chromium):
    context = chromium.new_context(
        viewport={"width": 1100, "height": 900}, geolocation={"longitude": 121.4, "latitude": 24.9},
        permissions=["geolocation"], reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.complaints = []
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    assert page.complaints == []
    context.close()


def drawn(page, kind: str) -> None:
    """Wait until the map shows `kind` and asks for nothing more."""
    page.wait_for_selector(f"#map[data-drawn={kind}]:not([aria-busy])")


def until(page, claim: str) -> None:
    """Wait until a claim holds; the page's policy lets nothing evaluate inside it for long."""
    for _ in range(100):
        if page.evaluate(claim):
            return
        page.wait_for_timeout(100)
    raise AssertionError(claim)


def questions(page, name: str) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(url).query) for url in page.asked if f"/map/{name}.json" in url]


def test_squares_far_off_trees_from_nearby_and_nothing_asked_twice(page, address):
    page.goto(f"{address}/map")
    drawn(page, "cells")
    assert page.inner_text("#map-seen") == "视野内 602 株"
    assert page.locator("#map-dots").count() == 0
    first = questions(page, "cells")
    assert len(first) == 1
    assert not questions(page, "points")
    page.click(".tm-region >> text=香港")
    drawn(page, "points")
    assert page.inner_text("#map-seen") == "视野内 2 株"
    assert page.locator(".tm-cell").count() == 1
    before = len(page.asked)
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert len(questions(page, "points")) <= 3
    assert [url for url in page.asked[before:] if "cells" in url] == []
    assert [url for url in page.asked if not url.startswith(address)] == []


def test_the_window_that_is_asked_for_holds_what_is_seen(page, address):
    page.goto(f"{address}/map#13/24.95/121.45")
    drawn(page, "points")
    west, south, east, north = map(float, questions(page, "points")[0]["bbox"][0].split(","))
    assert west < 121.45 < east
    assert south < 24.95 < north
    assert questions(page, "points")[0]["z"] == ["13"]
    page.click(".leaflet-control-zoom-in")
    until(page, "location.hash.indexOf('#14/') === 0")
    page.reload()
    drawn(page, "points")
    assert questions(page, "points")[-1]["z"] == ["14"]


def test_filters_change_map_list_and_address_without_leaving(page, address):
    page.goto(f"{address}/map")
    drawn(page, "cells")
    page.select_option("select[name=grade]", "1")
    until(page, "document.getElementById('map-seen').textContent === '视野内 300 株'")
    assert "grade=1" in page.url
    assert page.inner_text("#map-side h2") == "300 株"
    page.fill("input[name=q]", "599")
    page.wait_for_selector("#map-side h2 >> text=0 株")
    page.select_option("select[name=grade]", "")
    page.wait_for_selector("#map-side h2 >> text=1 株")
    drawn(page, "points")
    assert page.locator(".tm-dot").count() == 1
    page.reload()
    drawn(page, "points")
    assert page.input_value("input[name=q]") == "599"


def test_a_tree_is_opened_and_left_by_keyboard_alone(page, address):
    page.goto(f"{address}/en/map?jurisdiction=hk#14/22.28/113.9")
    drawn(page, "points")
    page.focus("#map")
    for _ in range(12):
        page.keyboard.press("Tab")
        if "tm-dot" in (page.evaluate("document.activeElement.className") or ""):
            break
    page.keyboard.press("Enter")
    card = page.wait_for_selector(".tm-card")
    assert "alone" in card.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/en/tree/alone"
    page.keyboard.press("Escape")
    page.wait_for_selector(".tm-card", state="detached")
    assert "tm-dot" in page.evaluate("document.activeElement.className")


def test_a_card_says_names_number_grade_age_and_the_way_to_the_walk(page, address):
    page.goto(f"{address}/map?tree=7&walk=8")
    card = page.wait_for_selector(".tm-card")
    said = card.inner_text()
    assert [part for part in ("榕", "Ficus microcarpa", "7", "二级", "307") if part not in said] == []
    assert "walk=8,7#" in card.query_selector(".tm-walk").get_attribute("href")
    page.wait_for_load_state("networkidle")
    page.click(".tm-card .tm-walk")
    page.wait_for_selector("#walk >> text=走访 2 株树")
    assert page.locator(".tm-stop").count() == 2


def test_a_generalised_tree_has_a_cell_and_no_place_on_a_walk(page, address):
    page.goto(f"{address}/map?tree=about")
    card = page.wait_for_selector(".tm-card")
    assert "位置已概略" in card.inner_text()
    assert card.query_selector(".tm-walk") is None


def test_groves_are_drawn_from_nearby_and_opened_by_keyboard(page, address):
    page.goto(f"{address}/map#13/22.272/113.905")
    drawn(page, "points")
    assert page.locator(".tm-area").count() == 0
    page.goto(f"{address}/map?x=1#16/22.272/113.905")
    page.wait_for_selector(".tm-area")
    page.focus(".tm-area")
    page.keyboard.press("Enter")
    assert page.wait_for_selector(".leaflet-popup >> text=榕荫")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/grove/G1"


def test_trees_near_me_are_asked_for_by_a_button(page, address):
    page.goto(f"{address}/en/map?grade=1")
    drawn(page, "points")
    page.click("#near-me")
    page.wait_for_selector(".map-near li")
    assert "near=121.4000,24.9000" in page.url
    assert "grade=1" in page.url
    assert page.locator(".map-near li").count() == 20
    assert "0 m" in page.inner_text(".map-near li >> nth=0")
    assert page.is_visible(".tm-you")


def test_the_list_is_reached_past_the_map(page, address):
    page.goto(f"{address}/map")
    drawn(page, "cells")
    page.focus(".map-skip")
    assert page.locator(".map-skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "map-side"


def test_the_map_stays_readable_where_it_cannot_be_loaded(page, address):
    page.route("**/map/cells.json*", lambda route: route.abort())
    page.goto(f"{address}/map")
    page.wait_for_selector("#map-status >> text=树")
    assert page.locator(".hit").count() == 50
    page.complaints.clear()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_the_map_page_fits_and_axe_finds_nothing(chromium, address, width, script):
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 844}, java_script_enabled=script)
    page = context.new_page()
    for path in ("/map", "/en/map?walk=1,2,about,none&near=121.4,24.9", "/zh-hant/map?q=zzz"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if not script:
            assert page.is_visible("#map-dots") or "zzz" in path
            continue
        page.wait_for_timeout(600)
        page.evaluate(axe)
        violations = page.evaluate("axe.run().then(result => result.violations)")
        told = [(v["id"], [node["html"][:160] for node in v["nodes"]][:3]) for v in violations]
        assert told == [], f"{path}: {json.dumps(told, ensure_ascii=False)}"
    context.close()


def test_the_shift_of_a_base_map_is_that_of_the_register(page, address):
    page.goto(f"{address}/map")
    page.evaluate((Path(__file__).parents[2] / "datasette_plugins/map/assets/gcj02.js").read_text("utf-8"))
    for lon, lat in ((116.39, 39.9), (113.1, 36.05), (121.5, 25.03), (114.17, 22.3), (87.6, 43.8)):
        lat_there, lon_there = page.evaluate(
            "([area, lon, lat]) => gcj02(area)(lon, lat)", [SHIFTED_AREA, lon, lat]
        )
        assert (lon_there, lat_there) == pytest.approx(from_wgs84(lon, lat, "GCJ-02"), abs=1e-9)
