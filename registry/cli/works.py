"""Work orders (工程单) on the command line, from order to acceptance."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from registry.care_errors import WorkError
from registry.cli.app import Office, _, app, given_day
from registry.cli.exporting import FontFiles, register_facts, written
from registry.cli.ledgers import Document, Record, ref_of
from registry.cli.strategy_desk import (
    Day,
    Due,
    Out,
    Quantity,
    UnitWord,
    amount_of,
    checked_out,
    currency_called,
    kept_kind,
    measure_called,
    strategy_called,
    usual_currency,
    write_list,
)
from registry.cli.word_options import codes_of, either
from registry.cli.work_words import (
    told,
    work_line,
    work_sheet,
)
from registry.commands.works import (
    WorkDraft,
    add_work_photo,
    change_work,
    find_work,
    make_work,
    stages_with_photos,
    take_step,
)
from registry.db import reading, transaction
from registry.errors import Phrase
from registry.models import WorkOrder
from registry.outputs import check_output
from registry.strategies import work_records, works_about
from registry.vocab.care_words import CARE_WORDS, FundSource, WorkStage, WorkState

work = typer.Typer(
    no_args_is_help=True, help=_("Work orders: from order to acceptance, with photos and costs.")
)
app.add_typer(work, name="work")

Number = Annotated[str, typer.Argument(metavar="WORK", help=_("Number such as WO-2026-0001."))]
Text = Annotated[str | None, typer.Option(help=_("How it is to be done, and where."))]
Crew = Annotated[str | None, typer.Option(help=_("Who does it."))]
Fund = Annotated[
    FundSource | None,
    typer.Option(
        parser=either(FundSource), metavar=codes_of(FundSource), help=_("Where the money comes from.")
    ),
]
Planned = Annotated[str | None, typer.Option(help=_("Planned amount, such as 1,234.50."))]
Cost = Annotated[str | None, typer.Option(help=_("What it cost, such as 1,234.50."))]
Currency = Annotated[str | None, typer.Option(help=_("Such as CNY, HKD, TWD."))]
Why = Annotated[str, typer.Option(help=_("Why; it enters the history."))]


@work.command(help=_("Make a work order by itself, or one more for a line of a strategy."))
def new(
    ctx: typer.Context,
    record: Record,
    measure: Annotated[str, typer.Argument(help=_("Code such as T10, or its name."))],
    strategy: Annotated[
        str | None, typer.Option(metavar="STRATEGY", help=_("Strategy that it belongs to."))
    ] = None,
    line: Annotated[int | None, typer.Option(help=_("Line of that strategy."))] = None,
    text: Text = None,
    quantity: Quantity = None,
    unit: UnitWord = None,
    crew: Crew = None,
    due: Due = None,
    planned: Planned = None,
    currency: Currency = None,
    fund: Fund = None,
    submission_id: Annotated[
        str | None, typer.Option(help=_("The same one again makes nothing new."))
    ] = None,
) -> None:
    """Make a work order."""
    office: Office = ctx.obj
    code = measure_called(measure)
    draft = WorkDraft(text, quantity, unit, crew, given_day(due), currency_called(currency),
                      amount_of(planned, "--planned"), None, fund)  # fmt: skip
    if (strategy is None) != (line is None):
        raise typer.BadParameter("--strategy --line")
    with transaction(office.engine()) as session:
        today = office.today(session)
        ref = ref_of(session, record)
        kept_kind(ref[0], record)
        row, is_new = make_work(
            session, ref, code, draft, today=today, actor=office.actor, now=office.now(),
            line=(strategy_called(session, strategy), line) if strategy and line else None,
            currency=usual_currency(session, ref[:2]), submission_id=submission_id,
        )  # fmt: skip
        _say(session, office, row, new=is_new)


@work.command("set", help=_("Change text, quantity, crew, day, amounts or source of money."))
def set_(
    ctx: typer.Context,
    number: Number,
    text: Text = None,
    quantity: Quantity = None,
    unit: UnitWord = None,
    crew: Crew = None,
    due: Due = None,
    planned: Planned = None,
    cost: Cost = None,
    fund: Fund = None,
    notes: Annotated[str | None, typer.Option(help=_("A note for the office."))] = None,
) -> None:
    """Change a work order."""
    office: Office = ctx.obj
    draft = WorkDraft(text, quantity, unit, crew, given_day(due), None, amount_of(planned, "--planned"),
                      amount_of(cost, "--cost"), fund, notes)  # fmt: skip
    with transaction(office.engine()) as session:
        row = find_work(session, number)
        changed = change_work(session, row, draft, actor=office.actor, now=office.now())
        _say(session, office, row, changed=changed)


@work.command(help=_("Order it from a crew, to be done by a day."))
def order(
    ctx: typer.Context, number: Number, crew: Crew = None, due: Due = None, planned: Planned = None,
    on: Day = None, document: Document = None,
) -> None:  # fmt: skip
    """Order."""
    draft = WorkDraft(crew=crew, due_on=given_day(due), planned_cents=amount_of(planned, "--planned"))
    _step(ctx.obj, number, "order", on, draft=draft, document=document)


@work.command(help=_("Record that work has begun, or begins again after it was not accepted."))
def start(ctx: typer.Context, number: Number, on: Day = None) -> None:
    """Start."""
    _step(ctx.obj, number, "start", on)


@work.command(help=_("Record that it is finished, and what it cost."))
def finish(
    ctx: typer.Context, number: Number, cost: Cost = None, quantity: Quantity = None, fund: Fund = None,
    on: Day = None, document: Document = None,
) -> None:  # fmt: skip
    """Finish."""
    draft = WorkDraft(cost_cents=amount_of(cost, "--cost"), quantity=quantity, fund_source=fund)
    _step(ctx.obj, number, "finish", on, draft=draft, document=document)


@work.command(help=_("Accept it with its result; photos of before and after are wanted."))
def accept(
    ctx: typer.Context,
    number: Number,
    by: Annotated[str, typer.Option(help=_("Who accepts."))],
    outcome: Annotated[str, typer.Option(help=_("What came of it."))],
    on: Day = None,
    document: Document = None,
    no_photos: Annotated[
        str | None, typer.Option(metavar="REASON", help=_("Why there are no photos of before and after."))
    ] = None,
) -> None:
    """Accept."""
    _step(ctx.obj, number, "accept", on, by=by, outcome=outcome, document=document, reason=no_photos)


@work.command(help=_("Do not accept it: it is to be done again."))
def reject(
    ctx: typer.Context,
    number: Number,
    by: Annotated[str, typer.Option(help=_("Who does not accept."))],
    reason: Why,
) -> None:
    """Reject."""
    _step(ctx.obj, number, "reject", None, by=by, reason=reason)


@work.command(help=_("Cancel it, and say why."))
def cancel(ctx: typer.Context, number: Number, reason: Why) -> None:
    """Cancel."""
    _step(ctx.obj, number, "cancel", None, reason=reason)


@work.command(help=_("Keep a photo of the works: before, during, hidden or after."))
def photo(
    ctx: typer.Context,
    number: Number,
    stage: WorkStage,
    file: Path,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Day on which it was taken."))
    ] = None,
    caption: Annotated[str | None, typer.Option(help=_("What it shows."))] = None,
) -> None:
    """Keep a photo."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        row = find_work(session, number)
        is_new = add_work_photo(
            session, row, file, stage, store=office.photos(), actor=office.actor, now=office.now(),
            taken_on=given_day(on), caption=caption,
        )  # fmt: skip
        called = row.number
    said = t.gettext("{number}: photo ({stage}) is kept.", number=called, stage=t.word(WorkStage, stage))
    office.say_change(said, changed=is_new)
    office.answer({"number": called, "stage": stage.value, "new": is_new})


