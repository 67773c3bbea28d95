"""The search's promises, one by one: what somebody types, what must be found, and what must not."""

import csv
import io
import re
import sqlite3
from contextlib import closing

import pytest
from editions import make_area, make_division, make_grove, make_species, make_tree

from datasette_plugins.search.wishes import SORTS, Wish

CHINESE = {"text_lang": "zh-Hans", "jurisdiction": "cn", "name_zh_lang": "zh-Hans", "authority_id": "taipei"}
PAGODA = {
    "species_id": "styphnolobium-japonicum",
    "name_latin": "Styphnolobium japonicum",
    "name_en": "Pagoda tree",
}
GINKGO = {"species_id": "ginkgo-biloba", "name_latin": "Ginkgo biloba", "name_en": "Ginkgo"}
TREES = [
    make_tree("14040400017", name_zh="国槐", age_years=1200, girth_cm=612.0, height_m=14.0,
              protection_grade="1", designated_on="2008-05-01", division_id="lucheng",
              division_path=["山西省", "长治市", "潞城区"], address="大槐树巷", history_text="相传植于唐代。",
              **{**CHINESE, **PAGODA}),
    make_tree("14040400089", name_zh="银杏", age_years=300, diameter_cm=100.0, height_m=22.0,
              protection_grade="2", designated_on="2019-05-01", division_id="pingshun",
              division_path=["山西省", "长治市", "平顺县"], address="国槐路三号", **{**CHINESE, **GINKGO}),
    make_tree("AFCD/KS/005", name_zh="榕", address="臺灣街", jurisdiction="hk", division_id=None,
              division_path=["香港"], aliases=[{"number": "OVT-77", "scheme": "hk"}]),
    make_tree("TN 3", name_zh="銀杏", age_years=None, status="dead", vigour="dead", vigour_scale="cn-4",
              measured_on="2020-03-01", division_id=None, division_path=["臺北市"], **GINKGO),
    make_tree("5", name_zh="旱柳", name_latin="Salix matsudana", name_en=None, species_id=None,
              name_author="Koidz.", garden_no="G1", division_id=None, division_path=["Zürich"],
              address="Höhenstraße 5"),
]  # fmt: skip
SPECIES = [
    make_species(),
    make_species("styphnolobium-japonicum", name_latin="Styphnolobium japonicum", name_hans="槐",
                 name_hant="槐", name_en="Pagoda tree", family="Fabaceae", genus="Styphnolobium",
                 also=["国槐", "Sophora japonica"]),
    make_species("ginkgo-biloba", name_latin="Ginkgo biloba", name_hans="银杏", name_hant="銀杏",
                 name_en="Ginkgo", family="Ginkgoaceae", genus="Ginkgo", also=["白果树"]),
]  # fmt: skip
DIVISIONS = [
    make_division("shanxi", "山西省", name_lang="zh-Hans", level="province", jurisdiction="cn"),
    make_division(
        "changzhi", "长治市", name_lang="zh-Hans", level="city", jurisdiction="cn", parent_id="shanxi"
    ),
    make_division("lucheng", "潞城区", name_lang="zh-Hans", jurisdiction="cn", parent_id="changzhi"),
    make_division("pingshun", "平顺县", name_lang="zh-Hans", jurisdiction="cn", parent_id="changzhi"),
]  # fmt: skip
GARDENS = [make_area("G1", name="晋祠", listings=[], period="宋", tree_count=3)]
GROVES = [make_grove("14040401", name="柏树坡")]
BRIDGES = [make_area("E1", name="遇仙桥", subkind="bridge")]
NAMES = [
    ("槐", "accepted"),
    ("国槐", "local"),
    ("中国槐", "local"),
    ("家槐", "trade"),
    ("Sophora japonica", "synonym"),
]


@pytest.fixture
def ds(site):
    """The site over trees, species with former names, divisions, a garden, a grove, a bridge."""
    return site(
        TREES,
        species=SPECIES,
        divisions=DIVISIONS,
        gardens=GARDENS,
        groves=GROVES,
        elements=BRIDGES,
        names=NAMES_OF,
    )


