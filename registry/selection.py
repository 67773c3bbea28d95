"""Selecting trees: by field, by number, by nearness."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.errors import (
    NothingSelectedError,
    Phrase,
    RecordAmbiguousError,
    RecordNotFoundError,
    SelectionError,
    TreeAmbiguousError,
    TreeNotFoundError,
)
from registry.models import (
    Authority,
    Craft,
    Designation,
    Division,
    Element,
    Grove,
    HeritageGarden,
    Place,
    RecordLink,
    Species,
    SpeciesName,
    Tree,
    TreeAlias,
)
from registry.records import MapPoint, TreeRecord
from registry.rules.addresses import decode_segment
from registry.rules.public_positions import decimals_for, rounded
from registry.settings import get_setting
from registry.surroundings import Surroundings
from registry.vocab.words import (
    ON_REGISTER,
    WORDS,
    Category,
    DesignationKind,
    Grade,
    GrowthPlace,
    LinkKind,
    Precision,
    TreeStatus,
    Vigour,
)

WHERE_COLUMNS: dict[str, Any] = {
    "tree_no": col(Tree.tree_no),
    "number_scheme": col(Tree.number_scheme),
    "authority": col(Tree.authority_id),
    "jurisdiction": col(Authority.jurisdiction),
    "category": col(Tree.category),
    "status": col(Tree.status),
    "species": col(Tree.species_id),
    "division": col(Tree.division_id),
    "within": col(Tree.division_id),
    "source": col(Tree.source_id),
    "vigour": col(Tree.vigour),
    "grade": col(Designation.grade),
    "growth_place": col(Tree.growth_place),
}
"""Fields that a selection (`--where field=value`) may name."""
FETCHED = 2000
"""So many ids are fetched at a time."""
STANDING = "standing"
"""A selection of those that stand: no tag is made for a dead, missing, delisted or merged tree."""
_WORDS: dict[str, type[StrEnum]] = {
    "category": Category,
    "status": TreeStatus,
    "vigour": Vigour,
    "grade": Grade,
    "growth_place": GrowthPlace,
}

LEDGERS: dict[str, Any] = {
    "grove": Grove,
    "garden": HeritageGarden,
    "place": Place,
    "element": Element,
    "craft": Craft,
}
"""The tables of records that are no tree, by the word that stands before their number on the command line."""
LEDGER_NAMES = {
    "tree": Phrase("tree"),
    "grove": Phrase("grove"),
    "garden": Phrase("heritage garden"),
    "place": Phrase("place of a ledger"),
    "element": Phrase("landmark element"),
    "craft": Phrase("garden craft"),
}


@dataclass(frozen=True, slots=True)
class RecordRef:
    """One record: its kind (tree, grove, garden, place, element, craft), id and how it is called."""

    kind: str
    id: str
    called: str


def select_trees(where: Sequence[str]) -> sa.Select[tuple[str]]:
    """The ids of the trees that every `field=value` of `where` holds for, in a settled order.

    Raises SelectionError for a field that cannot be chosen by.
    """
    query: Any = select(Tree.id).join(Authority, col(Tree.authority_id) == col(Authority.id))
    if not any(text.startswith("status=") for text in where):
        query = query.where(Tree.status != TreeStatus.MERGED)  # what it told is in the other file
    for text in where:
        if text == STANDING:
            query = query.where(col(Tree.status).in_(ON_REGISTER))
            continue
        field, sign, value = text.partition("=")
        if field not in WHERE_COLUMNS or not sign:
            raise SelectionError(where=text, known=[f"{name}=…" for name in WHERE_COLUMNS])
        query = query.where(_is(field, value))
    ordered: sa.Select[tuple[str]] = query.order_by(
        col(Tree.authority_id), sa.func.length(Tree.tree_no), col(Tree.tree_no), col(Tree.id)
    )
    return ordered


def select_groves(where: Sequence[str]) -> Any:
    """The ids of the groves that the same `where` as for trees holds for: see `select_areas`."""
    return select_areas("grove", where)


def select_areas(kind: str, where: Sequence[str]) -> Any:
    """The ids of the groves, gardens, places or elements that the same `where` as for trees holds for, in a
    settled order; none where it names a field that they do not have.

    Raises SelectionError for a field that nothing can be chosen by.
    """
    table = LEDGERS[kind]
    columns = {"authority": table.authority_id, "status": table.status, "source": table.source_id}
    query: Any = select(table.id).join(Authority, col(table.authority_id) == col(Authority.id))
    for text in where:
        field, sign, value = text.partition("=")
        if text == STANDING:
            query = query.where(col(table.status).in_(ON_REGISTER))
        elif field not in WHERE_COLUMNS or not sign:
            raise SelectionError(where=text, known=[f"{name}=…" for name in WHERE_COLUMNS])
        elif field in {"division", "within"}:
            query = query.where(col(table.division_id).in_(_divisions(field, value)))
        elif field == "jurisdiction":
            query = query.where(Authority.jurisdiction == value)
        elif (column := columns.get(field)) is not None:
            query = query.where(column == value)
        else:
            query = query.where(sa.false())
    return query.order_by(
        col(table.authority_id), sa.func.length(table.number), col(table.number), col(table.id)
    )


def standing_ids(session: Session, kind: str, where: Sequence[str] = ()) -> list[str]:
    """The ids of the standing trees or groves of a selection, in a settled order. Raises SelectionError."""
    chosen: Any = (select_trees if kind == "tree" else select_groves)([*where, STANDING])
    return list(session.execute(chosen).scalars())


def _is(field: str, value: str) -> Any:
    """What a selection asks: words may be given as people read them, a place and a species by their names."""
    if field in {"division", "within"}:
        return col(Tree.division_id).in_(_divisions(field, value))
    if field == "species":
        names = (col(Species.name_hans), col(Species.name_hant), col(Species.name_latin))
        named = sa.or_(*(column == value for column in names))
        also = select(SpeciesName.species_id).where(SpeciesName.name == value, SpeciesName.kind != "shared")
        ids = select(Species.id).where(sa.or_(col(Species.id) == value, named, col(Species.id).in_(also)))
        return col(Tree.species_id).in_(ids)
    if field in _WORDS:
        labels = WORDS[_WORDS[field]].items()
        value = next((word for word, label in labels if value in label), value)
    return (grade_in_force() if field == "grade" else WHERE_COLUMNS[field]) == value


def grade_in_force() -> Any:
    """The grade of a tree by its latest decision that still holds, as a column of a query of trees."""
    decided = select(Designation.grade).where(
        col(Designation.tree_id) == col(Tree.id),
        Designation.kind == DesignationKind.GRADE,
        col(Designation.ended_on).is_(None),
    )
    latest = col(Designation.designated_on).desc().nulls_last(), col(Designation.id).desc()
    return decided.order_by(*latest).limit(1).correlate(Tree).scalar_subquery()


def _divisions(field: str, value: str) -> Any:
    """The divisions of `division=` this id, code or name, or of `within=` these ids; and all below them."""
    called: Any
    if field == "within":
        called = col(Division.id).in_(value.split(","))
    else:
        called = sa.or_(col(Division.id) == value, col(Division.code) == value, col(Division.name) == value)
    top = select(Division.id).where(called)
    below = top.cte(recursive=True)  # unnamed: a selection may ask for several
    return select(
        below.union_all(select(Division.id).join(below, col(Division.parent_id) == below.c.id)).c.id
    )


def find_tree(session: Session, number: str) -> str:
    """The id of the tree called `number` (it, `scheme:number`, `authority:scheme:number` or another of its).

    Raises TreeNotFoundError, TreeAmbiguousError.
    """
    wanted = _ids_by_number(session, number)
    parts = number.split(":", 2)
    if not wanted and len(parts) > 1:
        wanted = _ids_by_number(session, number.partition(":")[2], parts[0])
    if not wanted and len(parts) > 2:
        wanted = _ids_by_number(session, parts[2], parts[1], parts[0])
    if not wanted:
        raise TreeNotFoundError(tree_no=number)
    wanted = {_survivor(session, tree_id) for tree_id in wanted}
    if len(wanted) > 1:
        rows = session.exec(select(Tree).where(col(Tree.id).in_(wanted)))
        around = Surroundings(session)
        choices = sorted(decode_segment(around.path(tree)) for tree in rows)
        raise TreeAmbiguousError(tree_no=number, choices=choices)
    return wanted.pop()


def _survivor(session: Session, tree_id: str) -> str:
    """The tree into whose file this one was merged, however often; itself where it was not."""
    query = select(RecordLink.to_id).where(
        RecordLink.kind == LinkKind.MERGED_INTO, RecordLink.from_type == "tree", RecordLink.from_id == tree_id
    )
    into = session.exec(query).first()
    return tree_id if into is None else _survivor(session, into)


def _ids_by_number(
    session: Session, number: str, scheme: str | None = None, authority_id: str | None = None
) -> set[str]:
    trees = select(Tree.id).where(Tree.tree_no == number)
    aliases = select(TreeAlias.tree_id).where(TreeAlias.number == number)
    if scheme is not None:
        trees, aliases = trees.where(Tree.number_scheme == scheme), aliases.where(TreeAlias.scheme == scheme)
    if authority_id is not None:
        trees = trees.where(Tree.authority_id == authority_id)
        return set(session.exec(trees))
    return {*session.exec(trees), *session.exec(aliases)}


def find_record(session: Session, called: str) -> RecordRef:
    """The record called `called`: grove:NO, garden:NO, place:NO, element:NO, craft:NO, each also as
    KIND:AUTHORITY:NO; anything else is a tree, called as `find_tree` knows it.

    Raises RecordNotFoundError, RecordAmbiguousError, TreeNotFoundError, TreeAmbiguousError.
    """
    kind, colon, number = called.partition(":")
    if not colon or kind not in LEDGERS:
        return RecordRef("tree", find_tree(session, called), called)
    table = LEDGERS[kind]
    found = session.execute(select(table.id, table.authority_id).where(table.number == number)).all()
    if not found and kind in {"grove", "garden"}:
        alias = col(getattr(TreeAlias, f"{kind}_id"))
        known = select(alias, table.authority_id).join(table, table.id == alias)
        found = session.execute(known.where(TreeAlias.number == number)).all()
    owner, _colon, rest = number.partition(":")
    if not found and rest:
        theirs = select(table.id, table.authority_id).where(table.number == rest, table.authority_id == owner)
        found = session.execute(theirs).all()
    if not found:
        raise RecordNotFoundError(what=LEDGER_NAMES[kind], number=number)
    if len({row[0] for row in found}) > 1:
        choices = sorted(f"{kind}:{authority}:{number}" for _id, authority in found)
        raise RecordAmbiguousError(number=number, choices=choices)
    return RecordRef(kind, found[0][0], called)


def count_trees(session: Session, where: Sequence[str]) -> int:
    """How many trees a selection has. Raises NothingSelectedError for none."""
    count = session.exec(
        select(sa.func.count()).select_from(select_trees(where).order_by(None).subquery())
    ).one()
    if not count:
        raise NothingSelectedError(where=" ".join(where) or Phrase("anything: the register is empty"))
    return int(count)


def stream_ids(session: Session, where: Sequence[str]) -> Iterator[str]:
    """The ids of a selection in its order: one statement, read as they are asked for, so that memory stays
    the same at any size. For use within the session's transaction. Raises SelectionError.
    """
    found = session.execute(select_trees(where), execution_options={"yield_per": FETCHED})
    return iter(found.scalars())


def neighbours_of(
    session: Session, tree: TreeRecord, *, restricted: bool = False, within_m: float = 150.0, limit: int = 60
) -> tuple[MapPoint, ...]:
    """Trees around a tree whose position is exact, themselves with exact positions, for its sketch map: as
    exactly as positions are published, unless it is `restricted` to the office."""
    if tree.lon is None or tree.lat is None or tree.position_precision != Precision.EXACT:
        return ()
    north = within_m / 111_320
    east = north / max(math.cos(math.radians(tree.lat)), 0.01)
    query = (
        select(Tree.lon, Tree.lat, Tree.tree_no)
        .where(
            col(Tree.lat).between(tree.lat - north, tree.lat + north),
            col(Tree.lon).between(tree.lon - east, tree.lon + east),
            Tree.id != tree.uuid,
            Tree.position_precision == Precision.EXACT,
        )
        .order_by(col(Tree.tree_no))
        .limit(limit)
    )
    setting = "" if restricted else get_setting(session, "public_position_decimals")
    decimals = decimals_for(tree.jurisdiction, setting)
    return tuple(
        MapPoint(*((lon, lat) if decimals is None else rounded(lon, lat, decimals)), number)
        for lon, lat, number in session.exec(query)
        if lon is not None and lat is not None
    )
