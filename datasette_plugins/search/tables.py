"""`/search.csv`, `/search.json`: every tree that a search finds, source and licence in each row."""

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from datasette_plugins.search.wishes import Wish, read_wish
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.pages import edition_of

_ROWS = 400
_HIDDEN = {"fid", "geom"}
_LISTS = ("listings", "division_path", "division_path_en", "withheld")
_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


async def search_csv(datasette: Any, request: Any) -> "TableAnswer":
    """CSV in UTF-8, marked so that spreadsheets read Chinese."""
    return TableAnswer(edition_of(datasette), read_wish(request.args), "csv")


async def search_json(datasette: Any, request: Any) -> "TableAnswer":
    """One JSON object: what was asked, how many, and the trees."""
    return TableAnswer(edition_of(datasette), read_wish(request.args), "json")


class TableAnswer:
    """A whole table as a response, sent as it is read: memory does not grow with its length."""

    def __init__(self, edition: EditionDatabase, wish: Wish, kind: str) -> None:
        self._edition = edition
        self._wish = wish
        self._kind = kind
        self.headers: dict[str, str] = {}

    async def asgi_send(self, send: Any) -> None:
        kind = "text/csv" if self._kind == "csv" else "application/json"
        headers = {
            "content-type": f"{kind}; charset=utf-8",
            "content-disposition": f'attachment; filename="trees.{self._kind}"',
            "cache-control": "no-cache",
            **self.headers,
        }
        with self._edition.private_connection() as db:
            pieces = await asyncio.to_thread(self._pieces, db)
            raw = [(key.encode(), value.encode()) for key, value in headers.items()]
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            while piece := await asyncio.to_thread(next, pieces, ""):
                await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _pieces(self, db: sqlite3.Connection) -> Iterator[str]:
        """The table in pieces of text; the query has begun when this returns."""
        names = [row["name"] for row in db.execute("PRAGMA table_info(tree)") if row["name"] not in _HIDDEN]
        columns = ", ".join(f'"{name}"' for name in names)
        sql = f"SELECT {columns} FROM tree WHERE {self._wish.where()} ORDER BY {self._wish.order}"
        cursor = db.execute(sql, self._wish.values)
        return (
            _csv_pieces(cursor, names) if self._kind == "csv" else _json_pieces(cursor, self._edition.facts)
        )


def _csv_pieces(cursor: sqlite3.Cursor, names: list[str]) -> Iterator[str]:
    yield _BYTE_ORDER_MARK + _csv_lines([names])
    while rows := cursor.fetchmany(_ROWS):
        yield _csv_lines([_flat(row) for row in rows])


def _flat(row: sqlite3.Row) -> list[Any]:
    """A row with its lists as text: `臺北市; 萬華區`."""
    values = dict(row)
    for name in _LISTS:
        values[name] = "; ".join(json.loads(values[name]))
    return [harmless(value) for value in values.values()]


def harmless(value: Any) -> Any:
    """`value` for a cell: a text that a spreadsheet would run as a formula is marked as text by `'`."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _csv_lines(rows: list[list[Any]]) -> str:
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue()


def _json_pieces(cursor: sqlite3.Cursor, edition: dict[str, str]) -> Iterator[str]:
    yield '{"edition": ' + json.dumps(edition, ensure_ascii=False) + ', "trees": ['
    count = 0
    while rows := cursor.fetchmany(_ROWS):
        yield (",\n" if count else "\n") + ",\n".join(map(_json_object, rows))
        count += len(rows)
    yield f'\n], "count": {count}}}\n'


def _json_object(row: sqlite3.Row) -> str:
    values = dict(row)
    for name in _LISTS:
        values[name] = json.loads(values[name])
    return json.dumps(values, ensure_ascii=False)
