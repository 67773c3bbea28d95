"""Darwin Core Archive with an event core: each visit and each measuring is an event of its own, with its day.

What was seen (the tree), what was found and measured, and pictures are extensions, each row with its event's
id in the first column (Darwin Core Text Guide). A tree without any dated row has one event without a day: its
record; so every tree is an occurrence. The newest event of a tree carries the occurrence that the archive
with an occurrence core names; all occurrences of one tree have its `organismID`.
"""

import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from exports.dwca import (
    Member,
    age_fact,
    cell_text,
    member_info,
    meta_text,
    occurrence_id,
    occurrence_row,
    size_facts,
)
from exports.dwca_eml import eml_text
from exports.dwca_terms import DWC, MEASUREMENT, MULTIMEDIA, OCCURRENCE, OCCURRENCE_TERMS, country_code
from exports.dwca_words import CELLS_DEG, Dataset

Row = Mapping[str, Any]
EVENT = f"{DWC}Event"
EVENT_TERMS = (
    "eventID", "eventType", "eventDate", "samplingProtocol", "countryCode", "locality", "decimalLatitude",
    "decimalLongitude", "geodeticDatum", "coordinateUncertaintyInMeters", "dataGeneralizations",
    "informationWithheld", "eventRemarks", "license", "rightsHolder", "institutionCode", "datasetName",
)  # fmt: skip
_OF_NEWEST = frozenset({"vitality", "modified", "references"})
"""What is known of the tree as it is now, and stands at its newest event alone."""
SEEN_TERMS = ("eventID", *(term for term in OCCURRENCE_TERMS if term != "eventDate"))
FACT_TERMS = (
    "eventID", "measurementID", "measurementType", "measurementValue", "measurementUnit",
    "measurementDeterminedDate", "measurementMethod", "measurementRemarks",
)  # fmt: skip
MEDIA_TERMS = (
    "eventID", "type", "format", "references", "title", "created", "creator", "license", "rightsHolder",
)  # fmt: skip
MEMBERS = (
    Member("event.txt", EVENT, EVENT_TERMS, ()),
    Member("occurrence.txt", OCCURRENCE, SEEN_TERMS, ()),
    Member("measurement.txt", MEASUREMENT, FACT_TERMS, ()),
    Member("multimedia.txt", MULTIMEDIA, MEDIA_TERMS, ()),
)
"""The files, the core first."""
INSPECTION, MEASURING, RECORD = "inspection", "measurement", "record"
_FOUND = (("vigour", "vigour"), ("environment", "growing environment"), ("risk_rating", "risk rating"))


@dataclass(frozen=True, slots=True)
class TreeRows:
    """A tree's row of an edition (with `aliases`, joined by " | ") and the rows that belong to it."""

    tree: Row
    inspections: tuple[Row, ...] = ()
    measurements: tuple[Row, ...] = ()
    ages: tuple[Row, ...] = ()
    photos: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    kind: str
    day: str | None = None
    row: Row | None = None


def write_event_archive(dataset: Dataset, trees: Iterable[TreeRows], out: BinaryIO) -> dict[str, int]:
    """Write the archive; returns how many rows each file has. The files are filled aside, tree by tree, and
    packed when all are known: memory stays the same."""
    counts = {member.name: 0 for member in MEMBERS}
    sides = {member.name: TemporaryFile("w+b") for member in MEMBERS}  # noqa: SIM115
    try:
        for member in MEMBERS:
            sides[member.name].write(("\t".join(member.terms) + "\n").encode())
        for rows in trees:
            for name, cells in _rows_of(rows, dataset):
                sides[name].write(("\t".join(map(cell_text, cells)) + "\n").encode())
                counts[name] += 1
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member_info("meta.xml"), meta_text(MEMBERS))
            archive.writestr(member_info("eml.xml"), eml_text(dataset))
            for name, side in sides.items():
                side.seek(0)
                with archive.open(member_info(name), "w", force_zip64=True) as member_file:
                    while piece := side.read(1 << 20):
                        member_file.write(piece)
    finally:
        for side in sides.values():
            side.close()
    return counts


def event_id(tree_uuid: str, kind: str, own: str) -> str:
    """The name of an event: the same in every archive for the same row. own: day and place among its kind."""
    organism = uuid.UUID(occurrence_id(tree_uuid).removeprefix("urn:uuid:"))
    return uuid.uuid5(organism, f"{kind}:{own}").urn


