"""What tests of the register are built with: a mapping, files, imports, records."""

import csv
import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, select

from registry.commands.import_file import ImportReport, import_table
from registry.db import reading, transaction
from registry.importing.mapping import Mapping, read_mapping
from registry.importing.reading import open_table
from registry.records import SourceRecord, TreeRecord

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLES = REPOSITORY / "samples"
TAIPEI = SAMPLES / "taipei" / "protected_trees_2026-08-23.csv"
HONG_KONG = SAMPLES / "hongkong" / "hongkong-ovt.json.gz"
SINGAPORE = SAMPLES / "singapore" / "singapore-heritage-trees.json"

MAPPING = """
id = "plain"
release = ["address"]
placeholder_dates = [1900-01-01]

[source]
id = "plain"
title = "样本"
title_lang = "zh-Hans"
title_en = "Sample"
publisher = "p"
licence = "CC0"
licence_url = "https://example.org/cc0"
attribution = "a"
origin = "https://example.org/"

[authority]
id = "cn-test"
name_zh = "某县林业局"
name_en = "Forestry Bureau"
jurisdiction = "cn"

[defaults]
number_scheme = "legacy"
datum = "WGS84"
text_lang = "zh-Hans"
vigour_scale = "lyt2738"

[placeholders]
texts = ["/"]
beginnings = ["未"]

[columns]
no = { field = "tree_no" }
name = { field = "name_verbatim", optional = true }
latin = { field = "latin_verbatim", optional = true }
girth = { field = "girth_cm", unit = "cm", optional = true, zero_is_empty = true }
height = { field = "height_m", unit = "m", optional = true }
age = { field = "age_years", optional = true }
lon = { field = "lon", optional = true }
lat = { field = "lat", optional = true }
day = { field = "surveyed_on", date = "%d/%m/%Y", optional = true }
designated = { field = "designated_on", date = "%Y-%m-%d", optional = true }
document = { field = "document_no", optional = true }
grade = { field = "grade", optional = true, vocabulary = { "一级" = "1", "二级" = "2" } }
address = { field = "address", optional = true }
notes = { field = "notes", optional = true }
steward = { field = "steward", optional = true }
surveyor = { field = "surveyor", optional = true }
other_no = { field = "alias", scheme = "other", optional = true }
"""

SOURCE = SourceRecord("s", "样本", "zh-Hans", "Sample", "p", "CC0", "https://example.org/", "a", "o", None)


def make_mapping(folder: Path, text: str = MAPPING, name: str = "plain.toml") -> Path:
    """A mapping file in `folder`."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def make_csv(path: Path, *rows: dict[str, object], encoding: str = "utf-8") -> Path:
    """A CSV file with a column for every key of `rows`."""
    headers = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, headers, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def import_path(engine: Engine, path: Path, mapping: Mapping) -> ImportReport:
    """Import one file in a transaction of its own."""
    with transaction(engine) as session:
        return import_table(session, open_table(path, fits=mapping.fits), mapping, actor="tests", now=NOW)


def import_rows(
    engine: Engine, folder: Path, *rows: dict[str, object], mapping: str = MAPPING
) -> ImportReport:
    """Import rows written as a CSV file through the plain mapping."""
    return import_path(
        engine, make_csv(folder / "rows.csv", *rows), read_mapping(make_mapping(folder, mapping))
    )


def count(engine: Engine, table: type[SQLModel]) -> int:
    """How many rows a table has."""
    with reading(engine) as session:
        return int(session.exec(select(sa.func.count()).select_from(table)).one())


def rows_of(engine: Engine, table: type[SQLModel]) -> list[Any]:
    """All rows of a table, detached; those of the history in the order of the chain."""
    keys = table.__table__.primary_key.columns  # type: ignore[attr-defined]
    query = select(table).order_by(*keys) if "seq" in keys else select(table)
    with reading(engine) as session:
        rows = list(session.exec(query))
        session.expunge_all()
        return rows


def make_tree(**facts: Any) -> TreeRecord:
    """A tree's record with nothing said but `facts`."""
    usual: dict[str, Any] = {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "tree_no": "1",
        "number_scheme": "legacy",
        "path": "1",
        "authority_id": "cn-test",
        "authority_zh": "林业局",
        "authority_en": "Forestry Bureau",
        "jurisdiction": "cn",
        "category": "ancient",
        "status": "alive",
        "text_lang": "zh-Hans",
        "source": SOURCE,
    }
    return TreeRecord(**{**usual, **facts})


def tamper(engine: Engine, statement: str) -> int:
    """Change a register behind its back, constraints between tables left aside; returns the rows touched."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database))) as connection, connection:
            return connection.execute(statement).rowcount
    with engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        return connection.exec_driver_sql(statement).rowcount
