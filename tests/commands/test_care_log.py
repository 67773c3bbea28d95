"""The care log: each line once, checked by a second person, summed up by caretaker; told in the history."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, count, import_rows, make_csv, rows_of
from sqlalchemy.engine import Engine

from registry.care_errors import CareEntryError, CareFileError
from registry.care_log import care_lines, cared_for, caretaker_months
from registry.cli.care_rows import care_rows, kind_called
from registry.commands.care import CareDraft, check_care, log_care
from registry.commands.comparing import deviations
from registry.db import reading, transaction
from registry.errors import RecordKindError
from registry.models import CareEntry, Party
from registry.selection import find_tree
from registry.vocab.care_words import CareKind

TODAY = date(2026, 3, 4)
DAY = date(2026, 2, 3)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1", "steward": "张三"}, {"no": "2", "steward": "张三"}, {"no": "3"})
    return engine


def log(engine: Engine, *drafts: tuple[str, CareDraft]) -> tuple[int, int]:
    with transaction(engine) as session:
        refs = [(("tree", find_tree(session, number), number), draft) for number, draft in drafts]
        made, known = log_care(session, refs, today=TODAY, **ACTOR)
        return len(made), known


def watered(on: date = DAY, by: str | None = "张三", **more: Any) -> CareDraft:
    return CareDraft(CareKind.WATERING, on, 200, "L", by=by, **more)


def check(engine: Engine, by: str, score: float = 90, **more: Any) -> tuple[int, int]:
    with transaction(engine) as session:
        facts = {"on": DAY, "kind": None, "checked_on": TODAY, "today": TODAY, **more}
        ref = ("tree", find_tree(session, "1"), "1")
        rows, changed = check_care(session, ref, by=by, score=score, **facts, **ACTOR)
        return len(rows), changed


def test_a_line_is_recorded_once_and_the_history_tells_it(office: Engine) -> None:
    assert log(office, ("1", watered()), ("1", watered())) == (1, 1)
    assert log(office, ("1", watered()), ("2", watered())) == (1, 1)
    assert log(office, ("1", watered(submission_id="a"))) == (1, 0)
    assert log(office, ("1", watered(on=TODAY, submission_id="a"))) == (0, 1)
    assert count(office, CareEntry) == 3
    with reading(office) as session:
        assert list(deviations(session)) == []


def test_what_differs_in_anything_is_another_line(office: Engine) -> None:
    drafts = [
        watered(),
        watered(by=None),
        watered(notes="x"),
        watered(agent="y"),
        CareDraft(CareKind.PRUNING, DAY),
    ]
    assert log(office, *(("1", draft) for draft in drafts)) == (5, 0)


@pytest.mark.parametrize(
    "draft",
    [
        watered(on=date(2026, 3, 5)),
        CareDraft(CareKind.WATERING, DAY, -1),
        CareDraft(CareKind.WATERING, DAY, unit="L"),
    ],
)
def test_an_impossible_line_is_refused_and_nothing_is_kept(office: Engine, draft: CareDraft) -> None:
    with pytest.raises(CareEntryError):
        log(office, ("2", watered()), ("1", draft))
    assert count(office, CareEntry) == 0


def test_a_craft_has_no_care_log(office: Engine) -> None:
    with transaction(office) as session, pytest.raises(RecordKindError):
        log_care(session, [(("craft", "x", "craft:x"), watered())], today=TODAY, **ACTOR)


def test_a_second_person_checks_and_a_later_check_replaces_the_earlier(office: Engine) -> None:
    log(office, ("1", watered()), ("1", CareDraft(CareKind.PRUNING, DAY, by="王五")))
    with pytest.raises(CareEntryError, match="second person"):
        check(office, "张三")
    assert check(office, "李四", kind=CareKind.WATERING) == (1, 1)
    assert check(office, "李四", kind=CareKind.WATERING) == (1, 0)
    assert check(office, "李四", 70) == (2, 2)
    assert sorted(row.score for row in rows_of(office, CareEntry)) == [70, 70]
    with reading(office) as session:
        assert list(deviations(session)) == []


@pytest.mark.parametrize(
    "wrong",
    [{"score": 100.5}, {"score": -1}, {"on": date(2026, 2, 4)}, {"checked_on": date(2026, 2, 2)},
     {"checked_on": date(2026, 3, 5)}, {"kind": CareKind.OTHER}],
)  # fmt: skip
def test_a_check_that_cannot_be_is_refused(office: Engine, wrong: dict[str, Any]) -> None:
    log(office, ("1", watered()))
    with pytest.raises(CareEntryError):
        check(office, "李四", **wrong)
    assert rows_of(office, CareEntry)[0].score is None


def test_a_month_is_summed_up_by_caretaker_with_what_is_not_checked(office: Engine) -> None:
    log(office, ("1", watered()), ("2", watered()), ("2", watered(on=date(2026, 2, 28))),
        ("3", watered(by=None)), ("1", watered(on=date(2026, 3, 1))))  # fmt: skip
    check(office, "李四", 80)
    with reading(office) as session:
        lines = care_lines(session, first=date(2026, 2, 1), last=date(2026, 2, 28))
        named, unnamed = caretaker_months(lines)
        assert (named.name, named.entries, len(named.records)) == ("张三", 3, 2)
        assert (named.mean_score, round(named.checked_share, 3)) == (80, 0.333)
        assert [line.record for line in named.unchecked] == ["2", "2"]
        assert (unnamed.name, unnamed.entries, unnamed.mean_score) == (None, 1, None)
        about = ("tree", find_tree(session, "2"))
        assert [line.done_on for line in care_lines(session, record=about)] == [DAY, date(2026, 2, 28)]
        assert sum(1 for _line in care_lines(session, unchecked=True)) == 4


def test_the_sheet_of_a_caretaker_lists_the_trees_in_care(office: Engine) -> None:
    with reading(office) as session:
        owner = next(row for row in rows_of(office, Party) if row.name == "张三")
        assert [tree.tree_no for tree in cared_for(session, owner.id, TODAY)] == ["1", "2"]


def read(engine: Engine, path: Path) -> list[Any]:
    with reading(engine) as session:
        return care_rows(session, path, "张三", TODAY)


def test_a_file_in_the_words_of_a_caretaker_is_understood(office: Engine, tmp_path: Path) -> None:
    path = make_csv(
        tmp_path / "may.csv",
        {"古树编号": "1", "日期": "2026年2月3日", "养护内容": "打药", "用量（公斤）": "1,200.5", "备注": "x"},
        {"古树编号": "2", "日期": "2026/2/4", "养护内容": "Watering", "用量（公斤）": "200升", "备注": ""},
        encoding="gb18030",
    )
    (_one, first), (_two, second) = read(office, path)
    assert (first.kind, first.done_on, first.amount, first.by) == (CareKind.TREATMENT, DAY, 1200.5, "张三")
    assert (second.amount, second.unit, second.kind) == (200, "升", CareKind.WATERING)


def test_every_wrong_cell_is_named_with_its_row_column_and_value(office: Engine, tmp_path: Path) -> None:
    good = {"tree_no": "1", "date": "2026-02-03", "kind": "watering", "amount": ""}
    path = make_csv(
        tmp_path / "bad.csv", good, {**good, "tree_no": "77"}, {**good, "date": "2026-02-30"},
        {**good, "kind": "唱歌"}, {**good, "amount": "很多"}, {**good, "date": ""},
        {**good, "date": "2026-03-05"},
    )  # fmt: skip
    with pytest.raises(CareFileError) as caught:
        read(office, path)
    told = str(caught.value)
    for row, column, value in (
        (3, "tree_no", "77"), (4, "date", "2026-02-30"), (5, "kind", "唱歌"), (6, "amount", "很多"),
        (7, "date", ""),
        (8, "date", "2026-03-05"),
    ):  # fmt: skip
        assert f"row {row}, column {column}, value “{value}”" in told


@pytest.mark.parametrize("rows", [[{"tree_no": "1", "date": "2026-02-03"}], [{"a": "1", "b": "2"}]])
def test_a_file_without_the_needed_columns_is_refused(office: Engine, tmp_path: Path, rows: Any) -> None:
    with pytest.raises(CareFileError, match="column"):
        read(office, make_csv(tmp_path / "x.csv", *rows))


def test_many_wrong_cells_are_counted_beyond_the_first(office: Engine, tmp_path: Path) -> None:
    rows = [{"tree_no": "1", "date": "x", "kind": "watering"} for _ in range(30)]
    with pytest.raises(CareFileError, match="18 more"):
        read(office, make_csv(tmp_path / "x.csv", *rows))


@pytest.mark.parametrize(
    ("text", "kind"), [("浇水", "watering"), ("watering", "watering"), ("剪枝", "pruning"), ("x", None)]
)
def test_words_for_care_are_known_in_both_languages(text: str, kind: str | None) -> None:
    assert kind_called(text) == kind
