"""Payments for care on the command line: the list of a year, what was paid, the workbook."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.workbook import Column, Formula, Sheet, numbered, sheet_name
from registry.care_payments import is_any_in_force, paid_records, payment_records
from registry.cli.app import Office, _, app
from registry.cli.duties import KINDS
from registry.cli.letter_tables import write_list
from registry.cli.shared_names import shared_words
from registry.commands.erasing import find_party
from registry.commands.payments import make_payments, record_paid
from registry.db import reading, transaction
from registry.letter_records import PaidRecord, PaymentRecord
from registry.outputs import check_output
from registry.vocab.care_words import PaymentState
from registry.vocab.language import Translator
from registry.vocab.money import money_text
from registry.vocab.words import PartyKind

payments = typer.Typer(
    no_args_is_help=True, help=_("What caretakers are paid for a year, from their agreements.")
)
app.add_typer(payments, name="payments")

Year = Annotated[int, typer.Argument(min=1900, max=2200, metavar="YEAR")]
Book = Annotated[Path | None, typer.Argument(help=_("A workbook (.xlsx)."))]


@payments.command(
    help=_("Make the list of a year from the agreements; what was paid already stays as it is.")
)
def make(ctx: typer.Context, year: Year, out: Book = None) -> None:
    """Make the list of a year."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    if out:
        check_output(out, ".xlsx", office.address)
    with transaction(office.engine()) as session:
        records = paid_records(session, year, office.today(session))
        report = make_payments(session, year, records, actor=office.actor, now=now)
        found = payment_records(session, year)
        _say(office, found)
        for party, paid, wanted in report.kept or ():
            currency = next(each.currency for each in found if each.party == party)
            office.say(
                t.gettext(
                    "{party}: {paid} was paid, by the agreements of today it would be {wanted}.",
                    party=party,
                    paid=money_text(paid, currency, t),
                    wanted=money_text(wanted, currency, t),
                )
            )
        if not records:
            office.say(_nothing_paid(session, year, office.today(session), t))
        else:
            office.say(_explained(records, t))
        for said in shared_words(
            session, ((each.party_id, each.party, each.party_kind) for each in found), t
        ):
            office.say(said)
        if out and found:
            _write(office, session, out, year, found, records)
        elif out:
            office.say(t.gettext("{path} was not written: the list is empty.", path=out))
    names = ("new", "changed", "unchanged", "cancelled")
    counts = {name: getattr(report, name) for name in names}
    office.answer({"year": year, **counts, "payments": [_told(each) for each in found]})


@payments.command("list", help=_("List payments with their sums by currency, here or in a workbook (.xlsx)."))
def list_(
    ctx: typer.Context, year: Annotated[int | None, typer.Argument(metavar="YEAR")] = None, out: Book = None
) -> None:
    """List payments."""
    office: Office = ctx.obj
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        found = payment_records(session, year)
        _say(office, found)
        if not found:
            office.say(office.t.gettext("Nothing on record."))
        if out:
            records = paid_records(session, year, office.today(session)) if year else []
            _write(office, session, out, year, found, records)
    office.answer({"payments": [_told(each) for each in found]})


@payments.command(help=_("Record that a caretaker was paid for a year."))
def paid(
    ctx: typer.Context,
    year: Year,
    party: Annotated[str, typer.Argument(metavar="PARTY")],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("Day of the payment."))],
    document: Annotated[str, typer.Option(help=_("Number of the voucher or document."))],
    notes: Annotated[str | None, typer.Option(help=_("Remarks; for the office."))] = None,
) -> None:
    """Record a payment."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    with transaction(office.engine()) as session:
        row = record_paid(
            session, year, find_party(session, party).id, party, paid_on=on.date(), document_no=document,
            today=office.today(session), actor=office.actor, now=now, notes=notes,
        )  # fmt: skip
        amount = money_text(row.amount_cents, row.currency, t)
    said = t.gettext("{party}: {amount} for {year} is paid.", party=party, amount=amount, year=year)
    office.say(said)
    office.answer({"party": party, "year": year, "paid_on": on.date(), "document_no": document})


def _say(office: Office, found: Sequence[PaymentRecord]) -> None:
    t = office.t
    for each in found:
        parts = (
            str(each.year), each.party, t.ngettext("{count} record", "{count} records", each.record_count),
            money_text(each.amount_cents, each.currency, t), t.word(PaymentState, each.state), each.paid_on,
            each.document_no,
        )  # fmt: skip
        office.say("  ".join(filter(None, parts)))
    sums = _sums(found)
    for currency, by_state in sums.items():
        said = (
            f"{t.word(PaymentState, state)} {money_text(by_state[state], currency, t)}"
            for state in (PaymentState.DUE, PaymentState.PAID)
            if by_state[state]
        )
        office.say(" · ".join((t.gettext("Total in {currency}", currency=currency), *said)))


def _sums(found: Sequence[PaymentRecord]) -> dict[str, Counter[str]]:
    """Hundredths by currency and state; what was cancelled is no money."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in found:
        if each.state != PaymentState.CANCELLED:
            sums[each.currency][each.state] += each.amount_cents
    return dict(sorted(sums.items()))


