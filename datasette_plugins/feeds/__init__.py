"""What changed: Atom feeds, the history of editions, a change feed for other systems."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.feeds.atom import feed_page, group_feed
from datasette_plugins.feeds.change_feed import changes_json
from datasette_plugins.feeds.pages import changes_page, edition_page


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/changes$", changes_page),
        (r"^/changes/(?P<number>[^/]+)$", edition_page),
        (r"^/changes\.json$", changes_json),
        (r"^/feed\.atom$", feed_page),
        (r"^/(?P<kind>species|place)/(?P<path>[^/]+)/feed\.atom$", group_feed),
    ]
