"""Garden crafts (传统造园技艺) and the craftsmen who master them (园林工匠)."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from registry.calendars import register_today
from registry.commands.history import Change, record_event
from registry.commands.ledger_fields import CraftsmanDraft
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.models import Craft, Craftsman
from registry.vocab.words import PartyKind


def name_craftsman(
    session: Session,
    craft_id: str,
    name: str,
    draft: CraftsmanDraft,
    *,
    kind: PartyKind = PartyKind.PERSON,
    consent: str | None = None,
    actor: str,
    now: datetime,
) -> tuple[Craftsman, bool]:
    """Say who masters a craft; the same name again brings the entry up to date. Returns it and if it is new.

    consent: the document by which a person agreed to be named in public; without one nobody outside the
    office reads the name.
    """
    today = register_today(session, now)
    party, changes = party_named(session, name, kind)
    if consent is not None and party.consented_on is None:
        party.consented_on, party.consent_document = today, consent
        session.add(party)
        changes.append(Change("party", party.id, "updated", {"consented_on": (None, today.isoformat())}))
    same = (Craftsman.craft_id == craft_id, Craftsman.party_id == party.id)
    row = session.exec(select(Craftsman).where(*same)).first()
    before: list[dict[str, Any]] | None = None if row is None else [plain_row(Craftsman, row)]
    if row is None:
        row = Craftsman(craft_id=craft_id, party_id=party.id)
    for field in draft.model_fields_set:
        setattr(row, field, getattr(draft, field))
    session.add(row)
    session.flush()
    after = [plain_row(Craftsman, row)]
    if before != after or changes:
        session.get_one(Craft, craft_id).updated_on = today
        if before != after:
            changes.append(Change("craft", craft_id, "updated", {"craftsmen": (before, after)}))
        record_event(session, "craft:craftsman", changes, actor=actor, at=now, document=consent)
    return row, before is None
