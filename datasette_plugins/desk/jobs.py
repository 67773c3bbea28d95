"""Long work: what was asked for, how far it is, what came of it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from sqlmodel import Session, col, select
from starlette.responses import FileResponse, Response

from datasette_plugins.desk.asking import Ask, Refused
from datasette_plugins.desk.job_rights import arguments_of, kinds_known, may_have
from datasette_plugins.desk.job_words import STATE_CLASS, failure, outcome, progress_said, title_of
from datasette_plugins.desk.office_kit import PAGE, instant, page_of, paged
from datasette_plugins.desk.routing import Route
from registry.calendars import register_zone
from registry.commands.jobs import OPEN, cancel_job, message_of
from registry.errors import RegisterLockedError
from registry.models import Account, Job
from registry.rules.permissions import Right
from registry.vocab.desk_words import DESK_WORDS, JobState


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job as a page shows it."""

    id: str
    title: str
    about: str
    who: str
    state: JobState
    word: str
    state_class: str
    asked_at: str
    ended_at: str
    done: int
    total: int | None
    progress: str
    outcome: list[str]
    failure: dict[str, str] | None
    result_name: str | None
    has_result: bool
    """Whether there is a file of it for whoever asks."""
    is_kept: bool
    onward: str

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in OPEN


def jobs_page(ask: Ask) -> Response:
    """What somebody asked for, the newest first; an administrator sees all."""
    page, kinds = page_of(ask), kinds_known(ask)
    query = select(Job, Account).join(Account, col(Account.id) == col(Job.account_id))
    if not _sees_all(ask):
        query = query.where(Job.account_id == ask.me.id, col(Job.kind).in_(kinds))
    query = query.order_by(col(Job.created_at).desc(), col(Job.id))
    with ask.read() as session:
        rows, has_more = paged(session.exec(query.offset((page - 1) * PAGE).limit(PAGE + 1)))
        zone = register_zone(session)
        shown = [shown_job(ask, session, job, account.name, zone) for job, account in rows]
    return ask.page(
        "desk/office/jobs.html", jobs=shown, page=page, has_more=has_more, sees_all=_sees_all(ask),
        waits=any(job.is_open for job in shown),
    )  # fmt: skip


def job_page(ask: Ask) -> Response:
    """One job."""
    with ask.read() as session:
        job = _own(ask, session)
        name = session.get_one(Account, job.account_id).name
        shown = shown_job(ask, session, job, name, register_zone(session))
    return ask.page("desk/office/job.html", job=shown, is_mine=job.account_id == ask.me.id)


def job_state(ask: Ask) -> Response:
    """How far a job is, for a script."""
    with ask.read() as session:
        job = _own(ask, session)
        shown = shown_job(ask, session, job, "", register_zone(session))
    return ask.json(
        {
            "state": shown.state,
            "word": shown.word,
            "done": shown.done,
            "total": shown.total,
            "said": shown.progress,
            "is_over": not shown.is_open,
        }
    )


def stop_job(ask: Ask) -> Response:
    """Let a job be. Word is left beside the register first: an import holds the register itself."""
    with ask.read() as session:
        job = _own(ask, session)
        own, is_running = job.id, job.state == JobState.RUNNING
    is_heard = is_running and ask.desk.jobs.room.ask_to_stop(own)
    with suppress(*([RegisterLockedError] if is_heard else [])), ask.write() as session:
        found = session.get_one(Job, own)
        if cancel_job(session, found, ask.now):
            ask.audit(session, "job_cancelled", ("job", own), job=found.kind)
    ask.say(ask.t.gettext("It is being stopped; nothing half done stays."))
    return ask.go(f"/jobs/{own}")


def job_result(ask: Ask) -> Response:
    """The file that came of a job."""
    with ask.read() as session:
        job = _own(ask, session)
        if not may_have(ask, session, job):
            raise Refused
        session.expunge(job)
    path = ask.desk.jobs.room.results.path(job.result_sha256 or "00")
    if job.state != JobState.DONE or not job.result_sha256 or not path.is_file():
        raise LookupError(job.id)
    with ask.write() as session:
        ask.audit(
            session, "export_taken", ("job", job.id), job=job.kind, file=job.result_name,
            sha256=job.result_sha256,
        )  # fmt: skip
    return FileResponse(path, filename=job.result_name, media_type="application/octet-stream")


def shown_job(ask: Ask, session: Session, job: Job, who: str, zone: tzinfo) -> ShownJob:
    """What a page says of a job."""
    room, t = ask.desk.jobs.room, ask.t
    done, total = job.done, job.total
    if job.state == JobState.RUNNING and (told := room.told(job.id)):
        done, total = max(done, told[0]), told[1] or total
    arguments = arguments_of(job)
    is_kept = bool(job.result_sha256) and room.results.path(job.result_sha256 or "00").is_file()
    return ShownJob(
        id=job.id,
        title=title_of(job.kind, t),
        about=str(arguments.get("about", "")),
        who=who,
        state=job.state,
        word=t.word(DESK_WORDS[JobState], job.state),
        state_class=STATE_CLASS[job.state],
        asked_at=instant(job.created_at, zone),
        ended_at=instant(job.finished_at, zone),
        done=done,
        total=total,
        progress=progress_said(done, total, t),
        outcome=outcome(job, t) if job.state == JobState.DONE else [],
        failure=failure(job, t) if job.state == JobState.FAILED else None,
        result_name=job.result_name,
        has_result=is_kept and may_have(ask, session, job),
        is_kept=is_kept,
        onward=_onward(job, arguments),
    )


def _onward(job: Job, arguments: dict[str, Any]) -> str:
    """Where a job leads when it is over, "" for nowhere."""
    if job.kind.startswith(("import", "field_file")):
        return f"/import/{arguments.get('upload', '')}"
    if job.kind == "zone_check" and job.state == JobState.DONE:
        return f"/zone-checks/{message_of(job).get('facts', {}).get('number', '')}"
    return "/publish" if job.kind == "publish" else ""


def _own(ask: Ask, session: Session) -> Job:
    """The job of the address, where it is one's own or one keeps the accounts, for whoever still may ask for
    such work: neither a token for less nor a former registrar. Raises LookupError, Refused."""
    kinds = kinds_known(ask)
    job = session.get(Job, ask.vars["id"])
    if job is None or not (job.account_id == ask.me.id or _sees_all(ask)):
        raise LookupError(ask.vars["id"])
    if job.kind not in kinds and not _sees_all(ask):
        raise Refused
    return job


def _sees_all(ask: Ask) -> bool:
    return ask.may(Right.ACCOUNTS)


ROUTES = (
    Route("GET", "/jobs", jobs_page, None, is_open=True),
    Route("GET", "/jobs/{id}", job_page, None, is_open=True),
    Route("GET", "/jobs/{id}/state", job_state, None, is_open=True),
    Route("POST", "/jobs/{id}/cancel", stop_job, None, is_open=True),
    Route("GET", "/jobs/{id}/result", job_result, None, is_open=True),
)
