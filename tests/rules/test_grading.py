"""What packs propose: boundary years pack by pack, and that a proposal is never a decision."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rulepacks import RulePack, rule_pack, shipped_packs
from registry.rules.grading import Suggestion, TreeFacts, Turn, age_on, suggest
from registry.rules.packs import Adoption, Place, Scope, is_urban, pack_for

TODAY = date(2026, 3, 4)
GRADED = [pack.id for pack in shipped_packs() if pack.grade_ages]


def pack_of(pack_id: str) -> RulePack:
    pack = rule_pack(pack_id)
    assert pack is not None
    return pack


def proposed(pack_id: str, age_years: int | None, **facts: Any) -> Suggestion:
    return suggest(pack_of(pack_id), TreeFacts(age_years=age_years, **facts), TODAY)


@pytest.mark.parametrize(
    ("pack_id", "age_years", "category", "grade"),
    [
        ("cn-2025", 99, None, None),
        ("cn-2025", 100, "ancient", "3"),
        ("cn-2025", 299, "ancient", "3"),
        ("cn-2025", 300, "ancient", "2"),
        ("cn-2025", 499, "ancient", "2"),
        ("cn-2025", 500, "ancient", "1"),
        ("cn-lyt2738", 499, "ancient", "2"),
        ("cn-lyt2738", 500, "ancient", "1"),
        ("cn-2025-urban-uplift", 99, None, None),
        ("cn-2025-urban-uplift", 100, "ancient", "2"),
        ("cn-2025-urban-uplift", 299, "ancient", "2"),
        ("cn-2025-urban-uplift", 300, "ancient", "1"),
        ("shanxi-urban-2022", 19, None, None),
        ("shanxi-urban-2022", 20, "city_big", "4"),
        ("shanxi-urban-2022", 49, "city_big", "4"),
        ("shanxi-urban-2022", 50, "reserve", "3"),
        ("shanxi-urban-2022", 99, "reserve", "3"),
        ("shanxi-urban-2022", 100, "ancient", "2"),
        ("shanxi-urban-2022", 299, "ancient", "2"),
        ("shanxi-urban-2022", 300, "ancient", "1"),
        ("shanghai-2017", 79, None, None),
        ("shanghai-2017", 80, "reserve", "3"),
        ("shanghai-2017", 99, "reserve", "3"),
        ("shanghai-2017", 100, "ancient", "2"),
        ("shanghai-2017", 300, "ancient", "1"),
        ("beijing-1998", 99, None, None),
        ("beijing-1998", 100, "ancient", "2"),
        ("beijing-1998", 299, "ancient", "2"),
        ("beijing-1998", 300, "ancient", "1"),
        ("zhengzhou-2021", 49, None, None),
        ("zhengzhou-2021", 50, "reserve", None),
        ("zhengzhou-2021", 99, "reserve", None),
        ("zhengzhou-2021", 100, "ancient", "3"),
        ("jining-2019", 79, None, None),
        ("jining-2019", 80, "reserve", None),
        ("jining-2019", 500, "ancient", "1"),
        ("zaozhuang-2019", 80, "reserve", None),
        ("zaozhuang-2019", 300, "ancient", "2"),
    ],
)
def test_a_grade_begins_on_its_threshold_year(
    pack_id: str, age_years: int, category: str | None, grade: str | None
) -> None:
    found = proposed(pack_id, age_years)
    assert (found.category, found.grade) == (category, grade)
    assert found.pack_id == pack_id
    assert found.citation


@pytest.mark.parametrize("pack_id", GRADED)
@given(age_years=st.integers(0, 6000))
def test_an_older_tree_never_gets_a_lower_grade(pack_id: str, age_years: int) -> None:
    younger, older = (proposed(pack_id, age).grade or "9" for age in (age_years, age_years + 1))
    assert older <= younger


def test_the_national_regulation_gives_no_5_metres() -> None:
    zone = pack_of("cn-2025").section("zone")
    assert zone[""].basis.is_lawful
    assert "crown_offset_m" not in zone[""].values
    assert not zone["any"].basis.is_lawful  # the 5 m are a default, and say so
    assert not any(rule.basis.is_lawful for rule in zone.values() if "crown_offset_m" in rule.values)


def test_the_national_regulation_gives_no_patrol_interval() -> None:
    pack = pack_of("cn-2025")
    intervals = {**pack.section("patrol"), **pack.section("patrol_vigour")}
    assert intervals
    assert not any(rule.basis.is_lawful for rule in intervals.values())
    assert all(rule.basis.is_lawful for rule in pack_of("shanghai-2017").section("patrol").values())


@pytest.mark.parametrize("age_years", [None, 0, 25, 99])
def test_a_famous_tree_is_protected_as_the_first_grade_at_any_age_and_has_no_grade_by_age(
    age_years: int | None,
) -> None:
    found = proposed("cn-2025", age_years, is_famous=True)
    assert (found.category, found.grade, found.protection) == ("famous", None, "1")
    old = proposed("cn-2025", 350, is_famous=True)
    assert (old.category, old.grade, old.protection) == ("ancient_famous", "2", "1")


def test_a_tree_that_turns_300_stays_in_its_grade_until_it_is_designated_again() -> None:
    facts = TreeFacts(300, age_is_confirmed=True, age_as_of=TODAY, legal_category="ancient", legal_grade="3")
    found = suggest(pack_of("cn-2025"), facts, TODAY)
    assert (found.grade, found.turn, found.is_due) == ("2", Turn.RAISE, True)
    assert facts.legal_grade == "3"
    assert found.why[-1] == "in force: the third grade"


def test_cities_can_be_one_level_higher_and_shanxi_has_four() -> None:
    assert proposed("cn-2025", 300).grade == "2"
    assert proposed("cn-2025-urban-uplift", 300).grade == "1"
    assert {proposed("shanxi-urban-2022", age).grade for age in (20, 50, 100, 300)} == {"1", "2", "3", "4"}


def test_exactly_100_300_and_500_belong_to_the_higher_band() -> None:
    assert [proposed("cn-2025", age).grade for age in (100, 300, 500)] == ["3", "2", "1"]


def test_reserve_trees_begin_at_80_or_at_50_and_nowhere_nationally() -> None:
    assert {
        pack_id: pack_of(pack_id).value("reserve", "", "from")
        for pack_id in ("cn-2025", "shanghai-2017", "jining-2019", "shanxi-urban-2022", "zhengzhou-2021")
    } == {
        "cn-2025": None,
        "shanghai-2017": 80,
        "jining-2019": 80,
        "shanxi-urban-2022": 50,
        "zhengzhou-2021": 50,
    }


@pytest.mark.parametrize(
    ("project", "kind", "may"),
    [
        ("national_key", "1", True),
        ("national_key", "famous", True),
        ("national_key", "2", True),
        ("national_key", "3", True),
        ("provincial_key", "1", False),
        ("provincial_key", "famous", False),
        ("provincial_key", "2", True),
        ("provincial_key", "3", True),
        ("other_infrastructure", "1", False),
        ("other_infrastructure", "famous", False),
        ("other_infrastructure", "2", False),
        ("other_infrastructure", "3", True),
        ("public_danger", "1", True),
        ("public_danger", "3", True),
    ],
)
def test_whether_a_tree_may_be_moved_depends_on_project_and_grade(project: str, kind: str, may: bool) -> None:
    pack = pack_of("cn-2025")
    assert pack.may_transplant(project, kind) is may
    assert pack.value("deadlines", "transplant_care", "years") == 5
    assert pack_of("hk-ovt").may_transplant(project, kind) is None


def test_who_decides_and_who_approves_is_the_government_of_the_grade() -> None:
    pack = pack_of("cn-2025")
    levels = {kind: pack.value("designation", kind, "decides") for kind in ("1", "famous", "2", "3")}
    assert levels == {"1": "province", "famous": "province", "2": "city", "3": "county"}
    assert levels == {kind: pack.value("designation", kind, "approves") for kind in levels}


@pytest.mark.parametrize(
    ("legal_grade", "legal_category", "age_years", "turn"),
    [
        (None, "ancient", 120, Turn.NEW),
        (None, None, 120, Turn.NEW),
        ("3", "ancient", 120, Turn.NONE),
        ("2", "ancient", 120, Turn.REVIEW),
        ("3", "reserve", 120, Turn.CATEGORY),
        ("3", "ancient", 97, Turn.REVIEW),
        (None, "reserve", 97, Turn.REVIEW),
        (None, "listed", 97, Turn.NONE),
        ("3", "ancient", None, Turn.UNKNOWN),
        ("一级", "ancient", 120, Turn.REVIEW),
    ],
)
def test_what_is_due_follows_from_decision_and_age(
    legal_grade: str | None, legal_category: str | None, age_years: int | None, turn: Turn
) -> None:
    found = proposed("cn-2025", age_years, legal_grade=legal_grade, legal_category=legal_category)
    assert found.turn is turn
    assert found.is_due is (turn not in {Turn.NONE, Turn.UNKNOWN})


@pytest.mark.parametrize(
    ("legal_grade", "legal_category", "turn"),
    [
        (None, "famous", Turn.NONE),
        (None, "ancient_famous", Turn.NONE),
        ("1", "famous", Turn.NONE),
        ("2", "ancient_famous", Turn.RAISE),
        (None, "ancient", Turn.CATEGORY),
    ],
)
def test_a_famous_tree_is_due_only_where_it_is_not_held_as_the_first_grade(
    legal_grade: str | None, legal_category: str, turn: Turn
) -> None:
    found = proposed("cn-2025", 40, is_famous=True, legal_grade=legal_grade, legal_category=legal_category)
    assert found.turn is turn


@pytest.mark.parametrize(
    ("as_of", "on", "age_years"),
    [
        (date(2017, 6, 1), date(2026, 6, 1), 459),
        (date(2017, 6, 1), date(2026, 5, 31), 458),
        (date(2017, 6, 1), date(2017, 6, 1), 450),
        (date(2017, 6, 1), date(2007, 6, 1), 440),
        (None, date(2026, 6, 1), 450),
    ],
)
def test_an_age_grows_by_whole_years_from_the_day_it_was_said(
    as_of: date | None, on: date, age_years: int
) -> None:
    assert age_on(TreeFacts(450, age_as_of=as_of), on) == age_years


def test_an_age_that_grew_over_a_threshold_is_said_to_be_an_estimate() -> None:
    facts = TreeFacts(
        495, age_is_confirmed=True, age_as_of=date(2017, 1, 1), legal_category="ancient", legal_grade="2"
    )
    found = suggest(pack_of("cn-2025"), facts, TODAY)
    assert (found.grade, found.age_years, found.turn) == ("1", 504, Turn.RAISE)
    assert found.doubts == ("the age was 495 years in 2017 and has been added to since",)
    assert found.is_uncertain


def test_what_is_not_confirmed_is_said() -> None:
    assert not proposed("cn-2025", 120, age_is_confirmed=True, age_as_of=TODAY).doubts
    assert "the age is a legend" in proposed("cn-2025", 120, age_is_legend=True).doubts
    assert "the age is an estimate" in proposed("cn-2025", 120).doubts
    reserve = proposed("zaozhuang-2019", 85)
    assert "it is not known whether the tree stands in a built-up area" in reserve.doubts
    assert proposed("zaozhuang-2019", 85, is_urban=False).category is None
    willow = proposed("beijing-1998", 120, genus="Salix")
    assert "the genus Salix counts only where the tree has cultural value" in willow.doubts


def test_a_reserve_tree_may_be_protected_like_a_grade_that_it_does_not_have() -> None:
    found = proposed("jining-2019", 85)
    assert (found.category, found.grade, found.protection) == ("reserve", None, "3")


def test_a_tree_in_a_timber_plantation_is_none_by_the_regulation() -> None:
    found = proposed("cn-2025", 120, in_timber_plantation=True, legal_category="ancient", legal_grade="3")
    assert (found.category, found.turn) == (None, Turn.REVIEW)
    assert found.citation == "《古树名木保护条例》第二条"


@pytest.mark.parametrize(
    ("facts", "category", "is_uncertain"),
    [
        ({"diameter_cm": 19.9, "is_deciduous": True}, None, False),
        ({"diameter_cm": 20, "is_deciduous": True}, "city_big", False),
        ({"diameter_cm": 20, "is_deciduous": False}, None, False),
        ({"diameter_cm": 20}, "city_big", True),
        ({"height_m": 6, "is_deciduous": False}, "city_big", False),
        ({"height_m": 5.9, "is_deciduous": False}, None, False),
        ({"ground_diameter_cm": 18, "is_deciduous": False}, "city_big", False),
        ({"diameter_cm": 20, "height_m": 6}, "city_big", False),
    ],
)
def test_a_city_big_tree_is_one_by_age_or_by_size_for_its_habit(
    facts: dict[str, Any], category: str | None, is_uncertain: bool
) -> None:
    found = proposed("shanxi-urban-2022", None, **facts)
    assert found.category == category
    assert found.grade == ("4" if category else None)
    assert found.is_uncertain is is_uncertain


@pytest.mark.parametrize(
    ("pack_id", "facts", "listing"),
    [
        ("hk-ovt", {"diameter_cm": 99.9}, None),
        ("hk-ovt", {"diameter_cm": 100}, "hk-ovt"),
        ("hk-ovt", {"height_m": 25}, "hk-ovt"),
        ("hk-ovt", {"crown_m": 25}, "hk-ovt"),
        ("hk-ovt", {"age_years": 100}, "hk-ovt"),
        ("sg-heritage", {"girth_cm": 500}, None),
        ("sg-heritage", {"girth_cm": 500.1}, "sg-heritage"),
        ("tw-taipei", {"diameter_cm": 80}, "tw-taipei"),
        ("tw-taipei", {"girth_cm": 249}, None),
        ("tw-taipei", {"girth_cm": 250}, "tw-taipei"),
        ("tw-taipei", {"height_m": 15}, "tw-taipei"),
        ("tw-taipei", {"age_years": 50}, "tw-taipei"),
        ("uk-ati", {"age_years": 900, "girth_cm": 1000}, None),
        ("it-ami", {"age_years": 900, "girth_cm": 1000}, None),
    ],
)
def test_a_list_has_its_own_numbers_or_none(pack_id: str, facts: dict[str, Any], listing: str | None) -> None:
    found = suggest(pack_of(pack_id), TreeFacts(**facts), TODAY)
    assert found.listing == listing
    assert found.grade is None
    assert found.turn is (Turn.NEW if listing else Turn.UNKNOWN)
    listed = suggest(pack_of(pack_id), TreeFacts(**facts, listings=(pack_id,)), TODAY)
    assert not listed.is_due


@pytest.mark.parametrize(
    ("kind", "vigour", "months"),
    [
        ("1", None, 3),
        ("famous", None, 3),
        ("2", "normal", 6),
        ("3", None, 12),
        ("reserve", None, 12),
        ("city_big", None, 24),
        ("1", "weak", 1.5),
        ("3", "very_weak", 6),
        ("3", "endangered", 1),
    ],
)
def test_a_weak_tree_is_seen_more_often(kind: str, vigour: str | None, months: float) -> None:
    assert pack_of("cn-2025").patrol_months(kind, vigour) == months


def test_an_interval_that_no_pack_gives_is_not_invented() -> None:
    assert pack_of("hk-ovt").patrol_months("1") is None
    assert pack_of("jining-2019").patrol_months("2") == 12


SHIPPED = shipped_packs()
TAIYUAN = Place("cn", ("cn/山西省", "山西省", "cn/山西省/太原市", "太原市"), is_urban=True)


@pytest.mark.parametrize(
    ("place", "on", "pack_id"),
    [
        (Place("cn"), date(2025, 3, 15), "cn-2025"),
        (Place("cn"), date(2025, 3, 14), "cn-lyt2738"),
        (Place("cn"), date(2016, 12, 31), None),
        (Place("cn-shanxi"), TODAY, "cn-2025"),
        (Place("hk"), TODAY, "hk-ovt"),
        (Place("tw-taipei"), date(2026, 6, 29), "tw-taipei"),
        (Place("tw-taipei"), date(2026, 6, 30), None),
        (Place("fr"), TODAY, None),
        (TAIYUAN, TODAY, "cn-2025"),
    ],
)
def test_law_in_force_needs_no_adoption(place: Place, on: date, pack_id: str | None) -> None:
    found = pack_for(place, on, [], SHIPPED)
    assert (found.id if found else None) == pack_id


def test_the_narrowest_adopted_pack_holds_at_its_place_and_time() -> None:
    adoptions = [
        Adoption(
            pack_of("shanxi-urban-2022"), date(2024, 1, 1), jurisdiction="cn-shanxi", is_urban_only=True
        ),
        Adoption(pack_of("zhengzhou-2021"), date(2024, 1, 1), date(2025, 1, 1), jurisdiction="cn-zhengzhou"),
        Adoption(pack_of("jining-2019"), date(2024, 1, 1), division_id="370800", jurisdiction="cn-jining"),
    ]

    def at(place: Place, on: date = TODAY) -> str | None:
        found = pack_for(place, on, adoptions, SHIPPED)
        return found.id if found else None

    assert at(TAIYUAN) == "shanxi-urban-2022"
    assert at(Place("cn", TAIYUAN.divisions, is_urban=False)) == "cn-2025"
    assert at(Place("cn", TAIYUAN.divisions)) == "cn-2025"  # not known to be in a city
    assert at(TAIYUAN, date(2023, 1, 1)) == "cn-lyt2738"
    assert at(Place("cn", ("410105",)), date(2024, 6, 1)) == "zhengzhou-2021"
    assert at(Place("cn", ("410105",)), date(2025, 6, 1)) == "cn-2025"  # ended
    assert at(Place("cn", ("370000", "370800", "370811"))) == "jining-2019"


@pytest.mark.parametrize(
    ("scope", "place", "covers"),
    [
        (Scope("cn"), Place("cn-shanxi"), True),
        (Scope("cn"), Place("cnx"), False),
        (Scope("cn-shanxi", ("14",)), Place("cn", ("140203",)), True),
        (Scope("cn-shanxi", ("14",)), Place("cn", ("411400",)), False),
        (Scope("cn-shanxi", ("山西省",)), Place("cn", ("cn/山西省",)), True),
        (Scope("cn-shanxi", ("山西省",)), Place("hk", ("山西省",)), False),
        (Scope("cn", is_urban=True), Place("cn"), None),
        (Scope("cn", is_urban=True), Place("cn", is_urban=False), False),
        (Scope("any"), Place("cn"), False),
    ],
)
def test_where_a_pack_holds(scope: Scope, place: Place, covers: bool | None) -> None:
    assert scope.covers(place) is covers


@pytest.mark.parametrize(
    ("growth_place", "urban"),
    [("urban", True), ("historic_district", True), ("rural", False), ("remote", False), ("school", None),
     (None, None)],
)  # fmt: skip
def test_a_growth_place_says_whether_it_is_in_a_city_or_nothing(
    growth_place: str | None, urban: bool | None
) -> None:
    assert is_urban(growth_place) is urban
