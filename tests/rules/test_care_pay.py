"""What a caretaker is paid: whole years, or months each of which is paid once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.care_pay import Term, months_paid, part_of_year, reference_day


@pytest.mark.parametrize(
    ("term", "months"),
    [
        (Term(date(2026, 1, 1)), 12),
        (Term(date(2026, 1, 15)), 12),
        (Term(date(2026, 1, 16)), 11),
        (Term(date(2025, 1, 1), valid_to=date(2026, 1, 14)), 0),
        (Term(date(2025, 1, 1), valid_to=date(2026, 1, 15)), 1),
        (Term(date(2025, 1, 1), ended_on=date(2026, 7, 15)), 6),  # on that day it binds no more
        (Term(date(2025, 1, 1), ended_on=date(2026, 7, 16)), 7),
        (Term(date(2027, 1, 1)), 0),
    ],
)
def test_a_month_counts_where_the_agreement_is_in_force_on_its_15th(term: Term, months: int) -> None:
    assert months_paid(term, 2026) == months


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_where_care_passes_from_hand_to_hand_each_month_is_paid_once(day: date) -> None:
    before, after = Term(date(2020, 1, 1), ended_on=day), Term(day)
    assert months_paid(before, 2026) + months_paid(after, 2026) == 12


@pytest.mark.parametrize(
    ("yearly", "months", "cents"),
    [
        (120_000, 6, 60_000),
        (100, 1, 8),
        (100, 5, 42),
        (6, 1, 1),
        (5, 1, 0),
        (30_000, 12, 30_000),
        (30_000, 0, 0),
    ],
)
def test_a_part_of_a_year_is_rounded_half_up(yearly: int, months: int, cents: int) -> None:
    assert part_of_year(yearly, months) == cents


def test_there_are_twelve_months_in_a_year() -> None:
    with pytest.raises(ValueError, match="13"):
        part_of_year(100, 13)


@pytest.mark.parametrize(
    ("today", "day"),
    [(date(2026, 3, 4), date(2026, 3, 4)), (date(2027, 3, 4), date(2026, 12, 31))],
)
def test_a_running_year_is_looked_at_today_and_a_past_one_on_its_last_day(today: date, day: date) -> None:
    assert reference_day(2026, today) == day
