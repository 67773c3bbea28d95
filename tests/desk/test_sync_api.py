"""Phone and server: forms, photos and packages as they go over the line, whatever happens on the way."""

import asyncio
import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from desk_kit import CITY, HERE, THERE, DeskKit, send_back
from PIL import Image
from register_kit import count, import_rows
from sqlmodel import col, select
from submission_kit import AT, jpeg, photo_said, sent

from registry.commands.comparing import deviations
from registry.commands.tags import issue_tags
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.models import Inspection, Photo, Submission, SubmissionPhoto, Tag, Tree
from registry.thumbnails import thumbnails
from registry.vocab.language import translator
from registry.vocab.words import PhotoKind, TagState

NO_CHANGE = {"no_change": True}
FAR = {"lon": 113.06, "lat": 36.05, "accuracy_m": 8.0}


def form(desk: DeskKit, own: str = "visit", number: str = "1", **more: Any) -> dict[str, Any]:
    """A visit that was captured just now."""
    captured = {"captured_at": datetime.now(UTC).isoformat(), **more}
    return sent(own, "visit", NO_CHANGE, desk.tree_ids[number], **captured)


def body(submission: dict[str, Any], sent_at: datetime | None = None) -> bytes:
    at = (sent_at or datetime.now(UTC)).isoformat()
    return json.dumps({"submission": submission, "sent_at": at}).encode()


async def send(client: httpx.AsyncClient, submission: dict[str, Any], **more: Any) -> httpx.Response:
    return await client.post("api/submissions", content=body(submission, **more))


async def put(
    client: httpx.AsyncClient, content: bytes, offset: int = 0, piece: bytes | None = None, name: str = ""
):
    digest = name or hashlib.sha256(content).hexdigest()
    piece = content[offset:] if piece is None else piece
    return await client.put(f"api/photos/{digest}?size={len(content)}&offset={offset}", content=piece)


def assert_whole(desk: DeskKit) -> None:
    """The history holds, and nothing but what the cast's register was made with by hand deviates."""
    with reading(desk.engine) as session:
        verify_history(session)
        assert {each.field for each in deviations(session)} <= {"division_id", "vigour"}


async def test_the_phone_learns_who_it_is(desk: DeskKit):
    async with desk.client("inspector") as phone:
        told = (await phone.get("api/me")).json()
    assert told["account"]["login"] == "inspector"
    assert told["account"]["roles"] == [{"role": "inspector", "division": HERE, "name": "上党区"}]
    assert told["rights"] == ["field", "submit"]
    assert told["csrf"]
    assert told["form"] == 1


async def test_a_session_that_is_over_asks_to_sign_in(desk: DeskKit):
    async with desk.client() as phone:
        answers = [await phone.get("api/me"), await send(phone, form(desk))]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[1].json()["error"]["code"] == "signed_out"


async def test_a_form_without_the_token_of_the_session_is_refused(desk: DeskKit):
    async with desk.client("inspector") as phone:
        del phone.headers["x-gushu-csrf"]
        assert (await send(phone, form(desk))).status_code == 403


async def test_a_form_is_answered_with_what_became_of_it(desk: DeskKit):
    photo = photo_said(jpeg())
    async with desk.client("inspector") as phone:
        answer = (await send(phone, form(desk, photos=[photo]))).json()
    assert answer["state"] == "accepted"
    assert answer["said"] == [translator("zh").gettext("It is on record.")]
    assert answer["record"]["id"] == desk.tree_ids["1"]
    assert answer["photos"] == [
        {"sha256": photo["sha256"], "received": 0, "size": photo["size"], "complete": False}
    ]
    assert answer["problem"] is None
    assert answer["conflicts"] == []


