"""`gushu rules`: readable, exact, and nothing changes but by adoption."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from register_kit import MAPPING, import_rows, rows_of, tamper
from sqlalchemy.engine import Engine
from typer.testing import Result

from registry.models import Designation, Event, RuleAdoption
from registry.rulepacks import RULEPACK_FOLDER, pack_folder

Gushu = Callable[..., Result]
RULES_MAPPING = MAPPING + 'place = { field = "growth_place", optional = true, codelist = "growth_place" }\n' \
    'county = { field = "county", optional = true }\nkind = { field = "category", optional = true }\n' \
    'vigour = { field = "vigour", optional = true, codelist = "vigour" }\n'  # fmt: skip
TREES = [
    {
        "no": "1",
        "name": "槐",
        "age": 320,
        "grade": "二级",
        "place": "城区",
        "county": "甲县",
        "kind": "ancient",
    },
    {
        "no": "2",
        "name": "槐",
        "age": 320,
        "grade": "二级",
        "place": "乡村",
        "county": "甲县",
        "kind": "ancient",
    },
    {"no": "3", "name": "槐", "age": 310, "grade": "", "place": "乡村", "county": "乙县", "kind": "ancient"},
    {
        "no": "4",
        "name": "柏",
        "age": "",
        "grade": "一级",
        "place": "城区",
        "county": "乙县",
        "kind": "ancient",
    },
    {"no": "5", "name": "柏", "age": 40, "grade": "", "place": "城区", "county": "乙县", "kind": "famous"},
    {"no": "6", "name": "柏", "age": 600, "grade": "二级", "place": "", "county": "乙县", "kind": "ancient"},
]


@pytest.fixture
def trees(engine: Engine, tmp_path: Path) -> Engine:
    report = import_rows(engine, tmp_path, *TREES, mapping=RULES_MAPPING)
    assert report.rejected == 0, report.rejections
    return engine


def answered(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_packs_are_listed_and_shown_without_a_register(gushu: Gushu, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none.db")
    listed = gushu("rules", "list", lang="zh", register=nowhere)
    assert listed.exit_code == 0
    assert "山西省，限城区" in listed.stdout
    assert "已由 cn-2025 取代" in next(
        line for line in listed.stdout.splitlines() if line.startswith("cn-lyt")
    )
    shown = gushu("rules", "show", "shanxi-urban-2022", lang="zh", register=nowhere)
    assert "50–99 年，列为三级" in shown.stdout
    assert "晋政办发〔2022〕60号" in shown.stdout
    assert "默认值，非法定，可改" in shown.stdout
    english = gushu("rules", "show", "cn-2025", register=nowhere).stdout
    assert "editable default, not law" in english


def test_show_gives_programs_every_value_with_its_citation(gushu: Gushu) -> None:
    found = answered(gushu("--json", "rules", "show", "cn-2025"))
    assert all(rule["citation"] and rule["confidence"] for rule in found["rules"])
    assert {"section": "grades", "name": "2", "values": {"from": 300, "below": 500}}.items() <= next(
        rule for rule in found["rules"] if rule["section"] == "grades" and rule["name"] == "2"
    ).items()


def test_diff_says_value_by_value_what_differs(gushu: Gushu) -> None:
    text = gushu("rules", "diff", "cn-2025", "cn-2025-urban-uplift").stdout
    assert "First grade  500 years and more → 300 years and more" in text
    assert "Third grade  100 to 299 years → nothing said" in text
    assert "Patrol" not in text
    assert gushu("rules", "diff", "cn-2025", "cn-2025", lang="zh").stdout.endswith("全部数值相同。\n")
    found = answered(gushu("--json", "rules", "diff", "cn-2025", "shanghai-2017"))
    assert {"grades", "reserve", "patrol"} <= {one["section"] for one in found["differences"]}


def test_check_names_every_wrong_file_and_the_good_ones(gushu: Gushu, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('id = "bad"\njurisdiction = 1\n', encoding="utf-8")
    result = gushu("rules", "check", bad, "cn-2025", "none")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].startswith(
        "rule_pack_invalid: the rule pack bad.toml cannot be used: jurisdiction: "
    )
    assert result.stderr.splitlines()[1].startswith("rule_pack_unknown: there is no rule pack none")
    assert result.stdout.startswith("cn-2025: in order, ")
    assert gushu("rules", "check", *(path.stem for path in RULEPACK_FOLDER.glob("*.toml"))).exit_code == 0


def test_due_lists_trees_whose_decision_and_rules_differ(gushu: Gushu, trees: Engine) -> None:
    found = answered(gushu("--json", "rules", "due", "--on", "2026-03-04"))
    assert {tree["tree_no"]: tree["turn"] for tree in found["trees"]} == {"3": "new", "6": "raise"}
    assert (found["read"], found["regraded"], found["unknown"]) == (6, 2, 1)
    text = gushu("rules", "due", "--on", "2026-03-04", "--where", "tree_no=6", lang="zh").stdout
    assert "古树二级 → 古树一级" in text
    assert "树龄 600 年，一级为 500 年及以上；现行认定为二级" in text
    assert "规则只作建议" in text


def test_a_suggestion_changes_no_grade_and_no_history(gushu: Gushu, trees: Engine) -> None:
    before = [(row.tree_id, row.grade) for row in rows_of(trees, Designation)], len(rows_of(trees, Event))
    gushu("rules", "due")
    gushu("rules", "affected", "cn-2025-urban-uplift")
    assert before == (
        [(row.tree_id, row.grade) for row in rows_of(trees, Designation)],
        len(rows_of(trees, Event)),
    )


def test_who_is_affected_is_known_before_a_pack_is_adopted(gushu: Gushu, trees: Engine) -> None:
    found = answered(gushu("--json", "rules", "affected", "cn-2025-urban-uplift", "--on", "2026-03-04"))
    assert found["passed_over"] == {"outside": 2, "urban_unknown": 1}
    (tree,) = found["trees"]
    assert (tree["tree_no"], tree["old_grade"], tree["new_grade"]) == ("1", "2", "1")
    assert (tree["old_patrol_months"], tree["new_patrol_months"]) == (6, 3)
    assert found["changes"][0]["division"] == ["甲县"]
    guessed = answered(
        gushu("--json", "rules", "affected", "cn-2025-urban-uplift", "--assume-urban", "--on", "2026-03-04")
    )
    assert {tree["tree_no"] for tree in guessed["trees"]} == {"1", "6"}
    only = answered(gushu("--json", "rules", "affected", "cn-2025", "--urban-only", "--on", "2026-03-04"))
    assert only["passed_over"] == {"outside": 2, "urban_unknown": 1}


def test_two_packs_can_be_held_against_each_other(gushu: Gushu, trees: Engine) -> None:
    words = ("--json", "rules", "affected", "cn-2025-urban-uplift", "--against", "cn-2025")
    found = answered(gushu(*words, "--on", "2026-03-04"))
    assert [(tree["tree_no"], tree["old_grade"], tree["new_protection"]) for tree in found["trees"]] == [
        ("1", "2", "1")
    ]


def test_the_whole_list_goes_into_a_workbook(gushu: Gushu, trees: Engine, tmp_path: Path) -> None:
    out = tmp_path / "due.xlsx"
    result = gushu("rules", "due", "--on", "2026-03-04", "--out", out, lang="zh")
    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook(out)
    cells = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    assert any(row[0] == "6" and "古树一级" in row for row in cells)
    assert ("乙县", "古树二级", "古树一级", 1) in [row[:4] for row in cells]
    (tmp_path / "mine.xlsx").write_bytes(b"mine")
    assert gushu("rules", "due", "--out", tmp_path / "mine.xlsx").exit_code == 1
    assert (tmp_path / "mine.xlsx").read_bytes() == b"mine"


def test_a_pack_that_needs_a_decision_is_not_adopted_without_its_number(gushu: Gushu, trees: Engine) -> None:
    refused = gushu("rules", "adopt", "cn-2025-urban-uplift")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "rule_adoption: the rule pack cn-2025-urban-uplift cannot be adopted: "
        "it needs the number of the decision; give it with --document\n"
    )
    assert rows_of(trees, RuleAdoption) == []


def test_an_adopted_pack_is_what_the_register_goes_by(gushu: Gushu, trees: Engine) -> None:
    words = (
        "rules",
        "adopt",
        "cn-2025-urban-uplift",
        "--document",
        "某政发〔2026〕1号",
        "--from",
        "2026-01-01",
    )
    assert gushu(*words).exit_code == 0
    (adoption,) = rows_of(trees, RuleAdoption)
    assert (adoption.document_no, adoption.is_urban_only, len(adoption.sha256)) == (
        "某政发〔2026〕1号",
        True,
        64,
    )
    event = max(rows_of(trees, Event), key=lambda row: row.seq)
    assert (event.kind, event.document) == ("rules:adopted", "某政发〔2026〕1号")
    due = answered(gushu("--json", "rules", "due", "--on", "2026-03-04"))
    assert {tree["tree_no"]: tree["pack"] for tree in due["trees"]} == {
        "1": "cn-2025-urban-uplift", "3": "cn-2025", "6": "cn-2025",
    }  # fmt: skip
    earlier = answered(gushu("--json", "rules", "due", "--on", "2025-12-31"))
    assert {tree["pack"] for tree in earlier["trees"]} == {"cn-2025"}
    assert "adopted from 2026-01-01" in gushu("rules", "list").stdout
    assert gushu("verify").exit_code == 0


def test_adopting_again_ends_the_adoption_before(gushu: Gushu, trees: Engine) -> None:
    first = ("rules", "adopt", "shanghai-2017", "--document", "1", "--from", "2020-01-01")
    assert gushu(*first).exit_code == 0
    again = gushu(*first)
    assert again.exit_code == 1
    assert "adopted from 2020-01-01 on already" in again.stderr
    assert gushu(*first[:-1], "2024-01-01").exit_code == 0
    spans = sorted((row.adopted_on, row.ended_on) for row in rows_of(trees, RuleAdoption))
    assert spans == [(date(2020, 1, 1), date(2024, 1, 1)), (date(2024, 1, 1), None)]


def test_a_pack_of_ones_own_is_kept_beside_the_register(
    gushu: Gushu, trees: Engine, register_address: str, tmp_path: Path
) -> None:
    own = tmp_path / "mine.toml"
    shutil.copy(RULEPACK_FOLDER / "cn-2025-urban-uplift.toml", own)
    taken = gushu("rules", "adopt", own, "--document", "1")
    assert taken.exit_code == 0  # word for word the shipped one
    own.write_text(
        own.read_text("utf-8").replace("from = 300 }", "from = 250 }").replace("below = 300", "below = 250"),
        "utf-8",
    )
    assert "give yours an id of its own" in gushu("rules", "adopt", own, "--document", "1").stderr
    own.write_text(own.read_text("utf-8").replace('"cn-2025-urban-uplift"', '"our-city"'), "utf-8")
    assert gushu("rules", "adopt", own, "--document", "2").exit_code == 0
    assert (pack_folder(register_address) / "our-city.toml").read_bytes() == own.read_bytes()
    own.unlink()
    assert "250 years and more" in gushu("rules", "show", "our-city").stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("adopt", "office-defaults"), "a base for other packs"),
        (("adopt", "cn-2025", "--from", "2025-03-14"), "not in force on 2025-03-14"),
        (("adopt", "cn-2025", "--division", "999"), "is no division of this register"),
    ],
)
def test_an_adoption_that_cannot_be_is_refused(
    gushu: Gushu, trees: Engine, words: tuple[str, ...], reason: str
) -> None:
    result = gushu("rules", *words)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert rows_of(trees, RuleAdoption) == []


def test_dead_trees_are_never_due(gushu: Gushu, trees: Engine) -> None:
    tamper(trees, "UPDATE tree SET status = 'dead'")
    found = answered(gushu("--json", "rules", "due"))
    assert (found["trees"], found["passed_over"]) == ([], {"not_standing": 6})
