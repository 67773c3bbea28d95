"""Geometry files: every format, every trap of axes, units and systems; what cannot be meant is refused."""

import hashlib
import json
import re
import sqlite3
import sys
import warnings
import zipfile
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import ezdxf
import numpy as np
import pyogrio.errors
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from registry.care_errors import GeoFileError, GeoLibraryError
from registry.errors import InputMissingError
from registry.geofiles import read_features
from registry.geofiles.gdal import DRIVERS
from registry.rules.datums import from_wgs84

LON, LAT = 113.2958, 40.0932
GRID = "EPSG:4547"
X, Y = (float(each) for each in Transformer.from_crs("EPSG:4490", GRID, always_xy=True).transform(LON, LAT))
DEGREES = shapely.box(LON, LAT, LON + 0.001, LAT + 0.001)
METRES = shapely.box(X, Y, X + 20, Y + 10)
GEOD = Geod(ellps="GRS80")
Ring = list[list[float]]


def write(path: Path, shape: Any, crs: str | None, driver: str, name: str = "工地", **more: Any) -> Path:
    with warnings.catch_warnings(action="ignore"):
        pyogrio.raw.write(
            path,
            geometry=np.array([shapely.to_wkb(shape)], dtype=object),
            field_data=[np.array([name], dtype=object)],
            fields=["name"],
            geometry_type=shape.geom_type,
            crs=crs,
            driver=driver,
            **more,
        )
    return path


def geojson(folder: Path, *rings: Ring, **more: Any) -> Path:
    shape = {"type": "Polygon", "coordinates": list(rings)}
    feature = {"type": "Feature", "properties": {"名称": "工地"}, "geometry": shape, **more}
    path = folder / "a.geojson"
    path.write_text(json.dumps(feature), encoding="utf-8")
    return path


def ring(x: float = LON, y: float = LAT, size: float = 0.001) -> Ring:
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def reason(path: Path, **asked: Any) -> str:
    with pytest.raises(GeoFileError) as caught:
        read_features(path, **asked)
    assert str(path) in str(caught.value)
    return str(caught.value.facts["reason"])


def shapefile(folder: Path, crs: str | None = GRID, **more: Any) -> Path:
    return write(folder / "a.shp", METRES, crs, "ESRI Shapefile", **more)


def archive(folder: Path, *files: Path, name: str = "a.zip", inside: str = "目录/") -> Path:
    with zipfile.ZipFile(folder / name, "w") as made:
        for file in files:
            made.write(file, inside + file.name)
    return folder / name


@pytest.mark.parametrize("kind", ["geojson", "kml", "kmz", "shp", "zip", "gpkg"])
def test_every_format_gives_the_same_place_and_name(kind: str, tmp_path: Path) -> None:
    made = {
        "geojson": lambda: geojson(tmp_path, ring()),
        "kml": lambda: write(tmp_path / "a.kml", DEGREES, "EPSG:4326", "KML"),
        "kmz": lambda: archive(
            tmp_path, write(tmp_path / "doc.kml", DEGREES, "EPSG:4326", "KML"), name="a.kmz", inside=""
        ),
        "shp": lambda: write(tmp_path / "a.shp", DEGREES, "EPSG:4490", "ESRI Shapefile"),
        "zip": lambda: _zipped(tmp_path),
        "gpkg": lambda: write(tmp_path / "a.gpkg", DEGREES, "EPSG:4490", "GPKG"),
    }[kind]()
    found = read_features(made)
    assert [feature.name for feature in found.features] == ["工地"]
    assert found.features[0].geometry.equals_exact(DEGREES, 1e-9) or shapely.equals(
        found.features[0].geometry, DEGREES
    )
    assert found.sha256 == hashlib.sha256(made.read_bytes()).hexdigest()
    assert found.file_name == made.name
    assert found.projection in {"WGS84", "CGCS2000"}
    assert found.notes == ()


def _zipped(folder: Path) -> Path:
    write(folder / "地块.shp", DEGREES, "EPSG:4490", "ESRI Shapefile")
    return archive(folder, *folder.glob("地块.*"))


