"""What is found beside trees: species, places, groves, gardens, elements, stories and walks."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from datasette_plugins.search.facets import species_name
from datasette_plugins.site.place_names import division_name
from registry.rules.search_text import match_expression, name_expression, tiers
from registry.vocab.language import Translator

STRIP = 8
"""How many things stand above a list."""
_FOUND = "id IN (SELECT rowid FROM found_search WHERE words MATCH :{})"
_WRITTEN = ("species", "division", "garden", "place", "grove", "element", "walk", "story")
_KINDS = f"INSTR('{','.join(_WRITTEN)}', kind)"
"""SQL: the order of kinds among things that match equally well."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing with a page of its own."""

    kind: str
    path: str
    names: dict[str, Any]
    trees: int | None

    def called(self, t: Translator) -> tuple[str, str]:
        """Its name for a reader of `t`, and the language of that."""
        row = self.names
        if self.kind == "species":
            return species_name(
                t, {**row, "name_hans": row["name"] if row["name_lang"] == "zh-Hans" else None}
            )
        if self.kind == "division":
            return division_name(t, row)
        if t.lang == "en" and row["name_en"]:
            return row["name_en"], "en"
        return row["name"], row["name_lang"]

    def more(self, t: Translator) -> tuple[str, str]:
        """What is said beside the name, and its language: a species' Latin name, else where it lies."""
        if self.kind == "species" and self.names["name_latin"] not in (None, self.called(t)[0]):
            return self.names["name_latin"], "la"
        return (self.names["place"], self.names["name_lang"]) if self.names["place"] else ("", "")


def things_found(db: sqlite3.Connection, query: str, limit: int = STRIP) -> tuple[Thing, ...]:
    """The things that `query` finds, names before texts; nothing in an edition that knows no such index."""
    match = match_expression(query)
    if match is None:
        return ()
    ranked = tiers(query)
    cases = " ".join(f"WHEN {_FOUND.format(f'tier{n}')} THEN {n}" for n in range(len(ranked)))
    order = f"CASE {cases} ELSE 9 END, {_KINDS}, tree_count DESC, id"
    values = {"match": match, **{f"tier{n}": expression for n, expression in enumerate(ranked)}}
    return read_things(db, _FOUND.format("match"), order, values, limit)


def things_named(db: sqlite3.Connection, query: str, limit: int) -> tuple[Thing, ...]:
    """The things whose name begins with `query`: for suggestions."""
    match = name_expression(query)
    if match is None:
        return ()
    whole, begins = tiers(query)[1:3]
    order = (
        f"CASE WHEN {_FOUND.format('whole')} THEN 0 WHEN {_FOUND.format('begins')} THEN 1 ELSE 2 END, "
        f"{_KINDS}, tree_count DESC, id"
    )
    values = {"match": match, "whole": whole, "begins": begins}
    return read_things(db, _FOUND.format("match"), order, values, limit)


def read_things(
    db: sqlite3.Connection, condition: str, order: str, values: dict[str, Any], limit: int
) -> tuple[Thing, ...]:
    """Rows of `found`; none in an edition that has no such table."""
    sql = f"SELECT * FROM found WHERE {condition} ORDER BY {order} LIMIT {limit}"
    try:
        rows = db.execute(sql, values).fetchall()
    except sqlite3.OperationalError:  # an edition made before there was one
        return ()
    return tuple(Thing(row["kind"], row["path"], dict(row), row["tree_count"]) for row in rows)
