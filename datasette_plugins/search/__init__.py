"""Search and list: one page for both, with facets, and suggestions while somebody types."""

from pathlib import Path
from typing import Any

from datasette import hookimpl

from datasette_plugins.search.pages import search_page
from datasette_plugins.search.suggest import suggest_json
from datasette_plugins.site.assets import add_assets

add_assets(Path(__file__).parent / "assets")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"^/search$", search_page), (r"^/search/suggest\.json$", suggest_json)]
