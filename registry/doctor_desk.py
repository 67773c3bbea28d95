"""What the doctor looks at where people work at the desk: backups, accounts, uploads, certificate, clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.doctor import Finding, State
from registry.errors import Phrase, RegistryError
from registry.file_store import PART
from registry.models import Account, AccountRole, AuditEntry, Event, Job
from registry.tls import SOON, ends_at
from registry.vocab.desk_words import AccountState, JobState, Role
from registry.vocab.labels import Label

BACKUP_MADE = "backup_made"
BACKUP_OLD = timedelta(days=8)
LEFTOVER_OLD = timedelta(days=7)
BEAT_OLD = timedelta(minutes=10)
CLOCK_OFF = timedelta(minutes=5)
LABELS = {
    "backup": Label("备份", "Backup"),
    "second factor": Label("第二因素", "Second factor"),
    "uploads": Label("上传", "Uploads"),
    "jobs": Label("后台任务", "Jobs"),
    "certificate": Label("证书", "Certificate"),
    "clock": Label("时钟", "Clock"),
    "private folders": Label("内部文件夹", "Private folders"),
}
"""What the checks are about."""


def examine_desk(
    session: Session, now: datetime, folders: tuple[Path, ...], certificate: Path | None
) -> Iterator[Finding]:
    """Every check. folders: where files are written piece by piece; certificate: that of `gushu serve`."""
    yield _backup(session, now)
    yield from _second_factors(session)
    yield from _leftovers(folders, now)
    yield from _jobs(session, now)
    if certificate is not None:
        yield _certificate(certificate, now)
    yield _clock(session, now)
    yield from _open_to_others(folders)


def _backup(session: Session, now: datetime) -> Finding:
    made = select(AuditEntry.at).where(AuditEntry.action == BACKUP_MADE)
    newest = session.exec(made.order_by(col(AuditEntry.at).desc()).limit(1)).first()
    remedy = Phrase("gushu backup FOLDER --passphrase-file FILE")
    if newest is None:
        return Finding("backup", State.WARNING, Phrase("no backup of this register was made yet"), remedy)
    days = (now - newest).days
    if now - newest > BACKUP_OLD:
        said = Phrase("the newest backup is {days} days old", days=days)
        return Finding("backup", State.WARNING, said, remedy)
    said = Phrase("the newest backup is of {day}; keep a copy of it elsewhere", day=newest.date())
    return Finding("backup", State.OK, said)


def _second_factors(session: Session) -> Iterator[Finding]:
    administrators = (
        select(Account.login)
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(AccountRole.role == Role.ADMINISTRATOR, Account.state == AccountState.ACTIVE)
    )
    if session.exec(administrators.limit(1)).first() is None:
        return
    without = administrators.where(col(Account.second_factor_on).is_(None)).order_by(col(Account.login))
    logins = list(dict.fromkeys(session.exec(without)))
    if not logins:
        said = Phrase("every administrator signs in with a second factor")
        yield Finding("second factor", State.OK, said)
        return
    said = Phrase("administrators without a second factor: {logins}", logins=", ".join(logins))
    remedy = Phrase("each sets it up at the desk, under the own account")
    yield Finding("second factor", State.WARNING, said, remedy)


def _leftovers(folders: tuple[Path, ...], now: datetime) -> Iterator[Finding]:
    limit, count, size = (now - LEFTOVER_OLD).timestamp(), 0, 0
    for folder in folders:
        for path in folder.rglob(f"*{PART}") if folder.is_dir() else ():
            facts = path.stat()
            if facts.st_mtime < limit:
                count, size = count + 1, size + facts.st_size
    if count:
        said = Phrase("{count} uploads stopped half-way more than a week ago, {size} MiB",
                      count=count, size=f"{size / 2**20:,.1f}")  # fmt: skip
        remedy = Phrase("ask whoever sent them to open the app once more; after that they can be deleted")
        yield Finding("uploads", State.WARNING, said, remedy)


def _jobs(session: Session, now: datetime) -> Iterator[Finding]:
    beat = sa.func.coalesce(Job.beat_at, Job.started_at, Job.created_at)
    stuck = select(sa.func.count()).where(Job.state == JobState.RUNNING, beat < now - BEAT_OLD)
    count = session.exec(stuck).one()
    if count:
        said = Phrase("{count} jobs of the desk run without a sign of life", count=count)
        yield Finding("jobs", State.WARNING, said, Phrase("restart `gushu serve`: it takes them up anew"))


def _certificate(path: Path, now: datetime) -> Finding:
    try:
        ends = ends_at(path)
    except RegistryError as error:
        return Finding("certificate", State.PROBLEM, Phrase(error.template, **error.facts))
    if ends <= now:
        said = Phrase("the certificate ended on {day}: no phone connects", day=ends.date())
        return Finding("certificate", State.PROBLEM, said, Phrase("put a new one in its place"))
    said = Phrase("the certificate ends on {day}", day=ends.date())
    if ends - now < SOON:
        return Finding("certificate", State.WARNING, said, Phrase("put a new one in its place"))
    return Finding("certificate", State.OK, said)


def _clock(session: Session, now: datetime) -> Finding:
    newest = session.exec(select(Event.at).order_by(col(Event.seq).desc()).limit(1)).first()
    if newest is not None and newest - now > CLOCK_OFF:
        said = Phrase("this computer says {now}, and the history holds an event of {event}",
                      now=_told(now), event=_told(newest))  # fmt: skip
        return Finding("clock", State.PROBLEM, said, Phrase("set the clock, and have it kept right (NTP)"))
    return Finding("clock", State.OK, Phrase("{now} UTC", now=_told(now)))


def _open_to_others(folders: tuple[Path, ...]) -> Iterator[Finding]:
    for folder in folders:
        if folder.is_dir() and folder.stat().st_mode & 0o077:
            said = Phrase("{path} can be read by other accounts of this computer", path=folder)
            yield Finding("private folders", State.WARNING, said, Phrase("chmod -R go= {path}", path=folder))


def _told(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"
