"""`gushu map`: a page or paper, by the name of the file; options that do not go together are refused."""

import json
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from register_kit import NOW, REPOSITORY
from sqlmodel import select
from typer.testing import CliRunner

from registry.cli.app import app
from registry.db import open_register, transaction
from registry.models import Grove, Tree
from registry.vocab.words import Precision

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
    assert "pages: an index and sheets 1 to" in said


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
