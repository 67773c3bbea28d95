"""Edits that were made away from the register, held against what it says now: field by field. Pure.

A field has three values: what the sender saw (`base`), what he or she made of it (`theirs`), and what the
register says by now (`here`). Final values count, not the ways to them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that both sides changed, each to something else. by, at, seq: who changed it here, and when."""

    field: str
    base: Any
    here: Any
    theirs: Any
    seq: int | None = None
    by: str | None = None
    at: str | None = None

    def told(self, seq: int, by: str, at: datetime) -> "FieldConflict":
        """The same with the event that changed it here."""
        return replace(self, seq=seq, by=by, at=at.isoformat(timespec="seconds"))

    def as_json(self) -> dict[str, Any]:
        """What is kept with a submission."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes of an edit: fields to be set, fields that say so already, fields to be decided on.

    forgone: fields that the sender did not change, whatever the register says of them by now.
    """

    apply: Mapping[str, Any]
    same: tuple[str, ...] = ()
    forgone: tuple[str, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()


def merge_edits(edits: Mapping[str, tuple[Any, Any]], here: Mapping[str, Any]) -> Merged:
    """Hold (base, theirs) of each field against what the register says now.

    Where it still says what the sender saw, theirs is applied; where it says what the sender means, there
    is nothing to do; where both changed a field and do not agree, somebody has to decide.
    Raises KeyError for a field that `here` does not have.
    """
    apply: dict[str, Any] = {}
    same: list[str] = []
    forgone: list[str] = []
    conflicts: list[FieldConflict] = []
    for name, (base, theirs) in edits.items():
        now = here[name]
        if is_same(theirs, now):
            same.append(name)
        elif is_same(theirs, base):
            forgone.append(name)
        elif is_same(base, now):
            apply[name] = theirs
        else:
            conflicts.append(FieldConflict(name, base, now, theirs))
    return Merged(apply, tuple(same), tuple(forgone), tuple(conflicts))


def is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same: 12 and 12.0, nothing and an empty text, text with blanks around it."""
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return ("bool", value)  # True is not 1 here
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value] or None
    return value
