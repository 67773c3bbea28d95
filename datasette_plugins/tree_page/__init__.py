"""The page of one tree: its whole public file, for people and for machines."""

import re
from pathlib import Path
from typing import Any

from datasette import hookimpl

from datasette_plugins.site.assets import add_assets
from datasette_plugins.site.middleware import DIRECT_ROUTES
from datasette_plugins.tree_page.pages import photo, photo_page, tree_card, tree_json, tree_page

TREE_ROUTE = r"^/tree/(?P<path>[^/]+)(?<!\.json)$"
DIRECT_ROUTES.append((re.compile(TREE_ROUTE), tree_page))
add_assets(Path(__file__).parent / "assets")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/tree/(?P<path>[^/]+)\.json$", tree_json),
        (r"^/tree/(?P<path>[^/]+)/card\.png$", tree_card),
        (TREE_ROUTE, tree_page),
        (r"^/photo/(?P<id>[0-9]{1,12})(?P<thumb>\.thumb)?\.jpg$", photo),
        (r"^/photo/(?P<id>[0-9]{1,12})$", photo_page),
    ]
