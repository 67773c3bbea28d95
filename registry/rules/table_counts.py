"""Counting trees for summaries: rows of one dimension, classes of protection as columns. Pure.

Each tree is counted once: as a scattered one, or as one in a grove. Trees of a grove that have no file of
their own are known by number alone: they stand in the row of their grove where the dimension knows it (its
division, its owner, its grade), else in a row of their own. So each table adds up to what the register
counts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.rules.counting import TreeCounts
from registry.table_records import SummaryRow, SummaryTable, TableGrove, TableLayout, TableTree
from registry.vocab.labels import Label
from registry.vocab.language import Translator
from registry.vocab.words import (
    GRADE_SCHEMES,
    VIGOUR_SCALES,
    WORDS,
    Category,
    Department,
    Environment,
    Grade,
    GrowthPlace,
    Ownership,
    Vigour,
)

COUNTS = ("scattered", "groves", "in_groves", "with_files", "trees")
"""What can be counted; `trees` are the scattered ones and those in groves, `with_files` those of `in_groves`
that have a file of their own."""
CLASSES = ("first", "second", "third", "fourth", "famous", "reserve", "none")
"""Classes of protection, each tree in one: a famous tree that is no ancient one, and a reserve tree, are
counted as such and not again under a grade."""
REST = "rest"
"""All classes that no other column of the layout names."""
_BY_GRADE = {Grade.FIRST: "first", Grade.SECOND: "second", Grade.THIRD: "third", Grade.FOURTH: "fourth"}
UNKNOWN, UNTOLD = ("?",), ("~",)
"""Keys of two rows: nothing is recorded, and trees of groves that cannot be told apart."""

Key = tuple[Hashable, ...]
_WORD_DIMENSIONS: dict[str, Any] = {
    "category": Category,
    "ownership": Ownership,
    "environment": Environment,
    "growth_place": GrowthPlace,
    "department": Department,
}
_SCALED: dict[str, tuple[str, str, Any, Mapping[str, Label]]] = {
    "grade": ("grade_scheme", "protection_grade", Grade, GRADE_SCHEMES),
    "vigour": ("vigour_scale", "vigour", Vigour, VIGOUR_SCALES),
}
_DIVISIONS = ("county", "town")
_ABOVE = {"county": ("city", "province"), "city": ("province",), "province": ()}
DIMENSIONS = ("species", "age", "class", *_SCALED, *_WORD_DIMENSIONS, *_DIVISIONS)
"""By what trees may be counted."""
_CLASS_LABELS = {
    "first": Label("一级", "first grade"),
    "second": Label("二级", "second grade"),
    "third": Label("三级", "third grade"),
    "fourth": Label("四级", "fourth grade"),
    "famous": Label("名木", "famous trees"),
    "reserve": Label("后备资源", "reserve trees"),
    "none": Label("未定级", "no grade"),
}


def class_of(category: str, grade: str | None) -> str:
    """The class of protection in which a tree is counted."""
    if category == Category.FAMOUS:
        return "famous"
    if category == Category.RESERVE:
        return "reserve"
    return _BY_GRADE.get(Grade(grade), "none") if grade in set(Grade) else "none"


@dataclass(slots=True)
class Summary:
    """Counts of one table while trees and groves are given to it, one after the other."""

    layout: TableLayout
    _cells: defaultdict[Key, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))

    def add_tree(self, tree: TableTree) -> None:
        """Count one tree."""
        record = tree.record
        cell = self._cells[_tree_key(self.layout, tree)]
        own = class_of(record.category, record.protection_grade)
        cell["trees", own] += 1
        if tree.is_in_grove:
            cell["in_groves", own] += 1
            cell["with_files", own] += 1
        else:
            cell["scattered", own] += 1

    def add_grove(self, grove: TableGrove) -> None:
        """Count one grove and those of its trees that have no file."""
        cell = self._cells[_grove_key(self.layout, grove)]
        cell["groves", "none"] += 1
        cell["in_groves", "none"] += grove.without_files
        cell["trees", "none"] += grove.without_files

    def table(self, t: Translator) -> SummaryTable:
        """The table as far as it was counted, its rows in their order."""
        found = sorted(self._cells.items(), key=lambda pair: self._place(*pair))
        rows = (SummaryRow(row_names(self.layout, key, t), self._counted(cell)) for key, cell in found)
        return SummaryTable(self.layout, tuple(rows), self._counted(self._all()))

    def counts(self) -> TreeCounts:
        """All that was counted, to be held against what the register counts."""
        whole = self._all()
        sums = {what: sum(count for (name, _own), count in whole.items() if name == what) for what in COUNTS}
        return TreeCounts(sums["scattered"], sums["groves"], sums["in_groves"], sums["with_files"])

    def _all(self) -> Counter[tuple[str, str]]:
        whole: Counter[tuple[str, str]] = Counter()
        for cell in self._cells.values():
            whole.update(cell)
        return whole

    def _counted(self, cell: Counter[tuple[str, str]]) -> dict[str, int]:
        """The counts of a row by the id of a column; sums and shares are worked out where they are shown."""
        columns = [column for column in self.layout.columns if column.count]
        counts: dict[str, int] = {}
        for column in columns:
            named = {each.of for each in columns if each.count == column.count} - {REST, ""}
            counts[column.id] = sum(
                count
                for (what, own), count in cell.items()
                if what == column.count
                and (not column.of or own == column.of or (column.of == REST and own not in named))
            )
        for column in self.layout.columns:
            if column.sum:
                counts[column.id] = sum(counts[name] for name in column.sum)
        return counts

    def _place(self, key: Key, cell: Counter[tuple[str, str]]) -> tuple[Any, ...]:
        if key in {UNKNOWN, UNTOLD}:
            return (1, [UNKNOWN, UNTOLD].index(key), "")
        if self.layout.rows == "species":
            return (0, -sum(n for (what, _own), n in cell.items() if what == "trees"), str(key))
        return (0, 0, _order(self.layout, key))


def row_names(layout: TableLayout, key: Key, t: Translator) -> tuple[str, ...]:
    """What a row is called: one text or several, the largest division first."""
    if key in {UNKNOWN, UNTOLD}:
        return (t.gettext("Not recorded") if key == UNKNOWN else t.gettext("In groves, without files"),)
    return _NAMES.get(layout.rows, _word_name)(layout, key, t)


def _word_name(layout: TableLayout, key: Key, t: Translator) -> tuple[str, ...]:
    if layout.rows in _SCALED:
        _scheme, _field, words, schemes = _SCALED[layout.rows]
        return (t.word(words, str(key[1])), t.word(schemes, str(key[0])))
    return (t.word(_WORD_DIMENSIONS[layout.rows], str(key[0])),)


def _division_names(_layout: TableLayout, key: Key, t: Translator) -> tuple[str, ...]:
    return tuple(t.pick(Label(*name)) for name in key[1:])  # type: ignore[misc]


def _tree_key(layout: TableLayout, tree: TableTree) -> Key:
    record, rows = tree.record, layout.rows
    if rows in _DIVISIONS:
        return _division_key(rows, tree)
    if rows == "age":
        return _age_key(layout.bands, record.age_years)
    if rows == "class":
        return (class_of(record.category, record.protection_grade),)
    if rows == "species":
        return tuple(tree.species) if tree.species else UNKNOWN
    scheme, name = _SCALED[rows][:2] if rows in _SCALED else ("", rows)
    value = getattr(record, name)
    found: Key = (getattr(record, scheme) or "", value) if scheme else (value,)
    return UNKNOWN if value is None else found


def _grove_key(layout: TableLayout, grove: TableGrove) -> Key:
    record, rows = grove.record, layout.rows
    found: Key = UNTOLD
    if rows in _DIVISIONS:
        found = _division_key(rows, grove)
    elif rows == "ownership" and record.ownership is not None:
        found = (record.ownership,)
    elif rows == "grade" and record.protection_grade is not None:
        found = (record.grade_scheme or "", record.protection_grade)
    return UNTOLD if found == UNKNOWN else found


def _division_key(rows: str, row: TableTree | TableGrove) -> Key:
    """The code and the names of a division, the one above it first; the nearest where it lies in none of that
    level, as in a city without counties. A township may be known by the name alone that the form gives."""
    names, codes = row.place.names, row.place.codes
    own = next((level for level in ("county", "city", "province") if level in names), None)
    if own is None:
        return UNKNOWN
    if rows == "town":
        town = names.get("town") or Label(row.record.town or "", row.record.town or "")
        return (codes.get(own, ""), tuple(names[own]), tuple(town))
    above = next((names[level] for level in _ABOVE[own] if level in names), Label("", ""))
    return (codes.get(own, ""), tuple(above), tuple(names[own]))


def _age_key(bands: tuple[int, ...], age: int | None) -> Key:
    return UNKNOWN if age is None else (sum(age >= bound for bound in bands),)


def _band(bands: tuple[int, ...], place: int, t: Translator) -> str:
    low = bands[place - 1] if place else 0
    if place == len(bands):
        return t.gettext("{low} years and more", low=t.number(low, 0))
    return t.gettext("{low} to {high} years", low=low, high=bands[place] - 1)


def _order(layout: TableLayout, key: Key) -> tuple[Any, ...]:
    if layout.rows == "age":
        return (key[0],)
    if layout.rows == "class":
        return (CLASSES.index(str(key[0])),)
    if layout.rows in _SCALED:
        words = list(WORDS[_SCALED[layout.rows][2]])
        return (str(key[0]), words.index(key[1]) if key[1] in words else len(words), str(key[1]))
    if layout.rows in _WORD_DIMENSIONS:
        words = list(WORDS[_WORD_DIMENSIONS[layout.rows]])
        return (words.index(key[0]) if key[0] in words else len(words), str(key[0]))
    return (not key[0], *map(str, key))  # those with a code first


_NAMES: Mapping[str, Callable[[TableLayout, Key, Translator], tuple[str, ...]]] = {
    "age": lambda layout, key, t: (_band(layout.bands, int(str(key[0])), t),),
    "class": lambda _layout, key, t: (t.pick(_CLASS_LABELS[str(key[0])]),),
    "species": lambda _layout, key, _t: tuple(map(str, key)),
    **dict.fromkeys(_DIVISIONS, _division_names),
}
