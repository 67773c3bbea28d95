"""The steps of a strategy on the command line: signed, approved, begun, accepted, withdrawn, made anew."""

from typing import Annotated, Any

import typer

from registry.cli.app import Office, _, given_day
from registry.cli.ledgers import Document
from registry.cli.strategies import Number, Reason, strategy
from registry.cli.strategy_desk import (
    Day,
    pack_at,
    strategy_called,
)
from registry.cli.strategy_words import full_number, say_strategy, told_strategy
from registry.commands.strategies import (
    called_by,
    new_version,
)
from registry.commands.strategy_steps import (
    SignatureDraft,
    accept_strategy,
    approve_strategy,
    set_outcome,
    sign_strategy,
    start_strategy,
    withdraw_strategy,
)
from registry.commands.subjects import subject_of
from registry.db import transaction
from registry.measure_tables import measure_table
from registry.models import Strategy
from registry.rules.strategies import experts_needed
from registry.strategies import strategy_record
from registry.strategy_records import StrategyRecord
from registry.vocab.care_words import SignRole


@strategy.command(help=_("Sign as who prepared it, reviewed it, or as an expert."))
def sign(
    ctx: typer.Context,
    number: Number,
    party: Annotated[str, typer.Argument(metavar="NAME", help=_("Who signs."))],
    as_: Annotated[
        SignRole, typer.Option("--as", help=_("prepared, reviewed or expert."))
    ] = SignRole.PREPARED,
    on: Day = None,
    against: Annotated[bool, typer.Option("--against", help=_("Signs against it; says why."))] = False,
    opinion: Annotated[str | None, typer.Option(help=_("Opinion; stays in the office."))] = None,
    document: Document = None,
) -> None:
    """Sign."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = strategy_called(session, number)
        draft = SignatureDraft(party, as_, given_day(on) or today, not against, opinion, document)
        row, gaps = sign_strategy(
            session, row, draft, experts=_experts(session, office, row), today=today,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
        called, state = called_by(row), row.state
    office.say(t.gettext("{number}: signed by {party}.", number=called, party=party))
    for gap in gaps:
        office.say("  · " + str(t.phrase(gap)))
    if not gaps:
        office.say(
            t.gettext(
                "It is reviewed. Next: `gushu strategy approve {number} --by OFFICE --document NO`",
                number=called,
            )
        )
    office.answer({"number": called, "state": state.value, "gaps": [str(gap) for gap in gaps]})


@strategy.command(help=_("Record the approval by an office on its document."))
def approve(
    ctx: typer.Context,
    number: Number,
    by: Annotated[str, typer.Option(help=_("Which office approved."))],
    document: Annotated[str, typer.Option(help=_("Number of its document."))],
    on: Day = None,
) -> None:
    """Approve."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = strategy_called(session, number)
        gone = approve_strategy(
            session, row, by=by, document=document, on=given_day(on) or today, today=today,
            experts=_experts(session, office, row), actor=office.actor, now=office.now(),
        )  # fmt: skip
        called, superseded = called_by(row), [called_by(each) for each in gone]
    office.say(t.gettext("{number} is approved. Next: `gushu strategy start {number}`", number=called))
    for each in superseded:
        office.say(t.gettext("{number} is superseded.", number=each))
    office.answer({"number": called, "superseded": superseded})


@strategy.command(help=_("Begin to carry it out: every line becomes a work order."))
def start(ctx: typer.Context, number: Number) -> None:
    """Start."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = strategy_called(session, number)
        works = start_strategy(session, row, today=today, actor=office.actor, now=office.now())
        called, numbers = called_by(row), [work.number for work in works]
    for each in numbers:
        office.say("  " + each)
    office.say(t.ngettext("{count} work order was made.", "{count} work orders were made.", len(numbers)))
    if numbers:
        office.say(t.gettext("Next: `gushu work order {work} --crew NAME --due DAY`", work=numbers[0]))
    office.answer({"number": called, "works": numbers})


@strategy.command(
    help=_("Record the acceptance of the whole; the assessment after the works is its outcome.")
)
def accept(
    ctx: typer.Context,
    number: Number,
    by: Annotated[str, typer.Option(help=_("Who accepts."))],
    outcome: Annotated[str, typer.Option(help=_("What came of it."))],
    on: Day = None,
    document: Document = None,
) -> None:
    """Accept."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = strategy_called(session, number)
        accept_strategy(
            session, row, on=given_day(on) or today, by=by, outcome=outcome, document=document, today=today,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
        told = strategy_record(session, row, pack=pack_at(session, office, subject_of(row)))
    office.say(office.t.gettext("{number} is accepted.", number=full_number(told)))
    _say_outcome(office, told)
    office.answer(told_strategy(told))


@strategy.command("outcome", help=_("Take the newest assessment after the works as the outcome."))
def outcome_(ctx: typer.Context, number: Number) -> None:
    """Take the outcome."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        row = strategy_called(session, number)
        set_outcome(session, row, actor=office.actor, now=office.now())
        told = strategy_record(session, row)
    _say_outcome(office, told)
    office.answer(told_strategy(told))


@strategy.command(help=_("Withdraw what was not begun."))
def withdraw(ctx: typer.Context, number: Number, reason: Reason) -> None:
    """Withdraw."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        row = strategy_called(session, number)
        withdraw_strategy(session, row, reason=reason, actor=office.actor, now=office.now())
        called = called_by(row)
    office.say(office.t.gettext("{number} is withdrawn.", number=called))
    office.answer({"number": called})


@strategy.command(
    "new-version", help=_("Copy it as a draft of the next version; it supersedes when approved.")
)
def new_version_(ctx: typer.Context, number: Number, reason: Reason) -> None:
    """Make a new version."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = strategy_called(session, number)
        made, is_new = new_version(
            session, row, today=today, reason=reason, actor=office.actor, now=office.now()
        )
        told = strategy_record(session, made, table=measure_table(office.address))
    if not is_new:
        office.say(office.t.gettext("{number} is open already.", number=full_number(told)))
    say_strategy(office, told, today)
    office.answer({**told_strategy(told), "new": is_new})


def _experts(session: Any, office: Office, row: Strategy) -> int:
    return experts_needed(pack_at(session, office, subject_of(row)), is_rescue=row.is_rescue)


def _say_outcome(office: Office, told: StrategyRecord) -> None:
    t = office.t
    if told.after is None:
        office.say(
            t.gettext(
                "No assessment after its works yet: record one, then `gushu strategy outcome {number}`",
                number=told.number,
            )
        )
    elif told.change is None:
        office.say(t.gettext("Before and after are of different models, or without a score: not compared."))
    else:
        facts = {
            "before": told.before and t.number(told.before.score or 0),
            "after": t.number(told.after.score or 0),
        }
        office.say(t.gettext("Score before {before}, afterwards {after}", **facts) + f" ({told.change:+.1f})")
