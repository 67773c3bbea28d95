"""The office's whole file of a record, and its editing."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.ledger_holding import held_in, links_of
from datasette_plugins.desk.record_history import history_of
from datasette_plugins.desk.record_reading import (
    KINDS,
    ONE,
    division_words,
    field_groups,
    inputs,
    label_of,
    number_of,
    path_of,
    ref_of,
    row_of,
    rows_about,
    shown,
    title_of,
    typed,
)
from datasette_plugins.desk.routing import PlaceOf, Route, record_place
from registry.commands.duties import OWNERS, duties_of
from registry.commands.editing import change_record, current_values
from registry.commands.ledgers import HOLDS
from registry.commands.tag_life import tags_of
from registry.errors import RegistryError
from registry.models import (
    AgeReading,
    Assessment,
    Authority,
    CareEntry,
    CaseFile,
    Designation,
    Flag,
    Inspection,
    Measurement,
    Party,
    Photo,
    PlateBinding,
    Source,
    Species,
    Strategy,
    Submission,
    TreeAlias,
    WorkOrder,
    Zone,
)
from registry.rules.addresses import encode_segment
from registry.rules.permissions import Right
from registry.vocab import care_words, desk_words
from registry.vocab.checks import all_checks
from registry.vocab.desk_words import SubmissionState
from registry.vocab.words import TreeStatus

SIZES = (
    *("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "height_m", "crown_m"),
    *("crown_ew_m", "crown_ns_m", "crown_n_m", "crown_e_m", "crown_s_m", "crown_w_m", "measure_height_m"),
    "stem_girths",
)
NEWEST = 12
"""So many events are shown on the file's page."""
_WAITING = (SubmissionState.PENDING, SubmissionState.RETURNED, SubmissionState.QUARANTINED)


def page_of(kind: str) -> Route:
    """The address of the pages of one kind of record: /tree/{id}, /grove/{id} …"""

    def page(ask: Ask) -> Response:
        ask.vars = {**ask.vars, "kind": kind}
        return record_page(ask)

    return Route("GET", f"/{kind}/{{id}}", page, Right.FILE, subject=PlaceOf(kind))


def record_page(ask: Ask) -> Response:
    """The whole file: facts, rows, what waits, what happened."""
    _note_look(ask)
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        row = row_of(session, kind, own)
        facts = {
            **_head(ask, session, kind, row),
            "ref": called,
            "groups": _facts(ask, kind, row),
            "flags": _flags(ask, session, kind, own),
            "sizes": _sizes(session, kind, own),
            "ages": rows_about(session, AgeReading, kind, own, by="as_of"),
            "visits": _visits(session, kind, own),
            "decisions": rows_about(session, Designation, kind, own, by="designated_on"),
            "photos": rows_about(session, Photo, kind, own, by="taken_on"),
            "zones": rows_about(session, Zone, kind, own, by="made_on"),
            "assessments": rows_about(session, Assessment, kind, own, by="assessed_on"),
            "care": rows_about(session, CareEntry, kind, own, by="done_on"),
            "strategies": _by_number(rows_about(session, Strategy, kind, own)),
            "works": _by_number(rows_about(session, WorkOrder, kind, own)),
            "cases": _by_number(rows_about(session, CaseFile, kind, own)),
            "tags": tags_of(session, kind, own) if kind in {"tree", "grove"} else [],
            "plates": rows_about(session, PlateBinding, kind, own),
            "aliases": rows_about(session, TreeAlias, kind, own),
            "duties": _duties(session, kind, own),
            "waiting": _waiting(session, kind, own),
            "held": _held(ask, session, kind, own),
            "links": links_of(ask, session, kind, own),
            "holds": kind in HOLDS,
        }
        facts["history"], facts["more"] = history_of(ask, session, kind, own, NEWEST)
        return ask.page("desk/record.html", **facts, words=desk_words, care_words=care_words)


def _head(ask: Ask, session: Session, kind: str, row: Any) -> dict[str, Any]:
    species = session.get(Species, row.species_id) if kind == "tree" and row.species_id else None
    return {
        "kind": kind,
        "one": ONE[kind],
        "row": row,
        "number": number_of(kind, row),
        "title": title_of(kind, row),
        "species": species,
        "division": division_words(session, getattr(row, "division_id", None), ask.t),
        "authority": session.get_one(Authority, row.authority_id),
        "source": session.get(Source, row.source_id),
        "public": f"/tree/{encode_segment(row.tree_no)}" if kind == "tree" else "",
        "may_record": ask.may(Right.RECORD, ask.place),
        "is_standing": row.status == TreeStatus.ALIVE,
    }