NAMES_OF = [
    {"species_id": "styphnolobium-japonicum", "kind": kind, "name": name, "name_lang": "zh-Hans"}
    for name, kind in NAMES
]


def numbers(text: str) -> list[str]:
    return re.findall(r'<span class="hit-side tabular">(?:<span[^>]*>.</span> )?([^<]+)</span>', text)


def things(text: str) -> list[str]:
    return re.findall(r'<a class="thing" href="([^"]+)"', text)


HUAI, YINXING, RONG, DEAD, WILLOW = (tree["tree_no"] for tree in TREES)


@pytest.mark.parametrize(
    ("words", "first", "found"),
    [
        # numbers: whole, in capitals or not, full width, any part, with and without signs, other numbers
        ("14040400017", HUAI, {HUAI}),
        ("１４０４０４０００１７", HUAI, {HUAI}),
        ("00089", YINXING, {YINXING}),
        ("4040", HUAI, {HUAI, YINXING}),
        ("AFCD/KS/005", RONG, {RONG}),
        ("afcdks005", RONG, {RONG}),
        ("afcd ks 005", RONG, {RONG}),
        ("KS/005", RONG, {RONG}),
        ("ovt-77", RONG, {RONG}),
        ("TN 3", DEAD, {DEAD}),
        ("5", WILLOW, {WILLOW}),
        # Chinese: one character, two, variants of characters, simplified and traditional both ways
        ("槐", HUAI, {HUAI, YINXING}),
        ("国槐", HUAI, {HUAI, YINXING}),
        ("國槐", HUAI, {HUAI, YINXING}),
        ("中国槐", HUAI, {HUAI}),
        ("家槐", HUAI, {HUAI}),
        ("银杏", YINXING, {YINXING, DEAD}),
        ("銀杏", YINXING, {YINXING, DEAD}),
        ("台湾", RONG, {RONG}),
        ("臺灣", RONG, {RONG}),
        ("长治", HUAI, {HUAI, YINXING}),
        ("長治", HUAI, {HUAI, YINXING}),
        ("银杏 平顺", YINXING, {YINXING}),
        ("平顺　银杏", YINXING, {YINXING}),
        ("槐 00017", HUAI, {HUAI}),
        ("唐代", HUAI, {HUAI}),
        ("杏银", None, set()),
        ("银杏 潞城", None, set()),
        # pinyin: whole, apart, initials, with tones; places too
        ("guohuai", HUAI, {HUAI}),
        ("guo huai", HUAI, {HUAI}),
        ("GuóHuái", HUAI, {HUAI}),
        ("gh", HUAI, {HUAI}),
        ("yinxing", YINXING, {YINXING, DEAD}),
        ("changzhi", HUAI, {HUAI, YINXING}),
        ("huaiguo", None, set()),
        # Latin, English, families; capitals, accents, authors
        ("Sophora japonica", HUAI, {HUAI}),
        ("sophora", HUAI, {HUAI}),
        ("STYPHNOLOBIUM", HUAI, {HUAI}),
        ("Fabaceae", HUAI, {HUAI}),
        ("豆科", HUAI, {HUAI}),
        ("pagoda tree", HUAI, {HUAI}),
        ("japonicum", HUAI, {HUAI}),
        ("Salix matsudana Koidz.", WILLOW, {WILLOW}),
        ("zurich", WILLOW, {WILLOW}),
        ("hohenstrasse", WILLOW, {WILLOW}),
        # the garden it stands in
        ("晋祠", WILLOW, {WILLOW}),
    ],
)
async def test_what_people_type_finds_these_trees_and_no_others(ds, words, first, found):
    listed = numbers((await ds.client.get("/search", params={"q": words})).text)
    assert set(listed) == found
    assert listed[:1] == ([first] if first else [])


