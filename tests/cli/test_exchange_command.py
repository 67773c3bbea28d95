"""`gushu export` for others: what is in equals what comes out, other programs open it, foreign files stay."""

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pyogrio
import pytest
from register_kit import NOW, make_csv, make_mapping
from typer.testing import CliRunner

from registry.cli.app import app, load_commands
from registry.commands.import_file import import_table
from registry.commands.register import init_register
from registry.db import transaction
from registry.exchange.carried import line_schema
from registry.importing.mapping import read_mapping
from registry.importing.reading import open_table
from registry.rules.json_shape import misfits

TREES = (
    {"number": "A-1", "name": "国槐", "lon": "112.5", "lat": "35.25", "text": "=1+1"},
    {"number": "A-2", "name": "侧柏", "lon": "", "lat": "", "text": "上\t下\n行"},
    {"number": "A-3", "name": "银杏", "lon": "112.6", "lat": "35.5", "text": "plain"},
)
MAPPING = """
id = "exchange"
release = ["address"]

[source]
id = "exchange"
title = "样本"
title_lang = "zh-Hans"
title_en = "Sample"
publisher = "p"
licence = "CC BY 4.0"
licence_url = "https://creativecommons.org/licenses/by/4.0/"
attribution = "a"
origin = "https://example.org/"

[authority]
id = "cn-test"
name_zh = "某县林业局"
name_en = "Forestry Bureau"
jurisdiction = "cn"

[defaults]
number_scheme = "legacy"
datum = "WGS84"
text_lang = "zh-Hans"

[columns]
number = { field = "tree_no" }
name = { field = "name_verbatim" }
lon = { field = "lon" }
lat = { field = "lat" }
text = { field = "address" }
"""


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    load_commands()
    folder = tmp_path_factory.mktemp("register")
    engine = init_register(str(folder / "register.db"), actor="tests", now=NOW)
    mapping = read_mapping(make_mapping(folder, MAPPING, "exchange.toml"))
    table = open_table(make_csv(folder / "trees.csv", *TREES), fits=mapping.fits)
    with transaction(engine) as session:
        report = import_table(session, table, mapping, actor="tests", now=NOW)
    assert report.created == len(TREES), report.rejections
    return folder / "register.db"


def run(register: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["--register", str(register), "--lang", "en", "export", *words])
    assert result.exit_code == code, (words, result.output)
    return result.output


