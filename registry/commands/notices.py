"""Notices to stewards: who was told of what, when and by which means, and that they acknowledged it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from registry.care_errors import NoticeError
from registry.commands.history import Change, record_event
from registry.commands.replay import plain_row
from registry.commands.subjects import OWNERS, Ref, told_rows, whose
from registry.errors import Phrase
from registry.models import StewardNotice, TreeParty
from registry.vocab.care_words import NoticeKind
from registry.vocab.words import PartyRole


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """What stewards were told. `means`: by post, by telephone, in person …"""

    kind: NoticeKind
    sent_on: date
    means: str | None = None
    document_no: str | None = None
    text: str | None = None


def add_notices(
    session: Session,
    refs: Sequence[Ref],
    draft: NoticeDraft,
    *,
    party_id: str | None = None,
    today: date,
    actor: str,
    now: datetime,
) -> tuple[int, list[str]]:
    """Record that the stewards of records (or one party) were told; returns how many notices are new, and the
    records without steward. The same again changes nothing.

    Raises RecordKindError, NoticeError.
    """
    if draft.sent_on > today:
        reason = Phrase("{day} lies ahead; record it on the day", day=draft.sent_on)
        raise NoticeError(record=refs[0][2], reason=reason)
    changes: list[Change] = []
    new, without = 0, []
    for ref in refs:
        owner = whose(ref)
        parties = [party_id] if party_id else _stewards(session, ref)
        if not parties:
            without.append(ref[2])
        came = []
        for party in parties:
            if not _is_there(session, ref, party, draft):
                row = StewardNotice(
                    **owner, party_id=party, kind=draft.kind, sent_on=draft.sent_on, means=draft.means,
                    document_no=draft.document_no, text=draft.text,
                )  # fmt: skip
                session.add(row)
                came.append(row)
        if came:
            session.flush()
            changes.append(told_rows(ref, "notices", came=came))
            new += len(came)
    if changes:
        record_event(session, "notices:sent", changes, actor=actor, at=now, document=draft.document_no)
    return new, without


def acknowledge(
    session: Session,
    ref: Ref,
    *,
    on: date,
    party_id: str | None = None,
    kind: NoticeKind | None = None,
    today: date,
    actor: str,
    now: datetime,
) -> int:
    """Record that notices about a record were acknowledged, those sent by that day and still open; returns
    how many. Raises RecordKindError, NoticeError."""
    if on > today:
        raise NoticeError(record=ref[2], reason=Phrase("{day} lies ahead; record it on the day", day=on))
    whose(ref)
    query = select(StewardNotice).where(
        col(getattr(StewardNotice, OWNERS[ref[0]])) == ref[1],
        col(StewardNotice.acknowledged_on).is_(None),
        StewardNotice.sent_on <= on,
    )
    if party_id is not None:
        query = query.where(StewardNotice.party_id == party_id)
    if kind is not None:
        query = query.where(StewardNotice.kind == kind)
    rows = list(session.exec(query.order_by(col(StewardNotice.id))))
    if not rows:
        raise NoticeError(record=ref[2], reason=Phrase("no notice is open that was sent by {day}", day=on))
    gone = [plain_row(StewardNotice, row) for row in rows]
    for row in rows:
        row.acknowledged_on = on
        session.add(row)
    session.flush()
    change = told_rows(ref, "notices", gone=gone, came=rows)
    record_event(session, "notices:acknowledged", [change], actor=actor, at=now)
    return len(rows)


def _stewards(session: Session, ref: Ref) -> list[str]:
    query = select(TreeParty.party_id).where(
        col(getattr(TreeParty, OWNERS[ref[0]])) == ref[1],
        TreeParty.role == PartyRole.STEWARD,
        col(TreeParty.to_on).is_(None),
    )
    return sorted(set(session.exec(query)))


def _is_there(session: Session, ref: Ref, party_id: str, draft: NoticeDraft) -> bool:
    query = select(StewardNotice.id).where(
        col(getattr(StewardNotice, OWNERS[ref[0]])) == ref[1],
        StewardNotice.party_id == party_id,
        StewardNotice.kind == draft.kind,
        StewardNotice.sent_on == draft.sent_on,
        col(StewardNotice.document_no).is_not_distinct_from(draft.document_no),
        col(StewardNotice.means).is_not_distinct_from(draft.means),
    )
    return session.exec(query.limit(1)).first() is not None
