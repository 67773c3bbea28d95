"""The map's two answers, from the public edition alone."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from datasette import Response

from datasette_plugins.map.selection import Selection, selection_of
from datasette_plugins.site.middleware import OWN_POLICY
from datasette_plugins.site.pages import caching, edition_of, render_page
from datasette_plugins.site.visits import visit_of
from exports.assets import MAP_SCRIPTS, MAP_STYLES
from exports.map_points import MAP_LIMIT, pack_points
from registry.records import MapTree, SourceRecord
from registry.vocab.language import Translator
from registry.vocab.words import JURISDICTIONS, LISTINGS, Grade

LISTED = 50
_TREE_COLUMNS = (
    "path, tree_no, jurisdiction, category, status, text_lang, source_id, name_zh, name_zh_lang, name_latin, "
    "name_en, protection_grade, listings, division_path, lon, lat, position_precision"
)
_CHOICES = {
    "jurisdiction": "SELECT jurisdiction, COUNT(*) FROM tree GROUP BY 1 ORDER BY 2 DESC",
    "listing": "SELECT value, COUNT(*) FROM tree, json_each(tree.listings) GROUP BY 1 ORDER BY 2 DESC",
    "grade": "SELECT protection_grade, COUNT(*) FROM tree WHERE protection_grade <> '' GROUP BY 1 ORDER BY 1",
}
_WORDS = {"jurisdiction": JURISDICTIONS, "listing": LISTINGS, "grade": Grade}
_NAMED = {
    "species": "SELECT name_hans, name_latin, name_en FROM species WHERE :species IN (id, path)",
    "division": "SELECT name, NULL, name_en FROM division WHERE :division IN (id, path)",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class MapPage:
    """What the page shows around the map: counts, the first trees as a list, the filters."""

    selection: Selection
    total: int
    placed: int
    generalised: int
    credits: tuple[str, ...]
    first: tuple[MapTree, ...]
    choices: dict[str, tuple[Choice, ...]]
    chips: dict[str, str]
    """Names of the species and the division asked for, by parameter; the code itself where unknown."""
    limit: int

    @property
    def is_drawn(self) -> bool:
        """Whether there is something to draw, and not too much."""
        return self.placed > 0 and self.total <= self.limit


async def map_page(datasette: Any, request: Any) -> Response:
    """The map with its filters, and the first trees as a list."""
    visit = visit_of(request)
    selection = _asked(request)
    edition = edition_of(datasette)
    load = partial(_load_page, edition=edition, selection=selection, t=visit.translator)
    page = await edition.execute_fn(load)
    response = render_page(
        datasette, request, "map/map.html", page=page, scripts=MAP_SCRIPTS, styles=MAP_STYLES
    )
    if basemap := edition.facts.get("basemap_url"):
        response.headers["content-security-policy"] = policy_with(basemap)
    return response


async def points_json(datasette: Any, request: Any) -> Response:
    """The points of the selection and what is said of them, for `treemap.js`."""
    visit = visit_of(request)
    selection = _asked(request)
    edition = edition_of(datasette)
    facts = edition.facts

    def load(connection: sqlite3.Connection) -> str:
        trees = read_trees(connection, selection, f"LIMIT {MAP_LIMIT + 1}")
        points = pack_points(trees, visit.translator, limit=MAP_LIMIT)
        given = {"points": points, "treeBase": visit.url("/tree/"), "tiles": _tiles(facts)}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    body = await edition.execute_fn(load)
    headers = caching(visit, lasting=True)
    return Response(body, headers=headers, content_type="application/json; charset=utf-8")


def policy_with(basemap: str) -> str:
    """The pages' security policy, with pictures allowed from the host of the base map."""
    host = urlsplit(basemap.replace("{s}.", "*."))
    if not host.netloc or any(c in host.netloc for c in " ;,'\"{}@"):
        return OWN_POLICY
    return OWN_POLICY.replace("img-src 'self'", f"img-src 'self' {host.scheme}://{host.netloc}")


def read_trees(connection: sqlite3.Connection, selection: Selection, tail: str = "") -> Iterator[MapTree]:
    """The trees of the selection in the order of the edition; `tail` is trusted SQL."""
    sources = _read_sources(connection)
    sql = f"SELECT {_TREE_COLUMNS} FROM tree WHERE {selection.where} ORDER BY fid {tail}"
    with closing(connection.execute(sql, selection.binds)) as rows:
        names = [column[0] for column in rows.description]
        for row in rows:
            yield _tree(dict(zip(names, row, strict=True)), sources)


def _asked(request: Any) -> Selection:
    return selection_of(parse_qs(request.query_string, errors="replace"))


def _tree(row: dict[str, Any], sources: dict[str, SourceRecord]) -> MapTree:
    row["source"] = sources[row.pop("source_id")]
    row["name_zh_lang"] = row["name_zh_lang"] or "zh-Hans"
    for name in ("listings", "division_path"):
        row[name] = tuple(json.loads(row[name]))
    return MapTree(**row)


def _read_sources(connection: sqlite3.Connection) -> dict[str, SourceRecord]:
    sql = (
        "SELECT id, title, title_lang, title_en, publisher, licence, licence_url, attribution, origin, as_of "
        "FROM source"
    )
    with closing(connection.execute(sql)) as rows:
        return {
            row[0]: SourceRecord(*row[:9], as_of=date.fromisoformat(row[9]) if row[9] else None)
            for row in rows
        }


def _load_page(connection: sqlite3.Connection, edition: Any, selection: Selection, t: Translator) -> MapPage:
    total, placed, generalised = connection.execute(
        "SELECT COUNT(*), COUNT(lon), COUNT(CASE WHEN position_precision <> 'exact' THEN lon END) "
        f"FROM tree WHERE {selection.where}",
        selection.binds,
    ).fetchone()
    credits = connection.execute(
        f"SELECT DISTINCT attribution, licence FROM tree WHERE {selection.where} ORDER BY 1", selection.binds
    ).fetchall()
    counted = edition.remember(connection, "map choices", _count_choices)
    return MapPage(
        selection=selection,
        limit=MAP_LIMIT,
        total=total,
        placed=placed,
        generalised=generalised,
        credits=tuple(f"{attribution} · {licence}" for attribution, licence in credits),
        first=tuple(read_trees(connection, selection, f"LIMIT {LISTED}")),
        choices={
            name: tuple(Choice(value, t.word(_WORDS[name], value), count) for value, count in rows)
            for name, rows in counted.items()
        },
        chips={name: _name(connection, name, selection, t) for name in _NAMED if name in selection.asked},
    )


def _count_choices(connection: sqlite3.Connection) -> dict[str, list[tuple[str, int]]]:
    return {name: connection.execute(sql).fetchall() for name, sql in _CHOICES.items()}


def _name(connection: sqlite3.Connection, name: str, selection: Selection, t: Translator) -> str:
    row = connection.execute(_NAMED[name], {name: selection.asked[name]}).fetchone()
    chinese, latin, english = row or (None, None, None)
    order = (english, latin, chinese) if t.lang == "en" else (chinese, latin, english)
    return next((text for text in order if text), selection.asked[name])


def _tiles(facts: dict[str, str]) -> dict[str, str] | None:
    url = facts.get("basemap_url")
    return {"url": url, "attribution": urlsplit(url).netloc} if url else None
