"""Datums: known points land where they are; what cannot be converted is refused; both ways agree."""

import csv
import gzip
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import REPOSITORY

from registry.errors import Phrase
from registry.rules.datums import (
    conversion_uncertainty_m,
    from_wgs84,
    grid_code,
    in_mainland_china,
    to_wgs84,
)

STREET_TREES = REPOSITORY.parent / "shared/data/taipei-street-trees/street_trees_2026-08-23.csv.gz"
GARDEN_GCJ, GARDEN_WGS84 = (120.629156, 31.324043), (120.62497, 31.32620)
"""A garden of Suzhou as a map provider shows it, and where it is."""


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (a[0] - b[0]) * 111_320 * math.cos(math.radians(a[1]))
    return math.hypot(east, (a[1] - b[1]) * 111_320)


def test_a_garden_of_suzhou_is_found_where_it_is() -> None:
    assert metres(to_wgs84(*GARDEN_GCJ, "GCJ-02"), GARDEN_WGS84) < 1
    assert metres(GARDEN_GCJ, GARDEN_WGS84) > 400


@pytest.mark.parametrize("datum", ["WGS84", "CGCS2000"])
def test_cgcs2000_is_wgs84_for_a_tree(datum: str) -> None:
    assert to_wgs84(112.5, 36.1, datum) == (112.5, 36.1)
    assert from_wgs84(112.5, 36.1, datum) == (112.5, 36.1)


@given(st.floats(75, 134), st.floats(18.3, 53), st.sampled_from(["GCJ-02", "BD-09"]))
def test_a_shift_undone_is_well_below_half_a_metre_off(lon: float, lat: float, datum: str) -> None:
    shifted = from_wgs84(lon, lat, datum)
    assert (metres(shifted, (lon, lat)) > 50) == in_mainland_china(lon, lat)
    if in_mainland_china(lon, lat):
        assert metres(to_wgs84(*shifted, datum), (lon, lat)) < 0.01


INSIDE = {
    "Beijing": (116.4, 39.9), "Changzhi": (113.1, 36.2), "Chengdu": (104.07, 30.67),
    "Haikou": (110.33, 20.03),
    "Lhasa": (91.1, 29.65), "Kashgar": (75.99, 39.47), "Mohe": (122.5, 53.48), "Shenzhen": (114.06, 22.54),
    "Zhuhai": (113.57, 22.27), "Xiamen": (118.09, 24.46), "Pingtan": (119.79, 25.5),
}  # fmt: skip
OUTSIDE = {
    "Taipei": (121.5, 25.04), "Kinmen": (118.32, 24.44), "Matsu": (119.94, 26.155), "Penghu": (119.57, 23.57),
    "Hong Kong": (114.17, 22.28), "Macao": (113.58, 22.13), "Seoul": (127, 37.56), "Hanoi": (105.85, 21.03),
    "Singapore": (103.82, 1.35), "London": (-0.1, 51.5), "Ulan Bator": (106.9, 47.9),
}  # fmt: skip


@pytest.mark.parametrize("place", INSIDE.values(), ids=INSIDE)
def test_mainland_positions_are_shifted_back(place: tuple[float, float]) -> None:
    assert 50 < metres(to_wgs84(*place, "GCJ-02"), place) < 1000
    assert metres(to_wgs84(*place, "BD-09"), place) > 500


@pytest.mark.parametrize("place", OUTSIDE.values(), ids=OUTSIDE)
@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_elsewhere_nothing_is_shifted(place: tuple[float, float], datum: str) -> None:
    assert to_wgs84(*place, datum) == place


