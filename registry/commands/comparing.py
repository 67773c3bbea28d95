"""Comparing tables with the history: what was changed behind its back, and which item does not fit in."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.chunks import chunks
from registry.commands.comparing_records import stray_values
from registry.commands.history import CHILDREN, streamed
from registry.commands.replay import CREATED, State, Told, plain, plain_row, row_key, told_items
from registry.models import Event, EventItem, Tree
from registry.rules.commitments import ERASED

_CHUNK = 500
_NOT_TOLD = frozenset({"id", "imported_hash", "updated_on"})
_OFTEN_NOT_TOLD = frozenset({"released"})
_DEFAULTS = {
    name: None if info.is_required() else plain(info.get_default())
    for name, info in Tree.model_fields.items()
    if name not in _NOT_TOLD
}
"""The columns that are compared, each with its value where nothing was told."""
_COMPARED = {name: table for name, table in CHILDREN.items() if name != "flags"}
"""Rows that are compared; doubts follow from the values and are not told."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A value of a record that is not what the event setting it last says. `field` is a column, or a name of
    rows; "" where the whole record came or went without an event. `seq` is 0 where no event set it.

    tree_id, tree_no: id and number, also of what is no tree (`kind`).
    """

    tree_id: str
    tree_no: str
    field: str
    seq: int
    at: datetime | None
    kind: str = "tree"


def deviations(session: Session) -> Iterator[Deviation]:
    """Every value of a record, tree or not, that is not what the history says; memory stays flat."""
    ids = streamed(session, select(Tree.id).order_by(Tree.id))
    for batch in chunks(ids, _CHUNK):
        told: defaultdict[str, State] = defaultdict(State)
        for item in told_items(session, batch):
            told[item.subject_id].apply(item)
        instants = _instants(session, {seq for state in told.values() for seq in state.set_by.values()})
        for tree_id, tree_no, field, seq in _differing(session, batch, told):
            yield Deviation(tree_id, tree_no, field, seq, instants.get(seq))
    yield from _gone(session)
    for strays in chunks(stray_values(session), _CHUNK):
        instants = _instants(session, {stray.seq for stray in strays})
        for stray in strays:
            when = instants.get(stray.seq)
            yield Deviation(stray.id, stray.called, stray.field, stray.seq, when, stray.kind)


def misfits(session: Session, seq: int) -> list[tuple[int, str]]:
    """Items of an event that do not fit in with the events around it or with the tables: (ordinal, subject).

    For an event of which something was altered; empty where all that can be compared fits.
    """
    found: dict[int, str] = {}
    items = select(EventItem.ordinal, EventItem.subject_id, EventItem.change).where(EventItem.seq == seq)
    for batch in chunks(session.exec(items.order_by(col(EventItem.ordinal))).all(), _CHUNK):
        ordinals = {subject_id: ordinal for ordinal, subject_id, _ in batch}
        found.update({ordinal: own for ordinal, own, change in batch if not _is_readable(change)})
        readable = [own for ordinal, own, _ in batch if ordinal not in found]
        try:
            strangers = _misfits_among(session, readable, seq)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue  # an item around it is no more readable: nothing can be compared
        found.update({ordinals[own]: own for own in strangers})
    return sorted(found.items())


def _misfits_among(session: Session, subject_ids: list[str], seq: int) -> set[str]:
    strangers: set[str] = set()
    told: defaultdict[str, State] = defaultdict(State)
    for item in told_items(session, subject_ids):
        state = told[item.subject_id]
        before = [name for name in item.fields if not _continues(state, item, name)]
        if before and (item.seq == seq or any(state.set_by.get(name) == seq for name in before)):
            strangers.add(item.subject_id)
        state.apply(item)
    differing = _differing(session, subject_ids, told)
    return strangers | {tree_id for tree_id, _no, _field, set_by in differing if set_by == seq}


def _continues(state: State, item: Told, name: str) -> bool:
    """Whether an item's old value is what was said before it."""
    old = item.fields[name][0]
    if name in CHILDREN:
        rows = state.rows.get(name, {})
        return old is ERASED or all(rows.get(row_key(row), row) == row for row in old or ())
    before = state.fields.get(name, old)
    return old is ERASED or before is ERASED or old == before or "erased" in item.fields


def _is_readable(change: str) -> bool:
    try:
        return isinstance(json.loads(change), dict)
    except ValueError:
        return False


def _differing(
    session: Session, ids: list[str], told: defaultdict[str, State]
) -> Iterator[tuple[str, str, str, int]]:
    rows = {name: _grouped(session, table, ids) for name, table in _COMPARED.items()}
    for tree in session.execute(sa.select(_table(Tree)).where(_table(Tree).c.id.in_(ids))):
        state = told[tree.id]
        if not state.seq:
            yield tree.id, tree.tree_no, "", 0
            continue
        for field in _differing_fields(tree, state):
            yield tree.id, tree.tree_no, field, state.set_by.get(field, 0)
        for name in _COMPARED:
            if not _is_same(rows[name][tree.id], state, name):
                yield tree.id, tree.tree_no, name, state.set_by.get(name, 0)


def _differing_fields(tree: Any, state: State) -> Iterator[str]:
    values, fields = tree._mapping, state.fields
    for name, default in _DEFAULTS.items():
        expected, found = fields.get(name), values[name]
        if expected is None:
            expected = default
        if found == expected or plain(found) == expected or expected is ERASED or name in state.cleaned:
            continue
        if name in fields or name not in _OFTEN_NOT_TOLD:
            yield name


def _is_same(found: list[dict[str, Any]], state: State, name: str) -> bool:
    told = state.rows.get(name, {})
    if name in state.erased | state.cleaned or not all("id" in row for row in told.values()):
        return True  # rows told without ids, as once they were, cannot be told from one another
    return {row_key(row): row for row in found} == told


def _grouped(
    session: Session, table: type[SQLModel], ids: list[str]
) -> defaultdict[str, list[dict[str, Any]]]:
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in session.execute(sa.select(_table(table)).where(_table(table).c.tree_id.in_(ids))):
        groups[row.tree_id].append(plain_row(table, row))
    return groups


def _gone(session: Session) -> Iterator[Deviation]:
    """Trees that the history made and that are in no table any more."""
    query = (
        select(EventItem.subject_id, EventItem.seq, Event.at)
        .join(Event, col(Event.seq) == col(EventItem.seq))
        .where(EventItem.subject_type == "tree", EventItem.action == CREATED)
        .where(~sa.exists().where(col(Tree.id) == col(EventItem.subject_id)))
    )
    for tree_id, seq, at in streamed(session, query):
        numbers = [item.fields["tree_no"][1] for item in told_items(session, [tree_id], seq)]
        yield Deviation(tree_id, str(numbers[0] if numbers else tree_id), "", seq, at)


def _instants(session: Session, seqs: Iterable[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for batch in chunks(seqs, _CHUNK):
        found.update(session.exec(select(Event.seq, Event.at).where(col(Event.seq).in_(batch))).all())
    return found


def _table(table: type[SQLModel]) -> sa.Table:
    found: sa.Table = table.__table__  # type: ignore[attr-defined]
    return found
