"""Home and the frame of all pages: true at every size of a register, and in every month."""

import sqlite3
from datetime import date

import pytest
from editions import make_authority, make_edition, make_grove, make_species, make_tree
from page_kinds import make_full_edition

from datasette_plugins.asgi import create_datasette
from datasette_plugins.site import home
from datasette_plugins.site.frame import canonical_question
from datasette_plugins.site.stories import excerpt

GINKGO = make_species(
    "ginkgo", name_latin="Ginkgo biloba", name_hans="银杏", name_en="Ginkgo", genus="Ginkgo"
)
LATER_TABLES = ("story", "story_text", "edition_log", "edition_change", "zone")


def ginkgo(tree_no: str = "1", **facts):
    return make_tree(
        tree_no, species_id="ginkgo", name_zh="银杏", genus="Ginkgo", lon=116.4, lat=39.9, **facts
    )


def stand_in(monkeypatch, month: int) -> None:
    monkeypatch.setattr(home, "this_month", lambda: date(2026, month, 1))


async def text_of(datasette, path: str = "/") -> str:
    answer = await datasette.client.get(path)
    assert answer.status_code == 200, path
    return answer.text


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hant"])
async def test_an_edition_without_trees_says_so_and_offers_no_search(site, prefix):
    page = await text_of(site([]), f"{prefix}/")
    assert 'class="empty"' in page
    assert 'role="search"' not in page
    assert 'class="figures"' not in page


async def test_one_tree_is_enough_for_a_home_page(site):
    page = await text_of(site([make_tree(age_years=320, age_basis="estimated")]))
    assert "约 320 年" in page
    assert "最老的树" in page


async def test_without_ages_the_thickest_trunks_are_told_and_doubted_values_are_not_held_up(site):
    doubt = {"check": "girth_out_of_range", "severity": "warning", "field": "girth_cm", "value": "9000"}
    page = await text_of(site([make_tree("1", girth_cm=9000, flags=[doubt]), make_tree("2", girth_cm=410)]))
    assert "树干最粗的树" in page
    assert "410 cm" in page
    assert "9,000" not in page


async def test_a_designation_dated_after_the_edition_is_not_the_newest(site):
    page = await text_of(
        site([make_tree("1", designated_on="2202-01-01"), make_tree("2", designated_on="2024-05-01")])
    )
    assert "2024-05-01" in page
    assert "2202" not in page


@pytest.mark.parametrize(("month", "seen"), [(10, True), (11, True), (4, False)])
async def test_a_tree_is_in_season_in_its_months_alone(site, monkeypatch, month, seen):
    stand_in(monkeypatch, month)
    page = await text_of(site([ginkgo()], species=[GINKGO]))
    assert ("当季看树" in page) is seen
    assert ("秋色" in page) is seen


async def test_a_genus_written_in_chinese_is_in_season_too(site, monkeypatch):
    stand_in(monkeypatch, 11)
    assert "秋色" in await text_of(site([ginkgo()], species=[{**GINKGO, "genus": "银杏属"}]))


async def test_no_evergreen_turns_colour_with_its_genus(site, monkeypatch):
    stand_in(monkeypatch, 11)
    oaks = [
        make_species("ilex", name_latin="Quercus ilex subsp. ballota", name_hans="冬青栎", genus="Quercus"),
        make_species("robur", name_latin="Quercus robur", name_hans="夏栎", genus="Quercus"),
    ]
    trees = [make_tree(str(n), species_id="ilex", lon=2.3, lat=41.0) for n in range(3)]
    assert "秋色" not in await text_of(site(trees, species=oaks))
    page = await text_of(site([*trees, make_tree("9", species_id="robur", lon=2.3, lat=41.0)], species=oaks))
    season = page.partition('class="season-kind">秋色')[2].partition("</a>")[0]
    assert "夏栎" in season
    assert "1 株" in season


async def test_home_is_compared_by_edition_and_month(site, monkeypatch):
    ds = site([ginkgo()], species=[GINKGO])
    stand_in(monkeypatch, 11)
    first = (await ds.client.get("/")).headers["etag"]
    assert (await ds.client.get("/", headers={"if-none-match": first})).status_code == 304
    stand_in(monkeypatch, 12)
    answer = await ds.client.get("/", headers={"if-none-match": first})
    assert answer.status_code == 200
    assert answer.headers["etag"] != first


async def test_every_word_to_try_finds_something(site):
    ds = site([make_tree("AFCD/KS/005"), ginkgo("7")], species=[make_species(), GINKGO])
    page = await text_of(ds)
    tries = page.partition('class="tries"')[2].partition("</p>")[0]
    links = [part.partition('"')[0] for part in tries.split('href="')[1:]]
    assert len(links) >= 3
    for link in links:
        assert 'class="hit"' in await text_of(ds, link.replace("&amp;", "&")), link


async def test_trees_with_texts_stand_in_where_there_are_no_stories(site):
    page = await text_of(site([make_tree(history_text="相传为宋代所植。", text_lang="zh-Hans")]), "/en/")
    assert "相传为宋代所植。" in page
    assert '<span class="said-in">in Chinese</span>' in page


async def test_an_edition_made_before_stories_and_changes_has_a_home_page_all_the_same(tmp_path):
    public = make_edition(tmp_path / "public.gpkg")
    with sqlite3.connect(public) as db:
        for table in LATER_TABLES:
            db.execute(f"DROP TABLE {table}")
    db.close()
    ds = create_datasette(public)
    assert "榕" in await text_of(ds)
    ds.executor.shutdown()
    for database in ds.databases.values():
        database.close()


async def test_what_changed_since_the_edition_before_is_told(tmp_path):
    ds = create_datasette(make_full_edition(tmp_path / "public.gpkg"))
    page = await text_of(ds, "/en/")
    assert "Since edition 1" in page
    assert "GS(2026)0000号" in page
    ds.executor.shutdown()
    for database in ds.databases.values():
        database.close()


async def test_groves_and_their_trees_are_counted_apart(site):
    page = await text_of(site([make_tree()], groves=[make_grove(tree_count=41)]))
    assert ">42<" in page
    assert "古树群" in page


async def test_the_foot_names_whom_to_call(site):
    ds = site([make_tree()], authorities=[make_authority(duty_phone="02 2720 8889")])
    for path in ("/", "/search", "/nothing"):
        assert 'href="tel:0227208889"' in (await ds.client.get(path)).text, path


async def test_every_room_of_the_menu_opens(site):
    ds = site()
    page = await text_of(ds, "/en/")
    menu = page.partition('class="menu-rooms"')[2].partition("</div>")[0]
    links = [part.partition('"')[0] for part in menu.split('href="')[1:]]
    assert {"/en/search", "/en/map", "/en/about", "/en/download"} <= set(links)
    for link in links:
        assert (await ds.client.get(link)).status_code == 200, link


@pytest.mark.parametrize(
    ("path", "query", "kept"),
    [("/tree/768", "from=mail", ""), ("/", "x=1", ""), ("/search", "q=a", "?q=a"), ("/search", "", "")],
)
def test_the_canonical_address_of_one_thing_has_no_question(path, query, kept):
    assert canonical_question(path, query) == kept


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("短文。", "短文。"),
        ("第一句话说完了。第二句话很长很长很长很长很长很长。", "第一句话说完了。"),
        ("没有句号的一段很长很长很长很长很长的话", "没有句号的一段很长很长很……"),
        ("words that go on and on and on", "words that …"),
    ],
)
def test_a_text_begins_with_whole_sentences_or_words(text, beginning):
    assert excerpt(text, 12) == beginning
