"""Which patrols (巡查) are due, by the rule pack of each place: read in a stream, so that memory stays flat.

The interval comes from the pack by class and vigour, each with its basis. Any visit on record counts: a
patrol, an assessment, a census.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.affected import pack_chooser, trees_with_class
from registry.chunks import chunks
from registry.models import Inspection, Party, Tree, TreeParty
from registry.rulepacks import PackLibrary
from registry.rules.packs import Basis, RulePack
from registry.rules.patrol_record import next_due
from registry.selection import FETCHED, select_trees
from registry.vocab.words import ON_REGISTER, PartyRole, RiskRating, Vigour

BATCH = 1000
NOT_STANDING, NO_PACK, NO_CLASS, NO_RULE = "not_standing", "no_pack", "no_class", "no_rule"
FRAIL = frozenset({Vigour.ENDANGERED, Vigour.VERY_WEAK, Vigour.WEAK, Vigour.POOR, Vigour.LOW})
"""Vigour that makes a tree one to be seen first after bad weather, whatever its scale."""
Steward = tuple[str, str]
"""Who looks after a tree: id and name."""
NOBODY: Steward = ("", "")
_UNKNOWN_BASIS = Basis("", "", "", "", "")


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra patrol of all trees after an event, such as a storm: due on the day of it."""

    event: str
    since: date


@dataclass(frozen=True, slots=True)
class PatrolDue:
    """When one tree is to be seen next. `due_on` is the day itself for one that nobody has visited yet.

    division: names, largest first. stewards: (id, name) of who looks after it today. months: None where only
    an event asks for the patrol. basis: the rule that gives the interval.
    """

    tree_id: str
    tree_no: str
    name: str
    division: tuple[str, ...]
    division_id: str | None
    kind: str | None
    vigour: str | None
    months: float | None
    last_on: date | None
    due_on: date
    basis: Basis
    stewards: tuple[tuple[str, str], ...] = ()
    event: str | None = None
    village: str = ""
    """Town and village in the words of the source, where it names them."""

    def overdue_days(self, today: date) -> int:
        """Days since it was due, 0 where it is not overdue."""
        return max((today - self.due_on).days, 0) if self.last_on or self.event else 0

    @property
    def is_never_visited(self) -> bool:
        """Whether no visit is on record."""
        return self.last_on is None


@dataclass(slots=True)
class Tally:
    """What was looked at: how many, and why some have no patrol that is due."""

    read: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    due: int = 0
    overdue: int = 0
    never: int = 0

    def add(self, due: PatrolDue, today: date) -> None:
        """Count one patrol that is told."""
        self.due += 1
        self.never += due.is_never_visited
        self.overdue += due.overdue_days(today) > 0


@dataclass(slots=True)
class Workload:
    """Patrols to come: for each steward (id, name; NOBODY for trees without one) how many in each period."""

    periods: tuple[tuple[date, date], ...]
    counts: dict[Steward, Counter[int]] = field(default_factory=dict)
    trees: Counter[Steward] = field(default_factory=Counter)
    overdue: Counter[Steward] = field(default_factory=Counter)
    never: Counter[Steward] = field(default_factory=Counter)


def next_patrols(
    session: Session,
    library: PackLibrary,
    today: date,
    tally: Tally,
    *,
    where: Sequence[str] = (),
    by: str | None = None,
    extra: Extra | None = None,
) -> Iterator[PatrolDue]:
    """The next patrol of every tree that a rule or an event asks for, in the order of numbers.

    by: only trees that this party (its id) looks after. extra: an event after which every tree is to be seen.
    """
    choose = pack_chooser(session, library, today)
    for ids in chunks(_selected(session, where, by, today), BATCH):
        visits, stewards = last_visits(session, ids, today), stewards_of(session, ids, today)
        for tree, place, kind in trees_with_class(session, ids, today):
            tally.read += 1
            if tree.status not in ON_REGISTER:
                tally.passed_over[NOT_STANDING] += 1
                continue
            pack, last = choose(place), visits.get(tree.id)
            months = pack.patrol_months(kind or "any", tree.vigour) if pack else None
            days = _days_due(last, months, today, extra)
            if not days:
                tally.passed_over[_reason(pack, kind)] += 1
                continue
            due_on, event = min(days, key=lambda pair: pair[0])
            yield PatrolDue(
                tree.id, tree.tree_no, tree.name, tree.division, tree.division_id, kind, tree.vigour, months,
                last, due_on, _basis(pack, kind, tree.vigour) if months else _UNKNOWN_BASIS,
                stewards.get(tree.id, ()), event, " ".join(filter(None, (tree.town, tree.village))),
            )  # fmt: skip


def workload(dues: Iterable[PatrolDue], today: date, periods: Sequence[tuple[date, date]]) -> Workload:
    """How many patrols each steward has in each period (first and last day): the next of every tree and those
    that follow it at its interval. What is overdue or was never done falls into the first period."""
    found = Workload(tuple(periods))
    end = periods[-1][1]
    for due in dues:
        wanted = Counter(_period(day, periods) for day in _coming(due, today, end))
        for steward in due.stewards or (NOBODY,):
            found.trees[steward] += 1
            found.overdue[steward] += due.overdue_days(today) > 0
            found.never[steward] += due.is_never_visited
            found.counts.setdefault(steward, Counter()).update(wanted)
    return found


