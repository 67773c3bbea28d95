"""The queue of what waits to be reviewed: what somebody sees of it, filtered, sorted, counted, by pages."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.access import divisions_below, reach
from registry.commands.reviewing import OPEN, reviewing_grants
from registry.models import Account, AccountRole, Division, Grove, Review, Submission, SubmissionPhoto, Tree
from registry.rules.permissions import REVIEWER_LEVELS, Holder, Right, divisions_of
from registry.rules.review_levels import rank
from registry.vocab.desk_words import ReviewLevel, SubmissionKind, SubmissionState

PAGE = 50
SORTS = ("oldest", "newest", "record")
QUIET = (SubmissionKind.VISIT, SubmissionKind.PHOTO, SubmissionKind.MEASUREMENT, SubmissionKind.EDIT)
"""Kinds of which some say nothing new."""
MOST_COUNTED = 10_000
"""Beyond this many rows a page says "more than": nobody counts a hundred thousand to open a list."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is asked for; empty: all of it.

    mine: only what whoever asks may decide on now. person: part of a login or name. place: part of a town,
    village, or of the name of a division. older_days: received so many days ago or before. quiet: only kinds
    that may be harmless, without conflicts.
    """

    state: SubmissionState = SubmissionState.PENDING
    kind: SubmissionKind | None = None
    level: ReviewLevel | None = None
    division: str | None = None
    place: str = ""
    person: str = ""
    older_days: int | None = None
    conflicts: bool = False
    mine: bool = False
    quiet: bool = False
    sort: str = "oldest"
    record: tuple[str, str] | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    submission: Submission
    sender: str
    login: str
    called: str
    name: str
    place: str
    photos: int = 0
    arrived: int = 0
    conflicts: int = 0
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait, by level and by kind; how many are set aside."""

    pending: int = 0
    by_kind: Mapping[str, int] = field(default_factory=dict)
    by_level: Mapping[str, int] = field(default_factory=dict)
    set_aside: int = 0


def queue_page(
    session: Session, holder: Holder | None, filters: Filters, *, today: date, now: datetime
) -> tuple[list[Row], bool]:
    """The rows of one page, and whether there are more. holder None: the office, which sees everything."""
    start = (max(filters.page, 1) - 1) * PAGE
    query = _ordered(_query(session, holder, filters, today, now), filters)
    found = session.exec(query.offset(start).limit(PAGE + 1)).all()
    return _rows(session, holder, found[:PAGE]), len(found) > PAGE


def next_of(
    session: Session,
    holder: Holder | None,
    filters: Filters,
    after: Submission,
    *,
    today: date,
    now: datetime,
) -> tuple[str | None, str | None]:
    """Ids of the submissions before and after one, in the order of the queue (by when they were received)."""
    query = _query(session, holder, filters, today, now).where(Submission.id != after.id)
    at, own = col(Submission.received_at), col(Submission.id)
    is_later = sa.or_(at > after.received_at, sa.and_(at == after.received_at, own > after.id))
    later = session.exec(query.where(is_later).order_by(at, own).limit(1)).first()
    earlier = session.exec(query.where(~is_later).order_by(at.desc(), own.desc()).limit(1)).first()
    pair = (earlier.id if earlier else None, later.id if later else None)
    return pair if filters.sort != "newest" else (pair[1], pair[0])


def queue_counts(session: Session, holder: Holder | None, *, today: date) -> Counts:
    """How many wait within somebody's reach."""
    seen = _seen(holder, today)
    query = (
        sa.select(col(Submission.kind), col(Submission.level), sa.func.count())
        .where(col(Submission.state) == SubmissionState.PENDING, seen)
        .group_by(col(Submission.kind), col(Submission.level))
    )
    kinds: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    for kind, level, count in session.execute(query):
        kinds[kind] += count
        levels[level or ""] += count
    aside = sa.select(sa.func.count()).where(
        col(Submission.state) == SubmissionState.QUARANTINED, seen
    ).select_from(Submission)  # fmt: skip
    return Counts(sum(kinds.values()), kinds, levels, int(session.execute(aside).scalar_one()))


def divisions_waiting(session: Session, holder: Holder | None, *, today: date) -> list[tuple[str, str]]:
    """(id, name) of the divisions within reach in which something waits, for a choice."""
    query = (
        select(Division.id, Division.name)
        .where(
            col(Division.id).in_(
                sa.select(col(Submission.division_id))
                .where(col(Submission.state).in_([SubmissionState.PENDING, SubmissionState.QUARANTINED]))
                .where(_seen(holder, today))
                .distinct()
            )
        )
        .order_by(col(Division.id))
    )
    return [(own, name) for own, name in session.exec(query)]


