"""A footprint against a million zones: this register's key on SQLite, PostGIS's GiST, an STRtree in memory.

Run: `python benchmarks/bench_zones.py`. The zones are made up: rings of 24 corners, 5 to 15 m wide, a tree
in each. "Zones alone": the zones met with their overlap in square metres, and those within 100 m with their
distance. "A check": also the trees nearby, whether they have a zone, and whatever is so uncertain that it may
reach the footprint from farther away. PostGIS is measured where BENCH_POSTGIS is the address of a database
that has it (postgresql://…); its tables are made and dropped there.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from registry.db import make_engine
from registry.models import Authority, Source, Tree, Zone
from registry.rules.conflicts import NEAR_M, Footprint, NearZone, footprint_of, found_near
from registry.rules.quadtree import cell_of
from registry.rules.zone_grids import to_grid
from registry.zone_candidates import zone_rows
from registry.zone_checks import near

ZONES = 1_000_000
FOOTPRINTS = 200
BATCH = 50_000
WEST, SOUTH, WIDE = 111.6, 37.0, 3.5
GRID = "EPSG:4546"
TODAY = date(2026, 11, 21)
_METRES = 111_320.0
_TURNS = np.linspace(0, 2 * np.pi, 25)


def outlines(rng: np.random.Generator, count: int) -> tuple[Any, Any]:
    """Centres (lon, lat) and rings around them, in degrees."""
    centres = np.array([WEST, SOUTH]) + rng.random((count, 2)) * WIDE
    radii = (5 + 10 * rng.random(count))[:, None] / _METRES
    east = centres[:, :1] + radii * np.cos(_TURNS) / np.cos(np.radians(centres[:, 1:]))
    north = centres[:, 1:] + radii * np.sin(_TURNS)
    east[:, -1], north[:, -1] = east[:, 0], north[:, 0]
    return centres, shapely.polygons(np.stack([east, north], axis=-1))


def footprints(rng: np.random.Generator) -> list[Footprint]:
    """Boxes of 20 to 500 m."""
    found = []
    for x, y in np.array([WEST, SOUTH]) + rng.random((FOOTPRINTS, 2)) * WIDE:
        wide, high = (20 + 480 * rng.random(2)) / _METRES
        footprint = footprint_of([shapely.box(x, y, x + wide, y + high)])
        if footprint is not None:
            found.append(footprint)
    return found


def fill(engine: sa.Engine, centres: Any, shapes: Any) -> None:
    """Put zones and trees into a register's tables."""
    zone: sa.Table = Zone.__table__  # type: ignore[attr-defined]
    tree: sa.Table = Tree.__table__  # type: ignore[attr-defined]
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Authority(id="a", name_zh="局", name_en="Bureau", jurisdiction="cn"))
        session.add(Source(id="s", title="样", title_lang="zh-Hans", title_en="made up", publisher="p",
                           licence="CC0", licence_url="l", attribution="a", origin="o"))  # fmt: skip
        session.commit()
    words, boxes = shapely.to_wkb(shapes, hex=True), shapely.bounds(shapes)
    shared = {"number_scheme": "made-up", "authority_id": "a", "category": "ancient", "status": "alive"}
    shared |= {"source_id": "s", "updated_on": TODAY, "datum": "WGS84", "position_precision": "exact"}
    for start in range(0, len(words), BATCH):
        places = range(start, min(start + BATCH, len(words)))
        with engine.begin() as connection:
            connection.execute(sa.insert(tree), [_tree(at, centres[at], shared) for at in places])
            connection.execute(sa.insert(zone), [_zone(at, words[at], boxes[at]) for at in places])
    with engine.begin() as connection:
        connection.execute(sa.text("ANALYZE"))


def _tree(at: int, centre: Any, shared: dict[str, Any]) -> dict[str, Any]:
    place = {"lon": float(centre[0]), "lat": float(centre[1]), "coordinate_uncertainty_m": 2.0}
    return {"id": str(at), "tree_no": str(at), **place, **shared}


def _zone(at: int, outline: str, box: Any) -> dict[str, Any]:
    west, south, east, north = map(float, box)
    return {
        "id": str(at), "tree_id": str(at), "kind": "computed", "outline": outline, "west": west,
        "south": south, "east": east, "north": north, "cell": cell_of(west, south, east, north),
        "area_m2": 300.0, "uncertainty_m": 2.0, "projection": GRID, "made_on": TODAY,
    }  # fmt: skip


def timed(ask: Callable[[Footprint], int], asked: list[Footprint]) -> tuple[float, float, int]:
    """Milliseconds at the median and at the 95th percentile, and how many zones were met in all; the second
    time that all are asked counts, so that nobody waits for the disk."""
    took, met = [], 0
    for footprint in asked:
        ask(footprint)
    for footprint in asked:
        start = time.perf_counter()
        met += ask(footprint)
        took.append(1000 * (time.perf_counter() - start))
    return median(took), float(np.percentile(took, 95)), met


def ours(engine: sa.Engine) -> Callable[[Footprint], int]:
    """Through the register."""

    def ask(footprint: Footprint) -> int:
        with Session(engine) as session:
            return len(near(session, footprint, TODAY)[1].hits)

    return ask


def in_memory(shapes: Any) -> Callable[[Footprint], int]:
    """Through shapely's STRtree, everything in memory."""
    tree, move = shapely.STRtree(shapes), to_grid(GRID)

    def ask(footprint: Footprint) -> int:
        found = tree.query(shapely.box(*footprint.box_around(NEAR_M)))
        metres = shapely.transform(shapes[found], move)
        site = shapely.transform(footprint.shape, move)
        shapely.distance(site, metres)
        return int((shapely.area(shapely.intersection(site, metres)) > 0.005).sum())

    return ask


