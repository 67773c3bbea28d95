"""What the phone takes along: the package of a division or of one's own trees, and small pictures."""

import zlib
from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, select
from starlette.responses import Response, StreamingResponse

from datasette_plugins.desk.asking import Ask, Refused
from datasette_plugins.desk.routing import Route
from registry.access import divisions_above, place_of
from registry.assessment_models import ModelLibrary, model_folder
from registry.boundaries import boundaries
from registry.commands.submission_rows import photos_sent
from registry.db import reading
from registry.field_divisions import divisions_within_reach
from registry.field_package import Wanted, write_package
from registry.models import Division, Photo
from registry.rulepacks import PackLibrary, pack_folder
from registry.rules.permissions import Place, Right, divisions_of, may
from registry.settings import get_setting
from registry.thumbnails import thumbnails

_BLOCK = 64 << 10


def package(ask: Ask) -> Response:
    """One JSON, written as it is read, and packed where the phone unpacks it."""
    division_id = None if ask.query.get("mine") else ask.query.get("division", "")
    with ask.read() as session:
        today = ask.today(session)
        outline = None
        if division_id is not None:
            _demand(ask, session, division_id)
            outline = _outline(session, division_id)
    wanted = Wanted(ask.holder, division_id, today, ask.now)
    with ask.write() as session:
        ask.audit(session, "package:taken", ("division", division_id) if division_id else None)
    pieces = _pieces(ask, wanted, outline)
    headers = {"content-type": "application/json; charset=utf-8", "vary": "accept-encoding"}
    if "gzip" in ask.request.headers.get("accept-encoding", ""):
        return StreamingResponse(_packed(pieces), headers={**headers, "content-encoding": "gzip"})
    return StreamingResponse(_encoded(pieces), headers=headers)


def divisions(ask: Ask) -> Response:
    """The divisions with trees within reach, the top ones first, with how many: what may be taken along."""
    with ask.read() as session:
        return ask.json({"divisions": divisions_within_reach(session, ask.holder, ask.today(session))})


def thumb(ask: Ask) -> Response:
    """The small picture of a photo of a record within reach, or of one that was sent in by whoever asks."""
    digest = ask.vars["sha256"]
    with ask.read() as session:
        if not _is_in_reach(ask, session, digest) and not photos_sent(session, ask.me.id, [digest]):
            raise LookupError(digest)
    return Response(thumbnails(ask.desk.photos).get(digest), media_type="image/jpeg")


def _demand(ask: Ask, session: Session, division_id: str) -> None:
    """A division within somebody's right, or around it: then what is within goes along.

    Raises LookupError, Refused.
    """
    if session.get(Division, division_id) is None:
        raise LookupError(division_id)
    held = divisions_of(ask.holder, Right.FIELD)
    above = divisions_above(session, division_id)
    if may(ask.holder, Right.FIELD, Place(above)):
        return
    if not any(division_id in divisions_above(session, own) for own in held or ()):
        raise Refused


def _is_in_reach(ask: Ask, session: Session, digest: str) -> bool:
    today = ask.today(session)
    columns = (Photo.tree_id, Photo.grove_id, Photo.garden_id)
    for row in session.exec(select(*columns).where(Photo.sha256 == digest)):
        for kind, own in zip(("tree", "grove", "garden"), row, strict=True):
            if own and may(ask.holder, Right.FIELD, place_of(session, kind, own, today)):
                return True
    return False


def _outline(session: Session, division_id: str) -> dict[str, Any] | None:
    """The outline that the office's own file of boundaries has of a division; ours are not for drawing."""
    own = get_setting(session, "boundaries")
    if not own:
        return None
    names = {name: get_setting(session, f"boundary_{name}") for name in ("code", "name")}
    division = session.get_one(Division, division_id)
    found = boundaries(own, **names)
    area = found.area_of(division.code, division.name)
    return found.outline(area) if area is not None else None


def _pieces(ask: Ask, wanted: Wanted, outline: dict[str, Any] | None) -> Iterator[str]:
    address = ask.desk.address
    with reading(ask.desk.engine) as session:
        yield from write_package(
            session, wanted, keys=ask.desk.keys, packs=PackLibrary(pack_folder(address)),
            models=ModelLibrary(model_folder(address)), outline=outline,
        )  # fmt: skip


def _encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    """Pieces as bytes, many small ones at a time."""
    kept, size = [], 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield "".join(kept).encode()
            kept, size = [], 0
    yield "".join(kept).encode()


def _packed(pieces: Iterator[str]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for block in _encoded(pieces):
        if packed := packer.compress(block):
            yield packed
    yield packer.flush()


ROUTES = (
    Route("GET", "/api/package", package, Right.FIELD),
    Route("GET", "/api/divisions", divisions, Right.FIELD),
    Route("GET", "/api/thumb/{sha256}", thumb, Right.FIELD),
)
