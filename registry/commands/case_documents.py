"""Files in cases: permits, evidence, photos, each kept with its original bytes under its SHA-256."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from registry.care_errors import FileKeptError
from registry.commands.history import Change, record_event
from registry.commands.replay import plain_row
from registry.file_store import FileStore
from registry.models import CaseDocument, CaseFile
from registry.vocab.care_words import DocumentKind
from registry.vocab.words import StepKind


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """What is said of a file. taken_at: when a photo was taken or evidence secured, with its time zone."""

    kind: DocumentKind
    title: str | None = None
    document_no: str | None = None
    valid_to: date | None = None
    taken_at: datetime | None = None
    step: StepKind | None = None


def add_document(
    session: Session,
    case: CaseFile,
    path: Path,
    draft: DocumentDraft,
    *,
    store: FileStore,
    actor: str,
    now: datetime,
) -> CaseDocument:
    """Put a file into a case, as it is. The same file in the same case again is the same document.

    A closed case takes files as well: a late receipt belongs to it. Raises InputMissingError, FileKeptError.
    """
    digest, size = store.keep(path)
    same = select(CaseDocument).where(CaseDocument.case_id == case.id, CaseDocument.sha256 == digest)
    if (known := session.exec(same).first()) is not None:
        return known
    row = CaseDocument(
        case_id=case.id,
        step=draft.step,
        kind=draft.kind,
        title=draft.title,
        file_name=path.name,
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        size_bytes=size,
        sha256=digest,
        document_no=draft.document_no,
        valid_to=draft.valid_to,
        taken_at=draft.taken_at.astimezone(UTC) if draft.taken_at else None,
        added_at=now.astimezone(UTC),
    )
    session.add(row)
    session.flush()
    told = {"documents": (None, [plain_row(CaseDocument, row)])}
    change = Change("case", case.id, "updated", told)
    record_event(session, "case:file", [change], actor=actor, at=now, document=draft.document_no)
    return row


def documents_expiring(session: Session, until: date) -> list[tuple[CaseFile, CaseDocument]]:
    """The files of all cases whose last day is `until` or before, the first to run out at the top."""
    query = (
        select(CaseFile, CaseDocument)
        .join(CaseDocument, col(CaseDocument.case_id) == col(CaseFile.id))
        .where(col(CaseDocument.valid_to).is_not(None), col(CaseDocument.valid_to) <= until)
        .order_by(col(CaseDocument.valid_to), col(CaseFile.number), col(CaseDocument.id))
    )
    return list(session.exec(query).all())


@dataclass(frozen=True, slots=True)
class Unsound:
    """A file of a case that is not there any more as it was taken in."""

    case: str
    document: CaseDocument
    error: FileKeptError


def verify_documents(session: Session, store: FileStore) -> Iterator[Unsound | None]:
    """Read every stored file again and compare its hash: None for one that is whole. One file at a time."""
    query = select(CaseFile.number, CaseDocument).join(
        CaseDocument, col(CaseDocument.case_id) == col(CaseFile.id)
    )
    for number, row in session.exec(query.order_by(col(CaseFile.number), col(CaseDocument.added_at))).all():
        try:
            store.read(row.sha256)
        except FileKeptError as error:
            yield Unsound(number, row, error)
        else:
            yield None
