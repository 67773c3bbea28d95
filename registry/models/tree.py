"""The tree and its dated rows. Drafts validate; tables store (`Tree.model_validate(draft)`)."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from pydantic import StringConstraints
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, TreeNo, between, new_id, not_blank, one_subject, word_column
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.words import (
    AddedReason,
    AgeBasis,
    Category,
    CensusScope,
    Condition,
    Datum,
    DeathDisposal,
    Department,
    DesignationKind,
    Distribution,
    Environment,
    FamousCategory,
    GrowthPlace,
    InspectionKind,
    Ownership,
    PhotoKind,
    Precision,
    RemovalReason,
    RiskRating,
    Severity,
    TagState,
    TreeStatus,
    Vigour,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class TreeDraft(SQLModel):
    """What a surveyor or a file says of one tree. Validated on construction; None means not said."""

    tree_no: TreeNo
    number_scheme: ShortText
    category: Category = Category.LISTED
    status: TreeStatus = TreeStatus.ALIVE
    name_verbatim: ShortText | None = None
    latin_verbatim: ShortText | None = None
    common_name: ShortText | None = None
    town: ShortText | None = None
    village: ShortText | None = None
    small_place: Text | None = None
    address: Text | None = None
    growth_place: GrowthPlace | None = None
    distribution: Distribution | None = None
    ownership: Ownership | None = None
    lon_raw: ShortText | None = None
    lat_raw: ShortText | None = None
    datum: Datum = Datum.UNKNOWN
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    coordinate_uncertainty_m: float | None = Field(default=None, ge=0)
    position_precision: Precision = Precision.EXACT
    elevation_m: float | None = Field(default=None, ge=-500, le=9000)
    slope: ShortText | None = None
    slope_position: ShortText | None = None
    aspect: ShortText | None = None
    soil: ShortText | None = None
    soil_compaction: ShortText | None = None
    soil_depth: ShortText | None = None
    age_years: int | None = Field(default=None, ge=0, le=20000)
    age_basis: AgeBasis | None = None
    age_as_of: date | None = None
    age_method: ShortText | None = None
    vigour: Vigour | None = None
    vigour_scale: ShortText | None = None
    environment: Environment | None = None
    damage: Text | None = None
    threats: Text | None = None
    protection_measures: Text | None = None
    rejuvenation: Text | None = None
    values: Text | None = None
    history_text: Text | None = None
    peculiarity: Text | None = None
    notes: Text | None = None
    source_url: ShortText | None = None
    text_lang: ShortText = "zh-Hans"
    datum_code: ShortText | None = None
    survey_serial: ShortText | None = None
    feature_code: ShortText | None = None
    census_scope: CensusScope | None = None
    is_key_state_forest: bool | None = None
    forest_group: ShortText | None = None
    forest_bureau: ShortText | None = None
    forest_farm: ShortText | None = None
    department: Department | None = None
    famous_category: FamousCategory | None = None
    condition: Condition | None = None
    values_note: Text | None = None
    added_reason: AddedReason | None = None
    removal_reason: RemovalReason | None = None
    death_disposal: DeathDisposal | None = None
    species_record: Text | None = None
    photo_note: Text | None = None
    has_care_agreement: bool | None = None
    is_in_timber_plantation: bool | None = None
    stem_count: int | None = Field(default=None, ge=1, le=1000)
    planted_year: int | None = Field(default=None, ge=-3000, le=3000)
    planted_by: ShortText | None = None
    grove_no: ShortText | None = None


class Tree(SQLModel, table=True):
    """One tree: an organism with a permanent number, dated rows and a history."""

    __table_args__ = (
        sa.UniqueConstraint("tree_no", "number_scheme", "authority_id"),
        sa.Index("ix_tree_position", "lat", "lon"),
        sa.Index("ix_tree_coordinate_uncertainty_m", "coordinate_uncertainty_m"),
        not_blank("tree_no"),
        sa.CheckConstraint("length(tree_no) <= 64", name="tree_no_length"),
        between("lon", -180, 180),
        between("lat", -90, 90),
        between("elevation_m", -500, 9000),
        between("age_years", 0, 20000),
        sa.CheckConstraint("coordinate_uncertainty_m >= 0", name="coordinate_uncertainty_m_bounds"),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="position_whole"),
        sa.CheckConstraint("vigour IS NULL OR vigour_scale IS NOT NULL", name="vigour_has_scale"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_no: str = Field(max_length=64, index=True)
    number_scheme: str = Field(max_length=32)
    authority_id: str = Field(foreign_key="authority.id", index=True)
    category: Category = Field(sa_type=word_column(Category))
    status: TreeStatus = Field(default=TreeStatus.ALIVE, sa_type=word_column(TreeStatus))
    species_id: str | None = Field(default=None, foreign_key="species.id", index=True)
    name_verbatim: str | None = None
    latin_verbatim: str | None = None
    common_name: str | None = None
    division_id: str | None = Field(default=None, foreign_key="division.id", index=True)
    town: str | None = None
    village: str | None = None
    small_place: str | None = None
    address: str | None = None
    growth_place: GrowthPlace | None = Field(default=None, sa_type=word_column(GrowthPlace))
    distribution: Distribution | None = Field(default=None, sa_type=word_column(Distribution))
    ownership: Ownership | None = Field(default=None, sa_type=word_column(Ownership))
    lon_raw: str | None = None
    lat_raw: str | None = None
    datum: Datum = Field(default=Datum.UNKNOWN, sa_type=word_column(Datum))
    lon: float | None = None
    lat: float | None = None
    coordinate_uncertainty_m: float | None = None
    position_precision: Precision = Field(default=Precision.EXACT, sa_type=word_column(Precision))
    elevation_m: float | None = None
    slope: str | None = None
    slope_position: str | None = None
    aspect: str | None = None
    soil: str | None = None
    soil_compaction: str | None = None
    soil_depth: str | None = None
    age_years: int | None = None
    age_basis: AgeBasis | None = Field(default=None, sa_type=word_column(AgeBasis))
    age_as_of: date | None = None
    age_method: str | None = None
    vigour: Vigour | None = Field(default=None, sa_type=word_column(Vigour))
    vigour_scale: str | None = None
    environment: Environment | None = Field(default=None, sa_type=word_column(Environment))
    damage: str | None = None
    threats: str | None = None
    protection_measures: str | None = None
    rejuvenation: str | None = None
    values: str | None = None
    history_text: str | None = None
    peculiarity: str | None = None
    notes: str | None = None
    text_lang: str = Field(default="zh-Hans", max_length=16)
    source_url: str | None = None
    source_id: str = Field(foreign_key="source.id", index=True)
    released: str = Field(default="[]", sa_type=JsonText)
    """JSON list of the free-text fields that may be published."""
    imported_hash: str | None = Field(default=None, max_length=64)
    """What the last imported row said, hashed: the same row again changes nothing."""
    datum_code: str | None = Field(default=None, max_length=32)
    """EPSG code of the grid that the raw position is in, such as EPSG:3826."""
    survey_serial: str | None = None
    feature_code: str | None = None
    census_scope: CensusScope | None = Field(default=None, sa_type=word_column(CensusScope))
    is_key_state_forest: bool | None = None
    forest_group: str | None = None
    forest_bureau: str | None = None
    forest_farm: str | None = None
    department: Department | None = Field(default=None, sa_type=word_column(Department))
    famous_category: FamousCategory | None = Field(default=None, sa_type=word_column(FamousCategory))
    condition: Condition | None = Field(default=None, sa_type=word_column(Condition))
    values_note: str | None = None
    added_reason: AddedReason | None = Field(default=None, sa_type=word_column(AddedReason))
    removal_reason: RemovalReason | None = Field(default=None, sa_type=word_column(RemovalReason))
    death_disposal: DeathDisposal | None = Field(default=None, sa_type=word_column(DeathDisposal))
    species_record: str | None = None
    photo_note: str | None = None
    has_care_agreement: bool | None = None
    is_in_timber_plantation: bool | None = None
    stem_count: int | None = None
    planted_year: int | None = None
    planted_by: str | None = None
    grove_no: str | None = Field(default=None, index=True)
    """The number of its grove as written; `grove_id` follows once that grove is in the register."""
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True)
    place_id: str | None = Field(default=None, foreign_key="place.id", index=True)
    updated_on: date


class TreeAlias(SQLModel, table=True):
    """Another number of a tree (former, another office's, on an old plate), which keeps resolving."""

    __tablename__ = "tree_alias"
    __table_args__ = (
        sa.UniqueConstraint("tree_id", "number", "scheme"),
        not_blank("number"),
        one_subject("tree_id", "grove_id", "garden_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    number: str = Field(max_length=64, index=True)
    scheme: str = Field(max_length=32)


class MeasurementDraft(SQLModel):
    """Sizes read at one time. Trunk girth and diameter at `measure_height_m` above ground where known."""

    measured_on: date | None = None
    girth_cm: float | None = Field(default=None, gt=0, le=100000)
    diameter_cm: float | None = Field(default=None, gt=0, le=100000)
    ground_girth_cm: float | None = Field(default=None, gt=0, le=100000)
    ground_diameter_cm: float | None = Field(default=None, gt=0, le=100000)
    height_m: float | None = Field(default=None, gt=0, le=100000)
    crown_m: float | None = Field(default=None, gt=0, le=100000)
    crown_ew_m: float | None = Field(default=None, gt=0, le=100000)
    crown_ns_m: float | None = Field(default=None, gt=0, le=100000)
    crown_n_m: float | None = Field(default=None, ge=0, le=1000)
    crown_e_m: float | None = Field(default=None, ge=0, le=1000)
    crown_s_m: float | None = Field(default=None, ge=0, le=1000)
    crown_w_m: float | None = Field(default=None, ge=0, le=1000)
    measure_height_m: float | None = Field(default=None, ge=0, le=10)
    stem_girths: ShortText | None = None


class Measurement(MeasurementDraft, table=True):
    """One dated reading of a tree's sizes; a later one never overwrites it."""

    __table_args__ = tuple(
        sa.CheckConstraint(f"{column} > 0", name=f"{column}_positive")
        for column in (
            "girth_cm",
            "diameter_cm",
            "ground_girth_cm",
            "ground_diameter_cm",
            "height_m",
            "crown_m",
        )
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str = Field(foreign_key="tree.id", index=True, max_length=36)
    source_id: str | None = Field(default=None, foreign_key="source.id")


class AgeReading(SQLModel, table=True):
    """One way of knowing a tree's age: a value or a range, its method and evidence; later ones add to it."""

    __tablename__ = "age_reading"
    __table_args__ = (
        sa.CheckConstraint("lower_years IS NULL OR upper_years IS NULL OR lower_years <= upper_years",
                           name="range_in_order"),
    )  # fmt: skip
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str = Field(foreign_key="tree.id", index=True, max_length=36)
    years: int | None = None
    lower_years: int | None = None
    upper_years: int | None = None
    basis: AgeBasis = Field(sa_type=word_column(AgeBasis))
    method: str | None = None
    as_of: date | None = None
    evidence: str | None = None
    party_id: str | None = Field(default=None, foreign_key="party.id")
    source_id: str | None = Field(default=None, foreign_key="source.id")


class InspectionDraft(SQLModel):
    """One visit as reported."""

    inspected_on: date
    kind: InspectionKind = InspectionKind.ASSESSMENT
    vigour: Vigour | None = None
    vigour_scale: ShortText | None = None
    environment: Environment | None = None
    risk_rating: RiskRating | None = None
    findings: tuple[str, ...] = ()
    notes: Text | None = None


class Inspection(SQLModel, table=True):
    """One dated visit to a tree."""

    __table_args__ = (
        sa.CheckConstraint("vigour IS NULL OR vigour_scale IS NOT NULL", name="vigour_has_scale"),
        one_subject("tree_id", "grove_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    inspected_on: date
    kind: InspectionKind = Field(sa_type=word_column(InspectionKind))
    vigour: Vigour | None = Field(default=None, sa_type=word_column(Vigour))
    vigour_scale: str | None = None
    environment: Environment | None = Field(default=None, sa_type=word_column(Environment))
    risk_rating: RiskRating | None = Field(default=None, sa_type=word_column(RiskRating))
    findings: str = Field(default="[]", sa_type=JsonText)
    notes: str | None = None
    checks: str | None = Field(default=None, sa_type=JsonText)
    """Canonical JSON: what the patrol answered, by the names of `registry.vocab.patrol_words.CHECKS`."""
    party_id: str | None = Field(default=None, foreign_key="party.id")
    source_id: str | None = Field(default=None, foreign_key="source.id")


class DesignationDraft(SQLModel):
    """A decision of an authority: a legal grade, or a place on its list."""

    kind: DesignationKind
    scheme: ShortText
    grade: ShortText | None = None
    designated_on: date | None = None
    document_no: ShortText | None = None


class Designation(SQLModel, table=True):
    """One decision (认定); the record in force is the latest, an earlier one stays."""

    __table_args__ = (
        sa.CheckConstraint("kind <> 'grade' OR grade IS NOT NULL", name="grade_said"),
        one_subject("tree_id", "grove_id", "garden_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    kind: DesignationKind = Field(sa_type=word_column(DesignationKind))
    scheme: str = Field(max_length=64)
    grade: str | None = Field(default=None, max_length=16)
    designated_on: date | None = None
    authority_id: str | None = Field(default=None, foreign_key="authority.id")
    document_no: str | None = None
    category: Category | None = Field(default=None, sa_type=word_column(Category))
    approved_by: str | None = None
    """The government that approved the decision (批准机关)."""
    approved_on: date | None = None
    published_on: date | None = None
    published_url: str | None = None
    ended_on: date | None = None
    """Day from which another decision holds, or none; empty while this one is in force."""
    case_id: str | None = Field(default=None, foreign_key="case_file.id", index=True, max_length=36)
    source_id: str | None = Field(default=None, foreign_key="source.id")


class Flag(SQLModel, table=True):
    """A doubt about a value; the value itself stays as it was recorded."""

    __table_args__ = (
        sa.UniqueConstraint("tree_id", "check", "field"),
        one_subject("tree_id", "grove_id", "garden_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    check: str = Field(max_length=64)
    severity: Severity = Field(sa_type=word_column(Severity))
    field: str = Field(max_length=64)
    value: str


class Tag(SQLModel, table=True):
    """One physical tag (标牌) with a code of its own; a tree or grove may have many over time.

    A blank one (空白牌) belongs to no record until it is bound.
    """

    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'blank' AND tree_id IS NULL AND grove_id IS NULL) OR (state <> 'blank' AND "
            "(tree_id IS NULL) <> (grove_id IS NULL)) OR (state = 'withdrawn')",
            name="owner",
        ),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    code: str = Field(max_length=8, unique=True)
    key_id: str = Field(max_length=16)
    state: TagState = Field(default=TagState.ISSUED, sa_type=word_column(TagState))
    batch: str | None = Field(default=None, max_length=64, index=True)
    """The print run or box that it came with."""
    condition: TagNoteKind | None = Field(default=None, sa_type=word_column(TagNoteKind))
    """What was last told of the tag itself: mounted, damaged, lost; the notes tell the rest."""
    issued_on: date
    ended_on: date | None = None
    reason: str | None = None


class Photo(SQLModel, table=True):
    """One photo. The original stays in the photo folder under its SHA-256; only renditions leave."""

    __table_args__ = (
        sa.UniqueConstraint("tree_id", "sha256"),
        one_subject("tree_id", "grove_id", "garden_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    tree_id: str | None = Field(default=None, foreign_key="tree.id", index=True, max_length=36)
    grove_id: str | None = Field(default=None, foreign_key="grove.id", index=True, max_length=36)
    garden_id: str | None = Field(default=None, foreign_key="heritage_garden.id", index=True, max_length=36)
    sha256: str = Field(max_length=64)
    kind: PhotoKind = Field(sa_type=word_column(PhotoKind))
    taken_on: date | None = None
    caption: str | None = None
    caption_released: bool = False
    credit_party_id: str | None = Field(default=None, foreign_key="party.id")
    width: int
    height: int
    added_on: date
    is_released: bool = True
    viewpoint: str | None = Field(default=None, max_length=32)
    """Name of a fixed viewpoint (固定视点); photos of one viewpoint make a series."""
    bearing_deg: float | None = None
    distance_m: float | None = None
