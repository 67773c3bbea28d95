"""What differs between HTTP and HTTPS: browsers are told to stay, and only where they came by HTTPS."""

import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/search", "/nothing", "/-/desk/sign-in", "/public"])
async def test_browsers_are_told_to_come_by_https_only_where_they_did(site, path):
    transport = httpx.ASGITransport(app=site().app())
    told = {}
    for scheme in ("https", "http", "https"):  # the second time, pages come from memory
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://trees.lan") as client:
            answer = await client.get(path)
            told[scheme] = answer.headers.get("strict-transport-security")
    assert told["http"] is None
    assert told["https"] == "max-age=15552000"
