"""`gushu account`: who may sign in at the desk, as what and where."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from registry.cli.app import Office, _, app
from registry.cli.rule_tables import table
from registry.commands.accounts import (
    add_account,
    change_account,
    close_account,
    get_account,
    grant_role,
    open_account,
    revoke_role,
    roles_of,
    set_password,
)
from registry.commands.erasing import find_party
from registry.commands.ledgers import find_division
from registry.commands.sessions import valid_tokens
from registry.db import reading, transaction
from registry.errors import InputUnreadableError, Phrase
from registry.models import Account
from registry.rules.passwords import LEAST
from registry.rules.permissions import Grant
from registry.vocab.desk_words import AccountState, Role

account = typer.Typer(
    help=_("Accounts of the desk: who may sign in, as what and where."), no_args_is_help=True
)
app.add_typer(account, name="account")

Login = Annotated[str, typer.Argument(metavar="LOGIN")]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ROLE[:DIVISION]",
        help=_("A role: {words}; within a division by its code or name.").format(words=" · ".join(Role)),
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        help=_("A file whose first line is the password; otherwise it is asked for, or read from stdin.")
    ),
]
MustChange = Annotated[
    bool, typer.Option("--must-change", help=_("The password holds for one sign-in; then another is chosen."))
]


@account.command(help=_("Make an account. The first administrator is made so."))
def add(
    ctx: typer.Context,
    login: Login,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: Roles = None,
    party: Annotated[
        str | None, typer.Option(help=_("The unit or person of the register whom the account stands for."))
    ] = None,
    password_file: PasswordFile = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help=_("Signs in by an enrolled phone alone."))
    ] = False,
    must_change: MustChange = False,
) -> None:
    """Make an account."""
    office: Office = ctx.obj
    password = None if no_password else _password(office, password_file)
    with transaction(office.engine()) as session:
        grants = [_grant(session, login, text) for text in role or ()]
        made = add_account(
            session, login, name, grants, password=password, must_change=must_change,
            party_id=find_party(session, party).id if party else None, actor=office.actor, now=office.now(),
        )  # fmt: skip
        facts = _facts(session, made)
    office.say(
        office.t.gettext("{login} has an account: {roles}.", login=facts["login"], roles=_said(office, facts))
    )
    if not grants:
        office.say(office.t.gettext("It sees nothing yet: `gushu account role LOGIN --grant ROLE`."))
    if no_password:
        office.say(office.t.gettext("Print its card: `gushu account enrol LOGIN --out cards.pdf`."))
    office.answer(facts)


@account.command("list", help=_("List accounts, all or those whose login or name holds a text."))
def list_(ctx: typer.Context, text: Annotated[str, typer.Argument()] = "") -> None:
    """List accounts."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        holds = [col(each).contains(text, autoescape=True) for each in (Account.login, Account.name)]
        query = select(Account).where(holds[0] | holds[1]).order_by(col(Account.state), col(Account.login))
        found = [_facts(session, each) for each in session.exec(query)]
    rows = [
        [each["login"], each["name"], office.t.word(AccountState, each["state"]), _said(office, each)]
        for each in found
    ]
    for line in table(rows):
        office.say(line)
    if not found:
        office.say(
            office.t.gettext("No account. Make one: `gushu account add LOGIN NAME --role administrator`.")
        )
    office.answer({"accounts": found})


