"""The own tokens for scripts: made, shown once, ended."""

from datetime import timedelta

from starlette.responses import Response

from datasette_plugins.desk.account_parts import RIGHT_NAMES, person_only, token_rows
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from datasette_plugins.desk.signing import confirm_password
from registry.commands.api_tokens import DAYS, make_api_token, revoke_api_token
from registry.desk_errors import AccountNameError, PasswordWrongError, TooManyTriesError
from registry.models import Account, ApiToken
from registry.rules.permissions import Right


def tokens_page(ask: Ask) -> Response:
    """The tokens that work, and the form for another."""
    return _page(ask)


def make(ask: Ask) -> Response:
    """Make a token and show it, once."""
    person_only(ask)
    days = int(ask.text("days")) if ask.text("days") in {str(each) for each in DAYS} else DAYS[2]
    asked = {str(value) for value in ask.form.getlist("right")}
    rights = [right for right in _may_give(ask) if right in asked]
    if not rights:
        return _page(ask, ask.t.gettext("Tick what the token may do."))
    try:
        confirm_password(ask, str(ask.form.get("password") or ""))
        with ask.write() as session:
            account = session.get_one(Account, ask.me.id)
            ends = ask.now + timedelta(days=days)
            row, token = make_api_token(
                session, account, ask.text("name"), rights, expires_at=ends, actor=ask.actor, now=ask.now
            )
            ask.audit(session, "token_made", ("account", account.id), token=row.id)
            name = row.name
    except (PasswordWrongError, TooManyTriesError, AccountNameError) as error:
        return _page(ask, ask.t.error(error))
    return ask.page("desk/token_made.html", token=token, name=name)


def end(ask: Ask) -> Response:
    """End one of the own tokens."""
    person_only(ask)
    with ask.write() as session:
        row = session.get(ApiToken, ask.vars["token"])
        if row is None or row.account_id != ask.me.id:
            raise LookupError(ask.vars["token"])
        account = session.get_one(Account, ask.me.id)
        if revoke_api_token(session, account, row, actor=ask.actor, now=ask.now):
            ask.audit(session, "token_ended", ("account", account.id), token=row.id)
    ask.say(ask.t.gettext("The token is ended."))
    return ask.go("/account/tokens")


def _may_give(ask: Ask) -> list[Right]:
    """What a token may do: what its person may, but for changing accounts."""
    return [right for right in Right if right != Right.ACCOUNTS and ask.may(right)]


def _page(ask: Ask, wrong: str = "") -> Response:
    with ask.read() as session:
        account = session.get_one(Account, ask.me.id)
        return ask.page(
            "desk/own_tokens.html",
            status=422 if wrong else 200,
            tokens=token_rows(ask, session, account),
            rights=[(right.value, ask.t.pick(RIGHT_NAMES[right])) for right in _may_give(ask)],
            days=[(str(each), ask.t.ngettext("{count} day", "{count} days", each)) for each in DAYS],
            has_password=account.password_hash is not None,
            wrong=wrong,
        )


ROUTES = (
    Route("GET", "/account/tokens", tokens_page, None, is_open=True),
    Route("POST", "/account/tokens", make, None, is_open=True),
    Route("POST", "/account/tokens/{token}/end", end, None, is_open=True),
)
