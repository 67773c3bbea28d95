"""Records: plain, frozen data on its way out of the register. Exports and `publish` see nothing else.

A record is made full by `registry.queries` and made public by `registry.rules.redaction.redact`; what is
held back is None (or absent from a tuple) and its field is named in `withheld`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class FlagRecord:
    """One doubt about the data: a check that a value did not pass. Never a correction."""

    check: str
    severity: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class MeasurementRecord:
    """Sizes read on one day (None: the source names no day). Lengths in the unit of the name."""

    measured_on: date | None
    girth_cm: float | None = None
    diameter_cm: float | None = None
    ground_girth_cm: float | None = None
    ground_diameter_cm: float | None = None
    height_m: float | None = None
    crown_m: float | None = None
    crown_ew_m: float | None = None
    crown_ns_m: float | None = None
    measure_height_m: float | None = None
    stem_girths: str | None = None
    """Girths of several stems as recorded, such as 273 - 200 - 155."""
    crown_n_m: float | None = None
    """Radii of the crown from the trunk's centre towards north, east, south and west."""
    crown_e_m: float | None = None
    crown_s_m: float | None = None
    crown_w_m: float | None = None


@dataclass(frozen=True, slots=True)
class AgeRecord:
    """One way of knowing the tree's age: a value or a range, in years, with its method and evidence."""

    basis: str
    years: int | None = None
    lower_years: int | None = None
    upper_years: int | None = None
    method: str | None = None
    as_of: date | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class InspectionRecord:
    """One visit. `findings` are the source's own words, in `text_lang`."""

    inspected_on: date
    kind: str
    vigour: str | None = None
    vigour_scale: str | None = None
    environment: str | None = None
    risk_rating: str | None = None
    findings: tuple[str, ...] = ()
    notes: str | None = None
    inspected_by: str | None = None
    text_lang: str = "zh-Hans"
    checks: tuple[tuple[str, object], ...] = ()
    """What a patrol answered, by name; for the office only."""


@dataclass(frozen=True, slots=True)
class DesignationRecord:
    """A decision: a legal grade (`grade` under `scheme`) or a place on a list (`scheme` is the list)."""

    kind: str
    scheme: str
    grade: str | None = None
    designated_on: date | None = None
    authority: str | None = None
    document_no: str | None = None
    authority_en: str | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    published_on: date | None = None
    published_url: str | None = None
    ended_on: date | None = None
    """Day from which another decision holds, or none."""


@dataclass(frozen=True, slots=True)
class CareEventRecord:
    """One thing that was done for a tree or an area. kind: assessment (`code` is its model, `label` the
    model's title, `detail` the band) or works that were accepted (`code` and `label` are of the measure).

    coverage: share of the model's weights that were answered, 0 to 1. `state` and `about` (what the model
    assesses) tell whether it may be public.
    """

    happened_on: date
    kind: str
    code: str
    label_zh: str
    label_en: str
    detail_zh: str | None = None
    detail_en: str | None = None
    score: float | None = None
    coverage: float | None = None
    state: str = ""
    about: str | None = None


