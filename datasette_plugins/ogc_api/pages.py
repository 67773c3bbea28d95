"""The handlers: JSON for programs, pages in house style for people; errors as the standard wants them."""

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

from datasette import NotFound, Response

from datasette_plugins.download.answers import OPEN_TO_ALL
from datasette_plugins.download.editions import EditionGone, OpenEdition, open_edition
from datasette_plugins.ogc_api import documents
from datasette_plugins.ogc_api.asking import FORMATS, AskingError, only_format, read_question
from datasette_plugins.ogc_api.collections import COLLECTIONS, Collection, columns, extent, queryables
from datasette_plugins.ogc_api.openapi import openapi
from datasette_plugins.ogc_api.reading import read_item, read_page
from datasette_plugins.site.errors import error_page
from datasette_plugins.site.pages import edition_of, render_page
from datasette_plugins.site.visits import visit_of

T = TypeVar("T")
_HOST = re.compile(r"^[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$|^\[[0-9a-fA-F:]{2,45}\](:[0-9]{1,5})?$")
_ABOUT = "The layers of the public edition as OGC API – Features. Longitude comes first, WGS 84."
_READERS = ThreadPoolExecutor(3, thread_name_prefix="ogc")
"""So many questions are answered at once; others wait, and the site's pages for none of them."""
_SHOWN_COLUMNS = ("tree_no", "number", "name_zh", "name_latin", "name_en", "name", "statement",
                  "protection_grade", "address", "updated_on")  # fmt: skip


async def landing_page(datasette: Any, request: Any) -> Response:
    """`/ogc`"""
    return await _answer(datasette, request, _landing)


async def conformance_page(datasette: Any, request: Any) -> Response:
    """`/ogc/conformance`"""
    return await _answer(datasette, request, _conformance)


async def api_page(datasette: Any, request: Any) -> Response:
    """`/ogc/api`: OpenAPI 3.0, always JSON."""
    return await _answer(datasette, request, _api)


async def collections_page(datasette: Any, request: Any) -> Response:
    """`/ogc/collections`"""
    return await _answer(datasette, request, _collections)


async def collection_page(datasette: Any, request: Any) -> Response:
    """`/ogc/collections/<id>`"""
    return await _answer(datasette, request, _collection)


async def items_page(datasette: Any, request: Any) -> Response:
    """`/ogc/collections/<id>/items`"""
    return await _answer(datasette, request, _items)


async def item_page(datasette: Any, request: Any) -> Response:
    """`/ogc/collections/<id>/items/<name>`"""
    return await _answer(datasette, request, _item)


class _Ask:
    """One request: its parameters, where the site stands, and in which form it wants its answer."""

    def __init__(self, datasette: Any, request: Any) -> None:
        self.datasette, self.request = datasette, request
        self.visit = visit_of(request)
        self.edition = edition_of(datasette)
        try:
            self.args = parse_qs(request.query_string, keep_blank_values=True, max_num_fields=150)
        except ValueError:
            raise AskingError("too many parameters") from None
        self.base = _base(request, self.edition.facts.get("public_address", ""))
        asked = (self.args.get("f") or [""])[0]
        if asked and asked not in FORMATS:
            raise AskingError("'f' is json or html")
        self.wants_page = asked == "html" or (not asked and _prefers_page(request.headers.get("accept", "")))

    @property
    def collection(self) -> Collection:
        """The collection that the address names. Raises NotFound."""
        found = COLLECTIONS.get(self.request.url_vars["collection"])
        if found is None:
            raise NotFound("there is no such collection")
        return found

    def json(self, content: Any, kind: str = documents.JSON, **headers: str) -> Response:
        """A document."""
        return Response(
            json.dumps(content, ensure_ascii=False),
            headers={**OPEN_TO_ALL, "cache-control": "no-cache", "vary": "Accept", **headers},
            content_type=kind,
        )

    def page(self, template: str, **context: Any) -> Response:
        """The same as a page."""
        response = render_page(
            self.datasette, self.request, f"ogc_api/{template}", lasting=False, base=self.base, **context
        )
        response.headers["vary"] = "Accept"
        return response

    def text(self, label: Any) -> str:
        """A label in the reader's language."""
        return self.visit.translator.pick(label)


async def _answer(datasette: Any, request: Any, answer: Callable[[_Ask], Response]) -> Response:
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_READERS, lambda: answer(_Ask(datasette, request)))
    except (AskingError, NotFound, EditionGone) as error:
        status = 404 if isinstance(error, NotFound) else error.status
        if _prefers_page(request.headers.get("accept", "")):
            return error_page(datasette, request, status, detail=str(error) if status in (400, 503) else "")
        codes = {400: "InvalidParameterValue", 404: "NotFound", 410: "Gone", 503: "ServiceUnavailable"}
        said = str(error) or "this edition is gone; begin again without 'edition' and 'after'"
        content = {"code": codes[status], "description": said}
        return Response.json(content, status=status, headers={**OPEN_TO_ALL, "cache-control": "no-store"})


