"""Verifying the history: every link, every item, every private value that is still kept."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.comparing import misfits
from registry.commands.history import GENESIS, event_hash, item_line, streamed
from registry.commands.replay import told_items
from registry.errors import HeadUnknownError, HistoryBrokenError, Phrase
from registry.models import Campaign, Commitment, Edition, Event, EventItem, ProtectionList
from registry.rules.commitments import COMMITTED, WHOLE, Sealed, commitment_of, is_whole, left_of

_CHUNK = 1000
_SHOWN = 5
_DIGEST = re.compile(r'"committed":\{"digest":"([0-9a-f]{64})"')


def verify_history(session: Session, head: str | None = None) -> int:
    """Check every link, every item and every private value still kept; returns the number of events.

    head: a hash noted down earlier (on paper, in an edition); it must still be in the chain, for only so
    does it show when the newest events were cut off or all of it was written anew. The heads that editions,
    protection lists and frozen censuses state are checked alike.
    Raises HistoryBrokenError naming the first event that does not hold.
    """
    previous, expected = GENESIS, 1
    missing = {head.strip().lower()} if head else set()
    for stated in (Edition.history_head, ProtectionList.history_head, Campaign.history_head):
        missing |= {str(found) for found in session.scalars(select(stated).where(col(stated).is_not(None)))}
    missing.discard(GENESIS)
    for event in streamed(session, select(Event).order_by(col(Event.seq))):
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


@dataclass(frozen=True, slots=True)
class Head:
    """Where a hash stands in the chain: its event, and how many came since."""

    seq: int
    at: datetime
    kind: str
    since: int


def find_head(session: Session, head: str) -> Head:
    """The event whose hash is `head`, as a dossier, list or edition shows it; blanks in it do not matter.

    Raises HeadUnknownError.
    """
    wanted = "".join(head.split()).lower()
    event = session.exec(select(Event).where(Event.hash == wanted)).first()
    if event is None:
        raise HeadUnknownError(head=wanted)
    newest = session.exec(select(Event.seq).order_by(col(Event.seq).desc()).limit(1)).one()
    return Head(event.seq, event.at, event.kind, newest - event.seq)


def lost_values(session: Session) -> tuple[int, int]:
    """How many items' private values are gone though no erasure took them, and the first event of them (0).

    Erasing keeps the row of a commitment, with the leaf of what it forgot: a row that is missing was deleted
    behind the register's back.
    """
    count, first = 0, 0
    items = select(EventItem.seq, EventItem.change).order_by(col(EventItem.seq), col(EventItem.ordinal))
    for batch in chunks(streamed(session, items), _CHUNK):
        digests = {found[1]: seq for seq, change in batch if (found := _DIGEST.search(change))}
        rows = session.exec(select(Commitment.digest).where(col(Commitment.digest).in_(digests)))
        kept = {*rows}
        lost = [seq for digest, seq in digests.items() if digest not in kept]
        count, first = count + len(lost), first or min(lost, default=0)
    return count, first


def _altered(session: Session, seq: int) -> Phrase:
    """Which items of an event were altered, as far as the events around it tell."""
    found = misfits(session, seq)
    if not found:
        return Phrase("one of its items was altered")
    items = ", ".join(f"{ordinal} ({subject})" for ordinal, subject in found[:_SHOWN])
    return Phrase("its item {items} says something else than the events around it", items=items)


def _verify_items(session: Session, event: Event) -> None:
    digest, count = hashlib.sha256(), 0
    items = select(EventItem).where(EventItem.seq == event.seq).order_by(col(EventItem.ordinal))
    for item in streamed(session, items):
        count += 1
        line = item_line(item.seq, item.ordinal, item.subject_type, item.subject_id, item.action, item.change)
        digest.update(line.encode())
    if count != event.item_count:
        reason = Phrase("it has {count} items instead of {expected}", count=count, expected=event.item_count)
        raise HistoryBrokenError(seq=event.seq, reason=reason)
    if digest.hexdigest() != event.items_hash:
        raise HistoryBrokenError(seq=event.seq, reason=_altered(session, event.seq))


def _verify_commitments(session: Session) -> None:
    """Every private value that is kept must be the one that an item of the history commits to."""
    rows = streamed(session, select(Commitment).order_by(col(Commitment.subject_id)))
    for batch in chunks(rows, _CHUNK):
        known = _committed(session, {row.subject_id for row in batch})
        for row in batch:
            place, names = known.get((row.subject_id, row.field, row.digest), (None, ()))
            if place is None or not _holds(row, names) or not _is_left_as_told(session, row):
                reason = Phrase("a private value behind it was altered")
                raise HistoryBrokenError(seq=place or _first_seq(session, row.subject_id), reason=reason)


def _holds(row: Commitment, names: tuple[str, ...]) -> bool:
    if row.field != WHOLE:
        return row.digest == commitment_of(row.salt, row.field, row.value)
    return is_whole(Sealed(row.digest, row.salt, row.value), names)


def _is_left_as_told(session: Session, row: Commitment) -> bool:
    """Whether what was left of forgotten fields is what an erasing event says."""
    left = left_of(Sealed(row.digest, row.salt, row.value)) if row.field == WHOLE and not row.salt else {}
    if not left:
        return True
    told = [
        item.fields["left"][1].get(row.digest, {})
        for item in told_items(session, [row.subject_id])
        if isinstance(item.fields.get("left", [None, None])[1], dict)
    ]
    return all(any(parts.get(name) == pair for parts in told) for name, pair in left.items())


def _committed(
    session: Session, subject_ids: set[str]
) -> dict[tuple[str, str, str], tuple[int, tuple[str, ...]]]:
    """(subject, field, digest) of every commitment in the items of some records: its event, its fields."""
    columns = (EventItem.seq, EventItem.subject_id, EventItem.change)
    items = select(*columns).where(col(EventItem.subject_id).in_(subject_ids))
    known: dict[tuple[str, str, str], tuple[int, tuple[str, ...]]] = {}
    for seq, subject_id, change in session.exec(items):
        for field, told in json.loads(change).items():
            if field == COMMITTED:
                known[subject_id, WHOLE, told["digest"]] = (seq, tuple(told["fields"]))
                continue
            for side in told:
                if isinstance(side, dict) and "commitment" in side:
                    known[subject_id, field, side["commitment"]] = (seq, (field,))
    return known


def _first_seq(session: Session, subject_id: str) -> int:
    found = select(EventItem.seq).where(EventItem.subject_id == subject_id)
    return session.exec(found.order_by(col(EventItem.seq)).limit(1)).first() or 0
