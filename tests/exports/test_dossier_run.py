"""A run of many dossiers: its manifest, what is left when it is killed or the disk is full, the key."""

import csv
import errno
import hashlib
import os
import pickle
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from archive_kit import problems

from exports import dossier_run as module
from exports.dossier import Dossier
from exports.dossier_run import MANIFEST, write_dossiers
from exports.grove_dossier import AreaDossier
from registry.errors import OutputError, OutputTakenError
from registry.growing import model_terms
from registry.growth_records import GirthReading
from registry.office_records import OfficeCare
from registry.rules.growth import growth_of
from registry.vocab.language import translator
from tests.exports.builders import make_facts, make_tree_record
from tests.exports.test_grove_dossier import grove
from tests.exports.test_pdf_archive import SIGNER

ZH = translator("zh")
COUNT = 40


def trees(count=COUNT, **facts):
    for number in range(count):
        uuid = f"00000000-0000-4000-8000-{number:012}"
        yield Dossier(make_tree_record(uuid=uuid, tree_no=f"T{number}", path=f"T{number}", **facts))


def rows(folder: Path, manifest: str = MANIFEST) -> list[dict[str, str]]:
    with (folder / manifest).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


class AtOnce:
    """An executor that works here, and keeps what was sent to it as another machine would see it."""

    workers = 1

    def __init__(self):
        self.sent = []

    def submit(self, work, *arguments):
        from concurrent.futures import Future

        self.sent.append(pickle.dumps((work, arguments)))
        future = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


def run(folder, source, **more):
    return write_dossiers(source, folder, make_facts(history_seq=9), language=ZH, executor=AtOnce(), **more)


def test_the_manifest_names_every_file_with_its_digest_in_the_order_of_the_trees(tmp_path):
    run(tmp_path, trees(12), signer=SIGNER)
    told = rows(tmp_path)
    assert [each["number"] for each in told] == [f"T{number}" for number in range(12)]
    for each in told:
        content = (tmp_path / each["file"]).read_bytes()
        assert (each["sha256"], int(each["bytes"])) == (hashlib.sha256(content).hexdigest(), len(content))
    assert {each["state"] for each in told} == {"made"}
    assert problems((tmp_path / "T3.pdf").read_bytes()) == []


def test_the_second_run_keeps_what_stands_and_lists_it_in_the_same_order(tmp_path):
    run(tmp_path, trees(12), signer=SIGNER)
    first = rows(tmp_path)
    (tmp_path / "T5.pdf").unlink()
    (tmp_path / "T7.pdf").write_bytes((tmp_path / "T7.pdf").read_bytes()[:2000])
    report = run(tmp_path, trees(12), signer=SIGNER)
    assert (report.made, report.kept) == (2, 10)
    again = rows(tmp_path)
    assert [each["state"] for each in again] == [
        "made" if each["number"] in {"T5", "T7"} else "kept" for each in again
    ]
    assert [each["sha256"] for each in again] == [each["sha256"] for each in first]


def test_a_tree_that_cannot_be_drawn_is_in_the_manifest_with_its_reason(tmp_path):
    source = [*trees(2), Dossier(make_tree_record(tree_no="X", path="X", address="\U00020000"))]
    run(tmp_path, source)
    last = rows(tmp_path)[-1]
    assert (last["number"], last["state"], last["sha256"]) == ("X", "failed", "")
    assert "U+20000" in last["reason"]
    (failed,) = run(tmp_path, source).failed
    assert last["reason"] == ZH.error(failed[1]) != str(failed[1])


def test_no_number_in_the_manifest_is_a_formula(tmp_path):
    run(tmp_path, [Dossier(make_tree_record(tree_no="=1+1", path="X"))])
    (told,) = rows(tmp_path)
    assert (told["number"], told["state"]) == ("'=1+1", "made")


def test_the_private_key_goes_to_no_worker(tmp_path):
    executor = AtOnce()
    write_dossiers(trees(3), tmp_path, make_facts(), language=ZH, executor=executor, signer=SIGNER)
    assert executor.sent  # a callable that holds the key could not even have been pickled
    assert not any(bytes(range(32)) in sent for sent in executor.sent)


def test_a_dossier_without_proof_is_made_again_once_there_is_a_key(tmp_path):
    run(tmp_path, trees(2))
    report = run(tmp_path, trees(2), signer=SIGNER)
    assert (report.made, report.kept) == (2, 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EBUSY])
