"""Checking a census: the sample can be drawn again by anybody, and error rates mean what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.surveying import Tolerance, changed_fields, differs, draw_sample, error_rates

GROUPS = st.dictionaries(
    st.text(max_size=4), st.lists(st.uuids().map(str), min_size=1, unique=True), max_size=6
)
TOLERANCES = {"height_m": Tolerance(relative=0.05, absolute=0.5)}


@given(GROUPS, st.floats(min_value=0.001, max_value=1), st.text(max_size=8))
def test_the_same_seed_draws_the_same_sample_and_at_least_one_tree_of_every_group(groups, share, seed):
    drawn = draw_sample(groups, share, seed)
    assert drawn == draw_sample({name: list(reversed(ids)) for name, ids in groups.items()}, share, seed)
    for ids in groups.values():
        count = len(drawn & set(ids))
        assert 1 <= count <= len(ids)
        assert count >= share * len(ids) - 1e-6


@pytest.mark.parametrize("share", [0, -0.1, 1.01])
def test_a_share_outside_its_bounds_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        draw_sample({"a": ["1"]}, share, "x")


@pytest.mark.parametrize(
    ("first", "second", "is_wrong"),
    [
        (20.0, 21.0, False),
        (20.0, 21.1, True),
        (4.0, 4.5, False),
        (4.0, 4.6, True),
        ("正常", "衰弱", True),
        (None, 3, True),
    ],
)
def test_numbers_may_differ_by_their_tolerance_and_words_not_at_all(first, second, is_wrong):
    assert differs("height_m", first, second, TOLERANCES) == is_wrong


def test_an_error_rate_counts_a_field_that_only_one_round_answered():
    pairs = [({"height_m": 20, "vigour": "weak"}, {"height_m": 20.4}), ({"height_m": 10}, {"height_m": 12})]
    found = {
        errors.field: (errors.compared, errors.differing, errors.rate)
        for errors in error_rates(pairs, TOLERANCES)
    }
    assert found == {"vigour": (1, 1, 1.0), "height_m": (2, 1, 0.5)}


def test_what_changed_between_two_surveys_is_told_then_and_now():
    assert changed_fields({"a": 1, "b": 2}, {"a": 1, "c": 3}) == {"b": (2, None), "c": (None, 3)}
