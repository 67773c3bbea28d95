"""DXF drawings, through ezdxf (the extra `gis`): outlines that close, on one layer of the model space."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from registry.errors import Phrase
from registry.geofiles.gdal import library
from registry.geofiles.raw import MAX_FEATURES, RawFeature, RawFile, Unusable

UNITS_M = {"mm": 0.001, "cm": 0.01, "dm": 0.1, "m": 1.0, "km": 1000.0, "in": 0.0254, "ft": 0.3048}
"""Units of a drawing, in metres."""
_HEADER = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 7: "km", 14: "dm"}
"""What $INSUNITS says."""
_OUTLINES = frozenset({"LWPOLYLINE", "POLYLINE", "CIRCLE", "ELLIPSE", "SPLINE"})
_PIECES = frozenset({"LINE", "ARC"})
_STRAIGHT_M = 0.01
_JOINED_M = 0.001


def read_drawing(path: Path, unit: str | None, has_system: bool, layer: str | None) -> RawFile:
    """The closed outlines of a drawing, in metres. Raises Unusable: unit or system not declared …"""
    ezdxf = library("ezdxf")
    recover = library("ezdxf.recover")
    try:
        document, _ = recover.readfile(path)
    except (ezdxf.DXFError, OSError, ValueError, KeyError) as error:
        raise Unusable("it is no DXF drawing: {error}", error=error) from error
    header = _HEADER.get(document.header.get("$INSUNITS", 0))
    if unit is None or not has_system:
        raise Unusable(
            "a drawing says neither where it lies nor surely in which unit: give --crs and --unit "
            "(its header says {unit})",
            unit=header or Phrase("no unit"),
        )
    if unit not in UNITS_M:
        raise Unusable(
            "{unit} is no unit of a drawing; there are {known}", unit=unit, known=", ".join(UNITS_M)
        )
    found = RawFile()
    if header and header != unit:
        found.notes.append(
            Phrase(
                "the drawing's header says {header}; read in {unit}, as declared", header=header, unit=unit
            )
        )
    shapes = _Shapes(UNITS_M[unit])
    for entity in _entities(document):
        shapes.take(entity)
    _keep(found, shapes, layer)
    return found


def _entities(document: Any) -> Iterator[Any]:
    """All entities of the model space, those of blocks where they stand."""
    disassemble = library("ezdxf.disassemble")
    for count, entity in enumerate(disassemble.recursive_decompose(document.modelspace())):
        if count > MAX_FEATURES:
            raise Unusable("it has more than {limit} features", limit=MAX_FEATURES)
        yield entity


class _Shapes:
    """What has been found on each layer: outlines, and pieces that may close to some."""

    def __init__(self, metres: float) -> None:
        self.metres = metres
        self.closed: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
        self.pieces: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
        self.bent = self.raised = False

    def take(self, entity: Any) -> None:
        kind, layer = entity.dxftype(), entity.dxf.layer
        if kind in _OUTLINES | _PIECES:
            for line in map(self._line, self._paths(entity)):
                if line is None:
                    continue
                joined = line.coords[0] == line.coords[-1] or getattr(entity, "is_closed", False) is True
                if kind in _OUTLINES and joined and len(line.coords) > 3:
                    self.closed[layer].append(shapely.Polygon(line))
                else:
                    self.pieces[layer].append(line)
        elif kind in {"HATCH", "MPOLYGON"}:
            rings = [line for line in map(self._line, self._paths(entity)) if line and len(line.coords) > 2]
            if area := _even_odd(rings):
                self.closed[layer].append(area)

    def close_pieces(self) -> tuple[Counter[str], Counter[str]]:
        """Turn pieces that close into outlines; returns how many do, and how many do not, by layer."""
        done, left = Counter[str](), Counter[str]()
        for layer, lines in self.pieces.items():
            merged = shapely.line_merge(shapely.MultiLineString(lines))
            for line in getattr(merged, "geoms", [merged]):
                if line.is_closed and len(line.coords) > 3:
                    self.closed[layer].append(shapely.Polygon(line))
                    done[layer] += 1
                else:
                    left[layer] += 1
        return done, left

    def _paths(self, entity: Any) -> Iterable[Any]:
        path = library("ezdxf.path")
        if entity.dxftype() in {"HATCH", "MPOLYGON"}:
            return list(path.from_hatch(entity))
        try:
            return [path.make_path(entity)]
        except TypeError:  # a polyline that is a mesh
            return []

    def _line(self, path: Any) -> Any:
        """A path in metres, straight pieces no farther than a centimetre from its curves; None: a point."""
        self.bent = self.bent or path.has_curves
        corners = list(path.flattening(_STRAIGHT_M / self.metres))
        self.raised = self.raised or any(abs(corner.z) > _JOINED_M for corner in corners)
        digits = 3
        points = [(round(c.x * self.metres, digits), round(c.y * self.metres, digits)) for c in corners]
        points = [p for at, p in enumerate(points) if not at or p != points[at - 1]]
        return shapely.LineString(points) if len(points) > 1 else None


def _even_odd(rings: list[Any]) -> BaseGeometry | None:
    area: BaseGeometry | None = None
    for ring in sorted(
        (shapely.Polygon(ring) for ring in rings if len(ring.coords) > 2), key=lambda r: -r.area
    ):
        if not ring.is_valid:
            return ring  # told where shapes are checked
        area = ring if area is None else area.symmetric_difference(ring)
    return area


def _keep(found: RawFile, shapes: _Shapes, layer: str | None) -> None:
    _, left = shapes.close_pieces()
    counts = {name: len(areas) for name, areas in shapes.closed.items()}
    said = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
    if layer is not None and layer not in counts:
        raise Unusable("no outline closes on the layer {layer}; there are {layers}", layer=layer, layers=said)
    if not counts:
        raise Unusable("no outline closes in it; open lines: {count}", count=left.total())
    if layer is None and len(counts) > 1:
        raise Unusable("its outlines lie on several layers, say which with --layer: {layers}", layers=said)
    own = layer if layer is not None else next(iter(counts))
    for number, area in enumerate(shapes.closed[own], 1):
        found.features.append(RawFeature(number, None, {"layer": own}, area))
    if left[own]:
        found.notes.append(Phrase("open lines that close no outline, left out: {count}", count=left[own]))
    if shapes.bent:
        found.notes.append(Phrase("curves were drawn in straight pieces, within a centimetre"))
    if shapes.raised:
        found.notes.append(Phrase("heights were left out"))
