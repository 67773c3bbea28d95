"""Which trees may be one tree on two registers: the same kind within reach of each other.

A pair is a suggestion with its reasons; only people merge.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry.errors import Phrase

METRES_PER_DEGREE = 111_320.0
MOST_UNCERTAINTY_M = 50.0
"""A less certain position is counted as this certain: with it, everything would be near everything."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A tree as far as duplicates ask. `kind`: what it is, the same for synonyms; None where not known."""

    id: str
    tree_no: str
    scheme: str
    authority_id: str
    kind: str | None
    lon: float
    lat: float
    uncertainty_m: float | None = None

    @property
    def reach_m(self) -> float:
        """How far from its position it may stand, in metres."""
        return min(self.uncertainty_m or 0.0, MOST_UNCERTAINTY_M)


@dataclass(frozen=True, slots=True)
class Suspects:
    """Two records that may be of one tree, and why."""

    first: str
    second: str
    distance_m: float | None
    why: tuple[Phrase, ...]


def near_pairs(trees: Iterable[Standing], *, within_m: float = 15.0) -> Iterator[Suspects]:
    """Pairs of the same kind of tree under different offices or schemes, no further apart than `within_m`.

    trees: ordered by latitude; only those within reach are held. Uncertainties of both are added to it.
    """
    if not (math.isfinite(within_m) and within_m >= 0):
        raise ValueError(f"within_m must be 0 or more, got {within_m}")
    widest = widest_deg(within_m)
    held: deque[Standing] = deque()
    for tree in trees:
        while held and tree.lat - held[0].lat > widest:
            held.popleft()
        for other in held:
            if (pair := _pair(other, tree, within_m)) is not None:
                yield pair
        held.append(tree)


def widest_deg(within_m: float) -> float:
    """How far apart two suspects may be at most, in degrees of latitude."""
    return (within_m + 2 * MOST_UNCERTAINTY_M) / METRES_PER_DEGREE


def _pair(first: Standing, second: Standing, within_m: float) -> Suspects | None:
    if first.kind is None or first.kind != second.kind:
        return None
    if (first.authority_id, first.scheme) == (second.authority_id, second.scheme):
        return None
    reach = within_m + first.reach_m + second.reach_m
    if abs(first.lat - second.lat) * METRES_PER_DEGREE > reach:
        return None
    distance = distance_m(first, second)
    if distance > reach:
        return None
    why = [Phrase("the same species, {metres} m apart", metres=round(distance, 1))]
    if distance > within_m:
        why.append(Phrase("within the uncertainty of their positions"))
    if first.authority_id != second.authority_id:
        why.append(Phrase("kept by two authorities"))
    else:
        why.append(Phrase("under two number schemes"))
    return Suspects(first.id, second.id, distance, tuple(why))


def distance_m(first: Standing, second: Standing) -> float:
    """Metres between two near points on the sphere; good to a centimetre within a hundred metres."""
    north = (second.lat - first.lat) * METRES_PER_DEGREE
    middle = math.radians((first.lat + second.lat) / 2)
    east = (second.lon - first.lon) * METRES_PER_DEGREE * math.cos(middle)
    return math.hypot(north, east)
