"""`gushu map`: a page or paper, by the name of the file; options that do not go together are refused."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image
from register_kit import NOW, REPOSITORY, import_rows
from sqlalchemy.engine import Engine
from sqlmodel import select
from typer.testing import CliRunner, Result

from registry.cli.app import app
from registry.db import open_register, transaction
from registry.models import Grove, Tree
from registry.vocab.words import Precision

Gushu = Callable[..., Result]
SAMPLE = REPOSITORY / "samples" / "singapore" / "singapore-heritage-trees.json"


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A register with the 255 trees of Singapore."""
    address = str(tmp_path_factory.mktemp("maps") / "register.db")
    for words in (["init"], ["import", str(SAMPLE)]):
        done = CliRunner().invoke(app, ["--register", address, *words])
        assert done.exit_code == 0, done.output
    return address


def run(register: str, *words: str, code: int = 0) -> str:
    """What the command says, errors included."""
    done = CliRunner().invoke(app, ["--register", register, "--lang", "en", *words])
    assert done.exit_code == code, done.output
    return str(done.stdout or done.stderr)


def test_a_page_colours_by_what_is_asked(register: str, tmp_path: Path) -> None:
    run(register, "map", str(tmp_path / "a.html"), "--colour-by", "genus")
    assert '"chosen":"genus"' in (tmp_path / "a.html").read_text("utf-8")


def test_a_map_on_paper_tells_its_scale_in_json(register: str, tmp_path: Path) -> None:
    said = run(register, "--json", "map", str(tmp_path / "a.pdf"), "--page", "A3", "--landscape")
    told = json.loads(said.splitlines()[-1])
    assert (told["trees"], told["placed"], told["pages"], told["sheets"]) == (255, 255, 1, 0)
    box = pypdf.PdfReader(tmp_path / "a.pdf").pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (420, 297)


def test_a_picture_and_a_series_are_made(register: str, tmp_path: Path) -> None:
    run(register, "map", str(tmp_path / "a.png"), "--dpi", "40", "--no-numbers")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (331, 468)
    said = run(register, "map", str(tmp_path / "b.pdf"), "--sheets", "--colour-by", "age")
    assert "pages: an index and" in said


@pytest.mark.parametrize(
    "words",
    [
        ("a.html", "--scale", "1:5000"),
        ("a.html", "--sheets"),
        ("a.png", "--sheets"),
        ("a.pdf", "--dpi", "100"),
        ("a.pdf", "--page", "A9"),
        ("a.pdf", "--scale", "big"),
        ("a.pdf", "--colour-by", "genus"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    register: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    run(register, "map", str(tmp_path / words[0]), *words[1:], code=2)
    assert not (tmp_path / words[0]).exists()


def test_a_map_that_cannot_be_made_leaves_no_file(register: str, tmp_path: Path) -> None:
    said = run(register, "map", str(tmp_path / "a.pdf"), "--scale", "1:1000", code=1)
    assert "map_scale: " in said
    assert "--sheets" in said
    assert list(tmp_path.iterdir()) == []
    base = tmp_path / "base.geojson"
    base.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
                    '{"type":"LineString","coordinates":[[103.8,"x"],[103.9,1.3]]}}]}')  # fmt: skip
    said = run(register, "map", str(tmp_path / "a.pdf"), "--basemap", str(base), code=1)
    assert "base.geojson" in said


def test_a_grove_whose_place_is_withheld_is_counted_and_not_drawn(register: str, tmp_path: Path) -> None:
    """Last of all: it changes the register."""
    with transaction(open_register(register)) as session:
        tree = session.exec(select(Tree)).first()
        assert tree is not None
        facts = {"authority_id": tree.authority_id, "source_id": tree.source_id, "lon": 103.8, "lat": 1.3}
        for number, precision in (("HIDDEN-1", Precision.WITHHELD), ("SHOWN-1", Precision.EXACT)):
            session.add(Grove(number=number, position_precision=precision, updated_on=NOW.date(), **facts))
    for name in ("a.html", "a.pdf"):
        said = run(register, "--json", "map", str(tmp_path / name))
        assert json.loads(said.splitlines()[-1])["areas_left_off"] == 1
        assert "1 grove or garden" in run(register, "map", str(tmp_path / name))
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "SHOWN-1" in page
    assert "HIDDEN-1" not in page
    assert "1 grove or garden" in page


TILES = "https://tiles.example/{z}/{x}/{y}.png"


@pytest.mark.parametrize(
    ("settings", "layers", "attribution"),
    [
        ({"basemap_url": TILES}, [TILES], "tiles.example"),
        ({"basemap_url": TILES, "basemap_attribution": "© someone"}, [TILES], "© someone"),
        ({"basemap": "tianditu", "basemap_key": "abc"}, ["vec_w/wmts", "eva_w/wmts"], "Tianditu"),
    ],
)
def test_a_page_draws_the_base_map_of_the_settings_and_says_whose_it_is(
    engine: Engine,
    gushu: Gushu,
    tmp_path: Path,
    settings: dict[str, str],
    layers: list[str],
    attribution: str,
) -> None:
    import_rows(engine, tmp_path, {"no": "1", "lon": "113.05", "lat": "36.05"})
    said, tiles = page_with(gushu, tmp_path, settings)
    assert [part in url for part, url in zip(layers, tiles["layers"], strict=True)] == [True] * len(layers)
    assert tiles["attribution"] == attribution
    assert "not drawn" not in said


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ({"basemap": "none", "basemap_url": TILES}, False),
        ({}, False),
        ({"basemap": "amap"}, True),
        ({"basemap": "amap", "basemap_url": TILES}, True),
        ({"basemap": "osm"}, True),
        ({"basemap": "pmtiles"}, True),
        ({"basemap_url": "/tiles/{z}/{x}/{y}.png"}, True),
    ],
)
def test_a_page_asks_nobody_where_it_draws_no_base_map_and_says_why(
    engine: Engine, gushu: Gushu, tmp_path: Path, settings: dict[str, str], is_told: bool
) -> None:
    import_rows(engine, tmp_path, {"no": "1", "lon": "113.05", "lat": "36.05"})
    said, tiles = page_with(gushu, tmp_path, settings)
    assert tiles is None
    assert ("The base map of the settings is not drawn" in said) == is_told
    for host in ("tiles.example", "autonavi", "tile.openstreetmap"):
        assert host not in (tmp_path / "a.html").read_text("utf-8")


def page_with(gushu: Gushu, folder: Path, settings: dict[str, str]) -> tuple[str, Any]:
    """What the command says, and the tiles of its page."""
    for name, value in settings.items():
        assert gushu("config", "set", name, value).exit_code == 0
    done = gushu("map", folder / "a.html")
    assert done.exit_code == 0, done.output
    given = re.search(r'id="trees">(.*?)</script>', (folder / "a.html").read_text("utf-8"), re.DOTALL)
    assert given
    return done.stdout, json.loads(given[1])["tiles"]
