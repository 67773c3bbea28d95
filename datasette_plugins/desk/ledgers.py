"""Entering a grove, a garden, a place or an element, and its boundary."""

import json
from typing import Any

from sqlmodel import Session, col, select
from starlette.datastructures import UploadFile
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_lists import divisions_within
from datasette_plugins.desk.record_reading import (
    KINDS,
    ONE,
    choices,
    demand_records,
    field_groups,
    inputs,
    number_of,
    path_of,
    ref_of,
    row_of,
    title_of,
)
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import sent
from datasette_plugins.desk.taken_files import safe_name
from registry.access import divisions_above, place_of
from registry.commands.ledger_fields import (
    LARGEST_BOUNDARY,
    Ring,
    boundary_of,
    checked,
    read_fields,
    refuse,
)
from registry.commands.ledgers import (
    Entry,
    Ref,
    add_record,
    change_record,
    find_division,
    own_authority,
    own_source,
    stored,
)
from registry.errors import Phrase, RegistryError
from registry.models import Authority
from registry.models.areas import AREA_DRAFTS
from registry.rules.permissions import Place, Right
from registry.selection import find_record
from registry.vocab.field_names import field_name
from registry.vocab.words import ElementKind, PlaceKind

_SORTS = {"place": PlaceKind, "element": ElementKind}
_WITHIN = {"grove": ("garden", "place"), "element": ("garden", "place"), "place": ("place",), "garden": ()}
"""In what a record of a kind may stand."""


def new_page(ask: Ask, problem: str = "") -> Response:
    """The form of a new record."""
    kind, t = _kind(ask), ask.t
    with ask.read() as session:
        offices = session.exec(select(Authority).order_by(col(Authority.id))).all()
        return ask.page(
            "desk/ledger_new.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            kind=kind, one=t.pick(ONE[kind]), others=[(each, t.pick(ONE[each])) for each in AREA_DRAFTS],
            groups=inputs(t, kind, {"datum": "unknown", **_typed(ask, kind)}),
            sorts=choices(t, _SORTS[kind]) if kind in _SORTS else [],
            authorities=[(row.id, row.name_en if t.lang == "en" else row.name_zh) for row in offices],
            divisions=[] if kind == "element" else divisions_within(ask, session, Right.RECORD),
            is_whole=ask.may(Right.RECORD, Place()),
            holders=[(each, t.pick(ONE[each])) for each in _WITHIN[kind]],
        )  # fmt: skip


def make(ask: Ask) -> Response:
    """Enter the record."""
    kind = _kind(ask)
    number = ask.text("number")
    called = f"{kind}:{number}"
    try:
        values = {"number": number, **_said(ask, kind, called)}
        if ring := _ring(ask):
            values["boundary"] = ring
        draft = checked(AREA_DRAFTS[kind], called, values)
        with ask.write() as session:
            said = ask.text("division") if kind != "element" else ""
            division = find_division(session, called, said) if said else None
            within = _holder(ask, session, kind)
            if kind == "element" and within is None:
                remedy = Phrase("say in which garden or place it stands")
                refuse(called, field_name("garden_no"), "", Phrase("is not given"), remedy)
            ask.demand(Right.RECORD, _where(ask, session, kind, division, within))
            owner = own_authority(session, ask.text("authority") or None)
            entry = Entry(kind, draft, owner, own_source(session, owner), division, within)
            row = add_record(
                session, entry, actor=ask.actor, now=ask.now, reason=ask.text("reason") or None,
                document=ask.text("document") or None,
            )  # fmt: skip
            own = row.id
            ask.audit(session, "record made", (kind, own))
    except RegistryError as error:
        return new_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("{record} is entered.", record=number))
    return ask.go(path_of(kind, own))


def boundary_page(ask: Ask, problem: str = "") -> Response:
    """The boundary of a record, and the way to another."""
    with ask.read() as session:
        kind, own, _ref = _area(ask, session)
        row = row_of(session, kind, own)
        return ask.page(
            "desk/ledger_boundary.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            number=number_of(kind, row), title=title_of(kind, row), path=path_of(kind, own),
            points=max(len(json.loads(row.boundary)) - 1, 0),
        )  # fmt: skip


