"""The scan page of a tag that is bound to nothing, of a damaged one and of a lost one."""

import sqlite3
from contextlib import closing

import pytest
from editions import make_tag, make_tree, printed_tag


@pytest.mark.parametrize(
    ("state", "said"), [("blank", "这块牌子是真的，还没有绑定树木。"), ("withdrawn", "它从未绑定过树木。")]
)
async def test_a_tag_without_a_tree_is_genuine_and_says_so(site, state, said):
    blank = make_tag(state=state, tree_uuid=None, ended_on=None if state == "blank" else "2026-05-01")
    answer = await site([make_tree(tags=[blank])]).client.get(f"/T/{printed_tag()}")
    assert answer.status_code == 200
    assert said in answer.text
    assert "7K2M9QXA" in answer.text
    assert "我们没有发过这块牌子" not in answer.text
    assert "榕" not in answer.text


@pytest.mark.parametrize(("condition", "said"), [("lost", "已报遗失"), ("damaged", "已报损坏")])
async def test_a_lost_or_damaged_tag_stays_genuine_and_says_so(site, condition, said):
    ds = site([make_tree(tags=[make_tag(condition=condition)])])
    text = (await ds.client.get(f"/T/{printed_tag()}")).text
    assert "这块牌子是真的。" in text
    assert said in text


async def test_an_ended_tag_is_not_said_to_be_lost(site):
    ds = site([make_tree(tags=[make_tag(state="replaced", ended_on="2026-05-01", condition="lost")])])
    assert "已报遗失" not in (await ds.client.get(f"/T/{printed_tag()}")).text


async def test_an_edition_that_does_not_tell_the_condition_still_answers(site, tmp_path):
    ds = site([make_tree(tags=[make_tag()])])
    path = ds.get_database("public").path
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE tag DROP COLUMN condition")
    assert "这块牌子是真的。" in (await ds.client.get(f"/T/{printed_tag()}")).text
