"""Photos that forms announced, piece by piece: PUT a piece, GET how far it is."""

from typing import Any

from starlette.responses import Response

from datasette_plugins.desk.api import uploads_of, written
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from registry.commands.uploads import PIECE_BYTES, Progress, announced, photo_arrived, progress_of
from registry.desk_errors import UploadError
from registry.errors import Phrase
from registry.rules.permissions import Right


def how_far(ask: Ask) -> Response:
    """How far a photo is."""
    sha256 = ask.vars["sha256"]
    told = _progress(ask, sha256)
    if told.received == told.size and not told.is_complete:
        told = _complete(ask, sha256, told.size)
    return ask.json(_told(told))


def put_piece(ask: Ask) -> Response:
    """Take one piece; one that does not begin where the last ended is answered with where that is."""
    sha256 = ask.vars["sha256"]
    size, offset = (_number(ask, name) for name in ("size", "offset"))
    told = _progress(ask, sha256)
    if size != told.size:
        reason = Phrase("the form announced {size} bytes", size=told.size)
        raise UploadError(reason=reason)
    if told.is_complete:
        return ask.json(_told(told))
    if offset == 0:
        uploads_of(ask).sweep(ask.now)
    if told.received < told.size:
        told = uploads_of(ask).add(ask.me.id, sha256, told.size, offset, ask.body)
        if not told.is_in_step:
            message = ask.t.gettext("The piece does not begin where the last one ended.")
            error = {"code": "upload_offset", "message": message, "received": told.received}
            return ask.json({**_told(told), "error": error}, 409)
    if told.received == told.size:
        told = _complete(ask, sha256, told.size)
    return ask.json(_told(told))


def _progress(ask: Ask, sha256: str) -> Progress:
    with ask.read() as session:
        return progress_of(session, ask.me.id, sha256, uploads_of(ask))


def _complete(ask: Ask, sha256: str, size: int) -> Progress:
    """Check the whole, keep it, and let it join its record."""
    with ask.read() as session:
        announced(session, ask.me.id, sha256)
    uploads_of(ask).finish(ask.me.id, sha256, ask.desk.photos)
    written(
        ask,
        lambda session: photo_arrived(
            session, ask.me.id, sha256, photos=ask.desk.photos, actor=ask.actor, now=ask.now
        ),
    )
    uploads_of(ask).forget(ask.me.id, sha256)
    return Progress(sha256, size, size, True)


def _number(ask: Ask, name: str) -> int:
    text = ask.query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise UploadError(reason=Phrase("{name} must be a whole number", name=name))
    return int(text)


def _told(told: Progress) -> dict[str, Any]:
    return {"sha256": told.sha256, "received": told.received, "size": told.size, "complete": told.is_complete}


ROUTES = (
    Route("GET", "/api/photos/{sha256}", how_far, Right.SUBMIT),
    Route("PUT", "/api/photos/{sha256}", put_piece, Right.SUBMIT, body=PIECE_BYTES, raw=True),
)