async def test_a_name_comes_before_the_same_word_in_an_address(ds):
    assert numbers((await ds.client.get("/search", params={"q": "国槐"})).text) == [HUAI, YINXING]


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("国槐", "/species/styphnolobium-japonicum"),
        ("sophora", "/species/styphnolobium-japonicum"),
        ("gh", "/species/styphnolobium-japonicum"),
        ("長治", "/place/changzhi"),
        ("changzhi", "/place/changzhi"),
        ("晋祠", "/garden/G1"),
        ("jinci", "/garden/G1"),
        ("柏树坡", "/grove/14040401"),
        ("040401", "/grove/14040401"),
        ("yuxianqiao", "/element/E1"),
        ("遇仙", "/element/E1"),
    ],
)
async def test_everything_that_has_a_page_is_found(ds, words, page):
    assert page in things((await ds.client.get("/search", params={"q": words})).text)
    items = (await ds.client.get("/en/search/suggest.json", params={"q": words})).json()["items"]
    assert words == "040401" or f"/en{page}" in [item["url"] for item in items]


async def test_suggestions_are_few_begin_as_typed_and_may_be_kept_until_the_next_edition(ds):
    answer = await ds.client.get("/search/suggest.json", params={"q": "1404"})
    items = answer.json()["items"]
    assert [(item["kind"], item["label"]) for item in items[:2]] == [("tree", HUAI), ("tree", YINXING)]
    assert len(items) <= 8
    again = await ds.client.get(
        "/search/suggest.json", params={"q": "1404"}, headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert (await ds.client.get("/search/suggest.json")).json()["items"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("age=1000-", {HUAI}),
        ("age=300-499", {YINXING}),
        ("age=unknown", {RONG, DEAD, WILLOW}),
        ("age=1000-,300-499", {HUAI, YINXING}),
        ("age=1000-&age=300-499", {HUAI, YINXING}),
        ("girth=500-", {HUAI}),
        ("girth=300-399", {YINXING}),
        ("status=dead", {DEAD}),
        ("photos=no", {HUAI, YINXING, RONG, DEAD, WILLOW}),
        ("photos=yes", set()),
        ("since=2020", {DEAD}),
        ("since=2021", set()),
        ("grade=1,2", {HUAI, YINXING}),
        ("division=changzhi", {HUAI, YINXING}),
        ("division=pingshun,lucheng", {HUAI, YINXING}),
        ("species=ginkgo-biloba&grade=2", {YINXING}),
        ("age=abc", set()),
        ("age=99999999999999999999-", set()),
        ("since=MMXX", set()),
        ("girth=900-100", set()),
    ],
)
async def test_facets_narrow_values_of_one_facet_widen(ds, query, found):
    assert set(numbers((await ds.client.get(f"/search?{query}")).text)) == found


async def test_facets_show_how_many_trees_each_value_has(ds):
    text = (await ds.client.get("/en/search?grade=1")).text
    counts = dict(re.findall(r'href="/en/search\?grade=([^"]+)".*?class="num">(\d+)<', text))
    assert counts["1,2"] == "1"
    whole = (await ds.client.get("/en/search")).text
    ages = dict(re.findall(r'href="/en/search\?age=([^"]+)".*?class="num">(\d+)<', whole))
    assert ages == {"300-499": "1", "1000-": "1", "unknown": "3"}


async def test_districts_are_offered_level_by_level(ds):
    text = (await ds.client.get("/search?jurisdiction=cn")).text
    offered = re.findall(r'href="/search\?jurisdiction=cn&amp;division=([^"]+)"', text)
    assert set(offered) == {"lucheng", "pingshun"}, "one province and one city: their counties are offered"


