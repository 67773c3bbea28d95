"""The reviewers' pages in a real Chromium: keys, no script, axe, width, targets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
import uvicorn
from browser_kit import launched_chromium
from desk_kit import HERE, DeskKit, _with_language, make_desk
from review_kit import EDIT, FIX, SIZES, Field
from starlette.responses import Response

from datasette_plugins.desk.app import COOKIE
from datasette_plugins.site.assets import load_asset

pytestmark = pytest.mark.browser
STATIC = "/-/gushu/static/"
AXE = """axe.run({resultTypes: ['violations']}).then(result => result.violations.map(
  each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 160)).join(' | ')))"""
SMALL = """[...document.querySelectorAll('main a, main button, main summary, main .pick')].filter(
  e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 160))"""


@contextmanager
def serving(kit: DeskKit) -> Iterator[str]:
    """The desk on a port of its own, with the styles and scripts of its pages."""
    desk = _with_language(kit.desk)

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        if path.startswith(STATIC):
            asset = load_asset(path.removeprefix(STATIC).partition("/")[2])
            await Response(asset.content, media_type=asset.content_type)(scope, receive, send)
        else:
            await desk(scope, receive, send)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(60)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with launched_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskKit]:
    made = make_desk(tmp_path_factory.mktemp("review"))
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def address(kit: DeskKit) -> Iterator[str]:
    with serving(kit) as running:
        yield running


@pytest.fixture(scope="module")
def field(kit: DeskKit, tmp_path_factory: pytest.TempPathFactory) -> Field:
    return Field(kit, tmp_path_factory.mktemp("photos"))


@contextmanager
def opened(chromium: Any, kit: DeskKit, address: str, path: str, **options: Any) -> Iterator[Any]:
    """A page of the county's reviewer."""
    width = options.pop("width", 1280)
    context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
    context.add_cookies([{"name": COOKIE, "value": kit.token("county"), "url": address}])
    page = context.new_page()
    page.goto(f"{address}{path}")
    yield page
    context.close()


def test_keys_decide_and_walk_and_leave_whoever_types_alone(chromium, kit, address, field) -> None:
    first, second, third = (field.send("measurement", SIZES) for _ in range(3))
    with opened(chromium, kit, address, "/-/desk/review") as page:
        page.keyboard.press("n")
        page.wait_for_url(f"**/review/{first}*")
        page.keyboard.press("n")
        page.wait_for_url(f"**/review/{second}*")
        page.keyboard.press("p")
        page.wait_for_url(f"**/review/{first}*")
        page.keyboard.press("e")
        assert page.evaluate("document.activeElement.name") == "c.girth_cm"
        page.keyboard.type("ar?n")
        assert page.input_value("[name='c.girth_cm']") == "ar?n", "letters go where somebody types"
        page.fill("[name='c.girth_cm']", "321")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("a")
        page.wait_for_url(f"**/review/{second}*")
        assert "更正后通过" in page.inner_text(".said")
        page.keyboard.press("r")
        assert page.evaluate("document.activeElement.name") == "reason"
        page.keyboard.type("请再量")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("r")
        page.wait_for_url(f"**/review/{third}*")
        page.keyboard.press("?")
        assert page.is_visible("#keys dl")
        page.uncheck("[data-keys-switch] input")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("a")
        page.wait_for_timeout(300)
        assert page.url.partition("?")[0].endswith(third), "keys that are switched off do nothing"
    assert [field.state(own)[0] for own in (first, second, third)] == ["accepted", "returned", "pending"]


def test_typing_another_value_chooses_it(chromium, kit, address, field) -> None:
    own = field.send("edit", EDIT)
    field.change(village="南和")
    with opened(chromium, kit, address, f"/-/desk/review/{own}") as page:
        page.fill("[name='c.village']", "北和")
        assert page.is_checked("[name='k.village'][value=other]")
        page.click("[data-key=a]")
        page.wait_for_load_state()
    assert field.state(own)[0] == "accepted"
    assert field.tree().village == "北和"


def test_everything_is_decided_without_script(chromium, kit, address, field) -> None:
    own = field.send("measurement", {"sizes": {"height_m": 15.5}})
    with opened(
        chromium, kit, address, f"/-/desk/review/{own}", java_script_enabled=False, width=390
    ) as page:
        page.click("details.correct summary")
        page.fill("[name='c.height_m']", "15.2")
        page.click("button[value=accept]")
        page.wait_for_load_state()
        assert "更正后通过" in page.content()
    assert field.state(own)[0] == "accepted"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(chromium, kit, address, field, lang, theme) -> None:
    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    torn = field.send("edit", {"fields": {"town": {"base": "旧", "to": "韩店"}}}, fix=FIX)
    field.change(town=f"苏店{lang}{theme}")
    photo = field.photo()
    found_tree = {"species": "油松", "division_id": HERE, "notes": "<i>新</i>"}
    new = field.send("new_tree", found_tree, photos=[photo], fix=FIX)
    aside = field.send("measurement", SIZES, no="no-such-record", photos=[photo])
    field.send("measurement", {"sizes": {"height_m": 15}})
    prefix = "/en" if lang == "en" else ""
    paths = ["", "?state=quarantined", "?kind=visit", "/together", f"/{torn}", f"/{new}", f"/{aside}"]
    for width in (390, 1280):
        options = {"color_scheme": theme, "width": width}
        with opened(chromium, kit, address, f"{prefix}/-/desk/review", **options) as page:
            for path in paths:
                page.goto(f"{address}{prefix}/-/desk/review{path}")
                page.evaluate("for (const e of document.querySelectorAll('main details')) e.open = true")
                page.evaluate(axe)
                found = page.evaluate(AXE)
                assert found == [], (path, width)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                assert page.evaluate(SMALL) == [], path
