"""The file of unsent work gives the same register as the line, and what is wrong in it harms nothing else."""

import json
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from register_kit import count
from sqlalchemy.engine import Engine
from submission_kit import AT, Field, jpeg, make_field, photo_said, sent

from registry.commands.uploads import UploadFolder
from registry.desk_errors import FieldFileError
from registry.importing.unsent import is_unsent_file
from registry.keys import Keys
from registry.models import Inspection, Photo, Submission
from registry.unsent_work import Office, UnsentReport, take_unsent, try_unsent


@pytest.fixture
def field(engine: Engine, keys: Keys, tmp_path: Path) -> Iterator[Field]:
    yield make_field(engine, keys, tmp_path)
    engine.dispose()


def visits(field: Field, *numbers: str, photo: bytes | None = None) -> list[dict[str, Any]]:
    more = {"photos": [photo_said(photo)]} if photo else {}
    return [
        sent(f"visit{number}", "visit", {"no_change": True}, field.trees[number], **more)
        for number in numbers
    ]


def written(
    path: Path,
    forms: list[Any],
    photos: dict[str, bytes] | None = None,
    login: str = "inspector",
    **more: Any,
) -> Path:
    """A file as the phone writes it."""
    photos = photos or {}
    manifest = {
        "format": "gushu-field", "version": 1, "login": login, "device": "d", "made_at": AT.isoformat(),
        "submissions": len(forms), "photos": len(photos), **more,
    }  # fmt: skip
    lines = "".join(json.dumps({"submission": form, "sent_at": None}) + "\n" for form in forms)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("submissions.jsonl", lines)
        for name, content in photos.items():
            archive.writestr(name, content)
    return path


def take(field: Field, path: Path) -> UnsentReport:
    uploads = UploadFolder(field.photos.folder.with_name("uploads"))
    return take_unsent(Office(field.engine, field.keys, field.photos, uploads, "registrar", AT), path)


def named(content: bytes) -> str:
    return f"photos/{photo_said(content)['sha256']}"


def test_a_file_is_taken_in_with_its_photos(field: Field, tmp_path: Path):
    content = jpeg()
    path = written(tmp_path / "work.zip", visits(field, "1", "2", photo=content), {named(content): content})
    assert is_unsent_file(path)
    report = take(field, path)
    assert (report.read, report.new, report.photos_new, report.bad) == (2, 2, 1, [])
    assert (count(field.engine, Inspection), count(field.engine, Photo)) == (2, 2)
    field.assert_whole()


def test_the_file_after_the_line_and_again_changes_nothing(field: Field, tmp_path: Path):
    content = jpeg()
    forms = visits(field, "1", "2", photo=content)
    field.send(forms[0])
    path = written(tmp_path / "work.zip", forms, {named(content): content})
    first, second = take(field, path), take(field, path)
    assert (first.new, first.known) == (1, 1)
    assert (second.new, second.known, second.photos_known) == (0, 2, 1)
    assert (count(field.engine, Submission), count(field.engine, Inspection)) == (2, 2)


def test_a_bad_form_and_a_bad_photo_hold_up_nothing(field: Field, tmp_path: Path):
    content, stranger, other = jpeg(), jpeg(99), b"no photo at all"
    good = visits(field, "1", photo=content)[0]
    good["photos"].append(photo_said(other))
    wrong = {**visits(field, "2")[0], "captured_at": "yesterday"}
    photos = {named(content): content, named(stranger): stranger, named(other): other}
    report = take(field, written(tmp_path / "work.zip", [good, wrong, ["strange"]], photos))
    codes = {each.what: each.why["code"] for each in report.bad}
    assert (report.new, report.photos_new, report.waited_for) == (1, 1, 1)
    assert codes["line 2"] == codes["line 3"] == "submission_form"
    assert codes[named(stranger)] == "upload_not_found"
    assert codes[named(other)] == "photo_unusable"


def test_a_damaged_photo_is_named_and_the_rest_is_taken(field: Field, tmp_path: Path):
    first, second = jpeg(10), jpeg(200)
    form = visits(field, "1", photo=first)[0]
    form["photos"].append(photo_said(second))
    path = written(tmp_path / "work.zip", [form], {named(first): first, named(second): second})
    whole = bytearray(path.read_bytes())
    at = whole.find(first) + len(first) // 2
    whole[at] ^= 0xFF
    path.write_bytes(whole)
    report = take(field, path)
    assert [each.what for each in report.bad] == [named(first)]
    assert report.photos_new == 1


