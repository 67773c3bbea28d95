"""Accounts of the desk: making them, their names, roles and passwords, closing them.

Every change is an event of the history. It tells who may do what and since when, never a password or what it
is checked by, and names only as commitments.
"""

import re
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session, col, select

from registry.commands.history import Change, record_event
from registry.commands.replay import plain, plain_row
from registry.commands.sessions import end_enrolments, end_sessions, end_tokens
from registry.desk_errors import (
    AccountNameError,
    AccountNotFoundError,
    LastAdministratorError,
    LoginInvalidError,
    LoginTakenError,
    PasswordRefusedError,
)
from registry.errors import PartyNotFoundError, Phrase
from registry.models import Account, AccountRole, Party
from registry.rules.passwords import LEAST, MOST, PasswordFault, password_fault
from registry.rules.permissions import FIELD_ROLES, Grant
from registry.vocab.desk_words import AccountState, Role, SessionKind

_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(4)
"""Passwords that are checked at one time; each takes 64 MiB."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
FAULTS = {
    PasswordFault.SHORT: Phrase("it has fewer than {least} characters", least=LEAST),
    PasswordFault.LONG: Phrase("it has more than {most} characters", most=MOST),
    PasswordFault.LOGIN: Phrase("it is the login"),
    PasswordFault.COMMON: Phrase("it is among those that everybody tries first"),
}


def add_account(
    session: Session,
    login: str,
    name: str,
    grants: Iterable[Grant],
    *,
    password: str | None = None,
    must_change: bool = False,
    party_id: str | None = None,
    actor: str,
    now: datetime,
) -> Account:
    """Make an account with its roles.

    password: None for whoever signs in by an enrolled phone alone. must_change: at the next sign-in.
    Raises LoginInvalidError, LoginTakenError, AccountNameError, PasswordRefusedError, PartyNotFoundError.
    """
    own = login.strip().lower()
    if not _LOGIN.fullmatch(own):
        raise LoginInvalidError(login=login.strip() or "—")
    if find_account(session, own) is not None:
        raise LoginTakenError(login=own)
    account = Account(
        login=own,
        name=_name(name),
        party_id=_party(session, party_id),
        password_hash=_hash(password, own) if password is not None else None,
        password_set_at=now if password is not None else None,
        must_change_password=must_change and password is not None,
        created_at=now,
    )
    session.add(account)
    session.flush()
    roles = [AccountRole(account_id=account.id, role=each.role, division_id=each.division_id)
             for each in dict.fromkeys(grants)]  # fmt: skip
    session.add_all(roles)
    session.flush()
    names = ("login", "name", "party_id", "password_set_at", "state")
    told: dict[str, Any] = {each: (None, getattr(account, each)) for each in names}
    told["roles"] = (None, [plain_row(AccountRole, row) for row in roles] or None)
    tell_account(session, "account:made", account, told, actor=actor, now=now, action="created")
    return account


def find_account(session: Session, login: str) -> Account | None:
    """The account of this login, in any case."""
    return session.exec(select(Account).where(Account.login == login.strip().lower())).first()


def get_account(session: Session, login: str) -> Account:
    """The account of this login. Raises AccountNotFoundError."""
    found = find_account(session, login)
    if found is None:
        raise AccountNotFoundError(login=login.strip())
    return found


def change_account(
    session: Session,
    account: Account,
    *,
    name: str,
    party_id: str | None,
    actor: str,
    now: datetime,
) -> bool:
    """Give an account another name, or another party that it stands for; returns whether anything changed.

    Raises AccountNameError, PartyNotFoundError.
    """
    wanted = {"name": _name(name), "party_id": _party(session, party_id)}
    told = {
        each: (getattr(account, each), value)
        for each, value in wanted.items()
        if getattr(account, each) != value
    }
    if not told:
        return False
    for each, (_, value) in told.items():
        setattr(account, each, value)
    session.add(account)
    tell_account(session, "account:changed", account, told, actor=actor, now=now)
    return True


def roles_of(session: Session, account: Account) -> list[AccountRole]:
    """The roles of an account, in the order of the code list."""
    order = [*Role]
    rows = session.exec(select(AccountRole).where(AccountRole.account_id == account.id)).all()
    return sorted(rows, key=lambda row: (order.index(row.role), row.division_id or ""))


def grant_role(session: Session, account: Account, grant: Grant, *, actor: str, now: datetime) -> bool:
    """Give an account a role; returns whether it did not have it yet.

    With its first role beyond the field, phones that a PIN may have signed in are signed out, and cards void.
    """
    if _held(session, account, grant) is not None:
        return False
    if grant.role not in FIELD_ROLES and FIELD_ROLES.issuperset(
        each.role for each in roles_of(session, account)
    ):
        end_enrolments(session, account.id, now)
        end_sessions(session, account.id, now, kinds=[SessionKind.DEVICE])
    row = AccountRole(account_id=account.id, role=grant.role, division_id=grant.division_id)
    session.add(row)
    session.flush()
    told = {"roles": (None, [plain_row(AccountRole, row)])}
    tell_account(session, "account:role_granted", account, told, actor=actor, now=now)
    return True


def revoke_role(session: Session, account: Account, grant: Grant, *, actor: str, now: datetime) -> bool:
    """Take a role from an account; returns whether it had it. Raises LastAdministratorError."""
    row = _held(session, account, grant)
    if row is None:
        return False
    if grant == Grant(Role.ADMINISTRATOR):
        _check_another_administrator(session, account)
    told = {"roles": ([plain_row(AccountRole, row)], None)}
    session.delete(row)
    session.flush()
    tell_account(session, "account:role_revoked", account, told, actor=actor, now=now)
    return True


def close_account(session: Session, account: Account, *, actor: str, now: datetime) -> bool:
    """Close an account with its sessions, tokens and enrolments; returns whether it was open.

    Raises LastAdministratorError.
    """
    if account.state == AccountState.CLOSED:
        return False
    _check_another_administrator(session, account)
    account.state = AccountState.CLOSED
    session.add(account)
    end_access(session, account, now)
    end_tokens(session, account.id, now)
    told = {"state": (AccountState.ACTIVE, AccountState.CLOSED)}
    tell_account(session, "account:closed", account, told, actor=actor, now=now)
    return True


def open_account(session: Session, account: Account, *, actor: str, now: datetime) -> bool:
    """Open a closed account again; returns whether it was closed. Sessions and tokens stay ended."""
    if account.state == AccountState.ACTIVE:
        return False
    account.state = AccountState.ACTIVE
    session.add(account)
    told = {"state": (AccountState.CLOSED, AccountState.ACTIVE)}
    tell_account(session, "account:opened", account, told, actor=actor, now=now)
    return True


def set_password(
    session: Session,
    account: Account,
    password: str,
    *,
    must_change: bool = False,
    keep_session: str | None = None,
    keep_tokens: bool = False,
    actor: str,
    now: datetime,
) -> int:
    """Set a password; returns how many sessions that ended: all but `keep_session`. Enrolments end, and
    tokens unless they are kept.

    must_change: whether it holds for one sign-in only. Raises PasswordRefusedError.
    """
    kept = _hash(password, account.login)
    told = {
        "password_set_at": (account.password_set_at, now),
        "must_change_password": (account.must_change_password, must_change),
    }
    account.password_hash, account.password_set_at = kept, now
    account.must_change_password = must_change
    session.add(account)
    tell_account(session, "account:password_set", account, told, actor=actor, now=now)
    if not keep_tokens:
        end_tokens(session, account.id, now)
    return end_access(session, account, now, but=keep_session)


def change_own_password(
    session: Session, account: Account, password: str, *, keep_session: str | None, actor: str, now: datetime
) -> int:
    """Set one's own password, which is another than before; tokens stay. Raises PasswordRefusedError."""
    if is_password(account, password):
        raise PasswordRefusedError(reason=Phrase("it is the one that you have now"))
    return set_password(
        session, account, password, keep_session=keep_session, keep_tokens=True, actor=actor, now=now
    )


