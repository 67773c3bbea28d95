"""Whoever is erased is gone from all that was recorded of care; undoing knows what rests on what."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from care_kit import PERSON, fill, is_true
from case_kit import ACTOR
from register_kit import NOW
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.commands.erasing import ErasureReport, erase_party
from registry.commands.undoing import undo_event
from registry.db import open_register, reading, transaction
from registry.errors import UndoError
from registry.models import CareLetter, CaseDocument, Event, InstrumentReading, Party, ZoneCheck
from registry.rulepacks import PackLibrary
from registry.zone_check_reviews import review


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    engine = open_register(register_address)
    fill(engine, tmp_path)
    return engine


def erased(engine: Engine, *, texts: bool) -> list[ErasureReport]:
    """Erase all parties of that name; a photographer is one of their own."""
    with transaction(engine) as session:
        own = session.exec(select(Party.id).where(Party.name == PERSON).order_by(Party.kind, Party.id)).all()
        return [erase_party(session, each, basis="某法", texts=texts, actor="t", now=NOW) for each in own]


def places(engine: Engine) -> set[tuple[str, str]]:
    """(table, column) of every text that names the person."""
    with engine.connect() as connection:
        return {
            (table, name)
            for table in sa.inspect(connection).get_table_names()
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()
            for name, value in row.items()
            if isinstance(value, str) and PERSON in value
        }


def test_an_erased_person_is_in_no_table_but_where_the_report_says_so(engine: Engine) -> None:
    *_, last = erased(engine, texts=True)
    assert places(engine) == {("event", "reason"), ("map_feature", "name")}
    assert {each.field for each in last.mentions} == {"map_feature.name"}
    assert last.events
    is_true(engine)


def test_without_texts_the_person_is_gone_from_parties_and_checks_and_the_rest_is_named(
    engine: Engine,
) -> None:
    *_, last = erased(engine, texts=False)
    left = places(engine)
    assert not {table for table, _column in left} & {"party", "zone_check"}
    named = {each.field.rpartition(".")[2] for each in last.mentions}
    assert {column for table, column in left if table not in {"event", "commitment"}} == named
    is_true(engine)


def test_a_check_of_which_a_person_was_taken_out_is_still_whole(engine: Engine) -> None:
    erased(engine, texts=True)
    with reading(engine) as session:
        (row,) = session.exec(select(ZoneCheck)).all()
        seen = review(session, row, PackLibrary(), NOW.date())
        assert (seen.is_whole, seen.is_told) == (True, True)


def test_private_files_about_the_person_are_named(engine: Engine) -> None:
    files = " ".join(each for report in erased(engine, texts=True) for each in report.files)
    with reading(engine) as session:
        letter = session.exec(select(CareLetter)).one()
        digests = [letter.content_sha256, letter.scan_sha256, session.exec(select(CaseDocument.sha256)).one()]
        digests.append(session.exec(select(InstrumentReading.file_sha256)).one())
    assert all(digest and digest in files for digest in digests)


def undone(engine: Engine, kind: str, place: int = -1) -> None:
    with transaction(engine) as session:
        events = session.exec(select(Event.seq).where(Event.kind == kind).order_by(Event.seq)).all()
        undo_event(session, events[place], reason="r", **ACTOR)


@pytest.mark.parametrize(
    "kind", ["zones:delineated", "assessment:reviewed", "reading:recorded", "care:checked", "notices:sent"]
)
def test_what_nothing_rests_on_is_undone(engine: Engine, kind: str) -> None:
    undone(engine, kind)
    is_true(engine)


@pytest.mark.parametrize(
    ("kind", "place", "why"),
    [
        ("letter:signed", 0, "end its agreements"),
        ("photo:added", 0, "work order"),
        ("assessment:recorded", -1, "undo that first"),
    ],
)
def test_what_something_rests_on_stays_and_says_why(engine: Engine, kind: str, place: int, why: str) -> None:
    with pytest.raises(UndoError, match=why):
        undone(engine, kind, place)
    is_true(engine)
