"""Single tiles out of a PMTiles file (version 3), read where they lie; pictures only, no vector tiles.

Format: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md. A file that is none, or is damaged,
has no tiles.
"""

import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from datasette import NotFound, Response

from datasette_plugins.site.pages import edition_of

FILE_NAME = "basemap.pmtiles"
TILES_ROUTE = r"^/map/tiles/(?P<z>[0-9]{1,2})/(?P<x>[0-9]{1,9})/(?P<y>[0-9]{1,9})$"
_HEADER = struct.Struct("<7sB11Q8B")
_KINDS = {2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
_LARGEST_DIRECTORY = 4_000_000
_LARGEST_TILE = 4_000_000
_DEEPEST = 4
_LAST_ZOOM = 24


class _Entry(NamedTuple):
    tile: int
    run: int
    length: int
    offset: int


async def tile_page(datasette: Any, request: Any) -> Response:
    """`/map/tiles/z/x/y`: one tile of `basemap.pmtiles` beside the edition, where the settings ask for it."""
    edition = edition_of(datasette)
    if edition.facts.get("basemap") != "pmtiles":
        raise NotFound("no base map")
    z, x, y = (int(request.url_vars[name]) for name in "zxy")
    path = Path(str(edition.path)).parent / FILE_NAME
    found = await edition.execute_fn(lambda _db: read_tile(path, z, x, y))
    if found is None:
        raise NotFound("no such tile")
    content, kind = found
    return Response(content, headers={"cache-control": "public, max-age=86400"}, content_type=kind)


def read_tile(path: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """The picture of a tile and its media type; None where the file has none."""
    if not (z <= _LAST_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        return None
    try:
        with path.open("rb") as file:
            return _find(file, tile_id(z, x, y))
    except (OSError, struct.error, ValueError, EOFError, zlib.error, IndexError):
        return None


def tile_id(z: int, x: int, y: int) -> int:
    """The number of a tile: all of the zooms before, and its place along the Hilbert curve of its own."""
    found = ((1 << 2 * z) - 1) // 3
    side = (1 << z) >> 1
    while side:
        right, below = int(bool(x & side)), int(bool(y & side))
        found += side * side * ((3 * right) ^ below)
        if not below:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side >>= 1
    return found


def _find(file: BinaryIO, tile: int) -> tuple[bytes, str] | None:
    magic, version, *numbers = _HEADER.unpack(file.read(_HEADER.size))
    root_at, root_length, _, _, leaves_at, _, data_at = numbers[:7]
    _, packing, tile_packing, kind = numbers[11:15]
    if magic != b"PMTiles" or version != 3 or kind not in _KINDS or tile_packing not in (0, 1):
        return None
    at, length = root_at, root_length
    for _ in range(_DEEPEST):
        entries = list(_entries(_unpacked(_piece(file, at, length, _LARGEST_DIRECTORY), packing)))
        place = bisect_right(entries, tile, key=lambda entry: entry.tile) - 1
        if place < 0:
            return None
        entry = entries[place]
        if entry.run:
            if tile >= entry.tile + entry.run:
                return None
            return _piece(file, data_at + entry.offset, entry.length, _LARGEST_TILE), _KINDS[kind]
        at, length = leaves_at + entry.offset, entry.length
    return None


def _piece(file: BinaryIO, at: int, length: int, most: int) -> bytes:
    if not 0 < length <= most:
        raise ValueError(f"a piece has 1 to {most} bytes, not {length}")
    file.seek(at, os.SEEK_SET)
    return file.read(length)


def _unpacked(content: bytes, packing: int) -> bytes:
    if packing == 1:
        return content
    if packing != 2:
        raise ValueError("only gzip is read")
    unzip = zlib.decompressobj(wbits=31)
    return unzip.decompress(content, _LARGEST_DIRECTORY)


def _entries(content: bytes) -> Iterator[_Entry]:
    numbers = _numbers(content)
    count = next(numbers, 0)
    if count > len(content):
        raise ValueError("more entries than bytes")
    tiles, runs, lengths, offsets = ([next(numbers, 0) for _ in range(count)] for _ in range(4))
    tile = offset = length = 0
    for step, run, size, place in zip(tiles, runs, lengths, offsets, strict=True):
        tile += step
        offset = place - 1 if place else offset + length
        length = size
        yield _Entry(tile, run, length, offset)


def _numbers(content: bytes) -> Iterator[int]:
    """Whole numbers in groups of seven bits, the lowest first."""
    value = shift = 0
    for byte in content:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
