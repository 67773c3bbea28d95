"""Checks of footprints on a register: what is found, what leaves it open, recorded once and never altered."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import shapely
import shapely.affinity
import sqlalchemy as sa
from register_kit import MAPPING, NOW, count, import_rows, rows_of, tamper
from sqlalchemy.engine import Engine

from exports.zone_opinion_text import open_sentence
from registry.boundaries import boundaries
from registry.care_errors import ExactPositionsError, FootprintError, ZoneCheckError
from registry.check_records import Asked, CheckResult
from registry.commands.comparing import deviations
from registry.commands.history import Change, record_event
from registry.commands.verifying import verify_history
from registry.commands.zone_checking import record_check, result_of
from registry.commands.zones import compute_zones
from registry.db import reading, transaction
from registry.geofiles import GeoFeature, GeoFile
from registry.models import Event, EventItem, Grove, Measurement, Party, Tree, Zone, ZoneCheck
from registry.rulepacks import PackLibrary
from registry.rules.conflicts import footprint_of
from registry.rules.quadtree import cell_of
from registry.vocab.care_words import ZoneKind
from registry.vocab.language import translator
from registry.zone_candidates import Scope
from registry.zone_check_reviews import checks, find_check, review, whole_result
from registry.zone_checks import answer, footprint_in
from registry.zoning import proposed_zones

TODAY = date(2026, 3, 4)
LON, LAT = 113.2958, 40.0932
M = 1 / 111_320
"""Degrees of latitude in a metre."""
MAPPING_OF_CROWNS = 'crown = { field = "crown_m", unit = "m", optional = true }\n'
LIBRARY = PackLibrary()


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    """A tree with a computed zone, one without a crown 60 m to the north, and one 500 m to the north."""
    facts = {"grade": "一级", "designated": "2020-01-01", "document": "文1"}
    import_rows(
        engine,
        tmp_path,
        {"no": "1", "lon": LON, "lat": LAT, "crown": 10, "girth": 300, **facts},
        {"no": "2", "lon": LON, "lat": LAT + 60 * M, **facts},
        {"no": "3", "lon": LON, "lat": LAT + 500 * M, "crown": 10, **facts},
        mapping=MAPPING + MAPPING_OF_CROWNS,
    )
    with transaction(engine) as session:
        session.execute(sa.update(Tree).values(coordinate_uncertainty_m=2.0))
        compute_zones(session, proposed_zones(session, LIBRARY, TODAY), today=TODAY, actor="tests", now=NOW)
    return engine


def box(north: float, *, south: float = -3, wide: float = 20) -> Any:
    """A site from `south` to `north` metres north of the first tree."""
    return shapely.box(LON, LAT + south * M, LON + wide * M, LAT + north * M)


def ask(engine: Engine, shape: Any, **facts: Any) -> CheckResult:
    footprint = footprint_of([shape])
    assert footprint is not None
    asked = Asked("a.geojson", "f" * 64, "WGS84", **facts)
    with reading(engine) as session:
        return answer(session, footprint, asked, LIBRARY, TODAY, may_see_exact=True)


def record(engine: Engine, result: CheckResult, **facts: Any) -> tuple[str, bool]:
    usual: dict[str, Any] = {"actor": "tests", "now": NOW, "today": TODAY, "may_see_exact": True}
    with transaction(engine) as session:
        row, is_new = record_check(session, result, valid_for={"months": 6}, **{**usual, **facts})
        return row.number, is_new


def open_numbers(result: CheckResult, name: str) -> list[str]:
    return [each.record.number for each in result.open_list(name).records]


def test_a_zone_that_is_met_says_what_the_law_asks_and_where(office: Engine) -> None:
    result = ask(office, box(3))
    (hit,) = result.hits
    assert result.verdict == "conflict"
    assert (hit.record.number, hit.record.grade, hit.zone) == ("1", "1", "computed")
    assert hit.ruling is not None
    assert hit.ruling.requires == "avoid_or_report"
    assert hit.ruling.forbids == ("I08", "I09", "I10", "I11")
    assert "条例" in hit.ruling.citation
    assert hit.is_trunk_hit
    assert 0 < hit.zone_percent < 100


def test_what_has_no_zone_nearby_is_named_with_what_is_missing(office: Engine) -> None:
    result = ask(office, box(40, south=30))
    assert (result.verdict, result.hits) == ("undecided", ())
    (each,) = result.open_list("without_zone").records
    assert (each.record.number, each.missing) == ("2", ("crown",))
    assert each.distance_m == pytest.approx(20, abs=0.2)


def test_nothing_is_left_open_far_from_everything(office: Engine) -> None:
    result = ask(office, box(300, south=280))
    assert (result.verdict, result.open_count) == ("none", 0)


def test_a_tree_without_position_leaves_it_open_unless_it_has_a_legal_zone(office: Engine) -> None:
    with transaction(office) as session:
        session.execute(sa.update(Tree).where(Tree.tree_no == "3").values(lon=None, lat=None))
        session.execute(sa.delete(Zone).where(Zone.area_m2 > 0))
    result = ask(office, box(300, south=280))
    assert result.verdict == "undecided"
    assert open_numbers(result, "trees_without_position") == ["3"]
    legal(office, "3", box(900, south=880))
    assert ask(office, box(300, south=280)).verdict == "none"


def test_a_grove_without_boundary_leaves_it_open_and_one_with_a_boundary_only_nearby(office: Engine) -> None:
    with transaction(office) as session:
        tree = session.execute(sa.select(Tree.authority_id, Tree.source_id)).first()
        assert tree is not None
        grove = Grove(number="G1", authority_id=tree.authority_id, source_id=tree.source_id, updated_on=TODAY)
        session.add(grove)
    result = ask(office, box(300, south=280))
    assert open_numbers(result, "groves_without_boundary") == ["G1"]
    for north, names in ((380, ["G1"]), (450, [])):
        ring = shapely.get_coordinates(box(north + 20, south=north)).tolist()
        with transaction(office) as session:
            session.execute(sa.update(Grove).values(boundary=json.dumps(ring)))
        result = ask(office, box(300, south=280))
        assert open_numbers(result, "groves_without_boundary") == []
        assert open_numbers(result, "without_zone") == names


def test_an_uncertain_place_reaches_as_far_as_it_may_be_off(office: Engine) -> None:
    far = box(300, south=280)
    assert ask(office, far).verdict == "none"
    with transaction(office) as session:
        session.execute(sa.update(Zone).values(uncertainty_m=275.0))
        session.execute(sa.update(Tree).values(coordinate_uncertainty_m=275.0))
    result = ask(office, far)
    assert result.verdict == "undecided"
    assert set(open_numbers(result, "uncertain")) == {"1", "3"}
    assert set(open_numbers(result, "without_zone")) == {"2"}


def legal(engine: Engine, number: str, shape: Any) -> None:
    west, south, east, north = shape.bounds
    with transaction(engine) as session:
        tree = session.execute(sa.select(Tree.id).where(Tree.tree_no == number)).scalar_one()
        session.add(
            Zone(
                tree_id=tree, kind=ZoneKind.LEGAL, outline=shapely.to_wkb(shape, hex=True), west=west,
                south=south, east=east, north=north, cell=cell_of(west, south, east, north), area_m2=1.0,
                projection="EPSG:4547", made_on=TODAY, document_no="县政发1号", published_on=TODAY,
            )
        )  # fmt: skip


def test_a_legal_zone_stands_in_the_place_of_the_computed_one(office: Engine) -> None:
    legal(office, "1", box(300, south=290))
    result = ask(office, box(12, south=8))
    assert [hit.zone for hit in result.hits] == []
    assert ask(office, box(295, south=292)).hits[0].document_no == "县政发1号"


def test_a_computed_zone_of_a_dead_tree_holds_no_longer_and_a_legal_one_does(office: Engine) -> None:
    with transaction(office) as session:
        session.execute(sa.update(Tree).where(Tree.tree_no == "1").values(status="dead"))
    assert ask(office, box(3)).hits == ()
    legal(office, "1", box(3))
    assert [hit.zone for hit in ask(office, box(3)).hits] == ["legal"]


def test_an_ended_zone_is_not_met(office: Engine) -> None:
    with transaction(office) as session:
        session.execute(sa.update(Zone).values(ended_on=TODAY))
    assert [hit.zone for hit in ask(office, box(3)).hits] == [None]


def test_a_check_is_recorded_once_with_number_code_and_hash(office: Engine) -> None:
    result = ask(office, box(3), project="道路", applicant="某建设公司")
    assert record(office, result) == ("ZC-2026-0001", True)
    assert record(office, ask(office, box(3), project="道路", applicant="某建设公司"))[1] is False
    assert record(office, ask(office, box(3), project="桥梁"))[0] == "ZC-2026-0002"
    assert count(office, ZoneCheck) == 2
    assert [party.name for party in rows_of(office, Party) if party.name == "某建设公司"] == ["某建设公司"]
    with reading(office) as session:
        row = find_check(session, "zc-2026-0001")
        assert find_check(session, row.code.lower()).id == row.id
        assert (row.valid_to, row.hit_count) == (date(2026, 9, 4), 1)
        whole = whole_result(row)
        assert whole == result_of(row)
        assert (whole.number, whole.code, whole.hits) == (row.number, row.code, result.hits)
        assert [each.number for each in checks(session)] == ["ZC-2026-0002", "ZC-2026-0001"]


def test_the_same_file_is_checked_anew_after_the_register_has_changed(office: Engine) -> None:
    first = record(office, ask(office, box(3)))
    with transaction(office) as session:
        told = Change("setting", "duty_phone", "updated", {"value": (None, "1")})
        record_event(session, "setting:changed", [told], actor="tests", at=NOW)
    assert record(office, ask(office, box(3)))[0] != first[0]


def test_the_history_verifies_and_tells_no_place(office: Engine) -> None:
    record(office, ask(office, box(3), project="秘密工程"))
    with reading(office) as session:
        assert [each for each in deviations(session) if each.kind == "zone_check"] == []
        assert verify_history(session) > 0
        event = session.execute(sa.select(Event).where(Event.kind == "zone:checked")).scalar_one()
        items = session.execute(sa.select(EventItem.change).where(EventItem.seq == event.seq)).scalars()
        told = "".join(items)
    for private in ("秘密工程", "113.29", 'outline":[null,"0'):
        assert private not in told


def test_whoever_may_not_see_exact_places_gets_no_answer(office: Engine) -> None:
    footprint = footprint_of([box(3)])
    assert footprint is not None
    result = ask(office, box(3))
    with reading(office) as session, pytest.raises(ExactPositionsError):
        answer(session, footprint, result.asked, LIBRARY, TODAY, may_see_exact=False)
    with pytest.raises(ExactPositionsError):
        record(office, result, may_see_exact=False)
    assert count(office, ZoneCheck) == 0


def test_a_review_tells_what_has_changed_since(office: Engine) -> None:
    number, _ = record(office, ask(office, box(12, south=-12)))
    with reading(office) as session:
        found = review(session, find_check(session, number), LIBRARY, TODAY)
        assert (found.still_holds, found.events_since) == (True, 0)
        late = review(session, find_check(session, number), LIBRARY, date(2026, 9, 5))
        assert (late.is_valid, late.still_holds) == (False, False)
    legal(office, "2", box(12, south=8))
    with reading(office) as session:
        found = review(session, find_check(session, number), LIBRARY, TODAY)
        assert (found.came, found.gone, found.still_holds) == (("2",), (), False)


def test_an_altered_check_is_noticed(office: Engine) -> None:
    number, _ = record(office, ask(office, box(3)))
    assert tamper(office, "UPDATE zone_check SET result = replace(result, '\"conflict\"', '\"none\"')") == 1
    with reading(office) as session:
        row = find_check(session, number)
        with pytest.raises(ZoneCheckError):
            whole_result(row)
        found = review(session, row, LIBRARY, TODAY)
        assert not found.is_whole
        assert {each.field for each in deviations(session) if each.kind == "zone_check"} == {"result"}
    assert tamper(office, "UPDATE zone_check SET sha256 = '0'") == 1
    with reading(office) as session:
        assert not review(session, find_check(session, number), LIBRARY, TODAY).is_told


def test_a_number_that_is_none_and_lines_without_a_buffer_are_told(office: Engine) -> None:
    with reading(office) as session, pytest.raises(ZoneCheckError):
        find_check(session, "ZC-1")
    line = GeoFeature(1, None, {}, shapely.LineString([(LON, LAT), (LON, LAT + 9 * M)]))
    file = GeoFile((line,), "WGS84", "f" * 64, "a.geojson")
    with pytest.raises(FootprintError):
        footprint_in(file)
    assert footprint_in(file, 2).area_m2 == pytest.approx(18 * 2 + 12.5, rel=0.03)


def test_lines_and_points_beside_an_area_are_never_left_out_in_silence(office: Engine) -> None:
    site = GeoFeature(1, None, {}, box(300, south=280))
    label = GeoFeature(2, "label", {}, shapely.Point(LON + 5 * M, LAT + 290 * M))
    pipe = GeoFeature(3, "pipe", {}, shapely.LineString([(LON, LAT), (LON, LAT + 290 * M)]))
    assert footprint_in(GeoFile((site, label), "WGS84", "f" * 64, "a.geojson")).area_m2 > 0
    with pytest.raises(FootprintError, match="pipe"):
        footprint_in(GeoFile((site, label, pipe), "WGS84", "f" * 64, "a.geojson"))


def test_a_tree_whose_zone_lies_around_another_place_leaves_it_open(office: Engine) -> None:
    beside = box(2005, south=2003)
    assert ask(office, beside).verdict == "none"
    with transaction(office) as session:
        session.execute(sa.update(Tree).where(Tree.tree_no == "1").values(lat=LAT + 2000 * M))
    result = ask(office, beside)
    assert result.verdict == "undecided"
    (each,) = result.open_list("without_zone").records
    assert (each.record.number, each.missing) == ("1", ("current",))


def test_a_crown_that_has_grown_beyond_its_zone_leaves_it_open(office: Engine) -> None:
    beside = box(-13, south=-15)
    with transaction(office) as session:
        session.execute(sa.update(Tree).where(Tree.tree_no == "2").values(status="delisted"))
    assert ask(office, beside).verdict == "none"
    with transaction(office) as session:
        session.execute(sa.update(Measurement).values(crown_m=24.0))
    result = ask(office, beside)
    assert result.verdict == "undecided"
    assert open_numbers(result, "without_zone") == ["1"]


def test_a_tree_that_was_not_found_is_not_known_to_be_gone(office: Engine) -> None:
    with transaction(office) as session:
        session.execute(sa.update(Tree).where(Tree.tree_no == "1").values(status="missing"))
    assert [hit.record.number for hit in ask(office, box(3)).hits] == ["1"]


def test_a_computed_zone_without_a_position_rests_on_nothing(office: Engine) -> None:
    with transaction(office) as session:
        session.execute(sa.update(Tree).where(Tree.tree_no == "3").values(lon=None, lat=None))
    assert open_numbers(ask(office, box(300, south=280)), "trees_without_position") == ["3"]


def test_a_site_around_a_whole_division_does_not_pass_for_elsewhere() -> None:
    """No point of its edge lies in the division, nor does its middle."""
    code, _name = boundaries().at(113.30, 40.09) or ("", "")
    around = SimpleNamespace(
        settings={"boundaries": "", "boundary_code": "", "boundary_name": ""},
        divisions={"d": SimpleNamespace(code=code, name="", level="county", parent_id=None)},
    )
    for site, may in (
        (shapely.box(112.95, 39.75, 113.9, 40.7), True),
        (shapely.box(112.2, 39, 112.3, 39.1), False),
    ):
        footprint = footprint_of([site])
        assert footprint is not None
        assert Scope(cast(Any, around), footprint).may_hold("d") is may


@pytest.mark.parametrize(("north_km", "verdict"), [(9, "none"), (11, "undecided"), (336, "undecided")])
def test_land_that_the_register_does_not_cover_is_undecided(
    office: Engine, north_km: int, verdict: str
) -> None:
    result = ask(office, shapely.affinity.translate(box(3), yoff=-north_km * 1000 * M))
    assert result.verdict == verdict
    named = result.open_list("outside_register").records
    assert [(each.record.number, each.distance_m, each.missing) for each in named] == (
        [] if verdict == "none" else [("1", north_km * 1000.0, ("register",))]
    )
    assert result.nearest_record_km == (None if verdict == "none" else north_km)
    assert result_of(cast(Any, SimpleNamespace(result=json.dumps(result.plain())))) == result


def test_a_register_without_any_position_covers_nothing(office: Engine) -> None:
    with transaction(office) as session:
        session.execute(sa.update(Tree).values(lon=None, lat=None, status="delisted"))
        session.execute(sa.delete(Zone))
    result = ask(office, box(3))
    assert result.verdict == "undecided"
    (each,) = result.open_list("outside_register").records
    assert open_sentence(each, translator("zh")).startswith("本名册；没有任何坐标")
    assert open_sentence(each, translator("en")).startswith("this register; no position at all")
