"""Divided duty (责任分工): who leads, who cooperates, who looks after a record, and from when to when."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.errors import DutyError, Phrase, RecordKindError
from registry.models import Party, TreeParty
from registry.vocab.words import PartyKind, PartyRole

ROLES = (PartyRole.LEAD, PartyRole.COOPERATING, PartyRole.STEWARD, PartyRole.MANAGER, PartyRole.OWNER)
"""Roles that are settled by hand; who surveyed and who reviewed is told by the form."""
UNIT_ROLES = frozenset({PartyRole.LEAD, PartyRole.COOPERATING})
"""Roles that units alone can have."""
OWNERS = {"tree": "tree_id", "grove": "grove_id", "garden": "garden_id", "place": "place_id"}
"""The column that names a record which duties are kept for, by its kind."""


def duties_of(session: Session, kind: str, own: str) -> list[TreeParty]:
    """Everything that anybody is or was to a record."""
    whose = col(getattr(TreeParty, OWNERS[kind]))
    return list(session.exec(select(TreeParty).where(whose == own).order_by(TreeParty.role, TreeParty.id)))


def set_duties(
    session: Session,
    ref: tuple[str, str, str],
    wanted: Mapping[PartyRole, Sequence[str]],
    *,
    from_on: date,
    today: date,
    actor: str,
    now: datetime,
    kinds: Mapping[str, PartyKind] | None = None,
    reason: str | None = None,
    document: str | None = None,
) -> int:
    """Settle who has the roles of `wanted` from a day on; returns how many entries changed.

    Roles that `wanted` does not name stay. Who had one before and is not named any more has it until that
    day: the entry ends and is never deleted. An empty sequence ends a role. The same again changes nothing.
    kinds: whether a name is a unit or a person where its words do not tell.
    Raises RecordKindError, DutyError.
    """
    kind, own, called = ref
    if kind not in OWNERS:
        raise RecordKindError(record=called, kinds=Phrase("trees, groves, gardens and places"))
    if from_on > today:
        reason_said = Phrase("{day} lies ahead; record it on the day", day=from_on)
        raise DutyError(record=called, reason=reason_said)
    whose: dict[str, Any] = {OWNERS[kind]: own}
    standing = [row for row in duties_of(session, kind, own) if row.to_on is None]
    gone, came, changes = [], [], list[Change]()
    for role, names in wanted.items():
        parties = []
        for name in dict.fromkeys(names):
            party, made = party_named(session, name, (kinds or {}).get(name))
            if role in UNIT_ROLES and party.kind != PartyKind.UNIT:
                told = Phrase("{name} is a person, and only a unit can lead or cooperate", name=name)
                raise DutyError(record=called, reason=told)
            parties.append(party)
            changes += made
        ids = {party.id for party in parties}
        before = [row for row in standing if row.role == role]
        for row in before:
            if row.party_id not in ids:
                if row.from_on is not None and row.from_on > from_on:
                    told = Phrase("what stands there began on {day}, later than this", day=row.from_on)
                    raise DutyError(record=called, reason=told)
                gone.append(plain_row(TreeParty, row))
                row.to_on = from_on
                session.add(row)
                came.append(plain_row(TreeParty, row))
        have = {row.party_id for row in before}
        for party in parties:
            if party.id not in have:
                row = TreeParty(**whose, party_id=party.id, role=role, from_on=from_on)
                session.add(row)
                came.append(plain_row(TreeParty, row))
    if not came:
        return 0
    session.flush()
    changes.append(Change(kind, own, "updated", {"parties": (gone or None, came)}))
    record_event(session, "duty:set", changes, actor=actor, at=now, reason=reason, document=document)
    return len(came)


def unit_called(session: Session, name: str) -> Party | None:
    """The unit of this name, or None."""
    query = select(Party).where(Party.name == name, Party.kind == PartyKind.UNIT)
    return session.exec(query).first()
