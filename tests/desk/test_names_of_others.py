"""A form of one's own that names something of another county opens nothing of it, on no page."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from desk_kit import DeskKit, a_case
from theirs_kit import NAMED, NUMBER, Theirs, send_naming, theirs_of

from datasette_plugins.desk.features import ROUTES
from registry.db import transaction
from registry.models import CaseFile, Submission
from registry.vocab.desk_words import SubmissionState

READ = [route for route in ROUTES if route.method == "GET"]
JPEG_START = b"\xff\xd8"


@pytest.fixture
def theirs(desk: DeskKit, tmp_path: Path) -> Theirs:
    return theirs_of(desk, tmp_path)


@pytest.mark.parametrize("login", ["inspector", "county", "clerk"])
async def test_no_page_tells_of_theirs_what_a_form_of_mine_named(desk: DeskKit, theirs: Theirs, login: str):
    case, told = a_case(desk), []
    own = {named: f"{named}-of-{login}" for named in NAMED}
    async with desk.client(login) as client:
        for named in NAMED:
            await send_naming(client, theirs, named, own[named])
        for route in READ:
            for named in NAMED:
                filled = {
                    "submission": f"{own[named]}-0000-0000", "sha256": theirs.digest, "kind": "tree",
                    "id": case if route.path.startswith("/evidence") else theirs.tree_id, "case": case,
                    "photo": theirs.photo_id, "size": "large",
                }  # fmt: skip
                path = re.sub(r"\{(\w+)(:\w+)?\}", lambda part, by=filled: by.get(part[1], "x"), route.path)
                answer = await client.get(path.lstrip("/"), params={"size": "large"})
                told += [(named, path)] if theirs.is_in(answer.content) else []
        evidence = await client.post(f"evidence/{case}")
    assert told == []
    if login == "clerk":
        with zipfile.ZipFile(io.BytesIO(evidence.content)) as archive:
            assert not any(theirs.is_in(archive.read(name)) for name in archive.namelist())


async def test_a_picture_opens_for_whoever_sent_its_bytes(desk: DeskKit, theirs: Theirs):
    async with desk.client("county") as county:
        await send_naming(county, theirs, "photo", "mine")
        page = f"review/photo/mine-0000-0000/{theirs.digest}?size=large"
        assert (await county.get(page)).status_code == 404
        size = len(theirs.photo)
        answer = await county.put(f"api/photos/{theirs.digest}?size={size}&offset=0", content=theirs.photo)
        assert answer.json()["complete"]
        assert (await county.get(page)).content.startswith(JPEG_START)


@pytest.mark.parametrize("is_here", [True, False])
async def test_how_far_a_photo_is_does_not_say_whether_somebody_has_it(
    desk: DeskKit, theirs: Theirs, is_here: bool
):
    if not is_here:
        desk.desk.photos.path(theirs.digest).unlink()
    async with desk.client("inspector") as phone:
        told = (await send_naming(phone, theirs, "photo", "mine"))["photos"]
        far = (await phone.get(f"api/photos/{theirs.digest}")).json()
    said = {"sha256": theirs.digest, "received": 0, "size": len(theirs.photo), "complete": False}
    assert (told, far) == ([said], said)


async def test_a_reviewer_learns_that_a_tree_stands_there_and_no_more(desk: DeskKit, theirs: Theirs):
    async with desk.client("inspector") as phone, desk.client("county") as county:
        await send_naming(phone, theirs, "fix", "mine")
        mine = (await county.get("review/mine-0000-0000")).text
    assert "附近有一株在册树木不在您的辖区" in mine
    async with desk.client("city") as city:
        above = (await city.get("review/mine-0000-0000")).text
    assert NUMBER in above
    assert "不在您的辖区" not in above


@pytest.mark.parametrize("state", [each for each in SubmissionState if each != SubmissionState.ACCEPTED])
async def test_evidence_is_only_what_was_accepted(desk: DeskKit, theirs: Theirs, state: SubmissionState):
    case = a_case(desk)
    form: Any = theirs.form("photo", "mine")
    async with desk.client("inspector") as phone, desk.client("clerk") as clerk:
        await send_naming(phone, theirs, "photo", "mine")
        size = len(theirs.photo)
        await phone.put(f"api/photos/{theirs.digest}?size={size}&offset=0", content=theirs.photo)
        assert await photos_in(clerk, case) == [f"originals/photos/{theirs.digest}.jpg"]
        with transaction(desk.engine) as session:
            session.get_one(Submission, form["id"]).state = state
        assert await photos_in(clerk, case) == []
        with transaction(desk.engine) as session:
            session.get_one(CaseFile, case).submission_id = form["id"]
        assert len(await photos_in(clerk, case)) == 1  # the report that opened it is part of it all the same


async def photos_in(client: Any, case: str) -> list[str]:
    answer = await client.post(f"evidence/{case}")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return [name for name in archive.namelist() if name.startswith("originals/photos/")]
