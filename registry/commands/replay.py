"""Replaying the history: what the register said of a record after any event, from the events alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, get_args

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.commands.history import CHILDREN, canonical, commitments_behind, open_change, told_row
from registry.models import CareLetterItem, CaseSubject, Event, EventItem, TrialSubject, WalkStop
from registry.rules.commitments import ERASED, Sealed

CREATED = "created"


@dataclass(frozen=True, slots=True)
class Told:
    """One item of the history, opened: what one event did to one record."""

    seq: int
    ordinal: int
    at: datetime
    kind: str
    actor: str
    reason: str | None
    document: str | None
    hash: str
    subject_type: str
    subject_id: str
    action: str
    fields: dict[str, list[Any]]


@dataclass(slots=True)
class State:
    """One record as the history tells it up to an event. Values are plain JSON, days as ISO texts.

    `fields`: by column; ERASED stands for what was forgotten. `rows`: by name (see `CHILDREN`) and id.
    `set_by`: the event that last set a field, or rows of a name. `erased`: names of rows of which some are
    forgotten. `cleaned`: names of fields and rows of which an erasing took a person out, and that no event
    told anew in the same stroke or since: the tables may still say them as they were.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    set_by: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    cleaned: set[str] = field(default_factory=set)
    begun: int = 0
    seq: int = 0
    at: datetime | None = None

    def apply(self, told: Told, rows: frozenset[str] = frozenset()) -> None:
        """Take one more item, in the order of the chain. rows: names of rows beside those of `CHILDREN`."""
        self.begun = self.begun or told.seq
        self.seq, self.at = told.seq, told.at
        self.cleaned -= told.fields.keys()
        for each in told.fields.get("erased", [None, None])[1] or ():
            names = each["fields"] if isinstance(each, dict) else ()
            self.cleaned.update(name for name in names if self.set_by.get(name) != told.seq)
        for name, pair in told.fields.items():
            self.set_by[name] = told.seq
            if name in CHILDREN or name in rows:
                self._apply_rows(name, pair)
            elif name == "findings" and told.subject_type == "tree":
                self._add_findings(pair[1])
            else:
                self.fields[name] = pair[1]

    def _apply_rows(self, name: str, pair: list[Any]) -> None:
        rows = self.rows.setdefault(name, {})
        if pair[0] is ERASED or pair[1] is ERASED:
            self.erased.add(name)
        for row in _rows(pair[0]):
            rows.pop(row_key(row), None)
        rows.update({row_key(row): row for row in _rows(pair[1])})

    def _add_findings(self, findings: Any) -> None:
        """Findings stood beside the rows of inspections once; they belong to the one told with them."""
        inspections = list(self.rows.get("inspections", {}).values())
        if inspections and findings is not ERASED:
            inspections[-1]["findings"] = canonical(findings)


def told_items(session: Session, subject_ids: Iterable[str], until: int | None = None) -> list[Told]:
    """The opened items of some records in the order of the chain, up to event `until`."""
    ids = list(subject_ids)
    if not ids:
        return []
    columns: list[Any] = [
        EventItem.seq,
        EventItem.ordinal,
        Event.at,
        Event.kind,
        Event.actor,
        Event.reason,
        Event.document,
        Event.hash,
        EventItem.subject_type,
        EventItem.subject_id,
        EventItem.action,
        EventItem.change,
    ]
    query = sa.select(*columns).join(Event, col(Event.seq) == col(EventItem.seq))
    query = query.where(col(EventItem.subject_id).in_(ids))
    if until is not None:
        query = query.where(col(Event.seq) <= until)
    query = query.order_by(col(EventItem.seq), col(EventItem.ordinal))
    return list(opened(session.execute(query), commitments_behind(session, ids)))


def opened(rows: Iterable[Any], commitments: Mapping[str, Sealed]) -> Iterator[Told]:
    """Rows with the columns of `Told` and `change`, opened."""
    for row in rows:
        facts = dict(row._mapping)
        change = facts.pop("change")
        yield Told(**facts, fields=open_change(change, commitments))


def states(session: Session, subject_ids: Iterable[str], until: int | None = None) -> dict[str, State]:
    """What the register said of some records after event `until` (None: the newest), by id."""
    found: dict[str, State] = {}
    for told in told_items(session, subject_ids, until):
        found.setdefault(told.subject_id, State()).apply(told)
    return found


def last_event_at(session: Session, at: datetime) -> Event | None:
    """The newest event that had happened at the instant `at`."""
    return session.exec(select(Event).where(Event.at <= at).order_by(col(Event.seq).desc()).limit(1)).first()


def row_key(row: Mapping[str, Any]) -> str:
    """What tells a row from others: its photo, its id, or its content where it was told without one."""
    return str(row.get("sha256") or row.get("id") or canonical(row))


ABOUT: frozenset[type[SQLModel]] = frozenset({CareLetterItem, CaseSubject, TrialSubject, WalkStop})
"""Rows of a letter, case, trial or walk that say which records it is about: that is told with them."""


def plain_row(table: type[SQLModel], row: Any) -> dict[str, Any]:
    """A row of a table as its items tell it, in plain JSON values."""
    values = {name: getattr(row, name) for name in table.model_fields}
    told = {n: v for n, v in values.items() if v is not None} if table in ABOUT else told_row(values)
    return {name: plain(value) for name, value in told.items()}


def plain(value: Any) -> Any:
    """A value of a column as JSON has it."""
    return value.isoformat() if isinstance(value, date) else getattr(value, "value", value)


def typed_row(table: type[SQLModel], values: Mapping[str, Any], **known: Any) -> SimpleNamespace:
    """`values` with every column of `table`, days as dates; forgotten ones are None."""
    row = {name: _typed(info, values.get(name)) for name, info in table.model_fields.items()}
    return SimpleNamespace(**{**row, **known})


def _typed(info: Any, value: Any) -> Any:
    if value is None or value is ERASED:
        return None if info.is_required() else info.get_default(call_default_factory=True)
    kinds = {info.annotation, *get_args(info.annotation)}
    return date.fromisoformat(value) if date in kinds and isinstance(value, str) else value


def _rows(side: Any) -> list[dict[str, Any]]:
    return [row for row in side if isinstance(row, dict)] if isinstance(side, list) else []
