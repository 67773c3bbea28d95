"""The day by which clocks run and that papers print: that of the place a register belongs to, not that of the
computer, nor that of Greenwich."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader
from register_kit import import_rows, make_csv, make_mapping
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from registry.cli.app import Office, app, load_commands
from registry.commands.import_file import import_table
from registry.db import open_register, transaction
from registry.importing.mapping import read_mapping
from registry.importing.reading import open_table
from registry.settings import set_setting
from registry.vocab.language import translator

load_commands()
LATE = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
"""Half past seven on the fifth of March in China."""
Gushu = Callable[..., Result]


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


@pytest.fixture
def late(engine: Engine, gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gushu:
    """A register of Shanxi with a tree, late in the day of Greenwich."""
    rows = make_csv(tmp_path / "rows.csv", {"no": "1", "name": "国槐"})
    mapping = read_mapping(make_mapping(tmp_path))
    with transaction(engine) as session:
        import_table(session, open_table(rows, fits=mapping.fits), mapping, actor="tests", now=LATE)
    assert gushu("config", "set", "jurisdiction", "cn-shanxi").exit_code == 0
    monkeypatch.setattr(Office, "now", lambda _self: LATE)
    monkeypatch.chdir(tmp_path)

    def run(*words: object, lang: str = "en") -> Result:
        result = gushu(*words, lang=lang)
        assert result.exit_code == 0, result.output
        return result

    return run


def printed(path: Path) -> str:
    """All that a paper says: the text of a PDF, the sheets of a workbook, a page as it is."""
    if path.suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
            names = [name for name in book.namelist() if "sheet" in name or "sharedStrings" in name]
            return "".join(book.read(name).decode() for name in names)
    return path.read_text("utf-8")


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "words",
    [
        ("file", "1", "out.html"),
        ("dossier", "1", "out.pdf"),
        ("booklet", "out.pdf"),
        ("quality", "out.html"),
        ("report", "make", "out.html"),
        ("ledger", "list", "grove", "out.html"),
        ("zones", "list", "--out", "out.xlsx"),
    ],
)
def test_a_paper_made_in_the_morning_in_china_bears_the_day_of_china(
    late: Gushu, tmp_path: Path, words: tuple[str, ...]
) -> None:
    late(*words)
    said = printed(next(tmp_path.glob("out.*"))).replace("2026-03-04 23:30", "")
    assert "2026-03-05" in said or "5 March 2026" in said
    assert "2026-03-04" not in said
    assert "4 March 2026" not in said


def test_a_report_of_the_year_so_far_goes_to_the_day_it_is_in_china(late: Gushu, tmp_path: Path) -> None:
    late("report", "make", "out.html", "2026")
    said = "as of 2026-03-05, and what happened from 2026-01-01 to 2026-03-05; counted on 2026-03-05"
    assert said in printed(tmp_path / "out.html")


def test_a_report_that_was_kept_in_the_morning_says_that_day_ever_after(
    late: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = json.loads(late("--json", "report", "keep", "2025").stdout)["sha256"]
    monkeypatch.setattr(Office, "now", lambda _self: datetime(2026, 4, 4, 8, tzinfo=UTC))
    (kept,) = json.loads(late("--json", "report", "list").stdout)["reports"]
    assert kept["made_on"] == "2026-03-05"
    late("report", "again", digest, "out.html")
    assert "counted on 2026-03-05" in printed(tmp_path / "out.html")


@pytest.mark.usefixtures("clock")
def test_a_day_asked_for_ends_where_the_register_belongs(
    engine: Engine, gushu: Gushu, tmp_path: Path
) -> None:
    rows = {"no": "1", "name": "国槐"}
    import_rows(engine, tmp_path, rows)
    assert gushu("config", "set", "jurisdiction", "cn-shanxi").exit_code == 0
    mapping = read_mapping(make_mapping(tmp_path))
    table = open_table(make_csv(tmp_path / "new.csv", {**rows, "name": "槐"}), fits=mapping.fits)
    with transaction(engine) as session:  # half past midnight of the sixth in China
        import_table(session, table, mapping, actor="tests", now=datetime(2026, 3, 5, 16, 30, tzinfo=UTC))
    for asked, name, told in (
        ("2026-03-05", "国槐", "2026-03-05 23:59:59 +08:00"),
        ("2026-03-06", "槐", "2026-03-06 23:59:59 +08:00"),
        ("2026-03-06T00:29", "国槐", "2026-03-06 00:29:00 +08:00"),
    ):
        said = gushu("file", "1", "--as-of", asked).stdout
        assert told in said
        assert ("国槐" in said) is (name == "国槐")
