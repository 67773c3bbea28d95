"""What came of one file: counts, what differs from the register, what was rejected, what is missing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.errors import Phrase
from registry.importing.problems import Rejection

KEPT = 200
"""So many rejections, differences of a kind and missing numbers a report holds; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a row changes: `action` is created or updated; `fields` maps a name to (old, new).

    Of rows that belong to a tree (measurements, decisions …) old and new are those that go and come.
    """

    tree_no: str
    action: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(slots=True)
class ImportReport:
    """What came of one file; read = created + updated + unchanged + rejected, always."""

    file: str
    mapping: str
    encoding: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    flagged: int = 0
    """Trees of the file's source that have at least one doubt."""
    missing: int = 0
    """Trees of the file's source and authority that the file does not bring; they stay as they are."""
    advice: str = ""
    rejects_file: Path | None = None
    unused_columns: list[str] = field(default_factory=list)
    notes: list[Phrase] = field(default_factory=list)
    """What of the file was recognised as no row: titles, totals, other sheets."""
    rejections: list[Rejection] = field(default_factory=list)
    """The first of them."""
    differences: list[Difference] = field(default_factory=list)
    """The first of each action."""
    missing_numbers: list[str] = field(default_factory=list)
    """The first of them."""
    said: list[str] = field(default_factory=list)
    """The first differences in words, as whoever asked for the import is told them."""
    _kept: Counter[str] = field(default_factory=Counter, repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of the report."""
        names = ("read", "created", "updated", "unchanged", "rejected", "flagged")
        return {name: getattr(self, name) for name in names}

    def differs(self, tree_no: str, action: str, fields: Mapping[str, tuple[Any, Any]]) -> None:
        """Keep a difference, if it is among the first of its action."""
        self._kept[action] += 1
        if self._kept[action] <= KEPT:
            self.differences.append(Difference(tree_no, action, fields))
