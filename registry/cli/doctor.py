"""`gushu doctor`: is everything there that a register needs?"""

import os
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.app import Office, _, app
from registry.commands.uploads import upload_folder
from registry.db import reading
from registry.doctor import LABELS, Finding, State, Surgery, examine
from registry.doctor_desk import LABELS as DESK_LABELS
from registry.doctor_desk import examine_desk
from registry.file_store import file_store

_MARKS = {State.OK: "✓", State.WARNING: "!", State.PROBLEM: "✗"}


@app.command(
    help=_("Look the register over: keys, files, settings, edition, backups, accounts, certificate, disk.")
)
def doctor(
    ctx: typer.Context,
    public: Annotated[Path, typer.Option(help=_("The public edition."))] = Path("public.gpkg"),
) -> None:
    """Look the register over; exit code 1 where something is wrong."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        surgery = Surgery(
            session,
            office.address,
            public,
            office.photos(),
            file_store(office.address),
            office.today(session),
        )
        folders = (surgery.photos.folder, surgery.files.folder, upload_folder(office.address).folder)
        named = os.environ.get("GUSHU_TLS_CERT")
        certificate = Path(named) if named else None
        found = [*examine(surgery), *examine_desk(session, office.now(), folders, certificate)]
    colon = t.gettext(": ")
    for finding in found:
        label = t.word(LABELS | DESK_LABELS, finding.check)
        office.say(f"{_MARKS[finding.state]} {label}{colon}{t.phrase(finding.said)}")
        if finding.remedy and finding.state != State.OK:
            office.say(f"  → {t.phrase(finding.remedy)}")
    counts = {state: sum(finding.state == state for finding in found) for state in State}
    problems = t.ngettext("{count} problem", "{count} problems", counts[State.PROBLEM])
    warnings = t.ngettext("{count} warning", "{count} warnings", counts[State.WARNING])
    office.say(t.gettext("{problems}, {warnings}.", problems=problems, warnings=warnings))
    office.answer(
        {"checks": [_told(finding) for finding in found], **{f"{k}s": n for k, n in counts.items()}}
    )
    if counts[State.PROBLEM]:
        raise typer.Exit(1)


def _told(finding: Finding) -> dict[str, str | None]:
    return {
        "check": finding.check,
        "state": finding.state.value,
        "said": str(finding.said),
        "remedy": str(finding.remedy) if finding.remedy else None,
    }
