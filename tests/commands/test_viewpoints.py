"""Photos of fixed viewpoints: kept, told in the history, shown as pairs, hidden where the place is."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from register_kit import import_rows, rows_of
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

import registry.cli.keeping  # noqa: F401 (its commands)
from registry.cli.app import app
from registry.commands.comparing import deviations
from registry.db import reading, transaction
from registry.models import Photo, Tree
from registry.selection import find_tree
from registry.vocab.words import PhotoKind, Precision


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1", "lon": "113.05", "lat": "36.04"}, {"no": "2"})
    for name, shade in (("a", 40), ("b", 90), ("c", 140)):
        Image.new("RGB", (80, 60), (shade, 100, 60)).save(tmp_path / f"{name}.jpg")
    return engine


def run(address: str, *words: object) -> Any:
    result = CliRunner().invoke(app, ["--register", address, "--json", *map(str, words)])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def add(address: str, path: Path, *words: object) -> None:
    run(address, "photo", "add", "1", path, *words)


def test_a_viewpoint_is_kept_told_and_may_be_named_by_its_label(
    office: Engine, register_address: str, tmp_path: Path
) -> None:
    add(register_address, tmp_path / "a.jpg", "--viewpoint", "树干基部", "--bearing", 45, "--distance", 12.5)
    (photo,) = rows_of(office, Photo)
    assert (photo.viewpoint, photo.bearing_deg, photo.distance_m) == ("base", 45, 12.5)
    assert photo.kind == PhotoKind.TRUNK
    add(register_address, tmp_path / "a.jpg", "--viewpoint", "戏台二楼")
    (photo,) = rows_of(office, Photo)
    assert (photo.viewpoint, photo.distance_m) == ("戏台二楼", 12.5)
    with reading(office) as session:
        assert list(deviations(session)) == []


def test_the_oldest_and_the_newest_make_a_pair(office: Engine, register_address: str, tmp_path: Path) -> None:
    for name, day in (("a", "2026-05-01"), ("b", "2010-05-01"), ("c", "2018-05-01")):
        add(register_address, tmp_path / f"{name}.jpg", "--viewpoint", "north", "--taken-on", day)
    out = tmp_path / "pairs.pdf"
    told = run(register_address, "photo", "pairs", "1", "--out", out)
    assert told["series"] == [
        {"viewpoint": "north", "photos": 3, "first_on": "2010-05-01", "last_on": "2026-05-01"}
    ]
    assert "east" in told["missing"]
    assert "north" not in told["missing"]
    assert "defect" not in told["missing"]
    assert out.read_bytes().startswith(b"%PDF")
    assert run(register_address, "photo", "pairs", "2")["series"] == []
    with transaction(office) as session:
        session.get_one(Tree, find_tree(session, "1")).position_precision = Precision.MEDIUM
    hidden = run(register_address, "photo", "pairs", "1")
    assert (hidden["series"], hidden["withheld"]) == ([], True)
    assert len(run(register_address, "photo", "pairs", "1", "--restricted")["series"]) == 1


@pytest.mark.parametrize("words", [("--viewpoint", " "), ("--viewpoint", "x" * 33), ("--bearing", "361")])
def test_a_viewpoint_that_is_none_is_a_usage_error(words: tuple[str, str], tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["--register", "none.db", "photo", "add", "1", str(tmp_path / "a"), *words]
    )
    assert result.exit_code == 2
