"""Working days (工作日) of a jurisdiction, counted by its dated days off and make-up workdays. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from registry.care_errors import CalendarYearError

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, as `date.weekday` counts."""


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year as it was announced: days on which nobody works, and days of a weekend that are worked."""

    off: frozenset[date]
    work: frozenset[date]
    source: str
    confidence: str = "high"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a jurisdiction. `file`: where an office adds a year that is missing."""

    jurisdiction: str
    file: str
    weekend: frozenset[int] = WEEKEND
    years: Mapping[int, CalendarYear] = field(default_factory=lambda: MappingProxyType({}))

    def year(self, year: int) -> CalendarYear:
        """What was announced for a year. Raises CalendarYearError where it is not here."""
        if year not in self.years:
            raise CalendarYearError(year=year, jurisdiction=self.jurisdiction, file=self.file)
        return self.years[year]

    def is_workday(self, day: date) -> bool:
        """Whether people work on a day. Raises CalendarYearError."""
        announced = self.year(day.year)
        return day in announced.work or (day not in announced.off and day.weekday() not in self.weekend)

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted; `day` itself for 0.

        Raises ValueError if `count` is negative, CalendarYearError where a year on the way is missing.
        """
        if count < 0:
            raise ValueError(f"count must be >= 0, got {count}")
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to `last`, which is counted; negative the other way."""
        if last < first:
            return -self.workdays_between(last, first)
        return sum(self.is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
