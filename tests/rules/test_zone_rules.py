"""Every formula of a protection zone against a worked example of its source; shapes hold at any latitude."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from registry.rulepacks import rule_pack, shipped_packs
from registry.rules.packs import RulePack
from registry.rules.zone_grids import grid_for
from registry.rules.zone_shapes import Outline, Plan, drawn, drawn_group
from registry.rules.zones import (
    ZoneSizes,
    proposal,
    root_radius_m,
    rule_digest,
    stem_diameter_m,
    stem_radius_m,
    stems_of,
    zone_rule,
)

DATONG = {"lon": 113.3, "lat": 40.08}
GLOBE = Geod(ellps="WGS84")


def pack(name: str) -> RulePack:
    found = rule_pack(name)
    assert found is not None
    return found


def row(name: str, kind: str | None = None) -> dict[str, object]:
    rule, _ = zone_rule(pack(name), kind)
    assert rule is not None
    return dict(rule.values)


def zone(name: str, kind: str | None = None, **sizes: object) -> Outline:
    rule, _ = zone_rule(pack(name), kind)
    assert rule is not None
    given = proposal(rule, ZoneSizes(**{**DATONG, **sizes}))  # type: ignore[arg-type]
    assert given.plan is not None, given.missing
    return drawn([given.plan])[0]


def reach(outline: Outline, lon: float = 113.3, lat: float = 40.08) -> tuple[float, ...]:
    """How far an outline reaches to the north, east, south, west, in metres on the ellipsoid."""
    west, south, east, north = outline.box
    ends = ((lon, north), (east, lat), (lon, south), (west, lat))
    return tuple(GLOBE.inv(lon, lat, x, y)[2] for x, y in ends)


@pytest.mark.parametrize(
    ("name", "kind", "offset"),
    [
        ("shanghai-2017", "1", 5), ("shanghai-2017", "reserve", 2), ("zhengzhou-2021", "1", 5),
        ("zhengzhou-2021", "famous", 5), ("zhengzhou-2021", "2", 3), ("zhengzhou-2021", "3", 2),
        ("zhengzhou-2021", "reserve", 0), ("jining-2019", "1", 3), ("jining-2019", "2", 2),
        ("jining-2019", "3", 1), ("zaozhuang-2019", "famous", 3), ("zaozhuang-2019", "reserve", 1),
        ("beijing-1998", "2", 3), ("cn-gb51168", None, 5), ("hk-ovt", None, 0), ("cn-2025", "1", 5),
    ],
)  # fmt: skip
def test_a_zone_by_the_crown_is_half_its_spread_and_the_metres_of_its_class(
    name: str, kind: str | None, offset: float
) -> None:
    """Spread 12 m: radius 6 m plus the offset, never 12 m plus it."""
    found = zone(name, kind, crown_m=12.0)
    assert found.area_m2 == pytest.approx(math.pi * (6 + offset) ** 2, rel=1e-4)


def test_the_park_code_asks_for_both_the_crown_and_twenty_diameters_from_the_base() -> None:
    """GB 51192: crown 8 m → 4 + 5 = 9 m; DBH 0.6 m, base 0.8 m → 20 × 0.6 + 0.4 = 12.4 m, the larger holds
    the smaller. A crown of 30 m → 20 m holds 12.4 m."""
    narrow = zone("cn-gb51192", crown_m=8.0, stems_cm=(60.0,), ground_cm=80.0)
    wide = zone("cn-gb51192", crown_m=30.0, stems_cm=(60.0,), ground_cm=80.0)
    assert narrow.area_m2 == pytest.approx(math.pi * 12.4**2, rel=1e-4)
    assert wide.area_m2 == pytest.approx(math.pi * 20**2, rel=1e-4)


def test_a_lopsided_crown_and_the_stem_circle_make_a_union() -> None:
    """Crown 2 m all around but 20 m to the east: the stem's 12.4 m circle and the crown both count."""
    found = zone("cn-gb51192", crown_radii_m=(2.0, 20.0, 2.0, 2.0), stems_cm=(60.0,), ground_cm=80.0)
    north, east, south, west = reach(found)
    assert (north, south, west) == pytest.approx((12.4, 12.4, 12.4), rel=2e-3)
    assert east == pytest.approx(25, rel=2e-3)


@pytest.mark.parametrize(
    ("diameter_cm", "radius"),
    [(50.0, 6.0), (100.0, 12.0), (125.0, 15.0), (140.0, 15.0)],
)
def test_the_british_root_protection_area_is_twelve_diameters_and_707_square_metres_at_most(
    diameter_cm: float, radius: float
) -> None:
    """BS 5837: 12 × the diameter at 1.5 m; cap 15 m, an area of 707 m²."""
    assert stem_radius_m(row("uk-bs5837"), ZoneSizes(stems_cm=(diameter_cm,))) == pytest.approx(radius)
    if radius == 15:
        assert round(zone("uk-bs5837", stems_cm=(diameter_cm,)).area_m2) == 707


