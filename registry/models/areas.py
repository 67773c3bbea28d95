"""Records with an extent: groves, gardens, places of a ledger, and the elements and crafts in them."""

from datetime import date

import sqlalchemy as sa
from pydantic import field_validator
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, TreeNo, between, new_id, not_blank, word_column
from registry.models.tree import ShortText, Text
from registry.vocab.words import (
    CensusScope,
    Datum,
    Department,
    ElementKind,
    GrowthPlace,
    Ownership,
    PlaceKind,
    Precision,
    TreeStatus,
)


class AreaDraft(SQLModel):
    """What is said of a record with an extent. `boundary` is a WGS84 ring of (lon, lat), closed."""

    number: TreeNo
    name: ShortText | None = None
    name_lang: ShortText = "zh-Hans"
    status: TreeStatus = TreeStatus.ALIVE
    boundary: tuple[tuple[float, float], ...] = ()
    tree_count: int | None = Field(default=None, ge=0)
    area_ha: float | None = Field(default=None, gt=0)
    town: ShortText | None = None
    village: ShortText | None = None
    small_place: Text | None = None
    address: Text | None = None
    lon_raw: ShortText | None = None
    lat_raw: ShortText | None = None
    datum: Datum = Datum.UNKNOWN
    datum_code: ShortText | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    ownership: Ownership | None = None
    notes: Text | None = None
    period: ShortText | None = None
    text_lang: ShortText = "zh-Hans"
    source_url: ShortText | None = None
    position_precision: Precision = Precision.EXACT

    @field_validator("boundary")
    @classmethod
    def _is_a_closed_ring(cls, ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if ring and (len(ring) < 4 or ring[0] != ring[-1]):
            raise ValueError("a boundary has at least four points and ends where it begins")
        if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring):
            raise ValueError("a boundary has longitudes and latitudes in degrees")
        return ring


class GroveDraft(AreaDraft):
    """What the grove form (古树群调查表, both editions) asks. Shares are percentages of the trees."""

    census_scope: CensusScope | None = None
    survey_method: ShortText | None = None
    growth_place: GrowthPlace | None = None
    extent_text: Text | None = None
    elevation_m: float | None = Field(default=None, ge=-500, le=9000)
    elevation_max_m: float | None = Field(default=None, ge=-500, le=9000)
    slope: ShortText | None = None
    slope_position: ShortText | None = None
    aspect: ShortText | None = None
    soil: ShortText | None = None
    soil_depth: ShortText | None = None
    count_first: int | None = Field(default=None, ge=0)
    count_second: int | None = Field(default=None, ge=0)
    count_third: int | None = Field(default=None, ge=0)
    share_over_500: float | None = Field(default=None, ge=0, le=100)
    share_300_500: float | None = Field(default=None, ge=0, le=100)
    share_100_300: float | None = Field(default=None, ge=0, le=100)
    dominant_species: ShortText | None = None
    mean_age_years: int | None = Field(default=None, ge=0, le=20000)
    max_age_years: int | None = Field(default=None, ge=0, le=20000)
    mean_height_m: float | None = Field(default=None, gt=0, le=1000)
    mean_diameter_cm: float | None = Field(default=None, gt=0, le=100000)
    canopy_closure: float | None = Field(default=None, ge=0, le=1)
    layers: Text | None = None
    shrub_species: Text | None = None
    shrub_cover_percent: float | None = Field(default=None, ge=0, le=100)
    shrub_height_m: float | None = Field(default=None, ge=0, le=1000)
    herb_species: Text | None = None
    herb_cover_percent: float | None = Field(default=None, ge=0, le=100)
    herb_height_m: float | None = Field(default=None, ge=0, le=1000)
    target_species: Text | None = None
    disturbance: Text | None = None
    care_advice: Text | None = None
    department: Department | None = None
    protection_measures: Text | None = None
    values: Text | None = None
    values_note: Text | None = None
    change_reason: Text | None = None
    photo_note: Text | None = None


