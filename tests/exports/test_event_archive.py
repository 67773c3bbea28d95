"""The Darwin Core Archive of events, judged by a reader of our own that knows the rules of the Text Guide."""

import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.dwca_words import FACTS, Dataset
from exports.exchange.event_archive import MEMBERS, TreeRows, write_event_archive

TEXT = "{http://rs.tdwg.org/dwc/text/}"
DWC, DCTERMS = "http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/"
KNOWN = {
    f"{DWC}{name}"
    for name in [
        "eventID",
        "eventType",
        "eventDate",
        "samplingProtocol",
        "countryCode",
        "locality",
        "decimalLatitude",
        "decimalLongitude",
        "geodeticDatum",
        "coordinateUncertaintyInMeters",
        "dataGeneralizations",
        "informationWithheld",
        "eventRemarks",
        "institutionCode",
        "datasetName",
        "occurrenceID",
        "basisOfRecord",
        "catalogNumber",
        "otherCatalogNumbers",
        "organismID",
        "occurrenceStatus",
        "vitality",
        "higherGeography",
        "minimumElevationInMeters",
        "maximumElevationInMeters",
        "verbatimIdentification",
        "scientificName",
        "scientificNameAuthorship",
        "family",
        "genus",
        "vernacularName",
        "measurementID",
        "measurementType",
        "measurementValue",
        "measurementUnit",
        "measurementDeterminedDate",
        "measurementMethod",
        "measurementRemarks",
    ]
} | {
    f"{DCTERMS}{name}"
    for name in [
        "type",
        "modified",
        "language",
        "license",
        "rightsHolder",
        "bibliographicCitation",
        "references",
        "format",
        "title",
        "created",
        "creator",
    ]
}
DATASET = Dataset(
    "名册", "某县林业局", "9f2c", "2026-03-04", "CC BY 4.0", "https://x.example/by", "gushu:x", 2, True
)
COLUMNS = [
    "uuid",
    "path",
    "tree_no",
    "authority_id",
    "jurisdiction",
    "category",
    "status",
    "name_zh",
    "name_en",
    "name_latin",
    "name_author",
    "name_verbatim",
    "latin_verbatim",
    "common_name",
    "family",
    "genus",
    "division_path",
    "address",
    "small_place",
    "lat",
    "lon",
    "coordinate_uncertainty_m",
    "position_precision",
    "elevation_m",
    "updated_on",
    "text_lang",
    "licence",
    "attribution",
    "withheld",
    "last_inspected_on",
    "measured_on",
    "aliases",
]


def tree(own: str = "00000000-0000-4000-8000-000000000001", **facts: Any) -> dict[str, Any]:
    plain = dict.fromkeys(COLUMNS) | {
        "uuid": own, "path": "1", "tree_no": "1", "authority_id": "a", "jurisdiction": "cn",
        "status": "alive",
        "division_path": '["某县"]', "withheld": "[]", "position_precision": "exact", "text_lang": "zh-Hans",
        "licence": "CC BY 4.0", "attribution": "a", "name_zh": "国槐",
    }  # fmt: skip
    return plain | facts


def visit(on: str, **facts: Any) -> dict[str, Any]:
    names = ("vigour", "vigour_scale", "environment", "risk_rating", "notes")
    return dict.fromkeys(names) | {"inspected_on": on, "kind": "patrol"} | facts


def size(on: str | None, **facts: Any) -> dict[str, Any]:
    return {fact.column: None for fact in FACTS} | {"measured_on": on, "measure_height_m": None} | facts


def archive(*rows: TreeRows) -> bytes:
    out = io.BytesIO()
    write_event_archive(DATASET, rows, out)
    return out.getvalue()


