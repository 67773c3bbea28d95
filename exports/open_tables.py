"""Open tables: rows of an edition as CSV, JSON and GeoJSON, in pieces, so that memory does not grow.

Each says how many rows belong to it, so that a file that was cut off is noticed: CSV numbers its rows
(`row` of `rows`), JSON and GeoJSON count at their end and cannot be read without it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import shapely

from exports.csv_cells import BYTE_ORDER_MARK, csv_line

ROWS = 400
"""Rows in one piece."""
HIDDEN = frozenset({"fid", "geom"})
"""Columns of a layer that no table shows: the shape is told otherwise."""
LISTS = frozenset(
    {"listings", "division_path", "division_path_en", "withheld", "details", "inspections", "designations"}
    | {"aliases", "flags", "history", "composition"}
)
"""Columns that hold JSON."""
_ENVELOPES = (0, 32, 48, 48, 64)
"""Bytes of the envelope in a GeoPackage blob, by its kind."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table says of itself.

    `edition` are the facts of the edition, `total` how many rows follow, `licences` each licence once.
    """

    edition: Mapping[str, str]
    total: int
    licences: tuple[str, ...] = ()
    address: str = ""
    """Where it was fetched from, with the question that was asked."""

    @property
    def number(self) -> str:
        """The number of the edition."""
        return self.edition.get("number", "")

    @property
    def made_on(self) -> str:
        """The day of the edition, YYYY-MM-DD."""
        return self.edition.get("made_at", "")[:10]


def csv_pieces(names: Sequence[str], rows: Iterable[Sequence[Any]], facts: TableFacts) -> Iterator[bytes]:
    """CSV (RFC 4180) in UTF-8, marked so that spreadsheets read Chinese; a cell is never a formula.

    names: columns of `rows`. Behind them each row names its edition, its own number and the number of rows.
    """
    head = [*names, "edition", "edition_date", "row", "rows"]
    yield BYTE_ORDER_MARK.encode() + csv_line(head)
    lists = [place for place, name in enumerate(names) if name in LISTS]
    count = 0
    for batch in _batches(rows):
        lines = []
        for row in batch:
            count += 1
            values = list(row)
            for place in lists:
                values[place] = flat(values[place])
            lines.append(csv_line([*values, facts.number, facts.made_on, count, facts.total]))
        yield b"".join(lines)


def json_pieces(rows: Iterable[Row], facts: TableFacts) -> Iterator[bytes]:
    """One JSON object: the edition, the trees, and at its end how many."""
    yield f'{{"edition": {_json(dict(facts.edition))}, "trees": ['.encode()
    count = 0
    for batch in _batches(rows):
        yield ((",\n" if count else "\n") + ",\n".join(_json(plain(row)) for row in batch)).encode()
        count += len(batch)
    yield f'\n], "count": {count}}}\n'.encode()


def geojson_pieces(rows: Iterable[Row], facts: TableFacts) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946) with its edition and licences; `numberReturned` stands at its end."""
    members = {
        "type": "FeatureCollection",
        "edition": {"number": facts.number, "date": facts.made_on},
        "licences": facts.licences,
        "numberMatched": facts.total,
    }
    yield (_json(members)[:-1] + ', "features": [').encode()
    count = 0
    for batch in _batches(rows):
        yield ((",\n" if count else "\n") + ",\n".join(_json(feature(row)) for row in batch)).encode()
        count += len(batch)
    yield f'\n], "numberReturned": {count}}}\n'.encode()


def feature(row: Row) -> dict[str, Any]:
    """A row of a layer as a GeoJSON feature; one without a published position has the geometry null."""
    columns = row.keys()
    identifier = row["uuid"] if "uuid" in columns else row["fid"]
    return {"type": "Feature", "id": identifier, "geometry": geometry(row), "properties": plain(row)}


def geometry(row: Row) -> dict[str, Any] | None:
    """The shape of a row of a layer, longitude first, WGS84."""
    blob = row["geom"]
    if blob is None:
        return None
    if len(blob) == 29:  # a point of ours: 8 bytes of header, 21 of WKB
        return {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    return dict(shapely.geometry.mapping(shape_of(blob)))


def shape_of(blob: bytes) -> Any:
    """The shape in a GeoPackage blob."""
    return shapely.from_wkb(blob[8 + _ENVELOPES[(blob[3] >> 1) & 7] :])


def plain(row: Row) -> dict[str, Any]:
    """The columns of a row as JSON values, lists as lists, the shape left out."""
    columns = [name for name in row.keys() if name not in HIDDEN]  # noqa: SIM118  (a row of sqlite3)
    return {name: json.loads(row[name]) if name in LISTS and row[name] else row[name] for name in columns}


def flat(text: str | None) -> str:
    """A list in JSON as text for a cell: `臺北市; 萬華區`; a list of more than words as it is."""
    found = json.loads(text or "[]")
    return "; ".join(found) if all(isinstance(part, str) for part in found) else str(text)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, ROWS)):
        yield batch


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