def test_several_stems_make_one_diameter() -> None:
    """Italy's "273 - 200 - 155" (girths): √(273² + 200² + 155²) = 372.2 cm of girth, 118.5 cm of diameter.
    BS 5837: stems of 20, 30 and 60 cm → √4900 = 70 cm; six of 30 cm → √(6 × 30²) = 73.5 cm."""
    girths = stems_of("273 - 200 - 155", None, 372.2)
    assert stem_diameter_m(girths) * 100 == pytest.approx(372.2 / math.pi, rel=1e-3)
    assert stem_diameter_m((20.0, 30.0, 60.0), "mean_over_five") == pytest.approx(0.70)
    assert stem_diameter_m((30.0,) * 6, "mean_over_five") == pytest.approx(math.sqrt(6) * 0.30)
    assert stem_diameter_m((10.0, 20.0, 30.0, 40.0, 50.0, 60.0), "mean_over_five") == pytest.approx(
        math.sqrt(6) * 0.35
    )


def test_a_girth_becomes_a_diameter_by_pi() -> None:
    assert stems_of(None, None, 314.159265) == pytest.approx((100.0,))
    assert stems_of(None, 99.0, 314.159265) == (99.0,)
    assert stems_of("300", None, None) == ()


@pytest.mark.parametrize("name", ["uk-veteran", "uk-ati"])
def test_a_veteran_has_the_larger_of_fifteen_diameters_and_the_canopy_with_no_cap(name: str) -> None:
    """Standing advice: 1.6 m × 15 = 24 m, more than 15 m; canopy 30 m → 15 + 5 = 20 m < 24 m; a canopy of
    40 m → 25 m > 24 m."""
    assert zone(name, stems_cm=(160.0,), crown_m=30.0).area_m2 == pytest.approx(math.pi * 24**2, rel=1e-4)
    assert zone(name, stems_cm=(160.0,), crown_m=40.0).area_m2 == pytest.approx(math.pi * 25**2, rel=1e-4)


@pytest.mark.parametrize(("diameter_cm", "radius"), [(10.0, 2.0), (16.0, 2.0), (50.0, 6.0), (130.0, 15.0)])
@pytest.mark.parametrize("name", ["au-4970-2009", "au-4970-2025"])
def test_the_australian_zone_lies_between_two_and_fifteen_metres(
    name: str, diameter_cm: float, radius: float
) -> None:
    assert stem_radius_m(row(name), ZoneSizes(stems_cm=(diameter_cm,))) == pytest.approx(radius, abs=0.081)


@pytest.mark.parametrize(("ground_cm", "radius"), [(14.9, 1.5), (15.0, 1.49), (50.0, 2.47), (100.0, 3.31)])
def test_structural_roots_grow_with_the_diameter_above_the_root_crown(
    ground_cm: float, radius: float
) -> None:
    """AS 4970: (0.50 × 50)^0.42 × 0.64 = 2.47 m; (1.00 × 50)^0.42 × 0.64 = 3.31 m; below 0.15 m: 1.5 m."""
    found = root_radius_m(row("au-4970-2009"), ZoneSizes(ground_cm=ground_cm))
    assert found == pytest.approx(radius, abs=0.006)


@pytest.mark.parametrize(("factor", "feet"), [(12, 1.0), (15, 1.25), (18, 1.5)])
def test_american_codes_give_feet_of_radius_for_inches_of_diameter(factor: int, feet: float) -> None:
    """A stem of 20 inches (50.8 cm): 20, 25 or 30 feet; a thin one has six feet (1.83 m)."""
    values = row(f"us-crz-{factor}")
    assert stem_radius_m(values, ZoneSizes(stems_cm=(50.8,))) == pytest.approx(20 * feet * 0.3048)
    assert stem_radius_m(values, ZoneSizes(stems_cm=(5.0,))) == 1.83


def test_four_radii_make_quarter_ellipses() -> None:
    """Radii 10, 6, 4, 8 m: π/4 × (10·6 + 6·4 + 4·8 + 8·10) = 153.9 m² and no circle of the mean (154 m
    would be the circle of 7 m); each side reaches as far as it was measured."""
    found = zone("hk-ovt", crown_radii_m=(10.0, 6.0, 4.0, 8.0))
    assert found.area_m2 == pytest.approx(math.pi / 4 * (10 * 6 + 6 * 4 + 4 * 8 + 8 * 10), rel=1e-3)
    assert reach(found) == pytest.approx((10, 6, 4, 8), rel=3e-3)
    wider = zone("shanghai-2017", "1", crown_radii_m=(10.0, 6.0, 4.0, 8.0))
    assert reach(wider) == pytest.approx((15, 11, 9, 13), rel=3e-3)


