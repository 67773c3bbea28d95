"""Research trials (科研试验) on the command line."""

from datetime import date
from typing import Annotated, Any

import typer

from exports.workbook import Column, Sheet, numbered
from registry.cli.app import Office, _, app
from registry.cli.case_rows import word_of, words_known
from registry.cli.ledgers import Record, ref_of
from registry.cli.strategy_desk import (
    Out,
    about_words,
    amount_of,
    checked_out,
    currency_called,
    write_list,
)
from registry.cli.work_words import amount_text, told
from registry.commands.trials import SETTABLE, add_partner, add_subject, find_trial, open_trial, set_trial
from registry.db import reading, transaction
from registry.errors import WordUnknownError
from registry.strategies import trial_records
from registry.strategy_records import TrialRecord
from registry.vocab.care_words import FundSource, TrialState
from registry.vocab.language import Translator
from registry.vocab.money import money_text

trial = typer.Typer(
    no_args_is_help=True, help=_("Research trials: partners, treated and control trees, results.")
)
app.add_typer(trial, name="trial")

Number = Annotated[str, typer.Argument(metavar="TRIAL", help=_("Number such as TR-2026-0001."))]
_FIELDS = tuple("budget" if name == "budget_cents" else name for name in SETTABLE)
Fields = Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE…", help=" · ".join(_FIELDS))]


@trial.command(help=_("Enter a trial: its title, and what else is known."))
def new(ctx: typer.Context, title: str, fields: Fields = None) -> None:
    """Enter a trial."""
    office: Office = ctx.obj
    t = office.t
    values = dict(_field(text, t) for text in fields or ())
    with transaction(office.engine()) as session:
        row, is_new = open_trial(
            session, title, values, today=office.today(session), actor=office.actor, now=office.now()
        )
        record = trial_records(session, row.id)[0]
    office.say(t.gettext("{number} is entered.", number=record.number) if is_new else _line(record, t))
    office.say(t.gettext("Next: `gushu trial subject {number} RECORD --treatment …`", number=record.number))
    office.answer({**told(record), "new": is_new})


@trial.command("set", help=_("Change fields: state=finished, results=…, document_no=…"))
def set_(ctx: typer.Context, number: Number, fields: Fields = None) -> None:
    """Change a trial."""
    office: Office = ctx.obj
    values = dict(_field(text, office.t) for text in fields or ())
    with transaction(office.engine()) as session:
        row = find_trial(session, number)
        changed = set_trial(session, row, values, actor=office.actor, now=office.now())
    office.say(office.t.ngettext("{count} field changed.", "{count} fields changed.", len(changed)))
    office.answer({"number": number, "changed": changed})


