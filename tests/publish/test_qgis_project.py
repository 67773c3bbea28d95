"""The QGIS project inside an edition: sound XML, layers and relations that name what is there."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from register_kit import REPOSITORY

from registry.geopackage import begin_geopackage
from registry.layer_styles import layer_styles
from registry.qgis_project import NAME, RELATIONS, packed, project_xml, write_project

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
BOX = (113.0, 35.9, 113.2, 36.2)


@pytest.fixture
def project() -> ET.Element:
    return ET.fromstring(project_xml("public.gpkg", BOX))


def test_the_project_is_kept_as_qgis_keeps_one(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as connection:
        connection.executescript((REPOSITORY / "schema" / "public.sql").read_text("utf-8"))
        begin_geopackage(connection)
        write_project(connection, NOW, "a.gpkg")
        name, facts, content = connection.execute(
            "SELECT name, metadata, content FROM qgis_projects"
        ).fetchone()
        assert (
            connection.execute("SELECT 1 FROM gpkg_contents WHERE table_name = 'qgis_projects'").fetchone()
            is None
        )
    assert (name, json.loads(facts)["last_modified_time"]) == (NAME, "2026-11-21T08:00:00")
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        assert archive.namelist() == ["gushu.qgs"]
        assert ET.fromstring(archive.read("gushu.qgs")).tag == "qgis"
    assert len(content) < 20_000


def test_the_same_project_makes_the_same_bytes() -> None:
    assert packed(project_xml("a.gpkg", BOX)) == packed(project_xml("a.gpkg", BOX))


def test_every_layer_of_the_tree_is_a_layer_of_the_project_and_finds_its_table(project: ET.Element) -> None:
    ids = [layer.get("id") for layer in project.iter("layer-tree-layer")]
    sources = {layer.findtext("id"): layer.findtext("datasource") for layer in project.iter("maplayer")}
    assert sorted(ids) == sorted(sources)
    assert len(set(ids)) == len(ids)
    listed = sqlite3.connect(":memory:")
    listed.executescript((REPOSITORY / "schema" / "public.sql").read_text("utf-8"))
    for source in sources.values():
        path, table, *_kind = str(source).split("|")
        assert path == "./public.gpkg"
        assert listed.execute(f"PRAGMA table_info('{table.removeprefix('layername=')}')").fetchall()
    listed.close()


def test_styled_layers_bear_their_style_and_trees_their_numbers(project: ET.Element) -> None:
    for layer in project.iter("maplayer"):
        shape = layer.get("geometry")
        symbols = {symbol.get("type") for symbol in layer.iter("symbol")}
        assert symbols == {"Point": {"marker"}, "Polygon": {"fill"}, "No geometry": set()}[str(shape)]
    assert {str(layer.findtext("id")).split("_")[1] for layer in project.iter("maplayer")} >= set(
        layer_styles()
    )
    trees = next(layer for layer in project.iter("maplayer") if layer.findtext("id") == "gushu_tree_point")
    assert trees.find("labeling/settings/text-style").get("fieldName") == "tree_no"  # type: ignore[union-attr]


def test_numbers_are_shown_near_and_left_out_far_away(project: ET.Element) -> None:
    """QGIS takes `scaleMin` for the largest scale and `scaleMax` for the smallest (tried with 3.22)."""
    rendering = next(project.iter("rendering"))
    assert (rendering.get("scaleMin"), rendering.get("scaleMax")) == ("0", "25000")


def test_the_project_is_in_degrees_and_measures_in_metres(project: ET.Element) -> None:
    """Without ProjectionsEnabled QGIS leaves the system of the project out (tried with 3.22)."""
    assert project.findtext("properties/SpatialRefSys/ProjectionsEnabled") == "1"
    assert project.findtext("properties/Measure/Ellipsoid") == "EPSG:7030"


def test_columns_have_names_and_codes_have_words() -> None:
    columns = {"tree": ["uuid", "height_m", "category"], "measurement": ["girth_cm"]}
    project = ET.fromstring(project_xml("public.gpkg", BOX, columns))
    trees = next(layer for layer in project.iter("maplayer") if layer.findtext("id") == "gushu_tree_point")
    names = {alias.get("field"): alias.get("name") for alias in trees.iter("alias")}
    assert names == {"height_m": "树高 / Height (m)", "category": "类别 / Category"}
    words = {
        option.get("value"): option.get("name") for option in trees.iter("Option") if option.get("value")
    }
    assert words["listed"] == "名录树木 / Listed tree"
    assert {alias.get("name") for alias in project.iter("alias")} >= {"胸围 / Girth (cm)"}


def test_relations_join_columns_that_exist(project: ET.Element) -> None:
    listed = sqlite3.connect(":memory:")
    listed.executescript((REPOSITORY / "schema" / "public.sql").read_text("utf-8"))
    relations = list(project.iter("relation"))
    assert len(relations) == len(RELATIONS)
    for relation, (_id, _name, table) in zip(relations, RELATIONS, strict=True):
        reference = relation.find("fieldRef")
        assert reference is not None
        assert relation.get("referencingLayer") == f"gushu_{table}_table"
        columns = {row[1] for row in listed.execute(f"PRAGMA table_info('{table}')")}
        assert reference.get("referencingField") in columns
        assert reference.get("referencedField") in {
            row[1] for row in listed.execute("PRAGMA table_info('tree')")
        }
    listed.close()
