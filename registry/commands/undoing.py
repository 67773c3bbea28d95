"""Undoing one change: a new change that puts back what was, and says which event it undoes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.calendars import register_today
from registry.commands.history import CHILDREN, Change, record_event
from registry.commands.replay import CREATED, Told, row_key, told_items, typed_row
from registry.errors import Phrase, UndoError
from registry.models import Event, EventItem, Tree
from registry.rules.commitments import ERASED
from registry.vocab.words import TreeStatus


def undo_event(
    session: Session,
    seq: int,
    *,
    tree_id: str | None = None,
    actor: str,
    now: datetime,
    reason: str,
    document: str | None = None,
) -> Event:
    """Put back what event `seq` changed in trees (only in `tree_id` where given), as a new event.

    Raises UndoError: there is no such event, it changed no tree, it made one (a tree is never unmade), it
    is a decision, a merger or a number, which have ways of their own, a later event touched the same
    fields, or what was there before is erased.
    """
    query = select(EventItem.subject_id).where(EventItem.seq == seq, EventItem.subject_type == "tree")
    if tree_id is not None:
        query = query.where(EventItem.subject_id == tree_id)
    _refuse_kind(session, seq)
    ids = list(session.exec(query.order_by(col(EventItem.ordinal))))
    if not ids:
        raise UndoError(seq=seq, reason=Phrase("there is no such event, or it changed no tree"))
    changes = [_undone(session, own, seq, now) for own in ids]
    return record_event(
        session, f"undo:{seq}", changes, actor=actor, at=now, reason=reason, document=document
    )


_NUMBER = Phrase("a number given once stays; allot another, and this one goes on leading to the tree")
_OTHERWISE = {
    "case:closed": Phrase("a case decided it; only another case (found, redesignation …) changes that"),
    "tree:numbered": _NUMBER,
    "number:added": _NUMBER,
    "tree:merged": Phrase("a merger is undone by splitting the two files again"),
    "tree:unmerged": Phrase("merge the two files again"),
    "letter:signed": Phrase("a letter was signed; end its agreements"),
}


def is_undoable(told: Told) -> bool:
    """Whether `undo_event` puts back items of this kind; what came since may forbid it."""
    is_of_a_tree = told.subject_type == "tree" and told.action != CREATED and told.kind not in _OTHERWISE
    return is_of_a_tree and all(name in CHILDREN or name in Tree.model_fields for name in told.fields)


_LEANING = {
    "strategy": Phrase("a strategy rests on it"),
    "work_photo": Phrase("a work order shows this photo"),
    "instrument_reading": Phrase("readings of instruments belong to it; undo those first"),
}
"""Why rows stay, by the table of those that refer to them."""


def _refuse_kind(session: Session, seq: int) -> None:
    event = session.get(Event, seq)
    if event is not None and event.kind in _OTHERWISE:
        raise UndoError(seq=seq, reason=_OTHERWISE[event.kind])


def _undone(session: Session, tree_id: str, seq: int, now: datetime) -> Change:
    tree = session.get_one(Tree, tree_id)
    if tree.status == TreeStatus.MERGED:
        raise UndoError(seq=seq, reason=Phrase("its file is closed"))
    items = told_items(session, [tree_id])
    told = next(item for item in items if item.seq == seq)
    if told.action == CREATED:
        raise UndoError(
            seq=seq,
            reason=Phrase("it entered tree {tree_no}; a number given once stays", tree_no=tree.tree_no),
        )
    _refuse_if_touched(items, told, tree.tree_no)
    fields: dict[str, tuple[Any, Any]] = {}
    for name, (old, new) in told.fields.items():
        if name in CHILDREN:
            fields[name] = (new, old)
            fresh = {row.get("id") for row in new or []} - {row.get("id") for row in old or []}
            if leaning := _leaning_on(session, CHILDREN[name], fresh):
                raise UndoError(seq=seq, reason=_LEANING.get(leaning, Phrase("other records rest on it")))
            _put_rows_back(session, CHILDREN[name], tree_id, gone=old or [], came=new or [])
        elif name in Tree.model_fields:
            fields[name] = (new, old)
            setattr(tree, name, getattr(typed_row(Tree, {name: old}), name))
        else:
            raise UndoError(seq=seq, reason=Phrase("{field} cannot be put back by itself", field=name))
    tree.updated_on = register_today(session, now)
    tree.imported_hash = None  # the next import says anew what its file says
    session.add(tree)
    session.flush()
    return Change("tree", tree_id, "undone", fields)


def _refuse_if_touched(items: list[Told], told: Told, tree_no: str) -> None:
    for name, pair in told.fields.items():
        if ERASED in pair:
            reason = Phrase("what stood in {field} of tree {tree_no} was erased", field=name, tree_no=tree_no)
            raise UndoError(seq=told.seq, reason=reason)
        for later in items:
            if (later.seq, later.ordinal) > (told.seq, told.ordinal) and _touches(later, name, pair):
                reason = Phrase(
                    "event {later} changed {field} of tree {tree_no} since; undo that first",
                    later=later.seq,
                    field=name,
                    tree_no=tree_no,
                )
                raise UndoError(seq=told.seq, reason=reason)


def _touches(later: Told, name: str, pair: list[Any]) -> bool:
    """Whether a later item changed the same field, or one of the same rows."""
    if name not in later.fields:
        return False
    if name not in CHILDREN:
        return True
    ours = {row_key(row) for side in pair for row in side or ()}
    sides = later.fields[name]
    return ERASED in sides or bool(ours & {row_key(row) for side in sides for row in side or ()})


def _put_rows_back(
    session: Session,
    table: type[SQLModel],
    tree_id: str,
    *,
    gone: list[dict[str, Any]],
    came: list[dict[str, Any]],
) -> None:
    columns: sa.Table = table.__table__  # type: ignore[attr-defined]
    stay = {row["id"] for row in came} & {row.get("id") for row in gone}
    for row in came:
        if row["id"] not in stay:
            session.execute(sa.delete(columns).where(columns.c.id == row["id"]))
    for row in gone:
        values = vars(typed_row(table, row, tree_id=tree_id))
        if row.get("id") in stay:  # put back in its place: others may refer to it
            session.execute(sa.update(columns).where(columns.c.id == row["id"]).values(values))
        else:
            session.execute(sa.insert(columns), [values])
    session.expire_all()


def _leaning_on(session: Session, table: type[SQLModel], ids: set[Any]) -> str | None:
    """The table of which a row refers to one of these rows, if there is any."""
    columns: sa.Table = table.__table__  # type: ignore[attr-defined]
    for other in SQLModel.metadata.sorted_tables:
        for key in other.foreign_keys if ids else ():
            if key.column.table is columns:
                query = sa.select(key.parent).where(key.parent.in_(ids)).limit(1)
                if session.execute(query).first() is not None:
                    return other.name
    return None
