"""Plausibility: each bound on both of its sides; a doubt never changes a value."""

from datetime import date
from pathlib import Path

import pytest

from registry.rulepacks import RULEPACK_FOLDER, rule_pack
from registry.rules.plausibility import (
    BOUNDS,
    Checker,
    Sizes,
    date_doubts,
    decimals,
    position_doubts,
    rounding_m,
    size_doubts,
)
from registry.vocab.words import GRADE_SCHEMES, LISTINGS

PACK = rule_pack("cn-2025")
assert PACK is not None
GRADE_AGES = PACK.grade_ages


def checks(**sizes: object) -> set[str]:
    return {doubt.check for doubt in size_doubts(Sizes(**sizes), grade_ages=GRADE_AGES)}  # type: ignore[arg-type]


@pytest.mark.parametrize(("field", "bounds"), BOUNDS.items())
def test_bounds_are_included(field: str, bounds: tuple[float, float]) -> None:
    name = field.rsplit("_", 1)[0] + "_out_of_range"
    low, high = bounds

    def found(value: float) -> set[str]:
        return {doubt.check for doubt in Checker().doubts({field: value})}

    assert name not in found(low)
    assert name not in found(high)
    assert name in found(high + 1)
    assert name in found(low - 0.1)


@pytest.mark.parametrize(
    ("age", "grade", "is_doubtful"),
    [
        (500, "1", False),
        (499, "1", True),
        (499, "2", False),
        (500, "2", True),
        (300, "2", False),
        (299, "2", True),
        (299, "3", False),
        (300, "3", True),
        (100, "3", False),
        (99, "3", True),
        (5, "4", False),
        (5, None, False),
    ],
)
def test_a_grade_begins_on_its_threshold_year(age: int, grade: str | None, is_doubtful: bool) -> None:
    assert ("grade_age_mismatch" in checks(age_years=age, grade=grade)) == is_doubtful
    assert grade in {*GRADE_AGES, "4", None}


@pytest.mark.parametrize(
    ("girth", "diameter", "check"),
    [
        (314.0, 100.0, None),
        (355.0, 113.0, None),
        (320.0, 100.0, None),
        (340.0, 100.0, "girth_diameter_ratio"),
        (100.0, 314.0, "diameter_exceeds_girth"),
        (100.0, 100.0, "diameter_exceeds_girth"),
        (31400.0, 100.0, "unit_suspected"),
        (3140.0, 100.0, "unit_suspected"),
        (5.0, None, None),
    ],
)
def test_girth_and_diameter_must_agree(girth: float, diameter: float | None, check: str | None) -> None:
    trunk = {"girth_diameter_ratio", "diameter_exceeds_girth", "unit_suspected"}
    assert checks(girth_cm=girth, diameter_cm=diameter) & trunk == ({check} if check else set())


def test_rounding_widens_the_tolerance_and_nothing_else() -> None:
    sizes = Sizes(girth_cm=355, diameter_cm=110)
    assert [doubt.check for doubt in size_doubts(sizes, grade_ages=GRADE_AGES, rounding_cm=0.5)] == [
        "girth_diameter_ratio"
    ]
    assert size_doubts(sizes, grade_ages=GRADE_AGES, rounding_cm=5) == []


@pytest.mark.parametrize(
    ("ew", "ns", "mean", "expected"),
    [
        (9.0, 3.0, None, set()),
        (9.1, 3.0, None, {"crown_lopsided"}),
        (10.0, 8.0, 9.5, set()),
        (10.0, 8.0, 9.6, {"crown_mean_differs"}),
        (None, 8.0, 40.0, set()),
    ],
)
def test_crowns_must_agree(ew: float | None, ns: float, mean: float | None, expected: set[str]) -> None:
    assert checks(crown_ew_m=ew, crown_ns_m=ns, crown_m=mean) == expected


@pytest.mark.parametrize(("girth", "height", "is_doubtful"), [(40.0, 20.0, False), (39.0, 20.0, True)])
def test_a_trunk_thin_for_its_height_is_doubtful(girth: float, height: float, is_doubtful: bool) -> None:
    assert ("girth_small_for_height" in checks(girth_cm=girth, height_m=height)) == is_doubtful


@pytest.mark.parametrize(
    ("raw", "is_doubtful"),
    [("25", True), ("25.0", True), ("121.5", True), ("25.03", False), ("121.508123", False)],
)
def test_a_position_with_one_decimal_is_no_position(raw: str, is_doubtful: bool) -> None:
    assert [doubt.field for doubt in position_doubts(raw, "25.0391")] == (["lon"] if is_doubtful else [])
    assert [doubt.field for doubt in position_doubts("121.5081", raw)] == (["lat"] if is_doubtful else [])


def test_a_position_that_is_not_known_is_not_doubtful() -> None:
    assert position_doubts(None, None) == []


@pytest.mark.parametrize(
    ("lon", "lat", "metres"),
    [
        ("121.5081", "25.0391", 7.9),
        ("121.508", "25.039", 78.7),
        ("121.52", "25.0391", 7.9),
        ("121.5", "25", 7871.5),
        ("113", "40", 78715.1),
        ("113", "40.0934567", 0.0),  # a spreadsheet's 113.0000000
        ("113.0934567", "40.1", 0.0),
    ],
)
def test_rounding_says_how_far_a_written_position_can_be_off(lon: str, lat: str, metres: float) -> None:
    assert rounding_m(lon, lat) == pytest.approx(metres, rel=0.01, abs=0.05)


@pytest.mark.parametrize(("raw", "digits"), [("25", 0), ("25.", 0), ("25.0", 1), ("-0.123", 3)])
def test_decimals_are_counted_as_written(raw: str, digits: int) -> None:
    assert decimals(raw) == digits


def test_a_date_that_stands_for_none_is_doubtful() -> None:
    day = date(2000, 1, 1)
    assert [doubt.value for doubt in date_doubts("designated_on", day, frozenset({day}))] == ["2000-01-01"]
    assert date_doubts("designated_on", date(2000, 1, 2), frozenset({day})) == []
    assert date_doubts("designated_on", None, frozenset({day})) == []


@pytest.mark.parametrize("path", sorted(RULEPACK_FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_rule_pack_says_where_its_law_stands_and_how_sure_we_are(path: Path) -> None:
    pack = rule_pack(path.stem)
    assert pack is not None
    assert pack.id == path.stem
    assert pack.citation
    assert pack.confidence in {"high", "medium", "low"}
    assert set(pack.grade_ages) <= {"1", "2", "3", "4"}
    assert pack.is_base or pack.id in (GRADE_SCHEMES if pack.grade_ages else LISTINGS)


def test_a_scheme_without_a_pack_raises_no_doubt_about_ages() -> None:
    assert size_doubts(Sizes(age_years=20, grade="1"), grade_ages={}) == []
