"""A tree's growth: a line that one wrong reading does not turn, an interval, and no mixing of heights."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.growing import model_terms
from registry.growth_records import DAYS_A_YEAR, GirthReading
from registry.records import MeasurementRecord
from registry.rules.growth import girth_readings, growth_model, growth_of, pair_slopes, project, sen_interval
from registry.vocab.growth_words import Caveat, Lack, LeftOut

TERMS = model_terms()
TODAY = date(2026, 3, 4)


def reading(year: int, girth: float, height: float | None = 1.3, stems: int = 1) -> GirthReading:
    return GirthReading(date(year, 5, 1), girth, height, stems=stems)


def test_the_slope_is_the_one_of_helsel_and_hirsch() -> None:
    """Helsel and Hirsch, Statistical Methods in Water Resources, chapter 10: x = 1 … 7 and one wild value."""
    slopes = pair_slopes([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 16, 7])
    assert len(slopes) == 21
    assert slopes[10] == 1
    assert (slopes[0], slopes[-1]) == (-9, 11)


def test_the_interval_takes_the_ranks_of_gilbert() -> None:
    """With 7 points Kendall's S varies by 7·6·19/18 = 44.33: (21 ∓ 13.05) / 2 are ranks 3 and 19."""
    assert sen_interval(list(range(1, 22)), 7) == (3, 19)
    assert sen_interval([1, 2, 3, 4, 5, 6], 4) is None


def test_one_wrong_reading_does_not_turn_the_line() -> None:
    girths = [300, 305, 310, 351, 320, 325, 330]
    model = growth_model([reading(2000 + 5 * n, girth) for n, girth in enumerate(girths)], TERMS)
    assert model.rate == pytest.approx(1.0, abs=0.01)
    assert model.rate_low < 1 < model.rate_high
    assert model.residual_cm < 0.1
    assert model.farthest_cm == pytest.approx(36, abs=0.5)


def test_two_readings_have_the_range_of_the_tape() -> None:
    """300 and 320 cm after 10 years: 2 cm a year, off by at most (6 + 6.4) / 10 = 1.24."""
    model = growth_model([reading(2010, 300), reading(2020, 320)], TERMS)
    assert model.rate == pytest.approx(2.0, abs=0.001)
    assert model.rate - model.rate_low == pytest.approx(1.24, abs=0.001)
    assert Caveat.TWO_READINGS in model.caveats


def test_a_projection_widens_with_time_and_says_when_it_goes_too_far() -> None:
    model = growth_model([reading(2010, 300), reading(2020, 320)], TERMS)
    near, far = project(model, date(2025, 5, 1)), project(model, date(2031, 5, 1))
    assert near.girth_cm == pytest.approx(330, abs=0.1)
    assert (near.low_cm, near.high_cm) == pytest.approx((323.8, 336.2), abs=0.1)
    assert far.high_cm - far.low_cm > near.high_cm - near.low_cm
    assert (near.is_far, far.is_far) == (False, True)


def test_girths_of_different_heights_are_in_one_line_only_when_asked_for() -> None:
    readings = [reading(2000, 300), reading(2005, 360, 0.5), reading(2010, 320)]
    found = growth_of(readings, TERMS, TODAY)
    assert found.model is not None
    assert found.model.height_m == 1.3
    assert found.left_out == ((readings[1], LeftOut.OTHER_HEIGHT),)
    mixed = growth_of(readings, TERMS, TODAY, mix_heights=True).model
    assert mixed is not None
    assert Caveat.MIXED_HEIGHTS in mixed.caveats
    assert mixed.height_m is None


def test_what_has_no_day_or_several_stems_or_stands_twice_is_left_out() -> None:
    undated = GirthReading(None, 333)
    rows = [reading(2000, 300), reading(2000, 300), reading(2004, 500, stems=3), reading(2010, 310), undated]
    found = growth_of(rows, TERMS, TODAY)
    assert [why for _each, why in found.left_out] == [LeftOut.TWICE, LeftOut.SEVERAL_STEMS, LeftOut.UNDATED]
    assert found.model is not None
    assert len(found.model.readings) == 2


@pytest.mark.parametrize(
    ("readings", "lack"),
    [
        ([], Lack.READINGS),
        ([reading(2000, 300)], Lack.READINGS),
        ([reading(2000, 300), reading(2000, 302)], Lack.READINGS),
        ([reading(2000, 300), reading(2002, 302)], Lack.SPAN),
        ([reading(2000, 300), reading(2003, 302)], None),
    ],
)
def test_no_line_is_drawn_through_too_little(readings: list[GirthReading], lack: Lack | None) -> None:
    assert growth_of(readings, TERMS, TODAY).lack == lack


@pytest.mark.parametrize(("later", "is_doubted"), [(295, False), (294, False), (293.9, True)])
def test_shrinking_by_more_than_two_percent_is_doubted(later: float, is_doubted: bool) -> None:
    model = growth_model([reading(2000, 300), reading(2010, later)], TERMS)
    assert bool(model.shrinkages) is is_doubted
    assert Caveat.NOT_PROVEN in model.caveats


def test_a_diameter_gives_a_girth_and_says_so() -> None:
    rows = [
        MeasurementRecord(date(2000, 1, 1), diameter_cm=100),
        MeasurementRecord(None, girth_cm=280, stem_girths="273 - 200 - 155"),
        MeasurementRecord(date(1990, 1, 1), height_m=12),
    ]
    first, second = girth_readings(rows)
    assert (round(first.girth_cm, 1), first.is_from_diameter, first.stems) == (314.2, True, 1)
    assert (second.on, second.stems) == (None, 3)


@given(
    st.lists(st.floats(20, 2000), min_size=2, max_size=9),
    st.floats(-3, 3),
    st.integers(2, 20),
)
def test_a_perfect_line_is_found_and_lies_within_its_interval(
    noise: list[float], rate: float, step: int
) -> None:
    start = date(1900, 1, 1)
    days = [start + timedelta(days=step * 400 * n) for n in range(len(noise))]
    girths = [500 + rate * (day - start).days / DAYS_A_YEAR for day in days]
    exact = growth_model([GirthReading(d, g) for d, g in zip(days, girths, strict=True) if g > 0], TERMS)
    assert exact.rate == pytest.approx(rate, abs=1e-6)
    wild = growth_model([GirthReading(d, g) for d, g in zip(days, noise, strict=True)], TERMS)
    assert wild.rate_low <= wild.rate <= wild.rate_high
    assert wild.farthest_cm >= wild.residual_cm >= 0
