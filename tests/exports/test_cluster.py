"""A real Dask scheduler with two workers: what one of them leaves undone the other does."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from builders import make_facts, make_tree_record
from pypdf import PdfReader
from register_kit import REPOSITORY, import_rows, rows_of
from sqlalchemy.engine import Engine

from exports.dossier import Dossier, write_dossier
from exports.dossier_run import MANIFEST, write_dossiers
from exports.running import cluster_executor, window_of
from registry.cli import tags
from registry.errors import OutputError
from registry.export_errors import ClusterWorkersError
from registry.models import TagNote
from registry.vocab.language import translator

pytest.importorskip("distributed")
Gushu = Callable[..., Any]
ZH = translator("zh")
COUNT = 40


@dataclass
class Cluster:
    """A scheduler and its workers, as processes."""

    address: str
    workers: list["subprocess.Popen[bytes]"]
    room: Path | None = None

    def lose_one(self) -> None:
        """Kill a worker; `stand_up` brings another."""
        self.workers[0].send_signal(signal.SIGKILL)
        self.workers[0].wait(timeout=60)

    def stand_up(self) -> None:
        """Two workers, whatever was killed before."""
        living = [worker for worker in self.workers if worker.poll() is None]
        self.workers = living + [
            begin("dask_worker", self.address, *alone(self.room)) for _ in range(2 - len(living))
        ]


def begin(module: str, *arguments: str, path: Path = REPOSITORY) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"],
        cwd=path,
        env={**os.environ, "PYTHONPATH": str(path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def alone(room: Path) -> list[str]:
    """A worker of one process with one thread."""
    return ["--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(room)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_scheduler(port: str) -> None:
    """Until it answers: on a busy machine later than a command would wait for it."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), timeout=1):
            return
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    scheduler = begin("dask_scheduler", "--host", "127.0.0.1", "--port", port)
    found = Cluster(address, [], tmp_path_factory.mktemp("dask"))
    found.stand_up()
    await_scheduler(port)
    yield found
    for process in [*found.workers, scheduler]:
        process.kill()
        process.wait(timeout=60)


def trees():
    return [make_tree_record(tree_no=f"T{n:03}", path=f"T{n:03}") for n in range(COUNT)]


def test_a_worker_killed_midway_leaves_nothing_missing_double_or_half(
    cluster: Cluster, tmp_path: Path
) -> None:
    facts = make_facts()
    done = 0
    cluster.stand_up()

    def kill_one_midway(so_far: int) -> None:
        nonlocal done
        if not done:
            cluster.lose_one()
        done = so_far

    with cluster_executor(cluster.address) as executor:
        assert window_of(executor) % 3 == 0
        report = write_dossiers(
            map(Dossier, trees()), tmp_path, facts, language=ZH, executor=executor,
            on_progress=kill_one_midway,
        )  # fmt: skip
    assert (report.made, report.kept, report.failed, done) == (COUNT, 0, (), COUNT)
    names = [f"T{n:03}.pdf" for n in range(COUNT)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names, MANIFEST]
    for path in tmp_path.glob("*.pdf"):
        assert path.read_bytes().rstrip().endswith(b"%%EOF")
    with (tmp_path.parent / "here.pdf").open("wb") as out:
        write_dossier(trees()[7], facts, out, language=ZH)
    assert (tmp_path / "T007.pdf").read_bytes() == (tmp_path.parent / "here.pdf").read_bytes()
    assert "T039" in PdfReader(tmp_path / "T039.pdf").pages[0].extract_text()


def test_tags_go_on_where_a_worker_is_killed_midway(
    cluster: Cluster, gushu: Gushu, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_rows(engine, tmp_path, *({"no": str(number)} for number in range(COUNT)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("exports.plate_files.CHUNK", 4)
    gushu("config", "set", "public_address", "https://trees.example.org")
    noted: list[str] = []
    real = tags._note

    def kill_one_midway(job: object, run: object, codes: list[str]) -> None:
        if not noted:
            cluster.lose_one()
        noted.extend(codes)
        real(job, run, codes)

    monkeypatch.setattr(tags, "_note", kill_one_midway)
    cluster.stand_up()
    told = gushu("--json", "tags", "plates", "--as", "svg", "--cluster", cluster.address)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["tags"] == len(noted) == len(set(noted)) == COUNT
    made = {path.name: path.read_bytes() for path in Path("plates").iterdir()}
    rows = list(csv.DictReader(Path("plates.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert sorted(row["File"].partition("/")[2] for row in rows) == sorted(made)
    assert len(rows_of(engine, TagNote)) == COUNT
    assert gushu("tags", "plates", "--as", "svg").exit_code == 0  # the same batch, here alone
    assert {path.name: path.read_bytes() for path in Path("plates").iterdir()} == made
    assert not list(tmp_path.glob("*.part"))


def test_what_a_worker_meets_arrives_as_it_was(cluster: Cluster, tmp_path: Path) -> None:
    bad = [Dossier(make_tree_record(path="missing/768"))]
    with pytest.raises(OutputError, match="cannot be written"), cluster_executor(cluster.address) as executor:
        write_dossiers(bad, tmp_path, make_facts(), language=ZH, executor=executor)


def test_what_the_caller_meets_is_not_laid_to_the_scheduler(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), cluster_executor(cluster.address):
        (tmp_path / "missing" / "list.csv").touch()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers, on a machine without this program."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "__init__.py").write_text('raise ImportError("no exports here")')
    port = str(free_port())
    scheduler = begin("dask_scheduler", "--host", "127.0.0.1", "--port", port, path=tmp_path)
    await_scheduler(port)
    yield Cluster(f"tcp://127.0.0.1:{port}", [])
    scheduler.kill()
    scheduler.wait(timeout=60)


def test_a_cluster_that_cannot_do_the_work_is_named_before_it_begins(
    elsewhere: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.running.WORKER_SECONDS", 0.5)
    with pytest.raises(ClusterWorkersError, match=elsewhere.address), cluster_executor(elsewhere.address):
        pass
    monkeypatch.setattr("exports.running.WORKER_SECONDS", 120)
    worker = begin("dask_worker", elsewhere.address, *alone(tmp_path), path=tmp_path)
    try:
        with pytest.raises(ClusterWorkersError, match="exports"), cluster_executor(elsewhere.address):
            pass
    finally:
        worker.kill()
        worker.wait(timeout=60)
