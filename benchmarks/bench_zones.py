"""A footprint against a million zones: this register's key on SQLite, PostGIS's GiST, an STRtree in memory.

Run: `python benchmarks/bench_zones.py`. The zones are made up: rings of 24 corners, 5 to 15 m wide, a tree
in each. All three answer the same question for the same footprints, zones met with their overlap in square
metres and zones within 100 m with their distance; ours looks at the trees as well. PostGIS is measured where
BENCH_POSTGIS is the address of a database that has it (postgresql://…); its table is made and dropped there.
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
from registry.rules.conflicts import NEAR_M, Footprint, footprint_of
from registry.rules.quadtree import cell_of
from registry.rules.zone_grids import to_grid
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
    """Milliseconds at the median and at the 95th percentile, and how many zones were met in all."""
    took, met = [], 0
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


def postgis(engine: sa.Engine, shapes: Any) -> Callable[[Footprint], int]:
    """Through PostGIS: a GiST index on the outlines, overlap and distance in the same grid."""
    words = shapely.to_wkb(shapes, hex=True)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS bench_zone"))
        connection.execute(
            sa.text("CREATE TABLE bench_zone (id int PRIMARY KEY, geom geometry(Polygon, 4326))")
        )
        insert = sa.text("INSERT INTO bench_zone VALUES (:id, ST_GeomFromWKB(decode(:wkb, 'hex'), 4326))")
        for start in range(0, len(words), BATCH):
            stop = min(start + BATCH, len(words))
            connection.execute(insert, [{"id": at, "wkb": words[at]} for at in range(start, stop)])
        connection.execute(sa.text("CREATE INDEX ON bench_zone USING gist (geom)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE bench_zone"))
    number = GRID.removeprefix("EPSG:")
    query = sa.text(
        "WITH site AS (SELECT ST_Transform(ST_GeomFromWKB(decode(:site, 'hex'), 4326), "
        f"{number}) AS shape), found AS (SELECT id, ST_Transform(geom, {number}) AS shape FROM bench_zone "
        "WHERE geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)) "
        "SELECT id, ST_Area(ST_Intersection(found.shape, site.shape)), ST_Distance(found.shape, site.shape) "
        "FROM found, site"
    )
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def ask(footprint: Footprint) -> int:
        west, south, east, north = footprint.box_around(NEAR_M)
        box = {"west": west, "south": south, "east": east, "north": north}
        rows = connection.execute(query, {"site": shapely.to_wkb(footprint.shape, hex=True), **box}).all()
        return sum(area > 0.005 for _, area, _ in rows)

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
        engine.dispose()
    yield from _told("the same, STRtree in memory", *timed(in_memory(shapes), asked))
    if address := os.environ.get("BENCH_POSTGIS"):
        server = sa.create_engine(sa.make_url(address).set(drivername="postgresql+psycopg"))
        yield from _told("the same, PostGIS with GiST", *timed(postgis(server, shapes), asked))
        with server.begin() as connection:
            connection.execute(sa.text("DROP TABLE bench_zone"))
    else:
        yield "PostGIS: not measured (BENCH_POSTGIS unset)", float("nan"), ""


def _told(what: str, middle: float, slow: float, met: int) -> Iterator[tuple[str, float, str]]:
    yield f"{what}, median", middle, "ms"
    yield f"{what}, 95 %", slow, "ms"
    yield f"{what}, zones met", met, "in all"


if __name__ == "__main__":
    for line in run():
        print("{:46} {:12,.2f} {}".format(*line), flush=True)
