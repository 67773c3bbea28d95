"""Who looks at what is private is in the audit log, once for each look; no browser keeps it."""

import io
from pathlib import Path
from typing import Any

import pytest
from desk_kit import DeskKit
from PIL import Image
from register_kit import NOW
from review_kit import SIZES, Field
from sqlmodel import col, select

from registry.commands.photos import PhotoFacts, add_photo
from registry.db import reading, transaction
from registry.models import AuditEntry, Photo
from registry.vocab.words import PhotoKind


@pytest.fixture
def photo(desk: DeskKit, tmp_path: Path) -> Photo:
    """A photo of tree 1 that is not released."""
    made = io.BytesIO()
    Image.new("RGB", (300, 200), (40, 90, 20)).save(made, "JPEG")
    (tmp_path / "a.jpg").write_bytes(made.getvalue())
    facts = PhotoFacts(PhotoKind.WHOLE, None, is_released=False)
    with transaction(desk.engine) as session:
        own, store = desk.tree_ids["1"], desk.desk.photos
        add_photo(session, own, tmp_path / "a.jpg", facts, store=store, actor="t", now=NOW, owner="tree")
    with reading(desk.engine) as session:
        return session.exec(select(Photo)).one()


def noted(desk: DeskKit) -> list[tuple[Any, ...]]:
    """Who saw what, in order."""
    with reading(desk.engine) as session:
        rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.at), col(AuditEntry.id))).all()
        return [(row.login, row.action, row.subject_id) for row in rows if row.action.endswith("seen")]


async def test_a_private_photo_is_noted_once_where_it_is_seen_large(desk: DeskKit, photo: Photo):
    path = f"record/tree/{desk.tree_ids['1']}/photos/{photo.id}"
    async with desk.client("county") as county:
        for each in ("", "/thumb"):
            assert (await county.get(f"{path}{each}")).status_code == 200
        assert noted(desk) == []
        large = await county.get(f"{path}/large")
    assert large.headers["content-type"] == "image/jpeg"
    assert noted(desk) == [("county", "private photo seen", photo.id)]


async def test_a_picture_is_asked_for_anew_each_time_so_that_a_right_that_ended_counts(
    desk: DeskKit, photo: Photo
):
    path = f"record/tree/{desk.tree_ids['1']}/photos/{photo.id}"
    async with desk.client("registrar") as registrar:
        answers = [await registrar.get(f"{path}/{size}") for size in ("thumb", "large")]
        answers.append(await registrar.get(f"api/thumb/{photo.sha256}"))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize("page", ["record/tree/{}/history", "record/tree/{}/edit", "tree/{}"])
async def test_each_page_with_the_whole_file_notes_one_look(desk: DeskKit, page: str):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as registrar:
        assert (await registrar.get(page.format(own))).status_code == 200
    assert noted(desk) == [("registrar", "record seen", own)]


async def test_a_form_that_comes_back_is_no_second_look(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as registrar:
        answer = await registrar.post(f"record/tree/{own}/edit", data={"was-girth_cm": "", "lon": "x"})
    assert answer.status_code == 422
    assert noted(desk) == []


async def test_looking_at_what_was_sent_in_is_noted_once(desk: DeskKit, tmp_path: Path):
    own = Field(desk, tmp_path).send("measurement", SIZES)
    async with desk.client("county") as county:
        assert (await county.get(f"review/{own}")).status_code == 200
        assert (await county.post(f"review/{own}", data={"decision": "return"})).status_code == 409
    assert noted(desk) == [("county", "submission seen", own)]
