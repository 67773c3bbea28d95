"""Import at the desk: a file is taken in, looked at, tried, and only then imported; each step is a job."""

import hashlib
import json
import re
import unicodedata
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.job_words import import_counts
from datasette_plugins.desk.jobs import ShownJob, shown_job
from datasette_plugins.desk.office_kit import PAGE, instant, page_of, put_in_line, whole_register
from datasette_plugins.desk.routing import Route
from registry.calendars import register_zone
from registry.errors import MappingError
from registry.importing.header_words import beside_label
from registry.importing.mapping import read_mapping, shipped_mappings
from registry.models import Job
from registry.models.base import new_id
from registry.rules.permissions import Right
from registry.vocab.desk_words import JobState
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator

MOST_BYTES = 200 << 20
_FORM = 1 << 20
"""Room for the other fields of a form, a mapping among them."""
SHOWN_REJECTIONS, SHOWN_LINES = 20, 40
OWN = "own"
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_SEVERAL = {"latin_verbatim": "name_latin", "age_text": "age_years", "alias": "aliases",
            "grade": "protection_grade", "district": "division"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the page shows it: what it was understood to be, and what has to be settled."""

    header: str
    meaning: str
    unit: str
    sure: str
    is_read: bool
    sample: str
    left_out: str
    questions: list[str]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into the register, with the jobs that were done with it."""

    id: str
    about: dict[str, Any]
    at: str
    jobs: dict[str, ShownJob]

    @property
    def running(self) -> ShownJob | None:
        """The job that is waited for."""
        return next((job for job in self.jobs.values() if job.is_open), None)

    def has(self, step: str) -> bool:
        """Whether a step is done."""
        job = self.jobs.get(step)
        return job is not None and job.state == JobState.DONE

    def failed(self, step: str) -> ShownJob | None:
        """A step that failed."""
        job = self.jobs.get(step)
        return job if job is not None and job.failure else None


def imports_page(ask: Ask) -> Response:
    """The form, and the files of the last days."""
    return _imports(ask)


def take_file(ask: Ask) -> Response:
    """Take a file in, and have it looked at."""
    sent = ask.form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return _imports(ask, ask.t.gettext("Please choose a file."))
    if not sent.size:
        return _imports(ask, ask.t.gettext("The file is empty."))
    own, name, room = new_id(), safe_name(sent.filename), ask.desk.jobs.room
    digest = hashlib.file_digest(sent.file, "sha256").hexdigest()  # type: ignore[arg-type]
    sent.file.seek(0)
    is_field_file = _is_field_file(sent)
    about = {
        "name": name, "size": sent.size, "sha256": digest, "login": ask.me.login, "at": ask.now.isoformat(),
        "is_field_file": is_field_file, "jobs": {},
    }  # fmt: skip
    path = room.take_upload(own, name, sent.file, about)
    with ask.write() as session:
        ask.audit(session, "file_uploaded", ("upload", own), file=name, sha256=digest, size=sent.size)
    if is_field_file:
        _begin(ask, own, "field_file", ["import", f"{{upload}}/{name}"], is_once=True)
    else:
        look = ["mapping", f"{{upload}}/{path.name}", "--out", "{out}"]
        _begin(ask, own, "import_look", look, name="mapping.toml")
    return ask.go(f"/import/{own}")


def import_page(ask: Ask) -> Response:
    """One file: what was understood, what would happen, what has happened."""
    return _page(ask, ask.vars["id"])


def try_import(ask: Ask) -> Response:
    """Try the chosen mapping: everything but the writing."""
    own, room = ask.vars["id"], ask.desk.jobs.room
    about = room.about(own)
    choice, text = ask.text("mapping"), str(ask.form.get("text") or "")
    if choice == OWN:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        path = room.upload(own) / f"own-{digest}.toml"
        path.write_text(text.replace("\r\n", "\n"), encoding="utf-8")
        try:
            read_mapping(path)
        except MappingError as error:
            return _page(ask, own, wrong=ask.t.error(error), text=text, status=422)
        argument, said = f"{{upload}}/{path.name}", ask.t.gettext("own mapping")
    elif choice in {mapping.id for mapping in shipped_mappings()}:
        argument, said = choice, choice
    else:
        wrong = ask.t.gettext("Please choose how the file is to be read.")
        return _page(ask, own, wrong=wrong, text=text, status=422)
    room.note(
        own, {**about, "choice": {"mapping": argument, "said": said, "own": choice == OWN, "text": text}}
    )
    argv = ["import", f"{{upload}}/{about['name']}", "--mapping", argument, "--dry-run"]
    _begin(ask, own, "import_try", argv)
    return ask.go(f"/import/{own}")


def run_import(ask: Ask) -> Response:
    """Import what was tried. Asked for twice, it is done once."""
    own, room = ask.vars["id"], ask.desk.jobs.room
    about = room.about(own)
    with ask.read() as session:
        upload = _upload(ask, session, own, about)
    if "choice" not in about or not upload.has("import_try"):
        return ask.go(f"/import/{own}")
    stem = Path(about["name"]).stem
    mapping = about["choice"]["mapping"]
    argv = ["import", f"{{upload}}/{about['name']}", "--mapping", mapping, "--rejects", "{out}"]
    if ask.text("strict"):
        argv.append("--strict")
    rows = _answer(ask, own, "import_look").get("rows")
    _begin(ask, own, "import", argv, name=f"{stem}.rejects.csv", total=rows, is_once=True)
    return ask.go(f"/import/{own}")


def report(ask: Ask) -> Response:
    """What came of an import, as a file."""
    own = ask.vars["id"]
    facts = _answer(ask, own, "import")
    if not facts:
        raise LookupError(own)
    with ask.write() as session:
        ask.audit(session, "export_taken", ("upload", own), file="import-report.json")
    response = ask.json(facts)
    response.headers["content-disposition"] = 'attachment; filename="import-report.json"'
    return response


def _begin(ask: Ask, own: str, kind: str, argv: list[str], **more: Any) -> None:
    """Ask for a step, and note beside the file which job it is."""
    room = ask.desk.jobs.room
    about = room.about(own)
    name, total, is_once = more.get("name"), more.get("total"), more.get("is_once", False)
    arguments = {"argv": argv, "upload": own, "about": about["name"], "name": name}
    job = put_in_line(
        ask, kind, arguments, action="job_asked", total=total, is_once=is_once, file=about["name"]
    )
    room.note(own, {**room.about(own), "jobs": {**about["jobs"], kind: job}})


def _imports(ask: Ask, wrong: str = "") -> Response:
    page, room = page_of(ask), ask.desk.jobs.room
    found = sorted(room.uploads(), key=lambda each: str(each[1].get("at")), reverse=True)
    found = [each for each in found if "is_field_file" in each[1]]
    shown = found[(page - 1) * PAGE : page * PAGE]
    with ask.read() as session:
        uploads = [_upload(ask, session, own, about) for own, about in shown]
    return ask.page(
        "desk/office/imports.html", status=422 if wrong else 200, uploads=uploads, page=page, wrong=wrong,
        has_more=len(found) > page * PAGE, limit=MOST_BYTES >> 20,
    )  # fmt: skip


def _page(ask: Ask, own: str, *, wrong: str = "", text: str | None = None, status: int = 200) -> Response:
    room, t = ask.desk.jobs.room, ask.t
    about = room.about(own)
    with ask.read() as session:
        upload = _upload(ask, session, own, about)
        proposed = _proposed(ask, session, about)
    look = _answer(ask, own, "import_look") if upload.has("import_look") else {}
    tried = _answer(ask, own, "import_try") if upload.has("import_try") else {}
    choice = about.get("choice", {})
    kept = choice.get("text") if choice.get("own") else None
    return ask.page(
        "desk/office/import.html",
        status=status,
        upload=upload,
        about=about,
        look=look,
        columns=[_column(each, t) for each in look.get("columns", ())],
        questions=look.get("questions", []),
        notes=look.get("notes", []),
        datum=look.get("datum"),
        fitting=[each for each in shipped_mappings() if each.id in look.get("fitting", ())],
        others=[each for each in shipped_mappings() if each.id not in look.get("fitting", ())],
        choice=_chosen(choice, look),
        text=text if text is not None else kept or proposed,
        wrong=wrong,
        tried=_report(tried, t),
        result=_report(_answer(ask, own, "import"), t) if upload.has("import") else None,
        own=OWN,
    )


def _chosen(choice: dict[str, Any], look: dict[str, Any]) -> str:
    """The choice that is made already, or proposed."""
    if choice:
        return OWN if choice.get("own") else str(choice.get("mapping"))
    fitting = look.get("fitting", [])
    return str(fitting[0]) if len(fitting) == 1 else "" if fitting else OWN


def _report(facts: dict[str, Any], t: Translator) -> dict[str, Any] | None:
    """What came of an import, or would, as the page shows it."""
    if not facts:
        return None
    of_file = (facts.get("files") or [{}])[0]
    names = ("read", "created", "updated", "unchanged", "rejected", "flagged")
    created = [each["tree_no"] for each in of_file.get("differences", ()) if each["action"] == "created"]
    return {
        "counts": {name: int(facts.get(name, 0)) for name in names},
        "sentence": import_counts(t, facts),
        "mapping": of_file.get("mapping", ""),
        "missing": int(of_file.get("missing", 0)),
        "missing_numbers": of_file.get("missing_numbers", [])[:SHOWN_REJECTIONS],
        "notes": of_file.get("notes", []),
        "said": of_file.get("said", [])[:SHOWN_LINES],
        "created": created[:SHOWN_REJECTIONS],
        "rejections": of_file.get("rejections", [])[:SHOWN_REJECTIONS],
    }


def _column(told: dict[str, Any], t: Translator) -> Column:
    field = told.get("field") or ""
    name = field if field in FIELDS else _SEVERAL.get(field, field)
    meaning = f"{t.label('lon')} + {t.label('lat')}" if field == "position" else ""
    unit = told.get("keys", {}).get("unit", "")
    beside = told.get("left_out_as")
    return Column(
        header=told["header"],
        meaning=meaning or (t.label(name) if name in FIELDS else name),
        unit=str(unit[-1] if isinstance(unit, list) and unit else unit or ""),
        sure=told["sure"],
        is_read=bool(told["is_read"]),
        sample=str(told.get("sample", ""))[:80],
        left_out=beside_label(beside, t.lang) if beside else str(told.get("reason") or ""),
        questions=list(told.get("questions", ())),
    )


def _upload(ask: Ask, session: Session, own: str, about: dict[str, Any]) -> Upload:
    zone = register_zone(session)
    jobs = {}
    for kind, job_id in about.get("jobs", {}).items():
        if job := session.get(Job, job_id):
            jobs[kind] = shown_job(ask, session, job, "", zone)
    at = instant(_moment(about.get("at")), zone)
    return Upload(own, about, at, jobs)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _proposed(ask: Ask, session: Session, about: dict[str, Any]) -> str:
    """The mapping that was proposed, "" where there is none."""
    job = session.get(Job, about.get("jobs", {}).get("import_look", ""))
    if job is None or not job.result_sha256:
        return ""
    with suppress(OSError):
        return ask.desk.jobs.room.results.path(job.result_sha256).read_text(encoding="utf-8")
    return ""


def _answer(ask: Ask, own: str, step: str) -> dict[str, Any]:
    """What the command of a step answered."""
    path = ask.desk.jobs.room.upload(own) / f"{step}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def safe_name(name: str) -> str:
    """A file name without what a path could be made of; its ending stays."""
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).lstrip(". -") or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:60]}.{ending[:12]}" if dot and stem else plain[:60]


def _is_field_file(sent: UploadFile) -> bool:
    """Whether it is a phone's file of unsent work."""
    try:
        with zipfile.ZipFile(sent.file) as packed, packed.open("manifest.json") as stream:
            found = json.loads(stream.read(64 << 10))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError, RuntimeError):
        found = None
    finally:
        sent.file.seek(0)
    return isinstance(found, dict) and found.get("format") == "gushu-field"


ROUTES = (
    Route("GET", "/import", imports_page, Right.RECORD, whole_register),
    Route("POST", "/import", take_file, Right.RECORD, whole_register, body=MOST_BYTES + _FORM),
    Route("GET", "/import/{id}", import_page, Right.RECORD, whole_register),
    Route("POST", "/import/{id}/try", try_import, Right.RECORD, whole_register, body=_FORM),
    Route("POST", "/import/{id}/run", run_import, Right.RECORD, whole_register),
    Route("GET", "/import/{id}/report", report, Right.RECORD, whole_register),
)
