"""Plates at the desk: the preview issues nothing, a file is noted as printed, print runs are listed."""

import pytest
from desk_kit import DeskKit
from register_kit import NOW
from sqlmodel import select

from registry.commands.register import change_setting
from registry.commands.tags import issue_tags
from registry.db import reading, transaction
from registry.models import Tag, TagNote


@pytest.fixture
def own(desk: DeskKit) -> str:
    with transaction(desk.engine) as session:
        change_setting(session, "public_address", "https://t.example.org", actor="tests", now=NOW)
    return desk.tree_ids["1"]


def notes(desk: DeskKit) -> list[TagNote]:
    with reading(desk.engine) as session:
        return list(session.exec(select(TagNote)))


async def test_a_preview_shows_the_plate_and_issues_nothing(desk: DeskKit, own: str) -> None:
    async with desk.client("clerk") as clerk:
        page = await clerk.get(f"record/tree/{own}/tags/print?template=jining&plate=120x80&engraved=yes")
        assert page.status_code == 200
        assert 'viewBox="0 0 120 80"' in page.text, page.text[page.text.index("data-plate-shown") :][:900]
        selection = await clerk.get("tags/print?template=shanghai")
        assert "what=tags&amp;template=shanghai" in selection.text
    with reading(desk.engine) as session:
        assert session.exec(select(Tag)).all() == []


@pytest.mark.parametrize(
    "said", ["plate=big", "template=nowhere", "own_size=9999x1", "plate=90x60&signed=yes"]
)
async def test_what_cannot_be_printed_is_said_beside_the_preview(desk: DeskKit, own: str, said: str) -> None:
    async with desk.client("clerk") as clerk:
        page = await clerk.get(f"record/tree/{own}/tags/print?{said}")
        assert page.status_code == 200
        assert 'role="alert"' in page.text
        assert "tag.pdf" not in page.text


@pytest.mark.parametrize(
    ("form", "head"), [("sheet", b"%PDF"), ("pdf", b"%PDF"), ("svg", b"<svg"), ("png", b"\x89PNG")]
)
async def test_a_file_of_a_tag_is_noted_once_a_day(desk: DeskKit, own: str, form: str, head: bytes) -> None:
    async with desk.client("clerk") as clerk:
        for _again in range(2):
            answer = await clerk.post(f"record/tree/{own}/tag.pdf", data={"form": form, "plate": "120x80"})
            assert answer.status_code == 200
            assert head in answer.content[:200]
    assert len(notes(desk)) == 1


async def test_what_another_run_printed_is_printed_again_only_for_a_reason(desk: DeskKit, own: str) -> None:
    with transaction(desk.engine) as session:
        issue_tags(session, [own], keys=desk.desk.keys, actor="tests", now=NOW)
        tag = session.exec(select(Tag).where(Tag.tree_id == own)).one()
        tag.batch = "春-1"
        session.add(tag)
    async with desk.client("clerk") as clerk:
        refused = await clerk.post(f"record/tree/{own}/tag.pdf", data={"form": "pdf"})
        assert refused.status_code == 422
        assert "春-1" in refused.text
        assert notes(desk) == []
        done = await clerk.post(f"record/tree/{own}/tag.pdf", data={"form": "pdf", "reason": "褪色"})
        assert done.content.startswith(b"%PDF")
    assert [note.note for note in notes(desk)] == ["褪色"]


async def test_print_runs_are_listed_within_reach_with_a_manifest(desk: DeskKit, own: str) -> None:
    async with desk.client("clerk") as clerk:
        assert "还没有印过标牌" in (await clerk.get("tags/batches")).text
        await clerk.post(f"record/tree/{own}/tag.pdf", data={"form": "sheet"})
        with reading(desk.engine) as session:
            name = session.exec(select(Tag.batch)).one()
        assert name in (await clerk.get("tags/batches")).text
        one = await clerk.get(f"tags/batches?name={name}")
        assert "不得钉钉" in one.text
        csv = await clerk.get(f"tags/batches.csv?name={name}")
        assert csv.content.startswith(b"\xef\xbb\xbf")
        assert (await clerk.get("tags/batches?name=none")).status_code == 404
    async with desk.client("faraway") as faraway:
        assert name not in (await faraway.get("tags/batches")).text
        assert (await faraway.get(f"tags/batches.csv?name={name}")).status_code == 404
