"""Groves, gardens, places and elements come in with the guarantees of trees, on every database."""

from pathlib import Path
from typing import Any

import pytest
from register_kit import MAPPING, count, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.commands.replay import states
from registry.db import reading
from registry.models import (
    Designation,
    Event,
    EventItem,
    Flag,
    Grove,
    GroveSpecies,
    Party,
    Tree,
    TreeAlias,
    TreeParty,
)

TREES_ONLY = ('number_scheme = "legacy"\n', 'vigour_scale = "lyt2738"\n')
HEAD = MAPPING.partition("[columns]")[0].replace("release =", 'record = "grove"\nrelease =')
GROVES = (
    HEAD.replace(TREES_ONLY[0], "").replace(TREES_ONLY[1], "")
    + """
[columns]
no = { field = "number" }
other_no = { field = "alias", scheme = "legacy", optional = true }
name = { field = "name", optional = true }
trees = { field = "tree_count", optional = true }
species = { field = "composition", optional = true }
grade = { field = "grade", optional = true, codelist = "grade" }
steward = { field = "steward", optional = true }
lon = { field = "lon", optional = true }
lat = { field = "lat", optional = true }
county = { field = "county", optional = true }
"""
)
MEMBERS = MAPPING + 'grove = { field = "grove_no", optional = true }\n'
ROW: dict[str, object] = {
    "no": "14020001", "other_no": "旧7", "name": "某寺侧柏群", "trees": "45",
    "species": "侧柏 40株 80%; 油松 5株 20%", "grade": "一级", "steward": "某县林业局", "county": "某县",
    "lon": "113.5", "lat": "40.0712",
}  # fmt: skip


def import_groves(engine: Engine, tmp_path: Path, *rows: dict[str, object]) -> Any:
    return import_rows(engine, tmp_path, *rows, mapping=GROVES)


def test_a_grove_comes_in_whole_and_the_history_tells_it(engine: Engine, tmp_path: Path) -> None:
    report = import_groves(engine, tmp_path, ROW)
    assert report.counts == {
        "read": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0, "flagged": 1,
    }  # fmt: skip
    (grove,) = rows_of(engine, Grove)
    assert (grove.name, grove.tree_count, grove.lat, grove.division_id) == (
        "某寺侧柏群",
        45,
        40.0712,
        "cn/某县",
    )
    shares = [(row.name_verbatim, row.tree_count, row.share_percent) for row in rows_of(engine, GroveSpecies)]
    assert sorted(shares) == [("侧柏", 40, 80), ("油松", 5, 20)]
    assert [(row.grove_id, row.number) for row in rows_of(engine, TreeAlias)] == [(grove.id, "旧7")]
    assert [(row.grove_id, row.grade) for row in rows_of(engine, Designation)] == [(grove.id, "1")]
    assert [(row.grove_id, row.role) for row in rows_of(engine, TreeParty)] == [(grove.id, "steward")]
    assert [(row.grove_id, row.check) for row in rows_of(engine, Flag)] == [(grove.id, "coordinates_rounded")]
    items = [(item.subject_type, item.subject_id, item.action) for item in rows_of(engine, EventItem)]
    assert ("grove", grove.id, "created") in items


def test_the_same_rows_again_change_nothing_and_add_no_event(engine: Engine, tmp_path: Path) -> None:
    import_groves(engine, tmp_path, ROW)
    before = count(engine, Event)
    report = import_groves(engine, tmp_path, ROW)
    assert (report.unchanged, report.updated, count(engine, Event)) == (1, 0, before)


def test_a_grove_is_brought_up_to_date_by_its_number(engine: Engine, tmp_path: Path) -> None:
    import_groves(engine, tmp_path, ROW)
    changed = {**ROW, "trees": "44", "species": "侧柏 39株; 油松 5株", "other_no": "", "steward": ""}
    report = import_groves(engine, tmp_path, changed)
    assert (report.created, report.updated) == (0, 1)
    (grove,) = rows_of(engine, Grove)
    assert grove.tree_count == 44
    shares = [(row.name_verbatim, row.tree_count, row.share_percent) for row in rows_of(engine, GroveSpecies)]
    assert sorted(shares) == [("侧柏", 39, None), ("油松", 5, None)]
    assert [row.number for row in rows_of(engine, TreeAlias)] == ["旧7"]  # a number never goes
    assert rows_of(engine, TreeParty) == []
    assert count(engine, Party) == 1
    last = max(rows_of(engine, EventItem), key=lambda item: item.seq)
    assert (last.subject_type, last.action, '"tree_count":[45,44]' in last.change) == (
        "grove",
        "updated",
        True,
    )


