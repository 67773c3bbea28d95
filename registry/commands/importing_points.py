"""What shows only when a whole file is in: trees on one point, with doubts, or missing from it."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.bulk import insert_rows
from registry.commands.history import streamed
from registry.commands.importing_changes import SHARED_POINT
from registry.commands.importing_numbers import Numbers
from registry.commands.importing_report import KEPT, ImportReport
from registry.commands.importing_rows import new_ids
from registry.models import Flag, Tree
from registry.vocab.words import Precision, Severity, TreeStatus

_CHUNK = 1000


def flag_shared_points(session: Session, source_id: str) -> None:
    """Flag trees of a source that stand on one and the same point: at most one of them can be right.

    Where one of them is not shown exactly, none is flagged: the flag would give its place away.
    """
    ours = select(Tree.id).where(Tree.source_id == source_id)
    session.execute(sa.delete(Flag).where(col(Flag.check) == SHARED_POINT, col(Flag.tree_id).in_(ours)))
    points = (
        select(Tree.lon, Tree.lat, sa.func.count().label("trees"))
        .where(Tree.source_id == source_id, col(Tree.lon).is_not(None))
        .group_by(col(Tree.lon), col(Tree.lat))
        .having(
            sa.func.count() > 1,
            sa.func.min(sa.case((col(Tree.position_precision) == Precision.EXACT, 1), else_=0)) == 1,
        )
        .subquery()
    )
    same = sa.and_(col(Tree.lon) == points.c.lon, col(Tree.lat) == points.c.lat)
    shared = select(Tree.id, points.c.trees).join(points, same).where(Tree.source_id == source_id)
    ids = new_ids()
    for rows in chunks(streamed(session, shared), _CHUNK):
        flags = [
            {
                "id": next(ids),
                "tree_id": tree_id,
                "check": SHARED_POINT,
                "severity": Severity.NOTE,
                "field": "lon",
                "value": str(trees),
            }
            for tree_id, trees in rows
        ]
        insert_rows(session, Flag, flags)


def count_doubtful(session: Session, source_id: str) -> int:
    """How many trees of a source have at least one doubt."""
    doubtful = (
        select(sa.func.count(sa.distinct(col(Flag.tree_id))))
        .join(Tree, col(Tree.id) == col(Flag.tree_id))
        .where(col(Tree.source_id) == source_id)
    )
    return int(session.exec(doubtful).one())


def note_missing(
    session: Session, report: ImportReport, numbers: Numbers, source_id: str, authority_id: str
) -> None:
    """Tell in the report which trees of a source and authority the file does not bring."""
    ours = (
        select(Tree.tree_no, Tree.number_scheme)
        .where(
            Tree.source_id == source_id,
            Tree.authority_id == authority_id,
            Tree.status != TreeStatus.MERGED,
        )
        .order_by(col(Tree.tree_no))
    )
    for some in chunks(streamed(session, ours), _CHUNK):
        absent = numbers.absent([(number, scheme) for number, scheme in some])
        report.missing += len(absent)
        report.missing_numbers += [number for number, _ in absent[: KEPT - len(report.missing_numbers)]]
