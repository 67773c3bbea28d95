"""Review on the command line: the office decides without a browser, one level at a time."""

import json
from collections.abc import Callable
from datetime import tzinfo
from typing import Annotated, Any

import typer
from sqlmodel import Session

from registry.calendars import register_zone
from registry.cli.app import Office, _, app
from registry.cli.rule_tables import table
from registry.commands.kept_phrases import said_phrase
from registry.commands.reviewing import Desk, Verdict, decide
from registry.commands.submission_doubts import near_said
from registry.commands.submission_places import pack_at
from registry.commands.submission_rows import find_submission
from registry.db import reading, transaction
from registry.models import Submission
from registry.review_items import Item, load_item
from registry.review_queue import PAGE, Filters, Row, queue_counts, queue_page
from registry.rules.review_content import DiffRow
from registry.vocab.desk_words import Decision, ReviewLevel, SubmissionKind, SubmissionState
from registry.vocab.language import Translator
from registry.vocab.review_words import answer_name
from registry.vocab.sentences import flag_sentence

review = typer.Typer(
    no_args_is_help=True, help=_("Review of what the field sent in: level by level, by the office itself.")
)
app.add_typer(review, name="review")

Own = Annotated[str, typer.Argument(metavar="ID", help=_("Id of the submission, or how it begins."))]
Why = Annotated[str, typer.Option(help=_("Why; whoever sent it in reads it."))]


@review.command("list", help=_("List what waits to be reviewed, the oldest first."))
def list_(
    ctx: typer.Context,
    state: Annotated[SubmissionState, typer.Option(help=_("Its state."))] = SubmissionState.PENDING,
    kind: Annotated[SubmissionKind | None, typer.Option(help=_("Only of this kind."))] = None,
    level: Annotated[ReviewLevel | None, typer.Option(help=_("Only at this level."))] = None,
    place: Annotated[str, typer.Option(help=_("Only in this town, village or division."))] = "",
    person: Annotated[str, typer.Option(help=_("Only sent in by this person."))] = "",
    conflicts: Annotated[bool, typer.Option("--conflicts", help=_("Only with conflicts."))] = False,
    page: Annotated[int, typer.Option(min=1, help=_("Which page of the list."))] = 1,
) -> None:
    """List the queue."""
    office: Office = ctx.obj
    t = office.t
    filters = Filters(state, kind, level, None, place, person, conflicts=conflicts, page=page)
    with reading(office.engine()) as session:
        today = office.today(session)
        rows, has_more = queue_page(session, None, filters, today=today, now=office.now())
        counts = queue_counts(session, None, today=today)
        zone = register_zone(session)
        lines = [_line(t, row, zone) for row in rows]
        facts = [_facts(row) for row in rows]
    for line in table(lines):
        office.say(line)
    if not rows:
        office.say(t.gettext("Nothing is like this."))
    waiting = t.ngettext("{count} waits to be reviewed", "{count} wait to be reviewed", counts.pending)
    aside = t.ngettext("{count} is set aside", "{count} are set aside", counts.set_aside)
    office.say(f"{waiting} · {aside}")
    if has_more:
        more = t.gettext("There are more than {count}: --page {page} shows on.", count=PAGE, page=page + 1)
        office.say(more)
    office.answer({"submissions": facts, "pending": counts.pending, "set_aside": counts.set_aside})


def _line(t: Translator, row: Row, zone: tzinfo) -> list[str]:
    one = row.submission
    where = t.word(ReviewLevel, one.level) if one.level else t.word(SubmissionState, one.state)
    torn = t.ngettext("{count} conflict", "{count} conflicts", row.conflicts) if row.conflicts else ""
    what = f"{t.word(SubmissionKind, one.kind)} {row.called} {row.name}".rstrip()
    day = one.received_at.astimezone(zone).date().isoformat()
    return [one.id, day, what, row.place, row.sender, " ".join(filter(None, [where, torn]))]


def _facts(row: Row) -> dict[str, Any]:
    one = row.submission
    return {
        "id": one.id, "kind": one.kind, "state": one.state, "level": one.level, "record": row.called,
        "name": row.name, "place": row.place, "sent_by": row.login, "received_at": one.received_at,
        "conflicts": row.conflicts, "photos": row.photos, "photos_arrived": row.arrived,
    }  # fmt: skip


