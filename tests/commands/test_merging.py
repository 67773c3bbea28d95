"""Two offices' records of one tree become one file with both numbers; all of it can be undone."""

from pathlib import Path
from typing import Any

import pytest
from case_kit import ACTOR, designated, make_trees, opened, take, tree_of
from register_kit import MAPPING, count, import_rows, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, select

from registry.commands.merging import Merged, merge_trees, split_tree, unmerge_tree
from registry.commands.replay import states
from registry.commands.tags import issue_tags
from registry.commands.verifying import verify_history
from registry.db import open_register, reading, transaction
from registry.duplicates import find_duplicates
from registry.errors import MergeError, NumberAllotError
from registry.keys import Keys
from registry.models import (
    Designation,
    Event,
    Measurement,
    RecordLink,
    Species,
    SpeciesName,
    Tag,
    Tree,
    TreeAlias,
)
from registry.queries import full_trees
from registry.selection import find_tree, stream_ids
from registry.vocab.words import CaseKind, LinkKind, Precision, StepKind, TreeStatus

GREENING = MAPPING.replace('id = "cn-test"', 'id = "cn-green"').replace("某县林业局", "某县园林局")
WHY: dict[str, Any] = {"reason": "两局同一株", "document": "并〔2026〕1号", **ACTOR}


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    """The same tree on the lists of forestry and of urban greening, and another one."""
    engine = open_register(register_address)
    near = {"no": "甲-1", "name": "侧柏", "latin": "Platycladus orientalis", "girth": 310, "age": 305}
    make_trees(
        engine,
        tmp_path,
        {**near, "lon": "112.850000", "lat": "35.500000", "grade": "二级", "steward": "某村委会"},
        {"no": "甲-2", "name": "国槐", "latin": "Styphnolobium japonicum", "lon": 112.9, "lat": 35.6},
    )
    row = {
        **near,
        "no": "园-7",
        "girth": 315,
        "age": 500,
        "lon": "112.850050",
        "lat": "35.500050",
        "grade": "一级",
    }
    import_rows(engine, tmp_path, {**row, "height": 12.5, "notes": "园林局 2019 年登记"}, mapping=GREENING)
    return engine


def merge(session: Session, *take_: str, into: str = "甲-1", other: str = "园-7") -> Merged:
    return merge_trees(session, tree_of(session, into).id, tree_of(session, other).id, take=take_, **WHY)


def everything(engine: Engine) -> dict[str, list[Any]]:
    """All rows that a merger may touch."""
    tables: tuple[type[SQLModel], ...] = (Tree, TreeAlias, Measurement, Designation, Tag, RecordLink)
    skipped = {"updated_on"}
    return {
        table.__name__: sorted((row.model_dump(exclude=skipped) for row in rows_of(engine, table)), key=str)
        for table in tables
    }


def test_two_records_of_one_tree_become_one_file_and_both_numbers_resolve(engine: Engine) -> None:
    """Domain fact 12: two departments may both hold the same tree."""
    with transaction(engine) as session:
        merged = merge(session)
    assert merged.moved["measurement"] == 1
    with reading(engine) as session:
        survivor = tree_of(session, "甲-1")
        for number in ("甲-1", "园-7", "legacy:园-7", "cn-green:legacy:园-7"):
            assert find_tree(session, number) == survivor.id
        assert tree_of(session, "园-7").status == TreeStatus.MERGED
        assert len(list(stream_ids(session, ()))) == 2
        assert list(stream_ids(session, ("status=merged",))) == [tree_of(session, "园-7").id]
        (full,) = full_trees(session, [survivor.id])
        assert [row.girth_cm for row in full.record.measurements] != [315]
        assert {row.girth_cm for row in full.record.measurements} == {310, 315}
        assert [row.number for row in full.record.aliases] == ["园-7"]
        assert full.record.path == "~E7~94~B2-1".lower() or full.record.tree_no == "甲-1"
        assert verify_history(session)


def test_the_surviving_files_values_are_kept_and_what_it_lacks_is_filled_in(engine: Engine) -> None:
    with transaction(engine) as session:
        merged = merge(session)
        tree = tree_of(session, "甲-1")
        assert (tree.age_years, tree.notes) == (305, "园林局 2019 年登记")
        (full,) = full_trees(session, [tree.id])
        assert full.record.protection_grade == "2"
    said = {conflict.field: (conflict.own, conflict.other) for conflict in merged.conflicts}
    assert said["age_years"] == (305, 500)
    assert said["protection_grade"] == ("2", "1")


