"""Darwin Core Archive: trees as occurrences, sizes and ages as facts, photos as media; written as it is read.

One record is the latest known state of one living thing: `organismID` is the URN of the register's UUID and
stays; `occurrenceID` is made from it. A position that is generalised or withheld says so.
"""

import io
import json
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, cast
from xml.etree import ElementTree as ET

from exports.dwca_eml import eml_text
from exports.dwca_terms import (
    MEASUREMENT,
    MEASUREMENT_TERMS,
    MULTIMEDIA,
    MULTIMEDIA_TERMS,
    OCCURRENCE,
    OCCURRENCE_TERMS,
    country_code,
    term_address,
)
from exports.dwca_words import CELLS_DEG, FACTS, Dataset

Row = Mapping[str, Any]
_PIECE = 64 * 1024
_MANY_ROWS = 1_000_000
"""From so many records on a member may pass 4 GB, and is written so that it can."""


@dataclass(frozen=True, slots=True)
class Member:
    """One table of the archive."""

    name: str
    row_type: str
    terms: tuple[str, ...]
    rows: Iterable[Iterable[Any]]


class _Outlet(io.RawIOBase):
    """What a zip file is written to: it cannot go back, and gives out what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        """Yes; it is neither read nor sought in."""
        return True

    def write(self, piece: Any, /) -> int:
        """Take a piece in."""
        content = bytes(piece)
        self._pieces.append(content)
        self.size += len(content)
        return len(content)

    def take(self) -> bytes:
        """All that was written since the last time."""
        pieces, self._pieces, self.size = self._pieces, [], 0
        return b"".join(pieces)


def archive_pieces(
    dataset: Dataset, trees: Iterable[Row], sizes: Iterable[Row], ages: Iterable[Row], photos: Iterable[Row]
) -> Iterator[bytes]:
    """The archive (zip) in pieces; the four tables are read one after the other.

    trees: rows of the edition's `tree` with `aliases` (numbers, joined by " | "); sizes, ages: rows of
    `measurement` and `age`; photos: rows of `photo` with `licence`, `attribution` and `path` of their tree.
    """
    members = [
        Member(
            "occurrence.txt", OCCURRENCE, OCCURRENCE_TERMS, (occurrence_row(row, dataset) for row in trees)
        ),
        Member("measurement.txt", MEASUREMENT, MEASUREMENT_TERMS, _facts(sizes, ages)),
    ]
    if dataset.address:  # a photo is told by its address
        media = (_medium(row, dataset) for row in photos)
        members.append(Member("multimedia.txt", MULTIMEDIA, MULTIMEDIA_TERMS, media))
    outlet = _Outlet()
    with zipfile.ZipFile(cast(IO[bytes], outlet), "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "meta.xml", meta_text(members))
        _put(archive, "eml.xml", eml_text(dataset))
        for member in members:
            many = dataset.total > _MANY_ROWS
            with archive.open(member_info(member.name), "w", force_zip64=many) as file:
                for lines in _lines(member):
                    file.write(lines)
                    if outlet.size > _PIECE:
                        yield outlet.take()
    yield outlet.take()


def meta_text(members: Iterable[Member]) -> str:
    """The archive's descriptor: which column of which file is which term."""
    root = ET.Element("archive", xmlns="http://rs.tdwg.org/dwc/text/", metadata="eml.xml")
    for number, member in enumerate(members):
        facts = {
            "encoding": "UTF-8",
            "fieldsTerminatedBy": "\\t",
            "linesTerminatedBy": "\\n",
            "fieldsEnclosedBy": "",
            "ignoreHeaderLines": "1",
            "rowType": member.row_type,
        }
        element = ET.SubElement(root, "extension" if number else "core", facts)
        ET.SubElement(ET.SubElement(element, "files"), "location").text = member.name
        ET.SubElement(element, "coreid" if number else "id", index="0")
        for place, term in enumerate(member.terms):
            if place or not number:
                ET.SubElement(element, "field", index=str(place), term=term_address(term))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def occurrence_id(tree_uuid: str) -> str:
    """The record's own name, made from the organism's: the same in every edition."""
    try:
        organism = uuid.UUID(tree_uuid)
    except ValueError:
        organism = uuid.uuid5(uuid.NAMESPACE_OID, tree_uuid)
    return uuid.uuid5(organism, "occurrence").urn


