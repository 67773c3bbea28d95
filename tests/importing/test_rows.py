"""Rows: every good one counts once, every bad one is named."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_kit import MAPPING, count, import_path, import_rows, make_csv, make_mapping, rows_of
from sqlalchemy.engine import Engine

from registry.errors import RegistryError
from registry.importing.mapping import read_mapping
from registry.importing.problems import KINDS
from registry.models import Flag, Measurement, Tree
from registry.vocab.language import translator

LONG = "长" * 300
BAD_ROWS: dict[str, tuple[str, str, str]] = {
    # kind: content below the header no,girth,lon,lat,day,grade,document,age; column; value
    "number_missing": (",310,,,,,,", "no", ""),
    "number_twice": ("7,310,,,,,,\n7,311,,,,,,", "no", "7"),
    "not_a_number": ("7,3m,,,,,,", "girth", "3m"),
    "not_positive": ("7,-3,,,,,,", "girth", "-3"),
    "out_of_bounds": ("7,,213.5,36.1,,,,", "lon", "213.5"),
    "not_a_date": ("7,,,,31/2/2020,,,", "day", "31/2/2020"),
    "not_in_vocabulary": ("7,,,,,特级,,", "grade", "特级"),
    "half_position": ("7,,113.5,,,,,", "lon", "113.5"),
    "cells_missing": ("7,310", "", ""),
    "cells_extra": ("7,310,,,,,,,oops", "", ""),
    "unreadable_characters": ("7\x07,310,,,,,,", "no", "7�"),
    "number_malformed": ("1404040000１,310,,,,,,", "no", "1404040000１"),
    "day_impossible": ("7,310,,,1/2/2999,,,", "day", "1/2/2999"),
    "too_long": (f"7,,,,,一级,{LONG},", "document", LONG),
    "number_damaged": ("1.4E+10,310,,,,,,", "no", "1.4E+10"),
    "left_out": ("7,310,,,,,geyser,", "document", "geyser"),
    "unit_missing": ("7,310,,,,,,30", "age", "30"),
    "not_a_year": ("7,310,,,,,,long ago", "age", "long ago"),
    "not_a_position": ("7,,113°90′,36.1,,,,", "lon", "113°90′"),
    "position_elsewhere": ("7,,250000.1,36.1,,,,", "lon", "250000.1, 36.1"),
    "invalid": ("7,,,,,,,300", "age", "300"),
}
LEFT_OUT = '[[when]]\ncolumn = "document"\nvalues = ["geyser"]\nleave_out = "no tree"\n'
CHANGED = {  # what of the mapping is otherwise
    "number_malformed": ('"legacy"', '"lyt1664-11"'),
    "left_out": ("[columns]", f"{LEFT_OUT}[columns]"),
    "unit_missing": ('field = "age_years", ', 'field = "ground_girth_cm", unit = "value", '),
    "not_a_year": ('field = "age_years", ', 'field = "planted_year", '),
    "position_elsewhere": ('datum = "WGS84"', 'datum = "TWD97"'),
    "invalid": ('field = "age_years", ', 'field = "notes", split = ";", '),
}
HEADER = "no,girth,lon,lat,day,grade,document,age\n"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_problem_is_reported_with_row_column_and_value(
    engine: Engine, tmp_path: Path, kind: str
) -> None:
    content, column, value = BAD_ROWS[kind]
    text = MAPPING.replace(*CHANGED.get(kind, ("", "")))
    first = "14040400001" if kind == "number_malformed" else "1"
    path = tmp_path / "rows.csv"
    path.write_text(
        HEADER + f"{first},310,,,1/2/2020,一级,x,\n" + content + "\n",
        "utf-8",
    )
    report = import_path(engine, path, read_mapping(make_mapping(tmp_path, text)))
    assert [r.kind for r in report.rejections] == [kind]
    rejection = report.rejections[0]
    assert (rejection.column, rejection.value) == (column, value)
    assert rejection.row == (4 if kind == "number_twice" else 3)
    assert rejection.file == "rows.csv"
    assert report.counts["rejected"] == 1
    assert report.created == report.read - 1
    for lang in ("zh", "en"):
        told = translator(lang).gettext(KINDS[kind].reason).format(**rejection.facts)
        assert "{" not in told


def test_the_same_row_twice_in_a_file_is_one_tree(engine: Engine, tmp_path: Path) -> None:
    report = import_rows(engine, tmp_path, {"no": "1", "girth": 310}, {"no": "1", "girth": 310})
    assert report.counts == {
        "read": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 1,
        "rejected": 0,
        "flagged": 0,
    }


CELLS = st.one_of(
    st.sampled_from(["", "1", "2", "310", "-5", "abc", "1,200", "1 200", "/", "未测", "1e400", "１２"]),
    st.text(max_size=6),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries({"no": CELLS, "girth": CELLS, "lon": CELLS, "lat": CELLS, "day": CELLS}),
        min_size=1,
        max_size=12,
    )
)
def test_read_is_created_updated_unchanged_and_rejected(
    engine: Engine, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    before = count(engine, Tree)
    try:
        report = import_rows(engine, tmp_path, *rows)
    except RegistryError:
        assert count(engine, Tree) == before
        return
    numbers = report.counts
    assert (
        numbers["read"]
        == numbers["created"] + numbers["updated"] + numbers["unchanged"] + numbers["rejected"]
    )
    assert count(engine, Tree) == before + numbers["created"]
    again = import_rows(engine, tmp_path, *rows)
    assert (again.created, again.updated, again.rejected) == (0, 0, report.rejected)


@pytest.mark.parametrize(
    ("written", "girth_cm"),
    [("310", 310), ("310.5", 310.5), ("３１０", 310), ("1,200", 1200), ("1 200", 1200), (" 310 ", 310),
     ("3.1e2", 310), ("0", None), ("/", None), ("未测", None), ("", None)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(
    engine: Engine, tmp_path: Path, written: str, girth_cm: float | None
) -> None:
    assert import_rows(engine, tmp_path, {"no": "1", "girth": written}).rejections == []
    assert [row.girth_cm for row in rows_of(engine, Measurement)] == ([girth_cm] if girth_cm else [])


@pytest.mark.parametrize(
    "written", ["3,10", "1_000", "310cm", "nan", "inf", "1e400", "٣١٠", "12,34", "0x10", "--3"]
)
def test_what_is_no_number_is_not_guessed_at(engine: Engine, tmp_path: Path, written: str) -> None:
    report = import_rows(engine, tmp_path, {"no": "1", "girth": written})
    assert [rejection.kind for rejection in report.rejections] == ["not_a_number"]


def test_a_day_is_read_as_the_mapping_says_and_a_true_date_as_it_is(engine: Engine, tmp_path: Path) -> None:
    import_rows(
        engine,
        tmp_path,
        {"no": "1", "girth": 1, "day": "12/1/2023"},
        {"no": "2", "girth": 1, "day": "2023-01-12"},
    )
    assert {row.measured_on for row in rows_of(engine, Measurement)} == {date(2023, 1, 12)}


def test_a_datum_that_cannot_be_converted_leaves_no_position_and_says_so(
    engine: Engine, tmp_path: Path
) -> None:
    mapping = MAPPING.replace('datum = "WGS84"', 'datum = "local"')
    import_rows(engine, tmp_path, {"no": "1", "lon": "113.04567", "lat": "36.12345"}, mapping=mapping)
    tree = rows_of(engine, Tree)[0]
    assert (tree.lon, tree.lat, tree.lon_raw, tree.lat_raw) == (None, None, "113.04567", "36.12345")
    assert [flag.check for flag in rows_of(engine, Flag)] == ["datum_not_converted"]


def test_trees_on_one_point_are_flagged(engine: Engine, tmp_path: Path) -> None:
    point = {"lon": "113.04567", "lat": "36.12345"}
    import_rows(
        engine,
        tmp_path,
        {"no": "1", **point},
        {"no": "2", **point},
        {"no": "3", "lon": "113.1", "lat": "36.12"},
    )
    assert sorted(flag.check for flag in rows_of(engine, Flag)) == [
        "coordinates_rounded",
        "same_point",
        "same_point",
    ]


def test_an_empty_table_is_read_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("no,girth\n", "utf-8")
    assert import_path(engine, path, read_mapping(make_mapping(tmp_path))).read == 0


def test_lone_surrogates_and_nul_in_json_are_refused_row_by_row(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"no": "1\\ud800"}, {"no": "2\\u0000"}, {"no": "3"}]', "utf-8")
    report = import_path(engine, path, read_mapping(make_mapping(tmp_path)))
    assert [rejection.kind for rejection in report.rejections] == ["unreadable_characters"] * 2
    assert report.created == 1


def test_a_number_of_any_kind_is_kept_as_it_is_written(engine: Engine, tmp_path: Path) -> None:
    numbers = ["AFCD/KS/005", "007", "HT 2007-163", "14040400001", "甲~1"]
    import_path(
        engine,
        make_csv(tmp_path / "n.csv", *({"no": number} for number in numbers)),
        read_mapping(make_mapping(tmp_path)),
    )
    assert sorted(tree.tree_no for tree in rows_of(engine, Tree)) == sorted(numbers)
