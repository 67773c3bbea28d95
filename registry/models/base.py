"""What all tables share: naming of constraints, column types that keep their promise, identifiers."""

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import StringConstraints
from sqlalchemy.engine import Dialect
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

TreeNo = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
"""A tree number as its authority writes it: text, official, permanent, never used again."""


def new_id() -> str:
    """A new random UUID as text."""
    return str(uuid.uuid4())


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Refuses values without a time zone; gives back UTC (SQLite would lose the zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word_column(words: type[StrEnum], length: int = 20) -> sa.Enum:
    """The column type of a code list: stored by value, held by a named CHECK in every database."""
    return sa.Enum(
        words,
        values_callable=lambda enum: [member.value for member in enum],
        native_enum=False,
        create_constraint=True,
        name=words.__name__.lower(),
        length=length,
    )


def between(column: str, low: float, high: float) -> sa.CheckConstraint:
    """A CHECK that keeps `column` within physical bounds: the second wall, not a judgement."""
    return sa.CheckConstraint(f"{column} >= {low} AND {column} <= {high}", name=f"{column}_bounds")


def not_blank(column: str) -> sa.CheckConstraint:
    """A CHECK against empty text."""
    return sa.CheckConstraint(f"length(trim({column})) > 0", name=f"{column}_not_blank")


def one_subject(*columns: str) -> sa.CheckConstraint:
    """A CHECK that exactly one of `columns` names the record that a row belongs to."""
    count = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns)
    return sa.CheckConstraint(f"{count} = 1", name="one_subject")


JsonText: Any = sa.Text
"""JSON kept as text that we write canonically, the same on SQLite and PostgreSQL."""
