"""History: append-only events, each chained by hash to the one before, in the change's own transaction.

An event covers one change or a whole batch; its items say per record what changed, old and new. Private
texts and names enter an item as one salted commitment only (`registry.rules.commitments`), so that deleting
salt and value forgets them for good while the chain still holds.

An item's `change` is {field: [old, new]}. Rows that belong to a record (numbers, measurements, decisions …;
see `CHILDREN`) are told in it as lists of whole rows with their ids: [rows that went or None, rows that came
or None]; a row that changed goes and comes. `open_change` puts private values back in.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.bulk import insert_rows
from registry.db import WRITERS_LOCK
from registry.models import (
    Commitment,
    Event,
    EventItem,
)
from registry.models.children import CHILDREN
from registry.rules.commitments import (
    COMMITTED,
    ERASED,
    WHOLE,
    Sealed,
    canonical,
    open_sealed,
    seal,
)
from registry.rules.redaction import DETAIL_TEXTS, FREE_TEXTS

__all__ = [
    "CHILDREN",
    "GENESIS",
    "PRIVATE_FIELDS",
    "Change",
    "ToldChange",
    "canonical",
    "commitments_behind",
    "event_hash",
    "history_head",
    "insert_rows",
    "item_line",
    "lock_history",
    "on_account_of",
    "open_change",
    "record_event",
    "streamed",
    "told_row",
]

GENESIS = "0" * 64
PRIVATE_FIELDS = frozenset(
    {
        *FREE_TEXTS,
        "caption",
        "credit",
        "findings",
        "party",
        "phone",
        "lon",
        "lat",
        "lon_raw",
        "lat_raw",
        "boundary",
    }
    | {"name", "name_verbatim", "latin_verbatim", "species_id", "document_no", "aliases", "designations"}
    | {"town", "village", "age_method", "source_url", "soil", "soil_compaction", "soil_depth", "slope"}
    | {"slope_position", "aspect", "period", "inspections", "photos", "flags", "ages", "agreements", "left"}
    | {"steps", "opinions", "objections", "grove_no"}
    | DETAIL_TEXTS
    | {"composition", "dominant_species", "target_species", "shrub_species", "herb_species", "layers"}
    | {"craftsmen", "lineage", "links", "answers"}
    | {"zones", "assessments", "readings", "care", "notices"}
    | {"lines", "signatures", "subjects", "documents", "partners", "items"}
    | {"basis", "site", "diagnosis", "risks", "problems", "aims", "monitoring", "emergency_plan", "outcome"}
    | {"reporter_id", "practices"}
    | {"planned_cents", "cost_cents", "amount_cents", "budget_cents", "approved_by", "task"}
    | {"project", "result", "outline", "method", "results", "scan_name", "text", "file_name", "reason"}
    | {"penalty_cents", "compensation_cents", "yearly_cents", "applicant_id"}
    | {"title", "title_en", "source_text", "translations", "stops", "intro", "intro_en", "start"}
    | {"accessibility", "teller_id", "collector_id", "tag_notes"}
)
"""Fields whose values are committed to, not written, in the history."""
_CHUNK = 1000
_ON_ACCOUNT_OF = "on_account_of"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one record: `fields` maps a name to (old, new)."""

    subject_type: str
    subject_id: str
    action: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class ToldChange:
    """What happened to one record, told already: the item's text, with the commitment that stands in it."""

    subject_type: str
    subject_id: str
    action: str
    text: str
    sealed: Sealed


def record_event(
    session: Session,
    kind: str,
    changes: Iterable[Change | ToldChange],
    *,
    actor: str,
    at: datetime,
    reason: str | None = None,
    document: str | None = None,
) -> Event:
    """Append one event with its items to the chain. The caller's transaction holds the write lock."""
    lock_history(session)
    reason = " · ".join(filter(None, (reason, session.info.get(_ON_ACCOUNT_OF)))) or None
    last = session.exec(select(Event.seq, Event.hash).order_by(col(Event.seq).desc()).limit(1)).first()
    seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    items: list[dict[str, Any]] = []
    commitments: list[dict[str, Any]] = []
    lines: list[str] = []
    for ordinal, change in enumerate(changes, start=1):
        text = _told(change, commitments)
        lines.append(item_line(seq, ordinal, change.subject_type, change.subject_id, change.action, text))
        items.append(
            {
                "seq": seq,
                "ordinal": ordinal,
                "subject_type": change.subject_type,
                "subject_id": change.subject_id,
                "action": change.action,
                "change": text,
            }
        )
    event = Event(
        seq=seq,
        at=at.astimezone(UTC),
        kind=kind,
        actor=actor,
        reason=reason,
        document=document,
        item_count=len(items),
        items_hash=hashlib.sha256("".join(lines).encode()).hexdigest(),
        previous_hash=previous,
        hash="",
    )
    event.hash = event_hash(event)
    session.add(event)
    session.flush()
    insert_rows(session, EventItem, items)
    insert_rows(session, Commitment, commitments)
    return event


