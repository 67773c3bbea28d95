"""Checks of the whole register: earlier measurements, other offices; and its quality as counts and files."""

import json
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from register_kit import MAPPING, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from exports.quality_book import write_quality_book
from exports.quality_page import write_quality_page
from registry.commands.checking import check_register
from registry.db import reading, transaction
from registry.errors import NothingSelectedError, SelectionError
from registry.models import Flag, Measurement, Tree
from registry.quality import asked_fields, asked_in, every_doubt, measure_quality
from registry.records import QualityFacts
from registry.vocab.fields import FIELDS
from registry.vocab.language import translator

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
OTHER = MAPPING.replace('id = "plain"', 'id = "gardens"').replace('"cn-test"', '"cn-gardens"')
OTHER = OTHER.replace('number_scheme = "legacy"', 'number_scheme = "other"')
HERE = {"latin": "Ginkgo biloba", "lon": "112.500000", "lat": "37.800000"}


def measure_again(engine: Engine, number: str, day: date, **sizes: float) -> None:
    with transaction(engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == number)).one()
        session.add(Measurement(tree_id=tree.id, source_id=tree.source_id, measured_on=day, **sizes))


def checked(engine: Engine, source: str | None = None) -> list[tuple[str, str, str]]:
    with transaction(engine) as session:
        check_register(session, source)
    return sorted((flag.check, flag.field, flag.value) for flag in rows_of(engine, Flag))


def counted(engine: Engine, *where: str) -> QualityFacts:
    with reading(engine) as session:
        return measure_quality(session, where, register_name="样本", now=NOON)


