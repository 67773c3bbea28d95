"""Editions on the command line: kept, listed, taken back, given out again, checked without a register."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from register_kit import make_csv, make_mapping
from typer.testing import Result

Gushu = Callable[..., Result]


@pytest.fixture
def office(gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gushu:
    monkeypatch.chdir(tmp_path)
    rows = make_csv(tmp_path / "t.csv", {"no": "1", "name": "国槐"})
    assert gushu("import", rows, "--mapping", make_mapping(tmp_path)).exit_code == 0
    return gushu


def told(gushu: Gushu, *words: object) -> dict[str, object]:
    result = gushu("--json", *words)
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def publish(gushu: Gushu, times: int = 1) -> None:
    for _ in range(times):
        assert gushu("publish").exit_code == 0


def test_editions_are_kept_as_many_as_the_setting_says(office: Gushu, tmp_path: Path) -> None:
    assert office("config", "set", "editions_kept", "2").exit_code == 0
    publish(office, 3)
    kept = sorted(path.name for path in (tmp_path / "public.gpkg.editions").iterdir())
    assert kept == ["2.gpkg", "2.gpkg.json", "3.gpkg", "3.gpkg.json"]
    assert (tmp_path / "public.gpkg").read_bytes() == (tmp_path / "public.gpkg.editions/3.gpkg").read_bytes()
    assert office("config", "set", "editions_kept", "0").exit_code == 0
    publish(office)
    assert list((tmp_path / "public.gpkg.editions").iterdir()) == []
    assert office("config", "set", "editions_kept", "many").exit_code == 1


def test_withdrawing_the_newest_puts_the_one_before_in_place_and_restoring_brings_it_back(
    office: Gushu, tmp_path: Path
) -> None:
    publish(office, 2)
    before = (tmp_path / "public.gpkg").read_bytes()
    assert told(office, "edition", "withdraw", "2", "--reason", "x")["in_place"] == 1
    rows = told(office, "edition", "list")["editions"]
    assert isinstance(rows, list)
    assert [(row["number"], row["in_place"], row["withdrawn_reason"]) for row in rows] == [
        (2, False, "x"),
        (1, True, None),
    ]
    assert office("edition", "verify", "public.gpkg").exit_code == 0
    assert told(office, "edition", "restore", "2")["in_place"] == 2
    assert (tmp_path / "public.gpkg").read_bytes() == before
    assert office("verify").exit_code == 0


def test_the_last_edition_stays_in_place_and_the_office_is_told(office: Gushu, tmp_path: Path) -> None:
    publish(office)
    result = office("edition", "withdraw", "1", "--reason", "x", lang="zh")
    assert "整个网站都回答 410" in result.output
    beside = json.loads((tmp_path / "public.gpkg.withdrawn.json").read_text(encoding="utf-8"))
    assert beside["withdrawn"] == [1]
    assert "x" not in beside
    assert "撤回：x" in office("edition", "list", lang="zh").output


def test_the_next_edition_tells_which_were_withdrawn(office: Gushu) -> None:
    publish(office)
    told(office, "edition", "withdraw", "1", "--reason", "x")
    publish(office)
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect("public.gpkg")) as db:
        assert db.execute("SELECT value FROM edition WHERE key = 'withdrawn'").fetchone() == ("[1]",)


def test_an_edition_that_was_never_made_is_said_politely(office: Gushu) -> None:
    for words in (("withdraw", "7", "--reason", "x"), ("restore", "7")):
        result = office("edition", *words)
        assert result.exit_code == 1
        assert "edition_unknown" in result.stderr
    assert office("edition", "withdraw", "1").exit_code == 2
    assert "没有公开版" in office("edition", "list", lang="zh").output


@pytest.mark.parametrize(
    ("harm", "word"), [("file", "文件不是"), ("manifest", "清单被改动"), ("none", "没有可读的清单")]
)
def test_a_changed_edition_is_not_trusted(office: Gushu, tmp_path: Path, harm: str, word: str) -> None:
    publish(office)
    manifest = tmp_path / "public.gpkg.json"
    if harm == "file":
        with (tmp_path / "public.gpkg").open("ab") as stream:
            stream.write(b"x")
    elif harm == "manifest":
        manifest.write_text(manifest.read_text("utf-8").replace('"trees": 1', '"trees": 2'), "utf-8")
    else:
        manifest.unlink()
    result = office("edition", "verify", "public.gpkg", lang="zh")
    assert result.exit_code == 1
    assert "edition_forged" in result.stderr
    assert word in result.stderr


def test_another_publishers_key_is_noticed(office: Gushu) -> None:
    publish(office)
    key = told(office, "edition", "verify", "public.gpkg")["public_key"]
    assert told(office, "edition", "verify", "public.gpkg", "--key", key)["ok"] is True
    other = office("edition", "verify", "public.gpkg", "--key", "A" * 43 + "=")
    assert other.exit_code == 1
    assert "edition_forged" in other.stderr
