"""A file on its way into the register in a real Chromium: brought, looked at, tried, imported."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from browser_kit import launched_chromium, until
from desk_kit import DeskKit, make_desk
from register_kit import NOW
from test_review_in_browser import AXE, SMALL, serving

from datasette_plugins.desk.app import COOKIE
from registry.commands.register import change_setting
from registry.db import transaction

pytestmark = pytest.mark.browser
AXE_FILE = Path(axe_playwright_python.__file__).parent / "axe.min.js"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskKit]:
    """A desk whose worker takes jobs as they come."""
    kit = make_desk(tmp_path)
    kit.desk.public = tmp_path / "public.gpkg"
    yield kit
    kit.desk.jobs.stop()
    kit.engine.dispose()


def opened(browser: Any, desk: DeskKit, address: str, **options: Any) -> Any:
    context = browser.new_context(**options)
    context.add_cookies([{"name": COOKIE, "value": desk.token("registrar"), "url": address}])
    return context.new_page()


def test_a_file_is_brought_tried_and_imported_on_a_phone_and_by_a_page_without_script(
    desk: DeskKit, tmp_path: Path
):
    mapping = (tmp_path / "plain.toml").read_text("utf-8")
    rows = tmp_path / "more.csv"
    rows.write_text((tmp_path / "rows.csv").read_text("utf-8").replace("国槐", "油松"), "utf-8")
    with launched_chromium() as browser, serving(desk) as address:
        page = opened(browser, desk, address, viewport={"width": 390, "height": 800})
        page.goto(f"{address}/-/desk/import")
        page.set_input_files("#f-file", rows)
        page.click("form[enctype] button")
        page.wait_for_selector("textarea")  # the script has followed the job to its end
        page.check("input[value=own]")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.fill("textarea", mapping)
        page.click("form[action$='/try'] button")
        page.wait_for_selector("#h-try")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not page.evaluate(SMALL)
        page.evaluate(AXE_FILE.read_text("utf-8"))
        assert page.evaluate(AXE) == []
        own = re.sub(r".*/", "", page.url)
        page.context.close()

        plain = opened(browser, desk, address, java_script_enabled=False)
        plain.goto(f"{address}/-/desk/import/{own}")
        plain.click("form[action$='/run'] button")
        plain.wait_for_selector("#h-result")  # the page has loaded itself anew
        assert "油松" not in plain.inner_text("h1")
        plain.goto(f"{address}/-/desk/import/{own}")
        assert plain.locator("form[action$='/run']").count() == 0
        plain.context.close()


@pytest.mark.parametrize(
    "path", ["statistics", "publish", "export?what=map", "zone-checks", "settings", "jobs"]
)
def test_pages_of_the_office_fit_a_phone_and_have_no_barriers(desk: DeskKit, path: str):
    with launched_chromium() as browser, serving(desk) as address:
        for scheme, lang in (("light", ""), ("dark", "/en")):
            page = opened(browser, desk, address, viewport={"width": 390, "height": 800}, color_scheme=scheme)
            page.goto(f"{address}{lang}/-/desk/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert not page.evaluate(SMALL)
            page.evaluate(AXE_FILE.read_text("utf-8"))
            assert page.evaluate(AXE) == [], (path, lang)
            page.context.close()


def test_another_template_or_size_shows_another_plate_at_once(desk: DeskKit):
    with transaction(desk.engine) as session:
        change_setting(session, "public_address", "https://t.example.org", actor="tests", now=NOW)
    with launched_chromium() as browser, serving(desk) as address:
        page = opened(browser, desk, address)
        page.goto(f"{address}/-/desk/record/tree/{desk.tree_ids['1']}/tags/print")
        shown = page.locator("[data-plate-shown] svg")
        first = shown.inner_html()
        page.select_option("[name=template]", "visitor")
        changed = "was => document.querySelector('[data-plate-shown] svg').innerHTML !== was"
        until(page, changed, arg=first)
        assert shown.get_attribute("viewBox") == "0 0 120 80"
        page.select_option("[name=plate]", "200x150")
        page.wait_for_selector("[data-plate-shown] svg[viewBox='0 0 200 150']")
        assert "template=visitor&of=visitor&plate=200x150" in page.url
        page.fill("[name=own_size]", "150x100")
        page.wait_for_selector("[data-plate-shown] svg[viewBox='0 0 150 100']")
        assert "最细的笔画" in page.inner_text("[data-plate-shown] figcaption")
        page.context.close()
