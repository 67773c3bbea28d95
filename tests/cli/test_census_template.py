"""A workbook with the headings of the official census forms is filled as it is, without a file of fields."""

import csv
import json
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import openpyxl
import pytest
from typer.testing import Result

Gushu = Callable[..., Result]
TREE = {
    "基本信息": {
        "古树名木编号": "14040400001", "普查范围": "新纳入范围", "是否重点国有林区范围": "否",
        "森工集团（林业集团）": "某集团", "林业局": "某林业局", "林场名称": "某林场", "分布特点": "散生",
        "古树群编号（群状时填）": "",
    },
    "地理位置": {
        "乡镇(街道)": "白水镇", "村(居委会)": "石门村", "小地名": "庙前", "分布场所": "乡村",
        "经度（保留6位小数）": 113.044112, "纬度（保留6位小数）": 36.045812,
    },
    "立地条件": {
        "海拔(m)": 905.5, "土壤紧密度": "中等", "土层厚度": "厚", "坡位": "下部", "坡度": "缓坡",
        "坡向": "南坡", "生长环境等级": "良好",
    },
    "树种": {
        "科": "豆科", "属": "槐属", "中文名": "槐", "学名": "Styphnolobium japonicum", "俗名": "国槐",
    },
    "树龄与级别": {
        "树龄(年)": 512, "测定方法": "文献追踪法", "保护等级": "一级", "古树名木类别": "古树",
    },
    "测树因子": {
        "树高(m)": 18.4, "胸径(cm)": 140.1, "地径(cm)": 171.9, "平均冠幅(m)": 12.5, "胸围(cm)": 440.5,
        "地围(cm)": 540.5, "生长势等级": "衰弱",
    },
    "受损情况": {"树体损伤": "倾斜", "潜在影响因素": "雷击"},
    "保护现状": {
        "主管部门": "林业", "权属": "集体", "日常养护责任人类型": "单位",
        "单位名称或个人名称": "石门村村民委员会", "保护措施": "围栏",
    },
    "价值与变动": {
        "重要价值": "历史价值", "说明": "见于县志", "新增原因": "树龄增长", "减少原因": "",
        "死亡处置措施": "", "树木奇特性状": "七枝并生",
        "照片及说明（树体全貌、特征特写、生长环境）": "三张", "备注": "树下有碑",
    },
}  # fmt: skip
"""The per-tree form: section, heading, and what one tree has there."""
GROVE = {
    "基本信息": {"古树群编号": "14040401", "普查范围": "新纳入范围", "调查方法": "实测"},
    "位置边界": {
        "乡镇(街道)": "白水镇", "村(居委会)": "石门村", "小地名": "后山", "分布场所": "自然森林",
        "四至范围描述": "东至沟", "海拔(m)": 1020.5,
    },
    "规模": {"面积(hm²)": 2.5, "古树株数(株)": 186},
    "树龄结构": {">500年(%)": 10.5, "300-500年(%)": 29.5, "100-300年(%)": 60},
    "树种": {"主要树种组成（名称、株数、占比，可多行）": "侧柏"},
    "保护现状": {
        "主管部门": "林业", "权属": "集体", "日常养护责任人类型": "单位",
        "单位类别或个人名称": "石门村村民委员会", "保护措施": "围栏",
    },
    "林分特征": {"林层结构状况": "单层"},
    "乔木层": {"郁闭度": 0.7, "平均胸径(cm)": 45.5, "平均树高(m)": 12.5},
    "灌木层": {"种类": "荆条", "盖度(%)": 20.5, "高度(m)": 1.2},
    "草本/地被物": {"种类": "白羊草", "盖度(%)": 30.5, "高度(m)": 0.2},
    "价值与变动": {
        "重要价值": "景观价值", "说明": "寺后", "变化原因": "树龄增长", "照片说明": "两张",
        "备注": "有防火道",
    },
}  # fmt: skip
_SPOKEN = ("树龄结构", "乔木层", "灌木层", "草本/地被物")
"""Sections whose name belongs to the heading."""


def answers(form: dict[str, dict[str, object]]) -> dict[str, object]:
    """Heading, as a file for import has it, and value."""
    return {
        f"{section} {heading}" if section in _SPOKEN else heading: value
        for section, rows in form.items()
        for heading, value in rows.items()
    }


