"""What a reader looks for, and the SQL that finds it.

A `Wish` is the one question behind the list, the map, the downloads, the feeds and the services: each of
them reads it with `read_wish` and asks `… FROM tree WHERE {wish.where()} ORDER BY {wish.order}` with
`wish.values`, and so they show the same trees.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from registry.rules.facets import FACETS, GIRTH, SEEN, UNKNOWN, read_range
from registry.rules.search_text import match_expression, tiers

__all__ = ["FACETS", "PAGE_SIZE", "SORTS", "Wish", "read_wish"]
PAGE_SIZE = 50
SORTS = {
    "oldest": "age_years IS NULL, age_years DESC, fid",
    "thickest": f"{GIRTH} IS NULL, {GIRTH} DESC, fid",
    "tallest": "height_m IS NULL, height_m DESC, fid",
    "newest": "designated_on IS NULL, designated_on DESC, fid",
    "number": "number_scheme, LENGTH(tree_no), tree_no, fid",
}
"""Orders by name; without one the best match comes first, or the order of the edition."""
_LONGEST = 200
_LONGEST_FACET = 400
_MOST_VALUES = 20
_LAST_PAGE = 1_000_000
_BELOW = (
    "division_id IN (WITH RECURSIVE below(id) AS ("
    "SELECT id FROM division WHERE path IN ({marks}) OR id IN ({marks}) "
    "UNION SELECT division.id FROM division JOIN below ON division.parent_id = below.id"
    ") SELECT id FROM below)"
)
_CONDITIONS = {
    "jurisdiction": "jurisdiction IN ({marks})",
    "authority": "authority_id IN ({marks})",
    "division": _BELOW,
    "listing": "EXISTS (SELECT 1 FROM json_each(tree.listings) WHERE value IN ({marks}))",
    "grade": "protection_grade IN ({marks})",
    "category": "category IN ({marks})",
    "vigour": "vigour IN ({marks})",
    "status": "status IN ({marks})",
    "species": "species_id IN (SELECT id FROM species WHERE path IN ({marks}) OR id IN ({marks}))",
    "photos": "(CASE WHEN photo_count > 0 THEN 'yes' ELSE 'no' END) IN ({marks})",
}
"""Conditions on columns; `{marks}` stands for the values that are asked for, any of which will do."""
_MEASURES = {"age": "age_years", "girth": GIRTH}
_EXACT = (
    "fid IN (SELECT fid FROM tree WHERE tree_no = :q UNION SELECT tree.fid FROM alias "
    "JOIN tree ON tree.uuid = alias.tree_uuid WHERE alias.number = :q)"
)
_FOUND = "fid IN (SELECT rowid FROM tree_search WHERE words MATCH :{})"


@dataclass(frozen=True)
class Wish:
    """What to find: words (or a number), facets that narrow it, and the order. Page 1 is the first.

    A facet may hold several values with commas between them: any of them will do.
    """

    q: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    page: int = 1
    sort: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for: the list of everything."""
        return not self.q and not self.facets

    @property
    def kept(self) -> dict[str, str]:
        """What a form that changes the words must send along."""
        return {**self.facets, **({"sort": self.sort} if self.sort else {})}

    def picked(self, name: str) -> tuple[str, ...]:
        """The values of one facet that are asked for."""
        return tuple(self.facets[name].split(",")) if name in self.facets else ()

    def url(self, ending: str = "", **changes: Any) -> str:
        """The address of this wish, with changes; a facet set to None is dropped."""
        page, sort = changes.pop("page", 1), changes.pop("sort", self.sort)
        facets = {name: value for name, value in {**self.facets, **changes}.items() if value is not None}
        asked = {"q": self.q, **facets, "sort": sort, "page": page if page > 1 else ""}
        asked = {name: value for name, value in asked.items() if value}
        return f"/search{ending}" + (f"?{urlencode(asked, safe=',')}" if asked else "")

    def toggled(self, name: str, value: str) -> str | None:
        """The facet `name` with `value` asked for too, or no longer; None where nothing is left."""
        picked = self.picked(name)
        kept = [one for one in picked if one != value] if value in picked else [*picked, value]
        return ",".join(kept) or None

    def without(self, name: str) -> "Wish":
        """The same wish, but for one facet."""
        facets = {other: value for other, value in self.facets.items() if other != name}
        return replace(self, facets=facets, page=1)

    def widened(self) -> "Wish":
        """The same words without facets."""
        return replace(self, facets={}, page=1)

    def where(self, *, without: str = "") -> str:
        """The condition on `tree`; `without` leaves one facet out, to count its values."""
        conditions = [sql for name, sql in self._narrowing[0].items() if name != without]
        if self.q:
            conditions.append(_FOUND.format("match") if self._match else _EXACT)
        return " AND ".join(conditions) or "1"

    @property
    def counting(self) -> str:
        """The query for how many trees there are; words alone are counted within their index."""
        if self._match and not self.facets:
            return "SELECT COUNT(*) FROM tree_search WHERE words MATCH :match"
        return f"SELECT COUNT(*) FROM tree WHERE {self.where()}"

    def picking(self, index: str = "") -> str:
        """The query for the keys (`fid`) of the trees in their order; LIMIT and OFFSET are to follow.

        index: what `FROM tree` is told about the index to read, for orders by what it holds.
        """
        if self._match and not self.facets and not self.sort:
            trees = "(SELECT rowid AS fid FROM tree_search WHERE words MATCH :match)"
            return f"SELECT fid FROM {trees} ORDER BY {self.order}"
        named = index if self.sort not in ("", "number") else ""
        return f"SELECT fid FROM tree {named} WHERE {self.where()} ORDER BY {self.order}"

    @property
    def order(self) -> str:
        """The order that is asked for; else exact numbers first, then names, places, texts and sounds."""
        if self.sort in SORTS:
            return SORTS[self.sort]
        if not self._match:
            return "fid"
        cases = (f"WHEN {_FOUND.format(f'tier{n}')} THEN {n}" for n in range(len(tiers(self.q))))
        return f"CASE {' '.join(cases)} ELSE 9 END, fid"

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `where` and `order`."""
        words = {"q": self.q, "match": self._match} if self.q else {}
        found = {f"tier{n}": expression for n, expression in enumerate(tiers(self.q))}
        return {**words, **found, **self._narrowing[1]}

    @cached_property
    def _match(self) -> str | None:
        return match_expression(self.q)

    @cached_property
    def _narrowing(self) -> tuple[dict[str, str], dict[str, Any]]:
        """The condition of each facet, and the parameters of all of them."""
        conditions: dict[str, str] = {}
        values: dict[str, Any] = {}
        for name in self.facets:
            picked = self.picked(name)[:_MOST_VALUES]
            if name in _CONDITIONS:
                marks = {f"{name}{number}": value for number, value in enumerate(picked)}
                conditions[name] = _CONDITIONS[name].format(marks=", ".join(f":{mark}" for mark in marks))
            else:
                each = [_measure(name, value, f"{name}{number}") for number, value in enumerate(picked)]
                conditions[name] = f"({' OR '.join(sql for sql, _ in each)})"
                marks = {mark: bound for _, bounds in each for mark, bound in bounds.items()}
            values.update(marks)
        return conditions, values


def _measure(name: str, text: str, mark: str) -> tuple[str, dict[str, Any]]:
    """The condition for a range of a measure, or for a year since; nothing meets one that cannot be read."""
    if name == "since":
        is_year = len(text) == 4 and text.isascii() and text.isdecimal()
        return (f"{SEEN} >= :{mark}", {mark: text}) if is_year else ("0", {})
    column = _MEASURES[name]
    if text == UNKNOWN:
        return f"{column} IS NULL", {}
    bounds = read_range(text)
    if bounds is None:
        return "0", {}
    low, high = bounds
    parts = [f"{column} >= :{mark}_low"] if low is not None else []
    parts += [f"{column} < :{mark}_high"] if high is not None else []
    known = {f"{mark}_low": low, f"{mark}_high": high + 1 if high is not None else None}
    return f"({' AND '.join(parts)})", {key: bound for key, bound in known.items() if bound is not None}


def read_wish(args: Any) -> Wish:
    """The wish in a query string: unknown names are ignored, words are cut at 200 characters."""
    facets = {name: _values(args, name) for name in FACETS}
    sort = args.get("sort") or ""
    return Wish(
        q=" ".join((args.get("q") or "").replace("\0", " ").split())[:_LONGEST],
        facets={name: value for name, value in facets.items() if value},
        page=_page_number((args.get("page") or "1").strip()),
        sort=sort if sort in SORTS else "",
    )


def _values(args: Any, name: str) -> str:
    """The values of a facet in a query string, given with commas or one by one, each once."""
    said = args.getlist(name) if hasattr(args, "getlist") else [args.get(name) or ""]
    parts = (part.strip() for text in said[:_MOST_VALUES] for part in text[:_LONGEST_FACET].split(","))
    return ",".join([*dict.fromkeys(filter(None, parts))][:_MOST_VALUES])


def _page_number(text: str) -> int:
    """The page that `text` names, 1 where it names none; Python reads no number of thousands of digits."""
    digits = text.lstrip("0") if text.isascii() and text.isdecimal() else ""
    if len(digits) > len(str(_LAST_PAGE)):
        return _LAST_PAGE
    return min(int(digits or 1), _LAST_PAGE)
