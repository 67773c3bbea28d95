"""Units and persons entered and corrected by hand: name, kind, telephone, consent. Told without names."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel import Session

from registry.commands.erasing import SOMEBODY
from registry.commands.history import Change, record_event
from registry.desk_errors import PartyFileError
from registry.errors import Phrase
from registry.models import Party
from registry.vocab.words import PartyKind

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class PartyDraft:
    """What is said of a unit or person. consented_on: since when a person agrees to be named in public, by
    which document."""

    kind: PartyKind
    name: str
    phone: str | None = None
    consented_on: date | None = None
    consent_document: str | None = None


def keep_party(
    session: Session,
    draft: PartyDraft,
    party: Party | None = None,
    *,
    today: date,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> Party:
    """Enter a party, or take over what is said anew of one. The same again changes nothing.

    Raises PartyFileError: without a name, a day that lies ahead, one that was erased.
    """
    name, phone = draft.name.strip(), (draft.phone or "").strip() or None
    if not name or len(name) > _LONGEST:
        raise PartyFileError(reason=Phrase("a name has between 1 and {most} characters", most=_LONGEST))
    if phone and len(phone) > _LONGEST:
        raise PartyFileError(reason=Phrase("the telephone is too long"))
    if draft.consented_on and draft.consented_on > today:
        raise PartyFileError(reason=Phrase("the day lies ahead"))
    if party is not None and party.name == SOMEBODY:
        raise PartyFileError(reason=Phrase("the person was erased"))
    is_new = party is None
    row = party or Party(kind=draft.kind, name=name)
    values = {**asdict(draft), "name": name, "phone": phone}
    told = {
        field: (None if is_new else getattr(row, field), value)
        for field, value in values.items()
        if (value is not None if is_new else getattr(row, field) != value)
    }
    if not told:
        return row
    for field, value in values.items():
        setattr(row, field, value)
    session.add(row)
    session.flush()
    change = Change("party", row.id, "created" if is_new else "updated", told)
    record_event(session, "party:changed", [change], actor=actor, at=now, reason=reason)
    return row
