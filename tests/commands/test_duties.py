"""Divided duty: whoever had it has it until the day, and stays on record."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.commands.comparing import deviations
from registry.commands.duties import set_duties, unit_called
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.errors import DutyError, RecordKindError
from registry.ledgers import duty_counts, duty_records
from registry.models import TreeParty
from registry.queries import full_trees
from registry.selection import find_tree
from registry.vocab.words import PartyRole

TODAY = date(2026, 3, 4)


def settle(engine: Engine, day: date, called: str = "1", **roles: Any) -> int:
    with transaction(engine) as session:
        wanted = {PartyRole(role): names for role, names in roles.items()}
        ref = ("tree", find_tree(session, called), called)
        return set_duties(session, ref, wanted, from_on=day, today=TODAY, actor="tests", now=NOW)


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1"}, {"no": "2"})
    return engine


def test_a_change_of_the_lead_ends_the_one_before_and_both_stay(office: Engine) -> None:
    assert (
        settle(office, date(2024, 5, 1), lead=["某县林业局"], cooperating=["某县住建局", "某镇人民政府"]) == 3
    )
    assert settle(office, date(2024, 5, 1), lead=["某县林业局"]) == 0
    assert settle(office, date(2026, 1, 1), lead=["某县自然资源局"]) == 2
    assert settle(office, date(2026, 2, 1), lead=["某县林业局"]) == 2  # back again
    leads = sorted((str(r.from_on), str(r.to_on)) for r in rows_of(office, TreeParty) if r.role == "lead")
    assert leads == [
        ("2024-05-01", "2026-01-01"),
        ("2026-01-01", "2026-02-01"),
        ("2026-02-01", "None"),
    ]
    with reading(office) as session:
        record = next(full_trees(session, [find_tree(session, "1")])).record
        assert record.lead == "某县林业局"
        assert record.cooperating == "某县住建局、某镇人民政府"
        assert list(deviations(session)) == []
        assert verify_history(session) > 0


def test_a_unit_has_its_own_list_and_what_has_ended_on_request(office: Engine) -> None:
    for number in ("1", "2"):
        settle(office, date(2024, 5, 1), number, lead=["某县林业局"])
    settle(office, date(2025, 5, 1), "2", lead=[])
    with reading(office) as session:
        unit = unit_called(session, "某县林业局")
        assert unit is not None
        standing = duty_records(session, party_id=unit.id)
        assert [(each.number, each.to_on) for each in standing] == [("1", None)]
        assert len(duty_records(session, party_id=unit.id, ended=True)) == 2
        assert duty_counts(duty_records(session, party_id=unit.id, ended=True)).scattered == 1


@pytest.mark.parametrize("role", ["lead", "cooperating"])
def test_a_person_neither_leads_nor_cooperates(office: Engine, role: str) -> None:
    with pytest.raises(DutyError):
        settle(office, date(2024, 5, 1), **{role: ["张三"]})
    assert rows_of(office, TreeParty) == []
    assert settle(office, date(2024, 5, 1), steward=["张三"]) == 1


def test_no_duty_begins_tomorrow_nor_before_the_one_that_it_ends(office: Engine) -> None:
    with pytest.raises(DutyError):
        settle(office, date(2026, 3, 5), lead=["某县林业局"])
    settle(office, date(2025, 1, 1), lead=["某县林业局"])
    with pytest.raises(DutyError):
        settle(office, date(2024, 1, 1), lead=["某县住建局"])


def test_elements_have_no_duties(office: Engine) -> None:
    with pytest.raises(RecordKindError), transaction(office) as session:
        set_duties(session, ("element", "x", "element:x"), {}, from_on=TODAY, today=TODAY, actor="t", now=NOW)


def test_a_file_that_is_imported_again_ends_no_duty_that_the_office_has_set(
    engine: Engine, tmp_path: Path
) -> None:
    import_rows(engine, tmp_path, {"no": "1", "steward": "东庄村委会"})
    settle(engine, date(2024, 5, 1), steward=["某镇人民政府"])
    settle(engine, date(2025, 5, 1), steward=["某县林业站"])
    report = import_rows(engine, tmp_path, {"no": "1", "steward": "西庄村委会", "height": 9})
    assert report.counts["updated"] == 1
    kept = {(str(row.from_on), str(row.to_on)) for row in rows_of(engine, TreeParty) if row.from_on}
    assert {("2024-05-01", "2025-05-01"), ("2025-05-01", "None")} <= kept