def _facts(ask: Ask, kind: str, row: Any) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(group, [(field, label, value)]) of the fields that say something."""
    groups = []
    for label, names in field_groups(kind):
        said = [
            (name, label_of(ask.t, name), text)
            for name in names
            if (text := shown(ask.t, kind, name, getattr(row, name)))
        ]
        if said:
            groups.append((ask.t.pick(label), said))
    return groups


def _flags(ask: Ask, session: Session, kind: str, own: str) -> list[dict[str, str]]:
    checks, found = all_checks(), []
    for flag in rows_about(session, Flag, kind, own):
        check = checks.get(flag.check)
        text = ask.t.pick(check.name) if check is not None else flag.check
        found.append({"text": text, "field": label_of(ask.t, flag.field), "value": flag.value})
    return found


def _sizes(session: Session, kind: str, own: str) -> list[tuple[Measurement, list[tuple[str, Any]]]]:
    """Measurements with the sizes that each of them says."""
    rows = rows_about(session, Measurement, kind, own, by="measured_on")
    return [
        (row, [(name, value) for name in SIZES if (value := getattr(row, name)) is not None]) for row in rows
    ]


def _visits(session: Session, kind: str, own: str) -> list[tuple[Inspection, str]]:
    rows = rows_about(session, Inspection, kind, own, by="inspected_on")
    ids = {row.party_id for row in rows if row.party_id}
    names = {party.id: party.name for party in session.exec(select(Party).where(col(Party.id).in_(ids)))}
    return [(row, names.get(row.party_id or "", "")) for row in rows]


def _duties(session: Session, kind: str, own: str) -> list[tuple[Any, Party]]:
    rows = duties_of(session, kind, own) if kind in OWNERS else []
    found = [(row, session.get_one(Party, row.party_id)) for row in rows]
    return sorted(found, key=lambda pair: (pair[0].to_on is not None, pair[0].role.value, pair[1].name))


def _waiting(session: Session, kind: str, own: str) -> Sequence[Submission]:
    """What was sent in about the record and is not settled yet, the newest first."""
    query = select(Submission).where(
        Submission.subject_type == kind, Submission.subject_id == own, col(Submission.state).in_(_WAITING)
    )
    return list(session.exec(query.order_by(col(Submission.received_at).desc()).limit(20)))


def _held(ask: Ask, session: Session, kind: str, own: str) -> list[tuple[str, str, str]]:
    """(path, number, title) of the records that stand here; the first hundred of a kind."""
    return [
        (path_of(held, row.id), number_of(held, row), title_of(held, row))
        for held, row in held_in(ask, session, kind, own, 100)
    ]


def _by_number(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (len(row.number), row.number), reverse=True)


def edit_page(ask: Ask, problem: str = "") -> Response:
    """The form: every editable field with what it says now."""
    if not problem:
        _note_look(ask)
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        row = row_of(session, kind, own)
        values = current_values(session, kind, own)
        groups = inputs(ask.t, kind, values)
        if problem:
            for group in groups:
                for each in group["fields"]:
                    each["was"] = (
                        ask.text(f"was-{each['name']}") if f"was-{each['name']}" in ask.form else None
                    )
                    if each["name"] in ask.form:
                        each["value"], each["was"] = ask.text(each["name"]), each["was"] or ""
        return ask.page(
            "desk/record_edit.html",
            status=422 if problem else 200,
            kind=kind,
            title=title_of(kind, row),
            number=number_of(kind, row),
            ref=called,
            path=path_of(kind, own),
            groups=groups,
            problem=problem,
            lang_of_texts=row.text_lang,
            reason=ask.text("reason"),
            document=ask.text("document"),
        )


def edit(ask: Ask) -> Response:
    """Take over what differs from what the form showed."""
    try:
        with ask.write() as session:
            ref = ref_of(ask, session)
            now_said = {name: typed(value) for name, value in current_values(session, *ref[:2]).items()}
            fields = _changed(ask, now_said)
            changed = change_record(
                session, ref, fields, today=ask.today(session), actor=ask.actor, now=ask.now,
                reason=ask.text("reason") or None, document=ask.text("document") or None,
            )  # fmt: skip
            if changed:
                ask.audit(session, "record changed", ref[:2], fields=sorted(changed))
    except RegistryError as error:
        return edit_page(ask, ask.t.error(error))
    if changed:
        said = ask.t.gettext(", ").join(label_of(ask.t, name) for name in changed if name in fields)
        ask.say(ask.t.gettext("Changed: {fields}.", fields=said or label_of(ask.t, "lon")))
    else:
        ask.say(ask.t.gettext("Nothing was changed."))
    return ask.go(path_of(*ref[:2]))


def _changed(ask: Ask, now_said: dict[str, str]) -> dict[str, str]:
    """The fields of the form that differ from what it showed; a position together with its datum."""
    found = {
        name: ask.text(name).replace("\r\n", "\n")
        for name in now_said
        if name in ask.form
        and ask.text(name).replace("\r\n", "\n") != ask.text(f"was-{name}").replace("\r\n", "\n")
    }
    if {"lon", "lat"} & found.keys():
        found |= {name: ask.text(name) for name in ("lon", "lat", "datum", "datum_code") if name in ask.form}
        if found.get("datum") == ask.text("was-datum") and found["datum"] in {"unknown", "local"}:
            found["datum"] = "WGS84"
    return found


def _note_look(ask: Ask) -> None:
    """Note that somebody looks at the record of the address. Raises LookupError."""
    with ask.write() as session:
        kind, own, _called = ref_of(ask, session)
        ask.audit(session, "record seen", (kind, own))


def history_page(ask: Ask) -> Response:
    """All that happened to a record."""
    _note_look(ask)
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        row = row_of(session, kind, own)
        lines, _more = history_of(ask, session, kind, own, 500)
        return ask.page(
            "desk/record_history.html", kind=kind, title=title_of(kind, row), ref=called,
            path=path_of(kind, own), history=lines, row=row, may_record=ask.may(Right.RECORD, ask.place),
        )  # fmt: skip


ROUTES = (
    *(page_of(kind) for kind in KINDS),
    Route("GET", "/record/{kind}/{id}/edit", edit_page, Right.RECORD, subject=record_place),
    Route("POST", "/record/{kind}/{id}/edit", edit, Right.RECORD, subject=record_place),
    Route("GET", "/record/{kind}/{id}/history", history_page, Right.FILE, subject=record_place),
)
