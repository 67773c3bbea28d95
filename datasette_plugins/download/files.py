"""An edition's files: `/edition/<n>/public.gpkg`, `/edition/<n>/trees.csv` …; `/download/…` is the newest."""

import asyncio
import os
import re
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from datasette import NotFound, Response

from datasette_plugins.download.answers import OPEN_TO_ALL, FileAnswer, StreamAnswer
from datasette_plugins.download.editions import OpenEdition, digest_of, file_of, open_edition
from datasette_plugins.site.edition_database import EditionDatabase, stamp_of
from datasette_plugins.site.pages import edition_of
from datasette_plugins.site.versions import code_mark
from exports.dwca_groups import archive_dataset, archive_of, licence_groups
from exports.open_tables import HIDDEN, TableFacts, csv_pieces, geojson_pieces, json_pieces
from registry.rules.edition_files import manifest_path
from registry.vocab.words import Label

EDITION_ROUTE = r"^/edition/(?P<number>[0-9]{1,9})/(?P<file>[A-Za-z0-9./-]{1,60})$"
LAYERS = {
    "trees": "tree",
    "groves": "grove",
    "gardens": "garden",
    "places": "place",
    "elements": "element",
    "zones": "zone",
}
"""Tables that are given out, by the name of their file."""
LAYER_TITLES = {
    "tree": Label("古树名木", "Ancient and famous trees"),
    "grove": Label("古树群", "Groves"),
    "garden": Label("历史名园", "Heritage gardens"),
    "place": Label("地点", "Places"),
    "element": Label("历史景观要素", "Landmark elements"),
    "zone": Label("保护范围", "Protection zones"),
}
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json; charset=utf-8",
    "geojson": "application/geo+json",
}
_PACKAGE = "public.gpkg"
_PACKAGE_TYPE = "application/geopackage+sqlite3"
_TABLE = re.compile(r"^(?P<layer>[a-z]+)\.(?P<kind>csv|json|geojson)$")
_ARCHIVE = re.compile(r"^dwca/(?P<key>[a-z0-9-]+)\.zip$")


async def current_file(datasette: Any, request: Any) -> Any:
    """`/public.gpkg`, `/download/trees.csv` …: of the edition in place, whose lasting address is told."""
    return await _file(edition_of(datasette), request, None)


async def edition_file(datasette: Any, request: Any) -> Any:
    """`/edition/<n>/<file>`"""
    return await _file(edition_of(datasette), request, int(request.url_vars["number"]))


async def edition_address(datasette: Any, request: Any) -> Response:
    """`/edition/<n>`: where it is told."""
    number = int(request.url_vars["number"])
    file_of(edition_of(datasette), number)
    return Response.redirect(f"/download#edition-{number}")


async def _file(edition: EditionDatabase, request: Any, number: int | None) -> Any:
    return await asyncio.to_thread(_made, edition, request, number)


def _made(edition: EditionDatabase, request: Any, number: int | None) -> Any:
    name = request.url_vars["file"]
    if name in {_PACKAGE, f"{_PACKAGE}.json", "SHA256SUMS"}:
        return _as_it_lies(edition, request, number, name)
    table, archive = _TABLE.match(name), _ARCHIVE.match(name)
    if not archive and not (table and table["layer"] in LAYERS):
        raise NotFound("no such file")
    with ExitStack() as held:
        found = held.enter_context(open_edition(edition, number))
        if table:
            return table_answer(request, found, held.pop_all(), LAYERS[table["layer"]], table["kind"], name)
        return archive_answer(request, found, held.pop_all(), archive["key"] if archive else "")


def table_answer(
    request: Any,
    found: OpenEdition,
    held: ExitStack,
    table: str,
    kind: str,
    name: str,
    *,
    where: str = "1",
    order: str = "fid",
    values: dict[str, Any] | None = None,
) -> StreamAnswer:
    """A table of an open edition as CSV, JSON or GeoJSON; `held` is closed with it."""
    db, asked = found.db, values or {}
    with held:
        total = int(db.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}", asked).fetchone()[0])
        names = columns_of(db, table)
        wanted = names if kind == "csv" else [*names, *(() if kind == "json" else ("geom",))]
        if "uuid" not in names:
            wanted = [*wanted, "fid"] if kind == "geojson" else wanted
        columns = ", ".join(f'"{column}"' for column in wanted)
        rows = db.execute(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}", asked)
        facts = TableFacts(found.facts, total, _licences(db, table) if kind == "geojson" else ())
        if kind == "csv":
            pieces = csv_pieces(names, rows, facts)
        else:
            pieces = json_pieces(rows, facts) if kind == "json" else geojson_pieces(rows, facts)
        return StreamAnswer(
            request, pieces, held.pop_all(), TYPES[kind], found.file_name(name), etag_of(found),
            **told(found, total, name if where == "1" else ""),
        )  # fmt: skip


