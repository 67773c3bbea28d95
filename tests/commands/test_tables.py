"""Tables count what the register holds; sums are held against it, and what leaves is public or says so."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from register_kit import NOW, import_rows
from sqlalchemy.engine import Engine

from registry.commands.ledgers import hold_records
from registry.db import reading, transaction
from registry.export_errors import TableLayoutError, TableUnknownError
from registry.selection import find_record
from registry.table_layouts import chosen_layouts, layout_from, table_layouts
from registry.tables import TableSource

Gushu = Callable[..., Any]
TREES = (
    {"no": "14040400001", "name": "国槐", "grade": "一级", "age": "620", "height": "18.4", "girth": "440"},
    {"no": "14040400002", "name": "国槐", "grade": "二级", "age": "300", "height": "9", "girth": "300"},
    {"no": "3", "name": "=1+1", "age": "99", "notes": "-2"},
    {"no": "4", "name": "侧柏" * 15},
)
FIELDS = """
[[sheets]]
first = 3
[sheets.columns]
A = "$number"
"古树编号" = "tree_no"
C = "age_years"
"""


@pytest.fixture
def office(engine: Engine, tmp_path: Path, gushu: Gushu) -> Gushu:
    """Four trees, two of them in a grove that counts twenty."""
    import_rows(engine, tmp_path, *TREES)
    done = gushu("ledger", "add", "grove", "G1", "tree_count=20", "ownership=集体")
    assert done.exit_code == 0, done.output
    with transaction(engine) as session:
        found = [find_record(session, called) for called in ("grove:G1", "14040400002", "3")]
        grove, *trees = [(ref.kind, ref.id, ref.called) for ref in found]
        hold_records(session, grove, trees, actor="tests", now=NOW)
    return gushu


def cells(path: Path, table: str) -> list[list[str]]:
    with (path / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_every_tree_is_a_row_and_every_table_adds_up(office: Gushu, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = office("tables", out, lang="zh")
    assert done.exit_code == 0, done.output
    trees = cells(out, "trees")
    assert [row[1] for row in trees[1:]] == ["3", "4", "14040400001", "14040400002"]
    assert "'=1+1" in [row[1] for row in cells(out, "by_species")]
    for layout in chosen_layouts((), table_layouts()):
        if layout.is_summary:
            *rows, total = cells(out, layout.id)[1:]
            place = [column.id for column in layout.columns].index("total")
            assert total[place] == "22", layout.id
            assert sum(int(row[place]) for row in rows) == 22, layout.id
    assert cells(out, "by_ownership")[1][1:] == ["集体", *["0"] * 7, "1", "18", "0", "18", "0.818182"]
    assert cells(out, "groves")[1][1:2] == ["G1"]


def test_what_the_register_counts_is_counted_by_statements_of_its_own(office: Gushu, engine: Engine) -> None:
    assert office is not None
    with reading(engine) as session:
        counts = TableSource(session).counts()
    assert (counts.scattered, counts.groves, counts.in_groves, counts.with_files) == (2, 1, 20, 2)


def test_sums_are_formulas_and_numbers_of_trees_are_text(office: Gushu, tmp_path: Path) -> None:
    out = tmp_path / "t.xlsx"
    assert office("tables", out, "--table", "trees", "--table", "by_grade").exit_code == 0
    book = openpyxl.load_workbook(out)
    trees, grades = book.worksheets
    numbers = [row[1] for row in trees.iter_rows(min_row=5) if isinstance(row[0].value, int)]
    assert {cell.data_type for cell in numbers} == {"s"}
    total = next(row for row in grades.iter_rows() if row[1].value == "Total")
    assert total[7].value.startswith("=SUM(H")
    shown = next(row for row in grades.iter_rows() if row[0].value == 1)
    assert shown[7].value == f"=SUM(D{shown[7].row},F{shown[7].row})"


def test_ods_says_the_same_as_the_workbook(office: Gushu, tmp_path: Path) -> None:
    for kind in ("xlsx", "ods"):
        assert office("tables", tmp_path / f"t.{kind}", lang="zh").exit_code == 0
    books = [CalamineWorkbook.from_path(tmp_path / f"t.{kind}") for kind in ("xlsx", "ods")]
    assert books[0].sheet_names == books[1].sheet_names
    for name in books[0].sheet_names:
        one, other = (book.get_sheet_by_name(name).to_python() for book in books)
        assert [[str(cell) for cell in row] for row in one if any(row)] == [
            [str(cell) for cell in row] for row in other if any(row)
        ]


def test_an_office_fills_its_own_workbook(office: Gushu, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["{county}", "{count}"])
    book.active.append(["序号", "古树编号", "树龄(年)", "备注"])
    book.save(tmp_path / "office.xlsx")
    (tmp_path / "fields.toml").write_text(FIELDS, encoding="utf-8")
    out = tmp_path / "filled.xlsx"
    words = ("--template", tmp_path / "office.xlsx", "--fields", tmp_path / "fields.toml")
    done = office("tables", out, *words)
    assert done.exit_code == 0, done.output
    assert "no field is named for the column 备注" in done.output
    assert "1 row without a value" in done.output
    page = openpyxl.load_workbook(out).active
    assert [[cell.value for cell in row][:3] for row in page.iter_rows(min_row=3)] == [
        [1, "3", 99], [2, "4", None], [3, "14040400001", 620], [4, "14040400002", 300],
    ]  # fmt: skip
    assert page["B1"].value == 22
    assert office("tables", out, *words).exit_code == 0  # our own may be written anew
    assert "never written over" in office("tables", tmp_path / "office.xlsx", *words).output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("o.xlsx", "--table", "nichts"), "table_unknown"),
        (("o.doc",), "output_unwritable"),
        (("o.csv", "--table", "trees", "--table", "groves"), "output_unwritable"),
        (("o.xlsx", "--where", "category=famous"), "nothing_selected"),
        (("o.xlsx", "--where", "colour=green"), "selection_invalid"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(
    office: Gushu, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    done = office("tables", tmp_path / words[0], *words[1:])
    assert (done.exit_code, done.output.partition(":")[0]) == (1, code)
    assert not (tmp_path / words[0]).exists()


def test_a_file_of_somebody_else_is_not_written_over(office: Gushu, tmp_path: Path) -> None:
    mine = tmp_path / "mine.ods"
    mine.write_bytes(b"PK\x03\x04 mine")
    assert office("tables", mine).output.startswith("output_taken")
    assert mine.read_bytes() == b"PK\x03\x04 mine"


def test_an_office_may_have_layouts_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        'id = "own"\nzh = "我"\nen = "Own"\nrows = "tree"\ncitation = "c"\ncitation_en = "c"\n'
        'confidence = "low"\ncolumns = [{ field = "tree_no" }]\n'
    )
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GUSHU_TABLES", str(tmp_path))
    assert table_layouts("register.db")["own"].columns[0].field == "tree_no"
    (tmp_path / "own.toml").write_text(text.replace("tree_no", "colour"), encoding="utf-8")
    with pytest.raises(TableLayoutError, match=r"own\.toml is wrong at columns 1 field"):
        table_layouts("register.db")


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ([], "columns"),
        ([{"count": "scattered", "of": "first", "zh": "a", "en": "a"}], "columns 1 of"),
        ([{"share": "all", "zh": "a", "en": "a"}], "columns 1 share"),
        ([{"count": "leaves", "zh": "a", "en": "a"}], "columns 1 count"),
        ([{"key": 0, "count": "trees", "zh": "a", "en": "a"}], "columns 1"),
        ([{"count": "trees"}], "columns 1 zh"),
        ([{"count": "trees", "zh": "a", "en": "a"}] * 2, "columns 1 id"),
    ],
)
def test_a_layout_is_checked_whole(columns: list[dict[str, object]], key: str) -> None:
    found = {"id": "x", "zh": "x", "en": "x", "rows": "species", "citation": "c", "citation_en": "c",
             "confidence": "low", "columns": columns}  # fmt: skip
    with pytest.raises(TableLayoutError, match=f"at {key}:"):
        layout_from(found, "x.toml")


def test_there_is_no_table_of_another_name() -> None:
    with pytest.raises(TableUnknownError):
        chosen_layouts(["nichts"], table_layouts())
