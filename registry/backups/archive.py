"""The file of a backup: a tar whose last member, SHA256SUMS, names every other one in its order.

Unpacked, `sha256sum -c SHA256SUMS` checks it without this program. Writing and checking hold a piece of one
file at a time, however many there are.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from registry.backups.places import FOLDERS, MEASURES, STORES, SUPPLEMENTS
from registry.desk_errors import BackupBrokenError, BackupForeignError, BackupNewerError
from registry.errors import InputMissingError, Phrase, unwritable

FORMAT, VERSION = "gushu-backup", 1
ABOUT, SUMS, SEALED = "about.json", "SHA256SUMS", "keys.sealed"
DATABASE, TABLES = "register/register.db", "register/tables/"
_ROOT = f"{FORMAT}/"
_NAMES = re.compile(
    rf"{ABOUT}|README\.txt|{SEALED}|{re.escape(DATABASE)}|{TABLES}[a-z_]+\.jsonl|{re.escape(MEASURES)}"
    rf"|({'|'.join(STORES)})/[0-9a-f]{{2}}/[0-9a-f]{{64}}"
    rf"|({'|'.join(FOLDERS)}|{SUPPLEMENTS})(/(?!\.)[^/\\\x00-\x1f]+)+"
)
_PIECE = 1 << 20
_MOST_ABOUT = 4 << 20


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself. `keys`: "sealed" or "left_out"; `missing`: files that the register names
    and that were not there; `events` and `head`: of its history; `supplements`: file by setting."""

    made_at: str
    program: str
    database: str
    revision: str
    events: int
    head: str
    keys: str
    missing: int
    supplements: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Checked:
    """What a backup was found to hold. `unsound`: photos and files whose content is not what was taken in."""

    about: About
    size: int = 0
    members: int = 0
    photos: int = 0
    files: int = 0
    unsound: int = 0


class Writer:
    """Writes a backup to `stream`, member by member; in `sums`, an empty file, the sums wait for the end."""

    def __init__(self, stream: IO[bytes], sums: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._lines = sums

    def add_bytes(self, name: str, content: bytes) -> None:
        """A small member."""
        self._put(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, path: Path) -> None:
        """A member out of a file, which must not change meanwhile."""
        with path.open("rb") as stream:
            self._put(name, stream, path.stat().st_size)

    def close(self) -> None:
        """Write the sums and the end of the tar."""
        size = self._lines.tell()
        self._lines.seek(0)
        self._raw(SUMS, self._lines, size)
        self._tar.close()

    def _put(self, name: str, stream: IO[bytes], size: int) -> None:
        reader = Hashing(stream)
        self._raw(name, reader, size)
        self._lines.write(_line(reader.digest, name))

    def _raw(self, name: str, stream: Any, size: int) -> None:
        info = tarfile.TarInfo(_ROOT + name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, stream)
        _forget_members(self._tar)


def check(path: Path) -> Checked:
    """Read a backup from end to end.

    Raises InputMissingError, BackupForeignError, BackupNewerError, BackupBrokenError.
    """
    found: Checked | None = None
    for name, stream in members(path):
        digest = hashlib.sha256()
        kept = io.BytesIO() if name == ABOUT else None
        while piece := stream.read(_PIECE):
            digest.update(piece)
            if kept is not None:
                kept.write(piece)
        if kept is not None:
            found = Checked(_about(path, kept.getvalue()))
        if found is None:
            raise BackupForeignError(path=path)
        found.members += 1
        store = name.partition("/")[0]
        if store in STORES:
            setattr(found, store, getattr(found, store) + 1)
            found.unsound += digest.hexdigest() != name.rpartition("/")[2]
    if found is None:
        raise BackupForeignError(path=path)
    found.size = path.stat().st_size
    return found


def members(path: Path) -> Iterator[tuple[str, "Hashing"]]:
    """Each member with its content, which may be read until the next one is asked for.

    At the end the sums are compared with what was read: nothing read before is certain until then. Raises as
    `check` does.
    """
    if not path.is_file():
        raise InputMissingError(path=path)
    made, stated, count = hashlib.sha256(), None, 0
    try:
        for name, stream in _read(path):
            if (name == ABOUT) != (count == 0) and name != SUMS:
                raise BackupForeignError(path=path) if count == 0 else _stranger(path, name)
            if stated is not None or not (name == SUMS or _NAMES.fullmatch(name)):
                raise _stranger(path, name)
            if name != SUMS:
                yield name, stream
            stream.exhaust()
            if name == SUMS:
                stated = stream.digest
            else:
                made.update(_line(stream.digest, name))
                count += 1
    except tarfile.TarError as error:
        raise _broken(path, Phrase("it is cut off")) if count else BackupForeignError(path=path) from error
    except OSError as error:
        raise unwritable(path, error) from error
    if stated is None:
        raise _broken(path, Phrase("it is cut off")) if count else BackupForeignError(path=path)
    if stated != made.hexdigest():
        raise _broken(path, Phrase("its content was altered"))


def _read(path: Path) -> Iterator[tuple[str, "Hashing"]]:
    """The plain files of a tar below our folder; what is anything else comes with its whole name, as "/…"."""
    with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|") as tar:
        for info in tar:
            is_ours = info.isreg() and info.name.startswith(_ROOT)
            stream = tar.extractfile(info) if is_ours else None
            name = info.name.removeprefix(_ROOT) if is_ours else f"/{info.name}"
            yield name, Hashing(stream or io.BytesIO(), path)
            _forget_members(tar)


def _forget_members(tar: tarfile.TarFile) -> None:
    """A tar keeps what it knows of every member: with a million photos that is a lot."""
    tar.members.clear()  # type: ignore[attr-defined]


def about_text(about: About) -> bytes:
    """`about.json`."""
    facts = {"format": FORMAT, "version": VERSION, **asdict(about)}
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()


def _about(path: Path, text: bytes) -> About:
    if len(text) > _MOST_ABOUT:
        raise BackupForeignError(path=path)
    try:
        facts = json.loads(text)
        if facts.pop("format") != FORMAT:
            raise BackupForeignError(path=path)
        if facts.pop("version") > VERSION:
            raise BackupNewerError(path=path)
        return About(**facts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupForeignError(path=path) from error


def _broken(path: Path, reason: Phrase) -> BackupBrokenError:
    return BackupBrokenError(path=path, reason=reason)


def _stranger(path: Path, name: str) -> BackupBrokenError:
    return _broken(path, Phrase("{name} does not belong into it", name=name))


def _line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode()


class Hashing:
    """A stream that hashes what is read of it. path: the backup that it is read out of."""

    def __init__(self, stream: IO[bytes], path: Path | None = None) -> None:
        self._stream = stream
        self._path = path
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises BackupBrokenError where the file ends too early."""
        try:
            piece = self._stream.read(size)
        except tarfile.TarError as error:
            raise BackupBrokenError(path=self._path, reason=Phrase("it is cut off")) from error
        self._hash.update(piece)
        return piece

    def exhaust(self) -> None:
        """Read what is left."""
        while self.read(_PIECE):
            pass

    @property
    def digest(self) -> str:
        """The SHA-256 of what was read so far."""
        return self._hash.hexdigest()
