"""The collections: which layers of an edition are offered, and what they say of themselves."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from datasette_plugins.download.files import LAYER_TITLES
from exports.open_tables import HIDDEN, LISTS
from registry.vocab.words import Label

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@dataclass(frozen=True, slots=True)
class Collection:
    """One layer. `key` is the column that names a feature, `day` the one that `datetime` asks for."""

    id: str
    title: Label
    about: Label
    key: str = "uuid"
    day: str = "updated_on"


COLLECTIONS = {
    collection.id: collection
    for collection in (
        Collection(
            "tree",
            LAYER_TITLES["tree"],
            Label(
                "一株一条，最近的状况。位置不公开的树没有几何；"
                "概化的位置见 position_precision 与 coordinate_uncertainty_m。",
                "One feature for each tree in its latest state. A tree whose position is withheld has no "
                "geometry; position_precision and coordinate_uncertainty_m tell of generalised ones.",
            ),
        ),
        Collection(
            "grove",
            LAYER_TITLES["grove"],
            Label("有边界的为面，否则为点。", "A polygon where there is a boundary, else a point."),
        ),
        Collection(
            "garden",
            LAYER_TITLES["garden"],
            Label("有边界的为面，否则为点。", "A polygon where there is a boundary, else a point."),
        ),
        Collection(
            "place",
            LAYER_TITLES["place"],
            Label("台账中的村落、寺观、公园等。", "Villages, temples, parks and other places of a ledger."),
        ),
        Collection(
            "element",
            LAYER_TITLES["element"],
            Label("桥、井、碑、铺地等。", "Bridges, wells, steles, paving."),
        ),
        Collection(
            "zone",
            LAYER_TITLES["zone"],
            Label(
                "kind 为 legal 的依法划定，为 computed 的只是推算。要素编号只在一版之内有效。",
                "Those of kind legal are delineated by law, those of kind computed are not. Ids of features "
                "hold within an edition.",
            ),
            key="fid",
            day="since",
        ),
    )
}


def columns(db: sqlite3.Connection, collection: Collection) -> dict[str, str]:
    """The columns of a layer by name, with their SQL type; none where an older edition lacks the layer."""
    found = db.execute("SELECT name, type FROM pragma_table_info(?)", (collection.id,)).fetchall()
    return {row[0]: row[1].upper() for row in found if row[0] not in HIDDEN}


def queryables(db: sqlite3.Connection, collection: Collection) -> dict[str, str]:
    """The columns that a question may name."""
    return {name: kind for name, kind in columns(db, collection).items() if name not in LISTS}


def extent(db: sqlite3.Connection, collection: Collection) -> dict[str, Any]:
    """Where and when: of what is published."""
    row = db.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (collection.id,)
    ).fetchone()
    found: dict[str, Any] = {}
    if row is not None and row[0] is not None:
        found["spatial"] = {"bbox": [list(row)], "crs": CRS84}
    first, last = db.execute(
        f"SELECT MIN({collection.day}), MAX({collection.day}) FROM {collection.id}"
    ).fetchone()
    if first:
        gregorian = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
        found["temporal"] = {"interval": [[_instant(first), _instant(last)]], "trs": gregorian}
    return found


def _instant(day: str) -> str:
    return f"{day[:10]}T00:00:00Z"
