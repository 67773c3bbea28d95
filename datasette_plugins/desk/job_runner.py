"""Does the long work of the desk: one job at a time in each process, each in a child process of its own.

The child is a command of `gushu`, so the desk does nothing that the command line could not; the web process
stays small and answers. A job's arguments are `{"argv": […], "name": …, "lang": …}`: "{out}" in `argv` stands
for the file or folder that is made, "{upload}" for the folder of an upload. Where a command leaves more
beside it (manifest, checksums), all of it comes in one ZIP.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlmodel import Session

from registry.commands.jobs import (
    SILENT,
    Taken,
    beat,
    cancel_job,
    fail_job,
    finish_job,
    forget_results,
    give_back,
    has_work,
    take_job,
)
from registry.db import plain_errors, reading, transaction
from registry.errors import RegisterLockedError, RegistryError
from registry.job_room import JobRoom, job_room
from registry.models import Account, Job
from registry.settings import get_setting

LOOKS_EVERY = 10.0
"""Seconds between two looks for work that nobody of this process has asked for."""
BEATS_EVERY = 5.0
GRACE = 8.0
"""Seconds that a command has to take back what it began."""
_PATIENCE = 60
_MOST_LINES = 20
_MOST_SAID = 400


class Runner:
    """The worker of one process. Nothing runs until `start`."""

    def __init__(self, address: str, engine: Any, writing: threading.Lock) -> None:
        self.address, self.engine = address, engine
        self.room: JobRoom = job_room(address)
        self._writing = writing
        self._wake = threading.Event()
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        """Begin to look for work, in a thread of its own."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="gushu-jobs", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """There is work."""
        self.start()
        self._wake.set()

    def stop(self) -> None:
        """End; a command that runs is ended too, and its job is taken up by whoever comes next."""
        self._is_over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(GRACE * 2)

    def run_next(self) -> bool:
        """Take the next job and do it; False where there was none."""
        now = datetime.now(UTC)
        with reading(self.engine) as session:
            if not has_work(session, now):
                return False
        with self._transaction() as session:
            taken = take_job(session, now, lambda own: self.room.is_alive(own, SILENT.total_seconds()))
            account = session.get(Account, taken.account_id) if taken else None
            actor = f"account:{account.login}" if account else "desk"
        if taken is None:
            return False
        self._do(taken, actor)
        return True

    def _work(self) -> None:
        while not self._is_over.is_set():
            try:
                while not self._is_over.is_set() and self.run_next():
                    self._forget_old()
            except (RegistryError, OSError) as error:
                print(f"desk: jobs: {type(error).__name__}", file=sys.stderr)
            self._wake.wait(LOOKS_EVERY)
            self._wake.clear()

    def _do(self, taken: Taken, actor: str) -> None:
        """One job from beginning to end; its folder is gone afterwards."""
        folder = self.room.begin(taken.id)
        self.room.tell(taken.id, 0, taken.total)
        try:
            child = _Child(self.address, taken, actor, folder, self.room)
            try:
                is_wanted = self._wait(child, taken)
            finally:
                child.end()
            if is_wanted:
                self._settle(child, taken)
        finally:
            if not self._is_over.is_set():
                self.room.end(taken.id)

    def _wait(self, child: "_Child", taken: Taken) -> bool:
        """Until the command is through; False where the job is not wanted any more, or no longer ours."""
        told_at, told = 0.0, -1
        while not child.is_over(0.2):
            if self._is_over.is_set():
                child.end()
                self._insist(lambda session: give_back(session, taken))
                return False
            if self.room.is_asked_to_stop(taken.id):
                child.end()
                self._insist(
                    lambda session: cancel_job(session, session.get_one(Job, taken.id), datetime.now(UTC))
                )
                return False
            done, total = child.done, child.total or taken.total
            if time.monotonic() - told_at >= (1.0 if done != told else BEATS_EVERY):
                told_at, told = time.monotonic(), done
                self.room.tell(taken.id, done, total)
                if not self._beat(taken, done, total):
                    return False
        return not self.room.is_asked_to_stop(taken.id) or child.code == 0

    def _beat(self, taken: Taken, done: int, total: int | None) -> bool:
        """Say so in the register, where the command itself is not just writing into it."""
        now = datetime.now(UTC)
        try:  # without the lock of those who write: nothing that others look up is changed
            with plain_errors(self.address), Session(self.engine) as session, session.begin():
                return beat(session, taken, done, total, now)
        except RegisterLockedError:
            return True

    def _settle(self, child: "_Child", taken: Taken) -> None:
        result = facts = None
        failed = child.complaint() if child.code else None
        if failed is None or taken.arguments.get("folder"):
            facts, result = self._result(child, taken)
            failed = failed if result is None else None
        now, lang = datetime.now(UTC), taken.arguments.get("lang", "zh")
        if failed is not None:
            self._insist(lambda session: fail_job(session, taken, *failed, now, lang=lang))
        else:
            self._insist(lambda session: finish_job(session, taken, facts or {}, now, result))

    def _result(self, child: "_Child", taken: Taken) -> tuple[dict[str, Any], tuple[str, str] | None]:
        """What came of it: facts, and the file where there is one."""
        facts = child.answer()
        if upload := taken.arguments.get("upload"):  # what stands in a file may be private: not in the job
            with suppress(OSError):
                kept = self.room.upload(upload) / f"{taken.kind}.json"
                kept.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        name, out = taken.arguments.get("name"), child.out
        has_more = any(each != out for each in out.parent.iterdir())  # a manifest, checksums
        root = out.parent if has_more else out
        if name and root.is_dir():
            packed = out.parent.with_name("packed")
            if _pack(root, packed):
                name, out = Path(str(name)).with_suffix(".zip").name, packed
        result = (str(name), self.room.results.move_in(out)) if name and out.is_file() else None
        return _short(facts), result

    def _insist(self, change: Callable[[Session], object]) -> None:
        """Change the register, however long somebody else is writing into it. Raises RegisterLockedError."""
        for patience in range(_PATIENCE, -1, -1):
            try:
                with self._transaction() as session:
                    change(session)
                return
            except RegisterLockedError:
                if not patience:
                    raise
                time.sleep(1.0)  # the lock of this process is free meanwhile

    def _forget_old(self) -> None:
        """Let go of results and uploads that were kept long enough."""
        with self._transaction() as session:
            days = int(get_setting(session, "job_results_kept"))
            gone = forget_results(session, days, datetime.now(UTC))
        for digest in gone:
            with suppress(OSError):
                self.room.results.path(digest).unlink()
        self.room.clear(max(days, 1) * 86400)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with self._writing, transaction(self.engine) as session:
            yield session


class _Child:
    """A command that runs, with what it says."""

    def __init__(self, address: str, taken: Taken, actor: str, folder: Path, room: JobRoom) -> None:
        self.done, self.total = 0, None
        self.code: int | None = None
        self._answer = folder / "answer.json"
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        arguments = taken.arguments
        name = Path(str(arguments.get("name") or "out"))
        stem = "out" if arguments.get("upload") else name.stem  # what was uploaded may have a long name
        self.out = folder / "made" / (stem if arguments.get("folder") else f"{stem}{name.suffix}")
        self.out.parent.mkdir()
        places = {"{out}": str(self.out), "{upload}": str(room.upload(arguments.get("upload", "-")))}
        argv = [_filled(str(word), places) for word in arguments["argv"]]
        surroundings = {
            **os.environ,
            "GUSHU_REGISTER": address,  # not an argument: an address may hold a password
            "GUSHU_ACTOR": actor,
            "GUSHU_PROGRESS": "json",
            "PYTHONIOENCODING": "utf-8",
            "TMPDIR": str(folder),
        }
        language = ["--lang", str(arguments.get("lang", "zh")), "--json"]
        with self._answer.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603 (a command of ours, without a shell)
                [sys.executable, "-m", "registry.cli.child", *language, *argv],
                stdin=subprocess.PIPE, stdout=said, stderr=subprocess.PIPE, env=surroundings,
                start_new_session=True,
            )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self._process.stderr,), daemon=True)
        self._reader.start()

    def is_over(self, seconds: float) -> bool:
        """Whether the command is through, after having waited at most so long."""
        with suppress(subprocess.TimeoutExpired):
            self.code = self._process.wait(seconds)
            self._reader.join(GRACE)
        return self.code is not None

    def end(self) -> None:
        """Make sure that it does not run any more, and let its pipes go."""
        for ask in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                break
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, ask)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        self._reader.join(GRACE)
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def answer(self) -> dict[str, Any]:
        """The JSON object that the command answered with."""
        try:
            lines = self._answer.read_text(encoding="utf-8").strip().splitlines()
            found = json.loads(lines[-1]) if lines else {}
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def complaint(self) -> tuple[str, str]:
        """(code, sentence) of what the command complained of."""
        last = self._lines[-1] if self._lines else ""
        code, colon, sentence = last.partition(": ")
        if colon and code.replace("_", "").isalpha() and code.islower():
            return code, sentence
        return "unexpected", last

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            text = line.decode("utf-8", "replace").rstrip()
            if not text.startswith('{"done"'):
                self._lines.append(text)
                continue
            with suppress(ValueError):
                told = json.loads(text)
                self.done, self.total = int(told["done"]), told.get("total")


def _filled(word: str, places: dict[str, str]) -> str:
    for name, path in places.items():
        word = word.replace(name, path)
    return word


def _pack(folder: Path, target: Path) -> bool:
    """The files of a folder as one ZIP, as they are; False where there is none."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for path in paths:
            packed.write(path, path.relative_to(folder))
    return bool(paths)


def _short(facts: dict[str, Any]) -> dict[str, Any]:
    """The numbers and words of an answer; of its lists only how long they are."""
    plain = {
        name: value[:_MOST_SAID] if isinstance(value, str) else value
        for name, value in facts.items()
        if isinstance(value, (str, int, float)) and name != "path"
    }
    counted = {f"{name}_count": len(value) for name, value in facts.items() if isinstance(value, list)}
    return {**plain, **counted}
