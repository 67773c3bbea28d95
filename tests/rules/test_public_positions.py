"""Positions as exactly as they may be published: rounded, said to be, and outlines moved along."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.public_positions import (
    decimals_for,
    middle,
    moved,
    rounded,
    rounding_m,
    shift_of,
)

LONS, LATS = st.floats(-180, 180), st.floats(-90, 90)


@pytest.mark.parametrize(
    ("jurisdiction", "setting", "decimals"),
    [
        ("cn-shanxi", "4", 4),
        ("cn", "0", 0),
        ("cn-sichuan-chengdu", "7", 7),
        ("cn-shanxi", "", None),
        ("hk", "4", None),
        ("tw-taipei", "4", None),
        ("cnx", "4", None),
    ],
)
def test_the_limit_holds_in_chinese_jurisdictions_where_it_is_set(jurisdiction, setting, decimals):
    assert decimals_for(jurisdiction, setting) == decimals


@pytest.mark.parametrize(("decimals", "metres"), [(3, 78.8), (4, 7.9), (5, 0.8)])
def test_the_uncertainty_is_half_the_diagonal_of_a_cell_rounded_up(decimals, metres):
    assert rounding_m(decimals) == metres


@given(LONS, LATS, st.integers(0, 7))
def test_a_rounded_point_lies_within_the_stated_uncertainty(lon, lat, decimals):
    east, north = rounded(lon, lat, decimals)
    across = (east - lon) * 111_320 * math.cos(math.radians(lat))
    assert math.hypot(across, (north - lat) * 111_320) <= rounding_m(decimals)


@given(LONS, LATS, st.integers(0, 7))
def test_an_outline_moves_with_its_point(lon, lat, decimals):
    (moved_point,) = moved([(lon, lat)], shift_of(lon, lat, decimals))
    assert moved_point == pytest.approx(rounded(lon, lat, decimals), abs=1e-9)


def test_the_middle_of_an_outline_is_that_of_its_box():
    assert middle([(0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (0.0, 0.0)]) == (2.0, 0.5)
