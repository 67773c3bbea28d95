"""Stories and legends with their sources: `/stories`, `/story/<path>`; walks: `/walks`, `/walk/<path>`, as
GPX and as a leaflet. `stories_of_record` and templates/walks/stories.html show stories on other pages."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.walks.loading import stories_of_record as stories_of_record
from datasette_plugins.walks.pages import story_page, walk_gpx, walk_leaflet, walk_page, walks_page
from datasette_plugins.walks.stories import stories_page


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/stories$", stories_page),
        (r"^/story/(?P<path>[^/]+)$", story_page),
        (r"^/walks$", walks_page),
        (r"^/walk/(?P<path>[^/]+)/leaflet\.pdf$", walk_leaflet),
        (r"^/walk/(?P<path>[^/]+)\.gpx$", walk_gpx),
        (r"^/walk/(?P<path>[^/]+)(?<!\.gpx)$", walk_page),
    ]
