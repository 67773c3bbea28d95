"""The tables of a register as JSON Lines and back, on any database: a few rows are held at a time.

Instants are written with their zone (UTC), days as ISO, everything else as it is. What the columns are is
asked of the database itself, so that a register of an older version is read as it stands.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from registry.chunks import chunks

VERSION_TABLE = "alembic_version"
_CHUNK = 1000


def reflected(connection: sa.Connection) -> dict[str, sa.Table]:
    """The register's tables as they stand, by name, in alphabetical order."""
    metadata = sa.MetaData()
    metadata.reflect(connection, resolve_fks=False)
    return {name: metadata.tables[name] for name in sorted(metadata.tables) if name != VERSION_TABLE}


def write_table(connection: sa.Connection, table: sa.Table, out: IO[bytes]) -> int:
    """Write every row of a table in the order of its key; returns their number."""
    query = sa.select(table).order_by(*table.primary_key.columns)
    count = 0
    with connection.execution_options(stream_results=True, yield_per=_CHUNK).execute(query) as rows:
        for row in rows.mappings():
            told = {name: _told(value) for name, value in row.items() if value is not None}
            out.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            count += 1
    return count


def read_table(path: Path) -> Iterator[dict[str, Any]]:
    """The rows that `write_table` wrote. Raises ValueError where a line is none."""
    with path.open("rb") as stream:
        for line in stream:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("a line is no row")
            yield row


def fill_table(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> int:
    """Put rows into a table; returns their number. Raises ValueError for a column that it has not."""
    columns = {column.name: column for column in table.columns}
    insert, count = sa.insert(table), 0
    for some in chunks(rows, _CHUNK):
        told = []
        for row in some:
            if unknown := row.keys() - columns.keys():
                raise ValueError(f"{table.name}: {min(unknown)}")
            told.append({name: _value(column, row.get(name)) for name, column in columns.items()})
        connection.execute(insert, told)
        count += len(told)
    return count


def drop_foreign_keys(connection: sa.Connection) -> list[str]:
    """Take the foreign keys of a PostgreSQL register away, so that rows may come in any order; returns what
    puts them back (and looks at every row)."""
    query = sa.text(
        "SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid) "
        "FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace "
        "ORDER BY 1, 2"
    )
    found = connection.execute(query).all()
    for table, name, _definition in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {told}" for table, name, told in found]


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _value(column: sa.Column[Any], value: Any) -> Any:
    """A value as its column takes it. SQLite keeps instants as UTC without a zone."""
    if value is None:
        return None
    if isinstance(column.type, sa.DateTime):
        instant = datetime.fromisoformat(value).astimezone(UTC)
        return instant if column.type.timezone else instant.replace(tzinfo=None)
    return date.fromisoformat(value) if isinstance(column.type, sa.Date) else value
