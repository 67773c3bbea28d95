"""What programs are told of the site: robots and sitemaps, complete and true."""

import re
import xml.etree.ElementTree as ET

import pytest
from editions import make_grove, make_tree

from datasette_plugins.site import sitemap

ADDRESS = "https://trees.example.org"
_LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
_LINK = "{http://www.w3.org/1999/xhtml}link"


def addresses(text: str) -> list[str]:
    return [each.text.removeprefix(ADDRESS) for each in ET.fromstring(text).iter(_LOC)]


@pytest.fixture
def ds(site):
    trees = [make_tree(f"AFCD/{number}") for number in range(12)]
    return site(trees, groves=[make_grove()], facts={"public_address": ADDRESS})


async def test_every_page_of_the_sitemaps_is_there_in_every_language(ds, monkeypatch):
    monkeypatch.setattr(sitemap, "PER_FILE", 5)
    files = addresses((await ds.client.get("/sitemap.xml")).text)
    assert [name for name in files if "tree" in name] == [f"/sitemap/tree-{n}.xml" for n in (1, 2, 3)]
    found = []
    for name in files:
        answer = await ds.client.get(name)
        assert answer.status_code == 200
        root = ET.fromstring(answer.text)
        found += addresses(answer.text)
        assert {link.get("hreflang") for link in root.iter(_LINK)} == {"zh-Hans", "zh-Hant", "en"}
    assert len(found) == len(set(found))
    assert sum(path.startswith("/tree/") for path in found) == 12
    for path in found:
        assert (await ds.client.get(path)).status_code == 200, path


@pytest.mark.parametrize("name", ["tree-9", "nothing-1", "pages-2", "tree_search-1"])
async def test_a_sitemap_that_is_none_is_not_found(ds, name):
    assert (await ds.client.get(f"/sitemap/{name}.xml")).status_code == 404


async def test_robots_may_read_pages_and_styles_and_no_filters(ds):
    text = (await ds.client.get("/robots.txt")).text
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in text
    assert {"Disallow: /*?", "Disallow: /public", "Allow: /-/gushu/static/"} <= set(text.splitlines())
    assert not re.search(r"^Disallow: /(tree)?$", text, re.MULTILINE)


async def test_without_a_public_address_there_is_no_sitemap(site):
    ds = site(facts={"public_address": ""})
    assert "Sitemap" not in (await ds.client.get("/robots.txt")).text
    assert (await ds.client.get("/sitemap.xml")).status_code == 404
