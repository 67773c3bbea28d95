"""One tree, one strategy (一树一策) on the command line, from the proposal to the result."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from exports.workbook import Column, Sheet, numbered
from registry.cli.app import Office, _, app, given_day
from registry.cli.exporting import FontFiles, register_facts, signer_of, written
from registry.cli.ledgers import Record, ref_of
from registry.cli.strategy_desk import (
    Amount,
    Due,
    Out,
    Quantity,
    UnitWord,
    amount_of,
    checked_out,
    currency_called,
    kept_kind,
    measure_called,
    pack_at,
    packs_at,
    strategy_called,
    usual_currency,
    write_list,
)
from registry.cli.strategy_words import full_number, say_strategy, strategy_line, told_strategy
from registry.cli.word_options import codes_of, either
from registry.commands.strategies import (
    LineDraft,
    add_line,
    called_by,
    change_lines,
    propose_strategy,
    set_strategy,
    strike_lines,
)
from registry.commands.strategy_rows import TEXTS
from registry.commands.subjects import subject_of
from registry.db import reading, transaction
from registry.errors import WordUnknownError
from registry.measure_tables import measure_table
from registry.models import Strategy
from registry.outputs import check_output
from registry.strategies import strategy_record, strategy_records
from registry.strategy_records import StrategyRecord
from registry.vocab.care_columns import CARE_COLUMNS
from registry.vocab.care_words import FundSource, StrategyState
from registry.vocab.language import Translator
from registry.vocab.money import money_text
from registry.vocab.strategy_words import STRATEGY_TEXTS

strategy = typer.Typer(
    no_args_is_help=True,
    help=_("One tree, one strategy: proposed, written, signed, approved, carried out, accepted."),
)
app.add_typer(strategy, name="strategy")

Number = Annotated[
    str, typer.Argument(metavar="STRATEGY", help=_("Number such as ST-2026-0001, or of the record."))
]
Lines = Annotated[list[int] | None, typer.Argument(metavar="LINE…", help=_("Numbers of lines; all if none."))]
Reason = Annotated[str, typer.Option(help=_("Why; it enters the history."))]
Text = Annotated[str | None, typer.Option(help=_("How it is to be done, and where."))]
Finding = Annotated[str | None, typer.Option(help=_("What it answers: code of a finding."))]
Price = Annotated[str | None, typer.Option(help=_("Price of one unit, such as 1,234.50."))]
Fund = Annotated[
    FundSource | None,
    typer.Option(
        parser=either(FundSource), metavar=codes_of(FundSource), help=_("Where the money comes from.")
    ),
]
By = Annotated[str | None, typer.Option("--by", help=_("Who is to do it."))]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help=_("Its first day."))]


@strategy.command(help=_("Propose a draft from the latest assessment; each line waits to be confirmed."))
def propose(
    ctx: typer.Context,
    record: Record,
    model: Annotated[str | None, typer.Option(help=_("Only from assessments by this model."))] = None,
    currency: Annotated[str | None, typer.Option(help=_("Such as CNY, HKD, TWD."))] = None,
    rescue: Annotated[
        bool | None, typer.Option("--rescue/--no-rescue", help=_("On the rescue track or not."))
    ] = None,
    submission_id: Annotated[
        str | None, typer.Option(help=_("The same one again makes nothing new."))
    ] = None,
) -> None:
    """Propose."""
    office: Office = ctx.obj
    t = office.t
    table = measure_table(office.address)
    with transaction(office.engine()) as session:
        today = office.today(session)
        ref = ref_of(session, record)
        kept_kind(ref[0], record)
        pack = pack_at(session, office, ref[:2])
        made, is_new = propose_strategy(
            session, ref, table, today=today, actor=office.actor, now=office.now(),
            model_id=model, is_rescue=rescue, submission_id=submission_id,
            currency=currency_called(currency) or usual_currency(session, ref[:2]),
        )  # fmt: skip
        told = strategy_record(session, made, table=table, pack=pack)
    if not is_new:
        office.say(t.gettext("{number} is open already.", number=full_number(told)))
    say_strategy(office, told, today)
    office.answer({**told_strategy(told), "new": is_new})


@strategy.command(help=_("Show a strategy: its state, lines, signatures, works and what is next."))
def show(ctx: typer.Context, number: Number) -> None:
    """Show."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        today = office.today(session)
        row = strategy_called(session, number)
        table, pack = measure_table(office.address), pack_at(session, office, subject_of(row))
        told = strategy_record(session, row, table=table, pack=pack)
    say_strategy(office, told, today)
    office.answer(told_strategy(told))


