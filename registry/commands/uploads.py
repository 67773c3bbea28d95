"""Photos on their way in, piece by piece: what has come stays until the whole is there and is what it says.

The pieces lie in a folder beside the register, one file for each account and photo. Its length is how far it
is: no table has to agree with it. Once whole it is checked by hash, looked at as an image, kept in the photo
store, and joins the record that its form is about.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO

from sqlmodel import Session, col, select

from registry.commands.settling import join_photos
from registry.db import sqlite_path
from registry.desk_errors import UploadError, UploadUnknownError
from registry.errors import Phrase, RegistryError, unwritable
from registry.models import Submission, SubmissionPhoto
from registry.photos import PhotoStore
from registry.vocab.desk_words import SubmissionState

PIECE_BYTES = 1 << 20
"""So much is taken at once."""
KEPT_DAYS = 30
"""So long a photo that stopped half-way is waited for."""
_DIGEST = re.compile("[0-9a-f]{64}")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a photo is. `received`: bytes that are here, all of them where it is complete."""

    sha256: str
    received: int
    size: int
    is_complete: bool
    is_in_step: bool = True
    """Whether the piece began where the one before had ended."""


@dataclass(frozen=True, slots=True)
class UploadFolder:
    """Where the pieces lie, readable by the office alone."""

    folder: Path

    def received(self, account_id: str, sha256: str) -> int:
        """How many bytes of a photo are here."""
        path = self._path(account_id, sha256)
        return path.stat().st_size if path.is_file() else 0

    def add(self, account_id: str, sha256: str, size: int, offset: int, piece: bytes) -> Progress:
        """Add one piece; one that does not begin where the last ended changes nothing.

        Two that come at once are taken one after the other. Raises UploadError, OutputError.
        """
        if not piece or len(piece) > PIECE_BYTES or offset < 0 or offset + len(piece) > size:
            reason = Phrase("a piece has 1 to {most} bytes and lies within the file", most=PIECE_BYTES)
            raise UploadError(reason=reason)
        with self._opened(account_id, sha256) as stream:
            here = stream.seek(0, os.SEEK_END)
            if here != offset:
                return Progress(sha256, here, size, False, is_in_step=False)
            stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
            return Progress(sha256, offset + len(piece), size, False)

    def take(self, account_id: str, sha256: str, source: BinaryIO | IO[bytes]) -> None:
        """Take a whole file in place of what has come of it. Raises OutputError."""
        with self._opened(account_id, sha256) as stream:
            stream.truncate(0)
            while block := source.read(_BLOCK):
                stream.write(block)
            stream.flush()
            os.fsync(stream.fileno())

    def finish(self, account_id: str, sha256: str, photos: PhotoStore) -> None:
        """Keep a photo that is whole. What is not what it was said to be is thrown away and asked for again;
        what is stays here until `forget`, so that nobody sends it twice where the next step fails.

        Raises UploadError (other content), PhotoError (no photo, too large), OutputError.
        """
        path = self._path(account_id, sha256)
        if not path.is_file() or _hash(path) != sha256:
            path.unlink(missing_ok=True)
            raise UploadError(reason=Phrase("its content is not what was announced; send it again"))
        try:
            photos.keep(path)
        except RegistryError:
            path.unlink(missing_ok=True)
            raise

    def forget(self, account_id: str, sha256: str) -> None:
        """Let go of the pieces of a photo that has joined its form."""
        self._path(account_id, sha256).unlink(missing_ok=True)

    def sweep(self, now: datetime) -> int:
        """Throw away what nobody has sent on for `KEPT_DAYS`; returns how many files went."""
        last = (now - timedelta(days=KEPT_DAYS)).timestamp()
        stale = [path for path in self.folder.glob("*/*.part") if path.stat().st_mtime < last]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    @contextmanager
    def _opened(self, account_id: str, sha256: str) -> Iterator[BinaryIO]:
        path = self._path(account_id, sha256)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.chmod(0o700)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                yield stream
        except OSError as error:
            raise unwritable(path, error) from error

    def _path(self, account_id: str, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256) or not re.fullmatch("[A-Za-z0-9-]{1,36}", account_id):
            raise UploadUnknownError
        return self.folder / account_id / f"{sha256}.part"


def upload_folder(address: str) -> UploadFolder:
    """The pieces of the register at `address` (env GUSHU_UPLOADS overrides the folder)."""
    if named := os.environ.get("GUSHU_UPLOADS"):
        return UploadFolder(Path(named))
    path = sqlite_path(address)
    return UploadFolder(Path("gushu.uploads") if path is None else path.with_name(path.name + ".uploads"))


def announced(session: Session, account_id: str, sha256: str) -> list[SubmissionPhoto]:
    """Where the forms of an account name a photo. Raises UploadUnknownError where none does."""
    query = (
        select(SubmissionPhoto)
        .join(Submission, col(Submission.id) == col(SubmissionPhoto.submission_id))
        .where(SubmissionPhoto.sha256 == sha256, Submission.account_id == account_id)
        .order_by(col(SubmissionPhoto.id))
    )
    rows = list(session.exec(query))
    if not rows:
        raise UploadUnknownError
    return rows


def progress_of(session: Session, account_id: str, sha256: str, folder: UploadFolder) -> Progress:
    """How far a photo is that an account announced. Raises UploadUnknownError."""
    rows = announced(session, account_id, sha256)
    waiting = next((row for row in rows if row.received_at is None), rows[0])
    return progress_of_row(waiting, account_id, folder)


def progress_of_row(row: SubmissionPhoto, account_id: str, folder: UploadFolder) -> Progress:
    """How far a photo is, by its place in a form."""
    if row.received_at is not None:
        return Progress(row.sha256, row.size_bytes, row.size_bytes, True)
    return Progress(row.sha256, folder.received(account_id, row.sha256), row.size_bytes, False)


def photo_arrived(
    session: Session, account_id: str, sha256: str, *, photos: PhotoStore, actor: str, now: datetime
) -> int:
    """Note that a photo is here, wherever the account's forms name it; it joins the records of those that
    count already. Returns in how many forms it was waited for. Raises UploadUnknownError."""
    waiting = [row for row in announced(session, account_id, sha256) if row.received_at is None]
    for row in waiting:
        row.received_at = now
        session.add(row)
    session.flush()
    for submission_id in {row.submission_id for row in waiting}:
        submission = session.get_one(Submission, submission_id)
        if submission.state == SubmissionState.ACCEPTED:
            join_photos(session, submission, actor=actor, now=now, photos=photos)
    return len(waiting)


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
