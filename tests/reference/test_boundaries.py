"""Boundaries: a point well outside its division is told, one near the edge is not."""

import gzip
import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely
from register_kit import REPOSITORY

from registry.boundaries import TOLERANCE_M, Boundaries, boundaries
from registry.divisions import division_by_names
from registry.errors import InputMissingError, InputUnreadableError

SHARED = REPOSITORY.parent / "shared/data"
METRES = 111_320
WEST, EAST = shapely.box(112.0, 36.0, 113.0, 37.0), shapely.box(113.0, 36.0, 114.0, 37.0)


def collection(**properties: Any) -> dict[str, Any]:
    """One square as GeoJSON."""
    geometry = json.loads(shapely.to_geojson(WEST))
    return {"type": "FeatureCollection", "features": [{"properties": properties, "geometry": geometry}]}


@pytest.mark.parametrize(
    ("north_m", "is_outside"), [(-10, False), (10, False), (TOLERANCE_M - 5, False), (TOLERANCE_M + 5, True)]
)
def test_the_tolerance_is_allowed_beyond_the_edge(north_m: float, is_outside: bool) -> None:
    pair = Boundaries([("1", "西县", WEST), ("2", "东县", EAST)])
    (found,) = pair.outside([112.5], [37.0 + north_m / METRES], [pair.area_of("1")])
    assert (found is not None) == is_outside
    assert found is None or found.distance_m == pytest.approx(north_m, abs=2)


def test_a_point_outside_is_told_with_its_distance_and_where_it_lies() -> None:
    pair = Boundaries([("1", "西县", WEST), ("2", "东县", EAST)])
    areas = [pair.area_of("1"), pair.area_of(None, "东县"), pair.area_of("9"), pair.area_of("1")]
    found = pair.outside([113.5, 113.5, 113.5, 120.0], [36.5, 36.5, 36.5, 36.5], areas)
    assert [bool(each) for each in found] == [True, False, False, True]
    assert found[0] is not None
    assert found[0].instead == "东县"
    assert found[0].distance_m == pytest.approx(0.5 * METRES * 0.8039, rel=0.005)  # cos 36.5°
    assert found[3] is not None
    assert found[3].instead is None
    assert pair.at(112.5, 36.5) == ("1", "西县")


def test_the_counties_that_come_along_are_whole() -> None:
    shipped = boundaries()
    for names in (
        ("山西省", "长治市", "上党区"),
        ("山西省", "大同市", "平城区"),
        ("四川省", "成都市", "青羊区"),
    ):
        assert shipped.area_of(division_by_names(names)) is not None
    assert shipped.at(113.0441667, 36.0458333) == ("140404", "上党区")


@pytest.mark.parametrize("name", ["own.geojson", "own.geojson.gz"])
def test_an_office_brings_its_own_file(tmp_path: Path, name: str) -> None:
    data = json.dumps(collection(DM="140404", 区名="上党区")).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    own = boundaries(tmp_path / name, code="DM", name="区名")
    assert own.area_of("140404") == own.area_of(None, "上党区") == 0
    with pytest.raises(InputUnreadableError, match="boundary_code"):
        boundaries(tmp_path / name)


def test_a_geopackage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.gpkg"
    blob = b"GP\0\1" + struct.pack("<i", 4490) + shapely.to_wkb(WEST)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization_coordsys_id);"
            "CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id);"
            "CREATE TABLE county (code, name, geom);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES (4490, 4490);"
            "INSERT INTO gpkg_geometry_columns VALUES ('county', 'geom', 4490);"
        )
        connection.execute("INSERT INTO county VALUES ('140404', '上党区', ?)", (blob,))
    assert boundaries(path).at(112.5, 36.5) == ("140404", "上党区")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 4525")
    path.touch()
    with pytest.raises(InputUnreadableError, match="degrees"):
        boundaries(path)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\x1f\x8b", b"SQLite format 3\0", b'{"features": [1]}']
)
def test_what_is_no_file_of_boundaries_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.geojson"
    path.write_bytes(content)
    with pytest.raises(InputUnreadableError):
        boundaries(path)
    path.unlink()
    with pytest.raises(InputMissingError):
        boundaries(path)


@pytest.mark.skipif(not SHARED.exists(), reason="the trees of Nanjing are not at hand")
def test_one_tree_of_nanjing_is_far_outside_its_district() -> None:
    counties = boundaries(SHARED / "china-boundaries/nanjing_counties.geojson.gz")
    with gzip.open(SHARED / "nanjing-ancient-trees/nanjing_ancient_trees.geojson.gz") as stream:
        trees = json.load(stream)["features"]
    lons, lats = zip(*(tree["geometry"]["coordinates"] for tree in trees), strict=True)
    areas = [
        counties.area_of(division_by_names(("江苏省", "南京市", tree["properties"]["area"])))
        for tree in trees
    ]
    assert None not in areas
    found = zip(trees, counties.outside(lons, lats, areas), strict=True)
    assert [(tree["properties"]["id"], out.instead) for tree, out in found if out] == [("754", "江宁区")]
