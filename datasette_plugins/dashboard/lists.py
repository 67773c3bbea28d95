"""`/lists` and `/list/<n>`: protection lists (保护名录) as they were published, for print, CSV and JSON."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from datasette import NotFound, Response

from datasette_plugins.dashboard.tables import TableQuery, WholeTable
from datasette_plugins.feeds.pages import whole_number
from datasette_plugins.site.pages import edition_of, read_edition, render_page

PER_PAGE = 200
_COLUMNS = (
    "ordinal, kind, number, category, name, name_latin, grade, listings, age_years, division_path, "
    "tree_count, designated_on, uuid"
)


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list: its row and lines."""

    row: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    total: int
    page: int
    pages: int

    @property
    def address(self) -> str:
        """The path of this list, without language."""
        return address_of(self.row)


async def lists_page(datasette: Any, request: Any) -> Response:
    """`/lists`: all of them, the newest first."""
    rows = await read_edition(datasette, request, lambda db: _lists(db, None, None))
    return render_page(datasette, request, "dashboard/lists.html", rows=rows, address_of=address_of)


async def list_page(datasette: Any, request: Any) -> Response:
    """`/list/<n>` where one authority has it, `/list/<authority>/<n>`."""
    authority, number = _asked(request)
    at = whole_number(request.args.get("page")) or 1
    found = await read_edition(datasette, request, lambda db: _load(db, authority, number, at))
    if isinstance(found, ListPage):
        return render_page(datasette, request, "dashboard/list.html", page=found)
    if not found:
        raise NotFound("no such list")
    return render_page(datasette, request, "dashboard/lists.html", rows=found, address_of=address_of)


async def list_table(datasette: Any, request: Any) -> WholeTable:
    """A whole list as CSV or JSON."""
    authority, number = _asked(request)
    edition = edition_of(datasette)
    rows = await edition.execute_fn(lambda db: _lists(db, authority, number))
    if len(rows) != 1:
        raise NotFound("no such list")
    sql = f"SELECT {_COLUMNS} FROM protection_list_entry WHERE list_id = ? ORDER BY ordinal"
    name = f"list-{number}"
    query = TableQuery(sql, (rows[0]["list_id"],), name, ("listings", "division_path"))
    return WholeTable(edition, query, request.url_vars["ending"])


def address_of(row: dict[str, Any]) -> str:
    """The path of a list, without language."""
    return f"/list/{quote(row['authority_id'], safe='')}/{row['edition']}"


def _asked(request: Any) -> tuple[str | None, int]:
    authority = request.url_vars.get("authority")
    number = whole_number(request.url_vars["number"])
    if number is None:
        raise NotFound("no such list")
    return unquote(authority) if authority else None, number


def _lists(db: sqlite3.Connection, authority: str | None, number: int | None) -> list[dict[str, Any]]:
    try:
        rows = db.execute(
            "SELECT * FROM protection_list WHERE (:authority IS NULL OR authority_id = :authority) "
            "AND (:number IS NULL OR edition = :number) "
            "ORDER BY published_on DESC, authority_id, edition DESC",
            {"authority": authority, "number": number},
        )
        return [dict(row) for row in rows]
    except sqlite3.OperationalError:
        return []


def _load(
    db: sqlite3.Connection, authority: str | None, number: int, at: int
) -> ListPage | list[dict[str, Any]]:
    """The page, or the lists that are meant where several authorities have one of this number."""
    rows = _lists(db, authority, number)
    if len(rows) != 1:
        return rows
    own = rows[0]["list_id"]
    total = db.execute("SELECT COUNT(*) FROM protection_list_entry WHERE list_id = ?", (own,)).fetchone()[0]
    pages = max(1, -(-total // PER_PAGE))
    at = min(max(at, 1), pages)
    lines = db.execute(
        "SELECT * FROM protection_list_entry WHERE list_id = ? ORDER BY ordinal LIMIT ? OFFSET ?",
        (own, PER_PAGE, (at - 1) * PER_PAGE),
    )
    shown = tuple(
        {
            **dict(line),
            "listings": json.loads(line["listings"]),
            "division": json.loads(line["division_path"]),
        }
        for line in lines
    )
    return ListPage(rows[0], shown, total, at, pages)
