"""What a caretaker is paid for a year: whole years, or months where the terms say so. Pure.

Money is in whole hundredths.
"""

from dataclasses import dataclass
from datetime import date

MIDDLE = 15
"""Day of a month on which an agreement must be in force for it to be paid: each month is paid once."""


@dataclass(frozen=True, slots=True)
class Term:
    """When an agreement binds: signed on, last day (None: open), and the day from which it binds no more."""

    signed_on: date
    valid_to: date | None = None
    ended_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day; its last day counts, the day on which it ends does not."""
        has_ended = self.ended_on is not None and self.ended_on <= day
        has_run_out = self.valid_to is not None and self.valid_to < day
        return self.signed_on <= day and not has_ended and not has_run_out


def months_paid(term: Term, year: int) -> int:
    """Months of a year, 0 to 12, on whose 15th the agreement is in force."""
    return sum(term.covers(date(year, month, MIDDLE)) for month in range(1, 13))


def part_of_year(yearly_cents: int, months: int) -> int:
    """What so many months of a year's amount come to, half a hundredth rounded up.

    Raises ValueError unless 0 <= months <= 12 and the amount is not negative.
    """
    if not 0 <= months <= 12 or yearly_cents < 0:
        raise ValueError(f"{months} months of {yearly_cents}")
    return (yearly_cents * months * 2 + 12) // 24


def reference_day(year: int, today: date) -> date:
    """The day on which an agreement must be in force to be paid a whole year: the last, or today while the
    year is running."""
    return min(date(year, 12, 31), today)