def test_metres_of_a_declared_grid_lie_where_the_grid_says(tmp_path: Path) -> None:
    found = read_features(shapefile(tmp_path))
    assert found.projection == GRID
    assert found.features[0].geometry.bounds[:2] == pytest.approx((LON, LAT), abs=2e-6)
    assert abs(GEOD.geometry_area_perimeter(found.features[0].geometry)[0]) == pytest.approx(200, rel=1e-3)


@pytest.mark.parametrize(
    "crs",
    [None, {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
     {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}},
     {"type": "name", "properties": {"name": "EPSG:4490"}}],
)  # fmt: skip
def test_geojson_is_longitude_first_whatever_order_the_named_system_has(crs: Any, tmp_path: Path) -> None:
    path = geojson(tmp_path, ring(), **({"crs": crs} if crs else {}))
    assert read_features(path).features[0].geometry.bounds[0] == pytest.approx(LON)


def test_a_grid_is_easting_first_although_epsg_names_the_northing_first(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    found = read_features(geojson(tmp_path, ring(X, Y, 10), crs=crs))
    assert found.features[0].geometry.bounds[:2] == pytest.approx((LON, LAT), abs=2e-6)


def test_eastings_may_carry_the_number_of_their_zone_and_no_other(tmp_path: Path) -> None:
    path = geojson(tmp_path, ring(38_000_000 + X, Y, 10))
    for code in ("4547", "EPSG:4526"):
        assert read_features(path, crs=code).features[0].geometry.bounds[0] == pytest.approx(LON, abs=2e-6)
    assert "zone 38" in reason(path, crs="EPSG:4525")


@pytest.mark.parametrize(
    ("corners", "crs", "said"),
    [
        (ring(LAT, LON), None, "wrong way round"),
        (ring(LAT, 84.0), "CGCS2000", "wrong way round"),
        (ring(Y, X, 10), GRID, "wrong way round"),
        (ring(X, Y, 10), None, "these are metres"),
        (ring(X, Y, 10), "GCJ-02", "these are metres"),
        (ring(X, Y, 10), "EPSG:3826", "outside where EPSG:3826 is used"),
        (ring(), "EPSG:9", "names no coordinate system"),
        (ring(), "Beijing", "names no coordinate system"),
        (ring(X, Y, 10), "EPSG:2383", "convert the file to CGCS2000"),
        ([[LON, LAT], [LON + 1, LAT + 1], [LON + 1, LAT], [LON, LAT + 1], [LON, LAT]], None, "crosses"),
        ([[LON, LAT], [LON + 1, LAT], [LON, LAT]], None, "fewer than three corners"),
        ([[LON, LAT], [LON + 1, LAT], [LON + 0.5, LAT], [LON, LAT]], None, "not valid|area|crosses|three"),
        ([[LON, "36"], [LON + 1, LAT], [LON + 1, LAT + 1], [LON, LAT]], None, "two finite numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_reason(
    corners: Any, crs: str | None, said: str, tmp_path: Path
) -> None:
    assert re.search(said, reason(geojson(tmp_path, corners), crs=crs))


def test_a_crossing_is_named_with_its_feature_and_its_place(tmp_path: Path) -> None:
    bow = [[113.0, 40.0], [114.0, 41.0], [114.0, 40.0], [113.0, 41.0], [113.0, 40.0]]
    said = reason(geojson(tmp_path, bow))
    assert "1 (工地)" in said
    assert "113.5" in said
    assert "40.5" in said


def test_what_moves_no_edge_is_mended_and_told(tmp_path: Path) -> None:
    open_ring = read_features(geojson(tmp_path, ring()[:-1]))
    assert "closed" in open_ring.notes[0]
    touching = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 0.0], [0.0, 4.0], [0.0, 0.0]]
    found = read_features(geojson(tmp_path, touching))
    assert "touches itself" in found.notes[0]
    assert found.features[0].geometry.area == pytest.approx(shapely.Polygon(touching).area)
    high = [[*corner, 7.0] for corner in ring()]
    lifted = read_features(geojson(tmp_path, high))
    assert "heights" in lifted.notes[0]
    assert not lifted.features[0].geometry.has_z


def test_overlapping_parts_count_once(tmp_path: Path) -> None:
    shape = {"type": "MultiPolygon", "coordinates": [[ring(10, 10, 2)], [ring(11, 11, 2)]]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(shape), encoding="utf-8")
    found = read_features(path)
    assert found.features[0].geometry.area == pytest.approx(7)
    assert "overlap" in found.notes[0]


def test_map_datums_are_undone_and_say_how_exact_that_is(tmp_path: Path) -> None:
    for datum in ("GCJ-02", "BD-09"):
        shifted = [list(from_wgs84(x, y, datum)) for x, y in ring()]
        found = read_features(geojson(tmp_path, shifted), crs=datum)
        assert found.features[0].geometry.bounds == pytest.approx(DEGREES.bounds, abs=1e-6)
        assert (found.projection, found.uncertainty_m) == (datum, 1.0)


def test_what_somebody_declares_goes_before_what_the_file_says(tmp_path: Path) -> None:
    found = read_features(shapefile(tmp_path), crs="EPSG:4546")
    assert found.features[0].geometry.bounds[0] == pytest.approx(LON - 3, abs=1e-6)
    assert "EPSG:4547" in found.notes[0]


@pytest.mark.parametrize(
    "name", ["西安80", "北京54", "1980西安坐标系", "Xian 1980", "Beijing 1954", "EPSG:4610"]
)
def test_a_known_system_without_a_public_conversion_says_what_to_do(name: str, tmp_path: Path) -> None:
    said = reason(geojson(tmp_path, ring()), crs=name)
    assert "is known, but its conversion" in said
    assert "surveying office" in said


def test_a_shapefile_without_prj_is_refused_until_its_system_is_declared(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".prj").unlink()
    assert "--crs" in reason(path)
    assert read_features(path, crs="4547").projection == GRID


def test_a_custom_meridian_is_read_as_the_file_declares_it(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text().replace("114.0", "112.5"))
    assert read_features(path).features[0].geometry.bounds[0] == pytest.approx(LON - 1.5, abs=1e-6)


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_chinese_names_are_read_with_and_without_cpg(encoding: str, tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding=encoding, name="古树旁工地")
    assert read_features(path).features[0].name == "古树旁工地"
    path.with_suffix(".cpg").unlink()
    assert read_features(path).features[0].name == "古树旁工地"


def test_a_missing_part_of_a_shapefile_is_named(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".shx").unlink()
    assert "a.shx" in reason(path)


def test_several_layers_need_a_word(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", METRES, GRID, "GPKG", layer="红线")
    write(path, METRES, GRID, "GPKG", layer="道路", append=True)
    assert "红线" in reason(path)
    assert len(read_features(path, layer="红线").features) == 1
    assert "蓝线" in reason(path, layer="蓝线")


def test_curves_are_not_straightened_in_silence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", METRES, GRID, "GPKG")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = on")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'POLYGON', 'CURVEPOLYGON')")
        connection.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
        connection.commit()
    assert "straight pieces" in read_features(path).notes[0]


