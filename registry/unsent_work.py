"""Taking in a file of unsent work: the same submissions as if the phone had sent them, one by one.

Each form and each photo is taken in a transaction of its own: what is wrong with one holds up no other, and
the file may be taken in again, or what it holds be sent over the line as well.
"""

import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.access import holder_of
from registry.calendars import register_today
from registry.commands.auditing import record_audit
from registry.commands.kept_phrases import kept_error, kept_phrase
from registry.commands.submission_rows import CLOCK_TOLERANCE
from registry.commands.submissions import receive
from registry.commands.uploads import UploadFolder, announced, photo_arrived
from registry.db import reading, transaction
from registry.desk_errors import FieldFileError
from registry.errors import Phrase, RegistryError
from registry.importing.unsent import Manifest, UnsentFile, open_unsent
from registry.keys import Keys
from registry.models import Account, Submission, SubmissionPhoto
from registry.photos import MAX_PHOTO_BYTES, PhotoStore

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError)


@dataclass(frozen=True, slots=True)
class BadItem:
    """One part of the file that was not taken. what: "line 3", a photo's name; why: a kept phrase."""

    what: str
    why: Mapping[str, Any]


@dataclass(slots=True)
class UnsentReport:
    """What came of a file. states: of what is in it as a whole, new or known; waited_for: photos that are
    announced and have not come yet."""

    file: str
    login: str
    read: int = 0
    new: int = 0
    known: int = 0
    states: Counter[str] = field(default_factory=Counter)
    photos: int = 0
    photos_new: int = 0
    photos_known: int = 0
    waited_for: int = 0
    bad: list[BadItem] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The counts, for a program."""
        names = (
            "file",
            "login",
            "read",
            "new",
            "known",
            "photos",
            "photos_new",
            "photos_known",
            "waited_for",
        )
        facts = {name: getattr(self, name) for name in names}
        bad = [{"what": each.what, "code": each.why["code"]} for each in self.bad]
        return {**facts, "states": dict(self.states), "bad": bad}


@dataclass(frozen=True, slots=True)
class Office:
    """What taking in needs of the register. actor: who takes the file in, for the audit log."""

    engine: Engine
    keys: Keys
    photos: PhotoStore
    uploads: UploadFolder
    actor: str
    now: datetime
    account_id: str | None = None


def take_unsent(office: Office, path: Path) -> UnsentReport:
    """Take in a file of unsent work under the account that it names; counts what came of it.

    What somebody who may review captured waits for review like anybody's: a file is no sign-in.
    Raises FieldFileError: not such a file, of an account that this register does not have.
    """
    with open_unsent(path) as found:
        report = UnsentReport(path.name, found.manifest.login)
        account_id = _account(office.engine, found)
        for line in found.lines():
            report.read += 1
            where = f"line {line.number}"
            if line.sent is None:
                told = kept_phrase("submission_form", Phrase("This line of the list could not be read."))
                report.bad.append(BadItem(where, told))
                continue
            try:
                _take(office, report, account_id, found.manifest, line.sent)
            except RegistryError as error:
                report.bad.append(BadItem(where, kept_error(error)))
        for digest in found.photos:
            report.photos += 1
            _take_photo(office, report, account_id, found, digest)
        for name in (*found.twice, *found.strange):
            told = kept_phrase("field_file", Phrase("This is no part of such a file, or stands in it twice."))
            report.bad.append(BadItem(name, told))
    with transaction(office.engine) as session:
        report.waited_for = _waited_for(session, report.ids)
        record_audit(
            session, "unsent:imported", account_id=office.account_id, login=office.actor, now=office.now,
            whose=report.login, forms=report.read, new=report.new, photos=report.photos_new,
        )  # fmt: skip
    return report


def try_unsent(engine: Engine, path: Path) -> UnsentReport:
    """What is in a file, and how much of it the register knows; nothing is changed. Raises FieldFileError."""
    with open_unsent(path) as found:
        report = UnsentReport(path.name, found.manifest.login, photos=len(found.photos))
        _account(engine, found)
        for line in found.lines():
            report.read += 1
            own = (line.sent or {}).get("id")
            if isinstance(own, str):
                report.ids.append(own)
            else:
                told = kept_phrase("submission_form", Phrase("This line of the list could not be read."))
                report.bad.append(BadItem(f"line {line.number}", told))
    with reading(engine) as session:
        known = select(Submission.id).where(col(Submission.id).in_(report.ids))
        report.known = len(session.exec(known).all())
    report.new = len(report.ids) - report.known
    return report


def _account(engine: Engine, found: UnsentFile) -> str:
    with reading(engine) as session:
        query = select(Account.id).where(Account.login == found.manifest.login)
        own = session.exec(query).first()
    if own is None:
        told = Phrase("this register has no account {login}", login=found.manifest.login)
        raise FieldFileError(path=found.path, reason=told)
    return own


def _take(
    office: Office, report: UnsentReport, account_id: str, manifest: Manifest, sent: Mapping[str, Any]
) -> None:
    is_ahead = manifest.made_at > office.now + CLOCK_TOLERANCE
    with transaction(office.engine) as session:
        account = session.get_one(Account, account_id)
        is_known = session.get(Submission, str(sent.get("id"))) is not None
        row = receive(
            session, sent, holder=holder_of(session, account), via="file",
            sent_at=manifest.made_at if is_ahead else None, today=register_today(session, office.now),
            actor=f"account:{account.login}", now=office.now, keys=office.keys, photos=office.photos,
        )  # fmt: skip
        report.states[row.state] += 1
        report.ids.append(row.id)
    report.known += is_known
    report.new += not is_known


def _take_photo(
    office: Office, report: UnsentReport, account_id: str, found: UnsentFile, digest: str
) -> None:
    try:
        with reading(office.engine) as session:
            rows = announced(session, account_id, digest)
            is_here = all(row.received_at is not None for row in rows)
        if is_here:
            report.photos_known += 1
            return
        with found.photo(digest, MAX_PHOTO_BYTES) as stream:
            office.uploads.take(account_id, digest, stream)
        office.uploads.finish(account_id, digest, office.photos)
        with transaction(office.engine) as session:
            actor = f"account:{found.manifest.login}"
            photo_arrived(session, account_id, digest, photos=office.photos, actor=actor, now=office.now)
        office.uploads.forget(account_id, digest)
        report.photos_new += 1
    except RegistryError as error:
        report.bad.append(BadItem(f"photos/{digest}", kept_error(error)))
    except _BROKEN:
        told = kept_phrase("upload", Phrase("This photo is damaged in the file."))
        report.bad.append(BadItem(f"photos/{digest}", told))


def _waited_for(session: Session, ids: list[str]) -> int:
    query = select(SubmissionPhoto.id).where(
        col(SubmissionPhoto.submission_id).in_(ids), col(SubmissionPhoto.received_at).is_(None)
    )
    return len(session.exec(query).all())
