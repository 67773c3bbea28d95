"""The JSON documents of the interface, as plain data."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from datasette_plugins.ogc_api.asking import Question
from datasette_plugins.ogc_api.collections import CRS84, Collection
from datasette_plugins.ogc_api.reading import Page

CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
    for name in ("core", "oas30", "html", "geojson")
)
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def link(rel: str, href: str, kind: str, title: str = "") -> dict[str, str]:
    """One link."""
    return {"rel": rel, "href": href, "type": kind, **({"title": title} if title else {})}


def both(base: str, kind: str, title: str) -> list[dict[str, str]]:
    """A document and the same as a page."""
    return [link("self", f"{base}?f=json", kind, title), link("alternate", f"{base}?f=html", HTML, title)]


def landing(base: str, title: str, about: str) -> dict[str, Any]:
    """`/ogc`"""
    return {
        "title": title,
        "description": about,
        "links": [
            *both(f"{base}/ogc", JSON, title),
            link("service-desc", f"{base}/ogc/api", OPENAPI, "OpenAPI"),
            link("service-doc", f"{base}/ogc/collections?f=html", HTML),
            link("conformance", f"{base}/ogc/conformance", JSON),
            link("data", f"{base}/ogc/collections", JSON),
        ],
    }


def collection_document(
    base: str, collection: Collection, title: str, about: str, extent: Mapping[str, Any]
) -> dict[str, Any]:
    """`/ogc/collections/<id>`"""
    own = f"{base}/ogc/collections/{collection.id}"
    return {
        "id": collection.id,
        "title": title,
        "description": about,
        "itemType": "feature",
        "crs": [CRS84],
        **({"extent": extent} if extent else {}),
        "links": [
            *both(own, JSON, title),
            link("items", f"{own}/items?f=json", GEOJSON, title),
            link("items", f"{own}/items?f=html", HTML, title),
            link("license", f"{base}/download#sources", HTML),
        ],
    }


def items_document(
    base: str, collection: Collection, question: Question, page: Page, number: int
) -> dict[str, Any]:
    """`/ogc/collections/<id>/items`"""
    own = f"{base}/ogc/collections/{collection.id}/items"
    asked = [(name, value) for name, value in question.asked if name != "f"]
    here = [*asked, *([("after", str(question.after)), ("edition", str(number))] if question.after else [])]
    links = [
        link("self", f"{own}?{urlencode([*here, ('f', 'json')])}", GEOJSON),
        link("alternate", f"{own}?{urlencode([*here, ('f', 'html')])}", HTML),
        link("collection", f"{base}/ogc/collections/{collection.id}?f=json", JSON),
    ]
    if page.next_after:
        links.append(
            link("next", f"{own}?{urlencode([*asked, *next_page(page, number), ('f', 'json')])}", GEOJSON)
        )
    return {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "links": links,
        "features": page.features,
    }


def next_page(page: Page, number: int) -> list[tuple[str, str]]:
    """Parameters that ask for the page behind this one, of the same edition."""
    return [("after", str(page.next_after)), ("edition", str(number))]


def item_document(base: str, collection: Collection, found: Mapping[str, Any]) -> dict[str, Any]:
    """`/ogc/collections/<id>/items/<name>`"""
    own = f"{base}/ogc/collections/{collection.id}"
    kinds = {"tree": "tree", "grove": "grove", "garden": "garden", "place": "landmark", "element": "element"}
    links = [*both(f"{own}/items/{found['id']}", GEOJSON, ""), link("collection", f"{own}?f=json", JSON)]
    if collection.id in kinds:
        links.append(link("alternate", f"{base}/{kinds[collection.id]}/{found['properties']['path']}", HTML))
    return {**found, "links": links}