class GardenDraft(AreaDraft):
    """What a list of heritage gardens says."""

    list_batch: ShortText | None = None
    state_of_care: ShortText | None = None
    opening: ShortText | None = None
    current_use: Text | None = None
    relic_level: ShortText | None = None
    is_world_heritage: bool | None = None
    extant_elements: Text | None = None
    description: Text | None = None


class PlaceDraft(AreaDraft):
    """What a ledger says of a place: a village, a temple, a park, an old-town green space …"""

    kind: PlaceKind
    green_class: ShortText | None = None
    opening: ShortText | None = None
    current_use: Text | None = None
    relic_level: ShortText | None = None
    state_of_care: ShortText | None = None
    description: Text | None = None


class ElementDraft(AreaDraft):
    """What a ledger says of one landmark element: a bridge, a well, a stele, a stretch of paving …"""

    kind: ElementKind
    material: ShortText | None = None
    relic_level: ShortText | None = None
    state_of_care: ShortText | None = None
    description: Text | None = None


AREA_DRAFTS: dict[str, type[AreaDraft]] = {
    "grove": GroveDraft,
    "garden": GardenDraft,
    "place": PlaceDraft,
    "element": ElementDraft,
}
"""What is said of each kind of record with an extent."""


class AreaColumns(SQLModel):
    """What the records with an extent have in common."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    number: str = Field(max_length=64, index=True)
    authority_id: str = Field(foreign_key="authority.id", index=True)
    name: str | None = None
    name_lang: str = Field(default="zh-Hans", max_length=16)
    status: TreeStatus = Field(default=TreeStatus.ALIVE, sa_type=word_column(TreeStatus))
    division_id: str | None = Field(default=None, foreign_key="division.id")
    town: str | None = None
    village: str | None = None
    small_place: str | None = None
    address: str | None = None
    lon_raw: str | None = None
    lat_raw: str | None = None
    datum: Datum = Field(default=Datum.UNKNOWN, sa_type=word_column(Datum))
    datum_code: str | None = Field(default=None, max_length=32)
    lon: float | None = None
    lat: float | None = None
    boundary: str = Field(default="[]", sa_type=JsonText)
    tree_count: int | None = None
    area_ha: float | None = None
    ownership: Ownership | None = Field(default=None, sa_type=word_column(Ownership))
    notes: str | None = None
    period: str | None = None
    text_lang: str = Field(default="zh-Hans", max_length=16)
    source_url: str | None = None
    released: str = Field(default="[]", sa_type=JsonText)
    position_precision: Precision = Field(default=Precision.EXACT, sa_type=word_column(Precision))
    imported_hash: str | None = Field(default=None, max_length=64)
    source_id: str = Field(foreign_key="source.id")
    updated_on: date


def _area_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.UniqueConstraint("number", "authority_id"),
        not_blank("number"),
        sa.CheckConstraint("tree_count >= 0", name="tree_count_bounds"),
        between("lon", -180, 180),
        between("lat", -90, 90),
    )


class Grove(AreaColumns, table=True):
    """A grove (古树群), protected as a whole; member trees may or may not have files of their own."""

    __table_args__ = _area_constraints()
    protection_grade: str | None = None
    grade_scheme: str | None = None
    census_scope: CensusScope | None = Field(default=None, sa_type=word_column(CensusScope))
    survey_method: str | None = None
    growth_place: GrowthPlace | None = Field(default=None, sa_type=word_column(GrowthPlace))
    extent_text: str | None = None
    elevation_m: float | None = None
    elevation_max_m: float | None = None
    slope: str | None = None
    slope_position: str | None = None
    aspect: str | None = None
    soil: str | None = None
    soil_depth: str | None = None
    count_first: int | None = None
    count_second: int | None = None
    count_third: int | None = None
    share_over_500: float | None = None
    share_300_500: float | None = None
    share_100_300: float | None = None
    dominant_species: str | None = None
    mean_age_years: int | None = None
    max_age_years: int | None = None
    mean_height_m: float | None = None
    mean_diameter_cm: float | None = None
    canopy_closure: float | None = None
    layers: str | None = None
    shrub_species: str | None = None
    shrub_cover_percent: float | None = None
    shrub_height_m: float | None = None
    herb_species: str | None = None
    herb_cover_percent: float | None = None
    herb_height_m: float | None = None
    target_species: str | None = None
    disturbance: str | None = None
    care_advice: str | None = None
    department: Department | None = Field(default=None, sa_type=word_column(Department))
    protection_measures: str | None = None
    values: str | None = None
    values_note: str | None = None
    change_reason: str | None = None
    photo_note: str | None = None
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True)


class GroveSpecies(SQLModel, table=True):
    """One species of a grove's composition (主要树种组成); the share is a percentage of its trees."""

    __tablename__ = "grove_species"
    __table_args__ = (sa.UniqueConstraint("grove_id", "ordinal"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    grove_id: str = Field(foreign_key="grove.id", index=True, max_length=36)
    ordinal: int
    name_verbatim: str
    latin_verbatim: str | None = None
    species_id: str | None = Field(default=None, foreign_key="species.id")
    tree_count: int | None = None
    share_percent: float | None = None


class HeritageGarden(AreaColumns, table=True):
    """A heritage garden (历史名园): on a list, not graded."""

    __tablename__ = "heritage_garden"
    __table_args__ = _area_constraints()
    list_batch: str | None = None
    state_of_care: str | None = None
    opening: str | None = None
    current_use: str | None = None
    relic_level: str | None = None
    is_world_heritage: bool | None = None
    extant_elements: str | None = None
    description: str | None = None


class Place(AreaColumns, table=True):
    """A place of a ledger: village, temple, Linpan, ancient-tree park, old-town green space, park …"""

    __table_args__ = _area_constraints()
    kind: PlaceKind = Field(sa_type=word_column(PlaceKind))
    green_class: str | None = None
    opening: str | None = None
    current_use: str | None = None
    relic_level: str | None = None
    state_of_care: str | None = None
    description: str | None = None
    parent_id: str | None = Field(default=None, foreign_key="place.id", index=True)


class Element(AreaColumns, table=True):
    """One landmark element (历史景观要素), such as a bridge or a well, in a place or a garden."""

    __table_args__ = _area_constraints()
    kind: ElementKind = Field(sa_type=word_column(ElementKind))
    material: str | None = None
    relic_level: str | None = None
    state_of_care: str | None = None
    description: str | None = None
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True)


class Craft(SQLModel, table=True):
    """A traditional garden craft (传统造园技艺) and how it is handed down."""

    __table_args__ = (sa.UniqueConstraint("number", "authority_id"), not_blank("number"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    number: str = Field(max_length=64)
    authority_id: str = Field(foreign_key="authority.id", index=True)
    name: str
    name_lang: str = Field(default="zh-Hans", max_length=16)
    kind: str | None = None
    period: str | None = None
    description: str | None = None
    lineage: str | None = None
    state_of_care: str | None = None
    text_lang: str = Field(default="zh-Hans", max_length=16)
    released: str = Field(default="[]", sa_type=JsonText)
    source_id: str = Field(foreign_key="source.id")
    updated_on: date


class Craftsman(SQLModel, table=True):
    """Who masters a craft: a party in the directory of craftsmen (园林工匠人才库)."""

    __table_args__ = (sa.UniqueConstraint("craft_id", "party_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    craft_id: str = Field(foreign_key="craft.id", index=True, max_length=36)
    party_id: str = Field(foreign_key="party.id", index=True, max_length=36)
    title: str | None = None
    learned_from: str | None = None
    since_year: int | None = None
    works: str | None = None


class RecordLink(SQLModel, table=True):
    """How two records belong together: merged, split, replaced, standing in, related."""

    __tablename__ = "record_link"
    __table_args__ = (sa.UniqueConstraint("kind", "from_type", "from_id", "to_type", "to_id"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: str = Field(max_length=20)
    from_type: str = Field(max_length=16)
    from_id: str = Field(max_length=36, index=True)
    to_type: str = Field(max_length=16)
    to_id: str = Field(max_length=36, index=True)
    made_on: date
    note: str | None = None
