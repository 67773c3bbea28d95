"""`gushu booklet` in volumes and folders of dossiers: nothing foreign is written over, nothing old stays."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from register_kit import import_rows
from sqlalchemy.engine import Engine

from exports.proofs import RECORD_FILE
from registry.photos import photo_store

Gushu = Callable[..., Any]
SPLIT = ("--split-pages", 20)


@pytest.fixture
def out(engine: Engine, tmp_path: Path) -> Path:
    """Where the booklet of a county of three trees goes."""
    import_rows(engine, tmp_path, *({"no": f"T{n}", "name": "国槐"} for n in range(3)))
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "county.pdf"


def as_volume(number: int, of: Path, path: Path) -> None:
    """A volume as a longer booklet would have had it."""
    with pikepdf.open(of) as pdf:
        told = json.loads(pdf.attachments[RECORD_FILE].get_file().read_bytes())
        told["record"]["number"] = str(number)
        pdf.attachments[RECORD_FILE] = pikepdf.AttachedFileSpec(pdf, json.dumps(told).encode())
        pdf.save(path)


def test_a_shorter_booklet_leaves_no_volume_of_a_longer_one_and_nothing_else_goes(
    gushu: Gushu, out: Path
) -> None:
    assert gushu("booklet", out, *SPLIT).exit_code == 0
    first = out.with_name("county-1.pdf")
    for number in (2, 3):
        as_volume(number, first, out.with_name(f"county-{number}.pdf"))
    as_volume(3, first, out.with_name("county-97.pdf"))  # somebody's copy
    shutil.copy(first, out.with_name("town-2.pdf"))
    for name in ("county-98.pdf", "county-plan.pdf"):
        out.with_name(name).write_bytes(b"%PDF-1.7 of somebody else")
    assert gushu("booklet", out, *SPLIT).exit_code == 0
    assert {path.name for path in out.parent.iterdir()} == {
        "county-1.pdf", "county-97.pdf", "county-98.pdf", "county-plan.pdf", "town-2.pdf",
    }  # fmt: skip


def test_a_volume_goes_over_no_file_of_another_kind(gushu: Gushu, out: Path) -> None:
    mine = out.with_name("county-2.pdf")
    mine.write_text("my own notes")
    refused = gushu("booklet", out, *SPLIT)
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "output_taken")
    assert [path.name for path in out.parent.iterdir()] == [mine.name]
    assert gushu("booklet", out).exit_code == 0  # in one volume it is called otherwise
    assert mine.read_text() == "my own notes"


def test_dossiers_go_into_no_folder_of_the_register_and_over_no_list_of_others(
    gushu: Gushu, out: Path, register_address: str
) -> None:
    photos = photo_store(register_address).folder
    listed = out.with_name("dossiers.csv")
    listed.write_text("my,own,list\n")
    for folder in (photos, photos / "below", out.parent):
        refused = gushu("dossiers", folder, "--where", "tree_no=T1")
        assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "output_taken")
    assert listed.read_text() == "my,own,list\n"
    assert [path.name for path in out.parent.iterdir()] == [listed.name]
    listed.unlink()
    for _again in range(2):
        assert gushu("dossiers", out.parent, "--where", "tree_no=T1").exit_code == 0
