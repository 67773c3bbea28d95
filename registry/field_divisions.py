"""The divisions whose trees somebody may take into the field."""

from collections import Counter
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.access import reach
from registry.field_package import SHOWN
from registry.models import Division, Tree
from registry.rules.permissions import Holder, Right, divisions_of


def divisions_within_reach(session: Session, holder: Holder, today: date) -> list[dict[str, Any]]:
    """[{id, name, name_en, level, depth, trees}] of those that have trees within the field right, each behind
    the one it belongs to. trees: in it and all below it. Nothing for whoever has trees in care alone."""
    held = divisions_of(holder, Right.FIELD)
    if held is not None and not held:
        return []
    own_division = col(Tree.division_id)
    within = (reach(holder, Right.FIELD, Tree, today), col(Tree.status).in_(SHOWN))
    query = sa.select(own_division, sa.func.count()).where(*within).group_by(own_division)
    known = {row.id: row for row in session.exec(select(Division))}
    counts: Counter[str] = Counter()
    for own, count in session.execute(query):
        for each in _line(known, own):
            counts[each] += count
    if held is not None:
        counts = Counter({own: n for own, n in counts.items() if held & set(_line(known, own))})
    lines = {own: _line(known, own)[::-1] for own in counts}
    return [
        {"id": own, "name": known[own].name, "name_en": known[own].name_en, "level": known[own].level,
         "depth": sum(each in counts for each in lines[own]) - 1, "trees": counts[own]}
        for own in sorted(counts, key=lines.__getitem__)
    ]  # fmt: skip


def _line(known: dict[str, Division], own: str | None) -> list[str]:
    """A division and all above it, the narrowest first."""
    found: list[str] = []
    while own in known and own not in found:
        found.append(own)
        own = known[own].parent_id
    return found
