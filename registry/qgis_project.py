"""A QGIS project inside the edition: layers in groups, their styles, and what belongs to a tree as relations.

QGIS keeps projects of a GeoPackage in its table `qgis_projects`: a name, facts as JSON, and the zipped
project (.qgz) in hexadecimal. The table is QGIS's own and no layer, so nothing is entered in `gpkg_contents`,
and programs that list layers see what they saw before. Written by hand, after what QGIS 3.22 writes.
"""

import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from registry.geopackage import WGS84_WKT
from registry.layer_styles import Style, add_columns, add_style, columns_of, layer_styles

VERSION = "3.22.0"
NAME = "gushu"
_SHAPES = {"Point": 0, "Polygon": 2}
"""Kinds of shape as styles number them."""
_KEY = "uuid"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the project. shape: "Point", "Polygon" or "" for a table; mixed: whether the table holds
    several kinds of shape, of which this layer shows one."""

    table: str
    name: str
    shape: str = ""
    is_mixed: bool = False
    is_shown: bool = True

    @property
    def id(self) -> str:
        return f"gushu_{self.table}_{self.shape.lower() or 'table'}"

    def source(self, file_name: str) -> str:
        """Where QGIS finds it, beside the project."""
        kind = f"|geometrytype={self.shape}" if self.is_mixed else ""
        return f"./{file_name}|layername={self.table}{kind}"


GROUPS: tuple[tuple[str, tuple[Layer, ...]], ...] = (
    ("古树名木 / trees", (Layer("tree", "古树名木 / trees", "Point"),)),
    (
        "古树群与名园 / groves and gardens",
        tuple(
            Layer(table, f"{name}{' · 点 / points' if shape == 'Point' else ''}", shape, is_mixed=True)
            for table, name in (
                ("grove", "古树群 / groves"),
                ("garden", "历史名园 / heritage gardens"),
                ("place", "地点 / places"),
                ("element", "历史景观要素 / elements"),
            )
            for shape in ("Point", "Polygon")
        ),
    ),
    (
        "保护范围 / protection zones",
        (Layer("zone", "保护范围 / zones", "Polygon", is_mixed=True),),
    ),
    (
        "记录 / records",
        (Layer("measurement", "测量 / measurements"), Layer("inspection", "巡查 / inspections")),
    ),
)
"""The layer tree, from the top: what comes first is drawn above the rest."""
RELATIONS = (
    ("tree_measurements", "测量 / measurements", "measurement"),
    ("tree_inspections", "巡查 / inspections", "inspection"),
)
"""Id, name and table of the rows that name a tree by `tree_uuid`."""


def write_project(connection: sqlite3.Connection, now: datetime, file_name: str) -> None:
    """Put the project into the edition that will be called `file_name`."""
    box = connection.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'tree' AND min_x IS NOT NULL"
    ).fetchone()
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    facts = json.dumps({"last_modified_time": at, "last_modified_user": "gushu"})
    columns = {layer.table: columns_of(connection, layer.table) for layer in _layers()}
    content = packed(project_xml(file_name, box or (70.0, 0.0, 140.0, 55.0), columns))
    connection.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", (NAME, facts, content.hex()))


def packed(project: str) -> bytes:
    """A project as QGIS zips it (.qgz); the same project, the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo(f"{NAME}.qgs", (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, project)
    return stream.getvalue()


def project_xml(
    file_name: str,
    box: tuple[float, float, float, float],
    columns: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The project (.qgs) as XML.

    box: west, south, east, north of what it opens on, in degrees. columns: of each table.
    """
    root = ET.Element("qgis", version=VERSION, projectname="古树名木 / heritage trees")
    ET.SubElement(root, "title").text = "古树名木 / heritage trees"
    _system(ET.SubElement(root, "projectCrs"))
    tree = ET.SubElement(root, "layer-tree-group")
    for title, layers in GROUPS:
        group = ET.SubElement(tree, "layer-tree-group", name=title, checked="Qt::Checked", expanded="1")
        for layer in layers:
            ET.SubElement(
                group, "layer-tree-layer", id=layer.id, name=layer.name, source=layer.source(file_name),
                providerKey="ogr", checked="Qt::Checked" if layer.is_shown else "Qt::Unchecked", expanded="0",
            )  # fmt: skip
    _relations(ET.SubElement(root, "relations"))
    _canvas(ET.SubElement(root, "mapcanvas", name="theMapCanvas"), box)
    styles = layer_styles()
    held = ET.SubElement(root, "projectlayers")
    for layer in _layers():
        _layer(held, layer, styles.get(layer.table), file_name, (columns or {}).get(layer.table, ()))
    order = ET.SubElement(root, "layerorder")
    for layer in _layers():
        if layer.shape:
            ET.SubElement(order, "layer", id=layer.id)
    _properties(ET.SubElement(root, "properties"))
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _layers() -> list[Layer]:
    return [layer for _title, layers in GROUPS for layer in layers]


def _properties(parent: ET.Element) -> None:
    """Paths relative to the project; the project's system in use (else QGIS knows of none), lengths and areas
    measured on the ellipsoid in metres."""
    for group, name, kind, value in (
        ("Paths", "Absolute", "bool", "false"),
        ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
        ("Measure", "Ellipsoid", "QString", "EPSG:7030"),
        ("Measurement", "DistanceUnits", "QString", "meters"),
        ("Measurement", "AreaUnits", "QString", "m2"),
    ):
        held = parent.find(group)
        held = ET.SubElement(parent, group) if held is None else held
        ET.SubElement(held, name, type=kind).text = value


def _layer(
    parent: ET.Element, layer: Layer, style: Style | None, file_name: str, columns: Sequence[str]
) -> None:
    facts = {"type": "vector", "geometry": layer.shape or "No geometry"}
    element = ET.SubElement(parent, "maplayer", facts)
    ET.SubElement(element, "id").text = layer.id
    ET.SubElement(element, "datasource").text = layer.source(file_name)
    ET.SubElement(element, "layername").text = layer.name
    if layer.shape:
        _system(ET.SubElement(element, "srs"))
    ET.SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    if style is not None and layer.shape:
        add_style(element, replace(style, shape=_SHAPES[layer.shape]))
    add_columns(element, columns)
    if layer.table == "tree":
        ET.SubElement(element, "previewExpression").text = "\"tree_no\" || ' ' || coalesce(\"name_zh\", '')"


def _relations(parent: ET.Element) -> None:
    ids = {layer.table: layer.id for layer in _layers()}
    for own, name, table in RELATIONS:
        facts = {"id": own, "name": name, "strength": "Association"}
        facts |= {"referencedLayer": ids["tree"], "referencingLayer": ids[table]}
        relation = ET.SubElement(parent, "relation", facts)
        ET.SubElement(relation, "fieldRef", referencingField="tree_uuid", referencedField=_KEY)


def _canvas(parent: ET.Element, box: tuple[float, float, float, float]) -> None:
    ET.SubElement(parent, "units").text = "degrees"
    extent = ET.SubElement(parent, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        ET.SubElement(extent, name).text = repr(float(value))
    _system(ET.SubElement(parent, "destinationsrs"))


def _system(parent: ET.Element) -> None:
    """WGS84 in degrees."""
    system = ET.SubElement(parent, "spatialrefsys", nativeFormat="Wkt")
    for name, value in (
        ("wkt", WGS84_WKT), ("proj4", "+proj=longlat +datum=WGS84 +no_defs"), ("srsid", "3452"),
        ("srid", "4326"), ("authid", "EPSG:4326"), ("description", "WGS 84"),
        ("projectionacronym", "longlat"), ("ellipsoidacronym", "EPSG:7030"), ("geographicflag", "true"),
    ):  # fmt: skip
        ET.SubElement(system, name).text = value
