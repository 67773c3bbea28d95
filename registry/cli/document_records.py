"""What the register holds of a document that is handed out: a strategy, an opinion, a letter, a list."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from registry.commands.letters import printed_letter
from registry.commands.protection_lists import read_list
from registry.commands.strategy_rows import content_sha256, lines_of
from registry.errors import RegistryError
from registry.file_store import FileStore
from registry.models import CareLetter, EventItem, ProtectionList, Strategy, ZoneCheck
from registry.proof_records import Statement
from registry.vocab.language import Translator
from registry.zone_check_reviews import whole_result

Told = Mapping[str, Any]

PAPERS: dict[str, Callable[[Told], dict[str, Any]]] = {
    "strategy": lambda told: {"number": told.get("number")},
    "opinion": lambda told: {"number": told.get("number"), "code": told.get("code")},
    "letter": lambda told: {"document_no": told.get("document_no"), "code": told.get("code")},
    "list": lambda told: {name: told.get("facts", {}).get(name) for name in ("title", "sha256")},
}
"""Kinds of documents, and what of their record stands on the pages in any case."""


def held(
    session: Session, statement: Statement, told: Told, files: FileStore, t: Translator
) -> tuple[bool | None, str]:
    """Whether the register holds what the record inside says, and that in words; None: it cannot be told."""
    _ = t.gettext
    models: dict[str, Any] = {
        "strategy": Strategy, "opinion": ZoneCheck, "letter": CareLetter, "list": ProtectionList,
    }  # fmt: skip
    row = session.get(models[statement.kind], statement.uuid)
    if row is None:
        return False, _("this register has no such document")
    try:
        same = _is_same(session, statement.kind, row, told, files)
    except RegistryError as error:
        return False, t.error(error)
    if same:
        return True, _("what it says is what the register holds")
    if statement.kind == "strategy" and _was_changed(session, row.id, statement.history_seq):
        return None, _("the strategy was changed since: not compared with today's")
    return False, _("the register holds something else under this number")


def _is_same(session: Session, kind: str, row: Any, told: Told, files: FileStore) -> bool:
    if kind == "strategy":
        content = content_sha256(row, lines_of(session, row))
        own = {"number": row.number, "version": row.version, "content_sha256": content}
        return all(told.get(name) == value for name, value in own.items())
    return bool(_record(session, kind, row, files) == told)


def _record(session: Session, kind: str, row: Any, files: FileStore) -> Any:
    """The record of a document that is kept once and stays, as JSON has it."""
    from exports.record_json import canonical_json, record_values
    from exports.zone_opinion import told_opinion

    records: dict[str, Callable[[], Any]] = {
        "opinion": lambda: told_opinion(whole_result(row)),
        "letter": lambda: printed_letter(row, files),
        "list": lambda: read_list(session, row),
    }
    return json.loads(canonical_json(record_values(records[kind]())))


def _was_changed(session: Session, own: str, seq: int) -> bool:
    items = select(EventItem.seq).where(
        EventItem.subject_type == "strategy", EventItem.subject_id == own, col(EventItem.seq) > seq
    )
    return session.exec(items.limit(1)).first() is not None
