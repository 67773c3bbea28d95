"""History: append-only events, each chained by hash to the one before, in the change's own transaction.

An event covers one change or a whole batch; its items say per record what changed, old and new. Private
texts and names enter an item as salted commitments only, so that deleting the salt and the value forgets
them for good while the chain still holds.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.errors import HistoryBrokenError, Phrase
from registry.models import Commitment, Edition, Event, EventItem
from registry.rules.redaction import FREE_TEXTS

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
    | {"slope_position", "aspect", "period"}
)
"""Fields whose values are committed to, not written, in the history."""
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one record: `fields` maps a name to (old, new)."""

    subject_type: str
    subject_id: str
    action: str
    fields: dict[str, tuple[Any, Any]]


def record_event(
    session: Session,
    kind: str,
    changes: Iterable[Change],
    *,
    actor: str,
    at: datetime,
    reason: str | None = None,
    document: str | None = None,
) -> Event:
    """Append one event with its items to the chain. The caller's transaction holds the write lock."""
    _lock_chain(session)
    last = session.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).first()
    seq = last.seq + 1 if last else 1
    digest = hashlib.sha256()
    count = 0
    items: list[dict[str, Any]] = []
    commitments: list[dict[str, Any]] = []
    for ordinal, change in enumerate(changes, start=1):
        text = canonical(
            {name: _told(change, name, pair, commitments) for name, pair in change.fields.items()}
        )
        digest.update(_item_line(seq, ordinal, change.subject_type, change.subject_id, change.action, text))
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
        count = ordinal
    event = Event(
        seq=seq,
        at=at.astimezone(UTC),
        kind=kind,
        actor=actor,
        reason=reason,
        document=document,
        item_count=count,
        items_hash=digest.hexdigest(),
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    event.hash = event_hash(event)
    session.add(event)
    session.flush()
    _insert(session, EventItem, items)
    _insert(session, Commitment, commitments)
    return event


def history_head(session: Session) -> str:
    """The hash of the newest event; 64 zeros where nothing has happened yet."""
    newest = session.exec(select(Event.hash).order_by(col(Event.seq).desc()).limit(1)).first()
    return newest or GENESIS


def verify_history(session: Session, head: str | None = None) -> int:
    """Check every link, every item and every private value still kept; returns the number of events.

    head: a hash noted down earlier (on paper, in an edition); it must still be in the chain, for only so
    does it show when the newest events were cut off. The heads of all editions are checked alike.
    Raises HistoryBrokenError naming the first event that does not hold.
    """
    previous, expected = GENESIS, 1
    missing = {head.strip().lower()} if head else set()
    missing |= set(session.exec(select(Edition.history_head)))
    missing.discard(GENESIS)
    for event in _streamed(session, select(Event).order_by(col(Event.seq))):
        if event.seq != expected:
            raise HistoryBrokenError(seq=expected, reason=Phrase("the event is missing"))
        if event.previous_hash != previous:
            raise HistoryBrokenError(seq=event.seq, reason=Phrase("it does not follow the event before"))
        if event.hash != event_hash(event):
            raise HistoryBrokenError(seq=event.seq, reason=Phrase("its content was altered"))
        _verify_items(session, event)
        previous, expected = event.hash, expected + 1
        missing.discard(event.hash)
    stray = session.exec(select(EventItem.seq).where(col(EventItem.seq) >= expected).limit(1)).first()
    if stray is not None:
        raise HistoryBrokenError(seq=stray, reason=Phrase("the event is missing"))
    if missing:
        reason = Phrase("the head {head} is not in the chain: events were cut off", head=min(missing))
        raise HistoryBrokenError(seq=expected, reason=reason)
    _verify_commitments(session)
    return expected - 1


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


def canonical(value: Any) -> str:
    """`value` as JSON in the one form that is hashed: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def commitment_of(salt: str, field: str, value: str) -> str:
    """The digest that stands in the history for a private value."""
    return hashlib.sha256(f"{salt}\0{field}\0{value}".encode()).hexdigest()


def _verify_items(session: Session, event: Event) -> None:
    digest, count = hashlib.sha256(), 0
    items = select(EventItem).where(EventItem.seq == event.seq).order_by(col(EventItem.ordinal))
    for item in _streamed(session, items):
        count += 1
        digest.update(
            _item_line(item.seq, item.ordinal, item.subject_type, item.subject_id, item.action, item.change)
        )
    if count != event.item_count:
        reason = Phrase("it has {count} items instead of {expected}", count=count, expected=event.item_count)
        raise HistoryBrokenError(seq=event.seq, reason=reason)
    if digest.hexdigest() != event.items_hash:
        raise HistoryBrokenError(seq=event.seq, reason=Phrase("one of its items was altered"))


def _verify_commitments(session: Session) -> None:
    """Every private value that is kept must be the one that an item of the history commits to."""
    rows = _streamed(session, select(Commitment).order_by(col(Commitment.subject_id)))
    for batch in chunks(rows, _CHUNK):
        known = _committed(session, {row.subject_id for row in batch})
        for row in batch:
            is_whole = row.digest == commitment_of(row.salt, row.field, row.value)
            if not is_whole or (row.subject_id, row.field, row.digest) not in known:
                found = select(EventItem.seq).where(EventItem.subject_id == row.subject_id)
                first = session.exec(found.order_by(col(EventItem.seq)).limit(1)).first()
                raise HistoryBrokenError(
                    seq=first or 0, reason=Phrase("a private value behind it was altered")
                )


def _committed(session: Session, subject_ids: set[str]) -> set[tuple[str, str, str]]:
    """(subject, field, digest) of every commitment that stands in the items of some records."""
    items = select(EventItem.subject_id, EventItem.change).where(col(EventItem.subject_id).in_(subject_ids))
    return {
        (subject_id, field, side["commitment"])
        for subject_id, change in session.exec(items)
        for field, pair in json.loads(change).items()
        for side in pair
        if isinstance(side, dict) and "commitment" in side
    }


def _streamed(session: Session, query: Any) -> Iterator[Any]:
    """The rows of `query`, few at a time; the cursor is closed also where reading stops half-way."""
    with closing(session.exec(query.execution_options(yield_per=1000))) as rows:
        yield from rows


def _item_line(seq: int, ordinal: int, subject_type: str, subject_id: str, action: str, change: str) -> bytes:
    return (canonical([seq, ordinal, subject_type, subject_id, action, change]) + "\n").encode()


def _told(change: Change, field: str, pair: tuple[Any, Any], commitments: list[dict[str, Any]]) -> list[Any]:
    if field not in PRIVATE_FIELDS:
        return list(pair)
    return [
        None if value is None else _commit(change.subject_id, field, value, commitments) for value in pair
    ]


def _commit(subject_id: str, field: str, value: Any, commitments: list[dict[str, Any]]) -> dict[str, str]:
    salt = secrets.token_hex(16)
    text = value if isinstance(value, str) else canonical(value)
    digest = commitment_of(salt, field, text)
    commitments.append(
        {"digest": digest, "salt": salt, "value": text, "subject_id": subject_id, "field": field}
    )
    return {"commitment": digest}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _insert(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    for chunk in chunks(rows, _CHUNK):
        session.execute(sa.insert(table), chunk)


def _lock_chain(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(4711)"))
