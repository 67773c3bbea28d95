"""Ledgers: records entered and changed by hand, what stands in them, and links between them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from registry.calendars import register_today
from registry.commands.history import Change, canonical, record_event
from registry.errors import (
    LedgerAuthorityError,
    LedgerFieldError,
    Phrase,
    RecordExistsError,
    RecordKindError,
)
from registry.models import (
    Authority,
    Craft,
    Division,
    Element,
    Grove,
    HeritageGarden,
    Place,
    RecordLink,
    Source,
    Tree,
)
from registry.models.areas import AREA_DRAFTS
from registry.vocab.field_names import field_name
from registry.vocab.words import LinkKind

TABLES: dict[str, type[SQLModel]] = {
    "tree": Tree,
    "grove": Grove,
    "garden": HeritageGarden,
    "place": Place,
    "element": Element,
    "craft": Craft,
}
LINKS = (LinkKind.RELATED, LinkKind.STANDS_IN, LinkKind.REPLACES)
"""Links that people make; merging and splitting make their own."""
HOLDS = {
    "grove": ("tree",),
    "garden": ("tree", "grove", "element"),
    "place": ("tree", "grove", "element", "place"),
}
"""What may stand in a record, by its kind."""
Ref = tuple[str, str, str]
"""Kind, id and how a record is called."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of a ledger to be entered: its draft, and whose and where it is."""

    kind: str
    draft: SQLModel
    authority_id: str
    source_id: str
    division_id: str | None = None
    within: Ref | None = None
    """The garden or place that it stands in."""
    released: tuple[str, ...] = ()


def own_authority(session: Session, authority_id: str | None) -> str:
    """The authority asked for, or the only one. Raises LedgerAuthorityError."""
    known = list(session.exec(select(Authority.id).order_by(Authority.id)))
    if authority_id is None and len(known) == 1:
        return known[0]
    if authority_id is None or authority_id not in known:
        none = Phrase("none yet; an import brings the first")
        raise LedgerAuthorityError(known=known or none)
    return authority_id


def own_source(session: Session, authority_id: str) -> str:
    """The source of what an authority enters by hand; made where there is none. It says no licence."""
    source_id = f"ledger-{authority_id}"[:64]
    if session.get(Source, source_id) is None:
        authority = session.get_one(Authority, authority_id)
        ledger = "台帳" if authority.name_zh_lang == "zh-Hant" else "台账"
        session.add(
            Source(
                id=source_id,
                title=f"{authority.name_zh}{ledger}",
                title_lang=authority.name_zh_lang,
                title_en=f"Ledgers of {authority.name_en}",
                publisher=authority.name_zh,
                licence="",
                licence_url="",
                attribution=authority.name_zh,
                origin="",
            )
        )
        session.flush()
    return source_id


def find_division(session: Session, record: str, called: str) -> str:
    """The id of the division with this id, code, or name that only one has. Raises LedgerFieldError."""
    if session.get(Division, called) is not None:
        return called
    for column in (Division.code, Division.name):
        found = list(session.exec(select(Division.id).where(column == called).order_by(Division.id).limit(6)))
        if len(found) == 1:
            return found[0]
        if found:
            raise LedgerFieldError(
                record=record,
                field=field_name("division"),
                value=called,
                reason=Phrase("is the name of several"),
                remedy=Phrase("write one of {words}", words=" · ".join(found)),
            )
    raise LedgerFieldError(
        record=record,
        field=field_name("division"),
        value=called,
        reason=Phrase("is no division of this register"),
        remedy=Phrase("write its code, or its names from the largest, such as cn/山西省/晋城市"),
    )


def add_record(
    session: Session,
    entry: Entry,
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
    document: str | None = None,
) -> Any:
    """Enter a record of a ledger. Raises RecordExistsError, RecordKindError."""
    table: Any = TABLES[entry.kind]
    number = str(entry.draft.number)  # type: ignore[attr-defined]
    same = (table.number == number, table.authority_id == entry.authority_id)
    if session.exec(select(table.id).where(*same)).first() is not None:
        raise RecordExistsError(record=f"{entry.kind}:{number}")
    values = {
        **_columns(table, entry.draft),
        "authority_id": entry.authority_id,
        "source_id": entry.source_id,
        "released": canonical(sorted(entry.released)),
    }
    if entry.division_id is not None:
        values["division_id"] = entry.division_id
    if entry.within is not None:
        values[_holder_column(entry.within, entry.kind, f"{entry.kind}:{number}")] = entry.within[1]
    row = table(**values, updated_on=register_today(session, now))
    session.add(row)
    session.flush()
    told = {name: (None, value) for name, value in values.items() if value not in (None, "[]")}
    change = Change(entry.kind, row.id, "created", told)
    record_event(session, "ledger:added", [change], actor=actor, at=now, reason=reason, document=document)
    return row


def change_record(
    session: Session,
    ref: Ref,
    values: dict[str, Any],
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
    document: str | None = None,
    event: str = "ledger:changed",
) -> dict[str, tuple[Any, Any]]:
    """Change columns of a ledger's record; returns {field: (old, new)} of what is different now."""
    kind, own, _called = ref
    row: Any = session.get_one(TABLES[kind], own)
    told = {
        name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
    }
    if not told:
        return {}
    for name, (_old, new) in told.items():
        setattr(row, name, new)
    row.updated_on = register_today(session, now)
    session.add(row)
    session.flush()
    change = Change(kind, own, "updated", told)
    record_event(session, event, [change], actor=actor, at=now, reason=reason, document=document)
    return told


