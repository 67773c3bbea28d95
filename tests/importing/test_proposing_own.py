"""A public file of this program is taken in by another office, without a question that it answers itself."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from register_kit import HONG_KONG
from typer.testing import CliRunner

from exports.open_tables import TableFacts, csv_pieces
from registry.cli.app import app
from registry.importing.mapping import FIELDS, read_mapping
from registry.importing.mapping import MAPPING_FOLDER as SHIPPED
from registry.importing.proposing import Proposal, propose
from registry.importing.proposing_own import _CALLED, own_columns
from registry.importing.proposing_text import mapping_text
from registry.importing.reading import open_table

COMPARED = (
    "tree_no, number_scheme, category, status, species_id, latin_verbatim, girth_cm, diameter_cm, height_m, "
    "crown_m, measure_height_m, age_years, vigour, vigour_scale, lon, lat, datum, coordinate_uncertainty_m, "
    "position_precision, text_lang"
)


def gushu(register: Path, *words: object) -> str:
    result = CliRunner().invoke(app, ["--register", str(register), *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(database) as db:
        found = db.execute(query).fetchall()
    db.close()
    return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hong Kong's trees, one group of them published to a grid of a hundredth of a degree only."""
    folder = tmp_path_factory.mktemp("office")
    told = (SHIPPED / "hk-ovt.toml").read_text(encoding="utf-8")
    rule = 'column = "ovt_no"\npattern = "^DH "\nset = { position_precision = "0.01" }'
    (folder / "hk.toml").write_text(f"{told}\n[[when]]\n{rule}\n", encoding="utf-8")
    register = folder / "a.db"
    gushu(register, "init")
    gushu(register, "import", HONG_KONG, "--mapping", folder / "hk.toml")
    gushu(register, "publish", "--out", folder / "public.gpkg")
    gushu(register, "export", "geojson", folder / "trees.geojson")
    gushu(register, "export", "geopackage", folder / "trees.gpkg")
    names = [name for name in own_columns() if name not in {"fid", "geom"}]
    quoted = ", ".join(f'"{name}"' for name in names)
    table = rows(folder / "public.gpkg", f"SELECT {quoted} FROM tree")
    with (folder / "trees.csv").open("wb") as out:
        out.writelines(csv_pieces(names, table, TableFacts({"number": "1"}, len(table))))
    return folder


def proposed(path: Path) -> Proposal:
    return propose(open_table(path))


@pytest.mark.parametrize("name", ["trees.geojson", "trees.gpkg", "trees.csv"])
def test_a_public_file_comes_in_as_it_was_published(office: Path, tmp_path: Path, name: str) -> None:
    proposal = proposed(office / name)
    assert not proposal.all_questions
    (tmp_path / "m.toml").write_text(mapping_text(proposal), encoding="utf-8")
    read_mapping(tmp_path / "m.toml")
    neighbour = tmp_path / "b.db"
    gushu(neighbour, "init")
    said = gushu(neighbour, "import", office / name, "--mapping", tmp_path / "m.toml")
    assert "713 = " in said.replace(" read", "")
    gushu(neighbour, "publish", "--out", tmp_path / "public.gpkg")
    query = f"SELECT {COMPARED} FROM tree ORDER BY number_scheme, tree_no"
    was, now = rows(office / "public.gpkg", query), rows(tmp_path / "public.gpkg", query)
    assert was == now
    assert any(row[18] == "0.01" for row in now)


def test_lists_that_a_tree_is_on_all_come_in(office: Path, tmp_path: Path) -> None:
    lists = "SELECT COUNT(*) FROM designation"
    for name in ("trees.geojson", "trees.csv"):
        mapping, neighbour = tmp_path / f"{name}.toml", tmp_path / f"{name}.db"
        mapping.write_text(mapping_text(proposed(office / name)), encoding="utf-8")
        gushu(neighbour, "init")
        gushu(neighbour, "import", office / name, "--mapping", mapping)
        assert rows(neighbour, lists) == rows(office / "a.db", lists)


def test_a_height_of_measuring_is_no_measure_of_protection(office: Path) -> None:
    found = {column.header: column.field for column in proposed(office / "trees.geojson").columns}
    assert found["measure_height_m"] == "measure_height_m"
    assert found["vigour_scale"] == "vigour_scale"
    assert found["status"] == "status"


def test_names_that_differ_are_columns_and_fields_that_exist() -> None:
    assert _CALLED.keys() <= own_columns().keys()
    assert set(_CALLED.values()) <= FIELDS
    assert not _CALLED.keys() & FIELDS
