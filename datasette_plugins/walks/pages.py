"""Handlers: a story, the walks, one walk as a page, as GPX and as a leaflet."""

import asyncio
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Response
from datasette.utils import tilde_decode, tilde_encode

from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.visits import visit_of
from datasette_plugins.walks.files import write_walk_gpx, write_walk_leaflet
from datasette_plugins.walks.loading import LoadedWalk, load_story, load_walk, load_walks
from exports.walk_map import draw_sketch
from registry.errors import GlyphMissingError
from registry.vocab import culture_words

_LONGEST = 200
_printing = asyncio.Semaphore(1)
"""One leaflet at a time: drawing takes a processor for a moment."""


async def story_page(datasette: Any, request: Any) -> Response:
    """`/story/<path>`"""
    path = _path(request)
    story = await read_edition(datasette, request, lambda db: load_story(db, path))
    if story is None:
        raise NotFound("no such story")
    return render_page(datasette, request, "walks/story.html", story=story, C=culture_words)


async def walks_page(datasette: Any, request: Any) -> Response:
    """`/walks`"""
    walks = await read_edition(datasette, request, load_walks)
    return render_page(datasette, request, "walks/walks.html", walks=walks, C=culture_words)


async def walk_page(datasette: Any, request: Any) -> Response:
    """`/walk/<path>`"""
    loaded = await _load(datasette, request)
    stops = [(s.place, s.lon, s.lat) for s in loaded.walk.stops if s.lon is not None and s.lat is not None]
    sketch = draw_sketch(stops, loaded.around, width=480, height=340, pad=36, mark=26)
    return render_page(
        datasette, request, "walks/walk.html", walk=loaded.walk, sketch=sketch, C=culture_words
    )


async def walk_gpx(datasette: Any, request: Any) -> Response:
    """`/walk/<path>.gpx`"""
    loaded = await _load(datasette, request)
    visit = visit_of(request)
    out = BytesIO()
    write_walk_gpx(loaded, out, visit.translator)
    return _file(visit, out, loaded, "gpx", "application/gpx+xml; charset=utf-8")


async def walk_leaflet(datasette: Any, request: Any) -> Response:
    """`/walk/<path>/leaflet.pdf`: drawn once for each language and edition."""
    loaded = await _load(datasette, request)
    visit = visit_of(request)
    edition = edition_of(datasette)
    key = f"leaflet {visit.translator.tag} {loaded.walk.path}"

    def draw() -> bytes:
        out = BytesIO()
        try:
            write_walk_leaflet(loaded, out, visit.translator)
        except GlyphMissingError:  # a rare character that no font at hand has
            return b""
        return out.getvalue()

    async with _printing:
        pdf = await edition.execute_fn(lambda db: edition.remember(db, key, lambda _db: draw()))
    if not pdf:
        raise NotFound("no leaflet can be printed of this walk here")
    return _file(visit, BytesIO(pdf), loaded, "pdf", "application/pdf")


async def _load(datasette: Any, request: Any) -> LoadedWalk:
    path = _path(request)
    loaded = await read_edition(datasette, request, lambda db: load_walk(db, path))
    if loaded is None:
        raise NotFound("no such walk")
    return loaded


def _path(request: Any) -> str:
    return tilde_encode(tilde_decode(unquote(request.url_vars["path"])))[:_LONGEST]


def _file(visit: Any, out: BytesIO, loaded: LoadedWalk, ending: str, content_type: str) -> Response:
    name = f"{loaded.walk.path.replace('~', '_')}.{ending}"
    headers = {**caching(visit, lasting=True), "content-disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), headers=headers, content_type=content_type)
