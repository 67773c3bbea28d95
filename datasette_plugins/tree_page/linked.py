"""A tree for machines: schema.org and Darwin Core in one JSON-LD graph.

The page is about an organism (dwc:Organism), which is no place; the place where it stands is a node of its
own, with coordinates only where they are published exactly; what was last recorded of the organism is an
occurrence with the terms of Darwin Core, whose coordinates are those of the edition with their uncertainty.
Terms: https://dwc.tdwg.org/terms/, https://schema.org/.
"""

import json
import uuid
from functools import lru_cache
from typing import Any

from datasette_plugins.tree_page.view import View

CONTEXT = {
    "@vocab": "https://schema.org/",
    "dwc": "http://rs.tdwg.org/dwc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
}
_CONTEXT = json.dumps(CONTEXT)
_quoted = json.encoder.encode_basestring
_OCCURRENCE = {"alive": "present", "transplanted": "present", "dead": "absent", "missing": "absent"}
_WORLD = {"tw": "TW", "hk": "HK", "mo": "MO", "sg": "SG", "cn": "CN"}


def linked_data(view: View) -> str:
    """The graph as JSON, safe inside a script element."""
    tree, page = view.tree, view.visit.url(f"/tree/{view.tree['path']}")
    home = view.edition.get("public_address", "").rstrip("/")
    graph = [_page(view, home, page), _organism(view, page), _occurrence(view, page)]
    if place := _place(view, page):
        graph.append(place)
        graph[0]["contentLocation"] = {"@id": f"{page}#place"}
    if tree["withheld"]:
        graph[2]["dwc:informationWithheld"] = ", ".join(tree["withheld"])
    text = f'{{"@context":{_CONTEXT},"@graph":[{",".join(map(_json, graph))}]}}'
    return text.replace("<", "\\u003c") if "<" in text else text


def _json(value: Any) -> str:
    """JSON of a text, a number or a node; `json.dumps` takes twice as long for so many short texts."""
    if type(value) is str:
        return _quoted(value)
    if type(value) is dict:
        return f"{{{','.join([f'{_quoted(name)}:{_json(each)}' for name, each in value.items()])}}}"
    if type(value) is list:
        return f"[{','.join(map(_json, value))}]"
    return repr(value)


@lru_cache(maxsize=4000)
def urn(identifier: str) -> str:
    """The register's UUID as a URN; any other identifier as it is."""
    try:
        return uuid.UUID(identifier).urn
    except ValueError:
        return identifier


def country_code(jurisdiction: str) -> str | None:
    """The ISO code of the country or region in which a jurisdiction lies, where this program knows it."""
    return _WORLD.get(jurisdiction.partition("-")[0])


def _page(view: View, home: str, page: str) -> dict[str, Any]:
    source = view.file.source
    return _known({
        "@type": "WebPage",
        "@id": home + page,
        "url": home + page,
        "name": f"{view.name[0]} · {view.tree['tree_no']}",
        "inLanguage": view.t.html_lang,
        "isPartOf": _known({
            "@type": "Dataset",
            "name": view.register,
            "version": view.edition.get("number"),
            "dateModified": view.edition.get("made_at", "")[:10] or None,
            "url": home + view.visit.url("/download"),
        }),
        "license": source.get("licence_url") or view.tree["licence"],
        "creditText": view.tree["attribution"],
        "mainEntity": {"@id": f"{page}#tree"},
    })  # fmt: skip


def _organism(view: View, page: str) -> dict[str, Any]:
    tree = view.tree
    names = dict.fromkeys(pair[0] for pair in (view.name, view.zh, view.en, view.latin) if pair)
    first, *others = names or [tree["tree_no"]]
    photo = next(iter(view.file.photos), None)
    home = view.edition.get("public_address", "").rstrip("/")
    return _known({
        "@type": ["Thing", "dwc:Organism"],
        "@id": f"{page}#tree",
        "dwc:organismID": urn(tree["uuid"]),
        "dwc:organismScope": "individual",
        "dwc:organismName": tree["name_zh"] or tree["name_en"],
        "identifier": tree["tree_no"],
        "name": first,
        "alternateName": others or None,
        "image": f"{home}/photo/{photo['id']}.jpg" if photo and home else None,
        "subjectOf": {"@id": f"{page}#record"},
    })  # fmt: skip


def _occurrence(view: View, page: str) -> dict[str, Any]:
    """What was last recorded of the tree."""
    tree, source = view.tree, view.file.source
    is_placed = tree["lon"] is not None
    generalised = tree["position_precision"] not in {"exact", "withheld"} and is_placed
    author = f" {tree['name_author']}" if tree["name_author"] else ""
    return _known({
        "@type": ["CreativeWork", "dwc:Occurrence"],
        "@id": f"{page}#record",
        "dwc:occurrenceID": urn(tree["uuid"]),
        "dwc:organismID": urn(tree["uuid"]),
        "dwc:basisOfRecord": "HumanObservation",
        "dwc:occurrenceStatus": _OCCURRENCE.get(tree["status"]),
        "dwc:catalogNumber": tree["tree_no"],
        "dwc:otherCatalogNumbers": " | ".join(row["number"] for row in view.file.aliases) or None,
        "dwc:scientificName": f"{tree['name_latin']}{author}" if tree["name_latin"] else None,
        "dwc:scientificNameAuthorship": tree["name_author"],
        "dwc:family": tree["family"],
        "dwc:genus": tree["genus"],
        "dwc:vernacularName": (view.zh or view.en or (None,))[0],
        "dwc:verbatimIdentification": tree["latin_verbatim"] or tree["name_verbatim"],
        "dwc:eventDate": tree["measured_on"] or tree["last_inspected_on"],
        "dwc:decimalLatitude": tree["lat"],
        "dwc:decimalLongitude": tree["lon"],
        "dwc:geodeticDatum": "EPSG:4326" if is_placed else None,
        "dwc:coordinateUncertaintyInMeters": tree["coordinate_uncertainty_m"] if is_placed else None,
        "dwc:dataGeneralizations": "coordinates generalised to a grid" if generalised else None,
        "dwc:countryCode": country_code(tree["jurisdiction"]),
        "dwc:higherGeography": " | ".join(tree["division_path"]) or None,
        "dwc:locality": tree["address"] or tree["small_place"],
        "dwc:institutionCode": view.file.authority.get("name_en") or view.file.authority.get("name_zh"),
        "dwc:datasetName": source.get("title"),
        "dcterms:license": source.get("licence_url") or tree["licence"],
        "dcterms:rightsHolder": tree["attribution"],
        "dcterms:modified": tree["updated_on"],
        "about": {"@id": f"{page}#tree"},
    })  # fmt: skip


def _place(view: View, page: str) -> dict[str, Any] | None:
    tree = view.tree
    address = " ".join([*tree["division_path"], tree["address"] or ""]).strip()
    is_exact = tree["lon"] is not None and tree["position_precision"] == "exact"
    if not address and not is_exact:
        return None
    place: dict[str, Any] = {"@type": "Place", "@id": f"{page}#place", "name": view.place or address}
    if address:
        place["address"] = address
    if is_exact:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": tree["lat"], "longitude": tree["lon"]}
    return place


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that are known."""
    return {name: value for name, value in facts.items() if value not in (None, "")}
