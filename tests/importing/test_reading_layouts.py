"""Reading what offices send: titles, two-row headers, several sheets, pages called .xls; no row is lost."""

import csv
import gzip
import io
import json
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from babel.messages.extract import extract_from_file
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InputUnreadableError
from registry.importing.files import MOST_NOTES, Notes, Table
from registry.importing.html_tables import is_markup
from registry.importing.reading import open_table
from registry.rules.numbers import as_written, damaged_number
from registry.vocab.language import read_catalogue, translator

HEADER = ["古树编号", "中文名", "树高(m)", "胸围(cm)", "乡镇"]
TREES = [["14040400001", "国槐", "18.4", "440", "韩店"], ["14040400002", "银杏", "9.3", "590", "北呈"]]
NUMBERS = [tree[0] for tree in TREES]
ROOT = Path(__file__).resolve().parents[2]


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def numbers_of(table: Table, header: str = "古树编号") -> list[str]:
    return [row.cells.get(header, "") for row in table.rows]


def told(table: Table) -> list[str]:
    """What was said of the file, in English; the table must have been read."""
    return [str(note) for note in table.notes]


@pytest.mark.parametrize(
    "above",
    [
        [["某县古树名木汇总表"]],
        [["某县古树名木汇总表", "", "", "", ""], ["填报单位：林业局", "", "", "日期：2024-05-01", ""]],
        [[], ["Trees of the county, 2024"], []],
    ],
)
def test_titles_above_the_header_are_told_and_left_out(tmp_path: Path, above: list[list[str]]) -> None:
    table = open_table(write_csv(tmp_path / "a.csv", [*above, HEADER, *TREES]))
    assert table.headers == tuple(HEADER)
    rows = list(table.rows)
    assert [row.cells["古树编号"] for row in rows] == NUMBERS
    assert [row.number for row in rows] == [len(above) + 2, len(above) + 3]
    assert any("above the header" in note for note in told(table))


def test_a_two_row_header_is_one(tmp_path: Path) -> None:
    rows = [
        ["古树编号", "中文名", "冠幅(m)", "", "", "备注"],
        ["", "", "平均", "东西", "南北", ""],
        ["1", "国槐", "18", "20", "16", ""],
    ]
    table = open_table(write_csv(tmp_path / "a.csv", rows))
    assert table.headers == ("古树编号", "中文名", "冠幅(m) 平均", "冠幅(m) 东西", "冠幅(m) 南北", "备注")
    assert [(row.number, row.cells["冠幅(m) 南北"]) for row in table.rows] == [(3, "16")]


