"""The page behind the QR code of a dossier: genuine, forged, cut short, out of date."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from editions import make_area, make_grove, make_tree

from registry.proof_records import KINDS, Statement, prove
from registry.vocab.document_words import DOCUMENTS

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
UUID_768 = "11111111-2222-4333-8444-555555555555"


def token_of(
    key=KEY, *, seq=12, uuid=UUID_768, kind="tree", made_at=datetime(2026, 3, 1, tzinfo=UTC), **facts
):
    statement = Statement(kind, uuid, "768", "名册", made_at, "ab" * 32, seq, "cd" * 32, **facts)
    return prove(statement, b"{}", key.sign, key.public_key().public_bytes_raw()).token


def opened(site, *, history=(12,), made_at="2026-03-04T05:06:07+00:00"):
    events = [
        {"seq": seq, "at": "2026-03-01T00:00:00+00:00", "kind": "tree:edit", "fields": [], "hash": "0" * 64}
        for seq in history
    ]
    return site([make_tree(uuid=UUID_768, history=events)], facts={"public_key": PUBLIC, "made_at": made_at})


async def test_a_document_of_ours_is_named_genuine_with_its_tree_event_and_check_code(site):
    ds, token = opened(site), token_of()
    for path, said in (
        (f"/CHECK/{token.text}", "这份文件是真的"),
        (f"/en/check/{token.text.lower()}", "This document is genuine"),
    ):
        answer = await ds.client.get(path)
        assert answer.status_code == 200
        assert said in answer.text
        assert token.check_code in answer.text
        assert "/tree/768" in answer.text
    assert "2026年3月4日的发布版中" in (await ds.client.get(f"/check/{token.text}")).text


async def test_a_file_that_changed_since_is_said_to_have_changed(site):
    text = (await opened(site, history=(12, 31)).client.get(f"/check/{token_of().text}")).text
    assert "已经变更" in text
    assert "第 31 号" in text


async def test_an_edition_older_than_the_document_says_that_it_cannot_tell(site):
    ds = opened(site, made_at="2026-01-01T00:00:00+00:00")
    assert "无法判断" in (await ds.client.get(f"/check/{token_of().text}")).text


async def test_a_record_that_the_edition_does_not_show_stays_unnamed(site):
    token = token_of(uuid="99999999-2222-4333-8444-555555555555", is_restricted=True)
    text = (await opened(site).client.get(f"/check/{token.text}")).text
    assert "这份文件是真的" in text
    assert "本发布版未列出的记录" in text
    assert "仅限内部使用" in text
    assert "/tree/768" not in text


async def test_what_another_key_signed_is_not_ours(site):
    answer = await opened(site).client.get(f"/check/{token_of(OTHER).text}")
    assert answer.status_code == 404
    assert "不是我们出具的文件" in answer.text
    assert "这份文件是真的" not in answer.text


@pytest.mark.parametrize("place", [0, 5, 30, 60, 110, 150, 194])
async def test_one_altered_character_is_never_genuine(site, place):
    text = token_of().text
    altered = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    answer = await opened(site).client.get(f"/check/{altered}")
    assert answer.status_code == 404
    assert "这份文件是真的" not in answer.text


@pytest.mark.parametrize("segment", ["A", "%E5%9D", "A" * 196, "A" * 5000, "../etc", "-"])
async def test_whatever_is_no_code_is_called_none(site, segment):
    answer = await opened(site).client.get(f"/check/{segment}")
    assert answer.status_code == 404
    assert "这份文件是真的" not in answer.text


async def test_the_page_without_a_code_says_how_it_is_used(site):
    for path in ("/check", "/check/"):
        answer = await opened(site).client.get(path)
        assert answer.status_code in (200, 301, 302, 307, 308)
    assert "末页" in (await opened(site).client.get("/check")).text


async def test_an_edition_without_a_key_calls_nothing_genuine(site):
    ds = site([make_tree(uuid=UUID_768)])
    assert (await ds.client.get(f"/check/{token_of().text}")).status_code == 404


AREAS = {"grove": "grove", "garden": "garden", "place": "landmark", "element": "element"}


@pytest.mark.parametrize("kind", AREAS)
async def test_a_document_of_an_area_leads_to_its_page_and_says_whether_it_has_changed(site, kind):
    event = {"at": "2026-03-01T00:00:00+00:00", "kind": "grove:edit", "fields": [], "hash": "0" * 64}
    area = (make_grove if kind == "grove" else make_area)("G1", uuid=UUID_768, history=[{**event, "seq": 12}])
    if kind in {"place", "element"}:
        area["subkind"] = "village" if kind == "place" else "bridge"
    if kind == "garden":
        area["listings"] = []
    made = {"facts": {"public_key": PUBLIC, "made_at": "2026-03-04T05:06:07+00:00"}}
    client = site([make_tree()], **{f"{kind}s": [area]}, **made).client
    text = (await client.get(f"/check/{token_of(kind=kind).text}")).text
    assert "这份文件是真的" in text
    assert f'href="/{AREAS[kind]}/G1"' in text
    assert "2026年3月4日的发布版中" in text
    changed = (await client.get(f"/check/{token_of(kind=kind, seq=11).text}")).text
    assert "第 12 号" in changed
    assert "柏树坡" in (await client.get(f"/en/check/{token_of(kind=kind).text}")).text


@pytest.mark.parametrize(
    ("kind", "zh", "en"),
    [
        ("booklet", "多株树的档案汇编", "booklet of several trees"),
        ("strategy", "一树一策方案", "strategy"),
        ("opinion", "保护范围核查意见", "opinion on a footprint"),
        ("letter", "养护责任书", "care letter"),
        ("list", "保护名录", "protection list"),
    ],
)
async def test_a_paper_is_called_what_it_is_and_named_by_nothing_else(site, kind, zh, en):
    client = opened(site).client
    token = token_of(kind=kind, uuid="99999999-2222-4333-8444-555555555555", is_restricted=True)
    for path, word in ((f"/check/{token.text}", zh), (f"/en/check/{token.text}", en)):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert word in answer.text
        assert "768" not in answer.text.replace(token.text, "")


def test_every_kind_of_document_has_a_word():
    assert tuple(DOCUMENTS) == KINDS
