"""Works, money and outcomes as lines, sheets and JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from exports.workbook import Column, Sheet, numbered
from registry.cli.strategy_desk import about_words, quantity_words
from registry.rules.strategies import WORK_NEXT
from registry.strategy_records import BudgetRecord, OutcomeRecord, SpendRecord, WorkRecord
from registry.vocab.care_words import FundSource, WorkState
from registry.vocab.language import Translator
from registry.vocab.measures import measure_labels
from registry.vocab.money import money_text


def work_line(record: WorkRecord, today: date, t: Translator) -> str:
    """A work order in one line, with the command that comes next."""
    following = WORK_NEXT.get(WorkState(record.state))
    late = t.gettext("was due on {day}", day=record.due_on) if record.is_overdue(today) else ""
    parts = (
        record.number,
        about_words(record.about),
        f"{record.measure} {t.word(measure_labels(), record.measure)}",
        quantity_words(t, record.quantity, record.unit),
        t.word(WorkState, record.state),
        record.crew,
        late or (t.gettext("due on {day}", day=record.due_on) if record.is_open and record.due_on else ""),
        money_text(record.cost_cents, record.currency, t),
        t.gettext("next: `gushu work {step} {number}`", step=following, number=record.number)
        if following
        else "",
    )
    return "  ".join(filter(None, parts))


def work_sheet(found: Sequence[WorkRecord], today: date, t: Translator) -> Sheet:
    """Work orders as a sheet."""
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(_("Work order"), 16),
        Column(_("Strategy"), 16),
        Column(_("Record"), 20),
        Column(t.label("name"), 16),
        Column(t.label("division"), 24),
        Column(_("Measure"), 8),
        Column(_("What is done"), 22),
        Column(_("How"), 34),
        Column(_("Quantity"), 14),
        Column(_("State"), 12),
        Column(_("Crew"), 22),
        Column(_("Due on"), 12, "date"),
        Column(_("Late"), 6),
        Column(_("Begun on"), 12, "date"),
        Column(_("Finished on"), 12, "date"),
        Column(_("Accepted on"), 12, "date"),
        Column(_("Currency"), 8),
        Column(_("Planned"), 14),
        Column(_("Cost"), 14),
        Column(_("Source of the money"), 14),
        Column(_("Outcome"), 30),
    )
    rows = (
        (
            w.number, w.strategy_no, w.about.number, w.about.name, " ".join(w.about.division_path), w.measure,
            t.word(measure_labels(), w.measure), w.text, quantity_words(t, w.quantity, w.unit),
            t.word(WorkState, w.state), w.crew, w.due_on, _("yes") if w.is_overdue(today) else "",
            w.started_on, w.finished_on, w.accepted_on, w.currency,
            amount_text(w.planned_cents), amount_text(w.cost_cents),
            t.word(FundSource, w.fund_source), w.outcome,
        )
        for w in found
    )  # fmt: skip
    return Sheet(_("Work orders"), columns, numbered(rows))


def budget_sheet(found: Sequence[BudgetRecord], t: Translator) -> Sheet:
    """Budgets as a sheet. Amounts are texts, exact to the cent: a spreadsheet would round great ones."""
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(_("Year"), 8),
        Column(t.label("division"), 26),
        Column(_("Source of the money"), 16),
        Column(_("Currency"), 8),
        Column(_("Budget"), 16),
        Column(_("Planned"), 16),
        Column(_("Spent"), 16),
        Column(_("Left"), 16),
        Column(_("Work orders"), 8, "integer"),
        Column(_("Document"), 22),
    )
    rows = (
        (
            str(b.year), " ".join(b.division_path), t.word(FundSource, b.fund_source), b.currency,
            amount_text(b.amount_cents), amount_text(b.planned_cents), amount_text(b.spent_cents),
            amount_text(b.left_cents),
            b.works, b.document_no,
        )
        for b in found
    )  # fmt: skip
    return Sheet(_("Budgets"), columns, numbered(rows))


def spend_sheet(by: str, found: Sequence[SpendRecord], t: Translator) -> Sheet:
    """Spending as a sheet."""
    _ = t.gettext
    titles = {
        "year": _("Spending by year"),
        "division": _("Spending by division"),
        "record": _("Spending by record"),
    }
    heads = {"year": _("Year"), "division": t.label("division"), "record": _("Record")}
    columns = (
        Column(_("No."), 6, "integer"),
        Column(heads[by], 28),
        Column(_("Year"), 8),
        Column(_("Currency"), 8),
        Column(_("Planned"), 16),
        Column(_("Spent"), 16),
        Column(_("Work orders"), 8, "integer"),
    )
    rows = (
        (
            s.key,
            str(s.year or ""),
            s.currency,
            amount_text(s.planned_cents),
            amount_text(s.spent_cents),
            s.works,
        )
        for s in found
    )
    return Sheet(titles[by], columns, numbered(rows))


def outcome_line(each: OutcomeRecord, t: Translator) -> str:
    """What a measure did, in one line; few records say that they are anecdotes."""
    said = t.gettext(
        "median {median} ({least} to {most}), improved {share}",
        median=f"{each.median:+.1f}",
        least=f"{each.least:+.1f}",
        most=f"{each.most:+.1f}",
        share=f"{each.improved:.0%}",
    )
    parts = (
        each.species,
        f"{each.measure} {t.word(measure_labels(), each.measure)}",
        t.ngettext("{count} record", "{count} records", each.records),
        said,
        f"{each.model_id} {each.model_version}",
        t.gettext("fewer than five: an anecdote, no evidence") if each.is_anecdote else "",
    )
    return "  ".join(filter(None, parts))


def outcome_sheet(found: Sequence[OutcomeRecord], t: Translator) -> Sheet:
    """What worked as a sheet."""
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(t.label("name"), 18),
        Column(_("Measure"), 8),
        Column(_("What is done"), 24),
        Column(_("Model"), 24),
        Column(_("Records"), 8, "integer"),
        Column(_("Median change"), 12, "decimal"),
        Column(_("Least"), 10, "decimal"),
        Column(_("Most"), 10, "decimal"),
        Column(_("Improved"), 10, "percent"),
        Column(_("Note"), 34),
    )
    rows = (
        (
            o.species, o.measure, t.word(measure_labels(), o.measure), f"{o.model_id} {o.model_version}",
            o.records, o.median, o.least, o.most, o.improved,
            _("fewer than five: an anecdote, no evidence") if o.is_anecdote else "",
        )
        for o in found
    )  # fmt: skip
    return Sheet(_("What worked"), columns, numbered(rows))


def told(record: Any) -> dict[str, Any]:
    """A record for programs, without pictures."""
    facts = asdict(record)
    for photo in facts.get("photos", ()):
        photo.pop("jpeg", None)
    return facts


def amount_text(cents: int | None) -> str:
    """1,234.50, exact; "" for None."""
    return "" if cents is None else f"{Decimal(cents) / 100:,.2f}"
