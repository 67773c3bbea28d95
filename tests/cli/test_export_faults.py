"""Whatever stops an export, no file of it is half: what was there stays, what is made stays, why is named."""

import csv
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from register_kit import import_rows, rows_of

from exports import fonts
from exports.running import one_export_into
from registry.cli.exporting import written
from registry.db import open_register, transaction
from registry.errors import OutputError
from registry.models import Tag, TagNote
from registry.settings import set_setting

Gushu = Callable[..., object]
COUNT = 12
FILES = {
    "tags": ["tags", "OUT/tags.pdf"],
    "map": ["map", "OUT/map.html"],
    "table": ["tables", "OUT/table.xlsx"],
    "json": ["export", "json", "OUT/trees.jsonl"],
    "dossier": ["dossier", "3", "OUT/dossier.pdf"],
}
EXCHANGE = {
    "geopackage": ["export", "geopackage", "OUT/trees.gpkg"],
    "geojson": ["export", "geojson", "OUT/trees.geojson"],
    "orders": ["export", "csv", "OUT/orders.zip"],
    "archive": ["export", "dwca", "OUT/archive.zip"],
    "lines": ["export", "json", "OUT/trees.jsonl.gz", "--restricted"],
    "ods": ["tables", "OUT/table.ods"],
}
"""Further exports: one of each way of writing aside."""
ENDS = {".pdf": b"%%EOF", ".html": b"</html>", ".xlsx": b"", ".jsonl": b"}"}


