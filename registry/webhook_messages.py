"""What a webhook is told of an edition: out of the edition's file alone, so that it is public already."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from registry.errors import EditionMissingError
from registry.vocab.change_words import KIND, WHAT

FORMAT = "gushu-webhook-1"
MOST_CHANGES = 1000
_PAGES = {"tree": "tree", "grove": "grove", "garden": "garden", "place": "landmark", "element": "element"}


def editions_in(public: Path) -> list[int]:
    """The editions that the log of an edition knows, the oldest first. Raises EditionMissingError."""
    with closing(_open(public)) as db:
        return [row[0] for row in db.execute("SELECT number FROM edition_log ORDER BY number")]


def message(public: Path, edition: int, filters: Mapping[str, Sequence[str]], delivery: str) -> bytes:
    """The body about one edition as JSON, UTF-8. Raises EditionMissingError."""
    with closing(_open(public)) as db:
        facts = dict(map(tuple, db.execute("SELECT key, value FROM edition")))
        log = db.execute("SELECT * FROM edition_log WHERE number = ?", (edition,)).fetchone()
        if log is None:
            raise EditionMissingError(path=public)
        where, values = _where(filters)
        rows = db.execute(
            "SELECT cursor, edition, what, kind, uuid, number, name, name_lang, path, fields, codes "
            f"FROM edition_change WHERE edition = ? {where} ORDER BY cursor LIMIT ?",
            (edition, *values, MOST_CHANGES + 1),
        ).fetchall()
    address = facts.get("public_address", "").rstrip("/")
    told = {
        "format": FORMAT,
        "event": "edition.published",
        "delivery": delivery,
        "edition": edition,
        "compared_with": log["compared_with"],
        "made_at": log["made_at"],
        "register": {"zh": facts.get("register_name"), "en": facts.get("register_name_en")},
        "counts": {what: log[what] for what in WHAT},
        "complete": bool(log["is_listed"]) and len(rows) <= MOST_CHANGES,
        "feed": f"{address}/changes.json?since={log['compared_with'] or 0}",
        "filters": dict(filters),
        "changes": [_change(row, address) for row in rows[:MOST_CHANGES]],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def ping(delivery: str) -> bytes:
    """The body of a trial message."""
    return json.dumps({"format": FORMAT, "event": "ping", "delivery": delivery}).encode()


def filters_of(whats: Sequence[str], kinds: Sequence[str]) -> dict[str, list[str]]:
    """The filters as they are kept. Raises ValueError with the first word that is none."""
    for given, known in ((whats, WHAT), (kinds, KIND)):
        for word in given:
            if word not in known:
                raise ValueError(word)
    chosen = {"what": sorted(set(whats)), "kind": sorted(set(kinds))}
    return {name: words for name, words in chosen.items() if words}


def _where(filters: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    parts, values = [], []
    for name in ("what", "kind"):
        if words := list(filters.get(name, ())):
            parts.append(f"AND {name} IN ({', '.join('?' * len(words))})")
            values += words
    return " ".join(parts), values


def _change(row: sqlite3.Row, address: str) -> dict[str, Any]:
    own = dict(row)
    path = own.pop("path")
    url = f"{address}/{_PAGES[own['kind']]}/{path}" if path else None
    return {**own, "url": url, "fields": json.loads(own["fields"]), "codes": json.loads(own["codes"])}


def _open(public: Path) -> sqlite3.Connection:
    if not public.is_file():
        raise EditionMissingError(path=public)
    db = sqlite3.connect(f"{public.resolve().as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        db.execute("SELECT 1 FROM edition_log LIMIT 1")
    except sqlite3.DatabaseError as error:
        db.close()
        raise EditionMissingError(path=public) from error
    return db
