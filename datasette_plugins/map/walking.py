"""Trees near a reader, and a walk from tree to tree: distances as the crow flies, on exact positions alone.

A generalised tree has no distance and no place in a walk: both would give its place away.
"""

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from datasette import Response
from datasette.utils import tilde_decode, tilde_encode

from datasette_plugins.map.counting import has_map, in_time
from datasette_plugins.search.wishes import Wish
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.pages import caching, edition_of
from datasette_plugins.site.visits import visit_of
from exports.gpx import GpxPoint, write_gpx
from registry.rules.distances import metres_between
from registry.rules.map_grid import FINEST, column, row

MOST_STOPS = 30
NEAREST = 20
_LONGEST = 3000
_EQUATOR_M = 40_075_016.7
_RINGS = (2, 8, 32, 128)
"""Squares of the finest level to each side that are looked through, until enough trees are found."""
_EXACT = "lon IS NOT NULL AND position_precision = 'exact'"


@dataclass(frozen=True, slots=True)
class Stop:
    """A tree, and how far it is from the reader or from the stop before. The position is exact, or None."""

    hit: Hit
    lon: float | None
    lat: float | None
    metres: float | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Trees in the order of a walk; `apart` are those that have no place on it, `lost` unknown numbers."""

    stops: tuple[Stop, ...]
    apart: tuple[Stop, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def metres(self) -> float:
        """The length of the walk as the crow flies."""
        return sum(stop.metres or 0 for stop in self.stops)

    @property
    def paths(self) -> tuple[str, ...]:
        """All its trees that the edition has, in their order."""
        return tuple(stop.hit.path for stop in (*self.stops, *self.apart))

    def address(self, *, plus: str = "", without: str = "") -> str:
        """The value of `walk=` with one tree more or less."""
        kept = [path for path in self.paths if path not in (plus, without)]
        return ",".join([*kept, plus] if plus else kept)


def read_walk(args: Any) -> tuple[str, ...]:
    """The paths of the trees in `?walk=`, each once, at most MOST_STOPS."""
    text = (args.get("walk") or "")[:_LONGEST]
    paths = (tilde_encode(tilde_decode(part.strip())) for part in text.split(",") if part.strip())
    return tuple(dict.fromkeys(paths))[:MOST_STOPS]


def read_near(args: Any) -> tuple[float, float] | None:
    """Longitude and latitude of `?near=lon,lat`, to about ten metres; None for what is no position."""
    try:
        lon, lat = (float(part) for part in (args.get("near") or "")[:60].split(","))
    except ValueError:
        return None
    return (round(lon, 4), round(lat, 4)) if abs(lon) <= 180 and abs(lat) <= 90 else None


def load_walk(db: sqlite3.Connection, paths: Sequence[str]) -> Walk:
    """The walk through these trees: from the first one always to the nearest that is left."""
    rows = db.execute(
        f"SELECT {HIT_COLUMNS}, lon, lat, position_precision FROM tree "
        "WHERE path IN (SELECT value FROM json_each(?))",
        (json.dumps(paths),),
    )
    found = {stop.hit.path: stop for stop in map(_stop, rows)}
    asked = [found[path] for path in paths if path in found]
    return Walk(
        stops=tuple(in_order([stop for stop in asked if stop.lon is not None])),
        apart=tuple(stop for stop in asked if stop.lon is None),
        lost=tuple(tilde_decode(path) for path in paths if path not in found),
    )


def in_order(stops: Sequence[Stop]) -> list[Stop]:
    """`stops`, all with a position: the first stays first, each next one is the nearest that is left."""
    left, walk = list(stops), []
    while left:
        here = walk[-1] if walk else None
        steps = [_apart(here, stop) if here else 0.0 for stop in left]
        at = steps.index(min(steps))
        stop = left.pop(at)
        walk.append(replace(stop, metres=steps[at] if here else None))
    return walk


def load_near(db: sqlite3.Connection, near: tuple[float, float], wish: Wish) -> list[Stop] | None:
    """The nearest trees of a wish with an exact position; None where finding them takes too long."""
    if not has_map(db):
        return []
    return in_time(db, lambda db: _nearest(db, near, wish))


def _nearest(db: sqlite3.Connection, near: tuple[float, float], wish: Wish) -> list[Stop]:
    x, y = column(near[0], FINEST), row(near[1], FINEST)
    side_m = _EQUATOR_M / (1 << FINEST) * math.cos(math.radians(near[1]))
    found: list[tuple[float, int]] = []
    for ring in _RINGS:
        rows = db.execute(
            f"SELECT fid, lon, lat FROM map_tree CROSS JOIN tree ON tree.fid = map_tree.tree_fid "
            "WHERE map_tree.x IN (SELECT value FROM json_each(:near_columns)) "
            f"AND map_tree.y BETWEEN :near_top AND :near_bottom AND {_EXACT} AND ({wish.where()})",
            {
                **wish.values,
                "near_columns": json.dumps(list(range(x - ring, x + ring + 1))),
                "near_top": y - ring,
                "near_bottom": y + ring,
            },
        )
        found = sorted((metres_between(near, (lon, lat)), fid) for fid, lon, lat in rows)
        if sum(metres <= ring * side_m for metres, _ in found) >= NEAREST:  # beyond it none can be nearer
            break
    return [_at(db, metres, fid) for metres, fid in found[:NEAREST]]


def _at(db: sqlite3.Connection, metres: float, fid: int) -> Stop:
    sql = f"SELECT {HIT_COLUMNS}, lon, lat, position_precision FROM tree WHERE fid = ?"
    return replace(_stop(db.execute(sql, (fid,)).fetchone()), metres=metres)


def _stop(row: sqlite3.Row) -> Stop:
    facts = dict(row)
    lon, lat, precision = (facts.pop(name) for name in ("lon", "lat", "position_precision"))
    is_exact = precision == "exact" and lon is not None
    return Stop(read_hit(facts), lon if is_exact else None, lat if is_exact else None)


def _apart(a: Stop, b: Stop) -> float:
    return metres_between((a.lon or 0, a.lat or 0), (b.lon or 0, b.lat or 0))


async def walk_gpx(datasette: Any, request: Any) -> Response:
    """`/map/walk.gpx?walk=…`: the walk for a phone or a receiver; 404 where it has no stop."""
    visit = visit_of(request)
    t, paths = visit.translator, read_walk(request.args)
    edition = edition_of(datasette)
    walk = await edition.execute_fn(lambda db: load_walk(db, paths))
    if not walk.stops:
        return Response.text(t.gettext("None of these trees has a position to show."), status=404)
    home = edition.facts.get("public_address", "").rstrip("/")
    name = t.ngettext("Walk to {count} tree", "Walk to {count} trees", len(walk.stops))
    stops = [
        GpxPoint(
            stop.lon or 0,
            stop.lat or 0,
            f"{said_name(stop.hit, t.lang)} {stop.hit.tree_no}".strip(),
            link=f"{home}{visit.url('/tree/' + stop.hit.path)}" if home else None,
        )
        for stop in walk.stops
    ]
    out = BytesIO()
    about = t.gettext("Straight from tree to tree, as the crow flies: look for the way yourself.")
    write_gpx(stops, out, title=name, about=about, link=home or None, as_route=len(stops) > 1)
    headers = {**caching(visit, lasting=False), "content-disposition": 'attachment; filename="walk.gpx"'}
    return Response(out.getvalue(), headers=headers, content_type="application/gpx+xml; charset=utf-8")


def said_name(hit: Hit, lang: str) -> str:
    """What a tree is called in a language of the site; "" where nothing is recorded."""
    names = [hit.name_zh, hit.name_en, hit.name_latin, hit.name_local]
    if lang == "en":
        names = [hit.name_en, hit.name_latin, hit.name_zh, hit.name_local]
    return next(filter(None, names), "")
