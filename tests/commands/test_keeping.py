"""Tags, photos, settings and areas: once is once, and only what may be is taken in."""

import io
import zlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image
from pydantic import ValidationError
from register_kit import MAPPING, NOW, count, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

import registry.commands.tags as tags_module
from registry.calendars import calendar_folder, register_today, register_zone
from registry.commands.areas import AreaPlace, register_garden, register_grove
from registry.commands.photos import PhotoFacts, add_photo
from registry.commands.register import change_setting, init_register
from registry.commands.tags import IssuedTag, end_tag, find_tag, issue_tags
from registry.db import open_register, reading, transaction
from registry.errors import (
    InputMissingError,
    KeyMissingError,
    OutputError,
    PhotoError,
    RegisterExistsError,
    RegisterForeignError,
    RegistryError,
    SettingInvalidError,
    SettingUnknownError,
    TagCodeError,
    TreeAmbiguousError,
    TreeNotFoundError,
)
from registry.keys import Keys, key_path, make_keys, read_keys
from registry.models import AreaDraft, Event, EventItem, Grove, HeritageGarden, Party, Photo, Tag, Tree
from registry.photos import PhotoStore, photo_store
from registry.queries import full_trees
from registry.rules.redaction import redact
from registry.selection import find_tree
from registry.settings import KNOWN, all_settings, get_setting
from registry.vocab.language import translator
from registry.vocab.words import TagState

LATE, MORNING = datetime(2026, 3, 4, 23, 30, tzinfo=UTC), date(2026, 3, 5)
"""Late in the day of Greenwich it is the morning of the next in China."""


def issue(engine: Engine, keys: Keys, *ids: str) -> list[IssuedTag]:
    with transaction(engine) as session:
        return issue_tags(session, ids, keys=keys, actor="tests", now=NOW)


@pytest.fixture
def tree_ids(engine: Engine, tmp_path: Path) -> list[str]:
    import_rows(engine, tmp_path, {"no": "1"}, {"no": "2"})
    return [tree.id for tree in rows_of(engine, Tree)]


def test_issuing_tags_again_gives_the_same_tags(engine: Engine, keys: Keys, tree_ids: list[str]) -> None:
    first = issue(engine, keys, *tree_ids, tree_ids[0])
    events = count(engine, Event)
    again = issue(engine, keys, *tree_ids)
    assert [tag.printed for tag in first[:2]] == [tag.printed for tag in again]
    assert first[0].printed == first[2].printed
    assert (first[0].is_new, again[0].is_new) == (True, False)
    assert count(engine, Tag) == 2
    assert count(engine, Event) == events


def test_a_withdrawn_tag_stays_withdrawn_and_the_tree_gets_another(
    engine: Engine, keys: Keys, tree_ids: list[str]
) -> None:
    printed = issue(engine, keys, tree_ids[0])[0].printed
    for _ in range(2):
        with transaction(engine) as session:
            end_tag(
                session,
                f"HTTPS://X/T/{printed.lower()}",
                TagState.WITHDRAWN,
                keys=keys,
                actor="t",
                now=NOW,
                reason="lost",
            )
    events = count(engine, Event)
    assert [tag.state for tag in rows_of(engine, Tag)] == [TagState.WITHDRAWN]
    fresh = issue(engine, keys, tree_ids[0])[0]
    assert fresh.is_new
    assert fresh.printed != printed
    assert count(engine, Event) == events + 1


def test_a_tag_withdrawn_in_the_morning_in_china_bears_the_day_of_china(
    engine: Engine, keys: Keys, tree_ids: list[str]
) -> None:
    late = {"keys": keys, "actor": "tests", "now": LATE}
    with transaction(engine) as session:
        (issued,) = issue_tags(session, tree_ids[:1], **late)
        end_tag(session, issued.printed, TagState.WITHDRAWN, reason="lost", **late)
    [tag] = rows_of(engine, Tag)
    assert (tag.issued_on, tag.ended_on) == (MORNING, MORNING)


