"""A register of as many made trees as wanted: a census is imported as any, then its rows are copied by SQL.

Every copy has its own ids (alike at their beginning, as those of one import are), numbers and place (a degree
further on, over 40 × 25 degrees: trees stand as close together however many there are) and is told in the
history like its model. Commitments, which exports do not read, are not copied.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.bench_register import NOW, import_census
from registry.commands.register import init_register
from registry.db import transaction
from registry.settings import set_setting

BASE = 5_000
COLUMNS, ROWS = 40, 25
"""Degrees east and north over which copies are spread."""


def _copied(column: str) -> str:
    return f"printf('%08x', :copy) || substr({column}, 9)"


_OF_TREE = {"id": _copied("id"), "tree_id": _copied("tree_id")}
COPIED: Mapping[str, Mapping[str, str]] = {
    "tree": {
        "id": _copied("id"),
        "tree_no": "tree_no + :copy * :base",
        "lon": f"lon - 40 + :copy % {COLUMNS}",
        "lat": f"lat - 15 + :copy / {COLUMNS} % {ROWS}",
    },
    **dict.fromkeys(("measurement", "age_reading", "designation", "tree_party", "flag"), _OF_TREE),
    "event_item": {"subject_id": _copied("subject_id"), "ordinal": "ordinal + :copy * :base"},
}
"""What differs in the copies of rows, by table and column; all else stays."""


def build(register: Path, count: int) -> None:
    """Make a register of `count` trees, a multiple of `BASE`, at `register`."""
    engine = init_register(str(register), actor="bench", now=NOW)
    import_census(engine, register.parent, BASE)
    with transaction(engine) as session:
        set_setting(session, "public_address", "https://trees.example")
    engine.dispose()
    with closing(sqlite3.connect(register, isolation_level=None)) as connection:
        _copy(connection, count // BASE)


def _copy(connection: sqlite3.Connection, copies: int) -> None:
    run = connection.execute
    for pragma in (
        "journal_mode = DELETE",
        "synchronous = OFF",
        "cache_size = -1000000",
        "foreign_keys = OFF",
    ):
        run(f"PRAGMA {pragma}")
    indexes = run(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        f"AND tbl_name IN ({', '.join('?' * len(COPIED))})",
        list(COPIED),
    ).fetchall()
    run("BEGIN")
    for name, _sql in indexes:
        run(f"DROP INDEX {name}")
    for table in COPIED:
        of_trees = "WHERE subject_type = 'tree'" if table == "event_item" else ""
        run(f"CREATE TEMP TABLE base_{table} AS SELECT * FROM main.{table} {of_trees}")
    statements = list(_statements(connection))
    for copy in range(1, copies):
        for statement in statements:
            run(statement, {"copy": copy, "base": BASE})
    for _name, sql in indexes:
        run(sql)
    run("COMMIT")


def _statements(connection: sqlite3.Connection) -> Iterator[str]:
    for table, changed in COPIED.items():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        yield f"INSERT INTO main.{table} ({names}) SELECT {values} FROM temp.base_{table}"
