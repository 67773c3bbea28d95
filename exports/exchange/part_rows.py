"""Rows of a part of an edition, as the archives and open tables of it take them, some trees at a time."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from exports.dwca_groups import LicenceGroup, of_group
from exports.exchange.event_archive import TreeRows
from exports.exchange.preservation import About, area_row, order_row, standing, tree_row, zone_row

_ALIASES = "(SELECT group_concat(number, ' | ') FROM alias WHERE tree_uuid = tree.uuid)"
_OF_TREES = {
    "inspection": "*", "measurement": "*", "age": "*", "photo": "caption, taken_on, credit",
}  # fmt: skip
"""What belongs to trees, in the order of `TreeRows`, and which columns of it are read."""
BATCH = 500
"""What belongs to so many trees is read at once."""
AREAS = ("grove", "garden", "place")
_TOLD = ("scheme", "document_no", "designated_on", "approved_on", "published_on", "published_url", "ended_on")
_DECISIONS = " UNION ALL ".join(
    [
        f"SELECT authority_id, licence, attribution, {', '.join(f'designation.{name}' for name in _TOLD)} "
        "FROM designation JOIN tree ON tree.uuid = tree_uuid",
        *(
            "SELECT authority_id, licence, attribution, "
            + ", ".join(f"json_extract(decision.value, '$.{name}')" for name in _TOLD)
            + f" FROM {area}, json_each({area}.designations) AS decision"
            for area in AREAS
        ),
    ]
)
"""The decisions of trees, and of areas, which tell theirs as JSON."""
_DECIDED = (
    "SELECT authority_id, scheme, document_no, MIN(designated_on) AS first_on, "
    "MIN(approved_on) AS approved_on, MIN(published_on) AS published_on, "
    "MIN(published_url) AS published_url, "
    "CASE WHEN COUNT(*) = COUNT(ended_on) THEN MAX(ended_on) END AS ended_on, MIN(licence) AS licence, "
    f"MIN(attribution) AS attribution FROM ({_DECISIONS}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
_OF_ZONES = (
    "SELECT zone.*, of.authority_id, of.licence, of.attribution FROM zone JOIN (SELECT uuid, authority_id, "
    "licence, attribution FROM tree UNION ALL SELECT uuid, authority_id, licence, attribution FROM grove "
    "UNION ALL SELECT uuid, authority_id, licence, attribution FROM garden UNION ALL SELECT uuid, "
    "authority_id, licence, attribution FROM place) AS of ON of.uuid = COALESCE(tree_uuid, area_uuid) "
    "ORDER BY zone.fid"
)


def tree_rows(db: sqlite3.Connection, group: LicenceGroup) -> Iterator[TreeRows]:
    """The trees of one licence with the rows that belong to them."""
    condition, values = of_group(group, "1", {})
    sql = f"SELECT tree.*, {_ALIASES} AS aliases FROM tree WHERE {condition} ORDER BY fid"
    for trees in _batches(_rows(db, sql, values)):
        kinds = [_belonging(db, table, trees, columns) for table, columns in _OF_TREES.items()]
        yield from (TreeRows(tree, *(tuple(of[tree["uuid"]]) for of in kinds)) for tree in trees)


def order_rows(db: sqlite3.Connection, about: About) -> Iterator[dict[str, Any]]:
    """The orders of all trees, groves, gardens and places, each once."""
    yield from (order_row(row, about) for row in _rows(db, _DECIDED))


def preserved_trees(db: sqlite3.Connection, about: About) -> Iterator[dict[str, Any]]:
    """The trees, each under the decision that holds."""
    for trees in _batches(_rows(db, "SELECT * FROM tree ORDER BY fid")):
        decisions = _belonging(db, "designation", trees)
        for tree in trees:
            decided = standing(map(dict, decisions[tree["uuid"]]))
            yield tree_row({**dict(tree), **decided}, about)


def preserved_zones(db: sqlite3.Connection, about: About) -> Iterator[dict[str, Any]]:
    """Groves, gardens and places, and the protection zones."""
    for kind in AREAS:
        for area in _rows(db, f"SELECT * FROM {kind} ORDER BY fid"):
            decided = standing(json.loads(area["designations"] or "[]"))
            yield area_row(kind, {**dict(area), **decided}, about)
    yield from (zone_row(row, about) for row in _rows(db, _OF_ZONES))


def _belonging(
    db: sqlite3.Connection, table: str, trees: Sequence[Any], columns: str = "*"
) -> defaultdict[str, list[Any]]:
    """The rows of a table that belong to some trees, by the tree."""
    sql = f"SELECT tree_uuid, {columns} FROM {table} WHERE tree_uuid IN ({', '.join('?' * len(trees))})"
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in _rows(db, f"{sql} ORDER BY id", [tree["uuid"] for tree in trees]):
        found[row["tree_uuid"]].append(row)
    return found


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(rows, BATCH)):
        yield some


def _rows(db: sqlite3.Connection, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> Iterator[Any]:
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    yield from cursor.execute(sql, values)