def is_password(account: Account | None, password: str) -> bool:
    """Whether this is the account's password; takes as long where there is no such account."""
    nobody = _nobody()
    kept = account.password_hash if account and account.password_hash else nobody
    with _AT_ONCE:
        fits = _fits(kept, password[: MOST + 1])
    return fits and account is not None and account.password_hash is not None


def _fits(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def renew_hash(session: Session, account: Account, password: str) -> bool:
    """Keep a right password by the parameters of today; returns whether they were others."""
    if account.password_hash is None or not _HASHER.check_needs_rehash(account.password_hash):
        return False
    account.password_hash = _HASHER.hash(password)
    session.add(account)
    return True


def tell_account(
    session: Session,
    kind: str,
    account: Account,
    fields: Mapping[str, tuple[Any, Any]],
    *,
    actor: str,
    now: datetime,
    action: str = "updated",
) -> None:
    """Tell in the history what happened to an account."""
    told = {
        name: pair if name == "roles" else (plain(pair[0]), plain(pair[1])) for name, pair in fields.items()
    }
    record_event(session, kind, [Change("account", account.id, action, told)], actor=actor, at=now)


def end_access(session: Session, account: Account, now: datetime, *, but: str | None = None) -> int:
    """End the enrolments and all sessions of an account, but for one; returns how many sessions were open."""
    end_enrolments(session, account.id, now)
    return end_sessions(session, account.id, now, but=but)


def _check_another_administrator(session: Session, account: Account) -> None:
    """Raises LastAdministratorError where nobody else could sign in and make accounts."""
    query = (
        select(Account.id)
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(
            AccountRole.role == Role.ADMINISTRATOR,
            col(AccountRole.division_id).is_(None),
            Account.state == AccountState.ACTIVE,
            col(Account.password_hash).is_not(None),
        )
    )
    found = set(session.exec(query))
    if account.id in found and len(found) == 1:
        raise LastAdministratorError(login=account.login)


def _held(session: Session, account: Account, grant: Grant) -> AccountRole | None:
    same = col(AccountRole.division_id) == grant.division_id
    query = select(AccountRole).where(
        AccountRole.account_id == account.id,
        AccountRole.role == grant.role,
        col(AccountRole.division_id).is_(None) if grant.division_id is None else same,
    )
    return session.exec(query).first()


def _name(name: str) -> str:
    plain_name = " ".join(name.split())
    if not 0 < len(plain_name) <= 100:
        raise AccountNameError
    return plain_name


def _party(session: Session, party_id: str | None) -> str | None:
    if party_id is not None and session.get(Party, party_id) is None:
        raise PartyNotFoundError(name=party_id)
    return party_id


def _hash(password: str, login: str) -> str:
    fault = password_fault(password, login)
    if fault is not None:
        raise PasswordRefusedError(reason=FAULTS[fault])
    return _HASHER.hash(password)


def _nobody() -> str:
    global _NOBODY  # noqa: PLW0603
    if not _NOBODY:
        _NOBODY = _HASHER.hash("nobody")
    return _NOBODY


_NOBODY = ""
