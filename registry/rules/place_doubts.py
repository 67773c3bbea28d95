"""Doubts about where a tree is said to stand: its point, its division, its number against each other.

Pure. The facts come in as arguments: `registry.divisions` knows codes, `registry.boundaries` knows shapes.
"""

from registry.rules.plausibility import Doubt, doubt

NUMBERED_BY_COUNTY = "lyt1664-11"
"""The scheme whose numbers begin with the six digits of a county. Source: the number rule of the census
(LY/T 1664), confirmed by published lists."""


def county_of_number(tree_no: str, number_scheme: str) -> str | None:
    """The county code that a number begins with; None under another scheme."""
    return tree_no[:6] if number_scheme == NUMBERED_BY_COUNTY and tree_no[:6].isdigit() else None


def number_doubts(tree_no: str, county_code: str, *, is_same: bool) -> list[Doubt]:
    """A doubt where a number was allotted under another county than the one the tree is said to stand in.

    is_same: what `Divisions.same_county` says; a former code of the county is the same. The number stays.
    """
    return [] if is_same else [doubt("number_county_differs", "tree_no", f"{tree_no[:6]} ≠ {county_code}")]


def outside_doubts(distance_m: float, declared: str, instead: str | None) -> list[Doubt]:
    """A doubt about a point outside the division that is named for it.

    distance_m: from the point to the nearest edge of that division.
    instead: the division the point lies in, where the boundaries at hand know it.
    """
    away = f"{distance_m / 1000:.1f} km" if distance_m >= 1000 else f"{distance_m:.0f} m"
    where = f"{declared} ← {away} → {instead}" if instead else f"{declared} ← {away}"
    return [doubt("outside_district", "lon", where)]
