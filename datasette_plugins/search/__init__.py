"""Search and list: one page for both, with the facets people use, and the same as a complete table."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.search.pages import search_page
from datasette_plugins.search.tables import search_csv, search_json


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/search$", search_page),
        (r"^/search\.csv$", search_csv),
        (r"^/search\.json$", search_json),
    ]
