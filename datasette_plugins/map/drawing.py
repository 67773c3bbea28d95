"""What the map asks for as it is moved: `/map/cells.json`, `/map/points.json`, `/map/zones.json`,
`/map/outlines.json`, each for one window, each small."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

from datasette import Response

from datasette_plugins.map.counting import (
    POINT_LIMIT,
    Window,
    has_map,
    read_box,
    read_cells,
    read_points,
    read_window,
)
from datasette_plugins.search.wishes import read_wish
from datasette_plugins.site.pages import caching, edition_of
from datasette_plugins.site.place_names import place_names
from datasette_plugins.site.visits import visit_of
from datasette_plugins.site.zones import zone_rows
from exports.map_points import pack_points
from exports.map_zones import MapZone, pack_zones, ring_steps, rings_of
from registry.records import MapTree, SourceRecord
from registry.vocab.language import Translator
from registry.vocab.sentences import age_words
from registry.vocab.words import WORDS, AgeBasis

ZONES_DRAWN = 600
AREAS_DRAWN = 300
OUTLINES_DRAWN = 150
_WIDEST = 1.0
"""Degrees of a box of which zones and areas are given: they are drawn from nearby only."""
_ZONES = (
    "SELECT kind, number, name, area_m2, document_no, approved_by, published_on, basis_zh, basis_en, geom "
    "FROM zone WHERE east >= ?1 AND north >= ?2 AND west <= ?3 AND south <= ?4 "
    f"ORDER BY fid LIMIT {ZONES_DRAWN + 1}"
)
_AREAS = (
    "SELECT kind, area_fid FROM map_area WHERE east >= ?1 AND north >= ?2 AND west <= ?3 AND south <= ?4 "
    f"ORDER BY kind, area_fid LIMIT {AREAS_DRAWN + 1}"
)
_AREA = "SELECT path, number, name, name_lang, geom FROM {kind} WHERE fid = ?"
_OUTLINES = (
    "SELECT name, name_lang, ring FROM map_outline "
    "WHERE east >= ?1 AND north >= ?2 AND west <= ?3 AND south <= ?4 AND east - west > (?3 - ?1) / 12 "
    "AND east - west < (?3 - ?1) * 3 "
    f"ORDER BY (east - west) * (north - south) DESC, rowid LIMIT {OUTLINES_DRAWN}"
)
_LONGEST_BOX = 200
_TREE_COLUMNS = (
    "path, tree_no, jurisdiction, category, status, text_lang, source_id, name_zh, name_zh_lang, name_latin, "
    "name_en, protection_grade, listings, division_path, division_path_en, lon, lat, position_precision, "
    "age_years, age_basis"
)


async def cells_json(datasette: Any, request: Any) -> Response:
    """How many trees of the wish stand in each square of the window."""
    wish = read_wish(request.args)
    return await _answer(datasette, request, lambda db, window: read_cells(db, window, wish))


async def points_json(datasette: Any, request: Any) -> Response:
    """The trees of the wish in the window, packed for `treemap.js`; squares where they are too many."""
    wish, t = read_wish(request.args), visit_of(request).translator

    def load(db: sqlite3.Connection, window: Window) -> dict[str, Any]:
        rows = read_points(db, window, wish, _TREE_COLUMNS)
        return read_cells(db, window, wish) if rows is None else _packed(db, rows, t)

    return await _answer(datasette, request, load)


async def zones_json(datasette: Any, request: Any) -> Response:
    """The protection zones, groves, gardens and places that meet `?box=west,south,east,north`."""
    visit = visit_of(request)
    t, box = visit.translator, read_box((request.args.get("box") or "")[:_LONGEST_BOX])
    if box and max(box[2] - box[0], box[3] - box[1]) > _WIDEST:
        box = None

    def load(db: sqlite3.Connection) -> dict[str, Any]:
        rows = zone_rows(db, _ZONES, box) if box else []
        areas = _areas(db, box) if box and has_map(db) else []
        return {**pack_zones((read_zone(row, t) for row in rows), limit=ZONES_DRAWN), "areas": areas}

    return _json(visit, await edition_of(datasette).execute_fn(load))


async def outlines_json(datasette: Any, request: Any) -> Response:
    """The outlines of counties and districts that are worth drawing in `?box=west,south,east,north`."""
    visit = visit_of(request)
    box = read_box((request.args.get("box") or "")[:_LONGEST_BOX])

    def load(db: sqlite3.Connection) -> list[Any]:
        rows = db.execute(_OUTLINES, box) if box and has_map(db) else []
        return [[name, lang, json.loads(ring)] for name, lang, ring in map(tuple, rows)]

    return _json(visit, await edition_of(datasette).execute_fn(load))


def read_zone(row: Any, t: Translator) -> MapZone:
    """A zone as maps take it, its basis in the reader's language."""
    zone = dict(row)
    document = " · ".join(filter(None, (zone["document_no"], zone["approved_by"], zone["published_on"])))
    basis = zone["basis_zh" if t.lang == "zh" else "basis_en"] or ""
    return MapZone(
        zone["kind"], zone["number"], zone["name"], zone["area_m2"], document or None, basis, zone["geom"]
    )


