"""The map's page: filters, the same trees as a list, trees nearby, a walk; without a script a map of dots."""

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from datasette import Response

from datasette_plugins.map.basemaps import policy_of
from datasette_plugins.map.counting import Window, counted_as, has_map, in_time, read_cells
from datasette_plugins.map.walking import Stop, Walk, load_near, load_walk, read_near, read_walk
from datasette_plugins.search.facets import chosen_value, value_name
from datasette_plugins.search.wishes import PAGE_SIZE, Wish, read_wish
from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.pages import read_edition, render_page
from datasette_plugins.site.place_names import Name, lang_of
from datasette_plugins.site.visits import Visit, visit_of
from datasette_plugins.site.zones import zone_rows
from exports.map_marks import kind_of, pack_kinds
from exports.map_points import map_words
from registry.rules.basemaps import basemap_of
from registry.rules.datums import SHIFTED_AREA
from registry.rules.map_grid import FIRST_ZOOM, LAST_ZOOM
from registry.vocab.language import Translator
from registry.vocab.words import JURISDICTIONS, LISTINGS, Category, Grade

SCRIPTS = ("leaflet.js", "treemap.js", "gcj02.js", "map.js")
STYLES = ("leaflet.css", "treemap.css", "map.css")
LIST_MS = 700
"""How long one question of the page may take before it says that there is too much to count."""
_LONGEST_PATH = 200
_DOTS = (640, 400)
_DOT_SQUARES = 90
"""Squares across the map of dots, at least."""
_WORDS: dict[str, Any] = {
    "jurisdiction": JURISDICTIONS,
    "category": Category,
    "listing": LISTINGS,
    "grade": Grade,
}
_COUNTS = "SELECT facet, value, trees, placed, generalised, west, south, east, north FROM map_count"
_SUMMARY = (
    "SELECT COUNT(*) AS trees, COUNT(lon) AS placed, "
    "COUNT(CASE WHEN position_precision <> 'exact' THEN lon END) AS generalised, "
    "MIN(lon) AS west, MIN(lat) AS south, MAX(lon) AS east, MAX(lat) AS north FROM tree WHERE "
)
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """How many trees a wish finds, and where they stand."""

    trees: int
    placed: int
    generalised: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class MapPage:
    """What the page shows around the map."""

    wish: Wish
    tree: str
    """The path of the tree whose card is to be opened, or ""."""
    has_map: bool
    summary: Summary | None
    """None: too many to count in time."""
    credits: tuple[tuple[Name, Name], ...]
    """Attribution and licence of every source, each with its language."""
    hits: tuple[Hit, ...] | None
    """None: too many to list in time."""
    choices: dict[str, tuple[Choice, ...]]
    chips: dict[str, tuple[str, str]]
    """What else was asked for, by parameter: how it is called and in what language that is."""
    dots: DotMap | None
    walk: Walk
    near: tuple[float, float] | None
    nearby: tuple[Stop, ...] | None
    given: str
    """What the script is given, as JSON."""

    @property
    def is_first_view(self) -> bool:
        """Whether nothing was asked for yet: the whole register."""
        return self.wish.is_empty and not self.tree and not self.near and not self.walk.paths

    @property
    def is_drawn(self) -> bool:
        """Whether there is something to draw."""
        return self.has_map and (self.summary is None or self.summary.placed > 0)

    @property
    def pages(self) -> int | None:
        """How many pages the list has; None where nobody could count."""
        return max(1, -(-self.summary.trees // PAGE_SIZE)) if self.summary else None

    def question(self, **changes: Any) -> str:
        """The query string of this map, with its question mark, or ""; what is set to None is dropped."""
        own = {"walk": self.walk.address(), "near": ",".join(map(str, self.near or ()))}
        own = {name: changes.pop(name, value) for name, value in own.items()}
        asked = self.wish.url(**changes).removeprefix("/search")
        more = urlencode({name: value for name, value in own.items() if value}, safe=",")
        return asked + (("&" if asked else "?") + more if more else "")


async def map_page(datasette: Any, request: Any) -> Response:
    """The map with its filters, and the trees as a list."""
    visit = visit_of(request)
    wish, near = read_wish(request.args), read_near(request.args)
    tree = (request.args.get("tree") or "")[:_LONGEST_PATH]
    walk = read_walk(request.args)
    load = partial(_load, datasette, visit=visit, wish=wish, tree=tree, near=near, walk=walk)
    page, basemap = await read_edition(datasette, request, load)
    scripts = [name for name in SCRIPTS if name != "gcj02.js" or (basemap and basemap.is_shifted)]
    lasting = near is None and page.summary is not None and page.hits is not None
    response = render_page(
        datasette, request, "map/map.html", lasting=lasting, page=page, basemap=basemap,
        scripts=scripts, styles=STYLES,
    )  # fmt: skip
    if basemap:
        response.headers["content-security-policy"] = policy_of(basemap)
    return response


def _load(
    datasette: Any,
    db: sqlite3.Connection,
    *,
    visit: Visit,
    wish: Wish,
    tree: str,
    near: tuple[float, float] | None,
    walk: tuple[str, ...],
) -> Any:
    edition = datasette.get_database("public")
    t = visit.translator
    known = edition.remember(db, "map counts", _known_counts)
    summary = _summary(db, wish, known)
    drawn = has_map(db)
    way = load_walk(db, walk)
    nearby = load_near(db, near, wish) if near else None
    basemap = basemap_of(edition.facts_of(db), t)
    page = MapPage(
        wish=wish,
        tree=tree,
        has_map=drawn,
        summary=summary,
        credits=_credits(db, wish),
        hits=_hits(db, wish, tree),
        choices=_choices(known, t),
        chips={
            name: value_name(t, name, chosen_value(db, name, key))
            for name, key in wish.facets.items()
            if name not in _WORDS
        },
        dots=_dots(db, wish, summary) if drawn and summary else None,
        walk=way,
        near=near,
        nearby=None if nearby is None else tuple(nearby),
        given="",
    )
    given = {
        "words": {**map_words(t), **_more_words(t)},
        "lang": t.html_lang,
        "cells": visit.url("/map/cells.json"),
        "points": visit.url("/map/points.json"),
        "outlines": visit.url("/map/outlines.json"),
        "zones": visit.url("/map/zones.json"),
        "hasZones": bool(zone_rows(db, "SELECT 1 FROM zone LIMIT 1")),
        "hasAreas": drawn and bool(db.execute("SELECT 1 FROM map_area LIMIT 1").fetchone()),
        "asked": wish.url().removeprefix("/search").removeprefix("?"),
        "treeBase": visit.url("/tree/"),
        "areaBase": visit.url("/"),
        "box": (summary.box if summary else None) or _whole(known),
        "placed": summary.placed if summary else None,
        "tree": tree,
        "treeAt": _position(db, tree),
        "near": near,
        "nearest": [[stop.lon, stop.lat] for stop in nearby or ()],
        "walk": way.paths,
        "walkBase": visit.url("/map") + page.question(walk="-").replace("walk=-", "walk="),
        "stops": [[stop.lon, stop.lat] for stop in way.stops],
        "kinds": _legend(known, t, with_counts=wish.is_empty),
        "regions": _regions(known, t) if page.is_first_view else [],
        "tiles": basemap.given() if basemap else None,
        "shifted": SHIFTED_AREA if basemap and basemap.is_shifted else None,
        "reviewNo": _review_no(edition.facts_of(db), t),
    }
    said = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return replace(page, given=said), basemap


def _more_words(t: Translator) -> dict[str, str]:
    _ = t.gettext
    return {
        "age": t.label("age_years"),
        "inView": _("{n} trees in view", n="{n}"),
        "noneInView": _("No tree in view: move the map or look from farther away."),
        "tooMany": _("Too many trees to count here: look closer, or narrow the search."),
        "failed": _("The map could not be loaded; the list of trees is on this page."),
        "here": _("{n} trees at this place", n="{n}"),
        "walkAdd": _("Add to the walk"),
        "walkIn": _("On the walk"),
        "you": _("You are here"),
        "noPosition": _("Your device does not tell where you are."),
        "shifted": _("The base map is in GCJ-02: trees are moved along with it on this picture only."),
        "grove": t.label("grove"),
        "garden": t.label("garden"),
        "place": t.label("place"),
        "areas": _("Groves, gardens and places, seen from nearby"),
        "openArea": _("Open its page"),
    }


def _known_counts(db: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """What the edition has counted beforehand, by facet and value."""
    known: dict[str, dict[str, Any]] = {"": {}, "mark": {}, **{name: {} for name in _WORDS}}
    for row in db.execute(_COUNTS) if has_map(db) else ():
        known.setdefault(row["facet"], {})[row["value"]] = _said_summary(row)
    return known


def _said_summary(row: Any) -> Summary:
    box = None if row["west"] is None else (row["west"], row["south"], row["east"], row["north"])
    return Summary(row["trees"], row["placed"], row["generalised"], box)


def _summary(db: sqlite3.Connection, wish: Wish, known: Mapping[str, Any]) -> Summary | None:
    counted = counted_as(wish) if has_map(db) else None
    if counted:
        facet, value = counted
        return known[facet].get(value) or Summary(0, 0, 0, None)
    sql = f"{_SUMMARY}{wish.where()}"
    row = in_time(db, lambda db: db.execute(sql, wish.values).fetchone(), LIST_MS)
    return None if row is None else _said_summary(row)


def _whole(known: Mapping[str, Any]) -> Box | None:
    everything = known[""].get("")
    return everything.box if everything else None


def _credits(db: sqlite3.Connection, wish: Wish) -> tuple[tuple[Name, Name], ...]:
    """Attribution and licence of the sources of a wish; of all sources where looking takes too long."""
    every = (
        "SELECT attribution, licence, MIN(title_lang), NULL FROM source WHERE tree_count > 0 GROUP BY 1, 2"
    )
    some = (
        "SELECT attribution, licence, MIN(text_lang), MIN(jurisdiction) FROM tree "
        f"WHERE {wish.where()} GROUP BY 1, 2 ORDER BY 1"
    )
    rows = None
    if not wish.is_empty:
        rows = in_time(db, lambda db: db.execute(some, wish.values).fetchall(), LIST_MS)
    rows = db.execute(every).fetchall() if rows is None else rows
    return tuple(
        ((row[0], lang_of(row[0], row[2], row[3] or "")), (row[1], lang_of(row[1], row[2], row[3] or "")))
        for row in rows
    )


def _hits(db: sqlite3.Connection, wish: Wish, tree: str) -> tuple[Hit, ...] | None:
    order = f"path = :map_path DESC, {wish.order}" if tree else wish.order
    sql = (
        f"SELECT {HIT_COLUMNS} FROM tree WHERE {wish.where()} ORDER BY {order} "
        f"LIMIT {PAGE_SIZE} OFFSET {(wish.page - 1) * PAGE_SIZE}"
    )
    values = {**wish.values, "map_path": tree}
    rows = in_time(db, lambda db: db.execute(sql, values).fetchall(), LIST_MS)
    return None if rows is None else tuple(map(read_hit, rows))


def _choices(known: Mapping[str, Any], t: Translator) -> dict[str, tuple[Choice, ...]]:
    found = {}
    for name, words in _WORDS.items():
        options = [Choice(value, t.word(words, value), count.trees) for value, count in known[name].items()]
        by_count = name in ("jurisdiction", "listing")
        options.sort(key=lambda choice: (-choice.count if by_count else 0, choice.value))
        found[name] = tuple(options)
    return found


def _legend(known: Mapping[str, Any], t: Translator, *, with_counts: bool) -> list[dict[str, Any]]:
    kinds: Counter[Any] = Counter()
    for value, count in known["mark"].items():
        status, grade, category, listing = json.loads(value)
        listings = (listing,) if listing else ()
        tree = SimpleNamespace(status=status, protection_grade=grade, category=category, listings=listings)
        kinds[kind_of(tree)] += count.trees
    said = pack_kinds(kinds, t)
    return said if with_counts else [{**kind, "count": None} for kind in said]


def _regions(known: Mapping[str, Any], t: Translator) -> list[list[Any]]:
    """Where to begin: name, number and box of each jurisdiction, where there are several."""
    placed = [(t.word(JURISDICTIONS, name), said) for name, said in known["jurisdiction"].items() if said.box]
    placed.sort(key=lambda pair: -pair[1].placed)
    return [[name, said.placed, said.box] for name, said in placed] if len(placed) > 1 else []


def _review_no(facts: Mapping[str, str], t: Translator) -> str:
    number = facts.get("map_review_no")
    return t.gettext("Map review number {number}", number=number) if number else ""


def _position(db: sqlite3.Connection, path: str) -> tuple[float, float] | None:
    row = db.execute("SELECT lon, lat FROM tree WHERE path = ?", (path,)).fetchone() if path else None
    return (row[0], row[1]) if row and row[0] is not None else None


def _dots(db: sqlite3.Connection, wish: Wish, summary: Summary) -> DotMap | None:
    """The trees as dots, one for each square that holds any; None where they cannot be counted in time."""
    if summary.box is None:
        return None
    west, south, east, north = summary.box
    across = max(east - west, (north - south) * _DOTS[0] / _DOTS[1], 0.02)
    zoom = math.ceil(math.log2(360 * _DOT_SQUARES / across)) - 2
    zoom = min(max(zoom, FIRST_ZOOM), LAST_ZOOM)
    cells = read_cells(db, Window(west, south, east, north, zoom), wish).get("cells", ())
    return dot_map([(cell[4], cell[5]) for cell in cells], width=_DOTS[0], height=_DOTS[1])
