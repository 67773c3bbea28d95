"""One tag, two readers: the public comes to the story, whoever is signed in to the form."""

import httpx
import pytest
from desk_kit import DeskKit

from datasette_plugins.asgi import create_datasette
from datasette_plugins.desk.app import COOKIE

TAG = "/T/ABCDEFGH-ABCDEFGHABCDEFGH"


@pytest.fixture
def site(desk: DeskKit, tmp_path):
    datasette = create_datasette(tmp_path / "public.gpkg", desk.address)
    yield datasette
    datasette.executor.shutdown()


async def scanned(site, token: str | None, path: str = TAG) -> httpx.Response:
    transport = httpx.ASGITransport(app=site.app())
    cookies = {COOKIE: token} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://t", cookies=cookies) as browser:
        return await browser.get(path)


async def test_an_inspector_who_scans_a_tag_comes_to_the_form_at_once(site, desk):
    answer = await scanned(site, desk.token("inspector"), f"/en{TAG}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/en/-/desk/field/#/scan/ABCDEFGH-ABCDEFGHABCDEFGH"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("login", [None, "auditor", "admin"])
async def test_whoever_sends_nothing_in_sees_the_public_page(site, desk, login):
    answer = await scanned(site, desk.token(login) if login else None)
    assert answer.status_code != 303


async def test_a_cookie_that_is_no_session_changes_nothing(site, desk):
    assert (await scanned(site, "not a session")).status_code != 303


async def test_an_inspector_may_look_at_the_public_page_as_well(site, desk):
    assert (await scanned(site, desk.token("inspector"), f"{TAG}?public")).status_code != 303
