"""Facets of a list: their values, how many trees each has, and how they are called."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datasette.utils import sqlite_timelimit

from datasette_plugins.search.wishes import FACETS, Wish
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.place_names import division_name
from registry.rules.facets import BANDS, UNKNOWN, Tallies, read_range, since_years, tally
from registry.vocab import words
from registry.vocab.language import Translator

COUNT_MS = 800
"""How long the trees of one list may be read to be counted: a list that takes longer has no counts."""
INDEX = "tree_facet_index"
_MOST_VALUES = 10
_REPLACED = ("division", "since", "photos")
"""Facets of which one value is asked for at a time."""
_WORDS: dict[str, Any] = {
    "jurisdiction": words.JURISDICTIONS,
    "listing": words.LISTINGS,
    "grade": words.Grade,
    "category": words.Category,
    "vigour": words.Vigour,
    "status": words.TreeStatus,
}
_LABELS = {"grade": "protection_grade", "status": "status", "age": "age_years", "girth": "girth_cm"}
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
class Facet:
    """One facet with the values that are offered; `picked` are the keys that are asked for now."""

    name: str
    values: tuple[Value, ...]
    picked: tuple[str, ...] = ()

    def asked_with(self, wish: Wish, key: str) -> str | None:
        """What the address says of this facet once `key` is chosen, or given up where it was chosen."""
        if self.name in _REPLACED:
            return None if key in self.picked else key
        return wish.toggled(self.name, key)


def read_facets(edition: EditionDatabase, db: sqlite3.Connection, wish: Wish) -> tuple[Facet, ...] | None:
    """The facets that still tell the trees of `wish` apart, and those that are chosen.

    None where counting would take too long. A chosen facet is counted without itself: what else there is.
    An edition that was made before there were facets has none.
    """
    try:
        tallies = _counted(edition, db, wish)
        jurisdictions = len(tallies["jurisdiction"])
        for name in wish.facets:
            tallies[name] = _counted(edition, db, wish.without(name))[name]
    except sqlite3.OperationalError as error:
        return None if "interrupted" in str(error) else ()
    facets = []
    for name in FACETS:
        values = _values(edition, db, wish, name, tallies[name])
        least = jurisdictions if name in ("authority", "division") else 1
        if (len(values) > least or (values and name in wish.facets)) and values[0].trees:
            facets.append(Facet(name, values, wish.picked(name)))
    return tuple(facets)


def value_name(t: Translator, name: str, value: Value) -> tuple[str, str]:
    """How a value of a facet is called, and in what language that is ("" for the page's own)."""
    if value.names is None:
        parts = [part for part in value.key.split(",") if part]
        return (t.gettext(" or ").join(_coded(t, name, part) for part in parts), "")
    row = value.names
    if name == "division":
        return division_name(t, row)
    if name == "authority":
        return (row["name_en"], "en") if t.lang == "en" else (row["name_zh"], row["name_zh_lang"])
    return species_name(t, row)


def species_name(t: Translator, row: Mapping[str, Any] | sqlite3.Row) -> tuple[str, str]:
    """A species' name for a reader of `t`, and its language: a Latin name before one in a third language."""
    hans, hant = (row["name_hans"], "zh-Hans"), (row["name_hant"], "zh-Hant")
    latin, english = (row["name_latin"], "la"), (row["name_en"], "en")
    chinese = (hant, hans) if t.tag == "zh-hant" else (hans, hant)
    ranked = (english, latin, hans, hant) if t.lang == "en" else (*chinese, latin, english)
    return next(((text, lang) for text, lang in ranked if text), (row["id"], "la"))


def facet_label(t: Translator, name: str) -> str:
    """How a facet is called."""
    own = {
        "species": t.gettext("Species"),
        "photos": t.gettext("Photos"),
        "since": t.gettext("Last recorded"),
    }
    return own.get(name) or t.label(_LABELS.get(name, name))


def chosen_value(db: sqlite3.Connection, name: str, key: str) -> Value:
    """The value of a facet that an address names, with the row that holds its names."""
    row = db.execute(_NAMES[name], {"key": key}).fetchone() if name in _NAMES else None
    return Value(key, 0, row)


def hint(edition: EditionDatabase, db: sqlite3.Connection) -> str:
    """The index that holds what facets and orders need, as `FROM tree` takes it; "" in an older edition."""
    sql = f"SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = '{INDEX}'"
    known = edition.remember(db, "facet index", lambda db: bool(db.execute(sql).fetchone()))
    return f"INDEXED BY {INDEX}" if known else ""


def _coded(t: Translator, name: str, key: str) -> str:
    if name in _WORDS:
        return t.word(_WORDS[name], key)
    if key == UNKNOWN:
        return t.gettext("not known")
    if name == "photos":
        return t.gettext("with photos") if key == "yes" else t.gettext("without photos")
    if name == "since":
        return t.gettext("since {year}", year=key)
    if name in BANDS and (bounds := read_range(key)):
        return _range_text(t, name, *bounds)
    return key


def _range_text(t: Translator, name: str, low: int | None, high: int | None) -> str:
    unit = t.unit("age_years" if name == "age" else "girth_cm")
    said = {"low": t.number(low or 0, 0), "high": t.number(high or 0, 0), "unit": unit}
    if low is None:
        return t.gettext("under {bound} {unit}", bound=t.number((high or 0) + 1, 0), unit=unit)
    if high is None:
        return t.gettext("{low} {unit} and more", **said)
    return t.gettext("{low} to {high} {unit}", **said)


def _counted(edition: EditionDatabase, db: sqlite3.Connection, wish: Wish) -> Tallies:
    if wish.is_empty:
        return dict(edition.remember(db, "facet counts", _precounted))
    keys = edition.remember(db, "facet keys", _read_keys)
    which = wish.where() if not wish.facets else f"fid IN (SELECT fid FROM tree WHERE {wish.where()})"
    cursor = db.cursor()
    cursor.row_factory = None
    with sqlite_timelimit(db, COUNT_MS):
        sql = f"SELECT profile, species, division FROM tree_facet WHERE {which}"
        rows = cursor.execute(sql, wish.values).fetchall()
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    tallies = tally((keys[number], trees) for number, trees in Counter(columns[0]).items())
    for name, numbers in zip(("species", "division"), columns[1:], strict=True):
        tallies[name] = Counter({keys[n]: trees for n, trees in Counter(numbers).items() if n is not None})
    return tallies


def _precounted(db: sqlite3.Connection) -> Tallies:
    """The counts over all trees."""
    found: Tallies = {name: Counter() for name in FACETS}
    for facet, value, trees in db.execute("SELECT facet, value, tree_count FROM facet_count"):
        found[facet][value] = trees
    return found


def _read_keys(db: sqlite3.Connection) -> dict[int, Any]:
    """What the numbers of `tree_facet` stand for: profiles, ids of species and divisions."""
    rows = db.execute("SELECT id, kind, value FROM facet_key")
    return {number: json.loads(value) if kind == "profile" else value for number, kind, value in rows}


def _values(
    edition: EditionDatabase, db: sqlite3.Connection, wish: Wish, name: str, counts: Counter[str]
) -> tuple[Value, ...]:
    """The values on offer: bands and years in their order, others with most trees first."""
    if name in BANDS:
        order = [*BANDS[name], UNKNOWN]
        shown = [(key, counts[key]) for key in order if counts[key] or key in wish.picked(name)]
        return tuple(Value(key, trees) for key, trees in shown)
    if name == "since":
        return tuple(Value(year, trees) for year, trees in since_years(counts))
    if name == "division":
        counts = _of_one_level(
            edition.remember(db, "divisions above", _parents), counts, _chosen_id(db, wish)
        )
    best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_VALUES]
    if name not in _NAMES:
        best += [(key, counts[key]) for key in wish.picked(name) if key not in dict(best) and counts[key]]
        return tuple(Value(key, trees) for key, trees in best)
    rows = [(chosen_value(db, name, key).names, key, trees) for key, trees in best]
    return tuple(Value(_address(row, name, key), trees, row) for row, key, trees in rows)


