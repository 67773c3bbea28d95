"""Ledgers by hand, what stands in them, duties, agreements, crafts: old and new told, nothing deleted."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.area_queries import full_areas
from registry.commands.comparing import deviations
from registry.commands.crafts import name_craftsman
from registry.commands.ledger_fields import (
    DRAFTS,
    CraftDraft,
    CraftsmanDraft,
    checked,
    read_boundary,
    read_fields,
)
from registry.commands.ledgers import (
    Entry,
    Ref,
    add_record,
    change_record,
    hold_records,
    link_records,
    own_source,
)
from registry.commands.replay import told_items
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.errors import (
    BoundaryFileError,
    LedgerFieldError,
    RecordAmbiguousError,
    RecordExistsError,
    RecordKindError,
    RecordNotFoundError,
)
from registry.ledgers import craft_records, ledger_entries, total_of
from registry.models import Event, Place, RecordLink, Tree
from registry.selection import find_record
from registry.vocab.words import LinkKind

ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
SQUARE = [[112.0, 35.0], [112.1, 35.0], [112.1, 35.1], [112.0, 35.0]]


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    """A register with three trees."""
    import_rows(engine, tmp_path, {"no": "1", "name": "国槐"}, {"no": "2"}, {"no": "3"})
    return engine


def add(session: Session, kind: str, number: str, *fields: str, **more: Any) -> Ref:
    called = f"{kind}:{number}"
    draft = checked(DRAFTS[kind], called, {"number": number, **read_fields(DRAFTS[kind], called, fields)})
    entry = Entry(kind, draft, "cn-test", own_source(session, "cn-test"), **more)
    return kind, add_record(session, entry, **ACTOR).id, called


def ref(session: Session, called: str) -> Ref:
    found = find_record(session, called)
    return found.kind, found.id, found.called


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("grove", ("name=侧柏林", "tree_count=186", "canopy_closure=0.7")),
        ("garden", ("名称=东花园", "list_batch=第一批", "is_world_heritage=否")),
        ("place", ("kind=公园", "area_ha=12.5", "green_class=综合公园")),
        ("element", ("kind=桥", "period=金")),
        ("craft", ("name=掇山", "kind=叠石")),
    ],
)
def test_each_kind_is_entered_found_and_told(office: Engine, kind: str, fields: tuple[str, ...]) -> None:
    with transaction(office) as session:
        own = add(session, kind, "甲-1", *fields)
    with reading(office) as session:
        assert ref(session, f"{kind}:甲-1") == (*ref(session, f"{kind}:cn-test:甲-1")[:2], f"{kind}:甲-1")
        (told,) = told_items(session, [own[1]])
        assert told.action == "created"
        assert told.fields["number"] == [None, "甲-1"]
        assert verify_history(session) > 0
    with pytest.raises(RecordExistsError), transaction(office) as session:
        add(session, kind, "甲-1", *fields)


def test_a_change_tells_old_and_new_and_the_same_again_nothing(office: Engine) -> None:
    with transaction(office) as session:
        own = add(session, "place", "P", "kind=park", "area_ha=12.5")
        assert change_record(session, own, {"area_ha": 13.0}, **ACTOR, reason="复测") == {
            "area_ha": (12.5, 13.0)
        }
        assert change_record(session, own, {"area_ha": 13.0}, **ACTOR) == {}
    with reading(office) as session:
        last = told_items(session, [own[1]])[-1]
        assert (last.fields, last.reason) == ({"area_ha": [12.5, 13.0]}, "复测")


@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        ("place", "area_ha=abc", "is no number"),
        ("place", "area_ha=0", "is not more than 0"),
        ("place", "kind=机场", "is none of its words"),
        ("place", "colour=red", "is no field of it"),
        ("place", "lon=112.8", "is no whole position"),
        ("grove", "canopy_closure=1.01", "is more than 1"),
        ("grove", "tree_count=1.5", "is no whole number"),
        ("garden", "is_world_heritage=也许", "says neither yes nor no"),
    ],
)
def test_a_field_that_cannot_be_names_itself_its_value_and_the_remedy(
    kind: str, field: str, said: str
) -> None:
    with pytest.raises(LedgerFieldError) as caught:
        checked(DRAFTS[kind], "place:P", {"number": "P", **read_fields(DRAFTS[kind], "place:P", [field])})
    assert said in str(caught.value)
    assert caught.value.facts["remedy"]


def test_a_position_is_turned_into_wgs84_and_kept_as_given() -> None:
    values = read_fields(DRAFTS["place"], "p", ["lon=112.86", "lat=35.51", "datum=GCJ-02"])
    assert values["lon"] != "112.86"
    assert values["lon"] == pytest.approx(112.86, abs=0.01)
    assert (values["lon_raw"], values["lat_raw"]) == ("112.86", "35.51")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"type": "Polygon", "coordinates": [SQUARE, SQUARE]}, "holes"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}, "2 polygons"),
        ({"type": "Point", "coordinates": [1, 2]}, "0 polygons"),
        ({"type": "Polygon", "coordinates": [SQUARE[:-1]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[[5e5, 3.9e6]] * 4]}, "no degrees"),
        ({"type": "Polygon", "coordinates": [SQUARE], "crs": {"name": "EPSG:4547"}}, "not in WGS84"),
        ([], "0 polygons"),
    ],
)
def test_a_boundary_is_taken_whole_or_not_at_all(tmp_path: Path, told: Any, reason: str) -> None:
    path = tmp_path / "b.geojson"
    path.write_text(json.dumps(told))
    with pytest.raises(BoundaryFileError, match=reason):
        read_boundary(path)
    path.write_text(json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}))
    assert read_boundary(path) == tuple(map(tuple, SQUARE))


def test_trees_held_are_counted_apart_and_released_again(office: Engine) -> None:
    with transaction(office) as session:
        grove, park = (
            add(session, "grove", "G", "tree_count=20"),
            add(session, "place", "P", "kind=tree_park"),
        )
        trees = [ref(session, number) for number in ("1", "2", "3")]
        assert hold_records(session, grove, trees[:2], **ACTOR) == 2
        assert hold_records(session, park, [*trees, grove], **ACTOR) == 4
        assert hold_records(session, park, [*trees, grove], **ACTOR) == 0
    with reading(office) as session:
        (entry,) = ledger_entries(session, "place")
        assert (entry.trees.scattered, entry.trees.groves, entry.trees.in_groves) == (1, 1, 20)
        (entry,) = ledger_entries(session, "grove")
        assert (entry.trees.scattered, entry.trees.in_groves, entry.trees.with_files) == (0, 20, 2)
        assert total_of([entry.trees]).in_groves == 20
        assert list(deviations(session)) == []
    with transaction(office) as session:
        assert hold_records(session, park, trees, release=True, **ACTOR) == 3
    assert {tree.place_id for tree in rows_of(office, Tree)} == {None}


def test_what_cannot_stand_there_is_refused(office: Engine) -> None:
    with transaction(office) as session:
        well = add(session, "element", "E", "kind=well")
        with pytest.raises(RecordKindError):
            hold_records(session, well, [ref(session, "1")], **ACTOR)
        session.rollback()
    with pytest.raises(RecordNotFoundError), reading(office) as session:
        ref(session, "element:E")  # nothing of it stayed


def test_a_link_is_made_once_whichever_way_and_taken_away(office: Engine) -> None:
    with transaction(office) as session:
        well, garden = add(session, "element", "E", "kind=well"), add(session, "garden", "Y")
        assert link_records(session, well, garden, LinkKind.RELATED, **ACTOR)
        assert not link_records(session, garden, well, LinkKind.RELATED, **ACTOR)
    assert len(rows_of(office, RecordLink)) == 1
    with transaction(office) as session:
        assert link_records(session, garden, well, LinkKind.RELATED, remove=True, **ACTOR)
        with pytest.raises(RecordKindError):
            link_records(session, garden, well, LinkKind.MERGED_INTO, **ACTOR)
    assert rows_of(office, RecordLink) == []


def test_a_number_that_two_authorities_gave_has_to_be_named_whole(office: Engine) -> None:
    from registry.models import Authority

    with transaction(office) as session:
        session.add(Authority(id="cn-b", name_zh="乙", name_en="B", jurisdiction="cn"))
        session.flush()
        add(session, "place", "P", "kind=park")
        draft = checked(DRAFTS["place"], "p", {"number": "P", "kind": "park"})
        add_record(session, Entry("place", draft, "cn-b", own_source(session, "cn-b")), **ACTOR)
        with pytest.raises(RecordAmbiguousError):
            ref(session, "place:P")
        assert ref(session, "place:cn-b:P")[0] == "place"


def test_a_craftsman_is_named_in_public_only_with_consent(office: Engine) -> None:
    with transaction(office) as session:
        own = add(session, "craft", "J", "name=掇山")[1]
        draft = CraftsmanDraft(title="技师", learned_from="韩父")
        assert name_craftsman(session, own, "韩师傅", draft, **ACTOR)[1]
        assert not name_craftsman(session, own, "韩师傅", draft, **ACTOR)[1]
        name_craftsman(session, own, "王师傅", CraftsmanDraft(), consent="同意书", **ACTOR)
    with reading(office) as session:
        (private,), (public,) = craft_records(session), craft_records(session, public=True)
        assert [each.name for each in private.craftsmen] == ["王师傅", "韩师傅"]
        assert [each.name for each in public.craftsmen] == ["王师傅"]
        assert public.hidden == 1
        assert "韩" not in "".join(event.kind for event in session.exec(select(Event)))
    assert CraftDraft.model_fields["name"].is_required()


def test_a_ledger_is_redacted_unless_asked_otherwise(office: Engine) -> None:
    with transaction(office) as session:
        add(session, "place", "P", "kind=park", "notes=管理员电话 13812345678", "description=好")
    with reading(office) as session:
        (public,), (full,) = (
            ledger_entries(session, "place"),
            ledger_entries(session, "place", restricted=True),
        )
        assert public.area.notes is None
        assert full.area.notes
        assert len(list(full_areas(session, "place"))) == 1
    assert rows_of(office, Place)[0].updated_on == date(2026, 3, 4)
