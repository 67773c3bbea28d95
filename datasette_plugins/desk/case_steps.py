"""What is entered into a case: steps, opinions, objections and answers, files."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.case_reading import case_of, case_place, further_of, in_form_words, pack_of
from datasette_plugins.desk.cases import case_page, cells_of, words_of
from datasette_plugins.desk.record_exports import pdf
from datasette_plugins.desk.record_reading import office_of
from datasette_plugins.desk.routing import Route
from datasette_plugins.desk.said_days import day_said, number_said
from datasette_plugins.desk.taken_files import taken_files
from registry.cli.case_desk import asked_at, calendar_for, details_of, moved_to, step_draft
from registry.cli.case_print import sheet_of
from registry.cli.cases import cents
from registry.commands.case_documents import DocumentDraft, add_document
from registry.commands.case_effects import subject_of
from registry.commands.case_files import view_case
from registry.commands.case_opinions import OpinionDraft, add_objection, add_opinion, answer_objection
from registry.commands.cases import record_step
from registry.errors import RegistryError
from registry.models import CaseDocument, CaseFile
from registry.rules.casework_works import without_check
from registry.rules.permissions import Right
from registry.vocab.care_words import DocumentKind
from registry.vocab.words import StepKind, Verdict

MOST_BYTES = 120 << 20
_Do = Callable[[Ask, Session, CaseFile], str]


def _entering(do: _Do) -> Callable[[Ask], Response]:
    """A handler that enters something into a case, or shows its page with what is wrong."""

    def handler(ask: Ask) -> Response:
        try:
            with ask.write() as session:
                said = do(ask, session, case_of(session, ask.vars))
        except RegistryError as error:
            return case_page(ask, in_form_words(ask.t, ask.t.error(error)))
        ask.say(said)
        return ask.go(f"/case/{ask.vars['case']}")

    return handler


def _step(ask: Ask, session: Session, case: CaseFile) -> str:
    office, today, pack = office_of(ask), ask.today(session), pack_of(ask, case)
    kind = ask.text("step")
    if kind not in set(StepKind):
        raise LookupError(kind)
    cells = cells_of(ask, "by", "document", "url", "text", "county", "check")
    cells |= {"on": day_said(ask, "on"), "until": day_said(ask, "until"), **words_of(ask)}
    if ask.text("omitted") == "yes":
        cells = {"on": day_said(ask, "on"), "omit": ask.text("omit")}
    cells |= further_of(ask, session, case.kind)
    if ask.text("no_check"):
        cells["text"] = without_check(ask.text("no_check"), cells.get("text"), ask.t.lang)
    for name in ("penalty", "compensation"):
        cells[name] = cents(ask.text(name) or None, name)
    given = {name: value for name, value in cells.items() if value is not None}
    datum = ask.text("datum") or "WGS84"
    moved = moved_to(number_said(ask, "lon"), number_said(ask, "lat"), datum, is_out=ask.text("out") == "yes")
    draft = step_draft(StepKind(kind), given, moved, today, details_of(session, given, case.kind))
    facts: Any = {
        "actor": ask.actor,
        "now": ask.now,
        "asked": asked_at(session, case.kind, subject_of(case), today),
    }
    record_step(session, case, draft, pack=pack, calendar=calendar_for(office, pack), **facts)
    ask.audit(session, "case step", ("case", case.id), step=kind)
    return ask.t.gettext("The step was recorded.")


def _opinion(ask: Ask, session: Session, case: CaseFile) -> str:
    verdict, age = ask.text("verdict"), number_said(ask, "age")
    draft = OpinionDraft(
        ask.text("expert"),
        day_said(ask, "on") or ask.today(session),
        Verdict(verdict) if verdict in set(Verdict) else Verdict.ABSTAINS,
        species=ask.text("species") or None,
        age_years=None if age is None else int(age),
        age_method=ask.text("method") or None,
        text=ask.text("text") or None,
    )
    if not draft.expert:
        raise LookupError("expert")
    add_opinion(session, case, draft, actor=ask.actor, now=ask.now)
    return ask.t.gettext("The opinion was recorded.")


def _objection(ask: Ask, session: Session, case: CaseFile) -> str:
    day = day_said(ask, "on") or ask.today(session)
    text, by = ask.text("text"), ask.text("by") or None
    add_objection(session, case, received_on=day, text=text, by=by, actor=ask.actor, now=ask.now)
    return ask.t.gettext("The objection was recorded.")


def _answer(ask: Ask, session: Session, case: CaseFile) -> str:
    number = ask.text("objection")
    answer_objection(
        session, case, int(number) if number.isascii() and number.isdigit() else 0,
        on=day_said(ask, "on") or ask.today(session), answer=ask.text("answer"),
        is_upheld=ask.text("upheld") == "yes", actor=ask.actor, now=ask.now,
    )  # fmt: skip
    return ask.t.gettext("The objection was answered.")


def add_files(ask: Ask) -> Response:
    """Put files into a case as they are."""
    kind = ask.text("kind")
    try:
        with taken_files(ask, "files") as files, ask.write() as session:
            case = case_of(session, ask.vars)
            step = ask.text("step")
            draft = DocumentDraft(
                DocumentKind(kind) if kind in set(DocumentKind) else DocumentKind.OTHER,
                ask.text("title") or None,
                ask.text("document") or None,
                day_said(ask, "valid_to"),
                _instant(ask),
                StepKind(step) if step in set(StepKind) else None,
            )
            for path in files:
                add_document(session, case, path, draft, store=ask.desk.files, actor=ask.actor, now=ask.now)
            ask.audit(session, "case file added", ("case", case.id), files=len(files))
    except RegistryError as error:
        return case_page(ask, in_form_words(ask.t, ask.t.error(error)))
    ask.say(ask.t.ngettext("{count} file is in the case.", "{count} files are in the case.", len(files)))
    return ask.go(f"/case/{ask.vars['case']}#files")


def _instant(ask: Ask) -> datetime | None:
    """When a photo was taken, by the office's clock as the form says it."""
    day = day_said(ask, "taken_on")
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def file(ask: Ask) -> Response:
    """A file of a case as it was taken in; who had it is noted."""
    with ask.write() as session:
        case, row = case_of(session, ask.vars), session.get(CaseDocument, ask.vars["document"])
        if row is None or row.case_id != case.id:
            raise LookupError(ask.vars["document"])
        ask.audit(session, "private file seen", ("case", case.id), sha256=row.sha256)
        digest, name = row.sha256, row.file_name
    content = ask.desk.files.read(digest)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