def test_a_time_zone_of_the_offices_own_settles_what_day_it_is(
    engine: Engine,
    register_address: str,
    tree_ids: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = calendar_folder(register_address)
    folder.mkdir()
    (folder / "time_zones.toml").write_text('cn = "Pacific/Honolulu"\n')
    with reading(engine) as session:
        assert register_today(session, LATE) == LATE.date()
        assert str(register_zone(session)) == "Pacific/Honolulu"


@pytest.mark.parametrize("text", ["", "ABCDEFGH-ABCDEFGHIJKLMNOP", "x" * 500])
def test_a_forged_tag_is_not_found(engine: Engine, keys: Keys, tree_ids: list[str], text: str) -> None:
    printed = issue(engine, keys, tree_ids[0])[0].printed
    with reading(engine) as session:
        for forged in (text, printed[:-1] + ("A" if printed[-1] != "A" else "B")):
            with pytest.raises(TagCodeError):
                find_tag(session, forged, keys)


def test_a_tag_ends_only_as_withdrawn_or_replaced(engine: Engine, keys: Keys, tree_ids: list[str]) -> None:
    printed = issue(engine, keys, tree_ids[0])[0].printed
    with pytest.raises(ValueError, match="does not end"), transaction(engine) as session:
        end_tag(session, printed, TagState.ISSUED, keys=keys, actor="t", now=NOW, reason="x")


def test_a_code_that_is_taken_is_drawn_again(
    engine: Engine, keys: Keys, tree_ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([b"aaaaa", b"aaaaa", b"bbbbb"])
    monkeypatch.setattr(tags_module.secrets, "token_bytes", lambda _: next(drawn))
    first, second = (issue(engine, keys, tree_id)[0].printed for tree_id in tree_ids)
    assert first[:8] != second[:8]


def test_keys_of_another_register_are_named_and_make_no_tags(
    engine: Engine, keys: Keys, tree_ids: list[str]
) -> None:
    issue(engine, keys, tree_ids[0])
    other = Keys("9", {"9": b"x" * 32}, b"y" * 32)
    with pytest.raises(KeyMissingError):
        issue(engine, other, tree_ids[0])


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "nonsense", '{"tag_key_id": "1", "tag_keys": {}, "edition_key": ""}']
)
def test_a_damaged_key_file_is_no_key_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys"
    with pytest.raises(KeyMissingError):
        read_keys(path)
    path.write_text(content)
    with pytest.raises(KeyMissingError):
        read_keys(path)


def test_keys_are_never_overwritten_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    made = make_keys(path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(OutputError):
        make_keys(path)
    assert read_keys(path) == made


# --- photos ---------------------------------------------------------------------------------------------


def _jpeg(path: Path, size: tuple[int, int] = (2000, 1000), kind: str = "JPEG") -> Path:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (36.0, 7.0, 24.0)
    Image.new("RGB", size, "green").save(
        path, kind, exif=exif, comment=b"SECRET-COMMENT"
    ) if kind == "JPEG" else (Image.new("RGB", size, "green").save(path, kind))
    return path


def add(engine: Engine, tree_id: str, path: Path, store: PhotoStore, facts: PhotoFacts | None = None) -> str:
    with transaction(engine) as session:
        return add_photo(
            session, tree_id, path, facts or PhotoFacts(), store=store, actor="t", now=NOW
        ).sha256


def test_a_rendition_has_no_metadata_and_stands_upright(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path / "photos")
    digest, *_ = store.keep(_jpeg(tmp_path / "a.jpg"))
    rendition = store.rendition(digest)
    assert (rendition.width, rendition.height) == (800, 1600)
    for content, side in ((rendition.jpeg, 1600), (rendition.thumb, 320)):
        assert b"SECRET" not in content
        with Image.open(io.BytesIO(content)) as image:
            assert not image.getexif()
            assert "comment" not in image.info
            assert max(image.size) == side


def test_the_same_photo_is_kept_once(
    engine: Engine, register_address: str, tmp_path: Path, tree_ids: list[str]
) -> None:
    store = photo_store(register_address)
    path = _jpeg(tmp_path / "a.jpg")
    facts = PhotoFacts(caption="全株", credit="甄摄影", credit_consent=True)
    assert add(engine, tree_ids[0], path, store, facts) == add(engine, tree_ids[0], path, store, facts)
    add(engine, tree_ids[1], path, store)
    assert count(engine, Photo) == 2
    assert len([file for file in store.folder.rglob("*") if file.is_file()]) == 1
    assert [party.consented_on is not None for party in rows_of(engine, Party)] == [True]


def test_the_same_name_is_not_the_same_person(
    engine: Engine, register_address: str, tmp_path: Path, tree_ids: list[str]
) -> None:
    store = photo_store(register_address)
    one, other = _jpeg(tmp_path / "a.jpg"), _jpeg(tmp_path / "b.jpg", (900, 800))
    add(engine, tree_ids[0], one, store, PhotoFacts(credit="甄摄影", credit_consent=True))
    add(engine, tree_ids[0], other, store, PhotoFacts(credit="甄摄影"))
    with reading(engine) as session:
        full = next(full_trees(session, [tree_ids[0]], store))
        shown = redact(full.record, full.disclosure)[0].photos
    assert sorted(str(photo.credit) for photo in shown) == ["None", "甄摄影"]
    party = next(party.id for party in rows_of(engine, Party) if party.consented_on)
    add(engine, tree_ids[1], other, store, PhotoFacts(credit_party_id=party))
    assert count(engine, Party) == 2


def test_what_is_said_anew_of_a_photo_is_taken_over(
    engine: Engine, register_address: str, tmp_path: Path, tree_ids: list[str]
) -> None:
    store, path = photo_store(register_address), _jpeg(tmp_path / "a.jpg")
    add(engine, tree_ids[0], path, store, PhotoFacts(caption="甄旧", release_caption=True, credit="甄摄影"))
    add(engine, tree_ids[0], path, store, PhotoFacts(caption="甄新"))
    photo = rows_of(engine, Photo)[0]
    assert (photo.caption, photo.caption_released) == ("甄新", False)
    events = count(engine, Event)
    facts = PhotoFacts(caption="甄新", release_caption=True, credit="甄摄影", credit_consent=True)
    add(engine, tree_ids[0], path, store, facts)
    add(engine, tree_ids[0], path, store, facts)
    assert count(engine, Event) == events + 1
    assert rows_of(engine, Photo)[0].caption_released
    assert [party.consented_on for party in rows_of(engine, Party)] == [NOW.date()]
    assert "甄" not in "".join(item.change for item in rows_of(engine, EventItem))


def test_captions_are_released_one_by_one_and_a_photo_held_back_is_not_shown(
    engine: Engine, register_address: str, tmp_path: Path, tree_ids: list[str]
) -> None:
    store = photo_store(register_address)
    for name, size, facts in (
        ("a.jpg", (900, 800), PhotoFacts(caption="全株", release_caption=True)),
        ("b.jpg", (800, 700), PhotoFacts(caption="未放行")),
        ("c.jpg", (700, 600), PhotoFacts(caption="不出门", release_caption=True)),
    ):
        add(engine, tree_ids[0], _jpeg(tmp_path / name, size), store, facts)
    with transaction(engine) as session:
        hidden = session.exec(select(Photo).where(Photo.caption == "不出门")).one()
        hidden.is_released = False
    with reading(engine) as session:
        full = next(full_trees(session, [tree_ids[0]], store))
        shown = redact(full.record, full.disclosure)[0].photos
    assert sorted(str(photo.caption) for photo in shown) == ["None", "全株"]


def _png_bomb(path: Path) -> Path:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )
    return path


