"""Signing in: tries are counted by login and by address before anything is checked, and forgiven by success.

Whoever comes from an address from which the account was signed in before is counted apart: strangers who
guess at a login make its owner wait nowhere but at their own address, and never for longer than a quarter of
an hour.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.commands.sessions import KEPT
from registry.desk_errors import TooManyTriesError
from registry.models import Account, AccountSession, SignInAttempt
from registry.rules.throttling import OF_ADDRESS, OF_LOGIN, Patience, network_of, wait_until


@dataclass(frozen=True, slots=True)
class Try:
    """One try that is under way: under which keys it was counted, and its rows."""

    login_key: str
    rows: tuple[str, ...]


def begin_try(
    session: Session, login: str, address: str | None, now: datetime, *, what: str = "login"
) -> Try:
    """Count one try before anything is checked. Raises TooManyTriesError: it is too early for another.

    what: what is tried: "login" (a password), "code" (of a second factor), "enrolment".
    """
    network = network_of(address) if address else None
    own = login.strip().lower()
    is_known = network is not None and _was_here(session, own, network, now)
    login_key = _digest(f"{what}:{own}@{network}" if is_known else f"{what}:{own}")
    counted: list[tuple[str, Patience]] = [(login_key, OF_LOGIN)]
    if network is not None:
        counted.append((_digest(f"address:{network}"), OF_ADDRESS))
    waits = [wait_until(_tries(session, key, now, patience), now, patience) for key, patience in counted]
    if until := max((wait for wait in waits if wait is not None), default=None):
        raise TooManyTriesError(minutes=max(1, math.ceil((until - now).total_seconds() / 60)), until=until)
    rows = [SignInAttempt(key=key, at=now) for key, _ in counted]
    session.add_all(rows)
    session.flush()
    return Try(login_key, tuple(row.id for row in rows))


def forgive(session: Session, tried: Try) -> None:
    """It was right: nothing is held against this login any more, nor this try against its address."""
    at = col(SignInAttempt.id).in_(tried.rows)
    session.execute(sa.delete(SignInAttempt).where(sa.or_(col(SignInAttempt.key) == tried.login_key, at)))


def _tries(session: Session, key: str, now: datetime, patience: Patience) -> Sequence[datetime]:
    query = select(SignInAttempt.at).where(SignInAttempt.key == key, SignInAttempt.at > now - patience.window)
    return session.exec(query).all()


def _was_here(session: Session, login: str, network: str, now: datetime) -> bool:
    """Whether this login was signed in from this network before."""
    query = (
        select(AccountSession.address)
        .join(Account, col(Account.id) == col(AccountSession.account_id))
        .where(
            Account.login == login,
            col(AccountSession.address).is_not(None),
            AccountSession.created_at > now - KEPT,
        )
        .distinct()
    )
    return any(address and network_of(address) == network for address in session.exec(query))


def _digest(key: str) -> str:
    return hashlib.sha256(f"gushu-try:{key}".encode()).hexdigest()
