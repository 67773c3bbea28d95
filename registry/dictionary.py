"""The field dictionary: every column of the register, drawn from the models, the forms and the redaction.

What a field is called, in what unit and with which words it is kept, in which official form it stands, and
whether the public may see it. docs/*/fields.md is this dictionary; a test holds it to the models.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from registry.area_queries import AREAS, detail_fields
from registry.db import SCHEMA_FOLDER
from registry.importing.mapping import shipped_mappings
from registry.rules.redaction import AREA_TEXTS, DETAIL_TEXTS, FREE_TEXTS
from registry.vocab.columns import COLUMNS, TABLES
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.words import WORDS, Label

_KINDS = {table.__tablename__: kind for kind, table in AREAS.items()}
_PUBLIC_TABLES = {"age_reading": "age", "tree_alias": "alias", "heritage_garden": "garden"}
_FORM_NUMBER = re.compile(r"c\d+")


class Visibility(StrEnum):
    """Whether the public may see a field."""

    PUBLIC = "public"
    WHEN_RELEASED = "when_released"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """One column. `forms` are (form, header, number in the form); `refers_to` the table whose id it holds."""

    name: str
    label: Label
    unit: str
    kind: str
    is_required: bool
    words: type[StrEnum] | None
    refers_to: str | None
    forms: tuple[tuple[str, str, str], ...]
    visibility: Visibility


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table and its columns, in their order."""

    name: str
    label: Label
    columns: tuple[ColumnEntry, ...]


def dictionary() -> Iterator[TableEntry]:
    """Every table of the register, in the order of `TABLES`."""
    for name, label in TABLES.items():
        columns = SQLModel.metadata.tables[name].columns
        yield TableEntry(name, label, tuple(_entry(name, column) for column in columns))


def column_label(name: str) -> Label:
    """What a column is called. Raises KeyError for one that nobody has named."""
    known = FIELDS.get(name) or FIELDS.get(name.removesuffix("_id"))
    return Label(known.zh, known.en) if known and name not in COLUMNS else COLUMNS[name]


def markdown(t: Translator) -> Iterator[str]:
    """The dictionary as the lines of a Markdown page in the reader's language."""
    _ = t.gettext
    yield f"# {_('Field dictionary')}"
    yield ""
    yield _("Made by `gushu fields` from the models; * marks what is required. A test holds it to them.")
    heads = (
        _("column name in the register"),
        _("name of the field"),
        _("kind"),
        _("unit or words"),
        _("official form"),
        _("public"),
    )
    for table in dictionary():
        yield ""
        yield f"## {t.pick(table.label)} `{table.name}`"
        yield ""
        yield f"| {' | '.join(heads)} |"
        yield "|" + "---|" * len(heads)
        for column in table.columns:
            yield f"| {' | '.join(cell.replace('|', '/') for cell in _cells(t, column))} |"


def _cells(t: Translator, column: ColumnEntry) -> tuple[str, ...]:
    _ = t.gettext
    kinds = {
        "text": _("text"),
        "whole number": _("whole number"),
        "number": _("number"),
        "day": _("day"),
        "instant": _("instant"),
        "yes or no": _("yes-no"),
        "word": _("word"),
        "reference": _("reference"),
    }
    seen = {
        Visibility.PUBLIC: _("yes"),
        Visibility.WHEN_RELEASED: _("when released"),
        Visibility.OFFICE: _("no"),
    }
    if column.words:
        detail = _(", ").join(f"{value} {t.pick(label)}" for value, label in WORDS[column.words].items())
    else:
        detail = column.unit or (f"`{column.refers_to}`" if column.refers_to else "")
    forms = _(", ").join(dict.fromkeys(f"{form} {number or header}" for form, header, number in column.forms))
    required = "*" if column.is_required else ""
    return (
        f"`{column.name}`{required}",
        t.pick(column.label),
        kinds[column.kind],
        detail,
        forms,
        seen[column.visibility],
    )


def _entry(table: str, column: sa.Column[Any]) -> ColumnEntry:
    words: Any = column.type.enum_class if isinstance(column.type, sa.Enum) else None
    refers_to = next((key.column.table.name for key in column.foreign_keys), None)
    unit = FIELDS[column.name].unit if column.name in FIELDS else ""
    return ColumnEntry(
        name=column.name,
        label=column_label(column.name),
        unit=unit,
        kind=_kind(column, refers_to),
        is_required=not column.nullable and column.default is None,
        words=words,
        refers_to=refers_to,
        forms=_forms().get((table, column.name), ()),
        visibility=_visibility(table, column.name),
    )


def _kind(column: sa.Column[Any], refers_to: str | None) -> str:
    if refers_to:
        return "reference"
    kinds: dict[type[Any], str] = {
        sa.Enum: "word",
        sa.Boolean: "yes or no",
        sa.Integer: "whole number",
        sa.Float: "number",
        sa.DateTime: "instant",
        sa.Date: "day",
    }
    impl = getattr(column.type, "impl", column.type)
    return next((kind for type_, kind in kinds.items() if isinstance(impl, type_)), "text")


@lru_cache(maxsize=1)
def _forms() -> dict[tuple[str, str], tuple[tuple[str, str, str], ...]]:
    """(table, column) -> where it stands in the official census forms, by the shipped mappings of them."""
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for mapping in shipped_mappings():
        if not mapping.id.startswith("cn-census"):
            continue
        record = getattr(mapping, "record", "tree")
        tables = (AREAS[record].__tablename__,) if record in AREAS else _TREE_TABLES
        for column in mapping.columns:
            number = next((alias for alias in column.aliases if _FORM_NUMBER.fullmatch(alias)), "")
            for table in tables:
                if column.field and column.field in SQLModel.metadata.tables[table].columns.keys():  # noqa: SIM118
                    place = (mapping.id, column.header, number)
                    found.setdefault((table, column.field), []).append(place)
                    break
    return {key: tuple(places) for key, places in found.items()}


_TREE_TABLES = ("tree", "measurement", "designation", "inspection")


def _visibility(table: str, column: str) -> Visibility:
    if table == "tree" and column in FREE_TEXTS:
        return Visibility.WHEN_RELEASED
    if table in _KINDS and column in {*AREA_TEXTS, *DETAIL_TEXTS}:
        return Visibility.WHEN_RELEASED
    if (table, column) in {("inspection", "findings"), ("inspection", "notes"), ("photo", "caption")}:
        return Visibility.WHEN_RELEASED
    is_public = column in _public_columns().get(_PUBLIC_TABLES.get(table, table), frozenset())
    is_detail = table in _KINDS and column in detail_fields(_KINDS[table])
    return Visibility.PUBLIC if is_public or is_detail else Visibility.OFFICE


@lru_cache(maxsize=1)
def _public_columns() -> dict[str, frozenset[str]]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript((SCHEMA_FOLDER / "public.sql").read_text(encoding="utf-8"))
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: frozenset(row[1] for row in db.execute(f"PRAGMA table_info('{table}')"))
            - ({"id", "fid"} if table not in {"species", "division", "authority", "source"} else set())
            for table in tables
        }
