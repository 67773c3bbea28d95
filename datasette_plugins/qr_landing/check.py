"""The page behind the QR code of a dossier: who issued it, of which record, has that changed since."""

import base64
import binascii
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from datasette import Response

from datasette_plugins.site.pages import read_edition, render_page
from registry.proof_records import Token, read_token
from registry.vocab.document_words import DOCUMENTS
from registry.vocab.labels import Label

_TREE = """
SELECT 'tree' AS kind, path, tree_no AS number, name_zh, name_zh_lang, name_latin, name_en FROM tree
WHERE uuid = ?"""
_AREA = """
SELECT '{kind}' AS kind, path, number, name AS name_zh, name_lang AS name_zh_lang, NULL AS name_latin,
  NULL AS name_en, history FROM {kind} WHERE uuid = ?"""
_ROUTES = {"tree": "tree", "grove": "grove", "garden": "garden", "place": "landmark", "element": "element"}


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of a document. state: genuine, forged, malformed, or asked where nothing was given.

    record: its row in the edition, None where the edition does not have it. changed_seq: the last event of
    its history that came after the document. is_older: the edition is older than the document.
    """

    state: str
    token: Token | None = None
    record: sqlite3.Row | None = None
    route: str = ""
    changed_seq: int | None = None
    is_older: bool = False

    @property
    def document(self) -> Label | None:
        """What kind of document it is, where it is none about one record of an edition."""
        kind = self.token.kind if self.token else ""
        return None if kind in _ROUTES else DOCUMENTS.get(kind)


async def check_page(datasette: Any, request: Any) -> Response:
    """`/check/<TOKEN>`: 200 for what this register signed, 404 for anything else; `/check` tells how."""
    segment = request.url_vars.get("token") or ""
    found = await read_edition(datasette, request, lambda db: look_up(db, segment))
    status = 200 if found.state in {"genuine", "asked"} else 404
    return render_page(
        datasette,
        request,
        "qr_landing/check.html",
        status=status,
        lasting=found.state != "asked",
        check=found,
    )


def look_up(db: sqlite3.Connection, segment: str) -> Check:
    """What this edition knows of the document with this token."""
    if not segment:
        return Check("asked")
    token = read_token(unquote(segment[:600]))
    if token is None:
        return Check("malformed")
    facts = {row[0]: row[1] for row in db.execute("SELECT key, value FROM edition")}
    try:
        public_key = base64.b64decode(facts.get("public_key") or "")
    except binascii.Error:
        public_key = b""
    if not token.is_signed_by(public_key):
        return Check("forged")
    said = facts.get("made_at")
    is_older = said is None or datetime.fromisoformat(said) < token.made_at
    record, latest = _record_of(db, token)
    changed = latest if latest > token.history_seq else None
    return Check("genuine", token, record, _ROUTES.get(token.kind, ""), changed, is_older)


def _record_of(db: sqlite3.Connection, token: Token) -> tuple[sqlite3.Row | None, int]:
    """The record in the edition, and the number of the last event of its history."""
    if token.kind == "tree":
        row = db.execute(_TREE, (token.uuid,)).fetchone()
        seq = db.execute("SELECT MAX(seq) FROM history WHERE tree_uuid = ?", (token.uuid,)).fetchone()[0]
        return row, int(seq or 0)
    if token.kind not in _ROUTES:
        return None, 0
    row = db.execute(_AREA.format(kind=token.kind), (token.uuid,)).fetchone()
    history = json.loads(row["history"] or "[]") if row is not None else []
    return row, max((int(event["seq"]) for event in history), default=0)
