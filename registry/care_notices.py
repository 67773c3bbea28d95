"""Which stewards were told of what, and who is still to be told: of a designation, a zone, an agreement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.calendars import register_zone
from registry.care_due import due_agreements
from registry.chunks import chunks
from registry.models import (
    CareLetter,
    CareLetterItem,
    Designation,
    Grove,
    HeritageGarden,
    Party,
    Place,
    StewardNotice,
    Tree,
    TreeParty,
    Zone,
)
from registry.rulepacks import PackLibrary
from registry.selection import standing_ids
from registry.vocab.care_words import LetterState, NoticeKind, ZoneKind
from registry.vocab.words import DesignationKind, PartyRole

TABLES: dict[str, tuple[Any, str, str]] = {
    "tree": (Tree, "tree_no", "name_verbatim"),
    "grove": (Grove, "number", "name"),
    "garden": (HeritageGarden, "number", "name"),
    "place": (Place, "number", "name"),
}
UNTOLD = (NoticeKind.DESIGNATION, NoticeKind.ZONE, NoticeKind.AGREEMENT, NoticeKind.CARETAKER)
"""Of what it can be read who was not told yet."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """That a steward was told, or (`sent_on` None) is still to be told of what happened on `since`.
    `own`: the id of the record."""

    id: str
    kind: str
    record: str
    number: str
    name: str | None
    party_id: str
    party: str
    party_kind: str
    sent_on: date | None = None
    means: str | None = None
    document_no: str | None = None
    text: str | None = None
    acknowledged_on: date | None = None
    since: date | None = None
    own: str = ""


def notice_records(
    session: Session, record: tuple[str, str] | None = None, *, open_only: bool = False
) -> list[NoticeRecord]:
    """Notices that were sent, the newest first; of one record (kind and id), or those not acknowledged."""
    found = []
    for kind, (table, number, name) in TABLES.items():
        if record is not None and record[0] != kind:
            continue
        whose = col(getattr(StewardNotice, f"{kind}_id"))
        columns: list[Any] = [StewardNotice, Party, getattr(table, number), getattr(table, name)]
        query = (
            sa.select(*columns)
            .join(Party, col(Party.id) == col(StewardNotice.party_id))
            .join(table, table.id == whose)
        )
        if record is not None:
            query = query.where(whose == record[1])
        if open_only:
            query = query.where(col(StewardNotice.acknowledged_on).is_(None))
        for row, party, called, own_name in session.execute(query):
            found.append(
                NoticeRecord(
                    id=row.id, kind=row.kind.value, record=kind, number=called, name=own_name,
                    party_id=party.id, party=party.name, party_kind=party.kind.value,
                    sent_on=row.sent_on, means=row.means,
                    document_no=row.document_no, text=row.text, acknowledged_on=row.acknowledged_on,
                )
            )  # fmt: skip
    found.sort(key=lambda each: (each.record, len(each.number), each.number, each.party))
    return sorted(found, key=lambda each: each.sent_on or date.min, reverse=True)


def not_told(
    session: Session, kind: NoticeKind, library: PackLibrary, today: date, where: Sequence[str] = ()
) -> list[NoticeRecord]:
    """The stewards of today who have not been told: of a decision since it was made, of a legal zone since it
    was published, of an agreement since it was due or its letter printed, of their duty since it began.

    A notice counts that was sent on that day or later. Raises SelectionError, ValueError for another kind.
    """
    if kind not in UNTOLD:
        raise ValueError(f"{kind} is no event of the register")
    found: list[NoticeRecord] = []
    for record in ("tree", "grove"):
        table, number, name = TABLES[record]
        due = _due(session, library, today, where, record) if kind == NoticeKind.AGREEMENT else None
        ids = standing_ids(session, record, where)
        for some in chunks(ids, _CHUNK):
            since = due if due is not None else _since(session, kind, record, some)
            rows = session.execute(
                sa.select(table.id, getattr(table, number), getattr(table, name)).where(table.id.in_(some))
            )
            called = {row[0]: (row[1], row[2]) for row in rows}
            sent = _sent(session, kind, record, some)
            for own, role, party in _stewards(session, record, some):
                begun = since.get((own, party.id)) or since.get((own, ""))
                if kind == NoticeKind.CARETAKER:
                    begun = role.from_on or date.min
                last = sent.get((own, party.id))
                if begun is None or (last is not None and last >= begun):
                    continue
                found.append(
                    NoticeRecord(
                        id="", kind=kind.value, record=record, number=called[own][0], name=called[own][1],
                        party_id=party.id, party=party.name, party_kind=party.kind.value,
                        since=None if begun == date.min else begun, own=own,
                    )
                )  # fmt: skip
    return sorted(found, key=lambda each: (each.party, each.record != "tree", len(each.number), each.number))


def _stewards(session: Session, record: str, ids: list[str]) -> Iterator[tuple[str, TreeParty, Party]]:
    whose = col(getattr(TreeParty, f"{record}_id"))
    query = (
        select(TreeParty, Party)
        .join(Party, col(Party.id) == col(TreeParty.party_id))
        .where(whose.in_(ids), TreeParty.role == PartyRole.STEWARD, col(TreeParty.to_on).is_(None))
    )
    seen: set[tuple[str, str]] = set()
    for role, party in session.exec(query.order_by(col(TreeParty.id))):
        own = getattr(role, f"{record}_id")
        if (own, party.id) not in seen:
            seen.add((own, party.id))
            yield own, role, party


def _sent(session: Session, kind: NoticeKind, record: str, ids: list[str]) -> dict[tuple[str, str], date]:
    """The last notice of a kind to each steward about each record."""
    whose = col(getattr(StewardNotice, f"{record}_id"))
    query = (
        sa.select(whose, col(StewardNotice.party_id), sa.func.max(StewardNotice.sent_on))
        .where(whose.in_(ids), col(StewardNotice.kind) == kind)
        .group_by(whose, col(StewardNotice.party_id))
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _since(session: Session, kind: NoticeKind, record: str, ids: list[str]) -> dict[tuple[str, str], date]:
    """The day of what happened, under (record, "")."""
    if kind == NoticeKind.DESIGNATION:
        whose = col(getattr(Designation, f"{record}_id"))
        query = sa.select(whose, sa.func.max(Designation.designated_on)).where(
            whose.in_(ids),
            col(Designation.kind) == DesignationKind.GRADE,
            col(Designation.ended_on).is_(None),
        )
    elif kind == NoticeKind.ZONE:
        whose = col(getattr(Zone, f"{record}_id"))
        query = sa.select(whose, sa.func.max(Zone.published_on)).where(
            whose.in_(ids), col(Zone.kind) == ZoneKind.LEGAL, col(Zone.ended_on).is_(None)
        )
    else:
        return {}
    return {(own, ""): day for own, day in session.execute(query.group_by(whose)) if day is not None}


def _due(
    session: Session, library: PackLibrary, today: date, where: Sequence[str], record: str
) -> dict[tuple[str, str], date]:
    """Since when an agreement is to be signed with whom; a letter that was printed since makes it anew."""
    every, _counts = due_agreements(session, library, today, where)
    found = {(each.own, each.party_id): each.since or date.min for each in every if each.record == record}
    whose = col(getattr(CareLetterItem, f"{record}_id"))
    printed = (
        select(whose, CareLetter.party_id, sa.func.max(CareLetter.made_at))
        .join(CareLetter, col(CareLetter.id) == col(CareLetterItem.letter_id))
        .where(whose.is_not(None), CareLetter.state == LetterState.MADE)
        .group_by(whose, col(CareLetter.party_id))
    )
    zone = register_zone(session)
    for own, party_id, made_at in session.execute(printed):
        if (own, party_id) in found:
            found[own, party_id] = max(found[own, party_id], made_at.astimezone(zone).date())
    return found
