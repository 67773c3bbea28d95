"""The evidence of a case, to be downloaded by whoever may take files out where the case belongs."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from registry.access import place_of
from registry.commands.case_effects import subject_of
from registry.evidence.gathering import gather
from registry.evidence.writing import write_evidence
from registry.models import CaseFile
from registry.rules.permissions import Place, Right
from registry.vocab.words import CaseKind

EXPORTED = "evidence_exported"


def case_place(session: Session, found: Mapping[str, str], today: date) -> Place:
    """Where the record lies that a case (`id`) is about. Raises LookupError where there is none."""
    case = session.get(CaseFile, found["id"])
    if case is None:
        raise LookupError(found["id"])
    return place_of(session, *subject_of(case), today)


def evidence_page(ask: Ask) -> Response:
    """What the evidence of a case holds."""
    ask.demand(Right.FILE, ask.place)
    with ask.read() as session:
        case = session.get_one(CaseFile, ask.vars["id"])
        found = gather(session, case, ask.desk.photos, ask.desk.files)
        missing = [each.name for each in found.originals if not each.path.is_file()]
        return ask.page(
            "desk/evidence.html",
            case=case,
            kind=ask.t.word(CaseKind, case.kind),
            about=found.facts["about"]["number"],
            steps=len(found.view.steps),
            documents=len(found.view.documents),
            photos=len(found.capture),
            missing=missing,
        )


def evidence_file(ask: Ask) -> Response:
    """The ZIP. It is made whole before the first byte goes out, and noted in the audit log."""
    ask.demand(Right.FILE, ask.place)
    descriptor, path = tempfile.mkstemp(prefix="gushu-evidence-", suffix=".zip")
    try:
        with ask.read() as session, os.fdopen(descriptor, "w+b") as stream:
            desk = ask.desk
            case = session.get_one(CaseFile, ask.vars["id"])
            own, name = case.id, f"evidence-{case.number}.zip"
            report = write_evidence(
                session, case, stream, keys=desk.keys, photos=desk.photos, files=desk.files, t=ask.t
            )
        with ask.write() as session:
            ask.audit(session, EXPORTED, ("case", own), case=report.case, head=report.head)
    except BaseException:
        _remove(path)
        raise
    return FileResponse(
        path, filename=name, media_type="application/zip", background=BackgroundTask(_remove, path)
    )


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)


ROUTES = (
    Route("GET", "/evidence/{id}", evidence_page, Right.EXPORT, subject=case_place),
    Route("POST", "/evidence/{id}", evidence_file, Right.EXPORT, subject=case_place),
)
