"""Plausibility: doubts about values. A doubt never changes or rejects a value: true oddities exist.

What is asked stands in `schema/checks/*.toml`, with bounds, sources and remedies (docs/flags.md). A `Checker`
is made once for a file and then asked row by row; questions that compare several values are in
`registry.rules.questions`.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from registry.rules.questions import QUESTIONS, Case, GradeAges, Law, Values, plain
from registry.vocab.checks import ROW_KINDS, Check, all_checks
from registry.vocab.words import Severity

__all__ = ["BOUNDS", "Checker", "Doubt", "GradeAges", "Law", "Sizes", "size_doubts"]

BOUNDS: dict[str, tuple[float, float]] = {
    check.fields[0]: (check.bounds["low"], check.bounds["high"])
    for check in all_checks().values()
    if check.id.endswith("_out_of_range")
}
"""Least and greatest value that passes without a doubt; bounds included."""


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


_Answer = Callable[[Any, Values, Case], Doubt | None]


class Checker:
    """The questions that are asked of every tree of one file, made ready.

    jurisdiction: of the authority. law: what its rule pack sets.
    fields: what the file can say. A question about anything else is not asked, so that a short list is not
    flooded with what it never could tell; None asks every question.
    """

    def __init__(
        self, jurisdiction: str = "", law: Law | None = None, fields: Iterable[str] | None = None
    ) -> None:
        self.law = law or Law()
        known = None if fields is None else frozenset(fields) | _SETTLED
        checks = [
            check
            for check in all_checks().values()
            if check.kind in ROW_KINDS and check.applies_to(jurisdiction) and _can_be_asked(check, known)
        ]
        self._ranges = [row for check in checks if check.kind == "range" for row in _range(check)]
        asked = [pair for check in checks if check.kind in _MAKERS for pair in _MAKERS[check.kind](check)]
        asked += _questions(checks, jurisdiction)
        self._asked = [(field, answer) for field, answer in asked if known is None or field in known]
        self._ranges = [row for row in self._ranges if known is None or row[0] in known]

    def doubts(self, values: Values, *, rounding_cm: float = 0.5) -> list[Doubt]:
        """Doubts about one tree. `values` by field, in the units of the names; what is absent is not known.

        rounding_cm: half the last digit in which girth and diameter were recorded, >= 0; it widens the
        tolerance of the ratio check, so that 1.13 m against 3.55 m passes.
        """
        get = values.get
        found: list[Doubt] = []
        for field, low, high, check in self._ranges:
            value = get(field)
            if value is not None and not low <= value <= high:
                found.append(Doubt(check.id, field, plain(value), check.severity))
        case = Case(self.law, rounding_cm)
        for field, answer in self._asked:
            value = get(field)
            if value is not None and (told := answer(value, values, case)) is not None:
                found.append(told)
        return found


_SETTLED = frozenset({"tree_no", "category", "status"})
"""Fields that every tree has."""


def _can_be_asked(check: Check, known: frozenset[str] | None) -> bool:
    """Whether a file that knows these fields can answer, so that silence would mean something."""
    if known is None:
        return True
    if check.bounds.get("if_asked") and not known & set(check.bounds["needs"]):
        return False
    needed = {*check.bounds.get("when", ()), *(check.fields if check.kind == "ratio" else ())}
    return needed <= known


def _range(check: Check) -> Iterator[tuple[str, Any, Any, Check]]:
    bounds = check.bounds
    least, most = (date.min, date.max) if isinstance(bounds.get("low"), date) else (-math.inf, math.inf)
    for field in check.fields:
        yield field, bounds.get("low", least), bounds.get("high", most), check


def _ratio(check: Check) -> Iterator[tuple[str, _Answer]]:
    """The first field divided by the second, or either by the other."""
    (over, under), bounds = check.fields, check.bounds
    high, shown = bounds.get("high", math.inf), bounds["shown"]
    low = 1 / high if bounds.get("either_way") else bounds.get("low", 0.0)

    def answer(first: float, values: Values, _case: Case) -> Doubt | None:
        second = values.get(under)
        if not first or not second or low <= first / second <= high:
            return None
        return Doubt(check.id, over, shown.format(plain(first), plain(second)), check.severity)

    yield over, answer


def _words(check: Check) -> Iterator[tuple[str, _Answer]]:
    """A value that is one of a list of words or days."""
    wanted = frozenset((*check.bounds.get("words", ()), *check.bounds.get("days", ())))

    def asking(field: str) -> _Answer:
        def answer(value: Any, _values: Values, _case: Case) -> Doubt | None:
            known = value.casefold() if isinstance(value, str) else value
            return Doubt(check.id, field, str(value), check.severity) if known in wanted else None

        return answer

    yield from ((field, asking(field)) for field in check.fields)


def _text(check: Check) -> Iterator[tuple[str, _Answer]]:
    """A text in which one of a list of words stands; the word alone is told, never the text."""
    has, about = (
        re.compile("|".join(map(re.escape, check.bounds["words"]))).search,
        check.bounds["reported_as"],
    )

    def answer(value: str, _values: Values, _case: Case) -> Doubt | None:
        found = has(value)
        return Doubt(check.id, about, found[0], check.severity) if found else None

    yield from ((field, answer) for field in check.fields)


def _contradiction(check: Check) -> Iterator[tuple[str, _Answer]]:
    """Values that cannot be true together."""
    when = tuple((field, frozenset(words)) for field, words in check.bounds["when"].items())
    gate = check.fields[0]
    about = check.bounds.get("reported_as", gate)

    def answer(value: Any, values: Values, _case: Case) -> Doubt | None:
        for field, words in when:
            if values.get(field) not in words:
                return None
        return Doubt(check.id, about, str(value), check.severity)

    yield gate, answer


def _needs(check: Check) -> Iterator[tuple[str, _Answer]]:
    """A value that asks for one of some others."""
    when = tuple((field, frozenset(words)) for field, words in check.bounds.get("when", {}).items())
    needs, field = tuple(check.bounds["needs"]), check.fields[0]
    about = check.bounds.get("reported_as", field)

    def answer(value: Any, values: Values, _case: Case) -> Doubt | None:
        for name, words in when:
            if values.get(name) not in words:
                return None
        for name in needs:
            if values.get(name):
                return None
        return Doubt(check.id, about, str(value), check.severity)

    yield field, answer


_MAKERS: dict[str, Callable[[Check], Iterator[tuple[str, _Answer]]]] = {
    "ratio": _ratio,
    "words": _words,
    "text": _text,
    "contradiction": _contradiction,
    "needs": _needs,
}


def _questions(checks: Iterable[Check], jurisdiction: str) -> Iterator[tuple[str, _Answer]]:
    """The questions of `registry.rules.questions` that `checks` ask for, each once."""
    by_name: dict[str, dict[str, Check]] = {}
    for check in checks:
        if check.kind == "function":
            by_name.setdefault(check.bounds["function"], {})[check.id] = check
    for name, asked in by_name.items():
        field, ask = QUESTIONS[name](asked, jurisdiction)

        def answer(value: Any, values: Values, case: Case, ask: Any = ask) -> Doubt | None:
            told = ask(value, values, case)
            return None if told is None else doubt(*told)

        yield field, answer


def doubt(check: str, field: str, value: str) -> Doubt:
    """The doubt of a check, as serious as the catalogue says."""
    return Doubt(check, field, value, all_checks()[check].severity)


def size_doubts(sizes: Sizes, *, grade_ages: GradeAges, rounding_cm: float = 0.5) -> list[Doubt]:
    """Doubts about one tree's sizes and age.

    grade_ages: of the rule pack by which the grade was given; empty where there is none.
    """
    checker = _size_checker(tuple(sorted(grade_ages.items())))
    values = {name: value for name, value in asdict(sizes).items() if value is not None}
    return checker.doubts(values, rounding_cm=rounding_cm)


@lru_cache(maxsize=32)
def _size_checker(grade_ages: tuple[tuple[str, tuple[int, int | None]], ...]) -> Checker:
    return Checker(law=Law(dict(grade_ages)), fields=Sizes.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one measurement says of a tree, and when; sizes by field."""

    measured_on: date | None
    sizes: Mapping[str, float | None]