def waiting_for(session: Session, holder: Holder, *, today: date, now: datetime) -> int:
    """How many submissions wait for somebody to decide on, for the first page of the desk."""
    query = _query(session, holder, Filters(mine=True), today, now).limit(MOST_COUNTED)
    counted = sa.select(sa.func.count()).select_from(query.with_only_columns(col(Submission.id)).subquery())
    return int(session.execute(counted).scalar_one())


def _seen(holder: Holder | None, today: date) -> Any:
    """Within reach: by the division of a submission; where it has none, by that of its sender."""
    if holder is None:
        return sa.true()
    divisions = divisions_of(holder, Right.REVIEW)
    if divisions is None:
        return sa.true()
    if not divisions:
        return sa.false()
    at_home = select(AccountRole.account_id).where(
        col(AccountRole.division_id).in_(divisions_below(divisions))
    )
    nowhere = sa.and_(col(Submission.division_id).is_(None), col(Submission.account_id).in_(at_home))
    return sa.or_(reach(holder, Right.REVIEW, Submission, today), nowhere)


def _query(session: Session, holder: Holder | None, filters: Filters, today: date, now: datetime) -> Any:
    query = select(Submission).where(_seen(holder, today), col(Submission.state) == filters.state)
    if filters.kind:
        query = query.where(Submission.kind == filters.kind)
    if filters.level:
        query = query.where(Submission.level == filters.level)
    if filters.division:
        query = query.where(col(Submission.division_id).in_(divisions_below([filters.division])))
    if filters.older_days:
        query = query.where(Submission.received_at <= now - timedelta(days=filters.older_days))
    if filters.conflicts:
        query = query.where(Submission.conflicts != "[]")
    if filters.quiet:
        query = query.where(col(Submission.kind).in_(QUIET), Submission.conflicts == "[]")
    if filters.record:
        query = query.where(
            Submission.subject_type == filters.record[0], Submission.subject_id == filters.record[1]
        )
    if filters.person:
        query = query.where(col(Submission.account_id).in_(_people(filters.person)))
    if filters.place:
        query = query.where(_in_place(filters.place))
    if filters.mine and holder is not None and filters.state in OPEN:
        query = query.where(_decidable(session, holder, filters.state))
    return query


def _ordered(query: Any, filters: Filters) -> Any:
    by_time = (col(Submission.received_at), col(Submission.id))
    if filters.sort == "newest":
        return query.order_by(*(each.desc() for each in by_time))
    if filters.sort == "record":
        return query.order_by(col(Submission.subject_type), col(Submission.subject_id), *by_time)
    return query.order_by(*by_time)


def _people(text: str) -> Any:
    return select(Account.id).where(
        sa.or_(
            col(Account.login).contains(text.lower(), autoescape=True),
            col(Account.name).contains(text, autoescape=True),
        )
    )


def _in_place(text: str) -> Any:
    trees = select(Tree.id).where(
        sa.or_(
            col(Tree.village).contains(text, autoescape=True), col(Tree.town).contains(text, autoescape=True)
        )
    )
    divisions = select(Division.id).where(col(Division.name).contains(text, autoescape=True))
    return sa.or_(col(Submission.subject_id).in_(trees), col(Submission.division_id).in_(divisions))


def _decidable(session: Session, holder: Holder, state: SubmissionState) -> Any:
    """What somebody may decide on now: at a level that he or she holds there, or one that nobody holds."""
    others = sa.and_(
        col(Submission.account_id) != holder.account_id,
        ~sa.exists().where(
            col(Review.submission_id) == col(Submission.id), col(Review.account_id) == holder.account_id
        ),
    )
    if state != SubmissionState.PENDING:
        return others
    held = [_held(level, ids) for level, ids in _levels(holder).items()]
    return sa.and_(others, sa.or_(col(Submission.level).is_(None), *held, _left(session, holder)))


def _levels(holder: Holder) -> dict[ReviewLevel, frozenset[str] | None]:
    """The divisions in which somebody reviews, by level; None: everywhere."""
    found: dict[ReviewLevel, set[str | None]] = {}
    for grant in holder.grants:
        if grant.role in REVIEWER_LEVELS:
            found.setdefault(REVIEWER_LEVELS[grant.role], set()).add(grant.division_id)
    return {
        level: None if None in ids else frozenset(each for each in ids if each)
        for level, ids in found.items()
    }