def sheet_of(book: openpyxl.Workbook, title: str, form: dict[str, dict[str, object]]) -> None:
    """A sheet as an office sends it: a title, sections over their headings, rows to be filled."""
    page = book.create_sheet(title)
    sections = [section for section, rows in form.items() for _heading in rows]
    headings = [heading for rows in form.values() for heading in rows]
    page["A1"] = f"{title}（{{county}}）"
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(headings))
    page.append(["", *sections])
    page.append(["序号", *headings])
    page.merge_cells("A2:A3")
    page["A2"] = "序号"
    at = 2
    for _section, same in groupby(sections):
        wide = len(list(same))
        page.merge_cells(start_row=2, end_row=2, start_column=at, end_column=at + wide - 1)
        at += wide


def values_of(path: Path, title: str, row: int = 4) -> list[object]:
    page = openpyxl.load_workbook(path)[title]
    return [page.cell(row, column).value for column in range(2, page.max_column + 1)]


def told(values: Sequence[object]) -> list[object]:
    """Values as they are compared: what is empty is None."""
    return [value if value != "" else None for value in values]


@pytest.fixture
def office(gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gushu:
    """A register with one tree and one grove, entered by the official forms."""
    monkeypatch.chdir(tmp_path)
    for name, form in (("cn-census-3", TREE), ("cn-census-3-grove", GROVE)):
        row = answers(form)
        with Path(f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([row.keys(), row.values()])
        result = gushu("import", f"{name}.csv", "--mapping", name)
        assert result.exit_code == 0, result.output
    book = openpyxl.Workbook()
    book.active.title, book.active["A1"] = "填表说明", "一、按表头填写。"
    sheet_of(book, "每木调查表", TREE)
    sheet_of(book, "古树群调查表", GROVE)
    book.save("office.xlsx")
    return gushu


def test_every_item_of_both_forms_comes_back_below_its_heading(office: Gushu, tmp_path: Path) -> None:
    result = office("--json", "tables", "out.xlsx", "--template", "office.xlsx", "--restricted", lang="zh")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["unmapped"] == []
    assert answer["rows"] == {"每木调查表": 1, "古树群调查表": 1}
    for title, form in (("每木调查表", TREE), ("古树群调查表", GROVE)):
        assert values_of(tmp_path / "out.xlsx", title) == told(list(answers(form).values()))


def test_what_the_headings_are_taken_for_can_be_looked_at_and_used(office: Gushu, tmp_path: Path) -> None:
    proposed = office("tables", "office.xlsx", "--propose", lang="zh")
    assert 'rows = "tree"' in proposed.stdout
    assert 'rows = "grove"' in proposed.stdout
    (tmp_path / "fields.toml").write_text(proposed.stdout, "utf-8")
    first = ("tables", "a.xlsx", "--template", "office.xlsx")
    assert office(*first, lang="zh").exit_code == 0
    second = ("tables", "b.xlsx", "--template", "office.xlsx", "--fields", "fields.toml")
    assert office(*second, lang="zh").exit_code == 0
    for title in ("每木调查表", "古树群调查表"):
        assert values_of(tmp_path / "a.xlsx", title) == values_of(tmp_path / "b.xlsx", title)


def test_a_sheet_that_is_not_of_trees_one_by_one_is_left_as_it_is(office: Gushu, tmp_path: Path) -> None:
    book = openpyxl.load_workbook("office.xlsx")
    page = book.create_sheet("分乡镇统计")
    page.append(["乡镇(街道)", "株数", "一级", "权属", "备注"])
    book.save("office.xlsx")
    result = office("tables", "out.xlsx", "--template", "office.xlsx", lang="zh")
    for title in ("填表说明", "分乡镇统计"):
        assert f"{title}：表头里认不出编号，未填" in result.output
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["分乡镇统计"].max_row == 1


def test_a_workbook_without_known_headings_asks_for_the_fields(office: Gushu) -> None:
    book = openpyxl.Workbook()
    book.active.append(["甲", "乙"])
    book.save("other.xlsx")
    result = office("tables", "out.xlsx", "--template", "other.xlsx")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (1, "table_template")
    assert "--fields" in result.stderr
    assert office("tables", "out.xlsx", "--fields", "fields.toml").exit_code == 2
