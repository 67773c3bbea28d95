"""Ages from girths: each method against the example of its source, and what none of them may hide."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from registry.care_errors import RegressionFileError
from registry.growing import age_terms, model_terms, read_regression
from registry.growth_records import AgeEstimate, AgeLack, GirthReading
from registry.rules.ages import (
    AgeFacts,
    Core,
    Factor,
    Regression,
    age_estimates,
    by_own_growth,
    by_regression,
    girth_to_go_by,
    growth_factor,
    mitchell,
    white,
    white_age,
)
from registry.rules.growth import growth_model
from registry.vocab.growth_words import CAVEATS, LACKS, LEFT_OUT, Caveat, Lack, LeftOut

TERMS = age_terms()
DAY = date(2020, 5, 1)
INCH = 2.54


def girth(cm: float, height: float | None = 1.5, on: date | None = DAY) -> GirthReading:
    return GirthReading(on, cm, height)


def estimate(found: AgeEstimate | AgeLack) -> AgeEstimate:
    assert isinstance(found, AgeEstimate)
    return found


def test_mitchell_makes_an_open_grown_tree_of_eight_feet_about_a_hundred_years_old() -> None:
    """BTCV handbooks after Mitchell 1974: an open-grown tree of 2.4 m (8') is usually about 100 years old."""
    found = estimate(mitchell(AgeFacts(girth(240), setting="open"), TERMS))
    assert found.years == 96
    assert found.lower_years <= 100 <= found.upper_years
    assert (found.lower_years, found.upper_years) == (72, 120)
    assert (found.as_of, found.confidence) == (DAY, "medium")


def test_mitchell_halves_the_growth_in_a_wood_and_gives_a_range_only_where_nobody_says_which() -> None:
    wood = estimate(mitchell(AgeFacts(girth(240), setting="woodland"), TERMS))
    assert (wood.years, wood.confidence) == (192, "low")
    either = estimate(mitchell(AgeFacts(girth(240)), TERMS))
    assert (either.years, either.lower_years, either.upper_years) == (None, 72, 240)
    assert Caveat.SETTING_UNKNOWN in either.caveats


def test_whites_age_is_that_of_the_core_and_then_a_year_for_each_ring_of_equal_area() -> None:
    """By hand: core 100 years, 40 cm, last ring 4 mm: CAI = π (1600 − 1568.16) = 100.03 cm²; a stem of 80 cm
    has 4800 π more: 100 + 4800 / 31.84 = 250.75."""
    core = Core(100, 40, 4, "ring counts of a felled oak nearby")
    assert white_age(40, core) == 100
    assert white_age(80, core) == pytest.approx(250.75, abs=0.01)
    found = estimate(white(AgeFacts(girth(2 * math.pi * 83, 1.3), core=replace(core, bark_cm=3)), TERMS))
    assert found.years == 251
    assert "ring counts" in found.source


def test_whites_method_does_not_hold_within_the_core_nor_without_one() -> None:
    core = Core(100, 40, 4, "x")
    assert white(AgeFacts(girth(250), core=core), TERMS) == AgeLack(TERMS.methods["white"], Lack.IN_CORE)
    assert white(AgeFacts(girth(252), core=core), TERMS) != AgeLack(TERMS.methods["white"], Lack.IN_CORE)
    assert white(AgeFacts(girth(600)), TERMS) == AgeLack(TERMS.methods["white"], Lack.CORE)


@pytest.mark.parametrize(
    ("species", "inches_around", "years"),
    [("Acer saccharinum", 20, 19), ("Acer rubrum", 10 * math.pi, 45), ("Quercus alba", 92, 146)],
)
def test_a_growth_factor_multiplies_inches(species: str, inches_around: float, years: int) -> None:
    """Princeton Tree Care: a silver maple of 20 inches around is about 19 (20 / 3.14 × 3); a red maple of
    10 inches diameter 45; the white oak of 92 inches in alexandersmap.com has 29.29 inches diameter, × 5."""
    found = estimate(growth_factor(AgeFacts(girth(inches_around * INCH, 1.37), species), TERMS))
    assert found.years == years
    assert ("diameter", f"{inches_around / math.pi:.1f} in") in found.inputs


def test_centimetres_are_never_taken_for_inches() -> None:
    """A web page multiplies a diameter of 30 cm by 4 to get 120 years; it is 11.8 inches, 47 years."""
    facts = AgeFacts(girth(30 * math.pi), factor=Factor(4, "the office", "low"))
    assert estimate(growth_factor(facts, TERMS)).years == 47


def test_a_species_without_a_stated_factor_gets_none() -> None:
    for species in (None, "Ginkgo biloba", "Acer"):
        assert isinstance(growth_factor(AgeFacts(girth(300), species), TERMS), AgeLack)


def test_an_equation_gives_its_own_error_and_doubts_what_it_was_not_made_for() -> None:
    """Made up for the arithmetic: 12 + 2.5 × 80 = 212, twice the standard error of 15 to either side."""
    equation = Regression("e", "polynomial", (12, 2.5), "the office", 15, 20, 90)
    inside = estimate(by_regression(AgeFacts(girth(80 * math.pi, 1.3), regression=equation), TERMS))
    assert (inside.lower_years, inside.years, inside.upper_years) == (182, 212, 242)
    assert (inside.confidence, inside.caveats) == ("medium", ())
    outside = estimate(by_regression(AgeFacts(girth(91 * math.pi, 1.3), regression=equation), TERMS))
    assert (outside.confidence, outside.caveats) == ("low", (Caveat.OUTSIDE_RANGE,))
    power = Regression("p", "power", (2, 1.5), "the office")
    assert power.age(16) == 128


def test_the_trees_own_growth_leads_back_only_where_it_surely_grows() -> None:
    """400 cm at 2 cm a year: 200 years; two readings 20 years apart are off by (7.2 + 8) / 20 = 0.76."""
    readings = [GirthReading(date(2000, 5, 1), 360, 1.3), GirthReading(date(2020, 5, 1), 400, 1.3)]
    model = growth_model(readings, model_terms())
    found = estimate(by_own_growth(AgeFacts(readings[-1], model=model), TERMS))
    assert found.years == 200
    assert (found.lower_years, found.upper_years) == (math.floor(400 / 2.76), math.ceil(400 / 1.24))
    still = growth_model([readings[0], GirthReading(date(2020, 5, 1), 361, 1.3)], model_terms())
    assert by_own_growth(AgeFacts(readings[-1], model=still), TERMS) == AgeLack(
        TERMS.methods["growth"], Lack.GROWTH
    )


def test_several_stems_have_no_age_by_their_joint_girth_and_no_girth_none_at_all() -> None:
    bundle = GirthReading(DAY, 500, 1.3, stems=3)
    lacks = [each.lack for each in age_estimates(AgeFacts(bundle), TERMS) if isinstance(each, AgeLack)]
    assert lacks == [Lack.STEMS] * 4 + [Lack.MODEL]
    assert all(isinstance(each, AgeLack) for each in age_estimates(AgeFacts(None), TERMS))


def test_what_is_odd_about_a_girth_is_said_with_the_age() -> None:
    odd = GirthReading(None, 240, None, is_from_diameter=True)
    found = estimate(mitchell(AgeFacts(odd, setting="open", is_dead=True), TERMS))
    assert found.as_of is None
    assert {Caveat.UNDATED, Caveat.FROM_DIAMETER, Caveat.HEIGHT_UNKNOWN, Caveat.DEAD} <= set(found.caveats)
    chinese = estimate(mitchell(AgeFacts(girth(240, 1.3), setting="open"), TERMS))
    assert Caveat.OTHER_BREAST_HEIGHT in chinese.caveats


def test_the_newest_dated_girth_is_gone_by() -> None:
    old, new, undated = girth(200, on=date(2000, 1, 1)), girth(240), girth(500, on=None)
    assert girth_to_go_by([old, new, undated]) is new
    assert girth_to_go_by([old, new, undated], date(2010, 1, 1)) is old
    assert girth_to_go_by([undated]) is undated
    assert girth_to_go_by([]) is None


def test_every_word_of_growth_has_a_label_and_every_number_a_source() -> None:
    for words, labels in ((Caveat, CAVEATS), (Lack, LACKS), (LeftOut, LEFT_OUT)):
        assert set(words) == set(labels)
    assert all(method.source and method.caveat.zh for method in TERMS.methods.values())
    assert all(factor.source and factor.confidence == "low" for factor in TERMS.factors.values())


@pytest.mark.parametrize(
    "text",
    [
        "id = 'e'\nsource = 's'\nform = 'cubic'\ncoefficients = [1, 2]",
        "id = 'e'\nsource = 's'\nform = 'power'\ncoefficients = [1]",
        "id = 'e'\nsource = 's'\nform = 'polynomial'\ncoefficients = ['1', 2]",
        "id = 'e'\nsource = 's'\nform = 'polynomial'\ncoefficients = [true, 2]",
        "id = 'e'\nsource = ' '\nform = 'polynomial'\ncoefficients = [1, 2]",
        "id = 'e'\nsource = 's'\nform = 'polynomial'\ncoefficients = [1, 2]\nerror_years = -1",
        "id = 'e'\nsource = 's'\nform = 'polynomial'\ncoefficients = [1, 2]\nmore = 1",
        "not toml",
    ],
)
def test_an_equation_that_is_not_whole_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "e.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegressionFileError):
        read_regression(path)
    with pytest.raises(RegressionFileError):
        read_regression(tmp_path / "none.toml")
