"""Ages reckoned from a girth, each with its range, method and caveat.

They are estimates beside the file: none of them touches the recorded age, nor any grade. Lengths are
centimetres, ages whole years. The numbers of the methods are data (`schema/growth/methods.toml`).
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from registry.growth_records import (
    AgeEstimate,
    AgeLack,
    AgeMethod,
    GirthReading,
    GrowthModel,
)
from registry.vocab.growth_words import Caveat, Lack

CM_PER_INCH = 2.54
SAME_HEIGHT_M = 0.05
"""Measuring heights so little apart are the same."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A yearly growth of girth, cm, with the confidence in it."""

    value: float
    confidence: str


@dataclass(frozen=True, slots=True)
class Factor:
    """Years for each inch of diameter, with who says so."""

    value: float
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Core:
    """What White's method needs of the tree's youth: its years, radius and last ring; bark to be deducted."""

    years: float
    radius_cm: float
    ring_width_mm: float
    source: str
    bark_cm: float = 0.0


@dataclass(frozen=True, slots=True)
class Regression:
    """An equation of age and diameter (cm) that somebody made from counted rings.

    form "polynomial": Σ coefficients[i] × diameter^i; "power": coefficients[0] × diameter^coefficients[1].
    error_years: standard error of one estimate; the range is twice that to either side.
    """

    id: str
    form: str
    coefficients: tuple[float, ...]
    source: str
    error_years: float | None = None
    least_cm: float | None = None
    most_cm: float | None = None
    species: str | None = None

    def age(self, diameter_cm: float) -> float:
        """Years for a diameter."""
        if self.form == "power":
            return float(self.coefficients[0] * diameter_cm ** self.coefficients[1])
        return float(sum(c * diameter_cm**power for power, c in enumerate(self.coefficients)))


@dataclass(frozen=True, slots=True)
class AgeTerms:
    """The methods and their numbers, as the data file gives them."""

    methods: Mapping[str, AgeMethod]
    heights_m: Mapping[str, float]
    margin_share: float
    rates: Mapping[str, Rate]
    """By setting: open, woodland."""
    factors: Mapping[str, Factor]
    """By Latin name of the species, without its author."""


@dataclass(frozen=True, slots=True)
class AgeFacts:
    """What is known of one tree. setting: open or woodland, None where nobody says."""

    girth: GirthReading | None
    species: str | None = None
    setting: str | None = None
    factor: Factor | None = None
    core: Core | None = None
    regression: Regression | None = None
    model: GrowthModel | None = None
    is_dead: bool = False


def age_estimates(facts: AgeFacts, terms: AgeTerms) -> list[AgeEstimate | AgeLack]:
    """What every method makes of a tree, in the order of the data file; what it lacks where it cannot."""
    return [_METHODS[name](facts, terms) for name in terms.methods if name in _METHODS]


def mitchell(facts: AgeFacts, terms: AgeTerms) -> AgeEstimate | AgeLack:
    """Girth over a yearly growth of 2.5 cm in the open, 1.25 cm in a wood. Source: Mitchell 1974.

    Where the setting is not known there is a range only, from the one to the other.
    """
    method = terms.methods["mitchell"]
    if lack := _lack_of_girth(facts):
        return AgeLack(method, lack)
    girth = _girth(facts)
    settings = [facts.setting] if facts.setting else ["open", "woodland"]
    ages = [girth.girth_cm / terms.rates[name].value for name in settings]
    confidence = min((terms.rates[name].confidence for name in settings), key=_RANK.index)
    rates = " – ".join(f"{value:g}" for value in sorted(terms.rates[name].value for name in settings))
    inputs = (
        *_inputs(girth),
        ("rate", f"{rates} cm"),
        *([("setting", facts.setting)] if facts.setting else []),
    )
    caveats = [Caveat.NO_ERROR_STATED, *([] if facts.setting else [Caveat.SETTING_UNKNOWN])]
    low, high = min(ages) * (1 - terms.margin_share), max(ages) * (1 + terms.margin_share)
    middle = ages[0] if facts.setting else None
    return _estimate(
        facts, terms, method, (low, middle, high), inputs, confidence=confidence, caveats=caveats
    )


