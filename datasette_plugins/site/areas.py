"""The pages of a grove, a garden, a place of a ledger and a landmark element."""

import json
import sqlite3
from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Response
from datasette.utils import tilde_decode, tilde_encode

from datasette_plugins.site.area_loading import AGE_SHARES, GRADE_COUNTS, AreaPage, load_area
from datasette_plugins.site.counts import KINDS, WORDS
from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.visits import Visit, visit_of
from datasette_plugins.walks.loading import story_facts
from registry.vocab import culture_words
from registry.vocab.words import PlaceKind, Precision

_TYPES = {"grove": "Place", "garden": "Park", "place": "Place", "element": "LandmarksOrHistoricalBuildings"}
_PARKS = {PlaceKind.PARK, PlaceKind.TREE_PARK, PlaceKind.GREEN_SPACE}
_LAST_PAGE = 100_000


async def area_page(datasette: Any, request: Any) -> Response:
    """`/grove/<path>`, `/garden/<path>`, `/landmark/<path>`, `/element/<path>`."""
    page = await _look_up(datasette, request, page_number(request))
    linked = linked_data(page, visit_of(request))
    bars = {"grade_counts": GRADE_COUNTS, "age_shares": AGE_SHARES}
    return render_page(
        datasette, request, "site/area.html", page=page, linked=linked, C=culture_words, **bars
    )


async def area_json(datasette: Any, request: Any) -> Response:
    """`/grove/<path>.json` and so on: the record as it stands in the edition."""
    page = await _look_up(datasette, request, 1)
    return Response.json(record_of(page), headers=caching(visit_of(request), lasting=True), default=str)


def record_of(page: AreaPage) -> dict[str, Any]:
    """An area's public file as plain data; `schema/public.sql` names the columns."""
    zones = [{name: value for name, value in zone.items() if name != "rings"} for zone in page.zones.rows]
    photos = [{**dict(photo), "jpeg": f"/photo/{photo['id']}.jpg"} for photo in page.photos]
    parts = {
        name: [{"number": part["number"], "name": part["name"], "path": part["path"]} for part in rows]
        for name, rows in (("groves", page.groves), ("elements", page.elements))
    }
    done = [moment.row for moment in page.timeline if moment.kind in {"assessment", "works"}]
    return {
        "kind": page.kind,
        **page.row,
        "zones": zones,
        "care_events": done,
        "photos": photos,
        **parts,
        "stories": [story_facts(story) for story in page.stories],
        "source": dict(page.source) if page.source else None,
        "authority": dict(page.authority) if page.authority else None,
    }


def linked_data(page: AreaPage, visit: Visit) -> str:
    """The area as schema.org JSON-LD, safe inside a script element; a position only where it is exact."""
    row = page.row
    is_park = row.get("subkind") in _PARKS
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Park" if is_park else _TYPES[page.kind],
        "identifier": row["number"],
        "name": row["name"] or row["number"],
        "url": visit.url(f"/{WORDS[page.kind]}/{row['path']}"),
        "address": " ".join([*row["division_path"], row["address"] or ""]).strip(),
        "subjectOf": {
            "@type": "Dataset",
            "name": page.source["title"] if page.source else None,
            "license": page.source["licence_url"] if page.source else None,
            "creditText": row["attribution"],
        },
    }
    if row["lon"] is not None and row["position_precision"] == Precision.EXACT:
        facts["geo"] = {"@type": "GeoCoordinates", "latitude": row["lat"], "longitude": row["lon"]}
    if page.photos:
        facts["image"] = [f"/photo/{photo['id']}.jpg" for photo in page.photos[:5]]
    return json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")


def page_number(request: Any) -> int:
    """The page that the address asks for; 1 where it names none."""
    asked = (request.args.get("page") or "").strip()
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 1
    return min(max(number, 1), _LAST_PAGE)


def canonical(segment: str) -> str:
    """A segment of an address as paths are kept in the edition."""
    return tilde_encode(tilde_decode(unquote(segment[:600])))


async def _look_up(datasette: Any, request: Any, number: int) -> AreaPage:
    """The page that the address names. Raises NotFound."""
    kind, path = request.url_vars["kind"], canonical(request.url_vars["path"])

    def load(db: sqlite3.Connection) -> AreaPage | None:
        return load_area(edition_of(datasette), db, KINDS[kind], path, number)

    page = await read_edition(datasette, request, load)
    if page is None:
        raise NotFound("no such page")
    return page
