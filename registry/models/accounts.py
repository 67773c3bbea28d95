"""Accounts of the desk: who may sign in, as what and where; sessions, tokens, what was looked at.

No password, code or token is in the register: only what they are checked by. Secrets of second factors are
sealed with a key of the register's key file.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, not_blank, word_column
from registry.vocab.desk_words import AccountState, Role, SessionKind


class Account(SQLModel, table=True):
    """Somebody who may sign in. `party_id` names the party in the register that this person or unit is."""

    __table_args__ = (not_blank("login"), not_blank("name"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    login: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=100)
    party_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    state: AccountState = Field(default=AccountState.ACTIVE, sa_type=word_column(AccountState))
    lang: str | None = Field(default=None, max_length=8)
    password_hash: str | None = Field(default=None, max_length=300)
    """argon2id; None for whoever signs in by an enrolled phone alone."""
    password_set_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    must_change_password: bool = False
    second_factor: str | None = Field(default=None, max_length=400)
    """The secret of the second factor, sealed."""
    second_factor_on: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when a code is asked for; None while it was only begun."""
    last_step: int | None = Field(default=None, sa_type=sa.BigInteger)
    """The last time step whose code was used: none is used twice."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class AccountRole(SQLModel, table=True):
    """One role of an account, within a division and all below it, or everywhere."""

    __tablename__ = "account_role"
    __table_args__ = (sa.UniqueConstraint("account_id", "role", "division_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=36)
    role: Role = Field(sa_type=word_column(Role))
    division_id: str | None = Field(default=None, foreign_key="division.id", index=True)


class AccountSession(SQLModel, table=True):
    """One sign-in. The cookie's token is kept as its SHA-256 alone."""

    __tablename__ = "account_session"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=36)
    token_hash: str = Field(max_length=64, unique=True)
    kind: SessionKind = Field(sa_type=word_column(SessionKind))
    address: str | None = Field(default=None, max_length=64)
    device: str | None = Field(default=None, max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A token for scripts: it may do what its account may, or only what `rights` lists."""

    __tablename__ = "api_token"
    __table_args__ = (not_blank("name"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=36)
    name: str = Field(max_length=64)
    token_hash: str = Field(max_length=64, unique=True)
    rights: str = Field(default="[]", sa_type=JsonText)
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCode(SQLModel, table=True):
    """One code for whoever has lost the second factor; used once."""

    __tablename__ = "recovery_code"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=36)
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Enrolment(SQLModel, table=True):
    """A printed code with a PIN that signs in one phone, once (养护人入册码)."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=36)
    code_hash: str = Field(max_length=64, unique=True)
    pin_hash: str = Field(max_length=300)
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInAttempt(SQLModel, table=True):
    """One try to sign in, by a digest of the login or of the address: what throttling counts."""

    __tablename__ = "sign_in_attempt"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    key: str = Field(max_length=64, index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Who looked at or did what at the desk (审计). Only ever appended."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_at", "at"),
        sa.Index("ix_audit_entry_subject", "subject_type", "subject_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    at: datetime = Field(sa_type=UtcDateTime)
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True, max_length=36)
    login: str | None = Field(default=None, max_length=40)
    """As which account; kept also where there is none of that name."""
    action: str = Field(max_length=64)
    subject_type: str | None = Field(default=None, max_length=32)
    subject_id: str | None = Field(default=None, max_length=200)
    address: str | None = Field(default=None, max_length=64)
    detail: str = Field(default="{}", sa_type=JsonText)
