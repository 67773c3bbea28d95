"""The scan page in a real Chromium: reads aloud where there is a voice, says how far away the tree is."""

import pytest
from browser_kit import launched_chromium, until
from editions import make_edition, make_tag, make_tree, printed_tag
from serving import served

pytestmark = pytest.mark.browser
VOICES = """
window.said = [];
Object.defineProperty(window, 'speechSynthesis', {value: {
  getVoices: () => %s, addEventListener() {}, cancel() { window.said.push('·'); },
  speak(one) { window.said.push(one.text); window.last = one; },
}});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


HERE = "您离这棵树登记的位置约 {}（误差 20 米）。"
FAR = "如果这块牌就挂在您身边，请告诉我们。"
ANSWER = "document.querySelector('#where [role=status]').textContent.includes('{}')"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("scan") / "public.gpkg"
    trees = [
        make_tree(tags=[make_tag()], history_text="清人所植。", coordinate_uncertainty_m=8.0),
        make_tree("2", tags=[make_tag("7K2M9QXB")], position_precision="0.01", lon=121.505, lat=25.025),
    ]
    with served(make_edition(path, trees)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


def opened(chromium, address, path, voices="[{lang: 'zh-CN', name: 'Chinese'}]", **options):
    page = chromium.new_context(viewport={"width": 390, "height": 844}, **options).new_page()
    page.add_init_script(VOICES % voices)
    page.goto(address + path)
    return page


def test_the_page_reads_itself_aloud_and_stops(chromium, address):
    page = opened(chromium, address, f"/T/{printed_tag()}")
    button = page.locator("#aloud")
    assert button.is_visible()
    assert button.bounding_box()["height"] >= 44
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    said = " ".join(page.evaluate("window.said"))
    for words in ("榕", "这块牌子是真的", "清人所植。", "不刻字"):
        assert words in said
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.evaluate("window.said").pop() == "·"
    page.evaluate("window.last.onend()")
    page.context.close()


@pytest.mark.parametrize(("path", "voices"), [("/T/", "[]"), ("/en/T/", "[{lang: 'zh-CN'}]")])
def test_without_a_voice_for_the_language_there_is_no_button(chromium, address, path, voices):
    page = opened(chromium, address, path + printed_tag(), voices)
    assert not page.locator("#aloud").is_visible()
    page.context.close()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((25.0232, 121.5056), f"{HERE.format('0 米')}"),
        ((25.02428, 121.5056), f"{HERE.format('120 米')}{FAR}"),
        ((25.5232, 121.5056), f"{HERE.format('56 公里')}{FAR}"),
    ],
)
def test_the_distance_to_the_tree_is_told_when_it_is_asked_for(chromium, address, place, said):
    here = {"latitude": place[0], "longitude": place[1], "accuracy": 12}
    page = opened(chromium, address, f"/T/{printed_tag()}", geolocation=here, permissions=["geolocation"])
    assert page.locator("#where [role=status]").inner_text() == ""
    page.locator("#where button").click()
    until(page, ANSWER.format("约"))
    assert page.locator("#where [role=status]").inner_text() == said
    page.context.close()


def test_a_device_that_does_not_tell_its_place_is_no_failure(chromium, address):
    page = opened(chromium, address, f"/T/{printed_tag()}")
    page.locator("#where button").click()
    until(page, "document.querySelector('#where [role=status]').textContent.includes('没有给出位置')")
    page.context.close()


def test_a_generalised_tree_says_nothing_of_distance(chromium, address):
    page = opened(chromium, address, f"/T/{printed_tag('7K2M9QXB')}")
    assert page.locator("#where").count() == 0
    page.context.close()


def test_without_script_the_page_is_whole(chromium, address):
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/T/{printed_tag()}")
    assert page.locator(".verdict.good").is_visible()
    assert not page.locator("#aloud").is_visible()
    assert not page.locator("#where").is_visible()
    page.context.close()
