"""The day by which clocks run: that of the place a register belongs to, not that of the computer."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from registry.cli.app import Office, app, load_commands
from registry.db import open_register, transaction
from registry.settings import set_setting
from registry.vocab.language import translator

load_commands()


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Asia/Tokyo"])
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("jurisdiction", "hour", "day"),
    [
        ("cn-shanxi", 15, date(2026, 3, 4)),
        ("cn-shanxi", 16, date(2026, 3, 5)),
        ("cn-shanxi", 23, date(2026, 3, 5)),
        ("uk", 23, date(2026, 3, 4)),
    ],
)
@pytest.mark.usefixtures("clock")
def test_it_is_the_next_day_in_china_from_four_in_the_afternoon_utc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jurisdiction: str, hour: int, day: date
) -> None:
    address = str(tmp_path / "r.db")
    assert CliRunner().invoke(app, ["--register", address, "init"]).exit_code == 0
    with transaction(open_register(address)) as session:
        set_setting(session, "jurisdiction", jurisdiction)
    monkeypatch.setattr(Office, "now", lambda _self: datetime(2026, 3, 4, hour, 30, tzinfo=UTC))
    office = Office(address, translator("en"), True, "tests")
    assert office.today() == day
    with transaction(office.engine()) as session:
        assert office.today(session) == day