def white(facts: AgeFacts, terms: AgeTerms) -> AgeEstimate | AgeLack:
    """The core's years, and then a year for each yearly ring of constant area (CAI). Source: White 1998:
    CAI = π (r_c² − (r_c − w)²), age = a_c + (π r² − π r_c²) / CAI; past the core only.

    r: radius of the stem without bark; r_c, a_c: radius and years of the core; w: width of its last ring.
    """
    method, core = terms.methods["white"], facts.core
    if lack := _lack_of_girth(facts):
        return AgeLack(method, lack)
    if core is None:
        return AgeLack(method, Lack.CORE)
    girth = _girth(facts)
    radius = girth.girth_cm / (2 * math.pi) - core.bark_cm
    if radius < core.radius_cm:
        return AgeLack(method, Lack.IN_CORE)
    age = white_age(radius, core)
    inputs = (
        *_inputs(girth),
        ("core_radius", f"{core.radius_cm:g} cm"),
        ("core_years", f"{core.years:g}"),
        ("ring_width", f"{core.ring_width_mm:g} mm"),
        ("bark", f"{core.bark_cm:g} cm"),
    )
    source = f"{method.source}; {core.source}"
    return _estimate(
        facts, terms, method, _widened(age, terms), inputs, source=source, caveats=[Caveat.NO_ERROR_STATED]
    )


def white_age(radius_cm: float, core: Core) -> float:
    """Years of a stem of this radius under bark, at least that of the core. Source: White 1998."""
    ring = core.ring_width_mm / 10
    increment = math.pi * (core.radius_cm**2 - (core.radius_cm - ring) ** 2)
    return core.years + math.pi * (radius_cm**2 - core.radius_cm**2) / increment


def growth_factor(facts: AgeFacts, terms: AgeTerms) -> AgeEstimate | AgeLack:
    """Diameter in inches times a factor of the species: not in centimetres."""
    method = terms.methods["factor"]
    factor = facts.factor or terms.factors.get(facts.species or "")
    if lack := _lack_of_girth(facts):
        return AgeLack(method, lack)
    if factor is None:
        return AgeLack(method, Lack.FACTOR)
    girth = _girth(facts)
    inches = girth.girth_cm / math.pi / CM_PER_INCH
    inputs = (*_inputs(girth), ("diameter", f"{inches:.1f} in"), ("factor", f"{factor.value:g}"))
    return _estimate(
        facts, terms, method, _widened(inches * factor.value, terms), inputs,
        confidence=factor.confidence, source=factor.source, caveats=[Caveat.NO_ERROR_STATED],
    )  # fmt: skip


def by_regression(facts: AgeFacts, terms: AgeTerms) -> AgeEstimate | AgeLack:
    """The age by an equation of the office's own, which says how far it may be off."""
    method, equation = terms.methods["regression"], facts.regression
    if lack := _lack_of_girth(facts):
        return AgeLack(method, lack)
    if equation is None:
        return AgeLack(method, Lack.REGRESSION)
    girth = _girth(facts)
    diameter = girth.girth_cm / math.pi
    age = equation.age(diameter)
    if not math.isfinite(age) or age <= 0:
        return AgeLack(method, Lack.NEGATIVE)
    caveats, confidence = [], method.confidence
    span = _widened(age, terms)
    if equation.error_years is None:
        caveats.append(Caveat.NO_ERROR_STATED)
    else:
        span = (age - 2 * equation.error_years, age, age + 2 * equation.error_years)
    if (equation.least_cm or 0) > diameter or diameter > (equation.most_cm or math.inf):
        caveats.append(Caveat.OUTSIDE_RANGE)
        confidence = "low"
    inputs = (*_inputs(girth), ("diameter", f"{diameter:.1f} cm"), ("equation", equation.id))
    return _estimate(
        facts, terms, method, span, inputs, confidence=confidence, source=equation.source, caveats=caveats
    )


