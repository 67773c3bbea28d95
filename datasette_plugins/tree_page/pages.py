"""Handlers: the tree's page, its record as JSON, photos and card, the choice where several hold a number."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from datasette import NotFound, Response

from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.errors import error_page
from datasette_plugins.site.frame import contacts_of, rooms_of
from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.visits import visit_of
from datasette_plugins.tree_page.card import card_png
from datasette_plugins.tree_page.drawing import draw_tree
from datasette_plugins.tree_page.finding import Found, find_tree
from datasette_plugins.tree_page.linked import urn
from datasette_plugins.tree_page.loading import TreeFile, load_tree
from datasette_plugins.tree_page.photos import load_photo, photo_alt, what_is_seen
from datasette_plugins.tree_page.view import View

_INNER_COLUMNS = ("id", "tree_uuid")
_ROWS = ("measurements", "ages", "inspections", "designations", "aliases", "flags", "history", "care_events")
_OWN_COLUMNS = ("parts",)
_ONE_CARD = asyncio.Semaphore(1)
Reading = tuple[Found, TreeFile | None, dict[str, str]]
"""What an address means, the tree's file where it means one, the facts of the edition."""


async def tree_page(datasette: Any, request: Any) -> Response:
    """`/tree/<path>`, `/tree/<number>`, `/tree/<scheme>:<number>`: a few look-ups, no thread hop."""
    edition = edition_of(datasette)
    visit = visit_of(request)
    found, file, facts = edition.read_now(lambda db: _read(edition, db, request.url_vars["path"]))
    if file is None:
        return _elsewhere(datasette, request, found)

    def around() -> Mapping[str, Any]:
        contacts = edition.read_now(lambda db: edition.remember(db, "contacts", contacts_of))
        return {"contacts": contacts, "rooms": rooms_of(datasette)}

    via = _via(request.args.get("number"), file) if visit.query else ""
    html = draw_tree(View(visit, file, facts), via, around)
    return Response.html(html, headers=caching(visit, lasting=True))


async def tree_json(datasette: Any, request: Any) -> Response:
    """`/tree/<path>.json`: the record as it stands in the edition."""
    edition = edition_of(datasette)
    segment = request.url_vars["path"]
    found, file, facts = await edition.execute_fn(lambda db: _read(edition, db, segment))
    if file is None:
        return _elsewhere(datasette, request, found, ".json")
    record = record_of(file, facts)
    return Response.json(record, headers=caching(visit_of(request), lasting=True), default=str)


async def photo(datasette: Any, request: Any) -> Response:
    """`/photo/<id>.jpg`, `/photo/<id>.thumb.jpg`."""
    column = "thumb" if request.url_vars["thumb"] else "jpeg"

    def load(db: sqlite3.Connection) -> Any:
        return db.execute(
            f"SELECT {column} FROM photo WHERE id = ?", (int(request.url_vars["id"]),)
        ).fetchone()

    row = await edition_of(datasette).execute_fn(load)
    if row is None:
        raise NotFound("no such photo")
    return Response(row[0], headers=caching(visit_of(request), lasting=True), content_type="image/jpeg")


async def photo_page(datasette: Any, request: Any) -> Response:
    """`/photo/<id>`: one photo of a tree, large, with its words."""
    number = int(request.url_vars["id"])
    page = await read_edition(datasette, request, lambda db: load_photo(db, number))
    if page is None:
        raise NotFound("no such photo")
    t, tree = visit_of(request).translator, page.tree
    names = [tree["name_zh"], tree["name_en"]]
    if t.lang == "en":
        names.reverse()
    name = next(filter(None, [*names, tree["name_latin"]]), t.gettext("Unnamed tree"))
    return render_page(
        datasette,
        request,
        "tree_page/photo.html",
        page=page,
        name=name,
        seen=what_is_seen(t, page.photo),
        alt=photo_alt(t, name, page.photo),
    )


async def tree_card(datasette: Any, request: Any) -> Response:
    """`/tree/<path>/card.png`: drawn in a thread, one at a time, and kept as other lasting answers are."""
    edition = edition_of(datasette)
    visit, segment = visit_of(request), request.url_vars["path"]
    found, file, facts = await edition.execute_fn(lambda db: _read(edition, db, segment))
    if file is None:
        raise NotFound(f"no tree {found.wanted[:80]}")
    async with _ONE_CARD:
        png = await asyncio.to_thread(card_png, View(visit, file, facts))
    return Response(png, headers=caching(visit, lasting=True), content_type="image/png")


def record_of(file: TreeFile, facts: Mapping[str, str]) -> dict[str, Any]:
    """A tree's public file as plain data; `schema/public.sql` names the columns."""
    rows = {name: [_plain(row) for row in getattr(file, name)] for name in _ROWS}
    for event in rows["history"]:
        event["fields"] = json.loads(event["fields"])
    rows["zones"] = [{name: row[name] for name in row if name != "geom"} for row in file.zones]
    photos = [{**_plain(row), "jpeg": f"/photo/{row['id']}.jpg"} for row in file.photos]
    tree = {name: value for name, value in file.tree.items() if name not in _OWN_COLUMNS}
    edition = {name: facts.get(name) for name in ("number", "made_at", "history_head")}
    return {
        **tree,
        "organism_id": urn(tree["uuid"]),
        **rows,
        "photos": photos,
        "source": file.source,
        "authority": file.authority,
        "edition": edition,
    }


def _read(edition: EditionDatabase, db: sqlite3.Connection, segment: str) -> Reading:
    found = find_tree(db, segment)
    file = None if found.row is None else load_tree(edition, db, found.row)
    return found, file, edition.facts_of(db)


def _via(number: str | None, file: TreeFile) -> str:
    """The other number by which the reader came, where it is one of this tree's."""
    return number if number and any(row["number"] == number for row in file.aliases) else ""


def _elsewhere(datasette: Any, request: Any, found: Found, ending: str = "") -> Response:
    """One other tree: go there. Several: a choice. None: say so."""
    visit = visit_of(request)
    if len(found.choices) == 1:
        hit = found.choices[0]
        number = found.wanted if found.by_number else found.wanted.partition(":")[2]
        note = "" if ending or number == hit.tree_no else f"?number={quote(number)}"
        return Response.redirect(visit.url(f"/tree/{hit.path}{ending}{note}"))
    if found.choices and ending:
        addresses = [f"/tree/{hit.path}.json" for hit in found.choices]
        return Response.json({"ok": False, "number": found.wanted, "choices": addresses}, status=300)
    if found.choices:
        return render_page(datasette, request, "tree_page/choice.html", found=found)
    _ = visit.translator.gettext
    return error_page(
        datasette, request, 404, detail=_("No tree carries the number {number}.", number=found.wanted[:80])
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in _INNER_COLUMNS}
