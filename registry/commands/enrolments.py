"""Enrolments: a printed code with a PIN that signs in one phone, once (养护人入册码)."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session, select

from registry.calendars import register_zone
from registry.commands.accounts import add_account, find_account, roles_of, tell_account
from registry.commands.sessions import end_enrolments, open_session, token_hash
from registry.desk_errors import EnrolmentError
from registry.errors import Phrase
from registry.models import Account, AccountSession, Enrolment, Party
from registry.rules.permissions import FIELD_ROLES, Grant
from registry.vocab.desk_words import AccountState, Role, SessionKind

LASTS = timedelta(days=14)
MOST_TRIES = 5
PIN_DIGITS = 6
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE = 20
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class NewEnrolment:
    """An enrolment as it is printed: code, address (with the code) and PIN are told once. ends_on: the last
    day on which it works, in the register's time zone."""

    id: str
    login: str
    name: str
    code: str
    address: str
    pin: str
    expires_at: datetime
    ends_on: date


@dataclass(frozen=True, slots=True)
class EnrolTry:
    """What came of a PIN: a session with its token, or how many tries are left."""

    account: Account | None = None
    session: AccountSession | None = None
    token: str = ""
    left: int = 0


def make_enrolment(
    session: Session, account: Account, *, base: str, actor: str, now: datetime
) -> NewEnrolment:
    """A new code and PIN for an account; an earlier one that nobody used is void.

    base: address of the site, without a stroke at its end.

    Raises EnrolmentError: the account is closed, or may more than work in the field.
    """
    check_enrollable(session, account)
    end_enrolments(session, account.id, now)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE))
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
    row = Enrolment(
        account_id=account.id, code_hash=token_hash(code), pin_hash=_HASHER.hash(pin),
        created_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    session.add(row)
    session.flush()
    told = {"enrolment": (None, row.id), "expires_at": (None, row.expires_at)}
    tell_account(session, "account:enrolment_made", account, told, actor=actor, now=now)
    ends_on = row.expires_at.astimezone(register_zone(session)).date()
    address = f"{base}/-/desk/enrol/{code}"
    return NewEnrolment(row.id, account.login, account.name, code, address, pin, row.expires_at, ends_on)


def account_of_party(session: Session, party: Party, *, actor: str, now: datetime) -> Account:
    """The open account that stands for a party; a caretaker's is made where there is none."""
    query = select(Account).where(Account.party_id == party.id, Account.state == AccountState.ACTIVE)
    found = session.exec(query.order_by(Account.login)).first()
    if found is not None:
        return found
    login = _free_login(session)
    return add_account(
        session, login, party.name[:100], [Grant(Role.CARETAKER)], party_id=party.id, actor=actor, now=now
    )


def try_enrolment(
    session: Session, code: str, pin: str, *, address: str | None, device: str | None, now: datetime
) -> EnrolTry:
    """Open a phone's session with a code and its PIN. The try counts, whatever comes of it: commit it.

    Raises EnrolmentError: nobody made this code, or it was used, ended or tried too often.
    """
    row = session.exec(select(Enrolment).where(Enrolment.code_hash == token_hash(code.strip()))).first()
    if row is None or row.used_at is not None or row.expires_at <= now or row.attempts >= MOST_TRIES:
        raise EnrolmentError(reason=_OVER)
    row.attempts += 1
    session.add(row)
    if not _is_pin(row, "".join(pin.split())):
        return EnrolTry(left=MOST_TRIES - row.attempts)
    account = session.get_one(Account, row.account_id)
    check_enrollable(session, account)
    row.used_at = now
    found, token = open_session(session, account, SessionKind.DEVICE, address=address, device=device, now=now)
    return EnrolTry(account, found, token)


def check_enrollable(session: Session, account: Account) -> None:
    """Raises EnrolmentError unless a printed code may sign in this account."""
    if account.state != AccountState.ACTIVE:
        raise EnrolmentError(reason=Phrase("the account {login} is closed", login=account.login))
    if account.second_factor_on is not None:
        raise EnrolmentError(reason=Phrase("{login} has a second factor", login=account.login))
    if not FIELD_ROLES.issuperset(row.role for row in roles_of(session, account)):
        raise EnrolmentError(
            reason=Phrase(
                "{login} may more than work in the field: a password is needed", login=account.login
            )
        )


def _is_pin(row: Enrolment, pin: str) -> bool:
    try:
        return _HASHER.verify(row.pin_hash, pin[:20])
    except (VerificationError, InvalidHashError):
        return False


def _free_login(session: Session) -> str:
    while find_account(session, login := f"c{secrets.randbelow(900_000) + 100_000}") is not None:
        pass
    return login


_OVER = Phrase("the code was used already, is too old or was tried too often; the office prints a new one")
