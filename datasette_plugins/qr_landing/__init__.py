"""The page behind the QR code of a tag: is it genuine, which tree is it, what may I do, whom do I call;
and the page behind that of a dossier."""

import re
from typing import Any

from datasette import hookimpl

from datasette_plugins.qr_landing.check import check_page
from datasette_plugins.qr_landing.scan import scan_page
from datasette_plugins.site.middleware import DIRECT_ROUTES

CHECK_ROUTE = r"^/[Cc][Hh][Ee][Cc][Kk](?:/(?P<token>[^/]*))?$"
SCAN_ROUTE = r"^/[Tt]/(?P<code>[^/]*)$"
DIRECT_ROUTES.append((re.compile(SCAN_ROUTE), scan_page))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(CHECK_ROUTE, check_page), (SCAN_ROUTE, scan_page)]
