"""Stories and walks: kept with their people, reviewed, released, taken back; the history tells it all."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from case_kit import ACTOR, make_trees, tree_of
from register_kit import NOW, make_csv
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.care_errors import CultureError, CultureNotFoundError
from registry.cli.story_rows import import_stories, write_rejected
from registry.commands.comparing import deviations
from registry.commands.erasing import erase_party
from registry.commands.merging import merge_trees
from registry.commands.register import change_setting
from registry.commands.stories import (
    StoryDraft,
    add_story,
    edit_story,
    find_story,
    release_story,
    retract_story,
    review_story,
    translate_story,
)
from registry.commands.verifying import verify_history
from registry.commands.walks import StopDraft, WalkDraft, find_walk, keep_walk, release_walk, retract_walk
from registry.db import open_register, reading, transaction
from registry.keys import key_path, read_keys
from registry.models import Story, StoryText, Tree, WalkStop
from registry.photos import PhotoStore
from registry.publish import publish
from registry.vocab.culture_words import Reliability, StoryState, WalkState
from registry.vocab.language import translator
from registry.vocab.words import Precision

TODAY = NOW.date()
TELLER = "甄讲述"
DAYS: dict[str, Any] = {"today": TODAY, **ACTOR}


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    return engine


def about(session: Session, number: str = "甲-1") -> tuple[str, str, str]:
    return "tree", tree_of(session, number).id, number


def told(session: Session, **more: Any) -> Story:
    usual: dict[str, Any] = {
        "about": about(session),
        "title": "一则故事",
        "text": "树下的一段话。",
        "teller": TELLER,
    }
    return add_story(session, StoryDraft(**{**usual, **more}), **DAYS)[0]


def released(session: Session, **more: Any) -> Story:
    story = told(session, **more)
    review_story(session, story, by="乙复核", on=TODAY, **DAYS)
    release_story(session, story, by="丙主任", on=TODAY, **DAYS)
    return story


def walked(session: Session, *stops: StopDraft, **values: Any) -> Any:
    both = [StopDraft(at=about(session, number)) for number in ("甲-1", "甲-2")]
    draft = WalkDraft({"title": "一条路线", **values}, stops or both)
    walk, _what = keep_walk(session, draft, **ACTOR)
    release_walk(session, walk, by="丙主任", on=TODAY, **DAYS)
    return walk


def is_true(engine: Engine) -> None:
    with reading(engine) as session:
        assert [(each.kind, each.field) for each in deviations(session)] == []
        assert verify_history(session)


def edition(engine: Engine, folder: Path, address: str) -> dict[str, list[dict[str, Any]]]:
    """What the next edition has of stories and walks."""
    out = folder / "public.gpkg"
    publish(
        engine, out, keys=read_keys(key_path(address)), photos=PhotoStore(folder / "p"), actor="t", now=NOW
    )
    with closing(sqlite3.connect(out)) as db:
        db.row_factory = sqlite3.Row
        tables = ("story", "story_text", "walk", "walk_stop", "edition")
        return {name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in tables}


def held(found: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    text = next(row["value"] for row in found["edition"] if row["key"] == "withheld")
    return {what: count for what, count in json.loads(text).items() if what.startswith(("story", "walk"))}


def test_the_history_holds_whatever_was_done(engine: Engine) -> None:
    with transaction(engine) as session:
        story = released(session)
        translate_story(session, story, "en", "A story", "Words.", translator="丁译者", **ACTOR)
        edit_story(session, story, {"reliability": Reliability.ORAL}, **DAYS)
        walk = walked(session, author="晋城市园林局")
        keep_walk(session, WalkDraft({}, [StopDraft(lon=112.0, lat=35.0, name="点")], walk.code), **ACTOR)
        retract_walk(session, walk, reason="改道", **ACTOR)
    is_true(engine)


def test_a_story_altered_behind_the_registers_back_is_found(engine: Engine) -> None:
    with transaction(engine) as session:
        told(session)
    with transaction(engine) as session:
        session.exec(select(Story)).one().text = "另一段话"
    with reading(engine) as session:
        assert [(each.kind, each.field) for each in deviations(session)] == [("story", "text")]


def test_nobody_reviews_their_own_story_and_nothing_is_released_unread(engine: Engine) -> None:
    with transaction(engine) as session:
        story = told(session)
        with pytest.raises(CultureError, match="review it first"):
            release_story(session, story, by="丙主任", on=TODAY, **DAYS)
        with pytest.raises(CultureError, match="second person"):
            review_story(session, story, by=TELLER, on=TODAY, **DAYS)


@pytest.mark.parametrize("change", ["text", "translation"])
def test_new_words_must_be_read_again(engine: Engine, change: str) -> None:
    with transaction(engine) as session:
        story = released(session)
        if change == "text":
            edit_story(session, story, {"text": "别的话"}, **DAYS)
        else:
            translate_story(session, story, "en", "A", "B", **ACTOR)
        assert (story.state, story.released_on, story.reviewer_id) == (StoryState.DRAFT, None, None)


def test_the_same_story_and_walk_again_change_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        story, walk = released(session), walked(session)
        usual = StoryDraft(about(session), "一则故事", "树下的一段话。", teller=TELLER)
        assert add_story(session, usual, **DAYS)[1] == "same"
        stops = [StopDraft(at=about(session, number)) for number in ("甲-1", "甲-2")]
        assert keep_walk(session, WalkDraft({"title": "一条路线"}, stops), **ACTOR)[1] == "same"
        assert (story.state, walk.state) == (StoryState.RELEASED, WalkState.RELEASED)


def test_what_was_taken_back_is_not_in_the_next_edition(
    engine: Engine, tmp_path: Path, register_address: str
) -> None:
    with transaction(engine) as session:
        story, walk = released(session), walked(session)
        code, walk_code = story.code, walk.code
    found = edition(engine, tmp_path, register_address)
    assert [row["title"] for row in found["story"]] == ["一则故事"]
    assert [row["stop_count"] for row in found["walk"]] == [2]
    with transaction(engine) as session:
        retract_story(session, find_story(session, code), reason="来源存疑", **ACTOR)
        retract_walk(session, find_walk(session, walk_code), reason="改道", **ACTOR)
    found = edition(engine, tmp_path, register_address)
    assert not any(found[name] for name in ("story", "story_text", "walk", "walk_stop"))


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({}, None),
        ({"consent": "同意书1"}, TELLER),
        ({"is_historic_teller": True}, TELLER),
        ({"teller": "晋城市园林局"}, "晋城市园林局"),
    ],
)
def test_a_teller_is_named_only_if_a_unit_of_history_or_with_consent(
    engine: Engine, tmp_path: Path, register_address: str, facts: dict[str, Any], name: str | None
) -> None:
    with transaction(engine) as session:
        released(session, **facts)
    assert [row["teller"] for row in edition(engine, tmp_path, register_address)["story"]] == [name]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"text": "王某家院内的老树"}, "story: household"),
        ({"text": "请打 13912345678"}, "story: telephone"),
        ({"text": f"这是{TELLER}讲的"}, "story: person"),
        ({"source_text": "电话 0355-8765432"}, "story source: telephone"),
    ],
)
def test_what_looks_private_is_held_back_though_released(
    engine: Engine, tmp_path: Path, register_address: str, facts: dict[str, Any], reason: str
) -> None:
    with transaction(engine) as session:
        released(session, **facts)
    found = edition(engine, tmp_path, register_address)
    assert held(found)[reason] == 1
    assert all(text not in str(found) for text in facts.values())


def test_a_protected_place_is_told_by_no_story_and_no_stop(
    engine: Engine, tmp_path: Path, register_address: str
) -> None:
    with transaction(engine) as session:
        released(session, about=about(session, "甲-2"))
        near = StopDraft(lon=112.8603, lat=35.5102, name="旁边的点")
        stops = [StopDraft(at=about(session, number)) for number in ("甲-1", "甲-2")]
        walked(session, *stops, near, StopDraft(lon=113.5, lat=36.0, name="远处的点"))
        tree_of(session, "甲-2").position_precision = Precision.LOW
    found = edition(engine, tmp_path, register_address)
    assert found["story"] == []
    assert [(row["place"], row["lon"]) for row in found["walk_stop"]] == [(1, 112.85), (2, 113.5)]
    assert found["walk"][0]["hidden_stops"] == 2
    assert "甲-2" not in str(found)
    assert held(found) == {"story: position": 1, "walk stop: position": 2}


def test_points_of_a_walk_are_as_exact_as_the_law_lets_them_be(
    engine: Engine, tmp_path: Path, register_address: str
) -> None:
    with transaction(engine) as session:
        change_setting(session, "public_position_decimals", "2", **ACTOR)
        stop = StopDraft(lon=113.51234, lat=36.01234, name="点")
        walked(session, stop, StopDraft(at=about(session)))
    rows = edition(engine, tmp_path, register_address)["walk_stop"]
    assert [(row["lon"], row["lat"]) for row in rows] == [(113.51, 36.01), (112.85, 35.5)]


@pytest.mark.parametrize("texts", [True, False])
def test_an_erased_teller_is_gone_and_the_story_must_be_read_again(engine: Engine, texts: bool) -> None:
    with transaction(engine) as session:
        story = released(session, text=f"{TELLER}说：从前……", title=f"{TELLER}的故事", source_text=TELLER)
        translate_story(session, story, "en", "A story", f"{TELLER} said", **ACTOR)
        walked(session, StopDraft(lon=112, lat=35, name=f"{TELLER}旧居"), StopDraft(at=about(session)))
    with transaction(engine) as session:
        report = erase_party(session, TELLER, basis="某法", texts=texts, actor="t", now=NOW)
    with reading(engine) as session:
        row, words = session.exec(select(Story)).one(), session.exec(select(StoryText)).one()
        stop = session.exec(select(WalkStop).where(WalkStop.ordinal == 1)).one()
        assert (row.teller_id, row.state) == (None, StoryState.DRAFT)
        named = [
            TELLER in str(each) for each in (row.text, row.title, row.source_text, words.text, stop.name)
        ]
        assert named == [not texts] * 5
        assert report.credits == 1
        assert len(report.mentions) == (0 if texts else 5)
    is_true(engine)


def test_a_story_and_a_stop_go_on_with_the_tree_that_survives_a_merger(engine: Engine) -> None:
    with transaction(engine) as session:
        told(session, about=about(session, "甲-2"))
        walked(session)
        keep, lose = (tree_of(session, number).id for number in ("甲-1", "甲-2"))
        merge_trees(session, keep, lose, reason="同一株", **ACTOR)
    with reading(engine) as session:
        assert session.exec(select(Story)).one().tree_id == keep
        assert {row.tree_id for row in session.exec(select(WalkStop))} == {keep}
    is_true(engine)


def test_a_file_is_taken_row_by_row_and_taken_once(engine: Engine, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"对象": "甲-1", "标题": "甲", "正文": "一段", "类别": "传说", "可靠程度": "口头流传",
         "讲述人": TELLER,
         "采集日期": "2025年3月4日", "英文标题": "A", "英文正文": "B"},
        {"对象": "没有", "标题": "乙", "正文": "一段"},
        {"对象": "甲-2", "标题": "丙", "正文": "", "类别": "传说"},
        {"对象": "甲-2", "标题": "丁", "正文": "一段", "类别": "奇谈"},
    ]  # fmt: skip
    path = make_csv(tmp_path / "stories.csv", *rows)
    counts = []
    for _time in range(2):
        with transaction(engine) as session:
            done = import_stories(session, path, today=TODAY, actor="t", now=NOW)
        counts.append((done.read, done.new, done.changed, done.same, len(done.rejected)))
    assert counts == [(4, 1, 0, 0, 3), (4, 0, 0, 1, 3)]
    with reading(engine) as session:
        story = session.exec(select(Story)).one()
        assert (story.kind, story.reliability, story.collected_on) == ("legend", "oral", date(2025, 3, 4))
        assert session.exec(select(StoryText)).one().title == "A"
    is_true(engine)


@pytest.mark.parametrize("text", ["=1+1", "-记", "@甲", "'=1", "'", "'一段", "+86"])
def test_a_row_that_was_rejected_runs_no_formula_and_is_read_again_as_it_was(
    engine: Engine, tmp_path: Path, text: str
) -> None:
    path = make_csv(tmp_path / "stories.csv", {"对象": "没有", "标题": text, "正文": text})
    told = []
    for name in ("once.csv", "twice.csv"):
        with transaction(engine) as session:
            done = import_stories(session, path, today=TODAY, actor="t", now=NOW)
        write_rejected(done, path := tmp_path / name, translator("zh"))
        told.append(path.read_bytes())
    assert told[0] == told[1]
    lines = told[0].decode("utf-8-sig").splitlines()
    assert not any(cell.startswith(("=", "-", "@", "+")) for cell in lines[1].split(","))
    (path := tmp_path / "mended.csv").write_bytes(told[0].replace("没有".encode(), "甲-1".encode()))
    with transaction(engine) as session:
        import_stories(session, path, today=TODAY, actor="t", now=NOW)
        story = session.exec(select(Story)).one()
        assert story.title == story.text == (text[1:] if text == "'=1" else text)


@pytest.mark.parametrize(
    "stop",
    [
        StopDraft(),
        StopDraft(lon=112.0, name="没有纬度"),
        StopDraft(lon=35.0, lat=112.0, name="颠倒"),
        StopDraft(at=("tree", "x", "x"), lon=112.0, lat=35.0),
        StopDraft(at=("craft", "x", "x")),
    ],
)
def test_a_stop_is_at_a_record_or_at_a_named_point_and_not_at_both(engine: Engine, stop: StopDraft) -> None:
    with transaction(engine) as session, pytest.raises(CultureError):
        keep_walk(session, WalkDraft({"title": "一条"}, [stop]), **ACTOR)


def test_what_is_not_there_is_said(engine: Engine) -> None:
    with reading(engine) as session:
        with pytest.raises(CultureNotFoundError, match="gushu story list"):
            find_story(session, "ST-9")
        with pytest.raises(CultureNotFoundError, match="gushu walk list"):
            find_walk(session, "WK-9")
        assert session.exec(select(Tree)).all()