@work.command(
    "list", help=_("List work orders that are open; of one record or strategy all; --all: closed ones too.")
)
def list_(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Argument(metavar="RECORD")] = None,
    strategy: Annotated[
        str | None, typer.Option(metavar="STRATEGY", help=_("Strategy that they belong to."))
    ] = None,
    out: Out = None,
    state: Annotated[list[WorkState] | None, typer.Option(help=_("Only in this state."))] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help=_("Only those that are late."))] = False,
    every: Annotated[bool, typer.Option("--all", help=_("Accepted and cancelled ones too."))] = False,
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
        number = strategy_called(session, strategy).number if strategy else None
        found = works_about(session, about, number)
        whole = every or bool(about or number or state)
        found = [w for w in found if (whole or w.is_open) and (not state or w.state in state)]
        found = [w for w in found if not overdue or w.is_overdue(today)]
        for each in found:
            office.say(work_line(each, today, t))
        count = t.ngettext("{count} work order", "{count} work orders", len(found))
        office.say(count if found else t.gettext("No work order here."))
        if out:
            write_list(session, office, out, [work_sheet(found, today, t)], t.gettext("Work orders"), [count])
    office.answer({"works": [told(each) for each in found]})


@work.command("print", help=_("Print the acceptance sheet of a work order (PDF); for the office only."))
def print_(ctx: typer.Context, number: Number, out: Path, font: FontFiles = None) -> None:
    """Print."""
    from exports.work_sheet import write_work_sheet

    office: Office = ctx.obj
    check_output(out, ".pdf", office.address)
    with reading(office.engine()) as session:
        row = find_work(session, number)
        record = work_records(session, [row], photos=office.paper_photos())[0]
        facts = register_facts(session, office)
    with written(out) as stream:
        write_work_sheet(record, facts, stream, language=office.t, extra_fonts=tuple(font or ()))
    office.say(office.t.gettext("Work order {number}: {path}", number=record.number, path=out))
    office.answer({"number": record.number, "path": str(out)})


def _step(
    office: Office,
    number: str,
    step: str,
    on: datetime | None,
    *,
    reason: str | None = None,
    **said: Any,
) -> None:
    """Take one step of a work order, and say where it stands."""
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = find_work(session, number)
        if step == "accept" and row.state == WorkState.FINISHED and reason is None:
            _assert_photos(stages_with_photos(session, row), row)
        changed = take_step(
            session, row, step, on=given_day(on) or today, today=today, reason=reason, actor=office.actor,
            now=office.now(), **said,
        )  # fmt: skip
        _say(session, office, row, changed=changed)


def _assert_photos(stages: set[WorkStage], row: WorkOrder) -> None:
    wanted = [stage for stage in (WorkStage.BEFORE, WorkStage.AFTER) if stage not in stages]
    if wanted:
        told = Phrase(
            "no photo of {stages}: `gushu work photo {number} {stage} FILE`, or say why with --no-photos",
            stages=[CARE_WORDS[WorkStage][stage] for stage in wanted],
            number=row.number,
            stage=wanted[0].value,
        )
        raise WorkError(work=row.number, reason=told)


def _say(session: Any, office: Office, row: WorkOrder, **facts: bool) -> None:
    record = work_records(session, [row])[0]
    office.say(work_line(record, office.today(session), office.t))
    office.answer({**told(record), **facts})
