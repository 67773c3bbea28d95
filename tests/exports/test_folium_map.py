"""The hand-over map: everything inside, nothing asked of any network, hostile names inert."""

import html as markup
import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from inspect import signature
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from browser_kit import launched_chromium

from exports.assets import MAP_SCRIPTS, MAP_STYLES, asset, inline_script
from exports.folium_map import page_frame, write_map
from exports.map_marks import kind_of
from exports.map_points import convex_hull, pack_points
from registry.errors import TooManyTreesError
from registry.records import InspectionRecord, MapTree, RegisterFacts, SourceRecord
from registry.rules.basemaps import Basemap
from registry.vocab.language import translator
from tests.exports.builders import make_tree_record

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
SOURCE = SourceRecord(
    source_id="taipei",
    title="臺北市受保護樹木",
    title_lang="zh-Hant",
    title_en="Protected trees of Taipei",
    publisher="臺北市政府",
    licence="政府資料開放授權條款 1.0",
    licence_url="https://data.gov.tw/license",
    attribution="臺北市政府",
    origin="",
    as_of=date(2026, 8, 23),
)
FACTS = RegisterFacts(
    register_name="示范名录",
    public_address="https://trees.example",
    history_head="0" * 64,
    made_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
    made_on=date(2026, 11, 21),
    edition=3,
    is_demonstration=True,
)
HK_AND_SG = {"hk-ovt": (114.16, 22.3, 713), "sg-heritage": (103.85, 1.3, 255)}


def make_tree(tree_no: str = "768", **facts: Any) -> MapTree:
    plain = MapTree(
        path=tree_no,
        tree_no=tree_no,
        jurisdiction="tw-taipei",
        category="listed",
        status="alive",
        text_lang="zh-Hant",
        source=SOURCE,
        name_zh="榕",
        name_zh_lang="zh-Hant",
        name_latin="Ficus microcarpa",
        listings=("tw-taipei",),
        division_path=("臺北市", "萬華區"),
        lon=121.5056,
        lat=25.0232,
    )
    return replace(plain, **facts)


def html_of(*trees: MapTree, language: str = "zh", **options: Any) -> str:
    out = BytesIO()
    write_map(trees, out, language=language, facts=options.pop("facts", FACTS), **options)
    return out.getvalue().decode()


def points_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="trees">(.*?)</script>', html, re.DOTALL)
    assert found
    points: dict[str, Any] = json.loads(found[1])["points"]
    return points


def test_the_file_names_no_other_file_to_load():
    html = html_of(make_tree())
    assert not re.search(r"<(script|img|link|iframe)[^>]*\s(src|href)=", html)
    assert not re.search(r"url\((?!data:)", html)
    assert "@import" not in html
    assert "sourceMappingURL" not in html


def test_the_same_trees_make_the_same_bytes():
    assert html_of(make_tree(), make_tree("2")) == html_of(make_tree(), make_tree("2"))


def test_text_and_bytes_are_both_written():
    out = StringIO()
    write_map([make_tree()], out, language="zh", facts=FACTS)
    assert out.getvalue() == html_of(make_tree())


def test_readers_may_enlarge_the_page():
    assert "user-scalable=no" not in html_of(make_tree())


def test_sources_licences_counts_and_day_are_said_in_both_languages():
    trees = (make_tree(), make_tree("2", lon=None, lat=None), make_tree("3", position_precision="0.01"))
    chinese, english = html_of(*trees), html_of(*trees, language="en")
    for words in (
        "图上有 2 株",
        "另有 1 株没有",
        "有 1 株只公布概略位置",
        "截至 2026年11月21日，第 3 版",
        "臺北市政府",
        "2026-08-23",
    ):
        assert words in chinese
    for words in (
        "2 trees on the map",
        "1 tree has no position",
        "1 position is generalised",
        "Protected trees of",
    ):
        assert words in english
    assert 'href="https://data.gov.tw/license"' in english


def test_a_licence_address_that_is_no_web_address_is_not_a_link():
    assert 'href="javascript' not in html_of(
        make_tree(source=replace(SOURCE, licence_url="javascript:alert(1)"))
    )


