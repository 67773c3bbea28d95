"""Tokens with which scripts ask the desk: told once, kept as their SHA-256."""

import json
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from registry.commands.accounts import tell_account
from registry.commands.sessions import token_hash
from registry.desk_errors import AccountNameError
from registry.models import Account, ApiToken
from registry.rules.permissions import Right

PREFIX = "gushu_"
"""How every token begins, so that those who search for lost secrets find it."""
DAYS = (7, 30, 90, 365)
"""How long a token may last, as offered; 90 unless another is chosen."""


def make_api_token(
    session: Session,
    account: Account,
    name: str,
    rights: Collection[Right],
    *,
    expires_at: datetime,
    actor: str,
    now: datetime,
) -> tuple[ApiToken, str]:
    """A token and its text, which is told once. rights: none means all that the account has.

    A token that goes further than its account never does more than it. Raises AccountNameError.
    """
    plain = " ".join(name.split())
    if not 0 < len(plain) <= 64:
        raise AccountNameError
    token = PREFIX + secrets.token_urlsafe(32)
    kept = json.dumps([each.value for each in Right if each in rights])
    row = ApiToken(
        account_id=account.id, name=plain, token_hash=token_hash(token), rights=kept,
        created_at=now, expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    told = {"token": (None, row.id), "rights": (None, kept), "expires_at": (None, expires_at)}
    tell_account(session, "account:token_made", account, told, actor=actor, now=now)
    return row, token


def revoke_api_token(session: Session, account: Account, row: ApiToken, *, actor: str, now: datetime) -> bool:
    """End a token; returns whether it still worked."""
    if row.revoked_at is not None:
        return False
    row.revoked_at = now
    session.add(row)
    tell_account(session, "account:token_revoked", account, {"token": (row.id, None)}, actor=actor, now=now)
    return True
