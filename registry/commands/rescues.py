"""Endangered trees that no rescue case is open for."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.models import Assessment, CaseFile, Inspection, Tree
from registry.vocab.words import CaseKind, CaseState, TreeStatus, Vigour


@dataclass(frozen=True, slots=True)
class Endangered:
    """A living tree whose vigour is endangered. seen_on: the latest visit or assessment that said so."""

    tree_id: str
    tree_no: str
    name: str
    seen_on: date | None


def endangered_without_rescue(session: Session) -> list[Endangered]:
    """Living trees that are endangered by their file or their latest assessment, without an open rescue."""
    latest = (
        select(Assessment.tree_id, sa.func.max(Assessment.assessed_on).label("last_on"))
        .where(col(Assessment.vigour).is_not(None))
        .group_by(col(Assessment.tree_id))
        .subquery()
    )
    assessed = sa.exists().where(
        col(Assessment.tree_id) == col(Tree.id),
        col(Assessment.vigour) == Vigour.ENDANGERED,
        col(Assessment.tree_id) == latest.c.tree_id,
        col(Assessment.assessed_on) == latest.c.last_on,
    )
    is_open = sa.exists().where(
        col(CaseFile.tree_id) == col(Tree.id),
        col(CaseFile.kind) == CaseKind.RESCUE,
        col(CaseFile.state) == CaseState.OPEN,
    )
    query = (
        select(Tree)
        .where(
            col(Tree.status) == TreeStatus.ALIVE,
            sa.or_(col(Tree.vigour) == Vigour.ENDANGERED, assessed),
            ~is_open,
        )
        .order_by(col(Tree.tree_no))
    )
    return [
        Endangered(tree.id, tree.tree_no, tree.name_verbatim or "", _seen_on(session, tree.id))
        for tree in session.exec(query)
    ]


def _seen_on(session: Session, tree_id: str) -> date | None:
    """The latest day on which a visit or an assessment found it endangered."""
    visits = select(sa.func.max(Inspection.inspected_on)).where(
        Inspection.tree_id == tree_id, Inspection.vigour == Vigour.ENDANGERED
    )
    assessments = select(sa.func.max(Assessment.assessed_on)).where(
        Assessment.tree_id == tree_id, Assessment.vigour == Vigour.ENDANGERED
    )
    days = [day for query in (visits, assessments) if (day := session.exec(query).first()) is not None]
    return max(days, default=None)
