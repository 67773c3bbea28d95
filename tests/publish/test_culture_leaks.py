"""Nothing private of stories and walks leaves: in the edition, on any page, in GPX and leaflet."""

from pathlib import Path

from leak_kit import EXACT_NO, GENERALISED_NO, site_answers, unpacked
from public_kit import PRIVATE, office_with_culture

ADDRESSES = ["/stories", "/walks", "/story/ST-0001", "/walk/WK-0001", "/walk/WK-0001.gpx",
             "/walk/WK-0001/leaflet.pdf", "/en/walk/WK-0001", "/zh-hant/stories", "/stories?q=故事",
             f"/tree/{EXACT_NO}", f"/tree/{GENERALISED_NO}"]  # fmt: skip


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