async def test_the_same_form_five_times_in_parallel_is_one_visit(desk: DeskKit):
    submission = form(desk)
    async with desk.client("inspector") as phone:
        answers = await asyncio.gather(*(send(phone, submission) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert (count(desk.engine, Submission), count(desk.engine, Inspection)) == (1, 1)
    assert_whole(desk)


async def test_a_reply_that_was_lost_is_had_by_asking_again(desk: DeskKit):
    submission = form(desk)
    async with desk.client("inspector") as phone:
        first = (await send(phone, submission)).json()
        later = (await send(phone, submission, sent_at=datetime.now(UTC) + timedelta(hours=1))).json()
        states = (await phone.get(f"api/submissions?ids={submission['id']},unknown-0000")).json()
    assert first == later
    assert states["submissions"] == [first]


async def test_the_same_id_with_other_content_is_a_conflict(desk: DeskKit):
    async with desk.client("inspector") as phone:
        await send(phone, form(desk))
        answer = await send(phone, form(desk, number="2"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "submission_conflict")


async def test_what_is_no_form_is_named(desk: DeskKit):
    async with desk.client("inspector") as phone:
        answers = [
            await send(phone, form(desk) | {"content": {"vigour": "splendid"}}),
            await phone.post("api/submissions", content=b"{"),
            await phone.post("api/submissions", content=b'{"submission": [NaN]}'),
            await phone.post("api/submissions", content=b"[" * 100_000),
        ]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert "content.vigour" in answers[0].json()["error"]["message"]


async def test_a_form_that_is_too_large_is_not_read(desk: DeskKit):
    async with desk.client("inspector") as phone:
        answer = await phone.post("api/submissions", content=b" " * (1 << 20) + b"{}")
    assert answer.status_code == 413


async def test_a_form_of_another_district_is_set_aside_and_blocks_nothing(desk: DeskKit):
    async with desk.client("inspector") as phone:
        bad = (await send(phone, form(desk, "bad", "3"))).json()
        good = (await send(phone, form(desk, "good", "1"))).json()
    assert (bad["state"], bad["problem"]["code"], good["state"]) == ("quarantined", "outside", "accepted")


async def test_nobody_asks_for_the_forms_of_another(desk: DeskKit):
    submission = form(desk)
    async with desk.client("inspector") as phone, desk.client("second") as other:
        await send(phone, submission)
        states = (await other.get(f"api/submissions?ids={submission['id']}")).json()
    assert states["submissions"] == []


async def test_a_clock_that_is_off_by_a_year_is_said_and_put_right(desk: DeskKit):
    wrong = datetime.now(UTC) - timedelta(days=365)
    submission = form(desk) | {"captured_at": wrong.isoformat()}
    async with desk.client("inspector") as phone:
        answer = (await send(phone, submission, sent_at=wrong)).json()
    assert "365 天" in answer["said"][1]
    with reading(desk.engine) as session:
        row = session.exec(select(Submission)).one()
        assert abs(row.captured_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_two_inspectors_who_edit_one_field_leave_it_to_a_reviewer(desk: DeskKit):
    tree = desk.tree_ids["1"]
    with transaction(desk.engine) as session:
        from registry.commands.editing import change_record

        change_record(
            session, ("tree", tree, "1"), {"village": "乙村"}, today=datetime.now(UTC).date(),
            actor="account:second", now=datetime.now(UTC),
        )  # fmt: skip
    fields = {"village": {"base": None, "to": "甲村"}, "town": {"base": None, "to": "苏店镇"}}
    async with desk.client("county") as phone:
        answer = (await send(phone, sent("edit", "edit", {"fields": fields}, tree))).json()
    (conflict,) = answer["conflicts"]
    assert answer["state"] == "pending"
    assert (conflict["here"], conflict["theirs"], conflict["by"]) == ("乙村", "甲村", "account:second")
    with reading(desk.engine) as session:
        assert session.get_one(Tree, tree).village == "乙村"


async def test_a_photo_comes_in_pieces_and_joins_its_record(desk: DeskKit):
    content = jpeg(width=900)
    said = photo_said(content, kind="trunk")
    cut = len(content) // 2
    async with desk.client("inspector") as phone:
        await send(phone, form(desk, photos=[said]))
        first = (await put(phone, content, piece=content[:cut])).json()
        far = (await phone.get(f"api/photos/{said['sha256']}")).json()
        last = (await put(phone, content, cut)).json()
        again = (await put(phone, content)).json()
    assert (first["received"], far["received"], first["complete"]) == (cut, cut, False)
    assert last["complete"]
    assert again["complete"]
    assert desk.desk.photos.path(said["sha256"]).read_bytes() == content
    with reading(desk.engine) as session:
        photo, row = session.exec(select(Photo)).one(), session.exec(select(SubmissionPhoto)).one()
        assert (photo.tree_id, photo.kind, photo.is_released) == (desk.tree_ids["1"], "trunk", False)
        assert row.photo_id == photo.id
    assert_whole(desk)


async def test_what_came_back_is_told_as_it_was_sent_until_it_is_sent_anew_and_its_photos_join_the_record(
    desk: DeskKit,
):
    here, lost = jpeg(), jpeg(20)
    taken = {"viewpoint": "base", "taken_at": "2026-03-05T02:00:00Z", "lon": 113.06, "lat": 36.05}
    photos = [photo_said(here, kind="trunk", **taken), photo_said(lost, kind="whole")]
    first = form(desk, fix=FAR, photos=photos)
    async with desk.client("inspector") as phone, desk.client("second") as other:
        await send(phone, first)
        await put(phone, here)
        send_back(desk, first["id"])
        [told] = (await phone.get("api/me")).json()["returned"]
        assert (await other.get("api/me")).json()["returned"] == []
        small = [await each.get(f"api/thumb/{photos[0]['sha256']}") for each in (phone, other)]
        names = ("kind", "record", "captured_on", "fix", "no_fix_reason", "content")
        again = {name: told[name] for name in names if told[name] is not None}
        again |= {"id": "again-0000-0000", "captured_at": told["captured_at"], "replaces": told["id"]}
        again["photos"] = [{**each, "size": each["size"]} for each in told["photos"]]
        done = [each.pop("complete") for each in again["photos"]]
        answer = (await send(phone, {**again, "no_fix_reason": "登记坐标不准"})).json()
        after = (await phone.get("api/me")).json()["returned"]
    assert (told["reason"], told["fix"], told["content"]) == ("请核对", {**FAR, "at": None}, NO_CHANGE)
    assert done == [True, False]
    assert [each["evidence"] for each in again["photos"]] == [False, False]
    assert taken.items() <= again["photos"][0].items()
    assert [each.status_code for each in small] == [200, 404]
    assert (answer["state"], [each["complete"] for each in answer["photos"]]) == ("accepted", [True, False])
    assert after == []
    assert count(desk.engine, Photo) == 1
    assert_whole(desk)


async def test_the_package_of_600_trees_with_photos_full_of_detail_stays_below_30_megabytes(
    desk: DeskKit, tmp_path
):
    numbers = [str(number) for number in range(1001, 1601)]
    rows = [{"no": no, "name": "国槐", "girth": "300", "lon": "113.05", "lat": "36.05"} for no in numbers]
    import_rows(desk.engine, tmp_path, *rows)
    path = tmp_path / "noise.jpg"
    digests = []
    with transaction(desk.engine) as session:
        for tree in session.exec(select(Tree).where(col(Tree.tree_no).in_(numbers))):
            Image.effect_noise((320, 320), 100).save(path, "JPEG", quality=95)
            digest, width, height = desk.desk.photos.keep(path)
            tree.division_id = HERE
            session.add(tree)
            facts = {"kind": PhotoKind.WHOLE, "width": width, "height": height, "added_on": AT.date()}
            session.add(Photo(tree_id=tree.id, sha256=digest, **facts))
            digests.append(digest)
    async with desk.client("inspector") as phone:
        package = await phone.get(f"api/package?division={HERE}")
    small = thumbnails(desk.desk.photos)
    sizes = [len(small.get(digest)) for digest in digests]
    wanted = {tree["thumb"] for tree in package.json()["trees"] if "thumb" in tree}
    assert wanted == set(digests)
    assert len(wanted) == 600
    assert len(package.content) + sum(sizes) < 30_000_000


async def test_an_upload_that_was_cut_off_goes_on_where_it_ended(desk: DeskKit):
    content = jpeg(width=900)
    said = photo_said(content)
    async with desk.client("inspector") as phone:
        await send(phone, form(desk, photos=[said]))
        await put(phone, content, piece=content[:100])
        wrong = await put(phone, content, 300, content[300:400])
        right = await put(phone, content, 100)
    assert (wrong.status_code, wrong.json()["received"]) == (409, 100)
    assert right.json()["complete"]


async def test_the_same_piece_at_once_is_taken_once(desk: DeskKit):
    content = jpeg(width=900)
    async with desk.client("inspector") as phone:
        await send(phone, form(desk, photos=[photo_said(content)]))
        answers = await asyncio.gather(*(put(phone, content, piece=content[:500]) for _ in range(5)))
        done = await put(phone, content, 500)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert done.json()["complete"]


async def test_what_is_not_what_was_announced_is_thrown_away_and_asked_for_again(desk: DeskKit):
    content = jpeg(width=900)
    said = photo_said(content)
    async with desk.client("inspector") as phone:
        await send(phone, form(desk, photos=[said]))
        bad = await put(phone, b"x" * len(content), name=said["sha256"])
        far = (await phone.get(f"api/photos/{said['sha256']}")).json()
        good = await put(phone, content)
    assert (bad.status_code, far["received"], good.json()["complete"]) == (422, 0, True)


async def test_what_is_no_photo_is_refused(desk: DeskKit):
    content = b"<html>" * 50
    async with desk.client("inspector") as phone:
        await send(phone, form(desk, photos=[photo_said(content)]))
        answer = await put(phone, content)
    assert answer.status_code == 422
    assert count(desk.engine, Photo) == 0


async def test_only_whoever_announced_a_photo_may_send_it_or_learn_of_it(desk: DeskKit):
    content = jpeg()
    said = photo_said(content)
    async with desk.client("inspector") as phone, desk.client("second") as other:
        await send(phone, form(desk, photos=[said]))
        await put(phone, content)
        answers = [
            await other.get(f"api/photos/{said['sha256']}"),
            await put(other, content),
            await other.get("api/photos/..%2f..%2fregister.db"),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_a_photo_that_is_known_is_not_sent_twice(desk: DeskKit):
    content = jpeg()
    async with desk.client("inspector") as phone:
        await send(phone, form(desk, "one", photos=[photo_said(content)]))
        await put(phone, content)
        answer = (await send(phone, form(desk, "two", photos=[photo_said(content)]))).json()
    assert answer["photos"][0]["complete"]


async def test_a_package_has_what_the_field_needs_and_no_more(desk: DeskKit):
    async with desk.client("inspector") as phone:
        answer = await phone.get(f"api/package?division={HERE}")
        city = (await phone.get(f"api/package?division={CITY}")).json()
    told = answer.json()
    assert [tree["no"] for tree in told["trees"]] == ["1", "2"] == [tree["no"] for tree in city["trees"]]
    first = told["trees"][0]
    assert (first["lon"], first["last"]["girth_cm"], first["name"]) == (113.05, 312.0, "国槐")
    assert first["base_seq"] > 0
    assert told["head_seq"] >= first["base_seq"]
    assert told["words"]["vigour"]["weak"] == {"zh": "衰弱", "en": "Weak"}
    assert told["models"]
    assert not any(word in answer.text for word in ("_cents", "reporter", "password"))


async def test_the_divisions_of_a_package_are_those_within_reach(desk: DeskKit):
    async with desk.client("inspector") as phone, desk.client("registrar") as office:
        packages = [(await each.get(f"api/package?division={CITY}")).json() for each in (phone, office)]
    assert [[each["id"] for each in told["divisions"]] for told in packages] == [[HERE], [CITY, HERE, THERE]]


async def test_a_package_is_packed_for_a_thin_link(desk: DeskKit):
    async with (
        desk.client("inspector") as phone,
        phone.stream("GET", f"api/package?division={HERE}", headers={"accept-encoding": "gzip"}) as answer,
    ):
        packed = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(packed))["trees"]) == 2


@pytest.mark.parametrize(("division", "status"), [(THERE, 403), ("nowhere", 404)])
async def test_a_package_of_another_district_is_refused(desk: DeskKit, division, status):
    async with desk.client("inspector") as phone:
        assert (await phone.get(f"api/package?division={division}")).status_code == status


async def test_a_small_picture_is_for_whoever_may_see_its_record(desk: DeskKit):
    content = jpeg(width=2000)
    said = photo_said(content)
    async with desk.client("inspector") as phone, desk.client("stranger") as other:
        await send(phone, form(desk, photos=[said]))
        await put(phone, content)
        answers = [await each.get(f"api/thumb/{said['sha256']}") for each in (phone, other)]
        package = (await phone.get(f"api/package?division={HERE}")).json()
    assert [answer.status_code for answer in answers] == [200, 404]
    assert len(answers[0].content) < len(content)
    assert package["trees"][0]["thumb"] == said["sha256"]


async def test_the_database_is_asked_no_more_for_more_trees(desk: DeskKit, monkeypatch):
    import sqlalchemy as sa

    async def asked() -> int:
        questions: list[str] = []
        sa.event.listen(desk.engine, "before_cursor_execute", lambda *a: questions.append(a[2]))
        async with desk.client("registrar") as phone:
            await phone.get(f"api/package?division={CITY}")
        return len(questions)

    with transaction(desk.engine) as session:
        three = session.exec(select(Tree)).all()
        for tree in three[1:]:
            tree.status = "dead"
            session.add(tree)
    one = await asked()
    with transaction(desk.engine) as session:
        for tree in session.exec(select(Tree).where(col(Tree.status) == "dead")):
            tree.status = "alive"
            session.add(tree)
    assert await asked() <= 2 * one  # the listener of the first time counts along


async def test_whoever_works_everywhere_is_told_the_divisions_with_trees_and_others_their_own(desk: DeskKit):
    async with desk.client("registrar") as office, desk.client("inspector") as phone:
        everywhere = (await office.get("api/divisions")).json()["divisions"]
        own = (await phone.get("api/divisions")).json()["divisions"]
    told = [(each["id"], each["depth"], each["trees"]) for each in everywhere]
    assert told == [(CITY, 0, 3), (HERE, 1, 2), (THERE, 1, 1)]
    assert (HERE, 2) in [(each["id"], each["trees"]) for each in own]
    assert THERE not in [each["id"] for each in own]


async def test_a_package_names_tags_that_are_no_longer_in_force_with_their_state(desk: DeskKit):
    tree = desk.tree_ids["1"]
    with transaction(desk.engine) as session:
        facts = {"keys": desk.desk.keys, "actor": "tests", "now": datetime.now(UTC)}
        [old] = issue_tags(session, [tree], **facts)
        session.exec(select(Tag).where(Tag.code == old.printed[:8])).one().state = TagState.WITHDRAWN
        [new] = issue_tags(session, [tree], **facts)
    async with desk.client("inspector") as phone:
        package = (await phone.get(f"api/package?division={HERE}")).json()
    [tags] = [each["tags"] for each in package["trees"] if each["id"] == tree]
    states = {tag["code"]: tag.get("state") for tag in tags}
    assert states == {old.printed[:8]: "withdrawn", new.printed[:8]: None}
    assert all(len(tag["hash"]) == 64 for tag in tags)