def occurrence_row(row: Row, dataset: Dataset) -> tuple[Any, ...]:
    """A tree as an occurrence: a value for each of OCCURRENCE_TERMS."""
    seen_on = max(filter(None, (row["last_inspected_on"], row["measured_on"])), default="")
    names = json.loads(row["division_path"])
    return (
        occurrence_id(row["uuid"]), "PhysicalObject", row["updated_on"], row["text_lang"],
        dataset.licence_address or row["licence"], row["attribution"], dataset.citation,
        dataset.page(f"/tree/{row['path']}"), row["authority_id"], dataset.title, "HumanObservation",
        _withheld(row), _generalised(row), row["tree_no"], row["aliases"], f"urn:uuid:{row['uuid']}",
        "present", {"alive": "alive", "dead": "dead"}.get(row["status"], ""), seen_on,
        " | ".join(names), country_code(row["jurisdiction"]), row["address"] or row["small_place"],
        row["lat"], row["lon"], "EPSG:4326" if row["lat"] is not None else "",
        row["coordinate_uncertainty_m"], row["elevation_m"], row["elevation_m"],
        row["latin_verbatim"] or row["name_verbatim"], row["name_latin"], row["name_author"],
        row["family"], row["genus"], row["name_zh"] or row["name_en"] or row["common_name"],
    )  # fmt: skip


def _withheld(row: Row) -> str:
    fields = json.loads(row["withheld"])
    if row["lat"] is None and row["position_precision"] == "withheld":
        fields = ["position", *fields]
    return f"not published: {', '.join(fields)}" if fields else ""


def _generalised(row: Row) -> str:
    cell = CELLS_DEG.get(row["position_precision"])
    if not cell or row["lat"] is None:
        return ""
    return f"position given as the centre of a cell of {cell} degrees"


def _facts(sizes: Iterable[Row], ages: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    for row in sizes:
        own = occurrence_id(row["tree_uuid"])
        yield from ((own, *fact) for fact in size_facts(row))
    for row in ages:
        if (fact := age_fact(row)) is not None:
            yield occurrence_id(row["tree_uuid"]), *fact


def size_facts(row: Row) -> Iterator[tuple[Any, ...]]:
    """The facts of a row of `measurement`: name, value, unit, day, method, remarks."""
    for fact in FACTS:
        if row[fact.column] is not None:
            method = fact.method
            if fact.column in {"girth_cm", "diameter_cm"} and row["measure_height_m"] is not None:
                method = f"at {row['measure_height_m']:g} m above ground"
            yield fact.name, row[fact.column], fact.unit, row["measured_on"], method, ""


def age_fact(row: Row) -> tuple[Any, ...] | None:
    """The fact of a row of `age`, in the same order; None where it says no years."""
    value = row["years"]
    if value is None and row["lower_years"] is not None:
        value = f"{row['lower_years']}–{row['upper_years'] or ''}"
    if value is None:
        return None
    return "age", value, "a", row["as_of"], row["method"] or row["basis"], row["basis"]


def _medium(row: Row, dataset: Dataset) -> tuple[Any, ...]:
    return (
        occurrence_id(row["tree_uuid"]), "StillImage", "image/jpeg", dataset.page(f"/photo/{row['id']}.jpg"),
        dataset.page(f"/tree/{row['path']}"), row["caption"], row["taken_on"], row["credit"],
        dataset.licence_address or row["licence"], row["attribution"],
    )  # fmt: skip


def _lines(member: Member) -> Iterator[bytes]:
    """The member's lines, some hundred at a time."""
    lines = ["\t".join(member.terms)]
    for row in member.rows:
        lines.append("\t".join(map(cell_text, row)))
        if len(lines) >= 400:
            yield ("\n".join(lines) + "\n").encode()
            lines = []
    if lines:
        yield ("\n".join(lines) + "\n").encode()


def cell_text(value: Any) -> str:
    """A value in one cell: no tab, no line break; a whole number without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else " ".join(str(value).split())


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(member_info(name), text.encode())


def member_info(name: str) -> zipfile.ZipInfo:
    """A member of an archive without the hour it was made: the same content gives the same bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
