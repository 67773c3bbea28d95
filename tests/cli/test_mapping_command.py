"""`gushu mapping`: one screen that a registrar understands, and a mapping that `gushu import` takes."""

import json
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from register_kit import HONG_KONG, REPOSITORY, TAIPEI
from typer.testing import CliRunner, Result

from registry.cli.app import app

COUNTY = """某县古树名木汇总表,,,,,,,
古树编号,中文名,树高(m),胸围(cm),经度,纬度,管护人,调查日期
14040400001,国槐,18.4,440,113.0441,36.0458,王某某,2017-06-22
14040400002,银杏,9.3,590,113.0227,36.0694,李某某,2017-06-22
1.40404E+10,侧柏,7.5,305,113.0011,36.0766,村委会,2017-06-22
合计,3株,,,,,,
"""


def gushu(folder: Path, *words: object) -> Result:
    return CliRunner().invoke(app, ["--register", str(folder / "register.db"), *map(str, words)])


def widths(text: str) -> int:
    return max(
        sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
        for line in text.splitlines()
    )


@pytest.fixture
def county(tmp_path: Path) -> Path:
    path = tmp_path / "county.csv"
    path.write_text(COUNTY, encoding="gb18030")
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_understood_fits_one_screen(county: Path, tmp_path: Path, lang: str) -> None:
    result = gushu(tmp_path, "--lang", lang, "mapping", county)
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) <= 40
    assert "GB18030" in result.output
    assert "王某某" not in result.output
    assert "1.40404E+10" in result.output
    assert "CGCS2000" in result.output
    assert not list(tmp_path.glob("*.toml"))


def test_the_proposed_mapping_imports_and_damaged_numbers_are_rejected(county: Path, tmp_path: Path) -> None:
    assert gushu(tmp_path, "init").exit_code == 0
    mapping = tmp_path / "m.toml"
    assert gushu(tmp_path, "mapping", county, "--out", mapping).exit_code == 0
    result = gushu(tmp_path, "--json", "import", county, "--mapping", mapping)
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert (report["read"], report["created"], report["rejected"]) == (3, 2, 1)
    rejects = (tmp_path / "county.csv.rejects.csv").read_text("utf-8-sig")
    assert "1.40404E+10" in rejects
    assert ",5," in rejects


def test_messages_of_a_table_in_several_sheets_name_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for town, height in (("韩店镇", 18), ("北呈乡", 9)):
        sheet = book.create_sheet(town)
        for row in (
            [f"{town}古树名木汇总表"],
            ["古树编号", "中文名", "冠幅(m)", None, "树高\n(m)"],
            [None, None, "东西", "南北", None],
            ["14040400001", "国槐", 20, 16, height],
            ["合计", "1株"],
        ):
            sheet.append(row)
    path, mapping = tmp_path / "a.xlsx", tmp_path / "m.toml"
    book.save(path)
    gushu(tmp_path, "init")
    assert gushu(tmp_path, "mapping", path, "--out", mapping).exit_code == 0
    result = gushu(tmp_path, "--lang", "en", "import", path, "--mapping", mapping)
    assert "2 read = 1 created" in result.output
    assert "a.xlsx [北呈乡] row 4" in result.output
    assert "in row 韩店镇!4 already" in result.output
    assert "北呈乡!5 is a total" in result.output


@pytest.mark.parametrize("path", [TAIPEI, HONG_KONG])
def test_a_file_that_a_shipped_mapping_fits_is_told(path: Path, tmp_path: Path) -> None:
    facts = json.loads(gushu(tmp_path, "--json", "mapping", path).output)
    assert len(facts["fitting"]) == 1
    assert {column["sure"] for column in facts["columns"]} <= {"sure", "probably", "unsure"}
    assert facts["questions"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_collected_register_fits_one_screen(tmp_path: Path, lang: str) -> None:
    shared = REPOSITORY.parent / "shared" / "data"
    if not shared.is_dir():
        pytest.skip("the collected registers are not at hand")
    files = [
        path
        for path in shared.glob("*/*")
        if path.suffix in {".csv", ".json", ".gz"} and path.stat().st_size < 200_000
    ]
    assert len(files) > 20
    for path in files:
        if "boundaries" in str(path) or "species" in str(path) or "divisions" in str(path):
            continue
        result = gushu(tmp_path, "--lang", lang, "mapping", path)
        assert result.exit_code == 0, (path, result.output)
        assert len(result.output.splitlines()) <= 44, (path, result.output)
        assert widths(result.output) <= 230, path
        if lang == "zh":
            assert not [
                word for word in ("the column", "not understood", "Left out") if word in result.output
            ]


def test_the_file_itself_is_never_overwritten(county: Path, tmp_path: Path) -> None:
    result = gushu(tmp_path, "mapping", county, "--out", county)
    assert result.exit_code == 1
    assert "output_taken" in result.output
    assert county.read_text("gb18030") == COUNTY


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    result = gushu(tmp_path, "mapping", tmp_path / "none.csv")
    assert result.exit_code == 1
    assert "input_missing" in result.output
