"""Doubts beside their values, places by the names a reader knows, authorities apart, a quiet log."""

import re

import pytest
from editions import make_authority, make_division, make_tree

from datasette_plugins.site.compat import IS_NEXT

SENTENCE = "胸围记为 17300，可能填错了单位"
FLAG = {"check": "unit_suspected", "severity": "warning", "field": "girth_cm", "value": "17300"}
MARK = r'<a class="doubt" href="#flags"[^>]*>存疑</a>'


def said(html: str) -> str:
    """The text of a page, its tags and blanks taken out."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


async def test_a_doubt_stands_beside_its_value_wherever_the_value_is_shown(site):
    sizes = [{"girth_cm": 17300, "diameter_cm": 55}, {"girth_cm": 150}]
    tree = make_tree(girth_cm=17300, diameter_cm=55, measurements=sizes, flags=[FLAG])
    text = (await site([tree]).client.get("/tree/768")).text
    facts = re.search(r'<dl class="facts">.*?</dl>', text, re.DOTALL)[0]
    rings = re.search(r'<figure class="rings-box">.*?</figure>', text, re.DOTALL)[0]
    assert re.search(rf"17,300 cm {MARK}", facts)
    assert re.search(rf'<td class="num">17,300 {MARK}</td>', text)
    assert re.search(rf"<figcaption[^>]*>胸围 {MARK}", rings)
    assert '<text y="36" text-anchor="middle" font-size="11" class="doubted">存疑</text>' in rings
    assert "17,300 cm（存疑）" in re.search(r'aria-label="(年轮图[^"]+)"', rings)[1]
    assert len(re.findall(MARK, text)) == 3
    assert f'title="{SENTENCE}' in text
    assert 'id="flags"' in text


@pytest.mark.parametrize(
    ("field", "facts", "beside"),
    [
        ("age_years", {"age_years": 320, "age_basis": "estimated"}, "约 320 年"),
        ("lat", {}, "25.0232, 121.5056"),
        ("datum", {"lon": None, "lat": None}, "来源未载</span>"),
        ("measured_on", {"measured_on": "2000-01-01"}, "2000-01-01"),
        ("crown_ns_m", {"crown_m": 9, "crown_ew_m": 4, "crown_ns_m": 14}, "南北冠幅 14"),
        (
            "designated_on",
            {
                "designated_on": "2000-01-01",
                "designations": [{"kind": "listing", "scheme": "hk-ovt", "designated_on": "2000-01-01"}],
            },
            "2000-01-01</time>",
        ),
    ],
)
async def test_ages_positions_and_dates_are_marked_as_well(site, field, facts, beside):
    flag = {"check": "from_the_future", "severity": "note", "field": field, "value": "1"}
    doubted = (await site([make_tree(flags=[flag], **facts)]).client.get("/tree/768")).text
    assert re.search(rf"{re.escape(beside)}\s*{MARK}", doubted)
    sure = (await site([make_tree(**facts)]).client.get("/tree/768")).text
    assert 'class="doubt"' not in sure


async def test_english_pages_name_places_in_english_where_they_have_a_name(site):
    path = "/place/taipei-wanhua"
    tree = make_tree(division_path_en=["Taipei", "Wanhua"])
    ds = site([tree], divisions=[make_division(name_en="Wanhua")])
    for page in ("/search", "/map", "/tree/768", "/species/ficus-microcarpa", path):
        english = (await ds.client.get(f"/en{page}")).text
        assert '<span lang="en">Taipei</span>, <span lang="en">Wanhua</span>' in english, page
        assert "臺北市</span>" not in english, page
        chinese = (await ds.client.get(page)).text
        assert '<span lang="zh-Hant">臺北市</span> <span lang="zh-Hant">萬華區</span>' in chinese, page
    assert '<h1><span lang="en">Wanhua</span></h1>' in (await ds.client.get(f"/en{path}")).text


async def test_a_place_of_two_scripts_has_each_part_in_its_own_language(site):
    mixed = make_tree(
        jurisdiction="hk", text_lang="en", division_id=None, division_path=["香港", "Kowloon City"],
        division_path_en=["Hong Kong", "Kowloon City"],
    )  # fmt: skip
    ds = site([mixed])
    assert (
        '<span lang="zh-Hant">香港</span> <span lang="en">Kowloon City</span>'
        in (await ds.client.get("/tree/768")).text
    )
    assert (
        '<span lang="en">Hong Kong</span>, <span lang="en">Kowloon City</span>'
        in (await ds.client.get("/en/tree/768")).text
    )


async def test_a_city_that_is_its_own_register_has_its_chinese_name_on_chinese_pages(site):
    division = make_division("sg", "Singapore", name_lang="en", name_en="Singapore", jurisdiction="sg")
    tree = make_tree(jurisdiction="sg", text_lang="en", division_id="sg", division_path=["Singapore"])
    ds = site([tree], divisions=[division])
    for page in ("/tree/768", "/search", "/place/sg"):
        assert '<span lang="zh-Hans">新加坡</span>' in (await ds.client.get(page)).text, page
        assert '<span lang="en">Singapore</span>' in (await ds.client.get(f"/en{page}")).text, page


async def test_an_authority_that_decided_is_named_in_the_readers_language(site):
    decided = {
        "kind": "listing",
        "scheme": "tw-taipei",
        "authority": "臺北市政府",
        "document_no": "府字第1號",
    }
    ds = site([make_tree(designations=[{**decided, "authority_en": "Taipei City Government"}])])
    chinese, english = [(await ds.client.get(f"{prefix}/tree/768")).text for prefix in ("", "/en")]
    assert '<span lang="zh-Hant">臺北市政府</span> <span lang="zh-Hant">府字第1號</span>' in chinese
    assert '<span lang="en">Taipei City Government</span> <span lang="zh-Hant">府字第1號</span>' in english


async def test_two_authorities_of_one_jurisdiction_have_cards_of_their_own(site):
    parks = make_authority("parks", name_zh="公園處", name_en="Parks Office")
    trees = [
        make_tree("1", lon=121.5, lat=25.0), make_tree("2", lon=121.6, lat=25.1),
        make_tree("3", lon=121.55, lat=25.05, authority_id="parks"),
    ]  # fmt: skip
    ds = site(trees, authorities=[make_authority(), parks])
    cards = re.findall(r'<article class="authority">.*?</article>', (await ds.client.get("/en/")).text, re.S)
    assert [re.search(r"<h3><a[^>]*>([^<]+)", card)[1] for card in cards] == [
        "Taipei City Government",
        "Parks Office",
    ]
    assert [card.count("h0") for card in cards] == [2, 1]
    for card, trees_of in zip(cards, ("2 trees", "1 tree"), strict=True):
        address = re.search(r'<h3><a href="([^"]+)"', card)[1]
        assert trees_of in said((await ds.client.get(address)).text)
    assert "Parks Office" in (await ds.client.get("/en/search")).text


async def test_one_authority_in_a_jurisdiction_is_titled_by_it(site):
    text = (await site().client.get("/en/")).text
    assert '<h3><a href="/en/search?jurisdiction=tw-taipei" lang="en">Taipei</a>' in text
    assert "authority=" not in (await site().client.get("/en/search")).text


async def test_nothing_missing_is_not_counted_and_one_month_is_one_month(site):
    inspected = [{"last_inspected_on": "2018-05-02"}, {"last_inspected_on": "2018-05-30"}]
    whole = [make_tree(str(n), girth_cm=100, **facts) for n, facts in enumerate(inspected)]
    text = said((await site(whole).client.get("/")).text)
    assert "来源未载" not in text
    assert "2018-05 检查" in text
    assert "2018-05 至 2018-05" not in text
    part = [make_tree("1"), make_tree("2", girth_cm=100, last_inspected_on="2018-05-02")]
    assert "另 1 株来源未载" in said((await site(part).client.get("/")).text)


async def test_the_head_of_the_history_is_the_newest_hash(site):
    text = (await site().client.get("/download")).text
    assert "最新哈希" in text
    assert "历史链末端" not in text


@pytest.mark.parametrize("path", ["/public/-/query?sql=", "/public?sql=", "/public.json?sql="])
async def test_a_query_that_sqlite_refuses_is_not_logged(site, path, capsys, caplog):
    answer = await site().client.get(f"{path}select+x+from+nothing_{'x' * 300}", follow_redirects=True)
    logged = "".join(capsys.readouterr()) + caplog.text
    assert answer.status_code in {400, 404} or IS_NEXT  # which shows its form again, with the error
    assert "conn=" not in logged
    assert "x" * 201 not in logged
