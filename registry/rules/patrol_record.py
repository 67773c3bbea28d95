"""Which patrols (巡查) were due between two days, and which were made on time. Pure; days come in.

The share that an office reports (巡查率, on time) is patrols made on time over patrols due.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.rules.terms import months_after

GRACE_DAYS = 7
"""A patrol within so many days after it was due still counts as on time: a default of ours, not law."""
DAYS_OF_A_MONTH = 30
"""What a part of a month is counted by, such as the half of one and a half months."""


class Outcome(StrEnum):
    """What became of a patrol that was due."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class DuePatrol:
    """One patrol that was due. `done_on`: when it was made, None where it was not."""

    due_on: date
    done_on: date | None
    outcome: Outcome


def next_due(last: date, months: float) -> date:
    """The day on which the patrol after that of `last` is due. months: > 0; a part of one is counted by days.

    Raises ValueError unless `months` is positive.
    """
    if months <= 0:
        raise ValueError(f"months must be > 0, got {months}")
    whole = int(months)
    return months_after(last, whole) + timedelta(
        days=max(round((months - whole) * DAYS_OF_A_MONTH), not whole)
    )


def due_patrols(
    patrols: Iterable[date],
    months: float,
    first: date,
    last: date,
    *,
    since: date,
    as_of: date | None = None,
    grace_days: int = GRACE_DAYS,
) -> tuple[DuePatrol, ...]:
    """The patrols that were due from `first` to `last`, both included, the earliest first.

    patrols: the days of all that are known, in any order. months: the interval, > 0. since: the day from
    which the record is patrolled; the first patrol is due one interval later (a patrol before it counts from
    its own day). as_of: until which day patrols are known, `last` if not given: what was due and may still be
    made in its grace is pending.
    Several patrols within one interval answer for one that was due. A patrol in its grace is on time; a later
    one, before the next is due, is late, and the next is counted from it; else it is missed.
    Source: the definition of 按期巡查率 used here; the national Regulation (article 21) gives none.
    """
    known = as_of or last
    days = sorted({day for day in patrols if day <= known})
    return tuple(due for due in _dues(days, months, since, last, known, grace_days) if due.due_on >= first)


def on_time(dues: Iterable[DuePatrol]) -> tuple[int, int]:
    """(made on time, due), what is pending left out: numerator and denominator of the share on time."""
    decided = [due for due in dues if due.outcome is not Outcome.PENDING]
    return sum(due.outcome is Outcome.ON_TIME for due in decided), len(decided)


def _dues(
    days: list[date], months: float, since: date, last: date, known: date, grace_days: int
) -> Iterator[DuePatrol]:
    base = max((day for day in days if day <= since), default=since)
    while (due_on := next_due(base, months)) <= last:
        until = due_on + timedelta(days=grace_days)
        within = [day for day in days if base < day <= due_on]
        in_grace = next((day for day in days if due_on < day <= until), None)
        if within or in_grace:
            done_on = within[-1] if within else in_grace
            yield DuePatrol(due_on, done_on, Outcome.ON_TIME)
            base = done_on or due_on
            continue
        if known <= until:
            yield DuePatrol(due_on, None, Outcome.PENDING)
            return
        late = next((day for day in days if until < day <= next_due(due_on, months)), None)
        yield DuePatrol(due_on, late, Outcome.LATE if late else Outcome.MISSED)
        base = late or due_on
