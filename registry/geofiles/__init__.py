"""Geometry from files that planners, surveyors and builders keep, in WGS84 longitude and latitude.

For zones, layers and footprints. GeoJSON needs nothing more; KML and KMZ, shapefiles (also zipped),
GeoPackages and DXF need the extra `gis`. Nothing is guessed: a file that does not say in which coordinate
system it is, is refused until somebody declares it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from registry.care_errors import GeoFileError
from registry.errors import InputMissingError, Phrase
from registry.geofiles.drawing import read_drawing
from registry.geofiles.gdal import read_geopackage, read_kml, read_shapefile
from registry.geofiles.geojson import read_geojson
from registry.geofiles.raw import MAX_BYTES, RawFile, Unusable
from registry.geofiles.shapes import checked, projected
from registry.geofiles.systems import System, declared

__all__ = ["FORMATS", "GeoFeature", "GeoFile", "read_features"]

FORMATS = {
    ".geojson": "GeoJSON", ".json": "GeoJSON", ".kml": "KML", ".kmz": "KML", ".shp": "SHP", ".zip": "SHP",
    ".gpkg": "GPKG", ".dxf": "DXF",
}  # fmt: skip
_ALWAYS_WGS84 = frozenset({"GeoJSON", "KML"})
"""Formats whose standards say WGS84 where the file does not say otherwise."""


@dataclass(frozen=True, slots=True)
class GeoFeature:
    """One feature. geometry: a flat, valid shapely (multi)polygon, line or point in WGS84 degrees."""

    number: int
    name: str | None
    properties: Mapping[str, Any]
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class GeoFile:
    """What a file gives. projection: the system its coordinates were read in; uncertainty_m: by how much
    the conversion to WGS84 may be off; notes: what was mended, left out or overruled, to be shown."""

    features: tuple[GeoFeature, ...]
    projection: str
    sha256: str
    file_name: str
    uncertainty_m: float = 0.0
    notes: tuple[Phrase, ...] = ()


def read_features(
    path: Path, *, crs: str | None = None, unit: str | None = None, layer: str | None = None
) -> GeoFile:
    """The features of a file in WGS84.

    crs: EPSG code, WGS84, CGCS2000, GCJ-02, BD-09 or TWD97, over what the file says itself. unit: of a
    drawing (m, mm, cm …). layer: where a file has several; of a drawing, the layer of the outlines.
    Raises InputMissingError, GeoFileError, GeoLibraryError.
    """
    if not path.is_file():
        raise InputMissingError(path=path)
    try:
        return _features(path, crs, unit, layer)
    except Unusable as error:
        raise GeoFileError(path=path, reason=error.reason) from error
    except OSError as error:
        raise GeoFileError(path=path, reason=error.strerror or str(error)) from error


def _features(path: Path, crs: str | None, unit: str | None, layer: str | None) -> GeoFile:
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise Unusable("its format is not known by its name; there are {known}", known=" ".join(FORMATS))
    size = path.stat().st_size
    if not size:
        raise Unusable("it is empty")
    if size > MAX_BYTES:
        raise Unusable("it is larger than {limit} MiB", limit=MAX_BYTES >> 20)
    if unit is not None and kind != "DXF":
        raise Unusable("only a drawing (DXF) needs a unit; its coordinate system says the unit here")
    content = path.read_bytes()
    named = declared(crs) if crs else None
    raw = _raw(path, kind, content, unit, named, layer)
    if not raw.features:
        raise Unusable("there is nothing with geometry in it")
    system = named or _own(raw, kind)
    if kind == "DXF":
        _scale(raw, system)
    _contradiction(raw, named)
    features = tuple(
        GeoFeature(each.number, each.name, each.properties, projected(each.geometry, system))
        for each in checked(raw)
    )
    if system.uncertainty_m >= 1:
        told = "converted from {system}, which may be off by {metres:.0f} m"
        raw.notes.append(Phrase(told, system=system.name, metres=system.uncertainty_m))
    digest = hashlib.sha256(content).hexdigest()
    return GeoFile(features, system.name, digest, path.name, system.uncertainty_m, tuple(raw.notes))


def _raw(
    path: Path, kind: str, content: bytes, unit: str | None, named: System | None, layer: str | None
) -> RawFile:
    if kind == "GeoJSON":
        if layer is not None:
            raise Unusable("GeoJSON has no layers; leave --layer out")
        return read_geojson(content)
    if kind == "DXF":
        return read_drawing(path, unit, named is not None, layer)
    reader = {"KML": read_kml, "SHP": read_shapefile, "GPKG": read_geopackage}[kind]
    return reader(path, layer)


def _own(raw: RawFile, kind: str) -> System:
    """The system that a file declares itself."""
    if kind == "KML" or (raw.system is None and kind in _ALWAYS_WGS84):
        return declared("WGS84")
    if raw.system is None:
        raise Unusable(
            "it does not say in which coordinate system it is: give --crs, such as EPSG:4547 or CGCS2000"
        )
    return declared(raw.system)


def _scale(raw: RawFile, system: System) -> None:
    """Turn the metres of a drawing into units of its system."""
    if system.metres is None:
        raise Unusable(
            "a drawing lies in a projected system, such as EPSG:4547; {system} counts degrees",
            system=system.name,
        )
    from shapely.affinity import scale

    if (factor := 1 / system.metres) != 1:
        raw.features = [
            replace(each, geometry=scale(each.geometry, factor, factor, origin=(0, 0)))
            for each in raw.features
        ]


def _contradiction(raw: RawFile, named: System | None) -> None:
    """Note where somebody declares another system than the file does: their word counts."""
    if named is None or raw.system is None:
        return
    try:
        own = declared(raw.system).name
    except Unusable:
        return
    if own != named.name:
        told = "the file says {own}; read in {system}, as declared"
        raw.notes.append(Phrase(told, own=own, system=named.name))