@pytest.mark.parametrize(
    ("name", "kind", "sizes", "missing"),
    [
        ("cn-2025", "1", {}, ("crown",)),
        ("cn-2025", "1", {"lon": None, "lat": None}, ("position", "crown")),
        ("cn-gb51192", None, {"crown_m": 9.0}, ("stem",)),
        ("uk-veteran", None, {"stems_cm": (90.0,)}, ("crown",)),
        ("uk-bs5837", None, {"crown_m": 9.0}, ("stem",)),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_proposed(
    name: str, kind: str | None, sizes: dict[str, object], missing: tuple[str, ...]
) -> None:
    rule, _ = zone_rule(pack(name), kind)
    assert rule is not None
    given = proposal(rule, ZoneSizes(**{**DATONG, **sizes}))  # type: ignore[arg-type]
    assert (given.plan, given.missing) == (None, missing)


def test_a_pack_without_a_row_says_whether_the_grade_or_the_formula_is_missing() -> None:
    assert zone_rule(pack("zhengzhou-2021"), None) == (None, "grade")
    assert zone_rule(pack("sg-heritage"), "1") == (None, "formula")
    assert zone_rule(None, "1") == (None, "pack")


def test_words_of_a_row_do_not_make_another_zone_but_its_numbers_do() -> None:
    digests = {rule_digest(rule) for each in shipped_packs() if (rule := zone_rule(each, "1")[0])}
    assert len(digests) > 5
    assert rule_digest(zone_rule(pack("cn-2025"), "1")[0]) == rule_digest(  # type: ignore[arg-type]
        zone_rule(pack("shanghai-2017"), "1")[0]  # type: ignore[arg-type]
    )


def test_a_group_is_the_hull_of_its_outer_crowns_with_the_strip_around_it() -> None:
    """Crowns of 3 m at the corners of a square of 30 m: buffered by 5 m, a rounded square:
    30² + 4 · 30 · 8 + π · 8² = 2061 m²."""
    step_n = 30 / 111_050
    step_e = 30 / (111_320 * math.cos(math.radians(40.08)))
    crowns = [Plan(113.3 + x * step_e, 40.08 + y * step_n, (3.0,) * 4) for x in (0, 1) for y in (0, 1)]
    found = drawn_group(crowns, 5.0, None, 5.0)
    assert found.area_m2 == pytest.approx(30**2 + 4 * 30 * 8 + math.pi * 64, rel=0.01)


def test_ancient_woodland_reaches_fifteen_metres_beyond_its_boundary() -> None:
    import shapely

    side = 200 / 111_260
    wood = shapely.box(-1.5, 52.0, -1.5 + side / math.cos(math.radians(52)), 52 + side)
    strip = row("uk-veteran", "grove")["boundary_offset_m"]
    found = drawn_group([], None, wood, strip)  # type: ignore[arg-type]
    assert strip == 15
    assert found.area_m2 == pytest.approx(200**2 + 4 * 200 * 15 + math.pi * 225, rel=0.01)
    assert found.projection == "EPSG:27700"
    with pytest.raises(ValueError, match="boundary or trees"):
        drawn_group([], None, None, 15.0)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (113.3, 40.08, "EPSG:4547"),  # Datong, central meridian 114° E
        (112.85, 35.5, "EPSG:4547"),  # Jincheng
        (104.06, 30.67, "EPSG:4544"),  # Chengdu, 105° E
        (112.49, 37.0, "EPSG:4546"), (112.51, 37.0, "EPSG:4547"),
        (114.17, 22.3, "EPSG:2326"), (114.06, 22.55, "EPSG:4547"),  # Hong Kong and Shenzhen
        (121.5, 25.03, "EPSG:3826"), (119.57, 23.57, "EPSG:3825"), (118.32, 24.45, "EPSG:3825"),
        (118.08, 24.48, "EPSG:4548"),  # Xiamen
        (103.82, 1.35, "EPSG:3414"), (-0.1, 51.5, "EPSG:27700"), (-6.26, 53.35, "EPSG:32629"),
        (144.96, -37.81, "EPSG:32755"), (179.999, 0.0, "EPSG:32660"), (180.0, 0.0, "EPSG:32660"),
    ],
)  # fmt: skip
def test_every_place_is_measured_in_the_grid_of_its_country(lon: float, lat: float, code: str) -> None:
    assert grid_for(lon, lat) == code


@pytest.mark.parametrize("lat", [0.0, 31.0, 60.0])
@pytest.mark.parametrize("lon", [104.0, 113.3, 121.5])
def test_a_circle_reaches_as_far_east_as_north_at_every_latitude(lon: float, lat: float) -> None:
    """A zone that is buffered in degrees would be twice as narrow as high at 60° N."""
    (found,) = drawn([Plan(lon, lat, None, 0.0, 20.0)])
    north, east, south, west = reach(found, lon, lat)
    assert east + west == pytest.approx(north + south, rel=1e-3)
    assert north + south == pytest.approx(40, rel=2e-3)


@given(
    st.floats(-179, 179), st.floats(-79, 79), st.floats(0.05, 40),
    st.lists(st.floats(0, 30), min_size=4, max_size=4), st.floats(0, 10),
    st.sampled_from(["union", "larger_of"]),
)  # fmt: skip
def test_no_zone_is_smaller_than_the_circle_around_its_stem(
    lon: float, lat: float, stem: float, crown: list[float], offset: float, combine: str
) -> None:
    north, east, south, west = crown
    (found,) = drawn([Plan(lon, lat, (north, east, south, west), offset, stem, combine)])
    assert found.area_m2 >= math.pi * stem**2 * 0.999 - 0.01
    assert found.metres_to(lon, lat) == 0
    assert found.shape.is_valid
