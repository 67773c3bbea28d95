"""The three registers that come with the project: whole, in order, and nothing guessed."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import HONG_KONG, NOW, REPOSITORY, SINGAPORE, TAIPEI, count, import_path, rows_of
from sqlalchemy.engine import Engine

from registry.commands.register import init_register
from registry.importing.mapping import named_mapping
from registry.models import Designation, Flag, Inspection, Measurement, Tree, TreeAlias

COUNTS = {"tw-taipei-protected": (TAIPEI, 3874), "hk-ovt": (HONG_KONG, 713), "sg-heritage": (SINGAPORE, 255)}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = init_register(str(tmp_path_factory.mktemp("samples") / "register.db"), actor="tests", now=NOW)
    for name, (path, _) in COUNTS.items():
        import_path(engine, path, named_mapping(name))
    return engine


def trees(engine: Engine, authority: str) -> dict[str, Any]:
    return {tree.tree_no: tree for tree in rows_of(engine, Tree) if tree.authority_id == authority}


@pytest.mark.parametrize("name", COUNTS)
def test_a_sample_imported_again_changes_nothing(samples: Engine, name: str) -> None:
    path, rows = COUNTS[name]
    report = import_path(samples, path, named_mapping(name))
    assert (report.read, report.unchanged, report.rejected) == (rows, rows, 0)
    assert count(samples, Tree) == 4842


def test_hong_kong_keeps_the_one_number_that_a_tree_has(samples: Engine) -> None:
    ours = trees(samples, "hk-devb")
    schemes = Counter(tree.number_scheme for tree in ours.values())
    assert schemes == {"hk-ovt": 454, "hk-tr": 259}
    aliases = rows_of(samples, TreeAlias)
    assert Counter(alias.scheme for alias in aliases) == {"hk-tr": 454}
    first = ours["AFCD/KS/005"]
    assert [alias.number for alias in aliases if alias.tree_id == first.id] == ["AFCD/IS/00001"]


def test_hong_kong_days_are_day_and_month(samples: Engine) -> None:
    days = {row.inspected_on for row in rows_of(samples, Inspection)}
    assert date(2022, 6, 2) in days  # 2/6/2022
    assert date(2023, 1, 12) in days  # 12/1/2023
    assert all(day <= date(2026, 8, 13) for day in days)


def test_hong_kong_placeholder_days_become_empty_and_are_flagged(samples: Engine) -> None:
    ours = {tree.id for tree in trees(samples, "hk-devb").values()}
    flagged = {flag.tree_id for flag in rows_of(samples, Flag) if flag.check == "placeholder_date"}
    assert len(flagged) == 263
    assert flagged <= ours
    days = [row.designated_on for row in rows_of(samples, Designation) if row.tree_id in flagged]
    assert set(days) == {None}


def test_hong_kong_notes_become_dated_inspections_with_their_findings(samples: Engine) -> None:
    first = trees(samples, "hk-devb")["AFCD/KS/005"]
    visits = [row for row in rows_of(samples, Inspection) if row.tree_id == first.id]
    assert [(row.inspected_on, row.vigour, row.vigour_scale, row.risk_rating) for row in visits] == [
        (date(2022, 6, 2), "normal", "hk-vigor", "low")
    ]
    assert "Tree failure record" in json.loads(visits[0].findings)


def test_hong_kong_millimetres_are_centimetres_here(samples: Engine) -> None:
    first = trees(samples, "hk-devb")["AFCD/KS/005"]
    size = next(row for row in rows_of(samples, Measurement) if row.tree_id == first.id)
    assert (size.diameter_cm, size.height_m, size.crown_m) == (220, 19, 18.5)


@pytest.mark.parametrize(
    ("number", "check", "field"),
    [
        ("847", "girth_out_of_range", "girth_cm"),
        ("505", "diameter_exceeds_girth", "diameter_cm"),
        ("2303", "coordinates_rounded", "lat"),
        ("3213", "coordinates_rounded", "lat"),
    ],
)
def test_taipei_oddities_are_flagged_and_not_corrected(
    samples: Engine, number: str, check: str, field: str
) -> None:
    tree = trees(samples, "tw-taipei")[number]
    flags = {(flag.check, flag.field) for flag in rows_of(samples, Flag) if flag.tree_id == tree.id}
    assert (check, field) in flags
    size = next(row for row in rows_of(samples, Measurement) if row.tree_id == tree.id)
    if number == "847":
        assert size.girth_cm == 22700
    if number == "505":
        assert size.diameter_cm > size.girth_cm
    if field == "lat":
        assert tree.lat == 25


def test_singapore_has_no_sizes_and_none_are_made_up(samples: Engine) -> None:
    ours = {tree.id for tree in trees(samples, "sg-nparks").values()}
    assert len(ours) == 255
    assert [row for row in rows_of(samples, Measurement) if row.tree_id in ours] == []
    assert [row for row in rows_of(samples, Inspection) if row.tree_id in ours] == []


def test_no_sample_gives_an_age_or_a_grade_and_none_is_made_up(samples: Engine) -> None:
    assert {tree.age_years for tree in rows_of(samples, Tree)} == {None}
    assert {row.grade for row in rows_of(samples, Designation)} == {None}


def test_every_tree_of_the_samples_has_its_own_source_and_place(samples: Engine, tmp_path: Path) -> None:
    places = Counter(
        (tree.source_id, tree.division_id is not None, tree.lat is not None)
        for tree in rows_of(samples, Tree)
    )
    assert set(places) <= {(name, True, position) for name in COUNTS for position in (True, False)}


SHANGDANG = REPOSITORY.parent / "shared" / "data" / "shanxi-shangdang-ancient-trees"


@pytest.mark.skipif(not SHANGDANG.is_dir(), reason="the census files of Shangdang are not at hand")
def test_the_census_form_reads_a_countys_own_files_in_both_forms(engine: Engine) -> None:
    mapping = named_mapping("cn-census-2")
    first = import_path(engine, SHANGDANG / "shangdang_gb18030.csv", mapping)
    assert (first.encoding, first.read, first.created, first.rejected) == ("gb18030", 53, 53, 0)
    again = import_path(engine, SHANGDANG / "shangdang_gb18030.csv", mapping)
    assert again.unchanged == 53
    other = import_path(engine, SHANGDANG / "shangdang_points.json", mapping)
    assert (other.read, other.created, other.rejected) == (53, 0, 0)
