"""A construction footprint held against protection zones and trunks. Pure; shapely and a projected grid.

"No conflict" is said only where nothing was hit and nothing is left open: whatever has no place, no boundary
or no zone, and whatever may reach the footprint because its place is not known well enough, keeps it open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import cos, radians
from typing import Any

import numpy as np
import shapely

from registry.rules.packs import Rule
from registry.rules.zone_grids import from_grid, grid_for, to_grid
from registry.vocab.care_words import ZoneVerdict

NEAR_M = 100.0
"""As far as this, records are held against a footprint one by one: no zone of a single tree reaches farther
by any formula at hand, save for uncertainty, which is added."""
_METRES = 111_320.0
_LONG_DEGREES = 0.005
_LEAST_M2 = 0.005
"""Less overlap than this is the noise of coordinates: edges that touch do not conflict."""
_LEAST_M = 0.001


class Tier(StrEnum):
    """How grave an encroachment is where the pack tells tiers apart."""

    MINOR = "minor"
    MAJOR = "major"


@dataclass(frozen=True, slots=True)
class Footprint:
    """What is to be built: in degrees and in metres of `grid`."""

    shape: Any
    metres: Any
    grid: str
    area_m2: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = self.shape.bounds
        return west, south, east, north

    def box_around(self, metres: float) -> tuple[float, float, float, float]:
        """The box with at least so many metres around it."""
        west, south, east, north = self.box
        high = metres / _METRES * 1.01
        wide = high / max(cos(radians(min(max(abs(south), abs(north)) + high, 89.0))), 0.01)
        return west - wide, south - high, east + wide, north + high


@dataclass(frozen=True, slots=True)
class NearZone:
    """A zone in force near the footprint. outline: degrees; lengths in metres.

    uncertainty_m: of its place, None where nobody has said. root_radius_m: of the structural roots.
    """

    id: str
    subject: tuple[str, str]
    outline: Any
    area_m2: float
    is_legal: bool
    uncertainty_m: float | None = None
    root_radius_m: float | None = None


@dataclass(frozen=True, slots=True)
class NearTree:
    """A tree with a position near the footprint. radius_m: of its trunk, 0 where it was not measured."""

    id: str
    lon: float
    lat: float
    radius_m: float = 0.0
    uncertainty_m: float | None = None
    has_zone: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A zone or a trunk that the footprint meets. Shares are percentages; zone_id None: the trunk alone.

    meets_root: whether it comes within the structural roots; None where those are not known.
    """

    subject: tuple[str, str]
    zone_id: str | None
    overlap_m2: float
    zone_percent: float
    footprint_percent: float
    trunk_distance_m: float | None
    is_trunk_hit: bool
    meets_root: bool | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What the footprint does not meet, but may: its distance is within what its place may be off.

    is_stated: whether the register says how far it may be off, or an office's default does.
    """

    subject: tuple[str, str]
    zone_id: str | None
    distance_m: float
    uncertainty_m: float
    is_stated: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a check finds among what lies near. nearest_m: to the nearest zone that is not hit."""

    hits: tuple[Hit, ...]
    reaching: tuple[Reach, ...]
    zoneless: tuple[tuple[str, float], ...]
    """Trees near the footprint without any zone, and how far away their trunks are in metres."""
    nearest_m: float | None = None


def footprint_of(shapes: Iterable[Any], buffer_m: float = 0.0) -> Footprint | None:
    """All areas of `shapes` (degrees) as one, lines and points too where they are given `buffer_m` around.

    None where no area is left. A buffer is drawn in metres around everything.
    """
    whole = shapely.union_all(list(shapes))
    if whole.is_empty:
        return None
    middle = whole.representative_point() if whole.area else whole.centroid
    grid = grid_for(middle.x, middle.y)
    metres = _both_ways(whole, to_grid(grid))
    if buffer_m:
        metres = shapely.buffer(metres, buffer_m, quad_segs=16)
    metres = _areas(shapely.make_valid(metres))
    if metres.is_empty or metres.area < _LEAST_M2:
        return None
    shape = shapely.transform(metres, from_grid(grid)) if buffer_m else _areas(shapely.make_valid(whole))
    return Footprint(shape, metres, grid, float(metres.area))


def _both_ways(shape: Any, move: Any) -> Any:
    """A shape in metres. Nobody says whether a long edge is straight in degrees or on the ground (the two lie
    1.4 m apart in the middle of 10 km, 140 m of 100 km), so the site takes in both."""
    straight = shapely.transform(shape, move)
    dense = shapely.segmentize(shape, _LONG_DEGREES)
    if shapely.get_num_coordinates(dense) == shapely.get_num_coordinates(shape):
        return straight
    parts = [shapely.make_valid(straight), shapely.make_valid(shapely.transform(dense, move))]
    return shapely.union_all(parts)