def test_hostile_text_never_ends_the_script_that_holds_it():
    source = replace(SOURCE, title=HOSTILE, attribution=HOSTILE, licence=HOSTILE)
    html = html_of(make_tree(name_zh=HOSTILE, source=source), facts=replace(FACTS, register_name=HOSTILE))
    assert "<script>alert" not in html
    assert "<img" not in html
    assert points_of(html)["names"][0][0] == HOSTILE


def in_every_text(record: Any, text: str) -> Any:
    """The record with `text` in every field that holds a text, and in every tuple of texts."""
    known = {field.name: getattr(record, field.name) for field in fields(record)}
    texts = {name: text for name, value in known.items() if isinstance(value, str)}
    rows = {name: (text, text) for name, value in known.items() if isinstance(value, tuple)}
    if "inspections" in known:
        rows["inspections"] = (InspectionRecord(date(2020, 1, 1), text, vigour=text),)
        texts |= dict.fromkeys(("genus", "vigour", "age_basis"), text)
    rows |= {"measurements": ()} if "measurements" in known else {}
    return replace(record, **texts, **rows)


TEMPLATE_CODE = [
    "{{7191*7}}",
    "{% raw %}",
    "{% for each in (1, 2) %}",
    "{#",
    "{{{7191*7}}}",
    "$data ${texts} $$",
    "{{ this.data }}",
]


@pytest.mark.parametrize("code", TEMPLATE_CODE)
@pytest.mark.parametrize("kind", ["map tree", "whole record"])
def test_template_code_in_any_text_is_only_text(code, kind):
    plain = make_tree(name_en="Banyan", protection_grade="1") if kind == "map tree" else make_tree_record()
    tree = replace(in_every_text(plain, code), source=in_every_text(SOURCE, code))
    html = html_of(tree, facts=in_every_text(FACTS, code), tiles=Basemap((code,), code).given())
    given = points_of(html)
    assert given["names"][0][0] == given["names"][0][2] == code
    assert given["trees"][0][6] == code
    assert given["sources"] == [[code, code]]
    title = re.search("<title>(.*?)</title>", html)
    assert title
    assert code in markup.unescape(title[1])
    assert markup.unescape(html).count(code) >= 6
    assert "50337" not in html
    if code[0] == "{":
        assert code not in html


@pytest.mark.parametrize("kind", [MapTree, SourceRecord, RegisterFacts, Basemap])
def test_a_command_hidden_in_a_text_is_never_run(kind, tmp_path):
    ran = tmp_path / "ran"
    code = "{{ cycler.__init__.__globals__.os.popen('echo x > %s').read() }}" % ran  # noqa: UP031
    put = {
        MapTree: lambda: html_of(in_every_text(make_tree(), code)),
        SourceRecord: lambda: html_of(make_tree(source=in_every_text(SOURCE, code))),
        RegisterFacts: lambda: html_of(make_tree(), facts=in_every_text(FACTS, code)),
        Basemap: lambda: html_of(make_tree(), tiles=Basemap((code,), code).given()),
    }
    html = put[kind]()
    assert not ran.exists()
    assert "cycler.__init__" in html


def test_what_folium_compiles_is_the_same_whatever_the_trees():
    """The page that goes through Folium's templates holds no datum: it is made without any."""
    assert page_frame.__wrapped__() == page_frame()
    assert not signature(page_frame.__wrapped__).parameters
    assert "榕" not in page_frame()


def test_one_tree_more_than_the_limit_is_refused():
    html_of(*(make_tree(str(n)) for n in range(3)), limit=3)
    with pytest.raises(TooManyTreesError):
        html_of(*(make_tree(str(n)) for n in range(4)), limit=3)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"status": "dead", "protection_grade": "1"}, ("gone", "")),
        ({"protection_grade": "2", "category": "famous"}, ("grade", "2")),
        ({"category": "famous"}, ("category", "famous")),
        ({"category": "reserve"}, ("category", "reserve")),
        ({"listings": ("hk-swt", "hk-ovt")}, ("listing", "hk-swt")),
        ({"category": "ancient", "listings": ()}, ("category", "ancient")),
    ],
)
def test_a_mark_says_gone_then_grade_then_fame_then_list(facts, kind):
    assert kind_of(make_tree(**facts)) == kind


