"""A protection list on paper, on the screen and as a table says the same, and again byte for byte."""

import io
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from exports.protection_list import write_list_page, write_list_pdf, write_list_workbook
from registry.list_records import ListChange, ListCount, ListedGrove, ListedTree, ListFacts, ListRecord

FACTS = ListFacts(
    edition=2,
    title="某县古树名木保护名录",
    authority_id="cn-test",
    authority_zh="某县林业局",
    authority_en="Forestry Bureau",
    register_zh="古树名册",
    register_en="Register",
    made_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
    made_on=date(2026, 3, 4),
    history_head="ab" * 32,
    sha256="cd" * 32,
    document_no="公告〔2026〕1号",
    published_on=date(2026, 3, 5),
    url="https://example.org/list",
    previous=1,
)
TREE = ListedTree(
    "id-1",
    "14052400001",
    "lyt1664-11",
    "ancient",
    name_zh="侧柏",
    name_latin="Platycladus orientalis",
    family="柏科",
    grade="1",
    age_years=1200,
    division=("晋城市", "陵川县"),
    place="礼义镇 <东沟村>",
    girth_cm=412.5,
    document_no="认1",
    designated_on=date(2026, 2, 1),
)
RECORD = ListRecord(
    FACTS,
    (TREE, replace(TREE, subject_id="id-2", number="14052400002", category="famous", age_basis="documented")),
    (ListedGrove("g-1", "群1", "松林", "2", 3795, "油松", 4.2, ("晋城市",), "棋子山"),),
    (ListCount("1", 1, 0, 0), ListCount("2", 0, 1, 3795), ListCount("famous", 1, 0, 0)),
    (ListChange("added", "14052400002", "侧柏", now="famous"),
     ListChange("removed", "14052400009", "国槐", was="3", became="dead")),
)  # fmt: skip


def made(write: Any, record: ListRecord = RECORD) -> bytes:
    out = io.BytesIO()
    write(record, out)
    return out.getvalue()


@pytest.mark.parametrize("write", [write_list_pdf, write_list_page, write_list_workbook])
def test_the_same_list_gives_the_same_bytes(write: Any) -> None:
    assert made(write) == made(write)


def test_the_pdf_says_everything_that_a_published_list_needs() -> None:
    reader = PdfReader(io.BytesIO(made(write_list_pdf)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    wanted = (
        "14052400001",
        "侧柏",
        "Platycladus orientalis",
        "柏科",
        "一级",
        "~1200",
        "礼义镇",
        "名木",
        "松林",
    )
    for said in (*wanted, "3,795", FACTS.history_head, FACTS.sha256, "公告〔2026〕1号", "死亡", "户主"):
        assert said in text, said
    assert "~1200" in text
    assert re.search(r"第 1 页", text)


def test_the_page_asks_for_nothing_else_and_escapes_what_is_written() -> None:
    page = made(write_list_page).decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "<东沟村>" not in page
    assert "&lt;东沟村&gt;" in page
    assert not re.search(r"<(?:script|link|img)|@import|url\(", page)
    assert page.count("<tr") == page.count("</tr>")
    for said in ("14052400001", "3,795", "Scattered trees", "散生", "公告〔2026〕1号"):
        assert said in page


def test_the_workbook_has_numbers_as_numbers_and_tree_numbers_as_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(write_list_workbook)))
    assert book.sheetnames == ["名录", "古树群", "统计", "与上一版相比"]
    cells = {cell.value for row in book["名录"].iter_rows() for cell in row}
    assert {"14052400001", 1200, 412.5, "认1"} <= cells
    total = [cell.value for cell in list(book["统计"].iter_rows())[-1]]
    assert total[1:] == [2, 1, 3795, 3797]


def test_a_first_edition_and_an_empty_one_can_be_printed_too() -> None:
    record = ListRecord(replace(FACTS, previous=None, is_demonstration=True), (), (), (), ())
    for write in (write_list_pdf, write_list_page, write_list_workbook):
        assert made(write, record)
    assert "SAMPLE" in made(write_list_page, record).decode()


def test_a_list_of_five_thousand_trees_is_printed_in_seconds() -> None:
    trees = tuple(replace(TREE, subject_id=str(i), number=f"140524{i:05d}") for i in range(1, 4843))
    begun = time.process_time()
    assert made(write_list_pdf, replace(RECORD, trees=trees)).startswith(b"%PDF")
    assert time.process_time() - begun < 20
