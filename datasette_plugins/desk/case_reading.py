"""What the pages of cases share: where a case lies, its rules, its clocks, its words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_reading import (
    demand_records,
    label_of,
    office_of,
    path_of,
    row_of,
    title_of,
)
from registry.access import place_of, reach
from registry.cli.case_desk import dues_of, find_subject
from registry.cli.case_desk import label_of as case_about
from registry.cli.case_works_words import due_text, step_word
from registry.commands.case_effects import subject_of
from registry.commands.case_files import CaseView, view_case
from registry.commands.ledgers import TABLES
from registry.models import CaseFile
from registry.negative_list import negative_list
from registry.rules.negative_list import practices_for
from registry.rules.packs import RulePack
from registry.rules.permissions import Place, Right
from registry.rules.terms import Due
from registry.vocab.labels import Label
from registry.vocab.language import Translator
from registry.vocab.words import CaseKind

_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_FIELDS = {
    "document": "document_no", "until": "ended_on", "by": "by", "url": "url", "text": "text",
    "category": "category", "grade": "protection_grade", "cause": "cause", "disposal": "disposal",
    "lon": "lon", "lat": "lat", "datum": "datum", "incident": "incident", "project": "project",
    "class": "project_class", "applicant": "applicant_id", "practice": "practices", "also": "also",
    "check": "check", "no-check": "no_check", "parent": "parent", "reporter": "reporter",
}  # fmt: skip
"""What the options of the command line are called on the desk's forms."""
_WORDS = {
    "also": Label("另涉树木", "Further trees"),
    "parent": Label("来源案件编号", "Number of the case that it comes from"),
    "check": Label("范围核查编号", "Number of the check of the zones"),
    "no_check": Label("未核查的理由", "Why there is no check"),
    "reporter": Label("报告人", "Who reported it"),
}


def case_place(session: Session, found: Mapping[str, str], today: date) -> Place:
    """Where the record of a case lies that an address names by `case`. Raises LookupError."""
    return place_of(session, *subject_of(case_of(session, found)), today)


def case_of(session: Session, found: Mapping[str, str]) -> CaseFile:
    """The case that an address names. Raises LookupError."""
    case = session.get(CaseFile, found["case"])
    if case is None:
        raise LookupError(found["case"])
    return case


def pack_of(ask: Ask, case: CaseFile) -> RulePack | None:
    """The rule pack by which a case goes."""
    return office_of(ask).packs().find(case.pack_id) if case.pack_id else None


def clocks_of(ask: Ask, view: CaseView, pack: RulePack | None) -> tuple[Due, ...]:
    """The steps of a case that are due."""
    return dues_of(office_of(ask), view.facts, pack)


def within_reach(ask: Ask, today: date) -> Any:
    """The condition on cases for those about records within somebody's right to see files."""
    conditions = []
    for kind in ("tree", "grove", "garden", "place"):
        table: Any = TABLES[kind]
        ids = select(table.id).where(reach(ask.holder, Right.FILE, table, today))
        conditions.append(col(getattr(CaseFile, f"{kind}_id")).in_(ids))
    return sa.or_(*conditions)


@dataclass(frozen=True, slots=True)
class Line:
    """One case in a list. `due`: sentences about its clocks; `is_late`: whether one has run out."""

    case: CaseFile
    about: str
    title: str
    path: str
    next_step: str
    due: tuple[str, ...]
    is_late: bool
    first_due: date


def line_of(ask: Ask, session: Session, case: CaseFile, today: date) -> Line:
    """A case as a list shows it."""
    kind, own = subject_of(case)
    view = view_case(session, case)
    clocks = clocks_of(ask, view, pack_of(ask, case))
    following = view.facts.next_step
    return Line(
        case,
        case_about(session, case),
        title_of(kind, row_of(session, kind, own)),
        path_of(kind, own),
        step_word(ask.t, following, case.kind) if following else "",
        tuple(due_text(ask.t, each, today, case.kind) for each in clocks),
        any(each.due_on < today for each in clocks),
        min((each.due_on for each in clocks), default=date.max),
    )


def form_word(t: Translator, name: str) -> str:
    """What a field of the desk's forms about cases is called."""
    return t.pick(_WORDS[name]) if name in _WORDS else label_of(t, name)


def further_of(ask: Ask, session: Session, kind: CaseKind) -> dict[str, Any]:
    """What a form says of further trees, and of the items of the negative list that a kind answers.

    Raises Refused where one of the trees is not in one's charge; TreeNotFoundError …
    """
    also = [line for each in ask.text("also").splitlines() if (line := each.strip())]
    demand_records(ask, session, *(find_subject(session, number) for number in also))
    answers = []
    for each in practices_for(negative_list(), kind):
        if (said := ask.text(f"practice.{each.code}")) in {"yes", "no"}:
            why = ask.text(f"why.{each.code}") if said == "yes" else ""
            answers.append(f"{each.code}={said}" + (f":{why}" if why else ""))
    return {"also": also or None, "practice": answers or None}


def in_form_words(t: Translator, text: str) -> str:
    """A sentence that names options of the command line, with the names of the form's fields instead."""

    def named(found: re.Match[str]) -> str:
        name = found[1]
        if name == "omit":
            word = t.gettext("leave the step out")
        elif name in _FIELDS:
            word = form_word(t, _FIELDS[name])
        else:
            return found[0]
        return f"「{word}」"

    return _OPTION.sub(named, text)
