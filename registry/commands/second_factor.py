"""The second factor: six digits from an app of the person's own (TOTP, RFC 6238), and codes for who lost it.

The secret is sealed with a key of the register's key file. A time step is used once; a recovery code too.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlmodel import Session, col, select

from registry.commands.accounts import end_access, tell_account
from registry.desk_errors import SecondFactorError
from registry.errors import Phrase
from registry.keys import Keys
from registry.models import Account, RecoveryCode

STEP_SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
SKEW = 1
"""Steps that a clock may be ahead or behind."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is taken for something else."""


def begin_second_factor(session: Session, account: Account, keys: Keys) -> str:
    """A new secret (base32, to be put into an app), which asks for nothing before it is confirmed.

    One that was begun before and not confirmed is void. Raises SecondFactorError: there is one already.
    """
    if account.second_factor_on is not None:
        raise SecondFactorError(reason=Phrase("it is on already; take it off first"))
    secret = secrets.token_bytes(SECRET_BYTES)
    account.second_factor = keys.seal(secret, account.id)
    session.add(account)
    return _base32(secret)


def otpauth_address(secret: str, login: str, issuer: str) -> str:
    """What an app reads from the QR code."""
    label = quote(f"{issuer}:{login}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}"


def confirm_second_factor(
    session: Session,
    account: Account,
    code: str,
    keys: Keys,
    *,
    keep_session: str | None = None,
    actor: str,
    now: datetime,
) -> list[str]:
    """Turn the second factor on with its first code; returns the recovery codes, which are told once. All
    sessions but `keep_session` end: they were opened without it.

    Raises SecondFactorError: none was begun, it is on already, or the code is wrong.
    """
    if account.second_factor is None or account.second_factor_on is not None:
        raise SecondFactorError(reason=Phrase("begin anew on the page of your account"))
    if not _use_step(session, account, code, keys, now):
        raise SecondFactorError(reason=Phrase("the code is wrong; look whether the phone's clock is right"))
    account.second_factor_on = now
    session.add(account)
    told = {"second_factor_on": (None, now)}
    tell_account(session, "account:second_factor_on", account, told, actor=actor, now=now)
    end_access(session, account, now, but=keep_session)
    return _new_codes(session, account)


def remove_second_factor(session: Session, account: Account, *, actor: str, now: datetime) -> bool:
    """Take a second factor off with its recovery codes; returns whether there was one."""
    was_on = account.second_factor_on
    account.second_factor = account.second_factor_on = account.last_step = None
    session.add(account)
    session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    if was_on is None:
        return False
    told = {"second_factor_on": (was_on, None)}
    tell_account(session, "account:second_factor_off", account, told, actor=actor, now=now)
    return True


def use_code(session: Session, account: Account, code: str, keys: Keys, now: datetime) -> str | None:
    """Use a code of the app ("app") or a recovery code ("recovery"); None where it is neither or spent."""
    if account.second_factor is None or account.second_factor_on is None:
        return None
    plain = "".join(code.split()).replace("-", "").lower()
    if plain.isascii() and plain.isdigit():
        return "app" if _use_step(session, account, plain, keys, now) else None
    query = select(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.code_hash == _code_hash(account.id, plain),
        col(RecoveryCode.used_at).is_(None),
    )
    row = session.exec(query).first()
    if row is None:
        return None
    row.used_at = now
    session.add(row)
    return "recovery"


def renew_recovery_codes(session: Session, account: Account, *, actor: str, now: datetime) -> list[str]:
    """New recovery codes in place of all earlier ones. Raises SecondFactorError: the second factor is off."""
    if account.second_factor_on is None:
        raise SecondFactorError(reason=Phrase("it is off"))
    tell_account(session, "account:recovery_codes", account, {}, actor=actor, now=now)
    return _new_codes(session, account)


def codes_left(session: Session, account: Account) -> int:
    """How many recovery codes are not used yet."""
    query = select(sa.func.count()).where(
        col(RecoveryCode.account_id) == account.id, col(RecoveryCode.used_at).is_(None)
    )
    return session.exec(query).one()


def code_at(secret: bytes, at: datetime) -> str:
    """The code of a secret at an instant."""
    totp = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS, enforce_key_length=False)  # noqa: S303 (RFC 6238)
    return totp.generate(int(at.timestamp())).decode()


def _use_step(session: Session, account: Account, code: str, keys: Keys, now: datetime) -> bool:
    plain = "".join(code.split())
    if account.second_factor is None or len(plain) != DIGITS or not plain.isascii():
        return False
    secret = keys.unseal(account.second_factor, account.id)
    found = None
    for skew in range(-SKEW, SKEW + 1):
        at = now + timedelta(seconds=skew * STEP_SECONDS)
        if hmac.compare_digest(code_at(secret, at).encode(), plain.encode()):
            found = int(at.timestamp()) // STEP_SECONDS
    if found is None or found <= (account.last_step or 0):
        return False
    account.last_step = found
    session.add(account)
    return True


def _new_codes(session: Session, account: Account) -> list[str]:
    session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account.id, code_hash=_code_hash(account.id, code)) for code in codes
    )
    session.flush()
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in codes]


def _code_hash(account_id: str, code: str) -> str:
    """Codes have some 79 random bits: a plain hash is enough."""
    return hashlib.sha256(f"{account_id}:{code}".encode()).hexdigest()


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode().rstrip("=")
