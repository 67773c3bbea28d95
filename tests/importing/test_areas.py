"""Rows that are no trees, and what mappings say of single rows: records, joins, units, positions, ages."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import MAPPING, import_rows, make_mapping, rows_of
from sqlalchemy.engine import Engine

from registry.errors import MappingError
from registry.importing.ages import read_age
from registry.importing.area_rows import read_composition
from registry.importing.mapping import read_mapping
from registry.models import AgeReading, Element, Flag, Grove, HeritageGarden, Measurement, Place, Tree


def with_column(column: str, more: str = "", mapping: str = MAPPING) -> str:
    """The plain mapping with one more column, and tables before its columns."""
    return mapping.replace("[columns]", f"{more}\n[columns]") + column + "\n"


@pytest.mark.parametrize(
    ("text", "years", "least", "most"),
    [
        ("300", 300, None, None), ("约300年", 300, None, None), ("ca. 300 let", 300, None, None),
        ("100-150", None, 100, 150), ("100–200 years", None, 100, 200), ("> 200", None, 200, None),
        (">350", None, 350, None), ("100+ years", None, 100, None), ("350年以上", None, 350, None),
        ("< 100", None, None, 100), ("300 anys", 300, None, None), ("大约300余年", 300, None, None),
        ("very old", None, None, None), ("150-100", None, None, None), ("Ming", None, None, None),
    ],
)  # fmt: skip
def test_an_age_is_a_number_a_range_a_bound_or_words(
    text: str, years: int | None, least: int | None, most: int | None
) -> None:
    assert read_age(text) == (years, least, most)


@given(st.text(max_size=30))
def test_any_text_is_an_age_in_words_at_worst(text: str) -> None:
    years, least, most = read_age(text)
    assert years is None or (least is None and most is None)


def test_a_range_of_age_is_kept_and_no_number_made_of_it(engine: Engine, tmp_path: Path) -> None:
    mapping = with_column('ages = { field = "age_text", optional = true }')
    import_rows(engine, tmp_path, {"no": "1", "ages": "100-200"}, {"no": "2", "ages": "old"}, mapping=mapping)
    assert {tree.age_years for tree in rows_of(engine, Tree)} == {None}
    found = {(row.lower_years, row.upper_years, row.evidence) for row in rows_of(engine, AgeReading)}
    assert found == {(100, 200, "100-200"), (None, None, "old")}
    again = import_rows(
        engine, tmp_path, {"no": "1", "ages": "100-200"}, {"no": "2", "ages": "old"}, mapping=mapping
    )
    assert again.unchanged == 2


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("侧柏 120株 60%; 油松 80株 40%", [("侧柏", 120, 60), ("油松", 80, 40)]),
        ("侧柏120株60%\n油松80株40%", [("侧柏", 120, 60), ("油松", 80, 40)]),
        ("侧柏（120株，60%）；油松（80株，40%）", [("侧柏", 120, 60), ("油松", 80, 40)]),
        ("侧柏、油松、国槐", [("侧柏", None, None), ("油松", None, None), ("国槐", None, None)]),
        ("侧柏 200株", [("侧柏", 200, None)]),
        ("侧柏 60", [("侧柏 60", None, None)]),
        ("侧柏 120株 600%", [("侧柏 120株 600%", None, None)]),
    ],
)
def test_a_composition_is_read_line_by_line_and_nothing_lost(
    text: str, shares: list[tuple[str, int | None, float | None]]
) -> None:
    found = read_composition({"composition": text})
    assert [(row.name_verbatim, row.tree_count, row.share_percent) for row in found] == shares


@given(st.text(alphabet="侧柏油松株棵12%;；、,（） \n", max_size=40))
def test_no_composition_is_beyond_reading(text: str) -> None:
    assert all(share.name_verbatim for share in read_composition({"composition": text}))


@pytest.mark.parametrize(
    ("cell", "girth_cm"),
    [("2,5 m.", 250), ("2.5 m", 250), ("310", 310), ("12 ft", 365.76), ("31,5 cm", 31.5), ("1.250", None)],
)
def test_a_cell_may_name_its_own_unit(
    engine: Engine, tmp_path: Path, cell: str, girth_cm: float | None
) -> None:
    mapping = MAPPING.replace(
        'field = "girth_cm", unit = "cm"', 'field = "girth_cm", unit = ["value", "cm"], decimal = ","'
    )
    report = import_rows(engine, tmp_path, {"no": "1", "girth": cell}, mapping=mapping)
    assert [row.girth_cm for row in rows_of(engine, Measurement)] == ([girth_cm] if girth_cm else [])
    assert [r.kind for r in report.rejections] == ([] if girth_cm else ["not_a_number"])


@pytest.mark.parametrize(
    ("cell", "column", "girth_cm"),
    [
        ("273 - 200 - 155", '{ field = "stem_girths", unit = "cm" }', 372.2),
        ("1,32+1,41+0,85 m", '{ field = "stem_girths", unit = ["value", "m"], decimal = "," }', 211.0),
    ],
)
def test_several_stems_are_combined_by_their_area_and_kept_as_written(
    engine: Engine, tmp_path: Path, cell: str, column: str, girth_cm: float
) -> None:
    import_rows(engine, tmp_path, {"no": "1", "stems": cell}, mapping=with_column(f"stems = {column}"))
    (size,) = rows_of(engine, Measurement)
    assert (round(size.girth_cm, 1), size.stem_girths) == (girth_cm, cell)
    assert rows_of(engine, Tree)[0].stem_count == 3
    assert "several_stems" in {flag.check for flag in rows_of(engine, Flag)}


def test_both_coordinates_may_stand_in_one_cell_in_the_order_that_the_mapping_says(
    engine: Engine, tmp_path: Path
) -> None:
    mapping = with_column('point = { field = "position", order = "lat-lon" }')
    import_rows(engine, tmp_path, {"no": "1", "point": "48.85135747, 2.32513190"}, mapping=mapping)
    (tree,) = rows_of(engine, Tree)
    assert (tree.lon, tree.lat) == (2.3251319, 48.85135747)
    assert (tree.lon_raw, tree.lat_raw) == ("2.32513190", "48.85135747")


def test_metres_of_a_grid_become_degrees_and_the_metres_stay(engine: Engine, tmp_path: Path) -> None:
    mapping = MAPPING.replace('datum = "WGS84"', 'datum = "EPSG:3826"')
    import_rows(engine, tmp_path, {"no": "1", "lon": "302404.92", "lat": "2777358.41"}, mapping=mapping)
    (tree,) = rows_of(engine, Tree)
    assert (round(tree.lon, 4), round(tree.lat, 4)) == (121.5196, 25.1036)
    assert (tree.lon_raw, tree.lat_raw, tree.datum, tree.datum_code) == (
        "302404.92", "2777358.41", "grid", "EPSG:3826",
    )  # fmt: skip
    assert rows_of(engine, Flag) == []


def test_degrees_minutes_and_seconds_are_as_good_as_their_seconds(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "lon": "113°02′38″", "lat": "北纬36°2′45″"})
    (tree,) = rows_of(engine, Tree)
    assert (round(tree.lon, 5), round(tree.lat, 5)) == (113.04389, 36.04583)
    assert (tree.lon_raw, tree.coordinate_uncertainty_m) == ("113°02′38″", 21.9)


def test_a_year_is_no_day(engine: Engine, tmp_path: Path) -> None:
    mapping = with_column(
        'year = { field = "designated_on", date = "%Y", optional = true }',
        '[designation]\nlisting = "tw-taipei"',
        MAPPING.replace("designated = {", "unread = {").replace(
            'field = "designated_on", date', 'field = "age_as_of", date'
        ),
    )
    import_rows(engine, tmp_path, {"no": "1", "year": "1993"}, mapping=mapping)
    assert [(f.check, f.field, f.value) for f in rows_of(engine, Flag) if f.check == "year_only"] == [
        ("year_only", "designated_on", "1993")
    ]


@pytest.mark.parametrize(
    ("cell", "year"),
    [("1860", 1860), ("2000-01-01", 2000), ("1904.0", 1904), ("1865-03-01", 1865), ("Inconnue", None)],
)
def test_the_year_of_planting_is_read_from_what_registers_write(
    engine: Engine, tmp_path: Path, cell: str, year: int | None
) -> None:
    mapping = with_column('planted = { field = "planted_year", empty = ["Inconnue"] }')
    import_rows(engine, tmp_path, {"no": "1", "planted": cell}, mapping=mapping)
    assert [tree.planted_year for tree in rows_of(engine, Tree)] == [year]


def test_a_number_may_be_made_of_columns_and_lose_what_a_program_added(
    engine: Engine, tmp_path: Path
) -> None:
    mapping = MAPPING.replace(
        'no = { field = "tree_no" }',
        '"reg/no" = { field = "tree_no" }\nid = { field = "alias", whole = true }',
    ).replace("[columns]", '[[join]]\nheader = "reg/no"\ncolumns = ["reg", "no"]\nseparator = "/"\n[columns]')
    report = import_rows(engine, tmp_path, {"reg": "7", "no": "12", "id": "118790.0"}, mapping=mapping)
    assert (report.created, report.unused_columns) == (1, [])
    assert [tree.tree_no for tree in rows_of(engine, Tree)] == ["7/12"]


GROVE = '[[when]]\ncolumn = "trees"\nabove = 1\nrecord = "grove"\n'


def test_rows_become_what_they_are_and_every_one_is_counted(engine: Engine, tmp_path: Path) -> None:
    mapping = with_column('trees = { as = { grove = "tree_count" } }', GROVE)
    rows = [
        {"no": "1", "trees": "1", "name": "国槐", "girth": "310"},
        {"no": "2", "trees": "12", "name": "侧柏", "girth": "200"},
        {"no": "", "trees": "3", "name": "油松", "girth": "200"},
        {"no": "2", "trees": "13", "name": "侧柏", "girth": "200"},
    ]
    report = import_rows(engine, tmp_path, *rows, mapping=mapping)
    assert report.counts == {
        "read": 4, "created": 2, "updated": 0, "unchanged": 0, "rejected": 2, "flagged": report.flagged,
    }  # fmt: skip
    assert [(r.row, r.kind) for r in report.rejections] == [(4, "number_missing"), (5, "number_twice")]
    assert [(grove.number, grove.tree_count) for grove in rows_of(engine, Grove)] == [("2", 12)]
    assert [tree.tree_no for tree in rows_of(engine, Tree)] == ["1"]


@pytest.mark.parametrize(
    ("record", "kind", "table"),
    [
        ("garden", "", HeritageGarden),
        ("place", 'kind = "temple"', Place),
        ("element", 'kind = "bridge"', Element),
    ],
)
def test_a_ledger_of_anything_comes_in_by_its_mapping(
    engine: Engine, tmp_path: Path, record: str, kind: str, table: type
) -> None:
    head = MAPPING.partition("[defaults]")[0].replace(
        'id = "plain"\nrelease', f'id = "plain"\nrecord = "{record}"\nrelease'
    )
    mapping = (
        f'{head}[defaults]\ndatum = "WGS84"\n{kind}\n[columns]\nno = {{ field = "number" }}\n'
        'name = { field = "name" }\nperiod = { field = "period" }\n'
    )
    row = {"no": "A1", "name": "报恩寺", "period": "明"}
    assert import_rows(engine, tmp_path, row, mapping=mapping).created == 1
    assert import_rows(engine, tmp_path, row, mapping=mapping).unchanged == 1
    report = import_rows(engine, tmp_path, {**row, "period": "元"}, mapping=mapping)
    assert (report.updated, [area.period for area in rows_of(engine, table)]) == (1, ["元"])


WRONG = {
    "no datum": (MAPPING.replace('datum = "WGS84"\n', ""), "ask who made the file"),
    "no such grid": (MAPPING.replace('"WGS84"', '"EPSG:999999"'), "names no coordinate grid"),
    "grid without code": (MAPPING.replace('"WGS84"', '"grid"'), "needs its EPSG code"),
    "no such record": ('record = "forest"\n' + MAPPING, "no record forest"),
    "when without a test": (with_column("", '[[when]]\ncolumn = "no"\n'), "one of values, pattern and above"),
    "when with two": (
        with_column("", '[[when]]\ncolumn = "no"\nabove = 1\nvalues = ["1"]\n'),
        "one of values",
    ),
    "when sets nothing known": (
        with_column("", '[[when]]\ncolumn = "no"\nabove = 1\nset = { colour = "red" }\n'),
        "colour",
    ),
    "join of one": (with_column("", '[[join]]\nheader = "a"\ncolumns = ["no"]\n'), "two columns or more"),
    "unknown decimal": (with_column('x = { field = "girth_cm", unit = "cm", decimal = ";" }'), "none of"),
    "unknown order": (with_column('x = { field = "position", order = "north first" }'), "none of"),
    "field of another record": (with_column('x = { as = { grove = "girth_cm" } }'), "girth_cm"),
    "stems without unit": (with_column('x = { field = "stem_girths" }'), "needs a unit"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mapping_that_asks_the_impossible_is_refused_before_any_row(tmp_path: Path, what: str) -> None:
    text, words = WRONG[what]
    with pytest.raises(MappingError, match=words):
        read_mapping(make_mapping(tmp_path, text))
