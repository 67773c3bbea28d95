"""OGC API – Features: the layers of the edition for QGIS, ArcGIS and a city's map platform."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.ogc_api.pages import (
    api_page,
    collection_page,
    collections_page,
    conformance_page,
    item_page,
    items_page,
    landing_page,
)

_COLLECTION = r"^/ogc/collections/(?P<collection>[^/]{1,60})"


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/ogc/?$", landing_page),
        (r"^/ogc/conformance$", conformance_page),
        (r"^/ogc/api$", api_page),
        (r"^/ogc/collections$", collections_page),
        (_COLLECTION + "$", collection_page),
        (_COLLECTION + "/items$", items_page),
        (_COLLECTION + "/items/(?P<item>[^/]{1,100})$", item_page),
    ]
