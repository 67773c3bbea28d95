"""Tables as ODS and CSV: what was put in comes out, formulas stay formulas, texts never become any."""

import csv
import io
import re
import zipfile
from datetime import date
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from exports import workbook
from exports.csv_cells import csv_line, harmless
from exports.tables import ods
from exports.tables.csv_files import write_csv
from exports.tables.ods import clean, formula, write_ods
from exports.workbook import Column, Formula, Sheet, write_workbook
from registry.export_errors import TableTooLongError

COLUMNS = (
    Column("编号", 16),
    Column("株数", 8, "integer"),
    Column("胸围", 8, "decimal", "cm", group="测树因子"),
    Column("树高", 8, "decimal", "m", group="测树因子"),
    Column("日期", 12, "date"),
    Column("占比", 8, "percent"),
)
ROW = ("14040400001", 3, 355.5, 12.0, date(2018, 5, 3), 0.25)


def made(*sheets: Sheet, **facts: Any) -> bytes:
    out = BytesIO()
    write_ods(sheets, out, title="表", **facts)
    return out.getvalue()


def read(content: bytes, name: str = "表") -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(name).to_python()


def one(*rows: tuple[Any, ...], **facts: Any) -> Sheet:
    return Sheet("表", COLUMNS, rows, **facts)


def test_an_ods_file_says_what_it_is_in_its_first_bytes() -> None:
    with zipfile.ZipFile(BytesIO(made(one(ROW)))) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert book.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        for name in ("content.xml", "styles.xml", "meta.xml", "settings.xml", "META-INF/manifest.xml"):
            ElementTree.fromstring(book.read(name))


def test_numbers_of_trees_are_text_days_are_days_and_sizes_are_numbers() -> None:
    assert read(made(one(ROW)))[3] == ["14040400001", 3.0, 355.5, 12.0, date(2018, 5, 3), 0.25]


def test_neighbours_of_a_group_share_a_heading() -> None:
    assert read(made(one(ROW)))[1][2:4] == ["测树因子", ""]


@pytest.mark.parametrize("width", [8, 200])
def test_a_group_is_merged_only_where_no_page_ends_within_it(width: int) -> None:
    columns = (Column("甲", width, group="测树因子"), Column("乙", width, group="测树因子"))
    with zipfile.ZipFile(BytesIO(made(Sheet("表", columns, [("a", "b")])))) as book:
        content = book.read("content.xml").decode()
    assert ("number-columns-spanned" in content) is (width == 8)
    assert ('table:style-name="group"' in content) is (width == 200)


def test_long_headings_are_wrapped_and_their_rows_high_enough() -> None:
    long = "这是一个很长很长的列标题要换行"
    columns = (Column(long, 8, group=long * 2), Column("乙", 8, group=long * 2))
    sheet = Sheet("表", columns, [("a", "b")])
    with zipfile.ZipFile(BytesIO(made(sheet))) as book:
        (head,) = re.findall(
            '<style:style style:name="head".*?</style:style>', book.read("content.xml").decode()
        )
    assert 'fo:wrap-option="wrap"' in head
    out = BytesIO()
    write_workbook([sheet], out, title="表")
    page = openpyxl.load_workbook(BytesIO(out.getvalue())).active
    (group,) = [row for row in (1, 2, 3) if page.cell(row, 1).value == long * 2]
    assert all(page.cell(row, 1).alignment.wrap_text for row in (group, group + 1))
    assert page.row_dimensions[group].height >= 15 * 5  # 60 half characters in two columns of 8
    assert page.row_dimensions[group + 1].height >= 15 * 5


def test_a_formula_of_a_sheet_is_one_of_openformula() -> None:
    assert formula("SUM(C5:F5,$H$7)") == "of:=SUM([.C5:.F5];[.$H$7])"
    total = ("合计", Formula("SUM(B{first}:B{last})", 6), None, None, None, None)
    content = made(one(ROW, ROW, total=total))
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert "of:=SUM([.B4:.B5])" in book.read("content.xml").decode()
    assert read(content)[5][:2] == ["合计", 6.0]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert made(one(ROW)) == made(one(ROW))