def stored(kind: str, draft: SQLModel, names: Iterable[str]) -> dict[str, Any]:
    """The columns that `names` of a draft fill, as they are stored."""
    columns = _columns(TABLES[kind], draft)
    return {name: columns[name] for name in names if name in columns}


def hold_records(
    session: Session,
    holder: Ref,
    held: Sequence[Ref],
    *,
    release: bool = False,
    actor: str,
    now: datetime,
    reason: str | None = None,
    document: str | None = None,
) -> int:
    """Say that records stand in a grove, garden or place; `release`: no longer. Returns how many changed.

    Raises RecordKindError where such a record cannot stand there.
    """
    changes, today = [], register_today(session, now)
    for ref in held:
        column = _holder_column(holder, ref[0], ref[2])
        if column == "parent_id" and not release and ref[1] in _around(session, holder[1]):
            kinds = Phrase("places that {holder} does not stand in itself", holder=holder[2])
            raise RecordKindError(record=ref[2], kinds=kinds)
        row: Any = session.get_one(TABLES[ref[0]], ref[1])
        wanted: dict[str, Any] = {column: None if release else holder[1]}
        if holder[0] == "grove":
            wanted["grove_no"] = None if release else session.get_one(Grove, holder[1]).number
        if release and getattr(row, column) != holder[1]:
            continue
        told = {
            name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value
        }
        if told:
            for name, (_old, new) in told.items():
                setattr(row, name, new)
            row.updated_on = today
            session.add(row)
            changes.append(Change(ref[0], ref[1], "updated", told))
    if changes:
        session.flush()
        kind = "ledger:released" if release else "ledger:held"
        record_event(session, kind, changes, actor=actor, at=now, reason=reason, document=document)
    return len(changes)


def _around(session: Session, place_id: str) -> set[str]:
    """A place and all those in which it stands."""
    found: set[str] = set()
    at: str | None = place_id
    while at is not None and at not in found:
        found.add(at)
        at = session.get_one(Place, at).parent_id
    return found


def link_records(
    session: Session,
    one: Ref,
    other: Ref,
    kind: LinkKind,
    *,
    remove: bool = False,
    note: str | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Link two records, or take the link away; returns whether anything changed. Related goes both ways.

    Raises RecordKindError for a link that is not made by hand, or to itself.
    """
    if kind not in LINKS or one[:2] == other[:2] or "craft" in (one[0], other[0]):
        kinds = Phrase("two different records, linked as {words}", words=", ".join(LINKS))
        raise RecordKindError(record=f"{one[2]}, {other[2]}", kinds=kinds)
    ways = [(one, other), (other, one)] if kind == LinkKind.RELATED else [(one, other)]
    found = next((link for a, b in ways if (link := _link(session, a, b, kind)) is not None), None)
    if (found is not None) != remove:
        return False
    told = {"kind": kind.value, "to_type": other[0], "to_id": other[1], "note": note}
    if found is not None:
        session.delete(found)
        change = Change(one[0], one[1], "updated", {"links": ([told], None)})
    else:
        today = register_today(session, now)
        session.add(
            RecordLink(kind=kind, from_type=one[0], from_id=one[1], to_type=other[0], to_id=other[1],
                       made_on=today, note=note)
        )  # fmt: skip
        change = Change(one[0], one[1], "updated", {"links": (None, [told])})
    session.flush()
    record_event(session, "ledger:unlinked" if remove else "ledger:linked", [change], actor=actor, at=now)
    return True


def _link(session: Session, one: Ref, other: Ref, kind: LinkKind) -> RecordLink | None:
    query = select(RecordLink).where(
        RecordLink.kind == kind,
        RecordLink.from_type == one[0],
        col(RecordLink.from_id) == one[1],
        RecordLink.to_type == other[0],
        col(RecordLink.to_id) == other[1],
    )
    return session.exec(query).first()


def _holder_column(holder: Ref, kind: str, called: str) -> str:
    """As `holder_column`. Raises RecordKindError where a record of the kind cannot stand there."""
    if holder[0] not in HOLDS:
        raise RecordKindError(record=holder[2], kinds=Phrase("groves, gardens and places"))
    if kind not in HOLDS[holder[0]]:
        kinds = ", ".join(sorted(HOLDS[holder[0]]))
        told = Phrase("what can stand in {holder} ({kinds})", holder=holder[2], kinds=kinds)
        raise RecordKindError(record=called, kinds=told)
    return holder_column(holder[0], kind)


def holder_column(holder: str, kind: str) -> str:
    """The column by which a record of a kind says that it stands in one of the kind `holder`."""
    return "parent_id" if kind == holder == "place" else f"{holder}_id"


def _columns(table: type[SQLModel], draft: SQLModel) -> dict[str, Any]:
    values = draft.model_dump(include=set(table.model_fields) - {"boundary"}, mode="python")
    if type(draft) in AREA_DRAFTS.values():
        values["boundary"] = json.dumps(draft.boundary)  # type: ignore[attr-defined]
    return values
