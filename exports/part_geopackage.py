"""A part of an edition as a GeoPackage: the trees that a condition finds, and what belongs to them."""

import os
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_OF_TREES = ("measurement", "age", "inspection", "designation", "alias", "flag", "care_event", "zone")
"""Tables of rows that belong to a tree by `tree_uuid`."""
_WHOLE = ("source", "gpkg_spatial_ref_sys")
_NAME = re.compile(r'^CREATE TABLE\s+("?)(\w+)\1', re.IGNORECASE)


def write_part(edition: sqlite3.Connection, path: Path, where: str, values: Mapping[str, Any]) -> int:
    """Write the trees of `edition` for which `where` (SQL over `tree`) holds to `path`, a new file.

    Photos stay in the edition. Returns how many trees. The connection must allow ATTACH; a view of one and
    the same file is kept throughout.
    """
    edition.execute("ATTACH DATABASE ? AS part", (str(path),))
    try:
        edition.execute("PRAGMA part.journal_mode = OFF")
        edition.execute("PRAGMA part.synchronous = OFF")
        edition.execute("PRAGMA part.application_id = 1196444487")
        edition.execute("PRAGMA part.user_version = 10300")
        tables = dict(
            edition.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'table'").fetchall()
        )
        _copy(edition, tables, "tree", where, values)
        total = int(edition.execute("SELECT COUNT(*) FROM part.tree").fetchone()[0])
        for name in _OF_TREES:
            _copy(edition, tables, name, "tree_uuid IN (SELECT uuid FROM part.tree)", {})
        for name in _WHOLE:
            _copy(edition, tables, name, "1", {})
        _copy(edition, tables, "layer_styles", "f_table_name IN ('tree', 'zone')", {})
        _copy(edition, tables, "species", "id IN (SELECT species_id FROM part.tree)", {})
        _copy(edition, tables, "edition", "key <> 'withheld'", {})
        _copy(edition, tables, "gpkg_contents", "table_name IN (SELECT name FROM part.sqlite_master)", {})
        layers = "table_name IN (SELECT name FROM part.sqlite_master)"
        _copy(edition, tables, "gpkg_geometry_columns", layers, {})
        _say_extent(edition)
        edition.commit()
    finally:
        edition.rollback()
        edition.execute("DETACH DATABASE part")
    with path.open("rb") as written:
        os.fsync(written.fileno())
    return total


def _copy(
    edition: sqlite3.Connection, tables: Mapping[str, str], name: str, where: str, values: Mapping[str, Any]
) -> None:
    """Copy a table's rows, where the edition has it (an older one may not)."""
    if name not in tables:
        return
    edition.execute(_NAME.sub(f'CREATE TABLE part."{name}"', tables[name]))
    edition.execute(f'INSERT INTO part."{name}" SELECT * FROM main."{name}" WHERE {where}', values)


def _say_extent(edition: sqlite3.Connection) -> None:
    """Say the extent of the trees that are there, not of all that were."""
    box = edition.execute("SELECT MIN(lon), MIN(lat), MAX(lon), MAX(lat) FROM part.tree").fetchone()
    edition.execute(
        "UPDATE part.gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = 'tree'",
        tuple(box),
    )
