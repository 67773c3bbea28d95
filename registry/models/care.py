"""Daily care: the care log, care letters to be signed, payments, notices to stewards."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import UtcDateTime, between, new_id, one_subject, word_column
from registry.vocab.care_words import CareKind, LetterKind, LetterState, NoticeKind, PaymentState


class CareEntry(SQLModel, table=True):
    """One dated line of the care log (养护日志), checked and scored by a second person."""

    __tablename__ = "care_entry"
    __table_args__ = (
        one_subject("tree_id", "grove_id", "garden_id", "place_id"),
        between("score", 0, 100),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    done_on: date = Field(index=True)
    kind: CareKind = Field(sa_type=word_column(CareKind))
    amount: float | None = None
    unit: str | None = Field(default=None, max_length=16)
    agent: str | None = None
    """Product used: fertiliser, pesticide, with its dose."""
    notes: str | None = None
    party_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    checked_on: date | None = None
    checker_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    score: float | None = None
    check_note: str | None = None
    submission_id: str | None = Field(default=None, max_length=64, unique=True)


class CareLetter(SQLModel, table=True):
    """One letter to one caretaker about all the records in their care; each page carries its code."""

    __tablename__ = "care_letter"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    code: str = Field(max_length=16, unique=True)
    batch: str = Field(max_length=64, index=True)
    kind: LetterKind = Field(sa_type=word_column(LetterKind))
    terms_version: str = Field(max_length=64)
    document_no: str
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    made_at: datetime = Field(sa_type=UtcDateTime)
    valid_from: date
    valid_to: date | None = None
    page_count: int
    currency: str = Field(default="CNY", max_length=3)
    yearly_cents: int | None = None
    state: LetterState = Field(default=LetterState.MADE, sa_type=word_column(LetterState))
    signed_on: date | None = None
    scan_name: str | None = None
    scan_sha256: str | None = Field(default=None, max_length=64)
    pages_seen: str = Field(default="[]", sa_type=sa.Text)
    """Canonical JSON: the pages that scans have shown so far, each with the file and its page there."""
    content_sha256: str | None = Field(default=None, max_length=64)
    """The private file that holds what was printed, so that it can be printed again."""
    is_paid_by_month: bool = False
    """Whether a part of a year is paid in part (the terms say so)."""
    submission_id: str | None = Field(default=None, max_length=64, unique=True)


class CareLetterItem(SQLModel, table=True):
    """One record in a care letter, on which of its pages, and what is paid for it a year."""

    __tablename__ = "care_letter_item"
    __table_args__ = (sa.UniqueConstraint("letter_id", "ordinal"), one_subject("tree_id", "grove_id"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    letter_id: str = Field(foreign_key="care_letter.id", index=True, max_length=36)
    ordinal: int
    page: int
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    yearly_cents: int | None = None


class CarePayment(SQLModel, table=True):
    """What a caretaker is paid for one year."""

    __tablename__ = "care_payment"
    __table_args__ = (sa.UniqueConstraint("year", "party_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    year: int
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    record_count: int
    currency: str = Field(default="CNY", max_length=3)
    amount_cents: int
    state: PaymentState = Field(default=PaymentState.DUE, sa_type=word_column(PaymentState))
    paid_on: date | None = None
    document_no: str | None = None
    notes: str | None = None


class StewardNotice(SQLModel, table=True):
    """That a steward was told of something: what, when, by which means, and whether it was acknowledged."""

    __tablename__ = "steward_notice"
    __table_args__ = (one_subject("tree_id", "grove_id", "garden_id", "place_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    kind: NoticeKind = Field(sa_type=word_column(NoticeKind))
    sent_on: date
    means: str | None = None
    document_no: str | None = None
    text: str | None = None
    acknowledged_on: date | None = None