def test_what_a_file_has_no_column_for_stays(engine: Engine, tmp_path: Path) -> None:
    import_groves(engine, tmp_path, ROW)
    short = {"no": "14020001", "trees": "44"}
    assert import_groves(engine, tmp_path, short).updated == 1
    (grove,) = rows_of(engine, Grove)
    assert (grove.tree_count, grove.name, count(engine, GroveSpecies)) == (44, "某寺侧柏群", 2)


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ([{**ROW, "no": ""}], ["number_missing"]),
        ([{**ROW, "trees": "many"}], ["not_a_number"]),
        ([{**ROW, "trees": "-3"}], ["out_of_bounds"]),
        ([{**ROW, "grade": "特级"}], ["not_in_vocabulary"]),
        ([ROW, {**ROW, "trees": "50"}], ["number_twice"]),
        ([ROW, ROW], []),
    ],
)
def test_a_bad_row_is_named_and_a_good_one_counted_once(
    engine: Engine, tmp_path: Path, rows: list[dict[str, object]], kinds: list[str]
) -> None:
    report = import_groves(engine, tmp_path, *rows)
    assert [rejection.kind for rejection in report.rejections] == kinds
    assert report.read == len(rows) == report.created + report.unchanged + report.rejected


@pytest.mark.parametrize("grove_first", [True, False])
def test_members_are_bound_to_their_grove_whichever_comes_first(
    engine: Engine, tmp_path: Path, grove_first: bool
) -> None:
    members = [{"no": str(n), "name": "侧柏", "grove": "14020001"} for n in (1, 2)]
    alone = {"no": "3", "name": "国槐", "grove": ""}
    steps = [
        lambda: import_groves(engine, tmp_path, ROW),
        lambda: import_rows(engine, tmp_path, *members, alone, mapping=MEMBERS),
    ]
    for step in steps if grove_first else reversed(steps):
        step()
    (grove,) = rows_of(engine, Grove)
    bound = {tree.tree_no: tree.grove_id for tree in rows_of(engine, Tree)}
    assert bound == {"1": grove.id, "2": grove.id, "3": None}
    again = import_rows(engine, tmp_path, *members, alone, mapping=MEMBERS)
    assert again.unchanged == 3


def test_a_tree_that_names_another_grove_moves_to_it(engine: Engine, tmp_path: Path) -> None:
    import_groves(engine, tmp_path, ROW, {**ROW, "no": "14020002", "other_no": ""})
    for number in ("14020001", "14020002"):
        import_rows(engine, tmp_path, {"no": "1", "grove": number}, mapping=MEMBERS)
    (tree,) = rows_of(engine, Tree)
    groves = {grove.number: grove.id for grove in rows_of(engine, Grove)}
    assert tree.grove_id == groves["14020002"]


def test_a_file_of_trees_and_groves_gives_one_report(engine: Engine, tmp_path: Path) -> None:
    mapping = (
        MAPPING.replace(
            "[columns]", '[[when]]\ncolumn = "kind"\nvalues = ["avenue"]\nrecord = "grove"\n[columns]'
        )
        + 'trees = { as = { grove = "tree_count" } }\n'
    )
    rows = [
        {"no": str(n), "kind": "avenue" if n % 3 == 0 else "tree", "trees": n, "girth": 300}
        for n in range(1, 31)
    ]
    report = import_rows(engine, tmp_path, *rows, mapping=mapping)
    assert (report.read, report.created, report.rejected) == (30, 30, 0)
    assert (count(engine, Tree), count(engine, Grove)) == (20, 10)
    assert import_rows(engine, tmp_path, *rows, mapping=mapping).unchanged == 30


def test_a_row_of_a_tree_may_tell_of_its_grove(engine: Engine, tmp_path: Path) -> None:
    mapping = MEMBERS + 'avenue = { field = "grove_name" }\ntrees = { field = "grove_tree_count" }\n'
    rows = [{"no": f"7/{n}", "grove": "7", "avenue": "Lipová alej", "trees": "3"} for n in (1, 2, 3)]
    report = import_rows(engine, tmp_path, *rows, mapping=mapping)
    assert (report.read, report.created) == (3, 3)  # rows are counted, and they are trees
    (grove,) = rows_of(engine, Grove)
    assert (grove.name, grove.tree_count) == ("Lipová alej", 3)
    assert {tree.grove_id for tree in rows_of(engine, Tree)} == {grove.id}
    assert import_rows(engine, tmp_path, *rows, mapping=mapping).unchanged == 3


def test_the_history_gives_a_grove_back_as_it_is(engine: Engine, tmp_path: Path) -> None:
    import_groves(engine, tmp_path, ROW)
    import_groves(engine, tmp_path, {**ROW, "trees": "44"})
    (grove,) = rows_of(engine, Grove)
    with reading(engine) as session:
        told = states(session, [grove.id])[grove.id]
        stored = session.exec(select(Grove.tree_count).where(Grove.id == grove.id)).one()
    assert told.fields["tree_count"] == stored == 44
