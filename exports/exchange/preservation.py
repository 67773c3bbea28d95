"""Open data in the manner of planning offices: orders, zones and trees, as England's specification has them.

Specification "Tree preservation order" 1.2.2 (8 September 2023), planning.data.gov.uk: a reference stays for
good, and what no longer holds gets an end-date instead of being deleted. Columns of ours are beside those of
the specification: terms of re-use, and `row` of `rows`, so that a file that was cut off is noticed.

An order is a decision, under which a grade or a place on a list was given. Its reference is made of
the office, the scheme and the document's number. Where an office decides by law and list alone, without a
document for each, the list itself is the order. A protection zone rests on a document that is of no scheme:
its notes name it. No row of an edition tells when a tree was felled: that column is left out.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.csv_cells import BYTE_ORDER_MARK, csv_line
from exports.open_tables import shape_of

Row = Mapping[str, Any]
_ENDS = ("notes", "organisation", "licence", "attribution", "entry-date", "start-date", "end-date")
ORDER = ("reference", "name", "document-url", "documentation-url", "made-date", "confirmed-date", *_ENDS)
ZONE = (
    "reference",
    "name",
    "tree-preservation-order",
    "tree-preservation-zone-type",
    "geometry",
    "point",
    *_ENDS,
)
TREE = ("reference", "name", "tree-preservation-order", "address-text", "point", "tree-species", "age-years",
        "girth-cm", "height-m", *_ENDS)  # fmt: skip
FLAT = ("dataset", *dict.fromkeys((*TREE, *ZONE)))
"""Trees and zones in one table; `dataset` says which a row is of."""
DATASETS = {"tree-preservation-order": ORDER, "tree-preservation-zone": ZONE, "tree": TREE}
_ZONE_TYPES = {"grove": "group", "garden": "area", "place": "area", "zone": "area"}


@dataclass(frozen=True, slots=True)
class About:
    """What is said of every row. address: of the public site, "" where it has none; made_on: YYYY-MM-DD."""

    made_on: str
    address: str = ""

    def page(self, path: str) -> str:
        """The address of a page of the site."""
        return self.address + path if self.address else ""


def order_row(row: Row, about: About) -> dict[str, Any]:
    """An order. row: authority_id, scheme, document_no, first_on, approved_on, published_on, published_url,
    ended_on, licence, attribution of one decision."""
    return {
        "reference": order_reference(row["authority_id"], row["scheme"], row["document_no"]),
        "name": row["document_no"] or row["scheme"],
        "document-url": row["published_url"],
        "documentation-url": about.page("/download"),
        "made-date": row["first_on"],
        "confirmed-date": row["approved_on"],
        "notes": row["scheme"],
        "start-date": row["published_on"] or row["first_on"],
        "end-date": row["ended_on"],
        **_common(row, about),
    }


def tree_row(row: Row, about: About) -> dict[str, Any]:
    """A tree. row: of `tree`, with what `standing` tells of its decisions."""
    return {
        "reference": row["uuid"],
        "name": " ".join(
            filter(None, (row["tree_no"], row["name_zh"] or row["name_en"] or row["common_name"]))
        ),
        "tree-preservation-order": _order(row),
        "address-text": _address(row),
        "point": _point(row),
        "tree-species": row["name_latin"] or row["latin_verbatim"] or row["name_verbatim"],
        "age-years": row["age_years"],
        "girth-cm": row["girth_cm"],
        "height-m": row["height_m"],
        "notes": _held_back(row),
        "start-date": row["first_on"],
        "end-date": row["ended_on"],
        **_common(row, about),
    }


def area_row(kind: str, row: Row, about: About) -> dict[str, Any]:
    """A grove, garden or place as a zone. row: of its table, with `geom`, and with what `standing` tells."""
    return {
        "reference": row["uuid"],
        "name": " ".join(filter(None, (row["number"], row["name"]))),
        "tree-preservation-order": _order(row),
        "tree-preservation-zone-type": _ZONE_TYPES[kind],
        "geometry": _outline(row["geom"]),
        "point": _point(row),
        "notes": _held_back(row),
        "start-date": row["first_on"],
        "end-date": row["ended_on"],
        **_common(row, about),
    }


def zone_row(row: Row, about: About) -> dict[str, Any]:
    """A protection zone. row: of `zone`, with authority_id, licence and attribution of its record."""
    return {
        "reference": f"{row['tree_uuid'] or row['area_uuid']}:zone:{row['fid']}",
        "name": " ".join(filter(None, (row["number"], row["name"]))),
        "tree-preservation-zone-type": _ZONE_TYPES["zone"],
        "geometry": _outline(row["geom"]),
        "notes": " · ".join(filter(None, (row["statement"], row["document_no"]))),
        "start-date": row["since"],
        **_common(row, about),
    }


def standing(decisions: Iterable[Row]) -> dict[str, Any]:
    """scheme, document_no, first_on and ended_on: of the newest decision that holds, or else of the newest,
    with the day on which the last of them ended. All None where nothing was decided.
    """
    newest = sorted(decisions, key=lambda each: each.get("designated_on") or "", reverse=True)
    holding = [each for each in newest if each.get("ended_on") is None]
    told = next(iter(holding or newest), {})
    return {
        "scheme": told.get("scheme"),
        "document_no": told.get("document_no"),
        "first_on": told.get("designated_on"),
        "ended_on": None if holding else max((each["ended_on"] for each in newest), default=None),
    }


def order_reference(authority_id: str, scheme: str, document_no: str | None) -> str:
    """The lasting name of an order."""
    return ":".join(filter(None, (authority_id, scheme, document_no)))


def table_pieces(names: Sequence[str], rows: Iterable[Mapping[str, Any]], total: int) -> Iterator[bytes]:
    """CSV in UTF-8 with a byte order mark; a cell is never a formula and has no line break."""
    yield BYTE_ORDER_MARK.encode() + csv_line([*names, "row", "rows"])
    for number, row in enumerate(rows, start=1):
        yield csv_line([*(_cell(row.get(name)) for name in names), number, total])


def _order(row: Row) -> str | None:
    if row["scheme"] is None:
        return None
    return order_reference(row["authority_id"], row["scheme"], row["document_no"])


def _common(row: Row, about: About) -> dict[str, Any]:
    return {
        "organisation": row["authority_id"],
        "licence": row["licence"],
        "attribution": row["attribution"],
        "entry-date": about.made_on,
    }


def _held_back(row: Row) -> str | None:
    if row["position_precision"] == "exact":
        return None
    return "no position is published" if row["lon"] is None else "the position is generalised"


def _address(row: Row) -> str:
    places = json.loads(row["division_path"] or "[]")
    parts = [*places, row["town"], row["village"], row["address"] or row["small_place"]]
    return " ".join(dict.fromkeys(part for part in parts if part))


def _point(row: Row) -> str | None:
    return None if row["lon"] is None else f"POINT ({row['lon']} {row['lat']})"


def _outline(blob: bytes | None) -> str | None:
    if blob is None:
        return None
    shape = shape_of(blob)
    return str(shape.wkt) if shape.geom_type in {"Polygon", "MultiPolygon"} else None


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return " ".join(value.split()) if isinstance(value, str) else value