def test_a_sheet_that_is_full_goes_on_in_a_further_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "LAST_ROW", 6)
    rows = tuple((str(number), number, None, None, None, None) for number in range(5))
    book = CalamineWorkbook.from_filelike(BytesIO(made(one(*rows))))
    pages = [book.get_sheet_by_name(name).to_python()[3:] for name in book.sheet_names]
    assert [row[0] for page in pages for row in page] == ["0", "1", "2", "3", "4"]
    assert len(pages) == 2


def test_a_file_that_would_be_too_long_to_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "MOST_BYTES", 90_000)
    with pytest.raises(TableTooLongError, match="表"):
        made(one(*[ROW] * 900))


def test_nothing_is_no_workbook() -> None:
    with pytest.raises(ValueError, match="needs a sheet"):
        made()


texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)


@given(texts)
def test_a_text_comes_out_of_an_ods_cell_as_it_went_in(text: str) -> None:
    """But for what XML cannot hold. Read by hand: the reader at hand joins paragraphs its own way."""
    content = made(Sheet("表", (Column("a", 9), Column("b", 9)), [(text, "x")]))
    with zipfile.ZipFile(BytesIO(content)) as book:
        root = ElementTree.fromstring(book.read("content.xml"))
    rows = root.iter("{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row")
    cell = next(iter(list(rows)[2]))
    assert "\n".join(map(_paragraph, cell)) == clean(text)


def _paragraph(node: ElementTree.Element) -> str:
    parts = [node.text or ""]
    for child in node:
        name = child.tag.rpartition("}")[2]
        blanks = child.get("{urn:oasis:names:tc:opendocument:xmlns:text:1.0}c", "1")
        parts.append("\t" if name == "tab" else " " * int(blanks))
        parts.append(child.tail or "")
    return "".join(parts)


@given(st.lists(texts, min_size=1, max_size=5))
def test_cells_come_out_of_a_csv_line_as_they_went_in_and_none_is_a_formula(cells: list[str]) -> None:
    read_back = next(csv.reader(io.StringIO(csv_line(cells).decode(), newline="")), [""])
    assert read_back == [harmless(cell) for cell in cells]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in read_back)


def test_csv_has_headings_rows_and_totals_and_the_mark_only_where_it_is_asked_for() -> None:
    total = ("合计", Formula("SUM(B{first}:B{last})", 3), None, None, None, Formula("SUM(F1:F2)", 1.0))
    for with_bom, start in ((True, b"\xef\xbb\xbf"), (False, "编号".encode())):
        out = BytesIO()
        assert write_csv(one(ROW, total=total), out, with_bom=with_bom) == 1
        assert out.getvalue().startswith(start)
    assert list(csv.reader(io.StringIO(out.getvalue().decode()))) == [
        ["编号", "株数", "测树因子 · 胸围 (cm)", "测树因子 · 树高 (m)", "日期", "占比"],
        ["14040400001", "3", "355.5", "12", "2018-05-03", "0.25"],
        ["合计", "3", "", "", "", "1"],
    ]


def test_a_long_story_is_whole_in_its_cell_and_its_row_is_no_higher_than_rows_may_be() -> None:
    story = "\n".join(f"第 {line} 行" for line in range(40))
    sheet = Sheet("表", (Column("故事", 20), Column("b", 9)), [(story, "x")])
    assert workbook.row_lines(sheet.columns, (story, "x")) == 40
    out = BytesIO()
    workbook.write_workbook([sheet], out, title="t")
    with zipfile.ZipFile(BytesIO(out.getvalue())) as book:
        assert 'ht="408' in book.read("xl/worksheets/sheet1.xml").decode()
    assert "第 39 行" in str(read(made(sheet))[2][0])
