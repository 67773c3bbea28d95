"""The reviewers' pages: who may, the queue, deciding without script, what is out of date."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from case_kit import move_tree
from desk_kit import THERE, DeskKit
from PIL import Image
from review_kit import EDIT, FIX, SIZES, Field
from sqlmodel import select

from datasette_plugins.desk.app import COOKIE
from registry.db import reading
from registry.models import AuditEntry, Submission


@pytest.fixture
def field(desk: DeskKit, tmp_path: Path) -> Field:
    return Field(desk, tmp_path)


def hidden(text: str, name: str) -> str:
    return text.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


async def decided(client: Any, own: str, decision: str, **more: str) -> Any:
    page = (await client.get(f"review/{own}")).text
    form = {name: hidden(page, name) for name in ("seen", "level", "q")}
    return await client.post(f"review/{own}", data={**form, "decision": decision, **more})


async def test_the_queue_shows_what_waits_within_ones_reach(field: Field, desk: DeskKit) -> None:
    here = field.send("measurement", SIZES)
    there = field.send("measurement", SIZES, by="stranger", no="3")
    async with desk.client("county") as county, desk.client("city") as city:
        mine, all_of_city = (await county.get("review")).text, (await city.get("review?all=yes")).text
    assert (here in mine, there in mine) == (True, False)
    assert here in all_of_city
    assert there in all_of_city


async def test_an_empty_queue_says_what_to_do_next(desk: DeskKit) -> None:
    async with desk.client("county") as county:
        assert "没有待审核的提交" in (await county.get("review")).text
        assert "没有符合条件的提交" in (await county.get("review?kind=visit")).text
        assert (await county.get("review?kind=nonsense&page=x&days=-1&sort=%27")).status_code == 200


async def test_the_page_shows_old_and_new_and_escapes_what_was_written(field: Field, desk: DeskKit) -> None:
    own = field.send("measurement", SIZES, fix=FIX)
    async with desk.client("county") as county:
        text = (await county.get(f"review/{own}")).text
    assert "312 cm" in text
    assert "320 cm" in text
    assert "&lt;b&gt;旧疤" in text
    assert "相距 56 米" in text


async def test_accepting_leads_to_the_next_and_changes_the_record(field: Field, desk: DeskKit) -> None:
    own, following = field.send("edit", EDIT), field.send("measurement", SIZES)
    async with desk.client("county") as county:
        answer = await decided(county, own, "accept")
        assert answer.headers["location"].endswith(f"/review/{following}")
        last = await decided(county, following, "accept")
        assert last.headers["location"].endswith("/review")
    assert field.state(own) == ("accepted", None)
    assert field.tree().village == "东和"
    with reading(desk.engine) as session:
        told = session.exec(select(AuditEntry).where(AuditEntry.action == "submission decided")).all()
        assert {each.subject_id for each in told} == {own, following}


async def test_a_correction_in_the_form_is_what_counts(field: Field, desk: DeskKit) -> None:
    own = field.send("edit", EDIT)
    async with desk.client("county") as county:
        await decided(county, own, "accept", **{"c.village": "西和", "c.town": "韩店"})
        assert "更正后通过" in (await county.get(f"review/{own}")).text
    assert (field.tree().village, field.tree().town) == ("西和", "韩店")


async def test_conflicts_are_shown_side_by_side_and_have_to_be_chosen(field: Field, desk: DeskKit) -> None:
    own = field.send("edit", EDIT)
    field.change(village="南和")
    async with desk.client("county") as county:
        text = (await county.get(f"review/{own}")).text
        assert all(said in text for said in ("南和", "东和", "clerk", "Inspector", "名册现值", "本次提交"))
        refused = await decided(county, own, "accept")
        assert refused.status_code == 422
        assert "请选定取值" in refused.text
        await decided(county, own, "accept", **{"k.village": "other", "c.village": "北和"})
    assert (field.tree().village, field.tree().town) == ("北和", "韩店")


async def test_a_new_tree_is_shown_with_its_division_which_a_reviewer_corrects_within_his_reach(
    field: Field, desk: DeskKit
) -> None:
    own = field.send("new_tree", {"species": "油松"}, fix=FIX)
    async with desk.client("county") as county, desk.client("city") as city:
        page = (await county.get(f"review/{own}")).text
        beyond = await decided(county, own, "accept", **{"c.division_id": THERE})
        await decided(county, own, "accept")
        corrected = await decided(city, own, "accept", **{"c.division_id": THERE})
        after = (await city.get(f"review/{own}")).text
    assert "长治市 上党区" in page
    assert "屯留区" not in page
    assert beyond.status_code == 422
    assert corrected.status_code == 303
    assert "行政区划 长治市 屯留区" in after
    with reading(desk.engine) as session:
        submission = session.get_one(Submission, own)
        assert (submission.division_id, submission.state) == (THERE, "pending")


async def test_a_page_that_is_out_of_date_shows_the_new_state(field: Field, desk: DeskKit) -> None:
    own = field.send("edit", EDIT)
    async with desk.client("county") as county, desk.client("province") as province:
        page = (await county.get(f"review/{own}")).text
        form = {name: hidden(page, name) for name in ("seen", "level", "q")}
        field.change(village="南和")
        late = await county.post(f"review/{own}", data={**form, "decision": "accept"})
        assert late.status_code == 409
        assert "页面内容已过时" in late.text
        assert "南和" in late.text
        assert (await decided(province, own, "accept")).status_code == 422, "the county has somebody"
    assert field.state(own) == ("pending", "county")


async def test_a_page_that_was_open_while_the_tree_was_moved_is_out_of_date_and_says_so(
    field: Field, desk: DeskKit
) -> None:
    own = field.send("edit", EDIT)
    async with desk.client("county") as county:
        page = (await county.get(f"review/{own}")).text
        form = {name: hidden(page, name) for name in ("seen", "level", "q")}
        move_tree(desk.engine)
        late = await county.post(f"review/{own}", data={**form, "decision": "accept"})
    assert "该树已迁移" not in page
    assert late.status_code == 409
    assert "该树已迁移" in late.text
    assert field.tree().village is None


async def test_returning_needs_a_reason_and_keeps_what_was_typed(field: Field, desk: DeskKit) -> None:
    own = field.send("measurement", SIZES)
    async with desk.client("county") as county:
        assert (await decided(county, own, "return")).status_code == 422
        assert (await decided(county, own, "nonsense", reason="看不清")).text.count("看不清") == 1
        await decided(county, own, "return", reason="请再量一次")
        assert "请再量一次" in (await county.get(f"review/{own}")).text
    assert field.state(own)[0] == "returned"


async def test_nobody_decides_on_his_own_and_the_page_says_so(field: Field, desk: DeskKit) -> None:
    own = field.send("visit", {"vigour": "dead", "vigour_scale": "lyt2738"}, by="county", fix=FIX)
    async with desk.client("county") as county:
        text = (await county.get(f"review/{own}")).text
        assert "您本人提交" in text
        assert 'value="accept"' not in text
        form = {name: hidden(text, name) for name in ("seen", "level", "q")}
        assert (await county.post(f"review/{own}", data={**form, "decision": "accept"})).status_code == 422
    assert field.state(own)[0] == "pending"


async def test_another_county_sees_neither_the_page_nor_the_photos(field: Field, desk: DeskKit) -> None:
    photo = field.photo()
    own = field.send("measurement", SIZES, photos=[photo], by="stranger", no="3")
    mine = field.send("measurement", SIZES, photos=[photo])
    address = f"review/photo/{own}/{photo['sha256']}"
    async with desk.client("county") as county, desk.client("province") as province, desk.client() as nobody:
        assert (await county.get(f"review/{own}")).status_code == 403
        assert (await county.get(address)).status_code == 403
        assert (await nobody.get(address)).status_code == 303
        small = await province.get(address)
        large = await province.get(f"{address}?size=large")
        assert (await county.get(f"review/photo/{mine}/{'0' * 64}")).status_code == 404
    assert small.headers["cache-control"] == "private, no-store"
    assert small.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(small.content)).width == 320
    assert Image.open(io.BytesIO(large.content)).width == 900
    assert hashlib.sha256(large.content).hexdigest() != photo["sha256"], "what the camera wrote stays"


async def test_what_says_nothing_new_is_listed_before_it_is_accepted(field: Field, desk: DeskKit) -> None:
    same = field.send("measurement", {"sizes": {"girth_cm": 312}})
    grown = field.send("measurement", SIZES)
    async with desk.client("county") as county:
        text = (await county.get("review/together")).text
        assert (same in text, grown in text) == (True, False)
        seen = {f"seen.{same}": hidden(text, f"seen.{same}"), f"seen.{grown}": "forged"}
        answer = await county.post("review/together", data={"id": [same, grown], "q": "", **seen})
        assert answer.status_code == 303
        told = (await county.get("review", headers={"cookie": _cookies(county, answer)})).text
    assert (field.state(same)[0], field.state(grown)[0]) == ("accepted", "pending")
    assert "已通过 1 件" in told


def _cookies(client: Any, answer: Any) -> str:
    return f"{COOKIE}={client.cookies[COOKIE]}; gushu_said={answer.cookies['gushu_said']}"


async def test_what_was_set_aside_can_be_assigned_or_give_its_photos(field: Field, desk: DeskKit) -> None:
    own = field.send("measurement", SIZES, no="no-such-record", photos=[field.photo()])
    other = field.send("measurement", SIZES, no="no-such-record")
    async with desk.client("county") as county:
        assert own in (await county.get("review?state=quarantined")).text
        assert "没有编号" in (await decided(county, own, "assign", record="999")).text
        await decided(county, own, "photos", record="1")
        await decided(county, other, "assign", record="1")
    assert field.state(own)[0] == "accepted"
    assert field.state(other) == ("pending", "county")
    with reading(desk.engine) as session:
        assert json.loads(session.get_one(Submission, own).outcome)["photos_only"]