def weeks_from(today: date, count: int) -> tuple[tuple[date, date], ...]:
    """The week of `today` (Monday to Sunday) and those after it."""
    monday = today - timedelta(days=today.weekday())
    starts = [monday + timedelta(weeks=n) for n in range(count)]
    return tuple((start, start + timedelta(days=6)) for start in starts)


def months_from(today: date, count: int) -> tuple[tuple[date, date], ...]:
    """The month of `today` and those after it."""
    firsts = [_first_of_month(today, n) for n in range(count + 1)]
    return tuple((first, after - timedelta(days=1)) for first, after in pairwise(firsts))


def last_visits(session: Session, ids: Sequence[str], today: date) -> dict[str, date]:
    """The latest visit of each tree up to `today`."""
    query = (
        sa.select(col(Inspection.tree_id), sa.func.max(col(Inspection.inspected_on)))
        .where(col(Inspection.tree_id).in_(ids), col(Inspection.inspected_on) <= today)
        .group_by(col(Inspection.tree_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def stewards_of(
    session: Session, ids: Sequence[str], today: date
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """(id, name) of those who look after each tree on a day, by name."""
    query = (
        sa.select(col(TreeParty.tree_id), col(Party.id), col(Party.name))
        .join(Party, col(Party.id) == col(TreeParty.party_id))
        .where(col(TreeParty.tree_id).in_(ids), *_looked_after(today))
        .order_by(col(Party.name), col(Party.id))
    )
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for tree_id, party_id, name in session.execute(query):
        found[tree_id][party_id] = name
    return {tree_id: tuple(names.items()) for tree_id, names in found.items()}


def risk_ratings(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """The latest risk rating of each tree that has one."""
    query = (
        sa.select(col(Inspection.tree_id), col(Inspection.risk_rating))
        .where(col(Inspection.tree_id).in_(ids), col(Inspection.risk_rating).is_not(None))
        .order_by(col(Inspection.inspected_on), col(Inspection.id))
    )
    return {tree_id: str(rating) for tree_id, rating in session.execute(query)}


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A tree in the path of bad weather. `is_first`: frail, or rated a high risk: to be seen first."""

    tree_id: str
    tree_no: str
    name: str
    division: tuple[str, ...]
    vigour: str | None
    risk: str | None
    stewards: tuple[tuple[str, str], ...]

    @property
    def is_first(self) -> bool:
        """Whether the tree is frail or rated a high risk."""
        return self.vigour in FRAIL or self.risk in {RiskRating.HIGH, RiskRating.EXTREME}


def trees_at_risk(session: Session, where: Sequence[str], today: date) -> Iterator[AtRisk]:
    """Every standing tree of a selection with who looks after it, for a warning of bad weather."""
    for ids in chunks(_selected(session, where, None, today), BATCH):
        stewards, risks = stewards_of(session, ids, today), risk_ratings(session, ids)
        for tree, _place, _kind in trees_with_class(session, ids, today):
            if tree.status in ON_REGISTER:
                yield AtRisk(
                    tree.id, tree.tree_no, tree.name, tree.division, tree.vigour, risks.get(tree.id),
                    stewards.get(tree.id, ()),
                )  # fmt: skip


def _selected(session: Session, where: Sequence[str], by: str | None, today: date) -> Iterable[str]:
    query: Any = select_trees(where)
    if by is not None:
        whose = sa.select(col(TreeParty.tree_id)).where(col(TreeParty.party_id) == by, *_looked_after(today))
        query = query.where(col(Tree.id).in_(whose))
    found: Iterable[str] = session.exec(query, execution_options={"yield_per": FETCHED})
    return found


def _looked_after(today: date) -> tuple[Any, ...]:
    begun, ended = col(TreeParty.from_on), col(TreeParty.to_on)
    return (
        col(TreeParty.role) == PartyRole.STEWARD,
        sa.or_(begun.is_(None), begun <= today),
        sa.or_(ended.is_(None), ended > today),
    )


def _days_due(
    last: date | None, months: float | None, today: date, extra: Extra | None
) -> list[tuple[date, str | None]]:
    """The days on which a tree is to be seen next, with the event that asks for it."""
    days: list[tuple[date, str | None]] = []
    if months:
        days.append((next_due(last, months) if last else today, None))
    if extra and (last is None or last < extra.since):
        days.append((extra.since, extra.event))
    return days


def _reason(pack: RulePack | None, kind: str | None) -> str:
    if pack is None:
        return NO_PACK
    return NO_RULE if kind else NO_CLASS


def _basis(pack: RulePack | None, kind: str | None, vigour: str | None) -> Basis:
    """The basis of an interval: of the row for the vigour where that settles it, else that of the class."""
    if pack is None:
        return _UNKNOWN_BASIS
    rule = pack.rule_for("patrol", kind or "any")
    by_vigour = pack.rule("patrol_vigour", vigour) if vigour else None
    found = by_vigour if by_vigour and not rule else rule
    return found.basis if found else _UNKNOWN_BASIS


def _coming(due: PatrolDue, today: date, end: date) -> Iterator[date]:
    """The days from today to `end` on which a tree is to be seen."""
    day = max(due.due_on, today)
    while day <= end:
        yield day
        if not due.months:
            return
        day = next_due(day, due.months)


def _period(day: date, periods: Sequence[tuple[date, date]]) -> int:
    return next(place for place, (_first, last) in enumerate(periods) if day <= last)


def _first_of_month(today: date, after: int) -> date:
    years, month = divmod(today.month - 1 + after, 12)
    return date(today.year + years, month + 1, 1)
