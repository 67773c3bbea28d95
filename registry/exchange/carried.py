"""What a file of records carries: which tables, which of their columns, in which form, and the schema of it.

A line is {"record": kind, "values": {column: value}, "rows": {name: [row …]}}; what is empty is left out.
Days are ISO texts, words their values, columns of JSON are JSON. Columns that refer to what is not carried
(cases, letters, submissions) stay behind.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from registry.models import (
    Authority,
    Craft,
    Craftsman,
    Division,
    Element,
    Grove,
    GroveSpecies,
    HeritageGarden,
    Party,
    Place,
    RecordLink,
    Source,
    Species,
    SpeciesName,
    Story,
    StoryText,
    Tree,
    TreeDraft,
)
from registry.models.areas import AREA_DRAFTS
from registry.models.children import CHILDREN
from registry.rules.commitments import canonical
from registry.vocab.exchange_words import END_LINE, FORMAT, HEAD_LINE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_JSON = frozenset({"released", "boundary", "findings", "checks", "inputs", "answers", "result", "readings"})
"""Columns that hold canonical JSON."""
_LEFT = frozenset({"submission_id"})
"""Columns that name what is not carried, though no key of the database says so."""
_TEXT = r"^[^\u0000\ud800-\udfff]*$"
"""What every database can keep: no NUL, no half of a pair of surrogates."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One kind of line. number: the columns that call a record. rows: what belongs to it, by name; `whose` is
    the column of those rows that names it. is_told: whether a record's coming stands in the history."""

    kind: str
    table: type[SQLModel]
    number: tuple[str, ...] = ("id",)
    whose: str = ""
    rows: tuple[tuple[str, type[SQLModel]], ...] = ()
    is_told: bool = True

    @property
    def loops(self) -> tuple[str, ...]:
        """Columns that refer to a record of the same kind, which may come later."""
        return tuple(
            column.name
            for column in table_of(self.table).columns
            if any(key.column.table is table_of(self.table) for key in column.foreign_keys)
        )


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table of a model."""
    found: sa.Table = model.__table__  # type: ignore[attr-defined]
    return found


def _record(kind: str, table: type[SQLModel], *number: str, **more: type[SQLModel]) -> Carried:
    whose = f"{kind}_id"
    rows = {name: each for name, each in CHILDREN.items() if whose in each.model_fields} | more
    return Carried(kind, table, number, whose, tuple(rows.items()))


AROUND = (
    Carried("authority", Authority, is_told=False),
    Carried("source", Source, is_told=False),
    Carried("division", Division, is_told=False),
    Carried("species", Species, whose="species_id", rows=(("names", SpeciesName),), is_told=False),
    Carried("party", Party, is_told=True),
)
"""What records refer to, in the order in which it is written."""
RECORDS = (
    _record("garden", HeritageGarden, "authority_id", "number"),
    _record("place", Place, "authority_id", "number"),
    _record("grove", Grove, "authority_id", "number", composition=GroveSpecies),
    _record("element", Element, "authority_id", "number"),
    _record("tree", Tree, "authority_id", "tree_no", "number_scheme"),
)
BESIDE = (
    Carried("craft", Craft, ("authority_id", "number"), "craft_id", (("craftsmen", Craftsman),)),
    Carried("story", Story, ("code",), "story_id", (("translations", StoryText),)),
    Carried("link", RecordLink, ("kind", "from_type", "from_id", "to_type", "to_id")),
)
ALL = (*AROUND, *RECORDS, *BESIDE)
BY_KIND = {each.kind: each for each in ALL}
_TABLES = {table_of(table) for each in ALL for table in (each.table, *dict(each.rows).values())}


@lru_cache(maxsize=64)
def columns(table: type[SQLModel], whose: str = "") -> tuple[sa.Column[Any], ...]:
    """The columns of a table that a file carries; not the one that says whose a row is."""
    return tuple(
        column
        for column in table_of(table).columns
        if column.name not in _LEFT
        and not _is_owner(column.name, whose)
        and all(key.column.table in _TABLES for key in column.foreign_keys)
    )


def told(row: Mapping[str, Any], table: type[SQLModel], whose: str = "") -> dict[str, Any]:
    """A row of the register as a line carries it."""
    values: dict[str, Any] = {}
    for column in columns(table, whose):
        value = row[column.name]
        if value is None:
            continue
        if column.name in _JSON and isinstance(value, str):
            value = json.loads(value)
        elif hasattr(value, "isoformat"):
            value = value.isoformat()
        values[column.name] = getattr(value, "value", value)
    return values


def stored(values: Mapping[str, Any], table: type[SQLModel], whose: str = "") -> dict[str, Any]:
    """The other way round: what a line carries as a row of the register; words and days as texts."""
    row: dict[str, Any] = {}
    for column in columns(table, whose):
        if (value := values.get(column.name)) is None:
            continue
        if column.name in _JSON and not isinstance(column.type, sa.Float):
            value = canonical(value)
        elif isinstance(column.type, sa.Float):
            value = float(value)
        elif isinstance(column.type, sa.Integer):
            value = int(value)
        row[column.name] = value
    return row


@lru_cache(maxsize=1)
def line_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a restricted file: head, record or end."""
    definitions = {each.kind: _line_of(each) for each in ALL}
    refs = [{"$ref": f"#/$defs/{name}"} for name in ("head", *definitions, "end")]
    return {
        "$schema": DIALECT,
        "title": f"{FORMAT}: a line",
        "anyOf": refs,
        "$defs": {"head": HEAD_LINE, **definitions, "end": END_LINE},
    }


