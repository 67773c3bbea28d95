"""Nothing private of stories and walks leaves: in the edition, on any page, in GPX and leaflet."""

from datetime import date
from pathlib import Path
from typing import Any

from leak_kit import (
    EXACT_NO,
    EXACT_ZONE,
    GENERALISED_NO,
    NOW,
    SECRET_POINT,
    Office,
    plant,
    publish_again,
    site_answers,
    unpacked,
)
from sqlmodel import Session, select

from registry.commands.stories import StoryDraft, add_story, release_story, review_story, translate_story
from registry.commands.walks import StopDraft, WalkDraft, keep_walk, release_walk
from registry.db import transaction
from registry.models import Tree

PRIVATE = {
    "teller": "逯讲述",
    "collector": "厍采集",
    "reviewer": "蔚复核",
    "releaser": "郏主任",
    "translator": "麴译者",
    "draft": "待审故事的私话",
    "household": "故事里某家院内的话",
    "of a hidden tree": "隐秘之树的传说",
    "source": "来源电话 0355-8769999",
    "stop": "站点说明里的电话 13800138999",
    "near": "隐秘树旁的休息点",
}
DAYS: dict[str, Any] = {"today": NOW.date(), "actor": "test", "now": NOW}
ADDRESSES = ["/stories", "/walks", "/story/ST-0001", "/walk/WK-0001", "/walk/WK-0001.gpx",
             "/walk/WK-0001/leaflet.pdf", "/en/walk/WK-0001", "/zh-hant/stories", "/stories?q=故事",
             f"/tree/{EXACT_NO}", f"/tree/{GENERALISED_NO}"]  # fmt: skip


def told(session: Session, number: str, *, is_released: bool = True, **facts: Any) -> None:
    tree = session.exec(select(Tree).where(Tree.tree_no == number)).one()
    people = {"teller": PRIVATE["teller"], "collector": PRIVATE["collector"]}
    draft = StoryDraft(
        ("tree", tree.id, number), **{"title": "公开的故事", "text": "公开的话", **people, **facts}
    )
    story, _new = add_story(session, draft, **DAYS)
    translate_story(
        session, story, "en", "A public story", "Public words", translator=PRIVATE["translator"],
        actor="test", now=NOW,
    )  # fmt: skip
    if is_released:
        review_story(session, story, by=PRIVATE["reviewer"], on=date(2026, 2, 1), **DAYS)
        release_story(session, story, by=PRIVATE["releaser"], on=date(2026, 2, 1), **DAYS)


def office_with_culture(folder: Path) -> Office:
    office = plant(folder)
    with transaction(office.engine) as session:
        told(session, EXACT_NO, source_text=PRIVATE["source"], collected_on=date(2026, 1, 1))
        told(session, EXACT_NO, title="待审", text=PRIVATE["draft"], is_released=False)
        told(session, EXACT_NO, title="院内", text=PRIVATE["household"])
        told(session, GENERALISED_NO, title=PRIVATE["of a hidden tree"])
        trees = {tree.tree_no: tree.id for tree in session.exec(select(Tree))}
        stops = [
            StopDraft(lon=EXACT_ZONE[0], lat=EXACT_ZONE[1], name="起点", text=PRIVATE["stop"]),
            StopDraft(at=("tree", trees[EXACT_NO], EXACT_NO)),
            StopDraft(at=("tree", trees[GENERALISED_NO], GENERALISED_NO), text="到了隐秘树"),
            StopDraft(lon=SECRET_POINT[0] + 0.0004, lat=SECRET_POINT[1], name=PRIVATE["near"]),
        ]
        walk, _new = keep_walk(session, WalkDraft({"title": "一条路线"}, stops), actor="test", now=NOW)
        release_walk(session, walk, by=PRIVATE["releaser"], on=date(2026, 2, 1), **DAYS)
    publish_again(office)
    return office


async def test_no_private_word_of_a_story_or_walk_is_in_any_public_byte(tmp_path: Path) -> None:
    office = office_with_culture(tmp_path / "office")
    answers = await site_answers(office, ADDRESSES)
    assert "公开的故事" in answers["/stories"].decode()
    assert "一条路线" in answers["/walk/WK-0001"].decode()
    assert answers["/walk/WK-0001/leaflet.pdf"].startswith(b"%PDF")
    files = {**answers, "public.gpkg": office.edition.read_bytes()}
    for name, content in files.items():
        is_database = content.startswith(b"SQLite format 3")  # its texts stand in it as they are
        for part in [content] if is_database else unpacked(name, content):
            for what, value in PRIVATE.items():
                assert value.encode() not in part, (what, name)
            assert "到了隐秘树".encode() not in part, name


async def test_a_walk_says_how_many_stops_are_hidden_and_no_more(tmp_path: Path) -> None:
    office = office_with_culture(tmp_path / "office")
    answers = await site_answers(office, ["/walk/WK-0001", "/walk/WK-0001.gpx"])
    page, gpx = (answers[address].decode() for address in ("/walk/WK-0001", "/walk/WK-0001.gpx"))
    assert "另有 2 站位置受保护" in page
    assert gpx.count("<wpt") <= 2
    assert GENERALISED_NO not in page + gpx
