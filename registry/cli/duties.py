"""Divided duty on the command line: settling it, a unit's own lists, who has what to do with a record."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from exports.workbook import Column, Sheet, numbered, write_workbook
from registry.care_data import caretaker_table
from registry.cli.app import Office, _, app
from registry.cli.exporting import Where, register_facts, written
from registry.cli.ledgers import Document, Reason, Record, ref_of
from registry.cli.shared_names import shared_words
from registry.commands.duties import OWNERS, ROLES, set_duties, unit_called
from registry.db import reading, transaction
from registry.errors import PartyNotFoundError, Phrase, RecordKindError
from registry.ledger_records import DutyRecord
from registry.ledgers import duty_counts, duty_records
from registry.outputs import check_output
from registry.unassigned import Unassigned, unassigned_records
from registry.vocab.language import Translator
from registry.vocab.sentences import count_sentence
from registry.vocab.words import GrowthPlace, Label, Ownership, PartyKind, PartyRole

duty = typer.Typer(no_args_is_help=True, help=_("Divided duty: lead, cooperating and caring units."))
app.add_typer(duty, name="duty")

Units = Annotated[list[str] | None, typer.Option(help=_("Cooperating unit; several times."))]
KINDS: dict[str, Label] = {
    "tree": Label("树木", "Tree"),
    "grove": Label("古树群", "Grove"),
    "garden": Label("历史名园", "Heritage garden"),
    "place": Label("地点", "Place"),
}
"""What a duty is about."""


@duty.command(
    "set", help=_("Settle who leads, cooperates and cares from a day on; who did before ends that day.")
)
def set_(
    ctx: typer.Context,
    record: Record,
    from_: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help=_("From which day on."))],
    lead: Annotated[str | None, typer.Option(help=_("Lead unit."))] = None,
    cooperating: Units = None,
    steward: Annotated[list[str] | None, typer.Option(help=_("Who looks after it; several times."))] = None,
    manager: Annotated[str | None, typer.Option(help=_("Managing unit."))] = None,
    owner: Annotated[str | None, typer.Option(help=_("Whose it is."))] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(help=_("A name among them that is a unit's though it does not sound so.")),
    ] = None,
    end: Annotated[
        list[PartyRole] | None, typer.Option(help=_("A role that nobody has any more; several times."))
    ] = None,
    document: Document = None,
    reason: Reason = None,
) -> None:
    """Settle duties."""
    office: Office = ctx.obj
    given: dict[PartyRole, Sequence[str]] = {
        PartyRole.LEAD: [lead] if lead else [],
        PartyRole.COOPERATING: cooperating or [],
        PartyRole.STEWARD: steward or [],
        PartyRole.MANAGER: [manager] if manager else [],
        PartyRole.OWNER: [owner] if owner else [],
    }
    wanted = {role: names for role, names in given.items() if names or role in (end or ())}
    if not wanted:
        raise typer.BadParameter(office.t.gettext("name at least one unit, or a role that ends"))
    now = office.now()
    with transaction(office.engine()) as session:
        changed = set_duties(
            session,
            ref_of(session, record),
            wanted,
            from_on=from_.date(),
            today=office.today(session),
            kinds=dict.fromkeys(unit or (), PartyKind.UNIT),
            actor=office.actor,
            now=now,
            reason=reason,
            document=document,
        )
    t = office.t
    office.say(t.ngettext("{count} entry changed.", "{count} entries changed.", changed))
    office.answer({"record": record, "changed": changed})


@duty.command(
    "list", help=_("List all that a unit has to do with, by role, here or into a workbook (.xlsx).")
)
def list_(
    ctx: typer.Context,
    unit: str,
    out: Annotated[Path | None, typer.Argument()] = None,
    ended: Annotated[bool, typer.Option("--ended", help=_("Also what has ended."))] = False,
) -> None:
    """List a unit's duties."""
    office: Office = ctx.obj
    t = office.t
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        party = unit_called(session, unit)
        if party is None:
            raise PartyNotFoundError(name=unit)
        found = duty_records(session, party_id=party.id, ended=ended, roles=ROLES)
        doubts = list(shared_words(session, [(party.id, party.name, party.kind.value)], t))
        facts = register_facts(session, office)
    for role, duties in _by_role(found):
        said = t.gettext("{role}: {counts}", role=t.word(PartyRole, role), counts=_counts(duties, t))
        office.say(said)
        for each in duties:
            office.say("  " + _line(each, t))
    if not found:
        office.say(t.gettext("Nothing on record."))
    for said in doubts:
        office.say(said)
    if out:
        made_by = (f"{facts.register_name} · {office.today().isoformat()}", unit)
        title = t.gettext("What {unit} has to look after", unit=unit)
        with written(out) as stream:
            write_workbook(
                _sheets(found, t), stream, title=title, made_by=made_by, language=t, made_at=office.now()
            )
        office.say(str(out))
    office.answer(
        {"unit": unit, "duties": [_told(each) for each in found], "path": str(out) if out else None}
    )


