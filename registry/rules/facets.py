"""Facets: by what a list of trees may be narrowed, and how many trees each value has.

The bands are round numbers for readers, no grades of any law: ages and girths of every register fit, whatever
its rules call old. What is not known is a value of its own. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from math import pi
from typing import Any

FACETS = (
    "jurisdiction", "authority", "species", "division", "grade", "age", "girth", "vigour", "category",
    "listing", "status", "photos", "since",
)  # fmt: skip
"""In the order in which they are offered."""
COLUMNS = (
    "jurisdiction", "authority_id", "protection_grade", "age_years", "girth_cm", "diameter_cm", "vigour",
    "category", "listings", "status", "photo_count", "measured_on", "last_inspected_on",
)  # fmt: skip
"""Columns of the edition's table `tree` that `profile_of` reads."""
PROFILE = tuple(name for name in FACETS if name not in ("species", "division"))
"""The facets of a profile, in its order: those of which many trees have all values in common."""
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
_LIST_ITEM = re.compile(r'"([^"]+)"')
Tallies = dict[str, Counter[str]]
Profile = tuple[tuple[str, ...], ...]
"""The values of one tree for each facet of PROFILE; none where the record does not say."""


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


def profile_of(tree: Mapping[str, Any]) -> Profile:
    """The profile of a tree with COLUMNS. A tree on two lists has both; "since": the year last seen."""
    girth = tree["girth_cm"]
    if girth is None and tree["diameter_cm"] is not None:
        girth = tree["diameter_cm"] * pi
    seen = max(tree["measured_on"] or "", tree["last_inspected_on"] or "")[:4]
    said = {
        "jurisdiction": tree["jurisdiction"],
        "authority": tree["authority_id"],
        "grade": tree["protection_grade"],
        "age": band_of("age", tree["age_years"]),
        "girth": band_of("girth", girth),
        "vigour": tree["vigour"],
        "category": tree["category"],
        "status": tree["status"],
        "photos": "yes" if tree["photo_count"] else "no",
        "since": seen,
    }
    listings = tuple(_LIST_ITEM.findall(tree["listings"] or ""))
    return tuple(listings if name == "listing" else _one(said[name]) for name in PROFILE)


def tally(profiles: Iterable[tuple[Profile, int]]) -> Tallies:
    """How many trees have each value of each facet of PROFILE, from how many have each profile."""
    found: Tallies = {name: Counter() for name in PROFILE}
    for profile, trees in profiles:
        for name, values in zip(PROFILE, profile, strict=True):
            for value in values:
                found[name][value] += trees
    return found


def since_years(seen: Counter[str], most: int = 6) -> list[tuple[str, int]]:
    """(year, trees seen in that year or later), newest years first; years without any are left out."""
    total, found = 0, []
    for year in sorted(seen, reverse=True)[:most]:
        total += seen[year]
        found.append((year, total))
    return found


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _is_below_the_end(band: str, value: float) -> bool:
    high = (read_range(band) or (None, None))[1]
    return high is None or value < high + 1
