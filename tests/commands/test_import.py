"""Importing: all of a file or nothing, and every change told."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from register_kit import MAPPING, NOW, count, import_path, import_rows, make_csv, make_mapping, rows_of
from sqlalchemy.engine import Engine

from registry.commands import import_file
from registry.commands.history import history_head
from registry.commands.import_file import import_table
from registry.commands.importing_numbers import Numbers
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.errors import InputUnreadableError
from registry.importing.mapping import read_mapping
from registry.importing.reading import open_table
from registry.models import (
    Designation,
    Event,
    EventItem,
    Flag,
    Inspection,
    Measurement,
    Party,
    Source,
    Species,
    Tree,
    TreeAlias,
    TreeParty,
)
from registry.vocab.words import Precision, TreeStatus

TABLES = (
    Tree,
    Measurement,
    Inspection,
    Designation,
    Flag,
    Party,
    TreeParty,
    TreeAlias,
    Species,
    Source,
    Event,
)


def _state(engine: Engine) -> tuple[str, ...]:
    with reading(engine) as session:
        head = history_head(session)
    return (head, *(str(count(engine, table)) for table in TABLES))


def _last_change(engine: Engine) -> dict[str, list[object]]:
    items = rows_of(engine, EventItem)
    found: dict[str, list[object]] = json.loads(max(items, key=lambda item: (item.seq, item.ordinal)).change)
    return found


def test_a_failed_import_leaves_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_rows(engine, tmp_path, {"no": "1"})
    before = _state(engine)
    monkeypatch.setattr(import_file, "CHUNK", 2)
    path = tmp_path / "broken.csv"
    path.write_text("no,girth\n" + "".join(f"{n},3\n" for n in range(2, 9)) + '9,"3\n', "utf-8")
    mapping = read_mapping(make_mapping(tmp_path))
    with pytest.raises(InputUnreadableError), transaction(engine) as session:
        import_table(session, open_table(path), mapping, actor="tests", now=NOW)
    assert _state(engine) == before


def test_a_crash_in_the_middle_leaves_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _state(engine)
    monkeypatch.setattr(import_file, "flag_shared_points", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_rows(engine, tmp_path, {"no": "1", "steward": "林业局"})
    assert _state(engine) == before


def test_an_update_tells_what_was_and_what_is(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "name": "国槐", "age": 300})
    report = import_rows(engine, tmp_path, {"no": "1", "name": "侧柏", "age": 310})
    assert report.counts["updated"] == 1
    change = _last_change(engine)
    assert change["committed"]["fields"] == ["name_verbatim"]  # type: ignore[call-overload]
    assert change["age_years"] == [300, 310]
    assert "tree_no" not in change


def test_a_new_day_adds_a_measurement_and_the_old_one_stays(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": 300, "day": "1/5/2020"})
    import_rows(engine, tmp_path, {"no": "1", "girth": 310, "day": "1/5/2025"})
    sizes = {(row.measured_on, row.girth_cm) for row in rows_of(engine, Measurement)}
    assert sizes == {(date(2020, 5, 1), 300), (date(2025, 5, 1), 310)}
    assert count(engine, Inspection) == 2


def test_the_same_day_corrected_replaces_the_measurement_and_says_so(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": 300, "day": "1/5/2020"})
    import_rows(engine, tmp_path, {"no": "1", "girth": 310, "day": "1/5/2020"})
    assert [row.girth_cm for row in rows_of(engine, Measurement)] == [310]
    old, new = _last_change(engine)["measurements"]
    assert (old[0]["girth_cm"], new[0]["girth_cm"]) == (300, 310)  # type: ignore[index]


def test_an_earlier_decision_stays_beside_the_later_one(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "grade": "二级", "designated": "2010-01-01"})
    import_rows(engine, tmp_path, {"no": "1", "grade": "一级", "designated": "2025-01-01"})
    assert {(row.grade, row.designated_on.year) for row in rows_of(engine, Designation)} == {
        ("2", 2010),
        ("1", 2025),
    }


def test_an_undated_decision_is_corrected(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "grade": "二级"})
    import_rows(engine, tmp_path, {"no": "1", "grade": "一级"})
    assert [row.grade for row in rows_of(engine, Designation)] == ["1"]


def test_a_file_changes_nothing_that_it_does_not_speak_of(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "name": "国槐"})
    with transaction(engine) as session:
        tree = session.get_one(Tree, rows_of(engine, Tree)[0].id)
        tree.position_precision, tree.status, tree.history_text = Precision.HIGH, TreeStatus.DEAD, "碑文"
        session.add(tree)
    import_rows(engine, tmp_path, {"no": "1", "name": "侧柏"})
    tree = rows_of(engine, Tree)[0]
    assert tree.name_verbatim == "侧柏"
    assert (tree.position_precision, tree.status, tree.history_text) == (
        Precision.HIGH,
        TreeStatus.DEAD,
        "碑文",
    )


def test_a_cell_that_was_emptied_empties_the_field(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "address": "东庄", "lon": "113.04567", "lat": "36.12345"})
    import_rows(engine, tmp_path, {"no": "1", "address": "", "lon": "", "lat": ""})
    tree = rows_of(engine, Tree)[0]
    assert (tree.address, tree.lon, tree.lat, tree.lon_raw) == (None, None, None, None)


def test_a_former_number_stays_an_alias(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "other_no": "旧1"})
    import_rows(engine, tmp_path, {"no": "1", "other_no": "旧2"})
    assert {row.number for row in rows_of(engine, TreeAlias)} == {"旧1", "旧2"}


def test_a_unit_and_a_person_are_kept_apart(engine: Engine, tmp_path: Path) -> None:
    import_rows(
        engine,
        tmp_path,
        {"no": "1", "steward": "林业局", "surveyor": "王小明"},
        {"no": "2", "steward": "林业局"},
    )
    assert {(row.kind.value, row.name) for row in rows_of(engine, Party)} == {
        ("unit", "林业局"),
        ("person", "王小明"),
    }
    assert count(engine, TreeParty) == 3
    assert "王小明" not in "".join(item.change for item in rows_of(engine, EventItem))


def test_a_report_says_what_became_of_the_file(engine: Engine, tmp_path: Path) -> None:
    report = import_rows(
        engine, tmp_path, {"no": "1", "colour": "green", "girth": 1}, {"no": "", "colour": "", "girth": 2}
    )
    assert report.unused_columns == ["colour"]
    assert (report.file, report.mapping, report.encoding) == ("rows.csv", "plain", "utf-8")
    assert report.counts["rejected"] == 1


def test_the_chain_holds_after_many_imports(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_file, "CHUNK", 3)
    for girth in (1, 2, 3):
        import_rows(engine, tmp_path, *({"no": n, "girth": girth} for n in range(8)))
    with reading(engine) as session:
        assert verify_history(session) == 1 + 3 * 3


def test_two_authorities_may_use_the_same_number(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1"})
    other = MAPPING.replace('id = "cn-test"', 'id = "cn-other"').replace('id = "plain"', 'id = "other"')
    assert import_rows(engine, tmp_path, {"no": "1"}, mapping=other).created == 1
    assert make_csv(tmp_path / "x.csv", {"no": 1}).exists()


def test_a_column_that_the_second_file_lacks_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    whole = {"no": "1", "girth": "310", "address": "甲街一号"}
    mapping = read_mapping(make_mapping(tmp_path))
    optional = replace(
        mapping, columns=tuple(replace(c, optional=c.field != "tree_no") for c in mapping.columns)
    )
    import_path(engine, make_csv(tmp_path / "a.csv", whole), optional)
    narrow = tmp_path / "b.csv"
    narrow.write_text("no\n1\n", "utf-8")
    report = import_path(engine, narrow, optional)
    assert report.counts["unchanged"] == 1
    assert [tree.address for tree in rows_of(engine, Tree)] == ["甲街一号"]
    assert [row.girth_cm for row in rows_of(engine, Measurement)] == [310]


def test_an_emptied_cell_empties_the_value_and_its_doubt(engine: Engine, tmp_path: Path) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    import_path(engine, make_csv(tmp_path / "a.csv", {"no": "1", "girth": "9999"}), mapping)
    assert [flag.check for flag in rows_of(engine, Flag)] == ["girth_out_of_range"]
    import_path(engine, make_csv(tmp_path / "a.csv", {"no": "1", "girth": ""}), mapping)
    assert rows_of(engine, Measurement) == []
    assert rows_of(engine, Flag) == []


def test_a_report_tells_what_differs_from_the_register(engine: Engine, tmp_path: Path) -> None:
    import_rows(
        engine, tmp_path, {"no": "1", "age": 300, "girth": 310}, {"no": "2", "age": 100, "girth": 200}
    )
    report = import_rows(
        engine,
        tmp_path,
        {"no": "1", "age": 310, "girth": 310},
        {"no": "2", "age": 100, "girth": 200},
        {"no": "3", "age": 50, "girth": 100},
    )
    assert [(each.tree_no, each.action) for each in report.differences] == [
        ("1", "updated"),
        ("3", "created"),
    ]
    assert report.differences[0].fields == {"age_years": (300, 310)}


def test_what_comes_and_goes_with_a_tree_is_told_whole(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": 300})
    report = import_rows(engine, tmp_path, {"no": "1", "girth": 310})
    gone, come = report.differences[0].fields["measurements"]
    assert (gone[0]["girth_cm"], come[0]["girth_cm"]) == (300, 310)
    assert [come[0]["id"]] == [row.id for row in rows_of(engine, Measurement)]


def test_trees_that_a_file_no_longer_brings_are_told_and_stay(engine: Engine, tmp_path: Path) -> None:
    first = import_rows(engine, tmp_path, *({"no": n, "girth": 100} for n in range(1, 6)))
    assert first.missing == 0
    report = import_rows(
        engine, tmp_path, {"no": "1", "girth": 100}, {"no": "2", "girth": "wrong"}, {"no": "5", "girth": 100}
    )
    assert (report.missing, report.missing_numbers) == (2, ["3", "4"])  # 2 is there, if rejected
    assert count(engine, Tree) == 5


def test_trees_of_another_source_are_not_missing(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1"})
    other = MAPPING.replace('id = "plain"', 'id = "other"')
    assert import_rows(engine, tmp_path, {"no": "2"}, mapping=other).missing == 0


def test_a_report_holds_the_first_of_each_and_tells_of_all(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_file, "KEPT", 2)
    path = make_csv(tmp_path / "rows.csv", *({"no": n, "girth": "x"} for n in range(1, 6)))
    mapping = read_mapping(make_mapping(tmp_path))
    told: list[int] = []
    with transaction(engine) as session:
        table = open_table(path, fits=mapping.fits)
        report = import_table(
            session, table, mapping, actor="tests", now=NOW, on_reject=lambda each: told.append(each.row)
        )
    assert (report.rejected, len(report.rejections), told) == (5, 2, [2, 3, 4, 5, 6])


def test_more_parties_than_fit_in_memory_are_looked_up(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.commands.directory.MOST_PARTIES", 3)
    monkeypatch.setattr(import_file, "PIECE", 5)
    rows = [{"no": n, "steward": f"第{n % 9}村民委员会", "surveyor": "王小明"} for n in range(40)]
    import_rows(engine, tmp_path, *rows)
    assert count(engine, Party) == 10
    assert count(engine, TreeParty) == 80
    assert import_rows(engine, tmp_path, *rows).unchanged == 40


def test_the_numbers_of_a_file_are_found_again() -> None:
    with Numbers() as numbers:
        numbers.keep(((str(n), "legacy"), str(n), "ab" * 32) for n in range(3000))
        numbers.name("4711")
        assert numbers.earlier([("7", "legacy"), ("x", "legacy")]) == {("7", "legacy"): ("7", "ab" * 32)}
        assert numbers.absent([("7", "legacy"), ("7", "other"), ("4711", "legacy")]) == [("7", "other")]
