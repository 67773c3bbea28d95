"""GeoPackage details: header, geometry blobs, the tables that make layers known. Positions are EPSG:4326."""

import sqlite3
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",'
    '0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
_SYSTEMS = (
    (
        "Undefined cartesian SRS",
        -1,
        "NONE",
        -1,
        "undefined",
        "undefined cartesian coordinate reference system",
    ),
    (
        "Undefined geographic SRS",
        0,
        "NONE",
        0,
        "undefined",
        "undefined geographic coordinate reference system",
    ),
    ("WGS 84 geodetic", 4326, "EPSG", 4326, WGS84_WKT, "longitude/latitude in decimal degrees"),
)

Ring = Sequence[tuple[float, float]]


def point_blob(lon: float, lat: float) -> bytes:
    """A point as a GeoPackage blob: 8 bytes of header and 21 of WKB, little-endian."""
    return b"GP\x00\x01" + struct.pack("<iBIdd", 4326, 1, 1, lon, lat)


def polygon_blob(ring: Ring) -> bytes:
    """A polygon of one closed ring as a GeoPackage blob with its envelope."""
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    envelope = struct.pack("<dddd", min(lons), max(lons), min(lats), max(lats))
    body = struct.pack("<BIII", 1, 3, 1, len(ring)) + b"".join(struct.pack("<dd", *point) for point in ring)
    return b"GP\x00\x03" + struct.pack("<i", 4326) + envelope + body


def shape_blob(wkb: bytes, box: tuple[float, float, float, float]) -> bytes:
    """A shape that is given as little-endian WKB as a GeoPackage blob; box: west, south, east, north."""
    west, south, east, north = box
    return b"GP\x00\x03" + struct.pack("<i", 4326) + struct.pack("<dddd", west, east, south, north) + wkb


def begin_geopackage(connection: sqlite3.Connection) -> None:
    """Say in the file's header that it is a GeoPackage; fill its table of coordinate systems."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")
    connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _SYSTEMS)


def register_layer(
    connection: sqlite3.Connection,
    table: str,
    geometry: str,
    points: Iterable[tuple[float, float]],
    *,
    about: str,
    at: datetime,
) -> None:
    """Make `table` a layer of kind `geometry` (POINT, POLYGON), with the extent of `points`."""
    known = list(points)
    lons, lats = [lon for lon, _ in known], [lat for _, lat in known]
    extent = (min(lons), min(lats), max(lons), max(lats)) if known else (None, None, None, None)
    changed = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, 4326)",
        (table, table, about, changed, *extent),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 4326, 0, 0)", (table, geometry)
    )


def register_attributes(connection: sqlite3.Connection, table: str, *, about: str, at: datetime) -> None:
    """Make a table without geometry known. Where one is, GDAL leaves all unregistered helper tables out."""
    changed = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'attributes', ?, ?, ?, NULL, NULL, NULL, NULL, NULL)",
        (table, table, about, changed),
    )
