"""What figures count, out of the register: as of any day, and of what happened between two days."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.affected import pack_chooser, trees_with_class
from registry.calendars import calendar_of
from registry.chunks import chunks
from registry.models import (
    Assessment,
    Authority,
    CareAgreement,
    CaseFile,
    CaseStep,
    Designation,
    Event,
    EventItem,
    Grove,
    Inspection,
    Strategy,
    Tag,
    Tree,
    Zone,
)
from registry.quality import asked_in, field_shares, has_values
from registry.report_records import NOTHING, Share
from registry.rulepacks import PackLibrary
from registry.rules.case_facts import CaseFacts, StepFacts
from registry.rules.kpis import GROVES
from registry.rules.patrol_record import due_patrols, on_time
from registry.rules.terms import is_in_time
from registry.vocab.care_words import PlateState, StrategyState, ZoneKind
from registry.vocab.words import ON_REGISTER, CaseKind, CaseState, TagState, TreeStatus

ENDINGS = (CaseKind.DEATH, CaseKind.DELISTING, CaseKind.MISSING)
"""Cases after which a record stands on the register no more."""
ALERTS = (CaseKind.INCIDENT, CaseKind.RESCUE)
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: from a day to a day, both included. today: the day on which it is counted.

    zone: where those days begin and end.
    """

    from_on: date
    to_on: date
    today: date
    zone: tzinfo = UTC

    @property
    def is_now(self) -> bool:
        """Whether its end is as things stand."""
        return self.to_on >= self.today


def standing_on(table: Any, own: str, period: Period, on: date) -> Any:
    """Whether a tree or grove stood on the register at the end of a day, as a condition of a query.

    One that has left it since did so by a case; a record that left it without a dated case counts on no day.
    """
    case = sa.select(col(CaseFile.id)).where(
        col(getattr(CaseFile, own)) == col(table.id),
        col(CaseFile.kind).in_(ENDINGS),
        col(CaseFile.state) == CaseState.GRANTED,
    )
    left_later = sa.exists(case.where(col(CaseFile.closed_on) > on))
    stands = col(table.status).in_(ON_REGISTER)
    if on >= period.today:
        return stands
    return sa.and_(sa.or_(stands, left_later), _was_entered(table, own, period, on))


def _was_entered(table: Any, own: str, period: Period, on: date) -> Any:
    """Whether a record was there by a day: decided on by then, or entered into this register by then."""
    midnight = datetime.combine(on + timedelta(days=1), time(), period.zone).astimezone(UTC)
    entered = (
        sa.select(col(EventItem.subject_id))
        .join(Event, col(Event.seq) == col(EventItem.seq))
        .where(
            col(EventItem.subject_id) == col(table.id),
            col(EventItem.action) == "created",
            col(Event.at) < midnight,
        )
    )
    decided = sa.select(col(Designation.id)).where(
        col(getattr(Designation, own)) == col(table.id), col(Designation.designated_on) <= on
    )
    return sa.or_(sa.exists(entered), sa.exists(decided))


def designated_on(table: Any, own: str, on: date) -> Any:
    """Whether a decision about a record was in force on a day; one without a day counts as made before."""
    decision = sa.select(col(Designation.id)).where(
        col(getattr(Designation, own)) == col(table.id),
        sa.or_(col(Designation.designated_on).is_(None), col(Designation.designated_on) <= on),
        sa.or_(col(Designation.ended_on).is_(None), col(Designation.ended_on) > on),
    )
    return sa.exists(decision)


