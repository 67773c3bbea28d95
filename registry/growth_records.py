"""Growth on its way out: a tree's dated girths, the line through them, and what they say of its age.

Lengths are centimetres, spans of time years (365.25 days) unless a name says otherwise.
"""

from dataclasses import dataclass
from datetime import date

from registry.vocab.growth_words import Caveat, Lack, LeftOut
from registry.vocab.words import Label

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class GirthReading:
    """One girth. `height_m`: above ground, None where nobody said. `is_from_diameter`: reckoned as π × it."""

    on: date | None
    girth_cm: float
    height_m: float | None = None
    is_from_diameter: bool = False
    stems: int = 1


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """A girth smaller than the one before it, by more than a tape errs: to be measured again."""

    earlier: GirthReading
    later: GirthReading

    @property
    def share(self) -> float:
        """How much smaller, as a share of the earlier girth."""
        return 1 - self.later.girth_cm / self.earlier.girth_cm


@dataclass(frozen=True, slots=True)
class Projection:
    """The girth that the line leads to, with its range."""

    on: date
    girth_cm: float
    low_cm: float
    high_cm: float
    is_far: bool = False
    """Whether it lies farther ahead than the readings reach back."""


@dataclass(frozen=True, slots=True)
class GrowthModel:
    """A line through girths of one measuring height: girth = `base_cm` + `rate` × years since `since`.

    rate, rate_low, rate_high: cm a year. `is_full_range`: the interval is that of all pairs of readings, as
    they are too few for one of 95 %. residual_cm, farthest_cm: median and largest distance from the line.
    """

    readings: tuple[GirthReading, ...]
    height_m: float | None
    since: date
    base_cm: float
    rate: float
    rate_low: float
    rate_high: float
    is_full_range: bool
    residual_cm: float
    farthest_cm: float
    shrinkages: tuple[Shrinkage, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    @property
    def until(self) -> date:
        """The day of the newest reading."""
        return self.readings[-1].on or self.since

    @property
    def span_years(self) -> float:
        """How long the readings reach back."""
        return (self.until - self.since).days / DAYS_A_YEAR

    def at(self, on: date) -> float:
        """The girth by the line on a day, cm."""
        return self.base_cm + self.rate * (on - self.since).days / DAYS_A_YEAR


@dataclass(frozen=True, slots=True)
class GrowthRecord:
    """All that a tree's girths say of its growth: the line, or what it lacks, and the readings left out."""

    model: GrowthModel | None
    lack: Lack | None
    left_out: tuple[tuple[GirthReading, LeftOut], ...]
    projections: tuple[Projection, ...] = ()


@dataclass(frozen=True, slots=True)
class AgeMethod:
    """One way of reckoning an age from a girth, as the data file describes it."""

    id: str
    label: Label
    caveat: Label
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class AgeEstimate:
    """What one method makes of a girth. It proposes nothing: neither the recorded age nor a grade.

    years is None where a method gives a range only. `as_of`: day of the girth; None where nobody dated it.
    inputs: (name, value with unit), such as ("girth", "240 cm").
    """

    method: AgeMethod
    years: int | None
    lower_years: int
    upper_years: int
    as_of: date | None
    inputs: tuple[tuple[str, str], ...]
    confidence: str
    source: str
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class AgeLack:
    """A method that cannot be used for a tree, and why."""

    method: AgeMethod
    lack: Lack
