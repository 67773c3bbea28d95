"""`gushu account`: sessions, tokens, second factors, and cards that enrol phones."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from registry.calendars import register_today
from registry.cli.accounts import Login, account
from registry.cli.app import Office, _
from registry.cli.exporting import FontFiles, written
from registry.cli.rule_tables import table
from registry.commands.accounts import get_account
from registry.commands.api_tokens import make_api_token, revoke_api_token
from registry.commands.auditing import record_audit
from registry.commands.enrolments import NewEnrolment, account_of_party, make_enrolment
from registry.commands.erasing import find_party
from registry.commands.second_factor import codes_left, remove_second_factor
from registry.commands.sessions import end_sessions, end_tokens, open_sessions, revoke_session, valid_tokens
from registry.db import reading, transaction
from registry.desk_errors import AccountAccessNotFoundError
from registry.errors import Phrase, SettingInvalidError
from registry.outputs import check_output
from registry.rules.permissions import Right
from registry.settings import get_setting
from registry.vocab.desk_words import SessionKind


@account.command(help=_("List the open sessions and the tokens of an account."))
def sessions(ctx: typer.Context, login: Login) -> None:
    """List sessions and tokens."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        own = get_account(session, login).id
        opened = [
            {"id": row.id, "kind": row.kind.value, "device": row.device, "address": row.address,
             "created_at": row.created_at, "seen_at": row.seen_at, "expires_at": row.expires_at}
            for row in open_sessions(session, own, office.now())
        ]  # fmt: skip
        tokens = [
            {"id": row.id, "name": row.name, "rights": row.rights, "used_at": row.used_at,
             "expires_at": row.expires_at}
            for row in valid_tokens(session, own, office.now())
        ]  # fmt: skip
    rows: list[list[str]] = [
        [str(each["id"]), office.t.word(SessionKind, str(each["kind"])), f"{each['seen_at']:%Y-%m-%d %H:%M}Z",
         str(each["address"] or "—"), str(each["device"] or "")[:60]]
        for each in opened
    ]  # fmt: skip
    rows += [
        [str(each["id"]), office.t.gettext("token"), str(each["name"]), str(each["rights"])]
        for each in tokens
    ]
    for line in table(rows):
        office.say(line)
    if not rows:
        office.say(office.t.gettext("No session is open, and no token works."))
    office.answer({"sessions": opened, "tokens": tokens})


@account.command(help=_("End sessions and tokens of an account: one by its id, or all."))
def revoke(
    ctx: typer.Context,
    login: Login,
    called: Annotated[str | None, typer.Argument(metavar="ID")] = None,
) -> None:
    """End sessions and tokens."""
    office: Office = ctx.obj
    now = office.now()
    with transaction(office.engine()) as session:
        found = get_account(session, login)
        if called is None:
            count = end_sessions(session, found.id, now) + end_tokens(session, found.id, now)
        else:
            row = next((each for each in open_sessions(session, found.id, now) if each.id == called), None)
            token = next((each for each in valid_tokens(session, found.id, now) if each.id == called), None)
            if row is not None:
                count = int(revoke_session(session, row, now))
            elif token is not None:
                count = int(revoke_api_token(session, found, token, actor=office.actor, now=now))
            else:
                raise AccountAccessNotFoundError(login=found.login, called=called)
        record_audit(
            session, "sessions_ended", account_id=None, login=office.actor, subject=("account", found.id),
            now=now, count=count,
        )  # fmt: skip
    office.say(
        office.t.ngettext("{count} session or token ended.", "{count} sessions and tokens ended.", count)
    )
    office.answer({"ended": count})


