"""Work is done once for every batch, in order, also where those who do it are lost."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from pathlib import Path

import pytest

from exports.running import (
    TRIES,
    check_arrived,
    cluster_executor,
    local_pool,
    one_export_into,
    run_batches,
    window_of,
)
from exports.whole_files import room_beside, written
from registry.errors import OutputError
from registry.export_errors import (
    ClusterExtraError,
    ClusterUnreachableError,
    FolderBusyError,
    FolderNotSharedError,
    WorkerLostError,
)


class Losing(Executor):
    """An executor that works at once, and whose worker is lost on the given turns."""

    def __init__(self, *lost: int) -> None:
        self.lost = set(lost)
        self.turns = 0

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        if self.turns in self.lost:
            future.set_exception(BrokenExecutor())
        else:
            future.set_result(fn(*args, **kwargs))
        self.turns += 1
        return future


def doubled(batch):
    return [2 * item for item in batch]


def done_by(executor, batches, window=2):
    done = []
    run_batches(batches, doubled, executor=executor, window=window, on_done=lambda *both: done.append(both))
    return done


BATCHES = [(1, 2), (3,), (4, 5)]
DONE = [((1, 2), [2, 4]), ((3,), [6]), ((4, 5), [8, 10])]


@pytest.mark.parametrize("lost", [(), (0,), (1, 3), (0, 1, 2)])
def test_every_batch_is_done_once_and_in_order_whoever_is_lost(lost):
    assert done_by(Losing(*lost), BATCHES) == DONE


def test_a_batch_that_takes_every_worker_along_is_given_out_no_more():
    executor = Losing(*range(TRIES))
    with pytest.raises(WorkerLostError, match=f"{TRIES} times"):
        done_by(executor, [(1,)])
    assert executor.turns == TRIES


def test_no_more_batches_wait_than_the_window_holds():
    taken = 0
    seen = []

    def batches():
        nonlocal taken
        for n in range(20):
            taken += 1
            yield (n,)

    run_batches(batches(), doubled, executor=Losing(), window=4, on_done=lambda *_: seen.append(taken))
    assert [at - n for n, at in enumerate(seen)] == [4] * 17 + [3, 2, 1]


def test_an_error_stops_what_has_not_begun():
    executor = Losing()

    def refuse(*_both):
        raise OutputError(path="x", reason="full")

    with pytest.raises(OutputError):
        run_batches([(n,) for n in range(9)], doubled, executor=executor, window=3, on_done=refuse)
    assert executor.turns == 3


def die_once(mark: Path, batch):
    if 3 in batch and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return doubled(batch)


def test_a_process_of_the_pool_that_is_killed_is_replaced(tmp_path):
    done = []
    with local_pool(2) as pool:
        assert window_of(pool) == 6
        work = partial(die_once, tmp_path / "mark")
        run_batches(BATCHES, work, executor=pool, window=3, on_done=lambda *both: done.append(both))
    assert (tmp_path / "mark").exists()
    assert done == DONE


ORPHANS = """
import sys, time
from functools import partial
from pathlib import Path
from exports.running import local_pool, run_batches
sys.path.insert(0, sys.argv[2])
from test_running import stay
if __name__ == "__main__":
    with local_pool(2) as pool:
        run_batches([(1,), (2,)], partial(stay, Path(sys.argv[1])), executor=pool, window=2, on_done=print)
"""


def stay(folder: Path, _batch):
    (folder / str(os.getpid())).touch()
    time.sleep(60)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_workers_end_with_the_process_that_began_them_also_where_it_is_killed(tmp_path):
    script = tmp_path / "begin.py"
    script.write_text(ORPHANS)
    (tmp_path / "at_work").mkdir()
    here = Path(__file__).parent
    with subprocess.Popen(
        [sys.executable, script, tmp_path / "at_work", here],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here.parents[1]), str(here)])},
    ) as parent:
        until = time.monotonic() + 120
        while len(list((tmp_path / "at_work").iterdir())) < 2:
            assert time.monotonic() < until
            time.sleep(0.02)
        parent.kill()
    workers = [int(path.name) for path in (tmp_path / "at_work").iterdir()]
    until = time.monotonic() + 60
    while any(map(is_running, workers)):
        assert time.monotonic() < until, "a worker outlived its parent"
        time.sleep(0.02)


def test_a_second_export_into_a_folder_is_refused(tmp_path):
    with one_export_into(tmp_path), pytest.raises(FolderBusyError), one_export_into(tmp_path):
        pass
    with one_export_into(tmp_path):
        pass


def test_what_killed_exports_left_aside_is_removed_folders_too(tmp_path):
    for number, is_folder in enumerate((True, False, True, False)):
        left = tmp_path / f"T{number}.pdf.{number:032x}.part"
        left.mkdir() if is_folder else left.write_bytes(b"half")
    (tmp_path / "whole.pdf").write_bytes(b"whole")
    with one_export_into(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["whole.pdf"]


def test_what_others_are_writing_in_the_folder_and_what_they_go_on_from_stays(tmp_path):
    (tmp_path / "plates.part").write_text("the journal of plates that broke off")
    (tmp_path / "video.part").mkdir()
    with written(tmp_path / "county.pdf") as stream, room_beside(tmp_path / "zones.shp") as room:
        with one_export_into(tmp_path):
            assert room.is_dir()
        stream.write(b"a booklet")
    assert (tmp_path / "county.pdf").read_bytes() == b"a booklet"
    assert {path.name for path in tmp_path.iterdir()} == {"county.pdf", "plates.part", "video.part"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(OutputError), one_export_into(tmp_path / "taken" / "below"):
        pass


def test_a_file_that_a_worker_wrote_elsewhere_is_told_with_what_to_do(tmp_path):
    (tmp_path / "here").touch()
    check_arrived([tmp_path / "here"])
    with pytest.raises(FolderNotSharedError, match="every machine of the cluster"):
        check_arrived([tmp_path / "here", tmp_path / "there"], seconds=0.1)


def test_without_the_library_for_clusters_the_line_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ClusterExtraError, match=r"pip install 'gushu\[cluster\]'"),
        cluster_executor("tcp://x:1"),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "carrier://pigeon"])
def test_where_no_scheduler_answers_it_is_said(address, monkeypatch):
    monkeypatch.setattr("exports.running.CONNECT_SECONDS", 1)
    with pytest.raises(ClusterUnreachableError, match=address), cluster_executor(address):
        pass
