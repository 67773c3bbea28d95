"""How QGIS draws an edition's layers and calls their columns: styles (QML) in `layer_styles`, the table where
it looks for them.

A layer of several kinds of shape (groves, gardens …) has a style for its polygons; QGIS leaves its points
as they come, for a style is of one kind of shape.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from xml.etree import ElementTree as ET

from registry.geopackage import register_attributes
from registry.vocab.fields import FIELDS
from registry.vocab.words import (
    WORDS,
    AgeBasis,
    Category,
    Distribution,
    Grade,
    GrowthPlace,
    Ownership,
    Precision,
    TreeStatus,
    Vigour,
)

Colour = tuple[int, int, int]
_SEAL, _GOLD, _LEAF, _BLUE, _SOFT = (
    (179, 55, 42),
    (181, 138, 60),
    (47, 107, 74),
    (51, 86, 110),
    (120, 126, 120),
)
_GRADE_COLOURS: dict[str, Colour] = {"1": _SEAL, "2": _GOLD, "3": _LEAF, "4": _BLUE}
_POINT, _POLYGON = 0, 2
_CODED: dict[str, type[StrEnum]] = {
    "category": Category,
    "status": TreeStatus,
    "protection_grade": Grade,
    "age_basis": AgeBasis,
    "growth_place": GrowthPlace,
    "distribution": Distribution,
    "ownership": Ownership,
    "vigour": Vigour,
    "position_precision": Precision,
}
"""Columns whose codes QGIS shows in words."""
_LABELS_BELOW = 25_000
"""The scale from which on trees stand far enough apart to be labelled, as its denominator."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One entry of a legend: the value it stands for ("" for all others), its words and its looks."""

    value: str
    label: str
    colour: Colour
    opacity: int = 255
    """Of the fill, 0 to 255."""
    dash: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How one layer is drawn: by the values of `column`, or alike where it is ""."""

    name: str
    shape: int
    symbols: tuple[Symbol, ...]
    column: str = ""
    label_column: str = ""


def layer_styles() -> dict[str, Style]:
    """The style of each layer that has one, by table."""
    grades = [Symbol(value, f"{label.zh} / {label.en}", _GRADE_COLOURS[value])
              for value, label in WORDS[Grade].items() if value in _GRADE_COLOURS]  # fmt: skip
    trees = (*grades, Symbol("", "未定级 / no grade", _SOFT))
    zones = (
        Symbol("legal", "依法划定 / delineated", _SEAL, 40),
        Symbol("computed", "推算，未依法公布 / computed, not legally published", _BLUE, 30, dash=True),
    )
    return {
        "tree": Style("古树名木 / trees", _POINT, trees, "protection_grade", "tree_no"),
        "zone": Style("保护范围 / zones", _POLYGON, zones, "kind"),
        "grove": _plain("古树群 / groves", _LEAF),
        "garden": _plain("历史名园 / heritage gardens", _GOLD),
        "place": _plain("地点 / places", _SOFT),
        "element": _plain("历史景观要素 / elements", _BLUE),
    }


def write_styles(connection: sqlite3.Connection, now: datetime) -> None:
    """Put the styles into the edition: QGIS takes them when it opens a layer."""
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    rows = [
        (
            "", "", table, "geom", style.name[:30], style_qml(style, columns_of(connection, table)), "", 1,
            style.name, "", None, at,
        )
        for table, style in layer_styles().items()
    ]  # fmt: skip
    names = (
        "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, "
        "useAsDefault, description, owner, ui, update_time"
    )
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO layer_styles ({names}) VALUES ({marks})", rows)
    register_attributes(connection, "layer_styles", about="QGIS 图层样式 / styles for QGIS", at=now)


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table of the edition, in their order."""
    return [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")')]


def style_qml(style: Style, columns: Sequence[str] = ()) -> str:
    """`style` as a QGIS style document, with what the columns of its layer are called."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling|Fields|Forms")
    add_style(root, style)
    add_columns(root, columns)
    text = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{text}\n"


def add_style(root: ET.Element, style: Style) -> None:
    """Put the renderer and the labels of `style` into a style document, or a layer of a project."""
    kind = "categorizedSymbol" if style.column else "singleSymbol"
    renderer = ET.SubElement(
        root, "renderer-v2", type=kind, symbollevels="0", enableorderby="0", forceraster="0"
    )
    if style.column:
        renderer.set("attr", style.column)
        entries = ET.SubElement(renderer, "categories")
        for number, symbol in enumerate(style.symbols):
            facts = {"value": symbol.value, "symbol": str(number), "label": symbol.label, "render": "true"}
            ET.SubElement(entries, "category", facts)
    symbols = ET.SubElement(renderer, "symbols")
    for number, symbol in enumerate(style.symbols):
        _add_symbol(symbols, number, symbol, style.shape)
    if style.label_column:
        _add_labels(root, style.label_column)
    ET.SubElement(root, "blendMode").text = "0"
    ET.SubElement(root, "layerGeometryType").text = str(style.shape)


def add_columns(root: ET.Element, columns: Sequence[str]) -> None:
    """Say in a style document, or a layer of a project, what columns are called and what their codes mean."""
    configuration = ET.SubElement(root, "fieldConfiguration")
    for column in columns:
        if column in _CODED:
            field = ET.SubElement(configuration, "field", name=column, configurationFlags="None")
            _add_words(field, _CODED[column])
    aliases = ET.SubElement(root, "aliases")
    for column in columns:
        if known := FIELDS.get(column):
            unit = f" ({known.unit})" if known.unit.isascii() and known.unit else ""
            ET.SubElement(aliases, "alias", field=column, name=f"{known.zh} / {known.en}{unit}")


def _add_words(field: ET.Element, codes: type[StrEnum]) -> None:
    config = ET.SubElement(ET.SubElement(field, "editWidget", type="ValueMap"), "config")
    words = ET.SubElement(ET.SubElement(config, "Option", type="Map"), "Option", type="List", name="map")
    for code, label in WORDS[codes].items():
        pair = ET.SubElement(words, "Option", type="Map")
        ET.SubElement(pair, "Option", type="QString", name=f"{label.zh} / {label.en}", value=code)


def _plain(name: str, colour: Colour) -> Style:
    return Style(name, _POLYGON, (Symbol("", name, colour, 50),))


def _add_symbol(symbols: ET.Element, number: int, symbol: Symbol, shape: int) -> None:
    kind, layer_class = ("marker", "SimpleMarker") if shape == _POINT else ("fill", "SimpleFill")
    element = ET.SubElement(
        symbols, "symbol", type=kind, name=str(number), alpha="1", clip_to_extent="1", force_rhr="0"
    )
    layer = ET.SubElement(
        element, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"}
    )
    _add_options(layer, _marker(symbol) if shape == _POINT else _fill(symbol))


def _marker(symbol: Symbol) -> dict[str, str]:
    return {
        "name": "circle", "color": _rgba(symbol.colour), "size": "2.6", "size_unit": "MM",
        "outline_color": _rgba((255, 253, 248)), "outline_style": "solid", "outline_width": "0.3",
        "outline_width_unit": "MM",
    }  # fmt: skip


def _fill(symbol: Symbol) -> dict[str, str]:
    return {
        "color": _rgba(symbol.colour, symbol.opacity), "style": "solid",
        "outline_color": _rgba(symbol.colour), "outline_style": "dash" if symbol.dash else "solid",
        "outline_width": "0.46", "outline_width_unit": "MM",
    }  # fmt: skip


def _add_options(layer: ET.Element, facts: dict[str, str]) -> None:
    """The facts of a symbol twice: as QGIS writes them now, and as it did before 3.18."""
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in facts.items():
        ET.SubElement(options, "Option", type="QString", name=name, value=value)
    for name, value in facts.items():
        ET.SubElement(layer, "prop", k=name, v=value)


def _add_labels(root: ET.Element, column: str) -> None:
    """Labels with the values of `column`, from a scale on at which trees stand apart.

    QGIS reads `scaleMin` as the largest scale and `scaleMax` as the smallest, as denominators.
    """
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(settings, "text-style", fieldName=column, isExpression="0", fontSize="8",
                         fontSizeUnit="Point", fontWeight="50", textColor=_rgba((29, 43, 34)))  # fmt: skip
    ET.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
                  bufferColor=_rgba((255, 255, 255)))  # fmt: skip
    ET.SubElement(settings, "placement", placement="6", dist="1.2", distUnits="MM")
    ET.SubElement(settings, "rendering", drawLabels="1", scaleVisibility="1", scaleMin="0",
                  scaleMax=str(_LABELS_BELOW))  # fmt: skip


def _rgba(colour: Sequence[int], opacity: int = 255) -> str:
    return ",".join(map(str, (*colour, opacity)))
