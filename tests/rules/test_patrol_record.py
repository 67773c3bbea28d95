"""Patrols that were due, and whether they were made on time: every boundary of interval and grace."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.patrol_record import Outcome, due_patrols, next_due, on_time

D = date
SINCE = D(2025, 12, 31)
YEAR = {"first": D(2026, 1, 1), "last": D(2026, 12, 31)}


def outcomes(*patrols: date, months: float = 3, as_of: date = D(2027, 6, 1)) -> list[tuple[date, Outcome]]:
    found = due_patrols(patrols, months, **YEAR, since=SINCE, as_of=as_of)
    return [(due.due_on, due.outcome) for due in found]


@pytest.mark.parametrize(
    ("last", "months", "due"),
    [
        (D(2026, 1, 31), 1, D(2026, 2, 28)),
        (D(2026, 1, 15), 3, D(2026, 4, 15)),
        (D(2026, 1, 15), 1.5, D(2026, 3, 2)),
        (D(2026, 1, 15), 0.5, D(2026, 1, 30)),
        (D(2024, 2, 29), 12, D(2025, 2, 28)),
        (D(2026, 1, 15), 0.01, D(2026, 1, 16)),
    ],
)
def test_the_next_patrol_is_due_one_interval_later(last: date, months: float, due: date) -> None:
    assert next_due(last, months) == due


def test_an_interval_is_positive() -> None:
    with pytest.raises(ValueError, match="months"):
        next_due(D(2026, 1, 1), 0)


@pytest.mark.parametrize(
    ("patrol", "outcome"),
    [
        (D(2026, 1, 1), Outcome.ON_TIME),
        (D(2026, 3, 31), Outcome.ON_TIME),
        (D(2026, 4, 7), Outcome.ON_TIME),  # the last day of the grace
        (D(2026, 4, 8), Outcome.LATE),
        (D(2026, 6, 30), Outcome.LATE),
        (D(2026, 7, 1), Outcome.MISSED),  # the next is due before it
        (D(2025, 12, 31), Outcome.MISSED),  # the day from which it counts
    ],
)
def test_a_patrol_is_on_time_until_the_end_of_its_grace(patrol: date, outcome: Outcome) -> None:
    assert outcomes(patrol)[0] == (D(2026, 3, 31), outcome)


def test_without_any_patrol_each_interval_is_missed() -> None:
    days = [D(2026, 3, 31), D(2026, 6, 30), D(2026, 9, 30), D(2026, 12, 30)]
    assert outcomes() == [(day, Outcome.MISSED) for day in days]


def test_patrols_more_often_than_asked_answer_for_one_each_interval() -> None:
    monthly = [D(2026, month, 1) for month in range(1, 13)]
    found = outcomes(*monthly)
    assert [day for day, _outcome in found] == [D(2026, 3, 31), D(2026, 6, 1), D(2026, 9, 1), D(2026, 12, 1)]
    assert {outcome for _day, outcome in found} == {Outcome.ON_TIME}


def test_the_interval_runs_from_a_late_patrol() -> None:
    assert outcomes(D(2026, 5, 1))[:2] == [(D(2026, 3, 31), Outcome.LATE), (D(2026, 8, 1), Outcome.MISSED)]


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [(D(2026, 3, 31), Outcome.PENDING), (D(2026, 4, 7), Outcome.PENDING), (D(2026, 4, 8), Outcome.MISSED)],
)
def test_what_may_still_be_made_in_its_grace_is_pending_and_not_counted(
    as_of: date, outcome: Outcome
) -> None:
    found = due_patrols([], 3, D(2026, 1, 1), D(2026, 3, 31), since=SINCE, as_of=as_of)
    assert [due.outcome for due in found] == [outcome]
    assert on_time(found) == (0, int(outcome is Outcome.MISSED))


def test_only_what_was_due_between_the_days_counts_both_included() -> None:
    patrols = [D(2026, 3, 31), D(2026, 6, 30)]
    found = due_patrols(patrols, 3, D(2026, 3, 31), D(2026, 6, 30), since=SINCE)
    assert [due.due_on for due in found] == [D(2026, 3, 31), D(2026, 6, 30)]
    assert on_time(found) == (2, 2)
    assert due_patrols(patrols, 3, D(2026, 4, 1), D(2026, 6, 29), since=SINCE) == ()


def test_a_patrol_before_the_record_came_under_patrol_counts_from_its_own_day() -> None:
    found = due_patrols([D(2025, 12, 1)], 3, **YEAR, since=SINCE, as_of=D(2026, 3, 1))
    assert found[0].due_on == D(2026, 3, 1)


@given(
    st.lists(st.dates(D(2025, 1, 1), D(2027, 1, 1)), max_size=40),
    st.floats(0.1, 24, allow_nan=False),
    st.integers(0, 30),
)
def test_no_patrol_answers_twice_and_the_share_is_a_share(
    patrols: list[date], months: float, grace: int
) -> None:
    found = due_patrols(patrols, months, **YEAR, since=SINCE, as_of=D(2027, 1, 1), grace_days=grace)
    made, due = on_time(found)
    assert 0 <= made <= due <= len(found)
    done = [each.done_on for each in found if each.done_on]
    assert len(done) == len(set(done))
    assert all(each.done_on in patrols for each in found if each.done_on)
    days = [each.due_on for each in found]
    assert days == sorted(set(days))
    assert all(
        each.done_on <= each.due_on + timedelta(days=grace)
        for each in found
        if each.done_on and each.outcome is Outcome.ON_TIME
    )