@strategy.command(
    "list", help=_("List the strategies in use, here or into a workbook; --all: every version.")
)
def list_(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Argument(metavar="RECORD")] = None,
    out: Out = None,
    state: Annotated[list[StrategyState] | None, typer.Option(help=_("Only in this state."))] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help=_("Only those whose next step is late."))
    ] = False,
    every: Annotated[bool, typer.Option("--all", help=_("Superseded and withdrawn versions too."))] = False,
) -> None:
    """List."""
    office: Office = ctx.obj
    t = office.t
    checked_out(out, office)
    with reading(office.engine()) as session:
        today = office.today(session)
        about = ref_of(session, record)[:2] if record else None
        if about:
            kept_kind(about[0], record or "")
        found = strategy_records(
            session, about, state or (), latest=not every, pack_of=packs_at(session, office)
        )
        if overdue:
            found = [each for each in found if each.due and each.due.due_on < today]
        for each in found:
            office.say(strategy_line(each, today, t))
        count = t.ngettext("{count} strategy", "{count} strategies", len(found))
        office.say(count if found else t.gettext("None. Begin with `gushu strategy propose RECORD`."))
        if out:
            write_list(session, office, out, [_sheet(found, t)], t.gettext("Strategies"), [count])
    office.answer({"strategies": [told_strategy(each) for each in found]})


@strategy.command("set", help=_("Write texts and terms: aims=…, diagnosis=…, starts_on=2026-04-01."))
def set_(
    ctx: typer.Context,
    number: Number,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE…", help=" · ".join(TEXTS))],
) -> None:
    """Set."""
    office: Office = ctx.obj
    values = dict(_field(text, office.t) for text in fields)
    with transaction(office.engine()) as session:
        row = strategy_called(session, number)
        changed = set_strategy(session, row, values, actor=office.actor, now=office.now())
        called = called_by(row)
    said = office.t.ngettext("{count} field changed.", "{count} fields changed.", len(changed))
    office.say(f"{called}  {said}")
    office.answer({"number": called, "changed": changed})


@strategy.command(help=_("Add a line of your own; it counts as it is written."))
def add(
    ctx: typer.Context,
    number: Number,
    measure: Annotated[str, typer.Argument(help=_("Code such as T10, or its name."))],
    text: Text = None,
    finding: Finding = None,
    quantity: Quantity = None,
    unit: UnitWord = None,
    price: Price = None,
    amount: Amount = None,
    fund: Fund = None,
    by: By = None,
    from_: From = None,
    due: Due = None,
) -> None:
    """Add a line."""
    office: Office = ctx.obj
    draft = LineDraft(
        measure_called(measure), text, finding, quantity, unit, amount_of(price, "--price"),
        amount_of(amount, "--amount"), fund, by, given_day(from_), given_day(due),
    )  # fmt: skip
    with transaction(office.engine()) as session:
        row = strategy_called(session, number)
        line = add_line(session, row, draft, actor=office.actor, now=office.now())
        _say_content(session, office, row)
        facts = {"number": called_by(row), "line": line.ordinal}
    office.answer(facts)


@strategy.command(help=_("Change a line: measure, text, quantity, price, money, who, when."))
def line(
    ctx: typer.Context,
    number: Number,
    place: Annotated[int, typer.Argument(metavar="LINE", help=_("Number of the line."))],
    measure: Annotated[str | None, typer.Option(help=_("Code such as T10, or its name."))] = None,
    text: Text = None,
    finding: Finding = None,
    quantity: Quantity = None,
    unit: UnitWord = None,
    price: Price = None,
    amount: Amount = None,
    fund: Fund = None,
    by: By = None,
    from_: From = None,
    due: Due = None,
) -> None:
    """Change a line."""
    office: Office = ctx.obj
    draft = LineDraft(
        measure_called(measure) if measure else None, text, finding, quantity, unit,
        amount_of(price, "--price"), amount_of(amount, "--amount"), fund, by,
        given_day(from_), given_day(due),
    )  # fmt: skip
    with transaction(office.engine()) as session:
        row = strategy_called(session, number)
        changed = change_lines(session, row, [place], draft, actor=office.actor, now=office.now())
        _say_content(session, office, row)
        called = called_by(row)
    office.answer({"number": called, "changed": changed})


