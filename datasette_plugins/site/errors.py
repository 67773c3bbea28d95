"""Errors as pages: in house style, in the reader's language, with the right status; JSON for `.json`."""

import logging
from typing import Any

from datasette import Forbidden, NotFound, Response

from datasette_plugins.site.pages import render_page
from datasette_plugins.site.visits import visit_of
from registry.errors import EditionMissingError, RegistryError
from registry.vocab.language import Translator

log = logging.getLogger("gushu.site")


def error_response(datasette: Any, request: Any, exception: Exception) -> Response:
    """The answer to `exception`. What nobody foresaw is logged, without local variables."""
    status = _status(exception)
    if status >= 500:
        log.error("%s %s failed", request.method, request.path, exc_info=exception)
    return error_page(datasette, request, status, detail=_detail(exception, visit_of(request).translator))


def error_page(
    datasette: Any, request: Any, status: int, *, detail: str = "", headers: dict[str, str] | None = None
) -> Response:
    """An error page, or a JSON object where the address ends in `.json`."""
    title, text = _texts(visit_of(request).translator, status)
    if request.path.endswith(".json"):
        facts = {"ok": False, "status": status, "error": detail or text, "title": title}
        response = Response.json(facts, status=status)
    else:
        response = render_page(
            datasette,
            request,
            "site/error.html",
            status=status,
            code=status,
            title=title,
            text=text,
            detail=detail,
        )
    response.headers.update(headers or {})
    return response


def _status(exception: Exception) -> int:
    if isinstance(exception, EditionMissingError):
        return 503
    if isinstance(exception, RegistryError):
        return 400
    if isinstance(exception, NotFound):
        return 404
    if isinstance(exception, Forbidden):
        return 403
    status = getattr(exception, "status", 500)
    return status if isinstance(status, int) else 500


def _detail(exception: Exception, t: Translator) -> str:
    """What the reader may know of it: our own errors, and what Datasette says about a query."""
    if isinstance(exception, RegistryError) and not isinstance(exception, EditionMissingError):
        return t.error(exception)
    if getattr(exception, "message_is_html", False):  # Datasette's own HTML with a script in it
        return t.gettext("The query took too long.")
    message = getattr(exception, "message", None)  # DatasetteError: a query of the reader's own
    return str(message) if isinstance(message, str) and _status(exception) == 400 else ""


def _texts(t: Translator, status: int) -> tuple[str, str]:
    _ = t.gettext
    texts = {
        400: (_("This address cannot be understood"), _("Something in the address is not as it should be.")),
        403: (_("This is not open to the public"), _("The page exists, but not for everybody.")),
        404: (
            _("Nothing grows here"),
            _("There is no page at this address. A number may have been mistyped, or the link is old."),
        ),
        405: (_("This page is for reading"), _("It takes nothing in.")),
        410: (_("This edition has been withdrawn"), _("The authority has taken it back.")),
        503: (
            _("There is no edition yet"),
            _("The register has not been published yet. Please come back later."),
        ),
    }
    sorry = _("This is our fault, not yours. It has been noted. Please try again in a moment.")
    return texts.get(status, (_("Something went wrong here"), sorry))
