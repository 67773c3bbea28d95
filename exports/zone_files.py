"""Protection zones as geometry for planning's one map (国土空间规划“一张图”): GeoPackage, Shapefile, GeoJSON.

Columns have the names that planners use; of a Shapefile they are three characters long at most, since a name
may take ten bytes of UTF-8 there, and a text 254.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from exports.zone_list import basis_words, confidence_word, grade_word
from registry.care_errors import GeoLibraryError
from registry.vocab.care_words import ZoneKind
from registry.vocab.language import Translator
from registry.zone_records import ZoneLine

LAYER = "古树名木保护范围"
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}
NAMES = (
    ("古树编号", "编号"), ("树种", "树种"), ("拉丁学名", "学名"), ("保护等级", "等级"), ("行政区划", "区划"),
    ("范围类型", "类型"), ("保护范围面积", "面积"), ("划定依据", "依据"), ("计算规则", "规则"),
    ("可信度", "可信度"), ("批准文号", "文号"), ("批准机关", "机关"), ("公布日期", "公布日"),
    ("起始日期", "起始日"), ("偏离说明", "偏离"),
)  # fmt: skip
"""The name of each column, and its name in a Shapefile."""
_AREA = 6
_LONGEST = 254
Move = Callable[[Any], Any]


def write_zone_files(
    lines: Sequence[ZoneLine], path: Path, crs: str, move: Move, *, language: Translator
) -> None:
    """Write zones into `path`, its kind by its ending (a Shapefile with the files that belong to it).

    crs: the system of the coordinates, such as EPSG:4490; move: takes a shape in WGS84 degrees there.
    Raises GeoLibraryError where the library for the format is missing (GeoJSON needs none).
    """
    import shapely

    shapes = [move(shapely.from_wkb(line.outline)) for line in lines if line.outline]
    rows = [_row(line, language) for line in lines if line.outline]
    names = [name[path.suffix == ".shp"] for name in NAMES]
    if path.suffix == ".geojson":
        features = [
            {"type": "Feature", "properties": dict(zip(names, row, strict=True)),
             "geometry": json.loads(shapely.to_geojson(shape))}
            for shape, row in zip(shapes, rows, strict=True)
        ]  # fmt: skip
        told = {"type": "FeatureCollection", "name": LAYER, "features": features}
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return
    _write(path, crs, shapes, names, rows)


def _write(path: Path, crs: str, shapes: list[Any], names: list[str], rows: list[list[Any]]) -> None:
    import numpy as np
    import shapely

    try:
        import pyogrio
    except ImportError as error:
        raise GeoLibraryError(library="pyogrio") from error
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    fields = [
        np.array(column, dtype=float if index == _AREA else object) for index, column in enumerate(columns)
    ]
    many = [shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]) for shape in shapes]
    pyogrio.raw.write(
        path,
        geometry=np.array(shapely.to_wkb(many), dtype=object),
        field_data=fields,
        fields=np.array(names, dtype=object),
        layer=LAYER if path.suffix == ".gpkg" else path.stem,
        driver=DRIVERS[path.suffix],
        geometry_type="MultiPolygon" if path.suffix == ".gpkg" else "Polygon",
        crs=crs,
        encoding="UTF-8",
    )


def _row(line: ZoneLine, t: Translator) -> list[Any]:
    """One zone's values, in the order of `NAMES`; "" for what is not known."""
    rule = f"{line.pack_id} {line.rule}" if line.rule else ""
    said = t.word(ZoneKind, line.kind)
    kind = said if line.kind == "legal" else t.gettext("computed, not legally published")
    basis = basis_words(line, t)
    if len(basis.encode()) > _LONGEST:  # a Shapefile would cut it off
        basis = line.rule_text
    values = [
        line.number, line.name, line.name_latin, grade_word(line, t), "".join(line.division_path), kind,
        line.area_m2, basis, rule, confidence_word(line, t), line.document_no,
        line.approved_by, line.published_on, line.made_on, line.deviation,
    ]  # fmt: skip
    return [value if isinstance(value, float) else str(value or "") for value in values]