@pytest.mark.parametrize(
    ("sort", "first"),
    [("oldest", HUAI), ("thickest", HUAI), ("tallest", YINXING), ("newest", YINXING), ("number", HUAI)],
)
async def test_lists_are_sorted_as_asked_unknown_last(ds, sort, first):
    query = "division=changzhi" if sort == "number" else ""
    listed = numbers((await ds.client.get(f"/search?sort={sort}&{query}")).text)
    assert listed[0] == first


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=国槐",
        "q=gh",
        "q=4040",
        "age=1000-,300-499",
        "division=changzhi&grade=1,2",
        "status=dead",
    ],
)
async def test_list_map_and_download_are_the_same_trees(ds, query):
    listed = numbers((await ds.client.get(f"/search?{query}")).text)
    table = (await ds.client.get(f"/search.csv?{query}")).text.lstrip("\ufeff")
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row.get("uuid")]
    assert [row["tree_no"] for row in rows] == listed
    mapped = numbers((await ds.client.get(f"/map?{query}")).text)
    assert mapped == listed


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("q=国怀", "/en/species/styphnolobium-japonicum"),
        ("q=Sofora", None),
        ("q=Ginko", "/en/species/ginkgo-biloba"),
        ("q=14040400099", "/en/search?q=140404000"),
        ("q=银杏 昆明", "/en/search?q=%E9%93%B6%E6%9D%8F"),
        ("q=银杏&grade=1", "/en/search?q=%E9%93%B6%E6%9D%8F"),
        ("age=5000-", "/en/search"),
    ],
)
async def test_an_empty_list_says_what_would_find_something(ds, query, offered):
    text = (await ds.client.get(f"/en/search?{query}")).text
    assert "No tree found" in text
    assert offered is None or f'href="{offered}"' in text


@pytest.mark.parametrize(
    "q",
    [
        '"', "'", "(", ")", "*", "^", "NOT", "AND", "OR NOT", "NEAR(a b)", "words:槐", "{words}:槐", "-槐",
        "槐 OR 银杏", "a" * 10_000, "槐" * 3_000, "1 " * 5_000, "%", "_%_", "\x00", "§槐", "♪gh", "‡404",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "№5", "🌳", "𫠠", "ﷺ", "İ", "--",
        ";DROP TABLE tree", "../../etc/passwd",
    ],
)  # fmt: skip
async def test_nothing_that_is_typed_breaks_the_search(ds, q):
    for path in ("/search", "/search/suggest.json"):
        answer = await ds.client.get(path, params={"q": q})
        assert answer.status_code in {200, 400, 414}
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "query", ["q=%FF%FE%E6", "page=1000000000&q=槐", "page=-1", "grade=" + "x," * 900, "sort=fid;--"]
)
async def test_broken_addresses_are_answered_politely(ds, query):
    assert (await ds.client.get(f"/search?{query}")).status_code in {200, 400, 414}


async def test_the_order_is_stable_and_every_tree_is_on_one_page(site):
    trees = [make_tree(str(number), age_years=number % 7) for number in range(1, 130)]
    ds = site(trees)
    for sort in ("", *SORTS):
        seen = []
        for page in (1, 2, 3):
            seen += numbers((await ds.client.get(f"/search?q=榕&sort={sort}&page={page}")).text)
        assert len(seen) == len(set(seen)) == 129


async def test_an_edition_without_the_new_tables_is_still_searched(site, tmp_path):
    ds = site(TREES)
    with closing(sqlite3.connect(tmp_path / "public.gpkg")) as db:
        for table in ("found", "found_search", "facet_count", "facet_key", "tree_facet"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DROP INDEX tree_facet_index")
        db.commit()
    assert numbers((await ds.client.get("/search", params={"q": "国槐"})).text) == [HUAI, YINXING]
    assert (await ds.client.get("/search?sort=oldest")).status_code == 200
    assert (await ds.client.get("/search/suggest.json", params={"q": "国槐"})).json()["items"] == []


def test_a_wish_keeps_its_facets_and_order_in_its_address():
    wish = Wish("国槐", {"grade": "1"}, sort="oldest")
    assert wish.url(grade=wish.toggled("grade", "2")).endswith("&grade=1,2&sort=oldest")
    assert wish.toggled("grade", "1") is None
    assert wish.without("grade").url() == "/search?q=%E5%9B%BD%E6%A7%90&sort=oldest"
