"""Cases at the desk: the list with the overdue ones first, opening one, and its page step by step."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.case_reading import (
    case_of,
    case_place,
    clocks_of,
    form_word,
    further_of,
    in_form_words,
    line_of,
    pack_of,
    within_reach,
)
from datasette_plugins.desk.record_reading import choices, office_of, path_of, ref_of, row_of, title_of
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import day_said, sent
from registry.cli.case_desk import Desk, label_of
from registry.cli.case_rows import Cells
from registry.cli.case_words import state_word
from registry.cli.case_works_words import due_text, local_instant, step_word, warnings
from registry.commands.case_effects import subject_of
from registry.commands.case_files import find_case, view_case
from registry.commands.cases import close_case
from registry.commands.two_persons import deciding_step, may_decide
from registry.errors import RegistryError
from registry.models import CaseFile
from registry.negative_list import negative_list
from registry.rules.case_facts import DESIGNATING, MOVES, ORDERS
from registry.rules.casework import ALWAYS_TAKEN, experts_needed, steps_to_come
from registry.rules.negative_list import practices_for
from registry.rules.permissions import Right
from registry.vocab.care_words import INCIDENTS, DocumentKind
from registry.vocab.rule_words import PROJECTS
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    Grade,
    RemovalReason,
    StepKind,
    Verdict,
)

PER_PAGE = 50
MOST_OPEN = 500
OPENED_HERE = tuple(each for each in CaseKind if each != CaseKind.AFTERCARE)
"""Kinds that a form of the desk opens; aftercare opens by itself."""


def cases_page(ask: Ask) -> Response:
    """Open cases, those first whose clocks have run out; closed ones page by page."""
    state, kind = ask.query.get("state", "open"), ask.query.get("kind", "")
    number = ask.query.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and int(number[:6]) > 0 else 1
    with ask.read() as session:
        today = ask.today(session)
        query = select(CaseFile).where(within_reach(ask, today))
        query = query.where(
            CaseFile.state == CaseState.OPEN if state == "open" else CaseFile.state != CaseState.OPEN
        )
        if kind in set(CaseKind):
            query = query.where(CaseFile.kind == kind)
        newest = query.order_by(sa.func.length(CaseFile.number).desc(), col(CaseFile.number).desc())
        if state == "open":
            found = list(session.exec(newest.limit(MOST_OPEN)))
            lines = sorted(
                (line_of(ask, session, case, today) for case in found), key=lambda line: line.first_due
            )
            has_more = False
        else:
            found = list(session.exec(newest.offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)))
            has_more = len(found) > PER_PAGE
            lines = [line_of(ask, session, case, today) for case in found[:PER_PAGE]]
        return ask.page(
            "desk/cases.html", lines=lines, state=state, kind=kind, kinds=choices(ask.t, CaseKind), page=page,
            has_more=has_more,
        )  # fmt: skip


def open_page(ask: Ask, problem: str = "") -> Response:
    """The form that opens a case about a record."""
    t = ask.t
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        return ask.page(
            "desk/case_open.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            ref=called,
            path=path_of(kind, own), title=title_of(kind, row_of(session, kind, own)),
            today=ask.today(session).isoformat(),
            kinds=[(each.value, t.word(CaseKind, each)) for each in OPENED_HERE],
            categories=choices(t, Category), grades=choices(t, Grade), causes=choices(t, RemovalReason),
            incidents=[(code, f"{code} {t.pick(label)}") for code, label in INCIDENTS.items()],
            projects=[(code, t.pick(label)) for code, label in PROJECTS.items()],
            practices=[(each.code, t.pick(each.label)) for each in negative_list()],
            label=lambda name: form_word(t, name),
        )  # fmt: skip


def open_(ask: Ask) -> Response:
    """Open a case with its first step."""
    try:
        with ask.write() as session:
            ref = ref_of(ask, session)
            kind = ask.text("kind")
            if kind not in set(OPENED_HERE):
                raise LookupError(kind)
            names = (
                "by",
                "document",
                "text",
                "reason",
                "incident",
                "reporter",
                "project",
                "class",
                "applicant",
            )
            cells = cells_of(ask, *names, "check", "parent")
            cells |= {"on": day_said(ask, "on"), "until": day_said(ask, "until"), **words_of(ask)}
            cells |= further_of(ask, session, CaseKind(kind))
            if cells["parent"]:
                parent = find_case(session, cells["parent"])
                ask.demand(Right.FILE, case_place(session, {"case": parent.id}, ask.today(session)))
            given = {name: value for name, value in cells.items() if value is not None}
            case = Desk(session, office_of(ask)).open_about(ref[:2], CaseKind(kind), given, None)
            ask.audit(session, "case opened", ("case", case.id), number=case.number)
            path, number = f"/case/{case.id}", case.number
    except RegistryError as error:
        return open_page(ask, in_form_words(ask.t, ask.t.error(error)))
    ask.say(ask.t.gettext("Case {number} is open.", number=number))
    return ask.go(path)


def cells_of(ask: Ask, *names: str) -> Cells:
    """What a form says in some fields; None where it says nothing."""
    return {name: ask.text(name) or None for name in names}


def words_of(ask: Ask) -> Cells:
    """Words of code lists that a form says; others are not taken."""
    lists: dict[str, Any] = {
        "category": Category, "grade": Grade, "cause": RemovalReason, "disposal": DeathDisposal,
    }  # fmt: skip
    return {name: words(text) for name, words in lists.items() if (text := ask.text(name)) in set(words)}


def case_page(ask: Ask, problem: str = "") -> Response:
    """One case: what happened, what comes next and by when, its opinions, objections and files."""
    t = ask.t
    with ask.write() as session:
        ask.audit(session, "case seen", ("case", case_of(session, ask.vars).id))
    with ask.read() as session:
        case = case_of(session, ask.vars)
        view, pack, today = view_case(session, case), pack_of(ask, case), ask.today(session)
        kind, own = subject_of(case)
        allowed = steps_to_come(view.facts)
        chosen = ask.text("step") or ask.query.get("step", "")
        step = StepKind(chosen) if chosen in set(allowed) else next(iter(allowed), None)
        is_mine = step == deciding_step(case.kind) and not may_decide(session, case, pack, ask.actor)
        return ask.page(
            "desk/case.html",
            status=422 if problem else 200,
            problem=problem,
            sent=sent(ask),
            case=case,
            view=view,
            pack=pack,
            about=label_of(session, case),
            title=title_of(kind, row_of(session, kind, own)),
            path=path_of(kind, own),
            state_word=state_word(t, view),
            clocks=[(due_text(t, each, today, case.kind), each.due_on < today)
                    for each in clocks_of(ask, view, pack)],
            warnings=list(warnings(t, view, pack)),
            order=ORDERS[case.kind],
            word=lambda each: step_word(t, each, case.kind),
            when=lambda instant: local_instant(instant, view.zone),
            allowed=allowed,
            step=step,
            is_mine=is_mine,
            asks=_asked(case, step),
            may_omit=step is not None and (case.kind, step) not in ALWAYS_TAKEN,
            experts=experts_needed(pack) if StepKind.APPRAISAL in ORDERS[case.kind] else 0,
            today=today.isoformat(),
            may_record=ask.may(Right.RECORD, ask.place),
            categories=choices(t, Category),
            grades=choices(t, Grade),
            causes=choices(t, RemovalReason),
            disposals=choices(t, DeathDisposal),
            verdicts=choices(t, Verdict),
            document_kinds=choices(t, DocumentKind),
            DocumentKind=DocumentKind,
            INCIDENTS=INCIDENTS,
            PROJECTS=PROJECTS,
            practices=[(each.code, t.pick(each.label)) for each in practices_for(negative_list(), case.kind)],
            label=lambda name: form_word(t, name),
        )  # fmt: skip


def _asked(case: CaseFile, step: StepKind | None) -> frozenset[str]:
    """Which further fields the form of a step has."""
    if step is None:
        return frozenset()
    found = set()
    if step in {StepKind.NOTICE, StepKind.HANDLING}:
        found.add("until")
    if step == StepKind.PUBLICATION:
        found.add("url")
    if case.kind in DESIGNATING and step in {StepKind.PROPOSAL, StepKind.APPRAISAL, StepKind.DECISION}:
        found |= {"category", "grade"}
    if case.kind in DESIGNATING and step == ORDERS[case.kind][-1] and case.tree_id:
        found.add("county")
    if step == StepKind.CAUSE:
        found.add("cause")
    if step == StepKind.DISPOSAL:
        found.add("disposal")
    if case.kind in MOVES and step == StepKind.CONFIRMATION:
        found.add("moved")
    if practices_for(negative_list(), case.kind):
        found |= {"also", "practices"}
    if (case.kind, step) == (CaseKind.WORKS, StepKind.ADVICE):
        found.add("check")
    if step == StepKind.PENALTY:
        found.add("penalty")
    if step == StepKind.COMPENSATION:
        found.add("compensation")
    return frozenset(found)


def close(ask: Ask) -> Response:
    """Refuse a case or withdraw it."""
    state = ask.text("state")
    if state not in {CaseState.REFUSED, CaseState.WITHDRAWN} or not ask.text("reason"):
        return case_page(ask, ask.t.gettext("Say how it ends, and why."))
    try:
        with ask.write() as session:
            case = case_of(session, ask.vars)
            close_case(
                session, case, CaseState(state), on=day_said(ask, "on") or ask.today(session),
                reason=ask.text("reason"), document=ask.text("document") or None, actor=ask.actor,
                now=ask.now,
            )  # fmt: skip
            ask.audit(session, "case closed", ("case", case.id), state=state)
    except RegistryError as error:
        return case_page(ask, in_form_words(ask.t, ask.t.error(error)))
    ask.say(ask.t.gettext("The case is closed."))
    return ask.go(f"/case/{ask.vars['case']}")


ROUTES = (
    Route("GET", "/cases", cases_page, Right.FILE),
    Route("GET", "/record/{kind}/{id}/cases/open", open_page, Right.RECORD, subject=record_place),
    Route("POST", "/record/{kind}/{id}/cases/open", open_, Right.RECORD, subject=record_place),
    Route("GET", "/case/{case}", case_page, Right.FILE, subject=case_place),
    Route("POST", "/case/{case}/close", close, Right.RECORD, subject=case_place),
)