def drawing(folder: Path, unit: int = 4) -> Path:
    document = ezdxf.new()
    document.header["$INSUNITS"] = unit
    space, look = document.modelspace(), {"layer": "红线"}

    def at(x: float, y: float) -> tuple[float, float]:
        return (X + x) * 1000, (Y + y) * 1000

    space.add_lwpolyline([at(0, 0), at(20, 0), at(20, 10), at(0, 10)], close=True, dxfattribs=look)
    space.add_circle(at(100, 0), 5000, dxfattribs=look)
    for begin, end in (
        ((200, 0), (210, 0)),
        ((210, 0), (210, 10)),
        ((210, 10), (200, 0)),
        ((250, 0), (260, 5)),
    ):
        space.add_line(at(*begin), at(*end), dxfattribs=look)
    hatch = space.add_hatch(dxfattribs=look)
    hatch.paths.add_polyline_path([at(300, 0), at(310, 0), at(310, 10), at(300, 10)], is_closed=True, flags=1)
    hatch.paths.add_polyline_path([at(302, 2), at(308, 2), at(308, 8), at(302, 8)], is_closed=True, flags=16)
    block = document.blocks.new("亭")
    block.add_lwpolyline([(0, 0), (4000, 0), (4000, 4000), (0, 4000)], close=True, dxfattribs=look)
    space.add_blockref("亭", at(400, 0), dxfattribs=look)
    path = folder / "a.dxf"
    document.saveas(path)
    return path


