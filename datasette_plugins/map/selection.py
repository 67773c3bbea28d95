"""Which trees a reader asked for: the same parameters as the search page, as one WHERE clause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from registry.rules.search_text import match_expression

PARAMETERS = ("q", "jurisdiction", "listing", "species", "division", "grade")
_LONGEST = 200
_CLAUSES = {
    "q": "tree.fid IN (SELECT rowid FROM tree_search WHERE tree_search MATCH :q)",
    "jurisdiction": "tree.jurisdiction = :jurisdiction",
    "listing": "EXISTS (SELECT 1 FROM json_each(tree.listings) WHERE json_each.value = :listing)",
    "species": "tree.species_id IN (SELECT id FROM species WHERE :species IN (id, path))",
    "division": """tree.division_id IN (
        WITH RECURSIVE below(id) AS (
            SELECT id FROM division WHERE :division IN (id, path)
            UNION SELECT division.id FROM division JOIN below ON division.parent_id = below.id
        ) SELECT id FROM below)""",
    "grade": "tree.protection_grade = :grade",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for, by parameter; empty ones are left out. Everything, where nothing was."""

    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The condition on `tree`; its values are `binds`."""
        return " AND ".join(_CLAUSES[name] if name in self.binds else "0" for name in self.asked) or "1"

    @property
    def binds(self) -> dict[str, Any]:
        """The values for `where`; a `q` without any word has none, and finds nothing."""
        found = {**self.asked}
        if "q" in found:
            expression = match_expression(found.pop("q"))
            return {**found, "q": expression} if expression else found
        return found

    @property
    def query(self) -> str:
        """The query string, in one order whatever order it was asked in."""
        return urlencode(self.asked)

    def without(self, name: str) -> "Selection":
        """The same, less one parameter."""
        return Selection({key: value for key, value in self.asked.items() if key != name})


def selection_of(arguments: Mapping[str, Any]) -> Selection:
    """The selection that a request's arguments (name to list of values) name; others are ignored."""
    values = {name: str((arguments.get(name) or [""])[0]).strip()[:_LONGEST] for name in PARAMETERS}
    return Selection({name: value for name, value in values.items() if value})