def sheet(ask: Ask) -> Response:
    """The summary of a case to print (PDF)."""
    from exports.case_sheet import write_case_sheet

    ask.demand(Right.FILE, ask.place)
    with ask.write() as session:
        ask.audit(session, "export made", ("case", ask.vars["case"]), what="case sheet")
    with ask.read() as session, tempfile.TemporaryDirectory(prefix="gushu-") as folder:
        case = case_of(session, ask.vars)
        made = sheet_of(session, office_of(ask), view_case(session, case), pack_of(ask, case))
        out = Path(folder) / "case.pdf"
        with out.open("wb") as stream:
            write_case_sheet(made, stream)
        return pdf(out.read_bytes(), f"case-{case.number}")


_AT = "/case/{case}"
ROUTES = (
    *(
        Route("POST", f"{_AT}/{name}", _entering(do), Right.RECORD, subject=case_place)
        for name, do in (
            ("step", _step),
            ("opinion", _opinion),
            ("objection", _objection),
            ("answer", _answer),
        )
    ),
    Route("POST", f"{_AT}/files", add_files, Right.RECORD, subject=case_place, body=MOST_BYTES),
    Route("GET", f"{_AT}/files/{{document}}", file, Right.FILE, subject=case_place),
    Route("GET", f"{_AT}/sheet.pdf", sheet, Right.EXPORT, subject=case_place),
)
