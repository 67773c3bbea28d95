"""The file of unsent work that a phone writes: a ZIP of forms and photos, read with a limit on everything.

`manifest.json` says whose it is, `submissions.jsonl` has one form a line, `photos/` the photos by their
SHA-256. Nothing is unpacked by the names in the file: a name that is none of these is passed over.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from registry.desk_errors import FieldFileError
from registry.errors import Phrase

FORMAT, VERSION = "gushu-field", 1
MANIFEST, SUBMISSIONS = "manifest.json", "submissions.jsonl"
MOST_FILE_BYTES = 4 << 30
MOST_LIST_BYTES = 64 << 20
MOST_LINE_BYTES = 1 << 20
_MOST_MANIFEST_BYTES = 64 << 10
_MOST_NAMES_BYTES = 16 << 20
_MOST_TIMES_SMALLER = 200
_PHOTO = re.compile(r"photos/([0-9a-f]{64})(?:\.jpe?g)?")
_END = b"PK\x05\x06"
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Whose work it is, and how much. made_at: by the phone's clock."""

    login: str
    device: str
    made_at: datetime
    submissions: int
    photos: int
    list_sha256: str | None = None
    """Of the list of forms, where the phone says it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: what was sent, or (None) what is wrong with it."""

    number: int
    sent: dict[str, Any] | None
    reason: str = ""


class UnsentFile:
    """A file of unsent work, opened and looked at. Its parts are read when they are asked for."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
        self._names: dict[str, zipfile.ZipInfo] = {}
        self.twice: list[str] = []
        """Names that stand in the file more than once: the first counts."""
        self.strange: list[str] = []
        """Names of what is no part of such a file."""
        for info in archive.infolist():
            self._note(info)
        self.manifest = self._manifest()

    @property
    def photos(self) -> list[str]:
        """The SHA-256 of every photo that the file has."""
        return [digest for name in self._names if (digest := _digest(name))]

    def lines(self) -> Iterator[Line]:
        """Every form. Raises FieldFileError where the list as a whole is missing or damaged."""
        content = self._read(SUBMISSIONS, MOST_LIST_BYTES)
        said = self.manifest.list_sha256
        if said is not None and hashlib.sha256(content).hexdigest() != said:
            raise self._error(Phrase("{name} is damaged; write the file anew", name=SUBMISSIONS))
        for number, line in enumerate(content.split(b"\n"), start=1):
            if line.strip():
                yield _line(number, line)

    @contextmanager
    def photo(self, digest: str, limit: int) -> Iterator[IO[bytes]]:
        """One photo as a stream; reading it to its end raises zipfile.BadZipFile where it is damaged.

        limit: in bytes. Raises FieldFileError for a larger one.
        """
        names = (f"photos/{digest}", f"photos/{digest}.jpg", f"photos/{digest}.jpeg")
        info = next(self._names[name] for name in names if name in self._names)
        if info.file_size > limit:
            told = Phrase("it is larger than {limit} MiB", limit=limit >> 20)
            raise FieldFileError(path=info.filename, reason=told)
        with self._archive.open(info) as stream:
            yield stream

    def _note(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        if name not in {MANIFEST, SUBMISSIONS} and not _digest(name):
            if not info.is_dir():
                self.strange.append(name[:100])
        elif name in self._names:
            self.twice.append(name)
        else:
            self._check(info)
            self._names[name] = info

    def _check(self, info: zipfile.ZipInfo) -> None:
        if info.compress_type not in _PACKED or info.flag_bits & 1:
            raise self._error(Phrase("{name} is packed in a way that is not read", name=info.filename))
        if info.file_size > max(info.compress_size, 1) * _MOST_TIMES_SMALLER:
            raise self._error(Phrase("{name} would grow out of all bounds", name=info.filename))

    def _manifest(self) -> Manifest:
        try:
            said = json.loads(self._read(MANIFEST, _MOST_MANIFEST_BYTES))
            made_at = datetime.fromisoformat(said["made_at"])
            if said["format"] != FORMAT or said["version"] != VERSION or made_at.tzinfo is None:
                raise ValueError
            login = said["login"].strip()
            counts = (int(said["submissions"]), int(said["photos"]))
            digest = (said.get("sha256") or {}).get(SUBMISSIONS)
            return Manifest(login, str(said.get("device") or "")[:200], made_at, *counts, digest)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
            told = Phrase("its manifest is not one of version {version}", version=VERSION)
            raise self._error(told) from None

    def _read(self, name: str, limit: int) -> bytes:
        info = self._names.get(name)
        if info is None:
            raise self._error(Phrase("{name} is missing", name=name))
        if info.file_size > limit:
            raise self._error(Phrase("{name} is larger than {limit} KiB", name=name, limit=limit >> 10))
        try:
            with self._archive.open(info) as stream:
                return stream.read(limit + 1)[:limit]
        except _DAMAGED:
            raise self._error(Phrase("{name} is damaged; write the file anew", name=name)) from None

    def _error(self, reason: Phrase) -> FieldFileError:
        return FieldFileError(path=self.path, reason=reason)


def is_unsent_file(path: Path) -> bool:
    """Whether a file is one of unsent work, by the format that its manifest names."""
    try:
        with path.open("rb") as stream:
            if stream.read(2) != b"PK":
                return False
        _check_end(path)
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(MANIFEST)
            if info.file_size > _MOST_MANIFEST_BYTES:
                return False
            return f'"{FORMAT}"'.encode() in archive.read(info)
    except (*_DAMAGED, KeyError, RuntimeError, FieldFileError):
        return False


@contextmanager
def open_unsent(path: Path) -> Iterator[UnsentFile]:
    """The file at `path`. Raises FieldFileError: no such file, too large, damaged, of another version."""
    try:
        _check_end(path)
        archive = zipfile.ZipFile(path)
    except _DAMAGED:
        raise FieldFileError(path=path, reason=Phrase("it is damaged or no ZIP file")) from None
    with archive:
        yield UnsentFile(path, archive)


def _check_end(path: Path) -> None:
    """Look at the end of a ZIP before it is read: the list of its names has to be of a size that fits it."""
    size = path.stat().st_size
    if size > MOST_FILE_BYTES:
        told = Phrase("it is larger than {limit} MiB", limit=MOST_FILE_BYTES >> 20)
        raise FieldFileError(path=path, reason=told)
    with path.open("rb") as stream:
        stream.seek(max(size - (64 << 10) - 22, 0))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile
    names_bytes = struct.unpack_from("<L", tail, at + 12)[0]
    if names_bytes > _MOST_NAMES_BYTES:
        raise FieldFileError(path=path, reason=Phrase("it has too many parts"))


def _digest(name: str) -> str | None:
    match = _PHOTO.fullmatch(name)
    return match[1] if match else None


def _line(number: int, line: bytes) -> Line:
    if len(line) > MOST_LINE_BYTES:
        return Line(number, None, "too long")
    try:
        said = json.loads(line.decode("utf-8"), parse_constant=_no_number)
        sent = said["submission"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Line(number, None, "not a form")
    return Line(number, sent) if isinstance(sent, dict) else Line(number, None, "not a form")


def _no_number(text: str) -> Any:
    raise ValueError(text)
