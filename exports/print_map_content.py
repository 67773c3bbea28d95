"""What a print map shows, gathered: trees, zones, areas, outlines; and the grid to draw them in."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import shapely

from exports.map_marks import AGE, VIGOUR, Kind, age_kind, kind_of, vigour_kind
from exports.map_points import PlacedTree, cell_side, convex_hull
from exports.map_zones import MapZone, wkb_of
from exports.print_map_ground import Box, Grid, unwrapped
from registry.export_errors import MapEmptyError, MapTooWideError, PrintMapFullError
from registry.records import SourceRecord
from registry.vocab.language import Translator
from registry.vocab.words import JURISDICTIONS

PRINT_LIMIT = 200_000
WIDEST_KM = 2_600
"""Wider than any province; farther from the middle, one grid is no longer true to scale within 2 %."""
_OUTLINE_LEVELS = 3


class PrintedTree(PlacedTree, Protocol):
    """What a print map reads of a tree."""

    @property
    def vigour(self) -> str | None: ...
    @property
    def age_years(self) -> int | None: ...


class Spot(NamedTuple):
    """A tree on the map. side: of its cell in degrees, 0 where the position is exact."""

    lon: float
    lat: float
    number: str
    kind: Kind
    side: float


class MapShape(NamedTuple):
    """A shape in WGS84 degrees and how it looks; the looks are those of `print_map_layers.LOOKS`."""

    look: str
    shape: Any
    name: str = ""


@dataclass
class Content:
    """Everything a print map draws. `kinds` counts the trees placed, by what they are drawn as."""

    spots: list[Spot] = field(default_factory=list)
    kinds: Counter[Kind] = field(default_factory=Counter)
    sources: dict[SourceRecord, None] = field(default_factory=dict)
    jurisdictions: Counter[str] = field(default_factory=Counter)
    total: int = 0
    shapes: list[MapShape] = field(default_factory=list)
    areas_left_off: int = 0
    """Groves and gardens that have no place to show."""
    has_hulls: bool = False
    """Whether the outlines are those of registered trees, for want of boundaries of divisions."""

    @property
    def missing(self) -> int:
        return self.total - len(self.spots)

    @property
    def generalised(self) -> int:
        return sum(spot.side > 0 for spot in self.spots)

    def looks(self) -> set[str]:
        """The looks of the shapes there are."""
        return {shape.look for shape in self.shapes}


def gather(
    trees: Iterable[PrintedTree],
    t: Translator,
    *,
    colour_by: str,
    zones: Iterable[MapZone] = (),
    areas: Iterable[MapShape] = (),
    areas_left_off: int = 0,
    divisions: Callable[[Box], Sequence[MapShape]] | None = None,
    basemap: Sequence[MapShape] = (),
) -> Content:
    """Everything, read once, in the order of the map's layers: basemap, outlines, areas, zones.

    zones and areas are read after the trees; divisions: those that meet a box in degrees.
    Raises PrintMapFullError, MapEmptyError.
    """
    found = Content(areas_left_off=areas_left_off)
    outlines: dict[tuple[str, ...], set[tuple[float, float]]] = {}
    for tree in trees:
        found.total += 1
        if found.total > PRINT_LIMIT:
            limit = t.number(PRINT_LIMIT, 0)
            raise PrintMapFullError(count=f"{limit}+", limit=limit)
        if tree.lon is None or tree.lat is None:
            continue
        kind = _kind(tree, colour_by)
        side = cell_side(tree.position_precision)
        found.spots.append(Spot(tree.lon, tree.lat, tree.tree_no, kind, side))
        found.kinds[kind] += 1
        found.sources[tree.source] = None
        found.jurisdictions[tree.jurisdiction] += 1
        outlines.setdefault(tree.division_path[:_OUTLINE_LEVELS], set()).add((tree.lon, tree.lat))
    if not found.spots:
        raise MapEmptyError(count=t.number(found.total, 0))
    found.shapes += basemap
    known = divisions(_box(found.spots)) if divisions else ()
    found.shapes += known
    if not known:
        hulls = [(path[-1], convex_hull(points)) for path, points in outlines.items() if path]
        found.shapes += [MapShape("hull", shapely.Polygon(r), n) for n, r in hulls if len(r) > 2]
        found.has_hulls = "hull" in found.looks()
    found.shapes += areas
    found.shapes += [MapShape(f"zone_{zone.kind}", shapely.from_wkb(wkb_of(zone.shape))) for zone in zones]
    return found


def _box(spots: Sequence[Spot]) -> Box:
    lons, lats = [spot.lon for spot in spots], [spot.lat for spot in spots]
    return min(lons), min(lats), max(lons), max(lats)


def _kind(tree: PrintedTree, colour_by: str) -> Kind:
    if colour_by == AGE:
        return age_kind(tree.age_years)
    kind = kind_of(tree)
    return vigour_kind(tree.vigour) if colour_by == VIGOUR and kind.what != "gone" else kind


class Survey(NamedTuple):
    """Content measured in its grid: metres of each spot (n, 2), the corners of each cell, the shapes with
    their boxes, and the box of all that must be on the map."""

    grid: Grid
    spots: Any
    cells: dict[int, Any]
    shapes: list[tuple[MapShape, Any]]
    box: Box


def survey(content: Content, grid_for: Callable[[float, float], Grid], t: Translator) -> Survey:
    """The content in metres of the grid of its middle. Raises MapTooWideError."""
    lons = unwrapped([spot.lon for spot in content.spots])
    lats = np.array([spot.lat for spot in content.spots])
    _check_reach(lons, lats, content, t)
    middle = (float(lons.min() + lons.max()) / 2, float(lats.min() + lats.max()) / 2)
    grid = grid_for((middle[0] + 180) % 360 - 180, middle[1])
    shift = lons.max() > 180
    spots = grid.to_metres(np.column_stack([lons, lats]))
    cells = {
        at: grid.to_metres(np.array(_cell_corners(lons[at], lats[at], spot.side)))
        for at, spot in enumerate(content.spots)
        if spot.side
    }
    shapes = [(each, _in_metres(each.shape, grid, shift=shift)) for each in content.shapes]
    corners = [spots, *cells.values()]
    corners += [
        np.array(shape.bounds).reshape(2, 2)
        for each, shape in shapes
        if each.look.startswith(("zone", "area")) and not shape.is_empty
    ]
    every = np.concatenate(corners)
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    return Survey(grid, spots, cells, shapes, (float(west), float(south), float(east), float(north)))


def _in_metres(shape: Any, grid: Grid, *, shift: bool) -> Any:
    def move(corners: Any) -> Any:
        lons = np.where(corners[:, 0] < 0, corners[:, 0] + 360, corners[:, 0]) if shift else corners[:, 0]
        return grid.to_metres(np.column_stack([lons, corners[:, 1]]))

    return shapely.transform(shape, move)


def _cell_corners(lon: float, lat: float, side: float) -> list[tuple[float, float]]:
    half = side / 2
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    return [(west, south), (lon, south), (east, south), (east, north), (lon, north), (west, north)]


def _check_reach(lons: Any, lats: Any, content: Content, t: Translator) -> None:
    high = float(np.ptp(lats)) * 111.32
    wide = float(np.ptp(lons)) * 111.32 * math.cos(math.radians(float(np.abs(lats).min())))
    km = math.hypot(high, wide)
    if km <= WIDEST_KM:
        return
    choices = [
        f"--where jurisdiction={name} ({t.word(JURISDICTIONS, name)} {t.number(count, 0)})"
        for name, count in content.jurisdictions.most_common(8)
    ]
    if len(choices) == 1:
        choices = ["--where division=…"]
    raise MapTooWideError(km=t.number(round(km), 0), choices=choices)
