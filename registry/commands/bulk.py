"""Many rows at once: the quickest way that the database's driver has, chosen here and nowhere else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Session, SQLModel

MOST_PARAMETERS = 32766
"""What one statement of SQLite (3.32 and later) may have."""
MOST_ROWS = 512
_Conversion = Callable[[Any], Any]


def insert_rows(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert plain rows; what a row does not name stays empty.

    Words and days may be given as such or as they are stored. SQLite takes many rows in one statement: one
    call of the driver, during which other threads run; PostgreSQL takes them by COPY.
    """
    if not rows:
        return
    flat: list[Any] = []
    for row in rows:
        flat += flat_row(table, row)
    insert_flat(session, table, flat)


def flat_row(table: type[SQLModel], row: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row as `insert_flat` takes it: a value for each column, None for what it does not name."""
    blank, take = _shape(table)
    return take(row if len(row) == len(blank) else {**blank, **row})


@lru_cache(maxsize=256)
def _shape(table: type[SQLModel]) -> tuple[dict[str, Any], Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
    names = columns_of(table)
    return dict.fromkeys(names), itemgetter(*names)


@lru_cache(maxsize=256)
def columns_of(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns of a table, in its order."""
    return tuple(column.name for column in table.__table__.columns)  # type: ignore[attr-defined]


def insert_flat(session: Session, table: type[SQLModel], flat: list[Any]) -> None:
    """Insert rows that are given as one list: the values of all columns of the first row, of the second …"""
    if not flat:
        return
    target: sa.Table = table.__table__  # type: ignore[attr-defined]
    connection = session.connection()
    names = columns_of(table)
    for place, convert in _conversions(target, connection.dialect):
        flat[place :: len(names)] = [
            value if value is None or type(value) is str else convert(value)
            for value in flat[place :: len(names)]
        ]
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(target.name)} ({', '.join(map(quote, names))})"
    if connection.dialect.name == "postgresql":
        _copy(connection, into, flat, len(names))
    else:
        _insert(connection, into, flat, len(names))


def update_row(session: Session, table: type[SQLModel], row_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of one row. Words and days may be given as such or as they are stored."""
    target: sa.Table = table.__table__  # type: ignore[attr-defined]
    given = {
        name: date.fromisoformat(value)
        if isinstance(target.c[name].type, sa.Date) and type(value) is str
        else value
        for name, value in values.items()
    }
    session.execute(sa.update(target).where(target.c.id == row_id).values(given))


def _insert(connection: sa.Connection, into: str, flat: list[Any], width: int) -> None:
    start, left = 0, len(flat) // width
    while left:  # in powers of two: few statements, all of which the driver keeps prepared
        count = 1 << (min(left, MOST_ROWS, MOST_PARAMETERS // width).bit_length() - 1)
        end = start + count * width
        connection.exec_driver_sql(_statement(into, width, count), tuple(flat[start:end]))
        start, left = end, left - count


@lru_cache(maxsize=512)
def _statement(into: str, width: int, count: int) -> str:
    row = f"({','.join('?' * width)})"
    return f"INSERT INTO {into} VALUES {','.join([row] * count)}"


def _copy(connection: sa.Connection, into: str, flat: list[Any], width: int) -> None:
    import psycopg  # only where a register is kept on PostgreSQL

    statement = f"COPY {into} FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(0, len(flat), width):
                copy.write_row(flat[start : start + width])
    except psycopg.Error as error:  # as SQLAlchemy tells it
        raise sa.exc.DatabaseError(statement, None, error) from error


@lru_cache(maxsize=256)
def _conversions(target: sa.Table, dialect: Dialect) -> list[tuple[int, _Conversion]]:
    found = ((place, _conversion(column.type, dialect)) for place, column in enumerate(target.columns))
    return [(place, convert) for place, convert in found if convert is not None]


def _conversion(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> _Conversion | None:
    """How a value of a column is given to the driver; None where it is taken as it is."""
    if isinstance(kind, sa.Enum):
        return attrgetter("value")
    if isinstance(kind, sa.Date):
        return date.isoformat if dialect.name == "sqlite" else None
    if isinstance(kind, sa.types.TypeDecorator | sa.DateTime):
        return kind.dialect_impl(dialect).bind_processor(dialect)
    return None