def read_archive(content: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of each file by term, where the archive keeps the rules; an assertion says which it breaks."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        root = ET.fromstring(packed.read("meta.xml"))
        assert (root.tag, root.get("metadata")) == (f"{TEXT}archive", "eml.xml")
        check_eml(packed.read("eml.xml"))
        cores = root.findall(f"{TEXT}core")
        assert len(cores) == 1
        found = {}
        for element in (*cores, *root.findall(f"{TEXT}extension")):
            name = str(element.findtext(f"{TEXT}files/{TEXT}location"))
            found[name] = read_member(element, packed.read(name), is_core=element in cores)
    core = found[str(cores[0].findtext(f"{TEXT}files/{TEXT}location"))]
    ids = [row["id"] for row in core]
    assert len(ids) == len({*ids}), "ids of the core are unique"
    for rows in found.values():
        assert {row["id"] for row in rows} <= {*ids}, "every row belongs to a row of the core"
    return found


def read_member(element: ET.Element, content: bytes, *, is_core: bool) -> list[dict[str, str]]:
    facts = {
        "encoding": "UTF-8",
        "fieldsTerminatedBy": "\\t",
        "linesTerminatedBy": "\\n",
        "ignoreHeaderLines": "1",
    }
    assert {name: element.get(name) for name in facts} == facts
    key = element.find(f"{TEXT}id" if is_core else f"{TEXT}coreid")
    assert key is not None
    assert key.get("index") == "0"
    fields = {int(each.attrib["index"]): each.attrib["term"] for each in element.findall(f"{TEXT}field")}
    assert {*fields.values()} <= KNOWN
    lines = content.decode("utf-8").split("\n")
    assert lines.pop() == "", "the last line ends as all do"
    width = len(lines[0].split("\t"))
    assert {*fields} | {0} == {*range(width)}, "every column has a place"
    rows = []
    for line in lines[1:]:
        cells = line.split("\t")
        assert len(cells) == width
        rows.append(
            {"id": cells[0], **{term.rpartition("/")[2]: cells[place] for place, term in fields.items()}}
        )
    return rows


def check_eml(content: bytes) -> None:
    root = ET.fromstring(content)
    assert root.tag == "{https://eml.ecoinformatics.org/eml-2.2.0}eml"
    assert root.get("packageId")
    for path in ("title", "creator/organizationName", "metadataProvider", "pubDate", "language",
                 "abstract/para", "intellectualRights/para", "contact"):  # fmt: skip
        assert root.find(f"dataset/{path}") is not None, path
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", root.findtext("dataset/pubDate") or "")


def test_each_visit_and_each_measuring_is_an_event_with_its_day() -> None:
    rows = TreeRows(
        tree(),
        (visit("2025-05-01", vigour="weak", vigour_scale="lyt2738"),),
        (size("2020-01-02", girth_cm=300.0),),
    )
    found = read_archive(archive(rows))
    assert [row["eventDate"] for row in found["event.txt"]] == ["2025-05-01", "2020-01-02"]
    assert [row["measurementType"] for row in found["measurement.txt"]] == ["vigour", "trunk girth"]
    assert found["measurement.txt"][1]["id"] == found["event.txt"][1]["id"]
    assert len({row["organismID"] for row in found["occurrence.txt"]}) == 1
    assert [row["vitality"] for row in found["occurrence.txt"]] == ["alive", ""]


def test_a_tree_without_dated_rows_is_an_event_without_a_day() -> None:
    found = read_archive(archive(TreeRows(tree())))
    assert [row["eventDate"] for row in found["event.txt"]] == [""]
    assert len(found["occurrence.txt"]) == 1


def test_two_visits_on_one_day_are_two_events() -> None:
    found = read_archive(archive(TreeRows(tree(), (visit("2025-05-01"), visit("2025-05-01")))))
    assert len(found["event.txt"]) == 2


def test_no_position_is_told_only_where_one_is_held_back() -> None:
    held = read_archive(archive(TreeRows(tree(position_precision="withheld"))))["event.txt"][0]
    unknown = read_archive(archive(TreeRows(tree())))["event.txt"][0]
    assert held["informationWithheld"] == "not published: position"
    assert (unknown["informationWithheld"], unknown["decimalLatitude"], unknown["geodeticDatum"]) == (
        "",
        "",
        "",
    )


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = TreeRows(tree(), (visit("2025-05-01"),))
    assert archive(rows) == archive(rows)


TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=40)
@given(
    TEXTS,
    TEXTS,
    st.lists(st.dates().map(str), max_size=4),
    st.lists(st.none() | st.dates().map(str), max_size=3),
)
def test_whatever_the_texts_hold_the_archive_keeps_the_rules(
    place: str | None, note: str | None, visits: list[str], sizes: list[str | None]
) -> None:
    rows = TreeRows(
        tree(address=place, name_zh=note),
        tuple(visit(on, notes=note) for on in visits),
        tuple(size(on, crown_m=1.0, crown_ew_m=2.0, crown_ns_m=3.5) for on in sizes),
    )
    found = read_archive(archive(rows, TreeRows(tree("00000000-0000-4000-8000-000000000002"))))
    assert len(found["event.txt"]) == max(len(visits) + len(sizes), 1) + 1
    facts = [row["measurementID"] for row in found["measurement.txt"]]
    assert len(facts) == len({*facts}) == 3 * len(sizes)


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_a_term_stands_once_in_a_file(member: Any) -> None:
    assert len(member.terms) == len({*member.terms})
