"""`--division NAME`: one district where the name is that of one, a question where it is that of several."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from register_kit import count, import_rows
from sqlalchemy.engine import Engine
from sqlmodel import select
from typer.testing import Result

from registry.db import transaction
from registry.models import Division, StewardNotice, Tree

Gushu = Callable[..., Result]
DRUM, OTHER = "cn/江苏省/南京市/鼓楼区", "cn/福建省/福州市/鼓楼区"
WARNED = ("patrol", "alert", "--kind", "snow", "--on", "2026-11-21", "--record")


@pytest.fixture(autouse=True)
def districts(engine: Engine, tmp_path: Path) -> None:
    """Two districts of one name, a tree with a steward in each, and one in a district of another name."""
    import_rows(engine, tmp_path, *({"no": str(number), "steward": "张三"} for number in (1, 2, 3)))
    places = {"1": (DRUM, "鼓楼区"), "2": (OTHER, "鼓楼区"), "3": ("cn/江苏省/南京市/玄武区", "玄武区")}
    with transaction(engine) as session:
        for own, name in places.values():
            session.add(Division(id=own, name=name, level="county", jurisdiction="cn"))
        session.flush()
        for tree in session.exec(select(Tree)):
            tree.division_id = places[tree.tree_no][0]


@pytest.mark.parametrize(
    "words", [("booklet", "out.pdf"), WARNED, ("tables", "out.xlsx"), ("report", "make", "out.xlsx")]
)
def test_a_name_of_several_districts_is_asked_back_and_does_nothing(
    engine: Engine, gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = gushu(*words, "--division", "鼓楼区")
    assert result.exit_code == 1, result.output
    assert "is the name of several" in result.stderr
    assert {DRUM, OTHER} <= set(result.stderr.replace(",", " ").replace(".", " ").split())
    assert not [*tmp_path.glob("out.*")]
    assert count(engine, StewardNotice) == 0


def test_a_booklet_of_a_district_is_called_by_its_name_and_holds_its_trees(
    gushu: Gushu, tmp_path: Path
) -> None:
    out = tmp_path / "b.pdf"
    result = gushu("--json", "booklet", out, "--division", OTHER)
    assert result.exit_code == 0, result.output
    assert [volume["trees"] for volume in json.loads(result.stdout)["volumes"]] == [1]
    assert str(PdfReader(out).metadata.title).startswith("鼓楼区 · ")  # type: ignore[union-attr]


@pytest.mark.parametrize("called", [DRUM, "玄武区"])
def test_a_warning_is_for_one_district(engine: Engine, gushu: Gushu, called: str) -> None:
    told = json.loads(gushu("--json", *WARNED, "--division", called).stdout)
    assert (told["trees"], told["recorded"]) == (1, 1)
    assert count(engine, StewardNotice) == 1
