"""Imports that are killed, run out of disk, or come two at once: all of a file is in, or nothing."""

import os
import random
import resource
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kit import NOW, count, import_path, make_csv, make_mapping
from sqlalchemy.engine import Engine

from exports.exchange.json_lines import write_lines
from registry.commands.import_file import ImportReport, import_table
from registry.commands.import_records import import_records
from registry.commands.verifying import verify_history
from registry.db import open_register, reading, transaction
from registry.errors import OutputError, RegistryError
from registry.exchange.reading_out import Records
from registry.importing.mapping import Mapping, read_mapping
from registry.importing.reading import open_table
from registry.models import Event, Party, SourceFile, Tree

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can copy processes")

ROWS = 1000
KILLS = 50
RE_RUNS = 5
NOT_CONTENT = {"id", "tree_id", "party_id", "seq", "hash", "previous_hash", "items_hash", "digest", "salt",
               "subject_id", "change", "value"}  # fmt: skip
"""Columns that differ between two registers of one content."""


def make_rows(path: Path, first: int, rows: int) -> Path:
    """A file of `rows` trees; every 50th is rejected."""
    return make_csv(
        path,
        *(
            {
                "no": number,
                "name": ("国槐", "侧柏", "银杏")[number % 3],
                "girth": "x" if number % 50 == 0 else 100 + number % 400,
                "height": 5 + number % 20,
                "age": 100 + number % 900,
                "lon": f"113.{number:06d}",
                "lat": f"36.{number:06d}",
                "day": "1/5/2020",
                "grade": ("一级", "二级")[number % 2],
                "address": f"某村{number}号",
                "steward": f"某村{number % 40}村民委员会",
                "other_no": f"旧{number}",
            }
            for number in range(first, first + rows)
        ),
    )


def bring(engine: Engine, path: Path, mapping: Mapping) -> ImportReport:
    """Import a file as the command does: waiting for another import."""
    with transaction(engine, patient=True) as session:
        return import_table(session, open_table(path, fits=mapping.fits), mapping, actor="tests", now=NOW)


def content(engine: Engine) -> dict[str, list[str]]:
    """Every row of a register without what differs from one making to the next."""
    found: dict[str, list[str]] = {}
    with reading(engine) as session:
        connection = session.connection()
        for name in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings()
            kept = ({key: value for key, value in row.items() if key not in NOT_CONTENT} for row in rows)
            found[name] = sorted(map(str, kept))
    return found


