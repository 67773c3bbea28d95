"""Shapes of protection zones in metres: circles, quarter ellipses, buffers; and outlines on the globe."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from registry.rules.zone_grids import from_grid, grid_for, to_grid

MILLIMETRE = 0.001
CORNERS = 64
"""Corners of a circle, a multiple of four, so that it reaches as far north as east."""
_TURN = np.arange(CORNERS) * (2 * math.pi / CORNERS)
_EAST, _NORTH = np.cos(_TURN), np.sin(_TURN)
_SWELL = math.sqrt(2 * math.pi / (CORNERS * math.sin(2 * math.pi / CORNERS)))
"""By which a polygon of so many corners is widened to have the area of its circle: 0.08 %."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to draw around one trunk, in metres from its centre.

    crown: radii of the crown to the north, east, south, west; None: no part by the crown. offset_m: how far
    beyond it. stem_m: the radius by the stem. combine: `larger_of` or `union` where there are both.
    """

    lon: float
    lat: float
    crown: tuple[float, float, float, float] | None = None
    offset_m: float = 0.0
    stem_m: float | None = None
    combine: str = "larger_of"


@dataclass(frozen=True, slots=True)
class Outline:
    """A polygon in longitude and latitude (WGS84), with its area as measured in the grid `projection`."""

    shape: Any
    area_m2: float
    projection: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = self.shape.bounds
        return west, south, east, north

    @property
    def hex(self) -> str:
        """The polygon as hexadecimal WKB, as the register keeps it."""
        return str(shapely.to_wkb(self.shape, hex=True, output_dimension=2, byte_order=1))

    def metres_to(self, lon: float, lat: float) -> float:
        """How far a point lies outside, metres; 0 inside."""
        return self.metres_between(shapely.Point(lon, lat))

    def metres_between(self, other: Any) -> float:
        """How far another shape in degrees lies outside, metres; 0 where they meet."""
        move = to_grid(self.projection)
        own = shapely.transform(self.shape, move)
        return round(float(shapely.distance(own, shapely.transform(other, move))), 2)


def drawn(plans: Sequence[Plan]) -> list[Outline]:
    """The outlines of `plans`, in their order; each in metres in the grid of its place, many at a time."""
    found: list[Outline | None] = [None] * len(plans)
    by_grid: defaultdict[str, list[int]] = defaultdict(list)
    for index, plan in enumerate(plans):
        by_grid[grid_for(plan.lon, plan.lat)].append(index)
    for code, indices in by_grid.items():
        shapes = _in_metres([plans[index] for index in indices], code)
        for index, outline in zip(indices, outlines(shapes, code), strict=True):
            found[index] = outline
    return [outline for outline in found if outline is not None]


def outlines(shapes: Any, code: str) -> list[Outline]:
    """Shapes in metres in the grid `code` as outlines on the globe.

    Corners stand on a grid of `MILLIMETRE`, so that a sliver thinner than that makes no outline cross itself.
    """
    whole = shapely.set_precision(shapes, MILLIMETRE)
    areas = shapely.area(whole)
    globes = shapely.transform(shapely.normalize(whole), from_grid(code))
    return [Outline(shape, round(float(area), 2), code) for shape, area in zip(globes, areas, strict=True)]


def on_the_globe(shape: Any) -> Outline:
    """A polygon that is given in degrees, with its area as its grid measures it."""
    point = shape.representative_point()
    code = grid_for(point.x, point.y)
    return Outline(shape, round(float(shapely.area(shapely.transform(shape, to_grid(code)))), 2), code)


def drawn_group(
    crowns: Sequence[Plan], offset_m: float | None, ring: Any | None, boundary_offset_m: float | None
) -> Outline:
    """The outline of a group: the hull of its trees' crowns and its boundary, each with a strip around it.

    crowns: plans with the crown alone. ring: a polygon in degrees. Raises ValueError where both are missing.
    """
    if ring is None and not crowns:
        raise ValueError("a group needs a boundary or trees")
    middle = ring.representative_point() if ring is not None else shapely.Point(crowns[0].lon, crowns[0].lat)
    code = grid_for(middle.x, middle.y)
    parts = []
    if crowns and offset_m is not None:
        hull = shapely.convex_hull(shapely.union_all(_in_metres(crowns, code)))
        parts.append(shapely.buffer(hull, offset_m, quad_segs=CORNERS // 4) if offset_m else hull)
    if ring is not None:
        inner = shapely.transform(ring, to_grid(code))
        parts.append(shapely.buffer(inner, boundary_offset_m or 0.0, quad_segs=CORNERS // 4))
    return outlines(np.array([shapely.union_all(parts)]), code)[0]


def _in_metres(plans: Sequence[Plan], code: str) -> Any:
    """The shapes of `plans` in the grid `code`, as an array of polygons."""
    centres = to_grid(code)(np.array([(plan.lon, plan.lat) for plan in plans], dtype=float))
    crowns = _crowns(plans, centres)
    stems = _circles(centres, [plan.stem_m or 0.0 for plan in plans])
    shapes = np.empty(len(plans), dtype=object)
    for index, plan in enumerate(plans):
        if plan.crown is None or plan.stem_m is None:
            shapes[index] = stems[index] if plan.crown is None else crowns[index]
        elif plan.combine == "union":
            shapes[index] = _either(crowns[index], stems[index])
        else:
            shapes[index] = max(crowns[index], stems[index], key=lambda shape: shape.area)
    return shapes


def _either(one: Any, other: Any) -> Any:
    """Both together; one alone where it holds the other, so that a circle stays a circle."""
    if one.covers(other):
        return one
    return other if other.covers(one) else shapely.union(one, other)


def _crowns(plans: Sequence[Plan], centres: Any) -> Any:
    """Crowns with the strip around them. A round crown is one wider circle; others are buffered."""
    radii = np.array([plan.crown or (0.0,) * 4 for plan in plans], dtype=float)
    offsets = np.array([plan.offset_m for plan in plans])
    is_round = np.ptp(radii, axis=1) == 0
    shapes = _circles(centres, radii[:, 0] + offsets)
    uneven = np.flatnonzero(~is_round)
    if len(uneven):
        inner = _quarters(centres[uneven], radii[uneven])
        shapes[uneven] = shapely.buffer(inner, offsets[uneven], quad_segs=CORNERS // 4)
    return shapes


def _circles(centres: Any, radii: Any) -> Any:
    """Circles as polygons of the circles' own area."""
    reach = np.asarray(radii, dtype=float)[:, None] * _SWELL
    return _polygons(centres, reach * _EAST, reach * _NORTH)


def _quarters(centres: Any, radii: Any) -> Any:
    """Four quarter ellipses each, joined: radii are to the north, east, south, west."""
    north, east, south, west = (radii[:, index][:, None] * _SWELL for index in range(4))
    return _polygons(
        centres,
        np.where(_EAST >= 0, east, west) * _EAST,
        np.where(_NORTH >= 0, north, south) * _NORTH,
    )


def _polygons(centres: Any, east: Any, north: Any) -> Any:
    corners = np.stack([centres[:, :1] + east, centres[:, 1:] + north], axis=-1)
    return shapely.polygons(np.concatenate([corners, corners[:, :1]], axis=1))
