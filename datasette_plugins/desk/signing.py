"""Signing in, with a second step where there is a second factor; signing out."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from datasette_plugins.site.visits import PREFIXES, Visit
from registry.commands.accounts import find_account, is_password, renew_hash
from registry.commands.auditing import record_audit
from registry.commands.second_factor import codes_left, use_code
from registry.commands.sessions import LASTS, open_session, revoke_session, sweep
from registry.commands.sign_in import Try, begin_try, forgive
from registry.desk_errors import PasswordWrongError, TooManyTriesError
from registry.models import Account, AccountSession
from registry.vocab.desk_words import AccountState, SessionKind
from registry.vocab.language import SITE_LANGUAGES

COOKIE = "gushu_desk"
STEP_COOKIE = "gushu_step"
LEFT_COOKIE = "gushu_left"
"""Says that the reader of a phone has signed out, not that a session ran out; the field app reads it."""
STEP_LASTS = timedelta(minutes=5)
LEFT_LASTS = timedelta(days=400)
"""As long as browsers keep a cookie at most."""
_FEW_CODES = 3


def sign_in_page(ask: Ask) -> Response:
    """The form."""
    return ask.go("/") if ask.who is not None else _form(ask)


def sign_in(ask: Ask) -> Response:
    """Open a session where login and password are right, or ask for the code of the second factor."""
    login, password = ask.text("login"), str(ask.form.get("password") or "")
    try:
        with ask.write() as session:
            tried = begin_try(session, login, ask.address, ask.now)
    except TooManyTriesError as error:
        return too_early(ask, "desk/sign_in.html", error, login=login)
    with ask.read() as session:
        account = find_account(session, login)
    is_right = is_password(account, password)
    kind = SessionKind.DEVICE if ask.text("stay") else SessionKind.BROWSER
    with ask.write() as session:
        if not is_right or account is None or account.state != AccountState.ACTIVE:
            ask.audit(session, "sign_in_failed", ("account", account.id) if account else None)
            return _form(ask, ask.t.gettext("Login or password is wrong."), status=401, login=login)
        found = session.get_one(Account, account.id)
        renew_hash(session, found, password)
        forgive(session, tried)
        if found.second_factor_on is None:
            return opened(ask, session, found, kind)
        step = _step_of(ask, found, kind)
    response = ask.go("/sign-in/code")
    response.set_cookie(
        STEP_COOKIE, step, max_age=int(STEP_LASTS.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=ask.request.url.scheme == "https",
    )  # fmt: skip
    return response


def code_page(ask: Ask) -> Response:
    """The form for the code of the second factor."""
    with ask.read() as session:
        account, _ = _stepping(ask, session)
    return ask.go("/sign-in") if account is None else ask.page("desk/sign_in_code.html", wrong="")


def sign_in_with_code(ask: Ask) -> Response:
    """Open the session where the code is right."""
    with ask.read() as session:
        account, _ = _stepping(ask, session)
    if account is None:
        ask.say(ask.t.gettext("That took too long. Please sign in again."))
        return ask.go("/sign-in")
    try:
        with ask.write() as session:
            tried = begin_try(session, account.login, ask.address, ask.now, what="code")
    except TooManyTriesError as error:
        return too_early(ask, "desk/sign_in_code.html", error)
    with ask.write() as session:
        found, kind = _stepping(ask, session)
        used = use_code(session, found, ask.text("code"), ask.desk.keys, ask.now) if found else None
        if found is None or used is None:
            ask.audit(session, "code_failed", ("account", account.id))
            wrong = ask.t.gettext("The code is wrong or was used already. Wait for the next one.")
            return ask.page("desk/sign_in_code.html", status=401, wrong=wrong)
        forgive(session, tried)
        if used == "recovery":
            left = codes_left(session, found)
            ask.say(
                ask.t.ngettext("{count} recovery code is left.", "{count} recovery codes are left.", left)
            )
            if left <= _FEW_CODES:
                ask.say(ask.t.gettext("Make new recovery codes on the page of your account."))
        response = opened(ask, session, found, kind, how=used)
    response.delete_cookie(STEP_COOKIE, path="/")
    return response


def sign_out(ask: Ask) -> Response:
    """End this session. What waits on a phone stays there."""
    if ask.me.session_id is not None:
        with ask.write() as session:
            revoke_session(session, session.get_one(AccountSession, ask.me.session_id), ask.now)
            ask.audit(session, "signed_out", ("account", ask.me.id))
    response = ask.go("/sign-in")
    response.delete_cookie(COOKIE, path="/")
    response.set_cookie(
        LEFT_COOKIE, "1", max_age=int(LEFT_LASTS.total_seconds()), path="/", samesite="lax",
        secure=ask.request.url.scheme == "https",
    )  # fmt: skip
    return response


def opened(ask: Ask, session: Session, account: Account, kind: SessionKind, how: str = "") -> Response:
    """Open a session of an account, and go where its person wanted to."""
    agent = ask.request.headers.get("user-agent")
    _, token = open_session(session, account, kind, address=ask.address, device=agent, now=ask.now)
    session.refresh(account)
    note_sign_in(ask, session, account, how)
    sweep(session, ask.now)
    if account.lang in SITE_LANGUAGES:
        ask.visit = Visit(account.lang, ask.visit.path)
    return remember(ask, ask.go("/"), kind, token)


def note_sign_in(ask: Ask, session: Session, account: Account, how: str = "") -> None:
    """Note a sign-in in the audit log, in the name of whoever it is now."""
    record_audit(
        session, "signed_in", account_id=account.id, login=account.login, subject=("account", account.id),
        address=ask.address, now=ask.now, **({"how": how} if how else {}),
    )  # fmt: skip


def confirm_password(ask: Ask, password: str) -> None:
    """Ask for the own password before something that matters; tries are counted as at sign-in.

    Raises PasswordWrongError, TooManyTriesError.
    """
    with ask.write() as session:
        tried: Try = begin_try(session, ask.me.login, ask.address, ask.now)
    with ask.read() as session:
        account = session.get_one(Account, ask.me.id)
    if not is_password(account, password):
        raise PasswordWrongError
    with ask.write() as session:
        forgive(session, tried)


def too_early(ask: Ask, template: str, error: TooManyTriesError, **context: Any) -> Response:
    """The form again, with when to try again."""
    minutes = int(str(error.facts["minutes"]))
    wrong = ask.t.ngettext(
        "Too many tries. Please try again in {count} minute.",
        "Too many tries. Please try again in {count} minutes.",
        minutes,
    )
    response = ask.page(template, status=429, wrong=wrong, **context)
    response.headers["retry-after"] = str(minutes * 60)
    return response


def remember(
    ask: Ask, response: Response, kind: SessionKind, token: str, *, goes_back: bool = True
) -> Response:
    """Put a session's token into the cookie, and go back to where sign-in was asked for."""
    is_safe = ask.request.url.scheme == "https"
    response.set_cookie(
        COOKIE, token, max_age=int(LASTS[kind].total_seconds()), path="/", httponly=True, samesite="lax",
        secure=is_safe,
    )  # fmt: skip
    response.delete_cookie(LEFT_COOKIE, path="/")
    back = ask.request.cookies.get("gushu_back", "").strip('"')
    if goes_back and _is_ours(back) and isinstance(response, RedirectResponse):
        response.headers["location"] = back
    response.delete_cookie("gushu_back", path="/-/desk")
    return response