def test_a_value_of_the_other_is_taken_where_that_is_said(engine: Engine) -> None:
    with transaction(engine) as session:
        merged = merge(session, "age_years", "protection_grade")
        tree = tree_of(session, "甲-1")
        assert tree.age_years == 500
        (full,) = full_trees(session, [tree.id])
        assert full.record.protection_grade == "1"
        assert {conflict.field for conflict in merged.conflicts if conflict.is_taken} == {
            "age_years",
            "protection_grade",
        }


def test_what_is_no_conflict_cannot_be_taken(engine: Engine) -> None:
    with transaction(engine) as session, pytest.raises(MergeError, match="height"):
        merge(session, "height_m")


@pytest.mark.parametrize("taken", [(), ("age_years", "protection_grade")])
def test_an_undone_merger_leaves_both_files_as_they_were(
    engine: Engine, keys: Keys, taken: tuple[str, ...]
) -> None:
    with transaction(engine) as session:
        issue_tags(session, stream_ids(session, ()), keys=keys, **ACTOR)
    before = everything(engine)
    with transaction(engine) as session:
        merge(session, *taken)
    assert everything(engine) != before
    with transaction(engine) as session:
        assert unmerge_tree(session, tree_of(session, "园-7").id, **WHY) == "甲-1"
    assert everything(engine) == before
    with reading(engine) as session:
        assert verify_history(session)
        assert find_tree(session, "园-7") == tree_of(session, "园-7").id
    with transaction(engine) as session:
        merge(session)  # and once more
        with pytest.raises(MergeError):
            unmerge_tree(session, tree_of(session, "甲-2").id, **WHY)


def test_what_the_survivor_got_since_stays_with_it(engine: Engine) -> None:
    with transaction(engine) as session:
        merge(session)
        designated(session, "甲-1", grade="1")
        tree_of(session, "甲-1").notes = "合并后改写"
    with transaction(engine) as session:
        unmerge_tree(session, tree_of(session, "园-7").id, **WHY)
        assert tree_of(session, "甲-1").notes == "合并后改写"
        rows = session.exec(
            select(Designation).where(Designation.tree_id == tree_of(session, "甲-1").id)
        ).all()
        assert {row.grade for row in rows if row.ended_on is None} == {"1"}


def test_the_history_tells_what_each_file_said_before_and_after(engine: Engine) -> None:
    with transaction(engine) as session:
        own, other = tree_of(session, "甲-1").id, tree_of(session, "园-7").id
        first = session.exec(select(Event.seq).order_by(Event.seq.desc())).first()  # type: ignore[attr-defined]
        merge(session)
        now = states(session, [own, other])
        then = states(session, [own, other], first)
    girths = [
        sorted(row["girth_cm"] for row in now[key].rows["measurements"].values()) for key in (own, other)
    ]
    assert girths == [[310, 315], []]
    assert [row["girth_cm"] for row in then[other].rows["measurements"].values()] == [315]
    assert now[other].fields["status"] == "merged"


def test_a_merger_sent_twice_is_made_once(engine: Engine) -> None:
    with transaction(engine) as session:
        merge(session)
        events = len(session.exec(select(Event.seq)).all())
        assert merge(session).moved == {}
        assert len(session.exec(select(Event.seq)).all()) == events


def test_a_record_is_not_merged_into_itself_nor_into_one_that_is_merged(engine: Engine) -> None:
    with transaction(engine) as session:
        with pytest.raises(MergeError, match="one record"):
            merge(session, other="甲-1")
        merge(session)
        with pytest.raises(MergeError, match="merged already"):
            merge(session, into="园-7", other="甲-2")


def test_the_cases_of_both_are_in_the_surviving_file(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DEATH, "园-7")
        merge(session)
        take(session, case, StepKind.CONFIRMATION, 5)
        assert case.tree_id == tree_of(session, "甲-1").id


