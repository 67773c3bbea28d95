"""Who keeps trees and where they stand: authorities, divisions, sources, species, parties."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, not_blank, one_subject, word_column
from registry.vocab.words import PartyKind, PartyRole


class Authority(SQLModel, table=True):
    """A competent department (主管部门) that numbers trees in its jurisdiction."""

    id: str = Field(primary_key=True, max_length=64)
    name_zh: str
    name_zh_lang: str = Field(default="zh-Hans", max_length=16)
    name_en: str
    jurisdiction: str = Field(max_length=64, index=True)


class Division(SQLModel, table=True):
    """An administrative division. `id` is its code where one is known, else the path of its names."""

    id: str = Field(primary_key=True, max_length=200)
    name: str
    name_lang: str = Field(default="zh-Hans", max_length=16)
    name_en: str | None = None
    level: str = Field(max_length=16)
    parent_id: str | None = Field(default=None, foreign_key="division.id", index=True)
    jurisdiction: str = Field(max_length=64, index=True)
    code: str | None = Field(default=None, max_length=20, index=True)
    """Official code (GB/T 2260 and its extensions) where the division is known by one."""
    valid_from: date | None = None
    valid_to: date | None = None
    successor_id: str | None = Field(default=None, foreign_key="division.id")


class Species(SQLModel, table=True):
    """A taxon under the name that the register uses; trees keep the name as it was recorded."""

    id: str = Field(primary_key=True, max_length=200)
    name_latin: str | None = Field(default=None, index=True)
    name_author: str | None = None
    name_hans: str | None = None
    name_hant: str | None = None
    name_en: str | None = None
    family: str | None = None
    genus: str | None = None


class SpeciesName(SQLModel, table=True):
    """Another name of a species: a synonym, a trade name, a local name; told where the species is shown."""

    __tablename__ = "species_name"
    __table_args__ = (sa.UniqueConstraint("species_id", "name", "kind"), not_blank("name"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    species_id: str = Field(foreign_key="species.id", index=True)
    name: str = Field(index=True)
    name_lang: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    source: str | None = None


class Source(SQLModel, table=True):
    """A body of data and the terms on which it may be passed on; every record names its own."""

    id: str = Field(primary_key=True, max_length=64)
    title: str
    title_lang: str = Field(max_length=16)
    title_en: str
    publisher: str
    licence: str
    licence_url: str
    attribution: str
    origin: str
    as_of: date | None = None


class SourceFile(SQLModel, table=True):
    """One file that was imported: what it was and what came of it."""

    __tablename__ = "source_file"
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    source_id: str = Field(foreign_key="source.id", index=True)
    file_name: str
    sha256: str = Field(max_length=64)
    encoding: str = Field(max_length=32)
    mapping_id: str = Field(max_length=64)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    rows_read: int
    rows_created: int
    rows_updated: int
    rows_unchanged: int
    rows_rejected: int


class Party(SQLModel, table=True):
    """A unit or a person. Persons stay private unless `consented_on` is set."""

    __table_args__ = (not_blank("name"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: PartyKind = Field(sa_type=word_column(PartyKind))
    name: str = Field(index=True)
    name_lang: str = Field(default="zh-Hans", max_length=16)
    phone: str | None = None
    consented_on: date | None = None
    consent_document: str | None = None


class TreeParty(SQLModel, table=True):
    """What a party is to a record (a tree, grove, garden or place), and from when to when."""

    __tablename__ = "tree_party"
    __table_args__ = (
        sa.UniqueConstraint("tree_id", "party_id", "role", "from_on"),  # a unit may have a role a second time
        one_subject("tree_id", "grove_id", "garden_id", "place_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    role: PartyRole = Field(sa_type=word_column(PartyRole))
    from_on: date | None = None
    to_on: date | None = None


class CareAgreement(SQLModel, table=True):
    """A care agreement (养护责任书) of the department with whoever cares for a tree or grove."""

    __tablename__ = "care_agreement"
    __table_args__ = (one_subject("tree_id", "grove_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    signed_on: date
    valid_to: date | None = None
    document_no: str | None = None
    terms: str | None = None
    ended_on: date | None = None
    version: int | None = None
    letter_id: str | None = Field(default=None, foreign_key="care_letter.id", index=True, max_length=36)
    currency: str | None = Field(default=None, max_length=3)
    yearly_cents: int | None = None


class Setting(SQLModel, table=True):
    """One setting of this register; see `registry.settings`."""

    name: str = Field(primary_key=True, max_length=100)
    value: str


class Event(SQLModel, table=True):
    """One link of the history: who did what when, chained by hash to the one before; never changed."""

    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(max_length=64)
    actor: str = Field(max_length=64)
    reason: str | None = None
    document: str | None = None
    item_count: int
    items_hash: str = Field(max_length=64)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class EventItem(SQLModel, table=True):
    """What one event did to one record: `change` is canonical JSON, {field: [old, new]}.

    Private texts and names stand in it as commitments only; see `Commitment`.
    """

    __tablename__ = "event_item"
    seq: int = Field(primary_key=True, foreign_key="event.seq")
    ordinal: int = Field(primary_key=True)
    subject_type: str = Field(max_length=32)
    subject_id: str = Field(max_length=200, index=True)
    action: str = Field(max_length=32)
    change: str = Field(sa_type=JsonText)


class Commitment(SQLModel, table=True):
    """Salt and value behind a commitment in the history; deleting the row forgets the value for good."""

    digest: str = Field(primary_key=True, max_length=64)
    salt: str = Field(max_length=64)
    value: str
    subject_id: str = Field(max_length=200, index=True)
    field: str = Field(max_length=64)


class Edition(SQLModel, table=True):
    """One public edition that was made."""

    number: int = Field(primary_key=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    history_head: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    tree_count: int
    withheld: str = Field(sa_type=JsonText)
    withdrawn_on: date | None = None
    """From this day on the edition is not given out any more."""
    withdrawn_reason: str | None = Field(default=None, max_length=500)
