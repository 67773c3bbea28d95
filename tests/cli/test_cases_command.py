"""The commands on cases, mergers, numbers and lists: one clear line each, and of a file all rows or none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from case_kit import make_trees, succeeding
from register_kit import MAPPING, count, import_rows
from sqlalchemy.engine import Engine
from typer.testing import Result

from registry.models import CaseFile, CaseStep, Designation

Gushu = Callable[..., Result]


@pytest.fixture
def office(gushu: Gushu, engine: Engine, tmp_path: Path) -> Gushu:
    """`gushu` on a register with two trees; it must succeed."""
    make_trees(engine, tmp_path)
    return succeeding(gushu)


def refused(result: Result, code: str, *said: str) -> None:
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith(f"{code}: ")
    assert result.stderr.count("\n") == 1
    for text in said:
        assert text in result.stderr


def designate(office: Gushu, number: str, *options: object) -> None:
    office("case", "open", "designation", number, "--on", "2026-02-01", *options)
    for step in ("appraisal", "notice"):
        office("case", "step", number, step, "--on", "2026-02-02", "--omit", "批次鉴定")
    office("case", "step", number, "decision", "--on", "2026-02-03", "--document", "认1")
    office("case", "step", number, "approval", "--on", "2026-02-04", "--by", "市人民政府")
    office("case", "step", number, "publication", "--on", "2026-02-05", "--document", "公告1")


def test_a_designation_from_proposal_to_publication(office: Gushu, gushu: Gushu) -> None:
    office("case", "open", "designation", "甲-1", "--on", "2026-02-01", "--document", "报1")
    refused(gushu("case", "step", "甲-1", "decision", lang="zh"), "case_step", "鉴定", "--omit")
    office("case", "step", "甲-1", "appraisal", "--on", "2026-02-02")
    for expert in ("张三丰", "李四光", "王五岳"):
        office("case", "opinion", "甲-1", "--expert", expert, "--verdict", "同意", "--on", "2026-02-02")
    office("case", "step", "甲-1", "notice", "--on", "2026-02-03", "--until", "2026-02-09")
    office("case", "objection", "甲-1", "--text", "树龄不足", "--on", "2026-02-08", "--by", "赵六合")
    refused(gushu("case", "step", "甲-1", "decision", "--on", "2026-02-10", "--document", "认1"), "case_step")
    office("case", "answer", "甲-1", "1", "--text", "已复核", "--rejected", "--on", "2026-02-09")
    office("case", "step", "甲-1", "decision", "--on", "2026-02-10", "--document", "认1")
    refused(gushu("case", "step", "甲-1", "approval", lang="zh"), "case_step", "设区的市级人民政府")
    office("case", "step", "甲-1", "approval", "--on", "2026-02-11", "--by", "市人民政府")
    office("case", "step", "甲-1", "publication", "--on", "2026-02-12", "--document", "公告1")
    shown = office("case", "show", _number(office), lang="zh").stdout
    assert "二级" in shown
    assert "张三丰" not in shown
    assert "赵六合" not in shown
    restricted = office("case", "show", _number(office), "--restricted").stdout
    assert "张三丰" in restricted
    assert "赵六合" in restricted


def _number(office: Gushu) -> str:
    return str(json.loads(office("--json", "case", "list").stdout)["cases"][0]["number"])


def test_a_death_shows_what_is_next_and_ends_on_the_register(office: Gushu) -> None:
    office("case", "open", "death", "甲-1", "--on", "2026-02-01")
    told = json.loads(office("--json", "case", "list", "--open").stdout)["cases"]
    assert [(case["kind"], case["next_step"]) for case in told] == [("death", "confirmation")]
    for step in (
        ["confirmation"],
        ["cause", "--cause", "自然灾害死亡"],
        ["disposal", "--disposal", "kept"],
        ["tag_recovery"],
        ["archive"],
    ):
        office("case", "step", "甲-1", *step, "--on", "2026-02-02")
    assert "已办结" in office("case", "list", lang="zh").stdout
    assert "There is no such case." in office("case", "list", "--open").stdout


def test_an_overdue_verification_is_listed(office: Gushu) -> None:
    office("case", "open", "death", "甲-1", "--on", "2026-02-02", "--pack", "zaozhuang-2019")
    office("case", "open", "death", "甲-2", "--on", "2026-02-02", "--pack", "cn-2025")
    told = json.loads(office("--json", "case", "list", "--overdue").stdout)["cases"]
    assert [(case["about"], case["due"][0]["on"]) for case in told] == [("甲-1", "2026-02-14")]


def test_a_case_can_be_withdrawn_with_its_reason(office: Gushu, gushu: Gushu) -> None:
    office("case", "open", "redesignation", "甲-1", "--grade", "1", "--on", "2026-02-01")
    refused(gushu("case", "close", "甲-1", "granted", "--reason", "x"), "word_unknown")
    office("case", "close", "甲-1", "withdrawn", "--reason", "补充材料", "--on", "2026-02-02")
    assert "补充材料" in office("case", "show", "甲-1").stdout


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_cases_is_recorded_whole(office: Gushu, engine: Engine, tmp_path: Path) -> None:
    trees = write(tmp_path / "t.csv", "古树编号,类别,级别\n甲-1,古树,一级\n甲-2,名木,\n")
    numbers = write(tmp_path / "n.csv", "古树编号\n甲-1\n甲-2\n")
    for _ in range(2):
        office("case", "open", "designation", "--file", trees, "--on", "2026-02-01", "--document", "报1")
    for step in ("appraisal", "notice"):
        office("case", "step", step, "--file", numbers, "--on", "2026-02-02", "--omit", "批次鉴定")
    office("case", "step", "decision", "--file", numbers, "--on", "2026-02-03", "--document", "认1")
    office("case", "step", "approval", "--file", numbers, "--on", "2026-02-04", "--by", "市人民政府")
    last = ("case", "step", "publication", "--file", numbers, "--on", "2026-02-05", "--document", "公告1")
    office(*last, "--county", "140524")
    office(*last)
    assert (count(engine, CaseFile), count(engine, CaseStep)) == (2, 12)
    assert count(engine, Designation) == 3  # one of them stood before
    assert "14052400002" in office("case", "list").stdout


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("古树编号,级别\n甲-1,一级\n甲-2,九级\n", ("row 3", "级别", "九级")),
        ("古树编号,级别\n甲-1,一级\n甲-9,二级\n", ("row 3", "tree_no", "甲-9")),
        ("古树编号,级别\n甲-1,一级\n,二级\n", ("row 3", "tree_no")),
        ("古树编号,日期\n甲-1,2026-13-01\n", ("row 2", "日期", "2026-13-01")),
        ("古树编号,颜色\n甲-1,绿\n", ("row 1", "颜色")),
    ],
)
def test_one_bad_row_and_none_is_recorded(
    office: Gushu, gushu: Gushu, engine: Engine, tmp_path: Path, rows: str, said: tuple[str, ...]
) -> None:
    path = write(tmp_path / "bad.csv", rows)
    refused(gushu("case", "open", "designation", "--file", path, "--on", "2026-02-01"), "case_row", *said)
    assert count(engine, CaseFile) == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("case", "show", "2020-0001"), "case_not_found"),
        (("case", "open", "wedding", "甲-1"), "word_unknown"),
        (("case", "open", "death", "grove:99"), "record_not_found"),
        (("case", "open", "found", "甲-1"), "case_conflict"),
        (("allot", "甲-1", "--county", "14"), "number_allot"),
        (("split", "甲-1", "--reason", "x"), "merge"),
        (("list", "show", "7"), "list_unknown"),
        (("list", "make", "list.doc"), "output_kind"),
    ],
)
def test_what_cannot_be_done_is_one_line_in_both_languages(
    office: Gushu, gushu: Gushu, words: tuple[str, ...], code: str
) -> None:
    assert office("case", "list").exit_code == 0
    for lang in ("zh", "en"):
        refused(gushu(*words, lang=lang), code)


def test_two_records_are_merged_and_parted_again(office: Gushu, engine: Engine, tmp_path: Path) -> None:
    mapping = MAPPING.replace('id = "cn-test"', 'id = "cn-green"')
    row = {"no": "园-7", "name": "侧柏", "age": 400, "lon": 112.85, "lat": 35.5}
    import_rows(engine, tmp_path, row, mapping=mapping)
    told = json.loads(office("--json", "duplicates").stdout)
    assert (told["count"], told["pairs"][0]["distance_m"]) == (1, 0.0)
    tried = office("merge", "甲-1", "园-7", "--reason", "同一株", "--dry-run", lang="zh").stdout
    assert "保留 305" in tried
    assert json.loads(office("--json", "duplicates").stdout)["count"] == 1
    office("merge", "甲-1", "园-7", "--reason", "同一株", "--take", "age_years")
    assert "0 对" in office("duplicates", lang="zh").stdout
    office("case", "open", "missing", "园-7", "--on", "2026-02-01")
    assert json.loads(office("--json", "case", "list").stdout)["cases"][0]["about"] == "甲-1"
    office("split", "园-7", "--reason", "误并")
    assert json.loads(office("--json", "duplicates").stdout)["count"] == 1
    assert "14052400001" in office("split", "甲-1", "--reason", "两株", "--county", "140524").stdout
    assert office("allot", "甲-2", "--county", "140524").stdout.startswith("甲-2 has the number 14052400002")


@pytest.mark.parametrize("ending", ["pdf", "html", "xlsx"])
def test_a_list_is_made_kept_compared_and_printed_again(office: Gushu, tmp_path: Path, ending: str) -> None:
    first, again, second = (tmp_path / f"{name}.{ending}" for name in ("first", "again", "second"))
    office("list", "make", first, "--document", "公告1", "--title", "某县名录", "--on", "2026-02-01")
    designate(office, "甲-2", "--grade", "3")
    made = json.loads(office("--json", "list", "make", second, "--document", "公告2").stdout)
    assert (made["edition"], made["previous"], made["new"], made["trees"]) == (2, 1, True, 2)
    office("list", "reprint", "1", again)
    assert again.read_bytes() == first.read_bytes()
    assert "＋ 甲-2 国槐：三级" in office("list", "diff", "1", "2", lang="zh").stdout
    assert "甲-2" in office("list", "show", "2").stdout
    assert "某县名录" in office("list", "show").stdout
    assert json.loads(office("--json", "list", "make", second, "--document", "公告2").stdout)["new"] is False


def test_an_empty_list_is_none(office: Gushu, gushu: Gushu, tmp_path: Path) -> None:
    out = tmp_path / "l.pdf"
    refused(gushu("list", "make", out, "--where", "tree_no=甲-2"), "nothing_selected")
    assert not out.exists()
