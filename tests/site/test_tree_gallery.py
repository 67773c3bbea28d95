"""Photos of a tree in a real Chromium: large, by keyboard, and without script; axe finds nothing."""

import json
from io import BytesIO
from pathlib import Path

import axe_playwright_python
import pytest
from browser_kit import launched_chromium
from editions import make_edition, make_photo, make_tree
from PIL import Image
from serving import served

pytestmark = pytest.mark.browser


def _picture(shade: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (320, 240), (shade, 90, 60)).save(out, "JPEG")
    return out.getvalue()


def _shot(shade: int, **facts: object) -> dict[str, object]:
    return make_photo(jpeg=_picture(shade), thumb=_picture(shade), width=320, height=240, **facts)


TREE = make_tree(
    photos=[_shot(40, taken_on="2014-05-06", viewpoint="south"),
            _shot(90, taken_on="2026-04-02", viewpoint="south"),
            _shot(140, taken_on="2020-01-01", kind="bark", caption="树皮")],
    measurements=[{"measured_on": "2026-04-02", "girth_cm": 355},
                  {"measured_on": "2010-04-02", "girth_cm": 340}],
    inspections=[{"inspected_on": f"20{n:02}-01-01", "kind": "patrol", "findings": [], "text_lang": "zh-Hans"}
                 for n in range(30)],
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    trees = [TREE, make_tree("77", status="dead")]
    with served(make_edition(tmp_path_factory.mktemp("gallery") / "public.gpkg", trees)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


def test_a_photo_opens_large_turns_by_arrows_and_closes_where_it_was_opened(chromium, address):
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{address}/en/tree/768")
    page.focus(".photos a >> nth=0")
    page.keyboard.press("Enter")
    box = page.locator("[role=dialog]")
    assert box.is_visible()
    assert page.locator(".gallery-count").inner_text() == "1 / 3"
    page.keyboard.press("ArrowLeft")
    assert page.locator(".gallery-count").inner_text() == "3 / 3"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "gallery-close"
    page.keyboard.press("Escape")
    assert not box.is_visible()
    assert page.evaluate("document.activeElement.getAttribute('data-full')") == "/photo/2.jpg"
    page.close()


def test_without_script_a_photo_is_a_page(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/tree/768")
    page.click(".photos a >> nth=0")
    page.wait_for_url(f"{address}/photo/2")
    assert page.locator("figure img").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_pages_of_trees_and_photos(chromium, address, scheme):
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
    page = context.new_page()
    for path in ("/tree/768", "/en/tree/768", "/zh-hant/tree/77", "/photo/1", "/tree/768#open"):
        page.goto(address + path)
        if path.endswith("#open"):
            page.click(".photos a >> nth=0")
        page.evaluate(axe)
        found = page.evaluate("axe.run().then(result => result.violations)")
        told = [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found]
        assert told == [], f"{path}: {json.dumps(told, ensure_ascii=False)}"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
