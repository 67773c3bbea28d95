"""Search: what must be found, in what order, with which facets, and the whole of it as a table."""

import csv
import io
import re

import pytest
from editions import make_tree


def numbers(text: str) -> list[str]:
    return re.findall(r'<span class="hit-side tabular">(?:<span[^>]*>.</span> )?([^<]+)</span>', text)


TREES = [
    make_tree("12", name_zh="銀杏", name_latin="Ginkgo biloba", name_en="Ginkgo", species_id=None),
    make_tree("7680", address="中山北路二段"),
    make_tree(
        "AFCD/KS/005",
        name_zh=None,
        name_latin="Ficus virens",
        species_id=None,
        jurisdiction="hk",
        listings=["hk-ovt", "hk-swt"],
    ),
    make_tree("768", name_zh="雀榕", name_latin="Ficus superba"),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("榕", ["7680", "768"]),
        ("銀杏", ["12"]),
        ("ficus", ["7680", "AFCD/KS/005", "768"]),
        ("Ficus sup", ["768"]),
        ("AFCD/KS/005", ["AFCD/KS/005"]),
        ("afcd/ks/005", ["AFCD/KS/005"]),
        ("中山北路", ["7680"]),
        ("768", ["768", "7680"]),
        ("没有这样的树", []),
        ('"(*', []),
    ],
)
async def test_search_finds_what_people_type(site, words, found):
    answer = await site(TREES).client.get("/search", params={"q": words})
    assert answer.status_code == 200
    assert numbers(answer.text) == found


async def test_facets_narrow_and_are_counted(site):
    ds = site(TREES)
    text = (await ds.client.get("/en/search")).text
    assert 'href="/en/search?jurisdiction=hk"' in text
    assert numbers((await ds.client.get("/search?jurisdiction=hk")).text) == ["AFCD/KS/005"]
    assert numbers((await ds.client.get("/search?listing=hk-swt")).text) == ["AFCD/KS/005"]
    assert numbers((await ds.client.get("/search?q=ficus&division=taipei-wanhua&jurisdiction=hk")).text)


async def test_long_lists_have_pages_that_hold_every_tree_once(site):
    ds = site([make_tree(str(number)) for number in range(1, 124)])
    seen = [
        number for page in (1, 2, 3) for number in numbers((await ds.client.get(f"/search?page={page}")).text)
    ]
    assert len(seen) == len(set(seen)) == 123
    assert (await ds.client.get("/search?page=99999999999999999999")).status_code == 200


async def test_nothing_found_offers_a_way_on(site):
    text = (await site(TREES).client.get("/en/search?q=Ginkgo&jurisdiction=hk")).text
    assert re.search(r'href="/en/search\?q=Ginkgo">Without .*?<span class="tabular">1 tree</span>', text)
    assert "/en/species/ficus-microcarpa" in text


async def test_the_table_is_complete_and_every_row_names_source_and_licence(site):
    ds = site([make_tree(str(number)) for number in range(1, 1234)])
    answer = await ds.client.get("/search.csv?q=ficus")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 1233
    assert {(row["licence"], row["attribution"]) for row in rows} == {
        ("政府資料開放授權條款 1.0", "臺北市政府")
    }
    assert rows[0]["division_path"] == "臺北市; 萬華區"
    table = (await ds.client.get("/search.json")).json()
    assert table["count"] == len(table["trees"]) == 1233
