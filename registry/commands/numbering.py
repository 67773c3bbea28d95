"""Official numbers: allotted once, under a lock, by county; gaps stay, and no number is used twice."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.history import Change, record_event, told_row
from registry.errors import NumberAllotError, Phrase, RecordKindError
from registry.models import CaseFile, Tree, TreeAlias
from registry.rules.numbers import fits_scheme
from registry.vocab.words import TreeStatus

Ref = tuple[str, str, str]
"""Kind, id and how a record is called."""
COUNTY_SCHEME = "lyt1664-11"
"""The scheme under which the register allots: six digits of the county, five of the serial."""
_LAST_SERIAL = 99_999


def lock_numbers(session: Session) -> None:
    """Hold the lock on numbers until the transaction ends; on SQLite every writer is alone already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(4712)"))


def next_number(session: Session, county: str) -> str:
    """The next number of a county (six digits), one above the highest that any tree has or ever had.

    The caller holds the lock. Raises NumberAllotError where the county has none left.
    """
    highest = max(
        next((each for each in session.exec(_newest(number, scheme, county)) if each[6:].isdecimal()), "")
        for number, scheme in (
            (col(Tree.tree_no), col(Tree.number_scheme)),
            (col(TreeAlias.number), col(TreeAlias.scheme)),
        )
    )
    serial = int(highest[6:] or 0) + 1
    if serial > _LAST_SERIAL:
        raise NumberAllotError(tree_no="—", number=county, reason=Phrase("the county has no serial left"))
    return f"{county}{serial:05d}"


def _newest(number: Any, scheme: Any, county: str) -> Any:
    """The numbers of a county, the highest first; also such as have no serial, which somebody once wrote."""
    query = select(number).where(scheme == COUNTY_SCHEME, number.like(f"{county}_____"))
    return query.order_by(number.desc())


def free_number(
    session: Session,
    tree_no: str,
    *,
    county: str | None = None,
    number: str | None = None,
    scheme: str | None = None,
    holder_id: str = "",
) -> tuple[str, str]:
    """(number, scheme) that no tree has or had: the next of `county`, or the one given, looked at.

    tree_no: what to call the tree in an error; `holder_id` may have had the number itself.
    Raises NumberAllotError; ValueError unless either `county`, or `number` and `scheme`, is given.
    """
    lock_numbers(session)
    if county is not None:
        if not (county.isascii() and county.isdigit() and len(county) == 6):
            raise NumberAllotError(
                tree_no=tree_no, number=county, reason=Phrase("a county's code has six digits")
            )
        return next_number(session, county), COUNTY_SCHEME
    if number is None or scheme is None:
        raise ValueError("give a county, or a number with its scheme")
    facts = {"tree_no": tree_no, "number": number[:64]}
    if not number.strip() or len(number) > 64 or len(scheme) > 32:
        raise NumberAllotError(**facts, reason=Phrase("it is empty or too long"))
    if not fits_scheme(number, scheme):
        raise NumberAllotError(
            **facts, reason=Phrase("a number of the scheme {scheme} looks otherwise", scheme=scheme)
        )
    own = select(Tree.id).where(Tree.tree_no == number, Tree.number_scheme == scheme, Tree.id != holder_id)
    other = select(TreeAlias.tree_id).where(
        TreeAlias.number == number, TreeAlias.scheme == scheme, TreeAlias.tree_id != holder_id
    )
    if [*session.exec(own), *session.exec(other)]:
        reason = Phrase("another tree has it, or had it: it is never used again")
        raise NumberAllotError(**facts, reason=reason)
    return number, scheme


def allot_number(
    session: Session,
    tree: Tree,
    *,
    county: str | None = None,
    number: str | None = None,
    scheme: str | None = None,
    actor: str,
    now: datetime,
    reason: str | None = None,
    document: str | None = None,
) -> str:
    """Give a tree its official number: the next of `county`, or `number` of `scheme` by hand.

    The number before stays an alias that keeps resolving. A tree that has such a number keeps it.
    Raises NumberAllotError; ValueError unless either `county`, or `number` and `scheme`, is given.
    """
    if county is not None and tree.number_scheme == COUNTY_SCHEME:
        county, number, scheme = None, tree.tree_no, tree.number_scheme
    if (tree.tree_no, tree.number_scheme) == (number, scheme):
        return tree.tree_no
    if tree.status in {TreeStatus.MERGED, TreeStatus.DEAD}:
        reason_ = Phrase("its file is closed")
        raise NumberAllotError(tree_no=tree.tree_no, number=number or county, reason=reason_)
    number, scheme = free_number(
        session, tree.tree_no, county=county, number=number, scheme=scheme, holder_id=tree.id
    )
    alias = TreeAlias(tree_id=tree.id, number=tree.tree_no, scheme=tree.number_scheme)
    known = session.exec(
        select(TreeAlias).where(
            TreeAlias.tree_id == tree.id, TreeAlias.number == alias.number, TreeAlias.scheme == alias.scheme
        )
    ).first()
    fields = {"tree_no": (tree.tree_no, number), "number_scheme": (tree.number_scheme, scheme)}
    if known is None:
        session.add(alias)
        fields["aliases"] = (None, [told_row(alias.model_dump())])  # type: ignore[assignment]
    tree.tree_no, tree.number_scheme, tree.updated_on = number, scheme, register_today(session, now)
    session.add(tree)
    session.flush()
    change = Change("tree", tree.id, "updated", fields)
    record_event(session, "tree:numbered", [change], actor=actor, at=now, reason=reason, document=document)
    return number


def add_alias(
    session: Session,
    ref: Ref,
    number: str,
    scheme: str,
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> bool:
    """Let another number (former, on an old plate, of another office) lead to a tree, grove or garden.

    Returns whether it is new. Raises RecordKindError, NumberAllotError for an empty or overlong number, and
    for one that another record of the kind has under that scheme.
    """
    kind, own, called = ref
    if kind not in {"tree", "grove", "garden"}:
        raise RecordKindError(record=called, kinds=Phrase("trees, groves and gardens"))
    number, scheme = number.strip(), scheme.strip() or "other"
    if not 0 < len(number) <= 64 or len(scheme) > 32:
        reason_ = Phrase("a number has between 1 and 64 characters")
        raise NumberAllotError(tree_no=called, number=number[:70], reason=reason_)
    whose = col(getattr(TreeAlias, f"{kind}_id"))
    same = select(whose).where(TreeAlias.number == number, TreeAlias.scheme == scheme, whose.is_not(None))
    holders = set(session.exec(same))
    if own in holders:
        return False
    if holders:
        reason_ = Phrase("another tree has it, or had it: it is never used again")
        raise NumberAllotError(tree_no=called, number=number, reason=reason_)
    alias = TreeAlias(number=number, scheme=scheme)
    setattr(alias, f"{kind}_id", own)
    session.add(alias)
    session.flush()
    change = Change(kind, own, "updated", {"aliases": (None, [told_row(alias.model_dump())])})
    record_event(session, "number:added", [change], actor=actor, at=now, reason=reason)
    return True


def next_case_number(session: Session, year: int) -> str:
    """The next number of a case, such as 2026-0012."""
    lock_numbers(session)
    of_year = col(CaseFile.number).like(f"{year}-%")
    query = (
        select(CaseFile.number)
        .where(of_year)
        .order_by(sa.func.length(CaseFile.number).desc(), col(CaseFile.number).desc())
    )
    last = session.exec(query.limit(1)).first()
    return f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:04d}"