@pytest.mark.parametrize(
    ("x", "y", "code", "place"),
    [
        (250_000.0, 2_766_081.9, "EPSG:3826", (121.0, 25.002748)),  # arc of the meridian, Taiwan
        (250_000.0, 2_606_000.0, "EPSG:3825", (119.0, 23.557329)),  # arc of the meridian, Penghu
        (530_000.0, 180_000.0, "EPSG:27700", (-0.1284, 51.5040)),  # Westminster
        (2_600_000.0, 1_200_000.0, "EPSG:2056", (7.43864, 46.95108)),  # the Swiss grid's origin in Berne
        (500_000.0, 4_000_000.0, "EPSG:4546", (111.0, 36.130293)),  # arc of the meridian
    ],
)
def test_national_grids_are_converted(x: float, y: float, code: str, place: tuple[float, float]) -> None:
    found = to_wgs84(x, y, "grid", code)
    assert metres(found, place) < 30
    assert from_wgs84(*found, "grid", code) == pytest.approx((x, y), abs=0.01)


@pytest.mark.parametrize("code", ["EPSG:4525", "EPSG:4546", "4546"])
@pytest.mark.parametrize("easting", [385_123.0, 37_385_123.0])
def test_the_number_of_the_zone_may_be_there_or_not(easting: float, code: str) -> None:
    expected = to_wgs84(385_123.0, 4_012_345.0, "grid", "EPSG:4546")
    assert to_wgs84(easting, 4_012_345.0, "grid", code) == expected
    assert metres(expected, (109.7221, 36.2347)) < 10


@pytest.mark.parametrize(
    ("x", "y", "datum", "code", "reason"),
    [
        (38_385_123.0, 4_012_345.0, "grid", "EPSG:4525", "zone 38"),
        (4_012_345.0, 385_123.0, "grid", "EPSG:4525", "wrong way round"),
        (4_012_345.0, 37_385_123.0, "grid", "EPSG:4525", "wrong way round"),
        (304_000.0, 2_770_500.0, "grid", "EPSG:27700", "outside"),
        (2_770_500.0, 304_000.0, "TWD97", None, "outside"),
        (304_000.0, 2_770_500.0, "grid", None, "EPSG code"),
        (304_000.0, 2_770_500.0, "grid", "EPSG:1", "names no"),
        (304_000.0, 2_770_500.0, "grid", "Taipei", "names no"),
        (112.5, 36.1, "unknown", None, "cannot be converted"),
        (112.5, 36.1, "local", None, "cannot be converted"),
        (500.0, 36.1, "GCJ-02", None, "degrees"),
        (304_000.0, 2_770_500.0, "CGCS2000", None, "degrees"),
        (math.nan, 36.1, "WGS84", None, "finite"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_a_reason(
    x: float, y: float, datum: str, code: str | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        to_wgs84(x, y, datum, code)
    assert isinstance(caught.value.args[0], Phrase)


def test_the_conversion_says_how_far_it_may_be_off() -> None:
    assert conversion_uncertainty_m("CGCS2000") == 0.1
    assert conversion_uncertainty_m("GCJ-02") == 1.0
    assert conversion_uncertainty_m("TWD97") == 1.0
    assert conversion_uncertainty_m("grid", "EPSG:4546") == 0.1
    assert conversion_uncertainty_m("grid", "EPSG:27700") >= 2.0  # type: ignore[operator]
    assert conversion_uncertainty_m("unknown") is None


def test_codes_are_written_in_many_ways() -> None:
    assert grid_code(" epsg : 3826 ") == grid_code("3826") == "EPSG:3826"


@pytest.mark.skipif(not STREET_TREES.exists(), reason="the street trees of Taipei are not at hand")
def test_the_street_trees_of_taipei_stand_in_taipei() -> None:
    with gzip.open(STREET_TREES, "rt", encoding="utf-8-sig", newline="") as stream:
        rows = [(float(row["TWD97X"]), float(row["TWD97Y"])) for row in csv.DictReader(stream)]
    places = [to_wgs84(x, y, "TWD97") for x, y in rows]
    assert len(places) > 90_000
    assert all(121.45 < lon < 121.67 and 24.95 < lat < 25.22 for lon, lat in places)
