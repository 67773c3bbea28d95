"""Everybody's accounts, for administrators: list, make, roles, passwords, sessions, close."""

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.account_parts import (
    Clock,
    division_path,
    find_divisions,
    paths_of,
    person_only,
    session_rows,
    token_rows,
)
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from registry.commands.accounts import (
    add_account,
    change_account,
    close_account,
    grant_role,
    open_account,
    revoke_role,
    roles_of,
    set_password,
)
from registry.commands.api_tokens import revoke_api_token
from registry.commands.erasing import find_party
from registry.commands.second_factor import codes_left, remove_second_factor
from registry.commands.sessions import end_sessions, revoke_session, waiting_enrolments
from registry.errors import RegistryError
from registry.models import Account, AccountRole, AccountSession, ApiToken, Division, Party
from registry.rules.permissions import FIELD_ROLES, Grant, Right
from registry.vocab.desk_words import AccountState, Role

PAGE_SIZE = 50
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_MOST_OFFERED = 300
"""Divisions offered while one types; more are found by name."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as the list shows it."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    state: AccountState
    has_factor: bool
    seen: str


def list_page(ask: Ask) -> Response:
    """All accounts, or those whose login or name holds a text."""
    asked, state = ask.query.get("q", "").strip(), ask.query.get("state", "")
    number = ask.query.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1
    query = select(Account).order_by(col(Account.state), col(Account.login))
    if asked:
        holds = [col(each).contains(asked, autoescape=True) for each in (Account.login, Account.name)]
        query = query.where(sa.or_(*holds))
    if state in set(AccountState):
        query = query.where(Account.state == AccountState(state))
    with ask.read() as session:
        found = list(session.exec(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)))
        rows = _rows(ask, session, found[:PAGE_SIZE])
    return ask.page(
        "desk/accounts.html",
        rows=rows,
        asked=asked,
        state=state,
        states=[(each.value, ask.t.word(AccountState, each)) for each in AccountState],
        page=page,
        has_more=len(found) > PAGE_SIZE,
    )


def new_page(ask: Ask) -> Response:
    """The form for another account."""
    return _new_form(ask)


def make(ask: Ask) -> Response:
    """Make an account; its first password is shown once."""
    person_only(ask)
    try:
        with ask.write() as session:
            found = _asked_grant(ask, session)
            if isinstance(found, list):
                return _new_form(ask, found=found)
            party = find_party(session, ask.text("party")).id if ask.text("party") else None
            password = _new_password() if ask.text("how") != "card" else None
            account = add_account(
                session, ask.text("login"), ask.text("name"), [found], password=password,
                must_change=True, party_id=party, actor=ask.actor, now=ask.now,
            )  # fmt: skip
            ask.audit(session, "account_made", ("account", account.id))
            made = _named(account)
    except RegistryError as error:
        return _new_form(ask, wrong=ask.t.error(error))
    if password is None:
        ask.say(ask.t.gettext("{name} has an account. Print a card to enrol a phone.", name=made["name"]))
        return ask.go(f"/accounts/cards?account={made['id']}")
    return ask.page("desk/password_made.html", account=made, password=password)


def account_page(ask: Ask) -> Response:
    """One account."""
    return _account(ask)


def change(ask: Ask) -> Response:
    """Another name or party."""

    def act(session: Session, account: Account) -> None:
        party = find_party(session, ask.text("party")).id if ask.text("party") else None
        if change_account(
            session, account, name=ask.text("name"), party_id=party, actor=ask.actor, now=ask.now
        ):
            ask.audit(session, "account_changed", ("account", account.id))
        ask.say(ask.t.gettext("Saved."))

    return _done(ask, act)


def grant(ask: Ask) -> Response:
    """Give a role, in the whole register or within a division."""
    person_only(ask)
    with ask.write() as session:
        account = _found(ask, session)
        found = _asked_grant(ask, session)
        if not isinstance(found, list):
            grant_role(session, account, found, actor=ask.actor, now=ask.now)
            ask.audit(
                session, "role_granted", ("account", account.id), role=found.role, division=found.division_id
            )
    if isinstance(found, list):
        return _account(ask, found=found)
    ask.say(ask.t.gettext("The role is given."))
    return ask.go(f"/accounts/{ask.vars['account']}#roles")


def revoke(ask: Ask) -> Response:
    """Take a role away."""

    def act(session: Session, account: Account) -> None:
        row = session.get(AccountRole, ask.text("role_id"))
        if row is None or row.account_id != account.id:
            raise LookupError(ask.text("role_id"))
        taken = Grant(row.role, row.division_id)
        revoke_role(session, account, taken, actor=ask.actor, now=ask.now)
        ask.audit(
            session, "role_revoked", ("account", account.id), role=taken.role, division=taken.division_id
        )
        ask.say(ask.t.gettext("The role is taken away."))

    return _done(ask, act)


def reset_password(ask: Ask) -> Response:
    """Set a password that holds for one sign-in; it is shown once."""
    person_only(ask)
    password = _new_password()
    with ask.write() as session:
        account = _found(ask, session)
        set_password(session, account, password, must_change=True, actor=ask.actor, now=ask.now)
        ask.audit(session, "password_reset", ("account", account.id))
        named = _named(account)
    return ask.page("desk/password_made.html", account=named, password=password)


def take_factor_off(ask: Ask) -> Response:
    """Take a lost second factor off."""

    def act(session: Session, account: Account) -> None:
        if remove_second_factor(session, account, actor=ask.actor, now=ask.now):
            ask.audit(session, "second_factor_off", ("account", account.id))
        ask.say(ask.t.gettext("The second factor is off."))

    return _done(ask, act)


def end_session(ask: Ask) -> Response:
    """End one session, or all."""

    def act(session: Session, account: Account) -> None:
        own = ask.text("session")
        if own:
            row = session.get(AccountSession, own)
            if row is None or row.account_id != account.id:
                raise LookupError(own)
            ended = int(revoke_session(session, row, ask.now))
        else:
            ended = end_sessions(session, account.id, ask.now)
        ask.audit(session, "sessions_ended", ("account", account.id), count=ended)
        ask.say(ask.t.ngettext("{count} session is ended.", "{count} sessions are ended.", ended))

    return _done(ask, act)


def end_token(ask: Ask) -> Response:
    """End a token."""

    def act(session: Session, account: Account) -> None:
        row = session.get(ApiToken, ask.text("token"))
        if row is None or row.account_id != account.id:
            raise LookupError(ask.text("token"))
        if revoke_api_token(session, account, row, actor=ask.actor, now=ask.now):
            ask.audit(session, "token_ended", ("account", account.id), token=row.id)
        ask.say(ask.t.gettext("The token is ended."))

    return _done(ask, act)


def close(ask: Ask) -> Response:
    """Close an account."""

    def act(session: Session, account: Account) -> None:
        if close_account(session, account, actor=ask.actor, now=ask.now):
            ask.audit(session, "account_closed", ("account", account.id))
        ask.say(ask.t.gettext("The account is closed."))

    return _done(ask, act)


def reopen(ask: Ask) -> Response:
    """Open an account again."""

    def act(session: Session, account: Account) -> None:
        if open_account(session, account, actor=ask.actor, now=ask.now):
            ask.audit(session, "account_opened", ("account", account.id))
        ask.say(ask.t.gettext("The account is open again."))

    return _done(ask, act)


def _done(ask: Ask, act: Any) -> Response:
    """Do something to the account that the address names, and show it again; what cannot be is said there."""
    person_only(ask)
    try:
        with ask.write() as session:
            act(session, _found(ask, session))
    except RegistryError as error:
        return _account(ask, wrong=ask.t.error(error))
    return ask.go(f"/accounts/{ask.vars['account']}")


def _found(ask: Ask, session: Session) -> Account:
    account = session.get(Account, ask.vars["account"])
    if account is None:
        raise LookupError(ask.vars["account"])
    return account


def _account(ask: Ask, *, wrong: str = "", found: list[tuple[str, str]] | None = None) -> Response:
    with ask.read() as session:
        account = _found(ask, session)
        clock = Clock(session)
        roles = roles_of(session, account)
        party = session.get(Party, account.party_id) if account.party_id else None
        cards = waiting_enrolments(session, account.id, ask.now)
        return ask.page(
            "desk/account.html",
            status=422 if wrong or found is not None else 200,
            account=account,
            party=party.name if party else "",
            roles=[
                (row.id, ask.t.word(Role, row.role), division_path(session, row.division_id)) for row in roles
            ],
            sessions=session_rows(ask, session, account),
            tokens=token_rows(ask, session, account),
            clock=clock,
            left=codes_left(session, account),
            cards=[clock.day(card.expires_at) for card in cards],
            may_enrol=FIELD_ROLES.issuperset(row.role for row in roles) and account.second_factor_on is None,
            wrong=wrong,
            **_grant_form(ask, session, found),
        )


def _new_form(ask: Ask, *, wrong: str = "", found: list[tuple[str, str]] | None = None) -> Response:
    with ask.read() as session:
        return ask.page(
            "desk/account_new.html",
            status=422 if wrong or found is not None else 200,
            wrong=wrong,
            **_grant_form(ask, session, found),
        )


def _grant_form(ask: Ask, session: Session, found: list[tuple[str, str]] | None) -> dict[str, Any]:
    """What the fields for a role need. found: divisions of which one is to be chosen, after a text that does
    not name one alone."""
    query = select(Division.name).order_by(col(Division.id)).limit(_MOST_OFFERED)
    return {
        "role_words": [(role.value, ask.t.word(Role, role)) for role in Role],
        "divisions": list(dict.fromkeys(session.exec(query))),
        "found": found,
        "form": {
            name: ask.text(name) for name in ("login", "name", "role", "scope", "division", "party", "how")
        },
    }


def _asked_grant(ask: Ask, session: Session) -> Grant | list[tuple[str, str]]:
    """The role that a form asks for; the divisions that its text may mean where that is not one."""
    if ask.text("role") not in set(Role):
        raise LookupError("role")
    role = Role(ask.text("role"))
    if ask.text("scope") != "division":
        return Grant(role)
    chosen = ask.text("division_id")
    if chosen and session.get(Division, chosen) is not None:
        return Grant(role, chosen)
    found = find_divisions(session, ask.text("division"))
    return Grant(role, found[0][0]) if len(found) == 1 else found


def _rows(ask: Ask, session: Session, accounts: list[Account]) -> list[AccountRow]:
    ids = [account.id for account in accounts]
    clock = Clock(session)
    held = list(session.exec(select(AccountRole).where(col(AccountRole.account_id).in_(ids))))
    places = sorted({row.division_id for row in held if row.division_id})
    paths = dict(zip(places, paths_of(session, places), strict=True))
    newest = (
        select(AccountSession.account_id, sa.func.max(AccountSession.seen_at))
        .where(col(AccountSession.account_id).in_(ids))
        .group_by(col(AccountSession.account_id))
    )
    seen = dict(session.exec(newest).all())
    order = [*Role]
    rows = []
    for account in accounts:
        own = sorted(
            (row for row in held if row.account_id == account.id), key=lambda row: order.index(row.role)
        )
        roles = tuple(
            " · ".join(filter(None, (ask.t.word(Role, row.role), paths.get(row.division_id or "", ""))))
            for row in own
        )
        rows.append(
            AccountRow(
                account.id, account.login, account.name, roles, account.state,
                account.second_factor_on is not None, clock.day(seen.get(account.id)),
            )
        )  # fmt: skip
    return rows


def _named(account: Account) -> dict[str, str]:
    """Who it is, for a page that comes after the transaction."""
    return {"id": account.id, "login": account.login, "name": account.name}


def _new_password() -> str:
    """A password for one sign-in, easy to read out: three groups of five (74 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))


_ONE = "/accounts/{account}"
ROUTES = (
    Route("GET", "/accounts", list_page, Right.ACCOUNTS),
    Route("GET", "/accounts/new", new_page, Right.ACCOUNTS),
    Route("POST", "/accounts/new", make, Right.ACCOUNTS),
    Route("GET", _ONE, account_page, Right.ACCOUNTS),
    Route("POST", _ONE, change, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/roles", grant, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/roles/revoke", revoke, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/password", reset_password, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/second-factor/off", take_factor_off, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/sessions/end", end_session, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/tokens/end", end_token, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/close", close, Right.ACCOUNTS),
    Route("POST", f"{_ONE}/open", reopen, Right.ACCOUNTS),
)