def test_marks_differ_in_shape_and_not_in_colour_alone():
    trees = [make_tree(protection_grade=grade) for grade in "1234"]
    trees += [make_tree(category=category) for category in ("famous", "reserve")]
    trees += [make_tree(listings=(name,)) for name in ("hk-ovt", "hk-swt", "sg-heritage", "tw-taipei")]
    trees += [make_tree(status="dead")]
    kinds = pack_points(trees, translator("zh"))["kinds"]
    assert len({kind["shape"] for kind in kinds}) == len(kinds) == len(trees)


def test_a_list_keeps_its_mark_whatever_else_is_on_the_map():
    alone = [make_tree(listings=("sg-heritage",))]
    among = [*alone, make_tree(listings=("hk-ovt",))]
    marks = [pack_points(trees, translator("zh"))["kinds"][-1]["shape"] for trees in (alone, among)]
    assert marks[0] == marks[1]


def test_what_trees_share_is_written_once():
    points = pack_points([make_tree(str(n)) for n in range(50)], translator("zh"))
    assert len(points["names"]) == len(points["classes"]) == len(points["sources"]) == 1
    assert points["trees"][7] == [121.5056, 25.0232, 0, 0, 0, 0, "7"]


def test_a_path_is_written_where_it_is_not_the_number():
    points = pack_points([make_tree("AFCD/KS/005", path="AFCD~2FKS~2F005")], translator("en"))
    assert points["trees"][0][6:] == ["AFCD/KS/005", "AFCD~2FKS~2F005"]


def test_an_outline_is_the_hull_of_the_trees_of_one_division():
    square = [(121.0, 25.0), (121.2, 25.0), (121.2, 25.2), (121.0, 25.2), (121.1, 25.1)]
    points = pack_points([make_tree(lon=lon, lat=lat) for lon, lat in square], translator("zh"))
    assert points["outlines"] == [["萬華區", "zh-Hant", square[:4]]]


@pytest.mark.parametrize("flat", [[], [(1.0, 1.0)], [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]])
def test_points_on_one_line_have_no_outline(flat):
    assert len(convex_hull(flat)) < 3


def test_a_base_map_is_drawn_only_where_one_was_chosen():
    basemap = Basemap(("https://tiles.example/{z}/{x}/{y}.png",), "© someone")
    assert "tiles.example" in html_of(make_tree(), tiles=basemap.given())
    assert '"tiles":null' in html_of(make_tree())


@pytest.mark.parametrize("name", [*MAP_SCRIPTS, *MAP_STYLES, "handover.css"])
def test_every_asset_can_stand_inside_a_page(name):
    text = asset(name)
    assert "</style" not in text
    assert "</script" not in inline_script(text).lower()


def test_an_asset_that_nobody_has_is_a_key_error():
    with pytest.raises(KeyError):
        asset("nothing.js")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched_chromium() as chromium:
        yield chromium


class Opened:
    """A map opened in Chromium without any network: what it asked for and what it complained of."""

    def __init__(self, browser: Any, path: Path, width: int = 1280) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 800})
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.route(re.compile("^(?!file:)"), lambda route: route.abort())
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri())

    def find(self, text: str) -> Any:
        """Search, open the first tree found, and return its card."""
        self.page.fill("input[type=search]", text)
        self.page.click(".tm-result >> nth=0")
        return self.page.wait_for_selector(".tm-card")


@pytest.fixture
def opened(browser, tmp_path):
    def open_map(*trees: MapTree, language: str = "zh", width: int = 1280) -> Opened:
        path = tmp_path / "map.html"
        path.write_text(html_of(*trees, language=language), encoding="utf-8")
        return Opened(browser, path, width)

    return open_map


