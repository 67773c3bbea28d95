"""Protection zones as compact arrays for `static/treemap.js`, for the hand-over file and the site's map.

A zone is `[kind, number, name, m², document or null, basis, rings]`; a ring is whole millionths of a degree:
the first corner's longitude and latitude, then the steps to each next one. Bases stand once in a table.
"""

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

ZONE_LIMIT = 20_000
_SCALE = 1_000_000
_ENVELOPES = (0, 32, 48, 48, 64)
"""Bytes of the envelope of a GeoPackage blob, by its kind."""

Ring = list[tuple[float, float]]


class MapZone(NamedTuple):
    """What a map needs of one zone. shape: a GeoPackage blob of a polygon or multipolygon in WGS84."""

    kind: str
    number: str
    name: str | None
    area_m2: float
    document: str | None
    basis: str
    shape: bytes


def pack_zones(zones: Iterable[MapZone], *, limit: int = ZONE_LIMIT) -> dict[str, Any]:
    """The first `limit` zones, ready for JSON, and whether there are more."""
    bases: dict[str, int] = {}
    packed: list[list[Any]] = []
    is_cut = False
    for zone in zones:
        if len(packed) == limit:
            is_cut = True
            break
        basis = bases.setdefault(zone.basis, len(bases))
        rings = [ring_steps(ring) for ring in rings_of(zone.shape)]
        packed.append(
            [zone.kind, zone.number, zone.name, round(zone.area_m2, 1), zone.document, basis, rings]
        )
    return {"zones": packed, "bases": list(bases), "cut": is_cut}


def rings_of(blob: bytes) -> list[Ring]:
    """Every ring of a polygon or multipolygon in a GeoPackage blob (its WKB little-endian).

    A point is a ring of that one point, named twice as rings are closed.
    """
    wkb = wkb_of(blob)
    if struct.unpack_from("<I", wkb, 1)[0] == 1:
        point: tuple[float, float] = struct.unpack_from("<dd", wkb, 5)
        return [[point, point]]
    return _polygons(memoryview(wkb))[0]


def wkb_of(blob: bytes) -> bytes:
    """The shape itself in a GeoPackage blob, as WKB."""
    return blob[8 + _ENVELOPES[blob[3] >> 1 & 7] :]


def _polygons(wkb: memoryview) -> tuple[list[Ring], int]:
    """The rings of the shape at the beginning of `wkb`, and how many bytes it takes."""
    kind, count = struct.unpack_from("<II", wkb, 1)
    rings: list[Ring] = []
    at = 9
    if kind == 6:
        for _ in range(count):
            inner, size = _polygons(wkb[at:])
            rings += inner
            at += size
        return rings, at
    for _ in range(count):
        (points,) = struct.unpack_from("<I", wkb, at)
        numbers = struct.unpack_from(f"<{2 * points}d", wkb, at + 4)
        rings.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
        at += 4 + 16 * points
    return rings, at


def ring_steps(ring: Ring) -> list[int]:
    """A ring as whole numbers: its first corner, then the steps; a single point is a corner alone."""
    found: list[int] = []
    last = (0, 0)
    for lon, lat in ring[:-1]:
        now = (round(lon * _SCALE), round(lat * _SCALE))
        if not found or now != last:
            found += [now[0] - last[0], now[1] - last[1]]
        last = now
    return found