@dataclass(frozen=True, slots=True)
class AliasRecord:
    """Another number of the same tree, which keeps resolving."""

    number: str
    scheme: str


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One photo, re-encoded without EXIF: `jpeg` at most 1,600 px on the long side, `thumb` 320 px."""

    kind: str
    taken_on: date | None
    caption: str | None
    credit: str | None
    width: int
    height: int
    jpeg: bytes
    thumb: bytes
    caption_lang: str = "zh-Hans"
    is_caption_released: bool = False
    is_credit_cleared: bool = False
    """Whether whoever took it is a unit or agreed to be named with this photo."""
    viewpoint: str | None = None
    """Name of the fixed viewpoint, and from where it looks at the tree: degrees from north, metres away."""
    bearing_deg: float | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """One thing that happened to the record; `hash` is that of its event in the chain."""

    seq: int
    at: datetime
    kind: str
    fields: tuple[str, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Where a record comes from and on what terms it may be used."""

    source_id: str
    title: str
    title_lang: str
    title_en: str
    publisher: str
    licence: str
    licence_url: str
    attribution: str
    origin: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class TreeRecord:
    """One tree's whole file. Texts are as recorded, in `text_lang`; None means the source does not say."""

    uuid: str
    tree_no: str
    number_scheme: str
    path: str
    """The tree's segment in addresses, tilde-encoded: the number, or `scheme:number` where numbers clash."""
    authority_id: str
    authority_zh: str
    authority_en: str
    jurisdiction: str
    category: str
    status: str
    text_lang: str
    source: SourceRecord
    duty_phone: str | None = None
    duty_mail: str | None = None
    species_id: str | None = None
    name_zh: str | None = None
    name_zh_lang: str = "zh-Hans"
    name_latin: str | None = None
    name_author: str | None = None
    name_en: str | None = None
    name_verbatim: str | None = None
    latin_verbatim: str | None = None
    common_name: str | None = None
    family: str | None = None
    genus: str | None = None
    protection_grade: str | None = None
    grade_scheme: str | None = None
    listings: tuple[str, ...] = ()
    division_id: str | None = None
    division_path: tuple[str, ...] = ()
    """Names from the largest division to the smallest, as recorded."""
    division_path_en: tuple[str, ...] = ()
    """The same in English where a division has an English name, else as recorded."""
    town: str | None = None
    village: str | None = None
    small_place: str | None = None
    address: str | None = None
    growth_place: str | None = None
    distribution: str | None = None
    ownership: str | None = None
    lon: float | None = None
    """WGS84 degrees, or the centre of the grid cell where the position is generalised."""
    lat: float | None = None
    datum: str = "unknown"
    coordinate_uncertainty_m: float | None = None
    position_precision: str = "exact"
    elevation_m: float | None = None
    slope: str | None = None
    slope_position: str | None = None
    aspect: str | None = None
    soil: str | None = None
    soil_compaction: str | None = None
    soil_depth: str | None = None
    age_years: int | None = None
    age_basis: str | None = None
    age_as_of: date | None = None
    age_method: str | None = None
    vigour: str | None = None
    vigour_scale: str | None = None
    environment: str | None = None
    damage: str | None = None
    threats: str | None = None
    protection_measures: str | None = None
    rejuvenation: str | None = None
    values: str | None = None
    steward: str | None = None
    surveyor: str | None = None
    history_text: str | None = None
    peculiarity: str | None = None
    notes: str | None = None
    source_url: str | None = None
    updated_on: date | None = None
    datum_code: str | None = None
    survey_serial: str | None = None
    feature_code: str | None = None
    census_scope: str | None = None
    is_key_state_forest: bool | None = None
    forest_group: str | None = None
    forest_bureau: str | None = None
    forest_farm: str | None = None
    department: str | None = None
    famous_category: str | None = None
    condition: str | None = None
    values_note: str | None = None
    added_reason: str | None = None
    removal_reason: str | None = None
    death_disposal: str | None = None
    species_record: str | None = None
    photo_note: str | None = None
    has_care_agreement: bool | None = None
    is_in_timber_plantation: bool | None = None
    stem_count: int | None = None
    planted_year: int | None = None
    planted_by: str | None = None
    grove_no: str | None = None
    """Number of the grove that the tree belongs to; its garden and its place likewise."""
    garden_no: str | None = None
    place_no: str | None = None
    lead: str | None = None
    """Lead unit of the task (牵头单位), and the cooperating units."""
    cooperating: str | None = None
    ages: tuple[AgeRecord, ...] = ()
    """All that is known of the age, the newest first; `age_years` is the one to go by."""
    aliases: tuple[AliasRecord, ...] = ()
    measurements: tuple[MeasurementRecord, ...] = ()
    """Newest first; undated ones after dated ones."""
    inspections: tuple[InspectionRecord, ...] = ()
    """Newest first."""
    designations: tuple[DesignationRecord, ...] = ()
    photos: tuple[PhotoRecord, ...] = ()
    care_events: tuple[CareEventRecord, ...] = ()
    """What was done for it, newest first."""
    flags: tuple[FlagRecord, ...] = ()
    history: tuple[HistoryRecord, ...] = ()
    """Newest first."""
    withheld: tuple[str, ...] = ()
    """Names of the fields that the redaction held back, sorted."""

    def places(self, lang: str) -> tuple[str, ...]:
        """Names of the divisions for a reader of `lang`, largest first."""
        return (lang == "en" and self.division_path_en) or self.division_path

    @property
    def size(self) -> MeasurementRecord | None:
        """The latest measurement, or None."""
        return self.measurements[0] if self.measurements else None


