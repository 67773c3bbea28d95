"""`gushu species` and `gushu place`: what a name means, in both languages and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from register_kit import MAPPING, NOW, import_rows
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from registry.cli.app import app
from registry.commands.register import init_register

CENSUS = MAPPING.replace('number_scheme = "legacy"', 'number_scheme = "lyt1664-11"') + (
    'city = { field = "city", optional = true }\ncounty = { field = "county", optional = true }\n'
)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register with trees of a county that was renamed, and one of a place without a code."""
    path = tmp_path / "register.db"
    engine: Engine = init_register(str(path), actor="tests", now=NOW)
    place = {"city": "长治市", "county": "上党区"}
    import_rows(
        engine,
        tmp_path,
        {"no": "14042100001", "name": "国槐", "latin": "Sophora japonica L.", **place},
        {"no": "14040400002", "name": "槐", **place},
        {"no": "14040400003", "name": "无名树", "city": "某市", "county": "某区"},
        mapping=CENSUS,
    )
    engine.dispose()
    return path


def ask(register: Path, *words: str, lang: str = "zh") -> str:
    """What the command says."""
    result = CliRunner().invoke(app, ["--lang", lang, "--register", str(register), *words])
    assert result.exit_code == 0, result.output
    return result.output


def ask_json(register: Path, *words: str) -> dict[str, Any]:
    """What the command answers a program."""
    answer: dict[str, Any] = json.loads(ask(register, "--json", *words))
    return answer


@pytest.mark.parametrize("name", ["国槐", "槐树", "Sophora japonica", "Styphnolobium japonicum (L.) Schott"])
def test_a_species_is_found_by_each_of_its_names(register: Path, name: str) -> None:
    (found,) = ask_json(register, "species", name)["species"]
    assert (found["id"], found["trees"], found["family_zh"]) == ("styphnolobium-japonicum", 2, "豆科")
    assert found["recorded_as"] == {"国槐 Sophora japonica L.": 1, "槐": 1}


def test_a_species_is_told_in_both_languages(register: Path) -> None:
    chinese, english = ask(register, "species", "国槐"), ask(register, "species", "国槐", lang="en")
    assert chinese.splitlines()[0] == "槐 Styphnolobium japonicum (L.) Schott"
    assert "旧学名：Sophora japonica" in chinese
    assert "册中 2 株" in chinese
    assert english.splitlines()[0] == "Pagoda tree Styphnolobium japonicum (L.) Schott"
    assert "2 trees of the register" in english


def test_a_name_of_several_species_tells_them_all(register: Path) -> None:
    assert len(ask_json(register, "species", "泡桐")["species"]) == 3


def test_a_species_that_only_the_register_knows_is_told(register: Path) -> None:
    assert "不在树种名录里" in ask(register, "species", "无名树")


@pytest.mark.parametrize("asked", ["140404", "140404000000", "长治市/上党区", "上党区"])
def test_a_place_is_found_by_code_and_name(register: Path, asked: str) -> None:
    (found,) = ask_json(register, "place", asked)["places"]
    assert (found["code"], found["parents"], found["trees"]) == ("140404", ["山西省", "长治市"], 2)
    assert [former["code"] for former in found["former"]] == ["140421"]
    assert found["numbered"] == {"140421": 1, "140404": 1}


def test_a_place_that_ended_tells_what_it_became(register: Path) -> None:
    assert "2018 止，此后为 上党区 140404" in ask(register, "place", "140421")


def test_places_above_count_what_lies_in_them(register: Path) -> None:
    (found,) = ask_json(register, "place", "山西省")["places"]
    assert found["trees"] == 2
    (found,) = ask_json(register, "place", "某区")["places"]
    assert (found["code"], found["trees"], found["parents"]) == (None, 1, ["某市"])


@pytest.mark.parametrize(
    ("command", "code"), [("species", "species_not_found"), ("place", "place_not_found")]
)
def test_what_nobody_knows_is_an_error(register: Path, command: str, code: str) -> None:
    result = CliRunner().invoke(app, ["--register", str(register), command, "不存在之名"])
    assert result.exit_code == 1
    assert code in result.output
