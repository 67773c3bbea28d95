"""Zones on the command line: computed, listed, exported so that GDAL reads them, drawn out of files."""

import json
from pathlib import Path
from typing import Any

import pytest
from register_kit import HONG_KONG
from typer.testing import CliRunner

from registry.cli.app import app, load_commands

load_commands()
NUMBER = "AFCD/KS/005"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = str(tmp_path_factory.mktemp("zones") / "r.db")
    ask(made, "init")
    ask(made, "import", str(HONG_KONG))
    ask(made, "zones", "compute")
    return made


def ask(address: str, *words: str, code: int = 0, lang: str = "en") -> Any:
    answer = CliRunner().invoke(app, ["--register", address, "--lang", lang, "--json", *words])
    assert answer.exit_code == code, (answer.output, answer.exception)
    return json.loads(answer.stdout.splitlines()[-1]) if code == 0 else answer.stderr


def told(address: str, *words: str, lang: str = "en") -> str:
    answer = CliRunner().invoke(app, ["--register", address, "--lang", lang, *words])
    assert answer.exit_code == 0, (answer.output, answer.exception)
    return answer.output


def square(path: Path, lon: float, lat: float, half: float = 0.0002, **properties: str) -> Path:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [[lon + x * half, lat + y * half] for x, y in corners]
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def test_every_tree_with_a_crown_has_its_zone_once(address: str) -> None:
    again = ask(address, "zones", "compute")
    assert (again["computed"], again["replaced"], again["read"]) == (0, 0, 713)
    assert again["unchanged"] + sum(each["records"] for each in again["lacking"]) == 713
    shown = ask(address, "zones", "show", NUMBER)
    (zone,) = shown["zones"]
    assert (zone["pack_id"], zone["rule"], zone["confidence"]) == ("hk-ovt", "zone.any", "low")
    assert zone["inputs"]["crown_m"] == 18.5
    assert zone["area_m2"] == pytest.approx(3.14159 * 9.25**2, rel=1e-3)
    assert "滴水线" in told(address, "zones", "show", NUMBER, lang="zh")


def test_lists_are_written_as_workbook_and_pdf(address: str, tmp_path: Path) -> None:
    import pypdf

    found = ask(address, "zones", "list", "--where", "division=Islands", "--out", str(tmp_path / "z.xlsx"))
    assert found["counts"]["records"] == len(found["zones"]) > 0
    assert (tmp_path / "z.xlsx").read_bytes().startswith(b"PK")
    told(address, "zones", "list", "--where", "division=Islands", "--out", str(tmp_path / "z.pdf"), lang="zh")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "z.pdf").pages)
    assert NUMBER in text
    assert "推算，未依法公布" in text.replace("\n", "")
    assert ask(address, "zones", "list", "--stale")["zones"] == []
    assert "output_kind" in ask(address, "zones", "list", "--out", str(tmp_path / "z.txt"), code=1)


@pytest.mark.usefixtures("gdal_whole")
@pytest.mark.parametrize(
    ("name", "crs", "epsg"),
    [("z.gpkg", None, 4490), ("z.shp", "EPSG:4547", 4547), ("z.geojson", None, 4326)],
)
def test_exports_are_read_by_gdal_with_the_names_that_planners_use(
    address: str, tmp_path: Path, name: str, crs: str | None, epsg: int
) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    path = tmp_path / name
    words = ["zones", "export", str(path), *(["--crs", crs] if crs else [])]
    made = ask(address, *words, lang="zh")
    ask(address, *words, lang="zh")  # ours may be written anew
    info = pyogrio.read_info(path)
    assert info["features"] == made["zones"] > 700
    assert str(epsg) in info["crs"]
    fields = list(info["fields"])
    short = name.endswith("shp")
    assert fields[0] == ("编号" if short else "古树编号")
    assert {"面积" if short else "保护范围面积", "文号" if short else "批准文号"} <= set(fields)
    if short:
        assert all(len(field.encode()) <= 10 for field in fields)
        assert (tmp_path / "z.cpg").read_text().strip() == "UTF-8"
    meta, _fids, _shapes, data = pyogrio.raw.read(path)
    numbers = list(data[list(meta["fields"]).index(fields[0])])
    assert NUMBER in numbers


