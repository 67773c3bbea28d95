"""The pages of a grove, a garden, a place of a ledger and a landmark element, and the lists of them."""

import json
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Response
from datasette.utils import tilde_decode, tilde_encode

from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.links import Link, links_of
from datasette_plugins.site.pages import read_edition, render_page
from registry.rules.counting import TreeCounts, count_trees
from registry.vocab.sentences import seal_character
from registry.vocab.words import ON_REGISTER

KINDS = {"grove": "grove", "garden": "garden", "landmark": "place", "element": "element"}
"""The word in addresses and the table: `/place/…` is a division, so a ledger's place is a landmark."""
_LISTS = ("details", "inspections", "designations", "aliases", "flags", "history", "withheld")
_SHOWN = 50
_PER_PAGE = 100
STANDING = f"status IN ({', '.join(repr(status.value) for status in ON_REGISTER)})"
_SCATTERED = "grove_no IS NULL AND (distribution IS NULL OR distribution <> 'grouped')"


@dataclass(frozen=True, slots=True)
class AreaPage:
    """One record with an extent: its row, its trees that have files, and what stands in it."""

    kind: str
    row: dict[str, Any]
    hits: tuple[Hit, ...]
    groves: tuple[sqlite3.Row, ...]
    elements: tuple[sqlite3.Row, ...]
    within: tuple[tuple[str, sqlite3.Row], ...]
    photos: tuple[sqlite3.Row, ...]
    division: sqlite3.Row | None
    authority: sqlite3.Row | None
    source: sqlite3.Row | None
    map: DotMap | None
    here: tuple[float, float] | None
    links: tuple[Link, ...] = ()

    @property
    def seal(self) -> str:
        """The character of a grove's seal, or ""."""
        if self.kind != "grove":
            return ""
        return seal_character("", self.row["status"], self.row["protection_grade"])


@dataclass(frozen=True, slots=True)
class AreaList:
    """One page of the groves, gardens, places or elements of a register."""

    kind: str
    rows: tuple[dict[str, Any], ...]
    total: int
    trees: int
    page: int
    pages: int


def tree_counts(db: sqlite3.Connection, where: str = "1", facts: dict[str, Any] | None = None) -> TreeCounts:
    """Scattered trees, groves and trees in groves on the register; the dead and the gone are not counted."""
    facts = facts or {}
    scattered, grouped = db.execute(
        f"SELECT COUNT(*) FILTER (WHERE {_SCATTERED}), COUNT(*) FILTER (WHERE grove_no IS NULL "
        f"AND distribution = 'grouped') FROM tree WHERE {STANDING} AND {where}",
        facts,
    ).fetchone()
    groves = db.execute(f"SELECT tree_count, file_count FROM grove WHERE {STANDING} AND {where}", facts)
    return count_trees(scattered=scattered, grouped=grouped, groves=[(row[0], row[1]) for row in groves])


async def area_page(datasette: Any, request: Any) -> Response:
    """`/grove/<path>`, `/garden/<path>`, `/landmark/<path>`, `/element/<path>`."""
    kind, segment = request.url_vars["kind"], request.url_vars["path"]
    path = tilde_encode(tilde_decode(unquote(segment)))
    page = await read_edition(datasette, request, partial(load_area, kind=kind, path=path))
    if page is None:
        raise NotFound("no such page")
    return render_page(datasette, request, "site/area.html", page=page)


async def area_list(datasette: Any, request: Any) -> Response:
    """`/groves`, `/gardens`, `/landmarks`, `/elements`."""
    kind = request.url_vars["kinds"].removesuffix("s")
    asked = request.args.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 8 else 1
    page = await read_edition(datasette, request, partial(load_areas, kind=kind, number=max(number, 1)))
    return render_page(datasette, request, "site/areas.html", page=page)


