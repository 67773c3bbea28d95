"""The table of measures at hand: the one that is shipped, and an office's own beside the register."""

import os
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.care_errors import MeasureTableError
from registry.db import SCHEMA_FOLDER, sqlite_path
from registry.errors import InputMissingError, unwritable
from registry.rules.measure_table import TableRow, dropped, table_from

SHIPPED_TABLE = SCHEMA_FOLDER / "measure_table.toml"


def own_table_path(address: str) -> Path:
    """Where the register at `address` looks for its own table (env GUSHU_MEASURES overrides it)."""
    if named := os.environ.get("GUSHU_MEASURES"):
        return Path(named)
    path = sqlite_path(address)
    return Path("gushu.measures.toml") if path is None else path.with_name(path.name + ".measures.toml")


def measure_table(address: str | None = None) -> dict[str, TableRow]:
    """The rows by id: a row of the office's own file stands in the place of the shipped one of that id, rows
    that it drops are gone, others come first. Raises MeasureTableError, InputMissingError.
    """
    rows = dict(_shipped())
    own = own_table_path(address) if address is not None else None
    if own is None or not (own.is_file() or os.environ.get("GUSHU_MEASURES")):
        return rows
    found = _parsed(own)
    theirs = table_from(found, own.name)
    gone = dropped(found, rows, own.name)
    added = {name: row for name, row in theirs.items() if name not in rows}
    kept = {name: theirs.get(name, row) for name, row in rows.items() if name not in gone}
    return {**added, **kept}


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, TableRow]:
    return table_from(_parsed(SHIPPED_TABLE), SHIPPED_TABLE.name)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputMissingError(path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MeasureTableError(file=path.name, row="—", key="TOML", reason=str(error)) from error
    except OSError as error:
        raise unwritable(path, error) from error
