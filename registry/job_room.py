"""Where long work is done: a private folder beside the register for what was uploaded, what is being made and
what came of it. Nothing in it is part of the register; what is old goes."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from registry.db import sqlite_path
from registry.errors import unwritable
from registry.file_store import FileStore

_PIECE = 1 << 20
_ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class JobRoom:
    """The folder, readable by the office alone: `uploads/ID`, `work/ID`, `results`."""

    folder: Path

    @property
    def results(self) -> FileStore:
        """What came of jobs, by SHA-256."""
        return FileStore(self.folder / "results")

    def upload(self, own: str) -> Path:
        """The folder of one upload."""
        return self.folder / "uploads" / own

    def work(self, own: str) -> Path:
        """The folder in which a job works."""
        return self.folder / "work" / own

    def take_upload(self, own: str, name: str, stream: IO[bytes], about: dict[str, Any]) -> Path:
        """Put what `stream` gives into a folder of its own, piece by piece. Raises OutputError."""
        folder = self.upload(own)
        try:
            folder.mkdir(parents=True, mode=0o700)
            path = folder / name
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
                shutil.copyfileobj(stream, kept, _PIECE)
            self.note(own, about)
        except OSError as error:
            raise unwritable(folder, error) from error
        return path

    def note(self, own: str, about: dict[str, Any]) -> None:
        """Keep facts beside an upload."""
        aside = self.upload(own) / f"{_ABOUT}.part"
        aside.write_text(json.dumps(about, ensure_ascii=False, default=str), encoding="utf-8")
        aside.replace(self.upload(own) / _ABOUT)

    def about(self, own: str) -> dict[str, Any]:
        """The facts beside an upload. Raises LookupError where there is none."""
        if not own.replace("-", "").isalnum():
            raise LookupError(own)
        try:
            found = json.loads((self.upload(own) / _ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise LookupError(own) from None
        if not isinstance(found, dict):
            raise LookupError(own)
        return found

    def uploads(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(id, facts) of every upload that is still there."""
        folder = self.folder / "uploads"
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(LookupError):
                yield path.name, self.about(path.name)

    def begin(self, own: str) -> Path:
        """An empty folder for a job. Raises OutputError."""
        folder = self.work(own)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise unwritable(folder, error) from error
        return folder

    def end(self, own: str) -> None:
        """Forget what a job left lying about."""
        shutil.rmtree(self.work(own), ignore_errors=True)

    def tell(self, own: str, done: int, total: int | None) -> None:
        """Say how far a job is, while the register itself may be busy with it."""
        path = self.work(own) / "beat"
        with suppress(OSError):
            aside = path.with_suffix(".part")
            aside.write_text(json.dumps([done, total]), encoding="utf-8")
            aside.replace(path)

    def told(self, own: str) -> tuple[int, int | None] | None:
        """What was told last."""
        try:
            done, total = json.loads((self.work(own) / "beat").read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):
            return None
        return int(done), total

    def is_alive(self, own: str, seconds: float) -> bool:
        """Whether somebody on this computer told of the job within so many seconds."""
        try:
            return time.time() - (self.work(own) / "beat").stat().st_mtime < seconds
        except OSError:
            return False

    def ask_to_stop(self, own: str) -> bool:
        """Leave word for whoever works on a job; False where nobody does on this computer."""
        try:
            (self.work(own) / "stop").touch()
        except OSError:
            return False
        return True

    def is_asked_to_stop(self, own: str) -> bool:
        """Whether word was left."""
        return (self.work(own) / "stop").exists()

    def clear(self, older_than: float) -> None:
        """Remove uploads and forgotten work that nobody has touched for so many seconds."""
        for kind in ("uploads", "work"):
            folder = self.folder / kind
            for path in folder.iterdir() if folder.is_dir() else ():
                with suppress(OSError):
                    if time.time() - path.stat().st_mtime > older_than:
                        shutil.rmtree(path, ignore_errors=True)


def job_room(address: str) -> JobRoom:
    """The folder of the register at `address` (env GUSHU_JOBS overrides it)."""
    if named := os.environ.get("GUSHU_JOBS"):
        return JobRoom(Path(named))
    path = sqlite_path(address)
    return JobRoom(Path("gushu.jobs") if path is None else path.with_name(path.name + ".jobs"))
