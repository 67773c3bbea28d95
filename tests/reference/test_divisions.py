"""Divisions: codes by path of names, names by code, and what became of those that ended."""

from pathlib import Path

import pytest

from registry.divisions import division_by_code, division_by_names, divisions, padded, stem
from registry.errors import InputMissingError, InputUnreadableError


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("山西省", "长治市", "上党区"), "140404"),
        (("山西省", "上党区"), "140404"),
        (("山西", "长治", "上党"), "140404"),
        (("上党区",), "140404"),
        (("山西省", "晋城市", "城区"), "140502"),
        (("山西省", "长治市", "长治县"), "140421"),
        (("北京市", "市辖区", "东城区"), "110101"),
        (("北京市", "东城区"), "110101"),
        (("重庆市", "县", "城口县"), "500229"),
        (("湖北省", "省直辖县级行政区划", "仙桃市"), "429004"),
        (("湖北省", "仙桃市"), "429004"),
        (("东莞市",), "441900"),
        (("吉林省",), "220000"),
        (("吉林市",), "220200"),
        (("内蒙古",), "150000"),
        (("四川省", "成都市", "新都县"), "510114"),
        (("城区",), None),
        (("山西省", "城区"), None),
        (("山西省", "不存在县"), None),
        (("四川省", "上党区"), None),
        (("臺北市", "士林區"), None),
        (("", " "), None),
        ((), None),
    ],
)
def test_a_path_of_names_has_one_code_or_none(names: tuple[str, ...], code: str | None) -> None:
    assert division_by_names(names) == code


@pytest.mark.parametrize("code", ["140404", "140404000000", "140404000"])
def test_a_code_is_known_in_each_of_its_lengths(code: str) -> None:
    found = division_by_code(code)
    assert found is not None
    assert (found.name, found.level) == ("上党区", "county")


def test_levels_below_the_county_are_known() -> None:
    whole = divisions(to_village=True)
    assert whole.by_names(("上党区", "荫城镇")) == "140404102"
    assert whole.by_names(("上党区", "荫城镇", "横河村")) == whole.by_names(
        ("上党区", "荫城镇", "横河村委会")
    )
    assert [division.name for division in whole.parents("140404102")] == ["山西省", "长治市", "上党区"]
    assert [division.name for division in divisions().parents("110101")] == ["北京市"]


def test_every_division_lies_in_another() -> None:
    whole = divisions(to_village=True)
    assert len(whole.by_code) > 69_000
    for division in whole.by_code.values():
        if division.level in {"town", "village"}:
            assert whole.find(division.code[:6]), division
    for division in divisions().by_code.values():
        assert not division.successor or whole.find(division.successor), division


@pytest.mark.parametrize(
    ("code", "other", "is_same"),
    [
        ("140404", "140404", True),
        ("140404", "140421", True),
        ("140421", "140404", True),
        ("140404", "140400", True),
        ("140404", "140401", True),
        ("140404", "140403", False),
        ("140404", "999999", False),
        ("320104", "320103", True),
    ],
)
def test_a_former_code_is_the_same_county(code: str, other: str, is_same: bool) -> None:
    assert divisions().same_county(code, other) == is_same


def test_an_office_adds_a_change(tmp_path: Path) -> None:
    own = tmp_path / "changes.csv"
    own.write_text("code,name,until,successor\n140423,襄垣县,2031-01-01,140407\n140407,襄垣区,,\n", "utf-8")
    changed = divisions(own)
    assert changed.same_county("140407", "140423")
    assert changed.current("140423") == "140407"
    assert [division.code for division in changed.former("140407")] == ["140423"]
    assert divisions().current("140423") == "140423"
    own.write_text("code,name,until,successor\n14042,襄垣县,,\n", "utf-8")
    with pytest.raises(InputUnreadableError, match="row 2"):
        divisions(own)
    own.unlink()
    with pytest.raises(InputMissingError):
        divisions(own)


def test_changes_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    own = tmp_path / "changes.csv"
    own.write_text("code,name,until,successor\n990001,甲县,2000,990002\n990002,乙县,2001,990001\n", "utf-8")
    changed = divisions(own)
    assert changed.current("990001") in {"990001", "990002"}
    assert changed.same_county("990001", "990002")


def test_codes_are_padded_and_stripped() -> None:
    assert (padded("14"), padded("1404"), padded("140404000000")) == ("140000", "140400", "140404")
    assert (stem("140000"), stem("140400"), stem("140404"), stem("140404102000")) == (
        "14", "1404", "140404", "140404102",
    )  # fmt: skip
