"""Mappings: a wrong one never meets the data, and says what is wrong with it."""

from pathlib import Path

import pytest
from register_kit import MAPPING, make_csv, make_mapping

from registry.errors import (
    InputMissingError,
    MappingChoiceError,
    MappingError,
    MappingMissingColumnError,
    RegistryError,
)
from registry.importing.mapping import choose_mapping, named_mapping, read_mapping, shipped_mappings
from registry.importing.reading import open_table
from registry.vocab.language import translator

FINDING = MAPPING + '[[finding]]\npattern = "x"\nfield = "risk_rating"\nvocabulary = {}\n'
WRONG = {
    "no TOML": ("columns = [", "Invalid"),
    "no columns": (MAPPING.partition("[columns]")[0], "it has no columns"),
    "no id": (MAPPING.replace('id = "plain"\nrelease', "release"), "it has no id"),
    "no licence": (MAPPING.replace('licence = "CC0"\n', ""), "source.licence"),
    "no authority name": (MAPPING.replace('name_zh = "某县林业局"\n', ""), "authority.name_zh"),
    "no number": (MAPPING.replace('"tree_no"', '"village"'), "tree_no"),
    "no scheme": (MAPPING.replace('number_scheme = "legacy"\n', ""), "number scheme"),
    "no datum": (MAPPING.replace('datum = "WGS84"\n', ""), "datum"),
    "unknown datum": (MAPPING.replace('"WGS84"', '"WGS85"'), "datum"),
    "unknown field": (MAPPING.replace('"girth_cm"', '"girth_km"'), "girth_km"),
    "unknown key": (MAPPING + 'x = { field = "notes", unlt = "m" }', "unlt"),
    "unknown top key": ("colour = 1\n" + MAPPING, "colour"),
    "unknown unit": (MAPPING.replace('unit = "cm"', 'unit = "chi"'), "chi"),
    "no unit": (MAPPING.replace('unit = "m", ', ""), "needs a unit"),
    "doubled field": (MAPPING + 'x = { field = "village" }\ny = { field = "village" }', "two columns"),
    "bad pattern": (MAPPING + 'x = { field = "village", pattern = "(" }', "pattern"),
    "no field": (MAPPING + 'x = { unit = "m" }', "names no field"),
    "no code list": (MAPPING + 'x = { field = "village", codelist = "none" }', "code list"),
    "column is a text": (MAPPING + 'x = "village"', "must be a table"),
    "vocabulary is a list": (MAPPING + 'x = { field = "village", vocabulary = ["a"] }', "vocabulary must be"),
    "source is a text": ("source = 'x'\n" + MAPPING.replace("[source]", "[placeholders2]"), "placeholders2"),
    "columns is a list": ('id = "x"\ncolumns = [1]\nsource = {}\nauthority = {}', "columns must be"),
    "as_of is a text": (MAPPING.replace("origin =", 'as_of = "2026"\norigin ='), "as_of must be"),
    "unknown default": (MAPPING.replace("[defaults]", "[defaults]\nheight = 1"), "height"),
    "default that does not fit": (MAPPING.replace("[defaults]", '[defaults]\nstatus = "asleep"'), "asleep"),
    "unknown release": (MAPPING.replace('["address"]', '["adress"]'), "adress"),
    "vigour without a scale": (
        MAPPING.replace('vigour_scale = "lyt2738"\n', "") + 'x = { field = "vigour" }',
        "vigour_scale",
    ),
    "finding without words": (FINDING.replace("vocabulary = {}", ""), "finding.vocabulary"),
    "finding without a group": (FINDING, "one group"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_mapping_says_what_is_wrong_in_both_languages(tmp_path: Path, what: str) -> None:
    text, words = WRONG[what]
    with pytest.raises(MappingError, match=words) as caught:
        read_mapping(make_mapping(tmp_path, text))
    for lang in ("zh", "en"):
        assert "plain.toml" in translator(lang).error(caught.value)


def test_a_mapping_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    with pytest.raises(InputMissingError):
        named_mapping(str(path))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MappingError):
        named_mapping(str(path))
    with pytest.raises(MappingError, match="tw-taipei-protected"):
        named_mapping("no-such-mapping")


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    with pytest.raises(MappingMissingColumnError, match=r"names the column no.*\['name'"):
        mapping.locate(("name", "x"))


def test_headers_are_compared_without_width_case_and_blanks(tmp_path: Path) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    assert mapping.fits((" Ｎ Ｏ ", "NAME"))
    assert mapping.unused(("no", "colour")) == ["colour"]


def test_none_or_several_fitting_mappings_are_an_error_that_lists_them(tmp_path: Path) -> None:
    one = read_mapping(make_mapping(tmp_path))
    two = read_mapping(
        make_mapping(tmp_path, MAPPING.replace('id = "plain"\nrelease', 'id = "second"\nrelease'))
    )
    assert choose_mapping(tmp_path, ("no",), [one]) is one
    with pytest.raises(MappingChoiceError, match=r"several.*plain.*second") as several:
        choose_mapping(tmp_path, ("no",), [one, two])
    with pytest.raises(MappingChoiceError, match=r"no mapping fits.*\(.*x.*\)") as none:
        choose_mapping(tmp_path, ("x",), [one, two])
    for caught in (several, none):
        assert "映射" in translator("zh").error(caught.value)


def test_the_shipped_mappings_are_whole_and_do_not_fit_each_others_files() -> None:
    mappings = shipped_mappings()
    assert {"hk-ovt", "sg-heritage", "tw-taipei-protected"} <= {mapping.id for mapping in mappings}
    for mapping in mappings:
        headers = [column.header for column in mapping.columns]
        assert [other.id for other in mappings if other.fits(headers)] == [mapping.id]
        assert mapping.path.stem == mapping.id


def test_an_unmapped_table_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    table = open_table(make_csv(tmp_path / "a.csv", {"x": 1}))
    with pytest.raises(RegistryError):
        choose_mapping(table.path, table.headers, shipped_mappings())
    assert next(table.rows).cells == {"x": "1"}
