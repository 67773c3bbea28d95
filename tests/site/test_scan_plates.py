"""Plates of other makers and former hosts: found by a scan and by what is pasted into the search."""

import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest
from editions import make_plate, make_tag, make_tree, printed_tag

from registry.rules.addresses import encode_segment
from registry.rules.tag_codes import plate_ending

OLD = "http://gs.example.gov.cn/t?id=0023&k=树"
KNOWN = "这块牌子不是我们发的，但管理部门已登记。"


def carrying(*texts):
    return make_tree(plates=[make_plate(text) for text in texts])


@pytest.mark.parametrize("text", ["LH-0023", "旧牌 23号", OLD, "100%", "~41", "A/B"])
@pytest.mark.parametrize("written", [encode_segment, lambda text: quote(text, safe="")])
async def test_a_bound_plate_leads_to_its_tree_and_is_not_called_genuine(site, text, written):
    answer = await site([carrying(text)]).client.get(f"/T/{written(text)}")
    assert answer.status_code == 200
    assert KNOWN in answer.text
    assert "2026年5月6日绑定。" in answer.text
    assert "榕" in answer.text
    assert "这块牌子是真的" not in answer.text


async def test_a_former_host_that_sends_on_leads_to_the_tree(site):
    plate = make_plate(plate_ending("HTTPS://OLD.EXAMPLE/T/7K2M9QXA-ABCDEFGHIJKLMNOP"))
    ds = site([make_tree(plates=[plate])])
    assert KNOWN in (await ds.client.get("/T/7k2m9qxa-abcdefghijklmnop")).text


async def test_a_plate_that_nobody_bound_is_unknown(site):
    answer = await site([carrying("LH-0023")]).client.get("/T/LH-0024")
    assert answer.status_code == 404
    assert KNOWN not in answer.text


async def test_a_tag_of_ours_is_judged_as_ours_whatever_plates_are_bound(site):
    ds = site([make_tree(tags=[make_tag()], plates=[make_plate("LH-0023")])])
    assert "这块牌子是真的。" in (await ds.client.get(f"/T/{printed_tag()}")).text


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hant"])
@pytest.mark.parametrize("text", [OLD, "旧牌23号"])
async def test_what_a_plate_says_can_be_pasted_into_the_search(site, prefix, text):
    ds = site([carrying(text)])
    answer = await ds.client.get(f"{prefix}/search?q={quote(text + ' ', safe='')}")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{prefix}/T/{encode_segment(text)}"
    assert (await ds.client.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize("host", ["HTTPS://TREES.EXAMPLE/T/", "https://old.example/x/T/", ""])
async def test_the_text_of_our_own_tag_can_be_pasted_as_well(site, host):
    ds = site([make_tree(tags=[make_tag()])])
    answer = await ds.client.get(f"/search?q={quote(host + printed_tag(), safe='')}")
    assert answer.headers["location"] == f"/T/{printed_tag()}"


async def test_a_number_that_a_plate_happens_to_say_still_finds_its_tree(site):
    ds = site([make_tree(tree_no="0023", plates=[make_plate("0023")])])
    answer = await ds.client.get("/search?q=0023")
    assert answer.status_code == 200
    assert "/tree/" in answer.text


async def test_an_edition_that_tells_no_plates_still_answers(site):
    ds = site([make_tree(tags=[make_tag()])])
    with closing(sqlite3.connect(ds.get_database("public").path)) as db, db:
        db.execute("DROP TABLE plate")
    assert (await ds.client.get("/T/LH-0023")).status_code == 404
    assert (await ds.client.get(f"/search?q={quote(OLD, safe='')}")).status_code == 200
