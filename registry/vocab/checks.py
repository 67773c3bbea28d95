"""Checks as data: what is asked of a record, within which bounds, on whose word, and what helps.

The catalogue is `schema/checks/*.toml`; it is read once. `registry.rules.plausibility` puts the questions,
pages and reports take their words from here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from registry.vocab.words import Label, Severity

CHECK_FOLDER = Path(__file__).resolve().parent.parent.parent / "schema" / "checks"
ROW_KINDS = frozenset({"range", "ratio", "words", "text", "contradiction", "needs", "function"})
"""Kinds that one row answers; a "change" needs the earlier measurement, a "source" a whole file, "register"
the whole register; "elsewhere" is asked where the answer is known (the mapping, the checklist, the map)."""
KINDS = ROW_KINDS | {"change", "source", "register", "elsewhere"}
CONFIDENCE = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Check:
    """One question. `bounds` are the numbers and lists of its kind, as the file writes them."""

    id: str
    kind: str
    fields: tuple[str, ...]
    severity: Severity
    jurisdiction: str
    """Where it is asked: "*", or a jurisdiction with all that lie in it ("cn" asks in "cn-shanxi" too)."""
    name: Label
    message: Label
    remedy: Label
    source: Label
    confidence: str
    bounds: Mapping[str, Any]

    def applies_to(self, jurisdiction: str) -> bool:
        """Whether it is asked of trees of `jurisdiction`."""
        return self.jurisdiction == "*" or f"{jurisdiction}-".startswith(f"{self.jurisdiction}-")


@lru_cache(maxsize=1)
def all_checks() -> Mapping[str, Check]:
    """Every check by its id, in the order of the files. Raises ValueError for a catalogue that is wrong."""
    found: dict[str, Check] = {}
    for path in sorted(CHECK_FOLDER.glob("*.toml")):
        for facts in tomllib.loads(path.read_text(encoding="utf-8"))["check"]:
            check = _check(dict(facts))
            if check.id in found:
                raise ValueError(f"{path.name}: {check.id} stands twice")
            found[check.id] = check
    return MappingProxyType(found)


def is_public_check(check_id: str) -> bool:
    """Whether doubts of a check may be shown outside of the office.

    Some never are: they tell of another tree, whose place may be hidden, or of a text that is not released.
    """
    check = all_checks().get(check_id)
    return check is None or not check.bounds.get("office_only", False)


def _check(facts: dict[str, Any]) -> Check:
    labels = {name: Label(**facts.pop(name)) for name in ("name", "message", "remedy", "source")}
    check = Check(
        id=facts.pop("id"),
        kind=facts.pop("kind"),
        fields=tuple(facts.pop("fields")),
        severity=Severity(facts.pop("severity")),
        jurisdiction=facts.pop("jurisdiction", "*"),
        confidence=facts.pop("confidence"),
        bounds=MappingProxyType(facts),
        **labels,
    )
    if check.kind not in KINDS or check.confidence not in CONFIDENCE or not check.fields:
        raise ValueError(f"check {check.id}: unknown kind or confidence, or no field")
    return check
