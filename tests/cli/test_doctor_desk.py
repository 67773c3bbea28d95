"""What the doctor says of backups, administrators, uploads, jobs, the certificate and the clock."""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import Gushu
from test_serving_tls import make

from registry.commands.accounts import add_account
from registry.db import open_register, transaction
from registry.models import Account, Job
from registry.rules.permissions import Grant
from registry.vocab.desk_words import JobState, Role

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def states(gushu: Gushu) -> dict[str, str]:
    told: Any = json.loads(gushu("--json", "doctor").stdout)
    return {each["check"]: each["state"] for each in told["checks"]}


def execute(address: str, statement: str) -> None:
    with transaction(open_register(address)) as session:
        session.execute(sa.text(statement))


def test_a_backup_is_asked_for_until_there_is_one_and_again_when_it_is_old(
    gushu: Gushu, register_address: str, tmp_path: Path
) -> None:
    assert states(gushu)["backup"] == "warning"
    assert gushu("backup", tmp_path / "b.tar").exit_code == 0
    assert states(gushu)["backup"] == "ok"
    execute(register_address, f"UPDATE audit_entry SET at = '{NOW - 20 * DAY:%Y-%m-%d %H:%M:%S.%f}'")
    assert states(gushu)["backup"] == "warning"


def test_administrators_without_a_second_factor_are_named(gushu: Gushu, register_address: str) -> None:
    assert "second factor" not in states(gushu)
    with transaction(open_register(register_address)) as session:
        grants = [Grant(Role.ADMINISTRATOR)]
        add_account(session, "boss", "Boss", grants, password="a long password", actor="t", now=NOW)
    assert states(gushu)["second factor"] == "warning"
    assert "boss" in gushu("doctor").stdout
    execute(register_address, "UPDATE account SET second_factor_on = '2026-01-01 00:00:00.000000'")
    assert states(gushu)["second factor"] == "ok"


def test_uploads_that_stopped_long_ago_are_counted(gushu: Gushu, register_address: str) -> None:
    part = Path(f"{register_address}.uploads/somebody/{'a' * 64}.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    Path(f"{register_address}.uploads").chmod(0o700)
    assert "uploads" not in states(gushu)
    old = (NOW - 30 * DAY).timestamp()
    os.utime(part, (old, old))
    assert states(gushu)["uploads"] == "warning"


def test_a_job_without_a_sign_of_life_is_told_of(gushu: Gushu, register_address: str) -> None:
    with transaction(open_register(register_address)) as session:
        add_account(
            session, "boss", "Boss", [Grant(Role.REGISTRAR)], password="a long password", actor="t", now=NOW
        )
        own = session.exec(sa.select(Account.id)).scalar_one()
        for hours in (0, 3):
            at = dt.datetime.now(dt.UTC) - hours * dt.timedelta(hours=1)  # one is alive when it is asked
            session.add(Job(kind="x", account_id=own, state=JobState.RUNNING, created_at=at, started_at=at))
    assert states(gushu)["jobs"] == "warning"
    assert "1" in next(line for line in gushu("doctor").stdout.splitlines() if "Jobs" in line)


@pytest.mark.parametrize(("days", "state"), [(90, "ok"), (10, "warning"), (-1, "problem")])
def test_the_certificate_is_looked_at_before_it_ends(
    gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, state: str
) -> None:
    assert "certificate" not in states(gushu)
    cert, _ = make(tmp_path, begins=NOW - 100 * DAY, ends=NOW + days * DAY)
    monkeypatch.setenv("GUSHU_TLS_CERT", str(cert))
    assert states(gushu)["certificate"] == state
    monkeypatch.setenv("GUSHU_TLS_CERT", str(tmp_path / "none"))
    assert states(gushu)["certificate"] == "problem"


def test_a_clock_that_is_behind_the_history_is_a_problem(gushu: Gushu, register_address: str) -> None:
    assert states(gushu)["clock"] == "ok"
    execute(register_address, f"UPDATE event SET at = '{NOW + DAY:%Y-%m-%d %H:%M:%S.%f}'")
    assert states(gushu)["clock"] == "problem"


def test_a_private_folder_that_others_can_read_is_named(gushu: Gushu, register_address: str) -> None:
    folder = Path(f"{register_address}.photos")
    folder.mkdir(mode=0o755)
    assert states(gushu)["private folders"] == "warning"
    folder.chmod(0o700)
    assert "private folders" not in states(gushu)
