"""What a dated row is about: the column that names its record, and how the history tells it there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.commands.history import Change, record_event
from registry.commands.numbering import lock_numbers
from registry.commands.replay import plain_row
from registry.errors import Phrase, RecordKindError

Ref = tuple[str, str, str]
"""A record as commands take it: kind, id, and what it was called by whoever asked."""
OWNERS = {"tree": "tree_id", "grove": "grove_id", "garden": "garden_id", "place": "place_id"}
"""The column that names a record to which dated rows belong, by its kind."""
_CALLED = {
    ("tree", "grove"): Phrase("trees and groves"),
    ("tree", "grove", "garden"): Phrase("trees, groves and gardens"),
    ("tree", "grove", "garden", "place"): Phrase("trees, groves, gardens and places"),
}


def whose(ref: Ref, kinds: Collection[str] = tuple(OWNERS)) -> dict[str, Any]:
    """{column: id} of a record. Raises RecordKindError where it is none of `kinds`."""
    kind, own, called = ref
    if kind not in kinds or kind not in OWNERS:
        raise RecordKindError(record=called, kinds=_CALLED[tuple(name for name in OWNERS if name in kinds)])
    return {OWNERS[kind]: own}


def subject_of(row: Any) -> tuple[str, str]:
    """(kind, id) of the record to which a row belongs."""
    return next((kind, own) for kind, column in OWNERS.items() if (own := getattr(row, column, None)))


def told_rows(
    ref: Ref | tuple[str, str], name: str, *, gone: Sequence[Any] = (), came: Sequence[SQLModel] = ()
) -> Change:
    """What an event tells of rows of a record (a name of `CHILDREN`): gone are plain rows as they were
    before (`plain_row`), came the rows as they are now."""
    fields = {name: (list(gone) or None, [plain_row(type(row), row) for row in came] or None)}
    return Change(ref[0], ref[1], "updated", fields)


def told_record(kind: str, row: Any, before: dict[str, Any] | None = None, **rows: Any) -> Change:
    """What an event tells of a record of its own: whole where it is new, else what changed since `before`
    (its `model_dump`). rows: of what belongs to it, by name, as (gone, came) of plain rows."""
    now = row.model_dump(exclude={"id"})
    old = before or {}
    told = {name: (old.get(name), value) for name, value in now.items() if old.get(name) != value}
    return Change(kind, row.id, "updated" if before is not None else "created", {**told, **rows})


def moved_record(
    session: Session,
    subject: str,
    row: Any,
    kind: str,
    facts: Mapping[str, Any],
    changes: Sequence[Change] = (),
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Set `facts` on the row of a record of its own, and tell it in an event `kind`, after `changes`."""
    before = row.model_dump(exclude={"id"})
    for name, value in facts.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    told = [*changes, told_record(subject, row, before)]
    record_event(session, kind, told, actor=actor, at=now, reason=reason)


def next_serial(session: Session, column: Any, prefix: str) -> str:
    """The next number that begins with `prefix`, such as ZC-2026-0012 after ZC-2026-0011, under a lock."""
    lock_numbers(session)
    query = select(column).where(col(column).like(f"{prefix}-%"))
    last = session.exec(query.order_by(sa.func.length(column).desc(), col(column).desc()).limit(1)).first()
    return f"{prefix}-{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"
