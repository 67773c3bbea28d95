"""The public site: home, download, places, species, groves, gardens, errors; and what all pages share."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.site import assets, compat
from datasette_plugins.site.errors import error_page, error_response
from datasette_plugins.site.middleware import Site

compat.block_printed_exceptions()


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
    return [(assets.ASSETS_ROUTE, assets.asset_page)]


@hookimpl
def extra_css_urls() -> list[str]:
    return [assets.static_url("stock.css")]
