"""The own second factor: enrolling an app, recovery codes, taking it off."""

from starlette.responses import Response

from datasette_plugins.desk.account_parts import Clock, person_only, qr_path
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.first_things import SECOND_FACTOR
from datasette_plugins.desk.routing import Route
from datasette_plugins.desk.signing import confirm_password
from registry.commands.second_factor import (
    begin_second_factor,
    codes_left,
    confirm_second_factor,
    otpauth_address,
    remove_second_factor,
    renew_recovery_codes,
)
from registry.commands.sessions import open_sessions
from registry.commands.sign_in import begin_try, forgive
from registry.desk_errors import PasswordWrongError, SecondFactorError, TooManyTriesError
from registry.models import Account
from registry.settings import get_setting

PATH = "/account/second-factor"


def factor_page(ask: Ask) -> Response:
    """What there is, or how to turn it on."""
    return _page(ask)


def begin(ask: Ask) -> Response:
    """Make a secret, and show it with its QR code."""
    person_only(ask)
    try:
        confirm_password(ask, str(ask.form.get("password") or ""))
    except (PasswordWrongError, TooManyTriesError) as error:
        return _page(ask, wrong=ask.t.error(error))
    with ask.write() as session:
        account = session.get_one(Account, ask.me.id)
        secret = begin_second_factor(session, account, ask.desk.keys)
        name = get_setting(session, "register_name" if ask.visit.lang != "en" else "register_name_en")
    size, path = qr_path(otpauth_address(secret, ask.me.login, name or "Gushu"))
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return ask.page("desk/second_factor_scan.html", size=size, path=path, secret=spaced, wrong="")


def confirm(ask: Ask) -> Response:
    """Turn it on with the first code; shows the recovery codes, once. After a wrong code the field alone is
    shown again: the secret is told only to whoever has just given the password."""
    person_only(ask)
    try:
        with ask.write() as session:
            tried = begin_try(session, ask.me.login, ask.address, ask.now, what="code")
        with ask.write() as session:
            account = session.get_one(Account, ask.me.id)
            others = len(open_sessions(session, account.id, ask.now)) - 1
            codes = confirm_second_factor(
                session, account, ask.text("code"), ask.desk.keys, keep_session=ask.me.session_id,
                actor=ask.actor, now=ask.now,
            )  # fmt: skip
            forgive(session, tried)
            ask.audit(session, "second_factor_on", ("account", account.id))
    except (SecondFactorError, TooManyTriesError) as error:
        return ask.page("desk/second_factor_scan.html", status=422, secret="", wrong=ask.t.error(error))
    if others:
        ask.say(
            ask.t.ngettext("{count} other session was ended.", "{count} other sessions were ended.", others)
        )
    return ask.page("desk/recovery_codes.html", codes=codes)


def renew_codes(ask: Ask) -> Response:
    """New recovery codes in place of the earlier ones."""
    person_only(ask)
    try:
        confirm_password(ask, str(ask.form.get("password") or ""))
    except (PasswordWrongError, TooManyTriesError) as error:
        return _page(ask, wrong=ask.t.error(error))
    with ask.write() as session:
        account = session.get_one(Account, ask.me.id)
        codes = renew_recovery_codes(session, account, actor=ask.actor, now=ask.now)
        ask.audit(session, "recovery_codes_made", ("account", account.id))
    return ask.page("desk/recovery_codes.html", codes=codes)


def take_off(ask: Ask) -> Response:
    """Take the second factor off."""
    person_only(ask)
    try:
        confirm_password(ask, str(ask.form.get("password") or ""))
    except (PasswordWrongError, TooManyTriesError) as error:
        return _page(ask, wrong=ask.t.error(error))
    with ask.write() as session:
        account = session.get_one(Account, ask.me.id)
        if remove_second_factor(session, account, actor=ask.actor, now=ask.now):
            ask.audit(session, "second_factor_off", ("account", account.id))
    ask.say(ask.t.gettext("The second factor is off."))
    return ask.go("/account")


def _page(ask: Ask, wrong: str = "") -> Response:
    with ask.read() as session:
        account = session.get_one(Account, ask.me.id)
        return ask.page(
            "desk/own_second_factor.html",
            status=422 if wrong else 200,
            account=account,
            since=Clock(session).day(account.second_factor_on),
            left=codes_left(session, account),
            wrong=wrong,
            is_demanded=ask.me.first == SECOND_FACTOR,
        )


ROUTES = (
    Route("GET", PATH, factor_page, None, is_open=True),
    Route("POST", PATH, begin, None, is_open=True),
    Route("POST", f"{PATH}/confirm", confirm, None, is_open=True),
    Route("POST", f"{PATH}/codes", renew_codes, None, is_open=True),
    Route("POST", f"{PATH}/off", take_off, None, is_open=True),
)
