"""Units and persons at the desk: the list, one with its records, entering, consent, erasing."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask, Refused
from datasette_plugins.desk.record_reading import choices, number_of, path_of, row_of, title_of
from datasette_plugins.desk.routing import Route
from datasette_plugins.desk.said_days import day_said, sent
from registry.access import place_of, reach
from registry.cli.parties import copies_of, report_lines
from registry.commands.erasing import SOMEBODY, erase_party, scrub
from registry.commands.ledgers import TABLES
from registry.commands.party_file import PartyDraft, keep_party
from registry.errors import RegistryError
from registry.models import CareAgreement, Party, TreeParty
from registry.rules.permissions import Right, divisions_of, may
from registry.vocab.words import PartyKind

PER_PAGE = 50
_KINDS = ("tree", "grove", "garden", "place")


def _is_everywhere(ask: Ask, right: Right) -> bool:
    return divisions_of(ask.holder, right) is None


def _within(ask: Ask, session: Session, right: Right = Right.FILE) -> Any:
    """The condition on parties for those that have to do with a record within somebody's right."""
    if _is_everywhere(ask, right):
        return sa.true()
    today, conditions = ask.today(session), []
    for kind in _KINDS:
        table: Any = TABLES[kind]
        ids = select(table.id).where(reach(ask.holder, right, table, today))
        whose = col(getattr(TreeParty, f"{kind}_id"))
        conditions.append(col(Party.id).in_(select(TreeParty.party_id).where(whose.in_(ids))))
    return sa.or_(*conditions)


def _party(ask: Ask, session: Session, right: Right) -> Party:
    """The party that an address names, where it is within reach. Raises LookupError, Refused."""
    ask.demand(right)
    query = select(Party).where(Party.id == ask.vars["party"], _within(ask, session, right))
    found = session.exec(query).first()
    if found is None:
        if session.get(Party, ask.vars["party"]) is None:
            raise LookupError(ask.vars["party"])
        raise Refused
    return found


def parties_page(ask: Ask) -> Response:
    """The list, all or those whose name holds a text."""
    text, kind = ask.query.get("q", "").strip()[:100], ask.query.get("kind", "")
    number = ask.query.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and int(number[:6]) > 0 else 1
    with ask.read() as session:
        query = select(Party).where(_within(ask, session), Party.name != SOMEBODY)
        if text:
            said = (col(Party.name), col(Party.phone))
            query = query.where(sa.or_(*(column.icontains(text, autoescape=True) for column in said)))
        if kind in set(PartyKind):
            query = query.where(col(Party.kind) == kind)
        query = query.order_by(Party.name, Party.id).offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)
        rows = list(session.exec(query))
        counts = _counts(session, [row.id for row in rows])
        return ask.page(
            "desk/parties.html", rows=rows[:PER_PAGE], counts=counts, text=text, kind=kind, page=page,
            has_more=len(rows) > PER_PAGE, kinds=choices(ask.t, PartyKind),
            may_make=ask.may(Right.RECORD),
        )  # fmt: skip


def _counts(session: Session, ids: list[str]) -> dict[str, int]:
    """How many records each party now has to do with."""
    query = (
        select(TreeParty.party_id, sa.func.count())
        .where(col(TreeParty.party_id).in_(ids), col(TreeParty.to_on).is_(None))
        .group_by(TreeParty.party_id)
    )
    return {own: count for own, count in session.exec(query)}  # noqa: C416


def party_page(ask: Ask, problem: str = "") -> Response:
    """One unit or person: telephone, records, agreements, consent."""
    with ask.write() as session:
        ask.audit(session, "person seen", ("party", _party(ask, session, Right.FILE).id))
    with ask.read() as session:
        party = _party(ask, session, Right.FILE)
        return ask.page(
            "desk/party.html", status=422 if problem else 200, problem=problem, party=party, sent=sent(ask),
            roles=_roles(ask, session, party.id), kinds=choices(ask.t, PartyKind),
            agreements=_agreements(ask, session, party.id),
            may_record=ask.may(Right.RECORD) and party.name != SOMEBODY,
            may_erase=_is_everywhere(ask, Right.RECORD) and ask.may(Right.RECORD) and party.name != SOMEBODY,
        )  # fmt: skip


def _roles(ask: Ask, session: Session, own: str) -> list[tuple[TreeParty, str, str, str]]:
    """(role, path, title, number) of the records within reach; the first five hundred."""
    found, today = [], ask.today(session)
    for row in session.exec(select(TreeParty).where(TreeParty.party_id == own).limit(500)):
        kind = next(kind for kind in _KINDS if getattr(row, f"{kind}_id"))
        record_id = str(getattr(row, f"{kind}_id"))
        if not may(ask.holder, Right.FILE, place_of(session, kind, record_id, today)):
            continue
        record = row_of(session, kind, record_id)
        found.append((row, path_of(kind, record_id), title_of(kind, record), number_of(kind, record)))
    return sorted(found, key=lambda each: (each[0].to_on is not None, each[0].role.value, each[3]))


