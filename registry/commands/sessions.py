"""Sessions of the desk: a random token in a cookie, its SHA-256 in the register."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.models import Account, AccountSession, ApiToken, Enrolment, SignInAttempt
from registry.vocab.desk_words import AccountState, SessionKind

LASTS = {SessionKind.BROWSER: timedelta(hours=12), SessionKind.DEVICE: timedelta(days=180)}
"""How long a session lasts; that of a browser counts anew from each visit."""
SEEN_EVERY = timedelta(minutes=5)
KEPT = timedelta(days=90)
"""How long sessions that are over stay listed; from where they came counts as a known address so long."""
_TRIES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks: the account and its session, or its API token."""

    account: Account
    session: AccountSession | None
    token: ApiToken | None = None

    @property
    def token_rights(self) -> str | None:
        """Those of an API token, as JSON; None for a person."""
        return self.token.rights if self.token else None


def token_hash(token: str) -> str:
    """What is kept of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    session: Session,
    account: Account,
    kind: SessionKind,
    *,
    address: str | None,
    device: str | None,
    now: datetime,
) -> tuple[AccountSession, str]:
    """A new session and its token, which is told once."""
    token = secrets.token_urlsafe(32)
    row = AccountSession(
        account_id=account.id,
        token_hash=token_hash(token),
        kind=kind,
        address=address,
        device=device[:200] if device else None,
        created_at=now,
        seen_at=now,
        expires_at=now + LASTS[kind],
    )
    session.add(row)
    session.flush()
    return row, token


def find_session(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Whose session a cookie's token opens; None where it is over, revoked or unknown."""
    query = (
        select(AccountSession, Account)
        .join(Account, col(Account.id) == col(AccountSession.account_id))
        .where(AccountSession.token_hash == token_hash(token))
    )
    found = session.exec(query).first()
    if found is None:
        return None
    row, account = found
    is_over = row.revoked_at is not None or row.expires_at <= now
    return None if is_over or account.state != AccountState.ACTIVE else SignedIn(account, row)


def find_api_token(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Whose API token this is; None where it is over, revoked or unknown."""
    query = (
        select(ApiToken, Account)
        .join(Account, col(Account.id) == col(ApiToken.account_id))
        .where(ApiToken.token_hash == token_hash(token))
    )
    found = session.exec(query).first()
    if found is None:
        return None
    row, account = found
    is_over = row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now)
    return None if is_over or account.state != AccountState.ACTIVE else SignedIn(account, None, row)


def keep_alive(session: Session, session_id: str, now: datetime) -> None:
    """Note that a session is in use; that of a browser lasts on."""
    row = session.get(AccountSession, session_id)
    if row is None or row.revoked_at is not None:
        return
    row.seen_at = now
    if row.kind == SessionKind.BROWSER:
        row.expires_at = now + LASTS[row.kind]
    session.add(row)


def revoke_session(session: Session, row: AccountSession, now: datetime) -> bool:
    """End a session; returns whether it was still open."""
    if row.revoked_at is not None:
        return False
    row.revoked_at = now
    session.add(row)
    return True


def note_token_used(session: Session, token_id: str, now: datetime) -> None:
    """Note that a token is in use."""
    row = session.get(ApiToken, token_id)
    if row is not None:
        row.used_at = now
        session.add(row)


def open_sessions(session: Session, account_id: str, now: datetime) -> list[AccountSession]:
    """The sessions of an account that are open, the one last in use first."""
    query = select(AccountSession).where(AccountSession.account_id == account_id, *_is_open(now))
    return list(session.exec(query.order_by(col(AccountSession.seen_at).desc(), col(AccountSession.id))))


def end_sessions(
    session: Session,
    account_id: str,
    now: datetime,
    *,
    but: str | None = None,
    kinds: Collection[SessionKind] = tuple(SessionKind),
) -> int:
    """End all sessions of an account, or those of some kinds, but for one; returns how many were open."""
    rows = [row for row in open_sessions(session, account_id, now) if row.id != but and row.kind in kinds]
    return sum(revoke_session(session, row, now) for row in rows)


def valid_tokens(session: Session, account_id: str, now: datetime) -> list[ApiToken]:
    """The tokens of an account that still work, the newest first."""
    ends = col(ApiToken.expires_at)
    query = select(ApiToken).where(
        ApiToken.account_id == account_id,
        col(ApiToken.revoked_at).is_(None),
        sa.or_(ends.is_(None), ends > now),
    )
    return list(session.exec(query.order_by(col(ApiToken.created_at).desc(), col(ApiToken.id))))


def end_tokens(session: Session, account_id: str, now: datetime) -> int:
    """End all tokens of an account; returns how many still worked."""
    rows = valid_tokens(session, account_id, now)
    for row in rows:
        row.revoked_at = now
        session.add(row)
    return len(rows)


def waiting_enrolments(session: Session, account_id: str, now: datetime) -> list[Enrolment]:
    """The enrolments of an account that can still be used."""
    query = select(Enrolment).where(
        Enrolment.account_id == account_id, col(Enrolment.used_at).is_(None), Enrolment.expires_at > now
    )
    return list(session.exec(query.order_by(col(Enrolment.created_at), col(Enrolment.id))))


def end_enrolments(session: Session, account_id: str, now: datetime) -> int:
    """End the enrolments of an account that nobody has used; returns how many there were."""
    rows = waiting_enrolments(session, account_id, now)
    for row in rows:
        row.expires_at = now
        session.add(row)
    return len(rows)


def sweep(session: Session, now: datetime) -> None:
    """Forget old tries to sign in, sessions that are long over, and enrolments that nobody used."""
    old = now - KEPT
    session.execute(sa.delete(SignInAttempt).where(col(SignInAttempt.at) < now - _TRIES_KEPT))
    revoked, ended = col(AccountSession.revoked_at), col(AccountSession.expires_at)
    session.execute(sa.delete(AccountSession).where(sa.or_(revoked < old, ended < old)))
    session.execute(sa.delete(Enrolment).where(col(Enrolment.expires_at) < old))


def _is_open(now: datetime) -> tuple[Any, ...]:
    return col(AccountSession.revoked_at).is_(None), col(AccountSession.expires_at) > now