def test_a_damaged_list_is_refused_as_a_whole(field: Field, tmp_path: Path):
    path = written(tmp_path / "work.zip", visits(field, "1"))
    whole = bytearray(path.read_bytes())
    at = whole.find(b"no_change") + 3
    whole[at] ^= 0x01
    path.write_bytes(whole)
    with pytest.raises(FieldFileError):
        take(field, path)
    assert count(field.engine, Submission) == 0


def test_tricks_with_names_write_nothing(field: Field, tmp_path: Path):
    content = jpeg()
    tricks = {"../../escaped.jpg": content, "/etc/escaped": content, "photos/../escaped": content}
    report = take(field, written(tmp_path / "work.zip", visits(field, "1"), tricks))
    assert sorted(each.what for each in report.bad) == sorted(tricks)
    assert not list(tmp_path.rglob("escaped*"))


def test_a_bomb_is_refused_before_it_is_unpacked(field: Field, tmp_path: Path):
    path = written(tmp_path / "work.zip", visits(field, "1"))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"photos/{'0' * 64}", b"\0" * (30 << 20))
    with pytest.raises(FieldFileError):
        take(field, path)


def test_a_list_of_names_beyond_measure_is_not_read(field: Field, tmp_path: Path):
    path = written(tmp_path / "work.zip", visits(field, "1"))
    whole = bytearray(path.read_bytes())
    at = whole.rfind(b"PK\x05\x06") + 12
    whole[at : at + 4] = struct.pack("<L", 1 << 30)
    path.write_bytes(whole)
    with pytest.raises(FieldFileError):
        take(field, path)


@pytest.mark.parametrize(
    "more", [{"version": 2}, {"made_at": "2026-03-05T10:00:00"}, {"login": 7}, {"submissions": "many"}]
)
def test_a_manifest_that_is_none_is_refused(field: Field, tmp_path: Path, more):
    with pytest.raises(FieldFileError):
        take(field, written(tmp_path / "work.zip", visits(field, "1"), **more))


def test_an_account_that_is_not_here_is_named(field: Field, tmp_path: Path):
    with pytest.raises(FieldFileError, match="nobody"):
        take(field, written(tmp_path / "work.zip", visits(field, "1"), login="nobody"))


def test_a_phone_whose_clock_is_ahead_does_not_write_into_the_future(field: Field, tmp_path: Path):
    ahead = (AT + timedelta(days=365)).astimezone(UTC)
    form = {**visits(field, "1")[0], "captured_at": (ahead - timedelta(days=2)).isoformat()}
    take(field, written(tmp_path / "work.zip", [form], made_at=ahead.isoformat()))
    assert field.rows(Inspection)[0].inspected_on.isoformat() == "2026-03-03"


def test_a_try_changes_nothing(field: Field, tmp_path: Path):
    forms = visits(field, "1", "2")
    field.send(forms[0])
    report = try_unsent(field.engine, written(tmp_path / "work.zip", forms))
    assert (report.read, report.new, report.known) == (2, 1, 1)
    assert count(field.engine, Submission) == 1


def test_the_file_gives_the_same_register_as_the_line(field: Field, tmp_path: Path, keys: Keys):
    """The same forms over the line and out of a file: the records say the same."""
    forms = [
        *visits(field, "1", "2"),
        sent("harm", "incident", {"incident": "I08", "text": "断枝"}, field.trees["1"]),
        sent("size", "measurement", {"sizes": {"girth_cm": 320}}, field.trees["2"]),
        sent("edit", "edit", {"fields": {"town": {"base": None, "to": "苏店镇"}}}, field.trees["1"]),
    ]
    path = written(tmp_path / "work.zip", forms)
    assert take(field, path).states == {"accepted": 3, "pending": 2}
    by_file = {row.id: (row.state, row.content_hash, row.subject_id) for row in field.rows(Submission)}
    for form in forms:
        row = field.send(form)
        assert by_file[row.id] == (row.state, row.content_hash, row.subject_id)
    assert {(row.inspected_on, row.tree_id) for row in field.rows(Inspection)} == {
        (AT.date(), field.trees["1"]), (AT.date(), field.trees["2"])
    }  # fmt: skip
    field.assert_whole()
