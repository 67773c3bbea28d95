"""Pages of records, cases, tags, parties and rule packs: who may, what is escaped, what is decided by two."""

import io
import re

import pytest
from desk_kit import DeskKit, alert_of, told_otherwise
from PIL import Image
from sqlmodel import select

from registry.commands.tag_life import tags_of
from registry.db import reading, transaction
from registry.models import AuditEntry, CaseFile, Event, Party, Photo, Setting, Tag, Tree
from registry.vocab.words import CaseState, TagState

EVIL = '<script>alert("x")</script>'


def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (600, 400), (70, 110, 80)).save(stream, "JPEG")
    return stream.getvalue()


def the_tree(desk: DeskKit, number: str = "1") -> Tree:
    with reading(desk.engine) as session:
        tree = session.get_one(Tree, desk.tree_ids[number])
        session.expunge_all()
        return tree


async def open_designation(desk: DeskKit, login: str = "registrar", kind: str = "designation") -> str:
    """The page of a case that somebody opened about tree 1."""
    said = {"kind": kind, "on": "2026-01-05", "category": "ancient", "grade": "1"}
    async with desk.client(login) as client:
        answer = await client.post(f"record/tree/{desk.tree_ids['1']}/cases/open", data=said)
    assert answer.status_code == 303, alert_of(answer.text)
    return str(answer.headers["location"]).removeprefix("/-/desk/")


