"""Private files beside the register (documents, scans, instrument files), kept whole under their SHA-256."""

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registry.care_errors import FileKeptError
from registry.db import sqlite_path
from registry.errors import InputMissingError, Phrase, unwritable

MAX_FILE_BYTES = 200 << 20
PART = ".part"
"""How a file ends that is still being written."""


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
        put_once(self.path(digest), content)
        return digest

    def move_in(self, source: Path) -> str:
        """Take a finished file in by moving it, however large; returns its SHA-256. Raises OutputError."""
        try:
            with source.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            target = self.path(digest)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            source.chmod(0o600)
            source.replace(target)
        except OSError as error:
            raise unwritable(source, error) from error
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


def put_once(target: Path, content: bytes, *, folder_mode: int = 0o700, file_mode: int = 0o600) -> None:
    """Write a file that does not stand yet, aside and renamed when whole. Raises OutputError.

    Several may write the same file at once: each has an aside of its own, and the last one stays.
    """
    if target.exists():
        return
    aside = target.with_name(f"{target.name}.{secrets.token_hex(4)}{PART}")
    try:
        make_folder(target.parent, folder_mode)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file_mode), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(target)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise unwritable(target, error) from error


def make_folder(folder: Path, mode: int = 0o700) -> None:
    """Make a folder and those above it that are missing, each with `mode`."""
    if not folder.is_dir():
        make_folder(folder.parent, mode)
        folder.mkdir(mode=mode, exist_ok=True)


def file_store(address: str) -> FileStore:
    """The private files of the register at `address` (env GUSHU_FILES overrides the folder)."""
    if named := os.environ.get("GUSHU_FILES"):
        return FileStore(Path(named))
    path = sqlite_path(address)
    return FileStore(Path("gushu.files") if path is None else path.with_name(path.name + ".files"))
