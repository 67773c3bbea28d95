"""`/ledger/parks`, `/ledger/green`, `/ledger/trees`: sorted by their heads, for print, as CSV and JSON."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette import Response

from datasette_plugins.dashboard.tables import TableQuery, WholeTable
from datasette_plugins.feeds.pages import whole_number
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.pages import edition_of, read_edition, render_page
from registry.vocab.figure_words import LEDGERS, FigureWords

PER_PAGE = 200
_SUBKINDS = {
    "parks": ("park", "tree_park"),
    "green": ("green_space", "old_town_green", "big_trees", "park", "tree_park"),
}
_TREES = "MAX(COALESCE(tree_count, 0), file_count)"
_PLACE_SORTS = {
    "number": "number",
    "name": "COALESCE(name, number)",
    "subkind": "subkind",
    "division": "division_path",
    "area_ha": "area_ha",
    "trees": _TREES,
}
_TREE_SORTS = {
    "number": "tree_no",
    "name": "COALESCE(name_zh, name_verbatim, name_latin)",
    "division": "division_path",
    "grade": "protection_grade",
    "age_years": "age_years",
    "girth_cm": "COALESCE(girth_cm, diameter_cm * 3.1416)",
    "vigour": "vigour",
}
_PLACE_COLUMNS = (
    "number, subkind, name, status, division_path, town, village, address, area_ha, ownership, period, "
    f"{_TREES} AS trees, steward, lon, lat, position_precision, licence, attribution, updated_on, uuid"
)
_TREE_COLUMNS = (
    "tree_no, number_scheme, name_zh, name_latin, name_en, category, status, protection_grade, "
    "grade_scheme, listings, division_path, age_years, girth_cm, diameter_cm, height_m, crown_m, vigour, "
    "last_inspected_on, steward, lon, lat, position_precision, licence, attribution, updated_on, uuid"
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One page of a ledger, in an order (`sort`, with "-" where the greatest come first)."""

    kind: str
    words: FigureWords
    sort: str
    rows: tuple[dict[str, Any], ...]
    hits: tuple[Hit, ...]
    total: int
    page: int
    pages: int

    def url(self, page: int) -> str:
        """Another page in the same order."""
        return f"/ledger/{self.kind}?{urlencode({'sort': self.sort, 'page': page})}"

    def sorted_by(self, column: str) -> str:
        """This ledger by a column; by it the other way round where it is so already."""
        return f"/ledger/{self.kind}?{urlencode({'sort': f'-{column}' if self.sort == column else column})}"

    def direction(self, column: str) -> str:
        """What a screen reader says of a column's order."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "none")

    def file(self, ending: str) -> str:
        """The address of the whole ledger as a file."""
        return f"/ledger/{self.kind}.{ending}?{urlencode({'sort': self.sort})}"


async def ledger_page(datasette: Any, request: Any) -> Response:
    """One page of a ledger."""
    kind = request.url_vars["kind"]
    sort = _sort(kind, request.args.get("sort"))
    number = whole_number(request.args.get("page")) or 1
    page = await read_edition(datasette, request, lambda db: load_ledger(db, kind, sort, number))
    return render_page(datasette, request, "dashboard/ledger.html", page=page)


async def ledger_table(datasette: Any, request: Any) -> WholeTable:
    """A whole ledger as CSV or JSON."""
    kind = request.url_vars["kind"]
    sort = _sort(kind, request.args.get("sort"))
    table, where, values = _source(kind)
    columns = _TREE_COLUMNS if kind == "trees" else _PLACE_COLUMNS
    lists = ("listings", "division_path") if kind == "trees" else ("division_path",)
    sql = f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {_order(kind, sort)}"
    query = TableQuery(sql, values, f"ledger-{kind}", lists)
    return WholeTable(edition_of(datasette), query, request.url_vars["ending"])


def load_ledger(db: sqlite3.Connection, kind: str, sort: str, number: int) -> Ledger:
    """One page of a ledger."""
    table, where, values = _source(kind)
    total = db.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}", values).fetchone()[0]
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(number, 1), pages)
    columns = f"{HIT_COLUMNS}, vigour" if kind == "trees" else f"*, {_TREES} AS trees"
    found = db.execute(
        f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {_order(kind, sort)} LIMIT ? OFFSET ?",
        (*values, PER_PAGE, (number - 1) * PER_PAGE),
    ).fetchall()
    rows: list[dict[str, Any]] = []
    hits = []
    for row in found:
        told = dict(row)
        if kind == "trees":
            rows.append({"vigour": told.pop("vigour")})
            hits.append(read_hit(told))  # type: ignore[arg-type]
        else:
            paths = {name: json.loads(told[name]) for name in ("division_path", "division_path_en")}
            rows.append({**told, **paths, "geom": None})
    return Ledger(kind, LEDGERS[kind], sort, tuple(rows), tuple(hits), total, number, pages)


def _source(kind: str) -> tuple[str, str, tuple[str, ...]]:
    """Table, condition and its values."""
    if kind == "trees":
        return "tree", "1", ()
    kinds = _SUBKINDS[kind]
    return "place", f"subkind IN ({', '.join('?' * len(kinds))})", kinds


def _sort(kind: str, asked: str | None) -> str:
    known = _TREE_SORTS if kind == "trees" else _PLACE_SORTS
    return asked if asked and asked.removeprefix("-") in known else "number"


def _order(kind: str, sort: str) -> str:
    column = (_TREE_SORTS if kind == "trees" else _PLACE_SORTS)[sort.removeprefix("-")]
    if sort == "number":
        return f"length({column}), {column}, fid"
    return f"{column} IS NULL, {column}{' DESC' if sort.startswith('-') else ''}, fid"
