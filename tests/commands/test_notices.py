"""Who was told of what: recorded once, acknowledged, and who is still to be told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.care_errors import NoticeError
from registry.care_notices import not_told, notice_records
from registry.commands.comparing import deviations
from registry.commands.notices import NoticeDraft, acknowledge, add_notices
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.models import StewardNotice
from registry.rulepacks import PackLibrary
from registry.selection import find_tree
from registry.vocab.care_words import NoticeKind

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"today": TODAY, "actor": "tests", "now": NOW}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    designated = {"grade": "一级", "designated": "2025-06-01", "document": "文1"}
    import_rows(
        engine,
        tmp_path,
        {"no": "1", "steward": "张三", **designated},
        {"no": "2", "steward": "张三", "grade": "", "designated": "", "document": ""},
        {"no": "3", "steward": "", **designated},
    )
    return engine


def add(engine: Engine, called: str, on: date = TODAY, **facts: Any) -> tuple[int, list[str]]:
    with transaction(engine) as session:
        draft = NoticeDraft(facts.pop("kind", NoticeKind.DESIGNATION), on, means="信函", **facts)
        return add_notices(session, [("tree", find_tree(session, called), called)], draft, **ACTOR)


def missing(engine: Engine, kind: NoticeKind = NoticeKind.DESIGNATION) -> list[str]:
    with reading(engine) as session:
        return [each.number for each in not_told(session, kind, PackLibrary(), TODAY)]


def test_a_notice_is_recorded_once_and_acknowledged(office: Engine) -> None:
    assert add(office, "1") == (1, [])
    assert add(office, "1") == (0, [])
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "1"), "1")
        assert acknowledge(session, ref, on=TODAY, **ACTOR) == 1
        with pytest.raises(NoticeError):
            acknowledge(session, ref, on=TODAY, **ACTOR)
    with reading(office) as session:
        (told,) = notice_records(session)
        assert (told.party, told.means, told.acknowledged_on) == ("张三", "信函", TODAY)
        assert notice_records(session, open_only=True) == []
        assert list(deviations(session)) == []
        verify_history(session)


def test_who_looks_after_it_is_still_to_be_told_of_a_decision(office: Engine) -> None:
    assert missing(office) == ["1"]
    add(office, "1", date(2025, 5, 1))  # before the decision
    assert missing(office) == ["1"]
    add(office, "1", date(2025, 6, 1))
    assert missing(office) == []


def test_a_notice_of_another_kind_does_not_count(office: Engine) -> None:
    add(office, "1", kind=NoticeKind.ZONE)
    assert missing(office) == ["1"]
    assert missing(office, NoticeKind.ZONE) == []
    assert missing(office, NoticeKind.AGREEMENT) == ["1", "2"]
    assert missing(office, NoticeKind.CARETAKER) == ["1", "2"]


def test_where_nobody_looks_after_a_tree_it_is_said(office: Engine) -> None:
    assert add(office, "3") == (0, ["3"])
    assert rows_of(office, StewardNotice) == []


def test_a_day_ahead_is_refused(office: Engine) -> None:
    with pytest.raises(NoticeError):
        add(office, "1", date(2026, 3, 5))


def test_weather_is_no_event_of_the_register(office: Engine) -> None:
    with reading(office) as session, pytest.raises(ValueError, match="warning"):
        not_told(session, NoticeKind.WARNING, PackLibrary(), TODAY)
