"""Working days are counted by dated days off and make-up workdays; a year that is missing is an error."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.calendars import CALENDAR_FOLDER, calendar_of, local_today, read_calendar, time_zone
from registry.care_errors import CalendarFileError, CalendarYearError
from registry.rules.terms import add_term
from registry.rules.workdays import Calendar

D = date
YEAR = 'jurisdiction = "cn"\n[2099]\nsource = "x"\n'
CN = calendar_of("cn")


@pytest.mark.parametrize("year", sorted(CN.years))
def test_the_mainland_calendar_agrees_with_an_independent_one(year: int) -> None:
    """chinesecalendar keeps the notices of the State Council too; the dates here were entered apart."""
    days = (D(year, 1, 1).toordinal() + n for n in range(366 if year % 4 == 0 else 365))
    for day in map(date.fromordinal, days):
        assert CN.is_workday(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize(
    ("day", "count", "until"),
    [
        (D(2026, 9, 18), 1, D(2026, 9, 20)),  # a Sunday that is worked for National Day
        (D(2026, 9, 24), 1, D(2026, 9, 28)),  # Mid-autumn
        (D(2026, 9, 24), 10, D(2026, 10, 15)),  # Mid-autumn, National Day and the Saturday after it
        (D(2026, 2, 13), 1, D(2026, 2, 14)),
        (D(2026, 2, 14), 1, D(2026, 2, 24)),
        (D(2026, 2, 27), 1, D(2026, 2, 28)),
        (D(2024, 12, 31), 1, D(2025, 1, 2)),
        (D(2026, 10, 3), 0, D(2026, 10, 3)),
    ],
)
def test_working_days_leave_out_holidays_and_count_make_up_days(day: date, count: int, until: date) -> None:
    assert CN.add_workdays(day, count) == until
    assert add_term(day, {"working_days": count}, CN) == until
    assert CN.workdays_between(day, until) == count


@given(st.dates(D(2023, 1, 1), D(2026, 6, 30)), st.integers(1, 60))
def test_a_term_ends_on_a_working_day_and_holds_so_many(day: date, count: int) -> None:
    until = CN.add_workdays(day, count)
    assert CN.is_workday(until)
    assert CN.workdays_between(day, until) == count
    assert CN.workdays_between(until, day) == -count


def test_a_year_that_is_missing_is_an_error_that_names_year_and_file() -> None:
    with pytest.raises(CalendarYearError) as caught:
        CN.add_workdays(D(max(CN.years), 12, 25), 10)
    assert str(max(CN.years) + 1) in str(caught.value)
    assert "cn.toml" in str(caught.value)
    with pytest.raises(CalendarYearError):
        add_term(D(2026, 3, 2), {"working_days": 10})
    with pytest.raises(CalendarYearError, match=r"sg\.toml"):
        calendar_of("sg").is_workday(D(2026, 3, 2))
    with pytest.raises(ValueError, match="count"):
        CN.add_workdays(D(2026, 3, 2), -1)


def test_other_terms_need_no_calendar() -> None:
    assert add_term(D(2099, 3, 2), {"days": 30}) == D(2099, 4, 1)


def own(folder: Path, text: str, name: str = "cn") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_office_adds_a_year_of_its_own_and_a_part_of_a_country_has_its_calendar(tmp_path: Path) -> None:
    text = '[2099]\nsource = "通知"\noff = ["2099-01-01/2099-01-03"]\nwork = ["2099-01-04"]\n'
    found = calendar_of("cn-shanxi-jincheng", own(tmp_path / "own", f'jurisdiction = "cn"\n{text}'))
    assert not found.is_workday(D(2099, 1, 1))
    assert found.is_workday(D(2099, 1, 4))
    assert not found.is_workday(D(2026, 10, 1))
    assert found.file.endswith("own/cn.toml")
    narrower = own(tmp_path / "own", f'jurisdiction = "cn-x"\n{text}', "cn-x")
    assert set(calendar_of("cn-x", narrower).years) == {2099}


def test_a_file_is_named_in_the_own_folder_where_a_year_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CalendarYearError) as caught:
        calendar_of("cn-shanxi", tmp_path).is_workday(D(2199, 3, 2))
    assert str(tmp_path / "cn.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('jurisdiction = "tw"\n', "jurisdiction"),
        ('jurisdiction = "cn"\n[x]\n', "x"),
        ('jurisdiction = "cn"\n[2099]\n', "2099.source"),
        (YEAR + 'work = []\n', "2099.off"),
        (YEAR + 'off = ["2098-01-01"]\nwork = []\n', "2099.off"),
        (YEAR + 'off = ["2099-02-30"]\nwork = []\n', "2099.off"),
        (YEAR + 'off = ["2099-01-03/2099-01-01"]\nwork = []\n', "2099.off"),
        (YEAR + 'off = []\nwork = ["2099-01-01"]\n', "2099.work"),
        (YEAR + 'off = ["2099-01-03"]\nwork = ["2099-01-03"]\n', "2099.work"),
        (YEAR + 'off = []\nwork = []\nwrok = []\n', "2099.wrok"),
        ('jurisdiction = "cn"\nweekend = ["8"]\n', "weekend"),
        (YEAR + 'off = []\nwork = []\nconfidence = "?"\n', "2099.confidence"),
        ("=", "TOML"),
    ],
)  # fmt: skip
def test_a_wrong_calendar_names_the_file_and_the_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(CalendarFileError) as caught:
        calendar_of("cn", own(tmp_path, text))
    assert str(tmp_path) in str(caught.value)
    assert f", {key}:" in str(caught.value)


def test_every_shipped_calendar_says_on_which_notice_each_year_rests() -> None:
    for path in CALENDAR_FOLDER.glob("*.toml"):
        if path.stem != "time_zones":
            found = read_calendar(path)
            assert found is not None
            assert all(year.source for year in found.years.values())


@pytest.mark.parametrize(
    ("jurisdiction", "day"),
    [
        ("cn-shanxi", D(2026, 3, 5)),
        ("hk", D(2026, 3, 5)),
        ("tw-taipei", D(2026, 3, 5)),
        ("sg", D(2026, 3, 5)),
        ("uk", D(2026, 3, 4)),
        ("us-hawaii", D(2026, 3, 4)),
        ("nowhere", D(2026, 3, 5)),
    ],
)
def test_the_day_is_that_of_the_jurisdiction(jurisdiction: str, day: date) -> None:
    assert local_today(jurisdiction, datetime(2026, 3, 4, 16, 0, tzinfo=UTC)) == day


def test_midnight_is_where_the_tree_stands() -> None:
    before, after = (datetime(2026, 3, 4, 15, minute, tzinfo=UTC) for minute in (59, 59))
    assert local_today("cn", before) == local_today("cn", after) == D(2026, 3, 4)
    assert local_today("cn", datetime(2026, 3, 4, 16, tzinfo=UTC)) == D(2026, 3, 5)


def test_every_time_zone_is_one_and_an_own_one_comes_first(tmp_path: Path) -> None:
    import tomllib

    zones: dict[str, Any] = tomllib.loads((CALENDAR_FOLDER / "time_zones.toml").read_text("utf-8"))
    assert all(time_zone(name) for name in zones)
    (tmp_path / "time_zones.toml").write_text('tw-x = "Asia/Tokyo"\n')
    assert str(time_zone("tw-x", tmp_path)) == "Asia/Tokyo"
    (tmp_path / "time_zones.toml").write_text('tw-x = "Asia/Nowhere"\n')
    with pytest.raises(CalendarFileError, match="tw-x"):
        time_zone("tw-x", tmp_path)


def test_a_calendar_without_years_knows_none() -> None:
    with pytest.raises(CalendarYearError):
        Calendar("x", "x.toml").year(2026)