def test_a_drawing_needs_system_and_unit_and_shows_what_its_header_says(tmp_path: Path) -> None:
    path = drawing(tmp_path)
    for asked in ({}, {"crs": GRID}, {"unit": "mm"}):
        said = reason(path, **asked)
        assert "--crs" in said
        assert "mm" in said
    assert "counts degrees" in reason(path, crs="WGS84", unit="mm")
    assert "no unit of a drawing" in reason(path, crs=GRID, unit="furlong")


def test_a_drawing_gives_its_closed_outlines_in_metres(tmp_path: Path) -> None:
    found = read_features(drawing(tmp_path), crs=GRID, unit="mm")
    areas = sorted(round(abs(GEOD.geometry_area_perimeter(each.geometry)[0])) for each in found.features)
    assert areas == [16, 50, 64, 78, 200]
    assert [note for note in found.notes if "left out: 1" in note]
    assert [note for note in found.notes if "curves" in note]


def test_a_drawing_in_another_unit_than_its_header_is_told(tmp_path: Path) -> None:
    found = read_features(drawing(tmp_path, unit=6), crs=GRID, unit="mm")
    assert "header says m" in found.notes[0]


def test_outlines_on_several_layers_of_a_drawing_need_a_word(tmp_path: Path) -> None:
    document = ezdxf.new()
    for layer in ("红线", "图框"):
        document.modelspace().add_circle((X, Y), 5, dxfattribs={"layer": layer})
    document.saveas(tmp_path / "a.dxf")
    assert "图框 (1)" in reason(tmp_path / "a.dxf", crs=GRID, unit="m")
    found = read_features(tmp_path / "a.dxf", crs=GRID, unit="m", layer="红线")
    assert found.features[0].properties == {"layer": "红线"}


def test_a_unit_is_for_drawings_and_an_unknown_format_is_named(tmp_path: Path) -> None:
    assert "DXF" in reason(geojson(tmp_path, ring()), unit="m")
    other = tmp_path / "a.dwg"
    other.write_bytes(b"AC1032")
    assert ".dxf" in reason(other)
    with pytest.raises(InputMissingError):
        read_features(tmp_path / "none.geojson")


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"type":"FeatureCollection"}', b"{" * 9000]
)
def test_what_is_no_geojson_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    assert reason(path)


@pytest.mark.parametrize("name", ["a.shp", "a.zip", "a.kml", "a.kmz", "a.gpkg", "a.dxf"])
def test_a_file_that_is_not_what_its_name_says_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"not what it seems")
    assert reason(path, **({"crs": GRID, "unit": "m"} if name == "a.dxf" else {}))


def planted(folder: Path, name: str, content: bytes) -> Path:
    """A file of a harmless name, with all that a format wants beside it."""
    path = folder / name
    if path.suffix == ".zip":
        shp = planted(folder, "a.shp", content)
        return archive(folder, shp, shp.with_suffix(".shx"), shp.with_suffix(".dbf"), inside="")
    if path.suffix == ".kmz":
        return archive(folder, planted(folder, "doc.kml", content), name=name, inside="")
    if path.suffix == ".shp":
        for other in (".shx", ".dbf"):
            path.with_suffix(other).write_bytes(b"\0" * 64)
    path.write_bytes(content)
    return path


def other_files(secret: Path) -> dict[str, bytes]:
    """Contents that make GDAL read another file, by the driver that does."""
    source = f"<SrcDataSource>{secret}</SrcDataSource><SrcLayer>secret</SrcLayer>"
    layer = f"<OGRVRTLayer name='a'>{source}</OGRVRTLayer>"
    pipeline = f"gdal vector pipeline ! read {secret}"
    return {
        "VRT": f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>".encode(),
        "VRT after": f"<!-- <kml> --><OGRVRTDataSource>{layer}</OGRVRTDataSource>".encode(),
        "GDALG": json.dumps({"type": "gdal_streamed_alg", "command_line": pipeline}).encode(),
        "CSV": b'WKT,name\n"POINT (113 40)",1\n',
        "GeoJSON": json.dumps({"type": "Point", "coordinates": [113, 40]}).encode(),
    }


