"""GeoJSON (RFC 7946, and the `crs` member of its draft of 2008): read without any library of formats."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from registry.errors import Phrase
from registry.geofiles.raw import MAX_FEATURES, RawFeature, RawFile, Unusable, name_in

_NESTED = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_MOST_DEEP = 8
_NUMBER = (int, float)


def read_geojson(content: bytes) -> RawFile:
    """Every feature with a geometry. Raises Unusable."""
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise Unusable("it is no UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise Unusable("it is no GeoJSON: {error}", error=error) from error
    if not isinstance(document, dict):
        raise Unusable("it is no GeoJSON: {error}", error="{")
    found = RawFile(system=_system(document.get("crs")))
    without = 0
    for number, each in enumerate(_features(document), 1):
        if number > MAX_FEATURES:
            raise Unusable("it has more than {limit} features", limit=MAX_FEATURES)
        properties, geometry, closed = _feature(each, number)
        if closed:
            found.notes.append(
                Phrase("feature {feature}: a ring did not end where it began, and was closed", feature=number)
            )
        if geometry is None or geometry.is_empty:
            without += 1
            continue
        found.features.append(RawFeature(number, name_in(properties), properties, geometry))
    if without:
        found.notes.append(Phrase("features without geometry, left out: {count}", count=without))
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _system(declared: Any) -> str | None:
    """The system of a `crs` member; None where there is none: the standard then says WGS84.

    Coordinates are x before y whatever order the named system has by itself, as the draft of 2008 says.
    """
    if declared is None:
        return None
    try:
        name = declared["properties"]["name"]
    except (TypeError, LookupError):
        name = None
    if not isinstance(name, str):
        raise Unusable("its member crs names no coordinate system")
    return name


def _features(document: Mapping[str, Any]) -> Iterable[Any]:
    kind = str(document.get("type"))
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise Unusable("its features are no list")
        return features
    if kind == "Feature" or kind in _NESTED or kind == "GeometryCollection":
        return [document]
    raise Unusable("it is no GeoJSON: {error}", error=f"type {kind}")


def _feature(each: Any, number: int) -> tuple[dict[str, Any], BaseGeometry | None, bool]:
    if not isinstance(each, dict):
        raise Unusable("feature {feature} is no object", feature=number)
    is_feature = each.get("type") == "Feature"
    properties = each.get("properties") if is_feature else None
    closing: list[bool] = []
    try:
        geometry = _geometry(each.get("geometry") if is_feature else each, closing, 0)
    except (ValueError, TypeError, LookupError, shapely.errors.GEOSException) as error:
        why = error.args[0] if error.args and isinstance(error.args[0], Phrase) else error
        raise Unusable("feature {feature}: {error}", feature=number, error=why) from error
    return (properties if isinstance(properties, dict) else {}), geometry, bool(closing)


def _geometry(told: Any, closing: list[bool], depth: int) -> BaseGeometry | None:
    if told is None:
        return None
    if not isinstance(told, dict) or depth > _MOST_DEEP:
        raise ValueError(Phrase("its geometry cannot be read"))
    kind = str(told.get("type"))
    if kind == "GeometryCollection":
        parts = [_geometry(part, closing, depth + 1) for part in told["geometries"]]
        return shapely.GeometryCollection([part for part in parts if part is not None])
    if kind not in _NESTED:
        raise ValueError(Phrase("its geometry is of the kind {kind}", kind=kind))
    coordinates = _checked(told.get("coordinates"), _NESTED[kind])
    if kind == "Polygon":
        return _polygon(coordinates, closing)
    if kind == "MultiPolygon":
        return shapely.MultiPolygon([_polygon(rings, closing) for rings in coordinates])
    makers = {
        "Point": shapely.Point, "MultiPoint": shapely.MultiPoint,
        "LineString": shapely.LineString, "MultiLineString": shapely.MultiLineString,
    }  # fmt: skip
    made: BaseGeometry = makers[kind](coordinates)
    return made


def _polygon(rings: Any, closing: list[bool]) -> shapely.Polygon:
    if not rings:
        return shapely.Polygon()
    for ring in rings:
        if len(ring) < 3 or (len(ring) == 3 and ring[0] == ring[-1]):
            raise ValueError(Phrase("a ring has fewer than three corners"))
        if ring[0] != ring[-1]:
            closing.append(True)  # shapely closes it
    return shapely.Polygon(rings[0], rings[1:])


def _checked(value: Any, depth: int) -> Any:
    """Coordinates as nested lists `depth` deep around positions of two or three finite numbers."""
    if not isinstance(value, list):
        raise ValueError(Phrase("its coordinates are no list"))
    if depth:
        return [_checked(part, depth - 1) for part in value]
    numbers = value[:3]
    if len(value) < 2 or not all(type(part) in _NUMBER and abs(part) < 1e300 for part in numbers):
        raise ValueError(Phrase("a position needs two finite numbers"))
    return [float(part) for part in numbers]
