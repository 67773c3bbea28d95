"""A register with rows in every place goes through a file of records whole, and its photos with it."""

from pathlib import Path

import pytest
from leak_kit import Office, plant
from typer.testing import CliRunner

from registry.cli.app import app, load_commands
from registry.commands.comparing import deviations
from registry.db import reading
from registry.exchange.carried import RECORDS
from registry.exchange.reading_out import Records


def run(address: Path | str, *words: str) -> str:
    result = CliRunner().invoke(app, ["--register", str(address), "--lang", "en", *words])
    assert result.exit_code == 0, (words, result.output)
    return result.output


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    load_commands()
    return plant(tmp_path_factory.mktemp("office"))


def test_all_kinds_of_records_with_their_rows_and_photos_arrive(office: Office, tmp_path: Path) -> None:
    first, second, new = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "new" / "register.db"
    run(office.address, "export", "json", "--restricted", "--photos", str(first))
    run(new, "init")
    assert "taken in" in run(new, "import", str(first))
    run(new, "export", "json", "--restricted", "--photos", str(second))
    assert first.read_bytes().splitlines()[1:] == second.read_bytes().splitlines()[1:]
    assert {path.name for path in Path(f"{first}.photos").rglob("*") if path.is_file()} == {
        path.name for path in Path(f"{second}.photos").rglob("*") if path.is_file()
    }
    run(new, "verify")


def test_the_planted_register_has_rows_under_every_name(office: Office) -> None:
    with reading(office.engine) as session:
        lines = list(Records(session).lines())
    kinds = {line["record"] for line in lines}
    rows = {name for line in lines for name in line.get("rows", {})}
    assert {each.kind for each in RECORDS} <= kinds
    assert {
        "designations",
        "parties",
        "photos",
        "zones",
        "assessments",
        "readings",
        "care",
        "notices",
    } <= rows
    assert {"aliases", "measurements", "inspections", "agreements"} & rows


def test_a_file_for_the_office_can_be_read_by_its_owner_alone(office: Office, tmp_path: Path) -> None:
    run(office.address, "export", "json", "--restricted", str(tmp_path / "a.jsonl"))
    assert (tmp_path / "a.jsonl").stat().st_mode & 0o077 == 0


def test_a_dry_run_takes_nothing_in(office: Office, tmp_path: Path) -> None:
    run(office.address, "export", "json", "--restricted", str(tmp_path / "a.jsonl"))
    run(tmp_path / "register.db", "init")
    assert "tried only" in run(tmp_path / "register.db", "import", "--dry-run", str(tmp_path / "a.jsonl"))
    from registry.db import open_register

    with reading(open_register(str(tmp_path / "register.db"))) as session:
        assert Records(session).count() == 0
        assert list(deviations(session)) == []
