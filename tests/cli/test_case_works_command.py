"""The commands on works, incidents and rescues: clocks with their source, files whole, reporters unseen."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from case_kit import make_trees, succeeding
from register_kit import count
from sqlalchemy.engine import Engine
from typer.testing import Result

from registry.models import CaseDocument, CaseFile

Gushu = Callable[..., Result]
APPLIED = ("甲-1", "--project", "p", "--applicant", "某公司")


@pytest.fixture
def office(gushu: Gushu, engine: Engine, tmp_path: Path) -> Gushu:
    """`gushu` on a register with two trees; it must succeed."""
    make_trees(engine, tmp_path)
    return succeeding(gushu)


def test_clocks_are_listed_with_their_source_the_overdue_first(office: Gushu) -> None:
    assert "没有正在计算的期限" in office("case", "due", lang="zh").stdout
    office("case", "open", "rescue", "甲-1", "--on", "2026-02-01")
    felling = ("case", "open", "felling", "甲-2", "--on", "2025-12-20", "--text", "雪压倒伏")
    office(*felling, "--document", "急1")
    told = json.loads(office("--json", "case", "due").stdout)
    assert [(one["kind"], one["step"], one["on"]) for one in told["due"]] == [
        ("felling", "report", "2026-01-19"),
        ("rescue", "survey", "2026-02-04"),
    ]
    assert told["due"][0]["citation"] == "《古树名木保护条例》第十四条"
    assert told["due"][1]["standing"] == "default"
    said = office("case", "due", "--kind", "rescue", lang="zh").stdout
    assert "默认" in said
    assert "甲-2" not in said
    assert json.loads(office("--json", "case", "due", "--within", "0").stdout)["overdue"] == 2


def test_an_incident_keeps_its_files_and_its_reporter_out_of_sight(
    office: Gushu, gushu: Gushu, engine: Engine, tmp_path: Path
) -> None:
    photo, paper = tmp_path / "a.jpg", tmp_path / "case.pdf"
    photo.write_bytes(b"evidence")
    office("case", "open", "incident", "甲-1", "--incident", "I12", "--reporter", "王举报", "--also", "甲-2")
    number = json.loads(office("--json", "case", "list").stdout)["cases"][0]["number"]
    for _ in range(2):
        office("case", "file", number, photo, "--kind", "证据", "--title", "刻字", "--valid-to", "2026-01-01",
               "--taken-at", "2026-02-01T09:30+08:00")  # fmt: skip
    assert count(engine, CaseDocument) == 1
    public = office("case", "show", number, lang="zh").stdout
    assert all(text not in public for text in ("王举报", "刻字", "a.jpg"))
    assert "第二十七条" in public
    whole = office("case", "show", number, "--restricted", lang="zh").stdout
    assert all(text in whole for text in ("王举报", "刻字", "a.jpg", "甲-2"))
    assert number in office("case", "files", "--expiring", "0").stdout
    office("case", "sheet", number, "--out", paper, lang="zh")
    assert paper.read_bytes().startswith(b"%PDF")
    office("case", "verify-files")
    office("verify")
    (kept,) = json.loads(office("--json", "case", "files", number).stdout)["files"]
    store = next(path for path in tmp_path.rglob(kept["sha256"]))
    store.write_bytes(b"other")
    broken = gushu("case", "verify-files")
    assert broken.exit_code == 1
    assert broken.stderr.startswith("file_unusable: ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("works", "甲-1"), "case_step"),
        (("incident", "甲-1", "--incident", "I77"), "word_unknown"),
        (("transplant", *APPLIED, "--class", "village"), "word_unknown"),
        (("transplant", *APPLIED, "--class", "other_infrastructure"), "case_step"),
        (("works", *APPLIED, "--practice", "N99=no"), "practice_unknown"),
        (("works", *APPLIED, "--practice", "N04=perhaps"), "practice_unknown"),
        (("works", *APPLIED, "--check", "ZC-1"), "record_not_found"),
        (("death", "甲-1", "--parent", "2020-0001"), "case_not_found"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_said_in_one_line_and_leaves_nothing(
    office: Gushu, gushu: Gushu, engine: Engine, words: tuple[str, ...], code: str
) -> None:
    office("case", "list")
    for lang in ("zh", "en"):
        result = gushu("case", "open", *words, lang=lang)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{code}: ")
        assert result.stderr.count("\n") == 1
    assert count(engine, CaseFile) == 0


def test_a_fine_is_an_amount(office: Gushu, gushu: Gushu) -> None:
    office("case", "open", "incident", "甲-1", "--incident", "I12")
    result = gushu("case", "step", "甲-1", "penalty", "--penalty", "much")
    assert result.stderr.startswith("money_refused: ")


def test_rescues_are_opened_for_every_endangered_tree_at_once(office: Gushu) -> None:
    assert json.loads(office("--json", "case", "rescue-due").stdout) == {"trees": [], "opened": []}