def _rows_of(rows: TreeRows, dataset: Dataset) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The rows of all files that one tree makes, each event before what belongs to it."""
    tree = rows.tree
    events = list(_events(rows)) or [_Event(event_id(tree["uuid"], RECORD, ""), RECORD)]
    newest = max(events, key=lambda each: each.day or "")
    for event in events:
        yield "event.txt", _event_row(event, tree, dataset)
        yield "occurrence.txt", (event.id, *_seen(event, tree, dataset, is_newest=event is newest))
        yield from (("measurement.txt", _named(event.id, *fact)) for fact in _facts(event))
    for place, age in enumerate(rows.ages):
        if (fact := age_fact(age)) is not None:
            yield "measurement.txt", _named(newest.id, *fact, key=f"age:{place}")
    yield from (("multimedia.txt", _medium(newest.id, photo, tree, dataset)) for photo in rows.photos)


def _events(rows: TreeRows) -> Iterator[_Event]:
    seen: dict[tuple[str, str], int] = {}
    kinds = ((INSPECTION, "inspected_on", rows.inspections), (MEASURING, "measured_on", rows.measurements))
    for kind, column, found in kinds:
        for row in found:
            day = row[column] or ""
            place = seen[kind, day] = seen.get((kind, day), 0) + 1
            yield _Event(event_id(rows.tree["uuid"], kind, f"{day}:{place}"), kind, row[column], row)


def _event_row(event: _Event, tree: Row, dataset: Dataset) -> tuple[Any, ...]:
    visit = event.row if event.kind == INSPECTION else None
    has_place = tree["lat"] is not None
    is_hidden = not has_place and tree["position_precision"] == "withheld"
    cell = CELLS_DEG.get(tree["position_precision"]) if has_place else None
    return (
        event.id, event.kind, event.day, visit["kind"] if visit else event.kind,
        country_code(tree["jurisdiction"]), tree["address"] or tree["small_place"], tree["lat"], tree["lon"],
        "EPSG:4326" if has_place else "", tree["coordinate_uncertainty_m"],
        f"position given as the centre of a cell of {cell} degrees" if cell else "",
        "not published: position" if is_hidden else "", visit["notes"] if visit else "",
        dataset.licence_address or tree["licence"], tree["attribution"], tree["authority_id"], dataset.title,
    )  # fmt: skip


def _seen(event: _Event, tree: Row, dataset: Dataset, *, is_newest: bool) -> tuple[Any, ...]:
    """The tree as it was seen at an event."""
    cells = dict(zip(OCCURRENCE_TERMS, occurrence_row(tree, dataset), strict=True))
    if not is_newest:
        cells |= dict.fromkeys(_OF_NEWEST, "")
        cells["occurrenceID"] = uuid.uuid5(uuid.UUID(event.id.removeprefix("urn:uuid:")), "occurrence").urn
    return tuple(cells[term] for term in SEEN_TERMS[1:])


def _facts(event: _Event) -> Iterator[tuple[Any, ...]]:
    """What was measured or found: name, value, unit, day, method, remarks."""
    row = event.row
    if row is not None and event.kind == MEASURING:
        yield from size_facts(row)
    elif row is not None:
        for column, name in _FOUND:
            if row[column] is not None:
                scale = row["vigour_scale"] if column == "vigour" else ""
                yield name, row[column], "", event.day, scale, ""


def _named(own: str, name: str, value: Any, unit: str, *rest: Any, key: str = "") -> tuple[Any, ...]:
    """A fact with the id of its event and one of its own, the same in every archive."""
    event = uuid.UUID(own.removeprefix("urn:uuid:"))
    method = rest[1] if name == "crown width" else ""  # mean, and both directions
    return own, uuid.uuid5(event, key or f"{name}:{method}").urn, name, value, unit, *rest


def _medium(own: str, row: Row, tree: Row, dataset: Dataset) -> tuple[Any, ...]:
    """A picture, told by the page that shows it."""
    return (
        own, "StillImage", "image/jpeg", dataset.page(f"/tree/{tree['path']}"), row["caption"],
        row["taken_on"], row["credit"], dataset.licence_address or tree["licence"], tree["attribution"],
    )  # fmt: skip
