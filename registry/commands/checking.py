"""Checks that need the register: earlier measurements, other offices' trees. Each run makes them anew."""

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.models import Authority, Flag, Measurement, Tree
from registry.models.base import new_id
from registry.rules.plausibility import Doubt, Reading, change_doubts, doubt
from registry.vocab.checks import all_checks
from registry.vocab.words import Precision

CHUNK = 1000
METRES_PER_DEGREE = 111_320
REGISTER_CHECKS = frozenset(c.id for c in all_checks().values() if c.kind in {"change", "register"})


def check_register(session: Session, source_id: str | None = None) -> int:
    """Ask every tree (or those of a source) what only the register can answer; how many doubts there are.

    The doubts of an earlier run go first, so that a corrected value loses its doubt. Values never change, and
    doubts are no part of the history: they can be had again from what is recorded.
    """
    ours = select(Tree.id) if source_id is None else select(Tree.id).where(col(Tree.source_id) == source_id)
    gone = sa.delete(Flag).where(col(Flag.check).in_(REGISTER_CHECKS), col(Flag.tree_id).in_(ours))
    session.execute(gone)
    count = 0
    found = {
        (tree_id, told.check, told.field): told
        for tree_id, told in (*_changes(session, source_id), *_doubled(session, source_id))
    }
    for rows in chunks(found.items(), CHUNK):
        session.execute(sa.insert(Flag), [_flag(tree_id, told) for (tree_id, _, _), told in rows])
        count += len(rows)
    return count


def _flag(tree_id: str, told: Doubt) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tree_id": tree_id,
        "check": told.check,
        "severity": told.severity,
        "field": told.field,
        "value": told.value,
    }


def _changes(session: Session, source_id: str | None) -> Iterator[tuple[str, Doubt]]:
    """Doubts about the latest two dated readings of each size; undated ones cannot be put in order."""
    fields = sorted({name for c in all_checks().values() if c.kind == "change" for name in c.fields})
    for name in fields:
        for tree_id, new, day, old, before in session.execute(_latest_pairs(name, source_id)):
            earlier, later = Reading(before, {name: old}), Reading(day, {name: new})
            for told in change_doubts(earlier, later):
                yield tree_id, told


def _latest_pairs(name: str, source_id: str | None) -> sa.Select[tuple[str, float, date, float, date]]:
    """(tree, size, day, earlier size, its day): the newest reading of a size and the one before it."""
    size = getattr(Measurement, name)
    of_tree: dict[str, Any] = {"partition_by": col(Measurement.tree_id)}
    oldest_first: list[Any] = [col(Measurement.measured_on), col(Measurement.id)]
    newest_first: list[Any] = [col(Measurement.measured_on).desc(), col(Measurement.id).desc()]
    rows: Any = sa.select(
        col(Measurement.tree_id),
        size.label("size"),
        col(Measurement.measured_on).label("day"),
        sa.func.lag(size).over(order_by=oldest_first, **of_tree).label("earlier"),
        sa.func.lag(col(Measurement.measured_on), type_=sa.Date())
        .over(order_by=oldest_first, **of_tree)
        .label("earlier_day"),
        sa.func.row_number().over(order_by=newest_first, **of_tree).label("place"),
    ).where(size.is_not(None), col(Measurement.measured_on).is_not(None))
    if source_id is not None:
        rows = rows.join(Tree, col(Tree.id) == col(Measurement.tree_id)).where(
            col(Tree.source_id) == source_id
        )
    pairs = rows.subquery()
    columns = (pairs.c.tree_id, pairs.c.size, pairs.c.day, pairs.c.earlier, pairs.c.earlier_day)
    return sa.select(*columns).where(pairs.c.place == 1, pairs.c.earlier.is_not(None))


def _doubled(session: Session, source_id: str | None) -> Iterator[tuple[str, Doubt]]:
    """Trees of one species that two authorities have within a few metres of each other.

    Only where both positions may be shown exactly: a doubt must not give a hidden place away.
    """
    if session.execute(sa.select(sa.func.count()).select_from(Authority)).scalar_one() < 2:
        return
    metres = float(all_checks()["two_offices"].bounds["metres"])
    ours: Any = aliased(Tree)
    theirs: Any = aliased(Tree)
    north = metres / METRES_PER_DEGREE
    query = (
        sa.select(ours.id, ours.lon, ours.lat, theirs.lon, theirs.lat, theirs.tree_no)
        .join(theirs, sa.and_(theirs.species_id == ours.species_id, theirs.authority_id != ours.authority_id))
        .where(
            theirs.lat.between(ours.lat - north, ours.lat + north),
            # a degree of longitude shrinks: ten times as wide is enough up to 84 degrees
            theirs.lon.between(ours.lon - 10 * north, ours.lon + 10 * north),
            ours.position_precision == Precision.EXACT,
            theirs.position_precision == Precision.EXACT,
        )
        .order_by(ours.id, theirs.tree_no)
    )
    if source_id is not None:
        query = query.where(ours.source_id == source_id)
    for tree_id, lon, lat, other_lon, other_lat, number in session.execute(query):
        east = (other_lon - lon) * math.cos(math.radians(lat))
        apart = math.hypot(east, other_lat - lat) * METRES_PER_DEGREE
        if apart <= metres:
            yield tree_id, doubt("two_offices", "lon", f"{number}, {apart:.0f} m")
