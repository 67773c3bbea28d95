"""`gushu assess`: forms out and back in, sheets that can be read, lists that say what comes next."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from conftest import Gushu
from register_kit import import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.models import Assessment, InstrumentReading


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1", "name": "侧柏"}, {"no": "2", "name": "槐"})
    return engine


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def record(gushu: Gushu, *more: object, lang: str = "zh") -> Any:
    words = ("assess", "record", "1", "--model", "gushu-health", "--on", "2025-05-01", "--by", "张评估")
    return gushu(*words, "H01=90", "H13=轻度", *more, lang=lang)


def only_id(gushu: Gushu) -> str:
    (row,) = json.loads(gushu("--json", "assess", "list").stdout)["assessments"]
    return str(row["id"])


def test_models_are_listed_with_how_sure_we_are_and_one_is_told_whole(gushu: Gushu) -> None:
    listed = gushu("assess", "models", lang="zh")
    assert listed.exit_code == 0
    assert "shanxi-comprehensive" in listed.stdout
    assert "默认值" in listed.stdout
    assert "傷痕或機械損傷" in gushu("assess", "models", "hk-form2", lang="zh").stdout
    assert "assessment_model_missing" in gushu("assess", "models", "nothing").stderr


@pytest.mark.usefixtures("office")
def test_an_assessment_goes_from_draft_to_review_and_is_shown_in_both_languages(gushu: Gushu) -> None:
    said = record(gushu, "--vigour", "weak", "--next", "2025-11-01")
    assert said.exit_code == 0
    assert "不定等次" in said.stdout
    assert "先前已经记过" in record(gushu, "--vigour", "weak", "--next", "2025-11-01").stdout
    own = only_id(gushu)
    corrected = gushu("assess", "correct", own[:8], "H04=5", "--reason", "slip")
    assert "H04 Dead branches: 5 %" in corrected.stdout
    assert gushu("assess", "review", own[:8], "--by", "张评估").exit_code == 1
    reviewed = gushu("assess", "review", own[:8], "--by", "李复核", "--on", "2025-05-02")
    assert "weak" in reviewed.stdout
    assert "2025-05-01" in gushu("assess", "show", "1", "--trend").stdout
    assert "生长势" in gushu("assess", "show", "1", lang="zh").stdout
    due = json.loads(gushu("--json", "assess", "due").stdout)
    assert [row["number"] for row in due["due"]] == ["1"]
    assert (due["never_assessed"], due["trees"]) == (1, 2)
    assert gushu("verify").exit_code == 0


@pytest.mark.usefixtures("office")
def test_answers_come_out_of_a_file_too(gushu: Gushu, office: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"answers": {"H01": 80, "H02": {"level": "2", "note": "疏"}}}', "utf-8")
    (tmp_path / "a.csv").write_text("代码,数值,备注\nH04,12,南侧\n", "utf-8")
    for name in ("a.json", "a.csv"):
        done = gushu("assess", "record", "2", "--model", "gushu-health", "--on", "2025-05-01", "--by", "张",
                     "--file", tmp_path / name)  # fmt: skip
        assert done.exit_code == 0, done.stderr
    answers = sorted(row.answers for row in rows_of(office, Assessment))
    assert answers == [
        '{"H01":{"value":80.0},"H02":{"level":"2","note":"疏"}}',
        '{"H04":{"note":"南侧","value":12.0}}',
    ]
    (tmp_path / "a.json").write_text("[1", "utf-8")
    bad = gushu(
        "assess",
        "record",
        "2",
        "--model",
        "vta",
        "--on",
        "2025-05-01",
        "--by",
        "张",
        "--file",
        tmp_path / "a.json",
    )
    assert "input_unreadable" in bad.stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_form_that_was_filled_comes_back_whole_or_not_at_all(
    gushu: Gushu, office: Engine, tmp_path: Path, lang: str
) -> None:
    out = tmp_path / "form.xlsx"
    assert (
        gushu("assess", "form", "gushu-health", "--out", out, "--where", "status=alive", lang=lang).exit_code
        == 0
    )
    book = openpyxl.load_workbook(out)
    sheet: Any = book.worksheets[0]
    head = next(row for row in range(1, 9) if str(sheet.cell(row, 1).value).startswith("record"))
    places = {str(cell.value).split()[0]: cell.column for cell in sheet[head]}
    assert [sheet.cell(head + row, 1).value for row in (1, 2)] == ["1", "2"]
    for name, value in {"on": "2025/5/1", "by": "张评估", "H01": 80, "H05": "轻微", "vigour": "衰弱"}.items():
        sheet.cell(head + 1, places[name]).value = value
    book.save(out)
    sheet.cell(head + 2, places["on"]).value = "2025-05-01"
    sheet.cell(head + 2, places["by"]).value = "张评估"
    sheet.cell(head + 2, places["H01"]).value = 800
    bad = tmp_path / "bad.xlsx"
    book.save(bad)
    book.close()
    refused = gushu("assess", "import", bad, "--model", "gushu-health", lang=lang)
    assert refused.exit_code == 1
    assert "H01" in refused.stderr
    assert "bad.xlsx" in refused.stderr
    assert rows_of(office, Assessment) == []
    done = gushu("--json", "assess", "import", out, "--model", "gushu-health")
    assert done.exit_code == 0, done.stderr
    taken = json.loads(done.stdout)
    assert (taken["new"], taken["again"]) == (1, 0)
    again = json.loads(gushu("--json", "assess", "import", out, "--model", "gushu-health").stdout)
    assert (again["new"], again["again"]) == (0, 1)
    assert gushu("verify").exit_code == 0


def test_a_table_of_sensor_values_becomes_a_reading_a_day_and_position(
    gushu: Gushu, office: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "sensor.csv"
    rows = (
        "树号,时间,测点,参数,数值,单位",
        "1,2025-05-01 08:00,东侧,含水率,20,%",
        "1,2025-05-01 20:00,东侧,含水率,22,%",
        "1,2025-05-02,,pH,7.9,",
    )
    path.write_text("\n".join(rows), "utf-8")
    assert gushu("assess", "readings", path).exit_code == 1
    for told in ((2, 0), (0, 2)):
        found = json.loads(gushu("--json", "assess", "readings", path, "--instrument", "sensor").stdout)
        assert (found["new"], found["again"]) == told
    values = sorted(row.readings for row in rows_of(office, InstrumentReading))
    assert json.loads(values[1]) == {
        "含水率 mean": [21.0, "%"],
        "含水率 min": [20.0, "%"],
        "含水率 max": [22.0, "%"],
        "含水率 n": [2.0, ""],
    }
    path.write_text("no,when,what,how\n1,2025-05-01,crack,0.8\n", "utf-8")
    pairs = ("record=no", "on=when", "name=what", "value=how")
    columns = [word for pair in pairs for word in ("--column", pair)]
    assert gushu("assess", "readings", path, *columns, "--instrument", "model").exit_code == 0
    assert gushu("verify").exit_code == 0


def test_a_reading_keeps_the_instruments_own_file(gushu: Gushu, office: Engine, tmp_path: Path) -> None:
    record(gushu)
    (tmp_path / "scan.pit").write_bytes(b"tomograph")
    read = ("assess", "reading", "1", "t/R=0.34", "空洞率=28 %", "--instrument", "tomograph")
    words = (*read, "--on", "2025-05-01", "--file", tmp_path / "scan.pit", "--assessment", only_id(gushu))
    for is_new in (True, False):
        told = json.loads(gushu("--json", *words).stdout)
        assert told["new"] is is_new
    kept = tmp_path / "register.db.files" / told["file"][:2] / told["file"]
    assert kept.read_bytes() == b"tomograph"
    assert "scan.pit" in gushu("assess", "show", "1").stdout


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets_and_paper_forms_say_what_they_must(gushu: Gushu, tmp_path: Path, lang: str) -> None:
    record(gushu, "LIFE=dead", "H13.note=蚧壳虫")
    sheet = tmp_path / "sheet.pdf"
    assert gushu("assess", "sheet", only_id(gushu), sheet, lang=lang).exit_code == 0
    told = text_of(sheet)
    for words in (
        "蚧壳虫",
        "张评估",
        {"zh": "一票否决", "en": "Overridden"}[lang],
        {"zh": "仅限内部", "en": "For the office"}[lang],
    ):
        assert words in told
    for model in ("isa-basic", "hk-form1", "garden-condition"):
        form = tmp_path / f"{model}.pdf"
        assert gushu("assess", "form", model, "--out", form, lang=lang).exit_code == 0
        assert "□" in text_of(form)
    assert gushu("assess", "form", "vta", "--out", tmp_path / "x.txt", lang=lang).exit_code == 1


@pytest.mark.usefixtures("office")
def test_the_list_is_written_into_a_workbook(gushu: Gushu, tmp_path: Path) -> None:
    record(gushu, "--risk", "low")
    out = tmp_path / "list.xlsx"
    assert gushu("assess", "list", "--risk", "low", "--out", out).exit_code == 0
    book = openpyxl.load_workbook(out)
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    book.close()
    assert "Awaiting review" in cells
    assert json.loads(gushu("--json", "assess", "list", "--band", "healthy").stdout)["assessments"] == []
