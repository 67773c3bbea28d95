"""What is to be signed with whom: caretakers that changed, records without agreement, terms running out.

Nothing of this is stored: it is read from who cares for a record and which agreements there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.affected import facts_of_trees, pack_chooser
from registry.calendars import register_today
from registry.chunks import chunks
from registry.models import CareAgreement, Event, EventItem, Grove, Party, Tree, TreeParty
from registry.rulepacks import PackLibrary
from registry.rules.care_pay import Term
from registry.rules.packs import Basis, RulePack
from registry.rules.terms import add_term
from registry.selection import standing_ids
from registry.vocab.words import PartyRole

_CHUNK = 500
CHANGE_TERM = "caretaker_change"
"""The deadline of a rule pack that runs from a change of caretaker."""


class DueKind(StrEnum):
    """Why an agreement is to be signed."""

    CHANGED = "changed"
    NEVER = "never"
    RUN_OUT = "run_out"
    ENDED = "ended"
    RUNNING_OUT = "running_out"


@dataclass(frozen=True, slots=True)
class DueAgreement:
    """One record and one caretaker with whom something is to be signed.

    since: from when; of a change the day on which this caretaker began, or on which the register was told of
    it (`is_since_told`). due_on, basis: where a rule pack sets a day. pack: that holds at the place, if any.
    before: with whom the last agreement was. valid_to: its last day.
    """

    kind: DueKind
    record: str
    own: str
    number: str
    name: str | None
    party_id: str
    party: str
    party_kind: str
    since: date | None = None
    is_since_told: bool = False
    due_on: date | None = None
    basis: Basis | None = None
    before: str | None = None
    valid_to: date | None = None
    document_no: str | None = None


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many records stand, and how many of them have no caretaker at all."""

    records: int
    without: int


def due_agreements(
    session: Session,
    library: PackLibrary,
    today: date,
    where: Sequence[str] = (),
    *,
    within_days: int = 60,
) -> tuple[list[DueAgreement], DueCounts]:
    """What is to be signed about the standing records of a selection: changes first, by the day they are due.

    Raises SelectionError.
    """
    found: list[DueAgreement] = []
    records = without = 0
    names = {
        row[0]: (row[1], row[2].value) for row in session.execute(select(Party.id, Party.name, Party.kind))
    }
    for kind, table in (
        ("tree", Tree),
        ("grove", Grove),
    ):
        ids = standing_ids(session, kind, where)
        records += len(ids)
        for some in chunks(ids, _CHUNK):
            rows = _Rows(session, kind, table, some)
            without += sum(not rows.stewards[own] for own in some)
            for own in some:
                found += _of_record(kind, own, rows, names, today, within_days)
    known = _with_clocks(session, library, today, found)
    return sorted(known, key=_order), DueCounts(records, without)


def _order(each: DueAgreement) -> tuple[Any, ...]:
    kinds = list(DueKind)
    day = each.due_on or each.valid_to or each.since or date.max
    return (kinds.index(each.kind), day, each.record != "tree", len(each.number), each.number, each.party)


class _Rows:
    """Who cares for some records, and their agreements, the newest first."""

    def __init__(self, session: Session, kind: str, table: Any, ids: list[str]) -> None:
        number = table.tree_no if kind == "tree" else table.number
        name = table.name_verbatim if kind == "tree" else table.name
        self.called = {row[0]: (row[1], row[2]) for row in session.execute(
            sa.select(table.id, number, name).where(table.id.in_(ids)))}  # fmt: skip
        self.stewards: defaultdict[str, list[TreeParty]] = defaultdict(list)
        self.former: defaultdict[str, list[TreeParty]] = defaultdict(list)
        whose = col(getattr(TreeParty, f"{kind}_id"))
        roles = select(TreeParty).where(whose.in_(ids), TreeParty.role == PartyRole.STEWARD)
        for role in session.exec(roles.order_by(col(TreeParty.id))):
            heap = self.stewards if role.to_on is None else self.former
            heap[getattr(role, f"{kind}_id")].append(role)
        self.agreements: defaultdict[str, list[CareAgreement]] = defaultdict(list)
        whose = col(getattr(CareAgreement, f"{kind}_id"))
        signed = select(CareAgreement).where(whose.in_(ids))
        for row in session.exec(signed.order_by(col(CareAgreement.signed_on).desc(), col(CareAgreement.id))):
            self.agreements[getattr(row, f"{kind}_id")].append(row)


