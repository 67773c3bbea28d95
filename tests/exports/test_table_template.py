"""An office's own workbook is filled: what is no row of data is as it was, or where it belongs."""

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.title import Text, Title
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, FormulaRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from register_kit import NOW

from exports.tables.template import SheetJob, fill_workbook, open_template, top_rows
from exports.tables.template_shift import UNREAD, Growth, shifted_formula, shifted_range
from registry.export_errors import TableTemplateError
from registry.table_records import RUNNING, SheetMap
from registry.template_maps import propose

MAP = {"A": RUNNING, "B": "tree_no", "C": "name_zh", "树高(m)": "height_m", "胸围(cm)": "girth_cm"}
WORDS = {"county": "上党区", "date": date(2026, 3, 4), "count": 53}


def office_workbook(path: Path, *, prepared: int = 3) -> Path:
    """What an office sends: merged headings, formulas beside and below the table, rules, print settings."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "附件1"
    page.merge_cells("A1:G1")
    page["A1"] = "{county}古树名木汇总表"
    page["A1"].font = Font(name="方正小标宋简体", size=20)
    page["A2"], page["F2"], page["G2"] = "填报单位：{county}林业局", "{date}", "{weather}"
    for letter, text in zip("ABCFG", ("序号", "古树编号", "树种", "胸径(cm)", "备查"), strict=True):
        page.merge_cells(f"{letter}3:{letter}4")
        page[f"{letter}3"] = text
    page.merge_cells("D3:E3")
    page["D3"], page["D4"], page["E4"] = "测树因子", "树高(m)", "胸围(cm)"
    line = Side(style="thin")
    last = 4 + prepared
    for row in range(5, last + 1):
        for letter in "ABCDEFG":
            page[f"{letter}{row}"].border = Border(line, line, line, line)
            page[f"{letter}{row}"].font = Font(name="仿宋_GB2312", size=11)
        page[f"E{row}"].number_format = "0.0"
        page[f"F{row}"] = f"=ROUND(E{row}/PI(),1)"
    page.row_dimensions[5].height = 28
    page[f"A{last + 1}"], page[f"D{last + 1}"] = "合计", f"=MAX(D5:D{last})"
    page.merge_cells(f"A{last + 1}:C{last + 1}")
    page[f"E{last + 1}"] = f'=COUNTIF($E$5:$E${last},">300")'
    page.row_dimensions[last + 1].height = 33
    page[f"A{last + 3}"] = "审核人："
    choice = DataValidation(type="list", formula1='"正常,衰弱"')
    page.add_data_validation(choice)
    choice.add(f"G5:G{last}")
    rule = CellIsRule(operator="greaterThan", formula=["20"], fill=PatternFill("solid", bgColor="FFCCCC"))
    page.conditional_formatting.add(f"D5:D{last}", rule)
    page.print_area, page.print_title_rows, page.freeze_panes = f"A1:G{last + 3}", "1:4", "C5"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 8
    page.column_dimensions["B"].width = 17.5
    other = book.create_sheet("汇总")
    other["A1"], other["A2"] = f"=COUNTA('附件1'!B5:B{last})", "{count}"
    book.defined_names["数据区"] = DefinedName("数据区", attr_text=f"'附件1'!$A$5:$G${last}")
    book.save(path)
    return path


def rows(count: int) -> list[list[Any]]:
    return [
        [None, f"1404040{number:04d}", "国槐" if number else None, 12.5, 300 + number]
        for number in range(count)
    ]


def filled(path: Path, count: int, **facts: Any) -> tuple[Any, Any]:
    out = BytesIO()
    job = SheetJob(SheetMap("附件1", "tree", 5, facts.pop("columns", MAP), **facts), rows(count))
    report = fill_workbook(path, [job], WORDS, out, made_at=NOW)
    return openpyxl.load_workbook(BytesIO(out.getvalue())), report


def test_rows_are_added_and_all_below_and_elsewhere_follows(tmp_path: Path) -> None:
    path = office_workbook(tmp_path / "a.xlsx")
    before = path.read_bytes()
    book, report = filled(path, 40)
    page = book["附件1"]
    assert report.rows == {"附件1": 40}
    assert [cell.value for cell in page[44]] == [
        40,
        "14040400039",
        "国槐",
        12.5,
        339,
        "=ROUND(E44/PI(),1)",
        None,
    ]
    assert page["B5"].data_type == "s"
    assert (page["A45"].value, page["D45"].value) == ("合计", "=MAX(D5:D44)")
    assert page["E45"].value == '=COUNTIF($E$5:$E$44,">300")'
    assert (page["A47"].value, page.row_dimensions[45].height) == ("审核人：", 33)
    assert {str(area) for area in page.merged_cells.ranges} >= {"A1:G1", "D3:E3", "A3:A4", "A45:C45"}
    assert book["汇总"]["A1"].value == "=COUNTA('附件1'!B5:B44)"
    assert book.defined_names["数据区"].attr_text == "'附件1'!$A$5:$G$44"
    assert [str(v.sqref) for v in page.data_validations.dataValidation] == ["G5:G44"]
    assert [str(kept.sqref) for kept in page.conditional_formatting] == ["D5:D44"]
    assert path.read_bytes() == before


def test_styles_widths_and_print_settings_stay_and_new_rows_look_like_the_first(tmp_path: Path) -> None:
    book, _report = filled(office_workbook(tmp_path / "a.xlsx"), 40)
    page = book["附件1"]
    assert (page["A1"].font.name, page["A1"].font.size) == ("方正小标宋简体", 20)
    assert (page["B40"].font.name, page["B40"].border.left.style) == ("仿宋_GB2312", "thin")
    assert (page["E40"].number_format, page.row_dimensions[40].height) == ("0.0", 28)
    assert (page.column_dimensions["B"].width, page.freeze_panes) == (17.5, "C5")
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 8)
    assert (page.print_title_rows, page.print_area) == ("$1:$4", "'附件1'!$A$1:$G$47")


def test_marks_say_what_they_stand_for_and_what_cannot_be_filled_is_told(tmp_path: Path) -> None:
    book, report = filled(office_workbook(tmp_path / "a.xlsx"), 2)
    page = book["附件1"]
    assert (page["A1"].value, page["F2"].value.date()) == ("上党区古树名木汇总表", date(2026, 3, 4))
    assert (book["汇总"]["A2"].value, page["A8"].value) == (53, "合计")
    assert report.unmapped == (("附件1", "备查"),)
    assert report.empty == (("附件1", "树种", 1),)
    assert report.unknown == (("附件1", "weather"),)


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    path = office_workbook(tmp_path / "a.xlsx")
    made = []
    for _ in range(2):
        out = BytesIO()
        fill_workbook(path, [SheetJob(SheetMap(1, "tree", 5, MAP), rows(5))], WORDS, out, made_at=NOW)
        made.append(out.getvalue())
    assert made[0] == made[1]


@pytest.mark.parametrize("text", ["=1+1", "{count}", "@x", "\x01a", "x" * 40_000])
def test_what_people_wrote_is_text_and_nothing_else(tmp_path: Path, text: str) -> None:
    out = BytesIO()
    job = SheetJob(SheetMap(1, "tree", 5, {"C": "notes"}), [[text]])
    fill_workbook(office_workbook(tmp_path / "a.xlsx"), [job], WORDS, out, made_at=NOW)
    cell = openpyxl.load_workbook(BytesIO(out.getvalue()))["附件1"]["C5"]
    assert cell.data_type == "s"
    assert str(cell.value)[:5] == text.replace("\x01", "")[:5]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"last": 7}, "room for 3 rows and 9"),
        ({"columns": {**MAP, "F": "diameter_cm"}}, "F5 holds a formula"),
        ({"columns": {"胸 高": "height_m"}}, "no heading 胸 高"),
    ],
)
def test_what_is_in_the_way_is_named(tmp_path: Path, facts: dict[str, Any], reason: str) -> None:
    path = office_workbook(tmp_path / "a.xlsx")
    columns = facts.get("columns", MAP)
    job = SheetJob(SheetMap(1, "tree", 5, columns, facts.get("last")), [[None] * len(columns)] * 9)
    with pytest.raises(TableTemplateError, match=reason):
        fill_workbook(path, [job], WORDS, BytesIO(), made_at=NOW)


def test_protected_sheets_merged_rows_and_missing_sheets_are_refused(tmp_path: Path) -> None:
    path = office_workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["附件1"].protection.sheet = True
    book.save(tmp_path / "b.xlsx")
    book["附件1"].protection.sheet = False
    book["附件1"].merge_cells("G5:G6")
    book.save(tmp_path / "c.xlsx")
    for name, sheet, reason in (("b", 1, "protected"), ("c", 1, "G5:G6 are merged"), ("a", "附件9", "附件9")):
        job = SheetJob(SheetMap(sheet, "tree", 5, MAP), rows(9))
        with pytest.raises(TableTemplateError, match=reason):
            fill_workbook(tmp_path / f"{name}.xlsx", [job], WORDS, BytesIO(), made_at=NOW)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "locked by a password"),
        ("a.xlsx", b"PK\x03\x04broken", "damaged"),
        ("a.xlsx", b"", "damaged"),
    ],
)
def test_files_that_are_no_workbook_are_named_with_what_helps(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableTemplateError, match=reason):
        open_template(tmp_path / name)


MACROS = b"\xd0\xcf\x11\xe0 what a spreadsheet runs"
_VBA = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"


def with_macros(plain: Path, path: Path) -> Path:
    """A workbook as an .xlsm: declared as one that holds macros, with a project of them."""
    changes = {
        "[Content_Types].xml": (
            b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
            b"vnd.ms-excel.sheet.macroEnabled.main",
        ),
        "xl/_rels/workbook.xml.rels": (
            b"</Relationships>",
            b'<Relationship Id="macros" Type="' + _VBA + b'" Target="vbaProject.bin"/></Relationships>',
        ),
    }
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            found = old.read(name)
            new.writestr(name, found.replace(*changes[name]) if name in changes else found)
        new.writestr("xl/vbaProject.bin", MACROS)
    return path


def test_macros_of_a_workbook_are_kept(tmp_path: Path) -> None:
    template = with_macros(office_workbook(tmp_path / "plain.xlsx"), tmp_path / "office.xlsm")
    out = BytesIO()
    fill_workbook(template, [SheetJob(SheetMap("附件1", "tree", 5, MAP), rows(9))], WORDS, out, made_at=NOW)
    with zipfile.ZipFile(out) as parts:
        assert parts.read("xl/vbaProject.bin") == MACROS
        assert b"ms-excel.sheet.macroEnabled.main" in parts.read("[Content_Types].xml")
        assert b"vbaProject.bin" in parts.read("xl/_rels/workbook.xml.rels")
    assert openpyxl.load_workbook(out, keep_vba=True)["附件1"]["B13"].value == rows(9)[-1][1]


def test_headings_propose_the_fields(tmp_path: Path) -> None:
    grid = dict(top_rows(office_workbook(tmp_path / "a.xlsx")))["附件1"]
    found = propose(grid)
    assert found is not None
    assert (found.first, [field for _heading, field in found.columns.values()]) == (
        5,
        [RUNNING, "tree_no", "name_zh", "height_m", "girth_cm", None, None],
    )


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("SUM(B5:B7)", "SUM(B5:B12)"),
        ("B8+$C$4", "B13+$C$4"),
        ("SUM(B1:B20)", "SUM(B1:B25)"),
        ("SUM(其他!B5:B7)", "SUM(其他!B5:B7)"),
        ("SUM('表'!B5:B7)", "SUM('表'!B5:B12)"),
        ('IF(B9="B9",1,0)', 'IF(B14="B9",1,0)'),
        ("SUM(5:7)", "SUM(5:12)"),
        ("Rate2024*SUM(A2:A7)", "Rate2024*SUM(A2:A12)"),
        ("Tab20[x]+Tab20[[#Totals],[B9]]", "Tab20[x]+Tab20[[#Totals],[B9]]"),
        ("LOG10(B9)+XYZ90+A2000000", "LOG10(B14)+XYZ90+A2000000"),
        ("SUM(B5:INDEX(B:B,9))+SUM(B9:INDEX(B:B,9))", "SUM(B5:INDEX(B:B,9))+SUM(B14:INDEX(B:B,9))"),
        ("SUM('[1]表'!B9,[1]表!B9)", "SUM('[1]表'!B9,[1]表!B9)"),
    ],
)
def test_a_formula_follows_the_table(text: str, moved: str) -> None:
    assert shifted_formula(f"={text}", Growth(5, 7, 5), "表", "表") == f"={moved}"


@given(st.from_regex(r"[A-Za-z_一-龥][A-Za-z0-9_.一-龥]{0,12}", fullmatch=True))
@example("X2024_a")
@example("A.B9")
@example("税率2024")
def test_a_name_stays_whatever_it_ends_with(name: str) -> None:
    assume(not re.fullmatch(r"[A-Za-z]{1,3}[0-9]+", name))
    formula = f"={name}*SUM(A2:A7)+表!{name}"
    assert shifted_formula(formula, Growth(5, 7, 5), "表", "表") == formula.replace("A7", "A12")


def test_a_share_of_all_is_of_all_rows_and_a_sum_of_its_own_row_only() -> None:
    growth = Growth(5, 5, 9)
    formula = shifted_formula("=C5/SUM(C$5:C$5)+SUM(C5:E5)", growth, "表", "表", grows=False)
    assert formula == "=C5/SUM(C$5:C$14)+SUM(C5:E5)"


def test_rules_links_arrays_and_charts_follow_the_table(tmp_path: Path) -> None:
    path = office_workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    page, other = book["附件1"], book["汇总"]
    page["G10"], page["A12"], page["A13"] = "正常", "正常", "衰弱"
    page["G10"].hyperlink = Hyperlink(ref="G10", location="'附件1'!A12")
    page["A10"].hyperlink = "https://example.org/"
    page["C10"] = ArrayFormula("C10", "=SUM(D5:D7*E5:E7)")
    for where, formula in (("G10", "$A$12:$A$13"), ("B5:B7", "COUNTIF(B$5:B$7,B5)=1")):
        rule = DataValidation(type="list" if where == "G10" else "custom", formula1=formula)
        page.add_data_validation(rule)
        rule.add(where)
    limit = DataValidation(type="decimal", operator="between", formula1="附件1!D8", formula2="附件1!E8")
    other.add_data_validation(limit)
    limit.add("B1")
    fill = PatternFill("solid", bgColor="FFCCCC")
    page.conditional_formatting.add("A8:G8", FormulaRule(formula=["$D$8>$E$8"], fill=fill))
    scale = ColorScaleRule("formula", "$D$8", "FFFFFF", end_type="max", end_color="FF0000")
    page.conditional_formatting.add("E5:E7", scale)
    chart = BarChart()
    chart.add_data(Reference(page, min_col=4, max_col=5, min_row=4, max_row=7), titles_from_data=True)
    chart.set_categories(Reference(page, min_col=3, min_row=5, max_row=7))
    chart.title = Title(tx=Text(strRef=StrRef("'附件1'!$A$8")))
    other.add_chart(chart, "D2")
    book.save(path)
    book, report = filled(path, 13)
    page, other = book["附件1"], book["汇总"]
    assert report.lost == ()
    assert (page["G20"].hyperlink.ref, page["G20"].hyperlink.location) == ("G20", "'附件1'!A22")
    assert (page["A20"].hyperlink.target, page["A10"].hyperlink) == ("https://example.org/", None)
    assert (page["C20"].value.ref, page["C20"].value.text) == ("C20", "=SUM(D5:D17*E5:E17)")
    rules = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert rules == {
        "G5:G17": '"正常,衰弱"',
        "G20": "$A$22:$A$23",
        "B5:B17": "COUNTIF(B$5:B$17,B5)=1",
    }
    (limit,) = other.data_validations.dataValidation
    assert (limit.formula1, limit.formula2) == ("附件1!D18", "附件1!E18")
    formats = {str(kept.sqref): kept.rules[0] for kept in page.conditional_formatting}
    assert formats["A18:G18"].formula == ["$D$18>$E$18"]
    assert formats["E5:E17"].colorScale.cfvo[0].val == "$D$18"
    (chart,) = other._charts
    assert chart.title.tx.strRef.f == "'附件1'!$A$18"
    assert [series.val.numRef.f for series in chart.ser] == ["'附件1'!$D$5:$D$17", "'附件1'!$E$5:$E$17"]
    assert {(series.cat.numRef or series.cat.strRef).f for series in chart.ser} == {"'附件1'!$C$5:$C$17"}


def test_an_array_formula_of_the_table_goes_on_in_its_new_rows(tmp_path: Path) -> None:
    path = office_workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    for row in (5, 6, 7):
        book["附件1"][f"F{row}"] = ArrayFormula(f"F{row}", f"=SUM(D{row}:E{row}*2)")
    book.save(path)
    page = filled(path, 6)[0]["附件1"]
    told = [(page[f"F{row}"].value.ref, page[f"F{row}"].value.text) for row in range(5, 11)]
    assert told == [(f"F{row}", f"=SUM(D{row}:E{row}*2)") for row in range(5, 11)]
    assert page["A11"].value == "合计"


def test_what_cannot_follow_a_table_that_grew_is_told(tmp_path: Path) -> None:
    path = office_workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["汇总"]["C1"] = "=SUM('附件1'!B5#)"
    book.save(path)
    assert filled(path, 3)[1].lost == ()
    book, report = filled(path, 4)
    assert (book["汇总"]["C1"].value, report.lost) == ("=SUM('附件1'!B5#)", (UNREAD,))


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 40), st.integers(0, 9), st.integers(0, 50))
def test_a_range_keeps_what_it_held(start: int, length: int, first: int, prepared: int, more: int) -> None:
    growth = Growth(first, first + prepared, more)
    end = start + length
    found = shifted_range(f"A{start}:A{end}", growth)
    low, high = (int(part[1:]) for part in found.split(":"))
    assert {growth.row(row) for row in range(start, end + 1)} <= set(range(low, high + 1))
    assert high - low == length + (more if start <= growth.last <= end else 0)
