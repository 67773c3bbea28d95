"""Features out of an edition, page by page; all pages of one answer come from one and the same edition."""

import sqlite3
from dataclasses import dataclass
from typing import Any

import shapely
from datasette.utils import sqlite_timelimit

from datasette_plugins.ogc_api.asking import Box, Question, TooLongError
from datasette_plugins.ogc_api.collections import Collection
from exports.open_tables import feature, shape_of

ANSWER_MS = 8000
"""How long finding and counting the features of one page may take."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of features: how many there are in all, and behind which the next page begins (0: none)."""

    features: tuple[dict[str, Any], ...]
    matched: int
    next_after: int


def read_page(db: sqlite3.Connection, collection: Collection, question: Question) -> Page:
    """The features that `question` asks for. Raises TooLongError."""
    try:
        with sqlite_timelimit(db, ANSWER_MS):
            return _read_page(db, collection, question)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise TooLongError("too much to look through; ask for a smaller 'bbox', or for less") from None


def _read_page(db: sqlite3.Connection, collection: Collection, question: Question) -> Page:
    if question.box is not None and collection.id != "tree":
        _add_box_function(db, question.box)
    sql = f"FROM {collection.id} WHERE {question.where}"
    matched = int(db.execute(f"SELECT COUNT(*) {sql}", question.values).fetchone()[0])
    paging = {**question.values, "after_fid": question.after, "how_many": question.limit + 1}
    rows = db.execute(f"SELECT * {sql} AND fid > :after_fid ORDER BY fid LIMIT :how_many", paging).fetchall()
    shown = rows[: question.limit]
    return Page(
        tuple(feature(row) for row in shown),
        matched,
        int(shown[-1]["fid"]) if len(rows) > len(shown) else 0,
    )


def read_item(db: sqlite3.Connection, collection: Collection, name: str) -> dict[str, Any] | None:
    """The feature called `name`, or None."""
    row = db.execute(f"SELECT * FROM {collection.id} WHERE {collection.key} = ?", (name,)).fetchone()
    return feature(row) if row else None


def _add_box_function(db: sqlite3.Connection, box: Box) -> None:
    west, south, east, north = box
    if west <= east:
        area = shapely.box(west, south, east, north)
    else:
        area = shapely.union(shapely.box(west, south, 180, north), shapely.box(-180, south, east, north))
    shapely.prepare(area)
    db.create_function(
        "meets_box",
        1,
        lambda blob: blob is not None and bool(area.intersects(shape_of(blob))),
        deterministic=True,
    )
