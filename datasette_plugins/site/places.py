"""The pages of divisions: what lies above and below, what is counted there, its oldest and largest."""

import sqlite3
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from datasette import NotFound, Response
from datasette.utils import tilde_decode

from datasette_plugins.site.area_drawing import sampled_points
from datasette_plugins.site.area_loading import Rows, division_chain, listed_area
from datasette_plugins.site.areas import canonical
from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.counts import BELOW, KINDS, STANDING, tree_counts
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.hits import Hit
from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.species import MANY
from datasette_plugins.site.species_sizes import hit_of, is_doubted
from datasette_plugins.site.visits import visit_of
from datasette_plugins.walks.loading import stories_of_record, story_facts
from exports.walk_content import StoryContent
from registry.rules.counting import TreeCounts
from registry.vocab import culture_words

_TOP = 6
_AREAS_SHOWN = 12
_MOST_NODES = 400
_DEEPEST = 3
_FIRST = f"SELECT fid FROM tree WHERE {BELOW} ORDER BY photo_count DESC, fid LIMIT 12"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first trees by some fact; doubted values are left out. field: age_years, girth_cm …"""

    field: str
    hits: tuple[Hit, ...]
    days: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacePage:
    """One division. parents: those above, the largest first; parts: those directly below, most trees first;
    species: (row, trees); areas: word of the address, how many, and the first of them."""

    row: sqlite3.Row
    parents: tuple[sqlite3.Row, ...]
    parts: tuple[sqlite3.Row, ...]
    counts: TreeCounts
    map: DotMap | None
    grades: tuple[tuple[str, int], ...]
    species: tuple[tuple[sqlite3.Row, int], ...]
    rankings: tuple[Ranking, ...]
    areas: tuple[tuple[str, int, Rows], ...]
    hits: tuple[Hit, ...]
    stories: tuple[StoryContent, ...]

    @property
    def trees(self) -> int:
        """Files of trees in it and below, as a search for it counts them."""
        return int(self.row["tree_count"])


@dataclass(frozen=True, slots=True)
class Node:
    """A division of the index with those below it that there is room for; `hidden` are not shown."""

    row: sqlite3.Row
    below: tuple["Node", ...] = ()
    hidden: int = 0


async def place_page(datasette: Any, request: Any) -> Response:
    """`/place/<path>`."""
    page = await _look_up(datasette, request)
    return render_page(datasette, request, "site/place.html", page=page, C=culture_words)


async def place_json(datasette: Any, request: Any) -> Response:
    """`/place/<path>.json`: counts, parts and areas."""
    page = await _look_up(datasette, request)
    return Response.json(record_of(page), headers=caching(visit_of(request), lasting=True), default=str)


async def place_index(datasette: Any, request: Any) -> Response:
    """`/place`: the divisions of the register as a tree."""
    edition = edition_of(datasette)

    def load(db: sqlite3.Connection) -> tuple[Node, ...]:
        return edition.remember(db, "tree of divisions", load_index)

    return render_page(
        datasette, request, "site/places.html", nodes=await read_edition(datasette, request, load)
    )


def load_place(edition: EditionDatabase, db: sqlite3.Connection, path: str) -> PlacePage | None:
    """One division, those above it and those directly below it."""
    row = db.execute("SELECT * FROM division WHERE path = ? OR id = ?", (path, tilde_decode(path))).fetchone()
    if row is None:
        return None
    if row["tree_count"] < MANY:
        return _load(row, db)
    return edition.remember(db, f"division {row['id']}", partial(_load, row))


def load_index(db: sqlite3.Connection) -> tuple[Node, ...]:
    """The divisions, most trees first: as many levels as fit, three at most."""
    below: dict[str | None, list[sqlite3.Row]] = {}
    ids = {row["id"] for row in db.execute("SELECT id FROM division")}
    for row in db.execute("SELECT * FROM division ORDER BY tree_count DESC, id"):
        below.setdefault(row["parent_id"] if row["parent_id"] in ids else None, []).append(row)
    level, shown, depth = below.get(None, []), 0, 0
    while level and depth < _DEEPEST and shown + len(level) <= _MOST_NODES:
        shown, depth = shown + len(level), depth + 1
        level = [child for row in level for child in below.get(row["id"], [])]

    def node(row: sqlite3.Row, left: int) -> Node:
        children = below.get(row["id"], [])
        if left <= 1:
            return Node(row, hidden=len(children))
        return Node(row, tuple(node(child, left - 1) for child in children))

    return tuple(node(row, max(depth, 1)) for row in below.get(None, [])[:_MOST_NODES])


def record_of(page: PlacePage) -> dict[str, Any]:
    """A division as plain data."""

    def brief(row: sqlite3.Row) -> dict[str, Any]:
        return {name: row[name] for name in ("path", "name", "name_en", "level", "tree_count")}

    return {
        **dict(page.row),
        "above": [brief(row) for row in page.parents],
        "below": [brief(row) for row in page.parts],
        "counts": asdict(page.counts),
        "grades": dict(page.grades),
        "species": [{"path": row["path"], "trees": trees} for row, trees in page.species],
        "areas": {word: count for word, count, _ in page.areas},
        "stories": [story_facts(story) for story in page.stories],
    }


async def _look_up(datasette: Any, request: Any) -> PlacePage:
    path = canonical(request.url_vars["path"])

    def load(db: sqlite3.Connection) -> PlacePage | None:
        return load_place(edition_of(datasette), db, path)

    page = await read_edition(datasette, request, load)
    if page is None:
        raise NotFound("no such page")
    return page


def _load(row: sqlite3.Row, db: sqlite3.Connection) -> PlacePage:
    facts = {"division": row["id"]}
    children = db.execute(
        "SELECT * FROM division WHERE parent_id = ? ORDER BY tree_count DESC, id LIMIT 400", (row["id"],)
    )
    points = sampled_points(db, BELOW, facts, row["tree_count"])
    grades = db.execute(
        f"SELECT protection_grade, COUNT(*) FROM tree WHERE {BELOW} AND protection_grade IS NOT NULL "
        "GROUP BY 1 ORDER BY 1",
        facts,
    )
    return PlacePage(
        row=row,
        parents=division_chain(db, row["parent_id"]),
        parts=tuple(children),
        counts=tree_counts(db, BELOW, facts),
        map=dot_map(points, width=420, height=260) if points else None,
        grades=tuple((grade, trees) for grade, trees in grades),
        species=_species(db, facts),
        rankings=tuple(_rankings(db, facts)),
        areas=tuple(_areas(db, facts)),
        hits=tuple(hit_of(db, fid) for (fid,) in db.execute(_FIRST, facts).fetchall()),
        stories=stories_of_record(db, row["id"]),
    )


def _species(db: sqlite3.Connection, facts: dict[str, Any]) -> tuple[tuple[sqlite3.Row, int], ...]:
    sql = f"SELECT species_id, COUNT(*) FROM tree WHERE {BELOW} AND species_id IS NOT NULL "
    counted = db.execute(f"{sql} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 8", facts).fetchall()
    rows = ((db.execute("SELECT * FROM species WHERE id = ?", (own,)).fetchone(), n) for own, n in counted)
    return tuple((row, trees) for row, trees in rows if row is not None)


def _rankings(db: sqlite3.Connection, facts: dict[str, Any]) -> list[Ranking]:
    """The oldest, the stoutest and the newest designated; what nobody has is left out."""
    found = []
    for field in ("age_years", "girth_cm", "designated_on"):
        sql = (
            f"SELECT fid, designated_on FROM tree WHERE {BELOW} AND {field} IS NOT NULL AND {STANDING} "
            f"AND NOT {is_doubted(field)} ORDER BY {field} DESC, fid LIMIT {_TOP}"
        )
        rows = db.execute(sql, facts).fetchall()
        if rows:
            hits = tuple(hit_of(db, row["fid"]) for row in rows)
            found.append(Ranking(field, hits, tuple(row["designated_on"] for row in rows)))
    return found


def _areas(db: sqlite3.Connection, facts: dict[str, Any]) -> list[tuple[str, int, Rows]]:
    """Groves, gardens, places and elements that lie in it: how many, and the first of them."""
    found = []
    for word, table in KINDS.items():
        count = db.execute(f"SELECT COUNT(*) FROM {table} WHERE {BELOW}", facts).fetchone()[0]
        if count:
            order = "COALESCE(tree_count, 0) DESC, number"
            sql = f"SELECT * FROM {table} WHERE {BELOW} ORDER BY {order} LIMIT {_AREAS_SHOWN}"
            found.append((word, count, tuple(map(listed_area, db.execute(sql, facts)))))
    return found