@pytest.fixture(scope="module")
def few_trees(_empty_register: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with a few trees."""
    folder = tmp_path_factory.mktemp("few")
    register = Path(shutil.copy(_empty_register, folder))
    engine = open_register(str(register))
    rows = [
        {"no": n, "name": "国槐", "lon": 113 + n / 1000, "lat": 36, "girth": 300 + n, "age": 500}
        for n in range(1, COUNT + 1)
    ]
    import_rows(engine, folder, *rows)
    with transaction(engine) as session:
        set_setting(session, "public_address", "https://trees.example")
    engine.dispose()
    return register


@pytest.fixture
def filled(few_trees: Path, register_address: str, tmp_path: Path) -> Path:
    """The folder that exports of the register go to."""
    shutil.copy(few_trees, register_address)
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def words(kind: str, folder: Path) -> list[str]:
    return [word.replace("OUT", str(folder)) for word in (FILES | EXCHANGE)[kind]]


def only_file(folder: Path) -> Path:
    found = [path for path in folder.iterdir() if path.suffix in ENDS]
    assert len(found) == 1, found
    return found[0]


def halves(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


def is_whole(path: Path) -> bool:
    content = path.read_bytes()
    return len(content) > 500 and content.rstrip().endswith(ENDS[path.suffix])


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file may grow over `limit` bytes, neither here nor in processes begun here."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("kind", FILES)
def test_a_full_disk_is_named_and_what_was_there_stays(gushu: Gushu, filled: Path, kind: str) -> None:
    assert gushu(*words(kind, filled)).exit_code == 0
    target = only_file(filled)
    before = target.read_bytes()
    assert is_whole(target)
    with full_disk(600):
        result = gushu(*words(kind, filled))
    assert result.exit_code == 1
    assert result.stderr.startswith("output_unwritable: "), result.stderr
    assert "Traceback" not in result.stderr
    assert only_file(filled).read_bytes() == before
    assert gushu(*words(kind, filled)).exit_code == 0
    assert is_whole(target)
    assert not halves(filled)


def test_dossiers_go_on_after_a_full_disk(gushu: Gushu, filled: Path) -> None:
    with full_disk(2000):
        result = gushu("dossiers", filled)
    assert result.exit_code == 1
    assert result.stderr.startswith("output_unwritable: "), result.stderr
    assert not list(filled.glob("*.pdf"))
    answer = json.loads(gushu("--json", "dossiers", filled).stdout)
    assert (answer["written"], answer["kept"]) == (COUNT, 0)


def until_killed(work: Callable[[], object], seconds: float | None) -> bool:
    """Do `work` in a process of its own that is killed after `seconds`; whether it came to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking, from 3.12
        child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("kind", FILES)
def test_an_export_killed_at_any_instant_leaves_a_whole_file_or_none(
    gushu: Gushu, filled: Path, kind: str
) -> None:
    began = time.monotonic()
    assert until_killed(lambda: gushu(*words(kind, filled)), None)
    took = time.monotonic() - began
    target = only_file(filled)
    before = target.read_bytes()
    instants = random.Random(zlib.crc32(kind.encode()))  # noqa: S311 – the same instants each time
    for turn in range(4):
        if turn == 2:
            target.unlink()
        until_killed(lambda: gushu(*words(kind, filled)), took * instants.random())
        assert turn >= 2 or target.exists()
        assert not target.exists() or is_whole(target)
    assert gushu(*words(kind, filled)).exit_code == 0
    assert is_whole(target)
    assert len(target.read_bytes()) == pytest.approx(len(before), rel=0.02)
    assert not halves(filled)


@pytest.mark.parametrize("kind", EXCHANGE)
def test_what_offices_exchange_is_whole_or_not_there(gushu: Gushu, filled: Path, kind: str) -> None:
    began = time.monotonic()
    assert gushu(*words(kind, filled)).exit_code == 0
    took = time.monotonic() - began
    [target] = filled.iterdir()
    before = target.read_bytes()
    with full_disk(300):
        result = gushu(*words(kind, filled))
    assert result.stderr.startswith("output_unwritable: "), result.stderr  # the register is on that disk too
    assert target.read_bytes() == before
    instants = random.Random(zlib.crc32(kind.encode()))  # noqa: S311 – the same instants each time
    for turn in range(3):
        until_killed(lambda: gushu(*words(kind, filled)), took * instants.uniform(0.2, 0.9))
        assert len(target.read_bytes()) == pytest.approx(len(before), rel=0.02), turn
    assert gushu(*words(kind, filled)).exit_code == 0
    assert [path.name for path in filled.iterdir()] == [target.name]  # what the killed ones left is gone too
    target.unlink()
    target.mkdir()
    result = gushu(*words(kind, filled))
    assert result.stderr.startswith(f"output_unwritable: {target}"), result.stderr
    assert "folder" in result.stderr
    assert list(filled.iterdir()) == [target]


@pytest.mark.parametrize("edition", [(), ("--restricted",)], ids=["public", "restricted"])
def test_dossiers_killed_at_any_instant_are_whole_and_go_on(
    gushu: Gushu, filled: Path, edition: tuple[str, ...]
) -> None:
    instants = random.Random(7)  # noqa: S311 – the same instants each time
    for _ in range(3):
        until_killed(lambda: gushu("dossiers", filled, *edition), 0.2 + 2 * instants.random())
        assert all(is_whole(path) for path in filled.glob("*.pdf"))
    there = len(list(filled.glob("*.pdf")))
    answer = json.loads(gushu("--json", "dossiers", filled, *edition).stdout)
    assert (answer["written"], answer["kept"]) == (COUNT - there, there)
    assert len(list(filled.glob("*.pdf"))) == COUNT
    assert not halves(filled)


@pytest.mark.parametrize("form", [["tags.pdf"], ["plates", "--as", "svg"]], ids=["sheets", "plates"])
def test_a_batch_of_tags_killed_at_any_instant_ends_with_its_manifest_right(
    gushu: Gushu, filled: Path, monkeypatch: pytest.MonkeyPatch, register_address: str, form: list[str]
) -> None:
    monkeypatch.chdir(filled)
    monkeypatch.setattr("exports.plate_files.CHUNK", 3)
    instants = random.Random(5)  # noqa: S311 – the same instants each time
    for _ in range(4):
        until_killed(lambda: gushu("tags", *form), 0.1 + instants.random())
    assert gushu("tags", *form).exit_code == 0
    name = form[0]
    for line in Path(f"{name}.sha256").read_text().splitlines():
        digest, _blank, path = line.partition("  ")
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest
    with Path(f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["Number"] for row in rows] == [str(number) for number in range(1, COUNT + 1)]
    engine = open_register(register_address)
    assert len(rows_of(engine, TagNote)) == len(rows_of(engine, Tag)) == COUNT
    engine.dispose()
    assert sorted(path.name for path in filled.iterdir()) == [name, f"{name}.csv", f"{name}.sha256"]
    if "--as" in form:
        assert len(list((filled / name).iterdir())) == COUNT


def test_a_second_run_of_dossiers_into_the_same_folder_is_refused(gushu: Gushu, filled: Path) -> None:
    with one_export_into(filled):
        result = gushu("dossiers", filled)
    assert result.exit_code == 1
    assert result.stderr.startswith("folder_busy: ")
    assert gushu("dossiers", filled).exit_code == 0


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_somebody_reads_is_replaced_under_their_eyes(
    gushu: Gushu, filled: Path, kind: str
) -> None:
    gushu(*words(kind, filled))
    target = only_file(filled)
    before = target.read_bytes()
    with target.open("rb") as reader:
        assert gushu(*words(kind, filled)).exit_code == 0
        assert reader.read() == before
    assert is_whole(target)


@pytest.mark.parametrize("kind", FILES)
def test_a_folder_that_takes_no_files_is_named(gushu: Gushu, filled: Path, kind: str) -> None:
    result = gushu(*words(kind, Path("/sys")))
    assert result.exit_code == 1
    assert result.stderr.startswith("output_unwritable: /sys/"), result.stderr


def test_dossiers_into_a_folder_that_takes_no_files_are_named(gushu: Gushu, filled: Path) -> None:
    assert gushu("dossiers", "/sys").stderr.startswith("output_unwritable: /sys")


def test_two_that_write_one_file_do_not_meet(tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    with written(out) as slow:
        slow.write(b"slow ")
        with written(out) as quick:
            quick.write(b"quick and whole")
        assert out.read_bytes() == b"quick and whole"
        slow.write(b"and whole")
    assert out.read_bytes() == b"slow and whole"
    assert list(tmp_path.iterdir()) == [out]


def test_the_half_of_a_killed_run_goes_with_the_next(tmp_path: Path) -> None:
    left = tmp_path / "map.html.0123.part"
    left.write_bytes(b"half")
    with written(tmp_path / "map.html") as stream:
        stream.write(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_what_fails_midway_leaves_the_former_file(tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    out.write_bytes(b"former")
    with pytest.raises(OutputError), written(out) as stream, full_disk(10):  # noqa: PT012
        stream.write(bytes(100))
        stream.flush()
    assert out.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [out]


def test_a_full_disk_leaves_no_half_of_a_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_registered", {})
    with full_disk(600):
        assert fonts.prepare_fonts(["古树"], cache_folder=tmp_path / "cache").width("古树", "sans", 10) == 20
    assert list((tmp_path / "cache").iterdir()) == []