def test_what_gushu_did_not_make_is_not_written_over(address: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    path.write_bytes(b"mine")
    assert "output_taken" in ask(address, "zones", "export", str(path), code=1)
    assert path.read_bytes() == b"mine"
    assert "output_kind" in ask(address, "zones", "export", str(tmp_path / "z.kml"), code=1)


def test_a_delineated_zone_is_drawn_out_of_a_file_and_ended(address: str, tmp_path: Path) -> None:
    pytest.importorskip("registry.geofiles")
    path = square(tmp_path / "zone.geojson", 113.903071, 22.283796)
    words = ["--file", str(path), "--document", "划1号", "--approved-by", "某区人民政府"]
    assert ask(address, "zones", "draw", NUMBER, *words)["recorded"] == [NUMBER]
    assert ask(address, "zones", "draw", NUMBER, *words)["unchanged"] == 1
    kinds = [(zone["kind"], zone["document_no"]) for zone in ask(address, "zones", "show", NUMBER)["zones"]]
    assert kinds == [("legal", "划1号"), ("computed", None)]
    out = tmp_path / "out.geojson"
    ask(address, "zones", "show", NUMBER, "--geojson", str(out))
    assert len(json.loads(out.read_text("utf-8"))["features"]) == 2
    today = ask(address, "zones", "show", NUMBER)["zones"][0]["made_on"]
    assert ask(address, "zones", "end", NUMBER, "--on", today, "--reason", "改划")["ended"] == 1
    assert "zone" in ask(address, "zones", "end", NUMBER, "--on", today, "--reason", "改划", code=1)


def test_an_import_records_all_features_or_none(address: str, tmp_path: Path) -> None:
    pytest.importorskip("registry.geofiles")
    good = square(tmp_path / "good.geojson", 113.903071, 22.283796, no=NUMBER)
    bad = json.loads(good.read_text("utf-8"))
    bad["features"].append({**bad["features"][0], "properties": {"no": "没有这棵"}})
    wrong = tmp_path / "bad.geojson"
    wrong.write_text(json.dumps(bad), "utf-8")
    words = ("--number-field", "no", "--document", "划2号")
    said = ask(address, "zones", "import", str(wrong), *words, code=1)
    assert "zone_file" in said
    assert "feature 2" in said
    twice = {**bad, "features": [bad["features"][0], bad["features"][0]]}
    wrong.write_text(json.dumps(twice), "utf-8")
    assert "features 1, 2" in ask(address, "zones", "import", str(wrong), *words, code=1)
    words_wrong = ("--number-field", "编号", "--document", "x")
    assert "there are no" in ask(address, "zones", "import", str(good), *words_wrong, code=1)
    assert ask(address, "zones", "import", str(good), *words, "--dry-run")["recorded"] == []
    assert ask(address, "zones", "import", str(good), *words)["recorded"] == [NUMBER]


def test_a_layer_is_held_against_the_zones(address: str, tmp_path: Path) -> None:
    pytest.importorskip("registry.geofiles")
    assert "No layer is loaded" in told(address, "zones", "conflicts")
    path = square(tmp_path / "line.geojson", 113.903071, 22.283796, 0.00005, name="绿线甲")
    ask(address, "zones", "layer", "add", "gl", str(path), "--kind", "green_line")
    (layer,) = ask(address, "zones", "layer", "list")["layers"]
    assert (layer["id"], layer["kind"], layer["feature_count"]) == ("gl", "green_line", 1)
    found = ask(address, "zones", "conflicts", str(tmp_path / "c.xlsx"))
    computed = [each for each in found["conflicts"] if each["zone"] == "computed"]
    assert [each["record"] for each in computed] == [NUMBER]
    assert computed[0]["overlap_m2"] == pytest.approx(114, rel=0.05)
    ask(address, "zones", "layer", "remove", "gl")
    assert ask(address, "zones", "layer", "list")["layers"] == []


@pytest.mark.usefixtures("gdal_whole")
@pytest.mark.parametrize(
    "words",
    [("check", "{file}"), ("layer", "add", "gl", "{file}", "--kind", "green_line"),
     ("import", "{file}", "--number-field", "no", "--document", "划3号")],
)  # fmt: skip
def test_a_file_that_names_another_file_opens_it_nowhere(
    address: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "secret.csv").write_text(f'WKT,no\n"POLYGON((114 22,115 22,115 23,114 22))",{NUMBER}\n')
    path = tmp_path / "site.kml"
    source = f"<SrcDataSource>{tmp_path / 'secret.csv'}</SrcDataSource><SrcLayer>secret</SrcLayer>"
    path.write_text(f"<OGRVRTDataSource><OGRVRTLayer name='site'>{source}</OGRVRTLayer></OGRVRTDataSource>")
    said = ask(address, "zones", *(word.format(file=path) for word in words), code=1)
    assert "no KML file" in said
    assert NUMBER not in said
    assert ask(address, "zones", "layer", "list")["layers"] == []


def test_the_history_holds_after_all_this(address: str) -> None:
    told(address, "verify")
