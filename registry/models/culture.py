"""Culture: stories with their source and reliability, and walks along trees, gardens and places."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import between, new_id, not_blank, one_subject, word_column
from registry.vocab.culture_words import Reliability, StoryKind, StoryState, WalkKind, WalkState

STORY_OWNERS = {
    "tree": "tree_id",
    "grove": "grove_id",
    "garden": "garden_id",
    "place": "place_id",
    "element": "element_id",
    "division": "division_id",
    "species": "species_id",
}
"""The column that says what a story is about, by kind."""
STOP_OWNERS = {kind: STORY_OWNERS[kind] for kind in ("tree", "grove", "garden", "place", "element")}
"""The column that says at which record a stop of a walk is."""


class Story(SQLModel, table=True):
    """One story about one record, division or species, as it was told or found; private until released."""

    __table_args__ = (one_subject(*STORY_OWNERS.values()), not_blank("title"), not_blank("text"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    code: str = Field(max_length=64, unique=True)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    element_id: str | None = Field(default=None, foreign_key="element.id", index=True, max_length=36)
    division_id: str | None = Field(default=None, foreign_key="division.id", index=True, max_length=200)
    species_id: str | None = Field(default=None, foreign_key="species.id", index=True, max_length=200)
    kind: StoryKind = Field(sa_type=word_column(StoryKind))
    title: str
    text: str
    lang: str = Field(default="zh-Hans", max_length=16)
    reliability: Reliability = Field(sa_type=word_column(Reliability))
    source_text: str | None = None
    """Where it is from, in words: a document, a book, an inscription."""
    source_url: str | None = None
    teller_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    is_historic_teller: bool = False
    """Whether who told it is a historic person, who may be named without consent."""
    collector_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    collected_on: date | None = None
    state: StoryState = Field(default=StoryState.DRAFT, sa_type=word_column(StoryState))
    reviewer_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    reviewed_on: date | None = None
    releaser_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    released_on: date | None = None


class StoryText(SQLModel, table=True):
    """A story in another language."""

    __tablename__ = "story_text"
    __table_args__ = (sa.UniqueConstraint("story_id", "lang"), not_blank("title"), not_blank("text"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    story_id: str = Field(foreign_key="story.id", index=True, max_length=36)
    lang: str = Field(max_length=16)
    title: str
    text: str
    translator_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)


class Walk(SQLModel, table=True):
    """A walk from stop to stop, drawn up by a unit; private until released."""

    __table_args__ = (
        not_blank("title"),
        sa.CheckConstraint("duration_h > 0", name="duration_h_bounds"),
        sa.CheckConstraint("length_m > 0", name="length_m_bounds"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    code: str = Field(max_length=64, unique=True)
    kind: WalkKind = Field(sa_type=word_column(WalkKind))
    title: str
    title_en: str | None = None
    lang: str = Field(default="zh-Hans", max_length=16)
    intro: str | None = None
    intro_en: str | None = None
    season: str | None = None
    duration_h: float | None = None
    length_m: float | None = None
    """Along the way, as the author says; distances as the crow flies are worked out where they are shown."""
    accessibility: str | None = None
    start: str | None = None
    author_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    state: WalkState = Field(default=WalkState.DRAFT, sa_type=word_column(WalkState))
    releaser_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    released_on: date | None = None


class WalkStop(SQLModel, table=True):
    """One stop of a walk: at a record, whose place it takes, or at a point of its own (WGS84) with a name."""

    __tablename__ = "walk_stop"
    __table_args__ = (
        sa.UniqueConstraint("walk_id", "ordinal"),
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in STOP_OWNERS.values())
            + " + CASE WHEN lon IS NULL OR lat IS NULL OR name IS NULL THEN 0 ELSE 1 END = 1",
            name="one_place",
        ),
        between("lon", -180, 180),
        between("lat", -90, 90),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    walk_id: str = Field(foreign_key="walk.id", index=True, max_length=36)
    ordinal: int
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    element_id: str | None = Field(default=None, foreign_key="element.id", index=True, max_length=36)
    lon: float | None = None
    lat: float | None = None
    name: str | None = None
    name_en: str | None = None
    text: str | None = None
    text_en: str | None = None
