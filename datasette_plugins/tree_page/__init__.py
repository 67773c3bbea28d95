"""The page of one tree: its whole public file, for people and for machines."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.tree_page.pages import photo, tree_json, tree_page


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/tree/(?P<path>[^/]+)\.json$", tree_json),
        (r"^/tree/(?P<path>[^/]+)$", tree_page),
        (r"^/photo/(?P<id>[0-9]{1,12})(?P<thumb>\.thumb)?\.jpg$", photo),
    ]
