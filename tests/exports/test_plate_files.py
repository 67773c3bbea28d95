"""Plates as single files: heard of in order also where a run goes on; a journal that fails is told."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from exports import plate_files
from exports.plate_files import Made, PlateFiles, write_plate_files
from registry.errors import OutputError
from registry.plate_templates import shipped_template
from registry.records import TagContent
from tests.exports.test_dossier_run import AtOnce

Heard = list[tuple[str, str]]


@pytest.fixture
def tags(monkeypatch: pytest.MonkeyPatch) -> list[TagContent]:
    monkeypatch.setattr(plate_files, "CHUNK", 2)
    return [
        TagContent(f"HTTPS://T.EXAMPLE/T/{n}", f"7HBKM00{n}", str(n), None, None, None, "某市", "City")
        for n in range(7)
    ]


def write(tags: Sequence[TagContent], folder: Path, journal: Path) -> Heard:
    """What is heard of each plate: the tag's code, and the SHA-256 of its file."""
    folder.mkdir(exist_ok=True)
    wanted = PlateFiles(str(folder), "svg", shipped_template("code-only"), (60, 90), "zh")
    heard: Heard = []

    def done(chunk: Sequence[TagContent], made: Made) -> None:
        assert [tag.code for tag in chunk] == [each.code for each in made]
        heard.extend((each.code, each.sha256) for each in made)

    write_plate_files(tags, wanted, journal, executor=AtOnce(), on_done=done)
    return heard


def test_plates_are_heard_of_in_order_wherever_a_run_goes_on(tags: list[TagContent], tmp_path: Path) -> None:
    folder, journal = tmp_path / "plates", tmp_path / "plates.part"
    first = write(tags, folder, journal)
    assert [code for code, _digest in first] == [tag.code for tag in tags]
    for number in (1, 4):
        (folder / f"{number}-7HBKM00{number}.svg").unlink()
    (folder / "6-7HBKM006.svg").write_text("changed by hand")
    kept = {path: path.stat().st_mtime_ns for path in (folder / "2-7HBKM002.svg", folder / "3-7HBKM003.svg")}
    assert write(tags, folder, journal) == first
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize("text", ["5\n", "[1, 2]\n", '["half', "\x00\xff", "null\n"])
def test_a_journal_that_says_nothing_costs_time_only(
    tags: list[TagContent], tmp_path: Path, text: str
) -> None:
    journal = tmp_path / "plates.part"
    journal.write_bytes(text.encode("latin-1"))
    assert len(write(tags, tmp_path / "plates", journal)) == len(tags)


def test_a_journal_that_cannot_be_read_or_written_is_named(tags: list[TagContent], tmp_path: Path) -> None:
    (tmp_path / "folder.part").mkdir()
    for journal in (tmp_path / "folder.part", tmp_path / "nowhere" / "plates.part"):
        with pytest.raises(OutputError, match=str(journal)):
            write(tags, tmp_path / "plates", journal)