def test_a_disk_that_is_full_or_a_file_that_is_held_is_named_and_the_run_goes_on_later(
    tmp_path, monkeypatch, number
):
    real = Path.replace

    def refused(self, target):
        if Path(target).name == "T9.pdf":
            raise OSError(number, "refused", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(OutputError) as caught:
        run(tmp_path, trees(12))
    assert "T9.pdf" in str(caught.value)
    assert not [*tmp_path.glob("*.part")] or not (tmp_path / MANIFEST).exists()
    monkeypatch.undo()
    report = run(tmp_path, trees(12))
    assert report.made + report.kept == 12
    assert report.kept >= 8
    assert not [*tmp_path.glob("*.part")]


def office(folder, *, on=date(2026, 3, 4), lon=113.0, **kept):
    """A run of one tree for the office: how many dossiers were made. on: the day it is made."""
    girths = [GirthReading(date(year, 5, 1), 4.0 * year - 7800, 1.3) for year in range(2005, 2025, 5)]
    growth = growth_of(girths, model_terms(), on)
    assert growth.projections
    tree = make_tree_record(position_precision="withheld", lon=lon, lat=36.0)
    facts = make_facts(is_restricted=True)
    source = [Dossier(tree, care=OfficeCare(growth=growth, **kept))]
    return write_dossiers(source, folder, facts, language=ZH, executor=AtOnce()).made


def test_for_the_office_a_dossier_is_kept_on_another_day_and_made_again_when_what_it_keeps_changes(tmp_path):
    assert office(tmp_path) == 1
    assert office(tmp_path, on=date(2027, 1, 9)) == 0
    assert office(tmp_path, lon=113.0001) == 1
    assert office(tmp_path, lon=113.0001, patrols=(date(2026, 5, 1),)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "768.restricted.pdf", "dossiers.restricted.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("is_restricted", [False, True])
def test_a_folder_holds_one_edition(tmp_path, is_restricted):
    first, second = (make_facts(is_restricted=each) for each in (is_restricted, not is_restricted))
    write_dossiers(trees(1), tmp_path, first, language=ZH, executor=AtOnce())
    with pytest.raises(OutputTakenError):
        write_dossiers(groves(1), tmp_path, second, language=ZH, executor=AtOnce())


def groves(count=COUNT, **facts):
    for number in range(count):
        uuid = f"00000000-0000-4000-8000-{number:012}"
        yield AreaDossier(grove(uuid=uuid, number=f"Q{number}", path=f"Q{number}", **facts))


def test_groves_and_gardens_are_run_as_trees_are(tmp_path):
    more = {"signer": SIGNER, "manifest": "grove-dossiers.csv"}
    run(tmp_path, groves(12), **more)
    (tmp_path / "grove-Q5.pdf").unlink()
    (tmp_path / "grove-Q7.pdf").write_bytes((tmp_path / "grove-Q7.pdf").read_bytes()[:2000])
    report = run(tmp_path, groves(12), **more)
    assert (report.made, report.kept) == (2, 10)
    told = rows(tmp_path, "grove-dossiers.csv")
    assert [each["state"] for each in told] == ["made" if n in {5, 7} else "kept" for n in range(12)]
    for each in told:
        content = (tmp_path / each["file"]).read_bytes()
        assert each["sha256"] == hashlib.sha256(content).hexdigest()
    assert problems((tmp_path / "grove-Q3.pdf").read_bytes()) == []
    assert run(tmp_path, groves(12, tree_count=187), **more).made == 12


def test_a_grove_that_cannot_be_drawn_is_named_and_the_others_are_made(tmp_path):
    report = run(tmp_path, [*groves(1, name="林🌳"), *[*groves(3)][1:]])
    assert (report.made, [number for number, _error in report.failed]) == (2, ["Q0"])


def test_many_members_make_a_batch_of_their_own():
    member = make_tree_record()
    large = (AreaDossier(grove(number=f"Q{n}", path=f"Q{n}"), (member,) * 2000) for n in range(3))
    batches = list(module._batches(large))
    assert [len(batch) for batch in batches] == [1, 1, 1]


WORK = """
import sys
sys.path.insert(0, {here!r})
from pathlib import Path
from tests.exports.test_dossier_run import ZH, make_facts, trees, write_dossiers
if __name__ == "__main__":
    write_dossiers(trees(), Path({folder!r}), make_facts(), language=ZH, workers=1)
"""


def test_a_run_that_is_killed_goes_on_and_does_no_more_than_the_running_batches_twice(tmp_path):
    folder, script = tmp_path / "out", tmp_path / "work.py"
    here = str(Path(__file__).parents[2])
    script.write_text(WORK.format(here=here, folder=str(folder)))
    paths = f"{here}:{here}/tests"
    process = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": paths})
    until = time.monotonic() + 90
    while len([*folder.glob("*.pdf")]) < module.BATCH + 2 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.3)
    stood = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.pdf")}
    assert len(stood) > module.BATCH
    assert not (folder / MANIFEST).exists()
    report = run(folder, trees())
    assert report.made + report.kept == COUNT
    after = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.pdf")}
    assert len(after) == COUNT
    assert all(after[name] == at for name, at in stood.items())  # nothing that stood was made again
    assert len(rows(folder)) == COUNT
    assert not [*folder.glob("*.part")]