def draw_boundary(ask: Ask) -> Response:
    """Take over a boundary, or take it away."""
    try:
        ring = _ring(ask)
        with ask.write() as session:
            ref = _area(ask, session)
            if bool(ring) == bool(ask.text("none")):
                refuse(
                    ref[2],
                    field_name("boundary"),
                    "",
                    Phrase("is not given"),
                    Phrase("choose a GeoJSON file"),
                )
            draft = checked(AREA_DRAFTS[ref[0]], ref[2], {"number": "1", **_needed(ref[0]), "boundary": ring})
            changed = change_record(
                session, ref, stored(ref[0], draft, ["boundary"]), actor=ask.actor, now=ask.now,
                reason=ask.text("reason") or None, document=ask.text("document") or None,
            )  # fmt: skip
            if changed:
                ask.audit(session, "record changed", ref[:2], fields=["boundary"])
    except RegistryError as error:
        return boundary_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("The boundary was changed.") if changed else ask.t.gettext("Nothing was changed."))
    return ask.go(path_of(*ref[:2]))


def _kind(ask: Ask) -> str:
    """The kind of record that the address asks for. Raises LookupError."""
    kind = ask.vars["kind"]
    if kind not in AREA_DRAFTS or kind not in KINDS:
        raise LookupError(kind)
    return kind


def _area(ask: Ask, session: Session) -> Ref:
    _kind(ask)
    return ref_of(ask, session)


def _fields(kind: str) -> list[str]:
    """The fields that the form asks in its groups."""
    return [name for _label, group in field_groups(kind) for name in group]


def _typed(ask: Ask, kind: str) -> dict[str, str]:
    """What a form that was sent says in those fields."""
    return {name: text for name in _fields(kind) if (text := ask.text(name))}


def _needed(kind: str) -> dict[str, str]:
    return {"kind": "other"} if kind in _SORTS else {}


def _said(ask: Ask, kind: str, called: str) -> dict[str, Any]:
    """What the form says in the fields of the kind. Raises LedgerFieldError."""
    names = [*_fields(kind), *_needed(kind)]
    texts = {name: ask.text(name).replace("\r\n", "\n") for name in names}
    if not (texts.get("lon") or texts.get("lat")):
        texts.pop("datum", None)
    return read_fields(AREA_DRAFTS[kind], called, [f"{name}={text}" for name, text in texts.items() if text])


def _ring(ask: Ask) -> Ring:
    """The boundary in the file of the form, empty where none was chosen. Raises BoundaryFileError."""
    file = ask.form.get("boundary")
    if not isinstance(file, UploadFile) or not file.filename:
        return ()
    return boundary_of(file.file.read(), safe_name(file.filename))


def _holder(ask: Ask, session: Session, kind: str) -> Ref | None:
    """The garden or place that the form names, where records may be put. Raises RegistryError."""
    number, holder = ask.text("within"), ask.text("within_kind")
    if not number or not _WITHIN[kind]:
        return None
    if holder not in _WITHIN[kind]:
        raise LookupError(holder)
    found = find_record(session, f"{holder}:{number}")
    demand_records(ask, session, (found.kind, found.id))
    return found.kind, found.id, found.called


def _where(ask: Ask, session: Session, kind: str, division: str | None, within: Ref | None) -> Place:
    """Where the new record will lie: an element where its garden or place does."""
    if kind == "element" and within is not None:
        return place_of(session, *within[:2], ask.today(session))
    return Place(divisions_above(session, division))


_BODY = LARGEST_BOUNDARY + (256 << 10)
ROUTES = (
    Route("GET", "/records/new/{kind}", new_page, Right.RECORD),
    Route("POST", "/records/new/{kind}", make, Right.RECORD, body=_BODY),
    Route("GET", "/record/{kind}/{id}/boundary", boundary_page, Right.RECORD, subject=record_place),
    Route(
        "POST", "/record/{kind}/{id}/boundary", draw_boundary, Right.RECORD, subject=record_place, body=_BODY
    ),
)
