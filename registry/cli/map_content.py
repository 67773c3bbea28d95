"""What a map to hand over shows beside its trees, as the public may see it: zones, groves and gardens,
outlines of divisions, and a basemap that an office gives itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.area_queries import full_areas_of
from registry.boundaries import boundaries
from registry.cli.app import Office
from registry.geofiles import read_features
from registry.models import Grove, HeritageGarden, Tree
from registry.public_zones import Shown, zones_around
from registry.records import AreaRecord, TreeRecord
from registry.rules.redaction import redact_area
from registry.rules.zone_grids import from_grid, grid_for, grid_name, to_grid
from registry.selection import select_groves, select_trees
from registry.settings import all_settings
from registry.vocab.words import Precision

if TYPE_CHECKING:
    from exports.map_details import MapArea, MapDivision
    from exports.map_zones import MapZone
    from exports.print_map_content import MapShape
    from exports.print_map_ground import Box, Grid

_SIMPLE = 0.0003
"""Degrees."""
_WATER_WORDS = frozenset(
    {"water", "river", "lake", "reservoir", "riverbank", "水", "水系", "河流", "湖泊", "水库"}
)
_GREEN_WORDS = frozenset({"green", "park", "forest", "wood", "grass", "绿地", "公园", "林地"})
_RAIL_WORDS = frozenset({"rail", "railway", "subway", "light_rail", "铁路", "轨道交通"})
_ROAD_WORDS = frozenset({"road", "highway", "street", "path", "道路", "公路"})
_TAGS = ("kind", "natural", "waterway", "landuse", "leisure", "water", "railway", "highway", "类别", "类型")
"""Properties of a basemap's features that tell what they are; names of OpenStreetMap's tags are known."""


def noted(trees: Iterator[TreeRecord], shown: dict[str, Shown]) -> Iterator[TreeRecord]:
    """Trees passed on, and noted as far as their zones ask: what the public sees of their places."""
    for tree in trees:
        if tree.lon is not None:
            shown[tree.uuid] = (tree.tree_no, tree.name_zh, tree.position_precision, tree.growth_place)
        yield tree


def map_zones(session: Session, office: Office, shown: dict[str, Shown]) -> "Iterator[MapZone]":
    """The zones of the trees of a map, once those are known."""
    from exports.map_zones import MapZone

    library = office.packs()
    for row in zones_around(session, library, shown):
        parts = (row["document_no"], row["approved_by"], row["published_on"] and str(row["published_on"]))
        basis = row[f"basis_{office.t.lang}"] or ""
        document = " · ".join(filter(None, parts)) or None
        yield MapZone(row["kind"], row["number"], row["name"], row["area_m2"], document, basis, row["geom"])


def public_areas(session: Session, where: Sequence[str]) -> Iterator[tuple[AreaRecord, Any | None]]:
    """The groves and gardens that belong to a selection of trees: all of them where everything is chosen,
    else those that the selection names or that its trees stand in. Each with its shape, None where its place
    is not public exactly."""
    for kind, table, owner in (("grove", Grove, Tree.grove_id), ("garden", HeritageGarden, Tree.garden_id)):
        chosen: Any = select(table.id)
        if where:
            held = select(owner).where(col(Tree.id).in_(select_trees(where).order_by(None)))
            named: Any = col(table.id).in_(held)
            if kind == "grove":
                named = sa.or_(named, col(table.id).in_(select_groves(where).order_by(None)))
            chosen = chosen.where(named)
        ids = list(session.execute(chosen.order_by(table.authority_id, table.number)).scalars())
        for full in full_areas_of(session, kind, ids):
            area = redact_area(full.record, full.disclosure)[0]
            yield area, area_shape(area) if area.position_precision == Precision.EXACT else None


def area_shape(area: AreaRecord) -> Any | None:
    """The boundary of an area, its point where it has none, or None."""
    if len(area.boundary) > 3:
        return shapely.Polygon(area.boundary)
    return shapely.Point(area.lon, area.lat) if area.lon is not None and area.lat is not None else None


def page_areas(session: Session, where: Sequence[str]) -> "tuple[list[MapArea], int]":
    """Groves and gardens as a page takes them, and how many have no place to show."""
    from exports.map_details import MapArea

    found = list(public_areas(session, where))
    shown = [
        MapArea(
            area.kind, area.path, area.number, area.name, area.name_lang,
            [[(float(x), float(y)) for x, y in shapely.get_coordinates(shape)]],
        )
        for area, shape in found
        if shape is not None
    ]  # fmt: skip
    return shown, len(found) - len(shown)


def page_divisions(session: Session, *, shipped: bool) -> Any:
    """Outlines of divisions as a page takes them, simplified to some thirty metres."""
    from exports.map_details import MapDivision

    around = divisions_around(session, shipped=shipped)
    if around is None:
        return None

    def outlines(box: "Box") -> "list[MapDivision]":
        return [MapDivision(name, _rings(shapely.simplify(shape, _SIMPLE))) for name, shape in around(box)]

    return outlines


def _rings(shape: Any) -> list[list[tuple[float, float]]]:
    return [
        [(float(x), float(y)) for x, y in shapely.get_coordinates(ring)]
        for part in getattr(shape, "geoms", [shape])
        for ring in (part.exterior, *part.interiors)
    ]


def printed_areas(session: Session, where: Sequence[str]) -> "tuple[list[MapShape], int]":
    """Groves and gardens as a printed map takes them, and how many have no place to show."""
    from exports.print_map_content import MapShape

    found = list(public_areas(session, where))
    shown = [MapShape("area", shape, a.name or a.number) for a, shape in found if shape is not None]
    return shown, len(found) - len(shown)


def divisions_around(session: Session, *, shipped: bool) -> Any:
    """A function that gives name and shape of the divisions that meet a box in degrees: of the office's own
    file, or of those that come along where they are asked for. None where there are none to draw."""
    settings = all_settings(session)
    if not settings["boundaries"] and not shipped:
        return None
    known = boundaries(settings["boundaries"], code=settings["boundary_code"], name=settings["boundary_name"])
    return lambda box: known.around(*box)


def printed_divisions(session: Session, *, shipped: bool) -> Any:
    """The same as a printed map takes them."""
    from exports.print_map_content import MapShape

    around = divisions_around(session, shipped=shipped)
    if around is None:
        return None

    def shapes(box: "Box") -> "list[MapShape]":
        return [MapShape("division", shape, name) for name, shape in around(box)]

    return shapes


def printed_basemap(path: Path) -> "list[MapShape]":
    """Lines and polygons of an office's own file, to lie below the trees.

    Raises InputMissingError, GeoFileError, which name the file and the feature.
    """
    from exports.print_map_content import MapShape

    return [
        MapShape(_look(feature.properties, feature.geometry), feature.geometry)
        for feature in read_features(path).features
        if feature.geometry.geom_type not in {"Point", "MultiPoint"}
    ]


def printed_grid(lon: float, lat: float) -> "Grid":
    """The projected grid in which a place is drawn."""
    from exports.print_map_ground import Grid

    code = grid_for(lon, lat)
    return Grid(code, grid_name(code), to_grid(code), from_grid(code))


def _look(properties: Any, shape: Any) -> str:
    """How a feature of a basemap is drawn, by its properties and its kind of shape."""
    words = {str(properties[tag]).strip().lower() for tag in _TAGS if properties.get(tag)}
    words |= {tag for tag in ("waterway", "railway", "highway") if properties.get(tag)}
    is_flat = shape.geom_type in {"Polygon", "MultiPolygon"}
    if words & _WATER_WORDS or "waterway" in words:
        return "base_water" if is_flat else "base_stream"
    if is_flat:
        return "base_green" if words & _GREEN_WORDS else "base_area"
    if words & _RAIL_WORDS:
        return "base_rail"
    return "base_road" if words & _ROAD_WORDS else "base_line"