@contextmanager
def another_process(work: Callable[[], object]) -> Iterator[int]:
    """The id of a process that does `work` and ends: with 0, with 3 on a RegistryError, else with 1."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except RegistryError:
            status = 3
        except BaseException:  # whatever it was, this process ends here
            traceback.print_exc()
        finally:
            os._exit(status)
    try:
        yield child
    finally:
        if child not in _ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


_ended: dict[int, int] = {}


def end_of(child: int) -> int:
    """Wait for a process; its exit code."""
    _, status = os.waitpid(child, 0)
    _ended[child] = os.waitstatus_to_exitcode(status)
    return _ended[child]


@pytest.mark.parametrize("register_address", ["sqlite"], indirect=True)
def test_an_import_killed_at_any_instant_leaves_all_or_nothing(register_address: str, tmp_path: Path) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    path = make_rows(tmp_path / "rows.csv", 1, ROWS)
    empty = tmp_path / "empty.db"
    shutil.copy(register_address, empty)
    began = time.monotonic()
    undisturbed = open_register(register_address)
    bring(undisturbed, path, mapping)
    took = time.monotonic() - began
    whole, nothing = content(undisturbed), content(open_register(str(empty)))
    instants = random.Random(7)  # noqa: S311
    seen = set()
    for turn in range(KILLS):
        victim = tmp_path / f"victim{turn}.db"
        shutil.copy(empty, victim)
        with another_process(lambda victim=victim: bring(open_register(str(victim)), path, mapping)) as child:
            time.sleep(instants.uniform(0, 1.1 * took))
            os.kill(child, signal.SIGKILL)
            end_of(child)
        engine = open_register(str(victim))
        with reading(engine) as session:
            verify_history(session)
        left = content(engine)
        assert left in (nothing, whole)
        seen.add(left == whole)
        if turn % (KILLS // RE_RUNS) == 0:
            report = bring(engine, path, mapping)
            assert report.counts["read"] == ROWS
            again = content(engine)
            if left == whole:
                assert report.counts["unchanged"] == ROWS - ROWS // 50
                again["source_file"] = whole["source_file"]
            assert again == whole
        engine.dispose()
        victim.unlink()
    assert False in seen


def test_two_imports_at_once_end_as_one_after_the_other(register_address: str, tmp_path: Path) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    first = make_rows(tmp_path / "first.csv", 1, 600)
    second = make_rows(tmp_path / "second.csv", 301, 600)  # the half of it is in the first as well
    jobs = [
        lambda path=path: bring(open_register(register_address), path, mapping) for path in (first, second)
    ]
    with another_process(jobs[0]) as one, another_process(jobs[1]) as other:
        assert (end_of(one), end_of(other)) == (0, 0)
    engine = open_register(register_address)
    assert count(engine, Tree) == 900 - 18
    assert count(engine, SourceFile) == 2
    assert count(engine, Party) == 40
    with reading(engine) as session:
        assert verify_history(session) == count(engine, Event)


@pytest.mark.parametrize("register_address", ["sqlite"], indirect=True)
def test_a_full_disk_is_said_and_leaves_nothing(register_address: str, tmp_path: Path) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    engine = open_register(register_address)
    import_path(engine, make_rows(tmp_path / "before.csv", 1, 10), mapping)
    before = content(engine)
    path = make_rows(tmp_path / "rows.csv", 100, ROWS)

    @sa.event.listens_for(engine, "begin")
    def _small_disk(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 100}")

    with pytest.raises(OutputError, match="full"):
        bring(engine, path, mapping)
    engine.dispose()
    engine = open_register(register_address)
    assert content(engine) == before
    with reading(engine) as session:
        verify_history(session)
    assert bring(engine, path, mapping).counts["created"] == ROWS - 20


@pytest.mark.parametrize("register_address", ["sqlite"], indirect=True)
def test_a_file_system_that_takes_no_more_is_said_and_leaves_nothing(
    register_address: str, tmp_path: Path
) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    path = make_rows(tmp_path / "rows.csv", 1, ROWS)
    before = content(open_register(register_address))
    size = Path(register_address).stat().st_size

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, resource.RLIM_INFINITY))
        bring(open_register(register_address), path, mapping)

    with another_process(fill) as child:
        assert end_of(child) == 3
    engine = open_register(register_address)
    assert content(engine) == before
    assert bring(engine, path, mapping).counts["created"] == ROWS - ROWS // 50


def test_a_long_file_is_read_apart_and_comes_out_the_same(
    register_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    path = make_rows(tmp_path / "rows.csv", 1, 700)
    monkeypatch.setattr("registry.commands.importing_said._can_copy", lambda: True)
    engine = open_register(register_address)
    apart = bring(engine, path, mapping)
    monkeypatch.setattr("registry.commands.importing_said._can_copy", lambda: False)
    here = bring(engine, path, mapping)
    assert (apart.counts["read"], apart.counts["created"], apart.counts["rejected"]) == (700, 686, 14)
    assert (here.counts["unchanged"], here.counts["rejected"]) == (686, 14)
    assert [each.row for each in here.rejections] == [each.row for each in apart.rejections]


def test_a_file_cut_off_far_below_is_said_from_the_process_that_reads_it(
    register_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.commands.importing_said._can_copy", lambda: True)
    path = make_rows(tmp_path / "rows.csv", 1, 700)
    path.write_bytes(path.read_bytes() + b'701,"')
    engine = open_register(register_address)
    with pytest.raises(RegistryError, match="line 702"):
        bring(engine, path, read_mapping(make_mapping(tmp_path)))
    assert count(engine, Tree) == 0


def test_a_reader_that_is_ended_ends_the_import(
    register_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.commands import importing_said

    monkeypatch.setattr(importing_said, "_can_copy", lambda: True)
    monkeypatch.setattr(importing_said.pickle, "dump", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    engine = open_register(register_address)
    path = make_rows(tmp_path / "rows.csv", 1, 700)
    with pytest.raises(RuntimeError, match="was ended"):
        bring(engine, path, read_mapping(make_mapping(tmp_path)))
    assert count(engine, Tree) == 0


@pytest.mark.parametrize("register_address", ["sqlite"], indirect=True)
def test_a_file_of_records_killed_at_any_instant_is_in_or_not(register_address: str, tmp_path: Path) -> None:
    lines, empty = tmp_path / "trees.jsonl", tmp_path / "empty.db"
    shutil.copy(register_address, empty)
    full = open_register(register_address)
    import_path(full, make_rows(tmp_path / "rows.csv", 1, 200), read_mapping(make_mapping(tmp_path)))
    with reading(full) as session, lines.open("wb") as out:
        records = Records(session, ())
        head = {"format": "gushu-records-1", "kind": "restricted", "made_at": NOW.isoformat(),
                "head": "0" * 64, "count": records.count()}  # fmt: skip
        write_lines(head, records.lines(), out)

    def take(engine: Engine) -> None:
        with transaction(engine, patient=True) as session:
            import_records(session, lines, actor="tests", now=NOW)

    whole = tmp_path / "whole.db"
    shutil.copy(empty, whole)
    began = time.monotonic()
    take(open_register(str(whole)))
    took = time.monotonic() - began
    instants = random.Random(11)  # noqa: S311
    seen = set()
    for turn in range(4):
        victim = tmp_path / f"taking{turn}.db"
        shutil.copy(empty, victim)
        with another_process(lambda victim=victim: take(open_register(str(victim)))) as child:
            time.sleep(instants.uniform(0, 0.9 * took))
            os.kill(child, signal.SIGKILL)
            end_of(child)
        engine = open_register(str(victim))
        with reading(engine) as session:
            verify_history(session)
        seen.add(count(engine, Tree))
        assert seen <= {0, count(full, Tree)}
        take(engine)  # again: all of it, once
        assert count(engine, Tree) == count(full, Tree)
        with reading(engine) as session:
            verify_history(session)
        engine.dispose()
    assert 0 in seen