def load_area(db: sqlite3.Connection, kind: str, path: str) -> AreaPage | None:
    """One record, or None."""
    table = KINDS[kind]
    number = tilde_decode(path)
    found = db.execute(
        f"SELECT * FROM {table} WHERE path = ? OR number = ? LIMIT 1", (path, number)
    ).fetchone()
    if found is None:
        return None
    row = {key: found[key] for key in found.keys() if key not in {"fid", "geom"}}  # noqa: SIM118
    names = (*_LISTS, "division_path", "division_path_en", "composition", "listings")
    for name in names:
        if name in row:
            row[name] = json.loads(row[name])
    own = {"number": row["number"], "authority": row["authority_id"]}
    holder = f"{table}_no = :number AND authority_id = :authority"
    has_trees, has_elements = table != "element", table in {"garden", "place"}
    points = _points(db, holder, own) if has_trees else []
    if row["lon"] is not None:
        points.append((row["lon"], row["lat"]))
    area_map = dot_map(points, width=420, height=240) if points else None
    return AreaPage(
        kind=table,
        row=row,
        hits=_hits(db, holder, own) if has_trees else (),
        groves=_rows(db, f"SELECT * FROM grove WHERE {holder} ORDER BY number", own) if has_elements else (),
        elements=_rows(db, f"SELECT * FROM element WHERE {holder} ORDER BY subkind, number", own)
        if has_elements
        else (),
        within=_within(db, row),
        photos=_rows(
            db, "SELECT id, kind, taken_on, caption, caption_lang, credit FROM photo "
            "WHERE area_uuid = :uuid ORDER BY taken_on DESC, id LIMIT 60", {"uuid": row["uuid"]}
        ),
        division=_one(db, "SELECT * FROM division WHERE id = ?", row["division_id"]),
        authority=_one(db, "SELECT * FROM authority WHERE id = ?", row["authority_id"]),
        source=_one(db, "SELECT * FROM source WHERE id = ?", row["source_id"]),
        map=area_map,
        here=area_map.frame.place(row["lon"], row["lat"]) if area_map and row["lon"] is not None else None,
        links=links_of(db, row["uuid"]),
    )  # fmt: skip


def load_areas(db: sqlite3.Connection, kind: str, number: int) -> AreaList:
    """One page of the list, by place and number."""
    table = KINDS[kind]
    total, trees = db.execute(
        f"SELECT COUNT(*), SUM(MAX(COALESCE(tree_count, 0), file_count)) FROM {table}"
    ).fetchone()
    pages = max(1, -(-total // _PER_PAGE))
    number = min(number, pages)
    rows = db.execute(
        f"SELECT * FROM {table} ORDER BY division_path, number LIMIT ? OFFSET ?",
        (_PER_PAGE, (number - 1) * _PER_PAGE),
    )
    listed = [_listed(dict(row)) for row in rows]
    return AreaList(kind, tuple(listed), total, trees or 0, number, pages)


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the list, with the species that a grove consists of."""
    shares = json.loads(row.get("composition") or "[]")
    paths = {name: json.loads(row[name]) for name in ("division_path", "division_path_en")}
    return {**row, **paths, "species": ", ".join(share["name_verbatim"] for share in shares[:3])}


def _within(db: sqlite3.Connection, row: dict[str, Any]) -> tuple[tuple[str, sqlite3.Row], ...]:
    """The garden and the place that it stands in."""
    found = []
    for word, table in (("garden", "garden"), ("landmark", "place")):
        number = row.get(f"{table}_no")
        sql = f"SELECT * FROM {table} WHERE number = ? AND authority_id = ?"
        if number and (holder := db.execute(sql, (number, row["authority_id"])).fetchone()):
            found.append((word, holder))
    return tuple(found)


def _hits(db: sqlite3.Connection, where: str, facts: dict[str, Any]) -> tuple[Hit, ...]:
    sql = f"SELECT {HIT_COLUMNS} FROM tree WHERE {where} ORDER BY tree_no LIMIT {_SHOWN}"
    return tuple(read_hit(row) for row in db.execute(sql, facts))


def _points(db: sqlite3.Connection, where: str, facts: dict[str, Any]) -> list[tuple[float, float]]:
    sql = f"SELECT lon, lat FROM tree WHERE {where} AND lon IS NOT NULL LIMIT 20000"
    return [(row[0], row[1]) for row in db.execute(sql, facts)]


def _rows(db: sqlite3.Connection, sql: str, facts: dict[str, Any]) -> tuple[sqlite3.Row, ...]:
    return tuple(db.execute(sql, facts))


def _one(db: sqlite3.Connection, sql: str, value: Any) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(sql, (value,)).fetchone()
    return found
