"""Tiles of a PMTiles file beside the edition."""

import gzip
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasette_plugins.map.pmtiles import read_tile, tile_id

PNG = b"\x89PNG\r\n\x1a\n"
TILES = [
    ((0, 0, 0), PNG + b"world"),
    ((1, 0, 0), PNG + b"a"),
    ((1, 1, 1), PNG + b"b"),
    ((3, 6, 2), PNG + b"c"),
]


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Entries of (tile, run, length, offset), packed as the format wants them."""
    columns = [[entry[n] for entry in entries] for n in range(4)]
    steps = [tile - before for tile, before in zip(columns[0], [0, *columns[0]], strict=False)]
    columns = [steps, columns[1], columns[2], [offset + 1 for offset in columns[3]]]
    return gzip.compress(varint(len(entries)) + b"".join(varint(v) for column in columns for v in column))


def write(path: Path, *, kind: int = 2, leaf: bool = False) -> Path:
    """A file of TILES; with `leaf` the root leads to a directory of its own."""
    data, entries = b"", []
    for place, content in sorted(TILES, key=lambda tile: tile_id(*tile[0])):
        entries.append((tile_id(*place), 1, len(content), len(data)))
        data += content
    leaves = directory(entries) if leaf else b""
    root = directory([(0, 0, len(leaves), 0)]) if leaf else directory(entries)
    leaves_at = 127 + len(root)
    places = (127, len(root), leaves_at, 0, leaves_at, len(leaves), leaves_at + len(leaves), len(data))
    head = struct.pack("<7sB8Q3Q", b"PMTiles", 3, *places, 4, 4, 4) + bytes([1, 2, 1, kind]) + bytes(27)
    path.write_bytes(head + root + leaves + data)
    return path


@pytest.mark.parametrize("leaf", [False, True])
def test_each_tile_is_found_and_no_other(tmp_path, leaf):
    path = write(tmp_path / "a.pmtiles", leaf=leaf)
    for place, content in TILES:
        assert read_tile(path, *place) == (content, "image/png")
    for place in ((1, 1, 0), (2, 0, 0), (3, 6, 3), (1, 2, 0), (30, 0, 0)):
        assert read_tile(path, *place) is None


def test_numbers_of_tiles_are_those_of_the_format():
    known = {(0, 0, 0): 0, (1, 0, 0): 1, (1, 0, 1): 2, (1, 1, 1): 3, (1, 1, 0): 4, (12, 3423, 1763): 19078479}
    assert {place: tile_id(*place) for place in known} == known


@given(st.integers(0, 6))
def test_each_tile_of_a_zoom_has_a_number_of_its_own(zoom):
    numbers = sorted(tile_id(zoom, x, y) for x in range(1 << zoom) for y in range(1 << zoom))
    first = ((1 << 2 * zoom) - 1) // 3
    assert numbers == list(range(first, first + (1 << 2 * zoom)))


@given(st.binary(max_size=400), st.booleans())
def test_a_damaged_file_has_no_tiles(tmp_path_factory, content, with_head):
    path = tmp_path_factory.getbasetemp() / "damaged.pmtiles"
    path.write_bytes((b"PMTiles\x03" if with_head else b"") + content)
    found = read_tile(path, 1, 0, 0)
    assert found is None or isinstance(found[0], bytes)


def test_vector_tiles_are_no_pictures(tmp_path):
    assert read_tile(write(tmp_path / "a.pmtiles", kind=1), 0, 0, 0) is None
    assert read_tile(tmp_path / "none.pmtiles", 0, 0, 0) is None


async def test_the_site_sends_tiles_where_its_settings_say_so(site, tmp_path):
    write(tmp_path / "basemap.pmtiles")
    served = site(facts={"basemap": "pmtiles"})
    answer = await served.client.get("/map/tiles/1/1/1")
    assert (answer.content, answer.headers["content-type"]) == (PNG + b"b", "image/png")
    assert (await served.client.get("/map/tiles/1/1/0")).status_code == 404
    assert (await served.client.get("/map/tiles/99/1/0")).status_code == 404
    assert (await site().client.get("/map/tiles/1/1/1")).status_code == 404
