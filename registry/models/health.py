"""Health: assessments by a model, and what instruments read."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, between, new_id, one_subject, word_column
from registry.vocab.care_words import AssessmentState, InstrumentKind
from registry.vocab.words import Environment, RiskRating, Vigour


class Assessment(SQLModel, table=True):
    """One assessment by a model. Its score never sets vigour, environment, risk or grade: what the assessor
    says of those stands in columns of their own."""

    __table_args__ = (
        one_subject("tree_id", "grove_id", "garden_id", "place_id"),
        between("coverage", 0, 1),
        sa.CheckConstraint("vigour IS NULL OR vigour_scale IS NOT NULL", name="vigour_has_scale"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    model_id: str = Field(max_length=64)
    model_version: str = Field(max_length=32)
    model_sha256: str = Field(max_length=64)
    assessed_on: date
    answers: str = Field(default="{}", sa_type=JsonText)
    """Canonical JSON: code of the indicator -> {level or value, note}."""
    result: str = Field(default="{}", sa_type=JsonText)
    """Canonical JSON of what the model made of the answers: groups, matrices, knock-outs, evidence."""
    score: float | None = None
    band: str | None = Field(default=None, max_length=32)
    coverage: float = 0.0
    """Share of the weights that were answered, 0 to 1."""
    knocked_out_by: str | None = Field(default=None, max_length=64)
    vigour: Vigour | None = Field(default=None, sa_type=word_column(Vigour))
    vigour_scale: str | None = None
    environment: Environment | None = Field(default=None, sa_type=word_column(Environment))
    risk_rating: RiskRating | None = Field(default=None, sa_type=word_column(RiskRating))
    time_frame_years: float | None = None
    next_on: date | None = None
    notes: str | None = None
    party_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    document_no: str | None = None
    state: AssessmentState = Field(default=AssessmentState.DRAFT, sa_type=word_column(AssessmentState))
    reviewed_on: date | None = None
    reviewer_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    submission_id: str | None = Field(default=None, max_length=64, unique=True)


class InstrumentReading(SQLModel, table=True):
    """What an instrument read: values with units, and its file, kept under its SHA-256."""

    __tablename__ = "instrument_reading"
    __table_args__ = (one_subject("tree_id", "grove_id", "garden_id", "place_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    assessment_id: str | None = Field(default=None, foreign_key="assessment.id", index=True, max_length=36)
    instrument: InstrumentKind = Field(sa_type=word_column(InstrumentKind))
    measured_on: date
    position: str | None = None
    """Where on the tree or around it: height in metres, direction, depth."""
    readings: str = Field(default="{}", sa_type=JsonText)
    """Canonical JSON: name -> [number, unit]."""
    file_name: str | None = None
    file_sha256: str | None = Field(default=None, max_length=64)
    party_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    notes: str | None = None
