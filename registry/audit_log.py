"""Who saw and changed what: entries of the desk's audit and events of the history, the newest first."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.models import (
    Account,
    AuditEntry,
    CaseFile,
    Division,
    Element,
    Event,
    EventItem,
    Grove,
    HeritageGarden,
    Place,
    Strategy,
    Tag,
    Tree,
    WorkOrder,
    ZoneCheck,
)
from registry.vocab.audit_details import detail_said
from registry.vocab.audit_words import AUDIT_KINDS, AUDIT_WORDS, EVENT_NOUNS, EVENT_VERBS
from registry.vocab.language import Translator

_SUBJECTS = 3
"""Records of an event that a line names; of the others it says how many there are."""
_CHUNK = 500
_CALLED: dict[str, tuple[Any, str]] = {
    "tree": (Tree, "tree_no"), "grove": (Grove, "number"), "garden": (HeritageGarden, "number"),
    "place": (Place, "number"), "element": (Element, "number"), "account": (Account, "login"),
    "case": (CaseFile, "number"), "tag": (Tag, "code"), "zone_check": (ZoneCheck, "number"),
    "strategy": (Strategy, "number"), "work": (WorkOrder, "number"), "division": (Division, "name"),
}  # fmt: skip
"""By which column people know a record of a kind."""


@dataclass(frozen=True, slots=True)
class AuditWish:
    """What is asked for; "" and None ask for everything.

    person: a login, or an actor of the history such as "cli". record: a tree number, or the id of any record.
    action: how it begins, such as "signed_in" or "account:". seen: what was looked at or done at the desk
    (True), changes of the register (False). since, until: days, both included.
    """

    person: str = ""
    record: str = ""
    action: str = ""
    seen: bool | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line. event: the number in the history, None for an entry of the desk. subjects: (kind, id, called)
    of some records, `more`: how many others. facts: names and values that an entry of the desk tells; reason:
    why, as an event of the history says."""

    at: datetime
    who: str
    action: str
    subjects: tuple[tuple[str, str, str], ...] = ()
    more: int = 0
    address: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    event: int | None = None


def audit_lines(
    session: Session, wish: AuditWish, zone: tzinfo, *, offset: int = 0, limit: int | None = None
) -> Iterator[AuditLine]:
    """The lines that were asked for, the newest first. zone: where the days begin."""
    parts: list[Any] = []
    ids = _record_ids(session, wish.record)
    if wish.seen is not False:
        parts.append(_entries(wish, ids, zone))
    if wish.seen is not True:
        parts.append(_events(wish, ids, zone))
    union: Any = sa.union_all
    whole = union(*parts).subquery()
    query = sa.select(whole).order_by(whole.c.at.desc(), whole.c.seq.desc(), whole.c.id.desc())
    rows = session.execute(query.offset(offset).limit(limit)).all()
    for chunk in chunks(rows, _CHUNK):
        yield from _lines(session, chunk)


def _entries(wish: AuditWish, ids: list[str], zone: tzinfo) -> Any:
    table: Any = AuditEntry
    wheres = [*_days(table.at, wish, zone), *_begins(table.action, wish.action)]
    if wish.person:
        wheres.append(table.login == _login(wish.person))
    if wish.record:
        wheres.append(table.subject_id.in_(ids))
    columns: list[Any] = [table.at, sa.literal(0).label("seq"), table.id.label("id")]
    return sa.select(*columns).where(*wheres)


def _events(wish: AuditWish, ids: list[str], zone: tzinfo) -> Any:
    table: Any = Event
    wheres = [*_days(table.at, wish, zone), *_begins(table.kind, wish.action)]
    if wish.person:
        wheres.append(table.actor.in_([wish.person.strip(), f"account:{_login(wish.person)}"]))
    if wish.record:
        about = select(EventItem.seq).where(col(EventItem.subject_id).in_(ids))
        wheres.append(table.seq.in_(about))
    columns: list[Any] = [table.at, table.seq.label("seq"), sa.literal("").label("id")]
    return sa.select(*columns).where(*wheres)


def _days(column: Any, wish: AuditWish, zone: tzinfo) -> list[Any]:
    wheres = []
    if wish.since is not None:
        wheres.append(column >= datetime.combine(wish.since, time(), zone))
    if wish.until is not None:
        wheres.append(column < datetime.combine(wish.until + timedelta(days=1), time(), zone))
    return wheres


def _begins(column: Any, action: str) -> list[Any]:
    return [column.startswith(action.strip(), autoescape=True)] if action.strip() else []


def _login(person: str) -> str:
    return person.strip().removeprefix("account:").lower()


