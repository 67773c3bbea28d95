"""The scan page: the four states of a tag, its weight, whom to call."""

import re
import sqlite3
from contextlib import closing
from urllib.parse import unquote

import pytest
from editions import make_authority, make_tag, make_tree, printed_tag

STATES = [
    ("issued", "这块牌子是真的。", "This tag is genuine."),
    ("replaced", "这块牌子已经更换。", "This tag has been replaced."),
    ("withdrawn", "这块牌子已经作废。", "This tag has been withdrawn."),
]


@pytest.mark.parametrize(("state", "zh", "en"), STATES)
async def test_a_tag_says_its_state(site, state, zh, en):
    ds = site([make_tree(tags=[make_tag(state=state, ended_on=None if state == "issued" else "2026-05-01")])])
    for path, said in ((f"/T/{printed_tag()}", zh), (f"/en/t/{printed_tag().lower()}", en)):
        answer = await ds.client.get(path)
        assert answer.status_code == 200
        assert said in answer.text
        others = {text for _, *texts in STATES for text in texts} - {zh, en}
        assert not [text for text in others if text in answer.text]


@pytest.mark.parametrize(
    "code", ["7K2M9QXA-AAAAAAAAAAAAAAAA", "nonsense", "", "%E5%9D", "A" * 5000, "7K2M9QXA-ABC-D"]
)
async def test_a_tag_that_was_never_issued_is_never_shown_as_genuine(site, code):
    ds = site([make_tree(tags=[make_tag()])])
    answer = await ds.client.get(f"/T/{code}")
    assert answer.status_code == 404
    assert "我们没有发过这块牌子" in answer.text
    assert "榕" not in answer.text


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("7K2M9QXA", 8),
        ("7k2m9qxa", 8),
        ("7K2M%209QXA-", 8),
        ("7K2M9QXA-ABC", 11),
        ("7K2M9QXA" + "A" * 15, 23),
    ],
)
async def test_a_code_cut_short_is_called_incomplete_and_nothing_worse(site, code, given):
    ds = site([make_tree(tags=[make_tag()])])
    answer = await ds.client.get(f"/T/{code}")
    assert answer.status_code == 404
    assert f"完整的牌号有 24 位，这里只有 {given} 位。" in answer.text
    assert "分不出牌子的真假" in answer.text
    assert 'action="/search"' in answer.text
    assert "请不要相信它" not in answer.text
    assert 'class="verdict bad"' not in answer.text
    assert "榕" not in answer.text
    english = (await ds.client.get(f"/en/T/{code}")).text
    assert "This code is not complete" in english
    assert 'action="/en/search"' in english


async def test_tag_and_tree_say_the_same_of_the_story(site):
    stories = [
        ({"withheld": ["history_text"]}, "有记载，尚未公开。"),
        ({"withheld": ["notes"]}, "有记载，尚未公开。"),
        ({"notes": "相传为宋代所植。", "withheld": ["history_text"]}, "相传为宋代所植。"),
        ({}, "来源没有记载。"),
    ]
    codes = [f"7K2M9QX{letter}" for letter in "ABCD"]
    trees = [
        make_tree(code, tags=[make_tag(code)], **facts)
        for code, (facts, _) in zip(codes, stories, strict=True)
    ]
    ds = site(trees)
    told = {said for _, said in stories}
    for code, (_, said) in zip(codes, stories, strict=True):
        for path in (f"/T/{printed_tag(code)}", f"/tree/{code}"):
            text = (await ds.client.get(path)).text
            assert {other for other in told if other in text} == {said}, path


async def test_the_place_of_a_tag_is_in_the_readers_language_as_far_as_it_has_names(site):
    ds = site([make_tree(tags=[make_tag()], division_path_en=["Taipei", "萬華區"])])
    english = (await ds.client.get(f"/en/T/{printed_tag()}")).text
    assert (
        'in <span lang="en" class="word">Taipei</span>, <span lang="zh-Hant" class="word">萬華區' in english
    )
    assert "臺北市 萬華區" not in english
    chinese = re.sub("<[^>]+>", "", (await ds.client.get(f"/T/{printed_tag()}")).text)
    assert "在臺北市 萬華區。" in chinese


