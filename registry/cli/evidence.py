"""`gushu export evidence`: the evidence of a case as one ZIP, for proceedings."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.app import Office, _, app
from registry.cli.case_desk import case_called
from registry.cli.exporting import written
from registry.commands.auditing import record_audit
from registry.db import reading, transaction
from registry.evidence.writing import write_evidence
from registry.file_store import file_store
from registry.outputs import check_output

EXPORTED = "evidence_exported"
export_app = typer.Typer(no_args_is_help=True, help=_("Hand over what is the office's own."))
app.add_typer(export_app, name="export")


@export_app.command(
    help=_("Write the evidence of a case (ZIP): originals, capture data, steps, proof. It is private.")
)
def evidence(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="CASE")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help=_("The file to write (.zip)."))],
) -> None:
    """Write the evidence of a case."""
    office: Office = ctx.obj
    t = office.t
    check_output(out, ".zip", office.address)
    with reading(office.engine()) as session:
        case = case_called(session, {"case": number})
        own = case.id
        with written(out) as stream:
            os.chmod(stream.fileno(), 0o600)
            report = write_evidence(
                session, case, stream,
                keys=office.keys(), photos=office.photos(), files=file_store(office.address), t=t,
            )  # fmt: skip
    with transaction(office.engine(), patient=True) as session:
        record_audit(
            session, EXPORTED, account_id=None, login=office.actor, subject=("case", own), now=office.now(),
            case=report.case, head=report.head,
        )  # fmt: skip
    office.say(str(out))
    files = t.ngettext("{count} original", "{count} originals", report.originals)
    events = t.ngettext("{count} event of the case", "{count} events of the case", report.events)
    office.say(t.gettext("{files}, {events}; head {head}", files=files, events=events, head=report.head))
    for name in report.missing:
        office.say(t.gettext("Missing: {name}", name=name))
    for name in report.altered:
        office.say(t.gettext("Not as it was taken in: {name}", name=name))
    office.say(
        t.gettext("It holds private matters. Check it with: python3 check_evidence.py {path}", path=out)
    )
    office.answer({"file": str(out), **asdict(report)})
