"""What a cell of a table shows: the fields that a layout may name, of a tree or a grove. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from registry.records import DesignationRecord
from registry.table_records import RUNNING, CellKind, TableGrove, TableLayout, TableTree, Value
from registry.vocab.language import Translator
from registry.vocab.words import (
    GRADE_SCHEMES,
    LISTINGS,
    NUMBER_SCHEMES,
    VIGOUR_SCALES,
    AddedReason,
    AgeBasis,
    Category,
    CensusScope,
    Condition,
    DeathDisposal,
    Department,
    Distribution,
    Environment,
    FamousCategory,
    Grade,
    GrowthPlace,
    Ownership,
    PartyKind,
    Precision,
    RemovalReason,
    TreeStatus,
    Vigour,
)


class Reader(NamedTuple):
    """How a field is read, and as what its cell is written."""

    read: Callable[[Any, Translator], Value]
    kind: CellKind = "text"


WORDS_OF: Mapping[str, Any] = {
    "added_reason": AddedReason, "age_basis": AgeBasis, "category": Category, "census_scope": CensusScope,
    "condition": Condition, "death_disposal": DeathDisposal, "department": Department,
    "distribution": Distribution, "environment": Environment, "famous_category": FamousCategory,
    "grade_scheme": GRADE_SCHEMES, "growth_place": GrowthPlace, "number_scheme": NUMBER_SCHEMES,
    "ownership": Ownership, "position_precision": Precision, "protection_grade": Grade,
    "removal_reason": RemovalReason, "status": TreeStatus, "vigour": Vigour, "vigour_scale": VIGOUR_SCALES,
}  # fmt: skip
"""Fields that hold codes, and the list that says what they mean."""
LEVELS = ("province", "city", "county", "town", "village")
_TEXTS = (
    "tree_no", "name_zh", "name_latin", "name_en", "name_verbatim", "common_name", "family", "genus",
    "small_place", "address", "slope", "slope_position", "aspect", "soil", "soil_compaction", "soil_depth",
    "age_method", "damage", "threats", "protection_measures", "rejuvenation", "values", "values_note",
    "steward", "surveyor", "history_text", "peculiarity", "notes", "source_url", "datum", "datum_code",
    "survey_serial", "feature_code", "forest_group", "forest_bureau", "forest_farm", "species_record",
    "photo_note", "planted_by", "grove_no", "garden_no", "place_no", "lead", "cooperating",
)  # fmt: skip
_NUMBERS = ("elevation_m", "coordinate_uncertainty_m", "lon", "lat")
_COUNTS = ("age_years", "stem_count")
_SIZES = (
    "girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "height_m", "crown_m", "crown_ew_m",
    "crown_ns_m", "measure_height_m",
)  # fmt: skip
_TRUTHS = ("is_key_state_forest", "has_care_agreement", "is_in_timber_plantation")
_GROVE_DETAILS = {
    "survey_method": "text", "extent_text": "text", "elevation_m": "decimal", "elevation_max_m": "decimal",
    "count_first": "integer", "count_second": "integer", "count_third": "integer",
    "share_over_500": "decimal", "share_300_500": "decimal", "share_100_300": "decimal",
    "census_scope": "text", "growth_place": "text", "department": "text", "slope_position": "text",
    "soil_depth": "text",
    "shrub_species": "text", "shrub_cover_percent": "decimal", "shrub_height_m": "decimal",
    "herb_species": "text", "herb_cover_percent": "decimal", "herb_height_m": "decimal",
    "values": "text", "values_note": "text", "photo_note": "text",
    "dominant_species": "text", "mean_age_years": "integer", "max_age_years": "integer",
    "mean_height_m": "decimal", "mean_diameter_cm": "decimal", "canopy_closure": "decimal", "layers": "text",
    "slope": "text", "aspect": "text", "soil": "text", "target_species": "text", "disturbance": "text",
    "care_advice": "text", "protection_measures": "text", "environment": "text", "vigour": "text",
    "change_reason": "text",
}  # fmt: skip


def _attribute(name: str) -> Reader:
    return Reader(lambda row, _t: getattr(row.record, name))


def _word(name: str) -> Reader:
    return Reader(lambda row, t: t.word(WORDS_OF[name], getattr(row.record, name)) or None)


def _level(level: str) -> Reader:
    """The division of a level, or the name that the form gives where it is no division of the register."""

    def read(row: Any, t: Translator) -> Value:
        named = row.place.names.get(level)
        said = t.pick(named) if named else None
        return (getattr(row.record, level, None) or said) if level in {"town", "village"} else said

    return Reader(read)


def _size(name: str) -> Reader:
    return Reader(lambda row, _t: getattr(row.record.size, name) if row.record.size else None, "decimal")


def _truth(name: str) -> Reader:
    def read(row: TableTree, t: Translator) -> Value:
        value = getattr(row.record, name)
        return None if value is None else t.gettext("yes") if value else t.gettext("no")

    return Reader(read)


def _decision(row: Any) -> DesignationRecord | None:
    """The decision in force by which it has its grade, else its place on a list."""
    held = [each for each in row.record.designations if each.ended_on is None]
    graded = [each for each in held if each.kind == "grade"]
    return next(iter(graded or held), None)


def _decided(name: str, kind: CellKind = "text") -> Reader:
    def read(row: Any, _t: Translator) -> Value:
        decision = _decision(row)
        return None if decision is None else getattr(decision, name)

    return Reader(read, kind)


def _authority(row: TableTree | TableGrove, t: Translator) -> Value:
    return row.record.authority_zh if t.lang == "zh" else row.record.authority_en


def _division(row: Any, t: Translator) -> Value:
    return ("" if t.lang == "zh" else ", ").join(row.record.places(t.lang)) or None


def _place(row: Any, _t: Translator) -> Value:
    record = row.record
    parts = dict.fromkeys(filter(None, (record.town, record.village, record.small_place, record.address)))
    return " ".join(parts) or None


def _listing(row: Any, t: Translator) -> Value:
    return t.gettext("; ").join(t.word(LISTINGS, code) for code in row.record.listings) or None


def _aliases(row: Any, t: Translator) -> Value:
    return t.gettext("; ").join(alias.number for alias in row.record.aliases) or None


def _visited(name: str, kind: CellKind = "text") -> Reader:
    def read(row: Any, _t: Translator) -> Value:
        return getattr(row.record.inspections[0], name) if row.record.inspections else None

    return Reader(read, kind)


def _bound(name: str) -> Reader:
    def read(row: TableTree, _t: Translator) -> Value:
        return next((getattr(a, name) for a in row.record.ages if getattr(a, name) is not None), None)

    return Reader(read, "integer")


def _surveyed_on(row: TableTree, _t: Translator) -> Value:
    """The day of the last measurement, else of the last visit."""
    size, visits = row.record.size, row.record.inspections
    return (size.measured_on if size else None) or (visits[0].inspected_on if visits else None)


def _planted_year(row: TableTree, _t: Translator) -> Value:
    """A year is no quantity: 1,650 would be read wrongly."""
    return None if row.record.planted_year is None else str(row.record.planted_year)


_SHARED: dict[str, Reader] = {
    **{level: _level(level) for level in LEVELS},
    "authority": Reader(_authority),
    "division": Reader(_division),
    "county_code": Reader(lambda row, _t: row.place.codes.get("county")),
    "place": Reader(_place),
    "listing": Reader(_listing),
    "aliases": Reader(_aliases),
    "steward_kind": Reader(lambda row, t: t.word(PartyKind, row.steward_kind) or None),
    "designated_on": _decided("designated_on", "date"),
    "document_no": _decided("document_no"),
    "inspected_on": _visited("inspected_on", "date"),
    "updated_on": Reader(lambda row, _t: row.record.updated_on, "date"),
    "source": Reader(
        lambda row, t: row.record.source.title if t.lang == "zh" else row.record.source.title_en
    ),
}
_SHARED_TEXTS = (
    "small_place", "address", "steward", "lead", "cooperating", "notes", "source_url", "datum", "datum_code",
    "garden_no", "place_no",
)  # fmt: skip
_SHARED_WORDS = ("status", "protection_grade", "grade_scheme", "ownership", "position_precision")
TREE_FIELDS: dict[str, Reader] = {
    RUNNING: Reader(lambda _row, _t: None, "integer"),
    **{name: _attribute(name) for name in _TEXTS},
    **{name: Reader(_attribute(name).read, "decimal") for name in _NUMBERS},
    **{name: Reader(_attribute(name).read, "integer") for name in _COUNTS},
    "planted_year": Reader(_planted_year),
    "age_as_of": Reader(_attribute("age_as_of").read, "date"),
    "age_lower_years": _bound("lower_years"),
    "age_upper_years": _bound("upper_years"),
    **{name: _word(name) for name in WORDS_OF},
    **{name: _size(name) for name in _SIZES},
    "stem_girths": Reader(lambda row, _t: row.record.size.stem_girths if row.record.size else None),
    "measured_on": Reader(lambda row, _t: row.record.size.measured_on if row.record.size else None, "date"),
    "surveyed_on": Reader(_surveyed_on, "date"),
    "risk_rating": _visited("risk_rating"),
    **{name: _truth(name) for name in _TRUTHS},
    **_SHARED,
}  # fmt: skip
"""Fields of a tree that a column may show."""


def _detail(name: str) -> Callable[[TableGrove, Translator], Value]:
    def read(row: TableGrove, t: Translator) -> Value:
        found = next((each.value for each in row.record.details if each.field == name), None)
        return t.word(WORDS_OF[name], str(found)) if found is not None and name in WORDS_OF else found

    return read


def _composition(row: TableGrove, t: Translator) -> Value:
    def said(name: str, count: int | None, share: float | None) -> str:
        parts = [name, str(count) if count is not None else "", f"{share:g}%" if share is not None else ""]
        return " ".join(filter(None, parts))

    shares = (said(s.name_verbatim, s.tree_count, s.share_percent) for s in row.record.composition)
    return t.gettext("; ").join(shares) or None


GROVE_FIELDS: dict[str, Reader] = {
    RUNNING: Reader(lambda _row, _t: None, "integer"),
    **{name: Reader(_detail(name), kind) for name, kind in _GROVE_DETAILS.items()},  # type: ignore[arg-type]
    **{name: _attribute(name) for name in _SHARED_TEXTS},
    **{name: _word(name) for name in _SHARED_WORDS},
    "number": _attribute("number"),
    "name": _attribute("name"),
    "area_ha": Reader(_attribute("area_ha").read, "decimal"),
    "lon": Reader(_attribute("lon").read, "decimal"),
    "lat": Reader(_attribute("lat").read, "decimal"),
    "tree_count": Reader(lambda row, _t: row.record.tree_count, "integer"),
    "trees": Reader(lambda row, _t: row.trees, "integer"),
    "with_files": Reader(lambda row, _t: row.files, "integer"),
    "composition": Reader(_composition),
    **_SHARED,
}
"""Fields of a grove that a column may show."""


def listed_rows(layout: TableLayout, rows: Iterable[Any], t: Translator) -> Iterator[tuple[Value, ...]]:
    """The cells of each tree or grove in the order of the columns, read as they are asked for."""
    fields = GROVE_FIELDS if layout.rows == "grove" else TREE_FIELDS
    reads = [None if column.field == RUNNING else fields[column.field].read for column in layout.columns]
    for number, row in enumerate(rows, start=1):
        yield tuple(number if read is None else read(row, t) for read in reads)
