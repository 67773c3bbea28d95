"""A footprint against zones and trunks: areas by hand, boundaries, uncertainty, and what is left open."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from registry.check_records import OPEN_LISTS
from registry.rulepacks import rule_pack
from registry.rules.conflicts import (
    Footprint,
    NearTree,
    NearZone,
    Tier,
    footprint_of,
    found_near,
    tier_of,
    verdict,
)
from registry.rules.zone_grids import from_grid, to_grid
from registry.vocab.care_words import ZoneVerdict

GRID = "EPSG:4547"
"""The grid of Datong, in which the tests count metres from ORIGIN."""
ORIGIN = np.array([470_000.0, 4_440_000.0])


def degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape in metres from ORIGIN as longitudes and latitudes."""
    return shapely.transform(shape, lambda points: from_grid(GRID)(points + ORIGIN))


def site(west: float, south: float, east: float, north: float) -> Footprint:
    found = footprint_of([degrees(shapely.box(west, south, east, north))])
    assert found is not None
    return found


def zone(east: float = 0, radius: float = 10, own: str = "1", **facts: object) -> NearZone:
    outline = degrees(shapely.Point(east, 0).buffer(radius, quad_segs=64))
    usual = {"id": f"z{own}", "subject": ("tree", own), "area_m2": math.pi * radius**2, "is_legal": False}
    return NearZone(**{**usual, "outline": outline, **facts})  # type: ignore[arg-type]


def tree(east: float = 0, own: str = "1", **facts: object) -> NearTree:
    lon, lat = shapely.get_coordinates(degrees(shapely.Point(east, 0)))[0]
    return NearTree(own, lon, lat, **facts)  # type: ignore[arg-type]


def test_half_a_circle_is_half_the_zone_and_its_share_of_the_site() -> None:
    found = found_near(site(0, -50, 100, 50), [zone()], [tree(has_zone=True)])
    (hit,) = found.hits
    assert hit.overlap_m2 == pytest.approx(math.pi * 100 / 2, rel=1e-3)
    assert hit.zone_percent == pytest.approx(50, abs=0.01)
    assert hit.footprint_percent == pytest.approx(math.pi * 50 / 10_000 * 100, rel=1e-3)
    assert hit.is_trunk_hit
    assert found.reaching == ()


@pytest.mark.parametrize(("west", "is_hit"), [(9.9, True), (10.0, False), (10.1, False)])
def test_edges_that_touch_do_not_conflict(west: float, is_hit: bool) -> None:
    found = found_near(site(west, -50, 100, 50), [zone()], [tree(has_zone=True)])
    assert bool(found.hits) is is_hit


@pytest.mark.parametrize(
    ("uncertainty", "own", "reaches"),
    [(4.9, 0.0, False), (5.0, 0.0, True), (4.0, 1.0, True), (4.0, 0.9, False), (0.0, 0.0, False)],
)
def test_uncertainty_of_zone_and_site_together_reach_as_far_as_their_sum(
    uncertainty: float, own: float, reaches: bool
) -> None:
    near = zone(uncertainty_m=uncertainty)
    found = found_near(site(15, -50, 100, 50), [near], [tree(has_zone=True)], own_uncertainty_m=own + 0.005)
    assert bool(found.reaching) is reaches
    assert found.hits == ()


def test_what_nobody_states_is_an_assumption_and_says_so() -> None:
    found = found_near(site(15, -50, 100, 50), [zone()], [], unstated_m=30)
    (reach,) = found.reaching
    assert (reach.uncertainty_m, reach.is_stated) == (30, False)
    assert reach.distance_m == pytest.approx(5, abs=0.02)
    legal = found_near(site(15, -50, 100, 50), [zone(is_legal=True)], [], unstated_m=30)
    assert legal.reaching == ()


def test_a_legal_zone_is_certain_but_its_tree_may_stand_in_the_site() -> None:
    found = found_near(site(15, -50, 100, 50), [zone(is_legal=True)], [tree(uncertainty_m=20, has_zone=True)])
    assert [(reach.zone_id, reach.uncertainty_m) for reach in found.reaching] == [(None, 20)]


def test_a_trunk_without_a_zone_is_hit_and_one_nearby_is_named() -> None:
    found = found_near(site(0.4, -5, 50, 5), [], [tree(radius_m=0.5), tree(-60, "2"), tree(-140, "3")])
    assert [(hit.subject[1], hit.zone_id, hit.is_trunk_hit) for hit in found.hits] == [("1", None, True)]
    assert [own for own, _ in found.zoneless] == ["2"]
    assert found.zoneless[0][1] == pytest.approx(60.4, abs=0.05)


def test_a_zone_without_its_tree_on_record_is_hit_all_the_same() -> None:
    (hit,) = found_near(site(0, -5, 5, 5), [zone(subject=("grove", "7"))], []).hits
    assert hit.trunk_distance_m is None
    assert not hit.is_trunk_hit


