"""A person who is erased leaves no account behind: it is closed and holds nothing of the person."""

from register_kit import NOW
from sqlmodel import select

from registry.commands.accounts import add_account, find_account
from registry.commands.erasing import SOMEBODY, erase_party
from registry.commands.parties import party_named
from registry.commands.sessions import find_session, open_session
from registry.commands.verifying import verify_history
from registry.db import open_register, reading, transaction
from registry.models import Commitment
from registry.rules.permissions import Grant
from registry.vocab.desk_words import AccountState, Role, SessionKind
from registry.vocab.words import PartyKind


def test_erasing_a_person_closes_the_account_and_forgets_its_name(register_address):
    engine = open_register(register_address)
    with transaction(engine) as session:
        party, _changes = party_named(session, "王建国", PartyKind.PERSON)
        session.flush()
        facts = {"password": "korean-spruce-9", "party_id": party.id, "actor": "tests", "now": NOW}
        account = add_account(session, "w7", "王师傅", [Grant(Role.INSPECTOR)], **facts)
        _row, token = open_session(session, account, SessionKind.DEVICE, address=None, device=None, now=NOW)
        own = party.id
    with transaction(engine) as session:
        report = erase_party(session, own, basis="request", texts=False, actor="tests", now=NOW)
        assert report.accounts == 1
    with reading(engine) as session:
        account = find_account(session, "w7")
        assert account is not None
        assert (account.state, account.name, account.password_hash) == (AccountState.CLOSED, SOMEBODY, None)
        assert find_session(session, token, NOW) is None
        kept = "".join(value or "" for value in session.exec(select(Commitment.value)))
        assert "王师傅" not in kept
        assert "王建国" not in kept
        verify_history(session)
    engine.dispose()