def _agreements(ask: Ask, session: Session, own: str) -> list[CareAgreement]:
    """The care agreements about records within reach."""
    today, found = ask.today(session), []
    for row in session.exec(select(CareAgreement).where(CareAgreement.party_id == own).limit(500)):
        about = ("tree", row.tree_id) if row.tree_id else ("grove", str(row.grove_id))
        if may(ask.holder, Right.FILE, place_of(session, *about, today)):
            found.append(row)
    return found


def _draft(ask: Ask, kind: PartyKind) -> PartyDraft:
    said = ask.text("kind")
    return PartyDraft(
        PartyKind(said) if said in set(PartyKind) else kind,
        ask.text("name"),
        ask.text("phone") or None,
        day_said(ask, "consented_on"),
        ask.text("consent_document") or None,
    )


def change(ask: Ask) -> Response:
    """Take over what a form says of a party."""
    try:
        with ask.write() as session:
            party = _party(ask, session, Right.RECORD)
            keep_party(
                session, _draft(ask, party.kind), party, today=ask.today(session), actor=ask.actor,
                now=ask.now, reason=ask.text("reason") or None,
            )  # fmt: skip
            ask.audit(session, "person changed", ("party", party.id))
    except RegistryError as error:
        return party_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("It was taken over."))
    return ask.go(f"/party/{ask.vars['party']}")


def make_page(ask: Ask, problem: str = "") -> Response:
    """The form of a new unit or person."""
    return ask.page(
        "desk/party_new.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
        kinds=choices(ask.t, PartyKind),
    )  # fmt: skip


def make(ask: Ask) -> Response:
    """Enter a unit or person."""
    try:
        with ask.write() as session:
            draft, today = _draft(ask, PartyKind.UNIT), ask.today(session)
            own = keep_party(session, draft, today=today, actor=ask.actor, now=ask.now).id
    except RegistryError as error:
        return make_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("It was entered. Say on the page of a record what it has to do with it."))
    return ask.go(f"/party/{own}" if _is_everywhere(ask, Right.FILE) else "/parties")


def erase_page(ask: Ask, problem: str = "") -> Response:
    """What erasing a person would do, before it is done."""
    with ask.write() as session:
        party = _erasable(ask, session)
        name, own = party.name, party.id
        basis = ask.text("basis") or ask.t.gettext("tried only")
        texts = ask.text("texts") == "yes"
        report = erase_party(session, own, basis=basis, texts=texts, actor=ask.actor, now=ask.now)
        session.rollback()
    lines = report_lines(report, copies_of(ask.desk.address), ask.t)
    return ask.page(
        "desk/party_erase.html", status=422 if problem else 200, problem=problem, name=name, own=own,
        lines=lines, sent=sent(ask),
    )  # fmt: skip


def _erasable(ask: Ask, session: Session) -> Party:
    """The party, for whoever may change records everywhere: a person stands in many files. Raises Refused."""
    party = _party(ask, session, Right.RECORD)
    if not _is_everywhere(ask, Right.RECORD):
        raise Refused
    return party


def erase(ask: Ask) -> Response:
    """Erase a person for good, once it is confirmed."""
    if ask.text("confirmed") != "yes" or not ask.text("basis"):
        return erase_page(ask, ask.t.gettext("Name the legal basis, and confirm."))
    with ask.write() as session:
        party = _erasable(ask, session)
        report = erase_party(
            session, party.id, basis=ask.text("basis"), texts=ask.text("texts") == "yes", actor=ask.actor,
            now=ask.now,
        )  # fmt: skip
        ask.audit(session, "person erased", ("party", party.id))
    with ask.desk.writing:
        scrub(ask.desk.address)
    lines = report_lines(report, copies_of(ask.desk.address), ask.t)
    return ask.page("desk/party_erased.html", lines=lines)


ROUTES = (
    Route("GET", "/parties", parties_page, Right.FILE),
    Route("GET", "/parties/new", make_page, Right.RECORD),
    Route("POST", "/parties/new", make, Right.RECORD),
    Route("GET", "/party/{party}", party_page, Right.FILE),
    Route("POST", "/party/{party}", change, Right.RECORD),
    Route("GET", "/party/{party}/erase", erase_page, Right.RECORD),
    Route("POST", "/party/{party}/erase", erase, Right.RECORD),
)