def _address(row: sqlite3.Row | None, name: str, key: str) -> str:
    return str(row["path"]) if row is not None and name != "authority" else key


def _parents(db: sqlite3.Connection) -> dict[str, str | None]:
    return {row[0]: row[1] for row in db.execute("SELECT id, parent_id FROM division")}


def _chosen_id(db: sqlite3.Connection, wish: Wish) -> str | None:
    picked = wish.picked("division")
    row = db.execute(_NAMES["division"], {"key": picked[0]}).fetchone() if picked else None
    return row["id"] if row is not None else None


def _of_one_level(
    parents: Mapping[str, str | None], counts: Counter[str], chosen: str | None
) -> Counter[str]:
    """The counts of divisions added up to those just below the chosen one; else the highest that differ."""
    totals: Counter[str] = Counter()
    for division, trees in counts.items():
        for above in _upwards(parents, division):
            totals[above] += trees
    level = _children(parents, totals, chosen)
    while chosen is None and len(level) == 1 and (below := _children(parents, totals, level[0])):
        level = below
    return Counter({division: totals[division] for division in level})


def _upwards(parents: Mapping[str, str | None], division: str) -> list[str]:
    """A division and all above it; each once, even where an edition were wrong about it."""
    path: list[str] = []
    at: str | None = division
    while at in parents and at not in path:
        path.append(at)
        at = parents[at]
    return path


def _children(parents: Mapping[str, str | None], known: Iterable[str], of: str | None) -> list[str]:
    return [division for division in known if (parents.get(division) or None) == of]
