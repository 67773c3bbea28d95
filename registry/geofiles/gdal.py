"""Shapefiles, GeoPackages and KML, through pyogrio (the extra `gis`)."""

import importlib
import shutil
import sqlite3
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat

import shapely
from shapely.geometry.base import BaseGeometry

from registry.care_errors import GeoLibraryError
from registry.errors import Phrase
from registry.geofiles.raw import (
    MAX_BYTES,
    MAX_FEATURES,
    RawFeature,
    RawFile,
    Unusable,
    name_in,
    the_layer,
)

DRIVERS = frozenset({"ESRI Shapefile", "GPKG", "KML", "LIBKML", "MEM"})
"""The drivers that the library keeps. It chooses one by what is in a file, not by its name, and others (VRT,
GDALG …) read whatever files and addresses it names."""
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_FIRST_BYTES = {"SHP": b"\x00\x00\x27\x0a", "GPKG": b"SQLite format 3\x00"}
_KML_HEAD = 64 << 10
"""So early the first element of a KML begins."""
_DBF_HEADER = 32


def read_shapefile(path: Path, layer: str | None) -> RawFile:
    """A .shp with what lies beside it, or a zip that holds one."""
    if path.suffix.lower() == ".shp":
        return _shapefile(path)
    with tempfile.TemporaryDirectory() as folder:
        names = _unpacked(path, Path(folder))
        return _shapefile(Path(folder) / f"{the_layer(names, layer)}.shp")


def read_geopackage(path: Path, layer: str | None) -> RawFile:
    """One layer of a GeoPackage."""
    _check_first_bytes(path, "GPKG")
    own = the_layer(_spatial_layers(path), layer)
    found = _layers(path, [own])
    if _may_be_curved(path, own):
        found.notes.append(Phrase("its layer may hold curves, which were drawn in straight pieces"))
    return found


def read_kml(path: Path, layer: str | None) -> RawFile:
    """All folders of a KML or KMZ, or the one that is named."""
    source: Path | bytes = _largest_kml(path) if path.suffix.lower() == ".kmz" else path
    _check_root(_head(source, _KML_HEAD))
    known = _spatial_layers(source)
    return _layers(source, known if layer is None else [the_layer(known, layer)])


def library(name: str) -> Any:
    """A library of the extra `gis`. Raises GeoLibraryError where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise GeoLibraryError(library=name) from error


def _pyogrio(part: str = "pyogrio") -> Any:
    """pyogrio with `DRIVERS` alone and without the network, whoever imported it before.

    Raises GeoLibraryError, also for one that keeps its other drivers.
    """
    core, ogr = library("pyogrio.core"), library("pyogrio._ogr")
    if others := core.list_drivers().keys() - DRIVERS:
        core.set_gdal_config_options(
            {"GDAL_SKIP": ",".join(sorted(others)), "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none"}
        )
        ogr._register_drivers()  # takes out what is to be skipped
    if core.list_drivers().keys() - DRIVERS:
        raise GeoLibraryError(library="pyogrio")
    return library(part)


def _check_first_bytes(path: Path, kind: str) -> None:
    """Raises Unusable unless a file begins as its kind does."""
    expected = _FIRST_BYTES[kind]
    if _head(path, len(expected)) != expected:
        raise Unusable("it is no {format} file, whatever its name says", format=kind)


def _check_root(head: bytes) -> None:
    """Raises Unusable unless the first element of a document is that of KML; nothing behind it is read."""
    roots: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, _attributes: roots.append(name.rpartition(" ")[2])
    try:
        with suppress(expat.ExpatError):
            parser.Parse(head, False)
    except ValueError as error:  # an encoding that is not for it
        raise Unusable("{error}", error=error) from error
    if roots[:1] != ["kml"]:
        raise Unusable("it is no {format} file, whatever its name says", format="KML")


def _head(source: Path | bytes, size: int) -> bytes:
    if isinstance(source, bytes):
        return source[:size]
    with source.open("rb") as stream:
        return stream.read(size)


def _shapefile(path: Path) -> RawFile:
    _check_first_bytes(path, "SHP")
    beside = {each.suffix.lower(): each for each in path.parent.glob("*") if each.stem == path.stem}
    for needed in (".shx", ".dbf"):
        if needed not in beside:
            raise Unusable("the file {name} that belongs to it is missing", name=path.stem + needed)
    encoding = None if ".cpg" in beside else _encoding(beside[".dbf"])
    found = _layers(path, [path.stem], encoding)
    if ".prj" not in beside:
        found.system = None
    return found


def _encoding(dbf: Path) -> str:
    """UTF-8 where all of the table's text is that, GB18030 otherwise: without .cpg they are old ones."""
    with dbf.open("rb") as stream:
        head = stream.read(_DBF_HEADER)
        stream.seek(int.from_bytes(head[8:10], "little"))
        text = stream.read(MAX_BYTES)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _unpacked(path: Path, folder: Path) -> list[str]:
    """Take the shapefiles out of a zip, without its folders; returns their names."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if _suffix(each.filename) in _PARTS]
            if sum(each.file_size for each in members) > MAX_BYTES:
                raise Unusable("it is larger than {limit} MiB", limit=MAX_BYTES >> 20)
            names = [_stem(each) for each in members if _suffix(each.filename) == ".shp"]
            if len(set(names)) != len(names):
                raise Unusable("two files in it have the same name")
            for each in members:
                target = folder / (_stem(each) + _suffix(each.filename))
                with archive.open(each) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise Unusable("it cannot be unpacked: {error}", error=error) from error
    if not names:
        raise Unusable("there is no shapefile in it")
    return sorted(names)


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def _stem(member: zipfile.ZipInfo) -> str:
    """The name without folders; old Chinese programs write names in GBK, which zip calls cp437."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    return PurePosixPath(name.replace("\\", "/")).stem


