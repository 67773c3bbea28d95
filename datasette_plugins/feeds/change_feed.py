"""`/changes.json`: every change in order, for programs that follow the register (docs/en/changes.md).

A cursor is edition × 1,000,000 + place: it is never used again, so that a program asks for what came after
the last one it has seen. `complete` false says that older changes are not kept any more: fetch the edition.
"""

import json
import sqlite3
from typing import Any

from datasette import Response

from datasette_plugins.feeds.loading import ChangeRow, is_complete, load_after, load_log
from datasette_plugins.feeds.pages import whole_number
from datasette_plugins.site.pages import caching, edition_of
from datasette_plugins.site.visits import visit_of

FORMAT = "gushu-changes-1"
CURSOR_STEP = 1_000_000
DEFAULT_LIMIT = 500
MOST = 5000
_LONGEST_CURSOR = 15


async def changes_json(datasette: Any, request: Any) -> Response:
    """The changes after `since`: the number of an edition, or a cursor (15 digits at most)."""
    since = _since(request.args.get("since"))
    limit = whole_number(request.args.get("limit")) or DEFAULT_LIMIT
    if since is None:
        told = {"error": "since_invalid", "message": "since is the number of an edition, or a cursor"}
        return Response(json.dumps(told), status=400, content_type="application/json; charset=utf-8")
    edition, visit = edition_of(datasette), visit_of(request)
    asked = min(max(limit, 1), MOST)
    found = await edition.execute_fn(lambda db: change_feed(db, edition.facts_of(db), since, asked))
    headers = {**caching(visit, lasting=True), "access-control-allow-origin": "*"}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"
    return Response(text, headers=headers, content_type="application/json; charset=utf-8")


def change_feed(db: sqlite3.Connection, facts: dict[str, str], since: int, limit: int) -> dict[str, Any]:
    """One page of the feed. since: 0 from the beginning; an edition, or a cursor."""
    log = load_log(db)
    cursor = since if since >= CURSOR_STEP else since * CURSOR_STEP + CURSOR_STEP - 1 if since else 0
    newest = max((row.number for row in log), default=int(facts.get("number", 0)))
    rows = load_after(db, cursor, limit + 1) if log else ()
    shown = rows[:limit]
    begins = cursor // CURSOR_STEP
    partly = any(row.number == begins and row.is_listed for row in log) if since >= CURSOR_STEP else True
    last = shown[-1].cursor if len(rows) > limit else newest * CURSOR_STEP + CURSOR_STEP - 1
    address = facts.get("public_address", "").rstrip("/")
    return {
        "format": FORMAT,
        "edition": newest,
        "made_at": facts.get("made_at"),
        "history_head": facts.get("history_head"),
        "since": since,
        "complete": partly and is_complete(log, begins, newest),
        "more": len(rows) > limit,
        "next": last,
        "editions": [
            {"number": row.number, "made_at": row.made_at, "compared_with": row.compared_with,
             "listed": row.is_listed, **row.whats}
            for row in reversed(log)
            if row.number > begins
        ],
        "changes": [change_object(row, address) for row in shown],
    }  # fmt: skip


def change_object(row: ChangeRow, address: str) -> dict[str, Any]:
    """One change as the feed and the webhooks tell it."""
    return {
        "cursor": row.cursor,
        "edition": row.edition,
        "what": row.what,
        "kind": row.kind,
        "uuid": row.uuid,
        "number": row.number,
        "name": row.name,
        "name_lang": row.name_lang,
        "url": address + row.address if row.address else None,
        "fields": list(row.fields),
        "codes": row.codes,
    }


def _since(text: str | None) -> int | None:
    """0 where nothing is asked for; None for what is no number."""
    asked = (text or "0").strip()
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > _LONGEST_CURSOR:
        return None
    return int(asked)
