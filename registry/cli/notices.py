"""Notices to stewards on the command line: told, acknowledged, listed, still to be told."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.workbook import Column, Sheet, numbered
from registry.care_notices import UNTOLD, NoticeRecord, not_told, notice_records
from registry.cli.app import Office, _, app
from registry.cli.duties import KINDS
from registry.cli.exporting import Where
from registry.cli.ledgers import Document, Record, ref_of
from registry.cli.letter_tables import write_list
from registry.commands.erasing import find_party
from registry.commands.notices import NoticeDraft, acknowledge, add_notices
from registry.commands.subjects import Ref
from registry.db import reading, transaction
from registry.outputs import check_output
from registry.vocab.care_words import NoticeKind
from registry.vocab.language import Translator
from registry.vocab.words import PartyKind

notices = typer.Typer(no_args_is_help=True, help=_("Notices to stewards: who has been told of what."))
app.add_typer(notices, name="notices")

Party = Annotated[str | None, typer.Option(help=_("Only this party; else all who look after it today."))]
Kinds = Annotated[NoticeKind | None, typer.Option(help=_("Only of this."))]


@notices.command(
    help=_("Record that stewards were told: of one record, or with --missing of all still to be told.")
)
def add(
    ctx: typer.Context,
    kind: Annotated[NoticeKind, typer.Option(help=_("Of what."))],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("Day on which they were told."))],
    record: Annotated[str | None, typer.Argument(metavar="RECORD")] = None,
    missing: Annotated[
        bool,
        typer.Option("--missing", help=_("All who are still to be told of this, as `list --missing` shows.")),
    ] = False,
    where: Where = None,
    party: Party = None,
    means: Annotated[str | None, typer.Option(help=_("By which means: post, telephone, in person …"))] = None,
    document: Document = None,
    text: Annotated[str | None, typer.Option(help=_("What they were told; for the office."))] = None,
) -> None:
    """Record notices."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    today = office.today()
    if missing == (record is not None):
        raise typer.BadParameter(t.gettext("name a record, or --missing"))
    draft = NoticeDraft(kind, on.date(), means, document, text)
    new, without = 0, list[str]()
    with transaction(office.engine()) as session:
        party_id = find_party(session, party).id if party else None
        if record is not None:
            new, without = add_notices(
                session,
                [ref_of(session, record)],
                draft,
                party_id=party_id,
                today=today,
                actor=office.actor,
                now=now,
            )
        else:
            for steward, refs in _missing(office, session, kind, where or (), party_id):
                more, _none = add_notices(
                    session, refs, draft, party_id=steward, today=today, actor=office.actor, now=now
                )
                new += more
    office.say(t.ngettext("{count} notice is on record.", "{count} notices are on record.", new))
    for called in without:
        office.say(
            t.gettext("{record}: nobody looks after it; name whom you told with --party.", record=called)
        )
    office.answer({"new": new, "without": without})


def _missing(
    office: Office, session: Session, kind: NoticeKind, where: Sequence[str], party_id: str | None
) -> list[tuple[str, list[Ref]]]:
    """Who is still to be told, with the records; each as commands take it."""
    _assert_read(kind, office.t)
    library, today = office.packs(), office.today(session)
    found: dict[str, list[Ref]] = {}
    for each in not_told(session, kind, library, today, where):
        if party_id in {None, each.party_id}:
            found.setdefault(each.party_id, []).append((each.record, each.own, each.number))
    return list(found.items())


def _assert_read(kind: NoticeKind, t: Translator) -> None:
    if kind not in UNTOLD:
        known = " · ".join(word.value for word in UNTOLD)
        raise typer.BadParameter(t.gettext("{word}: one of {known}", word=kind.value, known=known))


