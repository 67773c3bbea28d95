"""`/search/suggest.json?q=…`: what somebody who is still typing may mean."""

import json
import sqlite3
from functools import partial
from typing import Any

from datasette import Response

from datasette_plugins.search.things import things_named
from datasette_plugins.search.wishes import read_wish
from datasette_plugins.site.hits import HIT_COLUMNS, read_hit
from datasette_plugins.site.pages import caching, edition_of
from datasette_plugins.site.place_names import place_names, place_text
from datasette_plugins.site.visits import Visit, visit_of
from registry.vocab.language import Translator

MOST = 8
_MOST_NUMBERS = 4
_NUMBERS = (
    f"SELECT {HIT_COLUMNS} FROM tree WHERE fid IN ("
    "SELECT fid FROM (SELECT fid FROM tree WHERE tree_no >= :from "
    f"AND tree_no < :to ORDER BY tree_no LIMIT {_MOST_NUMBERS}) UNION SELECT fid FROM (SELECT fid FROM tree "
    f"WHERE tree_no >= :upper AND tree_no < :upper_to ORDER BY tree_no LIMIT {_MOST_NUMBERS})) "
    f"ORDER BY tree_no, fid LIMIT {_MOST_NUMBERS}"
)
_LAST = "\U0010ffff"


async def suggest_json(datasette: Any, request: Any) -> Response:
    """At most eight suggestions: `{"q": …, "items": [{"kind": "species", "label": "槐", "url": …} …]}`."""
    visit, query = visit_of(request), read_wish(request.args).q
    items = edition_of(datasette).read_now(partial(suggestions, query=query, visit=visit)) if query else []
    body = json.dumps({"q": query, "items": items}, ensure_ascii=False, separators=(",", ":"))
    headers = caching(visit, lasting=True)
    return Response(body, headers=headers, content_type="application/json; charset=utf-8")


def suggestions(db: sqlite3.Connection, query: str, visit: Visit) -> list[dict[str, Any]]:
    """Names that begin so, and trees whose number does."""
    t = visit.translator
    numbers = _numbers(db, query, visit) if any(character.isdigit() for character in query) else []
    named = [
        _item(t, thing.kind, thing.called(t), thing.more(t), thing.trees, visit.url(thing.path))
        for thing in things_named(db, query, MOST - len(numbers))
    ]
    return numbers + named


def _numbers(db: sqlite3.Connection, query: str, visit: Visit) -> list[dict[str, Any]]:
    t, upper = visit.translator, query.upper()
    bounds = {"from": query, "to": query + _LAST, "upper": upper, "upper_to": upper + _LAST}
    items = []
    for hit in map(read_hit, db.execute(_NUMBERS, bounds)):
        name = (hit.name_en, "en") if t.lang == "en" and hit.name_en else (hit.name_zh, hit.name_zh_lang)
        places = place_names(t, hit.division_path, hit.division_path_en, hit.text_lang, hit.jurisdiction)
        more = (name[0], name[1] or "zh-Hans") if name[0] else (place_text(t, places), hit.text_lang)
        items.append(
            _item(
                t, "tree", (hit.tree_no, ""), (more[0] or "", more[1]), None, visit.url(f"/tree/{hit.path}")
            )
        )
    return items


def _item(
    t: Translator, kind: str, name: tuple[str, str], more: tuple[str, str], trees: int | None, url: str
) -> dict[str, Any]:
    said = t.ngettext("{count} tree", "{count} trees", trees) if trees else ""
    item = {"kind": kind, "what": kind_name(t, kind), "label": name[0], "lang": name[1]}
    return {**item, "more": more[0], "more_lang": more[1], "trees": said, "url": url}


def kind_name(t: Translator, kind: str) -> str:
    """What sort of thing it is, in one word."""
    return {
        "tree": t.gettext("Tree"),
        "species": t.gettext("Species"),
        "division": t.gettext("Place"),
        "grove": t.gettext("Grove"),
        "garden": t.gettext("Heritage garden"),
        "place": t.gettext("Landmark place"),
        "element": t.gettext("Landmark element"),
        "story": t.gettext("Story"),
        "walk": t.gettext("Walk"),
    }.get(kind, kind)
