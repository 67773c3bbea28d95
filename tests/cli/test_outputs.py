"""Outputs never go over the register, its keys, its inputs, or a file that we did not make."""

from collections.abc import Callable
from pathlib import Path

import pytest
from register_kit import SINGAPORE

from registry.db import open_register

Gushu = Callable[..., object]
COMMANDS = {
    "publish": ("publish", "--out"),
    "map": ("map",),
    "tags": ("tags",),
    "dossier": ("dossier", "HT 2007-163"),
}


@pytest.fixture
def filled(gushu, register_address: str) -> str:
    gushu("import", SINGAPORE)
    gushu("config", "set", "public_address", "https://trees.example")
    return register_address


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ending", ["", ".keys", "-wal"])
def test_no_output_goes_over_the_register(gushu, filled: str, command: str, ending: str) -> None:
    target = Path(filled + ending)
    before = target.read_bytes() if target.exists() else None
    result = gushu(*COMMANDS[command], target)
    assert result.exit_code == 1
    assert result.stderr.startswith("output_taken: ")
    assert before is None or ending == "-wal" or target.read_bytes() == before
    open_register(filled).dispose()


@pytest.mark.parametrize("command", COMMANDS)
def test_no_output_goes_over_a_file_of_another_kind(gushu, filled: str, tmp_path: Path, command: str) -> None:
    letter = tmp_path / "letter.doc"
    letter.write_bytes(b"\xd0\xcf\x11\xe0 a letter")
    result = gushu(*COMMANDS[command], letter)
    assert result.stderr.startswith("output_taken: ")
    assert letter.read_bytes() == b"\xd0\xcf\x11\xe0 a letter"


def test_the_same_output_again_is_written_anew(gushu, filled: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert gushu("publish", "--out", tmp_path / "p.gpkg").exit_code == 0
        assert gushu("map", tmp_path / "m.html").exit_code == 0


def test_rejects_do_not_go_over_the_file_that_is_imported(gushu, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    result = gushu("import", path, "--rejects", path)
    assert result.stderr.startswith("output_taken: ")
    assert path.read_bytes() == b"a,b\n1,2\n"