def fill_postgis(server: sa.Engine, centres: Any, shapes: Any) -> None:
    """The same zones and trees in two tables with GiST indexes."""
    words = shapely.to_wkb(shapes, hex=True)
    made = (
        "DROP TABLE IF EXISTS bench_zone, bench_tree",
        "CREATE TABLE bench_zone (id int PRIMARY KEY, tree int, geom geometry(Polygon, 4326), off float)",
        "CREATE TABLE bench_tree (id int PRIMARY KEY, geom geometry(Point, 4326), off float)",
    )
    zone = "INSERT INTO bench_zone VALUES (:id, :id, ST_GeomFromWKB(decode(:wkb, 'hex'), 4326), 2)"
    tree = "INSERT INTO bench_tree VALUES (:id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 2)"
    indexes = ("zone USING gist (geom)", "tree USING gist (geom)", "zone (off)", "tree (off)", "zone (tree)")
    with server.begin() as connection:
        for statement in made:
            connection.execute(sa.text(statement))
        for start in range(0, len(words), BATCH):
            places = range(start, min(start + BATCH, len(words)))
            connection.execute(sa.text(zone), [{"id": at, "wkb": words[at]} for at in places])
            spots = [{"id": at, "lon": float(centres[at][0]), "lat": float(centres[at][1])} for at in places]
            connection.execute(sa.text(tree), spots)
        for index in indexes:
            table, _, what = index.partition(" ")
            connection.execute(sa.text(f"CREATE INDEX ON bench_{table} {what}"))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE bench_zone"))
        connection.execute(sa.text("VACUUM ANALYZE bench_tree"))


def postgis(server: sa.Engine, *, whole: bool) -> Callable[[Footprint], int]:
    """Through PostGIS. whole: also the trees nearby, whether they have a zone, and whatever is uncertain by
    more than 50 m and may reach the site, as a check asks; else the zones nearby alone."""
    number = GRID.removeprefix("EPSG:")
    site = f"ST_Transform(ST_GeomFromWKB(decode(:site, 'hex'), 4326), {number})"
    box = "geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
    far = f"off > 50 AND ST_DWithin(ST_Transform(geom, {number}), {site}, off)"
    zones = (
        f"WITH site AS (SELECT {site} AS shape), found AS "
        f"(SELECT id, ST_Transform(geom, {number}) AS shape FROM bench_zone WHERE {box}) "
        "SELECT id, ST_Area(ST_Intersection(found.shape, site.shape)), ST_Distance(found.shape, site.shape) "
        "FROM found, site"
    )
    trees = (
        f"SELECT id, ST_Distance(ST_Transform(geom, {number}), {site}), "
        f"EXISTS (SELECT FROM bench_zone WHERE tree = bench_tree.id) FROM bench_tree WHERE {box}"
    )
    more = (trees, f"SELECT id FROM bench_zone WHERE {far}", f"SELECT id FROM bench_tree WHERE {far}")
    first, *others = map(sa.text, (zones, *more) if whole else (zones,))
    connection = server.connect().execution_options(isolation_level="AUTOCOMMIT")

    def ask(footprint: Footprint) -> int:
        west, south, east, north = footprint.box_around(NEAR_M)
        asked = {"west": west, "south": south, "east": east, "north": north}
        asked["site"] = shapely.to_wkb(footprint.shape, hex=True)
        rows = connection.execute(first, asked).all()
        for each in others:
            connection.execute(each, asked).all()
        return sum(area > 0.005 for _, area, _ in rows)

    return ask


def zones_alone(engine: sa.Engine) -> Callable[[Footprint], int]:
    """Through the register, the zones nearby alone."""

    def ask(footprint: Footprint) -> int:
        with engine.connect() as connection:
            rows = zone_rows(connection, footprint, TODAY, NEAR_M)
        zones = [
            NearZone(r.id, ("tree", r.tree_id), shapely.from_wkb(r.outline), r.area_m2, False) for r in rows
        ]
        return len(found_near(footprint, zones, ()).hits)

    return ask


def run(count: int = ZONES) -> Iterator[tuple[str, float, str]]:
    """(what, value, unit) of every measurement."""
    rng = np.random.default_rng(11)
    centres, shapes = outlines(rng, count)
    asked = footprints(rng)
    yield "zones", count, "made up"
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(str(Path(folder) / "zones.db"))
        fill(engine, centres, shapes)
        yield from _told("a check, SQLite", *timed(ours(engine), asked))
        yield from _told("zones alone, SQLite", *timed(zones_alone(engine), asked))
        engine.dispose()
    yield from _told("zones alone, STRtree in memory", *timed(in_memory(shapes), asked))
    if address := os.environ.get("BENCH_POSTGIS"):
        server = sa.create_engine(sa.make_url(address).set(drivername="postgresql+psycopg"))
        fill_postgis(server, centres, shapes)
        yield from _told("a check, PostGIS with GiST", *timed(postgis(server, whole=True), asked))
        yield from _told("zones alone, PostGIS with GiST", *timed(postgis(server, whole=False), asked))
        with server.begin() as connection:
            connection.execute(sa.text("DROP TABLE bench_zone, bench_tree"))
    else:
        yield "PostGIS: not measured (BENCH_POSTGIS unset)", float("nan"), ""


def _told(what: str, middle: float, slow: float, met: int) -> Iterator[tuple[str, float, str]]:
    yield f"{what}, median", middle, "ms"
    yield f"{what}, 95 %", slow, "ms"
    yield f"{what}, zones met", met, "in all"


if __name__ == "__main__":
    for line in run():
        print("{:46} {:12,.2f} {}".format(*line), flush=True)