@pytest.mark.parametrize(
    "path",
    [
        "records", "records?q=国槐", "records?kind=grove", "records?kind=element",
        "cases", "cases?state=closed", "tags", "tags?state=blank", "tags/blank", "parties",
        "parties/new", "packs", "pack/cn-2025",
        "tree/{id}", "record/tree/{id}/edit", "record/tree/{id}/history", "record/tree/{id}/photos/add",
        "record/tree/{id}/visit", "record/tree/{id}/measure", "record/tree/{id}/number",
        "record/tree/{id}/duties", "record/tree/{id}/tags", "record/tree/{id}/cases/open",
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["", "en/"])
async def test_a_registrar_sees_every_page_in_both_languages(desk: DeskKit, path: str, lang: str):
    async with desk.client("registrar") as client:
        address = f"http://desk.test/{lang}-/desk/" + path.replace("{id}", desk.tree_ids["1"])
        answer = await client.get(address)
    assert answer.status_code == 200
    assert ('lang="en"' if lang else 'lang="zh') in answer.text


@pytest.mark.parametrize("login", ["inspector", "stranger", "admin"])
async def test_the_office_s_file_is_for_the_office(desk: DeskKit, login: str):
    async with desk.client(login) as client:
        assert (await client.get(f"tree/{desk.tree_ids['1']}")).status_code == 403
        assert (await client.get("records")).status_code == 403


async def test_a_clerk_of_one_county_has_nothing_to_do_with_another(desk: DeskKit):
    elsewhere = desk.tree_ids["3"]
    async with desk.client("clerk") as clerk:
        for path in (f"tree/{elsewhere}", f"record/tree/{elsewhere}/edit", f"record/tree/{elsewhere}/tags"):
            assert (await clerk.get(path)).status_code == 403
        sent = await clerk.post(f"record/tree/{elsewhere}/edit", data={"village": "南村", "was-village": ""})
        assert sent.status_code == 403
        assert "银杏" not in (await clerk.get("records")).text
    assert the_tree(desk, "3").village is None


@pytest.mark.parametrize("login", ["county", "auditor"])
async def test_who_only_reads_changes_nothing(desk: DeskKit, login: str):
    own = desk.tree_ids["1"]
    async with desk.client(login) as client:
        assert (await client.get(f"tree/{own}")).status_code == 200
        for path in (
            "edit",
            "visit",
            "measure",
            "number",
            "duties",
            "cases/open",
            "tags/issue",
            "photos/add",
        ):
            assert (await client.post(f"record/tree/{own}/{path}", data={})).status_code == 403
        assert f"record/tree/{own}/edit" not in (await client.get(f"tree/{own}")).text


async def test_a_form_without_its_token_is_refused(desk: DeskKit):
    async with desk.client("registrar") as client:
        del client.headers["x-gushu-csrf"]
        own = desk.tree_ids["1"]
        answer = await client.post(f"record/tree/{own}/edit", data={"village": "南村", "was-village": ""})
    assert answer.status_code == 403
    assert the_tree(desk).village is None


async def test_only_what_somebody_changed_is_taken_over(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as one, desk.client("clerk") as other:
        await one.post(
            f"record/tree/{own}/edit", data={"village": "南村", "was-village": "", "reason": "核对"}
        )
        stale = {"village": "", "was-village": "", "town": "苏店镇", "was-town": ""}
        assert (await other.post(f"record/tree/{own}/edit", data=stale)).status_code == 303
    tree = the_tree(desk)
    assert (tree.village, tree.town) == ("南村", "苏店镇")
    with reading(desk.engine) as session:
        event = session.exec(select(Event).where(Event.reason == "核对")).one()
        assert event.actor == "account:registrar"
    assert not told_otherwise(desk)


async def test_a_position_is_read_in_the_datum_beside_it(desk: DeskKit):
    own = desk.tree_ids["1"]
    said = {
        "lon": "113.061200", "was-lon": "113.05", "lat": "36.051100", "was-lat": "36.05",
        "datum": "GCJ-02", "was-datum": "WGS84", "datum_code": "", "was-datum_code": "",
    }  # fmt: skip
    async with desk.client("registrar") as client:
        assert (await client.post(f"record/tree/{own}/edit", data=said)).status_code == 303
    tree = the_tree(desk)
    assert (tree.lon_raw, tree.datum.value) == ("113.061200", "GCJ-02")
    assert tree.lon != 113.0612


async def test_a_wrong_value_is_said_and_what_was_typed_stays(desk: DeskKit):
    own = desk.tree_ids["1"]
    said = {"elevation_m": "hoch", "was-elevation_m": "", "village": "南村", "was-village": ""}
    async with desk.client("registrar") as client:
        answer = await client.post(f"record/tree/{own}/edit", data=said)
    assert answer.status_code == 422
    assert alert_of(answer.text)
    assert 'value="hoch"' in answer.text
    assert the_tree(desk).village is None


async def test_what_people_wrote_is_escaped_everywhere(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as client:
        texts = dict.fromkeys(("village", "notes", "history_text"), EVIL)
        said = {**texts, **{f"was-{name}": "" for name in texts}, "reason": EVIL, "document": EVIL}
        await client.post(f"record/tree/{own}/edit", data=said)
        await client.post(f"record/tree/{own}/duties", data={"steward": EVIL, "from_on": "2026-01-01"})
        photo = {"kind": "whole", "caption": EVIL, "viewpoint": EVIL}
        await client.post(
            f"record/tree/{own}/photos/add", data=photo, files={"photos": (f"{EVIL}.jpg", jpeg())}
        )
        await client.post(f"record/tree/{own}/tags/bind", data={"text": EVIL})
        case = await open_designation(desk)
        await client.post(
            f"{case}/files", data={"kind": "permit", "title": EVIL}, files={"files": (EVIL, b"x")}
        )
        with reading(desk.engine) as session:
            party = session.exec(select(Party.id).where(Party.name == EVIL)).one()
            picture = session.exec(select(Photo.id)).one()
        for path in (
            f"tree/{own}", f"record/tree/{own}/history", f"record/tree/{own}/edit", "records?q=" + EVIL[:-1],
            f"record/tree/{own}/tags", f"party/{party}", f"party/{party}/erase", "parties?q=" + EVIL, case,
            f"record/tree/{own}/photos/{picture}", f"tags?batch={EVIL}",
        ):  # fmt: skip
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert EVIL not in answer.text, path


async def test_seeing_a_file_is_in_the_audit_log(desk: DeskKit):
    async with desk.client("county") as client:
        await client.get(f"tree/{desk.tree_ids['1']}")
    with reading(desk.engine) as session:
        seen = session.exec(select(AuditEntry).where(AuditEntry.action == "record seen")).all()
        assert [(row.login, row.subject_id) for row in seen] == [("county", desk.tree_ids["1"])]


async def test_photos_are_for_whoever_may_see_the_file(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as client:
        said = {"kind": "whole", "taken_on": "2026-01-05"}
        sent = await client.post(
            f"record/tree/{own}/photos/add", data=said, files={"photos": ("a.jpg", jpeg())}
        )
        assert sent.status_code == 303
        with reading(desk.engine) as session:
            photo = session.exec(select(Photo)).one()
            assert not photo.is_released
            path = f"record/tree/{own}/photos/{photo.id}"
        assert (await client.get(f"{path}/thumb")).headers["content-type"] == "image/jpeg"
        kept = {"kind": "trunk", "released": "yes", "caption": "树干", "reason": "可公开"}
        assert (await client.post(path, data=kept)).status_code == 303
        assert (
            await client.get(f"record/tree/{desk.tree_ids['2']}/photos/{photo.id}/thumb")
        ).status_code == 404
    for login in ("inspector", "stranger", None):
        async with desk.client(login) as other:
            assert (await other.get(f"{path}/thumb")).status_code in {303, 403}
    with reading(desk.engine) as session:
        photo = session.exec(select(Photo)).one()
        assert (photo.is_released, photo.kind.value, photo.caption_released) == (True, "trunk", False)
    assert not told_otherwise(desk)


@pytest.mark.parametrize("content", [b"no picture", b"<svg/>", b""])
async def test_what_is_no_photo_is_refused_in_words(desk: DeskKit, content: bytes):
    path = f"record/tree/{desk.tree_ids['1']}/photos/add"
    async with desk.client("registrar") as client:
        answer = await client.post(path, data={}, files={"photos": ("../../a.jpg", content)})
    assert answer.status_code == 422
    assert alert_of(answer.text)


async def test_a_visit_sizes_and_another_number_come_from_the_office(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as client:
        visit = {"inspected_on": "2026-02-01", "kind": "patrol", "vigour": "weak", "notes": "枯枝三处"}
        for path, said in (
            ("visit", visit),
            ("measure", {"measured_on": "2026-02-01", "girth_cm": "315"}),
            ("number", {"number": "A-9", "scheme": "other"}),
        ):
            assert (await client.post(f"record/tree/{own}/{path}", data=said)).status_code == 303
        page = (await client.get(f"tree/{own}")).text
        assert "枯枝三处" in page
        assert "315" in page
        assert "国槐" in (await client.get("records?q=A-9")).text
    assert not told_otherwise(desk)


async def test_a_designation_is_decided_by_another_person_than_who_brought_it(desk: DeskKit):
    case = await open_designation(desk)
    decision = {"step": "decision", "on": "2026-01-20", "document": "林〔2026〕1号"}
    async with desk.client("registrar") as one, desk.client("clerk") as other:
        omitted = {"omitted": "yes", "omit": "已有鉴定"}
        for step in ("appraisal", "notice"):
            done = await one.post(f"{case}/step", data={"step": step, "on": "2026-01-10", **omitted})
            assert done.status_code == 303, alert_of(done.text)
        refused = await one.post(f"{case}/step", data=decision)
        assert refused.status_code == 422
        assert "须由另一人决定" in alert_of(refused.text)
        assert 'name="step" value="decision"' not in (await one.get(case)).text
        assert 'name="step" value="decision"' in (await other.get(case)).text
        assert (await other.post(f"{case}/step", data=decision)).status_code == 303
    assert not told_otherwise(desk)


async def test_a_death_is_confirmed_by_another_person_than_who_reported_it(desk: DeskKit):
    case = await open_designation(desk, "clerk", "death")
    said = {"step": "confirmation", "on": "2026-01-20", "by": "某县林业局"}
    async with desk.client("clerk") as one, desk.client("registrar") as other:
        assert (await one.post(f"{case}/step", data=said)).status_code == 422
        answer = await other.post(f"{case}/step", data=said)
        assert answer.status_code == 303, alert_of(answer.text)


async def test_only_steps_that_may_follow_are_offered_and_a_step_left_out_needs_a_reason(desk: DeskKit):
    case = await open_designation(desk)
    async with desk.client("registrar") as client:
        page = (await client.get(case)).text
        assert 'name="step" value="appraisal"' in page
        assert 'name="step" value="publication"' not in page
        empty = {"step": "appraisal", "on": "2026-01-10", "omitted": "yes", "omit": ""}
        assert (await client.post(f"{case}/step", data=empty)).status_code == 422
        early = await client.post(f"{case}/step", data={"step": "publication", "on": "2026-01-10"})
        assert early.status_code == 422
        assert "--" not in alert_of(early.text)


async def test_files_of_a_case_are_for_whoever_may_see_it_and_leave_as_they_came(desk: DeskKit):
    case = await open_designation(desk)
    async with desk.client("registrar") as client:
        sent = {"files": ("批文 1.html", b"<script>1</script>")}
        assert (await client.post(f"{case}/files", data={"kind": "permit"}, files=sent)).status_code == 303
        page = (await client.get(case)).text
        path = re.findall(r'/-/desk/(case/[^"]+/files/[^"]+)"', page)[0]
        answer = await client.get(path)
        assert answer.content == b"<script>1</script>"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert (await client.get(f"{case}/sheet.pdf")).content.startswith(b"%PDF")
    async with desk.client("inspector") as other:
        assert (await other.get(path)).status_code == 403


async def test_a_case_is_withdrawn_with_a_reason(desk: DeskKit):
    case = await open_designation(desk)
    async with desk.client("registrar") as client:
        assert (await client.post(f"{case}/close", data={"state": "withdrawn"})).status_code == 422
        said = {"state": "withdrawn", "reason": "重复立案"}
        assert (await client.post(f"{case}/close", data=said)).status_code == 303
    with reading(desk.engine) as session:
        assert session.exec(select(CaseFile)).one().state == CaseState.WITHDRAWN


async def test_a_blank_tag_is_made_printed_bound_mounted_damaged_and_replaced(desk: DeskKit):
    own = desk.tree_ids["1"]
    with transaction(desk.engine) as session:
        session.add(Setting(name="public_address", value="https://trees.example"))
    async with desk.client("clerk") as client:
        assert (await client.post("tags/blank", data={"count": "2", "batch": "盒1"})).status_code == 303
        assert (await client.post("tags/blank.pdf", data={"batch": "盒1"})).content.startswith(b"%PDF")
        with reading(desk.engine) as session:
            first, second = (tag.code for tag in session.exec(select(Tag).order_by(Tag.code)))
        photo = {"photo": ("a.jpg", jpeg())}
        bound = await client.post(
            f"record/tree/{own}/tags/bind", data={"text": first, "mounted": "yes"}, files=photo
        )
        assert bound.status_code == 303
        with reading(desk.engine) as session:
            tag = tags_of(session, "tree", own)[0].id
        said = {"kind": "damaged", "note": "开裂"}
        assert (await client.post(f"tag/{tag}/note", data=said)).status_code == 303
        replaced = await client.post(f"tag/{tag}/replace", data={"reason": "开裂", "text": second})
        assert replaced.status_code == 303
        assert (await client.post(f"record/tree/{own}/tag.pdf")).status_code == 422  # printed with its box
        again = await client.post(f"record/tree/{own}/tag.pdf", data={"reason": "印坏"})
        assert again.content.startswith(b"%PDF")
        await client.post(f"tag/{tag}/withdraw", data={"reason": "收回"})
    with reading(desk.engine) as session:
        states = {tag.code: tag.state for tag in session.exec(select(Tag))}
    assert states == {first: TagState.WITHDRAWN, second: TagState.ISSUED}
    assert [told for told in told_otherwise(desk) if told.kind != "setting"] == []


async def test_a_tag_of_another_county_is_not_shown(desk: DeskKit):
    own = desk.tree_ids["3"]
    async with desk.client("registrar") as client, desk.client("clerk") as clerk:
        await client.post(f"record/tree/{own}/tags/issue")
        with reading(desk.engine) as session:
            tag = tags_of(session, "tree", own)[0]
        assert tag.code in (await client.get("tags")).text
        assert tag.code not in (await clerk.get("tags")).text
        assert (await clerk.get(f"tag/{tag.id}")).status_code == 403
        assert (await clerk.post(f"tag/{tag.id}/withdraw", data={"reason": "x"})).status_code == 403


async def test_a_scanned_tag_or_bound_plate_leads_to_its_record(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as clerk:
        await clerk.post(f"record/tree/{own}/tags/bind", data={"text": "http://old.example/88"})
        found = await clerk.get("records?q=http://old.example/88")
        assert (found.status_code, found.headers["location"]) == (303, f"/-/desk/tree/{own}")


async def test_persons_are_seen_within_reach_and_erased_by_the_whole_register_s_office(desk: DeskKit):
    own = desk.tree_ids["3"]
    async with desk.client("registrar") as client, desk.client("clerk") as clerk:
        await client.post(f"record/tree/{own}/duties", data={"steward": "王小二", "from_on": "2026-01-01"})
        with reading(desk.engine) as session:
            party = session.exec(select(Party.id).where(Party.name == "王小二")).one()
        assert "王小二" not in (await clerk.get("parties")).text
        assert (await clerk.get(f"party/{party}")).status_code == 403
        said = {"name": "王小二", "kind": "person", "phone": "13800000000"}
        assert (await client.post(f"party/{party}", data=said)).status_code == 303
        assert "13800000000" in (await client.get(f"party/{party}")).text
        await client.post(f"record/tree/{desk.tree_ids['1']}/duties", data={"steward": "王小二"})
        assert (await clerk.get(f"party/{party}")).status_code == 200
        assert (
            await clerk.post(f"party/{party}/erase", data={"basis": "x", "confirmed": "yes"})
        ).status_code == 403
        assert (await client.get(f"party/{party}/erase")).status_code == 200
        assert (await client.post(f"party/{party}/erase", data={"basis": "PIPL 47"})).status_code == 422
        with reading(desk.engine) as session:
            assert session.get_one(Party, party).name == "王小二"
        done = {"basis": "PIPL 47", "confirmed": "yes"}
        assert (await client.post(f"party/{party}/erase", data=done)).status_code == 200
        with reading(desk.engine) as session:
            assert session.get_one(Party, party).name != "王小二"


async def test_a_rule_pack_is_adopted_by_whoever_may_publish(desk: DeskKit):
    async with desk.client("registrar") as client, desk.client("clerk") as clerk:
        said = {"from": "2026-01-01", "document": "林〔2026〕9号"}
        assert (await clerk.post("pack/shanxi-urban-2022/adopt", data=said)).status_code == 403
        assert (await client.post("pack/shanxi-urban-2022/adopt", data=said)).status_code == 303
        page = (await client.get("pack/shanxi-urban-2022")).text
        assert "林〔2026〕9号" in page
        assert (await client.get("pack/shanxi-urban-2022/affected")).status_code == 200
