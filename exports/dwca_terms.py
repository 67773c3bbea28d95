"""Darwin Core terms that an archive uses, by file, and licences that GBIF knows."""

import hashlib
import re

DWC = "http://rs.tdwg.org/dwc/terms/"
DCTERMS = "http://purl.org/dc/terms/"
OCCURRENCE = f"{DWC}Occurrence"
MEASUREMENT = f"{DWC}MeasurementOrFact"
MULTIMEDIA = "http://rs.gbif.org/terms/1.0/Multimedia"

_OF_DCTERMS = frozenset(
    {"modified", "language", "license", "rightsHolder", "bibliographicCitation", "references", "type"}
    | {"format", "identifier", "title", "created", "creator"}
)
OCCURRENCE_TERMS = (
    "occurrenceID", "type", "modified", "language", "license", "rightsHolder", "bibliographicCitation",
    "references", "institutionCode", "datasetName", "basisOfRecord", "informationWithheld",
    "dataGeneralizations", "catalogNumber", "otherCatalogNumbers", "organismID", "occurrenceStatus",
    "vitality", "eventDate", "higherGeography", "countryCode", "locality", "decimalLatitude",
    "decimalLongitude", "geodeticDatum", "coordinateUncertaintyInMeters", "minimumElevationInMeters",
    "maximumElevationInMeters", "verbatimIdentification", "scientificName", "scientificNameAuthorship",
    "family", "genus", "vernacularName",
)  # fmt: skip
MEASUREMENT_TERMS = (
    "occurrenceID", "measurementType", "measurementValue", "measurementUnit", "measurementDeterminedDate",
    "measurementMethod", "measurementRemarks",
)  # fmt: skip
MULTIMEDIA_TERMS = (
    "occurrenceID", "type", "format", "identifier", "references", "title", "created", "creator", "license",
    "rightsHolder",
)  # fmt: skip
"""The first of each stands in column 0 and says which record a row belongs to."""

GBIF_LICENCES = {
    "cc0": ("CC0 1.0", "http://creativecommons.org/publicdomain/zero/1.0/legalcode"),
    "cc-by": ("CC BY 4.0", "http://creativecommons.org/licenses/by/4.0/legalcode"),
    "cc-by-nc": ("CC BY-NC 4.0", "http://creativecommons.org/licenses/by-nc/4.0/legalcode"),
}
"""Licences under which GBIF takes data. https://www.gbif.org/terms"""


def term_address(term: str) -> str:
    """The address that names a term."""
    return (DCTERMS if term in _OF_DCTERMS else DWC) + term


def licence_key(licence: str, address: str = "") -> str:
    """A short name for a licence: cc0, cc-by, cc-by-nc, or `other-` and a hash of its name.

    Versions of Creative Commons before 4.0 are other licences: GBIF does not take them.
    """
    name = re.sub(r"[^a-z0-9.]+", " ", licence.lower()).strip()
    page = address.lower()
    if name.startswith(("cc0", "cc 0")) or "/publicdomain/zero/1.0" in page:
        return "cc0"
    for key, own in (("cc-by-nc", "by nc 4.0"), ("cc-by", "by 4.0")):
        path = own.replace(" 4.0", "/4.0").replace(" ", "-")
        if name in {f"cc {own}", f"creative commons {own}"} or f"creativecommons.org/licenses/{path}" in page:
            return key
    return "other-" + hashlib.sha256(licence.encode()).hexdigest()[:8]


def country_code(jurisdiction: str) -> str:
    """The ISO 3166 code of a jurisdiction such as cn-shanxi, "" where it has none."""
    head = jurisdiction.partition("-")[0]
    return {"uk": "GB"}.get(head, head.upper() if len(head) == 2 else "")