def test_a_trunk_that_shrank_is_doubted_until_it_is_corrected(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": "300", "height": "10", "day": "01/06/2010"})
    measure_again(engine, "1", date(2020, 6, 1), girth_cm=290, height_m=14)
    expected = [("girth_shrank", "girth_cm", "300 → 290"), ("height_changed", "height_m", "10 → 14")]
    assert checked(engine) == expected
    assert checked(engine) == expected
    measure_again(engine, "1", date(2021, 6, 1), girth_cm=301, height_m=14)
    assert checked(engine) == [("grew_too_fast", "girth_cm", "290 → 301")]
    measure_again(engine, "1", date(2022, 6, 1), girth_cm=303, height_m=14)
    assert checked(engine) == []


def test_readings_are_compared_size_by_size_and_only_where_they_have_days(
    engine: Engine, tmp_path: Path
) -> None:
    import_rows(
        engine, tmp_path, {"no": "1", "girth": "300", "day": "01/06/2010"}, {"no": "2", "girth": "90"}
    )
    measure_again(engine, "1", date(2015, 6, 1), height_m=10)
    measure_again(engine, "1", date(2020, 6, 1), girth_cm=290)
    measure_again(engine, "2", date(2020, 6, 1), girth_cm=20)
    assert checked(engine) == [("girth_shrank", "girth_cm", "300 → 290")]


def test_one_tree_that_two_offices_have_is_pointed_out_to_both(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", **HERE})
    near = {**HERE, "lon": "112.500060"}  # 5 m
    far = {**HERE, "lon": "112.500200"}  # 18 m
    other = {**near, "lon": "112.500050", "latin": "Salix matsudana"}
    rows = ({"no": "A", **near}, {"no": "B", **far}, {"no": "C", **other})
    import_rows(engine, tmp_path, *rows, mapping=OTHER)
    assert checked(engine) == [("two_offices", "lon", "1, 5 m"), ("two_offices", "lon", "A, 5 m")]
    assert checked(engine, "plain") == [("two_offices", "lon", "1, 5 m"), ("two_offices", "lon", "A, 5 m")]


def test_a_hidden_place_is_not_given_away_by_a_doubt(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", **HERE})
    import_rows(engine, tmp_path, {"no": "A", **HERE}, mapping=OTHER)
    with transaction(engine) as session:
        session.exec(select(Tree).where(Tree.tree_no == "A")).one().position_precision = "0.01"  # type: ignore[assignment]
    assert checked(engine) == []


def fill(engine: Engine, folder: Path) -> None:
    import_rows(
        engine,
        folder,
        {"no": "1", "name": "银杏", "girth": "300", "height": "10", "age": "300", "grade": "二级", **HERE},
        {"no": "2", "name": "槐", "girth": "5", "height": "200", "grade": "一级", "age": "120"},
        {"no": "3", "name": "不详", "notes": "王某某院内商品林", "girth": "90"},
    )


def test_the_report_counts_with_its_denominators(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path)
    whole = counted(engine).whole
    assert (whole.trees, whole.doubtful) == (3, 2)
    flags = rows_of(engine, Flag)
    assert whole.warnings + whole.notes == len(flags)
    shares = {share.field: (share.filled, share.asked) for share in whole.fields}
    assert shares["lon"] == (1, 3)
    assert shares["girth_cm"] == (3, 3)
    assert shares["height_m"] == (2, 3)
    assert shares["protection_grade"] == (2, 3)
    assert shares["vigour"] == (0, 3)
    assert whole.asked == 3 * len(asked_in("cn"))


def test_the_report_can_be_of_a_part(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path)
    assert counted(engine, "tree_no=2").whole.trees == 1
    assert {row.check for row in counted(engine, "tree_no=1").checks} == set()
    with pytest.raises(NothingSelectedError):
        counted(engine, "tree_no=9")
    with pytest.raises(SelectionError):
        counted(engine, "girth=9")


def test_checks_are_sorted_by_weight_and_the_worst_tree_comes_first(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path)
    facts = counted(engine)
    degrees = [row.severity for row in facts.checks]
    assert degrees == sorted(degrees, reverse=True)
    assert facts.worst[0][0].tree_no == "2"
    assert [row.flag.severity for row in facts.worst[0]] == sorted(
        (row.flag.severity for row in facts.worst[0]), reverse=True
    )


def test_a_private_value_is_not_in_the_list_of_doubts(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path)
    with transaction(engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == "1")).one()
        session.add(Flag(tree_id=tree.id, check="x", severity="note", field="notes", value="王某某"))  # type: ignore[arg-type]
    with reading(engine) as session:
        rows = list(every_doubt(session))
    assert [row.is_private for row in rows if row.flag.field == "notes"] == [True]
    assert all("王" not in row.flag.value for row in rows)
    assert "plantation_tree" in {row.flag.check for row in rows}


def test_a_whole_column_that_holds_something_else_is_told_of_the_source(
    engine: Engine, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [
        {"no": str(number), "girth": "60", "height": "10", "age": "200"} for number in range(30)
    ]
    import_rows(engine, tmp_path, *rows[:29])
    told = {found.check: found.value for found in counted(engine).sources[0].findings}
    assert told == {"measure_height_unsaid": "100% (29/29)", "ages_without_basis": "100% (29/29)"}
    import_rows(engine, tmp_path, *rows)
    told = {found.check: found.value for found in counted(engine).sources[0].findings}
    assert told["girth_column_holds_diameters"] == "6.0 (30)"


def test_the_workbook_holds_every_doubt_and_what_helps(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path)
    out = BytesIO()
    with reading(engine) as session:
        doubts = list(every_doubt(session))
        write_quality_book(counted(engine), doubts, out, language=translator("zh"))
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["齐全率一览", "按行政区划", "按来源", "按检查", "逐条存疑"]
    rows = list(book["逐条存疑"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(doubts)
    assert all(row[0] in {"2", "3"} and row[8] for row in rows)
    assert book["齐全率一览"]["E4"].number_format == "0.0%"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_stands_alone_and_escapes_what_it_shows(engine: Engine, tmp_path: Path, lang: str) -> None:
    import_rows(engine, tmp_path, {"no": "<b>1</b>", "name": "<script>", "girth": "5", "height": "200"})
    out = BytesIO()
    write_quality_page(counted(engine), out, language=translator(lang))
    page = out.getvalue().decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert "http" not in page


def test_every_field_that_is_asked_for_has_a_name() -> None:
    for form in asked_fields().values():
        assert all(asked.field in FIELDS for asked in form)
    assert asked_in("cn-shanxi") is asked_in("cn")
    assert asked_in("fr-paris") is asked_in("")


def test_the_command_tells_and_writes(engine: Engine, gushu: Any, tmp_path: Path) -> None:
    fill(engine, tmp_path)
    for name in ("q.html", "q.xlsx"):
        result = gushu("quality", tmp_path / name, "--check", lang="zh")
        assert result.exit_code == 0, result.output
        assert "齐全率" in result.output
        assert (tmp_path / name).stat().st_size > 3000
    again = gushu("quality", tmp_path / "q.xlsx")
    assert again.exit_code == 0, again.output
    answer = json.loads(gushu("--json", "quality").output)
    assert answer["trees"] == 3
    assert answer["fields"]["lon"] == {"filled": 1, "asked": 3}


def test_a_report_of_another_kind_is_refused(engine: Engine, gushu: Any, tmp_path: Path) -> None:
    fill(engine, tmp_path)
    result = gushu("quality", tmp_path / "q.docx", lang="zh")
    assert result.exit_code == 1
    assert "质量报告是 .xlsx 或 .html 文件" in result.output
    assert not (tmp_path / "q.docx").exists()


def test_a_nought_is_asked_about_and_the_row_is_kept(engine: Engine, tmp_path: Path) -> None:
    report = import_rows(engine, tmp_path, {"no": "1", "name": "紫藤", "height": "0", "girth": "0"})
    assert (report.created, report.rejected) == (1, 0)
    flags = [(flag.check, flag.field, flag.value) for flag in rows_of(engine, Flag)]
    assert flags == [("recorded_as_zero", "height_m", "0")]  # the mapping says that a girth of 0 means none
    assert rows_of(engine, Measurement) == []


def test_several_stems_in_one_cell_are_one_girth_and_a_note(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": "273 - 200 - 155"})
    (measured,) = rows_of(engine, Measurement)
    assert measured.girth_cm == pytest.approx(372.2, abs=0.05)
    assert [flag.check for flag in rows_of(engine, Flag)] == ["several_stems"]
