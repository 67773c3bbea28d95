"""Divided duty on the command line: settling it, a unit's own lists, who has what to do with a record."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from exports.workbook import Column, Sheet, numbered, write_workbook
from registry.cli.app import Office, _, app
from registry.cli.exporting import register_facts, written
from registry.cli.ledgers import Document, Reason, Record, ref_of
from registry.commands.duties import OWNERS, ROLES, set_duties, unit_called
from registry.db import reading, transaction
from registry.errors import PartyNotFoundError, Phrase, RecordKindError
from registry.ledger_records import DutyRecord
from registry.ledgers import duty_counts, duty_records
from registry.outputs import check_output
from registry.vocab.language import Translator
from registry.vocab.sentences import count_sentence
from registry.vocab.words import Label, PartyKind, PartyRole

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
            today=now.astimezone().date(),
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
        facts = register_facts(session, office)
    for role, duties in _by_role(found):
        said = t.gettext("{role}: {counts}", role=t.word(PartyRole, role), counts=_counts(duties, t))
        office.say(said)
        for each in duties:
            office.say("  " + _line(each, t))
    if not found:
        office.say(t.gettext("Nothing on record."))
    if out:
        made_by = (f"{facts.register_name} · {office.now().date().isoformat()}", unit)
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
