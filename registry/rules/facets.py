"""Facets: by what a list of trees may be narrowed, and how many trees each value has.

The bands are round numbers for readers, no grades of any law: ages and girths of every register fit, whatever
its rules call old. What is not known is a value of its own. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import pi
from typing import Any

FACETS = (
    "jurisdiction", "authority", "species", "division", "grade", "age", "girth", "vigour", "category", "listing",
    "status", "photos", "since",
)  # fmt: skip
"""In the order in which they are offered."""
COLUMNS = (
    "jurisdiction", "authority_id", "species_id", "division_id", "protection_grade", "age_years", "girth_cm",
    "diameter_cm", "vigour", "category", "listings", "status", "photo_count", "measured_on", "last_inspected_on",
)  # fmt: skip
"""The columns of the edition's table `tree` that `tally` reads, in this order; an index holds them together."""
UNKNOWN = "unknown"
GIRTH = f"COALESCE(girth_cm, diameter_cm * {pi!r})"
"""SQL: the girth in cm; where the diameter alone was measured, that of a circle."""
SEEN = "MAX(IFNULL(measured_on, ''), IFNULL(last_inspected_on, ''))"
"""SQL: the day on which a tree was last measured or looked at, "" where none is known."""
BANDS = {
    "age": ("-99", "100-199", "200-299", "300-499", "500-999", "1000-"),
    "girth": ("-99", "100-199", "200-299", "300-399", "400-499", "500-"),
}
"""Years, and cm: both ends included."""
_RANGE = re.compile(r"(\d{0,6})-(\d{0,6})", re.ASCII)
_PLAIN = {
    "jurisdiction": 0,
    "authority": 1,
    "species": 2,
    "division": 3,
    "grade": 4,
    "vigour": 8,
    "category": 9,
    "status": 11,
}
_AGE, _GIRTH, _DIAMETER, _LISTINGS, _PHOTOS, _MEASURED, _INSPECTED = 5, 6, 7, 10, 12, 13, 14
_LIST_ITEM = re.compile(r'"([^"]+)"')
Tallies = dict[str, Counter[str]]


def read_range(text: str) -> tuple[int | None, int | None] | None:
    """The bounds of "300-499", "1000-" or "-99", both included; None for what is no range."""
    found = _RANGE.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    low, high = (int(bound) if bound else None for bound in found.groups())
    return low, high


def band_of(facet: str, value: float | None) -> str:
    """The band of BANDS[facet] in which `value` lies, UNKNOWN for None."""
    if value is None:
        return UNKNOWN
    return next((band for band in BANDS[facet] if _is_below_the_end(band, value)), BANDS[facet][-1])


def tally(rows: Iterable[Sequence[Any]]) -> Tallies:
    """How many of the trees `rows` (of COLUMNS) have each value of each facet; values that nobody has are absent.

    A tree on two lists counts in both. "since" counts by the year in which a tree was last seen.
    """
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    found = {name: Counter(columns[place]) for name, place in _PLAIN.items()}
    found["age"] = _merged((band_of("age", age), n) for age, n in Counter(columns[_AGE]).items())
    girths = Counter(
        girth if girth is not None or width is None else width * pi
        for girth, width in zip(columns[_GIRTH], columns[_DIAMETER], strict=True)
    )
    found["girth"] = _merged((band_of("girth", girth), n) for girth, n in girths.items())
    lists = Counter(columns[_LISTINGS])
    found["listing"] = _merged((item, n) for text, n in lists.items() for item in _LIST_ITEM.findall(text))
    found["photos"] = _merged(
        ("yes" if photos else "no", n) for photos, n in Counter(columns[_PHOTOS]).items()
    )
    seen = Counter(map(_year_seen, columns[_MEASURED], columns[_INSPECTED]))
    found["since"] = _merged(seen.items())
    for counts in found.values():
        for nothing in (None, ""):
            counts.pop(nothing, None)
    return {name: Counter({str(key): n for key, n in found[name].items()}) for name in FACETS}


def since_years(seen: Counter[str], most: int = 6) -> list[tuple[str, int]]:
    """(year, trees seen in that year or later), the newest years first; a year in which none was seen is left out."""
    total, found = 0, []
    for year in sorted(seen, reverse=True)[:most]:
        total += seen[year]
        found.append((year, total))
    return found


def _year_seen(measured: str | None, inspected: str | None) -> str:
    return max(measured or "", inspected or "")[:4]


def _merged(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for key, number in pairs:
        counts[key] += number
    return counts


def _is_below_the_end(band: str, value: float) -> bool:
    high = (read_range(band) or (None, None))[1]
    return high is None or value < high + 1
