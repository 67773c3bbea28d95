"""Facets: bands without gaps, counts that are those of the trees."""

import itertools
from collections import Counter
from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.facets import (
    BANDS,
    COLUMNS,
    FACETS,
    PROFILE,
    UNKNOWN,
    band_of,
    profile_of,
    read_range,
    since_years,
    tally,
)

PLAIN = {**dict.fromkeys(COLUMNS), "listings": "[]", "photo_count": 0}


def facts(**said):
    """What the profile of a tree says, by facet."""
    return dict(zip(PROFILE, profile_of({**PLAIN, **said}), strict=True))


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("300-499", (300, 499)),
        ("1000-", (1000, None)),
        ("-99", (None, 99)),
        ("-", None),
        ("", None),
        ("300", None),
        ("3-4-5", None),
        ("1234567-", None),
        ("٣-٤", None),
        ("unknown", None),
    ],
)
def test_a_range_has_one_bound_or_two(text, bounds):
    assert read_range(text) == bounds


@pytest.mark.parametrize("facet", BANDS)
def test_bands_join_without_gap(facet):
    bounds = [read_range(band) for band in BANDS[facet]]
    assert bounds[0][0] is None
    assert bounds[-1][1] is None
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(bounds))


@given(st.floats(0, 1e6), st.sampled_from(list(BANDS)))
def test_every_value_lies_in_the_band_that_is_named(value, facet):
    low, high = read_range(band_of(facet, value))
    assert (low or 0) <= value
    assert high is None or value < high + 1


def test_what_is_not_known_is_a_value_of_its_own():
    assert facts()["age"] == facts()["girth"] == (UNKNOWN,)
    assert facts()["vigour"] == facts()["since"] == ()


def test_a_girth_is_worked_out_from_a_diameter_alone():
    assert facts(diameter_cm=500 / pi)["girth"] == ("500-",)
    assert facts(diameter_cm=500.0, girth_cm=90.0)["girth"] == ("-99",)


def test_a_tree_on_two_lists_counts_in_both():
    profile = profile_of({**PLAIN, "listings": '["hk-ovt", "hk-swt"]'})
    assert tally([(profile, 3)])["listing"] == {"hk-ovt": 3, "hk-swt": 3}


def test_the_last_record_is_the_later_of_measured_and_inspected():
    assert facts(measured_on="2019-04-01", last_inspected_on="2021-01-01")["since"] == ("2021",)
    assert since_years(Counter({"2021": 2, "2019": 3})) == [("2021", 2), ("2019", 5)]


@given(st.lists(st.sampled_from(["1", "2", None])))
def test_counts_of_a_facet_add_up(grades):
    profiles = Counter(profile_of({**PLAIN, "protection_grade": grade}) for grade in grades)
    counted = tally(profiles.items())
    assert counted["grade"] == Counter(grade for grade in grades if grade)
    assert counted["age"].total() == len(grades)
    assert set(counted) < set(FACETS)