@account.command(help=_("Make a token with which a script asks the desk; it is shown once."))
def token(
    ctx: typer.Context,
    login: Login,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    right: Annotated[
        list[str] | None,
        typer.Option(help=_("Only this right of the account: {words}").format(words=" · ".join(Right))),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help=_("How many days it works."))] = 90,
) -> None:
    """Make a token."""
    office: Office = ctx.obj
    if unknown := set(right or ()) - set(Right):
        raise typer.BadParameter(f"--right: {', '.join(sorted(unknown))} ({' | '.join(Right)})")
    with transaction(office.engine()) as session:
        now = office.now()
        row, text = make_api_token(
            session, get_account(session, login), name, [Right(each) for each in right or ()],
            expires_at=now + timedelta(days=days), actor=office.actor, now=now,
        )  # fmt: skip
        facts = {"id": row.id, "name": row.name, "expires_at": row.expires_at}
    office.say(office.t.gettext("The token, shown this once: {token}", token=text))
    office.answer({**facts, "token": text})


@account.command("second-factor", help=_("Say whether an account has a second factor; take a lost one off."))
def second_factor(
    ctx: typer.Context,
    login: Login,
    off: Annotated[bool, typer.Option("--off", help=_("Take it off, with its recovery codes."))] = False,
) -> None:
    """Show or take off a second factor."""
    office: Office = ctx.obj
    t = office.t
    if off:
        with transaction(office.engine()) as session:
            found = get_account(session, login)
            changed = remove_second_factor(session, found, actor=office.actor, now=office.now())
        office.say_change(t.gettext("The second factor is off."), changed=changed)
        office.answer({"login": login.strip().lower(), "second_factor": False, "changed": changed})
        return
    with reading(office.engine()) as session:
        found = get_account(session, login)
        since, left = found.second_factor_on, codes_left(session, found)
        day = register_today(session, since) if since else None
    if day is None:
        office.say(t.gettext("{login} has no second factor; its owner turns it on at the desk.", login=login))
    else:
        on = t.gettext("on since {day}", day=day)
        office.say(
            f"{on} · {t.ngettext('{count} recovery code is left', '{count} recovery codes are left', left)}"
        )
    office.answer({"login": login.strip().lower(), "second_factor": day is not None, "codes_left": left})


@account.command(help=_("Print cards that enrol phones: a QR code, and a PIN on a strip to cut off."))
def enrol(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help=_("The PDF to write."))],
    logins: Annotated[list[str] | None, typer.Argument(metavar="LOGIN…")] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(
            help=_("A unit or person of the register; a caretaker's account is made where there is none.")
        ),
    ] = None,
    font: FontFiles = None,
) -> None:
    """Print cards."""
    from exports.enrolment_cards import EnrolmentCard, write_enrolment_cards

    office: Office = ctx.obj
    if not logins and not party:
        raise typer.BadParameter("LOGIN…, --party")
    check_output(out, ".pdf", office.address)
    made: list[NewEnrolment] = []
    with transaction(office.engine()) as session:
        base = get_setting(session, "public_address")
        if not base:
            raise SettingInvalidError(
                name="public_address", value="", reason=Phrase("the QR code leads there: set it first")
            )
        now, actor = office.now(), office.actor
        accounts = [get_account(session, each) for each in logins or ()]
        accounts += [
            account_of_party(session, find_party(session, each), actor=actor, now=now) for each in party or ()
        ]
        made += [make_enrolment(session, each, base=base, actor=actor, now=now) for each in accounts]
        cards = [EnrolmentCard(one.name, one.login, one.address, one.pin, one.ends_on) for one in made]
        with written(out) as stream:
            write_enrolment_cards(
                cards, stream, register_name=get_setting(session, "register_name"),
                duty_phone=get_setting(session, "duty_phone"), made_at=now, extra_fonts=tuple(font or ()),
            )  # fmt: skip
        out.chmod(0o600)
    office.say(office.t.ngettext("{count} card: {path}", "{count} cards: {path}", len(made), path=out))
    office.say(
        office.t.gettext(
            "Cut the strips off and hand them over in person. The file opens the desk: delete it."
        )
    )
    facts = [{"login": each.login, "name": each.name, "expires_at": each.expires_at} for each in made]
    office.answer({"path": str(out), "cards": facts})