@strategy.command(help=_("Confirm proposed lines, after having looked at each; all where none is named."))
def confirm(ctx: typer.Context, number: Number, lines: Lines = None) -> None:
    """Confirm."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        row = strategy_called(session, number)
        changed = change_lines(session, row, lines or (), confirm=True, actor=office.actor, now=office.now())
        _say_content(session, office, row)
        called = called_by(row)
    office.answer({"number": called, "changed": changed})


@strategy.command(help=_("Strike lines, and say why; they stay in the history."))
def strike(
    ctx: typer.Context,
    number: Number,
    lines: Annotated[list[int], typer.Argument(metavar="LINE…", help=_("Numbers of lines."))],
    reason: Reason,
) -> None:
    """Strike."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        row = strategy_called(session, number)
        gone = strike_lines(session, row, lines, reason=reason, actor=office.actor, now=office.now())
        _say_content(session, office, row)
        called = called_by(row)
    office.answer({"number": called, "struck": gone})


@strategy.command("print", help=_("Print a strategy as a book of its own (PDF); for the office only."))
def print_(ctx: typer.Context, number: Number, out: Path, font: FontFiles = None) -> None:
    """Print."""
    from exports.proofs import make_paper
    from exports.strategy_book import write_strategy_book
    from registry.queries import full_trees

    office: Office = ctx.obj
    check_output(out, ".pdf", office.address)
    with reading(office.engine()) as session:
        row = strategy_called(session, number)
        kind, own = subject_of(row)
        told = strategy_record(
            session, row, table=measure_table(office.address), photos=office.paper_photos(),
            pack=pack_at(session, office, (kind, own)),
        )  # fmt: skip
        tree = (
            next(iter(full_trees(session, [own], office.paper_photos()))).record if kind == "tree" else None
        )
        facts = replace(register_facts(session, office), is_restricted=True)
        paper = make_paper("strategy", row.id, told.number, told, facts, signer_of(office))
    with written(out) as stream:
        write_strategy_book(
            told, facts, stream, language=office.t, tree=tree, extra_fonts=tuple(font or ()), paper=paper
        )
    office.say(office.t.gettext("Strategy {number}: {path}", number=number, path=out))
    office.answer({"number": told.number, "version": told.version, "path": str(out)})


def _say_content(session: Any, office: Office, row: Strategy) -> None:
    told = strategy_record(session, row, table=measure_table(office.address))
    say_strategy(office, told, office.today(session), brief=True)


def _field(text: str, t: Translator) -> tuple[str, Any]:
    """(name, value) of field=value; nothing behind the sign says that it is not known."""
    name, sign, value = text.partition("=")
    known = {
        label: field for field in (*TEXTS, "starts_on", "ends_on", "currency") for label in _labels(field)
    }
    if not sign or name.strip() not in known:
        raise WordUnknownError(value=name, known=list(dict.fromkeys(known.values())))
    field, said = known[name.strip()], value.strip() or None
    if field in {"starts_on", "ends_on"} and said:
        try:
            return field, date.fromisoformat(said)
        except ValueError:
            raise typer.BadParameter(t.gettext("{field}: a day such as 2026-04-01", field=field)) from None
    return field, currency_called(said) if field == "currency" else said


def _labels(field: str) -> tuple[str, ...]:
    return (field, *STRATEGY_TEXTS.get(field, ()), *CARE_COLUMNS.get(field, ()))


def _sheet(found: list[StrategyRecord], t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(_("Strategy"), 16),
        Column(_("Version"), 8, "integer"),
        Column(_("Record"), 20),
        Column(t.label("name"), 16),
        Column(t.label("division"), 24),
        Column(_("State"), 12),
        Column(_("Rescue"), 8),
        Column(_("Measures"), 10, "integer"),
        Column(_("Works open"), 10, "integer"),
        Column(_("Planned"), 18),
        Column(_("Spent"), 18),
        Column(_("Approved on"), 12, "date"),
        Column(_("Accepted on"), 12, "date"),
        Column(_("Score before"), 10, "decimal"),
        Column(_("Score afterwards"), 10, "decimal"),
        Column(_("Next step due"), 12, "date"),
    )
    rows = (
        (
            s.number, s.version, s.about.number, s.about.name, " ".join(s.about.division_path),
            t.word(StrategyState, s.state), _("yes") if s.is_rescue else "", len(s.lines),
            sum(w.is_open for w in s.works), money_text(s.planned_cents, s.currency, t),
            money_text(s.spent_cents, s.currency, t), s.approved_on, s.accepted_on,
            s.before and s.before.score, s.after and s.after.score, s.due and s.due.due_on,
        )
        for s in found
    )  # fmt: skip
    return Sheet(_("Strategies"), columns, numbered(rows))
