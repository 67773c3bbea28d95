"""Protection zones of an edition; one that was made before there were any has none."""

import sqlite3
from collections.abc import Sequence
from typing import Any


def zone_rows(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """The rows of a question about zones; none where the edition has no table of them."""
    found = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'zone'"
    ).fetchone()
    return connection.execute(sql, values).fetchall() if found else []
