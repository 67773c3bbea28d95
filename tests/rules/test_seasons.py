"""Seasons: months by genus and climate, over the turn of the year and south of the equator."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.seasons import climate_at, is_in, seasons_now
from registry.vocab.seasons import KINDS, Climate, Season, all_seasons
from registry.vocab.words import Label

BELT = Climate("north", 33.5, 44, Label("暖温带", "the warm temperate zone"))
GINKGO = Season("Ginkgo", "autumn_colour", "north", 10, 11, "high")
MONTHS = st.integers(1, 12)


@pytest.mark.parametrize(
    ("month", "first", "last", "within"),
    [
        *[(9, 10, 11, False), (10, 10, 11, True), (11, 10, 11, True), (12, 10, 11, False)],
        *[(12, 12, 1, True), (1, 12, 1, True), (2, 12, 1, False), (11, 12, 1, False), (5, 5, 5, True)],
    ],
)
def test_first_and_last_month_are_included_and_the_year_may_turn(month, first, last, within):
    assert is_in(month, first, last) is within


@pytest.mark.parametrize(
    ("latitude", "month", "found"), [(39.9, 10, 1), (39.9, 4, 0), (-37.8, 4, 1), (-37.8, 10, 0)]
)
def test_autumn_comes_half_a_year_later_south_of_the_equator(latitude, month, found):
    assert len(seasons_now([GINKGO], [BELT], genus="Ginkgo", latitude=latitude, month=month)) == found


def test_the_months_told_are_those_of_the_hemisphere():
    (season,) = seasons_now([GINKGO], [BELT], genus="Ginkgo", latitude=-37.8, month=4)
    assert (season.first, season.last) == (4, 5)


@pytest.mark.parametrize(("latitude", "climate"), [(33.49, ""), (33.5, "north"), (-43.99, "north"), (44, "")])
def test_a_belt_begins_on_its_first_degree_and_ends_before_its_last(latitude, climate):
    assert climate_at([BELT], latitude) == climate


def test_a_month_that_is_none_is_a_mistake():
    with pytest.raises(ValueError, match="month"):
        seasons_now([], [], genus="Ginkgo", latitude=0, month=13)


def test_the_file_names_known_kinds_climates_and_months():
    told = all_seasons()
    codes = {climate.code for climate in told.climates}
    for season in told.seasons:
        assert season.kind in KINDS, season
        assert season.climate in codes, season
        assert 1 <= season.first <= 12, season
        assert 1 <= season.last <= 12, season
        assert season.confidence in {"high", "medium", "low"}, season
    edges = [(climate.start, climate.end) for climate in told.climates]
    assert all(before[1] == after[0] for before, after in pairwise(edges))


@given(st.floats(-90, 90), MONTHS)
def test_every_place_and_month_has_an_answer(latitude, month):
    told = all_seasons()
    for season in seasons_now(told.seasons, told.climates, genus="Prunus", latitude=latitude, month=month):
        assert is_in(month, season.first, season.last)
