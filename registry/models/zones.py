"""Protection zones (保护范围), layers that they may conflict with, and checks of footprints against them.

An outline is the hexadecimal WKB of a polygon or multipolygon in longitude and latitude (WGS84, which within
a metre is CGCS2000). `cell` is its key in the loose quadtree of `registry.rules.quadtree`.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, not_blank, one_subject, word_column
from registry.vocab.care_words import LayerKind, ZoneKind, ZoneVerdict


class Zone(SQLModel, table=True):
    """One protection zone: computed by a rule with its inputs, or legal with its document. None overwrites
    another; one that no longer holds has `ended_on`."""

    __table_args__ = (
        one_subject("tree_id", "grove_id", "garden_id", "place_id"),
        sa.CheckConstraint("kind <> 'legal' OR document_no IS NOT NULL", name="legal_has_document"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True, max_length=36)
    kind: ZoneKind = Field(sa_type=word_column(ZoneKind))
    pack_id: str | None = Field(default=None, max_length=64)
    rule: str | None = Field(default=None, max_length=64)
    """Row of the pack: zone.1, zone.any …"""
    rule_sha256: str | None = Field(default=None, max_length=64)
    confidence: str | None = Field(default=None, max_length=16)
    inputs: str = Field(default="{}", sa_type=JsonText)
    """Canonical JSON of what the rule was given: radii in metres, diameters in centimetres, their day."""
    outline: str = Field(sa_type=sa.Text)
    west: float
    south: float
    east: float
    north: float
    cell: int = Field(sa_type=sa.BigInteger, index=True)
    area_m2: float
    projection: str = Field(max_length=32)
    """The projected system in which it was computed or its area taken, such as EPSG:4547."""
    uncertainty_m: float | None = Field(default=None, index=True)
    made_on: date
    ended_on: date | None = None
    document_no: str | None = None
    approved_by: str | None = None
    published_on: date | None = None
    published_url: str | None = None
    deviation: str | None = None
    """Why a legal zone is not what the rule gives."""
    file_name: str | None = None
    file_sha256: str | None = Field(default=None, max_length=64)


class MapLayer(SQLModel, table=True):
    """One layer that was loaded: a green line, buildings, pipelines …"""

    __tablename__ = "map_layer"
    id: str = Field(primary_key=True, max_length=64)
    kind: LayerKind = Field(sa_type=word_column(LayerKind))
    title: str
    source: str | None = None
    document_no: str | None = None
    as_of: date | None = None
    file_name: str
    file_sha256: str = Field(max_length=64)
    projection: str = Field(max_length=200)
    """The system in which the file gives its coordinates, as declared."""
    feature_count: int
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    ended_on: date | None = None
    """Day on which it was taken away, with its features; the same name may be loaded again."""


class MapFeature(SQLModel, table=True):
    """One feature of a layer; `outline` may be a line or a point as well."""

    __tablename__ = "map_feature"
    layer_id: str = Field(foreign_key="map_layer.id", primary_key=True, max_length=64)
    ordinal: int = Field(primary_key=True)
    name: str | None = None
    outline: str = Field(sa_type=sa.Text)
    west: float
    south: float
    east: float
    north: float
    cell: int = Field(sa_type=sa.BigInteger, index=True)


class ZoneCheck(SQLModel, table=True):
    """One check of a construction footprint against all zones, as it was answered; never changed."""

    __tablename__ = "zone_check"
    __table_args__ = (not_blank("number"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    number: str = Field(max_length=64, unique=True)
    code: str = Field(max_length=16, unique=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    valid_to: date
    project: str | None = None
    applicant_id: str | None = Field(default=None, foreign_key="party.id", index=True, max_length=36)
    file_name: str
    file_sha256: str = Field(max_length=64)
    projection: str = Field(max_length=200)
    outline: str = Field(sa_type=sa.Text)
    verdict: ZoneVerdict = Field(sa_type=word_column(ZoneVerdict))
    hit_count: int
    result: str = Field(sa_type=JsonText)
    """Canonical JSON of everything that was answered."""
    sha256: str = Field(max_length=64)
    edition: int | None = None
    history_head: str = Field(max_length=64)
    case_id: str | None = Field(default=None, foreign_key="case_file.id", index=True, max_length=36)
    submission_id: str | None = Field(default=None, max_length=64, unique=True)