@pytest.mark.usefixtures("gdal_whole")
@pytest.mark.parametrize("name", ["a.kml", "a.kmz", "a.shp", "a.zip", "a.gpkg"])
@pytest.mark.parametrize("how", ["VRT", "VRT after", "GDALG", "CSV", "GeoJSON"])
def test_a_file_that_names_another_has_it_read_by_nobody(name: str, how: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text('WKT,name\n"POINT (113 40)",scrypt$SECRET\n')
    path = planted(tmp_path, name, other_files(secret)[how])
    assert "whatever its name says" in reason(path)


@pytest.mark.usefixtures("gdal_whole")
@pytest.mark.parametrize("how", ["VRT", "GDALG", "CSV"])
def test_gdal_itself_is_left_no_driver_that_reads_other_files(how: str, tmp_path: Path) -> None:
    assert "OGR_VRT" in pyogrio.list_drivers()  # as where somebody imported it before us
    read_features(write(tmp_path / "ours.gpkg", METRES, GRID, "GPKG"))
    assert set(pyogrio.list_drivers()) <= DRIVERS
    secret = tmp_path / "secret.csv"
    secret.write_text('WKT,name\n"POINT (113 40)",scrypt$SECRET\n')
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.raw.read(planted(tmp_path, "a.kml", other_files(secret)[how]))


@pytest.mark.usefixtures("gdal_whole")
def test_gdal_asks_nobody_on_the_network(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def parse_request(self) -> bool:
            asked.append(str(self.raw_requestline))
            return False

    read_features(write(tmp_path / "ours.gpkg", METRES, GRID, "GPKG"))
    with HTTPServer(("127.0.0.1", 0), Listening) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(pyogrio.errors.DataSourceError):
            pyogrio.list_layers(f"/vsicurl/http://127.0.0.1:{server.server_port}/a.gpkg")
        server.shutdown()
    assert asked == []


@pytest.mark.usefixtures("gdal_whole")
def test_a_library_that_keeps_its_drivers_reads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.gpkg", METRES, GRID, "GPKG")
    monkeypatch.setattr("pyogrio._ogr._register_drivers", lambda: None)
    with pytest.raises(GeoLibraryError):
        read_features(path)


def test_a_kml_in_characters_that_the_library_does_not_know_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes('<?xml version="1.0" encoding="GB2312"?><kml><name>工地</name></kml>'.encode("gb2312"))
    assert "encoding" in reason(path)


def test_only_other_formats_need_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.gpkg", METRES, GRID, "GPKG")
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    assert read_features(geojson(tmp_path, ring())).features
    with pytest.raises(GeoLibraryError, match=r"gushu\[gis\]"):
        read_features(path)


@given(
    lon=st.floats(75, 134), lat=st.floats(19, 53), size=st.floats(1e-5, 1e-2),
    datum=st.sampled_from(["WGS84", "CGCS2000", "GCJ-02", "BD-09"]),
)  # fmt: skip
def test_any_square_in_any_datum_comes_back_to_its_place(
    lon: float, lat: float, size: float, datum: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    corners = ring(lon, lat, size)
    given_as = [list(from_wgs84(x, y, datum)) for x, y in corners]
    path = geojson(tmp_path_factory.mktemp("any"), given_as)
    found = read_features(path, crs=datum).features[0].geometry
    assert found.bounds == pytest.approx(shapely.Polygon(corners).bounds, abs=2e-6)


KEYS = ["type", "features", "geometry", "coordinates", "properties", "crs", "geometries"]
KINDS = ["Feature", "Polygon", "FeatureCollection", "GeometryCollection"]
LEAVES = st.none() | st.booleans() | st.floats() | st.text(max_size=6) | st.sampled_from(KINDS)


def nested(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(each, max_size=4) | st.dictionaries(st.sampled_from(KEYS), each, max_size=5)


@given(told=st.recursive(LEAVES, nested, max_leaves=12))
def test_any_json_is_read_or_refused_and_never_breaks(
    told: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.geojson"
    path.write_text(json.dumps(told), encoding="utf-8")
    try:
        found = read_features(path)
    except GeoFileError:
        return
    assert found.features
