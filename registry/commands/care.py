"""Care log (养护日志): what was done for a record, checked and scored by a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import CareEntryError
from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.subjects import OWNERS, Ref, told_rows, whose
from registry.errors import Phrase
from registry.models import CareEntry, Party
from registry.vocab.care_words import CareKind
from registry.vocab.words import PartyKind

BEST = 100
"""The highest score of a check; 0 is the lowest."""
_SAME = ("done_on", "kind", "amount", "unit", "agent", "notes", "party_id")
"""By which a line is known again where it carries no submission id of its own."""


@dataclass(frozen=True, slots=True)
class CareDraft:
    """One line of the care log as it is reported. `amount` is in `unit`; `agent`: product and dose."""

    kind: CareKind
    done_on: date
    amount: float | None = None
    unit: str | None = None
    agent: str | None = None
    notes: str | None = None
    by: str | None = None
    by_kind: PartyKind | None = None
    """Whether whoever did it is a unit or a person, where the name does not tell."""
    submission_id: str | None = None


def log_care(
    session: Session,
    drafts: Sequence[tuple[Ref, CareDraft]],
    *,
    today: date,
    actor: str,
    now: datetime,
    document: str | None = None,
) -> tuple[list[CareEntry], int]:
    """Record lines of the care log, all in one event; returns those that are new, and how many were known.

    The same line again is recorded once, within the file too. Raises RecordKindError, CareEntryError.
    """
    made, changes, known = list[CareEntry](), list[Change](), 0
    told: dict[tuple[str, str], list[CareEntry]] = {}
    for ref, draft in drafts:
        _check(ref, draft, today)
        party, made_party = None, list[Change]()
        if draft.by:
            party, made_party = party_named(session, draft.by, draft.by_kind)
        changes += made_party
        owner: dict[str, Any] = whose(ref)
        entry = CareEntry(
            **owner, kind=draft.kind, done_on=draft.done_on, amount=draft.amount, unit=draft.unit,
            agent=draft.agent, notes=draft.notes, party_id=party.id if party else None,
            submission_id=draft.submission_id,
        )  # fmt: skip
        if _is_known(session, entry, owner):
            known += 1
            continue
        session.add(entry)
        session.flush()
        made.append(entry)
        told.setdefault((ref[0], ref[1]), []).append(entry)
    changes += [told_rows(subject, "care", came=rows) for subject, rows in told.items()]
    if made:
        record_event(session, "care:logged", changes, actor=actor, at=now, document=document)
    return made, known


def check_care(
    session: Session,
    ref: Ref,
    *,
    on: date,
    kind: CareKind | None,
    by: str,
    score: float,
    note: str | None = None,
    checked_on: date,
    today: date,
    actor: str,
    now: datetime,
) -> tuple[list[CareEntry], int]:
    """Check and score what was done for a record on a day (of one kind, or all); a later check replaces it.

    by: a person other than whoever did it. Returns the lines, and how many changed: the same again changes
    nothing. Raises RecordKindError, CareEntryError.
    """
    called, owner = ref[2], whose(ref)
    if not 0 <= score <= BEST:
        reason = Phrase("a score is from 0 to {best}", best=BEST)
        raise CareEntryError(record=called, field=_field("score"), value=score, reason=reason)
    if not on <= checked_on <= today:
        reason = Phrase("a check is made between the day of the care, {first}, and today, {last}",
                        first=on, last=today)  # fmt: skip
        raise CareEntryError(record=called, field=_field("checked_on"), value=checked_on, reason=reason)
    query = select(CareEntry).where(*_owned(owner), CareEntry.done_on == on)
    if kind is not None:
        query = query.where(CareEntry.kind == kind)
    rows = list(session.exec(query.order_by(col(CareEntry.id))))
    if not rows:
        reason = Phrase("nothing is on the care log for that day; `gushu care list` shows what is")
        raise CareEntryError(record=called, field=_field("done_on"), value=on, reason=reason)
    checker, changes = party_named(session, by, None)
    _assert_other(session, called, rows, checker)
    new = {"checked_on": checked_on, "checker_id": checker.id, "score": score, "check_note": note}
    changed = [row for row in rows if any(getattr(row, name) != value for name, value in new.items())]
    if not changed:
        return rows, 0
    gone = [plain_row(CareEntry, row) for row in changed]
    for row in changed:
        for name, value in new.items():
            setattr(row, name, value)
        session.add(row)
    session.flush()
    changes.append(told_rows(ref, "care", gone=gone, came=changed))
    record_event(session, "care:checked", changes, actor=actor, at=now)
    return rows, len(changed)


def _check(ref: Ref, draft: CareDraft, today: date) -> None:
    if draft.done_on > today:
        reason = Phrase("the day lies ahead")
        raise CareEntryError(record=ref[2], field=_field("done_on"), value=draft.done_on, reason=reason)
    if draft.amount is not None and not 0 <= draft.amount < 1e9:
        reason = Phrase("an amount is not negative")
        raise CareEntryError(record=ref[2], field=_field("amount"), value=draft.amount, reason=reason)
    if draft.amount is None and draft.unit:
        reason = Phrase("a unit needs an amount")
        raise CareEntryError(record=ref[2], field=_field("unit"), value=draft.unit, reason=reason)


def _assert_other(session: Session, called: str, rows: Sequence[CareEntry], checker: Party) -> None:
    """Who did it does not check it, nor does a party of the same name."""
    for row in rows:
        did = session.get(Party, row.party_id) if row.party_id else None
        if did is not None and (did.id == checker.id or did.name == checker.name):
            reason = Phrase("who did it cannot check it; name a second person")
            raise CareEntryError(record=called, field=_field("checker_id"), value=checker.name, reason=reason)


def _is_known(session: Session, entry: CareEntry, owner: dict[str, Any]) -> bool:
    if entry.submission_id is not None:
        known = select(CareEntry.id).where(CareEntry.submission_id == entry.submission_id)
        return session.exec(known).first() is not None
    alike = (col(getattr(CareEntry, name)).is_not_distinct_from(getattr(entry, name)) for name in _SAME)
    return session.exec(select(CareEntry.id).where(*_owned(owner), *alike)).first() is not None


def _owned(owner: dict[str, Any]) -> list[Any]:
    return [
        col(getattr(CareEntry, name)) == value for name, value in owner.items() if name in OWNERS.values()
    ]


_FIELDS = {
    "done_on": Phrase("day of the care"),
    "amount": Phrase("amount"),
    "unit": Phrase("unit of the amount"),
    "score": Phrase("score"),
    "checked_on": Phrase("day of the check"),
    "checker_id": Phrase("checker"),
}


def _field(name: str) -> Phrase:
    return _FIELDS[name]
