"""Strategies, works, budgets, outcomes and trials on the command line: refusals name the next command."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import strategy_kit as kit
from openpyxl import load_workbook
from PIL import Image
from register_kit import import_rows
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from registry.cli.app import app
from registry.db import transaction

Gushu = Callable[..., Result]
NUMBER = "ST-2026-0001"


def number_of(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return str(result.output.split()[0])


def test_a_strategy_is_taken_from_draft_to_acceptance_at_the_desk(
    engine: Engine, gushu: Gushu, tmp_path: Path, register_address: str
) -> None:
    import_rows(engine, tmp_path, {"no": "1", "name": "侧柏"})
    refused = gushu("strategy", "propose", "1")
    assert (refused.exit_code, "gushu assess" in refused.stderr) == (1, True)
    with transaction(engine) as session:
        kit.assess(session, "1", date(2026, 3, 1), 52.5, {"H04": {"value": 20}})
    number = number_of(gushu("strategy", "propose", "1"))
    assert f"gushu strategy confirm {number}" in gushu("strategy", "sign", number, "张工").stderr
    steps: tuple[tuple[object, ...], ...] = (
        ("strategy", "set", number, "目标=恢复树势", "starts_on=2026-01-01"),
        ("strategy", "line", number, 1, "--quantity", 2, "--price", "1,000.25", "--fund", "county"),
        ("strategy", "sign", number, "张工"),
        ("strategy", "sign", number, "李审", "--as", "reviewed"),
        *(("strategy", "sign", number, name, "--as", "expert") for name in ("王一", "赵二", "钱三")),
        ("strategy", "approve", "1", "--by", "县林业局", "--document", "林〔2026〕1号"),
        ("strategy", "start", number),
    )
    for step in steps:
        assert gushu(*step, lang="zh").exit_code == 0, step
    (work,) = json.loads(
        CliRunner().invoke(app, ["--register", register_address, "--json", "work", "list", "1"]).stdout
    )["works"]
    assert (work["planned_cents"], work["state"]) == (2_000_50, "planned")
    called = work["number"]
    assert f"gushu work order {called}" in gushu("work", "finish", called).stderr
    gushu("work", "order", called, "--crew", "某园林公司", "--due", "2026-12-31")
    gushu("work", "start", called)
    assert gushu("work", "finish", called, "--cost", "12.345").stderr.startswith("money_refused")
    gushu("work", "finish", called, "--cost", "1,900.00")
    assert "gushu work photo" in gushu("work", "accept", called, "--by", "李验", "--outcome", "好").stderr
    for stage in ("before", "after"):
        Image.new("RGB", (9, len(stage)), "green").save(tmp_path / f"{stage}.png")
        assert gushu("work", "photo", called, stage, tmp_path / f"{stage}.png").exit_code == 0
    assert gushu("work", "accept", called, "--by", "李验", "--outcome", "好").exit_code == 0
    assert (
        "gushu strategy outcome"
        in gushu("strategy", "accept", number, "--by", "李验", "--outcome", "好").stdout
    )
    for kind, name in (("strategy", number), ("work", called)):
        out = tmp_path / f"{kind}.pdf"
        assert gushu(kind, "print", name, out, lang="zh").exit_code == 0
        assert out.read_bytes().startswith(b"%PDF")
    told = gushu("history", "1", lang="zh").stdout
    for said in ("方案批准", "工程验收合格", called, number, "→ 已批准", "验收结论：好"):
        assert said in told, said
    assert gushu("verify").exit_code == 0


def test_lists_say_when_they_are_empty_and_how_to_begin(gushu: Gushu) -> None:
    for words, hint in (
        (("strategy", "list"), "gushu strategy propose"),
        (("trial", "list"), "gushu trial new"),
        (("budget", "list"), "gushu budget set"),
        (("outcomes",), "one model"),
        (("work", "list"), "No work order"),
    ):
        result = gushu(*words)
        assert (result.exit_code, hint in result.stdout) == (0, True), words


def test_budgets_outcomes_and_trials_go_into_workbooks_for_the_office(
    engine: Engine, gushu: Gushu, tmp_path: Path
) -> None:
    import_rows(engine, tmp_path, {"no": "1", "name": "侧柏"})
    assert gushu("budget", "set", 2026, "county", "50,000.05", "--document", "财1").exit_code == 0
    assert (
        "Nothing to change" in gushu("budget", "set", 2026, "county", "50000.05", "--document", "财1").stdout
    )
    assert gushu("budget", "set", 2026, "county", "5 万").stderr.startswith("money_refused")
    number = gushu("trial", "new", "菌根试验", "aims=促根", "budget=3,000").stdout.split()[0]
    assert gushu("trial", "partner", number, "某林业大学").exit_code == 0
    assert gushu("trial", "subject", number, "1", "--treatment", "control").exit_code == 0
    assert gushu("trial", "set", number, "state=finished").stderr.startswith("trial_refused")
    for kind in ("budget", "trial", "strategy", "work"):
        out = tmp_path / f"{kind}.xlsx"
        assert gushu(kind, "list", "--out", out, lang="zh").exit_code == 0, kind
        sheet = load_workbook(out).worksheets[0]
        assert any("仅限内部使用" in str(row[0]) for row in sheet.iter_rows(max_row=6, values_only=True))
