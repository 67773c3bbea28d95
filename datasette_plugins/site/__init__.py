"""The public site: home, places, species, groves, gardens, errors; and what all pages share."""

from typing import Any

from datasette import Response, hookimpl

from datasette_plugins.site import assets, compat
from datasette_plugins.site.about import about_page
from datasette_plugins.site.area_lists import area_list, area_table
from datasette_plugins.site.areas import area_json, area_page
from datasette_plugins.site.errors import error_page, error_response
from datasette_plugins.site.home import home_page
from datasette_plugins.site.middleware import Site
from datasette_plugins.site.places import place_index, place_json, place_page
from datasette_plugins.site.sitemap import robots, sitemap_file, sitemap_index
from datasette_plugins.site.species import species_json, species_list, species_page

compat.block_printed_exceptions()
compat.write_no_formulas()


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    return lambda app: Site(app, datasette)


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    return error_response(datasette, request, exception)


@hookimpl(tryfirst=True)
def forbidden(datasette: Any, request: Any) -> Any:
    return error_page(datasette, request, 403)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (assets.ASSETS_ROUTE, assets.asset_page),
        (r"^/$", home_page),
        (r"^/about$", about_page),
        (r"^/species$", species_list),
        (r"^/species/(?P<path>[^/]+)\.json$", species_json),
        (r"^/species/(?P<path>[^/]+)$", species_page),
        (r"^/place$", place_index),
        (r"^/place/(?P<path>[^/]+)\.json$", place_json),
        (r"^/place/(?P<path>[^/]+)$", place_page),
        (r"^/(?P<kind>grove|garden|landmark|element)/(?P<path>[^/]+)\.json$", area_json),
        (r"^/(?P<kind>grove|garden|landmark|element)/(?P<path>[^/]+)$", area_page),
        (r"^/(?P<kinds>groves|gardens|landmarks|elements)$", area_list),
        (r"^/(?P<kinds>groves|gardens|landmarks|elements)\.csv$", area_table),
        (r"^/robots\.txt$", robots),
        (r"^/sitemap\.xml$", sitemap_index),
        (r"^/sitemap/(?P<word>[a-z]+)-(?P<number>[1-9][0-9]{0,5})\.xml$", sitemap_file),
        (r"^/favicon\.ico$", favicon),
    ]


async def favicon() -> Response:
    """For programs that look for an icon at the usual address."""
    return Response.redirect(assets.static_url("favicon.svg"))


@hookimpl
def extra_css_urls() -> list[str]:
    return [assets.static_url("stock.css")]
