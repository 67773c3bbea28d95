"""Care agreements pass from hand to hand; visits bring a tree up to date."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.commands.agreements import AgreementDraft, end_agreement, sign_agreement
from registry.commands.comparing import deviations
from registry.commands.visits import record_visit
from registry.db import reading, transaction
from registry.errors import AgreementError, VisitError
from registry.ledger_records import AgreementRecord
from registry.ledgers import agreement_records, covered
from registry.models import CareAgreement, Inspection, InspectionDraft, Tree
from registry.selection import find_tree
from registry.vocab.words import Vigour

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1"}, {"no": "2"})
    return engine


def sign(engine: Engine, party: str, on: date, until: date | None = None, document: str = "责1") -> list[str]:
    with transaction(engine) as session:
        draft = AgreementDraft(party, on, document, until)
        return sign_agreement(session, ("tree", find_tree(session, "1"), "1"), draft, today=TODAY, **ACTOR)[1]


def test_signing_anew_ends_the_one_before_and_the_same_is_recorded_once(office: Engine) -> None:
    assert sign(office, "张三", date(2024, 1, 1)) == []
    assert sign(office, "张三", date(2024, 1, 1)) == []
    assert sign(office, "某村村民委员会", date(2025, 1, 1), document="责2") == ["张三"]
    rows = sorted(rows_of(office, CareAgreement), key=lambda row: str(row.signed_on))
    assert [row.ended_on for row in rows] == [date(2025, 1, 1), None]
    with reading(office) as session:
        assert covered(session, TODAY) == {"tree": (1, 2), "grove": (0, 0)}
        assert [each.party for each in agreement_records(session)] == ["张三", "某村村民委员会"]
        assert list(deviations(session)) == []


@pytest.mark.parametrize(
    ("on", "expired", "in_force"),
    [(date(2024, 12, 31), False, True), (date(2025, 1, 1), True, False), (date(2023, 12, 31), False, False)],
)
def test_the_last_day_still_counts(on: date, expired: bool, in_force: bool) -> None:
    each = AgreementRecord("tree", "1", None, "x", "unit", date(2024, 1, 1), date(2024, 12, 31))
    assert (each.is_expired(on), each.is_in_force(on)) == (expired, in_force)


def test_what_has_run_out_is_not_ended_again(office: Engine) -> None:
    sign(office, "张三", date(2024, 1, 1), date(2024, 12, 31))
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "1"), "1")
        with pytest.raises(AgreementError):
            end_agreement(session, ref, on=TODAY, today=TODAY, reason="换人", **ACTOR)


@pytest.mark.parametrize(
    ("on", "until"),
    [(date(2026, 3, 5), None), (date(2025, 1, 1), date(2024, 1, 1))],
)
def test_impossible_days_are_refused(office: Engine, on: date, until: date | None) -> None:
    with pytest.raises(AgreementError):
        sign(office, "张三", on, until)
    assert rows_of(office, CareAgreement) == []


def visit(engine: Engine, **facts: Any) -> bool:
    with transaction(engine) as session:
        draft = InspectionDraft(**facts)
        ref = ("tree", find_tree(session, "1"), "1")
        return record_visit(session, ref, draft, by="陈巡", today=TODAY, **ACTOR)[1]


def test_the_latest_visit_sets_the_vigour_and_a_late_one_does_not(office: Engine) -> None:
    assert visit(office, inspected_on=date(2026, 2, 1), vigour=Vigour.WEAK)
    assert not visit(office, inspected_on=date(2026, 2, 1), vigour=Vigour.WEAK)
    assert visit(office, inspected_on=date(2026, 1, 1), vigour=Vigour.NORMAL)
    assert {tree.vigour for tree in rows_of(office, Tree) if tree.tree_no == "1"} == {Vigour.WEAK}
    assert len(rows_of(office, Inspection)) == 2
    with reading(office) as session:
        assert list(deviations(session)) == []


def test_a_word_of_another_scale_and_a_day_ahead_are_refused(office: Engine) -> None:
    with pytest.raises(VisitError):
        visit(office, inspected_on=date(2026, 2, 1), vigour=Vigour.HIGH)
    assert visit(office, inspected_on=date(2026, 2, 1), vigour=Vigour.HIGH, vigour_scale="hk-vigor")
    with pytest.raises(VisitError):
        visit(office, inspected_on=date(2026, 3, 5))
