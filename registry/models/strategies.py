"""One tree, one strategy (一树一策): strategies with their lines and signatures, works, money, trials.

Money is kept in whole hundredths of its currency (`…_cents`).
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, not_blank, one_subject, word_column
from registry.vocab.care_words import FundSource, SignRole, StrategyState, TrialState, WorkStage, WorkState


class Strategy(SQLModel, table=True):
    """One version of the strategy of a tree, grove, garden or place, from diagnosis to result."""

    __table_args__ = (
        one_subject("tree_id", "grove_id", "garden_id", "place_id"),
        sa.UniqueConstraint("number", "version"),
        not_blank("number"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    number: str = Field(max_length=64, index=True)
    version: int = 1
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    state: StrategyState = Field(default=StrategyState.DRAFT, sa_type=word_column(StrategyState))
    is_rescue: bool = False
    assessment_id: str | None = Field(default=None, foreign_key="assessment.id", index=True, max_length=36)
    basis: str | None = None
    site: str | None = None
    diagnosis: str | None = None
    risks: str | None = None
    problems: str | None = None
    aims: str | None = None
    monitoring: str | None = None
    emergency_plan: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    currency: str = Field(default="CNY", max_length=3)
    made_on: date
    approved_by: str | None = None
    approved_on: date | None = None
    document_no: str | None = None
    accepted_on: date | None = None
    outcome_id: str | None = Field(default=None, foreign_key="assessment.id", index=True, max_length=36)
    """The assessment after the works, by which it is seen whether they helped."""
    outcome: str | None = None
    submission_id: str | None = Field(default=None, max_length=64, unique=True)


class StrategyLine(SQLModel, table=True):
    """One measure of a strategy. A proposed line counts only once a person has confirmed it."""

    __tablename__ = "strategy_line"
    __table_args__ = (sa.UniqueConstraint("strategy_id", "ordinal"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    strategy_id: str = Field(foreign_key="strategy.id", index=True, max_length=36)
    ordinal: int
    measure: str = Field(max_length=16)
    text: str | None = None
    finding: str | None = None
    """What it answers: code of an indicator or a finding."""
    proposed_by: str | None = Field(default=None, max_length=64)
    """Row of the table of measures that proposed it; None where a person wrote it."""
    is_confirmed: bool = False
    quantity: float | None = None
    unit: str | None = Field(default=None, max_length=16)
    unit_price_cents: int | None = None
    amount_cents: int | None = None
    fund_source: FundSource | None = Field(default=None, sa_type=word_column(FundSource))
    party_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    starts_on: date | None = None
    due_on: date | None = None


class StrategySignature(SQLModel, table=True):
    """Who signed a version of a strategy, as what, and with which opinion."""

    __tablename__ = "strategy_signature"
    __table_args__ = (sa.UniqueConstraint("strategy_id", "party_id", "role"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    strategy_id: str = Field(foreign_key="strategy.id", index=True, max_length=36)
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    role: SignRole = Field(sa_type=word_column(SignRole))
    signed_on: date
    is_favourable: bool = True
    opinion: str | None = None
    document_no: str | None = None
    content_sha256: str = Field(max_length=64)
    """Hash of the version's content as it was signed."""


class WorkOrder(SQLModel, table=True):
    """One work order, from a line of a strategy or by itself: crew, cost, dates, acceptance."""

    __tablename__ = "work_order"
    __table_args__ = (
        one_subject("tree_id", "grove_id", "garden_id", "place_id"),
        not_blank("number"),
        sa.CheckConstraint("cost_cents >= 0", name="cost_cents_bounds"),
        sa.CheckConstraint("planned_cents >= 0", name="planned_cents_bounds"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    number: str = Field(max_length=64, unique=True)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    strategy_id: str | None = Field(default=None, foreign_key="strategy.id", index=True, max_length=36)
    line_id: str | None = Field(default=None, foreign_key="strategy_line.id", index=True, max_length=36)
    case_id: str | None = Field(default=None, foreign_key="case_file.id", index=True, max_length=36)
    measure: str = Field(max_length=16)
    text: str | None = None
    quantity: float | None = None
    unit: str | None = Field(default=None, max_length=16)
    party_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    """The crew (施工单位)."""
    state: WorkState = Field(default=WorkState.PLANNED, sa_type=word_column(WorkState))
    ordered_on: date | None = None
    due_on: date | None = None
    started_on: date | None = None
    finished_on: date | None = None
    currency: str = Field(default="CNY", max_length=3)
    planned_cents: int | None = None
    cost_cents: int | None = None
    fund_source: FundSource | None = Field(default=None, sa_type=word_column(FundSource))
    accepted_on: date | None = None
    accepted_by_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    outcome: str | None = None
    notes: str | None = None
    submission_id: str | None = Field(default=None, max_length=64, unique=True)


class WorkPhoto(SQLModel, table=True):
    """A photo that belongs to a work order, and at which stage it was taken."""

    __tablename__ = "work_photo"
    __table_args__ = (sa.UniqueConstraint("work_id", "photo_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    work_id: str = Field(foreign_key="work_order.id", index=True, max_length=36)
    photo_id: str = Field(foreign_key="photo.id", index=True, max_length=36)
    stage: WorkStage = Field(sa_type=word_column(WorkStage))


class Budget(SQLModel, table=True):
    """Money set aside for one year and division, by whom and on which document."""

    __table_args__ = (sa.UniqueConstraint("year", "division_id", "fund_source", "document_no"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    year: int
    division_id: str | None = Field(default=None, foreign_key="division.id", index=True)
    fund_source: FundSource = Field(sa_type=word_column(FundSource))
    currency: str = Field(default="CNY", max_length=3)
    amount_cents: int
    document_no: str | None = None
    notes: str | None = None


class Trial(SQLModel, table=True):
    """A research trial (科研试验): what was tried on which records, with whom, and what came of it."""

    __table_args__ = (not_blank("number"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    number: str = Field(max_length=64, unique=True)
    title: str
    state: TrialState = Field(default=TrialState.PLANNED, sa_type=word_column(TrialState))
    starts_on: date | None = None
    ends_on: date | None = None
    aims: str | None = None
    method: str | None = None
    results: str | None = None
    currency: str = Field(default="CNY", max_length=3)
    budget_cents: int | None = None
    fund_source: FundSource | None = Field(default=None, sa_type=word_column(FundSource))
    document_no: str | None = None
    url: str | None = None


class TrialPartner(SQLModel, table=True):
    """A party that takes part in a trial."""

    __tablename__ = "trial_partner"
    __table_args__ = (sa.UniqueConstraint("trial_id", "party_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    trial_id: str = Field(foreign_key="trial.id", index=True, max_length=36)
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    task: str | None = None


class TrialSubject(SQLModel, table=True):
    """A record on which a trial is made."""

    __tablename__ = "trial_subject"
    __table_args__ = (one_subject("tree_id", "grove_id", "garden_id", "place_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    trial_id: str = Field(foreign_key="trial.id", index=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    treatment: str | None = None
    """What this one got; such as control."""
    result: str | None = None


class YearReport(SQLModel, table=True):
    """One report of figures that was kept: of a year, or between two days, for a division."""

    __tablename__ = "year_report"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    division_id: str | None = Field(default=None, foreign_key="division.id", index=True)
    from_on: date
    to_on: date
    title: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    content: str = Field(sa_type=JsonText)
    sha256: str = Field(max_length=64)
    history_head: str = Field(max_length=64)
