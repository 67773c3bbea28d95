"""What the field sends in and what becomes of it; tags in their life; long pieces of work."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, one_subject, word_column
from registry.vocab.desk_words import (
    Decision,
    JobState,
    ReviewLevel,
    SubmissionKind,
    SubmissionState,
    TagNoteKind,
)
from registry.vocab.words import PhotoKind


class Submission(SQLModel, table=True):
    """One form as it was sent in. Its id is made by whoever sends: the same again is the same."""

    __table_args__ = (
        sa.Index("ix_submission_state_division", "state", "division_id"),
        sa.Index("ix_submission_subject", "subject_type", "subject_id"),
        sa.Index("ix_submission_queue", "state", "received_at", "id"),
    )
    id: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=36)
    device_id: str | None = Field(default=None, max_length=64)
    kind: SubmissionKind = Field(sa_type=word_column(SubmissionKind))
    form: int = 1
    """Version of the form; older ones stay readable."""
    subject_type: str | None = Field(default=None, max_length=16)
    subject_id: str | None = Field(default=None, max_length=36)
    """The record it is about; none for a new tree."""
    provisional_no: str | None = Field(default=None, max_length=64, index=True)
    division_id: str | None = Field(default=None, foreign_key="division.id")
    captured_at: datetime = Field(sa_type=UtcDateTime)
    """By the sender's clock, put right by `clock_offset_s` where the two were compared."""
    clock_offset_s: int | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)
    via: str = Field(default="app", max_length=16)
    """app, file, page or token."""
    base_seq: int | None = None
    """The newest event of the history that the sender had seen of the record."""
    content: str = Field(sa_type=JsonText)
    """The form's answers, canonical JSON."""
    circumstances: str = Field(default="{}", sa_type=JsonText)
    """Canonical JSON of what stands beside the answers: the day, where the phone was and why not, what was
    scanned, the number it had when it was sent; read again when the form is looked at anew."""
    content_hash: str = Field(max_length=64)
    state: SubmissionState = Field(sa_type=word_column(SubmissionState))
    levels: str = Field(default="[]", sa_type=JsonText)
    """The levels of review that it has to pass, in order."""
    level: ReviewLevel | None = Field(default=None, sa_type=word_column(ReviewLevel))
    """The level at which it now waits."""
    conflicts: str = Field(default="[]", sa_type=JsonText)
    """Fields that somebody else changed meanwhile: [{field, base, here, theirs, seq}]."""
    problem: str | None = None
    """Why it was set aside, as JSON of a Phrase: {code, message, facts}."""
    outcome: str = Field(default="{}", sa_type=JsonText)
    """What was recorded for it: ids of rows by kind, and fields taken over."""
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    replaces_id: str | None = Field(default=None, foreign_key="submission.id", max_length=64)


class SubmissionPhoto(SQLModel, table=True):
    """A photo that a submission announces; it has arrived once `received_at` is set.

    Where and when it was taken stays in the office; the original is kept under its SHA-256.
    """

    __tablename__ = "submission_photo"
    __table_args__ = (sa.UniqueConstraint("submission_id", "sha256"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    submission_id: str = Field(foreign_key="submission.id", index=True, max_length=64)
    ordinal: int
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int
    kind: PhotoKind = Field(sa_type=word_column(PhotoKind))
    viewpoint: str | None = Field(default=None, max_length=32)
    is_evidence: bool = False
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    bearing_deg: float | None = None
    device: str | None = Field(default=None, max_length=200)
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    photo_id: str | None = Field(default=None, foreign_key="photo.id", index=True, max_length=36)


class Review(SQLModel, table=True):
    """One decision of a reviewer on a submission."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    submission_id: str = Field(foreign_key="submission.id", index=True, max_length=64)
    level: ReviewLevel | None = Field(default=None, sa_type=word_column(ReviewLevel))
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True, max_length=36)
    """Who decided; None for the office at its own computer (`gushu review`)."""
    decision: Decision = Field(sa_type=word_column(Decision))
    fields: str = Field(default="{}", sa_type=JsonText)
    """What was chosen or corrected, by field."""
    reason: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)


class PlateBinding(SQLModel, table=True):
    """The text of a code on a plate that is not ours (other makers, former hosts), bound to a record."""

    __tablename__ = "plate_binding"
    __table_args__ = (one_subject("tree_id", "grove_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    text: str = Field(max_length=2000)
    text_hash: str = Field(max_length=64, unique=True)
    """SHA-256 of the text, domain-separated: by it a scan is found."""
    bound_on: date
    ended_on: date | None = None


class TagNote(SQLModel, table=True):
    """What happened to a tag: printed, mounted, damaged, lost, found again; where, with which photo."""

    __tablename__ = "tag_note"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tag_id: str = Field(foreign_key="tag.id", index=True, max_length=36)
    kind: TagNoteKind = Field(sa_type=word_column(TagNoteKind))
    happened_on: date
    photo_sha256: str | None = Field(default=None, max_length=64)
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    note: str | None = None
    submission_id: str | None = Field(default=None, foreign_key="submission.id", index=True, max_length=64)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class Job(SQLModel, table=True):
    """A long piece of work that was asked for at the desk: an import, an export, an edition."""

    __table_args__ = (sa.Index("ix_job_state", "state"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: str = Field(max_length=32)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=36)
    arguments: str = Field(default="{}", sa_type=JsonText)
    state: JobState = Field(default=JobState.WAITING, sa_type=word_column(JobState))
    done: int = 0
    total: int | None = None
    message: str = Field(default="{}", sa_type=JsonText)
    """What came of it, or why it failed: {code, message, facts}, said in the reader's language."""
    result_name: str | None = Field(default=None, max_length=200)
    result_sha256: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    beat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When whoever works on it last said so: a job without a beat is taken up anew."""
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
