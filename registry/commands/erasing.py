"""Erasing a person on a legal basis: from the tables, from the history's private values, nowhere else named.

The chain still holds: of an erased value its leaf stays, and what is left of it without the person is kept
beside it, committed to by the event that says what was erased, on which basis, and not whom.
"""

import hashlib
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import AutoString, Session, SQLModel, col, select

from registry.calendars import register_today
from registry.commands.accounts import change_account, close_account
from registry.commands.history import (
    CHILDREN,
    Change,
    record_event,
)
from registry.commands.replay import plain_row
from registry.db import sqlite_path
from registry.errors import PartyAmbiguousError, PartyNotFoundError
from registry.models import (
    Account,
    AppraisalOpinion,
    Budget,
    CampaignSurvey,
    CampaignTarget,
    CampaignVillage,
    CareLetter,
    CarePayment,
    CaseDocument,
    CaseFile,
    CaseStep,
    Commitment,
    Craft,
    Craftsman,
    Element,
    Event,
    EventItem,
    Grove,
    HeritageGarden,
    InstrumentReading,
    MapLayer,
    Objection,
    Party,
    Photo,
    Place,
    Story,
    StoryText,
    Strategy,
    StrategyLine,
    StrategySignature,
    Tag,
    Tree,
    TreeParty,
    Trial,
    TrialPartner,
    TrialSubject,
    Walk,
    WalkStop,
    WorkOrder,
    ZoneCheck,
)
from registry.rules.commitments import ERASED, WHOLE, Sealed, forget, open_sealed
from registry.vocab.culture_words import StoryState

SOMEBODY = "某"
"""What stands in a text where a name stood."""
_RECORDS: dict[str, type[SQLModel]] = {
    "tree": Tree,
    "grove": Grove,
    "garden": HeritageGarden,
    "place": Place,
    "element": Element,
    "craft": Craft,
    "case": CaseFile,
    "tag": Tag,
    "campaign_survey": CampaignSurvey,
    "campaign_target": CampaignTarget,
    "campaign_village": CampaignVillage,
    "strategy": Strategy,
    "work": WorkOrder,
    "trial": Trial,
    "care_letter": CareLetter,
    "care_payment": CarePayment,
    "budget": Budget,
    "map_layer": MapLayer,
    "zone_check": ZoneCheck,
    "story": Story,
    "walk": Walk,
}
_TEXT_TABLES: dict[type[SQLModel], str] = {
    **dict.fromkeys(_RECORDS.values(), ""),
    **{table: name for name, table in CHILDREN.items()},
    CaseStep: "steps",
    CaseDocument: "documents",
    AppraisalOpinion: "opinions",
    Objection: "objections",
    Craftsman: "craftsmen",
    StrategyLine: "lines",
    StrategySignature: "signatures",
    TrialPartner: "partners",
    TrialSubject: "subjects",
    StoryText: "translations",
    WalkStop: "stops",
}
"""Tables whose texts can be cleared, with the name under which items tell their rows; "" for records."""
_PARTS: dict[type[SQLModel], str] = {
    StrategyLine: "strategy",
    StrategySignature: "strategy",
    TrialPartner: "trial",
    TrialSubject: "trial",
    CaseStep: "case",
    CaseDocument: "case",
    StoryText: "story",
    WalkStop: "walk",
}
"""Of which kind of record rows are a part that may name a tree besides."""
_FORMS = frozenset({CampaignSurvey, ZoneCheck})
"""Copies of forms, in which a name stands as an answer and not in somebody's own words."""
_NUMBERS = frozenset({"tree_no", "number", "code", "imported_hash"})
Owner = tuple[str, str]
"""Kind and id of a record."""
_SHORTEST = 2
"""Characters of a name that can be looked for in texts; one alone would be found everywhere."""


@dataclass(slots=True)
class Mention:
    """A text of today that names the person: of which record, in which field."""

    tree_no: str
    field: str
    text: str