def _nothing_paid(session: Session, year: int, today: date, t: Translator) -> str:
    if is_any_in_force(session, year, today):
        return t.gettext("No agreement in force says what is paid: give --yearly to `gushu letters make`.")
    return t.gettext(
        "No agreement is in force for {year}: have letters signed, then read them with `gushu letters scan`.",
        year=year,
    )


def _explained(records: Sequence[PaidRecord], t: Translator) -> str:
    """How the amounts came about."""
    if any(each.months is not None for each in records):
        return t.gettext(
            "Paid by the month where the terms say so (agreement in force on the 15th), else a whole year."
        )
    return t.gettext(
        "A year is paid whole, to whoever has the agreement in force on its last day (or today)."
    )


def _write(
    office: Office,
    session: Session,
    out: Path,
    year: int | None,
    found: Sequence[PaymentRecord],
    records: Sequence[PaidRecord],
) -> None:
    t = office.t
    title = t.gettext("Payments for care {year}", year=year) if year else t.gettext("Payments for care")
    write_list(
        office, session, out, title, list(_sheets(title, found, records, t)), (_explained(records, t),)
    )


def _sheets(
    title: str, found: Sequence[PaymentRecord], records: Sequence[PaidRecord], t: Translator
) -> Iterator[Sheet]:
    """Caretakers, sums by currency (as formulas over the first sheet), and the records behind them."""
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"), Column(_("Year"), 8), Column(_("Caretaker"), 26),
        Column(_("Unit or person"), 10), Column(_("Records"), 9, "integer"), Column(_("Currency"), 9),
        Column(_("Amount"), 16, "money"), Column(_("State"), 10), Column(_("Paid on"), 12),
        Column(_("Document"), 20), Column(_("Remarks"), 24), Column(_("Received (signature)"), 18),
    )  # fmt: skip
    rows = [
        (str(p.year), p.party, t.word(PartyKind, p.party_kind), p.record_count, p.currency,
         p.amount_cents / 100, t.word(PaymentState, p.state), p.paid_on, p.document_no, p.notes, None)
        for p in found
    ]  # fmt: skip
    yield Sheet(title, columns, numbered(rows))
    name = sheet_name(title, ())
    states = [state for state in PaymentState if state != PaymentState.CANCELLED]
    sums = _sums(found)
    totals = [
        (currency, *(_sum(name, t.word(PaymentState, state), by_state[state]) for state in states),
         Formula(f"SUM(B{{row}}:{chr(ord('A') + len(states))}{{row}})", sum(by_state.values()) / 100))
        for currency, by_state in sums.items()
    ]  # fmt: skip
    heads = (Column(_("Currency"), 10),
             *(Column(t.word(PaymentState, state), 18, "money") for state in states),
             Column(_("Total"), 18, "money"))  # fmt: skip
    yield Sheet(_("Sums by currency"), heads, totals)
    if records:
        yield _details(records, t)


def _sum(sheet: str, state: str, cents: int) -> Formula:
    """The sum of one currency (column A of this row) in one state, over the list of payments."""
    where = f"'{sheet}'!$F:$F,A{{row}},'{sheet}'!$H:$H,\"{state}\""
    return Formula(f"SUMIFS('{sheet}'!$G:$G,{where})", cents / 100)


def _details(records: Sequence[PaidRecord], t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"), Column(_("Caretaker"), 26), Column(t.label("kind"), 10),
        Column(t.label("number"), 20), Column(t.label("name"), 18), Column(_("Agreement"), 18),
        Column(_("Signed on"), 12), Column(_("Valid to"), 12), Column(_("Currency"), 9),
        Column(_("A year"), 14, "money"), Column(_("Months"), 8, "integer"), Column(_("Amount"), 14, "money"),
    )  # fmt: skip
    rows = (
        (r.party, t.pick(KINDS[r.kind]), r.number, r.name, r.document_no, r.signed_on, r.valid_to, r.currency,
         r.yearly_cents / 100, r.months, r.amount_cents / 100)
        for r in records
    )  # fmt: skip
    total: list[Any] = [None] * len(columns)
    if len({each.currency for each in records}) == 1:
        total[1] = _("Total")
        total[11] = Formula("SUM(L{first}:L{last})", sum(each.amount_cents for each in records) / 100)
    return Sheet(_("Trees and groves"), columns, numbered(rows), total=total if total[1] else None)


def _told(each: PaymentRecord) -> dict[str, Any]:
    names = ("year", "party", "record_count", "currency", "amount_cents", "state", "paid_on", "document_no")
    return {name: getattr(each, name) for name in names}
