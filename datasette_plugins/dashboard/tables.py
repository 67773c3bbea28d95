"""Whole tables as CSV and JSON, sent as they are read: source and edition are said with them."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from datasette_plugins.site.edition_database import EditionDatabase
from exports.csv_cells import BYTE_ORDER_MARK, csv_line

_ROWS = 400


@dataclass(frozen=True, slots=True)
class TableQuery:
    """A query of an edition, and how its file is called. lists: columns that hold JSON lists."""

    sql: str
    values: tuple[Any, ...]
    name: str
    lists: tuple[str, ...] = ()


class WholeTable:
    """The rows of a query as a response; memory does not grow with their number."""

    def __init__(self, edition: EditionDatabase, query: TableQuery, ending: str) -> None:
        self._edition, self._query, self._ending = edition, query, ending
        self.headers: dict[str, str] = {}

    async def asgi_send(self, send: Any) -> None:
        """Answer."""
        is_csv = self._ending == "csv"
        headers = {
            "content-type": f"{'text/csv' if is_csv else 'application/json'}; charset=utf-8",
            "content-disposition": f'attachment; filename="{self._query.name}.{self._ending}"',
            "cache-control": "no-cache",
            "access-control-allow-origin": "*",
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
        facts = dict(map(tuple, db.execute("SELECT key, value FROM edition")))
        cursor = db.execute(self._query.sql, self._query.values)
        return self._csv(cursor) if self._ending == "csv" else self._json(cursor, facts)

    def _csv(self, cursor: sqlite3.Cursor) -> Iterator[str]:
        names = [column[0] for column in cursor.description]
        yield BYTE_ORDER_MARK + _lines([names])
        while rows := cursor.fetchmany(_ROWS):
            yield _lines([[self._flat(name, value) for name, value in dict(row).items()] for row in rows])

    def _flat(self, name: str, value: Any) -> Any:
        return "; ".join(map(str, json.loads(value))) if name in self._query.lists and value else value

    def _json(self, cursor: sqlite3.Cursor, facts: dict[str, str]) -> Iterator[str]:
        told = {name: facts.get(name) for name in ("number", "made_at", "register_name", "register_name_en")}
        yield '{"edition": ' + json.dumps(told, ensure_ascii=False) + ', "rows": ['
        count = 0
        while rows := cursor.fetchmany(_ROWS):
            yield (",\n" if count else "\n") + ",\n".join(map(self._object, rows))
            count += len(rows)
        yield f'\n], "count": {count}}}\n'

    def _object(self, row: sqlite3.Row) -> str:
        values = dict(row)
        for name in self._query.lists:
            values[name] = json.loads(values[name] or "[]")
        return json.dumps(values, ensure_ascii=False)


def _lines(rows: list[list[Any]]) -> str:
    return b"".join(map(csv_line, rows)).decode()
