"""Suggestions in a real Chromium: by keyboard, with an input method, without a script, unseen."""

from pathlib import Path

import axe_playwright_python
import pytest
from browser_kit import launched_chromium
from editions import make_edition, make_species, make_tree
from serving import served

pytestmark = pytest.mark.browser
AXE = "axe.run({resultTypes: ['violations']}).then(result => result.violations.map(one => one.id))"
COMPOSE = """([kind, text]) => {
  const input = document.querySelector('#q');
  input.value = text;
  if (kind === 'compositionstart' || kind === 'compositionend')
    input.dispatchEvent(new CompositionEvent(kind, {bubbles: true}));
  input.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: kind !== 'compositionend'}));
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("suggestions") / "public.gpkg"
    species = [
        make_species(),
        make_species(
            "ginkgo-biloba", name_latin="Ginkgo biloba", name_hans="银杏", name_hant="銀杏", name_en="Ginkgo"
        ),
    ]
    trees = [
        make_tree(),
        make_tree("769", species_id="ginkgo-biloba", name_zh="银杏", name_latin="Ginkgo biloba"),
    ]
    with served(make_edition(path, trees, species=species)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def page(chromium, address):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=address)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ["/", "/search", "/en/search", "/zh-hant/search"])
def test_a_suggestion_is_reached_by_keyboard(page, path):
    page.goto(path)
    page.focus("#q")
    page.keyboard.type("yinx")
    page.wait_for_selector("[role=option]")
    assert page.get_attribute("#q", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#q", "aria-activedescendant") == page.get_attribute("[role=option]", "id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/species/ginkgo-biloba")


def test_escape_closes_and_enter_alone_searches_for_what_is_typed(page):
    page.goto("/search")
    page.focus("#q")
    page.keyboard.type("gink")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Escape")
    assert page.get_attribute("#q", "aria-expanded") == "false"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=gink")


def test_nothing_is_asked_while_an_input_method_composes(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "suggest" in request.url else None)
    page.goto("/search")
    page.focus("#q")
    page.evaluate(COMPOSE, ["compositionstart", "y"])
    for text in ("yi", "yin", "yin xing"):
        page.evaluate(COMPOSE, ["input", text])
    page.wait_for_timeout(400)
    assert asked == []
    page.evaluate(COMPOSE, ["compositionend", "银杏"])
    page.wait_for_selector("[role=option]")
    assert len(asked) == 1


def test_the_open_list_is_accessible_and_stays_within_a_phone(page):
    page.goto("/en/search")
    page.focus("#q")
    page.keyboard.type("gink")
    page.wait_for_selector("[role=option]")
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate(AXE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.inner_text("form [role=status]") != ""
    heights = "[...document.querySelectorAll('[role=option]')].map(one => one.getBoundingClientRect().height)"
    assert min(page.evaluate(heights)) >= 44


def test_the_box_is_a_plain_form_without_a_script(chromium, address):
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    bare = context.new_page()
    bare.goto("/")
    bare.fill("#q", "银杏")
    bare.press("#q", "Enter")
    bare.wait_for_url("**/search?q=*")
    assert "769" in bare.inner_text("main")
    context.close()
