"""What was decided of trees that a file tells of: no file overturns a case, a merger or an official number.

An office's own list often still says what stood before: the tree that died alive, the grade before the
decision, the number before the official one. Such a row changes what nobody has decided; what it says
otherwise of the rest is a doubt.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.importing_numbers import Key
from registry.models import CaseFile, Event, EventItem, RecordLink, Tree, TreeAlias
from registry.rules.case_facts import DESIGNATING
from registry.vocab.words import CaseKind, CaseState, LinkKind, TreeStatus

_CHUNK = 500
_STATUS = ("status", "removal_reason", "death_disposal")
_SETTLED: dict[CaseKind, tuple[str, ...]] = {
    **dict.fromkeys(DESIGNATING, ("category",)),
    CaseKind.DEATH: _STATUS,
    CaseKind.MISSING: _STATUS,
    CaseKind.FOUND: _STATUS,
    CaseKind.DELISTING: _STATUS,
}
_ENDS = {
    CaseKind.DEATH: TreeStatus.DEAD,
    CaseKind.DELISTING: TreeStatus.DELISTED,
    CaseKind.MOVE: TreeStatus.TRANSPLANTED,
}
"""Cases that end every decision in force, and what has become of the tree then."""
DECISIONS = "designations"
"""Stands among the settled fields where a case has settled which decisions are in force."""


def settled_fields(session: Session, ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """The fields of some trees that a granted case has settled, by the tree's id."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for some in chunks(ids, _CHUNK):
        query = (
            select(CaseFile.tree_id, CaseFile.kind, Tree.status)
            .join(Tree, col(Tree.id) == col(CaseFile.tree_id))
            .where(col(CaseFile.tree_id).in_(some), CaseFile.state == CaseState.GRANTED)
        )
        for tree_id, kind, status in session.exec(query):
            is_off = _ENDS.get(CaseKind(kind)) == status
            settled = _STATUS if is_off else _SETTLED.get(CaseKind(kind), ())
            found[str(tree_id)].update(settled)
            if is_off or kind in DESIGNATING:
                found[str(tree_id)].add(DECISIONS)
    return {tree_id: frozenset(names) for tree_id, names in found.items()}


def numbered_anew(session: Session, authority_id: str, keys: Iterable[Key]) -> dict[Key, Key]:
    """The present number of trees that stood under one of `keys` until the register gave them another.

    Other further numbers do not count: a list that is numbered anew may give them to other trees.
    """
    wanted = {*keys}
    found: dict[Key, Key] = {}
    columns: list[Any] = [TreeAlias.number, TreeAlias.scheme, Tree.id, Tree.tree_no, Tree.number_scheme]
    for some in chunks(sorted({number for number, _ in wanted}), _CHUNK):
        query = (
            sa.select(*columns)
            .join(Tree, col(Tree.id) == col(TreeAlias.tree_id))
            .where(col(Tree.authority_id) == authority_id, col(TreeAlias.number).in_(some))
        )
        rows = [row for row in session.execute(query) if (row[0], row[1]) in wanted]
        given = _numbers_before(session, {row[2] for row in rows})
        for number, scheme, tree_id, new_number, new_scheme in rows:
            if (number, scheme) in given[tree_id]:
                found[number, scheme] = (new_number, new_scheme)
    own = select(Tree.tree_no, Tree.number_scheme).where(
        Tree.authority_id == authority_id, col(Tree.tree_no).in_([number for number, _ in found])
    )
    for key in session.exec(own).all() if found else ():
        found.pop((key[0], key[1]), None)
    return found


def survivors(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """In whose file the merged among some trees go on, by id; one that was merged itself is followed."""
    found: dict[str, str] = {}
    for some in chunks(ids, _CHUNK):
        query = (
            select(RecordLink.from_id, RecordLink.to_id)
            .join(Tree, col(Tree.id) == col(RecordLink.from_id))
            .where(
                RecordLink.kind == LinkKind.MERGED_INTO,
                col(RecordLink.from_id).in_(some),
                Tree.status == TreeStatus.MERGED,
            )
        )
        found.update(session.exec(query).all())
    further = survivors(session, {*found.values()}) if found else {}
    return {own: further.get(into, into) for own, into in found.items()}


def moved_in(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Ids of the rows of some trees that came out of files merged into theirs: no file of today has them."""
    found: set[str] = set()
    for some in chunks(ids, _CHUNK):
        query = (
            select(EventItem.change)
            .join(RecordLink, col(RecordLink.from_id) == col(EventItem.subject_id))
            .where(
                RecordLink.kind == LinkKind.MERGED_INTO,
                col(RecordLink.to_id).in_(some),
                EventItem.action == "merged",
            )
        )
        for change in session.exec(query):
            found.update(*json.loads(change)["merged"][1]["rows"].values())
    return frozenset(found)


def _numbers_before(session: Session, ids: set[str]) -> defaultdict[str, set[Key]]:
    """The numbers that some trees had until they were allotted others, as the history tells."""
    query = (
        select(EventItem.subject_id, EventItem.change)
        .join(Event, col(Event.seq) == col(EventItem.seq))
        .where(col(EventItem.subject_id).in_(ids), Event.kind == "tree:numbered")
    )
    found: defaultdict[str, set[Key]] = defaultdict(set)
    now: dict[str, Key] = {}
    for tree_id, change in session.exec(query.order_by(col(EventItem.seq))).all() if ids else ():
        told: dict[str, Any] = json.loads(change)
        number, scheme = told["tree_no"], told.get("number_scheme")
        before = now.get(tree_id, ("", ""))
        found[tree_id].add((number[0], scheme[0] if scheme else before[1]))
        now[tree_id] = (number[1], scheme[1] if scheme else before[1])
    return found
