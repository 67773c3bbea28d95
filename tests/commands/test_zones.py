"""Zones are computed once, anew where their inputs change, and stand beside the delineated ones."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from register_kit import MAPPING, NOW, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.care_errors import LayerError, ZoneError
from registry.commands.comparing import deviations
from registry.commands.map_layers import LayerDraft, add_layer, layers_of, remove_layer
from registry.commands.zones import ComputeReport, LegalDraft, compute_zones, end_zone, set_legal_zones
from registry.db import reading, transaction
from registry.errors import RecordKindError
from registry.models import Event, Grove, MapFeature, Measurement, Tree, Zone
from registry.rulepacks import PackLibrary
from registry.selection import find_tree
from registry.vocab.care_words import LayerKind, ZoneKind
from registry.zone_lists import conflicts, counts_by_kind, zone_lines, zones_of
from registry.zoning import proposed_among, proposed_for, proposed_zones

TODAY = date(2026, 3, 4)
LIBRARY = PackLibrary()
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
SIZES = """
crown = { field = "crown_m", unit = "m", optional = true }
crown_n = { field = "crown_n_m", unit = "m", optional = true }
crown_e = { field = "crown_e_m", unit = "m", optional = true }
crown_s = { field = "crown_s_m", unit = "m", optional = true }
crown_w = { field = "crown_w_m", unit = "m", optional = true }
"""
THREE: tuple[dict[str, object], ...] = (
    {"no": "1", "lon": "113.30", "lat": "40.08", "crown": "12", "girth": "300", "grade": "一级"},
    {"no": "2", "lon": "113.31", "lat": "40.08", "girth": "200"},
    {"no": "3", "crown": "8", "grade": "二级"},
)


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, *THREE, mapping=MAPPING + SIZES)
    return engine


def compute(engine: Engine, pack: str | None = None, **more: Any) -> ComputeReport:
    with transaction(engine) as session:
        named = LIBRARY.get(pack) if pack else None
        found = proposed_zones(session, LIBRARY, TODAY, (), named)
        return compute_zones(session, found, today=TODAY, **ACTOR, **more)


def counts(report: ComputeReport) -> tuple[int, int, int]:
    return report.computed, report.replaced, report.unchanged


def ref(engine: Engine, number: str) -> tuple[str, str, str]:
    with reading(engine) as session:
        return "tree", find_tree(session, number), number


def square(lon: float, lat: float, metres: float = 40.0) -> Any:
    half = metres / 2 / 111_320
    return shapely.box(lon - half, lat - half, lon + half, lat + half)


def assert_holds(engine: Engine) -> None:
    with reading(engine) as session:
        assert list(deviations(session)) == []


def test_a_zone_is_computed_once_and_the_missing_inputs_are_told(office: Engine) -> None:
    first = compute(office)
    assert counts(first) == (1, 0, 0)
    assert first.lacking == {("crown",): 1, ("position",): 1}
    assert {each.called: each.missing for each in first.left} == {"2": ("crown",), "3": ("position",)}
    assert counts(compute(office)) == (0, 0, 1)
    (zone,) = rows_of(office, Zone)
    assert (zone.kind, zone.pack_id, zone.rule, zone.confidence) == ("computed", "cn-2025", "zone.any", "low")
    assert zone.area_m2 == pytest.approx(3.14159 * 11**2, rel=1e-3)
    assert zone.projection == "EPSG:4547"
    events = [event for event in rows_of(office, Event) if event.kind == "zones:computed"]
    assert [event.item_count for event in events] == [1]
    assert_holds(office)


def test_a_dry_run_only_counts(office: Engine) -> None:
    assert counts(compute(office, dry_run=True)) == (1, 0, 0)
    assert rows_of(office, Zone) == []


def test_changed_inputs_or_another_rule_end_the_zone_and_add_one(office: Engine, tmp_path: Path) -> None:
    compute(office)
    wider = {**THREE[0], "crown": "20"}
    import_rows(office, tmp_path, wider, *THREE[1:], mapping=MAPPING + SIZES)
    with reading(office) as session:
        lines = zone_lines(
            session,
            LIBRARY,
            TODAY,
            propose=lambda subjects: proposed_among(session, subjects, LIBRARY, TODAY),
        )
        stale = [each for each in lines if each.is_stale]
    assert [each.number for each in stale] == ["1"]
    assert counts(compute(office)) == (0, 1, 0)
    assert counts(compute(office, "uk-bs5837")) == (1, 1, 0)
    zones = sorted(rows_of(office, Zone), key=lambda zone: (str(zone.ended_on), zone.area_m2))
    open_ones = [zone for zone in zones if zone.ended_on is None]
    assert len(zones) == 4
    assert {zone.pack_id for zone in open_ones} == {"uk-bs5837"}
    assert_holds(office)


def test_four_radii_are_taken_before_the_mean_and_each_part_from_its_latest_measurement(
    office: Engine,
) -> None:
    with transaction(office) as session:
        own = find_tree(session, "1")
        session.add(
            Measurement(tree_id=own, measured_on=date(2025, 5, 1), crown_n_m=8, crown_e_m=6, crown_s_m=0,
                        crown_w_m=5)
        )  # fmt: skip
        session.add(Measurement(tree_id=own, measured_on=date(2026, 1, 1), height_m=12))
        session.flush()
        given = proposed_for(session, ("tree", own), LIBRARY, TODAY)
    assert given is not None
    assert '"crown_radii_m":[8.0,6.0,0.0,5.0]' in given.inputs
    assert '"crown_on":"2025-05-01"' in given.inputs


def test_a_delineated_zone_stands_beside_the_computed_one_and_ends_the_delineated_one_before(
    office: Engine,
) -> None:
    compute(office)
    one = LegalDraft(square(113.30, 40.08), "同政发〔2026〕1号", approved_by="某县人民政府",
                     published_on=date(2026, 2, 1), from_on=date(2026, 2, 1))  # fmt: skip
    two = LegalDraft(square(113.30, 40.08, 30), "同政发〔2026〕2号", deviation="北侧为现状道路")
    own = ref(office, "1")
    with transaction(office) as session:
        first = set_legal_zones(session, [(own, one)], today=TODAY, **ACTOR)
        again = set_legal_zones(session, [(own, one)], today=TODAY, **ACTOR)
        second = set_legal_zones(session, [(own, two)], today=TODAY, **ACTOR)
    assert (first.recorded, first.ended, again.unchanged, second.ended) == (["1"], 0, 1, 1)
    assert first.apart == second.apart == []
    with reading(office) as session:
        lines = zones_of(session, LIBRARY, TODAY, own[:2])
        held = [(line.kind, line.document_no) for line in lines if line.ended_on is None]
        assert held == [("legal", "同政发〔2026〕2号"), ("computed", None)]
        assert lines[0].area_m2 == pytest.approx(30 * 30 * 0.765, rel=0.01)  # cos 40°
        assert counts_by_kind(zone_lines(session, LIBRARY, TODAY)) == {
            "records": 3, "legal": 1, "computed": 0, "none": 2, "stale": 0,
        }  # fmt: skip
    assert_holds(office)


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (LegalDraft(square(113.3, 40.08), " "), "document"),
        (LegalDraft(shapely.Point(113.3, 40.08), "x"), "no area"),
        (LegalDraft(shapely.Polygon([(113, 40), (114, 41), (114, 40), (113, 41)]), "x"), "crosses itself"),
        (LegalDraft(square(500_000, 4_000_000), "x"), "degrees"),
        (LegalDraft(square(113.3, 40.08, 0.5), "x"), "square metre"),
        (LegalDraft(square(113.3, 40.08), "x", from_on=date(2026, 3, 5)), "lies ahead"),
        (LegalDraft(square(113.3, 40.08), "x", published_on=date(2026, 3, 5)), "lies ahead"),
    ],
)
def test_what_is_no_zone_is_refused(office: Engine, draft: LegalDraft, words: str) -> None:
    own = ref(office, "1")
    with pytest.raises(ZoneError, match=words), transaction(office) as session:
        set_legal_zones(session, [(own, draft)], today=TODAY, **ACTOR)
    assert rows_of(office, Zone) == []


def test_a_tree_outside_its_zone_is_told_and_a_craft_has_none(office: Engine) -> None:
    own = ref(office, "2")
    with transaction(office) as session:
        draft = LegalDraft(square(113.30, 40.08), "x")
        report = set_legal_zones(session, [(own, draft)], today=TODAY, **ACTOR)
        with pytest.raises(RecordKindError):
            set_legal_zones(session, [(("craft", "c", "c"), draft)], today=TODAY, **ACTOR)
    assert report.apart[0][0] == "2"
    assert report.apart[0][1] == pytest.approx(853.5 - 15, abs=10)


def test_a_polygon_far_from_its_record_is_refused_unless_a_deviation_says_why(office: Engine) -> None:
    own = ref(office, "1")
    near, far = LegalDraft(square(113.30, 40.08), "x"), LegalDraft(square(113.30, 43.20), "y")
    with transaction(office) as session:
        set_legal_zones(session, [(own, near)], today=TODAY, **ACTOR)
    with pytest.raises(ZoneError, match=r"34\d\.\d km from the record"), transaction(office) as session:
        set_legal_zones(session, [(own, far)], today=TODAY, **ACTOR)
    assert [(zone.document_no, zone.ended_on) for zone in rows_of(office, Zone)] == [("x", None)]
    with transaction(office) as session:
        meant = LegalDraft(square(113.30, 43.20), "y", deviation="移植地")
        report = set_legal_zones(session, [(own, meant)], today=TODAY, **ACTOR)
    assert report.ended == 1
    assert report.apart[0][0] == "1"


def test_a_zone_of_a_record_without_position_lies_near_the_one_before(office: Engine) -> None:
    own = ref(office, "3")
    with transaction(office) as session:
        set_legal_zones(session, [(own, LegalDraft(square(113.30, 40.08), "x"))], today=TODAY, **ACTOR)
        set_legal_zones(session, [(own, LegalDraft(square(113.301, 40.08), "y"))], today=TODAY, **ACTOR)
        with pytest.raises(ZoneError, match="from the record"):
            set_legal_zones(session, [(own, LegalDraft(square(113.31, 40.08), "z"))], today=TODAY, **ACTOR)


def test_a_zone_is_ended_with_its_reason(office: Engine) -> None:
    compute(office)
    own = ref(office, "1")
    ask: dict[str, Any] = {"on": TODAY, "today": TODAY, "reason": "改划", **ACTOR}
    with transaction(office) as session:
        with pytest.raises(ZoneError):
            end_zone(session, own, ZoneKind.LEGAL, **ask)
        assert end_zone(session, own, ZoneKind.COMPUTED, **ask) == 1
    (zone,) = rows_of(office, Zone)
    assert zone.ended_on == TODAY
    assert_holds(office)


def test_a_grove_is_the_hull_of_its_crowns_and_nothing_where_trees_have_no_file(
    office: Engine, tmp_path: Path
) -> None:
    more: list[dict[str, object]] = [
        {"no": f"g{n}", "lon": f"113.4000{n}", "lat": "40.08", "crown": "6", "grade": "一级"} for n in (1, 5)
    ]
    import_rows(office, tmp_path, *THREE, *more, mapping=MAPPING + SIZES)
    with transaction(office) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == "g1")).one()
        grove = Grove(number="G1", authority_id=tree.authority_id, source_id=tree.source_id,
                      updated_on=TODAY, tree_count=2)  # fmt: skip
        session.add(grove)
        session.flush()
        for each in session.exec(select(Tree).where(col(Tree.tree_no).in_(["g1", "g5"]))):
            each.grove_id = grove.id
        session.flush()
        given = proposed_for(session, ("grove", grove.id), LIBRARY, TODAY)
        assert given is not None
        assert given.outline is not None
        # two crowns of 3 m, 3.41 m apart, with 5 m around them: 3.41 · 16 + π · 8² = 255.6 m²
        assert given.outline.area_m2 == pytest.approx(255.6, rel=0.01)
        grove.tree_count = 60
        session.flush()
        given = proposed_for(session, ("grove", grove.id), LIBRARY, TODAY)
        assert given is not None
        assert (given.outline, given.missing) == (None, ("boundary",))
        grove.boundary = "[[113.4,40.08],[113.401,40.08],[113.401,40.081],[113.4,40.081],[113.4,40.08]]"
        session.flush()
        given = proposed_for(session, ("grove", grove.id), LIBRARY, TODAY)
        assert given is not None
        assert given.outline is not None
        assert given.outline.area_m2 > 85 * 111


def layer_draft(name: str = "绿线", sha: str = "a" * 64) -> LayerDraft:
    wall = shapely.LineString([(113.2999, 40.08), (113.3001, 40.08)])
    shapes = [("甲楼", square(113.30005, 40.08, 10)), (None, square(113.35, 40.08)), ("墙", wall)]
    return LayerDraft(name, LayerKind.BUILDING, "建筑", "b.geojson", sha, "EPSG:4326", shapes)


def test_what_of_a_layer_lies_in_a_zone_is_listed_with_its_share(office: Engine) -> None:
    compute(office)
    with transaction(office) as session:
        assert add_layer(session, layer_draft(), **ACTOR)
        assert not add_layer(session, layer_draft(), **ACTOR)
        with pytest.raises(LayerError, match="another file"):
            add_layer(session, layer_draft(sha="b" * 64), **ACTOR)
    with reading(office) as session:
        found = list(conflicts(session, zone_lines(session, LIBRARY, TODAY)))
    assert [(each.feature, each.ordinal) for each in found] == [("甲楼", 1), ("墙", 3)]
    assert found[0].overlap_m2 == pytest.approx(10 * 10 * 0.765, rel=0.01)
    assert found[0].share == pytest.approx(76.5 / 380.1, rel=0.02)
    assert (found[1].overlap_m2, found[1].length_m) == (0, pytest.approx(17.05, abs=0.1))
    assert_holds(office)
    with transaction(office) as session:
        assert remove_layer(session, "绿线", today=TODAY, **ACTOR) == 3
        assert layers_of(session) == []
        with pytest.raises(LayerError, match="no such layer"):
            remove_layer(session, "绿线", today=TODAY, **ACTOR)
    assert rows_of(office, MapFeature) == []
    assert_holds(office)
    with transaction(office) as session:
        assert add_layer(session, layer_draft(sha="b" * 64), **ACTOR)
    assert_holds(office)
