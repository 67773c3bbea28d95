"""The pages of a species and a place: what it is and which its trees are."""

import json
import sqlite3
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Response
from datasette.utils import tilde_decode, tilde_encode

from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.pages import read_edition, render_page

_SHOWN = 20
_MOST_POINTS = 20_000
_BELOW = (
    "WITH RECURSIVE below(id) AS (SELECT id FROM division WHERE id = :id UNION "
    "SELECT division.id FROM division JOIN below ON division.parent_id = below.id) "
)

_DOUBTED = (
    "EXISTS (SELECT 1 FROM flag WHERE tree_uuid = tree.uuid AND severity = 'warning' "
    "AND field IN ('girth_cm', 'diameter_cm'))"
)


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Trees that belong together, and the row (species, division) that unites them."""

    kind: str
    row: sqlite3.Row
    trees: int
    hits: tuple[Hit, ...]
    map: DotMap | None
    parents: tuple[sqlite3.Row, ...] = ()
    parts: tuple[tuple[sqlite3.Row | str, int], ...] = ()
    also: tuple[str, ...] = ()
    """Other names of a species; scientific ones are in Latin letters."""


async def group_page(datasette: Any, request: Any) -> Response:
    """`/species/<path>`, `/place/<path>`."""
    kind, segment = request.url_vars["kind"], request.url_vars["path"]
    page = await read_edition(datasette, request, partial(_LOADERS[kind], path=_canonical(segment)))
    if page is None:
        raise NotFound("no such page")
    return render_page(datasette, request, f"site/{page.kind}.html", page=page)


def load_species(db: sqlite3.Connection, path: str) -> GroupPage | None:
    """One species and where in the register it stands."""
    row = db.execute("SELECT * FROM species WHERE path = ? OR id = ?", (path, tilde_decode(path))).fetchone()
    if row is None:
        return None
    sql = "SELECT jurisdiction, COUNT(*) FROM tree WHERE species_id = ? GROUP BY 1 ORDER BY 2 DESC"
    parts = tuple(db.execute(sql, (row["id"],)).fetchall())
    page = _group(db, "species", row, "species_id = :id", parts=tuple((part[0], part[1]) for part in parts))
    also = json.loads(row["also"]) if "also" in row.keys() else []  # noqa: SIM118  (a Row is no mapping)
    return replace(page, also=tuple(also))


def load_place(db: sqlite3.Connection, path: str) -> GroupPage | None:
    """One division, those above it and those directly below it."""
    row = db.execute("SELECT * FROM division WHERE path = ? OR id = ?", (path, tilde_decode(path))).fetchone()
    if row is None:
        return None
    children = db.execute(
        "SELECT * FROM division WHERE parent_id = ? AND tree_count > 0 ORDER BY tree_count DESC, id",
        (row["id"],),
    )
    return _group(
        db,
        "place",
        row,
        "division_id IN (SELECT id FROM below)",
        parents=_parents(db, row),
        parts=tuple((child, child["tree_count"]) for child in children),
    )


def _group(
    db: sqlite3.Connection, kind: str, row: sqlite3.Row, where: str, *, parents: Any = (), parts: Any = ()
) -> GroupPage:
    facts = {"id": row["id"], "limit": _SHOWN, "most": _MOST_POINTS}
    below = _BELOW if "below" in where else ""
    order = f"{_DOUBTED}, COALESCE(girth_cm, diameter_cm * 3.1416, 0) DESC, fid"
    hits = db.execute(
        f"{below}SELECT {HIT_COLUMNS} FROM tree WHERE {where} ORDER BY {order} LIMIT :limit", facts
    )
    points = db.execute(
        f"{below}SELECT lon, lat FROM tree WHERE {where} AND lon IS NOT NULL LIMIT :most", facts
    )
    one_place = kind == "place" or len(parts) == 1
    return GroupPage(
        kind=kind,
        row=row,
        trees=row["tree_count"],
        hits=tuple(read_hit(hit) for hit in hits),
        map=dot_map([(p[0], p[1]) for p in points], width=420, height=240) if one_place else None,
        parents=parents,
        parts=parts,
    )


def _parents(db: sqlite3.Connection, row: sqlite3.Row) -> tuple[sqlite3.Row, ...]:
    """The divisions above, largest first."""
    chain: list[sqlite3.Row] = []
    while row["parent_id"] is not None and len(chain) < 8:
        above = db.execute("SELECT * FROM division WHERE id = ?", (row["parent_id"],)).fetchone()
        if above is None:
            break
        chain.insert(0, above)
        row = above
    return tuple(chain)


def _canonical(segment: str) -> str:
    return tilde_encode(tilde_decode(unquote(segment)))


_LOADERS: dict[str, Any] = {
    "species": load_species,
    "place": load_place,
}
