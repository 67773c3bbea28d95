"""Censuses (普查): a campaign with its form, its villages, the trees it looks for and what it found."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, not_blank, one_subject, word_column
from registry.vocab.words import CampaignState, TargetOutcome, Verdict, VillageState


class Campaign(SQLModel, table=True):
    """One census or survey. `form` names the edition of the form by which it asks."""

    id: str = Field(primary_key=True, max_length=64)
    title: str
    form: str = Field(max_length=64)
    authority_id: str | None = Field(default=None, foreign_key="authority.id")
    previous_id: str | None = Field(default=None, foreign_key="campaign.id")
    state: CampaignState = Field(default=CampaignState.OPEN, sa_type=word_column(CampaignState))
    starts_on: date
    ends_on: date | None = None
    frozen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totals: str = Field(default="{}", sa_type=JsonText)
    """Counts at the freeze, as canonical JSON."""
    history_head: str | None = Field(default=None, max_length=64)


class CampaignVillage(SQLModel, table=True):
    """One village of a campaign: who surveys it, how many trees to look for, how far it has come."""

    __tablename__ = "campaign_village"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "town", "village"), not_blank("village"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    campaign_id: str = Field(foreign_key="campaign.id", index=True, max_length=64)
    division_id: str | None = Field(default=None, foreign_key="division.id")
    town: str
    village: str
    surveyor_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    state: VillageState = Field(default=VillageState.PLANNED, sa_type=word_column(VillageState))
    note: str | None = None
    updated_on: date


class CampaignTarget(SQLModel, table=True):
    """One tree or grove that a campaign looks for, and what became of it."""

    __tablename__ = "campaign_target"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "tree_id"),
        sa.UniqueConstraint("campaign_id", "grove_id"),
        one_subject("tree_id", "grove_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    campaign_id: str = Field(foreign_key="campaign.id", index=True, max_length=64)
    village_id: str | None = Field(default=None, foreign_key="campaign_village.id", index=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    outcome: TargetOutcome = Field(default=TargetOutcome.PENDING, sa_type=word_column(TargetOutcome))
    outcome_on: date | None = None
    note: str | None = None
    is_sampled: bool = False
    """Whether it is in the random sample that is surveyed once more."""


class CampaignSurvey(SQLModel, table=True):
    """What one form said of one tree or grove: round 1, or round 2 of those surveyed once more."""

    __tablename__ = "campaign_survey"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "tree_id", "round"),
        sa.UniqueConstraint("campaign_id", "grove_id", "round"),
        one_subject("tree_id", "grove_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    campaign_id: str = Field(foreign_key="campaign.id", index=True, max_length=64)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    round: int = 1
    surveyed_on: date | None = None
    surveyor_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    answers: str = Field(default="{}", sa_type=JsonText)
    """Canonical JSON: field of the form -> answer."""
    checked_on: date | None = None
    checker_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    verdict: Verdict | None = Field(default=None, sa_type=word_column(Verdict))
    note: str | None = None
