"""Handlers: the tree's page, its record as JSON, its photos, the choice where several hold a number."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from datasette import NotFound, Response

from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.errors import error_page
from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.visits import Visit, visit_of
from datasette_plugins.tree_page.finding import Found, find_tree
from datasette_plugins.tree_page.loading import TreePage, load_tree

_INNER_COLUMNS = ("id", "tree_uuid")


async def tree_page(datasette: Any, request: Any) -> Response:
    """`/tree/<path>`, `/tree/<number>`, `/tree/<scheme>:<number>`."""
    found, page = await _look_up(datasette, request)
    visit = visit_of(request)
    if page is not None:
        via = request.args.get("number") or ""
        via = via if via in {alias["number"] for alias in page.aliases} else ""
        return render_page(
            datasette,
            request,
            "tree_page/tree.html",
            page=page,
            via=via,
            linked=linked_data(page, visit),
        )
    return _elsewhere(datasette, request, found)


async def tree_json(datasette: Any, request: Any) -> Response:
    """`/tree/<path>.json`: the record as it stands in the edition."""
    found, page = await _look_up(datasette, request)
    if page is None:
        return _elsewhere(datasette, request, found, ".json")
    return Response.json(record_of(page), headers=caching(visit_of(request), lasting=True), default=str)


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


def record_of(page: TreePage) -> dict[str, Any]:
    """A tree's public file as plain data; `schema/public.sql` names the columns."""
    rows = {
        name: [_plain(row) for row in getattr(page, name)]
        for name in (
            "measurements",
            "inspections",
            "designations",
            "aliases",
            "flags",
            "history",
            "care_events",
        )
    }
    for event in rows["history"]:
        event["fields"] = json.loads(event["fields"])
    photos = [{**_plain(row), "jpeg": f"/photo/{row['id']}.jpg"} for row in page.photos]
    return {**page.tree, **rows, "photos": photos, "source": page.source, "authority": page.authority}


def linked_data(page: TreePage, visit: Visit) -> str:
    """The tree as schema.org JSON-LD, safe inside a script element."""
    tree = page.tree
    names = [tree["name_zh"], tree["name_en"], tree["name_latin"]]
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Place",
        "identifier": tree["tree_no"],
        "name": next((name for name in names if name), tree["tree_no"]),
        "alternateName": [name for name in names if name][1:],
        "url": visit.url(f"/tree/{tree['path']}"),
        "address": " ".join([*tree["division_path"], tree["address"] or ""]).strip(),
        "isAccessibleForFree": True,
        "subjectOf": {
            "@type": "Dataset",
            "name": page.source.get("title"),
            "license": page.source.get("licence_url"),
            "creditText": tree["attribution"],
        },
    }
    if tree["lon"] is not None and tree["position_precision"] == "exact":
        facts["geo"] = {"@type": "GeoCoordinates", "latitude": tree["lat"], "longitude": tree["lon"]}
    return json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")


async def _look_up(datasette: Any, request: Any) -> tuple[Found, TreePage | None]:
    return await read_edition(datasette, request, _loader(edition_of(datasette), request.url_vars["path"]))


def _loader(
    edition: EditionDatabase, segment: str
) -> Callable[[sqlite3.Connection], tuple[Found, TreePage | None]]:
    def load(db: sqlite3.Connection) -> tuple[Found, TreePage | None]:
        found = find_tree(db, segment)
        return found, None if found.fid is None else load_tree(edition, db, found.fid)

    return load


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
