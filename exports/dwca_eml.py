"""The metadata of a Darwin Core Archive, in the profile of EML 2.2 that GBIF reads."""

import re
from xml.etree import ElementTree as ET

from exports.dwca_words import Dataset

_ABSTRACT = (
    "Ancient and famous trees of the register, one record for each tree in its latest known state. "
    "{total} trees in this archive, edition {edition} of {made_on}. Persons are not named; positions of "
    "trees at risk are generalised or withheld, and each such record says so."
)
_NOT_FOR_GBIF = (
    "These records are under other terms than CC0, CC BY 4.0 and CC BY-NC 4.0: GBIF does not take them."
)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def eml_text(dataset: Dataset) -> str:
    """The document `eml.xml`."""
    root = ET.Element("eml:eml", {
        "xmlns:eml": "https://eml.ecoinformatics.org/eml-2.2.0",
        "xmlns:dc": "http://purl.org/dc/terms/",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": "https://eml.ecoinformatics.org/eml-2.2.0 "
                              "https://rs.gbif.org/schema/eml-gbif-profile/1.3/eml.xsd",
        "packageId": f"{dataset.identifier}/v{dataset.edition}",
        "system": "https://gbif.org",
        "scope": "system",
        "xml:lang": "en",
    })  # fmt: skip
    body = ET.SubElement(root, "dataset")
    _add(body, "alternateIdentifier", dataset.identifier)
    _add(body, "title", dataset.title)
    for role in ("creator", "metadataProvider"):
        _add_party(body, role, dataset)
    _add(body, "pubDate", dataset.made_on)
    _add(body, "language", dataset.language)
    abstract = ET.SubElement(body, "abstract")
    _add(abstract, "para", _ABSTRACT.format(**_facts(dataset)))
    if not dataset.is_for_gbif:
        _add(abstract, "para", _NOT_FOR_GBIF)
    _add_rights(body, dataset)
    if dataset.address:
        online = ET.SubElement(ET.SubElement(body, "distribution", scope="document"), "online")
        _add(online, "url", dataset.address).set("function", "information")
    _add_coverage(body, dataset)
    _add_party(body, "contact", dataset)
    more = ET.SubElement(ET.SubElement(ET.SubElement(root, "additionalMetadata"), "metadata"), "gbif")
    _add(more, "dateStamp", f"{dataset.made_on}T00:00:00Z")
    _add(more, "citation", dataset.citation)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _facts(dataset: Dataset) -> dict[str, object]:
    return {"total": dataset.total, "edition": dataset.edition, "made_on": dataset.made_on}


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = _ILLEGAL.sub("", text)
    return child


def _add_party(body: ET.Element, role: str, dataset: Dataset) -> None:
    party = ET.SubElement(body, role)
    _add(party, "organizationName", dataset.publisher)
    if dataset.contact_mail:
        _add(party, "electronicMailAddress", dataset.contact_mail)
    if dataset.address:
        _add(party, "onlineUrl", dataset.address)


def _add_rights(body: ET.Element, dataset: Dataset) -> None:
    para = ET.SubElement(ET.SubElement(body, "intellectualRights"), "para")
    para.text = "This work is licensed under " if dataset.is_for_gbif else "Terms of re-use: "
    if dataset.licence_address:
        link = ET.SubElement(para, "ulink", url=_ILLEGAL.sub("", dataset.licence_address))
        _add(link, "citetitle", dataset.licence)
        link.tail = "."
    else:
        para.text += _ILLEGAL.sub("", dataset.licence)


def _add_coverage(body: ET.Element, dataset: Dataset) -> None:
    if dataset.box is None and dataset.days is None:
        return
    coverage = ET.SubElement(body, "coverage")
    if dataset.box is not None:
        place = ET.SubElement(coverage, "geographicCoverage")
        _add(place, "geographicDescription", "Extent of the published positions")
        bounds = ET.SubElement(place, "boundingCoordinates")
        west, south, east, north = dataset.box
        for name, value in (("west", west), ("east", east), ("north", north), ("south", south)):
            _add(bounds, f"{name}BoundingCoordinate", f"{value:.4f}")
    if dataset.days is not None:
        span = ET.SubElement(ET.SubElement(coverage, "temporalCoverage"), "rangeOfDates")
        for name, day in zip(("beginDate", "endDate"), dataset.days, strict=True):
            _add(ET.SubElement(span, name), "calendarDate", day)
