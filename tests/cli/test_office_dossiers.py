"""The dossiers of a county for its office: persons and money in them, and never among the public ones."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from case_kit import make_trees
from pdf_kit import squeezed_text_of
from register_kit import NOW
from sqlalchemy.engine import Engine
from typer.testing import Result

from exports.proofs import PROOF_FILE
from registry.cli.app import Office
from registry.proof_records import read_proof

Gushu = Callable[..., Result]
PERSON, MONEY = "甄小明", "1,234.56"
KINDS = {"trees": (), "groves": ("--groves",), "gardens": ("--gardens",)}


@pytest.fixture
def office(engine: Engine, gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gushu:
    """Trees, a grove and a garden, each with a work that a person did, and what it cost."""
    monkeypatch.chdir(tmp_path)
    make_trees(engine, tmp_path)
    done(gushu, "ledger", "add", "grove", "G", "name=柏林", "tree_count=20")
    done(gushu, "ledger", "add", "garden", "Y", "name=可园")
    for record in ("甲-1", "grove:G", "garden:Y"):
        number = done(gushu, "work", "new", record, "T01", "--crew", PERSON).split()[0]
        done(gushu, "work", "order", number, "--due", "2026-12-31")
        done(gushu, "work", "start", number)
        done(gushu, "work", "finish", number, "--cost", MONEY)
    return gushu


def done(gushu: Gushu, *words: object) -> str:
    result = gushu(*words, lang="zh")
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def run(gushu: Gushu, folder: Path, *more: str) -> tuple[int, int]:
    """Make dossiers; how many were written, and how many kept."""
    told = json.loads(done(gushu, "--json", "dossiers", folder, *more))
    assert told["is_restricted"] is ("--restricted" in more)
    return told["written"], told["kept"]


def text_in(folder: Path) -> str:
    """What all PDFs of a folder say, and what travels in them."""
    pages, records = [], []
    for path in sorted(folder.glob("*.pdf")):
        pages.append(squeezed_text_of(path))
        with pikepdf.open(path) as pdf:
            records += [each.get_file().read_bytes().decode() for each in pdf.attachments.values()]
    return "".join(("".join(pages) + "".join(records)).split())


@pytest.mark.parametrize("kind", KINDS)
def test_persons_and_money_are_in_the_edition_for_the_office_and_not_in_the_public_one(
    office: Gushu, tmp_path: Path, kind: str
) -> None:
    public, restricted = tmp_path / "public", tmp_path / "office"
    made = run(office, public, *KINDS[kind])
    assert run(office, restricted, *KINDS[kind], "--restricted") == made
    assert (MONEY in text_in(restricted), PERSON in text_in(restricted)) == (True, True)
    assert (MONEY in text_in(public), PERSON in text_in(public)) == (False, False)


def test_each_file_of_the_edition_for_the_office_says_so_in_name_list_and_proof(
    office: Gushu, tmp_path: Path
) -> None:
    folder = tmp_path / "office"
    run(office, folder, "--restricted")
    run(office, folder, "--restricted", "--groves")
    lists = {"dossiers.restricted.csv": 2, "grove-dossiers.restricted.csv": 1}
    for name, count in lists.items():
        with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
            files = [row["file"] for row in csv.DictReader(stream)]
        assert len(files) == count
        assert all(each.endswith(".restricted.pdf") for each in files)
        for each in files:
            with pikepdf.open(folder / each) as pdf:
                proof = read_proof(pdf.attachments[PROOF_FILE].get_file().read_bytes())
            assert proof.statement.is_restricted
    assert all(".restricted." in path.name for path in folder.iterdir())


def test_a_run_for_the_office_goes_on_where_it_was_and_keeps_what_says_the_same_another_day(
    office: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "office"
    assert run(office, folder, "--restricted") == (2, 0)
    [first, _second] = sorted(folder.glob("*.pdf"))
    first.write_bytes(first.read_bytes()[:2000])
    assert run(office, folder, "--restricted") == (1, 1)
    monkeypatch.setattr(Office, "now", lambda _self: NOW + timedelta(hours=1))
    assert run(office, folder, "--restricted") == (0, 2)
    done(office, "work", "new", "甲-2", "T01", "--planned", "88")
    assert run(office, folder, "--restricted") == (1, 1)


@pytest.mark.parametrize("first", [(), ("--restricted",)], ids=["public", "restricted"])
def test_one_edition_is_not_written_into_the_folder_of_the_other(
    office: Gushu, tmp_path: Path, first: tuple[str, ...]
) -> None:
    folder = tmp_path / "out"
    second = ("--restricted",) if not first else ()
    run(office, folder, *first, "--groves")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    refused = office("dossiers", folder, *second)
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "output_taken")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
