"""The map: `/map`, with a list beside it that needs no script, and what it draws of a window:
`/map/cells.json`, `/map/points.json`, `/map/zones.json`, `/map/outlines.json`; `/map/walk.gpx`."""

from pathlib import Path
from typing import Any

from datasette import hookimpl

from datasette_plugins.map.drawing import cells_json, outlines_json, points_json, zones_json
from datasette_plugins.map.pages import map_page
from datasette_plugins.map.pmtiles import TILES_ROUTE, tile_page
from datasette_plugins.map.walking import walk_gpx
from datasette_plugins.site.assets import add_assets
from exports.assets import asset_folders

for _folder in (Path(__file__).parent / "assets", *asset_folders()):
    add_assets(_folder)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/map$", map_page),
        (r"^/map/cells\.json$", cells_json),
        (r"^/map/points\.json$", points_json),
        (r"^/map/zones\.json$", zones_json),
        (r"^/map/outlines\.json$", outlines_json),
        (r"^/map/walk\.gpx$", walk_gpx),
        (TILES_ROUTE, tile_page),
    ]
