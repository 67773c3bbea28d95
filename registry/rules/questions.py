"""Questions that compare several values of one tree. Each is made of its checks, then asked row by row.

A maker takes the checks that it answers for (by id) and the jurisdiction, and gives the field without which
there is nothing to ask, and the question: it gets that field's value, all values and the case, and answers
with (check, field, value to show), or None.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.vocab.checks import Check
from registry.vocab.words import AgeBasis, Category

Values = Mapping[str, Any]
Told = tuple[str, str, str] | None
Checks = Mapping[str, Check]
GradeAges = Mapping[str, tuple[int, int | None]]
"""Ages of the grades of a rule pack: from (included) to (excluded), None where there is no end."""


@dataclass(frozen=True, slots=True)
class Law:
    """What a rule pack sets; empty where it sets nothing. Whole years of age, lower bounds included.

    reserve_ages: band of the reserve trees, from (included) to (excluded).
    city_big: least size of a city big tree by field; one of them is enough.
    ancient_from: age at which a tree is an ancient one, None where the pack does not say.
    """

    grade_ages: GradeAges = field(default_factory=dict)
    reserve_ages: tuple[int, int | None] | None = None
    city_big: Mapping[str, float] = field(default_factory=dict)
    ancient_from: int | None = None


@dataclass(slots=True)
class Case:
    """What is known about a row besides its values."""

    law: Law
    rounding_cm: float = 0.5


Question = Callable[[Any, Values, Case], Told]
Maker = Callable[[Checks, str], tuple[str, Question]]


def plain(value: Any) -> str:
    """A value as a doubt shows it."""
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else str(value)
    return str(value)


def by_jurisdiction(settings: Mapping[str, Any], jurisdiction: str) -> Any:
    """What `settings` say of a jurisdiction, else of what it lies in ("cn" for "cn-shanxi"), else of "*"."""
    while jurisdiction:
        if jurisdiction in settings:
            return settings[jurisdiction]
        jurisdiction = jurisdiction.rpartition("-")[0]
    return settings.get("*")


def _trunk(checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    """Girth against diameter: the worst that can be said, once."""
    tolerance = checks["girth_diameter_ratio"].bounds["tolerance"]
    factors, feet = checks["unit_suspected"].bounds["factors"], checks["foot_suspected"].bounds["factors"]

    def ask(girth: float, values: Values, case: Case) -> Told:
        diameter = values.get("diameter_cm")
        if diameter is None:
            return None
        slack = tolerance * diameter + case.rounding_cm * (1 + 1 / math.pi)
        if diameter < girth and abs(girth / math.pi - diameter) <= slack:
            return None
        pair = f"{plain(girth)} / {plain(diameter)}"
        if diameter >= girth:
            return "diameter_exceeds_girth", "diameter_cm", pair
        if any(abs(girth / factor / math.pi - diameter) <= slack for factor in factors):
            return "unit_suspected", "girth_cm", pair
        near = min(case.rounding_cm, 0.5) * (1 + 1 / math.pi)  # such factors come about by chance as well
        if any(abs(girth / factor / math.pi - diameter) <= near for factor in feet):
            return "foot_suspected", "girth_cm", pair
        return "girth_diameter_ratio", "girth_cm", pair

    return "girth_cm", ask


def _measure_height(checks: Checks, jurisdiction: str) -> tuple[str, Question]:
    usual = by_jurisdiction(checks["measure_height_differs"].bounds["usual"], jurisdiction)

    def ask(height: float, values: Values, _case: Case) -> Told:
        if height == usual or (values.get("girth_cm") is None and values.get("diameter_cm") is None):
            return None
        return "measure_height_differs", "measure_height_m", plain(height)

    return "measure_height_m", ask


def _height(checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    year, lost = checks["height_looks_like_year"].bounds, checks["height_decimal_lost"].bounds

    def ask(height: float, _values: Values, _case: Case) -> Told:
        if height < lost["low"]:
            return None
        if year["low"] <= height <= year["high"] and height == int(height):
            return "height_looks_like_year", "height_m", plain(height)
        if height <= lost["high"]:
            return "height_decimal_lost", "height_m", plain(height)
        return None

    return "height_m", ask


def _crown_mean(checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    tolerance = checks["crown_mean_differs"].bounds["tolerance"]

    def ask(mean: float, values: Values, _case: Case) -> Told:
        ew, ns = values.get("crown_ew_m"), values.get("crown_ns_m")
        if not ew or not ns or not mean or abs((ew + ns) / 2 - mean) <= tolerance:
            return None
        return "crown_mean_differs", "crown_m", f"{plain(mean)} ≠ ({plain(ew)} + {plain(ns)}) / 2"

    return "crown_m", ask


def _grade(_checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    def ask(grade: str, values: Values, case: Case) -> Told:
        age, ages = values.get("age_years"), case.law.grade_ages
        if age is None or grade not in ages:
            return None
        low, high = ages[grade]
        if low <= age and (high is None or age < high):
            return None
        if grade == "1" and values.get("category") == Category.FAMOUS:
            return None  # first-grade protection at any age
        return "grade_age_mismatch", "age_years", f"{age} / {grade}"

    return "grade", ask


_ANCIENT = frozenset({Category.ANCIENT, Category.ANCIENT_FAMOUS})


def _too_young(_checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    def ask(age: int, values: Values, case: Case) -> Told:
        if values.get("category") not in _ANCIENT:
            return None
        least = case.law.ancient_from
        return None if least is None or age >= least else ("ancient_too_young", "age_years", plain(age))

    return "age_years", ask


def _reserve(_checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    def ask(age: int, values: Values, case: Case) -> Told:
        if values.get("category") != Category.RESERVE:
            return None
        low, high = case.law.reserve_ages or (0, case.law.ancient_from)
        if low <= age and (high is None or age < high):
            return None
        return "reserve_out_of_band", "age_years", plain(age)

    return "age_years", ask


def _city_big(_checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    def ask(category: str, values: Values, case: Case) -> Told:
        if category != Category.CITY_BIG:
            return None
        sizes = [
            (name, size, least) for name, least in case.law.city_big.items() if (size := values.get(name))
        ]
        if not sizes or any(size >= least for _, size, least in sizes):
            return None
        return "city_big_too_small", sizes[0][0], " / ".join(plain(size) for _, size, _ in sizes)

    return "category", ask


def _legend(checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    words = tuple(checks["legend_age_as_documented"].bounds["words"])

    def ask(basis: str, values: Values, _case: Case) -> Told:
        if basis != AgeBasis.DOCUMENTED or not (method := values.get("age_method")):
            return None
        found = next((word for word in words if word in method), None)
        return ("legend_age_as_documented", "age_basis", found) if found else None

    return "age_basis", ask


def _number(checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    words = frozenset(checks["number_placeholder"].bounds["words"])

    def ask(number: str, _values: Values, _case: Case) -> Told:
        is_one = number.casefold() in words or (len(number) > 4 and set(number) in ({"0"}, {"9"}))
        return ("number_placeholder", "tree_no", number) if is_one else None

    return "tree_no", ask


def _before_planting(_checks: Checks, _jurisdiction: str) -> tuple[str, Question]:
    def ask(day: date, values: Values, _case: Case) -> Told:
        age, as_of = values.get("age_years"), values.get("age_as_of") or values.get("surveyed_on")
        if age is None or as_of is None or day.year >= as_of.year - age:
            return None
        return "designated_before_planting", "designated_on", f"{day.isoformat()} < {as_of.year - age}"

    return "designated_on", ask


def _position(checks: Checks, jurisdiction: str) -> tuple[str, Question]:
    """Where a position lies, against the working box of its jurisdiction."""
    box = by_jurisdiction(checks["outside_jurisdiction"].bounds["boxes"], jurisdiction)

    def within(lon: float, lat: float) -> bool:
        return bool(box[0] <= lon <= box[2] and box[1] <= lat <= box[3])

    def ask(lon: float, values: Values, _case: Case) -> Told:
        lat = values.get("lat")
        if lat is None:
            return None
        if abs(lon) < 0.01 and abs(lat) < 0.01:
            return "coordinates_zero", "lon", f"{plain(lon)}, {plain(lat)}"
        if box is None or within(lon, lat):
            return None
        shown = f"{lon:.4f}, {lat:.4f}"
        if within(lat, lon):
            return "coordinates_swapped", "lon", shown
        if within(-lon, lat) or within(lon, -lat) or within(-lon, -lat):
            return "coordinates_sign", "lon", shown
        return "outside_jurisdiction", "lon", shown

    return "lon", ask


QUESTIONS: Mapping[str, Maker] = {
    "trunk": _trunk,
    "measure_height": _measure_height,
    "height": _height,
    "crown_mean": _crown_mean,
    "grade": _grade,
    "too_young": _too_young,
    "reserve": _reserve,
    "city_big": _city_big,
    "legend": _legend,
    "number": _number,
    "before_planting": _before_planting,
    "position": _position,
}
"""Questions by the name that `function` gives them in `schema/checks`."""
