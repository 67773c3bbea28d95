"""Plausibility: doubts about values. A flag never changes or rejects a value: true oddities exist.

Bounds from the checks that census quality control uses, collected in docs/flags.md with their sources.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from registry.vocab.words import Severity


@dataclass(frozen=True, slots=True)
class Doubt:
    """One value that a check did not pass."""

    check: str
    field: str
    value: str
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Sizes:
    """The values that are checked against each other; None where not known."""

    girth_cm: float | None = None
    diameter_cm: float | None = None
    height_m: float | None = None
    crown_m: float | None = None
    crown_ew_m: float | None = None
    crown_ns_m: float | None = None
    age_years: int | None = None
    grade: str | None = None


BOUNDS: dict[str, tuple[float, float]] = {
    "girth_cm": (10, 2500),
    "diameter_cm": (3, 800),
    "height_m": (0.5, 80),
    "crown_m": (0.5, 60),
    "crown_ew_m": (0.5, 60),
    "crown_ns_m": (0.5, 60),
    "age_years": (0, 5000),
}
"""Least and greatest value that passes without a doubt; bounds included."""

GradeAges = Mapping[str, tuple[int, int | None]]
"""Ages of the grades of a rule pack: from (included) to (excluded), None where there is no end."""

RATIO_TOLERANCE = 0.02
CROWN_RATIO = 3.0


def size_doubts(sizes: Sizes, *, grade_ages: GradeAges, rounding_cm: float = 0.5) -> list[Doubt]:
    """Doubts about one tree's sizes and age.

    grade_ages: of the rule pack by which the grade was given; empty where there is none.
    rounding_cm: half the last digit in which girth and diameter were recorded, >= 0; it widens the tolerance
    of the ratio check, so that 1.13 m against 3.55 m passes.
    """
    return [
        *_out_of_bounds(sizes),
        *_trunk_doubts(sizes, rounding_cm),
        *_crown_doubts(sizes),
        *_age_doubts(sizes, grade_ages),
    ]


def _out_of_bounds(sizes: Sizes) -> Iterator[Doubt]:
    for field, (low, high) in BOUNDS.items():
        value = getattr(sizes, field)
        if value is not None and not low <= value <= high:
            yield Doubt(f"{field.rsplit('_', 1)[0]}_out_of_range", field, _plain(value))


def _trunk_doubts(sizes: Sizes, rounding_cm: float) -> Iterator[Doubt]:
    girth, diameter = sizes.girth_cm, sizes.diameter_cm
    if girth is None or diameter is None:
        return
    pair = f"{_plain(girth)} / {_plain(diameter)}"
    if diameter >= girth:
        yield Doubt("diameter_exceeds_girth", "diameter_cm", pair)
        return
    slack = RATIO_TOLERANCE * diameter + rounding_cm * (1 + 1 / math.pi)
    if abs(girth / math.pi - diameter) > slack:
        wrong_unit = any(abs(girth / factor / math.pi - diameter) <= slack for factor in (100.0, 10.0))
        if wrong_unit:
            yield Doubt("unit_suspected", "girth_cm", pair)
        else:
            yield Doubt("girth_diameter_ratio", "girth_cm", pair, Severity.NOTE)


def _crown_doubts(sizes: Sizes) -> Iterator[Doubt]:
    ew, ns = sizes.crown_ew_m, sizes.crown_ns_m
    if ew and ns and max(ew, ns) > CROWN_RATIO * min(ew, ns):
        yield Doubt("crown_lopsided", "crown_ew_m", f"{_plain(ew)} / {_plain(ns)}", Severity.NOTE)
    if ew and ns and sizes.crown_m and abs((ew + ns) / 2 - sizes.crown_m) > 0.51:
        yield Doubt(
            "crown_mean_differs", "crown_m", f"{_plain(sizes.crown_m)} ≠ ({_plain(ew)} + {_plain(ns)}) / 2"
        )
    if sizes.girth_cm and sizes.height_m and sizes.girth_cm < 2 * sizes.height_m:
        yield Doubt(
            "girth_small_for_height", "girth_cm", f"{_plain(sizes.girth_cm)} cm / {_plain(sizes.height_m)} m"
        )


def _age_doubts(sizes: Sizes, grade_ages: GradeAges) -> Iterator[Doubt]:
    if sizes.age_years is None or sizes.grade is None or sizes.grade not in grade_ages:
        return
    low, high = grade_ages[sizes.grade]
    if sizes.age_years < low or (high is not None and sizes.age_years >= high):
        yield Doubt("grade_age_mismatch", "age_years", f"{sizes.age_years} / {sizes.grade}", Severity.NOTE)


def position_doubts(lon_raw: str | None, lat_raw: str | None) -> list[Doubt]:
    """Doubts about a position as it was written: one decimal is no position of a tree.

    Two are let pass: a spreadsheet writes 121.5200 as 121.52.
    """
    raws = {"lon": lon_raw, "lat": lat_raw}
    return [
        Doubt("coordinates_rounded", field, raw)
        for field, raw in raws.items()
        if raw is not None and decimals(raw) < 2
    ]


def rounding_m(lon_raw: str, lat_raw: str) -> float:
    """How far off a position can be because its decimal degrees were rounded, in metres (half a diagonal).

    Both were rounded alike, and trailing zeros may have been dropped: the longer one tells, except where a
    value has less than two decimals.
    """
    usual = max(decimals(lon_raw), decimals(lat_raw))
    steps = [10.0 ** -(usual if decimals(raw) >= 2 else decimals(raw)) for raw in (lon_raw, lat_raw)]
    return round(math.hypot(*steps) / 2 * 111_320, 1)


def date_doubts(field: str, day: date | None, placeholders: frozenset[date]) -> list[Doubt]:
    """A doubt about a date that the source uses where it knows none."""
    if day is None or day not in placeholders:
        return []
    return [Doubt("placeholder_date", field, day.isoformat(), Severity.NOTE)]


def decimals(raw: str) -> int:
    """Digits behind the decimal point of a number as written."""
    return len(raw.partition(".")[2].strip())


def _plain(value: float) -> str:
    return f"{value:.6g}" if abs(value) < 1e6 else str(value)
