"""`gushu backup` and `gushu restore`: what they say, where they write, what they leave alone."""

import json
from pathlib import Path

import pytest
from conftest import Gushu
from register_kit import make_csv, make_mapping
from sqlmodel import select

from registry.db import open_register, reading
from registry.models import AuditEntry


@pytest.fixture
def office(tmp_path: Path, gushu: Gushu) -> Path:
    path = make_csv(tmp_path / "rows.csv", {"no": "01", "name": "国槐"})
    assert gushu("import", path, "--mapping", make_mapping(tmp_path)).exit_code == 0
    (tmp_path / "pass").write_text("correct horse battery\nsecond line\n")
    return tmp_path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_says_what_is_in_it_and_what_to_do_with_the_keys(office: Path, gushu: Gushu, lang: str) -> None:
    said = gushu("backup", office / "b.tar", lang=lang).output
    assert {"zh": "密钥不在其中", "en": "The keys are not in it"}[lang] in said
    said = gushu("backup", office / "b.tar", "--passphrase-file", office / "pass", lang=lang).output
    assert {"zh": "抄在纸上", "en": "on paper"}[lang] in said
    again = gushu("backup", "--check", office / "b.tar", lang=lang)
    assert again.exit_code == 0
    assert again.output == said


def test_a_register_goes_through_a_backup_and_is_told_where_it_stands(office: Path, gushu: Gushu) -> None:
    made = gushu("--json", "backup", office / "b.tar", "--passphrase-file", office / "pass")
    told = json.loads(made.stdout)
    found = gushu("restore", office / "b.tar", "--to", office / "new", "--passphrase-file", office / "pass")
    assert found.exit_code == 0, found.output
    assert str(office / "new" / "register.db") in found.output
    verified = gushu("--json", "verify", register=str(office / "new" / "register.db"))
    assert json.loads(verified.stdout)["head"] == told["head"]
    for address, actions in ((office / "register.db", ["backup_made"]),
                             (office / "new" / "register.db", ["backup_restored"])):  # fmt: skip
        with reading(open_register(str(address))) as session:
            assert list(session.exec(select(AuditEntry.action))) == actions


def test_errors_are_one_line_with_a_code(office: Path, gushu: Gushu, register_address: str) -> None:
    gushu("backup", office / "b.tar", "--passphrase-file", office / "pass")
    (office / "short").write_text("short\n")
    (office / "wrong").write_text("another passphrase\n")
    new = ("--to", office / "new")
    for words, code in (
        (("backup", office / "c.tar", "--passphrase-file", office / "short"), "backup_passphrase"),
        (("backup", register_address), "output_taken"),
        (("backup", office / "rows.csv"), "output_taken"),
        (("backup", office / "none" / "b.tar"), "output_unwritable"),
        (("backup", "--check", office / "rows.csv"), "backup_foreign"),
        (("restore", office / "none.tar", *new), "input_missing"),
        (("restore", office / "b.tar", *new), "backup_passphrase"),
        (("restore", office / "b.tar", *new, "--passphrase-file", office / "wrong"), "backup_passphrase"),
        (("restore", office / "b.tar", "--passphrase-file", office / "pass"), "restore_taken"),
    ):
        found = gushu(*words)
        assert found.exit_code == 1, words
        assert found.stderr.startswith(f"{code}: "), found.stderr
        assert len(found.stderr.splitlines()) == 1


def test_in_a_folder_backups_are_named_by_time_and_old_ones_go(office: Path, gushu: Gushu) -> None:
    folder = office / "backups"
    folder.mkdir()
    kept = folder / "gushu-backup-by-hand.tar"
    kept.write_text("somebody's own")
    for day in range(1, 5):
        (folder / f"gushu-backup-2020010{day}-023000.tar").write_bytes(b"gushu-backup/")
    assert gushu("backup", folder, "--keep", 2).exit_code == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "gushu-backup-20200104-023000.tar"
    assert len(names) == 3
    assert kept.is_file()


def test_the_settings_that_name_files_are_told_with_where_they_are_now(office: Path, gushu: Gushu) -> None:
    own = office / "own list.csv"
    own.write_text("name_zh,name_latin\n国槐,Styphnolobium japonicum\n")
    assert gushu("config", "set", "species_list", own).exit_code == 0
    gushu("backup", office / "b.tar")
    found = gushu("restore", office / "b.tar", "--to", office / "new")
    path = office / "new" / "register.db.supplements" / "species_list" / "own list.csv"
    assert path.read_text() == own.read_text()
    assert f"gushu config set species_list '{path}'" in found.output
    assert "key file" in found.output


def test_a_folder_that_is_not_there_yet_is_made(office: Path, gushu: Gushu) -> None:
    gushu("backup", str(office / "new" / "backups"), "--keep", "2")
    (made,) = (office / "new" / "backups").iterdir()
    assert made.name.startswith("gushu-backup-")
