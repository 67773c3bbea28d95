"""What a person's rights reach in this register: who somebody is, where a record lies, what a list shows."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.models import (
    Account,
    AccountRole,
    Division,
    Element,
    Grove,
    HeritageGarden,
    Party,
    Tree,
    TreeParty,
)
from registry.models import Place as LedgerPlace
from registry.rules.permissions import Grant, Holder, Place, Right, divisions_of, is_caretaker
from registry.vocab.words import PartyRole

_TABLES: dict[str, Any] = {
    "tree": Tree,
    "grove": Grove,
    "garden": HeritageGarden,
    "place": LedgerPlace,
    "element": Element,
}
_STEWARDED = {"tree": "tree_id", "grove": "grove_id", "garden": "garden_id", "place": "place_id"}


def holder_of(session: Session, account: Account, limited_to: Iterable[str] | None = None) -> Holder:
    """What an account may, as the permission function takes it."""
    query = select(AccountRole).where(AccountRole.account_id == account.id).order_by(col(AccountRole.id))
    grants = tuple(Grant(row.role, row.division_id) for row in session.exec(query))
    limits = None if limited_to is None else frozenset(Right(each) for each in limited_to)
    return Holder(account.id, account.login, grants, account.party_id, limits)


def place_of(session: Session, kind: str, own: str, today: date) -> Place:
    """Where a record lies, and who now looks after it. Raises LookupError where there is none."""
    table = _TABLES[kind]
    if kind == "element":
        element = session.get(Element, own)
        if element is None:
            raise LookupError(own)
        division_id = _division_of_element(session, element)
    else:
        found = session.execute(select(table.id, table.division_id).where(table.id == own)).first()
        if found is None:
            raise LookupError(own)
        division_id = found[1]
    return Place(divisions_above(session, division_id), _stewards(session, kind, own, today))


def divisions_above(session: Session, division_id: str | None) -> tuple[str, ...]:
    """A division and all above it, the narrowest first."""
    found: list[str] = []
    while division_id is not None and division_id not in found:
        found.append(division_id)
        division_id = session.exec(select(Division.parent_id).where(Division.id == division_id)).first()
    return tuple(found)


def divisions_below(ids: Collection[str]) -> Any:
    """A query of these divisions and all below them."""
    below = select(Division.id).where(col(Division.id).in_(sorted(ids))).cte(recursive=True)
    step = select(Division.id).join(below, col(Division.parent_id) == below.c.id)
    return select(below.union(step).c.id)


def reach(holder: Holder, right: Right, table: Any, today: date) -> Any:
    """The condition on `table` (Tree, Grove, …, Submission: what has `division_id`) for the rows within
    somebody's right: by division, or by care."""
    divisions = divisions_of(holder, right)
    if divisions is None:
        return sa.true()
    within = col(table.division_id).in_(divisions_below(divisions)) if divisions else sa.false()
    column = next((_STEWARDED.get(kind) for kind, known in _TABLES.items() if known is table), None)
    if column is None or not is_caretaker(holder, right):
        return within
    return sa.or_(within, col(table.id).in_(_cared_for(column, holder.party_id, today)))


def cares_for(kind: str, party_id: str, today: date) -> Any:
    """A query of the ids of the records of a kind that a party now looks after."""
    return _cared_for(_STEWARDED[kind], party_id, today)


def stewards_within(session: Session, trees: Any, today: date, most: int) -> list[tuple[str, str]]:
    """(id, name) of whoever now looks after a tree for which the condition `trees` holds: the first `most` by
    name."""
    query = (
        select(Party.id, Party.name)
        .join(TreeParty, col(TreeParty.party_id) == col(Party.id))
        .join(Tree, col(Tree.id) == col(TreeParty.tree_id))
        .where(trees, *_now_steward(today))
    )
    return list(session.exec(query.distinct().order_by(col(Party.name), col(Party.id)).limit(most)))


def _cared_for(column: str, party_id: str | None, today: date) -> Any:
    whose = col(getattr(TreeParty, column))
    return select(whose).where(TreeParty.party_id == party_id, whose.is_not(None), *_now_steward(today))


def _stewards(session: Session, kind: str, own: str, today: date) -> frozenset[str]:
    if kind not in _STEWARDED:
        return frozenset()
    whose = col(getattr(TreeParty, _STEWARDED[kind]))
    return frozenset(session.exec(select(TreeParty.party_id).where(whose == own, *_now_steward(today))))


def _now_steward(today: date) -> tuple[Any, ...]:
    begun, ended = col(TreeParty.from_on), col(TreeParty.to_on)
    return (
        col(TreeParty.role) == PartyRole.STEWARD,
        sa.or_(begun.is_(None), begun <= today),
        sa.or_(ended.is_(None), ended > today),
    )


def _division_of_element(session: Session, element: Element) -> str | None:
    """An element lies where its garden or place does."""
    owner = (HeritageGarden, element.garden_id) if element.garden_id else (LedgerPlace, element.place_id)
    if owner[1] is None:
        return None
    table: Any = owner[0]
    return session.exec(select(table.division_id).where(table.id == owner[1])).first()