def _largest_kml(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if _suffix(each.filename) == ".kml"]
            if not members:
                raise Unusable("there is no KML in it")
            largest = max(members, key=lambda each: each.file_size)
            if largest.file_size > MAX_BYTES:
                raise Unusable("it is larger than {limit} MiB", limit=MAX_BYTES >> 20)
            return archive.read(largest)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise Unusable("it cannot be unpacked: {error}", error=error) from error


def _spatial_layers(source: Path | bytes) -> list[str]:
    pyogrio = _pyogrio()
    with _told():
        layers = [str(name) for name, kind in pyogrio.list_layers(source) if kind is not None]
    if not layers:
        raise Unusable("it holds no layer with geometry")
    return layers


def _may_be_curved(path: Path, layer: str) -> bool:
    """Whether a layer of a GeoPackage may hold curves: the library straightens them without a word."""
    query = "SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?"
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute(query, (layer,)).fetchone()
    return found is not None and any(
        word in str(found[0]).upper() for word in ("CURVE", "SURFACE", "CIRCULAR")
    )


def _layers(source: Path | bytes, names: Sequence[str], encoding: str | None = None) -> RawFile:
    raw = _pyogrio("pyogrio.raw")
    found, without, number = RawFile(), 0, 0
    for name in names:
        with _told():
            meta, _, shapes, columns = raw.read(
                source, layer=name, encoding=encoding, max_features=MAX_FEATURES + 1, datetime_as_string=True
            )
        if number + len(shapes) > MAX_FEATURES:
            raise Unusable("it has more than {limit} features", limit=MAX_FEATURES)
        found.system = _declared(meta["crs"])
        for at, shape in enumerate(shapes):
            number += 1
            values = {
                str(key): _plain(column[at]) for key, column in zip(meta["fields"], columns, strict=True)
            }
            geometry = _geometry(shape, number)
            if geometry is None or geometry.is_empty:
                without += 1
                continue
            found.features.append(RawFeature(number, name_in(values), values, geometry))
    if without:
        found.notes.append(Phrase("features without geometry, left out: {count}", count=without))
    return found


def _declared(crs: Any) -> str | None:
    """What a file says of its system; None for "undefined" ones."""
    if not crs:
        return None
    return None if "Undefined" in crs or crs.startswith(("ENGCRS", "LOCAL_CS")) else str(crs)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _geometry(shape: bytes | None, number: int) -> BaseGeometry | None:
    if shape is None:
        return None
    try:
        return shapely.from_wkb(shape)
    except (shapely.errors.GEOSException, NotImplementedError, ValueError) as error:
        raise Unusable("feature {feature}: {error}", feature=number, error=error) from error


@contextmanager
def _told() -> Iterator[None]:
    """Whatever the library cannot read is told as Unusable; what it warns of is nobody's business here."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (ValueError, RuntimeError, UnicodeError, OSError) as error:
        raise Unusable("{error}", error=str(error).strip() or type(error).__name__) from error
