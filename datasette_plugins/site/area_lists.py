"""The lists of groves, gardens, places and landmark elements: by division, by kind, and as a table."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from datasette import Response

from datasette_plugins.site.area_loading import division_chain, listed_area
from datasette_plugins.site.areas import canonical, page_number
from datasette_plugins.site.counts import BELOW, KINDS
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.visits import visit_of
from exports.csv_cells import BYTE_ORDER_MARK, csv_line

PER_PAGE = 100
_MOST_ROWS = 100_000
_JSON_NAMES = ("division_path", "division_path_en", "listings", "withheld")
Asked = dict[str, str]


@dataclass(frozen=True, slots=True)
class AreaList:
    """One page of the groves, gardens, places or elements of a register.

    asked: division and kind as the address says them. parents: the chosen division under those above it;
    parts: divisions that the list can be narrowed to; subkinds: kinds of places or elements; each counted.
    """

    kind: str
    rows: tuple[dict[str, Any], ...]
    total: int
    trees: int
    page: int
    asked: Asked
    parents: tuple[sqlite3.Row, ...] = ()
    parts: tuple[tuple[sqlite3.Row, int], ...] = ()
    subkinds: tuple[tuple[str, int], ...] = ()

    @property
    def pages(self) -> int:
        """How many pages the list has, at least 1."""
        return max(1, -(-self.total // PER_PAGE))

    def url(self, ending: str = "", **changes: Any) -> str:
        """The address of this list with changes; None drops one."""
        page = changes.pop("page", 1)
        asked = {**self.asked, **changes, "page": page if page > 1 else None}
        asked = {name: value for name, value in asked.items() if value}
        return f"/{self.kind}s{ending}" + (f"?{urlencode(asked)}" if asked else "")


async def area_list(datasette: Any, request: Any) -> Response:
    """`/groves`, `/gardens`, `/landmarks`, `/elements`, each with `division`, `kind` and `page`."""
    load = partial(load_areas, edition_of(datasette), _kind(request), _asked(request), page_number(request))
    page = await read_edition(datasette, request, load)
    return render_page(datasette, request, "site/areas.html", page=page)


async def area_table(datasette: Any, request: Any) -> Response:
    """`/groves.csv` and so on: all that the list shows, with source and licence in each row."""
    text = await read_edition(datasette, request, partial(_table, _kind(request), _asked(request)))
    headers = {
        **caching(visit_of(request), lasting=True),
        "content-disposition": f'attachment; filename="{_kind(request)}s.csv"',
    }
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


def load_areas(
    edition: EditionDatabase, kind: str, asked: Asked, number: int, db: sqlite3.Connection
) -> AreaList:
    """One page of the list, by place and number."""
    table = KINDS[kind]
    chosen = _division(db, asked)
    where, facts = _condition(table, asked, chosen)
    total, trees = db.execute(
        f"SELECT COUNT(*), SUM(MAX(COALESCE(tree_count, 0), file_count)) FROM {table} WHERE {where}", facts
    ).fetchone()
    pages = max(1, -(-total // PER_PAGE))
    number = min(number, pages)
    rows = db.execute(
        f"SELECT * FROM {table} WHERE {where} ORDER BY division_path, number LIMIT {PER_PAGE} "
        f"OFFSET {(number - 1) * PER_PAGE}",
        facts,
    )
    inside = edition.remember(db, f"divisions of {table}", partial(_by_division, table))
    below = _parts(db, chosen["id"] if chosen else None, inside)
    return AreaList(
        kind=kind,
        rows=tuple(listed_area(row) for row in rows),
        total=total,
        trees=trees or 0,
        page=number,
        asked=asked,
        parents=division_chain(db, chosen["id"]) if chosen else (),
        parts=below,
        subkinds=_subkinds(db, table, chosen),
    )


def _kind(request: Any) -> str:
    return str(request.url_vars["kinds"]).removesuffix("s")


def _asked(request: Any) -> Asked:
    found = {name: (request.args.get(name) or "").strip()[:200] for name in ("division", "kind")}
    return {name: value for name, value in found.items() if value}


def _division(db: sqlite3.Connection, asked: Asked) -> sqlite3.Row | None:
    if "division" not in asked:
        return None
    found: sqlite3.Row | None = db.execute(
        "SELECT * FROM division WHERE path IN (?, ?) OR id = ?",
        (asked["division"], canonical(asked["division"]), asked["division"]),
    ).fetchone()
    return found


def _condition(table: str, asked: Asked, chosen: sqlite3.Row | None) -> tuple[str, dict[str, Any]]:
    """The condition on the table; a division that there is not has nothing in it."""
    conditions, facts = [], {}
    if "division" in asked:
        conditions.append(BELOW)
        facts["division"] = chosen["id"] if chosen else None
    if "kind" in asked:
        conditions.append("subkind = :kind" if table in {"place", "element"} else "0")
        facts["kind"] = asked["kind"]
    return " AND ".join(conditions) or "1", facts


def _by_division(table: str, db: sqlite3.Connection) -> dict[str | None, Counter[str]]:
    """How many of the table lie in each division and below it, by the division above."""
    parents = dict(db.execute("SELECT id, parent_id FROM division"))
    totals: dict[str | None, Counter[str]] = {}
    counted = f"SELECT division_id, COUNT(*) FROM {table} WHERE division_id IS NOT NULL GROUP BY 1"
    for division, count in db.execute(counted):
        at, steps = division, 0
        while at is not None and at in parents and steps < 8:
            totals.setdefault(parents[at], Counter())[at] += count
            at, steps = parents[at], steps + 1
    return totals


def _parts(
    db: sqlite3.Connection, above: str | None, totals: dict[str | None, Counter[str]]
) -> tuple[tuple[sqlite3.Row, int], ...]:
    """The divisions below `above` that have some, or where only one has, those below that one."""
    found = totals.get(above, Counter()).most_common(200)
    while len(found) == 1 and found[0][0] in totals:
        found = totals[found[0][0]].most_common(200)
    rows = ((db.execute("SELECT * FROM division WHERE id = ?", (own,)).fetchone(), n) for own, n in found)
    return tuple((row, count) for row, count in rows if row is not None)


def _subkinds(db: sqlite3.Connection, table: str, chosen: sqlite3.Row | None) -> tuple[tuple[str, int], ...]:
    if table not in {"place", "element"}:
        return ()
    where, facts = (BELOW, {"division": chosen["id"]}) if chosen else ("1", {})
    sql = f"SELECT subkind, COUNT(*) FROM {table} WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1"
    return tuple((row[0], row[1]) for row in db.execute(sql, facts))


def _table(kind: str, asked: Asked, db: sqlite3.Connection) -> str:
    """The table as CSV in UTF-8, marked so that spreadsheets read Chinese."""
    table = KINDS[kind]
    where, facts = _condition(table, asked, _division(db, asked))
    names = [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]
    names = [name for name in names if name not in {"fid", "geom", "history"}]
    columns = ", ".join(f'"{name}"' for name in names)
    sql = f"SELECT {columns} FROM {table} WHERE {where} ORDER BY division_path, number LIMIT {_MOST_ROWS}"
    lines = [csv_line(names), *(csv_line(_cells(dict(row))) for row in db.execute(sql, facts))]
    return BYTE_ORDER_MARK + b"".join(lines).decode()


def _cells(row: dict[str, Any]) -> Iterator[Any]:
    """Values for cells: lists of names as text."""
    for name, value in row.items():
        yield "; ".join(json.loads(value)) if name in _JSON_NAMES else value