@account.command(help=_("Give an account another name, or another party that it stands for."))
def rename(
    ctx: typer.Context,
    login: Login,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    party: Annotated[
        str | None, typer.Option(help=_("The unit or person of the register whom the account stands for."))
    ] = None,
) -> None:
    """Rename an account."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        found = get_account(session, login)
        party_id = find_party(session, party).id if party else found.party_id
        changed = change_account(
            session, found, name=name, party_id=party_id, actor=office.actor, now=office.now()
        )
        facts = _facts(session, found)
    office.say_change(
        office.t.gettext("{login} is called {name} now.", login=facts["login"], name=facts["name"]),
        changed=changed,
    )
    office.answer({**facts, "changed": changed})


@account.command(help=_("Show the roles of an account, give some, take some away."))
def role(
    ctx: typer.Context,
    login: Login,
    grant: Roles = None,
    revoke: Roles = None,
) -> None:
    """Give and take roles."""
    office: Office = ctx.obj
    count = 0
    with transaction(office.engine()) as session:
        found = get_account(session, login)
        for text in grant or ():
            wanted = _grant(session, login, text)
            count += grant_role(session, found, wanted, actor=office.actor, now=office.now())
        for text in revoke or ():
            wanted = _grant(session, login, text)
            count += revoke_role(session, found, wanted, actor=office.actor, now=office.now())
        facts = _facts(session, found)
    if (grant or revoke) and not count:
        office.say(office.t.gettext("Nothing to change."))
    office.say(f"{facts['login']}: {_said(office, facts)}")
    office.answer({**facts, "changed": count})


@account.command(help=_("Set a password. Every session and token of the account ends."))
def password(
    ctx: typer.Context, login: Login, password_file: PasswordFile = None, must_change: MustChange = False
) -> None:
    """Set a password."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        get_account(session, login)
    text = _password(office, password_file)
    with transaction(office.engine()) as session:
        found = get_account(session, login)
        tokens = len(valid_tokens(session, found.id, office.now()))
        ended = set_password(
            session, found, text, must_change=must_change, actor=office.actor, now=office.now()
        )
    office.say(
        office.t.ngettext(
            "The password is set; {count} session was ended.",
            "The password is set; {count} sessions were ended.",
            ended,
        )
    )
    if tokens:
        office.say(
            office.t.ngettext("{count} token was ended too.", "{count} tokens were ended too.", tokens)
        )
    office.answer({"login": login.strip().lower(), "sessions_ended": ended, "tokens_ended": tokens})


@account.command(help=_("Close an account: nobody signs in with it, and its sessions, tokens and cards end."))
def close(ctx: typer.Context, login: Login) -> None:
    """Close an account."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        changed = close_account(session, get_account(session, login), actor=office.actor, now=office.now())
    office.say_change(office.t.gettext("{login} is closed.", login=login), changed=changed)
    office.answer({"login": login.strip().lower(), "changed": changed})


@account.command("open", help=_("Open a closed account again."))
def open_(ctx: typer.Context, login: Login) -> None:
    """Open an account again."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        changed = open_account(session, get_account(session, login), actor=office.actor, now=office.now())
    office.say_change(office.t.gettext("{login} is open again.", login=login), changed=changed)
    office.answer({"login": login.strip().lower(), "changed": changed})


def _password(office: Office, path: Path | None) -> str:
    """The password: of a file, asked for twice on a terminal, or the first line of stdin."""
    if path is not None:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputUnreadableError(path=path, reason=Phrase("it cannot be read as text")) from error
        return lines[0] if lines else ""
    if sys.stdin.isatty():
        asked = office.t.gettext("Password, at least {least} characters", least=LEAST)
        text: str = typer.prompt(asked, hide_input=True, confirmation_prompt=True)
        return text
    return sys.stdin.readline().rstrip("\r\n")


def _grant(session: Session, login: str, text: str) -> Grant:
    """The role that an option names; a wrong one is a usage error. Raises LedgerFieldError: no such place."""
    word, _sign, place = text.partition(":")
    if word not in set(Role):
        raise typer.BadParameter(f"{word}: {' | '.join(Role)}")
    return Grant(Role(word), find_division(session, login, place.strip()) if place.strip() else None)


def _facts(session: Session, found: Account) -> dict[str, Any]:
    return {
        "id": found.id,
        "login": found.login,
        "name": found.name,
        "state": found.state.value,
        "party_id": found.party_id,
        "roles": [{"role": row.role.value, "division": row.division_id} for row in roles_of(session, found)],
        "password_set_at": found.password_set_at,
        "must_change_password": found.must_change_password,
        "second_factor_on": found.second_factor_on,
    }


def _said(office: Office, facts: dict[str, Any]) -> str:
    roles = [
        office.t.word(Role, each["role"]) + (f" {each['division']}" if each["division"] else "")
        for each in facts["roles"]
    ]
    return ", ".join(roles) or office.t.gettext("no role")
