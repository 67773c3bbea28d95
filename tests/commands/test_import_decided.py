"""A file does not overturn what a case, a merger or an official number has decided."""

from datetime import date
from pathlib import Path

from case_kit import ACTOR, designated, opened, take, tree_of
from register_kit import MAPPING, NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.commands.cases import close_case
from registry.commands.comparing import deviations
from registry.commands.merging import merge_trees, unmerge_tree
from registry.commands.numbering import allot_number
from registry.db import reading, transaction
from registry.models import Designation, Flag, Measurement, Tree
from registry.vocab.words import CaseKind, CaseState, DeathDisposal, RemovalReason, StepKind

ONE = {"no": "甲-1", "name": "侧柏", "age": 305, "grade": "二级", "designated": "2010-01-01", "girth": 300,
       "day": "1/5/2010"}  # fmt: skip
TWO = {"no": "甲-2", "name": "国槐", "age": 120, "grade": "二级", "girth": 200, "day": "1/5/2010"}
STATUS = (
    MAPPING + 'st = { field = "status", optional = true, vocabulary = { "活" = "alive", "死" = "dead" } }\n'
)


def numbers(engine: Engine) -> dict[str, str]:
    return {tree.tree_no: tree.status.value for tree in rows_of(engine, Tree)}


def doubts(engine: Engine) -> set[tuple[str, str]]:
    return {(flag.field, flag.value) for flag in rows_of(engine, Flag) if flag.check == "decided_otherwise"}


def holds(engine: Engine) -> bool:
    with reading(engine) as session:
        return not list(deviations(session))


def die(engine: Engine, number: str = "甲-1") -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DEATH, number)
        take(session, case, StepKind.CONFIRMATION, 5)
        take(session, case, StepKind.CAUSE, 6, cause=RemovalReason.NATURAL_DISASTER)
        take(session, case, StepKind.DISPOSAL, 7, disposal=DeathDisposal.KEPT)
        take(session, case, StepKind.TAG_RECOVERY, 8)
        take(session, case, StepKind.ARCHIVE, 9)


def test_a_dead_tree_stays_dead_and_without_a_grade_in_force(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, ONE, TWO)
    die(engine)
    for row in ({**ONE, "st": "活"}, {**ONE, "st": "活", "notes": "改", "grade": "一级"}):
        report = import_rows(engine, tmp_path, row, TWO, mapping=STATUS)
        assert (report.created, report.rejected) == (0, 0)
    assert numbers(engine) == {"甲-1": "dead", "甲-2": "alive"}
    assert doubts(engine) == {("status", "alive"), ("protection_grade", "1")}
    with reading(engine) as session:
        tree = tree_of(session, "甲-1")
        assert (tree.notes, tree.removal_reason) == ("改", RemovalReason.NATURAL_DISASTER)
        own = [row for row in rows_of(engine, Designation) if row.tree_id == tree.id]
    assert [(row.grade, row.ended_on) for row in own] == [("2", date(2026, 2, 9))]
    assert holds(engine)
    import_rows(engine, tmp_path, {**ONE, "st": "死", "grade": ""}, TWO, mapping=STATUS)
    assert doubts(engine) == set()  # a corrected file takes its doubts back


def test_a_grade_that_was_decided_stands_and_the_one_before_stays_ended(
    engine: Engine, tmp_path: Path
) -> None:
    import_rows(engine, tmp_path, ONE)
    with transaction(engine) as session:
        designated(session, grade="1")
    import_rows(engine, tmp_path, {**ONE, "notes": "改", "designated": "2026-03-01"})
    found = {(row.grade, str(row.designated_on), str(row.ended_on)) for row in rows_of(engine, Designation)}
    assert found == {("2", "2010-01-01", "2026-02-13"), ("1", "2026-02-13", "None")}
    assert doubts(engine) == {("protection_grade", "2")}
    assert holds(engine)


def test_a_case_that_was_withdrawn_settles_nothing(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, ONE)
    with transaction(engine) as session:
        case = opened(session, CaseKind.DEATH)
        close_case(session, case, CaseState.WITHDRAWN, on=date(2026, 2, 5), reason="误报", **ACTOR)
    import_rows(engine, tmp_path, {**ONE, "st": "死"}, mapping=STATUS)
    assert numbers(engine) == {"甲-1": "dead"}


def test_a_file_from_before_the_official_number_still_finds_its_tree(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, ONE, TWO)
    with transaction(engine) as session:
        allot_number(session, tree_of(session, "甲-1"), county="140404", reason="编号", **ACTOR)
    report = import_rows(engine, tmp_path, ONE, TWO)
    assert (report.created, report.unchanged, report.missing) == (0, 2, 0)
    report = import_rows(engine, tmp_path, {**ONE, "notes": "改"}, TWO)
    assert (report.created, report.updated) == (0, 1)
    assert numbers(engine) == {"14040400001": "alive", "甲-2": "alive"}
    assert holds(engine)


def test_a_further_number_that_a_list_gave_does_not_catch_another_tree(
    engine: Engine, tmp_path: Path
) -> None:
    again = MAPPING.replace('scheme = "other"', 'scheme = "legacy"')
    import_rows(engine, tmp_path, {**ONE, "other_no": "甲-2"}, mapping=again)
    report = import_rows(engine, tmp_path, {**ONE, "other_no": "甲-2"}, TWO, mapping=again)
    assert (report.created, report.unchanged) == (1, 1)


def test_the_row_of_a_merged_record_brings_its_readings_to_the_survivor(
    engine: Engine, tmp_path: Path
) -> None:
    import_rows(engine, tmp_path, ONE, {**TWO, "no": "乙-2"})
    with transaction(engine) as session:
        ids = tree_of(session, "甲-1").id, tree_of(session, "乙-2").id
        merge_trees(session, *ids, reason="同一株", **ACTOR)
    later = {**TWO, "no": "乙-2", "girth": 230, "day": "1/5/2020", "notes": "改", "grade": "一级"}
    report = import_rows(engine, tmp_path, {**ONE, "notes": "甲"}, later)
    assert (report.created, report.updated, len(report.notes)) == (0, 2, 1)
    again = import_rows(engine, tmp_path, {**ONE, "notes": "甲"}, later)
    assert (again.unchanged, again.notes) == (2, [])
    assert numbers(engine) == {"甲-1": "alive", "乙-2": "merged"}
    girths = {row.girth_cm for row in rows_of(engine, Measurement) if row.tree_id == ids[0]}
    assert girths == {300.0, 200.0, 230.0}  # what came with the merger is no correction of the same day
    assert {row.grade for row in rows_of(engine, Designation)} == {"2"}
    assert [tree.notes for tree in rows_of(engine, Tree) if tree.id == ids[0]] == ["甲"]
    assert holds(engine)
    with transaction(engine) as session:
        unmerge_tree(session, ids[1], reason="不是", actor="tests", now=NOW)
    assert holds(engine)
    assert numbers(engine)["乙-2"] == "alive"