def by_own_growth(facts: AgeFacts, terms: AgeTerms) -> AgeEstimate | AgeLack:
    """Girth over the tree's own yearly growth, back to nothing; only where it surely grows."""
    method, model = terms.methods["growth"], facts.model
    if model is None:
        return AgeLack(method, Lack.MODEL)
    if model.rate_low <= 0 or Caveat.NOT_PROVEN in model.caveats:
        return AgeLack(method, Lack.GROWTH)
    girth = model.at(model.until)
    ages = (girth / model.rate_high, girth / model.rate, girth / model.rate_low)
    newest = model.readings[-1]
    inputs = (
        *_inputs(newest),
        ("rate", f"{model.rate:.2f} ({model.rate_low:.2f} – {model.rate_high:.2f}) cm"),
        ("readings", str(len(model.readings))),
    )
    return _estimate(facts, terms, method, ages, inputs, girth=newest, caveats=list(model.caveats))


_METHODS: dict[str, Callable[[AgeFacts, AgeTerms], AgeEstimate | AgeLack]] = {
    "mitchell": mitchell,
    "white": white,
    "factor": growth_factor,
    "regression": by_regression,
    "growth": by_own_growth,
}
_RANK = ("low", "medium", "high")


def _lack_of_girth(facts: AgeFacts) -> Lack | None:
    if facts.girth is None:
        return Lack.GIRTH
    return Lack.STEMS if facts.girth.stems > 1 else None


def _girth(facts: AgeFacts) -> GirthReading:
    if facts.girth is None:
        raise ValueError("no girth")
    return facts.girth


def _inputs(girth: GirthReading) -> tuple[tuple[str, str], ...]:
    height = () if girth.height_m is None else (("measure_height", f"{girth.height_m:g} m"),)
    return ("girth", f"{girth.girth_cm:g} cm"), *height


def _widened(age: float, terms: AgeTerms) -> tuple[float, float, float]:
    """An age whose method says not how far it may be off, with the margin of the data file."""
    return age * (1 - terms.margin_share), age, age * (1 + terms.margin_share)


def _estimate(
    facts: AgeFacts,
    terms: AgeTerms,
    method: AgeMethod,
    span: tuple[float, float | None, float],
    inputs: tuple[tuple[str, str], ...],
    *,
    girth: GirthReading | None = None,
    confidence: str | None = None,
    source: str | None = None,
    caveats: list[Caveat],
) -> AgeEstimate:
    """Ages rounded to whole years, the range outwards."""
    reading = girth or _girth(facts)
    low, middle, high = span
    return AgeEstimate(
        method=method,
        years=None if middle is None else round(middle),
        lower_years=max(0, math.floor(low)),
        upper_years=math.ceil(high),
        as_of=reading.on,
        inputs=inputs,
        confidence=confidence or method.confidence,
        source=source or method.source,
        caveats=tuple(dict.fromkeys([*caveats, *_told_of(reading, terms, method.id, facts.is_dead)])),
    )


def _told_of(girth: GirthReading, terms: AgeTerms, method: str, is_dead: bool) -> Iterator[Caveat]:
    wanted = terms.heights_m.get(method)
    if girth.on is None:
        yield Caveat.UNDATED
    if girth.is_from_diameter:
        yield Caveat.FROM_DIAMETER
    if girth.height_m is None:
        yield Caveat.HEIGHT_UNKNOWN
    elif wanted is not None and abs(girth.height_m - wanted) > SAME_HEIGHT_M:
        yield Caveat.OTHER_BREAST_HEIGHT
    if is_dead:
        yield Caveat.DEAD


def girth_to_go_by(readings: list[GirthReading], on: date | None = None) -> GirthReading | None:
    """The newest girth, up to a day where one is given; an undated one where none is dated."""
    dated = [each for each in readings if each.on is not None and (on is None or each.on <= on)]
    if dated:
        return dated[-1]
    undated = [each for each in readings if each.on is None]
    return undated[-1] if undated else None
