"""The map: `/map`, with a list beside it that needs no script, and `/map.json`, the points it draws,
`/map/zones.json`, the protection zones of a box."""

from pathlib import Path
from typing import Any

from datasette import hookimpl

from datasette_plugins.map.pages import map_page, points_json, zones_json
from datasette_plugins.site.assets import add_assets
from exports.assets import asset_folders

for _folder in (Path(__file__).parent / "assets", *asset_folders()):
    add_assets(_folder)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"^/map$", map_page), (r"^/map\.json$", points_json), (r"^/map/zones\.json$", zones_json)]