@pytest.mark.parametrize("name", OPEN_LISTS)
def test_no_conflict_is_said_only_where_every_list_is_empty(name: str) -> None:
    empty = dict.fromkeys(OPEN_LISTS, 0)
    assert verdict(0, empty) is ZoneVerdict.NONE
    assert verdict(0, {**empty, name: 1}) is ZoneVerdict.UNDECIDED
    assert verdict(1, {**empty, name: 1}) is ZoneVerdict.CONFLICT


@pytest.mark.parametrize(
    ("share", "meets_root", "tier"),
    [
        (10.0, False, Tier.MINOR),  # AS 4970-2009: at most 10 % of the zone, outside the structural roots
        (10.1, False, Tier.MAJOR),
        (1.0, True, Tier.MAJOR),
        (1.0, None, None),
        (20.0, None, Tier.MAJOR),
    ],
)
def test_australian_encroachment_is_minor_up_to_a_tenth_outside_the_structural_roots(
    share: float, meets_root: bool | None, tier: Tier | None
) -> None:
    pack = rule_pack("au-4970-2009")
    assert pack is not None
    assert tier_of(pack.rule("works", "any"), share, meets_root=meets_root) == tier


def test_later_tiers_are_not_guessed() -> None:
    pack = rule_pack("au-4970-2025")
    assert pack is not None
    rule = pack.rule("works", "any")
    assert tier_of(rule, 50, meets_root=False) is None
    assert tier_of(rule, 1, meets_root=True) is Tier.MAJOR


def test_roots_are_met_nearer_than_their_radius() -> None:
    for west, meets in ((2.9, True), (3.1, False)):
        (hit,) = found_near(site(west, -50, 9, 50), [zone(root_radius_m=3.0)], [tree(has_zone=True)]).hits
        assert hit.meets_root is meets


def test_lines_need_metres_around_them_and_areas_count_once() -> None:
    line = degrees(shapely.LineString([(0, 0), (100, 0)]))
    assert footprint_of([line]) is None
    wide = footprint_of([line], 5)
    assert wide is not None
    assert wide.area_m2 == pytest.approx(1000 + math.pi * 25, rel=2e-3)
    twice = footprint_of([degrees(shapely.box(0, 0, 10, 10)), degrees(shapely.box(5, 0, 15, 10))])
    assert twice is not None
    assert twice.area_m2 == pytest.approx(150, rel=1e-4)
    assert footprint_of([]) is None


@given(
    east=st.floats(-40, 40), radius=st.floats(1, 20), west=st.floats(-40, 30), wide=st.floats(1, 40),
)  # fmt: skip
def test_overlap_is_symmetric_and_never_more_than_either(
    east: float, radius: float, west: float, wide: float
) -> None:
    near = zone(east, radius)
    place = site(west, -30, west + wide, 30)
    found = found_near(place, [near], [])
    metres = shapely.transform(near.outline, to_grid(GRID))
    overlap = metres.intersection(shapely.transform(place.shape, to_grid(GRID))).area
    if not found.hits:
        assert overlap <= 0.01
        return
    (hit,) = found.hits
    assert hit.overlap_m2 == pytest.approx(overlap, abs=0.02)
    assert 0 < hit.zone_percent <= 100.01
    assert hit.overlap_m2 <= place.area_m2 + 0.02


@given(lon=st.floats(75, 134), lat=st.floats(-60, 60), metres=st.floats(1, 5000))
def test_the_box_around_a_site_holds_everything_so_near(lon: float, lat: float, metres: float) -> None:
    from pyproj import Geod

    place = footprint_of([shapely.box(lon, lat, lon + 1e-4, lat + 1e-4)])
    assert place is not None
    west, south, east, north = place.box_around(metres)
    geod = Geod(ellps="WGS84")
    for azimuth, corner in (
        (90, (lon + 1e-4, lat)),
        (270, (lon, lat + 1e-4)),
        (0, (lon, lat + 1e-4)),
        (180, (lon, lat)),
    ):
        x, y, _ = geod.fwd(*corner, azimuth, metres)
        assert west <= x <= east
        assert south <= y <= north


def test_a_long_edge_is_looked_at_as_drawn_and_as_it_runs_on_the_ground() -> None:
    """Along the parallel of 40°, 0.12° are 10.2 km: sagitta s²·tan(φ)/8R = 1.7 m."""
    found = footprint_of([shapely.box(113.24, 40.0, 113.36, 40.01)])
    assert found is not None
    move = to_grid(found.grid)
    for lat, inside in ((40.01 + 1.5 / 111_320, True), (40.01 - 1e-7, True), (40.01 + 2.5 / 111_320, False)):
        point = shapely.transform(shapely.Point(113.30, lat), move)
        assert found.metres.covers(point) is inside
