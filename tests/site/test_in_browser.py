"""The pages in a real Chromium: every kind in every language, any width, large text, no script, axe clean."""

import json
from pathlib import Path

import axe_playwright_python
import pytest
from browser_kit import launched_chromium
from page_kinds import PAGES, STORY, make_full_edition
from serving import served

pytestmark = pytest.mark.browser
PREFIXES = {"zh": "", "en": "/en", "zh-hant": "/zh-hant"}
NEEDS_SCRIPT = {"map"}
SCANS = {"scan", "unknown scan", "code cut short"}
"""Nobody looks for them: they are not to be found by search engines."""
PHONE, DESK = 390, 1280
WIDTH = "document.documentElement.scrollWidth"
AXE = "axe.run({resultTypes: ['violations']}).then(result => result.violations)"
CONTRAST = "axe.run({runOnly: ['color-contrast']}).then(result => result.violations)"
SMALL = """[...document.querySelectorAll('header a, nav a, button, .call, .facet a, .pager a, summary')]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 160))"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(make_full_edition(tmp_path_factory.mktemp("browser") / "public.gpkg")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def phone(chromium, address):
    """One page of a phone, used again for every address."""
    context = chromium.new_context(viewport={"width": PHONE, "height": 844}, base_url=address)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def bare(chromium, address):
    """The same without scripts."""
    context = chromium.new_context(
        viewport={"width": PHONE, "height": 844}, base_url=address, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def axe():
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def open_page(chromium, width: int = PHONE, **options):
    return chromium.new_context(viewport={"width": width, "height": 844}, **options).new_page()


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_of_every_kind_is_sound_in_every_language(phone, axe, address, kind):
    for lang, prefix in PREFIXES.items():
        heard = Listener(phone)
        phone.goto(prefix + PAGES[kind])
        said = {
            "asks others": [url for url in heard.asked if not url.startswith((address, "data:"))],
            "complains": [text for text in heard.said if "404 (Not Found)" not in text],
            "too small": phone.evaluate(SMALL),
            "leaves the language": [] if lang == "zh" else leaving(phone, prefix),
            "alternates": [] if kind in SCANS else alternates_missing(phone),
            "axe": axe_finds(phone, axe, is_dark_too=lang == "zh"),
            "runs off": too_wide(phone),
        }
        heard.stop()
        told = {what: found for what, found in said.items() if found}
        assert told == {}, f"{kind} in {lang}: {json.dumps(told, ensure_ascii=False)}"


class Listener:
    """What a page asks for and says while it is loaded."""

    def __init__(self, page):
        self.page, self.asked, self.said = page, [], []
        self._hooks = {
            "request": lambda request: self.asked.append(request.url),
            "console": lambda message: self.said.append(message.text),
        }
        for name, hook in self._hooks.items():
            page.on(name, hook)

    def stop(self):
        for name, hook in self._hooks.items():
            self.page.remove_listener(name, hook)


def axe_finds(page, axe: str, *, is_dark_too: bool) -> list[tuple[str, list[str]]]:
    """What axe has to say; in the dark of contrast alone, for nothing else is another there."""
    page.evaluate(axe)
    found = page.evaluate(AXE)
    if is_dark_too:
        page.emulate_media(color_scheme="dark")
        found += page.evaluate(CONTRAST)
        page.emulate_media(color_scheme="light")
    return [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found]


def too_wide(page) -> list[str]:
    """The widths at which something runs off the page, and whether it does with letters twice as large."""
    found = []
    for width in (320, DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width} px"] if page.evaluate(WIDTH) > width else []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    return found + (["large text"] if page.evaluate(WIDTH) > PHONE else [])


def leaving(page, prefix: str) -> list[str]:
    """Links and forms that lead out of the reader's language."""
    links = page.eval_on_selector_all(
        "a[href]:not([hreflang]):not([download]), form[action]",
        "all => all.map(e => e.getAttribute('href') || e.getAttribute('action'))",
    )
    ours = [link for link in links if link.startswith("/") and not is_for_machines(link)]
    return [link for link in ours if not (link.partition("?")[0] + "/").startswith(prefix + "/")]


def alternates_missing(page) -> list[str]:
    """What a page should say of its own address and of the same page in other languages, and does not."""
    named = dict(
        page.eval_on_selector_all(
            "link[hreflang]", "all => all.map(e => [e.hreflang, new URL(e.href).pathname])"
        )
    )
    wanted = {"zh-Hans", "en", "zh-Hant", "x-default"}
    missing = sorted(wanted ^ set(named))
    if named.get("x-default") != named.get("zh-Hans"):
        missing.append("x-default is not the page without prefix")
    if page.locator("link[rel=canonical]").count() != 1:
        missing.append("one canonical")
    return missing


@pytest.mark.parametrize("kind", [kind for kind in PAGES if kind not in NEEDS_SCRIPT])
def test_a_page_says_what_it_has_to_say_without_script(bare, kind):
    bare.goto("/en" + PAGES[kind])
    assert bare.locator("h1").first.is_visible()
    assert bare.locator("main").inner_text().strip()


def is_for_machines(link: str) -> bool:
    """Files and Datasette's own pages have no language."""
    path = link.partition("?")[0]
    return (
        path.startswith(("/public", "/photo/", "/ogc", "/edition/", "/-/")) or "." in path.rpartition("/")[2]
    )


def test_recorded_words_are_never_converted_and_our_own_are(phone):
    phone.goto("/zh-hant/tree/768")
    text = phone.locator("main").inner_text()
    assert STORY in text
    assert "這棵樹的故事" in text
    phone.goto("/tree/768")
    assert "臺北市" in phone.locator("main").inner_text()


def test_a_text_in_another_language_than_the_page_is_labelled_and_tagged(phone):
    phone.goto("/en/")
    tale = phone.locator("article:has(.said-in)").first
    assert tale.locator(".said-in").inner_text() == "in Chinese"
    assert phone.locator("article .said-in + p[lang=zh-Hans]").count()
    phone.goto("/")
    assert phone.locator(".said-in").count() == 0


def test_places_of_the_mainland_are_read_out_in_english(phone):
    phone.goto("/en/search?q=12")
    assert phone.locator("[lang=zh-Latn-pinyin]", has_text="Changzhi Shi").count()


def test_the_menu_opens_by_keyboard_and_leads_everywhere(chromium, address):
    page = open_page(chromium, PHONE, java_script_enabled=False)
    page.goto(address + "/en/")
    page.focus("header summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search")
    page.context.close()


def test_the_skip_link_comes_first_and_leads_to_the_content(phone):
    phone.goto("/")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.className") == "skip"
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "main"


def test_a_tree_can_be_found_without_script(chromium, address):
    page = open_page(chromium, java_script_enabled=False)
    page.goto(address + "/en/")
    page.fill("input[name=q]", "榕")
    page.keyboard.press("Enter")
    page.click("a.hit >> nth=0")
    page.wait_for_url("**/en/tree/768*")
    assert page.locator("dl.facts").first.is_visible()
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
