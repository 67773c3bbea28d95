"""The pages in a real Chromium: both widths, no script needed, nothing asked of anybody else, axe clean."""

import json
from pathlib import Path

import axe_playwright_python
import pytest
from browser_kit import launched_chromium
from editions import make_authority, make_edition, make_photo, make_tag, make_tree, printed_tag
from serving import served

pytestmark = pytest.mark.browser
INSPECTION = {"inspected_on": "2026-03-01", "kind": "patrol", "findings": ["枯枝"], "text_lang": "zh-Hans"}
TREES = [
    make_tree(
        "768", tags=[make_tag()], photos=[make_photo()] * 6, protection_grade="1",
        grade_scheme="cn-2025", age_years=320,
        girth_cm=355, measurements=[{"girth_cm": 355, "measured_on": "2026-03-01"}, {"girth_cm": 300}],
        inspections=[INSPECTION], 
        flags=[{"check": "same_point", "severity": "note", "field": "lon", "value": "1"},
               {"check": "girth_out_of_range", "severity": "warning", "field": "girth_cm", "value": "355"}],
        history=[{"seq": 1, "at": "2026-03-01T00:00:00Z", "kind": "import:batch",
                  "fields": ["girth_cm"], "hash": "ab" * 32}],
        history_text="相传为宋代所植。", withheld=["address"],
    ),
    make_tree("HT 2007-163/" + "long" * 12, name_zh=None, name_en="A tree of very long name", lon=121.6),
]  # fmt: skip
PAGES = {
    "home": "/", "search": "/search", "empty": "/search?q=zzz&jurisdiction=hk", "tree": "/tree/768",
    "bare tree": "/tree/HT+2007-163~2F" + "long" * 12, "scan": f"/T/{printed_tag()}",
    "unknown scan": "/T/NOPE", "code cut short": "/T/7K2M9QXA",
    "missing": "/nothing", "download": "/download", "species": "/species/ficus-microcarpa",
    "place": "/place/taipei-wanhua",
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    public = tmp_path_factory.mktemp("browser") / "public.gpkg"
    duty = [make_authority(duty_phone="02 2720 8889", duty_mail="duty@example.org")]
    with served(make_edition(public, TREES, authorities=duty)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


def open_page(chromium, width: int = 390, **options):
    return chromium.new_context(viewport={"width": width, "height": 844}, **options).new_page()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_pages_fit_their_width_and_ask_nobody_else(chromium, address, width, script):
    page = open_page(chromium, width, java_script_enabled=script)
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for path in PAGES.values():
        for prefix in ("", "/en"):
            page.goto(address + prefix + path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, wide)
            assert page.locator("h1").first.is_visible()
    assert [url for url in asked if not url.startswith(address)] == []
    assert [text for text in said if "404 (Not Found)" not in text] == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(chromium, address, scheme):
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page = open_page(chromium, color_scheme=scheme)
    for path in PAGES.values():
        page.goto(address + path)
        page.evaluate(axe)
        violations = page.evaluate("axe.run().then(result => result.violations)")
        serious = [v for v in violations if v["impact"] in {"serious", "critical"}]
        told = [(v["id"], [node["html"][:160] for node in v["nodes"]][:3]) for v in serious]
        assert told == [], f"{path}: {json.dumps(told, ensure_ascii=False)}"
    page.context.close()


def test_what_is_touched_is_large_enough(chromium, address):
    page = open_page(chromium)
    small = """[...document.querySelectorAll('header a, button, .call, .facet a, .pager a, summary')]
      .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
    for path in PAGES.values():
        page.goto(address + path)
        assert page.evaluate(small) == [], path
    page.context.close()


def test_a_tree_can_be_found_without_script(chromium, address):
    page = open_page(chromium, java_script_enabled=False)
    page.goto(address + "/en/")
    page.fill("input[name=q]", "榕")
    page.keyboard.press("Enter")
    page.click("a.hit >> nth=0")
    assert "/en/tree/768" in page.url
    assert page.locator("dl.facts").is_visible()
    page.context.close()


@pytest.mark.parametrize("path", [PAGES["tree"], PAGES["bare tree"]])
def test_the_two_columns_of_a_tree_end_nearly_together(chromium, address, path):
    page = open_page(chromium, 1280)
    page.goto(address + path)
    ends = page.evaluate("""() => {
      const ends = {};
      for (const card of document.querySelectorAll('.flow > .card')) {
        const box = card.getBoundingClientRect();
        ends[Math.round(box.left)] = Math.max(ends[Math.round(box.left)] || 0, box.bottom);
      }
      const whole = document.querySelector('.flow').getBoundingClientRect();
      return [Object.values(ends), whole.height];
    }""")
    page.context.close()
    (left, right), height = ends
    assert abs(left - right) < 0.25 * height


def test_a_printed_tree_has_its_photos_and_nothing_lies_over_the_next_card(chromium, address):
    page = open_page(chromium, 794)
    page.emulate_media(media="print")
    page.goto(address + PAGES["tree"])
    assert page.locator(".photos img[loading=lazy]").count() == 0
    outside = """[...document.querySelectorAll('.flow > .card')].filter(card => {
      const box = card.getBoundingClientRect();
      return [...card.querySelectorAll('*')].some(part => {
        const inner = part.getBoundingClientRect();
        return inner.height && (inner.bottom > box.bottom + 1 || inner.right > box.right + 1);
      });
    }).map(card => card.innerText.slice(0, 40))"""
    assert page.evaluate(outside) == []
    bottoms = page.evaluate(
        "[...document.querySelectorAll('.flow > .card')].map(c => c.getBoundingClientRect().bottom)"
    )
    assert bottoms == sorted(bottoms)
    page.context.close()


def test_datasettes_own_pages_work_under_their_policy(chromium, address):
    page = open_page(chromium, 1280)
    said = []
    page.on("console", lambda message: said.append(message.text))
    for path in ("/public", "/public/tree", "/public/tree/1", "/public?sql=select+1"):
        page.goto(address + path)
    assert said == []
    page.context.close()
