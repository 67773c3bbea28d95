"""The map's two answers, from the public edition alone."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from datasette import Response

from datasette_plugins.search.pages import chosen_value, value_name
from datasette_plugins.search.wishes import Wish, read_wish
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.middleware import OWN_POLICY
from datasette_plugins.site.pages import caching, edition_of, render_page
from datasette_plugins.site.place_names import Name, lang_of, place_names
from datasette_plugins.site.visits import visit_of
from datasette_plugins.site.zones import zone_rows
from exports.assets import MAP_SCRIPTS, MAP_STYLES
from exports.map_points import MAP_LIMIT, pack_points
from exports.map_zones import MapZone, pack_zones
from registry.records import MapTree, SourceRecord
from registry.vocab.language import Translator
from registry.vocab.words import JURISDICTIONS, LISTINGS, Grade

LISTED = 50
ZONES_DRAWN = 600
_WIDEST = 1.0
"""Degrees of a box of which zones are given: they are drawn from nearby only."""
_ZONES = (
    "SELECT kind, number, name, area_m2, document_no, approved_by, published_on, basis_zh, basis_en, geom "
    "FROM zone WHERE east >= ?1 AND north >= ?2 AND west <= ?3 AND south <= ?4 "
    f"ORDER BY fid LIMIT {ZONES_DRAWN + 1}"
)
_LONGEST_PATH = 200
_TREE_COLUMNS = (
    "path, tree_no, jurisdiction, category, status, text_lang, source_id, name_zh, name_zh_lang, name_latin, "
    "name_en, protection_grade, listings, division_path, division_path_en, lon, lat, position_precision"
)
_CHOICES = {
    "jurisdiction": "SELECT jurisdiction, COUNT(*) FROM tree GROUP BY 1 ORDER BY 2 DESC",
    "listing": "SELECT value, COUNT(*) FROM tree, json_each(tree.listings) GROUP BY 1 ORDER BY 2 DESC",
    "grade": "SELECT protection_grade, COUNT(*) FROM tree WHERE protection_grade <> '' GROUP BY 1 ORDER BY 1",
}
_WORDS: dict[str, Any] = {"jurisdiction": JURISDICTIONS, "listing": LISTINGS, "grade": Grade}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class MapPage:
    """What the page shows around the map: counts, the first trees as a list, the filters."""

    wish: Wish
    tree: str
    """The path of the tree whose card is to be opened, or ""."""
    limit: int
    total: int
    placed: int
    generalised: int
    credits: tuple[tuple[Name, Name], ...]
    """Attribution and licence of every source, each with its language."""
    hits: tuple[Hit, ...]
    choices: dict[str, tuple[Choice, ...]]
    chips: dict[str, tuple[str, str]]
    """What else was asked for, by parameter: how it is called and in what language that is."""

    @property
    def is_first_view(self) -> bool:
        """Whether nothing was asked for yet: the whole register."""
        return self.wish.is_empty and not self.tree

    @property
    def is_drawn(self) -> bool:
        """Whether there is something to draw, and not too much."""
        return self.placed > 0 and self.total <= self.limit

    def question(self, **changes: Any) -> str:
        """The query string of this map, with its question mark, or ""; a facet set to None is dropped."""
        return self.wish.url(**changes).removeprefix("/search")


async def map_page(datasette: Any, request: Any) -> Response:
    """The map with its filters, and the first trees as a list."""
    t = visit_of(request).translator
    edition = edition_of(datasette)
    wish, tree = read_wish(request.args), (request.args.get("tree") or "")[:_LONGEST_PATH]
    page = await edition.execute_fn(partial(_load_page, edition=edition, wish=wish, tree=tree, t=t))
    response = render_page(
        datasette, request, "map/map.html", page=page, scripts=MAP_SCRIPTS, styles=MAP_STYLES
    )
    if basemap := edition.facts.get("basemap_url"):
        response.headers["content-security-policy"] = policy_with(basemap)
    return response


async def points_json(datasette: Any, request: Any) -> Response:
    """The points of the wish and what is said of them, for `treemap.js`."""
    visit, wish = visit_of(request), read_wish(request.args)
    edition = edition_of(datasette)
    tiles = _tiles(edition.facts)

    def load(connection: sqlite3.Connection) -> str:
        trees = read_trees(connection, wish, MAP_LIMIT + 1, visit.translator)
        points = pack_points(trees, visit.translator, limit=MAP_LIMIT)
        has_zones = bool(zone_rows(connection, "SELECT 1 FROM zone LIMIT 1"))
        zones = visit.url("/map/zones.json") if has_zones else None
        given = {"points": points, "treeBase": visit.url("/tree/"), "tiles": tiles, "zonesUrl": zones}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    body = await edition.execute_fn(load)
    headers = caching(visit, lasting=True)
    return Response(body, headers=headers, content_type="application/json; charset=utf-8")


async def zones_json(datasette: Any, request: Any) -> Response:
    """The protection zones that meet a box (`box=west,south,east,north`, degrees), for `treemap.js`."""
    visit = visit_of(request)
    t = visit.translator
    box = _box((request.args.get("box") or "")[:_LONGEST_PATH])

    def load(connection: sqlite3.Connection) -> str:
        rows = zone_rows(connection, _ZONES, box) if box else []
        return json.dumps(pack_zones((read_zone(row, t) for row in rows), limit=ZONES_DRAWN),
                          ensure_ascii=False, separators=(",", ":"))  # fmt: skip

    body = await edition_of(datasette).execute_fn(load)
    return Response(
        body, headers=caching(visit, lasting=True), content_type="application/json; charset=utf-8"
    )


def read_zone(row: Any, t: Translator) -> MapZone:
    """A zone as maps take it, its basis in the reader's language."""
    zone = dict(row)
    document = " · ".join(filter(None, (zone["document_no"], zone["approved_by"], zone["published_on"])))
    basis = zone["basis_zh" if t.lang == "zh" else "basis_en"] or ""
    return MapZone(
        zone["kind"], zone["number"], zone["name"], zone["area_m2"], document or None, basis, zone["geom"]
    )