def _held(level: ReviewLevel, ids: frozenset[str] | None) -> Any:
    at_level = col(Submission.level) == level
    return at_level if ids is None else sa.and_(at_level, _within(ids))


def _within(ids: Collection[str]) -> Any:
    return col(Submission.division_id).in_(divisions_below(ids))


def _left(session: Session, holder: Holder) -> Any:
    """What waits below somebody's own level where that has nobody, or nobody but whoever sent it in."""
    levels = _levels(holder)
    found: list[Any] = []
    for level in ReviewLevel:
        above = [ids for each, ids in levels.items() if rank(each) > rank(level)]
        if not above:
            continue
        within = sa.or_(*(sa.true() if ids is None else _within(ids) for ids in above))
        here = sa.and_(col(Submission.level) == level, within)
        grants = reviewing_grants(session, level)
        found.append(sa.and_(here, _uncovered(grants)))
        for sender in _senders(session, level, {account for account, _ in grants}):
            others = [grant for grant in grants if grant[0] != sender]
            found.append(sa.and_(here, col(Submission.account_id) == sender, _uncovered(others)))
    return sa.or_(*found) if found else sa.false()


def _uncovered(grants: Sequence[tuple[str, str | None]]) -> Any:
    """Where none of these (account, division) reach."""
    divisions = {division for _, division in grants}
    if None in divisions:
        return sa.false()
    known = {division for division in divisions if division}
    if not known:
        return sa.true()
    own = col(Submission.division_id)
    return sa.or_(own.is_(None), own.not_in(divisions_below(known)))


def _senders(session: Session, level: ReviewLevel, accounts: Collection[str]) -> list[str]:
    """Those of these accounts that have sent in something that waits at a level."""
    query = select(Submission.account_id).where(
        col(Submission.account_id).in_(sorted(accounts)),
        Submission.state == SubmissionState.PENDING,
        Submission.level == level,
    )
    return list(session.exec(query.distinct())) if accounts else []


def _rows(session: Session, holder: Holder | None, found: list[Submission]) -> list[Row]:
    """Lines of the queue, what they need read at once."""
    people = _by_id(session, Account, {each.account_id for each in found})
    trees = _by_id(session, Tree, {each.subject_id for each in found if each.subject_type == "tree"})
    groves = _by_id(session, Grove, {each.subject_id for each in found if each.subject_type == "grove"})
    records = {**trees, **groves}
    places = {each.division_id for each in found} | {each.division_id for each in records.values()}
    divisions = _by_id(session, Division, places)
    photos = _photos(session, [each.id for each in found])
    return [
        _row(each, people[each.account_id], records.get(each.subject_id or ""), divisions, photos, holder)
        for each in found
    ]


def _row(
    each: Submission,
    sender: Account,
    record: Any,
    divisions: Mapping[str, Any],
    photos: Mapping[str, tuple[int, int]],
    holder: Holder | None,
) -> Row:
    content = json.loads(each.content) if record is None else {}
    said = (lambda name: getattr(record, name, None)) if record is not None else content.get
    division = divisions.get((record.division_id if record is not None else each.division_id) or "")
    name = said("name_verbatim") or said("name") or said("species") or ""
    called = said("tree_no") or said("number") or each.provisional_no or each.id[:8]
    announced, arrived = photos.get(each.id, (0, 0))
    place = " ".join(filter(None, [division.name if division else None, said("town"), said("village")]))
    return Row(
        each, sender.name, sender.login, str(called), str(name), place, announced, arrived,
        len(json.loads(each.conflicts)), bool(holder and holder.account_id == each.account_id),
    )  # fmt: skip


def _by_id(session: Session, table: Any, ids: Collection[str | None]) -> dict[str, Any]:
    wanted = sorted(each for each in ids if each)
    if not wanted:
        return {}
    return {row.id: row for row in session.exec(select(table).where(col(table.id).in_(wanted)))}


def _photos(session: Session, ids: list[str]) -> dict[str, tuple[int, int]]:
    """(announced, arrived) photos of submissions."""
    whose = col(SubmissionPhoto.submission_id)
    counted = (whose, sa.func.count(), sa.func.count(col(SubmissionPhoto.received_at)))
    query = sa.select(*counted).where(whose.in_(ids)).group_by(whose)
    return {own: (announced, arrived) for own, announced, arrived in session.execute(query)} if ids else {}
