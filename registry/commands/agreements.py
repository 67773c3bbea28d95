"""Care agreements (养护责任书) of the department with whoever cares for a tree or a grove."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.errors import AgreementError, Phrase, RecordKindError
from registry.models import CareAgreement, Party
from registry.vocab.words import PartyKind

OWNERS = {"tree": "tree_id", "grove": "grove_id"}
"""The column that names a record which agreements are kept for, by its kind."""


@dataclass(frozen=True, slots=True)
class AgreementDraft:
    """One agreement as it was signed. `valid_to` is its last day; None: until it is ended."""

    party: str
    signed_on: date
    document_no: str
    valid_to: date | None = None
    terms: str | None = None
    kind: PartyKind | None = None
    """Whether the party is a unit or a person, where its name does not tell."""


def agreements_of(session: Session, kind: str, own: str) -> list[CareAgreement]:
    """All agreements about a record, the newest first."""
    whose = col(getattr(CareAgreement, OWNERS[kind]))
    query = select(CareAgreement).where(whose == own)
    return list(session.exec(query.order_by(col(CareAgreement.signed_on).desc(), col(CareAgreement.id))))


def sign_agreement(
    session: Session,
    ref: tuple[str, str, str],
    draft: AgreementDraft,
    *,
    today: date,
    actor: str,
    now: datetime,
) -> tuple[CareAgreement, list[str]]:
    """Record an agreement. What was in force until then ends that day: care passes from hand to hand.

    Returns it, and the parties whose agreement ended. The same agreement again is recorded once.
    Raises RecordKindError, AgreementError.
    """
    _assert_kept(ref)
    if refused := refusal_of_days(draft, today):
        raise AgreementError(record=ref[2], reason=refused)
    party, changes = party_named(session, draft.party, draft.kind)
    bound = bind_record(session, ref, draft, party.id)
    if bound.change is None:
        return bound.row, []
    changes.append(bound.change)
    record_event(session, "agreement:signed", changes, actor=actor, at=now, document=draft.document_no)
    return bound.row, bound.ended


@dataclass(frozen=True, slots=True)
class Bound:
    """What came of an agreement about one record: its row, what to tell the history (None: it stood there
    already), and with whom another one ended."""

    row: CareAgreement
    change: Change | None = None
    ended: list[str] = field(default_factory=list)


def refusal_of_days(draft: AgreementDraft, today: date) -> Phrase | None:
    """Why an agreement cannot have been signed so, or None."""
    if draft.signed_on > today:
        return Phrase("{day} lies ahead; record it on the day", day=draft.signed_on)
    if draft.valid_to is not None and draft.valid_to < draft.signed_on:
        return Phrase(
            "it would end on {last}, before it is signed on {first}",
            last=draft.valid_to,
            first=draft.signed_on,
        )
    return None


def signed_later(session: Session, kind: str, own: str, draft: AgreementDraft) -> Phrase | None:
    """Why an agreement comes too late for a record that has one signed on a later day, or None."""
    before = agreements_of(session, kind, own)
    if before and before[0].signed_on > draft.signed_on:
        return Phrase("one signed later, on {day}, is on record", day=before[0].signed_on)
    return None


def bind_record(
    session: Session,
    ref: tuple[str, str, str],
    draft: AgreementDraft,
    party_id: str,
    *,
    beside: Collection[str] = (),
    **facts: Any,
) -> Bound:
    """Enter an agreement about a record: the next version, and the end of those in force before.

    beside: parties that care for it together with this one, whose agreements go on. facts: further columns.
    The caller tells the history. The same agreement again changes nothing. Raises AgreementError.
    """
    kind, own, called = ref
    before = agreements_of(session, kind, own)
    for row in before:
        if (row.party_id, row.signed_on, row.document_no) == (party_id, draft.signed_on, draft.document_no):
            return Bound(row)
    if refused := signed_later(session, kind, own, draft):
        raise AgreementError(record=called, reason=refused)
    gone, came, ended = [], [], []
    for row in before:
        if _binds(row, draft.signed_on) and row.party_id not in beside:
            gone.append(plain_row(CareAgreement, row))
            row.ended_on = draft.signed_on
            session.add(row)
            came.append(plain_row(CareAgreement, row))
            ended.append(session.get_one(Party, row.party_id).name)
    whose: dict[str, Any] = {OWNERS[kind]: own}
    made = CareAgreement(
        **whose,
        **facts,
        party_id=party_id,
        signed_on=draft.signed_on,
        valid_to=draft.valid_to,
        document_no=draft.document_no,
        terms=draft.terms,
        version=max((len(before), *(row.version or 0 for row in before))) + 1,
    )
    session.add(made)
    session.flush()
    came.append(plain_row(CareAgreement, made))
    change = Change(kind, own, "updated", {"agreements": (gone or None, came)})
    return Bound(made, change, ended)


def end_agreement(
    session: Session,
    ref: tuple[str, str, str],
    *,
    on: date,
    today: date,
    reason: str,
    party: str | None = None,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> list[str]:
    """End what is in force about a record (with `party`, where given); returns with whom it was.

    Raises RecordKindError, AgreementError where nothing is in force.
    """
    kind, own, called = ref
    _assert_kept(ref)
    if on > today:
        raise AgreementError(record=called, reason=Phrase("{day} lies ahead; record it on the day", day=on))
    gone, came, ended = [], [], []
    for row in agreements_of(session, kind, own):
        name = session.get_one(Party, row.party_id).name
        if _binds(row, on) and party in {None, name}:
            gone.append(plain_row(CareAgreement, row))
            row.ended_on = on
            session.add(row)
            came.append(plain_row(CareAgreement, row))
            ended.append(name)
    if not came:
        raise AgreementError(record=called, reason=Phrase("no such agreement is in force"))
    session.flush()
    change = Change(kind, own, "updated", {"agreements": (gone, came)})
    record_event(session, "agreement:ended", [change], actor=actor, at=now, reason=reason, document=document)
    return ended


def _assert_kept(ref: tuple[str, str, str]) -> None:
    if ref[0] not in OWNERS:
        raise RecordKindError(record=ref[2], kinds=Phrase("trees and groves"))


def _binds(row: CareAgreement, on: date) -> bool:
    """Whether an agreement that nobody has ended covers a day."""
    covers = row.signed_on <= on and (row.valid_to is None or row.valid_to >= on)
    return covers and row.ended_on is None