@duty.command("show", help=_("Show who has what to do with a record, and who had."))
def show(ctx: typer.Context, record: Record) -> None:
    """Show a record's duties."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        kind, own, _called = ref_of(session, record)
        if kind not in OWNERS:
            raise RecordKindError(record=record, kinds=Phrase("trees, groves, gardens and places"))
        found = duty_records(session, record=(kind, own), ended=True)
    for each in found:
        parts = (t.word(PartyRole, each.role), each.party, _period(each, t))
        office.say("  ".join(filter(None, parts)))
    if not found:
        office.say(t.gettext("Nothing on record."))
    office.answer({"record": record, "duties": [_told(each) for each in found]})


@duty.command(
    help=_("Trees and groves without steward, and who it usually is by the kind of place; settles nothing.")
)
def suggest(
    ctx: typer.Context, out: Annotated[Path | None, typer.Argument()] = None, where: Where = None
) -> None:
    """Say who it might be."""
    office: Office = ctx.obj
    t = office.t
    if out:
        check_output(out, ".xlsx", office.address)
    table = caretaker_table()
    with reading(office.engine()) as session:
        found, looked_at = unassigned_records(session, table, where or (), in_english=t.lang == "en")
        facts = register_facts(session, office)
    for each in found:
        parts = (t.pick(KINDS[each.kind]), each.number, each.name, _suggested(each, t))
        office.say("  ".join(filter(None, parts)))
    told = sum(each.rule is not None for each in found)
    counts = {"looked_at": looked_at, "without": len(found), "suggested": told}
    summary = t.ngettext(
        "{count} of {all} has no steward; for {suggested} the place tells who it might be.",
        "{count} of {all} have no steward; for {suggested} the place tells who it might be.",
        len(found),
        all=t.ngettext("{count} record", "{count} records", looked_at),
        suggested=t.number(told, 0),
    )
    office.say(summary)
    office.say(t.gettext("After: {citation}", citation=t.pick(table.citation)) + " " + t.pick(table.note))
    if found:
        office.say(t.gettext("Settle it with `gushu duty set RECORD --steward …`."))
    if out:
        day = office.today().isoformat()
        made_by = (f"{facts.register_name} · {day}", summary, t.pick(table.citation), t.pick(table.note))
        title = t.gettext("Records without steward")
        with written(out) as stream:
            write_workbook(
                [_suggestions(title, found, t)], stream, title=title, made_by=made_by, language=t,
                made_at=office.now(),
            )  # fmt: skip
        office.say(str(out))
    office.answer({**counts, "records": [_told_suggestion(each, t) for each in found]})


def _suggested(each: Unassigned, t: Translator) -> str:
    if each.rule is None:
        return t.gettext("its place does not tell; the department decides")
    return t.gettext("{unit} ({place})", unit=t.pick(each.rule.unit), place=t.pick(each.rule.place))


def _suggestions(title: str, found: Sequence[Unassigned], t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(t.label("kind"), 10),
        Column(t.label("number"), 18),
        Column(t.label("name"), 18),
        Column(t.label("division"), 28),
        Column(t.label("growth_place"), 16),
        Column(t.label("ownership"), 10),
        Column(_("Usually"), 30),
        Column(_("Why"), 30),
        Column(_("Steward (to be filled in)"), 26),
    )
    rows = (
        (t.pick(KINDS[u.kind]), u.number, u.name, " ".join(u.division_path),
         t.word(GrowthPlace, u.growth_place), t.word(Ownership, u.ownership),
         t.pick(u.rule.unit) if u.rule else None,
         t.pick(u.rule.place) if u.rule else None, None)
        for u in found
    )  # fmt: skip
    return Sheet(title, columns, numbered(rows))


def _told_suggestion(each: Unassigned, t: Translator) -> dict[str, Any]:
    names = ("kind", "number", "name", "growth_place", "ownership")
    rule = (
        {"rule": each.rule.id, "unit": t.pick(each.rule.unit)} if each.rule else {"rule": None, "unit": None}
    )
    return {**{name: getattr(each, name) for name in names}, **rule}


def _by_role(duties: Sequence[DutyRecord]) -> Iterator[tuple[str, list[DutyRecord]]]:
    for role, group in groupby(duties, key=lambda each: each.role):
        yield role, list(group)


def _counts(duties: Sequence[DutyRecord], t: Translator) -> str:
    """What stands behind a role: trees and groves apart, gardens and places beside them."""
    standing = [each for each in duties if each.to_on is None]
    parts = []
    counts = duty_counts(standing)
    if counts.scattered or counts.groves:
        parts.append(count_sentence(t, counts))
    for kind in ("garden", "place"):
        if count := sum(each.kind == kind for each in standing):
            parts.append(f"{t.pick(KINDS[kind])} {t.number(count, 0)}")
    return " · ".join(parts) or "—"


def _period(each: DutyRecord, t: Translator) -> str:
    if each.from_on is None and each.to_on is None:
        return ""
    begun = each.from_on.isoformat() if each.from_on else "…"
    return t.gettext("{begin} to {end}", begin=begun, end=each.to_on.isoformat()) if each.to_on else (
        t.gettext("since {begin}", begin=begun)
    )  # fmt: skip


def _line(each: DutyRecord, t: Translator) -> str:
    parts = (t.pick(KINDS[each.kind]), each.number, each.name, " ".join(each.division_path), _period(each, t))
    return "  ".join(filter(None, parts))


def _sheets(duties: Sequence[DutyRecord], t: Translator) -> Iterator[Sheet]:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"),
        Column(t.label("kind"), 12),
        Column(t.label("number"), 18),
        Column(t.label("name"), 20),
        Column(t.label("division"), 30),
        Column(t.label("tree_count"), 9, "integer"),
        Column(_("From"), 12, "date"),
        Column(_("To"), 12, "date"),
    )
    for role, group in _by_role(duties):
        rows = (
            (t.pick(KINDS[d.kind]), d.number, d.name, " ".join(d.division_path), d.trees or None, d.from_on,
             d.to_on)
            for d in group
        )  # fmt: skip
        yield Sheet(t.word(PartyRole, role), columns, numbered(rows), notes=(_counts(group, t),))
    if not duties:
        yield Sheet(_("Nothing on record."), columns, ())


def _told(each: DutyRecord) -> dict[str, Any]:
    names = ("kind", "number", "name", "role", "party", "from_on", "to_on", "trees")
    return {name: getattr(each, name) for name in names}
