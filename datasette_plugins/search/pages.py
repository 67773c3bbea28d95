"""`/search`: the list of trees, all of them or those that are looked for."""

import sqlite3
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from datasette import Response

from datasette_plugins.search.wishes import FACETS, PAGE_SIZE, Wish, read_wish
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.pages import edition_of, read_edition, render_page
from datasette_plugins.site.place_names import division_name
from registry.vocab import words
from registry.vocab.language import Translator

_MOST_VALUES = 12
_COLUMNS = {
    "jurisdiction": "jurisdiction",
    "authority": "authority_id",
    "division": "division_id",
    "grade": "protection_grade",
    "category": "category",
    "vigour": "vigour",
    "species": "species_id",
}
_WORDS: dict[str, Any] = {
    "jurisdiction": words.JURISDICTIONS,
    "listing": words.LISTINGS,
    "grade": words.Grade,
    "category": words.Category,
    "vigour": words.Vigour,
}
_LABELS = {"grade": "protection_grade"}
_NAMES = {
    "authority": "SELECT * FROM authority WHERE id = :key",
    "division": "SELECT * FROM division WHERE :key IN (path, id)",
    "species": "SELECT * FROM species WHERE :key IN (path, id)",
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: what the address says, how many trees, and the row that holds its names."""

    key: str
    trees: int
    names: sqlite3.Row | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a list."""

    wish: Wish
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[tuple[str, tuple[Value, ...]], ...]
    chosen: tuple[tuple[str, Value], ...]
    widened_total: int
    suggestions: tuple[sqlite3.Row, ...]

    @property
    def pages(self) -> int:
        """How many pages the list has, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def first(self) -> int:
        """The number of the first tree on this page, from 1."""
        return (self.wish.page - 1) * PAGE_SIZE + 1


async def search_page(datasette: Any, request: Any) -> Response:
    """`/search?q=…`"""
    load = partial(load_search, edition_of(datasette), read_wish(request.args))
    page = await read_edition(datasette, request, load)
    return render_page(
        datasette, request, "search/search.html", page=page, value_name=value_name, facet_label=facet_label
    )


def load_search(edition: EditionDatabase, wish: Wish, db: sqlite3.Connection) -> SearchPage:
    """The page that `wish` asks for, from one edition."""
    total = _count(db, wish)
    offset = (wish.page - 1) * PAGE_SIZE
    chosen = f"SELECT {HIT_COLUMNS} FROM tree WHERE {wish.where()}"
    sql = f"{chosen} ORDER BY {wish.order} LIMIT {PAGE_SIZE} OFFSET {offset}"
    facets = edition.remember(db, "facets", partial(_facets, wish)) if wish.is_empty else _facets(wish, db)
    return SearchPage(
        wish=wish,
        total=total,
        hits=tuple(read_hit(row) for row in db.execute(sql, wish.values)) if total else (),
        facets=tuple((name, values) for name, values in facets if name not in wish.facets),
        chosen=tuple((name, chosen_value(db, name, value)) for name, value in wish.facets.items()),
        widened_total=_count(db, wish.widened()) if not total and wish.facets and wish.q else 0,
        suggestions=tuple(db.execute("SELECT * FROM species ORDER BY tree_count DESC, id LIMIT 6"))
        if not total
        else (),
    )


def value_name(t: Translator, name: str, value: Value) -> tuple[str, str]:
    """How a value of a facet is called, and in what language that is ("" for the page's own)."""
    row = value.names
    if row is None:
        return (t.word(_WORDS[name], value.key) if name in _WORDS else value.key), ""
    if name == "division":
        return division_name(t, row)
    if name == "authority":
        return (row["name_en"], "en") if t.lang == "en" else (row["name_zh"], row["name_zh_lang"])
    names = [(row["name_hans"], "zh-Hans"), (row["name_hant"], "zh-Hant"), (row["name_en"], "en")]
    if t.lang == "en":
        names.reverse()
    names.append((row["name_latin"] or row["id"], "la"))
    usable = [pair for pair in names if pair[0]]
    if t.lang == "zh":  # a Latin name before an English one
        usable.sort(key=lambda pair: {"zh-Hans": 0, "zh-Hant": 1, "la": 2, "en": 3}[pair[1]])
    return usable[0]


def facet_label(t: Translator, name: str) -> str:
    """How a facet is called."""
    return t.gettext("Species") if name == "species" else t.label(_LABELS.get(name, name))


def _count(db: sqlite3.Connection, wish: Wish) -> int:
    return int(db.execute(f"SELECT COUNT(*) FROM tree WHERE {wish.where()}", wish.values).fetchone()[0])


def _facets(wish: Wish, db: sqlite3.Connection) -> list[tuple[str, tuple[Value, ...]]]:
    """The values of every facet that still tells trees apart, most trees first.

    Authorities are offered where one jurisdiction has several.
    """
    facets = []
    counts: dict[str, int] = {}
    for name in FACETS:
        found = db.execute(_facet_sql(name, wish), wish.values).fetchall()
        values = tuple(_value(db, name, key, trees) for key, trees in found)
        counts[name] = len(values)
        least = counts["jurisdiction"] if name == "authority" else 1
        if len(values) > least or (values and name in wish.facets):
            facets.append((name, values))
    return facets


def _facet_sql(name: str, wish: Wish) -> str:
    where = wish.where()
    if name == "listing":
        counted = f"SELECT j.value, COUNT(*) FROM tree, json_each(tree.listings) j WHERE {where}"
    else:
        column = _COLUMNS[name]
        counted = f"SELECT {column}, COUNT(*) FROM tree WHERE {where} AND {column} IS NOT NULL"
    return f"{counted} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_VALUES}"


def _value(db: sqlite3.Connection, name: str, key: str, trees: int) -> Value:
    value = chosen_value(db, name, key)
    row = value.names
    path = row["path"] if row is not None and name != "authority" else key
    return replace(value, key=path, trees=trees)


def chosen_value(db: sqlite3.Connection, name: str, key: str) -> Value:
    """The value of a facet that an address names, with the row that holds its names."""
    row = db.execute(_NAMES[name], {"key": key}).fetchone() if name in _NAMES else None
    return Value(key, 0, row)
