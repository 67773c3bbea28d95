"""Whether shapes can be used: closed, simple, with an area. Only what moves nothing is mended, and told."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from registry.errors import Phrase
from registry.geofiles.raw import MAX_VERTICES, RawFeature, RawFile, Unusable

_FLAT = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString", "LinearRing"), ("Point", "MultiPoint")
_WHERE = re.compile(r"(.*?)\[?(-?[\d.e+-]+) (-?[\d.e+-]+)\]?$", re.DOTALL)


def checked(raw: RawFile) -> Iterator[RawFeature]:
    """Every feature flat and whole; what was mended goes into the file's notes. Raises Unusable."""
    raised = 0
    total = 0
    for feature in raw.features:
        total += int(shapely.get_num_coordinates(feature.geometry))
        if total > MAX_VERTICES:
            raise Unusable("it has more than {limit} corners", limit=MAX_VERTICES)
        raised += bool(shapely.has_z(feature.geometry))
        flat = shapely.force_2d(feature.geometry)
        if not np.isfinite(shapely.get_coordinates(flat)).all():
            raise Unusable("feature {feature}: {error}", feature=feature.called,
                           error=Phrase("a position needs two finite numbers"))  # fmt: skip
        for part in _alike(flat):
            yield replace(feature, geometry=_whole(part, feature, raw.notes))
    if raised:
        raw.notes.append(Phrase("heights were left out"))


def projected(shape: BaseGeometry, system: Any) -> BaseGeometry:
    """A shape in WGS84. Straight edges stay straight edges."""

    def moved(corners: Any) -> Any:
        return np.column_stack(system.to_wgs84(corners[:, 0], corners[:, 1]))

    made: BaseGeometry = shapely.transform(shape, moved)
    if shape.is_valid and not made.is_valid:  # corners a nanometre apart
        made = shapely.make_valid(made, method="structure", keep_collapsed=False)
    return made


def _alike(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    """The areas, the lines, the points of a shape, each as one."""
    if shape.geom_type != "GeometryCollection":
        yield shape
        return
    parts = [part for part in _leaves(shape) if not part.is_empty]
    for kinds in _FLAT:
        same = [part for part in parts if part.geom_type in kinds]
        if same:
            yield shapely.union_all(same) if all(part.is_valid for part in same) else same[0]


def _leaves(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in getattr(shape, "geoms", ()):
        yield from _leaves(part) if part.geom_type == "GeometryCollection" else (part,)


def _whole(shape: BaseGeometry, feature: RawFeature, notes: list[Phrase]) -> BaseGeometry:
    if shape.geom_type not in _FLAT[0]:
        return shape
    if not shape.is_valid:
        shape = _mended(shape, feature, notes)
    if not shape.area > 0:
        raise Unusable("feature {feature} has no area", feature=feature.called)
    return shape


def _mended(shape: BaseGeometry, feature: RawFeature, notes: list[Phrase]) -> BaseGeometry:
    reason = shapely.is_valid_reason(shape)
    parts = list(getattr(shape, "geoms", [shape]))
    if len(parts) > 1 and all(part.is_valid for part in parts):
        notes.append(Phrase("feature {feature}: parts of it overlap, and count once", feature=feature.called))
        return shapely.union_all(parts)
    if reason.startswith("Ring Self-intersection"):
        made = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        if abs(made.area - shape.area) <= 1e-9 * shape.area:
            told = "feature {feature}: a ring touches itself; it was split there, which moves no edge"
            notes.append(Phrase(told, feature=feature.called))
            return made
    found = _WHERE.fullmatch(reason)
    why = _REASONS.get((found[1] if found else reason).strip(), Phrase("its outline is not valid"))
    if found:
        raise Unusable("feature {feature}: {error} near x {x}, y {y}; mend it in the program it comes from",
                       feature=feature.called, error=why, x=found[2], y=found[3])  # fmt: skip
    raise Unusable("feature {feature}: {error}", feature=feature.called, error=why)


_REASONS = {
    "Self-intersection": Phrase("its outline crosses itself"),
    "Ring Self-intersection": Phrase("its outline crosses itself"),
    "Hole lies outside shell": Phrase("a hole lies outside the outline"),
    "Holes are nested": Phrase("a hole lies in a hole"),
    "Nested shells": Phrase("an area lies in another"),
    "Interior is disconnected": Phrase("holes cut it apart"),
    "Too few points in geometry component": Phrase("a ring has fewer than three corners"),
}
