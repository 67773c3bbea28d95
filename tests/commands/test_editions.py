"""Editions: taken back once, given out again, told in the history."""

from datetime import date

import pytest
from register_kit import NOW, count
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.commands.editions import all_editions, restore_edition, withdraw_edition, withdrawn_editions
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.errors import EditionUnknownError
from registry.models import Edition, Event

TODAY = date(2026, 3, 1)


@pytest.fixture
def published(engine: Engine) -> Engine:
    with transaction(engine) as session:
        for number in (1, 2):
            session.add(
                Edition(
                    number=number, made_at=NOW, history_head="0" * 64, sha256="", tree_count=1, withheld="{}"
                )
            )
    return engine


def withdraw(engine: Engine, number: int, reason: str = "a name was in it") -> None:
    with transaction(engine) as session:
        withdraw_edition(session, number, reason=reason, today=TODAY, actor="tests", now=NOW)


def test_an_edition_is_withdrawn_once_and_keeps_its_first_reason(published: Engine) -> None:
    for reason in ("a name was in it", "another"):
        withdraw(published, 1, reason)
    with reading(published) as session:
        assert withdrawn_editions(session) == [1]
        newest, first = all_editions(session)
        assert (first.withdrawn_on, first.withdrawn_reason) == (TODAY, "a name was in it")
        assert newest.withdrawn_on is None
        assert [event.kind for event in session.exec(select(Event))].count("edition:withdrawn") == 1


def test_a_restored_edition_is_as_it_was_before(published: Engine) -> None:
    withdraw(published, 2)
    for _ in range(2):
        with transaction(published) as session:
            restore_edition(session, 2, actor="tests", now=NOW)
    with reading(published) as session:
        assert withdrawn_editions(session) == []
        restored = session.get(Edition, 2)
        assert restored is not None
        assert restored.withdrawn_reason is None
        kinds = [event.kind for event in session.exec(select(Event).order_by(col(Event.seq)))]
        assert [kind for kind in kinds if kind.startswith("edition:")] == [
            "edition:withdrawn",
            "edition:restored",
        ]


def test_an_edition_that_was_never_made_is_refused_and_nothing_is_recorded(published: Engine) -> None:
    before = count(published, Event)
    with pytest.raises(EditionUnknownError, match="no edition 9"):
        withdraw(published, 9)
    assert count(published, Event) == before


def test_the_history_still_holds(engine: Engine) -> None:
    with transaction(engine) as session:
        from registry.commands.history import history_head

        head = history_head(session)
        session.add(Edition(number=1, made_at=NOW, history_head=head, sha256="", tree_count=0, withheld="{}"))
    withdraw(engine, 1)
    with reading(engine) as session:
        verify_history(session)
