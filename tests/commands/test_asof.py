"""The file as of a day: what the register said then, and what is now known to have been true then."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count as numbers
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_kit import NOW, make_csv, make_mapping, rows_of
from sqlalchemy.engine import Engine

from registry.asof import TreeView, tree_as_of, tree_effective
from registry.commands.history import record_event
from registry.commands.import_file import import_table
from registry.commands.photos import PhotoFacts, add_photo
from registry.db import reading, transaction
from registry.errors import NoRecordThenError
from registry.importing.mapping import read_mapping
from registry.importing.reading import open_table
from registry.models import CaseFile, CaseStep, Tree
from registry.photos import photo_store
from registry.queries import full_trees
from registry.records import TreeRecord
from registry.selection import find_tree, stream_ids
from registry.vocab.words import CaseKind, CaseState, Precision, StepKind, TreeStatus

HOUR = timedelta(hours=1)


def import_at(engine: Engine, folder: Path, at: datetime, *rows: dict[str, object]) -> None:
    mapping = read_mapping(make_mapping(folder))
    table = open_table(make_csv(folder / "rows.csv", *rows), fits=mapping.fits)
    with transaction(engine) as session:
        import_table(session, table, mapping, actor="tests", now=at)


def standing(engine: Engine, prefix: str = "") -> dict[str, TreeRecord]:
    """The whole files of today by tree, without what follows from the rest (doubts)."""
    with reading(engine) as session:
        trees = (full.record for full in full_trees(session, stream_ids(session, ())))
        return {tree.uuid: replace(tree, flags=()) for tree in trees if tree.tree_no.startswith(prefix)}


def as_of(engine: Engine, tree_no: str, at: datetime) -> TreeView:
    with reading(engine) as session:
        return tree_as_of(session, find_tree(session, tree_no), at)


def effective(engine: Engine, tree_no: str, on: date) -> TreeView:
    with reading(engine) as session:
        return tree_effective(session, find_tree(session, tree_no), on)


CELLS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["国槐", "侧柏", "甄家槐", ""]),
    "latin": st.sampled_from(["Styphnolobium japonicum", "Platycladus orientalis", ""]),
    "girth": st.sampled_from(["", "0", "300", "310.5"]),
    "height": st.sampled_from(["", "12", "12.5"]),
    "age": st.sampled_from(["", "300", "1200"]),
    "day": st.sampled_from(["", "1/5/2020", "2/6/2024"]),
    "designated": st.sampled_from(["", "2020-01-02", "2023-04-05"]),
    "document": st.sampled_from(["", "某政〔2020〕1号"]),
    "grade": st.sampled_from(["", "一级", "二级"]),
    "address": st.sampled_from(["", "某村东头"]),
    "notes": st.sampled_from(["", "甄某种", "无"]),
    "steward": st.sampled_from(["", "某村委会", "甄小明"]),
    "surveyor": st.sampled_from(["", "甄二"]),
    "other_no": st.sampled_from(["", "A-1", "A-2"]),
}
ROW = st.fixed_dictionaries(
    {"lon": st.sampled_from(["113.5", "113.6"]), "lat": st.just("35.5")}, optional=CELLS
)
IMPORTS = st.lists(st.dictionaries(st.sampled_from("abc"), ROW, min_size=1), min_size=1, max_size=5)
_HOURS, _RUNS = numbers(1), numbers(1)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(IMPORTS)
def test_every_state_of_a_file_comes_out_whole_again(
    engine: Engine, tmp_path: Path, imports: list[dict[str, dict[str, object]]]
) -> None:
    prefix = f"R{next(_RUNS)}-"
    remembered: list[tuple[datetime, dict[str, TreeRecord]]] = []
    for rows in imports:
        at = NOW + HOUR * next(_HOURS)
        headers = dict.fromkeys(name for row in rows.values() for name in row)
        whole = [{"no": prefix + no, **dict.fromkeys(headers, ""), **row} for no, row in rows.items()]
        import_at(engine, tmp_path, at, *whole)
        remembered.append((at, standing(engine, prefix)))
    for at, records in remembered:
        for tree_id, record in records.items():
            with reading(engine) as session:
                found = tree_as_of(session, tree_id, at + HOUR / 2)
            assert _own(found.restricted) == _own(record)
            assert found.facts.unknown == found.facts.erased == ()


def _own(tree: TreeRecord) -> TreeRecord:
    """The record without the Chinese name of its species, which another tree may have brought later."""
    return replace(tree, name_zh=None, name_zh_lang="")


@pytest.fixture
def grown(engine: Engine, tmp_path: Path) -> Engine:
    """A tree surveyed in 2010 and 2020, told in that order a day apart; NOW and the day after."""
    first = {
        "no": "1", "name": "国槐", "girth": "300", "age": "300", "day": "1/5/2010", "notes": "好",
        "designated": "2010-06-01", "grade": "二级", "address": "甲处",
    }  # fmt: skip
    import_at(engine, tmp_path, NOW, first)
    second = {"girth": "320", "day": "1/5/2020", "designated": "2021-02-03", "grade": "一级", "notes": "差"}
    import_at(engine, tmp_path, NOW + timedelta(days=1), {**first, **second})
    return engine


def test_the_register_is_quoted_as_it_was(grown: Engine) -> None:
    then, now = as_of(grown, "1", NOW + HOUR), as_of(grown, "1", NOW + timedelta(days=2))
    assert [row.girth_cm for row in then.restricted.measurements] == [300]
    assert [row.girth_cm for row in now.restricted.measurements] == [320, 300]
    assert (then.restricted.protection_grade, now.restricted.protection_grade) == ("2", "1")
    assert (then.restricted.notes, now.restricted.notes) == ("好", "差")
    assert (then.facts.seq, now.facts.seq) == (2, 3)
    assert then.facts.head == now.restricted.history[-1].hash
    assert now.restricted == standing(grown)[now.restricted.uuid]


def test_before_its_first_event_a_tree_has_no_file(grown: Engine) -> None:
    with pytest.raises(NoRecordThenError):
        as_of(grown, "1", NOW - HOUR)


def test_an_event_is_in_the_file_from_its_own_instant_on(grown: Engine) -> None:
    assert as_of(grown, "1", NOW).facts.seq == 2
    assert as_of(grown, "1", NOW + timedelta(days=1) - timedelta(microseconds=1)).facts.seq == 2
    assert as_of(grown, "1", NOW + timedelta(days=1)).facts.seq == 3


@pytest.mark.parametrize(
    ("on", "girths", "grade"),
    [
        (date(2010, 4, 30), [], None),
        (date(2010, 5, 1), [300], None),
        (date(2010, 6, 1), [300], "2"),
        (date(2020, 5, 1), [320, 300], "2"),
        (date(2021, 2, 3), [320, 300], "1"),
    ],
)
def test_what_is_known_of_a_day_goes_by_the_days_of_its_rows(
    grown: Engine, on: date, girths: list[float], grade: str | None
) -> None:
    tree = effective(grown, "1", on).restricted
    assert [row.girth_cm for row in tree.measurements] == girths
    assert tree.protection_grade == grade


def test_what_may_have_been_otherwise_is_left_out_and_named(grown: Engine) -> None:
    view = effective(grown, "1", date(2015, 1, 1))
    assert view.restricted.notes is None
    assert "notes" in view.facts.unknown
    assert view.restricted.address == "甲处"
    assert effective(grown, "1", date(2020, 5, 1)).restricted.notes == "差"


def test_an_age_without_a_day_is_not_carried_to_another_one(grown: Engine) -> None:
    set_on_tree(grown, age_as_of=None)
    view = effective(grown, "1", date(2015, 1, 1))
    assert (view.restricted.age_years, "age_years" in view.facts.unknown) == (None, True)


@pytest.mark.parametrize(
    ("on", "age"), [(date(2010, 1, 1), 300), (date(1970, 1, 1), 260), (date(1, 1, 1), None)]
)
def test_an_age_goes_by_the_years_between(grown: Engine, on: date, age: int | None) -> None:
    set_on_tree(grown, age_as_of=date(2010, 5, 1))
    assert effective(grown, "1", on).restricted.age_years == age


def set_on_tree(engine: Engine, **values: Any) -> None:
    with transaction(engine) as session:
        tree = session.get_one(Tree, find_tree(session, "1"))
        for name, value in values.items():
            setattr(tree, name, value)
        session.add(tree)


def test_a_tree_is_dead_from_the_day_its_death_was_confirmed(grown: Engine) -> None:
    set_on_tree(grown, status=TreeStatus.DEAD)
    assert effective(grown, "1", date(2015, 1, 1)).restricted.status == ""
    with transaction(grown) as session:
        case = CaseFile(
            number="1", kind=CaseKind.DEATH, state=CaseState.GRANTED, tree_id=find_tree(session, "1"),
            opened_on=date(2019, 1, 1),
        )  # fmt: skip
        session.add(case)
        session.flush()
        step = {"case_id": case.id, "ordinal": 1, "kind": StepKind.CONFIRMATION, "recorded_at": NOW}
        session.add(CaseStep(**step, happened_on=date(2019, 3, 4)))
    assert effective(grown, "1", date(2019, 3, 3)).restricted.status == "alive"
    assert effective(grown, "1", date(2019, 3, 4)).restricted.status == "dead"


def test_nothing_that_is_held_back_today_comes_out_of_an_old_view(grown: Engine) -> None:
    public = as_of(grown, "1", NOW).public
    assert (public.address, public.notes) == ("甲处", None)
    set_on_tree(grown, position_precision=Precision.WITHHELD)
    public = as_of(grown, "1", NOW).public
    assert (public.address, public.lon) == (None, None)
    set_on_tree(grown, position_precision=Precision.EXACT, released="[]")
    assert as_of(grown, "1", NOW).public.address is None


def test_photos_are_as_they_were_told_and_cleared_as_they_are_today(
    grown: Engine, register_address: str, tmp_path: Path
) -> None:
    store, picture = photo_store(register_address), tmp_path / "tree.jpg"
    make_picture(picture)

    def say(at: datetime, **facts: Any) -> None:
        with transaction(grown) as session:
            tree_id = find_tree(session, "1")
            add_photo(session, tree_id, picture, PhotoFacts(**facts), store=store, actor="t", now=at)

    say(NOW + 50 * HOUR, caption="东面", release_caption=True)
    say(NOW + 60 * HOUR, caption="西面")
    with reading(grown) as session:
        tree_id = find_tree(session, "1")
        before, then, now = (
            tree_as_of(session, tree_id, NOW + HOUR * hours, store) for hours in (49, 51, 61)
        )
    assert before.restricted.photos == ()
    assert [photo.caption for photo in then.restricted.photos] == ["东面"]
    assert [photo.caption for photo in now.restricted.photos] == ["西面"]
    assert [photo.caption for photo in then.public.photos] == [None]


def make_picture(path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (40, 30), "green").save(path)


def test_events_after_the_day_change_nothing(grown: Engine) -> None:
    before = as_of(grown, "1", NOW + HOUR)
    with transaction(grown) as session:
        record_event(session, "x", [], actor="t", at=NOW + timedelta(days=9))
    assert as_of(grown, "1", NOW + HOUR) == before
    assert len(rows_of(grown, Tree)) == 1
