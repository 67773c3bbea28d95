"""What belongs to the evidence of a case: its rows, the originals of its files and photos, how they came."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.commands.case_effects import SUBJECTS, subject_of
from registry.commands.case_files import CaseView, view_case
from registry.commands.case_works import further
from registry.commands.submission_rows import captured_on
from registry.file_store import FileStore
from registry.models import Account, CaseFile, Submission, SubmissionPhoto
from registry.photos import PhotoStore
from registry.rules.evidence import is_found_before
from registry.vocab.desk_words import SubmissionState

OF_THE_REPORT, WHILE_OPEN, FOUND_BEFORE = "of_the_report", "while_open", "found_before"
"""How a photo belongs to a case: to the report that opened it, it was taken while the case was open, or so
shortly before that it shows why it was opened."""


@dataclass(frozen=True, slots=True)
class Original:
    """One file as it was taken in. `name`: its name in the ZIP; `path`: where it lies."""

    name: str
    sha256: str
    path: Path


@dataclass(slots=True)
class Evidence:
    """A case with all that is shown of it."""

    view: CaseView
    facts: dict[str, Any]
    capture: list[dict[str, Any]]
    originals: list[Original] = field(default_factory=list)


def gather(session: Session, case: CaseFile, photos: PhotoStore, files: FileStore) -> Evidence:
    """The evidence of a case, each original once, in an order that does not change."""
    view = view_case(session, case)
    kind, own = subject_of(case)
    record = session.get_one(SUBJECTS[kind], own)
    facts: dict[str, Any] = {
        "case": _plain(case),
        "about": {"kind": kind, "id": own, "number": getattr(record, "tree_no", None) or record.number},
        "also": view.also,
        "parent": view.parent,
        "children": view.children,
        "steps": [_plain(row) for row in view.steps],
        "opinions": [_plain(row) for row in view.opinions],
        "objections": [_plain(row) for row in view.objections],
        "people": dict(sorted(view.people.items())),
        "documents": [],
    }
    found = Evidence(view, facts, [])
    for row in view.documents:
        name = f"originals/documents/{row.sha256[:12]}-{_safe(row.file_name)}"
        found.originals.append(Original(name, row.sha256, files.path(row.sha256)))
        facts["documents"].append(_plain(row) | {"original": name})
    for photo, submission, login, relation in _photos(session, case, (kind, own)):
        name = f"originals/photos/{photo.sha256}.jpg"
        if photo.sha256 not in {original.sha256 for original in found.originals}:
            found.originals.append(Original(name, photo.sha256, photos.path(photo.sha256)))
        told = {"relation": relation, "by": login, "submission": _of_submission(submission), "original": name}
        found.capture.append(_plain(photo) | told)
    return found


def _photos(
    session: Session, case: CaseFile, subject: tuple[str, str]
) -> Iterable[tuple[SubmissionPhoto, Submission, str, str]]:
    """Photos of the report that opened a case, and evidence of its records taken while it was open; of a
    death or an incident also what was met shortly before.

    Only those that have come, and of other forms than the report only what was accepted: anybody may name a
    record or a photo in a form, also those that are not for him or her.
    """
    query = (
        select(SubmissionPhoto, Submission, Account.login)
        .join(Submission, col(SubmissionPhoto.submission_id) == col(Submission.id))
        .join(Account, col(Submission.account_id) == col(Account.id))
        .where(col(SubmissionPhoto.received_at).is_not(None))
        .order_by(col(Submission.captured_at), col(Submission.id), col(SubmissionPhoto.ordinal))
    )
    about = [
        sa.and_(col(Submission.subject_type) == kind, col(Submission.subject_id) == own)
        for kind, own in (subject, *further(session, case))
    ]
    is_report = Submission.id == case.submission_id
    is_accepted = col(Submission.state) == SubmissionState.ACCEPTED
    others = sa.and_(is_accepted, col(SubmissionPhoto.is_evidence), sa.or_(*about))
    for photo, submission, login in session.exec(query.where(sa.or_(is_report, others))):  # type: ignore[arg-type]
        taken_on = captured_on(submission)
        if submission.id == case.submission_id:
            yield photo, submission, login, OF_THE_REPORT
        elif case.opened_on <= taken_on <= (case.closed_on or date.max):
            yield photo, submission, login, WHILE_OPEN
        elif is_found_before(case.kind, case.opened_on, taken_on):
            yield photo, submission, login, FOUND_BEFORE


def _of_submission(row: Submission) -> dict[str, Any]:
    names = ("id", "kind", "device_id", "captured_at", "clock_offset_s", "received_at", "via", "content_hash")
    told = _plain(row)
    return {name: told.get(name) for name in names} | {"content": json.loads(row.content)}


def _plain(row: SQLModel) -> dict[str, Any]:
    """A row as JSON takes it: days and instants as ISO, words by value."""
    return {name: _text(value) for name, value in row.model_dump().items()}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _safe(name: str) -> str:
    """A file name that no system takes for a path."""
    return re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", name).lstrip(".")[-80:] or "file"
