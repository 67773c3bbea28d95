"""Species and places on import: one species under all its names, codes of divisions, doubts of the lists."""

from pathlib import Path

import sqlalchemy as sa
from register_kit import MAPPING, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.db import transaction
from registry.models import Division, Flag, Species, SpeciesName, Tree
from registry.settings import set_setting

CENSUS = MAPPING.replace('number_scheme = "legacy"', 'number_scheme = "lyt1664-11"') + (
    'province = { field = "province", optional = true }\n'
    'city = { field = "city", optional = true }\n'
    'county = { field = "county", optional = true }\n'
)
SHANGDANG = {"province": "山西省", "city": "长治市", "county": "上党区", "lon": "113.0442", "lat": "36.0458"}


def doubts(engine: Engine) -> dict[str, set[str]]:
    """Checks of the lists that did not pass, by number of the tree."""
    ours = {"species_pairing", "species_spelling", "number_county_differs", "outside_district"}
    numbers = {tree.id: tree.tree_no for tree in rows_of(engine, Tree)}
    found: dict[str, set[str]] = {number: set() for number in numbers.values()}
    for flag in rows_of(engine, Flag):
        if flag.check in ours:
            found[numbers[flag.tree_id]].add(flag.check)
    return found


def test_all_names_of_a_species_join_one(engine: Engine, tmp_path: Path) -> None:
    names = [
        ("国槐", "Sophora japonica L."),
        ("槐", ""),
        ("槐树", "Styphnolobium japonicum"),
        ("", "Sophora japonica"),
    ]
    import_rows(
        engine,
        tmp_path,
        *({"no": number, "name": zh, "latin": latin} for number, (zh, latin) in enumerate(names)),
    )
    (species,) = rows_of(engine, Species)
    assert (species.id, species.name_latin, species.name_author, species.name_hans, species.genus) == (
        "styphnolobium-japonicum", "Styphnolobium japonicum", "(L.) Schott", "槐", "Styphnolobium",
    )  # fmt: skip
    assert {tree.species_id for tree in rows_of(engine, Tree)} == {species.id}
    written = {(tree.name_verbatim, tree.latin_verbatim) for tree in rows_of(engine, Tree)}
    assert written == {(zh or None, latin or None) for zh, latin in names}
    known = {(row.name, row.kind) for row in rows_of(engine, SpeciesName)}
    assert {("国槐", "also"), ("Sophora japonica", "synonym"), ("槐", "accepted")} <= known


def test_a_name_that_somebody_gave_already_is_not_given_twice(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        session.add(Species(id="styphnolobium-japonicum", name_latin="Styphnolobium japonicum"))
        session.flush()
        own = {"name": "Sophora japonica", "name_lang": "la", "kind": "synonym"}
        session.add(SpeciesName(species_id="styphnolobium-japonicum", **own))
    import_rows(engine, tmp_path, {"no": "1", "name": "国槐", "latin": "Sophora japonica"})
    names = [row.name for row in rows_of(engine, SpeciesName)]
    assert names.count("Sophora japonica") == 1
    assert "国槐" in names
    (species,) = rows_of(engine, Species)
    assert species.name_hans == "槐"


def test_the_same_file_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    row = {
        "no": "14042100001",
        "name": "朴树",
        "latin": "Celtis bungeana Bl.",
        **SHANGDANG,
        "county": "屯留区",
    }
    assert import_rows(engine, tmp_path, row, mapping=CENSUS).created == 1
    before = [
        sorted(each.model_dump_json() for each in rows_of(engine, t)) for t in (Tree, Flag, SpeciesName)
    ]
    assert import_rows(engine, tmp_path, row, mapping=CENSUS).unchanged == 1
    after = [sorted(each.model_dump_json() for each in rows_of(engine, t)) for t in (Tree, Flag, SpeciesName)]
    assert before == after


def test_the_lists_raise_their_doubts(engine: Engine, tmp_path: Path) -> None:
    import_rows(
        engine,
        tmp_path,
        {"no": "14040400001", "name": "国槐", "latin": "Sophora japonica", **SHANGDANG},
        {"no": "14042100002", "name": "国槐", "latin": "", **SHANGDANG},
        {"no": "14040300003", "name": "栓皮栎", "latin": "Quercus acutissima", **SHANGDANG},
        {"no": "14040500004", "name": "枸骨", "latin": "llex cornuta", **SHANGDANG, "county": "屯留区"},
        {
            "no": "14040500005",
            "name": "某某树",
            "latin": "Ignotum ignotum",
            "lon": "113.0442",
            "lat": "36.0458",
        },
        mapping=CENSUS,
    )
    assert doubts(engine) == {
        "14040400001": set(),
        "14042100002": set(),
        "14040300003": {"number_county_differs", "species_pairing"},
        "14040500004": {"species_spelling", "outside_district"},
        "14040500005": set(),
    }


def test_a_corrected_row_loses_its_doubt(engine: Engine, tmp_path: Path) -> None:
    row = {
        "no": "14040400001",
        "name": "栓皮栎",
        "latin": "Quercus acutissima",
        **SHANGDANG,
        "county": "屯留区",
    }
    import_rows(engine, tmp_path, row, mapping=CENSUS)
    assert doubts(engine) == {"14040400001": {"species_pairing", "outside_district", "number_county_differs"}}
    import_rows(engine, tmp_path, {**row, **SHANGDANG, "latin": "Quercus variabilis"}, mapping=CENSUS)
    assert doubts(engine) == {"14040400001": set()}
    (tree,) = rows_of(engine, Tree)
    assert tree.species_id == "quercus-variabilis"


def test_divisions_get_their_codes_and_keep_their_ids(engine: Engine, tmp_path: Path) -> None:
    row = {"no": "14040400001", "name": "槐", **SHANGDANG}
    import_rows(engine, tmp_path, row, mapping=CENSUS)
    codes = {division.id: division.code for division in rows_of(engine, Division)}
    assert codes == {
        "cn/山西省": "140000",
        "cn/山西省/长治市": "140400",
        "cn/山西省/长治市/上党区": "140404",
    }
    with transaction(engine) as session:  # as an older register knows them
        session.execute(sa.update(Division).values(code=None))
    import_rows(engine, tmp_path, {**row, "name": "国槐"}, mapping=CENSUS)
    assert {division.id: division.code for division in rows_of(engine, Division)} == codes


def test_the_lists_of_an_office_are_used(engine: Engine, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("name_latin,also_zh\nStyphnolobium japonicum,老槐爷\n", encoding="utf-8")
    with transaction(engine) as session:
        set_setting(session, "species_list", str(own))
    import_rows(engine, tmp_path, {"no": "1", "name": "老槐爷"})
    assert [species.id for species in rows_of(engine, Species)] == ["styphnolobium-japonicum"]
