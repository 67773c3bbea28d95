"""The fields that a mapping may fill, by the record that a row becomes, and the units that it may name."""

from registry.models import (
    DesignationDraft,
    ElementDraft,
    GardenDraft,
    GroveDraft,
    InspectionDraft,
    MeasurementDraft,
    PlaceDraft,
    TreeDraft,
)
from registry.models.areas import AREA_DRAFTS
from registry.vocab.words import PartyRole

TREE_DRAFTS = (TreeDraft, MeasurementDraft, InspectionDraft)
TREE_FIELDS = frozenset(TreeDraft.model_fields)
MEASUREMENT_FIELDS = frozenset(MeasurementDraft.model_fields)
INSPECTION_FIELDS = frozenset(InspectionDraft.model_fields) - {"kind"} | {"inspected_by"}
DESIGNATION_FIELDS = frozenset(DesignationDraft.model_fields) - {"kind", "scheme"} | {"listing"}
PARTY_FIELDS = frozenset(role.value for role in PartyRole)
SPECIES_FIELDS = frozenset({"name_en", "family", "genus"})
DIVISION_LEVELS = ("province", "city", "district", "county")
ANYWHERE = frozenset({"alias", "position", "remark", "steward_kind", "surveyed_on"}) | set(DIVISION_LEVELS)
"""Fields of any record that are no column of its table: both coordinates, a note with its header …"""
OTHER_FIELDS = ANYWHERE | {"crown_mean", "age_text", "age_evidence", "grove_name", "grove_tree_count"}
FIELDS = (
    TREE_FIELDS | MEASUREMENT_FIELDS | INSPECTION_FIELDS | DESIGNATION_FIELDS | PARTY_FIELDS | SPECIES_FIELDS
) | OTHER_FIELDS

RECORDS = ("tree", "grove", "garden", "place", "element")
_BESIDE_AREAS = ANYWHERE | DESIGNATION_FIELDS | PARTY_FIELDS
RECORD_FIELDS: dict[str, frozenset[str]] = {
    "tree": FIELDS,
    "grove": frozenset(GroveDraft.model_fields)
    | _BESIDE_AREAS
    | {"composition", "name_verbatim", "latin_verbatim", "name_en"},
    "garden": frozenset(GardenDraft.model_fields) | _BESIDE_AREAS,
    "place": frozenset(PlaceDraft.model_fields) | _BESIDE_AREAS,
    "element": frozenset(ElementDraft.model_fields) | _BESIDE_AREAS,
}
"""The fields that a column may fill, by the record that its row becomes."""
AREA_FIELDS = frozenset().union(*(RECORD_FIELDS[record] for record in AREA_DRAFTS))

YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
"""Ways to write a day that can be read in one way only; a mapping names any other."""
LENGTHS_IN_M = {"mm": 0.001, "cm": 0.01, "m": 1.0, "ft": 0.3048, "in": 0.0254}
AREAS_IN_HA = {"m2": 0.0001, "ha": 1.0, "km2": 100.0, "mu": 1 / 15}