@contextmanager
def on_account_of(session: Session, what: str) -> Iterator[None]:
    """Within this, every event names what it was recorded for beside its own reason: a submission, say."""
    before = session.info.get(_ON_ACCOUNT_OF)
    session.info[_ON_ACCOUNT_OF] = what
    try:
        yield
    finally:
        session.info[_ON_ACCOUNT_OF] = before


def told_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that belongs to a record as its items tell it: whole, but for what is empty and whose it is."""
    return {name: value for name, value in row.items() if value is not None and name not in _WHOSE}


def commitments_behind(session: Session, subject_ids: Iterable[str]) -> dict[str, Sealed]:
    """The private values kept of some records, by digest. Those of fields committed to one by one are
    opened with their field's name as well."""
    query = select(Commitment.digest, Commitment.salt, Commitment.value)
    found: dict[str, Sealed] = {}
    for ids in chunks(subject_ids, _CHUNK):
        rows = session.exec(query.where(col(Commitment.subject_id).in_(ids)))
        found.update({digest: Sealed(digest, salt, value) for digest, salt, value in rows})
    return found


def open_change(change: str, commitments: Mapping[str, Sealed]) -> dict[str, list[Any]]:
    """{field: [old, new]} of an item, private values filled in; ERASED stands for forgotten ones."""
    told: dict[str, Any] = json.loads(change)
    if (committed := told.pop(COMMITTED, None)) is not None:
        sealed = commitments.get(committed["digest"])
        private = open_sealed(sealed) if sealed else {}
        told.update({name: private.get(name, ERASED) for name in committed["fields"]})
    for name, pair in told.items():
        if pair is ERASED:
            told[name] = [ERASED, ERASED]
        elif any(type(side) is dict and "commitment" in side for side in pair):
            told[name] = [_side(name, side, commitments) for side in pair]
    return told


def history_head(session: Session) -> str:
    """The hash of the newest event; 64 zeros where nothing has happened yet."""
    newest = session.exec(select(Event.hash).order_by(col(Event.seq).desc()).limit(1)).first()
    return newest or GENESIS


def streamed(session: Session, query: Any) -> Iterator[Any]:
    """The rows of `query`, few at a time; the cursor is closed also where reading stops half-way."""
    with closing(session.exec(query.execution_options(yield_per=1000))) as rows:
        yield from rows


def event_hash(event: Event) -> str:
    """SHA-256 over the event's content and the hash before it."""
    content = {
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": event.kind,
        "actor": event.actor,
        "reason": event.reason,
        "document": event.document,
        "item_count": event.item_count,
        "items_hash": event.items_hash,
        "previous_hash": event.previous_hash,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


_WHOSE = frozenset({"tree_id", "grove_id", "garden_id", "place_id"})
_ONCE_AS_JSON = frozenset({"aliases", "designations", "findings", "lon", "lat"})
"""Fields whose single values were committed to as JSON, not as they are."""


def item_line(seq: int, ordinal: int, subject_type: str, subject_id: str, action: str, change: str) -> str:
    """What of an item is hashed: its values as one line of canonical JSON."""
    texts = f"{quoted(subject_type)},{quoted(subject_id)},{quoted(action)},{quoted(change)}"
    return f"[{seq},{ordinal},{texts}]\n"


def _told(change: Change | ToldChange, commitments: list[dict[str, Any]]) -> str:
    """An item's text. Private fields go into one commitment, whose row is added to `commitments`."""
    if isinstance(change, ToldChange):
        _keep(change.sealed, change.subject_id, commitments)
        return change.text
    fields: Mapping[str, Any] = change.fields
    names = PRIVATE_FIELDS.intersection(fields)
    if not names:
        return canonical(fields)
    sealed = seal({name: fields[name] for name in names}, secrets.token_hex(16))
    _keep(sealed, change.subject_id, commitments)
    told = {name: pair for name, pair in fields.items() if name not in names}
    told[COMMITTED] = {"digest": sealed.digest, "fields": sorted(names)}
    return canonical(told)


def _keep(sealed: Sealed, subject_id: str, commitments: list[dict[str, Any]]) -> None:
    commitments.append(
        {
            "digest": sealed.digest,
            "salt": sealed.salt,
            "value": sealed.value,
            "subject_id": subject_id,
            "field": WHOLE,
        }
    )


def _side(field: str, side: Any, commitments: Mapping[str, Sealed]) -> Any:
    """One side of a field that is committed to by itself, as all were once."""
    if type(side) is not dict:
        return side
    sealed = commitments.get(side["commitment"])
    if sealed is None:
        return ERASED
    return json.loads(sealed.value) if field in _ONCE_AS_JSON else sealed.value


def lock_history(session: Session) -> None:
    """Wait until nobody else writes history, and keep others waiting until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})"))
