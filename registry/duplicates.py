"""Looking for trees that stand on the register twice; read in the order of latitude, few at a time."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.errors import Phrase
from registry.models import Authority, RecordLink, Species, SpeciesName, Tree, TreeAlias
from registry.rules.duplicates import Standing, Suspects, near_pairs, widest_deg
from registry.vocab.words import TreeStatus

_GONE = (TreeStatus.MERGED, TreeStatus.DELISTED)


Among = Callable[[Any], Any]
"""The condition on a table of trees (Tree, or an alias of it) for those that are looked at."""


def find_duplicates(
    session: Session, *, within_m: float = 15.0, among: Among | None = None, of: Tree | None = None
) -> Iterator[Suspects]:
    """Pairs of records that may be of one tree: one number twice first, then near ones; none twice.

    among: for both of each pair; `of`: only pairs with this tree. Pairs that are linked already (merged,
    split, related) are left out.
    """
    links = select(RecordLink.from_id, RecordLink.to_id)
    if of is not None:
        links = links.where(sa.or_(col(RecordLink.from_id) == of.id, col(RecordLink.to_id) == of.id))
    known = {frozenset(pair) for pair in session.exec(links)}
    for pair in _same_number(session, among, of):
        key = frozenset((pair.first, pair.second))
        if key not in known:
            known.add(key)
            yield pair
    for pair in near_pairs(_standing_trees(session, among, of, within_m), within_m=within_m):
        key = frozenset((pair.first, pair.second))
        if key not in known and (of is None or of.id in key):
            yield pair


def _same_number(session: Session, among: Among | None, of: Tree | None) -> Iterator[Suspects]:
    """Pairs of trees of which one has the other's number, as its own or another of its numbers."""
    other, own_office, its_office = aliased(Tree), aliased(Authority), aliased(Authority)
    alive: list[Any] = [col(Tree.status).not_in(_GONE), col(other.status).not_in(_GONE)]
    if among is not None:
        alive += [among(Tree), among(other)]
    # not told as a plain comparison: trees are found by their number, of a species there are too many
    kinds = sa.func.coalesce(col(Tree.species_id), "-"), sa.func.coalesce(col(other.species_id), "?")
    is_one_species = kinds[0] == kinds[1]
    own = (
        sa.select(col(Tree.id), col(other.id), col(Tree.tree_no))
        .join(other, col(other.tree_no) == col(Tree.tree_no))
        .join(own_office, col(own_office.id) == col(Tree.authority_id))
        .join(its_office, col(its_office.id) == col(other.authority_id))
        .where(
            col(own_office.jurisdiction) == col(its_office.jurisdiction),
            col(Tree.id) < col(other.id),
            is_one_species,
            *alive,
        )
    )
    through = (
        sa.select(col(Tree.id), col(other.id), col(TreeAlias.number))
        .join(TreeAlias, col(TreeAlias.number) == col(Tree.tree_no))
        .join(other, col(other.id) == col(TreeAlias.tree_id))
        .where(
            col(Tree.id) != col(other.id),
            sa.or_(col(TreeAlias.scheme) == col(Tree.number_scheme), is_one_species),
            *alive,
        )
    )
    sides = [sa.true()] if of is None else [col(Tree.id) == of.id, col(other.id) == of.id]
    for side in sides:
        for first, second, number in session.execute(own.where(side)):
            why = Phrase("the same species and the same number {number}", number=number)
            yield Suspects(first, second, None, (why,))
        for first, second, number in session.execute(through.where(side)):
            why = Phrase("{number} is another number of the second", number=number)
            yield Suspects(first, second, None, (why,))


def _standing_trees(
    session: Session, among: Among | None, of: Tree | None, within_m: float
) -> Iterator[Standing]:
    """Trees with a position by latitude; what they are is said the same way for synonyms."""
    kinds = _kinds(session)
    columns = (
        *(Tree.id, Tree.tree_no, Tree.number_scheme, Tree.authority_id, Tree.species_id, Tree.name_verbatim),
        *(Tree.lon, Tree.lat, Tree.coordinate_uncertainty_m),
    )
    query = (
        sa.select(*columns)  # type: ignore[call-overload]
        .where(col(Tree.lat).is_not(None), col(Tree.status).not_in(_GONE))
        .order_by(col(Tree.lat), col(Tree.id))
        .execution_options(yield_per=1000)
    )
    if among is not None:
        query = query.where(among(Tree))
    if of is not None:
        query = query.where(_around(of, within_m))
    for tree_id, number, scheme, authority, species, name, lon, lat, uncertainty in session.execute(query):
        kind = kinds.get(species or "", species) or name
        yield Standing(tree_id, number, scheme, authority, kind, lon, lat, uncertainty)


def _around(tree: Tree, within_m: float) -> Any:
    """The condition on trees for those that may be within reach of one, a little generously."""
    if tree.lon is None or tree.lat is None:
        return sa.false()
    high = widest_deg(within_m)
    wide = high / max(math.cos(math.radians(tree.lat)), 0.01)
    return sa.and_(
        col(Tree.lat).between(tree.lat - high, tree.lat + high),
        col(Tree.lon).between(tree.lon - wide, tree.lon + wide),
    )


def _kinds(session: Session) -> dict[str, str]:
    """The species of which each species is a synonym: one that has the other's name among its names."""
    names = {row.id: (row.name_latin, row.name_hans, row.name_hant) for row in session.exec(select(Species))}
    named: dict[str, str] = {}
    for species_id, own in sorted(names.items()):
        for name in filter(None, own):
            named.setdefault(name, species_id)
    kinds = {
        species_id: min((named[name] for name in own if name in named), default=species_id)
        for species_id, own in names.items()
    }
    for row in session.exec(select(SpeciesName)):
        if row.name in named and named[row.name] != row.species_id:
            kinds[named[row.name]] = kinds.get(row.species_id, row.species_id)
    return kinds
