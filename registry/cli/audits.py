"""`gushu audit`: who saw and changed what."""

from pathlib import Path
from typing import Annotated

import typer

from exports.audit_file import audit_csv
from registry.audit_log import AuditWish, audit_head, audit_lines, audit_row
from registry.calendars import register_zone
from registry.cli.app import Office, _, app, day_of
from registry.cli.exporting import written
from registry.cli.rule_tables import table
from registry.commands.auditing import record_audit
from registry.db import reading, transaction
from registry.outputs import check_output

audit = typer.Typer(help=_("Who saw and changed what."), no_args_is_help=True)
app.add_typer(audit, name="audit")

Person = Annotated[str, typer.Option(help=_("Only what this login did; `cli` for the command line."))]
Record = Annotated[
    str, typer.Option(help=_("Only what is about this record: a tree number, a login, an id."))
]
Action = Annotated[
    str, typer.Option(help=_("Only actions that begin so, such as `signed_in` or `account:`."))
]
Since = Annotated[str | None, typer.Option(help=_("From this day on (YYYY-MM-DD)."))]
Until = Annotated[str | None, typer.Option(help=_("Up to this day (YYYY-MM-DD)."))]


@audit.command("list", help=_("List who saw and changed what, the newest first."))
def list_(
    ctx: typer.Context,
    person: Person = "",
    record: Record = "",
    action: Action = "",
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help=_("How many lines at most."))] = 50,
) -> None:
    """List the audit."""
    office: Office = ctx.obj
    wish = _wish(person, record, action, since, until)
    with reading(office.engine()) as session:
        zone = register_zone(session)
        found = list(audit_lines(session, wish, zone, limit=limit))
    rows = [audit_row(line, zone, office.t) for line in found]
    for line in table(
        [[row[0][:16].replace("T", " "), *row[1:4], " ".join(filter(None, row[4:6]))] for row in rows]
    ):
        office.say(line)
    if not found:
        office.say(office.t.gettext("Nothing fits."))
    names = ("at", "who", "action", "subjects", "more", "address", "detail", "event")
    office.answer({"lines": [{name: getattr(each, name) for name in names} for each in found]})


@audit.command(help=_("Write it as CSV, for an inspection; that it was taken out is noted too."))
def export(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument()],
    person: Person = "",
    record: Record = "",
    action: Action = "",
    since: Since = None,
    until: Until = None,
) -> None:
    """Write the audit as CSV."""
    office: Office = ctx.obj
    wish = _wish(person, record, action, since, until)
    check_output(out, "", office.address)
    with transaction(office.engine()) as session:
        asked = {"person": person, "record": record, "action": action, "since": since, "until": until}
        record_audit(
            session, "audit_exported", account_id=None, login=office.actor, now=office.now(),
            subject=None, **{name: value for name, value in asked.items() if value},
        )  # fmt: skip
    with reading(office.engine()) as session:
        zone = register_zone(session)
        rows = [audit_row(line, zone, office.t) for line in audit_lines(session, wish, zone)]
    with written(out) as stream:
        stream.writelines(audit_csv(audit_head(office.t), rows))
    office.say(office.t.ngettext("{count} line: {path}", "{count} lines: {path}", len(rows), path=out))
    office.answer({"path": str(out), "lines": len(rows)})


def _wish(person: str, record: str, action: str, since: str | None, until: str | None) -> AuditWish:
    return AuditWish(person, record, action, None, day_of(since, "--since"), day_of(until, "--until"))
