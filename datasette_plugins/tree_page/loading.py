"""One tree's public file as rows of one edition; tables that hold nothing of the tree are not asked."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.home import jurisdiction_points
from datasette_plugins.site.links import Link, links_of
from datasette_plugins.site.zones import zone_rows
from datasette_plugins.walks.loading import stories_of_record, walks_of_record
from exports.walk_content import StoryContent, WalkContent

Rows = tuple[dict[str, Any], ...]
_JSON = ("listings", "division_path", "division_path_en", "withheld")
_TABLES = {
    "measurement": "SELECT * FROM measurement WHERE tree_uuid = ? "
    "ORDER BY measured_on IS NULL, measured_on DESC, id",
    "age": "SELECT * FROM age WHERE tree_uuid = ? ORDER BY as_of IS NULL, as_of DESC, id",
    "inspection": "SELECT * FROM inspection WHERE tree_uuid = ? ORDER BY inspected_on DESC, id LIMIT 400",
    "designation": "SELECT * FROM designation WHERE tree_uuid = ? ORDER BY designated_on, id",
    "alias": "SELECT * FROM alias WHERE tree_uuid = ? ORDER BY id",
    "flag": "SELECT * FROM flag WHERE tree_uuid = ? ORDER BY severity DESC, id",
    "photo": "SELECT id, kind, taken_on, caption, caption_lang, credit, width, height, viewpoint "
    "FROM photo WHERE tree_uuid = ? ORDER BY taken_on DESC, id LIMIT 60",
    "history": "SELECT * FROM history WHERE tree_uuid = ? ORDER BY seq DESC LIMIT 100",
    "care_event": "SELECT happened_on, kind, code, label_zh, label_en, detail_zh, detail_en, score, coverage "
    "FROM care_event WHERE tree_uuid = ? ORDER BY happened_on DESC, id LIMIT 100",
}
"""What is read of each table that may hold rows of a tree."""
_ZONES = (
    "SELECT geom, kind, statement, basis_zh, basis_en, confidence, area_m2, projection, uncertainty_m, "
    "since, document_no, approved_by, published_on, published_url, west, south, east, north "
    "FROM zone WHERE tree_uuid = ? ORDER BY kind DESC, fid"
)


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One tree's public file. Rows are dictionaries with the columns of `schema/public.sql`.

    map: the trees of its jurisdiction, None where none is placed.
    """

    tree: dict[str, Any]
    species: dict[str, Any] | None
    division: dict[str, Any] | None
    authority: dict[str, Any]
    source: dict[str, Any]
    measurements: Rows
    ages: Rows
    inspections: Rows
    designations: Rows
    aliases: Rows
    flags: Rows
    photos: Rows
    history: Rows
    care_events: Rows
    zones: Rows
    links: tuple[Link, ...]
    map: DotMap | None
    stories: tuple[StoryContent, ...] = ()
    walks: tuple[WalkContent, ...] = ()


def load_tree(edition: EditionDatabase, db: sqlite3.Connection, row: dict[str, Any]) -> TreeFile:
    """The file of the tree with this row of `tree`."""
    tree = plain_tree(row)
    uuid, held = tree["uuid"], tree.get("parts")
    parts = None if held is None else json.loads(held)
    rows = {
        table: _rows(db, sql, uuid) if parts is None or table in parts else ()
        for table, sql in _TABLES.items()
    }
    for inspection in rows["inspection"]:
        inspection["findings"] = json.loads(inspection["findings"])
    found = zone_rows(db, _ZONES, [uuid]) if parts is None or "zone" in parts else ()
    return TreeFile(
        tree=tree,
        species=_kept(edition, db, "species", tree["species_id"]),
        division=_one(db, "division", tree["division_id"]),
        authority=_kept(edition, db, "authority", tree["authority_id"]) or {},
        source=_kept(edition, db, "source", tree["source_id"]) or {},
        measurements=rows["measurement"],
        ages=_more_ages(rows["age"], tree),
        inspections=rows["inspection"],
        designations=rows["designation"],
        aliases=rows["alias"],
        flags=rows["flag"],
        photos=rows["photo"],
        history=rows["history"],
        care_events=rows["care_event"],
        zones=tuple(map(dict, found)),
        links=links_of(db, uuid) if parts is None or "record_link" in parts else (),
        map=_map(edition, db, tree["jurisdiction"]),
        stories=stories_of_record(db, uuid) if parts is None or "story" in parts else (),
        walks=walks_of_record(db, uuid) if parts is None or "walk_stop" in parts else (),
    )


def plain_tree(row: dict[str, Any]) -> dict[str, Any]:
    """The row of a tree, its JSON columns read, without its geometry; the row itself is changed."""
    tree = row
    del tree["fid"], tree["geom"]
    for name in _JSON:
        text = tree[name]
        tree[name] = [] if text == "[]" else json.loads(text)
    return tree


def _map(edition: EditionDatabase, db: sqlite3.Connection, jurisdiction: str) -> DotMap | None:
    def draw(db: sqlite3.Connection) -> DotMap | None:
        return dot_map(jurisdiction_points(edition, db, jurisdiction), width=420, height=240)

    return edition.remember(db, f"dots {jurisdiction}", draw)


def _more_ages(ages: Rows, tree: dict[str, Any]) -> Rows:
    """The ages, where more is known than the one value to go by."""
    return ages if len(ages) > 1 or (ages and ages[0]["years"] != tree["age_years"]) else ()


def _rows(db: sqlite3.Connection, sql: str, uuid: str) -> Rows:
    cursor = db.execute(sql, (uuid,))
    names = [column[0] for column in cursor.description]
    return tuple(dict(zip(names, row, strict=True)) for row in cursor)


def _kept(edition: EditionDatabase, db: sqlite3.Connection, table: str, id: str | None) -> Any:
    """The row of a table that many trees share, kept until the next edition."""
    find: Callable[[sqlite3.Connection], Any] = lambda db: _one(db, table, id)  # noqa: E731
    return None if id is None else edition.remember(db, f"{table} {id}", find)


def _one(db: sqlite3.Connection, table: str, id: str | None) -> dict[str, Any] | None:
    if id is None:
        return None
    row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (id,)).fetchone()
    return dict(row) if row is not None else None