def _cut(path: Path) -> Path:
    content = _jpeg(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def _text(path: Path) -> Path:
    path.write_text("no image")
    return path


def _huge(path: Path) -> Path:
    with path.open("wb") as stream:
        stream.truncate(41 << 20)
    return path


BAD_PHOTOS = {
    "bomb": _png_bomb,
    "cut off": _cut,
    "text": _text,
    "too large": _huge,
    "GIF": lambda p: _jpeg(p, (9, 9), "GIF"),
}


@pytest.mark.parametrize("what", BAD_PHOTOS)
def test_a_bad_photo_is_refused_and_nothing_kept(tmp_path: Path, what: str) -> None:
    store = PhotoStore(tmp_path / "photos")
    with pytest.raises(PhotoError) as caught:
        store.keep(BAD_PHOTOS[what](tmp_path / "photo"))
    assert "照片" in translator("zh").error(caught.value)
    assert not store.folder.exists()


def test_a_photo_that_is_missing_or_was_altered_is_not_shown(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path / "photos")
    with pytest.raises(InputMissingError):
        store.keep(tmp_path / "none.jpg")
    digest, *_ = store.keep(_jpeg(tmp_path / "a.jpg"))
    next(file for file in store.folder.rglob("*") if file.is_file()).write_bytes(b"x")
    with pytest.raises(PhotoError, match="taken in"):
        store.rendition(digest)
    with pytest.raises(PhotoError):
        store.rendition("0" * 64)


# --- settings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("public_address", " https://trees.example.org/ ", "https://trees.example.org"),
        ("public_address", "http://10.0.0.5:8001/trees", "http://10.0.0.5:8001/trees"),
        ("public_address", "", ""),
        ("duty_phone", "+86 (355) 123-4567", "+86 (355) 123-4567"),
        ("duty_mail", "a@b.cn", "a@b.cn"),
        ("demonstration", "YES", "yes"),
        ("register_name", "上党区古树名木名册", "上党区古树名木名册"),
        ("basemap_url", "https://t.example.org/{z}/{x}/{y}.png", "https://t.example.org/{z}/{x}/{y}.png"),
    ],
)
def test_a_setting_is_kept_and_its_change_told(engine: Engine, name: str, value: str, kept: str) -> None:
    with transaction(engine) as session:
        assert change_setting(session, name, value, actor="t", now=NOW) == kept
        assert get_setting(session, name) == all_settings(session)[name] == kept
    assert count(engine, Event) == 1 + (kept != KNOWN[name].default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_address", "trees.example.org"),
        ("public_address", "ftp://x"),
        ("public_address", "https://"),
        ("public_address", "https://a b"),
        ("public_address", "https://x?y=1"),
        ("public_address", 'https://x"onclick'),
        ("public_address", "https://[bad"),
        ("duty_phone", "call me"),
        ("duty_phone", "<b>1</b>"),
        ("duty_mail", "no mail"),
        ("demonstration", "maybe"),
        ("register_name", "a\nb"),
        ("register_name", "名" * 201),
        ("basemap_url", "https://t.example.org/"),
        ("basemap_url", "javascript:{z}{x}{y}"),
    ],
)
def test_a_setting_refuses_what_it_cannot_hold(engine: Engine, name: str, value: str) -> None:
    with pytest.raises(SettingInvalidError) as caught, transaction(engine) as session:
        change_setting(session, name, value, actor="t", now=NOW)
    assert "不能设为" in translator("zh").error(caught.value)
    assert count(engine, Event) == 1


