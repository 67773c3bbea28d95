"""Payments for care follow the agreements until they are paid, and then stay as they are."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.care_errors import PaymentError
from registry.care_payments import paid_records, payment_records
from registry.commands.agreements import AgreementDraft, bind_record
from registry.commands.comparing import deviations
from registry.commands.history import record_event
from registry.commands.parties import party_named
from registry.commands.payments import PaymentsMade, make_payments, record_paid
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.models import CareLetter, CarePayment, Party
from registry.selection import find_tree
from registry.vocab.care_words import LetterKind, PaymentState

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1"}, {"no": "2"}, {"no": "3"})
    return engine


def bind(engine: Engine, called: str, party: str, on: date, cents: int | None, **facts: Any) -> None:
    with transaction(engine) as session:
        own, changes = party_named(session, party)
        draft = AgreementDraft(party, on, f"责{called}{party}{on}", facts.pop("valid_to", None))
        ref = ("tree", find_tree(session, called), called)
        currency = facts.pop("currency", "CNY")
        bound = bind_record(session, ref, draft, own.id, yearly_cents=cents, currency=currency, **facts)
        assert bound.change is not None
        record_event(session, "agreement:signed", [*changes, bound.change], actor="tests", at=NOW)


def make(engine: Engine, year: int = 2026, today: date = TODAY) -> PaymentsMade:
    with transaction(engine) as session:
        return make_payments(session, year, paid_records(session, year, today), **ACTOR)


def paid(engine: Engine, name: str, **facts: Any) -> None:
    with transaction(engine) as session:
        party, _changes = party_named(session, name)
        usual = {"paid_on": TODAY, "document_no": "支1", "today": TODAY}
        record_paid(session, 2026, party.id, name, **{**usual, **facts}, **ACTOR)


def amounts(engine: Engine, year: int = 2026) -> dict[str, tuple[int, int, str]]:
    with reading(engine) as session:
        assert list(deviations(session)) == []
        verify_history(session)
        return {p.party: (p.record_count, p.amount_cents, p.state) for p in payment_records(session, year)}


def test_a_year_is_paid_whole_to_whoever_has_the_agreement_at_its_end(office: Engine) -> None:
    bind(office, "1", "张三", date(2025, 1, 1), 30_000)
    bind(office, "2", "张三", date(2025, 6, 1), 80_000)
    bind(office, "2", "李四", date(2026, 2, 1), 80_000)
    bind(office, "3", "李四", date(2026, 2, 1), None)
    assert make(office).new == 2
    assert amounts(office) == {"张三": (1, 30_000, "due"), "李四": (1, 80_000, "due")}
    make(office, 2025)
    assert amounts(office, 2025) == {"张三": (2, 110_000, "due")}


def test_the_same_again_changes_nothing_and_what_is_due_follows_the_agreements(office: Engine) -> None:
    bind(office, "1", "张三", date(2025, 1, 1), 30_000)
    make(office)
    assert (make(office).new, make(office).unchanged) == (0, 1)
    bind(office, "2", "张三", date(2026, 1, 1), 20_000)
    assert make(office).changed == 1
    bind(office, "1", "李四", date(2026, 2, 1), None)
    bind(office, "2", "李四", date(2026, 2, 1), None)
    assert make(office).cancelled == 1
    assert amounts(office) == {"张三": (2, 50_000, "cancelled")}


def test_what_was_paid_stays_and_is_told_where_it_differs(office: Engine) -> None:
    bind(office, "1", "张三", date(2025, 1, 1), 30_000)
    make(office)
    paid(office, "张三")
    paid(office, "张三")  # the same again
    bind(office, "2", "张三", date(2026, 1, 1), 20_000)
    assert make(office).kept == [("张三", 30_000, 50_000)]
    assert amounts(office) == {"张三": (1, 30_000, "paid")}
    with pytest.raises(PaymentError, match="already"):
        paid(office, "张三", document_no="支2")


@pytest.mark.parametrize("facts", [{"paid_on": date(2026, 3, 5)}, {}])
def test_a_day_ahead_and_what_is_not_due_are_refused(office: Engine, facts: dict[str, Any]) -> None:
    if facts:
        bind(office, "1", "张三", date(2025, 1, 1), 30_000)
        make(office)
    with pytest.raises(PaymentError):
        paid(office, "张三", **facts)
    assert [row.state for row in rows_of(office, CarePayment)] == [PaymentState.DUE] * len(facts)


def test_two_currencies_for_one_caretaker_are_refused(office: Engine) -> None:
    bind(office, "1", "张三", date(2025, 1, 1), 30_000)
    bind(office, "2", "张三", date(2025, 1, 1), 30_000, currency="HKD")
    with pytest.raises(PaymentError, match="several currencies"):
        make(office)


def test_by_the_month_each_month_is_paid_once_where_the_terms_say_so(office: Engine) -> None:
    letters = {}
    with transaction(office) as session:
        for number, name in enumerate(("张三", "李四")):
            party, _changes = party_named(session, name)
            letters[name] = CareLetter(
                code=f"0000000{number + 1}", batch="b", kind=LetterKind.AGREEMENT, terms_version="own 1",
                document_no=f"YH-{number}", party_id=party.id, made_at=NOW, valid_from=TODAY, page_count=1,
                is_paid_by_month=True,
            )  # fmt: skip
        session.add_all(letters.values())
        session.flush()
        ids = {name: letter.id for name, letter in letters.items()}
    for name, day in (("张三", date(2025, 1, 1)), ("李四", date(2026, 2, 10))):
        bind(office, "1", name, day, 120_000, letter_id=ids[name])
    with reading(office) as session:
        found = {each.party: (each.months, each.amount_cents) for each in paid_records(session, 2026, TODAY)}
    assert found == {"张三": (1, 10_000), "李四": (11, 110_000)}
    assert {party.name for party in rows_of(office, Party)} >= {"张三", "李四"}
