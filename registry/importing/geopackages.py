"""GeoPackages: the features of a layer, with a point as longitude and latitude."""

import math
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import PIECE, Fits, Row, Table, cell_text, clean, unpacked


def read_geopackage(path: Path, sha256: str, fits: Fits) -> Table:
    try:
        with _plain_file(path) as file, closing(sqlite3.connect(_read_only(file), uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            layers = [
                tuple(row)
                for row in connection.execute(
                    "SELECT c.table_name, g.column_name FROM gpkg_contents c "
                    "JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
                    "WHERE c.data_type = 'features'"
                )
            ]
            tables = [
                [_feature(row, geometry) for row in connection.execute(f"SELECT * FROM {_quoted(name)}")]
                for name, geometry in layers
            ]
    except sqlite3.DatabaseError as error:
        raise InputUnreadableError(
            path=path, reason=Phrase("it is not a GeoPackage ({error})", error=error)
        ) from error
    full = [rows for rows in tables if rows]
    if not full:
        raise InputUnreadableError(path=path, reason=Phrase("the GeoPackage has no features"))
    chosen = next((rows for rows in full if fits(tuple(rows[0]))), full[0])
    headers = tuple(chosen[0])
    rows = (Row(n, {k: clean(cell_text(v)) for k, v in cells.items()}) for n, cells in enumerate(chosen, 1))
    return Table(path, "geopackage", "utf-8", sha256, headers, rows)


@contextmanager
def _plain_file(path: Path) -> Iterator[Path]:
    """`path` itself, or a temporary file with what is packed in it: SQLite reads no compressed files."""
    with path.open("rb") as stream:
        is_packed = stream.read(2) == b"\x1f\x8b"
    if not is_packed:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder, unpacked(path) as packed:
        plain = Path(folder) / "unpacked.gpkg"
        with plain.open("wb") as target:
            shutil.copyfileobj(packed, target, PIECE)
        yield plain


def _read_only(path: Path) -> str:
    """The address of `path` for SQLite. With a log beside it (QGIS has it open) the log counts as well."""
    has_log = path.with_name(path.name + "-wal").exists()
    return path.resolve().as_uri() + ("?mode=ro" if has_log else "?mode=ro&immutable=1")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _feature(row: sqlite3.Row, geometry: str) -> dict[str, Any]:
    cells = {name: row[name] for name in row.keys() if name != geometry}  # noqa: SIM118
    if point := _point(row[geometry] if geometry in row.keys() else None):  # noqa: SIM118
        cells.setdefault("longitude", point[0])
        cells.setdefault("latitude", point[1])
    return cells


def _point(blob: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a GeoPackage point; None for other geometries."""
    if not isinstance(blob, bytes) or len(blob) < 29 or blob[:2] != b"GP":
        return None
    envelope = (0, 32, 48, 48, 64)[min((blob[3] >> 1) & 7, 4)]
    body = blob[8 + envelope :]
    order = "<" if body[:1] == b"\1" else ">"
    if len(body) < 21 or struct.unpack(order + "I", body[1:5])[0] % 1000 != 1:
        return None
    east, north = struct.unpack(order + "dd", body[5:21])
    return (east, north) if math.isfinite(east) and math.isfinite(north) else None
