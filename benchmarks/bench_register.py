"""Import and publish against the same rows written with no checks at all, in one run.

Run: `python -m benchmarks.bench_register`. "raw" copies every row of the finished database, history included,
with `executemany` into a database of the same schema: the least work that leaves the same bytes.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median

from registry.commands.import_file import import_table
from registry.commands.register import init_register
from registry.db import transaction
from registry.importing.mapping import choose_mapping, shipped_mappings
from registry.importing.reading import open_table
from registry.keys import key_path, read_keys
from registry.photos import photo_store
from registry.publish import publish

ROUNDS = 3
SAMPLES = Path(__file__).resolve().parent.parent / "samples"
FILES = (
    SAMPLES / "taipei" / "protected_trees_2026-08-23.csv",
    SAMPLES / "hongkong" / "hongkong-ovt.json.gz",
    SAMPLES / "singapore" / "singapore-heritage-trees.json",
)
NOW = datetime(2026, 11, 21, tzinfo=UTC)
HIDDEN = ("sqlite_", "tree_search_", "alembic_")


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure."""
    imports, publishes, raw_imports, raw_publishes, rows = [], [], [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            home = Path(folder) / str(turn)
            home.mkdir()
            register = home / "register.db"
            engine = init_register(str(register), actor="bench", now=NOW)
            began = time.perf_counter()
            rows = _import_samples(engine)
            imports.append(time.perf_counter() - began)
            publishes.append(_timed(lambda engine=engine, home=home: _publish(engine, home)))
            engine.dispose()
            raw_imports.append(_raw_copy(register, home / "raw.db"))
            raw_publishes.append(_raw_copy(home / "public.gpkg", home / "raw.gpkg"))
    took, raw = median(imports), median(raw_imports)
    published, copied = median(publishes), median(raw_publishes)
    return [
        ("import: 4,842 rows", took, "s"),
        ("import: rows a second", rows / took, "rows/s"),
        ("import: same rows by executemany", raw, "s"),
        ("import over raw (share of its speed)", raw / took, "x"),
        ("publish: 4,842 trees", published, "s"),
        ("publish: same rows by executemany", copied, "s"),
        ("publish over copy (times its time)", published / copied, "x"),
        ("peak memory of all this", getrusage(RUSAGE_SELF).ru_maxrss / 1024, "MB"),
    ]


def _import_samples(engine) -> int:
    mappings = shipped_mappings()
    rows = 0
    for path in FILES:
        table = open_table(path, fits=lambda headers: any(mapping.fits(headers) for mapping in mappings))
        mapping = choose_mapping(path, table.headers, mappings)
        with transaction(engine) as session:
            report = import_table(session, table, mapping, actor="bench", now=NOW)
        rows += report.created
    return rows


def _publish(engine, home: Path) -> None:
    address = str(home / "register.db")
    keys = read_keys(key_path(address))
    publish(engine, home / "public.gpkg", keys=keys, photos=photo_store(address), actor="bench", now=NOW)


def _raw_copy(source: Path, target: Path) -> float:
    """Seconds to write every row of `source` into a new database with the same schema."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        schema = old.execute("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        kept = [(name, kind, sql) for name, kind, sql in schema if not name.startswith(HIDDEN)]
        for _name, _kind, sql in sorted(kept, key=lambda entry: entry[1] != "table"):
            if "VIRTUAL" not in sql:
                new.execute(sql)
        tables = [name for name, kind, sql in kept if kind == "table" and "VIRTUAL" not in sql]
        rows = {table: old.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}

        def write() -> None:
            with new:
                for table, values in rows.items():
                    if values:
                        marks = ", ".join("?" * len(values[0]))
                        new.executemany(f'INSERT INTO "{table}" VALUES ({marks})', values)

        return _timed(write)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:44} {value:10,.2f} {unit}")