def _landing(ask: _Ask) -> Response:
    only_format(ask.args)
    if ask.wants_page:
        return ask.page("landing.html", collections=COLLECTIONS.values())
    return ask.json(documents.landing(ask.base, _title(ask), _ABOUT))


def _conformance(ask: _Ask) -> Response:
    only_format(ask.args)
    if ask.wants_page:
        return ask.page("conformance.html", classes=documents.CONFORMANCE)
    return ask.json({"conformsTo": documents.CONFORMANCE})


def _api(ask: _Ask) -> Response:
    only_format(ask.args)
    with open_edition(ask.edition) as found:
        known = {each: queryables(found.db, each) for each in COLLECTIONS.values()}
        number = str(found.number)
    return ask.json(openapi(ask.base, _title(ask), number, known), documents.OPENAPI)


def _collections(ask: _Ask) -> Response:
    only_format(ask.args)
    with open_edition(ask.edition) as found:
        told = [_document(ask, found, each) for each in COLLECTIONS.values() if columns(found.db, each)]
        counts = {each["id"]: _count(found, each["id"]) for each in told} if ask.wants_page else {}
    if ask.wants_page:
        return ask.page("collections.html", collections=told, counts=counts)
    own = f"{ask.base}/ogc/collections"
    return ask.json({"links": documents.both(own, documents.JSON, ""), "collections": told})


def _collection(ask: _Ask) -> Response:
    only_format(ask.args)
    collection = ask.collection
    with open_edition(ask.edition) as found:
        known = _known(found, collection)
        told = _document(ask, found, collection)
        count = _count(found, collection.id) if ask.wants_page else 0
    if ask.wants_page:
        return ask.page("collection.html", collection=told, known=known, count=count)
    return ask.json(told)


def _items(ask: _Ask) -> Response:
    collection = ask.collection
    with open_edition(ask.edition) as found:  # an older edition may have other columns: asked for below
        question = read_question(ask.args, collection, _known(found, collection))
    with open_edition(ask.edition, question.edition) as found:
        _known(found, collection)
        page = read_page(found.db, collection, question)
        number = found.number
    told = documents.items_document(ask.base, collection, question, page, number)
    if not ask.wants_page:
        headers = {"x-total-count": str(page.matched), "gushu-edition": str(number)}
        return ask.json(told, documents.GEOJSON, **headers)
    more = [(name, value) for name, value in question.asked if name != "f"]
    following = (
        urlencode([*more, *documents.next_page(page, number), ("f", "html")]) if page.next_after else ""
    )
    shown = [name for name in _SHOWN_COLUMNS if page.features and name in page.features[0]["properties"]]
    return ask.page(
        "items.html", collection=collection, told=told, shown=shown, following=following, question=question,
        title=ask.text(collection.title),
    )  # fmt: skip


def _item(ask: _Ask) -> Response:
    only_format(ask.args)
    collection = ask.collection
    with open_edition(ask.edition) as found:
        _known(found, collection)
        item = read_item(found.db, collection, ask.request.url_vars["item"])
    if item is None:
        raise NotFound("there is no such feature")
    told = documents.item_document(ask.base, collection, item)
    if ask.wants_page:
        return ask.page("item.html", collection=collection, told=told, title=ask.text(collection.title))
    return ask.json(told, documents.GEOJSON)


def _known(found: OpenEdition, collection: Collection) -> dict[str, str]:
    """The columns that may be asked for. Raises NotFound where an older edition has no such layer."""
    known = queryables(found.db, collection)
    if not known:
        raise NotFound("there is no such collection in this edition")
    return known


def _document(ask: _Ask, found: OpenEdition, collection: Collection) -> dict[str, Any]:
    about = ask.text(collection.about)
    return documents.collection_document(
        ask.base, collection, ask.text(collection.title), about, extent(found.db, collection)
    )


def _count(found: OpenEdition, table: str) -> int:
    return int(found.db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def _title(ask: _Ask) -> str:
    facts = ask.edition.facts
    name = "register_name_en" if ask.visit.translator.lang == "en" else "register_name"
    return facts.get(name) or "Gushu"


def _base(request: Any, public_address: str) -> str:
    """The address under which the client reached the site: its own links lead there again."""
    host = request.headers.get("host", "")
    if not _HOST.match(host):
        return public_address.rstrip("/")
    if public_address.partition("://")[2].partition("/")[0] == host:
        return public_address.rstrip("/")
    scheme = "https" if request.scope.get("scheme") == "https" else "http"
    return f"{scheme}://{host}"


def _prefers_page(accept: str) -> bool:
    """Whether a browser asks: HTML is named before any JSON."""
    page = accept.find("text/html")
    program = min((place for kind in ("json", "openapi") if (place := accept.find(kind)) >= 0), default=-1)
    return page >= 0 and (program < 0 or page < program)