def _is_ours(address: str) -> bool:
    """Whether an address leads to a page of the desk, however a browser reads it."""
    path = address.partition("?")[0]
    is_below = path.startswith(tuple(f"{prefix}/-/desk/" for prefix in ("", *PREFIXES)))
    return is_below and address.isprintable() and not any(odd in path for odd in ("..", "//", "\\", "%"))


def _form(ask: Ask, wrong: str = "", *, status: int = 200, login: str = "") -> Response:
    return ask.page("desk/sign_in.html", status=status, login=login, wrong=wrong)


def _step_of(ask: Ask, account: Account, kind: SessionKind) -> str:
    """That login and password were right, signed; it holds for this password and a few minutes."""
    ends = (ask.now + STEP_LASTS).isoformat()
    facts = json.dumps([account.id, kind.value, ends, _password_mark(account)]).encode()
    return f"{base64.urlsafe_b64encode(facts).decode()}.{_signature(ask, facts)}"


def _stepping(ask: Ask, session: Session) -> tuple[Account | None, SessionKind]:
    """Whose password was right a moment ago, and for what kind of session."""
    text, _, signature = ask.request.cookies.get(STEP_COOKIE, "").partition(".")
    try:
        facts = base64.urlsafe_b64decode(text)
        if not hmac.compare_digest(signature.encode(), _signature(ask, facts).encode()):
            return None, SessionKind.BROWSER
        own, kind, ends, mark = json.loads(facts)
    except ValueError:
        return None, SessionKind.BROWSER
    account = session.get(Account, own)
    is_good = account is not None and account.state == AccountState.ACTIVE
    if account is None or not is_good or datetime.fromisoformat(ends) <= ask.now:
        return None, SessionKind.BROWSER
    return (account if mark == _password_mark(account) else None), SessionKind(kind)


def _password_mark(account: Account) -> str:
    return account.password_set_at.isoformat() if account.password_set_at else ""


def _signature(ask: Ask, facts: bytes) -> str:
    return hmac.new(ask.desk.keys.derived("sign-in step"), facts, hashlib.sha256).hexdigest()


ROUTES = (
    Route("GET", "/sign-in", sign_in_page, None),
    Route("POST", "/sign-in", sign_in, None),
    Route("GET", "/sign-in/code", code_page, None),
    Route("POST", "/sign-in/code", sign_in_with_code, None),
    Route("POST", "/sign-out", sign_out, None, is_open=True),
)
