"""Twenty-five things that a naive register of heritage trees gets wrong, each as a claim about this one."""

import math
from datetime import date
from pathlib import Path

import pytest
from register_kit import MAPPING, NOW, import_rows, make_tree, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.commands.merging import merge_trees
from registry.db import transaction
from registry.models import Designation, Inspection, Measurement, Party, Tree, TreeAlias
from registry.queries import full_trees
from registry.rulepacks import PackLibrary
from registry.rules.counting import count_trees
from registry.rules.datums import from_wgs84, to_wgs84
from registry.rules.grading import TreeFacts, suggest
from registry.rules.numbers import damaged_number, fits_scheme
from registry.rules.packs import RulePack
from registry.rules.plausibility import Checker, Sizes, size_doubts
from registry.rules.redaction import Disclosure, redact
from registry.rules.vigour import as_lyt2738
from registry.selection import find_tree
from registry.vocab.words import Category, TreeStatus, Vigour

DAY = date(2026, 11, 21)
CN, URBAN, SHANXI = "cn-2025", "cn-2025-urban-uplift", "shanxi-urban-2022"


def pack(pack_id: str) -> RulePack:
    found = PackLibrary().get(pack_id)
    assert found is not None
    return found


def proposed(pack_id: str, age: int, **facts: object) -> str | None:
    return suggest(pack(pack_id), TreeFacts(age_years=age, age_is_confirmed=True, **facts), DAY).grade  # type: ignore[arg-type]


def checks(**values: object) -> set[str]:
    return {doubt.check for doubt in Checker("cn").doubts(values)}


def test_01_the_regulation_gives_no_metres_of_a_protection_zone() -> None:
    zone = pack(CN).rule("zone", "any")
    assert zone is not None
    assert not zone.basis.is_lawful
    assert "默认值" in zone.basis.citation


def test_02_the_regulation_gives_no_interval_of_patrols() -> None:
    patrol = pack(CN).rule_for("patrol", "1")
    assert patrol is None or not patrol.basis.is_lawful


@pytest.mark.parametrize("age", [3, 37, 99])
def test_03_a_famous_tree_is_protected_as_first_grade_at_any_age_and_has_no_grade_by_age(age: int) -> None:
    found = suggest(pack(CN), TreeFacts(age_years=age, is_famous=True), DAY)
    assert (found.protection, found.grade, found.category) == ("1", None, Category.FAMOUS)


def test_04_a_tree_that_turns_300_is_not_second_grade_until_it_is_designated() -> None:
    facts = TreeFacts(age_years=298, age_as_of=date(2020, 1, 1), age_is_confirmed=True, legal_grade="3")
    found = suggest(pack(CN), facts, DAY)
    assert (found.grade, found.is_due, facts.legal_grade) == ("2", True, "3")


def test_05_in_cities_a_province_may_decide_one_grade_more_and_shanxi_has_four() -> None:
    assert (proposed(CN, 350), proposed(URBAN, 350, is_urban=True)) == ("2", "1")
    four = {proposed(SHANXI, age, is_urban=True) for age in (350, 150, 60)}
    big = suggest(
        pack(SHANXI), TreeFacts(age_years=25, is_urban=True, diameter_cm=30, is_deciduous=True), DAY
    )
    assert four | {big.grade} == {"1", "2", "3", "4"}


@pytest.mark.parametrize(
    ("age", "grade"), [(99, None), (100, "3"), (299, "3"), (300, "2"), (499, "2"), (500, "1")]
)
def test_06_exactly_100_300_and_500_years_belong_to_the_higher_grade(age: int, grade: str | None) -> None:
    assert proposed(CN, age) == grade


@pytest.mark.parametrize(("pack_id", "age", "is_reserve"), [
    ("shanghai-2017", 79, False), ("shanghai-2017", 80, True), (SHANXI, 49, False), (SHANXI, 50, True),
    ("zhengzhou-2021", 50, True),
])  # fmt: skip
def test_07_reserve_trees_begin_at_80_years_here_and_at_50_there(
    pack_id: str, age: int, is_reserve: bool
) -> None:
    found = suggest(pack(pack_id), TreeFacts(age_years=age, age_is_confirmed=True, is_urban=True), DAY)
    assert (found.category == Category.RESERVE) == is_reserve