@review.command("show", help=_("Show one submission: what is new beside what is registered."))
def show(ctx: typer.Context, own: Own) -> None:
    """Show an item."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        submission = find_submission(session, own)
        item = load_item(session, submission, holder=None, today=office.today(session))
        head = (
            f"{submission.id}  {t.word(SubmissionKind, submission.kind)} {item.called} {item.name}".rstrip()
        )
        where = submission.level or ""
        state = t.word(ReviewLevel, where) if where else t.word(SubmissionState, submission.state)
        lines = [
            head,
            " · ".join(filter(None, [state, item.place_words, item.sender.name])),
            *(f"  {line}" for line in table([_row(t, item, row) for row in item.rows])),
            *(f"  ! {said}" for said in _doubts(t, item)),
        ]
        facts = {
            "id": submission.id, "kind": submission.kind, "state": submission.state,
            "level": submission.level, "record": item.called, "sent_by": item.sender.login,
            "content": json.loads(submission.content), "doubts": _doubts(t, item),
            "fields": [_row_facts(row) for row in item.rows], "conflicts": list(item.conflicts),
        }  # fmt: skip
    for line in lines:
        office.say(line)
    office.answer(facts)


def _row(t: Translator, item: Item, row: DiffRow) -> list[str]:
    new, old = item.said(t, row.field, row.new), item.said(t, row.field, row.old)
    said = f"{old} → {new}" if row.is_changed else new
    if row.conflict:
        said += " · " + t.gettext("changed here as well: choose with --set")
    return [f"{answer_name(t, row.field)} ({row.field})", said]


def _row_facts(row: DiffRow) -> dict[str, Any]:
    return {"field": row.field, "registered": row.old, "sent": row.new, "conflict": row.conflict is not None}


def _doubts(t: Translator, item: Item) -> list[str]:
    doubts = [flag_sentence(t, each.check, each.field, each.value) for each in item.doubts]
    doubts += [said_phrase(t, note) for note in item.notes]
    return doubts + [str(t.phrase(near_said(each.tree_no, each.distance_m))) for each in item.neighbours]


@review.command(
    "accept", help=_("Accept a submission at the level at which it waits; values may be put right.")
)
def accept(
    ctx: typer.Context,
    own: Own,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help=_("The value to take instead."))
    ] = None,
    reason: Why = "",
) -> None:
    """Accept an item."""

    def verdict(item: Item) -> Verdict:
        chosen = dict(_said(item, text) for text in values or ())
        return Verdict(Decision.CORRECT if chosen else Decision.ACCEPT, reason or None, chosen)

    _decide(ctx.obj, own, verdict)


def _said(item: Item, text: str) -> tuple[str, Any]:
    """FIELD=VALUE: a number where a number was sent in."""
    field, sign, value = text.partition("=")
    rows = {row.field: row for row in item.rows}
    if not sign or field not in rows:
        raise typer.BadParameter(f"--set {text}: {', '.join(rows)}")
    row = rows[field]
    if isinstance(row.new, int | float) and not isinstance(row.new, bool):
        try:
            return field, float(value)
        except ValueError:
            raise typer.BadParameter(f"--set {text}") from None
    return field, value or None


@review.command("return", help=_("Return a submission to its sender, who corrects it on the phone."))
def return_(ctx: typer.Context, own: Own, reason: Why) -> None:
    """Return an item."""
    _decide(ctx.obj, own, lambda _item: Verdict(Decision.RETURN, reason))


@review.command("refuse", help=_("Refuse a submission for good; it stays on file."))
def refuse(ctx: typer.Context, own: Own, reason: Why) -> None:
    """Refuse an item."""
    _decide(ctx.obj, own, lambda _item: Verdict(Decision.REFUSE, reason))


def _decide(office: Office, own: str, verdict: Callable[[Item], Verdict]) -> None:
    t = office.t
    with transaction(office.engine()) as session:
        submission = find_submission(session, own)
        item = load_item(session, submission, holder=None, today=office.today(session))
        desk = _desk(office, session, submission)
        decided = decide(session, submission.id, verdict(item), holder=None, desk=desk).submission
        level, state = decided.level, decided.state
        facts = {"id": decided.id, "state": state, "level": level, "outcome": json.loads(decided.outcome)}
    said = f"{facts['id']}: {t.word(SubmissionState, state)}"
    if level is not None and state == SubmissionState.PENDING:
        said += " · " + t.gettext("It goes on to {level}.", level=t.word(ReviewLevel, level))
    office.say(said)
    office.answer(facts)


def _desk(office: Office, session: Session, submission: Submission) -> Desk:
    today = office.today(session)
    pack = pack_at(session, submission, today)
    return Desk(today, office.actor, office.now(), office.keys(), office.photos(), pack)