def _line_of(each: Carried) -> dict[str, Any]:
    properties: dict[str, Any] = {"record": {"const": each.kind}, "values": _values_of(each.table)}
    if each.rows:
        rows = {name: {"type": "array", "items": _values_of(table, each.whose)} for name, table in each.rows}
        properties["rows"] = {"type": "object", "properties": rows, "additionalProperties": False}
    return {
        "type": "object",
        "properties": properties,
        "required": ["record", "values"],
        "additionalProperties": False,
    }


def _values_of(table: type[SQLModel], whose: str = "") -> dict[str, Any]:
    bounds = _bounds(table)
    found = columns(table, whose)
    return {
        "type": "object",
        "properties": {column.name: _value_of(column, bounds) for column in found},
        "required": [column.name for column in found if not column.nullable],
        "additionalProperties": False,
    }


def _value_of(column: sa.Column[Any], bounds: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    kind = column.type
    if isinstance(kind, sa.Enum):
        return {"enum": list(kind.enums)}
    if column.name in _JSON:
        return {"type": ["array", "object"]}
    for types, schema in _SIMPLE:
        if isinstance(kind, types):
            return {**schema, **bounds.get(column.name, {})}
    length = getattr(kind, "length", None)
    least = {"minLength": 1} if column.primary_key or column.foreign_keys else {}
    return {"type": "string", "pattern": _TEXT, **least, **({"maxLength": length} if length else {})}


_SIMPLE: tuple[tuple[Any, dict[str, Any]], ...] = (
    (sa.Boolean, {"type": "boolean"}),
    (sa.Date, {"type": "string", "format": "date"}),
    (sa.Integer, {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}),
    (sa.Float, {"type": "number"}),
)
_WORDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum"}


def _bounds(table: type[SQLModel]) -> dict[str, dict[str, Any]]:
    """The bounds of numbers, as the drafts of a table state them."""
    kind = next((each.kind for each in RECORDS if each.table is table), "")
    draft = TreeDraft if kind == "tree" else AREA_DRAFTS.get(kind, table)
    return {
        name: {
            word: limit
            for part in field.metadata
            for attribute, word in _WORDS.items()
            if isinstance(limit := getattr(part, attribute, None), int | float)
        }
        for name, field in draft.model_fields.items()
    }


def _is_owner(name: str, whose: str) -> bool:
    return bool(whose) and (name == whose or (whose in _OWNERS and name in _OWNERS))


_OWNERS = frozenset(each.whose for each in RECORDS)