async def _answer(
    datasette: Any, request: Any, load: Callable[[sqlite3.Connection, Window], dict[str, Any]]
) -> Response:
    """What `load` says of the window asked for; 400 where none is, and for one beyond reason."""
    visit, window = visit_of(request), read_window(request.args)
    if window is None:
        return Response.json({"error": "bbox=west,south,east,north&z=zoom"}, status=400)

    def read(db: sqlite3.Connection) -> dict[str, Any]:
        return load(db, window) if has_map(db) else {"state": "no_map"}

    return _json(visit, await edition_of(datasette).execute_fn(read))


def _json(visit: Any, content: Any) -> Response:
    """JSON that may be kept until the next edition; what could not be counted in time is asked again."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    headers = caching(visit, lasting=not (isinstance(content, dict) and "state" in content))
    return Response(body, headers=headers, content_type="application/json; charset=utf-8")


def _packed(db: sqlite3.Connection, rows: list[sqlite3.Row], t: Translator) -> dict[str, Any]:
    ages = [_age(row, t) for row in rows]
    packed = pack_points(_trees(db, rows, t), t, limit=POINT_LIMIT)
    wanted = ("kinds", "classes", "names", "places", "sources", "trees")
    return {"trees": len(rows), "points": {name: packed[name] for name in wanted}, "ages": ages}


def _age(row: sqlite3.Row, t: Translator) -> str:
    if row["age_years"] is None:
        return ""
    basis = t.word(WORDS[AgeBasis], row["age_basis"]) if row["age_basis"] else ""
    said = age_words(t, row["age_years"], row["age_basis"])
    return f"{said} · {basis}" if basis else said


def _trees(db: sqlite3.Connection, rows: list[sqlite3.Row], t: Translator) -> Iterator[MapTree]:
    sources = _read_sources(db)
    for row in rows:
        yield _tree(dict(row), sources, t)


def _tree(row: dict[str, Any], sources: dict[str, SourceRecord], t: Translator) -> MapTree:
    for name in ("fid", "age_years", "age_basis"):
        del row[name]
    row["source"] = sources[row.pop("source_id")]
    row["name_zh_lang"] = row["name_zh_lang"] or "zh-Hans"
    row["listings"] = tuple(json.loads(row["listings"]))
    recorded, english = json.loads(row["division_path"]), json.loads(row.pop("division_path_en"))
    row["division_path"] = tuple(recorded)
    names = place_names(t, recorded, english, row["text_lang"], row["jurisdiction"])
    if len({lang for _, lang in names}) == 1:  # a card names one language for the whole place
        row["division_path"], row["text_lang"] = tuple(name for name, _ in names), names[0][1]
    return MapTree(**row)


def _read_sources(db: sqlite3.Connection) -> dict[str, SourceRecord]:
    sql = (
        "SELECT id, title, title_lang, title_en, publisher, licence, licence_url, attribution, origin, as_of "
        "FROM source"
    )
    with closing(db.execute(sql)) as rows:
        return {
            row[0]: SourceRecord(*row[:9], as_of=date.fromisoformat(row[9]) if row[9] else None)
            for row in map(tuple, rows)
        }


def _areas(db: sqlite3.Connection, box: tuple[float, ...]) -> list[list[Any]]:
    """`[kind, path, number, name, language, rings]`; a point stands for an area without a boundary."""
    found = []
    for kind, fid in db.execute(_AREAS, box).fetchall()[:AREAS_DRAWN]:
        row = db.execute(_AREA.format(kind=kind), (fid,)).fetchone()
        path, number, name, lang, geom = row
        found.append([kind, path, number, name, lang, [ring_steps(ring) for ring in rings_of(geom)]])
    return found