def test_a_geopackage_has_every_tree_and_opens_with_gdal(register: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.gpkg"
    run(register, "geopackage", str(out))
    assert ["tree", "Point"] in pyogrio.list_layers(out).tolist()
    assert pyogrio.read_info(out, layer="tree")["features"] == len(TREES)


def test_a_geopackage_brings_its_qgis_project_which_finds_it_by_its_own_name(
    register: Path, tmp_path: Path
) -> None:
    out = tmp_path / "trees of a county.gpkg"
    run(register, "geopackage", str(out))
    with closing(sqlite3.connect(out)) as db:
        (content,) = db.execute("SELECT content FROM qgis_projects").fetchone()
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as packed:
        project = packed.read("gushu.qgs").decode("utf-8")
    assert "./trees of a county.gpkg|layername=tree" in project
    assert "part.gpkg" not in project


def test_a_name_without_a_folder_lies_in_the_one_where_one_is(
    register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(register, "geojson", "a.geojson")
    assert len(json.loads((tmp_path / "a.geojson").read_text("utf-8"))["features"]) == len(TREES)
    assert [path.name for path in tmp_path.iterdir()] == ["a.geojson"]


@pytest.mark.usefixtures("gdal_whole")
def test_geojson_has_every_tree_also_those_without_a_position(register: Path, tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.geojson", tmp_path / "a.geojson.gz"
    run(register, "geojson", str(plain))
    run(register, "geojson", str(packed))
    found = json.loads(plain.read_text("utf-8"))
    assert found["licences"] == ["CC BY 4.0"]
    assert found["numberMatched"] == found["numberReturned"] == len(found["features"]) == len(TREES)
    assert sum(each["geometry"] is None for each in found["features"]) == 1
    assert json.loads(gzip.decompress(packed.read_bytes()))["features"] == found["features"]
    assert pyogrio.read_info(plain)["features"] == len(TREES)


def test_tables_of_orders_number_their_rows_and_run_no_formula(register: Path, tmp_path: Path) -> None:
    flat, three = tmp_path / "a.csv", tmp_path / "a.zip"
    run(register, "csv", str(flat))
    run(register, "csv", str(three))
    assert flat.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(flat.read_text("utf-8-sig"))))
    assert [(row["row"], row["rows"]) for row in rows] == [("1", "3"), ("2", "3"), ("3", "3")]
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=") or "\n" in cell]
    assert [row["point"] for row in rows] == ["POINT (112.5 35.25)", "", "POINT (112.6 35.5)"]
    with zipfile.ZipFile(three) as archive:
        about = json.loads(archive.read("about.json"))
        trees = list(csv.DictReader(io.StringIO(archive.read("tree.csv").decode("utf-8-sig"))))
    assert about["rows"]["tree"] == len(trees) == len(TREES)


def test_an_archive_has_every_tree(register: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.zip"
    run(register, "dwca", str(out), "--licence", "cc-by")
    with zipfile.ZipFile(out) as archive:
        assert len(archive.read("occurrence.txt").decode().splitlines()) == len(TREES) + 1
    assert "licence_choice" in run(register, "dwca", str(out), "--licence", "cc0", code=1)


def test_records_keep_their_schema_and_their_count(register: Path, tmp_path: Path) -> None:
    for restricted in ((), ("--restricted",)):
        out, schema = tmp_path / f"{len(restricted)}.jsonl", tmp_path / f"{len(restricted)}.json"
        run(register, "json", str(out), "--schema", str(schema), *restricted)
        lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        asked = json.loads(schema.read_text("utf-8"))
        assert lines[0]["count"] == lines[-1]["end"]["counts"]["tree"] == len(TREES)
        assert [list(misfits(line, asked)) for line in lines] == [[]] * len(lines)
        assert list(misfits({"end": {"counts": {}}}, asked))
    assert asked == json.loads(json.dumps(line_schema()))


def test_a_schema_may_stand_alone_and_nothing_is_a_wrong_use(register: Path, tmp_path: Path) -> None:
    run(register, "json", "--schema", str(tmp_path / "s.json"))
    run(register, "json", code=2)


@pytest.mark.parametrize(
    "words", [("geopackage",), ("geojson",), ("csv",), ("dwca",), ("json",)], ids=" ".join
)
def test_a_file_that_is_not_ours_stays(register: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    out = tmp_path / "mine.zip"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mine", b"1")
    before = out.read_bytes()
    assert "output_taken" in run(register, *words, str(out), code=1)
    assert out.read_bytes() == before


def test_an_edition_that_a_site_may_serve_is_not_written_over(register: Path, tmp_path: Path) -> None:
    edition = tmp_path / "public.gpkg"
    words = ["--register", str(register), "publish", "--out", str(edition)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert "output_taken" in run(register, "geopackage", str(edition), code=1)


@pytest.mark.parametrize("words", [("geopackage",), ("geojson",), ("json", "--restricted")], ids=" ".join)
def test_the_same_kind_is_written_anew(register: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    out = tmp_path / "out"
    run(register, *words, str(out))
    run(register, *words, str(out))


def test_a_folder_that_cannot_be_written_to_is_said_so_and_nothing_half_written_stays(
    register: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    for kind in ("geojson", "json", "csv", "dwca", "geopackage"):
        assert "output_unwritable" in run(register, kind, str(tmp_path / "file" / "out"), code=1)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_is_full_is_said_so(
    register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("exports.exchange.json_lines.canonical_json", full)
    assert "the disk is full" in run(register, "json", str(tmp_path / "a.jsonl"), code=1)
    assert list(tmp_path.iterdir()) == []


def test_a_selection_that_finds_nothing_says_so(register: Path, tmp_path: Path) -> None:
    assert "nothing_selected" in run(
        register, "json", str(tmp_path / "a.jsonl"), "--where", "tree_no=none", code=1
    )