def test_08_girth_and_diameter_are_told_apart_by_the_factor_pi() -> None:
    assert not size_doubts(Sizes(girth_cm=314, diameter_cm=100), grade_ages={})
    swapped = {doubt.check for doubt in size_doubts(Sizes(girth_cm=100, diameter_cm=314), grade_ages={})}
    assert "diameter_exceeds_girth" in swapped
    assert {d.check for d in size_doubts(Sizes(girth_cm=355, diameter_cm=355), grade_ages={})}


def test_09_the_height_at_which_a_trunk_was_measured_is_kept(engine: Engine, tmp_path: Path) -> None:
    heights = MAPPING + 'at = { field = "measure_height_m", unit = "m", optional = true }\n'
    import_rows(
        engine, tmp_path, {"no": "1", "girth": 300, "at": 1.5}, {"no": "2", "girth": 90}, mapping=heights
    )
    assert sorted(str(row.measure_height_m) for row in rows_of(engine, Measurement)) == ["1.5", "None"]


def test_10_crown_spread_is_a_diameter_and_the_mean_of_two() -> None:
    wrong = size_doubts(Sizes(crown_ew_m=10, crown_ns_m=14, crown_m=6), grade_ages={})
    assert {doubt.check for doubt in wrong} == {"crown_mean_differs"}
    assert not size_doubts(Sizes(crown_ew_m=10, crown_ns_m=14, crown_m=12), grade_ages={})


def test_11_a_number_is_text_and_a_damaged_one_is_never_written(engine: Engine, tmp_path: Path) -> None:
    report = import_rows(engine, tmp_path, {"no": "001"}, {"no": "1.4E+10"}, {"no": "3505821021203015"})
    assert {tree.tree_no for tree in rows_of(engine, Tree)} == {"001", "3505821021203015"}
    assert [rejection.kind for rejection in report.rejections] == ["number_damaged"]
    assert damaged_number("3505821021203010")
    assert fits_scheme("14040400001", "lyt1664-11")
    assert not fits_scheme("14040400000", "lyt1664-11")


def test_12_one_tree_of_two_offices_becomes_one_file_with_both_numbers(
    engine: Engine, tmp_path: Path
) -> None:
    import_rows(engine, tmp_path, {"no": "LY-1", "name": "国槐"}, {"no": "YL-9", "name": "槐"})
    with transaction(engine) as session:
        ours, theirs = find_tree(session, "LY-1"), find_tree(session, "YL-9")
        merge_trees(session, ours, theirs, reason="两部门重复建档", actor="tests", now=NOW)
        assert find_tree(session, "YL-9") == find_tree(session, "LY-1") == ours
        assert "YL-9" in {alias.number for alias in session.exec(select(TreeAlias))}
        assert session.get_one(Tree, theirs).status == TreeStatus.MERGED


def test_13_gcj02_looks_valid_and_is_hundreds_of_metres_off() -> None:
    lon, lat = to_wgs84(120.629156, 31.324043, "GCJ-02")
    assert (lon, lat) == (pytest.approx(120.62497, abs=2e-5), pytest.approx(31.32620, abs=2e-5))
    shift = math.hypot(
        (lon - 120.629156) * 111_320 * math.cos(math.radians(lat)), (lat - 31.324043) * 111_320
    )
    assert 100 < shift < 700
    further = from_wgs84(lon, lat, "BD-09")
    assert math.dist(further, (lon, lat)) > math.dist((120.629156, 31.324043), (lon, lat))


def test_14_a_metre_east_is_a_metre_north_in_the_plane_where_distances_are_taken() -> None:
    x, y = from_wgs84(113.0, 36.0, "grid", "EPSG:4546")
    north = from_wgs84(113.0, 36.0 + 100 / 110_950, "grid", "EPSG:4546")
    east = from_wgs84(113.0 + 100 / (111_320 * math.cos(math.radians(36.0))), 36.0, "grid", "EPSG:4546")
    assert math.dist((x, y), north) == pytest.approx(100, abs=0.5)
    assert math.dist((x, y), east) == pytest.approx(100, abs=0.5)


