"""Budgets, spending and what worked, on the command line."""

from typing import Annotated

import typer

from registry.cli.app import Office, _, app
from registry.cli.ledgers import DivisionOption, Document
from registry.cli.strategy_desk import (
    Out,
    amount_of,
    checked_out,
    currency_called,
    measure_called,
    write_list,
)
from registry.cli.work_words import (
    budget_sheet,
    outcome_line,
    outcome_sheet,
    spend_sheet,
    told,
)
from registry.commands.budgets import BudgetDraft, set_budget
from registry.commands.ledgers import find_division
from registry.db import reading, transaction
from registry.spending import budget_records, outcome_records, spending
from registry.vocab.care_words import FundSource
from registry.vocab.money import money_text

budget = typer.Typer(
    no_args_is_help=True, help=_("Budgets by year, division and source, and what was spent.")
)
app.add_typer(budget, name="budget")


@budget.command("set", help=_("Enter a budget, or set its amount anew."))
def budget_set(
    ctx: typer.Context,
    year: int,
    source: FundSource,
    amount: Annotated[str, typer.Argument(help=_("An amount such as 1,234.50, to the cent."))],
    division: DivisionOption = None,
    currency: Annotated[str, typer.Option(help=_("Such as CNY, HKD, TWD."))] = "CNY",
    document: Document = None,
    notes: Annotated[str | None, typer.Option(help=_("A note for the office."))] = None,
) -> None:
    """Set a budget."""
    office: Office = ctx.obj
    t = office.t
    cents, kept = amount_of(amount, "amount"), currency_called(currency)
    with transaction(office.engine()) as session:
        where = find_division(session, str(year), division) if division else None
        draft = BudgetDraft(year, source, cents or 0, kept or "CNY", where, document, notes)
        row, what = set_budget(session, draft, actor=office.actor, now=office.now())
        said = (t.word(FundSource, row.fund_source), money_text(row.amount_cents, row.currency, t))
    office.say(t.gettext("Nothing to change.") if what == "same" else f"{year}  {said[0]}  {said[1]}")
    office.answer({"year": year, "fund_source": source.value, "amount_cents": cents, "what": what})


@budget.command(
    "list", help=_("List budgets with what was spent, and spending by record, division and year.")
)
def budget_list(
    ctx: typer.Context,
    year: Annotated[int | None, typer.Option(help=_("Only this year."))] = None,
    by: Annotated[str, typer.Option(help="year · division · record")] = "year",
    out: Out = None,
) -> None:
    """List budgets."""
    office: Office = ctx.obj
    t = office.t
    checked_out(out, office)
    if by not in {"year", "division", "record"}:
        raise typer.BadParameter("--by: year · division · record")
    with reading(office.engine()) as session:
        budgets = budget_records(session, year)
        spent = {each: spending(session, each, year) for each in ("year", "division", "record")}
        for each in budgets:
            parts = (str(each.year), " ".join(each.division_path), t.word(FundSource, each.fund_source))
            office.say(
                "  ".join(filter(None, parts))
                + "  "
                + t.gettext(
                    "{amount}, spent {spent}, left {left}",
                    amount=money_text(each.amount_cents, each.currency, t),
                    spent=money_text(each.spent_cents, each.currency, t),
                    left=money_text(each.left_cents, each.currency, t),
                )
            )
        for row in spent[by]:
            facts = {
                "key": " ".join(filter(None, (row.key, str(row.year or "") if by != "year" else ""))) or "—",
                "planned": money_text(row.planned_cents, row.currency, t),
                "spent": money_text(row.spent_cents, row.currency, t),
            }
            works = t.ngettext("{count} work", "{count} works", row.works)
            office.say(t.gettext("{key}: planned {planned}, spent {spent}", **facts) + f"  {works}")
        if not budgets:
            office.say(t.gettext("No budget yet: `gushu budget set 2026 county 50000 --division NAME`"))
        if out:
            sheets = [budget_sheet(budgets, t), *(spend_sheet(name, rows, t) for name, rows in spent.items())]
            note = t.gettext("Amounts of different currencies are never added together.")
            write_list(session, office, out, sheets, t.gettext("Budgets and spending"), [note])
    office.answer(
        {"budgets": [told(each) for each in budgets], "spending": [told(each) for each in spent[by]]}
    )


@app.command(help=_("What worked: scores before and after works, by species and measure."))
def outcomes(
    ctx: typer.Context,
    out: Out = None,
    species: Annotated[str | None, typer.Option(help=_("Only this species."))] = None,
    measure: Annotated[str | None, typer.Option(help=_("Code such as T10, or its name."))] = None,
) -> None:
    """Say what worked."""
    office: Office = ctx.obj
    t = office.t
    checked_out(out, office)
    code = measure_called(measure) if measure else None
    with reading(office.engine()) as session:
        found = [
            each
            for each in outcome_records(session)
            if species in {None, each.species} and code in {None, each.measure}
        ]
        for each in found:
            office.say(outcome_line(each, t))
        if not found:
            office.say(
                t.gettext(
                    "Nothing to compare yet: it takes scores of one model before and after accepted works."
                )
            )
        note = t.gettext("A score that rose after works does not prove that they were the cause.")
        if found:
            office.say(note)
        if out:
            write_list(session, office, out, [outcome_sheet(found, t)], t.gettext("What worked"), [note])
    office.answer({"outcomes": [told(each) for each in found]})
