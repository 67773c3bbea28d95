"""Private files beside the register (documents, scans, instrument files), kept whole under their SHA-256."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from registry.care_errors import FileKeptError
from registry.db import sqlite_path
from registry.errors import InputMissingError, Phrase, unwritable

MAX_FILE_BYTES = 200 << 20


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of files by SHA-256, readable by the office alone."""

    folder: Path

    def keep(self, source: Path, limit: int = MAX_FILE_BYTES) -> tuple[str, int]:
        """Take `source` in; returns its SHA-256 and size in bytes. The same file twice is kept once.

        Raises InputMissingError, FileKeptError (empty, larger than `limit` bytes), OutputError.
        """
        if not source.is_file():
            raise InputMissingError(path=source)
        size = source.stat().st_size
        if size == 0:
            raise FileKeptError(path=source, reason=Phrase("it is empty"))
        if size > limit:
            raise FileKeptError(
                path=source, reason=Phrase("it is larger than {limit} MiB", limit=limit >> 20)
            )
        content = source.read_bytes()
        return self.keep_bytes(content), len(content)

    def keep_bytes(self, content: bytes) -> str:
        """Take bytes in; returns their SHA-256. Written aside and renamed, so never half there."""
        digest = hashlib.sha256(content).hexdigest()
        put_once(self.path(digest), content, folder_mode=0o700, file_mode=0o600)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes of a file. Raises FileKeptError where it is missing or was altered."""
        path = self.path(digest)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileKeptError(path=path, reason=error.strerror or str(error)) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise FileKeptError(path=path, reason=Phrase("its content is not what was taken in"))
        return content

    def path(self, digest: str) -> Path:
        """Where a file lies."""
        return self.folder / digest[:2] / digest


def put_once(target: Path, content: bytes, *, folder_mode: int = 0o777, file_mode: int = 0o666) -> None:
    """Write a file that does not stand yet, aside and renamed when whole. Raises OutputError."""
    if target.exists():
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode)
        aside = target.with_suffix(".part")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, file_mode), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.rename(target)
    except OSError as error:
        raise unwritable(target, error) from error


def file_store(address: str) -> FileStore:
    """The private files of the register at `address` (env GUSHU_FILES overrides the folder)."""
    if named := os.environ.get("GUSHU_FILES"):
        return FileStore(Path(named))
    path = sqlite_path(address)
    return FileStore(Path("gushu.files") if path is None else path.with_name(path.name + ".files"))