def test_an_unknown_setting_is_refused_with_those_there_are(engine: Engine) -> None:
    with pytest.raises(SettingUnknownError, match="public_address"), reading(engine) as session:
        get_setting(session, "colour")


# --- areas ----------------------------------------------------------------------------------------------

RING = ((113.0, 36.0), (113.1, 36.0), (113.1, 36.1), (113.0, 36.0))


def test_an_area_registered_twice_is_one_and_its_change_is_told(engine: Engine, tree_ids: list[str]) -> None:
    place = AreaPlace("cn-test", "plain")
    for register, table in ((register_grove, Grove), (register_garden, HeritageGarden)):
        for name in ("柏树群", "柏树群", "侧柏群"):
            with transaction(engine) as session:
                register(session, AreaDraft(number="G1", name=name, boundary=RING), place, actor="t", now=NOW)  # type: ignore[operator]
        assert [row.name for row in rows_of(engine, table)] == ["侧柏群"]
    assert len([event for event in rows_of(engine, Event) if event.kind.endswith(":registered")]) == 4


@pytest.mark.parametrize(
    "ring",
    [RING[:3], RING[:2], (*RING[:3], (0.0, 0.0)), ((500.0, 0.0), (1.0, 1.0), (2.0, 2.0), (500.0, 0.0))],
)
def test_a_boundary_is_a_closed_ring_of_degrees(ring: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValidationError):
        AreaDraft(number="G1", boundary=ring)


# --- finding trees, making registers --------------------------------------------------------------------


def test_a_tree_is_found_by_any_of_its_numbers(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "other_no": "旧/1"}, {"no": "2", "other_no": ""})
    other = MAPPING.replace('id = "cn-test"', 'id = "cn-other"').replace('id = "plain"', 'id = "other"')
    import_rows(engine, tmp_path, {"no": "1"}, mapping=other)
    with reading(engine) as session:
        two = find_tree(session, "2")
        assert find_tree(session, "legacy:2") == two
        old = find_tree(session, "旧/1")
        assert find_tree(session, "other:旧/1") == old == find_tree(session, "cn-test:legacy:1")
        with pytest.raises(TreeAmbiguousError, match=r"cn-other:legacy:1.*cn-test:legacy:1") as caught:
            find_tree(session, "1")
        for choice in caught.value.facts["choices"]:  # type: ignore[attr-defined]
            assert find_tree(session, choice)
        for number in ("3", "", "x:2", "legacy:", ":2"):
            with pytest.raises(TreeNotFoundError):
                find_tree(session, number)


def test_a_register_is_made_once_and_never_over_another_file(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "50% 名册?.db"
    init_register(str(path), actor="t", now=NOW).dispose()
    keys = key_path(str(path)).read_bytes()
    assert open_register(str(path))
    with pytest.raises(RegisterExistsError):
        init_register(str(path), actor="t", now=NOW)
    assert key_path(str(path)).read_bytes() == keys
    foreign = tmp_path / "notes.txt"
    foreign.write_text("mine")
    for other in (foreign, tmp_path):
        with pytest.raises(RegisterForeignError):
            init_register(str(other), actor="t", now=NOW)
    assert foreign.read_text() == "mine"


def test_a_register_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RegistryError) as caught:
        init_register(str(tmp_path / "file" / "register.db"), actor="t", now=NOW)
    assert caught.value.code == "output_unwritable"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