@notices.command(
    "list", help=_("List notices: all, of one record, not acknowledged, or who is still to be told.")
)
def list_(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Argument(metavar="RECORD")] = None,
    missing: Annotated[
        NoticeKind | None,
        typer.Option(help=_("Who is still to be told of this: designation, zone, agreement, caretaker.")),
    ] = None,
    open_only: Annotated[bool, typer.Option("--open", help=_("Those that nobody has acknowledged."))] = False,
    where: Where = None,
    out: Annotated[Path | None, typer.Option(help=_("Write them into a workbook (.xlsx)."))] = None,
) -> None:
    """List notices."""
    office: Office = ctx.obj
    t = office.t
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        if missing is not None:
            _assert_read(missing, t)
            library, today = office.packs(), office.today(session)
            found = not_told(session, missing, library, today, where or ())
            said = t.ngettext("{count} still to be told", "{count} still to be told", len(found))
        else:
            about = ref_of(session, record)[:2] if record else None
            found = notice_records(session, about, open_only=open_only)
            said = t.ngettext("{count} notice", "{count} notices", len(found))
        for each in found:
            office.say(_line(each, t))
        parties = len({each.party_id for each in found})
        office.say(
            said + (f" · {t.ngettext('{count} steward', '{count} stewards', parties)}" if found else "")
        )
        if out:
            title = t.gettext("Stewards to be told") if missing else t.gettext("Notices to stewards")
            write_list(office, session, out, title, [_sheet(title, found, t)], (said,))
    office.answer({"notices": [_told(each) for each in found]})


@notices.command(help=_("Record that notices about a record were acknowledged."))
def ack(
    ctx: typer.Context,
    record: Record,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("Day of the acknowledgement."))],
    party: Party = None,
    kind: Kinds = None,
) -> None:
    """Acknowledge."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    with transaction(office.engine()) as session:
        party_id = find_party(session, party).id if party else None
        count = acknowledge(
            session, ref_of(session, record), on=on.date(), party_id=party_id, kind=kind,
            today=office.today(session), actor=office.actor, now=now,
        )  # fmt: skip
    office.say(t.ngettext("{count} notice is acknowledged.", "{count} notices are acknowledged.", count))
    office.answer({"record": record, "acknowledged": count})


def _line(each: NoticeRecord, t: Translator) -> str:
    day = each.sent_on.isoformat() if each.sent_on else ""
    since = t.gettext("since {begin}", begin=each.since) if each.since else ""
    seen = t.gettext("acknowledged on {day}", day=each.acknowledged_on) if each.acknowledged_on else ""
    parts = (day, t.word(NoticeKind, each.kind), t.pick(KINDS[each.record]), each.number, each.name,
             each.party, since, each.means, each.document_no, seen)  # fmt: skip
    return "  ".join(filter(None, parts))


def _sheet(title: str, found: Sequence[NoticeRecord], t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("No."), 6, "integer"), Column(_("Of what"), 14), Column(t.label("kind"), 10),
        Column(t.label("number"), 18), Column(t.label("name"), 18), Column(_("Steward"), 24),
        Column(_("Unit or person"), 10), Column(_("Since"), 12, "date"), Column(_("Told on"), 12, "date"),
        Column(_("By which means"), 14), Column(_("Document"), 18), Column(_("Acknowledged on"), 12, "date"),
        Column(_("Remarks"), 30),
    )  # fmt: skip
    rows = (
        (t.word(NoticeKind, n.kind), t.pick(KINDS[n.record]), n.number, n.name, n.party,
         t.word(PartyKind, n.party_kind), n.since, n.sent_on, n.means, n.document_no, n.acknowledged_on,
         n.text)
        for n in found
    )  # fmt: skip
    counts = Counter(t.word(NoticeKind, each.kind) for each in found)
    notes = tuple(f"{word} {t.number(count, 0)}" for word, count in counts.items())
    return Sheet(title, columns, numbered(rows), notes=notes)


def _told(each: NoticeRecord) -> dict[str, Any]:
    names = ("kind", "record", "number", "name", "party", "since", "sent_on", "means", "document_no", "text",
             "acknowledged_on")  # fmt: skip
    return {name: getattr(each, name) for name in names}
