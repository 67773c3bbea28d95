"""The own account: name, language, password, sessions."""

from sqlmodel import Session
from starlette.responses import Response

from datasette_plugins.desk.account_parts import (
    Clock,
    division_path,
    person_only,
    session_rows,
    token_rows,
)
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.first_things import PASSWORD
from datasette_plugins.desk.routing import Route
from datasette_plugins.desk.signing import confirm_password
from datasette_plugins.site.visits import Visit
from registry.commands.accounts import change_account, change_own_password, roles_of
from registry.commands.second_factor import codes_left
from registry.commands.sessions import end_sessions, revoke_session, valid_tokens
from registry.desk_errors import PasswordRefusedError, PasswordWrongError, TooManyTriesError
from registry.models import Account, AccountSession
from registry.rules.passwords import LEAST
from registry.vocab.desk_words import Role
from registry.vocab.language import SITE_LANGUAGES


def account_page(ask: Ask) -> Response:
    """Everything about the own account."""
    with ask.read() as session:
        account = session.get_one(Account, ask.me.id)
        clock = Clock(session)
        roles = [
            (ask.t.word(Role, row.role), division_path(session, row.division_id))
            for row in roles_of(session, account)
        ]
        return ask.page(
            "desk/own_account.html",
            account=account,
            roles=roles,
            sessions=session_rows(ask, session, account),
            tokens=token_rows(ask, session, account),
            left=codes_left(session, account),
            password_on=clock.day(account.password_set_at),
            factor_on=clock.day(account.second_factor_on),
        )


def change(ask: Ask) -> Response:
    """Another name, another language."""
    person_only(ask)
    lang = ask.text("lang") if ask.text("lang") in SITE_LANGUAGES else None
    with ask.write() as session:
        account = session.get_one(Account, ask.me.id)
        changed = change_account(
            session, account, name=ask.text("name"), party_id=account.party_id, actor=ask.actor, now=ask.now
        )
        account.lang = lang
        session.add(account)
        if changed:
            ask.audit(session, "account_changed", ("account", account.id))
    if lang is not None:
        ask.visit = Visit(lang, ask.visit.path)
    ask.say(ask.t.gettext("Saved."))
    return ask.go("/account")


def password_page(ask: Ask) -> Response:
    """The form for a new password."""
    return _password_form(ask)


def change_password(ask: Ask) -> Response:
    """Set the new password; every other session of the account ends."""
    person_only(ask)
    old, new = (str(ask.form.get(name) or "") for name in ("password", "new"))
    if new != str(ask.form.get("again") or ""):
        return _password_form(ask, again=ask.t.gettext("The two are not the same."))
    try:
        confirm_password(ask, old)
        with ask.write() as session:
            account = session.get_one(Account, ask.me.id)
            ended = change_own_password(
                session, account, new, keep_session=ask.me.session_id, actor=ask.actor, now=ask.now
            )
            ask.audit(session, "password_changed", ("account", account.id))
            tokens = len(valid_tokens(session, account.id, ask.now))
    except (PasswordWrongError, TooManyTriesError) as error:
        return _password_form(ask, password=ask.t.error(error))
    except PasswordRefusedError as error:
        return _password_form(ask, new=ask.t.error(error))
    ask.say(ask.t.gettext("The new password is set."))
    if ended:
        ask.say(
            ask.t.ngettext("{count} other session was ended.", "{count} other sessions were ended.", ended)
        )
    if tokens:
        ask.say(
            ask.t.ngettext(
                "{count} token for scripts still works; end it below if it is not needed.",
                "{count} tokens for scripts still work; end below what is not needed.",
                tokens,
            )
        )
    return ask.go("/account")


def end_session(ask: Ask) -> Response:
    """End one of the own sessions."""
    person_only(ask)
    with ask.write() as session:
        row = _own_session(ask, session)
        if revoke_session(session, row, ask.now):
            ask.audit(session, "session_ended", ("account", ask.me.id), ended=row.id)
    ask.say(ask.t.gettext("The session is ended. What waits on that phone stays there."))
    return ask.go("/account#sessions")


def end_others(ask: Ask) -> Response:
    """End all sessions but this one."""
    person_only(ask)
    with ask.write() as session:
        ended = end_sessions(session, ask.me.id, ask.now, but=ask.me.session_id)
        ask.audit(session, "sessions_ended", ("account", ask.me.id), count=ended)
    ask.say(ask.t.ngettext("{count} other session was ended.", "{count} other sessions were ended.", ended))
    return ask.go("/account#sessions")


def _own_session(ask: Ask, session: Session) -> AccountSession:
    row = session.get(AccountSession, ask.vars["session"])
    if row is None or row.account_id != ask.me.id:
        raise LookupError(ask.vars["session"])
    return row


def _password_form(ask: Ask, **wrong: str) -> Response:
    with ask.read() as session:
        has_password = session.get_one(Account, ask.me.id).password_hash is not None
    return ask.page(
        "desk/own_password.html",
        status=422 if wrong else 200,
        wrong=wrong,
        least=LEAST,
        has_password=has_password,
        is_demanded=ask.me.first == PASSWORD,
    )


ROUTES = (
    Route("GET", "/account", account_page, None, is_open=True),
    Route("POST", "/account", change, None, is_open=True),
    Route("GET", "/account/password", password_page, None, is_open=True),
    Route("POST", "/account/password", change_password, None, is_open=True),
    Route("POST", "/account/sessions/{session}/end", end_session, None, is_open=True),
    Route("POST", "/account/sessions/end", end_others, None, is_open=True),
)
