"""Downloads: the edition as a file, its tables in open formats, whole or as a search finds them."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.download.files import EDITION_ROUTE, current_file, edition_address, edition_file
from datasette_plugins.download.pages import download_page
from datasette_plugins.download.searches import search_archive, search_package, search_table


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/download$", download_page),
        (r"^/(?P<file>public\.gpkg)$", current_file),
        (r"^/download/(?P<file>[A-Za-z0-9./-]{1,60})$", current_file),
        (r"^/edition/(?P<number>[0-9]{1,9})$", edition_address),
        (EDITION_ROUTE, edition_file),
        (r"^/search\.(?P<kind>csv|json|geojson)$", search_table),
        (r"^/search\.gpkg$", search_package),
        (r"^/search\.dwca\.zip$", search_archive),
    ]