def _parts(table: Any, own: str, on: date) -> dict[str, Any]:
    """Conditions of the figures that ask whether something is there on a day."""

    def there(row: Any, *conditions: Any) -> Any:
        return sa.exists(sa.select(col(row.id)).where(col(getattr(row, own)) == col(table.id), *conditions))

    tagged = there(
        Tag,
        col(Tag.issued_on) <= on,
        sa.or_(col(Tag.ended_on).is_(None), col(Tag.ended_on) > on),
        sa.or_(col(Tag.state) == TagState.ISSUED, col(Tag.ended_on).is_not(None)),
        ~_reported_lost(table, own, on),
    )
    zoned = there(
        Zone,
        col(Zone.kind) == ZoneKind.LEGAL,
        col(Zone.published_on) <= on,
        sa.or_(col(Zone.ended_on).is_(None), col(Zone.ended_on) > on),
    )
    contracted = there(
        CareAgreement,
        col(CareAgreement.signed_on) <= on,
        sa.or_(col(CareAgreement.valid_to).is_(None), col(CareAgreement.valid_to) >= on),
        sa.or_(col(CareAgreement.ended_on).is_(None), col(CareAgreement.ended_on) > on),
    )
    return {
        "tagged": tagged,
        "zoned": zoned,
        "contracted": contracted,
        "protected": sa.and_(tagged, zoned, contracted),
    }


def _reported_lost(table: Any, own: str, on: date) -> Any:
    """Whether the tag was last met missing or damaged on a patrol, and no new one was issued since."""
    seen: Any = aliased(Inspection)
    again: Any = aliased(Inspection)
    fine = f'%"plate":"{PlateState.OK}"%'
    bad = (f'%"plate":"{state}"%' for state in PlateState if state != PlateState.OK)
    whose = getattr(seen, own) == col(table.id)
    met_again = sa.exists(
        sa.select(again.id).where(
            getattr(again, own) == col(table.id),
            again.inspected_on > seen.inspected_on,
            again.inspected_on <= on,
            again.checks.like(fine),
        )
    )
    replaced = sa.exists(
        sa.select(col(Tag.id)).where(
            col(getattr(Tag, own)) == col(table.id),
            col(Tag.issued_on) > seen.inspected_on,
            col(Tag.issued_on) <= on,
        )
    )
    return sa.exists(
        sa.select(seen.id).where(
            whose,
            seen.inspected_on <= on,
            sa.or_(*(seen.checks.like(pattern) for pattern in bad)),
            ~met_again,
            ~replaced,
        )
    )


Counted = tuple[str | None, str, dict[str, Share]]
"""Division, category (or `GROVES`), and shares by figure."""


def counted_trees(session: Session, period: Period, on: date) -> Iterable[Counted]:
    """Shares of the trees that were designated and stood on a day, by division and category."""
    parts = _parts(Tree, "tree_id", on)
    if on >= period.today:
        parts["filed"] = has_complete_file(session)
    yield from _counted(session, Tree, "tree_id", col(Tree.category), parts, period, on)


def counted_groves(session: Session, period: Period, on: date) -> Iterable[Counted]:
    """The same of groves; a grove's file is not asked by the form of a tree."""
    parts = _parts(Grove, "grove_id", on)
    yield from _counted(session, Grove, "grove_id", sa.literal(GROVES), parts, period, on)


def _counted(
    session: Session, table: Any, own: str, category: Any, parts: dict[str, Any], period: Period, on: date
) -> Iterable[Counted]:
    keys: Any = (col(table.division_id).label("division"), category.label("class"))
    marks = (sa.case((part, 1), else_=0).label(name) for name, part in parts.items())
    rows = (
        sa.select(*keys, *marks)
        .select_from(table)
        .where(standing_on(table, own, period, on), designated_on(table, own, on))
        .subquery()
    )
    sums = [sa.func.sum(rows.c[name]) for name in parts]
    query = sa.select(rows.c.division, rows.c["class"], sa.func.count(), *sums).group_by(
        rows.c.division, rows.c["class"]
    )
    for division, kind, whole, *found in session.execute(query):
        yield division, str(kind), {name: Share(int(n), whole) for name, n in zip(parts, found, strict=True)}