@dataclass(slots=True)
class ErasureReport:
    """What was erased, and what still names the person and is for the registrar to decide."""

    party_id: str
    roles: int = 0
    credits: int = 0
    accounts: int = 0
    """Accounts of the person, which are closed."""
    values: int = 0
    """Values of the history of which the person was taken out."""
    texts: int = 0
    """Texts of today in which the name was replaced."""
    mentions: list[Mention] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Private files about the person, each with what it belongs to: they stay as they were taken in."""
    events: list[int] = field(default_factory=list)
    """Events whose reason or document names the person: written in the chain, they cannot be changed."""


def find_party(session: Session, name: str) -> Party:
    """The party of that id or name. Raises PartyNotFoundError, PartyAmbiguousError."""
    if (party := session.get(Party, name)) is not None:
        return party
    found = list(session.exec(select(Party).where(Party.name == name).order_by(Party.id)))
    if not found:
        raise PartyNotFoundError(name=name)
    if len(found) > 1:
        raise PartyAmbiguousError(name=name, choices=[party.id for party in found])
    return found[0]


def erase_party(
    session: Session, name: str, *, basis: str, texts: bool, actor: str, now: datetime
) -> ErasureReport:
    """Erase a person: name and telephone, their roles and credits, and every private value that holds them.

    name: an id, or the name where one party has it. basis: the legal basis; it enters the history.
    texts: replace the name in texts of today too; where False they are listed in the report.
    The party's row stays without anything of the person, since records refer to it by its id; an account of
    the person is closed and keeps its login alone, by which the history and the audit name it.
    Raises PartyNotFoundError, PartyAmbiguousError, LastAdministratorError.
    """
    party = find_party(session, name)
    accounts = session.exec(select(Account).where(Account.party_id == party.id)).all()
    words = _words(party, *(account.name for account in accounts))
    report = ErasureReport(party.id)
    for account in accounts:
        _close(session, account, actor, now)
        report.accounts += 1
    changes = _take_out_of_tables(session, party, report)
    _anonymise(session, party)
    session.flush()
    changes += _texts(session, words, report, replaced=texts, now=now)
    session.flush()
    changes += _forget(session, words, report)
    changes.insert(0, Change("party", party.id, "erased", {"roles": (report.roles, 0)}))
    report.files = _files(session, party.id)
    report.events = _events_naming(session, words)
    record_event(session, "party:erased", changes, actor=actor, at=now, reason=_without(basis, words))
    return report


def scrub(address: str) -> None:
    """Rewrite a SQLite register so that its free pages hold nothing of what was erased. PostgreSQL does that
    by itself in time (autovacuum)."""
    if (path := sqlite_path(address)) is not None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _close(session: Session, account: Account, actor: str, now: datetime) -> None:
    """Close an account and take out of it by what its person signed in."""
    close_account(session, account, actor=actor, now=now)
    account.password_hash, account.second_factor, account.second_factor_on = None, None, None
    change_account(session, account, name=SOMEBODY, party_id=account.party_id, actor=actor, now=now)


def _words(party: Party, *names: str) -> list[str]:
    """What tells the person: longest first, so that no part of a longer word stays."""
    known = {word.strip() for word in (party.name, party.phone, *names) if word and word != SOMEBODY}
    return sorted((word for word in known if len(word) >= _SHORTEST), key=len, reverse=True)


def _anonymise(session: Session, party: Party) -> None:
    party.name, party.phone, party.consented_on, party.consent_document = SOMEBODY, None, None, None
    session.add(party)


def _take_out_of_tables(session: Session, party: Party, report: ErasureReport) -> list[Change]:
    """Delete the person's roles and credits; what that changes in records."""
    told: defaultdict[Owner, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for role in session.exec(select(TreeParty).where(TreeParty.party_id == party.id)).all():
        report.roles += 1
        owner = _owner(role)
        gone = told[owner].get("parties", ([], None))[0]
        told[owner]["parties"] = ([*gone, plain_row(TreeParty, role)], None)
        session.delete(role)
    for photo in session.exec(select(Photo).where(Photo.credit_party_id == party.id)).all():
        report.credits += 1
        before, owner = plain_row(Photo, photo), _owner(photo)
        photo.credit_party_id = None
        session.add(photo)
        old, new = told[owner].get("photos", ([], []))
        told[owner]["photos"] = ([*old, before], [*new, plain_row(Photo, photo)])
    told.update(_stories_of(session, party, report))
    return [Change(kind, own, "updated", fields) for (kind, own), fields in told.items()]


def _stories_of(
    session: Session, party: Party, report: ErasureReport
) -> Iterator[tuple[Owner, dict[str, tuple[Any, Any]]]]:
    """Take the person out of the stories that they told or collected: those are drafts again, since their
    words may still say who it was."""
    theirs = (col(Story.teller_id) == party.id, col(Story.collector_id) == party.id)
    for story in session.exec(select(Story).where(sa.or_(*theirs))).all():
        report.credits += 1
        before = story.model_dump()
        unread = {"state": StoryState.DRAFT, "is_historic_teller": False, "reviewed_on": None,
                  "reviewer_id": None, "released_on": None, "releaser_id": None}  # fmt: skip
        nobody = {name: None for name in ("teller_id", "collector_id") if before[name] == party.id}
        for name, value in {**unread, **nobody}.items():
            setattr(story, name, value)
        session.add(story)
        now = story.model_dump()
        changed = {name: (before[name], now[name]) for name in now if before[name] != now[name]}
        yield ("story", story.id), changed


def _owner(row: Any) -> Owner:
    """Whose a row is, or which record it is itself."""
    for kind, table in _RECORDS.items():
        if isinstance(row, table):
            return kind, str(row.id)  # type: ignore[attr-defined]
    if (whose := _PARTS.get(type(row))) is not None:
        return whose, str(getattr(row, f"{whose}_id"))
    names = {kind: getattr(row, f"{kind}_id", None) for kind in _RECORDS}
    return next((kind, str(own)) for kind, own in names.items() if own is not None)


def _texts(
    session: Session, words: list[str], report: ErasureReport, *, replaced: bool, now: datetime
) -> list[Change]:
    """Texts of records and of their rows that name the person, replaced or listed."""
    today = register_today(session, now)
    changes: defaultdict[Owner, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for table, name in _TEXT_TABLES.items():
        for row, columns in _naming(session, table, words):
            kind, own = owner = _owner(row)
            record: Any = session.get_one(_RECORDS[kind], own)
            if not replaced and table not in _FORMS:
                report.mentions += _mentions(row, record, columns)
                continue
            before = plain_row(table, row)
            for column in columns:
                setattr(row, column, _without(getattr(row, column), words))
            report.texts += len(columns)
            if isinstance(row, ZoneCheck) and "result" in columns:
                row.sha256 = hashlib.sha256(row.result.encode()).hexdigest()
                columns.append("sha256")
            if "updated_on" in type(record).model_fields:
                record.updated_on = today
            session.add_all([row, record])
            if row is record:
                changes[owner].update({column: (getattr(row, column),) * 2 for column in columns})
                continue
            old, new = changes[owner].get(name, ([], []))
            changes[owner][name] = ([*old, _cleaned(before, words)], [*new, plain_row(table, row)])
    for table in _other_tables():
        for row, columns in _naming(session, table, words):
            report.mentions += _mentions(row, row, columns)
    return [Change(kind, own, "updated", fields) for (kind, own), fields in changes.items()]


def _mentions(row: Any, record: Any, columns: Iterable[str]) -> list[Mention]:
    where = "" if isinstance(record, Tree) else f"{row.__tablename__}."
    number = getattr(record, "tree_no", None) or getattr(record, "number", None) or ""
    return [Mention(str(number), where + column, getattr(row, column)) for column in columns]


def _other_tables() -> list[type[SQLModel]]:
    """Tables that cannot be cleared: other parties of that name, published lists, settings, sources …"""
    mapped = (mapper.class_ for mapper in Party.__mapper__.registry.mappers)  # type: ignore[attr-defined]
    return sorted({*mapped} - {*_TEXT_TABLES, Commitment, Event, EventItem}, key=lambda each: each.__name__)


def _naming(session: Session, table: type[SQLModel], words: list[str]) -> list[tuple[Any, list[str]]]:
    """The rows of a table that hold one of the words, with the names of the columns that do."""
    columns: sa.Table = table.__table__  # type: ignore[attr-defined]
    texts = [
        column
        for column in columns.c
        if isinstance(column.type, AutoString | sa.Text)
        and not (column.foreign_keys or column.primary_key or column.name in _NUMBERS)
    ]
    holds = [_holds(column, word) for column in texts for word in words]
    if not holds:
        return []
    rows = session.exec(select(table).where(sa.or_(*holds))).all()
    names = [column.name for column in texts]
    return [
        (row, [name for name in names if any(word in (getattr(row, name) or "") for word in words)])
        for row in rows
    ]


def _holds(column: Any, word: str) -> Any:
    """That a text holds a word, as it is and not as a pattern, on every database."""
    return sa.func.replace(column, word, "") != column


def _forget(session: Session, words: list[str], report: ErasureReport) -> list[Change]:
    """Take the person out of every private value of the history; says so for each record."""
    left: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    holds = [
        sa.func.replace(col(Commitment.value), _inside(word), "") != col(Commitment.value) for word in words
    ]
    for row in session.exec(select(Commitment).where(sa.or_(*holds))).all():
        if row.field != WHOLE:
            report.values += 1
            session.delete(row)
            continue
        sealed = Sealed(row.digest, row.salt, row.value)
        for name, pair in open_sealed(sealed).items():
            if pair is ERASED or (cleaned := _cleaned(pair, words)) == pair:
                continue
            sealed = forget(sealed, name, cleaned)
            left[row.subject_id].setdefault(row.digest, {})[name] = cleaned
            report.values += 1
        row.salt, row.value = sealed.salt, sealed.value
        session.add(row)
    session.flush()
    kinds = _kinds(session, left)
    return [
        Change(kinds[own], own, "erased", {"erased": (None, _names(parts)), "left": (None, parts)})
        for own, parts in sorted(left.items())
    ]


def _files(session: Session, party_id: str) -> list[str]:
    """Private files about a person: letters and their scans, files of their cases, of what they measured."""
    found = []
    for letter in session.exec(select(CareLetter).where(CareLetter.party_id == party_id)).all():
        scans = {str(where[0]) for _page, *where in json.loads(letter.pages_seen)}
        digests = sorted({*scans, letter.content_sha256 or "", letter.scan_sha256 or ""} - {""})
        found += [f"{letter.document_no} {digest}" for digest in digests]
    theirs = sa.or_(col(CaseFile.applicant_id) == party_id, col(CaseFile.reporter_id) == party_id)
    documents = select(CaseFile.number, CaseDocument.sha256).join(
        CaseDocument, col(CaseDocument.case_id) == col(CaseFile.id)
    )
    for table in (AppraisalOpinion, Objection):
        said = sa.select(col(table.case_id)).where(col(table.party_id) == party_id)
        theirs = sa.or_(theirs, col(CaseFile.id).in_(said))
    found += [f"{number} {digest}" for number, digest in session.exec(documents.where(theirs)).all()]
    measured = select(InstrumentReading.file_sha256).where(InstrumentReading.party_id == party_id)
    found += [digest for digest in session.exec(measured).all() if digest]
    return sorted(found)


def _events_naming(session: Session, words: list[str]) -> list[int]:
    told = (col(Event.reason), col(Event.document), col(Event.actor))
    events = select(Event.seq).where(sa.or_(*(_holds(column, word) for column in told for word in words)))
    items = select(EventItem.seq).where(sa.or_(*(_holds(col(EventItem.change), word) for word in words)))
    return sorted({*session.exec(events), *session.exec(items)}) if words else []


def _names(parts: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"digest": digest, "fields": sorted(fields)} for digest, fields in sorted(parts.items())]


def _kinds(session: Session, subject_ids: Iterable[str]) -> dict[str, str]:
    found = select(EventItem.subject_id, EventItem.subject_type).where(
        col(EventItem.subject_id).in_(subject_ids)
    )
    return dict(session.exec(found.distinct()).all())


def _inside(word: str) -> str:
    """A word as it stands inside JSON."""
    return json.dumps(word, ensure_ascii=False)[1:-1]


def _cleaned(value: Any, words: list[str]) -> Any:
    """A value without the person, in whatever lists and rows it stands."""
    if isinstance(value, str):
        return _without(value, words)
    if isinstance(value, list):
        return [_cleaned(item, words) for item in value]
    if isinstance(value, dict):
        return {name: _cleaned(item, words) for name, item in value.items()}
    return value


def _without(text: str, words: list[str]) -> str:
    return re.sub("|".join(map(re.escape, words)), SOMEBODY, text) if words else text
