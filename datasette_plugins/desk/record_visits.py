"""What the office enters about a record by hand: a visit, sizes, another number, who looks after it."""

from typing import Any

from sqlmodel import select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_reading import choices, path_of, ref_of, row_of, title_of
from datasette_plugins.desk.records import SIZES
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import day_said, sent
from registry.commands.condition import SCALE_WORDS
from registry.commands.duties import duties_of, set_duties
from registry.commands.ledger_fields import checked
from registry.commands.measuring import record_measurement
from registry.commands.numbering import add_alias
from registry.commands.visits import record_visit
from registry.errors import RegistryError
from registry.models import InspectionDraft, MeasurementDraft, Party
from registry.rules.permissions import Right
from registry.vocab.words import (
    NUMBER_SCHEMES,
    Environment,
    InspectionKind,
    PartyRole,
    RiskRating,
    Vigour,
)

_SCALES = {"lyt2738": "LY/T 2738", "gbt51168": "GB/T 51168", "hk-vigor": "HK vigor", "hk-health": "HK health"}


def _page(ask: Ask, template: str, problem: str, **more: Any) -> Response:
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        row = row_of(session, kind, own)
        return ask.page(
            template, status=422 if problem else 200, kind=kind, own=own, ref=called, row=row,
            path=path_of(kind, own), title=title_of(kind, row), problem=problem,
            today=ask.today(session).isoformat(), sent=sent(ask), **more,
        )  # fmt: skip


def visit_page(ask: Ask, problem: str = "") -> Response:
    """The form of a visit."""
    t = ask.t
    return _page(
        ask, "desk/record_visit.html", problem, kinds=choices(t, InspectionKind), vigours=choices(t, Vigour),
        environments=choices(t, Environment), risks=choices(t, RiskRating),
        scales=[(scale, _SCALES.get(scale, scale)) for scale in SCALE_WORDS],
    )  # fmt: skip


def visit(ask: Ask) -> Response:
    """Record a visit."""
    try:
        with ask.write() as session:
            ref = ref_of(ask, session)
            names = ("kind", "vigour", "environment", "risk_rating", "notes")
            said: dict[str, Any] = {name: text for name in names if (text := ask.text(name))}
            if "vigour" in said and ask.text("vigour_scale"):
                said["vigour_scale"] = ask.text("vigour_scale")
            said["findings"] = tuple(
                line for each in ask.text("findings").splitlines() if (line := each.strip())
            )
            said["inspected_on"] = day_said(ask, "inspected_on") or ask.today(session)
            draft: Any = checked(InspectionDraft, ref[2], said)
            _row, is_new = record_visit(
                session, ref, draft, by=ask.text("by") or None, today=ask.today(session),
                document=ask.text("document") or None, actor=ask.actor, now=ask.now,
            )  # fmt: skip
    except RegistryError as error:
        return visit_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("The visit was recorded.") if is_new else ask.t.gettext("Nothing was changed."))
    return ask.go(f"{path_of(*ref[:2])}#visits")


def measure_page(ask: Ask, problem: str = "") -> Response:
    """The form of a measurement."""
    return _page(ask, "desk/record_measure.html", problem, sizes=SIZES)


def measure(ask: Ask) -> Response:
    """Record sizes."""
    try:
        with ask.write() as session:
            ref = ref_of(ask, session)
            said: dict[str, Any] = {name: text for name in SIZES if (text := ask.text(name).replace(",", ""))}
            said["measured_on"] = day_said(ask, "measured_on")
            draft: Any = checked(MeasurementDraft, ref[2], said)
            today = ask.today(session)
            _row, is_new = record_measurement(session, ref, draft, today=today, actor=ask.actor, now=ask.now)
    except RegistryError as error:
        return measure_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("The sizes were recorded.") if is_new else ask.t.gettext("Nothing was changed."))
    return ask.go(f"{path_of(*ref[:2])}#sizes")


def alias_page(ask: Ask, problem: str = "") -> Response:
    """The form of another number."""
    schemes = [(scheme, ask.t.word(NUMBER_SCHEMES, scheme)) for scheme in NUMBER_SCHEMES]
    return _page(ask, "desk/record_alias.html", problem, schemes=schemes)


def alias(ask: Ask) -> Response:
    """Enter another number that leads to the record."""
    try:
        with ask.write() as session:
            ref = ref_of(ask, session)
            is_new = add_alias(
                session, ref, ask.text("number"), ask.text("scheme"), actor=ask.actor, now=ask.now,
                reason=ask.text("reason") or None,
            )  # fmt: skip
    except RegistryError as error:
        return alias_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("The number leads here now.") if is_new else ask.t.gettext("Nothing was changed."))
    return ask.go(path_of(*ref[:2]))


def duties_page(ask: Ask, problem: str = "") -> Response:
    """The form of who looks after a record."""
    with ask.read() as session:
        kind, own, _called = ref_of(ask, session)
        names = dict(session.exec(select(Party.id, Party.name)).all()) if kind != "element" else {}
        standing: dict[str, list[str]] = {}
        for row in duties_of(session, kind, own) if kind != "element" else ():
            if row.to_on is None:
                standing.setdefault(row.role.value, []).append(names[row.party_id])
    roles = [(role.value, ask.t.word(PartyRole, role), "\n".join(standing.get(role, []))) for role in _ROLES]
    return _page(ask, "desk/record_duties.html", problem, roles=roles)


_ROLES = (PartyRole.STEWARD, PartyRole.MANAGER, PartyRole.LEAD, PartyRole.COOPERATING, PartyRole.OWNER)


def duties(ask: Ask) -> Response:
    """Settle who looks after a record from a day on."""
    try:
        with ask.write() as session:
            ref = ref_of(ask, session)
            wanted = {
                role: [line for each in ask.text(role.value).splitlines() if (line := each.strip())]
                for role in _ROLES
                if ask.text(role.value).splitlines() != ask.text(f"was-{role.value}").splitlines()
            }
            changed = 0
            if wanted:
                changed = set_duties(
                    session, ref, wanted, from_on=day_said(ask, "from_on") or ask.today(session),
                    today=ask.today(session), actor=ask.actor, now=ask.now, reason=ask.text("reason") or None,
                    document=ask.text("document") or None,
                )  # fmt: skip
    except RegistryError as error:
        return duties_page(ask, ask.t.error(error))
    t = ask.t
    ask.say(t.ngettext("{count} entry changed.", "{count} entries changed.", changed) if changed
            else t.gettext("Nothing was changed."))  # fmt: skip
    return ask.go(f"{path_of(*ref[:2])}#duties")


_AT = "/record/{kind}/{id}"
ROUTES = tuple(
    Route(method, f"{_AT}/{name}", handler, Right.RECORD, subject=record_place)
    for name, page, done in (
        ("visit", visit_page, visit),
        ("measure", measure_page, measure),
        ("number", alias_page, alias),
        ("duties", duties_page, duties),
    )
    for method, handler in (("GET", page), ("POST", done))
)
