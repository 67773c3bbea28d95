"""The published protection lists (保护名录) in an edition, without what is not public any more.

A list was redacted when it was made. What has become withheld since is taken out of its lines again: a line
of a record whose place is hidden now says no place, one of a record that is gone says number and class alone.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.chunks import chunks
from registry.edition import EditionWriter
from registry.models import Authority, ProtectionList, ProtectionListEntry
from registry.rules.redaction import public_text

KEPT_LISTS = 5
"""Lists of each authority, the newest first, whose lines are in an edition; of older ones only the row."""
_BATCH = 1000
_SHOWN = {
    "tree": "SELECT uuid, path, division_path, withheld, position_precision, name_zh_lang AS lang, "
    "COALESCE(name_zh, name_verbatim, common_name) AS name, name_latin FROM tree WHERE uuid IN ",
    "grove": "SELECT uuid, path, division_path, withheld, position_precision, name_lang AS lang, name, "
    'NULL AS name_latin FROM "grove" WHERE uuid IN ',
}


def write_lists(session: Session, writer: EditionWriter, now: datetime) -> None:
    """Write `protection_list` and `protection_list_entry`: lists whose day of publication has come."""
    today = register_today(session, now)
    query = select(ProtectionList, Authority).join(
        Authority, col(Authority.id) == col(ProtectionList.authority_id)
    )
    query = query.where(col(ProtectionList.published_on) <= today).order_by(
        col(ProtectionList.authority_id), col(ProtectionList.edition).desc()
    )
    seen: Counter[str] = Counter()
    for made, authority in session.exec(query).all():
        seen[made.authority_id] += 1
        is_listed = seen[made.authority_id] <= KEPT_LISTS
        writer.insert("protection_list", [_list_row(made, authority, is_listed=is_listed)])
        if is_listed:
            _write_lines(session, writer, made)


def _list_row(made: ProtectionList, authority: Authority, *, is_listed: bool) -> dict[str, Any]:
    return {
        "list_id": made.id,
        "authority_id": authority.id,
        "authority_zh": authority.name_zh,
        "authority_en": authority.name_en,
        "edition": made.edition,
        "title": public_text(made.title, is_unit=True),
        "title_lang": authority.name_zh_lang,
        "published_on": made.published_on,
        "document_no": public_text(made.document_no),
        "url": public_text(made.url),
        "entry_count": made.entry_count,
        "is_listed": int(is_listed),
    }


def _write_lines(session: Session, writer: EditionWriter, made: ProtectionList) -> None:
    query = select(ProtectionListEntry).where(ProtectionListEntry.list_id == made.id)
    for entries in chunks(session.exec(query.order_by(col(ProtectionListEntry.ordinal))), _BATCH):
        shown = {
            kind: _shown(writer.connection, kind, [getattr(e, f"{kind}_id") for e in entries])
            for kind in _SHOWN
        }
        writer.insert("protection_list_entry", list(_lines(entries, shown)))


def _lines(
    entries: list[ProtectionListEntry], shown: dict[str, dict[str, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    for entry in entries:
        kind = "tree" if entry.tree_id is not None else "grove"
        own = str(entry.tree_id or entry.grove_id)
        told = json.loads(entry.content)
        now = shown[kind].get(own)
        yield {
            "list_id": entry.list_id,
            "ordinal": entry.ordinal,
            "kind": kind,
            "uuid": own,
            "number": entry.number,
            "category": told.get("category"),
            "grade": told.get("grade"),
            "listings": told.get("listings") or [],
            "tree_count": told.get("tree_count"),
            "designated_on": told.get("designated_on"),
            "division_path": "[]",
            **(_still_public(told, now) if now else {}),
        }


def _still_public(told: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What a line says beside number and class, as far as the edition says it of the record itself."""
    withheld = set(json.loads(now["withheld"]))
    is_exact = now["position_precision"] == "exact"
    divisions = json.dumps(told.get("division") or [], ensure_ascii=False)
    return {
        "path": now["path"],
        "name": now["name"],
        "name_lang": now["lang"] or "zh-Hans",
        "name_latin": now["name_latin"],
        "age_years": None if "age_years" in withheld else told.get("age_years"),
        "division_path": divisions if is_exact and "division_path" not in withheld else now["division_path"],
    }


def _shown(connection: sqlite3.Connection, kind: str, ids: list[str | None]) -> dict[str, dict[str, Any]]:
    known = [own for own in ids if own is not None]
    if not known:
        return {}
    cursor = connection.execute(f"{_SHOWN[kind]} ({', '.join('?' * len(known))})", known)
    names = [column[0] for column in cursor.description]
    return {row[0]: dict(zip(names, row, strict=True)) for row in cursor}
