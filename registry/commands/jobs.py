"""Long work that is asked for at the desk: put in line, taken by one worker at a time, told how far it is.

Whoever takes a job holds it by the instant of taking (`started_at`): a worker that was slow to say that it is
alive, and whose job was taken up anew, is not heard any more. Nothing of it is told in the history: what the
work itself changes is.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.models import Job
from registry.rules.commitments import canonical
from registry.vocab.desk_words import JobState

SILENT = timedelta(seconds=60)
"""A job of which nobody has said anything for so long is taken up anew."""
MOST_TRIES = 3
"""A job whose worker was lost so often is given up."""
OPEN = (JobState.WAITING, JobState.RUNNING)
LOST = "job_lost"


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that a worker has taken: its id, what it is, and when it was taken."""

    id: str
    kind: str
    account_id: str
    arguments: Mapping[str, Any]
    total: int | None
    started_at: datetime


def ask_job(
    session: Session,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    account_id: str,
    now: datetime,
    total: int | None = None,
    is_once: bool = False,
) -> tuple[Job, bool]:
    """Put work in line; returns it, and whether it is new. Who asks twice for the same while it waits or runs
    (is_once: or after it was done) gets the job that is there. total: how much there will be to do, if known.
    """
    told = canonical(dict(arguments))
    states = (*OPEN, JobState.DONE) if is_once else OPEN
    same = select(Job).where(
        Job.account_id == account_id, Job.kind == kind, Job.arguments == told, col(Job.state).in_(states)
    )
    if earlier := session.exec(same.order_by(col(Job.created_at).desc())).first():
        return earlier, False
    job = Job(kind=kind, account_id=account_id, arguments=told, total=total, created_at=now)
    session.add(job)
    session.flush()
    return job, True


def take_job(
    session: Session, now: datetime, is_alive: Callable[[str], bool] = lambda _own: False
) -> Taken | None:
    """The job that is next, the oldest first: one that waits, or whose worker fell silent; None where there
    is none. The caller's transaction is the only one that writes, so two workers never take the same.

    is_alive: whether a job's worker was heard on this computer where it could not say so in the register.
    """
    for job in session.exec(_in_line(now)):
        if job.state == JobState.RUNNING:
            if is_alive(job.id):
                continue
            tries = _tries(job) + 1
            if tries >= MOST_TRIES:
                _end(job, JobState.FAILED, {"code": LOST, "message": "", "tries": tries}, now)
                session.add(job)
                continue
            job.message = canonical({"tries": tries})
        job.state, job.started_at, job.beat_at, job.done = JobState.RUNNING, now, now, 0
        session.add(job)
        session.flush()
        return Taken(job.id, job.kind, job.account_id, json.loads(job.arguments), job.total, now)
    return None


def has_work(session: Session, now: datetime) -> bool:
    """Whether there may be a job to take."""
    return session.exec(_in_line(now).limit(1)).first() is not None


def beat(session: Session, taken: Taken, done: int, total: int | None, now: datetime) -> bool:
    """Say that a job is worked on, and how far; False where it is not one's own any more."""
    values = {"done": done, "beat_at": now, **({"total": total} if total is not None else {})}
    return _mine(session, taken, values)


def finish_job(
    session: Session,
    taken: Taken,
    facts: Mapping[str, Any],
    now: datetime,
    result: tuple[str, str] | None = None,
) -> bool:
    """Say what came of a job. result: (file name, SHA-256). False where it is not one's own any more."""
    name, sha256 = result or (None, None)
    values = {
        "state": JobState.DONE, "message": canonical({"facts": facts}), "finished_at": now,
        "result_name": name, "result_sha256": sha256,
    }  # fmt: skip
    return _mine(session, taken, values)


def fail_job(
    session: Session, taken: Taken, code: str, message: str, now: datetime, *, lang: str = "zh"
) -> bool:
    """Say why nothing came of a job. False where it is not one's own any more."""
    told = canonical({"code": code, "message": message[:2000], "lang": lang})
    return _mine(session, taken, {"state": JobState.FAILED, "message": told, "finished_at": now})


def give_back(session: Session, taken: Taken) -> bool:
    """Put a job back in line that was begun and cannot be done here."""
    return _mine(session, taken, {"state": JobState.WAITING, "done": 0})


def cancel_job(session: Session, job: Job, now: datetime) -> bool:
    """Let a job be, unless it is over; its worker hears of it at its next beat."""
    if job.state not in OPEN:
        return False
    _end(job, JobState.CANCELLED, {}, now)
    session.add(job)
    return True


def forget_results(session: Session, kept_days: int, now: datetime) -> list[str]:
    """Forget the results of jobs that ended before so many days; the SHA-256 of those nobody has any more."""
    before = now - timedelta(days=kept_days)
    old = select(Job).where(col(Job.result_sha256).is_not(None), col(Job.finished_at) < before)
    gone = set()
    for job in session.exec(old).all():
        gone.add(job.result_sha256)
        job.result_sha256 = None
        session.add(job)
    session.flush()
    left = set(session.exec(select(Job.result_sha256).where(col(Job.result_sha256).in_(gone))))
    return sorted(filter(None, gone - left))


def message_of(job: Job) -> dict[str, Any]:
    """What came of a job, or why it failed."""
    found = json.loads(job.message)
    return found if isinstance(found, dict) else {}


def _in_line(now: datetime) -> Any:
    silent = sa.and_(col(Job.state) == JobState.RUNNING, col(Job.beat_at) < now - SILENT)
    waits = sa.or_(col(Job.state) == JobState.WAITING, silent)
    return select(Job).where(waits).order_by(col(Job.created_at), col(Job.id))


def _tries(job: Job) -> int:
    return int(message_of(job).get("tries", 0))


def _end(job: Job, state: JobState, told: Mapping[str, Any], now: datetime) -> None:
    job.state, job.message, job.finished_at = state, canonical(dict(told)), now


def _mine(session: Session, taken: Taken, values: Mapping[str, Any]) -> bool:
    """Change a job where it is still held by this worker."""
    change = sa.update(Job).where(
        col(Job.id) == taken.id, col(Job.state) == JobState.RUNNING, col(Job.started_at) == taken.started_at
    )
    found: Any = session.execute(change.values(**values))
    return bool(found.rowcount)
