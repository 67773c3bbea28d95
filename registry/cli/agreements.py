"""Care agreements (养护责任书) on the command line: signed, ended, listed, running out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from exports.workbook import Column, Sheet, numbered, write_workbook
from registry.cli.app import Office, _, app
from registry.cli.duties import KINDS
from registry.cli.exporting import register_facts, written
from registry.cli.ledgers import Document, Record, ref_of
from registry.commands.agreements import OWNERS, AgreementDraft, end_agreement, sign_agreement
from registry.db import reading, transaction
from registry.errors import Phrase, RecordKindError
from registry.ledger_records import AgreementRecord
from registry.ledgers import agreement_records, covered
from registry.outputs import check_output
from registry.vocab.language import Translator
from registry.vocab.money import money_text
from registry.vocab.words import PartyKind

agreement = typer.Typer(
    no_args_is_help=True, help=_("Care agreements with whoever cares for a tree or grove.")
)
app.add_typer(agreement, name="agreement")

Kind = Annotated[PartyKind | None, typer.Option(help=_("A person or a unit, where the name does not tell."))]


@agreement.command(help=_("Record an agreement that was signed; the one before ends that day."))
def sign(
    ctx: typer.Context,
    record: Record,
    with_: Annotated[str, typer.Option("--with", metavar="PARTY", help=_("With whom."))],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("Day on which it was signed."))],
    document: Annotated[str, typer.Option(help=_("Number of the agreement."))],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Its last day."))] = None,
    terms: Annotated[str | None, typer.Option(help=_("What was agreed; for the office."))] = None,
    kind: Kind = None,
) -> None:
    """Sign."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    draft = AgreementDraft(with_, on.date(), document, until.date() if until else None, terms, kind)
    with transaction(office.engine()) as session:
        ref = ref_of(session, record)
        _row, ended = sign_agreement(
            session, ref, draft, today=office.today(session), actor=office.actor, now=now
        )
    office.say(t.gettext("{record}: agreement with {party} is on record.", record=record, party=with_))
    for name in ended:
        office.say(t.gettext("The one with {party} ended on {day}.", party=name, day=on.date()))
    office.answer({"record": record, "party": with_, "ended": ended})


@agreement.command(help=_("End an agreement before its term."))
def end(
    ctx: typer.Context,
    record: Record,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("Day on which it ends."))],
    reason: Annotated[str, typer.Option(help=_("Why; it enters the history."))],
    with_: Annotated[str | None, typer.Option("--with", metavar="PARTY", help=_("With whom."))] = None,
    document: Document = None,
) -> None:
    """End."""
    office: Office = ctx.obj
    now = office.now()
    with transaction(office.engine()) as session:
        ended = end_agreement(
            session, ref_of(session, record), on=on.date(), today=office.today(session), reason=reason,
            party=with_, document=document, actor=office.actor, now=now,
        )  # fmt: skip
    for name in ended:
        office.say(office.t.gettext("The one with {party} ended on {day}.", party=name, day=on.date()))
    office.answer({"record": record, "ended": ended})