def has_complete_file(session: Session) -> Any:
    """Whether a tree's file has everything that its form requires (all it asks where nothing is required)."""
    has = has_values()
    by_office: defaultdict[tuple[tuple[str, ...], ...], list[str]] = defaultdict(list)
    for office, jurisdiction in session.execute(sa.select(col(Authority.id), col(Authority.jurisdiction))):
        asked = asked_in(jurisdiction)
        needed = [one for one in asked if one.is_required] or asked
        by_office[tuple(one.any_of for one in needed)].append(office)
    complete = [
        sa.and_(
            # not by its index: SQLite would go through all trees of an office to judge a few
            sa.func.coalesce(Tree.authority_id, "").in_(offices),
            *(sa.or_(*(has[name] for name in any_of)) for any_of in needed),
        )
        for needed, offices in by_office.items()
    ]
    return sa.or_(*complete) if complete else sa.false()


def counted_deaths(session: Session, period: Period) -> Iterable[Counted]:
    """Confirmed deaths in the period over the trees that stood on the day before it began."""
    begun = period.from_on - timedelta(days=1)
    died = sa.exists(
        sa.select(col(CaseFile.id)).where(
            col(CaseFile.tree_id) == col(Tree.id),
            col(CaseFile.kind) == CaseKind.DEATH,
            col(CaseFile.state) == CaseState.GRANTED,
            col(CaseFile.closed_on).between(period.from_on, period.to_on),
        )
    )
    keys = (col(Tree.division_id), col(Tree.category))
    rows = (
        sa.select(*keys, sa.case((died, 1), else_=0).label("died"))
        .where(standing_on(Tree, "tree_id", period, begun))
        .subquery()
    )
    query = sa.select(
        rows.c.division_id, rows.c.category, sa.func.count(), sa.func.sum(rows.c.died)
    ).group_by(rows.c.division_id, rows.c.category)
    for division, category, whole, dead in session.execute(query):
        yield division, str(category), {"died": Share(int(dead), whole)}


def counted_alerts(
    session: Session, library: PackLibrary, period: Period, calendars: Path | None = None
) -> Iterable[Counted]:
    """Incidents and rescues opened in the period: closed by its end, every step within its term?

    calendars: where the office keeps its own. Raises CalendarYearError where working days cannot be counted.
    """
    query = (
        sa.select(
            CaseFile, sa.func.coalesce(col(Tree.division_id), col(Grove.division_id)), col(Tree.category)
        )
        .outerjoin(Tree, col(Tree.id) == col(CaseFile.tree_id))
        .outerjoin(Grove, col(Grove.id) == col(CaseFile.grove_id))
        .where(
            col(CaseFile.kind).in_(ALERTS),
            col(CaseFile.state) != CaseState.WITHDRAWN,
            col(CaseFile.opened_on).between(period.from_on, period.to_on),
        )
        .order_by(col(CaseFile.number))
    )
    for case, division, category in session.execute(query).all():
        is_closed = (
            case.state == CaseState.GRANTED and case.closed_on is not None and case.closed_on <= period.to_on
        )
        pack = library.find(case.pack_id) if case.pack_id else None
        calendar = calendar_of(pack.jurisdiction, calendars) if pack else None
        in_time = is_closed and is_in_time(CaseFacts(case.kind, steps=_steps(session, case)), pack, calendar)
        yield division, str(category or GROVES), {"handled": Share(int(in_time), 1)}


def _steps(session: Session, case: CaseFile) -> list[StepFacts]:
    query = select(CaseStep).where(CaseStep.case_id == case.id).order_by(col(CaseStep.ordinal))
    return [StepFacts(row.kind, row.happened_on, row.ended_on) for row in session.exec(query)]


