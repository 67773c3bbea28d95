"""Files of the world's registers: each finds its own mapping by its headers, and every row is accounted for.

The files are at hand where the project is made, and never part of it.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, REPOSITORY, import_path, rows_of
from sqlalchemy.engine import Engine

from registry.commands.register import init_register
from registry.importing.files import Table
from registry.importing.mapping import choose_mapping, read_mapping, shipped_mappings
from registry.importing.reading import open_table
from registry.models import AgeReading, Flag, Grove, GroveSpecies, HeritageGarden, Measurement, Party, Tree

DATA = REPOSITORY.parent / "shared" / "data"
WORLD = "world-registers"
FILES: dict[str, tuple[str, int, int, int]] = {
    # file: mapping, rows, trees, groves or gardens
    f"{WORLD}/barcelona-ail.json.gz": ("es-barcelona-ail", 208, 148, 60),
    f"{WORLD}/berlin-naturdenkmale.json.gz": ("de-berlin-naturdenkmale", 638, 638, 0),
    f"{WORLD}/brussels-arbres-remarquables.json.gz": ("be-brussels-arbres", 582, 582, 0),
    f"{WORLD}/canada-capital-ncc-remarkable-trees.json.gz": ("ca-ncc-remarkable-trees", 166, 166, 0),
    f"{WORLD}/czech-aopk-pamatne-stromy.json.gz": ("cz-aopk-pamatne-stromy", 4301, 4300, 0),
    f"{WORLD}/estonia-eelis-yksikobjektid.json.gz": ("ee-eelis", 555, 506, 49),
    f"{WORLD}/geneva-sitg-arbres-remarquables.json.gz": ("ch-geneva-arbres", 205, 205, 0),
    f"{WORLD}/hawaii-exceptional-trees.json.gz": ("us-hawaii-exceptional-trees", 339, 329, 10),
    f"{WORLD}/japan-bunkacho.json.gz": ("jp-bunkacho", 204, 0, 0),
    f"{WORLD}/melbourne-boroondara-significant-trees.json.gz": ("au-boroondara", 314, 246, 68),
    f"{WORLD}/melbourne-yarra-significant-trees.json.gz": ("au-yarra", 232, 232, 0),
    f"{WORLD}/piemonte-alberi-monumentali.json.gz": ("it-piemonte-monumentali", 391, 344, 47),
    f"{WORLD}/portugal-icnf.json.gz": ("pt-icnf-arvoredo", 555, 468, 87),
    f"{WORLD}/slovakia-chranene-stromy.json.gz": ("sk-chranene-stromy", 1199, 1199, 129),
    f"{WORLD}/valencia-arboles-monumentales.json.gz": ("es-valencia-monumentales", 2439, 2388, 51),
    f"{WORLD}/wien-naturdenkmale.json.gz": ("at-wien-naturdenkmale", 762, 394, 314),
    "nanjing-ancient-trees/nanjing_ancient_trees.geojson.gz": ("cn-nanjing", 2215, 2215, 0),
    "paris-arbres-remarquables/arbresremarquablesparis.csv": ("fr-paris-remarquables", 180, 180, 0),
    "portland-heritage-trees/Heritage_Trees_Portland.csv": ("us-portland-heritage", 286, 286, 0),
    "suzhou-gardens/SuzhouGardenListFull.csv": ("cn-suzhou-gardens", 108, 0, 108),
    "shanxi-shangdang-ancient-trees/shangdang_gb18030.csv": ("cn-census-2", 53, 53, 0),
    "shanxi-shangdang-ancient-trees/shangdang_points.json": ("cn-census-2", 53, 0, 0),
    "taipei-protected-trees/protected_trees_2026-08-23.csv": ("tw-taipei-protected", 3874, 3874, 0),
    "hongkong-ovt/hongkong-ovt.json.gz": ("hk-ovt", 713, 713, 0),
    "singapore-heritage-trees/singapore-heritage-trees.json": ("sg-heritage", 255, 255, 0),
    "taipei-street-trees/street_trees_2026-08-02.csv.gz": ("tw-taipei-street", 91368, 0, 0),
    "taipei-street-trees/street_trees_2026-08-23.csv.gz": ("tw-taipei-street", 91313, 0, 0),
}
AT_HAND = [name for name in FILES if (DATA / name).is_file()]
SMALL = [name for name in AT_HAND if FILES[name][1] < 5000]
pytestmark = pytest.mark.skipif(not AT_HAND, reason="the world's registers are not at hand")


def opened(name: str) -> Table:
    mappings = shipped_mappings()
    return open_table(DATA / name, fits=lambda headers: any(each.fits(headers) for each in mappings))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, dict[str, Any]]:
    """All but the largest files in one register, and their reports."""
    engine = init_register(str(tmp_path_factory.mktemp("world") / "register.db"), actor="tests", now=NOW)
    reports = {}
    for name in SMALL:
        table = opened(name)
        mapping = choose_mapping(table.path, table.headers, shipped_mappings())
        reports[name] = import_path(engine, DATA / name, mapping)
    return engine, reports


@pytest.fixture(scope="module")
def source(world: tuple[Engine, dict[str, Any]]) -> Callable[[Any, str], list[Any]]:
    """Rows of a table that one source brought."""
    engine, _ = world
    found: dict[Any, list[Any]] = {}

    def of(table: Any, source_id: str) -> list[Any]:
        if table not in found:
            found[table] = rows_of(engine, table)
        return [row for row in found[table] if row.source_id == source_id]

    return of


@pytest.mark.parametrize("name", AT_HAND)
def test_a_file_is_told_by_its_headers_and_every_column_has_its_place(name: str) -> None:
    table = opened(name)
    mapping = choose_mapping(table.path, table.headers, shipped_mappings())
    assert mapping.id == FILES[name][0]
    assert mapping.unused(table.headers) == []


@pytest.mark.parametrize("name", SMALL)
def test_every_row_is_accounted_for(world: tuple[Engine, dict[str, Any]], name: str) -> None:
    report = world[1][name]
    assert report.read == FILES[name][1]
    assert report.read == report.created + report.updated + report.unchanged + report.rejected


@pytest.mark.parametrize("name", [name for name in SMALL if FILES[name][2]])
def test_trees_are_trees_and_groups_are_groves(source: Callable[[Any, str], list[Any]], name: str) -> None:
    mapping, _, trees, groves = FILES[name]
    assert (len(source(Tree, mapping)), len(source(Grove, mapping))) == (trees, groves)


def test_what_was_turned_away_was_turned_away_for_a_reason(world: tuple[Engine, dict[str, Any]]) -> None:
    found = Counter((Path(name).name[:5], r.kind) for name, each in world[1].items() for r in each.rejections)
    assert found == {("wien-", "left_out"): 54, ("japan", "left_out"): 3, ("czech", "number_twice"): 1}


def test_the_same_file_again_changes_nothing(world: tuple[Engine, dict[str, Any]]) -> None:
    for name in (f"{WORLD}/slovakia-chranene-stromy.json.gz", "suzhou-gardens/SuzhouGardenListFull.csv"):
        mapping = read_mapping(next(m.path for m in shipped_mappings() if m.id == FILES[name][0]))
        report = import_path(world[0], DATA / name, mapping)
        assert (report.created, report.updated, report.unchanged) == (0, 0, FILES[name][1])


def test_members_of_an_avenue_belong_to_its_grove(source: Callable[[Any, str], list[Any]]) -> None:
    groves = {grove.number: grove for grove in source(Grove, "sk-chranene-stromy")}
    avenue = groves["139"]
    members = [tree for tree in source(Tree, "sk-chranene-stromy") if tree.grove_id == avenue.id]
    assert (avenue.name, avenue.tree_count, len(members)) == ("Lipová alej", 110, 110)
    alone = [tree for tree in source(Tree, "sk-chranene-stromy") if tree.grove_no is None]
    assert len(alone) == 320
    assert not any(tree.grove_id for tree in alone)


def test_suzhous_gardens_stand_where_they_are(source: Callable[[Any, str], list[Any]]) -> None:
    garden = next(g for g in source(HeritageGarden, "cn-suzhou-gardens") if g.name == "拙政园")
    assert (round(garden.lon, 4), round(garden.lat, 4)) == (120.6250, 31.3262)
    assert (garden.lon_raw, garden.lat_raw, garden.datum) == ("120.629156", "31.324043", "GCJ-02")
    assert (garden.area_ha, garden.is_world_heritage, garden.period, garden.released) == (
        4.579,
        True,
        "明",
        "[]",
    )


def test_units_are_those_of_the_source(source: Callable[[Any, str], list[Any]]) -> None:
    sizes = {row.tree_id: row for row in source(Measurement, "us-portland-heritage")}
    first = next(tree for tree in source(Tree, "us-portland-heritage") if tree.tree_no == "1")
    size = sizes[first.id]
    assert (round(size.height_m, 1), round(size.girth_cm, 1), size.diameter_cm) == (23.8, 370.9, 116.84)


def test_a_famous_tree_of_nanjing_has_no_grade_of_age(source: Callable[[Any, str], list[Any]]) -> None:
    assert Counter(tree.category for tree in source(Tree, "cn-nanjing")) == {"ancient": 1978, "famous": 237}


def test_paris_reads_its_newer_columns_and_both_coordinates_of_one_cell(
    source: Callable[[Any, str], list[Any]],
) -> None:
    tree = next(t for t in source(Tree, "fr-paris-remarquables") if t.tree_no == "118790")
    assert (round(tree.lon, 4), round(tree.lat, 4), tree.planted_year) == (2.3251, 48.8514, None)
    assert (tree.latin_verbatim, tree.name_verbatim) == ("Melia azedarach L.", "Margousier")
    assert (tree.released, tree.address.split(",")[0]) == ('["address","notes","values"]', "Square Boucicaut")


def test_bands_of_age_stay_bands(source: Callable[[Any, str], list[Any]]) -> None:
    bands = Counter((r.lower_years, r.upper_years) for r in source(AgeReading, "au-yarra"))
    assert (bands[100, None], bands.total()) == (130, 232)
    assert {tree.age_years for tree in source(Tree, "au-yarra")} == {None}
    assert Counter(r.lower_years for r in source(AgeReading, "es-valencia-monumentales"))[350] > 900


def test_owners_that_a_source_masked_stay_unnamed(world: tuple[Engine, dict[str, Any]]) -> None:
    assert not any("masked" in party.name for party in rows_of(world[0], Party))


def test_where_land_is_not_public_the_position_is_not_exact(source: Callable[[Any, str], list[Any]]) -> None:
    hawaii = Counter(tree.position_precision for tree in source(Tree, "us-hawaii-exceptional-trees"))
    assert hawaii["withheld"] == 39  # on bases of the forces
    assert {t.position_precision for t in source(Tree, "es-valencia-monumentales")} == {"0.01"}


def test_a_grove_names_its_species(world: tuple[Engine, dict[str, Any]]) -> None:
    shares = rows_of(world[0], GroveSpecies)
    assert any(row.latin_verbatim == "Pinus nigra" and row.species_id for row in shares)


def test_doubts_are_about_what_is_odd(source: Callable[[Any, str], list[Any]], world: Any) -> None:
    boroondara = {tree.id for tree in source(Tree, "au-boroondara")}
    checks = Counter(flag.check for flag in rows_of(world[0], Flag) if flag.tree_id in boroondara)
    assert checks["girth_out_of_range"] > 100  # girths headed as metres that can only be centimetres
