"""Units and persons: the party of a name, made where there is none."""

from sqlmodel import Session, select

from registry.commands.history import Change
from registry.models import Party
from registry.rules.names import is_unit_name
from registry.vocab.words import PartyKind


def party_named(
    session: Session, name: str, kind: PartyKind | None = None, lang: str = "zh-Hans"
) -> tuple[Party, list[Change]]:
    """The party called `name`, and what to tell the history where it had to be made.

    kind: unit or person; read from the name where it is not said.
    """
    kind = kind or (PartyKind.UNIT if is_unit_name(name) else PartyKind.PERSON)
    party = session.exec(select(Party).where(Party.name == name, Party.kind == kind)).first()
    if party is not None:
        return party, []
    party = Party(kind=kind, name=name, name_lang=lang)
    session.add(party)
    session.flush()
    return party, [Change("party", party.id, "created", {"kind": (None, kind), "name": (None, name)})]


def with_phone(session: Session, party: Party, phone: str) -> list[Change]:
    """Give a party that was just made its telephone, and what to tell the history. Any other keeps what it
    has, if anything: somebody else of the same name may have said this one."""
    party.phone = phone
    session.add(party)
    session.flush()
    return [Change("party", party.id, "updated", {"phone": (None, phone)})]