def archive_answer(
    request: Any,
    found: OpenEdition,
    held: ExitStack,
    key: str,
    *,
    where: str = "1",
    values: dict[str, Any] | None = None,
) -> StreamAnswer:
    """The Darwin Core Archive of the trees under one licence. Raises NotFound where there are none."""
    asked = values or {}
    with held:
        groups = {group.key: group for group in licence_groups(found.db, where, asked)}
        if key not in groups:
            raise NotFound("no trees under this licence")
        group = groups[key]
        dataset = archive_dataset(found.db, found.facts, group, where, asked)
        pieces = archive_of(found.db, dataset, group, where, asked)
        return StreamAnswer(
            request, pieces, held.pop_all(), "application/zip", found.file_name(f"dwca-{key}.zip"),
            etag_of(found), **told(found, group.trees, f"dwca/{key}.zip" if where == "1" else ""),
        )  # fmt: skip


def columns_of(db: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a layer that tables show."""
    found = db.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    return [row[0] for row in found if row[0] not in HIDDEN]


def told(found: OpenEdition, total: int, name: str = "") -> dict[str, str]:
    """Headers that say how many rows follow, of which edition, and where that lasts."""
    headers = {"x-total-count": str(total), "gushu-edition": str(found.number)}
    return {**headers, "content-location": f"/edition/{found.number}/{name}"} if name else headers


def etag_of(found: OpenEdition) -> str:
    """The ETag of what is made of an edition for an address: another edition or program, another ETag."""
    made = found.facts.get("made_at", "").replace('"', "")
    return f'W/"{found.number}-{made}-{code_mark()}"'


def _licences(db: sqlite3.Connection, table: str) -> tuple[str, ...]:
    if table == "zone":
        return ()
    return tuple(row[0] for row in db.execute(f"SELECT DISTINCT licence FROM {table} ORDER BY 1"))


def _as_it_lies(edition: EditionDatabase, request: Any, number: int | None, name: str) -> Any:
    path, file, found, total = _opened(edition, number)
    own = str(found.number)
    headers = {"content-location": f"/edition/{own}/{name}", "gushu-edition": own}
    saved_as, beside = found.package_name, manifest_path(path)
    if name == _PACKAGE:
        counted = {**headers, "x-total-count": str(total)}
        return FileAnswer(request, file, _PACKAGE_TYPE, saved_as, **counted)
    file.close()
    if name == f"{_PACKAGE}.json":
        if not beside.is_file():
            raise NotFound("this edition has no manifest")
        kind = "application/json; charset=utf-8"
        return FileAnswer(request, beside.open("rb"), kind, f"{saved_as}.json", **headers)
    there = [(path, saved_as), (beside, f"{saved_as}.json")]
    sums = [(digest_of(each), each_name) for each, each_name in there if each.is_file()]
    lines = "".join(f"{digest}  {each_name}\n" for digest, each_name in sums)  # as `sha256sum -c` reads it
    return Response(
        lines,
        headers={**headers, **OPEN_TO_ALL, "cache-control": "no-cache"},
        content_type="text/plain; charset=utf-8",
    )


def _opened(edition: EditionDatabase, number: int | None) -> tuple[Path, BinaryIO, OpenEdition, int]:
    """The file of an edition, open, and what the very same file says of itself."""
    while True:
        path = file_of(edition, number)
        file = path.open("rb")
        with open_edition(edition, number) as found:
            total = int(found.db.execute("SELECT COUNT(*) FROM tree").fetchone()[0])
        if stamp_of(os.fstat(file.fileno())) == stamp_of(path.stat()):
            return path, file, found, total
        file.close()  # a new edition came in between
