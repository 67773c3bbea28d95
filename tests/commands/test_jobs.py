"""Long work of the desk: asked for, taken once, told, finished, cancelled, taken up anew."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from datasette_plugins.asgi import load_plugins
from datasette_plugins.desk.job_runner import Runner
from registry.commands.accounts import add_account
from registry.commands.jobs import (
    LOST,
    SILENT,
    ask_job,
    beat,
    cancel_job,
    fail_job,
    finish_job,
    forget_results,
    give_back,
    message_of,
    take_job,
)
from registry.db import open_register, reading, transaction
from registry.job_room import job_room
from registry.models import Job
from registry.rules.permissions import Grant
from registry.vocab.desk_words import JobState, Role

load_plugins()
LATER = NOW + SILENT + timedelta(seconds=1)
LIST = {"argv": ["edition", "list"], "lang": "en"}


@pytest.fixture(autouse=True)
def _room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUSHU_JOBS", str(tmp_path / "jobs"))


@pytest.fixture
def clerk(engine: Engine) -> str:
    """The id of an account that asks for things."""
    with transaction(engine) as session:
        grants = [Grant(Role.REGISTRAR)]
        return add_account(
            session, "clerk", "Clerk", grants, password="a-long-password", actor="tests", now=NOW
        ).id


def asked(engine: Engine, clerk: str, kind: str = "look", now: Any = NOW, **arguments: Any) -> str:
    with transaction(engine) as session:
        return ask_job(session, kind, arguments or LIST, account_id=clerk, now=now)[0].id


def job_of(engine: Engine, own: str) -> Job:
    with reading(engine) as session:
        found = session.get_one(Job, own)
        session.expunge(found)
        return found


def test_whoever_asks_twice_gets_the_job_that_waits(engine: Engine, clerk: str) -> None:
    first = asked(engine, clerk)
    assert asked(engine, clerk) == first
    assert asked(engine, clerk, "other") != first


def test_work_that_is_done_may_be_asked_for_again_unless_it_is_to_be_done_once(
    engine: Engine, clerk: str
) -> None:
    first = asked(engine, clerk)
    with transaction(engine) as session:
        taken = take_job(session, NOW)
        assert taken
        assert finish_job(session, taken, {"trees": 3}, NOW)
    with transaction(engine) as session:
        facts = {"account_id": clerk, "now": NOW}
        once, is_new = ask_job(session, "look", LIST, **facts, is_once=True)
        again, is_anew = ask_job(session, "look", LIST, **facts)
        assert (once.id, is_new, is_anew) == (first, False, True)
        assert again.id != first


def test_the_oldest_job_is_taken_first_and_only_once(engine: Engine, clerk: str) -> None:
    late = asked(engine, clerk, "late", NOW + timedelta(seconds=5))
    early = asked(engine, clerk, "early")
    with transaction(engine) as session:
        taken = [take_job(session, NOW) for _ in range(3)]
    assert [each and each.id for each in taken] == [early, late, None]


def test_several_workers_at_once_never_take_the_same_job(
    engine: Engine, register_address: str, clerk: str
) -> None:
    wanted = {asked(engine, clerk, f"kind {number}") for number in range(6)}
    found: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        own = open_register(register_address)
        start.wait()
        while True:
            with transaction(own) as session:
                taken = take_job(session, NOW)
            if taken is None:
                break
            found.append(taken.id)
        own.dispose()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(found) == sorted(wanted)


def test_a_job_whose_worker_is_silent_is_taken_up_anew_and_the_old_worker_is_not_heard(
    engine: Engine, clerk: str
) -> None:
    own = asked(engine, clerk)
    with transaction(engine) as session:
        first = take_job(session, NOW)
        assert first
        assert take_job(session, NOW + timedelta(seconds=30)) is None
        assert take_job(session, LATER, lambda _own: True) is None  # heard on this computer
        second = take_job(session, LATER)
    assert second
    assert second.id == own
    with transaction(engine) as session:
        assert not beat(session, first, 5, None, LATER)
        assert not finish_job(session, first, {}, LATER)
        assert beat(session, second, 7, 9, LATER)
    assert (job_of(engine, own).done, job_of(engine, own).total) == (7, 9)


def test_a_job_whose_worker_is_lost_again_and_again_is_given_up(engine: Engine, clerk: str) -> None:
    own = asked(engine, clerk)
    now = NOW
    for _ in range(3):
        with transaction(engine) as session:
            assert take_job(session, now)
        now += SILENT + timedelta(seconds=1)
    with transaction(engine) as session:
        assert take_job(session, now) is None
    job = job_of(engine, own)
    assert (job.state, message_of(job)["code"]) == (JobState.FAILED, LOST)


def test_a_cancelled_job_is_not_taken_and_its_worker_hears_of_it(engine: Engine, clerk: str) -> None:
    waits, runs = asked(engine, clerk, "waits", NOW + timedelta(seconds=1)), asked(engine, clerk, "runs")
    with transaction(engine) as session:
        taken = take_job(session, NOW)
        assert taken
        assert all(cancel_job(session, session.get_one(Job, own), NOW) for own in (waits, runs))
        assert not cancel_job(session, session.get_one(Job, runs), NOW)
        assert take_job(session, LATER) is None
        assert not beat(session, taken, 1, None, NOW)
    assert job_of(engine, runs).state == JobState.CANCELLED


def test_a_job_that_cannot_be_done_here_waits_again(engine: Engine, clerk: str) -> None:
    own = asked(engine, clerk)
    with transaction(engine) as session:
        taken = take_job(session, NOW)
        assert taken
        assert give_back(session, taken)
        again = take_job(session, NOW)
        assert again
        assert again.id == own
        assert fail_job(session, again, "nothing_selected", "no tree matches", NOW)
    assert message_of(job_of(engine, own))["message"] == "no tree matches"


def test_results_are_forgotten_when_they_were_kept_long_enough(engine: Engine, clerk: str) -> None:
    with transaction(engine) as session:
        for kind, digest, now in (("a", "1" * 64, NOW), ("b", "2" * 64, NOW), ("c", "2" * 64, LATER)):
            ask_job(session, kind, LIST, account_id=clerk, now=now)
            taken = take_job(session, now)
            assert taken
            finish_job(session, taken, {}, now, ("a.pdf", digest))
        assert forget_results(session, 30, NOW + timedelta(days=30, seconds=1)) == ["1" * 64]
        assert forget_results(session, 30, NOW + timedelta(days=40)) == ["2" * 64]


def run_once(address: str) -> None:
    engine = open_register(address)
    runner = Runner(address, engine, threading.Lock())
    assert runner.run_next()
    engine.dispose()


def test_a_runner_does_a_command_and_keeps_what_it_made(
    engine: Engine, register_address: str, clerk: str
) -> None:
    own = asked(engine, clerk, argv=["patrol", "due", "--out", "{out}"], name="due.xlsx", lang="en")
    run_once(register_address)
    job = job_of(engine, own)
    assert (job.state, message_of(job).get("message", "")) == (JobState.DONE, "")
    assert job.result_name == "due.xlsx"
    room = job_room(register_address)
    assert room.results.read(job.result_sha256 or "").startswith(b"PK")
    assert not room.work(own).exists()


def test_why_a_command_failed_is_said_in_the_language_of_whoever_asked(
    engine: Engine, register_address: str, clerk: str
) -> None:
    own = asked(engine, clerk, argv=["dossier", "nosuch", "{out}"], name="file.pdf", lang="zh")
    run_once(register_address)
    job = job_of(engine, own)
    told = message_of(job)
    assert (job.state, told["code"], told["lang"]) == (JobState.FAILED, "tree_not_found", "zh")
    assert "nosuch" in told["message"]


SLOW = """
import sys, threading
from datasette_plugins import asgi
from datasette_plugins.desk import job_runner
from registry.db import open_register
job_runner.sys.executable = sys.argv[2]
runner = job_runner.Runner(sys.argv[1], open_register(sys.argv[1]), threading.Lock())
runner.run_next()
"""
SLEEPER = """#!/bin/sh
exec {python} -c "import os, sys, threading
def watch():
    while os.read(0, 1): pass
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
open('{mark}', 'w').write(str(os.getpid()))
import time
while True: time.sleep(0.1)"
"""


def _sleeper(tmp_path: Path) -> tuple[Path, Path]:
    """A command that never ends until its worker does, and the file in which it says its number."""
    mark, program = tmp_path / "mark", tmp_path / "sleeper"
    program.write_text(SLEEPER.format(python=sys.executable, mark=mark))
    program.chmod(0o755)
    return program, mark


def _until(found: Any) -> None:
    for _ in range(1200):
        if found():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{number}/stat").read_text().rpartition(")")[2][:3]


def test_a_killed_runner_takes_its_command_along_and_the_job_is_done_by_the_next(
    engine: Engine, register_address: str, clerk: str, tmp_path: Path
) -> None:
    own = asked(engine, clerk, argv=["patrol", "due", "--out", "{out}"], name="due.xlsx", lang="en")
    program, mark = _sleeper(tmp_path)
    runner = subprocess.Popen([sys.executable, "-c", SLOW, register_address, str(program)])
    _until(lambda: mark.exists() and mark.read_text())
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    _until(lambda: not _is_running(int(mark.read_text())))
    assert job_of(engine, own).state == JobState.RUNNING
    beat_file = job_room(register_address).work(own) / "beat"
    with transaction(engine) as session:  # a minute later
        job = session.get_one(Job, own)
        job.beat_at = NOW
        session.add(job)
    os.utime(beat_file, (1, 1))
    run_once(register_address)
    assert job_of(engine, own).state == JobState.DONE


def test_a_running_job_is_stopped_by_word_left_beside_the_register(
    engine: Engine, register_address: str, clerk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = asked(engine, clerk, argv=["patrol", "due", "--out", "{out}"], name="due.xlsx", lang="en")
    program, mark = _sleeper(tmp_path)
    monkeypatch.setattr("datasette_plugins.desk.job_runner.sys.executable", str(program))
    runner = Runner(register_address, open_register(register_address), threading.Lock())
    runner.wake()
    _until(lambda: mark.exists() and mark.read_text())
    assert job_room(register_address).ask_to_stop(own)
    _until(lambda: job_of(engine, own).state == JobState.CANCELLED)
    runner.stop()
    runner.engine.dispose()
    assert not _is_running(int(mark.read_text()))
    assert not job_room(register_address).work(own).exists()


def test_a_runner_that_ends_gives_its_job_back(
    engine: Engine, register_address: str, clerk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = asked(engine, clerk)
    program, mark = _sleeper(tmp_path)
    monkeypatch.setattr("datasette_plugins.desk.job_runner.sys.executable", str(program))
    runner = Runner(register_address, open_register(register_address), threading.Lock())
    runner.wake()
    _until(lambda: mark.exists() and mark.read_text())
    runner.stop()
    runner.engine.dispose()
    assert job_of(engine, own).state == JobState.WAITING
    with Session(engine) as session:
        assert len(session.exec(select(Job)).all()) == 1