def _of_record(
    kind: str, own: str, rows: _Rows, names: dict[str, tuple[str, str]], today: date, within_days: int
) -> Iterator[DueAgreement]:
    """What is to be signed about one record, caretaker by caretaker."""
    agreements = rows.agreements[own]
    number, name = rows.called[own]
    seen: set[str] = set()
    for role in rows.stewards[own]:
        if role.party_id in seen:
            continue
        seen.add(role.party_id)
        theirs = [row for row in agreements if row.party_id == role.party_id]
        bound = next((row for row in theirs if _term(row).covers(today)), None)
        last = theirs[0] if theirs else agreements[0] if agreements else None
        facts: dict[str, Any] = {}
        if bound is not None:
            if bound.valid_to is None or bound.valid_to > today + timedelta(days=within_days):
                continue
            facts = {"kind": DueKind.RUNNING_OUT, "since": None, "valid_to": bound.valid_to}
            last = bound
        elif last is None:
            facts = {"kind": DueKind.NEVER, "since": role.from_on}
        elif not theirs:
            since = role.from_on or _left(rows.former[own])
            facts = {"kind": DueKind.CHANGED, "since": since, "before": names[last.party_id][0]}
        elif last.ended_on is not None:
            facts = {"kind": DueKind.ENDED, "since": last.ended_on}
        else:
            facts = {"kind": DueKind.RUN_OUT, "since": None, "valid_to": last.valid_to}
        party, party_kind = names[role.party_id]
        yield DueAgreement(
            record=kind, own=own, number=number, name=name, party_id=role.party_id, party=party,
            party_kind=party_kind, document_no=last.document_no if last else None, **facts,
        )  # fmt: skip


def _term(row: CareAgreement) -> Term:
    return Term(row.signed_on, row.valid_to, row.ended_on)


def _left(former: Sequence[TreeParty]) -> date | None:
    """The day on which the caretaker before left, where it is known."""
    return max((role.to_on for role in former if role.to_on is not None), default=None)


def _with_clocks(
    session: Session, library: PackLibrary, today: date, found: Iterable[DueAgreement]
) -> Iterator[DueAgreement]:
    """The same, a change with the day by which the rule pack of its place wants it signed anew."""
    every = list(found)
    changed = [each for each in every if each.kind is DueKind.CHANGED]
    packs = _packs(session, library, today, changed)
    for each in every:
        yield _clocked(session, each, packs.get(each.own)) if each.kind is DueKind.CHANGED else each


def _clocked(session: Session, each: DueAgreement, pack: RulePack | None) -> DueAgreement:
    since, is_told = each.since, False
    if since is None:
        since, is_told = _told_on(session, each), True
    rule = pack.rule("deadlines", CHANGE_TERM) if pack else None
    due_on = add_term(since, rule.values) if rule and since else None
    return replace(each, since=since, is_since_told=is_told and since is not None, due_on=due_on,
                   basis=rule.basis if rule else None)  # fmt: skip


def _told_on(session: Session, each: DueAgreement) -> date | None:
    """The day on which the register was first told that this caretaker has the record."""
    at = session.exec(
        select(Event.at)
        .join(EventItem, col(EventItem.seq) == col(Event.seq))
        .where(EventItem.subject_id == each.own, sa.cast(EventItem.change, sa.Text).contains(each.party_id))
        .order_by(col(Event.seq))
        .limit(1)
    ).first()
    return register_today(session, at) if at else None


def _packs(
    session: Session, library: PackLibrary, today: date, changed: Sequence[DueAgreement]
) -> dict[str, RulePack | None]:
    """The rule pack that holds for each record; a grove goes by that of its first tree with a file."""
    choose: Callable[[Any], RulePack | None] = pack_chooser(session, library, today)
    trees = {each.own: each.own for each in changed if each.record == "tree"}
    groves = [each.own for each in changed if each.record == "grove"]
    for some in chunks(groves, _CHUNK):
        rows = session.execute(
            sa.select(col(Tree.grove_id), sa.func.min(Tree.id))
            .where(col(Tree.grove_id).in_(some))
            .group_by(Tree.grove_id)
        )
        trees |= dict(rows.all())
    places = {own: place for own, place, _facts in facts_of_trees(session, set(trees.values()), today)}
    return {own: choose(places[tree]) for own, tree in trees.items() if tree in places}
