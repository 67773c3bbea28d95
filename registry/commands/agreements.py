"""Care agreements (养护责任书) of the department with whoever cares for a tree or a grove."""

from dataclasses import dataclass
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
    kind, own, called = ref
    _assert_kept(ref)
    if draft.signed_on > today:
        raise AgreementError(
            record=called, reason=Phrase("{day} lies ahead; record it on the day", day=draft.signed_on)
        )
    if draft.valid_to is not None and draft.valid_to < draft.signed_on:
        told = Phrase(
            "it would end on {last}, before it is signed on {first}",
            last=draft.valid_to,
            first=draft.signed_on,
        )
        raise AgreementError(record=called, reason=told)
    party, changes = party_named(session, draft.party, draft.kind)
    before = agreements_of(session, kind, own)
    for row in before:
        if (row.party_id, row.signed_on, row.document_no) == (party.id, draft.signed_on, draft.document_no):
            return row, []
    if before and before[0].signed_on > draft.signed_on:
        told = Phrase("one signed later, on {day}, is on record", day=before[0].signed_on)
        raise AgreementError(record=called, reason=told)
    gone, came, ended = [], [], []
    for row in before:
        if _binds(row, draft.signed_on):
            gone.append(plain_row(CareAgreement, row))
            row.ended_on = draft.signed_on
            session.add(row)
            came.append(plain_row(CareAgreement, row))
            ended.append(session.get_one(Party, row.party_id).name)
    whose: dict[str, Any] = {OWNERS[kind]: own}
    made = CareAgreement(
        **whose,
        party_id=party.id,
        signed_on=draft.signed_on,
        valid_to=draft.valid_to,
        document_no=draft.document_no,
        terms=draft.terms,
    )
    session.add(made)
    session.flush()
    came.append(plain_row(CareAgreement, made))
    changes.append(Change(kind, own, "updated", {"agreements": (gone or None, came)}))
    record_event(session, "agreement:signed", changes, actor=actor, at=now, document=draft.document_no)
    return made, ended


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
