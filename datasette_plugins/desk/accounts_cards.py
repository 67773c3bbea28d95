"""Cards that enrol phones: for whom, and the PDF to print. Code and PIN are in that file alone."""

from io import BytesIO

from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.account_parts import Clock, person_only
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from exports.enrolment_cards import EnrolmentCard, write_enrolment_cards
from registry.commands.enrolments import account_of_party, make_enrolment
from registry.commands.sessions import waiting_enrolments
from registry.errors import RegistryError
from registry.models import Account, AccountRole, Party, TreeParty
from registry.rules.permissions import FIELD_ROLES, Right
from registry.settings import get_setting
from registry.vocab.desk_words import AccountState
from registry.vocab.words import PartyRole

MOST = 60
"""Accounts and parties shown at one time, and cards made at one time."""


def cards_page(ask: Ask) -> Response:
    """Whose phones can be enrolled."""
    return _page(ask)


def make_cards(ask: Ask) -> Response:
    """Make codes and PINs, and answer the cards as PDF."""
    person_only(ask)
    chosen = [str(value) for value in ask.form.getlist("account")]
    parties = [str(value) for value in ask.form.getlist("party")]
    if not 0 < len(chosen) + len(parties) <= MOST:
        return _page(ask, ask.t.gettext("Tick between 1 and {most} persons.", most=MOST))
    try:
        with ask.write() as session:
            content = _made(ask, session, chosen, parties)
    except RegistryError as error:
        return _page(ask, ask.t.error(error))
    name = f"cards-{ask.now:%Y%m%d-%H%M}.pdf"
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _made(ask: Ask, session: Session, chosen: list[str], parties: list[str]) -> bytes:
    accounts = [session.get(Account, own) for own in chosen]
    for own in parties:
        party = session.get(Party, own)
        if party is None:
            raise LookupError(own)
        accounts.append(account_of_party(session, party, actor=ask.actor, now=ask.now))
    base = get_setting(session, "public_address") or f"{ask.request.url.scheme}://{ask.request.url.netloc}"
    cards = []
    for account in accounts:
        if account is None:
            raise LookupError("account")
        made = make_enrolment(session, account, base=base, actor=ask.actor, now=ask.now)
        ask.audit(session, "enrolment_made", ("account", account.id))
        cards.append(EnrolmentCard(made.name, made.login, made.address, made.pin, made.ends_on))
    out = BytesIO()
    write_enrolment_cards(
        cards, out, register_name=get_setting(session, "register_name"),
        duty_phone=get_setting(session, "duty_phone"), made_at=ask.now,
    )  # fmt: skip
    return out.getvalue()


def _page(ask: Ask, wrong: str = "") -> Response:
    asked, only = ask.query.get("q", "").strip(), ask.query.get("account", "")
    with ask.read() as session:
        clock = Clock(session)
        accounts = []
        for each in _accounts(session, asked, only):
            waits = [clock.day(card.expires_at) for card in waiting_enrolments(session, each.id, ask.now)]
            accounts.append((each.id, each.name, each.login, ", ".join(waits)))
        parties = [] if only else _stewards(session, asked)
    return ask.page(
        "desk/account_cards.html",
        status=422 if wrong else 200,
        accounts=accounts,
        parties=parties,
        asked=asked,
        only=only,
        most=MOST,
        wrong=wrong,
    )


def _accounts(session: Session, asked: str, only: str) -> list[Account]:
    """Open accounts that may do no more than work in the field."""
    field = select(AccountRole.account_id).where(col(AccountRole.role).in_(FIELD_ROLES))
    office = select(AccountRole.account_id).where(col(AccountRole.role).not_in(FIELD_ROLES))
    query = select(Account).where(
        Account.state == AccountState.ACTIVE,
        col(Account.second_factor_on).is_(None),
        col(Account.id).in_(field),
        col(Account.id).not_in(office),
    )
    if only:
        query = query.where(Account.id == only)
    if asked:
        holds = [col(each).contains(asked, autoescape=True) for each in (Account.login, Account.name)]
        query = query.where(holds[0] | holds[1])
    return list(session.exec(query.order_by(col(Account.name), col(Account.login)).limit(MOST)))


def _stewards(session: Session, asked: str) -> list[tuple[str, str]]:
    """Parties that look after a record and have no open account: id and name."""
    cares = select(TreeParty.party_id).where(TreeParty.role == PartyRole.STEWARD)
    has = select(Account.party_id).where(
        Account.state == AccountState.ACTIVE, col(Account.party_id).is_not(None)
    )
    query = select(Party.id, Party.name).where(col(Party.id).in_(cares), col(Party.id).not_in(has))
    if asked:
        query = query.where(col(Party.name).contains(asked, autoescape=True))
    return [(own, name) for own, name in session.exec(query.order_by(Party.name, Party.id).limit(MOST))]


ROUTES = (
    Route("GET", "/accounts/cards", cards_page, Right.ACCOUNTS),
    Route("POST", "/accounts/cards", make_cards, Right.ACCOUNTS),
)
