"""Reading money and effect: budgets and spending by record, division and year; what worked, by measure."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.commands.strategy_rows import works_of
from registry.models import Assessment, Budget, Strategy, WorkOrder
from registry.rules.outcomes import ScorePair, outcomes
from registry.strategies import Subjects
from registry.strategy_records import BudgetRecord, OutcomeRecord, SpendRecord
from registry.vocab.care_words import WorkState

_NOT_COUNTED = (WorkState.CANCELLED,)


def budget_records(session: Session, year: int | None = None) -> list[BudgetRecord]:
    """Budgets by year, division and source, each with what was spent of it.

    A work counts for the year in which it was finished (planned ones: is due, or was ordered), for the
    division of its record and those around it, for its own source of money and currency: to the cent, once.
    """
    known = Subjects(session)
    works = [_Counted(work, known) for work in _works(session)]
    query = select(Budget).order_by(
        col(Budget.year), col(Budget.division_id), col(Budget.fund_source), Budget.id
    )
    found = []
    for row in session.exec(query):
        if year is not None and row.year != year:
            continue
        own = [
            each
            for each in works
            if each.year == row.year
            and each.currency == row.currency
            and each.source == row.fund_source.value
            and _is_within(each.division_id, row.division_id)
        ]
        found.append(
            BudgetRecord(
                year=row.year,
                division_path=known.around.division_path(row.division_id),
                fund_source=row.fund_source.value,
                currency=row.currency,
                amount_cents=row.amount_cents,
                planned_cents=sum(each.planned for each in own),
                spent_cents=sum(each.spent for each in own),
                works=len(own),
                document_no=row.document_no,
                notes=row.notes,
            )
        )
    return found


def spending(session: Session, by: str, year: int | None = None) -> list[SpendRecord]:
    """Planned and spent amounts `by` record, division or year; each currency by itself.

    Raises ValueError for anything else than "record", "division" and "year".
    """
    if by not in {"record", "division", "year"}:
        raise ValueError(f"by must be record, division or year, got {by!r}")
    known = Subjects(session)
    groups: defaultdict[tuple[str, int | None, str], list[_Counted]] = defaultdict(list)
    for work in _works(session):
        each = _Counted(work, known)
        if year is None or each.year == year:
            key = {"record": each.record, "division": each.division, "year": str(each.year or "")}[by]
            groups[key, each.year, each.currency].append(each)
    return [
        SpendRecord(
            key=key,
            year=of_year,
            currency=currency,
            planned_cents=sum(each.planned for each in own),
            spent_cents=sum(each.spent for each in own),
            works=len(own),
        )
        for (key, of_year, currency), own in sorted(
            groups.items(), key=lambda item: (item[0][0], item[0][1] or 0, item[0][2])
        )
    ]


def outcome_records(session: Session) -> list[OutcomeRecord]:
    """What worked, by species and measure: scores of one model before and after accepted works."""
    return outcomes(_pairs(session))


def _pairs(session: Session) -> Iterable[ScorePair]:
    known = Subjects(session)
    query = select(Strategy).where(
        col(Strategy.assessment_id).is_not(None), col(Strategy.outcome_id).is_not(None)
    )
    for strategy in session.exec(query.order_by(col(Strategy.number), col(Strategy.version))).all():
        before = session.get_one(Assessment, strategy.assessment_id)
        after = session.get_one(Assessment, strategy.outcome_id)
        same = (before.model_id, before.model_version) == (after.model_id, after.model_version)
        species = known.about(strategy).species
        if not same or before.score is None or after.score is None or species is None:
            continue
        done = [w.measure for w in works_of(session, strategy) if w.state == WorkState.ACCEPTED]
        yield ScorePair(
            species, before.model_id, before.model_version, before.score, after.score, tuple(done)
        )


class _Counted:
    """A work as it is counted: for which year, division, source and currency."""

    __slots__ = ("currency", "division", "division_id", "planned", "record", "source", "spent", "year")

    def __init__(self, work: WorkOrder, known: Subjects) -> None:
        about = known.about(work)
        day = work.finished_on or work.due_on or work.ordered_on
        self.year = day.year if day else None
        self.currency = work.currency
        self.source = work.fund_source.value if work.fund_source else None
        self.record = about.number if about.kind == "tree" else f"{about.kind}:{about.number}"
        self.division = " ".join(about.division_path)
        self.division_id = about.division_id
        self.planned = work.planned_cents or 0
        self.spent = work.cost_cents or 0


def _works(session: Session) -> Iterable[WorkOrder]:
    """Works that count: a cancelled one only where it cost something before."""
    counts = sa.or_(col(WorkOrder.state).not_in(_NOT_COUNTED), col(WorkOrder.cost_cents) > 0)
    return session.exec(select(WorkOrder).where(counts).order_by(WorkOrder.number)).all()


def _is_within(inner: Any, outer: Any) -> bool:
    """Whether a division is another or lies in it; everything lies in none."""
    return outer is None or (inner is not None and f"{inner}/".startswith(f"{outer}/"))
