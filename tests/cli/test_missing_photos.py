"""A photo that is missing or was altered: paper is made without it, editions are refused; both say so."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pdf_kit import text_of
from PIL import Image
from register_kit import import_rows
from sqlalchemy.engine import Engine
from typer.testing import Result

Gushu = Callable[..., Result]


@pytest.fixture
def original(engine: Engine, gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The original of the newest photo of tree 2, in a register of three trees."""
    monkeypatch.chdir(tmp_path)
    row = {"name": "国槐", "lon": "113.05", "lat": "36.05", "grade": "二级", "designated": "2010-06-01"}
    import_rows(engine, tmp_path, *({**row, "no": number} for number in "123"))
    day = ("--viewpoint", "north", "--taken-on")
    add_photo(gushu, tmp_path, "photo", "add", "2", *day, "2020-01-01", size=(5, 5))
    return add_photo(gushu, tmp_path, "photo", "add", "2", *day, "2026-02-01")


def add_photo(gushu: Gushu, folder: Path, *words: object, size: tuple[int, int] = (80, 60)) -> Path:
    before = set(folder.glob("register.db.photos/*/*"))
    Image.new("RGB", size, "green").save(folder / "new.png")
    assert gushu(*words, folder / "new.png").exit_code == 0
    [kept] = set(folder.glob("register.db.photos/*/*")) - before
    return kept


def delete(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


BREAKS = pytest.mark.parametrize(
    ("spoil", "reason"),
    [(delete, "the file is missing"), (truncate, "its content is not what was taken in")],
    ids=["deleted", "truncated"],
)


def told(original: Path, reason: str) -> str:
    return f"photo_unreadable: a photo of 2 cannot be read, {original}: {reason}; put the file back from a"


@BREAKS
def test_a_run_of_dossiers_goes_past_a_broken_photo_and_makes_it_good_once_it_is_back(
    original: Path, gushu: Gushu, tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    content = original.read_bytes()
    spoil(original)
    done = gushu("dossiers", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "3 dossiers written" in done.stdout
    assert done.stderr.count("photo_unreadable") == 1
    assert told(original, reason) in done.stderr
    assert "this photo cannot be read" in text_of(tmp_path / "out" / "2.pdf")
    original.write_bytes(content)
    again = gushu("dossiers", tmp_path / "out")
    assert "1 dossier written" in again.stdout
    assert "2 kept" in again.stdout
    assert again.stderr.count("photo_unreadable") == 0
    assert "this photo cannot be read" not in text_of(tmp_path / "out" / "2.pdf")


PAPERS: dict[str, tuple[Any, ...]] = {
    "dossier": ("dossier", "2", "out.pdf"),
    "office's dossier": ("dossier", "2", "out.pdf", "--restricted"),
    "dossier of a day": ("dossier", "2", "out.pdf", "--effective", "2100-01-01"),
    "booklet": ("booklet", "out.pdf"),
    "pairs": ("photo", "pairs", "2", "--out", "out.pdf"),
    "file": ("file", "2", "out.pdf"),
}


@BREAKS
@pytest.mark.parametrize("words", PAPERS.values(), ids=PAPERS)
def test_paper_says_that_a_photo_cannot_be_read_and_so_does_the_command(
    original: Path, gushu: Gushu, spoil: Callable[[Path], None], reason: str, words: tuple[Any, ...]
) -> None:
    spoil(original)
    done = gushu(*words)
    assert done.exit_code == 0, done.output
    assert told(original, reason) in done.stderr
    assert "this photo cannot be read" in text_of(Path("out.pdf"))


def test_programs_and_chinese_readers_are_told_of_a_missing_photo(original: Path, gushu: Gushu) -> None:
    original.unlink()
    done = gushu("--json", "dossier", "2", "out.pdf", lang="zh")
    [said] = json.loads(done.stdout)["photos_unread"]
    assert said == f"2 的一张照片无法读取（{original}）：文件不见了；请从备份中放回该文件"
    assert done.stderr == f"photo_unreadable: {said}\n"
    assert gushu("file", "2", "out.html", lang="zh").exit_code == 0
    assert "<p>此照片无法读取</p>" in Path("out.html").read_text("utf-8")


def test_strategies_works_and_assessments_are_printed_without_a_missing_photo(
    original: Path, gushu: Gushu, tmp_path: Path
) -> None:
    facts = ("--model", "gushu-health", "--on", "2026-03-01", "--by", "张评估", "H01=50", "H04=20")
    assert gushu("assess", "record", "2", *facts).exit_code == 0
    [row] = json.loads(gushu("--json", "assess", "list").stdout)["assessments"]
    strategy = gushu("strategy", "propose", "2").stdout.split()[0]
    work = gushu("work", "new", "2", "T10").stdout.split()[0]
    stage = add_photo(gushu, tmp_path, "work", "photo", work, "before", size=(8, 8))
    day = add_photo(gushu, tmp_path, "photo", "add", "2", "--taken-on", "2026-03-01", size=(7, 7))
    for path in (original, stage, day):
        path.unlink()
    for words in (
        ("strategy", "print", strategy, "out.pdf"),
        ("work", "print", work, "out.pdf"),
        ("assess", "sheet", row["id"], "out.pdf"),
    ):
        done = gushu(*words)
        assert done.exit_code == 0, done.output
        assert "photo_unreadable: a photo of 2 cannot be read" in done.stderr, words
        assert "this photo cannot be read" in text_of(Path("out.pdf")), words


@pytest.mark.parametrize(
    "words", [("publish", "--out", "public.gpkg"), ("export", "geopackage", "out.gpkg", "--photos")]
)
def test_what_carries_photos_is_refused_and_the_tree_is_named(
    original: Path, gushu: Gushu, words: tuple[str, ...]
) -> None:
    original.unlink()
    done = gushu(*words)
    assert done.exit_code == 1
    assert told(original, "the file is missing") in done.stderr
    assert not Path("public.gpkg").exists()
    assert not Path("out.gpkg").exists()
    assert gushu("export", "geopackage", "out.gpkg").exit_code == 0
