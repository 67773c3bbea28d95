"""`gushu field-sheet`: which trees a sheet of paper is printed for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from case_kit import make_trees, succeeding
from register_kit import rows_of
from sqlalchemy.engine import Engine
from typer.testing import Result

from registry.models import Party

Gushu = Callable[..., Result]


@pytest.fixture
def office(gushu: Gushu, engine: Engine, tmp_path: Path) -> Gushu:
    """Two trees, of which one has a steward."""
    make_trees(engine, tmp_path)
    run = succeeding(gushu)
    run("duty", "set", "甲-2", "--steward", "王管护", "--from", "2026-01-01")
    return run


def printed(office: Gushu, out: Path, *words: str) -> int:
    return int(json.loads(office("--json", "field-sheet", out, *words).stdout)["trees"])


def test_the_trees_of_one_steward_are_printed_alone(office: Gushu, tmp_path: Path) -> None:
    out = tmp_path / "sheets.pdf"
    assert printed(office, out) == 2
    assert printed(office, out, "--steward", "王管护") == 1
    assert printed(office, out, "--steward", "王管护", "--list") == 1
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--steward", "没有这个人"), "party_not_found"),
        (("--steward", "王管护", "--where", "tree_no=甲-1"), "nothing_selected"),
    ],
)
def test_a_steward_of_no_such_tree_prints_nothing_and_says_so(
    office: Gushu, gushu: Gushu, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    out = tmp_path / "sheets.pdf"
    failed = gushu("field-sheet", out, *words)
    assert failed.exit_code == 1
    assert failed.stderr.startswith(f"{code}: ")
    assert not out.exists()


def test_a_steward_who_is_named_by_an_id_is_called_by_name_where_nothing_is_found(
    office: Gushu, gushu: Gushu, engine: Engine, tmp_path: Path
) -> None:
    (own,) = [party.id for party in rows_of(engine, Party) if party.name == "王管护"]
    failed = gushu("field-sheet", tmp_path / "sheets.pdf", "--steward", own, "--where", "tree_no=甲-1")
    assert "王管护" in failed.stderr
    assert own not in failed.stderr