def change_doubts(before: Reading, after: Reading) -> list[Doubt]:
    """Doubts about what became of a tree between two measurements, of which `after` is the later.

    A size that one of them lacks is not compared, nor a growth in a year without two days.
    """
    found: list[Doubt] = []
    for check in all_checks().values():
        if check.kind == "change":
            for field in check.fields:
                old, new = before.sizes.get(field), after.sizes.get(field)
                if old and new and _changed_too_much(check, old, new, _years(before, after)):
                    found.append(Doubt(check.id, field, f"{plain(old)} → {plain(new)}", check.severity))
    return found


def _changed_too_much(check: Check, old: float, new: float, years: float | None) -> bool:
    bounds = check.bounds
    if "per_year" in bounds:  # a year at least: two readings of one summer differ by how the tape was held
        return years is not None and new - old > bounds["per_year"] * max(years, 1.0)
    return not bounds.get("low", 0.0) <= new / old <= bounds.get("high", math.inf)


def _years(before: Reading, after: Reading) -> float | None:
    if before.measured_on is None or after.measured_on is None:
        return None
    return (after.measured_on - before.measured_on).days / 365.25


def position_doubts(lon_raw: str | None, lat_raw: str | None) -> list[Doubt]:
    """Doubts about a position as it was written: one decimal is no position of a tree.

    Two are let pass: a spreadsheet writes 121.5200 as 121.52.
    """
    raws = {"lon": lon_raw, "lat": lat_raw}
    return [
        doubt("coordinates_rounded", field, raw)
        for field, raw in raws.items()
        if raw is not None and decimals(raw) < 2
    ]


def rounding_m(lon_raw: str, lat_raw: str) -> float:
    """How far off a position can be because its decimal degrees were rounded, in metres (half a diagonal).

    Both were rounded alike, and spreadsheets drop trailing zeros (113.0000000 becomes 113): the finer of the
    two tells for the pair.
    """
    step = 10.0 ** -max(decimals(lon_raw), decimals(lat_raw))
    return round(math.hypot(step, step) / 2 * 111_320, 1)


def date_doubts(field: str, day: date | None, placeholders: frozenset[date]) -> list[Doubt]:
    """A doubt about a date that the source uses where it knows none."""
    if day is None or day not in placeholders:
        return []
    return [doubt("placeholder_date", field, day.isoformat())]


_STEMS = re.compile(r"\s*(?:[-–—+＋、/;；,，]|和|及)\s*")


def stems(raw: str) -> list[float]:
    """The sizes of several stems in one cell ("273 - 200 - 155"); empty where it is no such list."""
    parts = _STEMS.split(raw.strip())
    if len(parts) < 2 or not all(re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]+)?", part) for part in parts):
        return []
    sizes = [float(part) for part in parts]
    return sizes if all(sizes) else []


def combined(sizes: Iterable[float]) -> float:
    """One girth (or diameter) for several stems: the root of the sum of squares, which keeps their area."""
    return math.sqrt(math.fsum(size * size for size in sizes))


def decimals(raw: str) -> int:
    """Digits behind the decimal point of a number as written."""
    return len(raw.partition(".")[2].strip())