@dataclass(frozen=True, slots=True)
class MapTree:
    """What a map needs of one tree; a TreeRecord serves as well. Positions are WGS84 degrees, or None."""

    path: str
    tree_no: str
    jurisdiction: str
    category: str
    status: str
    text_lang: str
    source: SourceRecord
    name_zh: str | None = None
    name_zh_lang: str = "zh-Hans"
    name_latin: str | None = None
    name_en: str | None = None
    protection_grade: str | None = None
    listings: tuple[str, ...] = ()
    division_path: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    position_precision: str = "exact"
    genus: str | None = None
    vigour: str | None = None
    age_years: int | None = None
    age_basis: str | None = None
    size: MeasurementRecord | None = None
    inspections: tuple[InspectionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class DetailRecord:
    """One answer of a form or ledger that has no field of its own here: `field` is a key of FIELDS."""

    field: str
    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class SpeciesShareRecord:
    """One species of a grove's composition; the share is a percentage of its trees."""

    name_verbatim: str
    latin_verbatim: str | None = None
    tree_count: int | None = None
    share_percent: float | None = None


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """A grove (古树群), heritage garden (历史名园), place of a ledger, or element of such a place.

    `kind` is grove, garden, place or element; `subkind` the word of PlaceKind or ElementKind. `boundary` is
    one WGS84 ring (lon, lat), closed; `details` are the other answers, in the order of the form.
    """

    uuid: str
    kind: str
    number: str
    path: str
    authority_id: str
    authority_zh: str
    authority_en: str
    jurisdiction: str
    name: str | None
    name_lang: str
    source: SourceRecord
    subkind: str | None = None
    status: str = "alive"
    text_lang: str = "zh-Hans"
    duty_phone: str | None = None
    duty_mail: str | None = None
    division_id: str | None = None
    division_path: tuple[str, ...] = ()
    division_path_en: tuple[str, ...] = ()
    town: str | None = None
    village: str | None = None
    small_place: str | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None
    datum: str = "unknown"
    datum_code: str | None = None
    boundary: tuple[tuple[float, float], ...] = ()
    tree_count: int | None = None
    """Trees by the form or ledger; `file_count` is how many have a file of their own in the register."""
    file_count: int = 0
    area_ha: float | None = None
    ownership: str | None = None
    protection_grade: str | None = None
    grade_scheme: str | None = None
    listings: tuple[str, ...] = ()
    period: str | None = None
    garden_no: str | None = None
    """Number of the garden, or of the place, that it stands in."""
    place_no: str | None = None
    steward: str | None = None
    lead: str | None = None
    cooperating: str | None = None
    notes: str | None = None
    source_url: str | None = None
    updated_on: date | None = None
    position_precision: str = "exact"
    details: tuple[DetailRecord, ...] = ()
    composition: tuple[SpeciesShareRecord, ...] = ()
    aliases: tuple[AliasRecord, ...] = ()
    inspections: tuple[InspectionRecord, ...] = ()
    designations: tuple[DesignationRecord, ...] = ()
    photos: tuple[PhotoRecord, ...] = ()
    flags: tuple[FlagRecord, ...] = ()
    history: tuple[HistoryRecord, ...] = ()
    care_events: tuple[CareEventRecord, ...] = ()
    withheld: tuple[str, ...] = ()

    def places(self, lang: str) -> tuple[str, ...]:
        """Names of the divisions for a reader of `lang`, largest first."""
        return (lang == "en" and self.division_path_en) or self.division_path


@dataclass(frozen=True, slots=True)
class TagContent:
    """What one tag says. `address` is the upper-case URL that the QR holds, already signed."""

    address: str
    code: str
    tree_no: str
    name_zh: str | None
    name_latin: str | None
    name_en: str | None
    authority_zh: str
    authority_en: str
    grade: str | None = None
    """Seal character such as 一, or None where there is no grade."""
    grade_label: str | None = None
    age_text: str | None = None
    place: str | None = None
    duty_phone: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What else a template may ask for: name of the field to public words in the plate's language; the same
    in English under the name with `_en`."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A tree as a dot on a sketch map, WGS84 degrees. A dot that is not `is_exact` is never drawn as one."""

    lon: float
    lat: float
    tree_no: str
    is_self: bool = False
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """Of when a file is. kind: "as_of", what the register said at the instant `at`; or "effective", what is
    now known to have been true on the day `on`. `seq` and `head`: the last event that it rests on."""

    kind: str
    on: date | None
    at: datetime | None
    seq: int
    head: str
    unknown: tuple[str, ...] = ()
    """Fields that may have been otherwise then, or of which nothing is known for that day; left out."""
    erased: tuple[str, ...] = ()
    """Fields of which something was erased for good."""


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What an export says about the register it was made from."""

    register_name: str
    public_address: str | None
    history_head: str
    made_at: datetime
    made_on: date
    """The day that it was then where the register belongs: papers print it."""
    edition: int | None
    is_demonstration: bool
    view: ViewFacts | None = None
    """Of when the file is; None for the file of today."""
    is_restricted: bool = False
    """Whether the export holds what is not public."""
    map_review_no: str | None = None
    """The map review number (审图号) that stands on every map."""
    history_seq: int = 0
    """The number of the event whose hash `history_head` is; 0 where it was not asked."""


@dataclass(frozen=True, slots=True)
class FieldShare:
    """How many of the trees that a form asks for a field (`asked`) have it (`filled`)."""

    field: str
    filled: int
    asked: int
    is_required: bool = False

    @property
    def share(self) -> float:
        """Between 0 and 1; 1 where nothing is asked."""
        return self.filled / self.asked if self.asked else 1.0


@dataclass(frozen=True, slots=True)
class QualityRow:
    """The state of a group of trees: those of a division, of a source, or all.

    `names` and `names_en` say which group, largest division first; empty where no division is known.
    `doubtful` trees have at least one doubt; `findings` are doubts about the group as a whole.
    """

    names: tuple[str, ...]
    names_en: tuple[str, ...]
    trees: int
    doubtful: int
    warnings: int
    notes: int
    fields: tuple[FieldShare, ...]
    findings: tuple[FlagRecord, ...] = ()

    @property
    def filled(self) -> int:
        """Fields that have a value, over all trees."""
        return sum(field.filled for field in self.fields)

    @property
    def asked(self) -> int:
        """Fields that are asked for, over all trees."""
        return sum(field.asked for field in self.fields)

    @property
    def share(self) -> float:
        """How complete the files are, between 0 and 1."""
        return self.filled / self.asked if self.asked else 1.0


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How often a check was not passed."""

    check: str
    severity: str
    doubts: int
    trees: int


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """One doubt in a list for the office. `value` is None where the field is private."""

    tree_no: str
    name: str | None
    places: tuple[str, ...]
    source: str
    flag: FlagRecord
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """The quality of a register, or of the part that `where` selects, counted at one moment."""

    register_name: str
    made_at: datetime
    made_on: date
    where: tuple[str, ...]
    whole: QualityRow
    divisions: tuple[QualityRow, ...]
    sources: tuple[QualityRow, ...]
    checks: tuple[CheckCount, ...]
    worst: tuple[tuple[DoubtRow, ...], ...]
    """The trees with most doubts, each as its doubts."""
