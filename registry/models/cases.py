"""Decisions step by step: cases of designation and death, published lists, rule packs in use."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, not_blank, one_subject, word_column
from registry.vocab.care_words import DocumentKind
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    RemovalReason,
    StepKind,
    Verdict,
)


class CaseFile(SQLModel, table=True):
    """One case (认定、注销、死亡 …) about one tree or grove, from proposal to publication."""

    __tablename__ = "case_file"
    __table_args__ = (
        not_blank("number"),
        one_subject("tree_id", "grove_id", "garden_id", "place_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    number: str = Field(max_length=64, unique=True)
    kind: CaseKind = Field(sa_type=word_column(CaseKind))
    state: CaseState = Field(default=CaseState.OPEN, sa_type=word_column(CaseState))
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    opened_on: date
    closed_on: date | None = None
    authority_id: str | None = Field(default=None, foreign_key="authority.id")
    pack_id: str | None = Field(default=None, max_length=64)
    proposed_category: Category | None = Field(default=None, sa_type=word_column(Category))
    proposed_grade: str | None = Field(default=None, max_length=16)
    cause: RemovalReason | None = Field(default=None, sa_type=word_column(RemovalReason))
    disposal: DeathDisposal | None = Field(default=None, sa_type=word_column(DeathDisposal))
    reason: str | None = None
    parent_id: str | None = Field(default=None, foreign_key="case_file.id", index=True, max_length=36)
    """The case that opened this one: a transplant its aftercare, an incident its rescue."""
    project: str | None = None
    project_class: str | None = Field(default=None, max_length=32)
    applicant_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    reporter_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    """Whoever reported it; kept from everybody but the office."""
    incident: str | None = Field(default=None, max_length=8)
    practices: str = Field(default="[]", sa_type=JsonText)
    """Canonical JSON: codes of the negative list that the works touch."""
    until_on: date | None = None
    """Last day of what the case watches over: an aftercare, a permit."""
    currency: str = Field(default="CNY", max_length=3)
    penalty_cents: int | None = None
    compensation_cents: int | None = None
    submission_id: str | None = Field(default=None, max_length=64, unique=True)


class CaseSubject(SQLModel, table=True):
    """A further tree or grove that a case is about, beside the one it is filed under."""

    __tablename__ = "case_subject"
    __table_args__ = (one_subject("tree_id", "grove_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    case_id: str = Field(foreign_key="case_file.id", index=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)


class CaseDocument(SQLModel, table=True):
    """A file in a case, kept with its original bytes under its SHA-256."""

    __tablename__ = "case_document"
    __table_args__ = (sa.UniqueConstraint("case_id", "sha256"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    case_id: str = Field(foreign_key="case_file.id", index=True, max_length=36)
    step: StepKind | None = Field(default=None, sa_type=word_column(StepKind))
    kind: DocumentKind = Field(sa_type=word_column(DocumentKind))
    title: str | None = None
    file_name: str
    media_type: str = Field(max_length=100)
    size_bytes: int
    sha256: str = Field(max_length=64)
    document_no: str | None = None
    valid_to: date | None = None
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    added_at: datetime = Field(sa_type=UtcDateTime)


class CaseStep(SQLModel, table=True):
    """One step of a case with its document; a step left out says why."""

    __tablename__ = "case_step"
    __table_args__ = (sa.UniqueConstraint("case_id", "ordinal"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    case_id: str = Field(foreign_key="case_file.id", index=True, max_length=36)
    ordinal: int
    kind: StepKind = Field(sa_type=word_column(StepKind))
    happened_on: date
    ended_on: date | None = None
    """Last day of a public notice."""
    by: str | None = None
    """Office or government that acted."""
    document_no: str | None = None
    url: str | None = None
    text: str | None = None
    omitted_reason: str | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class AppraisalOpinion(SQLModel, table=True):
    """What one named expert found in an appraisal (鉴定意见)."""

    __tablename__ = "appraisal_opinion"
    __table_args__ = (sa.UniqueConstraint("case_id", "party_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    case_id: str = Field(foreign_key="case_file.id", index=True, max_length=36)
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    given_on: date
    verdict: Verdict = Field(sa_type=word_column(Verdict))
    species: str | None = None
    age_years: int | None = None
    age_method: str | None = None
    text: str | None = None


class Objection(SQLModel, table=True):
    """An objection to a public notice, and its answer."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    case_id: str = Field(foreign_key="case_file.id", index=True, max_length=36)
    received_on: date
    party_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    text: str
    answered_on: date | None = None
    answer: str | None = None
    is_upheld: bool | None = None


class ProtectionList(SQLModel, table=True):
    """One edition of a published protection list (保护名录); never changed once made."""

    __tablename__ = "protection_list"
    __table_args__ = (sa.UniqueConstraint("authority_id", "edition"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    authority_id: str = Field(foreign_key="authority.id", index=True)
    edition: int
    title: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    document_no: str | None = None
    published_on: date | None = None
    url: str | None = None
    selection: str = Field(default="{}", sa_type=JsonText)
    entry_count: int
    sha256: str = Field(max_length=64)
    history_head: str = Field(max_length=64)


class ProtectionListEntry(SQLModel, table=True):
    """One line of a protection list as it was published: `content` is canonical JSON."""

    __tablename__ = "protection_list_entry"
    __table_args__ = (one_subject("tree_id", "grove_id"),)
    list_id: str = Field(foreign_key="protection_list.id", primary_key=True, max_length=36)
    ordinal: int = Field(primary_key=True)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    number: str = Field(max_length=64)
    content: str = Field(sa_type=JsonText)


class RuleAdoption(SQLModel, table=True):
    """A rule pack that this register goes by, where and from when, on whose document."""

    __tablename__ = "rule_adoption"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    pack_id: str = Field(max_length=64, index=True)
    jurisdiction: str = Field(max_length=64)
    division_id: str | None = Field(default=None, foreign_key="division.id")
    is_urban_only: bool = False
    adopted_on: date
    ended_on: date | None = None
    document_no: str | None = None
    note: str | None = None
    sha256: str = Field(max_length=64)
