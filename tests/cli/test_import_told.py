"""What `gushu import` says: old and new, what is missing, what was only tried."""

import csv
import json
from pathlib import Path

import pytest
from register_kit import make_csv, make_mapping

OLD = {"name": "国槐", "girth": "300", "age": "310", "grade": "二级"}
NEW = {"name": "国槐", "girth": "305", "age": "320", "grade": "一级"}


@pytest.fixture
def bring(gushu, tmp_path: Path):
    """Imports the rows given as `a.csv` with options."""
    mapping = make_mapping(tmp_path)

    def run(
        *rows: dict[str, str], options: tuple[str, ...] = (), before: tuple[str, ...] = (), lang: str = "en"
    ):
        path = make_csv(tmp_path / "a.csv", *rows)
        result = gushu(*before, "import", path, "--mapping", mapping, *options, lang=lang)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_a_trial_shows_old_and_new_in_the_readers_language(bring) -> None:
    bring({"no": "1", **OLD})
    said = bring({"no": "1", **NEW}, options=("--dry-run",), lang="zh")
    for line in ("1 有改动：", "树龄：310 年 → 320 年", "胸围：300 cm → 305 cm", "保护等级：二级 → 一级"):
        assert line in said
    assert "1 changes:" in bring({"no": "1", **NEW}, options=("--dry-run",))


def test_a_trial_neither_writes_nor_removes_a_list_of_rejected_rows(bring, tmp_path: Path) -> None:
    listed = tmp_path / "a.csv.rejects.csv"
    bring({"no": "1", "girth": "x"}, options=("--dry-run",))
    assert not listed.exists()
    bring({"no": "1", "girth": "x"})
    before = listed.read_bytes()
    bring({"no": "1", "girth": "3"}, options=("--dry-run",))
    assert listed.read_bytes() == before
    bring({"no": "1", "girth": "3"})
    assert not listed.exists()


def test_a_list_of_rejected_rows_runs_no_formula(bring, tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://evil.example","x")'
    bring({"no": "1", "girth": evil}, {"no": "2", "girth": "@SUM(1)"})
    with (tmp_path / "a.csv.rejects.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["value"] for row in rows] == [f"'{evil}", "'@SUM(1)"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_trees_that_are_missing_are_listed(bring) -> None:
    bring(*({"no": str(n), **OLD} for n in range(100, 130)))
    said = bring({"no": "100", **OLD}, lang="zh")
    assert "同一来源的 29 株不在本文件中，名册中保留不动：101, 102" in said
    assert "120 …" in said
    assert "121" not in said
    facts = json.loads(bring({"no": "100", **NEW}, before=("--json",)))["files"][0]
    assert (facts["missing"], len(facts["missing_numbers"])) == (29, 29)
    assert facts["differences"][0]["fields"]["age_years"] == [310, 320]


def test_rejected_rows_of_several_files_go_into_one_list(gushu, tmp_path: Path) -> None:
    mapping = make_mapping(tmp_path)
    first, second = (
        make_csv(tmp_path / f"{name}.csv", {"no": name, "girth": "x"}) for name in ("first", "second")
    )
    listed = tmp_path / "all.csv"
    gushu("import", first, second, "--mapping", mapping, "--rejects", listed)
    lines = listed.read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["file", "first.csv", "second.csv"]