def test_a_second_tree_gets_a_file_and_a_number_of_its_own(engine: Engine) -> None:
    with transaction(engine) as session:
        old = tree_of(session, "甲-2")
        fresh = split_tree(session, old.id, county="140524", **WHY)
        assert (fresh.tree_no, fresh.number_scheme) == ("14052400001", "lyt1664-11")
        assert (fresh.species_id, fresh.lon) == (old.species_id, old.lon)
        (link,) = session.exec(select(RecordLink)).all()
        assert (link.kind, link.from_id, link.to_id) == (LinkKind.SPLIT_FROM, fresh.id, old.id)
        assert find_tree(session, "14052400001") == fresh.id
        with pytest.raises(NumberAllotError, match="never used again"):
            split_tree(session, old.id, number="甲-2", scheme="legacy", **WHY)


def test_a_tree_that_was_split_off_begins_its_history_with_the_new_number(engine: Engine) -> None:
    with transaction(engine) as session:
        fresh = split_tree(session, tree_of(session, "甲-2").id, county="140524", **WHY)
        state = states(session, [fresh.id])[fresh.id]
        assert state.fields["tree_no"] == "14052400001"
        assert not state.rows.get("aliases")
    assert count(engine, TreeAlias) == 0


def test_trees_of_two_offices_on_one_spot_are_suggested_with_reasons(engine: Engine) -> None:
    with reading(engine) as session:
        (pair,) = find_duplicates(session)
        assert {pair.first, pair.second} == {tree_of(session, "甲-1").id, tree_of(session, "园-7").id}
        assert pair.distance_m == pytest.approx(7.2, abs=0.2)
        assert "two authorities" in pair.why[1]
        assert list(find_duplicates(session, within_m=1)) == []
    with transaction(engine) as session:
        merge(session)
        assert list(find_duplicates(session)) == []


def test_synonyms_are_one_species(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Species(id="thuja-chengii", name_latin="Thuja chengii"))
        session.flush()
        tree_of(session, "园-7").species_id = "thuja-chengii"
        session.flush()
        assert list(find_duplicates(session)) == []
        own = tree_of(session, "甲-1").species_id
        synonym = SpeciesName(species_id=own, name="Thuja chengii", name_lang="la", kind="synonym")
        session.add(synonym)
        session.flush()
        assert len(list(find_duplicates(session))) == 1


def test_a_number_that_two_offices_gave_the_same_species_is_suggested(engine: Engine, tmp_path: Path) -> None:
    row = {"no": "甲-1", "name": "侧柏", "latin": "Platycladus orientalis"}
    import_rows(engine, tmp_path, row, mapping=GREENING)
    with reading(engine) as session:
        pairs = list(find_duplicates(session, within_m=1))
        assert [pair.distance_m for pair in pairs] == [None]


def test_a_position_or_an_age_is_taken_over_whole_or_not_at_all(engine: Engine) -> None:
    with transaction(engine) as session:
        tree_of(session, "甲-1").age_method = None
        other = tree_of(session, "园-7")
        other.age_method, other.coordinate_uncertainty_m = "文献追踪法", 3.0
        own = tree_of(session, "甲-1").coordinate_uncertainty_m
        merge(session)
        tree = tree_of(session, "甲-1")
        assert (tree.age_years, tree.age_method) == (305, None)
        assert (tree.lon, tree.coordinate_uncertainty_m) == (112.85, own)


def test_a_chosen_longitude_brings_its_latitude(engine: Engine) -> None:
    with transaction(engine) as session:
        merge(session, "lon")
        tree = tree_of(session, "甲-1")
        assert (tree.lon, tree.lat, tree.lat_raw) == (112.85005, 35.50005, "35.500050")


def test_a_merger_shows_no_place_more_exactly_and_no_text_that_was_not_released(engine: Engine) -> None:
    with transaction(engine) as session:
        tree_of(session, "甲-1").released = '["notes"]'
        other = tree_of(session, "园-7")
        other.position_precision, other.released = Precision.WITHHELD, "[]"
    before = everything(engine)
    with transaction(engine) as session:
        merge(session)
        tree = tree_of(session, "甲-1")
        assert (tree.position_precision, tree.released) == (Precision.WITHHELD, "[]")
        assert tree.notes == "园林局 2019 年登记"
    with transaction(engine) as session:
        unmerge_tree(session, tree_of(session, "园-7").id, **WHY)
    assert everything(engine) == before
