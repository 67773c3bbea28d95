"""Budgets: money set aside for a year and a division, by whom and on which document."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from registry.care_errors import MoneyError
from registry.commands.history import record_event
from registry.commands.subjects import told_record
from registry.errors import Phrase
from registry.models import Budget
from registry.vocab.care_words import FundSource

YEARS = range(1950, 2101)


@dataclass(frozen=True, slots=True)
class BudgetDraft:
    """One budget. division_id: None for the whole register; amount in whole hundredths."""

    year: int
    fund_source: FundSource
    amount_cents: int
    currency: str
    division_id: str | None = None
    document_no: str | None = None
    notes: str | None = None


def set_budget(session: Session, draft: BudgetDraft, *, actor: str, now: datetime) -> tuple[Budget, str]:
    """Enter a budget, or set the amount of the one of the same year, division, source and document anew.

    Returns it with "new", "changed" or "same". Raises MoneyError for a year out of sight, or where the
    currency would change.
    """
    if draft.year not in YEARS:
        raise MoneyError(field="year", value=draft.year, reason=Phrase("there is no such year of accounts"))
    division, document = col(Budget.division_id), col(Budget.document_no)
    row = session.exec(
        select(Budget).where(
            Budget.year == draft.year,
            Budget.fund_source == draft.fund_source,
            division.is_(None) if draft.division_id is None else division == draft.division_id,
            document.is_(None) if draft.document_no is None else document == draft.document_no,
        )
    ).first()
    before = row.model_dump(exclude={"id"}) if row else None
    if row is not None and row.currency != draft.currency:
        told = Phrase("this budget is kept in {currency}", currency=row.currency)
        raise MoneyError(field="currency", value=draft.currency, reason=told)
    row = row or Budget(
        year=draft.year,
        division_id=draft.division_id,
        fund_source=draft.fund_source,
        currency=draft.currency,
        amount_cents=draft.amount_cents,
        document_no=draft.document_no,
    )
    row.amount_cents = draft.amount_cents
    row.notes = draft.notes or row.notes
    session.add(row)
    session.flush()
    change = told_record("budget", row, before)
    if not change.fields:
        return row, "same"
    kind = "budget:made" if before is None else "budget:changed"
    record_event(session, kind, [change], actor=actor, at=now, document=draft.document_no)
    return row, "new" if before is None else "changed"
