"""The growth of one tree: a robust line through its dated girths, and where it leads.

The line is Theil and Sen's: its slope is the median of the slopes of all pairs of readings, so that one wrong
reading does not turn it. Girths of different measuring heights are never in one line unless asked for.
Sources: P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63, 1968; interval by
R. O. Gilbert, Statistical Methods for Environmental Pollution Monitoring, 1987, 16.3.2.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from statistics import median

from registry.growth_records import (
    DAYS_A_YEAR,
    GirthReading,
    GrowthModel,
    GrowthRecord,
    Projection,
    Shrinkage,
)
from registry.records import MeasurementRecord
from registry.vocab.growth_words import Caveat, Lack, LeftOut

Z_95 = 1.959964
"""Standard normal deviate that leaves 2.5 % to either side."""
HORIZONS = (5, 10)
"""Years ahead that are told."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """What the model goes by: see `schema/growth/methods.toml`, section model."""

    least_years: float
    relative_error: float
    absolute_error_cm: float
    shrinking_share: float
    margin_share: float

    def error_cm(self, girth_cm: float) -> float:
        """How far a reading of this girth may be off, cm."""
        return max(self.absolute_error_cm, self.relative_error * girth_cm)


def girth_readings(rows: Iterable[MeasurementRecord]) -> list[GirthReading]:
    """The girths among a tree's measurements, oldest first, undated ones last."""
    found = []
    for row in rows:
        girth = row.girth_cm if row.girth_cm is not None else (row.diameter_cm or 0) * math.pi
        if girth > 0:
            stems = len(_NUMBER.findall(row.stem_girths or ""))
            is_from_diameter = row.girth_cm is None
            found.append(
                GirthReading(row.measured_on, girth, row.measure_height_m, is_from_diameter, max(1, stems))
            )
    return sorted(found, key=lambda each: (each.on is None, each.on or date.min, each.girth_cm))


def growth_of(
    readings: Sequence[GirthReading], terms: ModelTerms, today: date, *, mix_heights: bool = False
) -> GrowthRecord:
    """The growth that dated girths tell, projected from `today`; what is missing where they tell none.

    Of several measuring heights the one is taken whose readings reach back farthest, unless `mix_heights`.
    """
    left_out: list[tuple[GirthReading, LeftOut]] = []
    by_height: defaultdict[float | None, dict[tuple[date, float], GirthReading]] = defaultdict(dict)
    for each in readings:
        if each.on is None:
            left_out.append((each, LeftOut.UNDATED))
        elif each.stems > 1:
            left_out.append((each, LeftOut.SEVERAL_STEMS))
        else:
            of_height = by_height[None if mix_heights else each.height_m]
            if (each.on, each.girth_cm) in of_height:
                left_out.append((each, LeftOut.TWICE))
            of_height.setdefault((each.on, each.girth_cm), each)
    groups = sorted((list(group.values()) for group in by_height.values()), key=_reach, reverse=True)
    for group in groups[1:]:
        left_out += [(each, LeftOut.OTHER_HEIGHT) for each in group]
    used = groups[0] if groups else []
    if len({each.on for each in used}) < 2:
        return GrowthRecord(None, Lack.READINGS, tuple(left_out))
    if _reach(used)[0] < int(terms.least_years * DAYS_A_YEAR):
        return GrowthRecord(None, Lack.SPAN, tuple(left_out))
    model = growth_model(used, terms)
    ahead = tuple(project(model, _later(today, years)) for years in HORIZONS)
    return GrowthRecord(model, None, tuple(left_out), ahead)


def growth_model(readings: Sequence[GirthReading], terms: ModelTerms) -> GrowthModel:
    """The line through at least two readings of different days, oldest first.

    Its interval is never narrower than what two readings at the ends, each off by as much as a tape may be,
    would give. Raises ValueError where no two days differ or a reading is undated.
    """
    days = [_day(each) for each in readings]
    years = [(day - days[0]).days / DAYS_A_YEAR for day in days]
    girths = [each.girth_cm for each in readings]
    slopes = pair_slopes(years, girths)
    if not slopes:
        raise ValueError("a line needs readings of two days")
    rate = median(slopes)
    base = median(girth - rate * year for year, girth in zip(years, girths, strict=True))
    interval = sen_interval(slopes, len(readings))
    low, high = interval or (slopes[0], slopes[-1])
    doubt = (terms.error_cm(girths[0]) + terms.error_cm(girths[-1])) / (years[-1] - years[0])
    distances = [abs(girth - base - rate * year) for year, girth in zip(years, girths, strict=True)]
    shrinkages = tuple(
        Shrinkage(before, after)
        for before, after in pairwise(readings)
        if after.girth_cm < before.girth_cm * (1 - terms.shrinking_share)
    )
    low, high = min(low, rate - doubt), max(high, rate + doubt)
    heights = {each.height_m for each in readings}
    said = {
        Caveat.TWO_READINGS: len(readings) == 2,
        Caveat.FULL_RANGE: len(readings) > 2 and interval is None,
        Caveat.MIXED_HEIGHTS: len(heights) > 1,
        Caveat.HEIGHT_UNKNOWN: heights == {None},
        Caveat.FROM_DIAMETER: any(each.is_from_diameter for each in readings),
        Caveat.SHRINKING: bool(shrinkages),
        Caveat.NOT_PROVEN: low <= 0,
    }
    return GrowthModel(
        readings=tuple(readings),
        height_m=heights.pop() if len(heights) == 1 else None,
        since=days[0],
        base_cm=base,
        rate=rate,
        rate_low=low,
        rate_high=high,
        is_full_range=interval is None,
        residual_cm=median(distances),
        farthest_cm=max(distances),
        shrinkages=shrinkages,
        caveats=tuple(caveat for caveat, holds in said.items() if holds),
    )


def pair_slopes(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    """The slopes of all pairs of points with different x, smallest first."""
    points = zip(xs, ys, strict=True)
    return sorted((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if a[0] != b[0])


def sen_interval(slopes: Sequence[float], count: int) -> tuple[float, float] | None:
    """The interval of 95 % of the median of `slopes` of `count` points; None where there are too few.

    Source: Gilbert 1987, 16.3.2: with the variance of Kendall's S the ranks (N − C) / 2 and (N + C) / 2 + 1.
    """
    spread = Z_95 * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    first = math.floor((len(slopes) - spread) / 2)
    last = math.ceil((len(slopes) + spread) / 2 + 1)
    if first < 1 or last > len(slopes):
        return None
    return slopes[first - 1], slopes[last - 1]


def project(model: GrowthModel, on: date) -> Projection:
    """The girth on a day after the newest reading: the line's, with its interval and the readings' spread."""
    here, ahead = model.at(model.until), (on - model.until).days / DAYS_A_YEAR
    low = here - model.farthest_cm + min(model.rate_low * ahead, model.rate * ahead)
    high = here + model.farthest_cm + max(model.rate_high * ahead, model.rate * ahead)
    return Projection(on, model.at(on), max(0.0, low), high, ahead > model.span_years)


def _reach(group: Sequence[GirthReading]) -> tuple[int, int]:
    days = [_day(each) for each in group]
    return (max(days) - min(days)).days, len(group)


def _day(each: GirthReading) -> date:
    if each.on is None:
        raise ValueError("an undated girth stands on no line")
    return each.on


def _later(day: date, years: int) -> date:
    """The same day so many years later; 28 February for the 29th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