def found_near(
    footprint: Footprint,
    zones: Sequence[NearZone],
    trees: Sequence[NearTree],
    *,
    own_uncertainty_m: float = 0.0,
    unstated_m: float = 0.0,
) -> Found:
    """Hold `footprint` against everything near.

    own_uncertainty_m: of the footprint's own conversion. unstated_m: what a place may be off by where the
    register does not say.
    """
    shapely.prepare(footprint.metres)
    hits, reaching, distances = [], [], []
    trunks = _trunk_distances(footprint, trees)
    zoned: set[tuple[str, str]] = set()
    for zone, shape in zip(zones, _in_metres(footprint, [zone.outline for zone in zones]), strict=True):
        distance = float(shapely.distance(footprint.metres, shape))
        overlap = float(shapely.intersection(footprint.metres, shape).area) if distance == 0 else 0.0
        if overlap > _LEAST_M2:
            zoned.add(zone.subject)
            hits.append(_hit(footprint, zone, shape, overlap, trunks))
            continue
        distances.append(distance)
        off, is_stated = _off(zone.uncertainty_m, 0.0 if zone.is_legal else unstated_m)
        if distance <= off + own_uncertainty_m and off + own_uncertainty_m > 0:
            total = off + own_uncertainty_m
            reaching.append(Reach(zone.subject, zone.id, _round(distance), _round(total), is_stated))
    reached = {reach.subject for reach in reaching}
    zoneless: list[tuple[str, float]] = []
    for tree in trees:
        subject, distance = ("tree", tree.id), trunks[tree.id][0]
        off, is_stated = _off(tree.uncertainty_m, unstated_m)
        total = off + own_uncertainty_m
        if trunks[tree.id][1] and subject not in zoned:
            hits.append(Hit(subject, None, 0.0, 0.0, 0.0, _round(distance), True))
        elif subject not in zoned and not tree.has_zone:
            if distance <= NEAR_M + total:
                zoneless.append((tree.id, _round(distance)))
        elif subject not in zoned | reached and 0 < distance <= total:
            reaching.append(Reach(subject, None, _round(distance), _round(total), is_stated))
    hits.sort(key=lambda hit: (-hit.is_trunk_hit, -hit.overlap_m2, hit.subject, hit.zone_id or ""))
    reaching.sort(key=lambda reach: (reach.distance_m, reach.subject, reach.zone_id or ""))
    zoneless.sort(key=lambda pair: (pair[1], pair[0]))
    nearest = _round(min(distances)) if distances else None
    return Found(tuple(hits), tuple(reaching), tuple(zoneless), nearest)


def overlaps(footprint: Footprint, outline: Any) -> bool:
    """Whether an outline in degrees is met by more than the noise of coordinates."""
    (shape,) = _in_metres(footprint, [outline])
    return float(shapely.intersection(footprint.metres, shape).area) > _LEAST_M2


def verdict(hits: int, open_counts: Mapping[str, int]) -> ZoneVerdict:
    """Conflict where anything is hit; no conflict only where nothing is left open; undecided between."""
    if hits:
        return ZoneVerdict.CONFLICT
    return ZoneVerdict.UNDECIDED if any(open_counts.values()) else ZoneVerdict.NONE


def tier_of(works: Rule | None, zone_percent: float, *, meets_root: bool | None) -> Tier | None:
    """How grave the pack calls an encroachment; None where it tells no tiers, or what decides is not known.

    zone_percent: the share of the zone that is met. meets_root: whether the structural roots are, None where
    they are not known. Source: AS 4970-2009: at most 10 % of the area of the zone, and outside the structural
    roots, is minor; all else is major.
    """
    if works is None:
        return None
    if works.get("root_is_major") and meets_root:
        return Tier.MAJOR
    most = works.get("minor_percent")
    if most is None:
        return None
    if zone_percent > most:
        return Tier.MAJOR
    return Tier.MINOR if meets_root is False or not works.get("root_is_major") else None


def _hit(
    footprint: Footprint,
    zone: NearZone,
    shape: Any,
    overlap: float,
    trunks: Mapping[str, tuple[float, bool]],
) -> Hit:
    area = float(shape.area)
    trunk = trunks.get(zone.subject[1]) if zone.subject[0] == "tree" else None
    distance, is_trunk_hit = trunk or (None, False)
    share = 100 * overlap / area
    meets_root = None
    if zone.root_radius_m is not None and distance is not None:
        meets_root = distance < zone.root_radius_m
    return Hit(
        zone.subject,
        zone.id,
        round(overlap, 2),
        round(share, 2),
        round(100 * overlap / footprint.area_m2, 2),
        None if distance is None else _round(distance),
        is_trunk_hit,
        meets_root,
    )


def _trunk_distances(footprint: Footprint, trees: Sequence[NearTree]) -> dict[str, tuple[float, bool]]:
    """Metres from the footprint to the middle of each trunk, and whether it meets the trunk."""
    distances = _points(footprint, [(tree.lon, tree.lat) for tree in trees])
    return {
        tree.id: (float(distance), bool(distance <= max(tree.radius_m, _LEAST_M)))
        for tree, distance in zip(trees, distances, strict=True)
    }


def _points(footprint: Footprint, places: Sequence[tuple[float, float]]) -> Any:
    if not places:
        return np.array([])
    corners = to_grid(footprint.grid)(np.array(places, dtype=float))
    return shapely.distance(footprint.metres, shapely.points(corners))


def _in_metres(footprint: Footprint, outlines: Sequence[Any]) -> Any:
    if not outlines:
        return ()
    shapes = np.array(outlines, dtype=object)
    return shapely.make_valid(shapely.transform(shapes, to_grid(footprint.grid)))


def _areas(shape: Any) -> Any:
    """The areas of a shape, without lines and points."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _off(stated: float | None, unstated_m: float) -> tuple[float, bool]:
    return (unstated_m, False) if stated is None else (stated, True)


def _round(metres: float) -> float:
    return round(metres, 2)
