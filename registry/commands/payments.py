"""Payments for care: the list of a year out of the agreements, and what was paid on which document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from registry.care_errors import PaymentError
from registry.commands.history import Change, record_event
from registry.commands.subjects import told_record
from registry.errors import Phrase
from registry.letter_records import PaidRecord
from registry.models import CarePayment
from registry.vocab.care_words import PaymentState


@dataclass(slots=True)
class PaymentsMade:
    """What making a year's list came to. kept: paid already with another sum than the agreements now give, as
    (caretaker, paid, now), in hundredths."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0
    kept: list[tuple[str, int, int]] | None = None


def make_payments(
    session: Session, year: int, records: Sequence[PaidRecord], *, actor: str, now: datetime
) -> PaymentsMade:
    """Enter what each caretaker is to be paid for a year. The same again changes nothing.

    What is still due follows the agreements; what was paid stays as it was and is told where it differs. Who
    is no longer to be paid anything has the payment cancelled. Raises PaymentError for two currencies.
    """
    had = {row.party_id: row for row in session.exec(select(CarePayment).where(CarePayment.year == year))}
    report = PaymentsMade(kept=[])
    changes: list[Change] = []
    wanted: dict[str, list[PaidRecord]] = {}
    for record in records:
        wanted.setdefault(record.party_id, []).append(record)
    for party_id, theirs in wanted.items():
        changes += _enter(session, year, party_id, theirs, had.get(party_id), report)
    for party_id, row in had.items():
        if party_id not in wanted and row.state == PaymentState.DUE:
            before = row.model_dump()
            row.state = PaymentState.CANCELLED
            session.add(row)
            session.flush()
            changes.append(told_record("care_payment", row, before))
            report.cancelled += 1
    if changes:
        record_event(session, "payments:made", changes, actor=actor, at=now)
    return report


def _enter(
    session: Session,
    year: int,
    party_id: str,
    theirs: Sequence[PaidRecord],
    row: CarePayment | None,
    report: PaymentsMade,
) -> list[Change]:
    currencies = sorted({each.currency for each in theirs})
    if len(currencies) > 1:
        reason = Phrase("the agreements are in several currencies: {known}", known=currencies)
        raise PaymentError(payment=theirs[0].party, reason=reason)
    facts: dict[str, Any] = {
        "record_count": len(theirs),
        "currency": currencies[0],
        "amount_cents": sum(each.amount_cents for each in theirs),
    }
    if row is None:
        row = CarePayment(year=year, party_id=party_id, **facts)
        session.add(row)
        session.flush()
        report.new += 1
        return [told_record("care_payment", row)]
    if row.state == PaymentState.PAID:
        report.unchanged += 1
        if row.amount_cents != facts["amount_cents"] and report.kept is not None:
            report.kept.append((theirs[0].party, row.amount_cents, sum(each.amount_cents for each in theirs)))
        return []
    before = row.model_dump()
    for name, value in {**facts, "state": PaymentState.DUE}.items():
        setattr(row, name, value)
    if row.model_dump() == before:
        report.unchanged += 1
        return []
    session.add(row)
    session.flush()
    report.changed += 1
    return [told_record("care_payment", row, before)]


def record_paid(
    session: Session,
    year: int,
    party_id: str,
    called: str,
    *,
    paid_on: date,
    document_no: str,
    today: date,
    actor: str,
    now: datetime,
    notes: str | None = None,
) -> CarePayment:
    """Record that a caretaker was paid for a year. The same again changes nothing. Raises PaymentError."""
    query = select(CarePayment).where(CarePayment.year == year, CarePayment.party_id == party_id)
    row = session.exec(query).first()
    if row is None or row.state == PaymentState.CANCELLED:
        raise PaymentError(payment=called, reason=Phrase("nothing is due for {year}", year=year))
    if paid_on > today:
        raise PaymentError(
            payment=called, reason=Phrase("{day} lies ahead; record it on the day", day=paid_on)
        )
    if row.state == PaymentState.PAID:
        if (row.paid_on, row.document_no) == (paid_on, document_no):
            return row
        reason = Phrase(
            "it was paid on {day} by {document} already", day=row.paid_on, document=row.document_no
        )
        raise PaymentError(payment=called, reason=reason)
    before = row.model_dump()
    row.state, row.paid_on, row.document_no = PaymentState.PAID, paid_on, document_no
    row.notes = notes or row.notes
    session.add(row)
    session.flush()
    change = told_record("care_payment", row, before)
    record_event(session, "payment:paid", [change], actor=actor, at=now, document=document_no)
    return row
