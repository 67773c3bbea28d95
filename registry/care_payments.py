"""What caretakers are to be paid for a year, from their agreements; and the payments that are on record."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.letter_records import PaidRecord, PaymentRecord
from registry.models import CareAgreement, CareLetter, CarePayment, Grove, Party, Tree
from registry.rules.care_pay import Term, months_paid, part_of_year, reference_day

_SUBJECTS: tuple[tuple[str, Any, str, str], ...] = (
    ("tree", Tree, "tree_no", "name_verbatim"),
    ("grove", Grove, "number", "name"),
)


def paid_records(session: Session, year: int, today: date) -> list[PaidRecord]:
    """Every agreement that is paid for a year, by caretaker and record.

    Where the terms do not speak of months, a year is paid whole to whoever has the agreement in force on its
    last day (today while the year is running), so that no record is paid twice. By the month, each month goes
    to the agreement in force on its 15th.
    """
    found: list[PaidRecord] = []
    for kind, table, number, name in _SUBJECTS:
        whose = col(getattr(CareAgreement, f"{kind}_id"))
        columns: list[Any] = [
            CareAgreement,
            Party,
            CareLetter.is_paid_by_month,
            getattr(table, number),
            getattr(table, name),
        ]
        query = (
            sa.select(*columns)
            .join(Party, col(Party.id) == col(CareAgreement.party_id))
            .join(table, table.id == whose)
            .outerjoin(CareLetter, col(CareLetter.id) == col(CareAgreement.letter_id))
            .where(
                col(CareAgreement.yearly_cents).is_not(None),
                col(CareAgreement.signed_on) <= date(year, 12, 31),
            )
        )
        for agreement, party, by_month, called, own_name in session.execute(query):
            found += _paid(kind, agreement, party, bool(by_month), called, own_name, year, today)
    return sorted(
        found,
        key=lambda each: (each.party, each.party_id, each.kind != "tree", len(each.number), each.number),
    )


def _paid(
    kind: str,
    agreement: CareAgreement,
    party: Party,
    by_month: bool,
    number: str,
    name: str | None,
    year: int,
    today: date,
) -> Iterator[PaidRecord]:
    term = Term(agreement.signed_on, agreement.valid_to, agreement.ended_on)
    yearly = agreement.yearly_cents or 0
    months = months_paid(term, year) if by_month else None
    if months == 0 or (months is None and not term.covers(reference_day(year, today))):
        return
    yield PaidRecord(
        kind=kind,
        number=number,
        name=name,
        party_id=party.id,
        party=party.name,
        party_kind=party.kind.value,
        document_no=agreement.document_no,
        signed_on=agreement.signed_on.isoformat(),
        valid_to=agreement.valid_to.isoformat() if agreement.valid_to else None,
        currency=agreement.currency or "CNY",
        yearly_cents=yearly,
        months=months,
        amount_cents=yearly if months is None else part_of_year(yearly, months),
    )


def is_any_in_force(session: Session, year: int, today: date) -> bool:
    """Whether any agreement is in force on the day by which a year is paid, whatever it says of money."""
    day = reference_day(year, today)
    begun = select(CareAgreement).where(col(CareAgreement.signed_on) <= day)
    return any(Term(each.signed_on, each.valid_to, each.ended_on).covers(day) for each in session.exec(begun))


def payment_records(session: Session, year: int | None = None) -> list[PaymentRecord]:
    """The payments on record, of one year or of all, by year and caretaker."""
    query = select(CarePayment, Party).join(Party, col(Party.id) == col(CarePayment.party_id))
    if year is not None:
        query = query.where(CarePayment.year == year)
    found = session.exec(query.order_by(col(CarePayment.year), col(Party.name), col(Party.id)))
    return [
        PaymentRecord(
            id=row.id,
            year=row.year,
            party_id=row.party_id,
            party=party.name,
            party_kind=party.kind.value,
            record_count=row.record_count,
            currency=row.currency,
            amount_cents=row.amount_cents,
            state=row.state.value,
            paid_on=row.paid_on.isoformat() if row.paid_on else None,
            document_no=row.document_no,
            notes=row.notes,
        )
        for row, party in found
    ]
