"""Workbooks: numbers stay numbers, numbers of trees stay text, and nothing ever becomes a formula."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import workbook
from exports.workbook import Column, Sheet, numbered, sheet_name, write_workbook
from registry.errors import OutputTakenError
from registry.outputs import check_output
from registry.vocab.language import translator

COLUMNS = (
    Column("编号", 16),
    Column("树龄", 8, "integer", "年"),
    Column("胸围", 8, "decimal", "cm"),
    Column("占比", 8, "percent"),
    Column("调查日期", 12, "date"),
)
ROW = ("14022500001", 1300, 355.5, 0.25, date(2018, 5, 3))


def made(*sheets: Sheet, **facts: Any) -> bytes:
    out = BytesIO()
    write_workbook(sheets, out, title="名录", **facts)
    return out.getvalue()


def opened(*sheets: Sheet, **facts: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(made(*sheets, **facts)))


def sheet(*rows: tuple[Any, ...], **facts: Any) -> Sheet:
    return Sheet("名录", COLUMNS, rows, **facts)


def test_a_number_of_a_tree_is_text_and_sizes_are_numbers() -> None:
    page = opened(sheet(ROW)).active
    assert [cell.value for cell in page[3]] == ["14022500001", 1300, 355.5, 0.25, datetime(2018, 5, 3)]  # noqa: DTZ001
    assert [cell.data_type for cell in page[3]] == ["s", "n", "n", "n", "d"]
    assert page["A3"].number_format == "@"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "https://example.org", "{=1}", "0012", "1e5"]
)
def test_a_text_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    page = opened(sheet((text, None, None, None, None))).active
    assert (page["A3"].value, page["A3"].data_type, page["A3"].hyperlink) == (text, "s", None)


def test_what_is_no_number_in_a_column_of_numbers_is_kept_as_it_is() -> None:
    page = opened(sheet(("1", "约 300", float("nan"), True, "2018"))).active
    assert [cell.value for cell in page[3]] == ["1", "约 300", "nan", "True", "2018"]
    assert opened(sheet(("1", 10**15, 1, 1, None))).active["B3"].value == "1000000000000000"


def test_a_day_that_spreadsheets_disagree_about_is_text() -> None:
    assert opened(sheet(("1", None, None, None, date(1899, 12, 31)))).active["E3"].value == "1899-12-31"
    assert opened(sheet(("1", None, None, None, date(1900, 3, 1)))).active["E3"].is_date


def test_empty_cells_are_empty() -> None:
    assert [cell.value for cell in opened(sheet((None, "", None, None, None))).active[3]] == [None] * 5


def test_the_same_content_gives_the_same_bytes() -> None:
    assert made(sheet(ROW), made_by=("出自登记册",)) == made(sheet(ROW), made_by=("出自登记册",))
    assert made(sheet(ROW)) != made(sheet(ROW), made_at=datetime(2026, 11, 21, tzinfo=UTC))


def test_a_sheet_prints_on_a4_with_its_header_on_every_page() -> None:
    page = opened(
        sheet(ROW, notes=("注：含名木",), total=("合计", None, 355.5, None, None)), made_by=("甲", "乙")
    ).active
    assert page.freeze_panes == "A5"
    assert page.auto_filter.ref == "A4:E5"
    assert page.print_title_rows == "$4:$4"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert "第 &P 页" in str(page.oddFooter.right.text)
    assert [page[f"A{row}"].value for row in range(1, 8)] == [
        "名录", "甲", "乙", "编号", "14022500001", "合计", "注：含名木",
    ]  # fmt: skip
    assert page["A6"].font.bold
    assert page["C4"].value == "胸围\n(cm)"
    assert page["A5"].font.name == "微软雅黑"


def test_the_footer_speaks_the_language_of_the_reader() -> None:
    page = opened(sheet(ROW), language=translator("en")).active
    assert "Page &P of &N" in str(page.oddFooter.right.text)


def test_a_sheet_that_is_too_long_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LAST_ROW", 10)
    book = opened(sheet(*[(str(number), *ROW[1:]) for number in range(9)], notes=("注",)))
    assert book.sheetnames == ["名录", "名录 (2)"]
    numbers = [row[0].value for page in book.worksheets for row in page.iter_rows(min_row=3)]
    assert numbers == [*map(str, range(9)), "注"]


def test_an_empty_sheet_still_has_its_header() -> None:
    page = opened(sheet()).active
    assert [cell.value for cell in page[2]][:2] == ["编号", "树龄\n(年)"]


def test_rows_may_be_numbered() -> None:
    assert list(numbered([("a",), ("b",)])) == [(1, "a"), (2, "b")]


def test_a_row_must_have_a_value_for_every_column() -> None:
    with pytest.raises(ValueError, match="zip"):
        made(sheet(("1",)))
    with pytest.raises(ValueError, match="sheet"):
        made()


def test_a_text_that_no_cell_can_hold_is_cut_with_a_sign() -> None:
    value = opened(sheet(("古" * 40_000, None, None, None, None))).active["A3"].value
    assert (len(value), value[-1]) == (32_767, "…")


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_any_titles_give_names_that_a_spreadsheet_takes(titles: list[str]) -> None:
    taken: list[str] = []
    for title in titles:
        name = sheet_name(title, taken)
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip("'")
        assert name.casefold() not in {other.casefold() for other in taken}
        taken.append(name)


@pytest.mark.parametrize("text", ["\x00\x01", "a\ud800", "]]>&<", "_x0041_", " \n "])
def test_a_text_with_odd_characters_leaves_a_workbook_that_opens(text: str) -> None:
    book = made(sheet((text, None, None, None, None)))
    assert ZipFile(BytesIO(book)).testzip() is None
    openpyxl.load_workbook(BytesIO(book))


def test_only_a_workbook_of_ours_is_written_anew(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    ours.write_bytes(made(sheet(ROW)))
    openpyxl.Workbook().save(theirs)
    register = str(tmp_path / "register.db")
    check_output(ours, ".xlsx", register)
    with pytest.raises(OutputTakenError):
        check_output(theirs, ".xlsx", register)