@trial.command(help=_("Name a partner and its task."))
def partner(
    ctx: typer.Context,
    number: Number,
    name: str,
    task: Annotated[str | None, typer.Option(help=_("What it does in the trial."))] = None,
) -> None:
    """Name a partner."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        row = find_trial(session, number)
        changed = add_partner(session, row, name, task, actor=office.actor, now=office.now())
    _said(office, number, changed=changed)


@trial.command(help=_("Say what a record gets, a treatment or control; later what came of it there."))
def subject(
    ctx: typer.Context,
    number: Number,
    record: Record,
    treatment: Annotated[str | None, typer.Option(help=_("What it gets, or control."))] = None,
    result: Annotated[str | None, typer.Option(help=_("What came of it there."))] = None,
) -> None:
    """Take a record in."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        row = find_trial(session, number)
        changed = add_subject(
            session, row, ref_of(session, record), treatment=treatment, result=result,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
    _said(office, number, changed=changed)


@trial.command("list", help=_("List trials, here or into a workbook."))
def list_(ctx: typer.Context, out: Out = None) -> None:
    """List trials."""
    office: Office = ctx.obj
    t = office.t
    checked_out(out, office)
    with reading(office.engine()) as session:
        found = trial_records(session)
        for each in found:
            office.say(_line(each, t))
        count = t.ngettext("{count} trial", "{count} trials", len(found))
        office.say(count if found else t.gettext("None. Begin with `gushu trial new TITLE`."))
        if out:
            sheets = [_sheet(found, t), _subjects(found, t)]
            write_list(session, office, out, sheets, t.gettext("Research trials"), [count])
    office.answer({"trials": [told(each) for each in found]})


@trial.command(help=_("Show a trial with its partners, subjects and results."))
def show(ctx: typer.Context, number: Number) -> None:
    """Show a trial."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        record = trial_records(session, find_trial(session, number).id)[0]
    office.say(_line(record, t))
    labels = (("aims", _("Aims")), ("method", _("Method")), ("results", _("Results")))
    for name, label in labels:
        if text := getattr(record, name):
            office.say(t.gettext("  {field}: {value}", field=t.gettext(label), value=text))
    for name, task in record.partners:
        office.say("  " + "  ".join(filter(None, (name, task))))
    for each in record.subjects:
        office.say("  " + "  ".join(filter(None, (about_words(each.about), each.treatment, each.result))))
    office.answer(told(record))


def _said(office: Office, number: str, *, changed: bool) -> None:
    office.say_change(office.t.gettext("Done."), changed=bool(changed))
    office.answer({"number": number, "changed": changed})


def _field(text: str, t: Translator) -> tuple[str, Any]:
    """(name, value) of field=value, read as the field asks."""
    name, sign, said = (part.strip() for part in text.partition("="))
    if not sign or name not in _FIELDS:
        raise WordUnknownError(value=name, known=list(_FIELDS))
    if name == "budget":
        return "budget_cents", amount_of(said or None, "budget")
    if name in {"starts_on", "ends_on"}:
        try:
            return name, date.fromisoformat(said) if said else None
        except ValueError:
            raise typer.BadParameter(t.gettext("{field}: a day such as 2026-04-01", field=name)) from None
    words = {"state": TrialState, "fund_source": FundSource}.get(name)
    if words is not None:
        try:
            return name, word_of(words, said) if said else None
        except ValueError:
            raise WordUnknownError(value=said, known=words_known(words)) from None
    return name, currency_called(said) if name == "currency" else said or None


def _line(record: TrialRecord, t: Translator) -> str:
    days = "–".join(str(day) for day in (record.starts_on, record.ends_on) if day)
    subjects = t.ngettext("{count} record", "{count} records", len(record.subjects))
    parts = (
        record.number, record.title, t.word(TrialState, record.state), days, subjects,
        money_text(record.budget_cents, record.currency, t),
    )  # fmt: skip
    return "  ".join(filter(None, parts))


def _sheet(found: list[TrialRecord], t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(_("Trial"), 16),
        Column(_("Name of the trial"), 30),
        Column(_("State"), 10),
        Column(_("From"), 12, "date"),
        Column(_("Until"), 12, "date"),
        Column(_("Partners"), 30),
        Column(_("Records"), 8, "integer"),
        Column(_("Currency"), 8),
        Column(_("Budget"), 14),
        Column(_("Source of the money"), 14),
        Column(_("Aims"), 30),
        Column(_("Results"), 40),
        Column(_("Document"), 20),
    )
    rows = (
        (
            r.number, r.title, t.word(TrialState, r.state), r.starts_on, r.ends_on,
            "; ".join(name for name, _task in r.partners), len(r.subjects), r.currency,
            "" if r.budget_cents is None else amount_text(r.budget_cents), t.word(FundSource, r.fund_source),
            r.aims, r.results, r.document_no,
        )
        for r in found
    )  # fmt: skip
    return Sheet(_("Research trials"), columns, numbered(rows))


def _subjects(found: list[TrialRecord], t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(_("Trial"), 16),
        Column(_("Record"), 22),
        Column(t.label("name"), 18),
        Column(_("Treatment"), 24),
        Column(_("Outcome"), 40),
    )
    rows = (
        (r.number, s.about.number, s.about.name, s.treatment, s.result) for r in found for s in r.subjects
    )
    return Sheet(_("Records"), columns, numbered(rows))