def test_merged_cells_of_a_workbook_are_a_two_row_header(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["某县古树名木汇总表"],
        ["古树编号", "中文名", "冠幅", None, None],
        [None, None, "平均", "东西", "南北"],
        ["1", "国槐", 18, 20, 16],
    ):
        sheet.append(row)
    for cells in ("A1:E1", "A2:A3", "B2:B3", "C2:E2"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    table = open_table(tmp_path / "a.xlsx")
    assert table.headers == ("古树编号", "中文名", "冠幅 平均", "冠幅 东西", "冠幅 南北")
    assert [row.number for row in table.rows] == [4]


def test_units_below_the_header_belong_to_it(tmp_path: Path) -> None:
    rows = [["古树编号", "树高", "胸围"], ["", "(m)", "(cm)"], ["1", "18", "440"]]
    assert open_table(write_csv(tmp_path / "a.csv", rows)).headers == ("古树编号", "树高 (m)", "胸围 (cm)")


def test_a_row_that_fills_a_column_without_header_is_a_row(tmp_path: Path) -> None:
    rows = [["古树编号", "", "乡镇"], ["甲", "国槐", "韩店"], ["乙", "银杏", "北呈"]]
    assert numbers_of(open_table(write_csv(tmp_path / "a.csv", rows))) == ["甲", "乙"]


@pytest.mark.parametrize(
    "line",
    [
        ["合计", "2株", "", "", ""],
        ["", "小 计", "", "1030", ""],
        ["合计", "2", "27.7", "1030", "2"],
        ["填表人：某某", "", "", "审核人：某某", ""],
        ["注：胸围在1.3米处量", "", "", "", ""],
        HEADER,
    ],
)
def test_totals_signatures_and_repeated_headers_are_told_and_no_trees(
    tmp_path: Path, line: list[str]
) -> None:
    table = open_table(write_csv(tmp_path / "a.csv", [HEADER, TREES[0], line, TREES[1]]))
    assert numbers_of(table) == NUMBERS
    assert len(told(table)) == 1
    assert "row 3" in told(table)[0]


@pytest.mark.parametrize(
    "line",
    [["c1", "c20", "c27", "c31", "c5"], ["1", "2", "3", "4", "5"], ["gsmmbh", "zwm", "sg", "xw", "xz"]],
)
def test_a_line_that_numbers_the_columns_is_told(tmp_path: Path, line: list[str]) -> None:
    table = open_table(write_csv(tmp_path / "a.csv", [HEADER, line, *TREES]))
    assert table.headers == tuple(HEADER)
    assert numbers_of(table) == NUMBERS
    assert "numbers the columns" in told(table)[0]


@pytest.mark.parametrize("word", ["合计村", "总计1", "Total Oak", "备注村", "小计山"])
def test_a_tree_whose_name_begins_like_a_total_stays(tmp_path: Path, word: str) -> None:
    table = open_table(write_csv(tmp_path / "a.csv", [HEADER, [word, "国槐", "18", "440", "韩店"]]))
    assert numbers_of(table) == [word]


def test_sheets_alike_are_one_table_and_rows_know_their_sheet(tmp_path: Path) -> None:
    sheets = {
        "说明": [["填表说明"], ["胸围在1.3米处量"]],
        "韩店镇": [["韩店镇古树名木汇总表"], HEADER, TREES[0]],
        "北呈乡": [HEADER, TREES[1], ["合计", "1"]],
        "字典": [["代码", "名称"], ["1", "国有"], ["2", "集体"]],
        "其他": [["姓名", "单位"], ["某某", "林业局"]],
    }
    table = open_table(write_book(tmp_path / "a.xlsx", sheets))
    rows = list(table.rows)
    assert [(row.sheet, row.number, row.cells["古树编号"]) for row in rows] == [
        ("韩店镇", 3, "14040400001"),
        ("北呈乡", 2, "14040400002"),
    ]
    assert rows[0].place == "韩店镇!3"
    assert rows[0].file_as_told("a.xlsx") == "a.xlsx [韩店镇]"
    said = " ".join(told(table))
    assert "2 sheets are read as one table: 韩店镇, 北呈乡" in said
    for name in ("说明", "字典", "其他"):
        assert name in said
    assert "北呈乡!3 is a total" in said


def test_every_sheet_that_a_mapping_fits_is_read(tmp_path: Path) -> None:
    sheets = {"a": [["no", "x"], ["1", "2"]], "b": [["y", "no"], ["3", "4"]], "c": [["z"], ["5"]]}
    table = open_table(write_book(tmp_path / "a.xlsx", sheets), fits=lambda headers: "no" in headers)
    assert [row.cells["no"] for row in table.rows] == ["1", "4"]
    assert table.sheets == ("a", "b")


HTML = """<html><head><meta charset="{charset}"></head><body><table>
<tr><td colspan="3">某县古树名木汇总表</td></tr>
<tr><th rowspan="2">古树编号</th><th colspan="2">冠幅</th></tr><tr><th>平均</th><th>东西</th></tr>
<tr><td>001</td><td>18<br>约</td><td>20</td></tr></table></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk"])
def test_a_page_that_calls_itself_xls_is_read(tmp_path: Path, charset: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(HTML.format(charset=charset).encode("gbk" if charset.startswith("gb") else charset))
    table = open_table(path)
    assert (table.kind, table.headers) == ("html", ("古树编号", "冠幅 平均", "冠幅 东西"))
    assert [(row.number, row.cells["古树编号"], row.cells["冠幅 平均"]) for row in table.rows] == [
        (4, "001", "18\n约")
    ]


def test_a_workbook_as_xml_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="树"><Table>'
        '<Row><Cell><Data ss:Type="String">编号</Data></Cell><Cell><Data>名称</Data></Cell>'
        "<Cell><Data>地址</Data></Cell></Row>"
        '<Row><Cell><Data>007</Data></Cell><Cell ss:Index="3"><Data>东庄</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>",
        encoding="utf-8",
    )
    assert [row.cells for row in open_table(path).rows] == [{"编号": "007", "名称": "", "地址": "东庄"}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_without_its_mark(tmp_path: Path, encoding: str) -> None:
    table = open_table(write_csv(tmp_path / "a.csv", [HEADER, *TREES], encoding))
    assert table.encoding == encoding
    assert numbers_of(table) == NUMBERS


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.json"])
def test_text_with_a_wrong_extension_is_text(tmp_path: Path, name: str) -> None:
    path = write_csv(tmp_path / name, [HEADER, *TREES])
    assert numbers_of(open_table(path)) == NUMBERS
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert numbers_of(open_table(path)) == NUMBERS


def test_big5_and_gb18030_are_told_by_known_headers(tmp_path: Path) -> None:
    for encoding, header in (("gb18030", "古树编号,树种"), ("big5", "樹木編號,樹種")):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(f"{header}\n1,榕\n".encode(encoding))
        assert open_table(path).headers == tuple(header.split(","))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("sep=;\na;b\n1,5;2\n", ";"),
        ('title of the list, 2020\na;b;c\n1;"x;y";2\n1;x;2\n', ";"),
        ("a|b\n1|2\n", "|"),
        ('a\tb\n"1,2\n3,4"\t5\n', "\t"),
    ],
)
def test_the_delimiter_is_what_the_table_has(tmp_path: Path, text: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    table = open_table(path)
    assert table.headers[:2] == ("a", "b"), delimiter
    assert all(row.missing is None for row in table.rows)


def test_json_lists_are_found_under_any_key_and_lists_in_cells_stay_text(tmp_path: Path) -> None:
    entries = [{"编号": "1", "tags": ["a", "b"], "more": {"x": 1}}]
    for document in (
        {"licence": "CC0", "notes": ["one"], "trees": entries},
        {"result": {"records": entries, "total": 1}},
        {"features": entries, "quality": [{"check": 1}]},
    ):
        path = tmp_path / "a.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        (row,) = open_table(path).rows
        assert (row.cells["tags"], row.cells["more"]) == ("a,b", '{"x": "1"}')


def test_one_json_record_a_line_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"编号": "1"}\n{"编号": "2"}\n', encoding="utf-8")
    assert numbers_of(open_table(tmp_path / "a.json"), "编号") == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.4E+10", "exponent"),
        ("1.40404E+10", "exponent"),
        ("3.50582e15", "exponent"),
        ("3505821021203010", "rounded"),
        ("3505821021203015.0", "rounded"),
        ("35058210212030150000", "rounded"),
        ("3505821021203015", None),
        ("14040400010", None),
        ("140404000100000", None),
        ("1E", None),
        ("E10", None),
        ("AFCD/KS/005", None),
        ("12E+3A", None),
        ("'3505821021203010", None),
        ("", None),
    ],
)
def test_numbers_that_a_spreadsheet_damaged_are_told(text: str, reason: str | None) -> None:
    assert damaged_number(text) == reason


def test_a_number_kept_as_text_is_none_of_them(tmp_path: Path) -> None:
    header: list[object] = ["古树编号", "中文名"]
    rows: list[list[object]] = [
        header, ["3505821021203010", "a"], [3505821021203010, "b"], [3505821021203015.0, "c"], ["007", "d"],
    ]  # fmt: skip
    found = numbers_of(open_table(write_book(tmp_path / "a.xlsx", {"s": rows})))
    assert [damaged_number(text) for text in found] == [None, "rounded", "rounded", None]
    assert as_written(found[0]) == "3505821021203010"
    assert found[3] == "007"
    (tmp_path / "a.json").write_text('[{"n": "3505821021203010"}, {"n": 3505821021203010}]', encoding="utf-8")
    exact = numbers_of(open_table(tmp_path / "a.json"), "n")
    assert [as_written(text) for text in exact] == ["3505821021203010"] * 2
    assert [damaged_number(text) for text in exact] == [None, None]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_damaged_byte_is_told_with_its_line(tmp_path: Path, encoding: str) -> None:
    path = write_csv(tmp_path / "a.csv", [HEADER, *TREES * 50], encoding)
    lines = path.read_bytes().split(b"\r\n")
    lines[40] = b"14040400001,\xff\xff," + lines[40]
    path.write_bytes(b"\r\n".join(lines))
    with pytest.raises(InputUnreadableError, match=f"as {encoding} it reads up to line 41"):
        open_table(path)


def test_notes_stay_few_however_many_lines_there_are() -> None:
    notes = Notes()
    for number in range(1000):
        notes.tell("row {row} repeats the header", row=number)
    assert len(list(notes)) == MOST_NOTES + 1
    assert "960" in list(notes)[-1]


def test_every_note_is_there_in_chinese() -> None:
    catalogue = read_catalogue("zh")
    for name in ("layouts", "sheets", "json_tables"):
        path = ROOT / "registry" / "importing" / f"{name}.py"
        for _, message, *_ in extract_from_file("python", str(path), keywords={"tell": None}):
            assert catalogue.get(message), message
    source = (ROOT / "registry" / "importing" / "layouts.py").read_text("utf-8")
    for line in source.splitlines():
        if '"row {row}' in line:
            sentence = line[line.index('"') + 1 : line.rindex('"')]
            assert catalogue.get(sentence), sentence
    assert "表头" in str(translator("zh").phrase(next(iter(_one_note()))))


def _one_note() -> Notes:
    notes = Notes()
    notes.tell("row {row} repeats the header", row=3)
    return notes


_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@given(st.lists(st.lists(_CELL, min_size=1, max_size=5), max_size=12))
def test_every_filled_line_is_a_row_a_header_or_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = write_csv(tmp_path_factory.getbasetemp() / "any.csv", rows)
    with suppress(InputUnreadableError):
        table = open_table(path)
        numbers = [row.number for row in table.rows]
        assert numbers == sorted(set(numbers))
        notes = told(table)
        assert len(numbers) + len(notes) <= len(rows)
        above = sum("above the header" in note for note in notes)
        filled = sum(any(cell.strip("\ufeff\u200b\u00a0\u3000 ").strip() for cell in row) for row in rows)
        assert len(numbers) + len(notes) - above + 2 + filled * above >= filled


@given(st.text(max_size=300), st.sampled_from(["<table>", "<html><table>", "<?xml excel"]))
def test_any_markup_gives_rows_or_one_of_our_errors(
    tmp_path_factory: pytest.TempPathFactory, text: str, beginning: str
) -> None:
    content = f"{beginning}{text}<tr><td rowspan=99999>{text[:9]}<td colspan=9x>".encode("utf-8", "replace")
    assert is_markup(content[:4096])
    path = tmp_path_factory.getbasetemp() / "any.xls"
    path.write_bytes(content)
    with suppress(InputUnreadableError):
        list(open_table(path).rows)


@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=3)), min_size=1, max_size=20))
def test_a_damaged_workbook_gives_rows_or_one_of_our_errors(
    tmp_path_factory: pytest.TempPathFactory, damages: list[tuple[int, bytes]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole = folder / "whole.xlsx"
    if not whole.exists():
        write_book(whole, {"s": [list(HEADER), *map(list, TREES)]})
    content = bytearray(whole.read_bytes())
    for at, piece in damages:
        start = at % len(content)
        content[start : start + len(piece)] = piece
    path = folder / "damaged.xlsx"
    path.write_bytes(content)
    with suppress(InputUnreadableError):
        list(open_table(path).rows)
