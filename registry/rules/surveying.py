"""Checking a census: which trees are surveyed once more, and how often each field was wrong."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Answers = Mapping[str, Any]
"""Field of the form -> answer, as JSON holds it."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a second reading may lie from the first: the larger of a share of it and an absolute value."""

    relative: float = 0.0
    absolute: float = 0.0


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """How a field fared: in how many trees both rounds answered it, and in how many they differ."""

    field: str
    compared: int
    differing: int

    @property
    def rate(self) -> float:
        """Share of the compared trees in which it differs; 0 where none was compared."""
        return self.differing / self.compared if self.compared else 0.0


def draw_sample(groups: Mapping[str, Sequence[str]], share: float, seed: str) -> frozenset[str]:
    """A random sample of ids, drawn group by group, at least one of each; the same seed, the same sample.

    share: between 0 and 1; the number of each group is rounded up. Ids are drawn by the hash of seed and
    id, so that anybody can draw the sample again and nobody can choose it. Raises ValueError.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, got {share}")
    drawn: set[str] = set()
    for ids in groups.values():
        ranked = sorted(ids, key=lambda own: hashlib.sha256(f"{seed}\0{own}".encode()).digest())
        drawn.update(ranked[: math.ceil(len(ranked) * share - 1e-9)])
    return frozenset(drawn)


def differs(field: str, first: Any, second: Any, tolerances: Mapping[str, Tolerance]) -> bool:
    """Whether two answers are not the same; numbers may lie apart as far as their tolerance says."""
    if isinstance(first, int | float) and isinstance(second, int | float) and not isinstance(first, bool):
        allowed = tolerances.get(field, Tolerance())
        slack = max(allowed.absolute, allowed.relative * abs(first))
        return abs(first - second) > slack + 1e-9
    return bool(first != second)


def error_rates(
    pairs: Iterable[tuple[Answers, Answers]],
    tolerances: Mapping[str, Tolerance],
    ignored: frozenset[str] = frozenset(),
) -> list[FieldErrors]:
    """Per field, how many trees were compared and how many differ, the worst first.

    pairs: the answers of both rounds for each tree. A field that one of them leaves empty and the other
    answers is compared and differs; one that both leave empty is not compared.
    """
    compared: defaultdict[str, int] = defaultdict(int)
    differing: defaultdict[str, int] = defaultdict(int)
    for first, second in pairs:
        for field in (first.keys() | second.keys()) - ignored:
            compared[field] += 1
            differing[field] += differs(field, first.get(field), second.get(field), tolerances)
    found = [FieldErrors(field, compared[field], differing[field]) for field in compared]
    return sorted(found, key=lambda errors: (-errors.rate, -errors.compared, errors.field))


def changed_fields(
    first: Answers, second: Answers, ignored: frozenset[str] = frozenset()
) -> dict[str, tuple[Any, Any]]:
    """What two surveys of one tree say differently: field -> (then, now)."""
    names = sorted((first.keys() | second.keys()) - ignored)
    return {
        name: (first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)
    }
