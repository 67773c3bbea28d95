"""Ages as registers write them: a number, a range, a bound, or words. Pure; nothing is made more exact."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from registry.vocab.words import AgeBasis

_DASH = r"\s*(?:[-–—~～]|至|到|to|bis|à|až)\s*"
_NUMBER = r"(\d{1,5})"
_AROUND = r"(?:ca\.?|c\.|circa|approx\.?|about|around|cca\.?|etwa|env\.?|约|約|大约|近|~|±)?\s*"
_UNIT = r"\s*(?:years?(?: old)?|yrs?|let|rokov|anos|años|anys|anni|ans|jahre|aastat|年|余年|多年)?\.?"
_RANGE = re.compile(_AROUND + _NUMBER + _DASH + _NUMBER + _UNIT, re.IGNORECASE)
_ABOVE = re.compile(
    rf"(?:>=?|≥|over|above|more than|min\.?|超过|大于)\s*{_NUMBER}{_UNIT}|{_NUMBER}\s*(?:\+|以上){_UNIT}"
    rf"|{_NUMBER}\s*年以上",
    re.IGNORECASE,
)
_BELOW = re.compile(
    rf"(?:<=?|≤|under|below|less than|max\.?|不足|小于)\s*{_NUMBER}{_UNIT}|{_NUMBER}\s*年?以下", re.IGNORECASE
)
_PLAIN = re.compile(_AROUND + _NUMBER + _UNIT, re.IGNORECASE)
RANK = {AgeBasis.DOCUMENTED: 0, AgeBasis.ESTIMATED: 1, AgeBasis.LEGEND: 2}
"""Which way of knowing an age counts before which."""


@dataclass(frozen=True, slots=True)
class AgeFacts:
    """One way of knowing a tree's age, in whole years: a number, bounds (either may be None), or words."""

    years: int | None
    lower_years: int | None
    upper_years: int | None
    basis: AgeBasis
    method: str | None = None
    as_of: date | None = None
    evidence: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the number says it all."""
        return self.years is not None and self.lower_years is None and self.upper_years is None


def read_age(text: str) -> tuple[int | None, int | None, int | None]:
    """(years, least, most) of an age in words; all None where no number can be read for certain.

    `> 200`, `100+` and `350年以上` are lower bounds; `约300年` is a number, for an estimate is never exact.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _RANGE.fullmatch(plain):
        low, high = int(match[1]), int(match[2])
        return (None, low, high) if low <= high else (None, None, None)
    if match := _ABOVE.fullmatch(plain):
        return None, int(next(filter(None, match.groups()))), None
    if match := _BELOW.fullmatch(plain):
        return None, None, int(next(filter(None, match.groups())))
    if match := _PLAIN.fullmatch(plain):
        return int(match[1]), None, None
    return None, None, None


def best_age(ages: list[AgeFacts]) -> AgeFacts | None:
    """The age that a tree's file leads with: documented before estimated before legend; None without one."""
    known = [age for age in ages if age.years is not None]
    return min(known, key=lambda age: RANK[age.basis], default=None)


def told_readings(ages: list[AgeFacts]) -> tuple[AgeFacts, ...]:
    """What is kept beside the tree's own age: several ages, ranges, words; nothing for one plain number."""
    distinct = tuple(dict.fromkeys(ages))
    return () if len(distinct) < 2 and all(age.is_plain for age in distinct) else distinct
