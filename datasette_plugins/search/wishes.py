"""What a reader looks for, and the SQL that finds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from registry.rules.search_text import match_expression

PAGE_SIZE = 50
FACETS = ("jurisdiction", "authority", "division", "listing", "grade", "category", "vigour", "species")
"""What a list may be narrowed by, in the order in which it is offered."""
_LONGEST = 200
_LAST_PAGE = 1_000_000

_BELOW = (
    "division_id IN (WITH RECURSIVE below(id) AS ("
    "SELECT id FROM division WHERE path = :division OR id = :division "
    "UNION SELECT division.id FROM division JOIN below ON division.parent_id = below.id"
    ") SELECT id FROM below)"
)
_CONDITIONS = {
    "jurisdiction": "jurisdiction = :jurisdiction",
    "authority": "authority_id = :authority",
    "division": _BELOW,
    "listing": "EXISTS (SELECT 1 FROM json_each(tree.listings) WHERE value = :listing)",
    "grade": "protection_grade = :grade",
    "category": "category = :category",
    "vigour": "vigour = :vigour",
    "species": "species_id IN (SELECT id FROM species WHERE path = :species OR id = :species)",
}
_EXACT = (
    "fid IN (SELECT fid FROM tree WHERE tree_no IN (:q, :upper, :lower) "
    "UNION SELECT tree.fid FROM alias "
    "JOIN tree ON tree.uuid = alias.tree_uuid WHERE alias.number IN (:q, :upper, :lower))"
)
_FOUND = "fid IN (SELECT rowid FROM tree_search WHERE words MATCH :match)"
_NAMED = (
    "CASE WHEN :q IN (name_zh, name_verbatim, name_latin, name_en, common_name) THEN 0 "
    "WHEN name_zh LIKE :like "
    "OR name_latin LIKE :like OR name_en LIKE :like OR genus LIKE :like THEN 1 ELSE 2 END"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What to find: words (or a number), and facets that narrow it. Page 1 is the first."""

    q: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for: the list of everything."""
        return not self.q and not self.facets

    def url(self, ending: str = "", **changes: Any) -> str:
        """The address of this wish, with changes; a facet set to None is dropped."""
        page = changes.pop("page", 1)
        facets = {name: value for name, value in {**self.facets, **changes}.items() if value is not None}
        asked = {"q": self.q, **facets, "page": page if page > 1 else ""}
        asked = {name: value for name, value in asked.items() if value}
        return f"/search{ending}" + (f"?{urlencode(asked)}" if asked else "")

    def widened(self) -> "Wish":
        """The same words without facets."""
        return replace(self, facets={}, page=1)

    def where(self, *, without: str = "") -> str:
        """The condition on `tree`; `without` leaves one facet out, to count its values."""
        conditions = [_CONDITIONS[name] for name in self.facets if name != without]
        if self.q:
            conditions.append(f"({_FOUND} OR {_EXACT})" if match_expression(self.q) else _EXACT)
        return " AND ".join(conditions) or "1"

    @property
    def order(self) -> str:
        """Exact numbers first, then names, then whatever else holds the words."""
        return f"{_EXACT} DESC, {_NAMED}, fid" if self.q else "fid"

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `where` and `order`."""
        like = self.q.replace("%", "").replace("_", "") + "%"
        words = {"q": self.q, "upper": self.q.upper(), "lower": self.q.lower(), "like": like}
        return {**words, "match": match_expression(self.q), **self.facets}


def read_wish(args: Any) -> Wish:
    """The wish in a query string: unknown names are ignored, words are cut at 200 characters."""
    facets = {name: (args.get(name) or "").strip()[:_LONGEST] for name in FACETS}
    page = (args.get("page") or "1").strip()
    return Wish(
        q=" ".join((args.get("q") or "").replace("\0", " ").split())[:_LONGEST],
        facets={name: value for name, value in facets.items() if value},
        page=_page_number(page),
    )


def _page_number(text: str) -> int:
    """The page that `text` names, 1 where it names none; Python reads no number of thousands of digits."""
    digits = text.lstrip("0") if text.isascii() and text.isdecimal() else ""
    if len(digits) > len(str(_LAST_PAGE)):
        return _LAST_PAGE
    return min(int(digits or 1), _LAST_PAGE)
