"""Cases say what was not recorded, what a step is called here, and by which clock and in which money."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from case_kit import make_trees, succeeding
from register_kit import count
from sqlalchemy.engine import Engine
from typer.testing import Result

from registry.models import CaseStep

Gushu = Callable[..., Result]
APPLIED = ("甲-1", "--project", "p", "--applicant", "某公司", "--on", "2026-01-05")
ADVICE = ("case", "step", "甲-1", "advice", "--on", "2026-01-07", "--document", "意见1")


@pytest.fixture
def office(gushu: Gushu, engine: Engine, tmp_path: Path) -> Gushu:
    """`gushu` on a register with two trees; it must succeed."""
    make_trees(engine, tmp_path)
    return succeeding(gushu)


@pytest.fixture
def works(office: Gushu) -> Gushu:
    """The same with works whose site was surveyed."""
    office("case", "open", "works", *APPLIED)
    office("case", "step", "甲-1", "survey", "--on", "2026-01-06")
    return office


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (("--practice", "N04=no"), "--practice"),
        (("--check", "ZC-2026-0001"), "--check"),
        (("--also", "甲-2"), "--also"),
        (("--by", "县林业局"), "--by"),
    ],
)
def test_a_step_that_says_something_else_is_refused_and_the_same_again_changes_nothing(
    works: Gushu, gushu: Gushu, engine: Engine, other: tuple[str, str], said: str
) -> None:
    first = (*ADVICE, "--no-check", "在保护范围之外", "--practice", "N04=yes:危树须处理")
    for _ in range(2):
        works(*first, lang="zh")
    for lang in ("zh", "en"):
        refused = gushu(*first, *other, lang=lang)
        assert refused.exit_code == 1
        assert refused.stderr.startswith("case_step: ")
    assert "已经登记" in gushu(*first, *other, lang="zh").stderr
    assert said in gushu(*first, *other, lang="zh").stderr
    assert count(engine, CaseStep) == 3
    works("verify")


def test_a_visit_that_says_something_else_is_another_visit(works: Gushu, engine: Engine) -> None:
    works(*ADVICE, "--no-check", "在保护范围之外")
    works("case", "step", "甲-1", "measures", "--text", "架空板桥", "--on", "2026-01-08")
    for said in ("上午", "上午", "下午"):
        works("case", "step", "甲-1", "supervision", "--by", "站", "--text", said, "--on", "2026-01-09")
    assert count(engine, CaseStep) == 6


@pytest.mark.parametrize(
    "words", [(), ("--text", "改线绕行"), ("--no-check", "无"), ("--text", "无核查：无")]
)
def test_advice_on_works_rests_on_a_check_or_on_a_reason_why_there_is_none(
    works: Gushu, gushu: Gushu, words: tuple[str, ...]
) -> None:
    refused = gushu(*ADVICE, *words, lang="zh")
    assert refused.exit_code == 1
    assert "--no-check" in refused.stderr
    works(*ADVICE, "--text", "无核查：在保护范围之外", lang="zh")


def test_a_wrong_step_is_answered_with_the_steps_of_its_case_in_their_order(
    works: Gushu, gushu: Gushu
) -> None:
    known = "survey（现场勘查）; advice（意见）; measures（保护措施）"
    said = gushu("case", "step", "甲-1", "penalty", lang="zh").stderr
    assert known in said.replace("；", "; ")
    said = gushu("case", "step", "甲-1", "opinion", lang="zh").stderr
    assert "application (申请)" in said
    assert "proposal" not in said


def test_a_transplant_where_no_rule_speaks_of_projects_says_so_and_never_in_words_of_another_law(
    office: Gushu,
) -> None:
    applied = ("case", "open", "transplant", *APPLIED, "--pack", "hk-ovt", "--class", "provincial_key")
    said = office(*applied, lang="zh").stdout
    assert "hk-ovt 没有关于工程类别的规定" in said
    shown = office("case", "show", "甲-1", lang="zh").stdout
    assert "provincial_key" in shown
    assert "省级重点" not in shown


def test_the_term_of_a_felling_report_says_from_which_day_it_runs(office: Gushu) -> None:
    opened = office("case", "open", "felling", "甲-1", "--on", "2026-01-02", "--text", "雪压", lang="zh")
    assert "自应急处置之日 2026-01-02 起算" in opened.stdout
    assert "--until" in opened.stdout
    ended = office(
        "case", "step", "甲-1", "handling", "--on", "2026-01-05", "--until", "2026-01-04", lang="zh"
    )
    assert "结束之日 2026-01-04" in ended.stdout
    told = json.loads(office("--json", "case", "due").stdout)
    assert told["due"][0]["on"] == "2026-02-03"
    said = office("case", "open", "felling", "甲-2", "--on", "2026-01-02", "--until", "2026-01-03",
                  "--text", "雪压", lang="zh").stdout  # fmt: skip
    assert "结束之日 2026-01-03" in said
    office("verify")


def test_times_of_files_are_local_and_fines_are_money(office: Gushu, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"evidence")
    office("case", "open", "incident", "甲-1", "--incident", "I12", "--on", "2026-01-02")
    taken = ("--taken-at", "2026-01-03T01:30:00+00:00", "--kind", "evidence")
    assert "2026-01-03 09:30 +08:00" in office("case", "file", "甲-1", photo, *taken).stdout
    assert "2026-01-03 09:30 +08:00" in office("case", "files", "甲-1").stdout
    (kept,) = json.loads(office("--json", "case", "files", "甲-1").stdout)["files"]
    assert kept["taken_at"] == "2026-01-03T09:30:00+08:00"
    assert kept["added_at"].endswith("+08:00")
    office("case", "step", "甲-1", "survey", "--on", "2026-01-03")
    office("case", "step", "甲-1", "evidence", "--on", "2026-01-03")
    office("case", "step", "甲-1", "referral", "--on", "2026-01-04", "--by", "队", "--document", "移1")
    office("case", "step", "甲-1", "penalty", "--on", "2026-01-05", "--by", "队", "--document", "罚1",
           "--penalty", "10800.00")  # fmt: skip
    assert "10,800.00 元" in office("history", "甲-1", lang="zh").stdout
    assert "CNY 10,800.00" in office("history", "甲-1", lang="en").stdout
