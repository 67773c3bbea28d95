"""The scan page of a signed tag, and of one whose key has leaked."""

import base64
import json
import sqlite3
from contextlib import closing

import pytest
from editions import KEY, make_tag, make_tree, printed_tag

from registry.rules.tag_signatures import public_half, signed_text

GENUINE, SIGNED, FORGED = "这块牌子是真的。", "签名验证无误。", "我们没有发过这块牌子"


def with_keys(ds, *keys: bytes):
    told = {str(number): base64.b64encode(public_half(key)).decode() for number, key in enumerate(keys)}
    with closing(sqlite3.connect(ds.get_database("public").path)) as db, db:
        db.execute("INSERT OR REPLACE INTO edition VALUES ('tag_keys', ?)", (json.dumps(told),))
    return ds


async def test_a_good_signature_is_said_beside_the_tree(site):
    ds = with_keys(site([make_tree(tags=[make_tag()])]), b"older", KEY)
    answer = await ds.client.get(f"/T/{signed_text(printed_tag(), KEY)}")
    assert answer.status_code == 200
    assert GENUINE in answer.text
    assert SIGNED in answer.text
    assert SIGNED not in (await ds.client.get(f"/T/{printed_tag()}")).text


@pytest.mark.parametrize("other", [b"x" * 32, b"y" * 32])
async def test_a_signature_by_another_key_is_no_tag_of_ours(site, other):
    ds = with_keys(site([make_tree(tags=[make_tag()])]), KEY)
    answer = await ds.client.get(f"/T/{signed_text(printed_tag(), other)}")
    assert answer.status_code == 404
    assert FORGED in answer.text
    assert "榕" not in answer.text


async def test_an_edition_without_keys_goes_by_the_check(site):
    answer = await site([make_tree(tags=[make_tag()])]).client.get(f"/T/{signed_text(printed_tag(), KEY)}")
    assert GENUINE in answer.text
    assert SIGNED not in answer.text


async def test_a_signed_tag_that_is_younger_than_the_edition_is_not_called_forged(site):
    ds = with_keys(site([make_tree(tags=[make_tag()])]), KEY)
    answer = await ds.client.get(f"/T/{signed_text(printed_tag('0123ABCD'), KEY)}")
    assert answer.status_code == 200
    assert "签名是我们的。" in answer.text
    assert "0123ABCD" in answer.text
    assert FORGED not in answer.text


async def test_a_tag_whose_key_has_leaked_is_not_genuine_any_more(site):
    answer = await site([make_tree(tags=[make_tag(state="revoked")])]).client.get(f"/T/{printed_tag()}")
    assert "这块牌子已不能算真。" in answer.text
    assert GENUINE not in answer.text