def sample_trees() -> list[MapTree]:
    """As many trees as the three sample registers have, strewn on a lattice round their places."""
    trees = [make_tree(str(n), lon=121.5 + n % 62 / 500, lat=25 + n // 62 / 400) for n in range(3874)]
    for listing, (lon, lat, count) in HK_AND_SG.items():
        trees += [
            make_tree(
                f"{listing}-{n}",
                jurisdiction=listing[:2],
                listings=(listing,),
                division_path=(),
                lon=lon + n % 27 / 300,
                lat=lat + n // 27 / 300,
            )
            for n in range(count)
        ]
    return trees


def test_groves_and_gardens_that_cannot_be_shown_are_counted_on_the_page():
    assert "有 3 处古树群或历史名园" in html_of(make_tree(), areas_left_off=3)
    assert "not on the map" not in html_of(make_tree(), language="en")


@pytest.mark.browser
def test_all_sample_trees_cluster_none_is_lost_and_no_network_is_asked(opened):
    shown = opened(*sample_trees())
    shown.page.wait_for_selector(".tm-cluster")
    counts = shown.page.eval_on_selector_all(".tm-count", "all => all.map(each => each.textContent)")
    assert sorted(counts) == ["255", "3,874", "713"]
    assert [url for url in shown.asked if not url.startswith("file:")] == []
    assert len(shown.asked) == 1
    assert shown.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize(("language", "link"), [("zh", "看这棵树的档案"), ("en", "Open this tree's page")])
def test_a_tree_is_found_and_its_card_leads_to_its_page(opened, language, link):
    shown = opened(
        make_tree(), make_tree("AFCD/KS/005", path="AFCD~2FKS~2F005"), language=language, width=390
    )
    card = shown.find("ks/005")
    assert card.query_selector(".tm-plaque").inner_text() == "榕"
    assert "AFCD/KS/005" in card.inner_text()
    assert "臺北市政府" in card.inner_text()
    way = card.query_selector("a")
    assert way.inner_text() == link
    assert way.get_attribute("href") == "https://trees.example/tree/AFCD~2FKS~2F005"
    assert shown.page.evaluate("document.documentElement.scrollWidth") == 390
    assert shown.complaints == []


@pytest.mark.browser
def test_the_keyboard_alone_opens_a_cluster_and_a_tree(opened):
    shown = opened(make_tree(), make_tree("2", lon=121.6))
    page = shown.page
    page.focus(".tm-dot >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tm-card")
    assert page.evaluate("document.activeElement.className") == "tm-open"
    page.keyboard.press("Escape")
    page.wait_for_selector(".tm-card", state="detached")
    assert "tm-dot" in page.evaluate("document.activeElement.className")


@pytest.mark.browser
def test_a_cluster_opens_with_the_enter_key(opened):
    shown = opened(*(make_tree(str(n), lon=121.5 + n / 1000) for n in range(4)), make_tree("far", lon=100))
    shown.page.focus(".tm-cluster")
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_selector(".tm-dot[title*=' 3']")


@pytest.mark.browser
def test_hostile_names_stay_text(opened):
    shown = opened(make_tree("7", name_zh=HOSTILE, name_latin=HOSTILE, division_path=(HOSTILE, HOSTILE)))
    card = shown.find("7")
    assert HOSTILE in card.inner_text()
    assert shown.page.query_selector("img") is None
    assert shown.complaints == []


@pytest.mark.browser
def test_a_kind_can_be_put_out_of_sight(opened):
    shown = opened(make_tree(), make_tree("2", lon=121.9, protection_grade="1"))
    assert len(shown.page.query_selector_all(".tm-dot")) == 2
    shown.page.click("text=一级")
    assert len(shown.page.query_selector_all(".tm-dot")) == 1


@pytest.mark.browser
def test_a_generalised_position_is_drawn_as_its_cell_and_says_so(opened):
    shown = opened(make_tree("9", lon=121.51, lat=25.02, position_precision="0.01"))
    assert len(shown.page.query_selector_all("path.tm-cell")) == 1
    assert "0.01°" in shown.find("9").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("trees", [(), (make_tree(lon=None, lat=None),)])
def test_a_map_without_positions_says_so(opened, trees):
    shown = opened(*trees)
    assert shown.page.inner_text(".tm-empty") == "这些树都没有可以显示的位置。"
    assert shown.complaints == []
