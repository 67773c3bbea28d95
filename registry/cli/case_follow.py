"""What keeps cases from being forgotten: clocks, trees to be rescued, files with last days and hashes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from registry.calendars import register_zone, time_zone
from registry.cli.app import Office, _
from registry.cli.case_desk import Desk, case_called, chosen, dues_of, label_of
from registry.cli.case_words import say_line, told_case
from registry.cli.case_works_words import due_text, file_line, told_file
from registry.cli.cases import Document, case_app
from registry.commands.case_documents import (
    DocumentDraft,
    add_document,
    documents_expiring,
    verify_documents,
)
from registry.commands.case_files import list_cases, view_case
from registry.commands.rescues import endangered_without_rescue
from registry.db import reading, transaction
from registry.file_store import file_store
from registry.settings import get_setting
from registry.vocab.care_words import DocumentKind
from registry.vocab.words import CaseKind, StepKind

__all__ = ["case_app"]

Restricted = Annotated[bool, typer.Option("--restricted", help=_("With names and texts, for the office."))]


@case_app.command("list", help=_("List cases, with what comes next and by when."))
def list_(
    ctx: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help=_("Only those that are open."))] = False,
    overdue: Annotated[
        bool, typer.Option("--overdue", help=_("Only those of which a step is overdue."))
    ] = False,
    kind: Annotated[str | None, typer.Option(help=_("Only cases of this kind."))] = None,
) -> None:
    """List cases."""
    office: Office = ctx.obj
    told = []
    with reading(office.engine()) as session:
        today = office.today(session)
        library = office.packs()
        for case in list_cases(session, only_open=open_ or overdue, kind=chosen(CaseKind, kind)):
            view = view_case(session, case)
            pack = library.find(case.pack_id) if case.pack_id else None
            due = dues_of(office, view.facts, pack, is_asked=overdue)
            if overdue and not any(one.due_on < today for one in due):
                continue
            label = label_of(session, case)
            say_line(office, view, due, label, today)
            told.append(told_case(view, pack, due, label))
    if not told:
        office.say(office.t.gettext("There is no such case."))
    office.answer({"cases": told})


@case_app.command(
    help=_("List the clocks of all open cases, the overdue first, each with its source in law.")
)
def due(
    ctx: typer.Context,
    within: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help=_("Only what is due within so many days."))
    ] = None,
    kind: Annotated[str | None, typer.Option(help=_("Only cases of this kind."))] = None,
) -> None:
    """List what is due."""
    office: Office = ctx.obj
    t, found = office.t, []
    with reading(office.engine()) as session:
        today, library = office.today(session), office.packs()
        for case in list_cases(session, only_open=True, kind=chosen(CaseKind, kind)):
            view = view_case(session, case)
            pack = library.find(case.pack_id) if case.pack_id else None
            for one in dues_of(office, view.facts, pack, is_asked=True):
                if within is None or one.due_on <= today + timedelta(days=within):
                    found.append((one, case, label_of(session, case)))
    found.sort(key=lambda row: (row[0].due_on, len(row[1].number), row[1].number))
    for one, case, label in found:
        said = due_text(t, one, today, case.kind)
        office.say("  ".join([case.number, t.word(CaseKind, case.kind), label, said]))
    late = sum(one.due_on < today for one, _case, _label in found)
    if found:
        office.say(t.ngettext("{count} clock runs, {late} overdue", "{count} clocks run, {late} overdue",
                              len(found), late=late))  # fmt: skip
    else:
        office.say(t.gettext("No clock runs."))
    told = [
        {"case": case.number, "kind": case.kind, "about": label, "step": one.step, "on": one.due_on,
         "days": (one.due_on - today).days, "term": one.term, "citation": one.basis.citation,
         "standing": one.basis.standing}
        for one, case, label in found
    ]  # fmt: skip
    office.answer({"today": today, "due": told, "overdue": late})


@case_app.command("rescue-due", help=_("List endangered trees for which no rescue is open; or open them."))
def rescue_due(
    ctx: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help=_("Open a rescue for each of them."))] = False,
    by: Annotated[str | None, typer.Option(help=_("Office or government that acted."))] = None,
) -> None:
    """List trees to be rescued."""
    office: Office = ctx.obj
    t, opened = office.t, []
    with transaction(office.engine()) as session:
        found = endangered_without_rescue(session)
        desk = Desk(session, office)
        for tree in found if open_ else ():
            subject = ("tree", tree.tree_id)
            opened.append(desk.open_about(subject, CaseKind.RESCUE, {"by": by}, None).number)
    for place, tree in enumerate(found):
        seen = t.gettext("seen endangered on {day}", day=tree.seen_on) if tree.seen_on else ""
        parts = [tree.tree_no, tree.name, seen, opened[place] if open_ else ""]
        office.say("  ".join(filter(None, parts)))
    if not found:
        office.say(t.gettext("No endangered tree is without a rescue."))
    elif open_:
        office.say(t.ngettext("{count} rescue opened", "{count} rescues opened", len(opened)))
    else:
        office.say(
            t.ngettext("{count} endangered tree without a rescue: gushu case rescue-due --open",
                       "{count} endangered trees without a rescue: gushu case rescue-due --open", len(found))
        )  # fmt: skip
    trees = [{"tree_no": tree.tree_no, "name": tree.name, "seen_on": tree.seen_on} for tree in found]
    office.answer({"trees": trees, "opened": opened})


@case_app.command(help=_("Put a file into a case: permit, evidence, photo; its bytes are kept as they are."))
def file(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    path: Annotated[Path, typer.Argument(metavar="FILE")],
    kind: Annotated[
        str, typer.Option(help=_("permit, evidence, photo, plan, decision, report, opinion …"))
    ] = "other",
    title: Annotated[str | None, typer.Option(help=_("What it is; for the office."))] = None,
    document: Document = None,
    valid_to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Its last day, such as that of a permit."))
    ] = None,
    taken_at: Annotated[
        str | None, typer.Option(help=_("When it was taken: 2026-03-04T09:30, with an offset where needed."))
    ] = None,
    step: Annotated[str | None, typer.Option(help=_("The step that it belongs to."))] = None,
) -> None:
    """Put a file into a case."""
    office: Office = ctx.obj
    word = chosen(DocumentKind, kind) or DocumentKind.OTHER
    with transaction(office.engine()) as session:
        case = case_called(session, {"case": number})
        draft = DocumentDraft(
            word, title, document, valid_to.date() if valid_to else None, _instant(office, session, taken_at),
            chosen(StepKind, step),
        )  # fmt: skip
        row = add_document(session, case, path, draft, store=file_store(office.address), actor=office.actor,
                           now=office.now())  # fmt: skip
        zone = register_zone(session)
        office.say(f"{case.number}  {file_line(office.t, row, zone, is_restricted=True)}")
        told = {"case": case.number, **told_file(row, zone, is_restricted=True)}
    office.answer(told)


@case_app.command(help=_("List the files of a case; or those of all cases that run out soon."))
def files(
    ctx: typer.Context,
    number: Annotated[str | None, typer.Argument(metavar="NUMBER")] = None,
    expiring: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help=_("Those that run out within so many days."))
    ] = None,
    restricted: Restricted = False,
) -> None:
    """List files."""
    office: Office = ctx.obj
    t = office.t
    if (number is None) == (expiring is None):
        raise typer.BadParameter(ctx.get_usage())
    with reading(office.engine()) as session:
        today, zone = office.today(session), register_zone(session)
        if number is not None:
            case = case_called(session, {"case": number})
            rows = [(case, row) for row in view_case(session, case).documents]
        else:
            rows = documents_expiring(session, today + timedelta(days=expiring or 0))
    for case, row in rows:
        gone = t.gettext("run out") if row.valid_to and row.valid_to < today else ""
        line = file_line(t, row, zone, is_restricted=restricted)
        office.say("  ".join(filter(None, [case.number, gone, line])))
    office.say(t.ngettext("{count} file", "{count} files", len(rows)))
    told = [{"case": case.number, **told_file(row, zone, is_restricted=restricted)} for case, row in rows]
    office.answer({"files": told})


@case_app.command("verify-files", help=_("Read every file of every case again and compare its SHA-256."))
def verify_files(ctx: typer.Context) -> None:
    """Verify the files."""
    office: Office = ctx.obj
    t, count, wrong = office.t, 0, []
    with reading(office.engine()) as session:
        for found in verify_documents(session, file_store(office.address)):
            count += 1
            if found is not None:
                wrong.append({"case": found.case, "sha256": found.document.sha256, "code": found.error.code})
                typer.echo(f"{found.error.code}: {found.case}: {t.error(found.error)}", err=True)
    office.say(
        t.ngettext(
            "{count} file read, {wrong} not as it was taken in",
            "{count} files read, {wrong} not as they were taken in",
            count,
            wrong=len(wrong),
        )
    )
    office.answer({"files": count, "wrong": wrong})
    if wrong:
        raise typer.Exit(1)


def _instant(office: Office, session: Session, text: str | None) -> datetime | None:
    """The instant of an option; without an offset it is the time of the register's jurisdiction."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--taken-at: {text}") from None
    zone = time_zone(get_setting(session, "jurisdiction"))
    if found.tzinfo is None and zone is None:
        sentence = office.t.gettext(
            "--taken-at {text}: the time zone of the register is not known; write it, such as {text}+08:00",
            text=text,
        )
        raise typer.BadParameter(sentence)
    return found if found.tzinfo else found.replace(tzinfo=zone)
