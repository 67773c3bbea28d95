"""The grid of the map."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.map_grid import FINEST, cell_box, column, row

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-90, 90)


@given(LONGITUDES, LATITUDES, st.integers(0, FINEST))
def test_a_point_lies_in_its_square(lon, lat, level):
    x, y = column(lon, level), row(lat, level)
    assert 0 <= x < 2**level
    assert 0 <= y < 2**level
    west, south, east, north = cell_box(x, y, level)
    assert west - 1e-9 <= lon <= east + 1e-9
    if abs(lat) < 85:
        assert south - 1e-9 <= lat <= north + 1e-9


@given(LONGITUDES, LATITUDES, st.integers(1, FINEST))
def test_squares_nest(lon, lat, level):
    assert column(lon, level) >> 1 == column(lon, level - 1)
    assert row(lat, level) >> 1 == row(lat, level - 1)


@pytest.mark.parametrize(
    ("lon", "lat", "zoom", "tile"),
    [(116.39, 39.9, 10, (843, 388)), (0.1, -0.1, 1, (1, 1)), (-180, 85, 3, (0, 0))],
)
def test_squares_are_those_of_the_tiles_of_base_maps(lon, lat, zoom, tile):
    assert (column(lon, zoom), row(lat, zoom)) == tile
