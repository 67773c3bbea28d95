"""Passwords and patience: what may be used, and how long somebody waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.passwords import COMMONEST, LEAST, MOST, PasswordFault, password_fault
from registry.rules.throttling import OF_ADDRESS, OF_LOGIN, network_of, wait_until

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("x7#kQ2m!p", PasswordFault.SHORT),
        ("老槐树下三个石墩子呀", None),
        ("四句话记得住", PasswordFault.SHORT),
        ("correct horse", None),
        ("wang.shulin", PasswordFault.LOGIN),
        ("WANG.Shulin", PasswordFault.LOGIN),
        ("nilUhs.gnaw", PasswordFault.LOGIN),
        ("1234567890", PasswordFault.COMMON),
        ("WoAiNi1314520", PasswordFault.COMMON),
        ("aaaaaaaaaaaa", PasswordFault.COMMON),
        ("abababababa", PasswordFault.COMMON),
        ("x" * (MOST + 1), PasswordFault.LONG),
    ],
)
def test_a_password_is_long_and_not_what_everybody_tries(password: str, fault: PasswordFault | None):
    assert password_fault(password, "wang.shulin") == fault


def test_no_rule_says_which_kinds_of_characters_a_password_has():
    assert password_fault("nothing but letters", "x1") is None


def test_every_common_password_would_be_long_enough_else():
    assert all(LEAST <= len(each) <= MOST and each == each.casefold() for each in COMMONEST)


def test_five_wrong_passwords_cost_nothing():
    tries = [NOON - timedelta(seconds=each) for each in range(4)]
    assert wait_until(tries, NOON, OF_LOGIN) is None


def test_waits_grow_and_stop_growing():
    waits = []
    tries = [NOON] * OF_LOGIN.free
    for _ in range(8):
        until = wait_until(tries, NOON, OF_LOGIN)
        assert until is not None
        waits.append((until - NOON) // timedelta(minutes=1))
        tries.append(NOON)
    assert waits == [1, 2, 4, 8, 15, 15, 15, 15]


def test_an_hour_later_all_is_forgotten():
    tries = [NOON] * 50
    assert wait_until(tries, NOON + timedelta(hours=1), OF_LOGIN) is None


def test_a_whole_office_behind_one_address_signs_in():
    assert OF_ADDRESS.free >= 30


@given(st.lists(st.integers(0, 7200), max_size=200), st.sampled_from([OF_LOGIN, OF_ADDRESS]))
def test_nobody_waits_longer_than_a_quarter_of_an_hour_after_the_last_try(ages, patience):
    tries = [NOON - timedelta(seconds=age) for age in ages]
    until = wait_until(tries, NOON, patience)
    assert until is None or NOON < until <= max(tries) + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("testclient", "testclient"),
    ],
)
def test_one_household_counts_as_one_address(address: str, network: str):
    assert network_of(address) == network
