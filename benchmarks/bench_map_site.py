"""The site's map at any size: first paint in a real Chromium, bytes, and counted squares against GROUP BY.

Run: `python -m benchmarks.bench_map_site [trees …]`; 4,842 and 100,000 by default, 5,000,000 takes minutes
and some 3 GB under the system's temporary folder. The trees are synthetic: crowds round made-up towns, none
of them real. Only the columns that the map reads are filled, by SQL, and there is no index of words.
"""

import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import datasette.plugins  # noqa: F401  (plugins load from here, in their order)
from playwright.sync_api import sync_playwright

from datasette_plugins.map.counting import Window, read_cells
from datasette_plugins.search.wishes import Wish
from registry.public_map import write_map

ROOT = Path(__file__).parents[1]
SIZES = (4_842, 100_000)
TOWNS = 400
ROUNDS = 5
_TREES = """
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :count)
INSERT INTO tree (fid, uuid, path, tree_no, number_scheme, authority_id, jurisdiction, category, status,
  protection_grade, listings, listing, species_id, name_zh, name_zh_lang, name_latin, division_id,
  division_path, division_path_en, lon, lat, datum, position_precision, age_years, age_basis, photo_count,
  flag_count, withheld, text_lang, source_id, licence, attribution)
SELECT n, printf('%032d', n), printf('S%08d', n), printf('S%08d', n), 'synthetic', 'synthetic',
  'cn', CASE n % 50 WHEN 0 THEN 'famous' ELSE 'ancient' END, 'alive', 1 + n % 3, '[]', NULL, 's' || n % 40,
  '合成树', 'zh-Hans', 'Arbor synthetica', 'd' || town.id, json_array('合成省', '合成县' || town.id), '[]',
  town.lon + ((n * 7919) % 100003 / 100003.0 - 0.5) * 0.8,
  town.lat + ((n * 104729) % 99991 / 99991.0 - 0.5) * 0.6,
  'WGS84', 'exact', 100 + n % 900, 'estimated', 0, 0, '[]', 'zh-Hans', 'synthetic', 'synthetic', 'synthetic'
FROM n JOIN town ON town.id = (n * 31) % :towns
"""
_WHOLE = "SELECT CAST(lon * 2 AS INTEGER), CAST(lat * 2 AS INTEGER), COUNT(*) FROM tree GROUP BY 1, 2"


def make_edition(path: Path, count: int) -> dict[str, float]:
    """An edition of `count` synthetic trees; what making the map's tables takes."""
    rng = random.Random(7)
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")
        db.executescript((ROOT / "schema" / "public.sql").read_text(encoding="utf-8"))
        db.execute("CREATE TEMP TABLE town (id INTEGER PRIMARY KEY, lon REAL, lat REAL)")
        towns = ((n, rng.uniform(98, 122), rng.uniform(22, 42)) for n in range(TOWNS))
        db.executemany("INSERT INTO town VALUES (?, ?, ?)", towns)
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'tree' AND sql > ''"
        indexes = db.execute(sql).fetchall()
        for name, _ in indexes:  # a dozen of them grow quickest when all the trees are there
            db.execute(f"DROP INDEX {name}")
        db.execute(_TREES, {"count": count, "towns": TOWNS})
        for _, create in indexes:
            db.execute(create)
        db.execute(
            "INSERT INTO source VALUES ('synthetic', '合成', 'zh-Hans', 'Synthetic', '', 'synthetic', '', "
            "'synthetic', '', NULL, ?)",
            (count,),
        )
        db.executemany(
            "INSERT INTO edition VALUES (?, ?)",
            [("number", "1"), ("made_at", "2026-11-21T00:00:00+00:00"), ("demonstration", "yes")],
        )
        before = db.execute("PRAGMA page_count").fetchone()[0]
        started = time.perf_counter()
        write_map(db)
        db.commit()
        taken = time.perf_counter() - started
        size = (db.execute("PRAGMA page_count").fetchone()[0] - before) * 4096 / 1e6
        db.execute("ANALYZE")
        db.commit()
    return {"seconds": taken, "megabytes": size}


@contextmanager
def served(public: Path) -> Iterator[str]:
    """The site over `public` in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "datasette_plugins.asgi:create_app"]
    options = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    process = subprocess.Popen(
        [*command, *options], cwd=ROOT, env={**os.environ, "GUSHU_PUBLIC": str(public)}
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urlopen(f"{address}/robots.txt", timeout=5).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def first_paints(address: str) -> tuple[float, float, float]:
    """Milliseconds until trees are drawn for the first reader ever, and for later ones; kilobytes in all."""
    times, size = [], 0.0
    chromium = os.environ.get("GUSHU_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(ROUNDS + 1):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.goto(f"{address}/map")
            page.wait_for_selector("#map[data-drawn]:not([aria-busy])", timeout=60_000)
            page.wait_for_timeout(300)
            times.append(page.evaluate("performance.getEntriesByName('map-drawn')[0].startTime"))
            size = page.evaluate(
                "performance.getEntriesByType('resource').reduce((sum, e) => sum + e.transferSize, "
                "performance.getEntriesByType('navigation')[0].transferSize)"
            )
            context.close()
        browser.close()
    return times[0], median(times[1:]), size / 1000


def milliseconds(db: sqlite3.Connection, window: Window, wish: Wish) -> float:
    """The median time of counting one window."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        read_cells(db, window, wish)
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


def measure(path: Path, count: int) -> list[tuple[str, float, str]]:
    """The figures of one size."""
    made = make_edition(path, count)
    figures = [
        (f"{count:,} synthetic trees: tables of the map", made["seconds"], "s"),
        (f"{count:,}: size of these tables", made["megabytes"], "MB"),
    ]
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        started = time.perf_counter()
        db.execute(_WHOLE).fetchall()
        whole = (time.perf_counter() - started) * 1000
        windows = [Window(98, 22, 122, 42, 4), Window(108, 30, 113, 33, 8), Window(110, 31, 110.7, 31.5, 11)]
        slowest = max(milliseconds(db, window, Wish()) for window in windows)
        live = milliseconds(db, windows[2], Wish(facets={"grade": "1", "category": "famous"}))
    figures += [
        (f"{count:,}: GROUP BY over the whole table", whole, "ms"),
        (f"{count:,}: slowest of three windows", slowest, "ms"),
        (f"{count:,}: window over whole table", whole / slowest, "x"),
        (f"{count:,}: window with two filters, counted now", live, "ms"),
    ]
    with served(path) as address:
        first, later, size = first_paints(address)
    return [
        *figures,
        (f"{count:,}: trees drawn, first reader ever", first, "ms"),
        (f"{count:,}: trees drawn, later readers", later, "ms"),
        (f"{count:,}: everything that was sent", size, "kB"),
    ]


def run(sizes: tuple[int, ...] = SIZES) -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure."""
    figures = []
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            figures += measure(Path(folder) / "public.gpkg", count)
    return figures


if __name__ == "__main__":
    for name, value, unit in run(tuple(map(int, sys.argv[1:])) or SIZES):
        print(f"{name:52} {value:12,.2f} {unit}", flush=True)