@agreement.command(
    "list", help=_("List agreements: those in force, run out, or running out soon; of one record all.")
)
def list_(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Argument(metavar="RECORD")] = None,
    out: Annotated[Path | None, typer.Option(help=_("Write them into a workbook (.xlsx)."))] = None,
    expired: Annotated[bool, typer.Option("--expired", help=_("Those whose term has run out."))] = False,
    expiring: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help=_("Those that run out within so many days."))
    ] = None,
) -> None:
    """List."""
    office: Office = ctx.obj
    t, today = office.t, office.today()
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        about = None
        if record:
            kind, own, _called = ref_of(session, record)
            if kind not in OWNERS:
                raise RecordKindError(record=record, kinds=Phrase("trees and groves"))
            about = (kind, own)
        every = agreement_records(session, about)
        counts = covered(session, today)
        facts = register_facts(session, office)
    found = _chosen(every, today, expired=expired, expiring=expiring, whole=record is not None)
    for each in found:
        office.say(_line(each, today, t))
    office.say(t.ngettext("{count} agreement", "{count} agreements", len(found)))
    sentence = t.gettext(
        "In force today: for {trees} of {all_trees}, {groves} of {all_groves}.",
        trees=t.number(counts["tree"][0], 0),
        all_trees=t.ngettext("{count} tree with a file", "{count} trees with files", counts["tree"][1]),
        groves=t.number(counts["grove"][0], 0),
        all_groves=t.ngettext("{count} grove", "{count} groves", counts["grove"][1]),
    )
    office.say(sentence)
    if out:
        made_by = (
            f"{facts.register_name} · {today.isoformat()}",
            sentence,
            t.gettext("For the office only: holds what is not public."),
        )
        with written(out) as stream:
            write_workbook(
                [_sheet(found, today, t)], stream, title=t.gettext("Care agreements"), made_by=made_by,
                language=t, made_at=office.now(),
            )  # fmt: skip
        office.say(str(out))
    office.answer({"agreements": [_told(each, today) for each in found], "covered": counts})


def _chosen(
    every: Sequence[AgreementRecord], today: date, *, expired: bool, expiring: int | None, whole: bool
) -> list[AgreementRecord]:
    if expired:
        return [each for each in every if each.is_expired(today)]
    if expiring is not None:
        last = today + timedelta(days=expiring)
        return [e for e in every if e.is_in_force(today) and e.valid_to is not None and e.valid_to <= last]
    return [each for each in every if whole or each.is_in_force(today)]


def _state(each: AgreementRecord, today: date, t: Translator) -> str:
    _ = t.gettext
    if each.is_in_force(today):
        return _("in force until {day}", day=each.valid_to) if each.valid_to else _("in force today")
    if each.is_expired(today):
        return _("ran out on {day}", day=each.valid_to)
    return _("ended on {day}", day=each.ended_on)


def _line(each: AgreementRecord, today: date, t: Translator) -> str:
    parts = (
        t.pick(KINDS[each.kind]), each.number, each.name, each.party, each.signed_on.isoformat(),
        each.document_no, t.gettext("version {version}", version=each.version) if each.version else "",
        t.gettext("letter {code}", code=each.letter) if each.letter else "", _state(each, today, t),
    )  # fmt: skip
    return "  ".join(filter(None, parts))


def _sheet(found: Sequence[AgreementRecord], today: date, t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(t.label("kind"), 10),
        Column(t.label("number"), 18),
        Column(t.label("name"), 18),
        Column(_("With"), 22),
        Column(_("Unit or person"), 10),
        Column(_("Signed on"), 12, "date"),
        Column(_("Valid to"), 12, "date"),
        Column(_("Agreement"), 20),
        Column(_("Version"), 8, "integer"),
        Column(_("Care letter"), 12),
        Column(_("A year"), 18),
        Column(_("State"), 22),
        Column(_("Terms"), 34),
    )
    rows = (
        (t.pick(KINDS[a.kind]), a.number, a.name, a.party, t.word(PartyKind, a.party_kind), a.signed_on,
         a.valid_to, a.document_no, a.version, a.letter, money_text(a.yearly_cents, a.currency or "CNY", t),
         _state(a, today, t), a.terms)
        for a in found
    )  # fmt: skip
    return Sheet(_("Care agreements"), columns, numbered(rows))


def _told(each: AgreementRecord, today: date) -> dict[str, Any]:
    names = ("kind", "number", "party", "signed_on", "valid_to", "ended_on", "document_no", "version",
             "letter", "currency", "yearly_cents")  # fmt: skip
    state = "in_force" if each.is_in_force(today) else "expired" if each.is_expired(today) else "ended"
    return {**{name: getattr(each, name) for name in names}, "state": state}