async def test_reporting_fills_in_number_and_time(site):
    duty = [make_authority(duty_phone="02 2720 8889", duty_mail="duty@example.org")]
    ds = site([make_tree("AFCD/KS/005", tags=[make_tag()])], authorities=duty)
    text = (await ds.client.get(f"/T/{printed_tag()}")).text
    assert 'href="tel:0227208889"' in text
    mail = unquote(re.search(r'href="(mailto:[^"]+)"', text)[1])
    assert "AFCD/KS/005" in mail
    assert re.search(r"扫码时间 20\d\d-\d\d-\d\d \d\d:\d\d", mail)


async def test_the_scan_page_weighs_less_than_50_kb(site):
    ds = site(
        [make_tree(tags=[make_tag()], history_text="古" * 5000)], authorities=[make_authority(duty_phone="1")]
    )
    page = await ds.client.get(f"/T/{printed_tag()}", headers={"accept-encoding": "identity"})
    parts = re.findall(r'(?:href|src)="(/-/gushu/static/[^"]+)"', page.text)
    weight = len(page.content)
    for part in parts:
        weight += len((await ds.client.get(part, headers={"accept-encoding": "identity"})).content)
    assert parts
    assert weight <= 50_000
    assert "<script>" not in page.text
    assert re.findall(r'<button[^>]* id="aloud"[^>]*>', page.text)[0].count(" hidden") == 1


async def test_one_form_serves_different_trees(site):
    codes = ["7K2M9QXA", "7K2M9QXB", "7K2M9QXC"]
    trees = [
        make_tree("1", tags=[make_tag(codes[0])], name_zh="樟<b>", girth_cm=100),
        make_tree("2", tags=[make_tag(codes[1])], girth_cm=200),
        make_tree("3", tags=[make_tag(codes[2])], height_m=12, protection_grade="2"),
    ]
    ds = site(trees)
    texts = [(await ds.client.get(f"/T/{printed_tag(code)}")).text for code in codes]
    assert "樟&lt;b&gt;" in texts[0]
    assert "樟" not in texts[1]
    assert "200 <small>cm" in texts[1]
    assert "12 <small>m" in texts[2]
    assert "未测" in texts[2]
    assert not [text for text in texts if "\x02" in text]


async def test_a_tag_says_when_the_tree_was_visited_and_will_be_again(site):
    tree = make_tree(tags=[make_tag()], last_inspected_on="2026-03-02", next_visit_on="2027-03-01")
    ds = site([tree])
    chinese = (await ds.client.get(f"/T/{printed_tag()}")).text
    assert "最近一次查看：2026年3月2日。下次查看不晚于 2027年3月1日。" in chinese
    english = (await ds.client.get(f"/en/T/{printed_tag()}")).text
    assert "Last visited on 2 March 2026. Somebody will look after it again by 1 March 2027." in english


async def test_the_way_to_the_tree_is_told_only_where_its_place_is_public(site):
    shown = (await site([make_tree(tags=[make_tag()])]).client.get(f"/T/{printed_tag()}")).text
    assert 'data-lon="121.505600" data-lat="25.023200"' in shown
    for facts in ({"position_precision": "0.01", "lon": 121.505, "lat": 25.025}, {"lon": None, "lat": None}):
        page = await site([make_tree(tags=[make_tag()], **facts)]).client.get(f"/T/{printed_tag()}")
        assert 'id="where"' not in page.text
        assert "121.5" not in page.text
    withdrawn = site([make_tree(tags=[make_tag(state="withdrawn")])])
    assert 'id="where"' not in (await withdrawn.client.get(f"/T/{printed_tag()}")).text


async def test_an_edition_made_before_next_visits_still_tells_genuine_tags(site, tmp_path):
    ds = site([make_tree(tags=[make_tag()])])
    with closing(sqlite3.connect(tmp_path / "public.gpkg")) as db, db:
        db.execute("ALTER TABLE tree DROP COLUMN next_visit_on")
    assert (await ds.client.get(f"/T/{printed_tag()}")).status_code == 200
