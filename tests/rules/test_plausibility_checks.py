"""Every check of the catalogue, just inside and just outside of its bounds; a doubt never changes a value."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.plausibility import (
    Checker,
    Doubt,
    Law,
    Reading,
    change_doubts,
    combined,
    doubt,
    stems,
)
from registry.vocab.checks import CHECK_FOLDER, CONFIDENCE, ROW_KINDS, all_checks, is_public_check
from registry.vocab.fields import FIELDS
from registry.vocab.language import translator
from registry.vocab.sentences import flag_name, flag_remedy, flag_sentence

LAW = Law(
    {"1": (500, None), "2": (300, 500), "3": (100, 300)},
    (50, 100),
    {"diameter_cm": 20, "height_m": 6},
    100,
)
TREE = {"tree_no": "14022500001", "category": "ancient", "status": "alive"}
DAY = date(2018, 5, 3)


def ask(values: dict[str, Any], jurisdiction: str = "cn", **facts: Any) -> list[Doubt]:
    return Checker(jurisdiction, LAW).doubts({**TREE, "name_verbatim": "槐", **values}, **facts)


def found(values: dict[str, Any], jurisdiction: str = "cn", **facts: Any) -> set[str]:
    return {told.check for told in ask(values, jurisdiction, **facts)}


def trunk(girth: float, diameter: float) -> dict[str, Any]:
    return {"girth_cm": girth, "diameter_cm": diameter}


CASES: dict[str, list[tuple[dict[str, Any], bool]]] = {
    "measure_height_differs": [
        ({"girth_cm": 100, "measure_height_m": 1.3}, False),
        ({"girth_cm": 100, "measure_height_m": 1.2}, True),
        ({"height_m": 10, "measure_height_m": 1.2}, False),
    ],
    "diameter_exceeds_girth": [(trunk(100, 99), False), (trunk(100, 100), True), (trunk(100, 314), True)],
    "unit_suspected": [(trunk(3140, 100), True), (trunk(31400, 100), True), (trunk(314, 100), False)],
    "foot_suspected": [(trunk(957.6, 10), True), (trunk(798, 100), True), (trunk(700, 100), False)],
    "girth_diameter_ratio": [(trunk(322, 100), False), (trunk(323, 100), True), (trunk(340, 100), True)],
    "height_looks_like_year": [
        ({"height_m": 1799.0}, False),
        ({"height_m": 1800.0}, True),
        ({"height_m": 2023.0}, True),
        ({"height_m": 2100.0}, True),
        ({"height_m": 2101.0}, False),
    ],
    "height_decimal_lost": [
        ({"height_m": 99.9}, False),
        ({"height_m": 100.0}, True),
        ({"height_m": 153.8}, True),
        ({"height_m": 175.0}, True),
        ({"height_m": 800.1}, False),
    ],
    "girth_small_for_height": [
        ({"girth_cm": 48, "height_m": 24}, False),
        ({"girth_cm": 47.9, "height_m": 24}, True),
    ],
    "crown_lopsided": [
        ({"crown_ew_m": 9, "crown_ns_m": 3}, False),
        ({"crown_ew_m": 9.1, "crown_ns_m": 3}, True),
        ({"crown_ew_m": 3, "crown_ns_m": 9.1}, True),
    ],
    "crown_mean_differs": [
        ({"crown_ew_m": 10, "crown_ns_m": 8, "crown_m": 9.5}, False),
        ({"crown_ew_m": 10, "crown_ns_m": 8, "crown_m": 9.6}, True),
    ],
    "crown_wide_for_height": [
        ({"crown_m": 20, "height_m": 5}, False),
        ({"crown_m": 20.1, "height_m": 5}, True),
    ],
    "stout_for_age": [
        ({"girth_cm": 950, "age_years": 100}, False),
        ({"girth_cm": 951, "age_years": 100}, True),
    ],
    "thin_for_age": [
        ({"girth_cm": 60, "age_years": 1000}, False),
        ({"girth_cm": 59, "age_years": 1000}, True),
    ],
    "age_above_1500": [({"age_years": 1500}, False), ({"age_years": 1501}, True)],
    "grade_age_mismatch": [
        ({"age_years": 500, "grade": "1"}, False),
        ({"age_years": 499, "grade": "1"}, True),
        ({"age_years": 60, "grade": "1", "category": "famous"}, False),
        ({"age_years": 60, "grade": "2", "category": "famous"}, True),
    ],
    "ancient_too_young": [
        ({"age_years": 100}, False),
        ({"age_years": 99}, True),
        ({"age_years": 99, "category": "famous"}, False),
        ({"age_years": 99, "category": "ancient_famous"}, True),
        ({"age_years": 99, "category": "reserve"}, False),
    ],
    "famous_with_age_grade": [
        ({"grade": "1", "category": "famous"}, False),
        ({"grade": "2", "category": "famous"}, True),
        ({"grade": "2", "category": "ancient_famous"}, False),
    ],
    "famous_without_reason": [
        ({"category": "famous"}, True),
        ({"category": "famous", "history_text": "手植"}, False),
        ({"category": "ancient"}, False),
    ],
    "reserve_out_of_band": [
        ({"category": "reserve", "age_years": 50}, False),
        ({"category": "reserve", "age_years": 49}, True),
        ({"category": "reserve", "age_years": 99}, False),
        ({"category": "reserve", "age_years": 100}, True),
    ],
    "city_big_too_small": [
        ({"category": "city_big", "diameter_cm": 20.0, "height_m": 5.0}, False),
        ({"category": "city_big", "diameter_cm": 19.9, "height_m": 5.9}, True),
        ({"category": "city_big"}, False),
        ({"category": "ancient", "diameter_cm": 19.9}, False),
    ],
    "legend_age_as_documented": [
        ({"age_basis": "documented", "age_method": "相传为明代所植"}, True),
        ({"age_basis": "legend", "age_method": "相传为明代所植"}, False),
        ({"age_basis": "documented", "age_method": "文献追踪"}, False),
    ],
    "age_without_method": [
        ({"age_years": 300}, True),
        ({"age_years": 300, "age_method": "访谈估测"}, False),
        ({}, False),
    ],
    "dead_without_cause": [
        ({"status": "dead"}, True),
        ({"status": "dead", "damage": "雷击"}, False),
        ({"status": "alive"}, False),
    ],
    "dead_but_vigorous": [
        ({"status": "dead", "vigour": "weak"}, True),
        ({"status": "dead", "vigour": "dead"}, False),
        ({"status": "alive", "vigour": "weak"}, False),
    ],
    "alive_but_dead": [
        ({"status": "alive", "vigour": "dead"}, True),
        ({"status": "dead", "vigour": "dead"}, False),
        ({"status": "missing", "vigour": "dead"}, False),
    ],
    "transplanted_without_document": [
        ({"status": "transplanted"}, True),
        ({"status": "transplanted", "document_no": "并园〔2020〕3号"}, False),
    ],
    "vigour_without_scale": [
        ({"vigour": "weak"}, True),
        ({"vigour": "weak", "vigour_scale": "lyt2738"}, False),
    ],
    "plantation_tree": [({"notes": "位于速生丰产林内"}, True), ({"notes": "位于林缘"}, False)],
    "number_placeholder": [
        ({"tree_no": "00000"}, True),
        ({"tree_no": "99999"}, True),
        ({"tree_no": "待编"}, True),
        ({"tree_no": "N/A"}, True),
        ({"tree_no": "0000"}, False),
        ({"tree_no": "1"}, False),
        ({"tree_no": "11111"}, False),
    ],
    "species_missing": [({"name_verbatim": None}, True), ({"latin_verbatim": "Salix"}, False)],
    "species_unknown": [
        ({"name_verbatim": "不详"}, True),
        ({"name_verbatim": "Unknown"}, True),
        ({"name_verbatim": "不知名槐"}, False),
    ],
    "date_looks_like_none": [
        ({"surveyed_on": date(1970, 1, 1)}, True),
        ({"surveyed_on": date(1970, 1, 2)}, False),
        ({"designated_on": date(1899, 12, 31)}, True),
    ],
    "date_before_1900": [
        ({"surveyed_on": date(1899, 12, 29)}, True),
        ({"surveyed_on": date(1900, 1, 2)}, False),
    ],
    "designated_before_planting": [
        ({"designated_on": date(1917, 1, 1), "age_years": 100, "surveyed_on": DAY}, True),
        ({"designated_on": date(1918, 1, 1), "age_years": 100, "surveyed_on": DAY}, False),
        ({"designated_on": date(1917, 1, 1), "age_years": 100}, False),
    ],
    "coordinates_zero": [({"lon": 0.0, "lat": 0.0}, True), ({"lon": 112.5, "lat": 37.8}, False)],
    "coordinates_swapped": [({"lon": 37.8, "lat": 80.2}, True), ({"lon": 80.2, "lat": 37.8}, False)],
    "coordinates_sign": [({"lon": -112.5, "lat": 37.8}, True), ({"lon": 112.5, "lat": 37.8}, False)],
    "outside_jurisdiction": [({"lon": 2.35, "lat": 48.86}, True), ({"lon": 73.4, "lat": 53.6}, False)],
}
"""Values of one tree, and whether the check doubts them."""


def range_cases() -> Iterator[tuple[str, dict[str, Any], bool]]:
    for check in all_checks().values():
        if check.kind == "range":
            for field in check.fields:
                for bound, step in (("low", -1), ("high", 1)):
                    if (value := check.bounds.get(bound)) is not None:
                        further = timedelta(days=step) if isinstance(value, date) else step * 0.1
                        yield check.id, {field: value}, False
                        yield check.id, {field: value + further}, True


@pytest.mark.parametrize(
    ("check", "values", "is_doubtful"),
    [
        *((check, values, expected) for check, cases in CASES.items() for values, expected in cases),
        *range_cases(),
    ],
)
def test_a_check_doubts_what_is_outside_and_nothing_inside(
    check: str, values: dict[str, Any], is_doubtful: bool
) -> None:
    assert (check in found(values)) == is_doubtful


def test_every_check_that_a_row_answers_is_tried_on_both_of_its_sides() -> None:
    tried = {*CASES, *(check for check, _, _ in range_cases())}
    assert tried == {check.id for check in all_checks().values() if check.kind in ROW_KINDS}
    for check, cases in CASES.items():
        assert {expected for _, expected in cases} == {True, False}, check


@pytest.mark.parametrize(
    ("check", "field", "before", "after", "years", "is_doubtful"),
    [
        ("girth_shrank", "girth_cm", 300, 294, 5, False),
        ("girth_shrank", "girth_cm", 300, 293, 5, True),
        ("girth_shrank", "diameter_cm", 100, 97.9, 5, True),
        ("height_changed", "height_m", 10, 13, 5, False),
        ("height_changed", "height_m", 10, 13.1, 5, True),
        ("height_changed", "height_m", 10, 7, 5, False),
        ("height_changed", "height_m", 10, 6.9, 5, True),
        ("grew_too_fast", "girth_cm", 300, 349, 5, False),
        ("grew_too_fast", "girth_cm", 300, 351, 5, True),
        ("grew_too_fast", "girth_cm", 300, 309, 0.1, False),
    ],
)
def test_a_change_is_doubted_from_its_bound(
    check: str, field: str, before: float, after: float, years: float, is_doubtful: bool
) -> None:
    later = DAY + timedelta(days=round(years * 365.25) + 1)
    told = change_doubts(Reading(DAY, {field: before}), Reading(later, {field: after}))
    assert (check in {one.check for one in told}) == is_doubtful
    assert all(one.value == f"{before} → {after}" for one in told)


def test_a_size_that_one_reading_lacks_is_not_compared() -> None:
    assert change_doubts(Reading(DAY, {"girth_cm": None}), Reading(DAY, {"girth_cm": 5})) == []
    assert change_doubts(Reading(None, {"girth_cm": 100}), Reading(DAY, {"girth_cm": 900})) == []


def test_a_check_of_china_is_asked_in_china_alone() -> None:
    assert "age_above_1500" in found({"age_years": 2000}, "cn-shanxi")
    assert "age_above_1500" not in found({"age_years": 2000}, "hk")
    assert not all_checks()["age_above_1500"].applies_to("cnx")


@pytest.mark.parametrize(
    ("jurisdiction", "usual"), [("us-portland", 1.37), ("gb", 1.5), ("au", 1.4), ("hk", 1.3)]
)
def test_a_trunk_is_measured_at_the_height_that_is_usual_there(jurisdiction: str, usual: float) -> None:
    sizes = {"girth_cm": 100, "measure_height_m": usual}
    assert found(sizes, jurisdiction) == set()
    assert found({**sizes, "measure_height_m": usual + 0.01}, jurisdiction) == {"measure_height_differs"}


def test_a_position_of_a_place_without_a_box_is_not_doubted() -> None:
    assert found({"lon": -122.6, "lat": 45.5}, "us-portland") == set()
    assert found({"lon": -103.8, "lat": 1.3}, "sg") == {"coordinates_sign"}


def test_a_file_is_asked_only_for_what_it_has_columns_for() -> None:
    short = Checker("cn", LAW, {"tree_no", "age_years"})
    assert short.doubts({**TREE, "age_years": 300}) == []
    assert [told.check for told in short.doubts({**TREE, "age_years": 9999})] == [
        "age_out_of_range",
        "age_above_1500",
    ]
    asked = Checker("cn", LAW, {"tree_no", "name_verbatim"})
    assert [told.check for told in asked.doubts(TREE)] == ["species_missing"]


def test_a_place_without_a_rule_pack_has_no_doubt_about_grades_ages_or_sizes() -> None:
    values = {**TREE, "name_verbatim": "槐", "age_years": 5, "grade": "1", "age_method": "访谈估测"}
    assert Checker("cn").doubts(values) == []


@pytest.mark.parametrize(
    ("raw", "sizes"),
    [
        ("273 - 200 - 155", [273, 200, 155]),
        ("120+95", [120, 95]),
        ("120、95、80.5", [120, 95, 80.5]),
        ("120/95", [120, 95]),
        ("120", []),
        ("约120", []),
        ("-120", []),
        ("120-", []),
        ("120-0", []),
        ("", []),
    ],
)
def test_several_stems_in_one_cell_are_understood(raw: str, sizes: list[float]) -> None:
    assert stems(raw) == sizes


@given(st.lists(st.floats(1, 2000), min_size=1, max_size=8))
def test_stems_together_are_never_thinner_than_the_thickest(sizes: list[float]) -> None:
    assert max(sizes) <= combined(sizes) * (1 + 1e-12)
    assert combined(sizes) <= sum(sizes) * (1 + 1e-12)


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "girth_cm": st.floats(0.1, 1e5),
        "diameter_cm": st.floats(0.1, 1e5),
        "height_m": st.floats(0.1, 1000),
        "crown_m": st.floats(0.1, 1000),
        "crown_ew_m": st.floats(0.1, 1000),
        "crown_ns_m": st.floats(0.1, 1000),
        "age_years": st.integers(0, 20000),
        "grade": st.sampled_from(["1", "2", "3", "4"]),
        "category": st.sampled_from(["ancient", "famous", "reserve", "city_big", "listed"]),
        "status": st.sampled_from(["alive", "dead", "missing", "transplanted"]),
        "lon": st.floats(-180, 180),
        "lat": st.floats(-90, 90),
        "notes": st.text(max_size=20),
        "surveyed_on": st.dates(),
    },
)


@given(VALUES, st.sampled_from(["cn", "cn-shanxi", "hk", "sg", ""]))
def test_any_tree_is_asked_without_fault_and_left_as_it_is(values: dict[str, Any], jurisdiction: str) -> None:
    before = deepcopy(values)
    for told in Checker(jurisdiction, LAW).doubts(values):
        known = all_checks()[told.check]
        assert told.severity == known.severity
        assert told.field in FIELDS
    assert values == before


@pytest.mark.parametrize("check", all_checks().values(), ids=lambda check: check.id)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_check_says_what_it_asks_on_whose_word_and_what_helps(check: Any, lang: str) -> None:
    t = translator(lang)
    for field in check.fields:
        said = flag_sentence(t, check.id, field, "17")
        assert "{" not in said
        assert said.endswith("。" if lang == "zh" else ".")
        assert len(said) < 200
    assert flag_name(t, check.id) != check.id
    assert flag_remedy(t, check.id).endswith("。" if lang == "zh" else (".", "…"))
    assert t.pick(check.source)
    assert check.confidence in CONFIDENCE


def test_the_catalogue_is_wide_and_its_files_are_all_read() -> None:
    assert len(all_checks()) >= 60
    assert len(list(CHECK_FOLDER.glob("*.toml"))) == 6
    assert doubt("same_point", "lon", "3").severity == "note"


# Facts that simple software gets wrong, as far as values go.


def test_fact_6_bounds_are_inclusive_at_the_bottom() -> None:
    for age, grade in ((100, "3"), (300, "2"), (500, "1")):
        assert "grade_age_mismatch" not in found({"age_years": age, "grade": grade})
        assert "grade_age_mismatch" in found({"age_years": age - 1, "grade": grade})


def test_fact_7_the_band_of_reserve_trees_is_that_of_the_place_and_undefined_nationally() -> None:
    reserve = {**TREE, "category": "reserve", "name_verbatim": "槐", "age_years": 60}
    shanghai = Law(LAW.grade_ages, (80, 100), {}, 100)
    nation = Law(LAW.grade_ages, None, {}, 100)
    asked = {
        place: {told.check for told in Checker("cn", law).doubts(reserve)}
        for place, law in (("shanxi", LAW), ("shanghai", shanghai), ("nation", nation))
    }
    assert "reserve_out_of_band" not in asked["shanxi"]
    assert "reserve_out_of_band" in asked["shanghai"]
    assert "reserve_out_of_band" not in asked["nation"]


def test_fact_8_girth_and_diameter_are_a_factor_pi_apart_and_mixed_up() -> None:
    assert found({"girth_cm": 355.0, "diameter_cm": 113.0}) == set()
    assert found({"girth_cm": 113.0, "diameter_cm": 355.0}) == {"diameter_exceeds_girth"}
    assert found({"girth_cm": 113.0, "diameter_cm": 113.0}) == {"diameter_exceeds_girth"}


def test_fact_9_breast_height_differs_by_country() -> None:
    assert found({"girth_cm": 300, "measure_height_m": 1.5}, "gb") == set()
    assert found({"girth_cm": 300, "measure_height_m": 1.5}, "cn") == {"measure_height_differs"}


def test_fact_10_a_crown_spread_is_a_diameter_and_the_mean_of_both_directions() -> None:
    assert found({"crown_ew_m": 20, "crown_ns_m": 16, "crown_m": 18}) == set()
    assert found({"crown_ew_m": 20, "crown_ns_m": 16, "crown_m": 9}) == {"crown_mean_differs"}


def test_fact_19_a_legend_is_no_documented_age() -> None:
    legend = {"age_years": 1800, "age_basis": "documented", "age_method": "民间传说"}
    assert "legend_age_as_documented" in found(legend)


@pytest.mark.parametrize("species", ["小叶杨", "旱柳", "黄栌", "紫丁香", "枣", "紫藤", "梨"])
def test_fact_20_shrubs_vines_poplars_and_fruit_trees_may_be_heritage_trees(species: str) -> None:
    small = {"name_verbatim": species, "height_m": 2.5, "girth_cm": 30, "crown_m": 3, "age_years": 150}
    assert found({**small, "age_method": "访谈估测"}) == set()


def test_fact_25_stems_are_combined_by_their_squares() -> None:
    assert combined(stems("273 - 200 - 155")) == pytest.approx((273**2 + 200**2 + 155**2) ** 0.5)


def test_a_jujube_of_34_cm_and_2300_years_is_asked_about_and_kept() -> None:
    tree = {**TREE, "name_verbatim": "酸枣", "age_years": 2300, "diameter_cm": 34.0, "grade": "1"}
    before = dict(tree)
    told = Checker("cn", LAW).doubts({**tree, "girth_cm": 106.8, "age_method": "访谈估测"})
    assert {(one.check, str(one.severity)) for one in told} == {
        ("age_above_1500", "note"),
        ("thin_for_age", "note"),
    }
    assert tree == before


def test_what_tells_of_another_tree_or_an_unreleased_text_stays_in_the_office() -> None:
    office_only = {check for check in all_checks() if not is_public_check(check)}
    assert office_only == {"two_offices", "plantation_tree", "decided_otherwise"}
    assert is_public_check("a_check_of_a_later_version")
