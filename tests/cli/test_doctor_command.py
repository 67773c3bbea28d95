"""`gushu doctor` says what is missing and what to do, and changes nothing."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import Gushu
from register_kit import make_csv, make_mapping

from registry.doctor import EXTRAS


@pytest.fixture
def office(tmp_path: Path, gushu: Gushu, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = make_csv(tmp_path / "rows.csv", {"no": "01", "name": "国槐"})
    assert gushu("import", path, "--mapping", make_mapping(tmp_path)).exit_code == 0
    return tmp_path


def states(gushu: Gushu, exit_code: int = 0) -> dict[str, str]:
    result = gushu("--json", "doctor")
    assert result.exit_code == exit_code, result.output
    told: Any = json.loads(result.stdout)
    assert told["problems"] == sum(each["state"] == "problem" for each in told["checks"])
    return {each["check"]: each["state"] for each in told["checks"]}


def test_a_chinese_register_is_warned_while_the_settings_of_public_maps_are_empty(office, gushu):
    found = states(gushu)
    assert {found["public_position_decimals"], found["map_review_no"]} == {"warning"}
    gushu("config", "set", "public_position_decimals", "4")
    gushu("config", "set", "map_review_no", "晋S（2026）001号")
    found = states(gushu)
    assert {found["public_position_decimals"], found["map_review_no"]} == {"ok"}


def test_a_setting_that_tags_and_scan_pages_need_is_asked_for(office, gushu):
    assert {states(gushu)[name] for name in ("public_address", "duty")} == {"warning"}
    gushu("config", "set", "public_address", "https://trees.example.org")
    gushu("config", "set", "duty_phone", "0351-1234567")
    assert {states(gushu)[name] for name in ("public_address", "duty")} == {"ok"}


def test_the_edition_is_compared_with_the_register(office, gushu):
    assert states(gushu)["edition"] == "warning"
    assert gushu("publish").exit_code == 0
    assert states(gushu)["edition"] == "ok"
    gushu("config", "set", "duty_phone", "0351-1234567")
    assert states(gushu)["edition"] == "warning"
    assert gushu("publish").exit_code == 0
    Path("public.gpkg.json").write_text("{}", encoding="utf-8")
    assert states(gushu)["edition"] == "warning"


def test_missing_keys_are_a_problem_and_open_ones_a_warning(office, gushu):
    keys = next(office.rglob("*.keys"))
    os.chmod(keys, 0o644)
    assert states(gushu)["keys"] == "warning"
    keys.rename(keys.with_suffix(".away"))
    assert states(gushu, exit_code=1)["keys"] == "problem"


@pytest.mark.parametrize(("lang", "said"), [("zh", "没有值班电话"), ("en", "no duty telephone")])
def test_a_person_reads_it_in_words(office, gushu, lang, said):
    assert said in gushu("--lang", lang, "doctor").stdout


def test_the_extras_that_are_looked_for_are_those_of_the_package():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert EXTRAS.keys() == project["optional-dependencies"].keys()