def _record_ids(session: Session, record: str) -> list[str]:
    """The ids that a text may mean: itself, the trees of that number, the account of that login."""
    text = record.strip()
    if not text:
        return []
    trees = session.exec(select(Tree.id).where(Tree.tree_no == text)).all()
    accounts = session.exec(select(Account.id).where(Account.login == text.lower())).all()
    return [text, *trees, *accounts]


def _lines(session: Session, rows: list[Any]) -> Iterator[AuditLine]:
    entries = {row.id: row for row in _all(session, AuditEntry, "id", [row.id for row in rows if row.id])}
    events = {row.seq: row for row in _all(session, Event, "seq", [row.seq for row in rows if row.seq])}
    about = _subjects(session, list(events))
    named = [pair for pairs in about.values() for pair in pairs]
    named += [(e.subject_type, e.subject_id) for e in entries.values() if e.subject_type and e.subject_id]
    called = _called(session, named)
    for row in rows:
        if row.seq:
            event = events[row.seq]
            pairs = about.get(row.seq, [])
            subjects = tuple((kind, own, called.get((kind, own), "")) for kind, own in pairs)
            yield AuditLine(
                event.at, event.actor, event.kind, subjects, max(event.item_count - len(pairs), 0),
                reason=event.reason or "", event=event.seq,
            )  # fmt: skip
        else:
            entry = entries[row.id]
            pair = (entry.subject_type or "", entry.subject_id or "")
            subjects = ((*pair, called.get(pair, "")),) if any(pair) else ()
            yield AuditLine(
                entry.at, entry.login or "", entry.action, subjects,
                address=entry.address or "", facts=json.loads(entry.detail),
            )  # fmt: skip


def _all(session: Session, table: Any, key: str, values: list[Any]) -> list[Any]:
    return list(session.exec(select(table).where(getattr(table, key).in_(values)))) if values else []


def _subjects(session: Session, seqs: list[int]) -> dict[int, list[tuple[str, str]]]:
    """The first records that events are about."""
    if not seqs:
        return {}
    query = (
        select(EventItem.seq, EventItem.subject_type, EventItem.subject_id)
        .where(col(EventItem.seq).in_(seqs), EventItem.ordinal <= _SUBJECTS)
        .order_by(col(EventItem.seq), col(EventItem.ordinal))
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for seq, kind, own in session.exec(query):
        pairs = found.setdefault(seq, [])
        if (kind, own) not in pairs:
            pairs.append((kind, own))
    return found


def _called(session: Session, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Numbers of records, logins of accounts, names of divisions: what a person knows them by."""
    found: dict[tuple[str, str], str] = {}
    for kind, (table, name) in _CALLED.items():
        ids = sorted({own for each, own in pairs if each == kind})
        table_id, column = getattr(table, "id"), getattr(table, name)  # noqa: B009 (columns by name)
        for own, text in session.exec(select(table_id, column).where(table_id.in_(ids))) if ids else ():
            found[kind, own] = text
    return found


def audit_head(t: Translator) -> list[str]:
    """The heads of the columns of `audit_row`."""
    _ = t.gettext
    return [_("When"), _("By whom"), _("What"), _("About"), _("Detail"), _("Address"), _("History")]


def audit_row(line: AuditLine, zone: tzinfo, t: Translator) -> list[str]:
    """A line in words: when, who, what, about what, detail, address, number in the history."""
    about = [
        " ".join(filter(None, (_kind(kind, t), called or own[:64]))) for kind, own, called in line.subjects
    ]
    if line.more:
        about.append(t.ngettext("and {count} more", "and {count} more", line.more))
    told = [detail_said(name, value, t) for name, value in line.facts.items() if value not in (None, "")]
    return [
        line.at.astimezone(zone).isoformat(timespec="seconds"),
        line.who.removeprefix("account:"),
        _action(line.action, t),
        ", ".join(about),
        line.reason or " · ".join(told),
        line.address,
        str(line.event or ""),
    ]


def _action(code: str, t: Translator) -> str:
    """An action by its own word, or by those of its parts; else its code."""
    if code in AUDIT_WORDS:
        return t.pick(AUDIT_WORDS[code])
    noun, _sign, verb = code.partition(":")
    if noun in EVENT_NOUNS and verb in EVENT_VERBS:
        return f"{t.pick(EVENT_NOUNS[noun])} · {t.pick(EVENT_VERBS[verb])}"
    return f"{t.pick(EVENT_NOUNS[noun])} · {verb}" if noun in EVENT_NOUNS else code


def _kind(kind: str, t: Translator) -> str:
    word = AUDIT_KINDS.get(kind) or EVENT_NOUNS.get(kind)
    return t.pick(word) if word else kind
