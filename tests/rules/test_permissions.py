"""Who may do what, where: the whole matrix, role by role."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.permissions import (
    RIGHTS,
    WHOLE_REGISTER_ONLY,
    Grant,
    Holder,
    Place,
    Right,
    divisions_of,
    is_caretaker,
    may,
    review_level,
)
from registry.vocab.desk_words import ReviewLevel, Role

HERE = Place(("140404", "1404", "14"))
THERE = Place(("140405", "1404", "14"))
FIELD = {Right.FIELD, Right.SUBMIT}
MATRIX = {
    Role.INSPECTOR: FIELD,
    Role.CARETAKER: FIELD,
    Role.REVIEWER_COUNTY: FIELD | {Right.FILE, Right.REVIEW},
    Role.REVIEWER_CITY: FIELD | {Right.FILE, Right.REVIEW},
    Role.REVIEWER_PROVINCE: FIELD | {Right.FILE, Right.REVIEW},
    Role.REGISTRAR: FIELD | {Right.FILE, Right.RECORD, Right.EXPORT, Right.PUBLISH},
    Role.ADMINISTRATOR: {Right.ACCOUNTS, Right.PUBLISH},
    Role.AUDITOR: {Right.FILE, Right.AUDIT, Right.EXPORT},
}
"""What each role may; written out a second time, so that a slip in the code is seen."""
PAIRS = [(role, right) for role in Role for right in Right]


def holder(*grants: Grant, party: str | None = None, limits: frozenset[Right] | None = None) -> Holder:
    return Holder("a", "a", grants, party, limits)


def test_the_matrix_names_every_role():
    assert set(MATRIX) == set(Role) == set(RIGHTS)


@pytest.mark.parametrize(("role", "right"), PAIRS)
def test_a_role_in_the_whole_register_gives_what_the_matrix_says(role: Role, right: Right):
    someone = holder(Grant(role), party="p")
    assert may(someone, right) == (right in MATRIX[role])
    assert may(someone, right, Place(HERE.divisions, frozenset({"p"}))) == (right in MATRIX[role])


@pytest.mark.parametrize(("role", "right"), PAIRS)
def test_a_role_within_a_district_gives_the_same_there_and_nothing_elsewhere(role: Role, right: Right):
    someone = holder(Grant(role, "140404"), party="p")
    given_here = right in MATRIX[role] and right not in WHOLE_REGISTER_ONLY
    assert may(someone, right, Place(HERE.divisions, frozenset({"p"}))) == given_here
    assert not may(someone, right, THERE)
    assert not may(someone, right, Place())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CARETAKER])
def test_a_role_within_a_city_reaches_its_districts(role: Role):
    someone = holder(Grant(role, "1404"))
    for right in MATRIX[role] - WHOLE_REGISTER_ONLY:
        assert may(someone, right, HERE)
        assert may(someone, right, THERE)
        assert divisions_of(someone, right) == {"1404"}


@pytest.mark.parametrize("right", sorted(WHOLE_REGISTER_ONLY))
def test_what_is_about_the_whole_register_is_not_given_within_a_district(right: Right):
    assert not any(may(holder(Grant(role, "14")), right) for role in Role)


def test_a_caretaker_sees_the_trees_in_his_or_her_care_alone():
    someone = holder(Grant(Role.CARETAKER), party="p")
    assert may(someone, Right.FIELD, Place((), frozenset({"p"})))
    assert not may(someone, Right.FIELD, Place(HERE.divisions, frozenset({"q"})))
    assert is_caretaker(someone, Right.SUBMIT)
    assert divisions_of(someone, Right.FIELD) == frozenset()


def test_a_caretaker_who_stands_for_nobody_sees_nothing():
    someone = holder(Grant(Role.CARETAKER))
    assert not may(someone, Right.FIELD, HERE)
    assert not is_caretaker(someone, Right.FIELD)


def test_without_a_role_nothing_may_be_done():
    assert not any(may(holder(), right) for right in Right)


@pytest.mark.parametrize("right", Right)
def test_a_token_never_does_more_than_it_lists_nor_than_its_account(right: Right):
    someone = holder(Grant(Role.REGISTRAR), limits=frozenset({Right.FILE, Right.ACCOUNTS}))
    assert may(someone, right) == (right == Right.FILE)


@pytest.mark.parametrize(
    ("grants", "level"),
    [
        ((Grant(Role.REVIEWER_COUNTY, "140404"),), ReviewLevel.COUNTY),
        ((Grant(Role.REVIEWER_COUNTY, "140404"), Grant(Role.REVIEWER_CITY, "1404")), ReviewLevel.CITY),
        ((Grant(Role.REVIEWER_PROVINCE), Grant(Role.REVIEWER_COUNTY, "140404")), ReviewLevel.PROVINCE),
        ((Grant(Role.REVIEWER_COUNTY, "140405"),), None),
        ((Grant(Role.REGISTRAR),), None),
    ],
)
def test_the_highest_level_held_here_counts(grants: tuple[Grant, ...], level: ReviewLevel | None):
    assert review_level(holder(*grants), HERE) == level


@given(
    st.lists(
        st.tuples(st.sampled_from(Role), st.sampled_from([None, "14", "1404", "140404", "9"])), max_size=5
    )
)
def test_another_role_never_takes_a_right_away(held):
    grants = [Grant(role, division) for role, division in held]
    for count in range(len(grants)):
        for right in Right:
            if may(holder(*grants[:count], party="p"), right, HERE):
                assert may(holder(*grants, party="p"), right, HERE)