def counted_strategies(session: Session, period: Period) -> Iterable[Counted]:
    """Strategies accepted in the period that one model, in one version, assessed before and after: did the
    score rise?"""
    before: Any = aliased(Assessment)
    after: Any = aliased(Assessment)
    query = (
        sa.select(
            before.score,
            after.score,
            sa.func.coalesce(col(Tree.division_id), col(Grove.division_id)),
            col(Tree.category),
        )
        .select_from(Strategy)
        .join(before, before.id == col(Strategy.assessment_id))
        .join(after, after.id == col(Strategy.outcome_id))
        .outerjoin(Tree, col(Tree.id) == col(Strategy.tree_id))
        .outerjoin(Grove, col(Grove.id) == col(Strategy.grove_id))
        .where(
            col(Strategy.accepted_on).between(period.from_on, period.to_on),
            col(Strategy.state).in_((StrategyState.ACCEPTED, StrategyState.SUPERSEDED)),
            before.model_id == after.model_id,
            before.model_version == after.model_version,
            before.score.is_not(None),
            after.score.is_not(None),
            sa.or_(col(Strategy.tree_id).is_not(None), col(Strategy.grove_id).is_not(None)),
        )
    )
    for old, new, division, category in session.execute(query):
        yield division, str(category or GROVES), {"rejuvenated": Share(int(new > old), 1)}


def counted_patrols(session: Session, library: PackLibrary, period: Period) -> Iterable[Counted]:
    """Patrols made on time over those that fell due in the period, by the rules of its last day.

    A tree is patrolled from the day of its first decision, else of its first visit; where neither has a day,
    from the first day of the period. What fell due in its last days and was made in its grace after them is
    on time as well: no patrol falls between two periods.
    """
    if period.to_on < period.from_on:
        return
    end = min(period.to_on, period.today)
    choose = pack_chooser(session, library, end)
    ids = session.execute(sa.select(col(Tree.id)).where(standing_on(Tree, "tree_id", period, end))).scalars()
    for batch in chunks(ids, _BATCH):
        visits = _days_of(session, Inspection.tree_id, Inspection.inspected_on, batch)
        decided = _days_of(session, Designation.tree_id, Designation.designated_on, batch)
        sums: defaultdict[tuple[str | None, str], Share] = defaultdict(lambda: NOTHING)
        for tree, place, kind in trees_with_class(session, batch, end):
            pack = choose(place)
            months = pack.patrol_months(kind, tree.vigour) if pack and kind else None
            if months:
                days = visits.get(tree.id, [])
                since = min(decided.get(tree.id) or days or [period.from_on])
                dues = due_patrols(days, months, period.from_on, end, since=since, as_of=period.today)
                key = (tree.division_id, str(tree.category))
                sums[key] = sums[key] + Share(*on_time(dues))
        for (division, category), share in sums.items():
            yield division, category, {"patrolled": share}


def _days_of(session: Session, own: Any, day: Any, ids: list[str]) -> dict[str, list[date]]:
    found: defaultdict[str, list[date]] = defaultdict(list)
    query = sa.select(col(own), col(day)).where(col(own).in_(ids), col(day).is_not(None))
    for tree_id, on in session.execute(query):
        found[tree_id].append(on)
    return found


def counted_fields(session: Session) -> Iterable[Counted]:
    """Fields filled over fields asked, by division; the same for every class, so told of all alone."""
    for division, filled, asked in field_shares(session):
        yield division, "", {"complete": Share(filled, asked)}


def left_undated(session: Session) -> int:
    """Trees that are off the register without a dated case."""
    dated = sa.exists(
        sa.select(col(CaseFile.id)).where(
            col(CaseFile.tree_id) == col(Tree.id),
            col(CaseFile.kind).in_(ENDINGS),
            col(CaseFile.state) == CaseState.GRANTED,
        )
    )
    gone = col(Tree.status).not_in((*ON_REGISTER, TreeStatus.MERGED))
    return int(session.execute(sa.select(sa.func.count()).select_from(Tree).where(gone, ~dated)).scalar_one())


def tallied(session: Session, column: Any, where: Any) -> Counter[str | None]:
    """How many trees have each value of a column."""
    keyed: Any = column.label("key")
    rows: Any = sa.select(keyed).select_from(Tree).where(where).subquery()
    query = sa.select(rows.c.key, sa.func.count()).group_by(rows.c.key)
    return Counter({None if key is None else str(key): count for key, count in session.execute(query)})