def _box(text: str) -> tuple[float, ...] | None:
    """West, south, east, north; None for anything that is no small box on the globe."""
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        return None
    if len(found) != 4 or not all(-180.5 <= value <= 180.5 for value in found):
        return None
    west, south, east, north = found
    return found if west < east <= west + _WIDEST and south < north <= south + _WIDEST else None


def policy_with(basemap: str) -> str:
    """The pages' security policy, with pictures allowed from the host of the base map."""
    host = urlsplit(basemap.replace("{s}.", "*."))
    if not host.netloc or any(c in host.netloc for c in " ;,'\"{}@"):
        return OWN_POLICY
    return OWN_POLICY.replace("img-src 'self'", f"img-src 'self' {host.scheme}://{host.netloc}")


def read_trees(connection: sqlite3.Connection, wish: Wish, limit: int, t: Translator) -> Iterator[MapTree]:
    """The first `limit` trees of a wish, in the order of the edition, their places for a reader of `t`."""
    sources = _read_sources(connection)
    sql = f"SELECT {_TREE_COLUMNS} FROM tree WHERE {wish.where()} ORDER BY fid LIMIT {limit}"
    with closing(connection.execute(sql, wish.values)) as rows:
        for row in rows:
            yield _tree(dict(row), sources, t)


def _tree(row: dict[str, Any], sources: dict[str, SourceRecord], t: Translator) -> MapTree:
    row["source"] = sources[row.pop("source_id")]
    row["name_zh_lang"] = row["name_zh_lang"] or "zh-Hans"
    row["listings"] = tuple(json.loads(row["listings"]))
    recorded, english = json.loads(row["division_path"]), json.loads(row.pop("division_path_en"))
    row["division_path"] = tuple(recorded)
    names = place_names(t, recorded, english, row["text_lang"], row["jurisdiction"])
    if len({lang for _, lang in names}) == 1:  # a card names one language for the whole place
        row["division_path"], row["text_lang"] = tuple(name for name, _ in names), names[0][1]
    return MapTree(**row)


def _read_sources(connection: sqlite3.Connection) -> dict[str, SourceRecord]:
    sql = (
        "SELECT id, title, title_lang, title_en, publisher, licence, licence_url, attribution, origin, as_of "
        "FROM source"
    )
    with closing(connection.execute(sql)) as rows:
        return {
            row[0]: SourceRecord(*row[:9], as_of=date.fromisoformat(row[9]) if row[9] else None)
            for row in map(tuple, rows)
        }


def _load_page(connection: sqlite3.Connection, edition: Any, wish: Wish, tree: str, t: Translator) -> MapPage:
    where, values = wish.where(), {**wish.values, "tree": tree}
    total, placed, generalised = connection.execute(
        "SELECT COUNT(*), COUNT(lon), COUNT(CASE WHEN position_precision <> 'exact' THEN lon END) "
        f"FROM tree WHERE {where}",
        values,
    ).fetchone()
    credits = connection.execute(
        "SELECT attribution, licence, MIN(text_lang), MIN(jurisdiction) FROM tree "
        f"WHERE {where} GROUP BY 1, 2 ORDER BY 1",
        values,
    ).fetchall()
    order = f"path = :tree DESC, {wish.order}"
    hits = connection.execute(
        f"SELECT {HIT_COLUMNS} FROM tree WHERE {where} ORDER BY {order} LIMIT {LISTED}", values
    ).fetchall()
    return MapPage(
        wish=wish,
        tree=tree,
        limit=MAP_LIMIT,
        total=total,
        placed=placed,
        generalised=generalised,
        credits=tuple(
            ((row[0], lang_of(row[0], row[2], row[3])), (row[1], lang_of(row[1], row[2], row[3])))
            for row in credits
        ),
        hits=tuple(map(read_hit, hits)),
        choices={
            name: tuple(Choice(value, t.word(_WORDS[name], value), count) for value, count in rows)
            for name, rows in edition.remember(connection, "map choices", _count_choices).items()
        },
        chips={
            name: value_name(t, name, chosen_value(connection, name, key))
            for name, key in wish.facets.items()
            if name not in _CHOICES
        },
    )


def _count_choices(connection: sqlite3.Connection) -> dict[str, list[tuple[str, int]]]:
    return {name: connection.execute(sql).fetchall() for name, sql in _CHOICES.items()}


def _tiles(facts: dict[str, str]) -> dict[str, str] | None:
    url = facts.get("basemap_url")
    return {"url": url, "attribution": urlsplit(url).netloc} if url else None
