"""What the field sent in, on the command line: listed, shown, looked at again."""

import json
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from registry.access import holder_of
from registry.cli.app import Office, _, app
from registry.cli.rule_tables import table
from registry.commands.submission_rows import called, captured_on, find_submission, photos_of
from registry.commands.submission_words import said_of
from registry.commands.submissions import Setting, look_again
from registry.db import reading, transaction
from registry.models import Account, Submission
from registry.vocab.desk_words import DESK_WORDS, SubmissionKind, SubmissionState
from registry.vocab.language import Translator

submissions = typer.Typer(
    no_args_is_help=True, help=_("What the field sent in: listed, shown, looked at again.")
)
app.add_typer(submissions, name="submissions")

Which = Annotated[str, typer.Argument(metavar="ID", help=_("Id of a submission, or how it begins."))]
_OPEN = (SubmissionState.PENDING, SubmissionState.QUARANTINED)


@submissions.command("list", help=_("List what waits for review or was set aside, the newest first."))
def list_(
    ctx: typer.Context,
    state: Annotated[SubmissionState | None, typer.Option(help=_("Only what is in this state."))] = None,
    kind: Annotated[SubmissionKind | None, typer.Option(help=_("Only forms of this kind."))] = None,
    by: Annotated[str | None, typer.Option(metavar="LOGIN", help=_("Only what this account sent."))] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=_("So many at most."))] = 50,
) -> None:
    """List."""
    office: Office = ctx.obj
    t = office.t
    query = select(Submission, Account.login).join(Account, col(Account.id) == col(Submission.account_id))
    query = query.where(Submission.state == state if state else col(Submission.state).in_(_OPEN))
    query = query.where(Submission.kind == kind) if kind else query
    query = query.where(Account.login == by) if by else query
    with reading(office.engine()) as session:
        newest = query.order_by(col(Submission.received_at).desc(), col(Submission.id)).limit(limit + 1)
        found = [_facts(session, row, login) for row, login in session.exec(newest)]
    for line in table([_cells(t, each) for each in found[:limit]]):
        office.say(line)
    if not found:
        office.say(t.gettext("Nothing waits: everything that was sent in is settled."))
    elif len(found) > limit:
        office.say(t.gettext("… and more; --limit shows them"))
    else:
        office.say(t.gettext("One of them: `gushu submissions show ID`"))
    office.answer({"count": min(len(found), limit), "submissions": found[:limit]})


@submissions.command(help=_("Show one submission with its answers, its photos and what became of it."))
def show(ctx: typer.Context, submission: Which) -> None:
    """Show one."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        row = find_submission(session, submission)
        facts = _facts(session, row, session.get_one(Account, row.account_id).login)
        said, photos = said_of(session, row, t), photos_of(session, row)
        content, outcome = json.loads(row.content), json.loads(row.outcome)
    office.say("  ".join(_cells(t, facts)))
    for sentence in said:
        office.say(f"  {sentence}")
    for line in json.dumps(content, ensure_ascii=False, indent=1).splitlines():
        office.say(f"  {line}")
    arrived = sum(photo.received_at is not None for photo in photos)
    if photos:
        told_photos = t.ngettext("{count} photo", "{count} photos", len(photos))
        office.say(t.gettext("  {arrived} of {photos} received", arrived=arrived, photos=told_photos))
    told = {"content": content, "outcome": outcome, "said": said, "photos": len(photos), "arrived": arrived}
    office.answer({**facts, **told})


@submissions.command(
    help=_("Look again at what was set aside or waits: the register may have what was missing by now.")
)
def retry(ctx: typer.Context, submission: Which) -> None:
    """Judge one anew."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    with transaction(office.engine()) as session:
        row = find_submission(session, submission)
        account = session.get_one(Account, row.account_id)
        setting = Setting(
            holder_of(session, account), office.today(session), f"account:{account.login}", now,
            office.keys(), office.photos(),
        )  # fmt: skip
        look_again(session, row, setting)
        facts, said = _facts(session, row, account.login), said_of(session, row, t)
    for sentence in said:
        office.say(sentence)
    office.answer({**facts, "said": said})


def _facts(session: Session, row: Submission, login: str) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "state": row.state, "level": row.level, "login": login,
        "record": called(session, row), "on": captured_on(row).isoformat(), "via": row.via,
        "problem": json.loads(row.problem)["code"] if row.problem else None,
    }  # fmt: skip


def _cells(t: Translator, facts: dict[str, Any]) -> list[str]:
    kind, state = (
        t.word(DESK_WORDS[words], facts[name])
        for words, name in ((SubmissionKind, "kind"), (SubmissionState, "state"))
    )
    return [facts["id"][:13], facts["on"], facts["login"], kind, facts["record"], state]
