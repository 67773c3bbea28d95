"""The page behind the QR code of a tag: is it genuine, which tree is it, what may I do, whom do I call."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.qr_landing.scan import scan_page


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"^/[Tt]/(?P<code>[^/]*)$", scan_page)]
