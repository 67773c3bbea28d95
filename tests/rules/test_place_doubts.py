"""Doubts about places: what a number, a division and a point say against each other."""

import pytest

from registry.rules.place_doubts import county_of_number, number_doubts, outside_doubts


@pytest.mark.parametrize(
    ("number", "scheme", "county"),
    [
        ("14040400001", "lyt1664-11", "140404"),
        ("14040400001", "legacy", None),
        ("古树001", "lyt1664-11", None),
    ],
)
def test_only_numbers_of_the_census_begin_with_a_county(number: str, scheme: str, county: str | None) -> None:
    assert county_of_number(number, scheme) == county


def test_a_number_of_another_county_is_doubted_and_stays() -> None:
    (doubt,) = number_doubts("14042100001", "140403", is_same=False)
    assert (doubt.check, doubt.field, doubt.value) == ("number_county_differs", "tree_no", "140421 ≠ 140403")
    assert number_doubts("14042100001", "140404", is_same=True) == []


@pytest.mark.parametrize(
    ("distance", "instead", "value"),
    [(450.0, None, "溧水区 ← 450 m"), (4880.0, "江宁区", "溧水区 ← 4.9 km → 江宁区")],
)
def test_a_point_outside_tells_how_far_and_where(distance: float, instead: str | None, value: str) -> None:
    (doubt,) = outside_doubts(distance, "溧水区", instead)
    assert (doubt.check, doubt.field, doubt.value) == ("outside_district", "lon", value)
