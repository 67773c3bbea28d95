"""Ledgers on the command line, from entering a park to the grove's tag, in both languages."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from register_kit import make_csv, make_mapping
from typer.testing import Result

Gushu = Callable[..., Result]


@pytest.fixture
def office(gushu: Gushu, tmp_path: Path) -> Gushu:
    rows = make_csv(tmp_path / "t.csv", {"no": "1", "name": "国槐"}, {"no": "2", "name": "侧柏"})
    assert gushu("import", rows, "--mapping", make_mapping(tmp_path)).exit_code == 0
    assert gushu("config", "set", "public_address", "https://gushu.example.org").exit_code == 0
    return gushu


def done(gushu: Gushu, *words: object, lang: str = "zh") -> str:
    result = gushu(*words, lang=lang)
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_a_park_is_entered_holds_trees_and_stands_in_its_directory(office: Gushu, tmp_path: Path) -> None:
    done(office, "ledger", "add", "place", "P", "kind=公园", "名称=白水公园", "area_ha=12.5")
    done(office, "ledger", "add", "grove", "G", "name=柏林", "tree_count=20", "--in", "place:P")
    assert "2 条中 2 条" in done(office, "ledger", "hold", "place:P", "1", "2")
    assert "12.5 → 13" in done(office, "ledger", "set", "place:P", "area_ha=13")
    done(office, "ledger", "add", "place", "Q", "kind=公园")
    moved = done(office, "ledger", "set", "grove:G", "--in", "place:Q", lang="en")
    assert moved == "It stands in place:Q now.\n"
    assert "1 field changed.\nIt stands in place:P now." in done(
        office, "ledger", "set", "grove:G", "tree_count=20", "name=侧柏林", "--in", "place:P", lang="en"
    )
    said = done(office, "ledger", "list", "place", tmp_path / "p.xlsx", "--where", "kind=park")
    assert "散生 2 株，1 处古树群，群内 20 株" in said
    book = load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames == ["汇总", "公园"]
    cells = [str(cell.value) for row in book["公园"].iter_rows() for cell in row]
    assert {"白水公园", "13", "2", "20"} <= set(cells)
    done(office, "ledger", "list", "place", tmp_path / "p.html", lang="en")
    assert "白水公园" in (tmp_path / "p.html").read_text("utf-8")
    told = json.loads(office("--json", "ledger", "list", "place").stdout)
    assert told["counts"]["in_groves"] == 20


def test_what_cannot_be_is_one_line_with_the_remedy(office: Gushu) -> None:
    for words, code in (
        (("ledger", "add", "place", "P", "kind=机场"), "ledger_field"),
        (("ledger", "set", "place:Q", "area_ha=1"), "record_not_found"),
        (("ledger", "list", "place", "x.txt"), "output_kind"),
        (("duty", "list", "无名"), "party_not_found"),
        (("duty", "set", "1", "--lead", "张三", "--from", "2025-01-01"), "duty"),
    ):
        result = office(*words)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{code}: ")


def test_duties_agreements_visits_and_crafts(office: Gushu, tmp_path: Path) -> None:
    done(office, "duty", "set", "1", "--lead", "某县林业局", "--from", "2025-01-01")
    assert "牵头单位：散生 1 株" in done(office, "duty", "list", "某县林业局", tmp_path / "d.xlsx")
    assert load_workbook(tmp_path / "d.xlsx").sheetnames == ["牵头单位"]
    done(office, "agreement", "sign", "1", "--with", "张三", "--on", "2025-01-01", "--document", "责1")
    assert "2 株中 1 株" in done(office, "agreement", "list", "--out", tmp_path / "a.xlsx")
    done(office, "inspect", "1", "--on", "2025-02-01", "--vigour", "weak", "--by", "陈巡")
    done(office, "craft", "add", "J", "name=掇山")
    done(office, "craft", "craftsman", "J", "韩师傅", "title=技师")
    assert "韩师傅" not in done(office, "craft", "show", "J", "--public")
    done(office, "craft", "list", tmp_path / "c.xlsx", "--public")
    assert "韩师傅" not in str([c.value for s in load_workbook(tmp_path / "c.xlsx") for r in s for c in r])


def test_a_groves_tag_and_dossier_are_made(office: Gushu, tmp_path: Path) -> None:
    done(office, "ledger", "add", "grove", "G", "name=柏林", "tree_count=20")
    assert "1 块" in done(office, "tags", tmp_path / "t.pdf", "--groves")
    done(office, "dossier", "grove:G", tmp_path / "g.pdf", lang="en")
    done(office, "dossiers", tmp_path / "all", "--groves")
    assert (tmp_path / "all" / "grove-G.pdf").read_bytes().startswith(b"%PDF")
    assert "新写 0 份，保留 1 份" in done(office, "dossiers", tmp_path / "all", "--groves")
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["grove-G.pdf", "grove-dossiers.csv"]