def test_15_vigour_scales_translate_one_way_only() -> None:
    weak = {as_lyt2738(word, "gbt51168") for word in ("slightly_weak", "very_weak")}
    assert weak == {Vigour.WEAK}
    assert as_lyt2738("good", "hk-health") is None
    assert as_lyt2738("dead", "gbt51168") is None


def test_16_vigour_environment_risk_and_grade_are_kept_apart() -> None:
    assert {"vigour", "vigour_scale", "environment", "risk_rating"} <= set(Inspection.model_fields)
    assert {"grade", "scheme"} <= set(Designation.model_fields)
    assert not {"grade", "score"} & set(Inspection.model_fields)


def test_17_a_dead_tree_keeps_its_file_its_number_and_its_page(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "name": "国槐"})
    with transaction(engine) as session:
        own = find_tree(session, "1")
        session.get_one(Tree, own).status = TreeStatus.DEAD
        session.flush()
        (full,) = full_trees(session, [own])
        public, _ = redact(full.record, full.disclosure)
    assert (public.tree_no, public.status) == ("1", "dead")
    assert import_rows(engine, tmp_path, {"no": "1", "name": "国槐"}).counts["created"] == 0


def test_18_groves_and_trees_are_counted_apart_also_where_members_have_no_files() -> None:
    datong = count_trees(scattered=599, groves=[(3795, 0), *[(None, 0)] * 8])
    assert (datong.scattered, datong.groves, datong.in_groves) == (599, 9, 3795)
    assert datong.uncounted == 8


def test_19_an_age_says_how_it_is_known_and_of_when(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "age": 300, "day": "1/6/2017"}, {"no": "2"})
    trees = {tree.tree_no: tree for tree in rows_of(engine, Tree)}
    assert (trees["1"].age_basis, str(trees["1"].age_as_of)) == ("estimated", "2017-06-01")
    assert (trees["2"].age_years, trees["2"].age_basis) == (None, None)


@pytest.mark.parametrize("name", ["小叶杨", "紫丁香", "黄栌", "紫藤", "旱柳", "枣"])
def test_20_poplars_shrubs_and_vines_are_heritage_trees(engine: Engine, tmp_path: Path, name: str) -> None:
    report = import_rows(engine, tmp_path, {"no": "1", "name": name, "age": 120, "girth": 60, "height": 5})
    assert (report.counts["created"], report.counts["flagged"]) == (1, 0)


def test_21_a_second_measurement_never_overwrites_the_first(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": 300, "day": "1/6/2017"})
    import_rows(engine, tmp_path, {"no": "1", "girth": 306, "day": "1/6/2025"})
    sizes = {str(row.measured_on): row.girth_cm for row in rows_of(engine, Measurement)}
    assert sizes == {"2017-06-01": 300, "2025-06-01": 306}


@pytest.mark.parametrize(("project", "allowed"), [
    ("national_key", {"1", "2", "3"}), ("provincial_key", {"2", "3"}), ("other_infrastructure", {"3"}),
])  # fmt: skip
def test_22_whether_a_tree_may_be_moved_depends_on_project_and_grade(project: str, allowed: set[str]) -> None:
    assert {grade for grade in ("1", "2", "3") if pack(CN).may_transplant(project, grade)} == allowed


def test_23_a_householder_in_a_place_name_and_a_caretakers_telephone_stay_private() -> None:
    tree = make_tree(address="戚某家院内", notes="电话13912345678", steward="戚某某")
    public, held = redact(tree, Disclosure(frozenset({"address", "notes"})))
    assert (public.address, public.notes, public.steward) == (None, None, None)
    assert {item.field for item in held} == {"address", "notes", "steward"}
    assert "phone" in Party.model_fields


def test_24_the_buffer_of_a_veteran_tree_has_no_cap() -> None:
    zone = pack("uk-ati").rule("zone", "any")
    assert zone is not None
    assert (zone.get("diameter_factor"), zone.get("crown_offset_m")) == (15, 5)
    assert not {key for key in ("cap_m", "greatest_m", "most_m") if zone.get(key) is not None}


def test_25_several_stems_are_kept_as_written_and_combined_by_squares(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "girth": "273 - 200 - 155"})
    (row,) = rows_of(engine, Measurement)
    assert row.stem_girths == "273 - 200 - 155"
    assert row.girth_cm == pytest.approx(math.sqrt(273**2 + 200**2 + 155**2), abs=0.1)
