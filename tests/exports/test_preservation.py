"""Orders, zones and trees as planning offices publish them: what one table refers to stands in another."""

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from exports.exchange.part_rows import order_rows, preserved_trees, preserved_zones
from exports.exchange.preservation import DATASETS, About, standing, table_pieces
from tests.site.editions import make_edition, make_grove, make_tree, point

ABOUT = About("2026-11-22")
ORDER = "tree-preservation-order"
Table = dict[str, dict[str, Any]]


def decision(
    document: str | None, since: str | None, ended: str | None = None, **facts: Any
) -> dict[str, Any]:
    """A decision as an edition has it: what it does not say is left out."""
    said = {"document_no": document, "designated_on": since, "ended_on": ended, **facts}
    told = {name: value for name, value in said.items() if value is not None}
    return {"kind": "grade", "scheme": "cn-grade", **told}


ENDED = [
    decision("林〔2009〕2号", "2009-01-01", "2019-07-01"),
    decision("林〔2012〕5号", "2012-05-01", "2015-01-01"),
]
"""Two decisions, neither of which holds any more; the older one held longer."""


def zone(**facts: Any) -> dict[str, Any]:
    plain = {
        "geom": point(121.5, 25.0), "number": "768", "kind": "legal", "statement": "依法划定", "area_m2": 9.0,
        "projection": "EPSG:32650", "since": "2020-01-01", "document_no": "政〔2020〕9号",
        "west": 0, "south": 0, "east": 0, "north": 0,
    }  # fmt: skip
    return {**plain, **facts}


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Table]:
    """The three tables of an edition, each by its references."""
    tree = make_tree("768", designations=[decision("林〔2010〕3号", "2010-02-03")])
    trees = [tree, make_tree("769", designations=ENDED), make_tree("770")]
    groves = [
        make_grove("Q1", designations=[decision("林〔2011〕4号", "2011-03-04", approved_on="2011-05-06")]),
        make_grove("Q2", designations=[*ENDED, decision(None, None)]),
        make_grove("Q3", designations=ENDED),
        make_grove("Q4"),
    ]
    rows = {"zone": [zone(tree_uuid=tree["uuid"]), zone(area_uuid="Q1", document_no=None)]}
    path = make_edition(tmp_path / "part.gpkg", trees, groves=groves, rows=rows)
    makers = dict(zip(DATASETS, (order_rows, preserved_zones, preserved_trees), strict=True))
    with closing(sqlite3.connect(path)) as db:
        made = {name: list(make(db, ABOUT)) for name, make in makers.items()}
    for name, rows_made in made.items():
        assert {*rows_made[0]} <= {*DATASETS[name]}
        assert len({row["reference"] for row in rows_made}) == len(rows_made)
    return {name: {row["reference"]: row for row in found} for name, found in made.items()}


def test_every_order_that_is_referred_to_is_told_whoever_it_protects(tables: dict[str, Table]) -> None:
    orders, zones, trees = (tables[name] for name in DATASETS)
    referred = {row[ORDER] for row in [*zones.values(), *trees.values()] if row.get(ORDER)}
    assert referred <= orders.keys()
    assert "taipei:cn-grade:林〔2011〕4号" in referred
    assert orders["taipei:cn-grade:林〔2011〕4号"]["confirmed-date"] == "2011-05-06"
    assert zones["Q2"][ORDER] == "taipei:cn-grade"


def test_what_holds_no_more_keeps_its_order_and_tells_when_the_last_decision_ended(
    tables: dict[str, Table],
) -> None:
    orders, zones, trees = (tables[name] for name in DATASETS)
    (tree,) = (row for row in trees.values() if row["name"].startswith("769"))
    for row in (tree, zones["Q3"]):
        told = (row[ORDER], row["start-date"], row["end-date"])
        assert told == ("taipei:cn-grade:林〔2012〕5号", "2012-05-01", "2019-07-01")
    assert orders["taipei:cn-grade:林〔2012〕5号"]["end-date"] == "2015-01-01"
    assert (zones["Q2"]["end-date"], zones["Q4"][ORDER], zones["Q4"]["end-date"]) == (None, None, None)


def test_a_zone_names_its_document_in_its_notes(tables: dict[str, Table]) -> None:
    computed = [row for name, row in tables["tree-preservation-zone"].items() if ":zone:" in name]
    assert [(row.get(ORDER), row["notes"]) for row in computed] == [
        (None, "依法划定 · 政〔2020〕9号"),
        (None, "依法划定"),
    ]


def test_a_table_has_a_cell_for_all_that_is_told_of_a_row(tables: dict[str, Table]) -> None:
    for name, columns in DATASETS.items():
        content = b"".join(table_pieces(columns, tables[name].values(), len(tables[name])))
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert [row["reference"] for row in rows] == list(tables[name])


def test_where_nothing_was_decided_nothing_stands() -> None:
    assert set(standing([]).values()) == {None}
