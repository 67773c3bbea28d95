"""The `gushu` command: exit codes, one clear line, in the reader's language."""

import csv
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from register_kit import MAPPING, REPOSITORY, SINGAPORE, TAIPEI, make_csv, make_mapping
from typer.testing import Result

Gushu = Callable[..., Result]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    return make_mapping(tmp_path)


def says(result: Result, code: str, *, exit_code: int = 1) -> None:
    """It failed with one line `code: message` and nothing else on stderr."""
    assert result.exit_code == exit_code, result.output
    assert result.stdout == ""
    assert result.stderr.startswith(f"{code}: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert "{" not in result.stderr


def test_the_whole_way_from_init_to_an_edition(gushu: Gushu, tmp_path: Path) -> None:
    register = str(tmp_path / "own.db")
    assert gushu("init", "--jurisdiction", "cn-shanxi", register=register).exit_code == 0
    result = gushu("--json", "import", TAIPEI, register=register)
    answer = json.loads(result.stdout)
    assert (answer["read"], answer["created"], answer["rejected"]) == (3874, 3874, 0)
    assert answer["files"][0]["mapping"] == "tw-taipei-protected"
    result = gushu("--json", "publish", "--out", tmp_path / "p.gpkg", register=register)
    assert json.loads(result.stdout)["trees"] == 3874
    assert json.loads(gushu("--json", "verify", register=register).stdout)["events"] == 9
    assert gushu("config", "get", "jurisdiction", register=register).stdout == "cn-shanxi\n"


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["import"], ["init", "--colour"], ["config", "set", "x"], ["--lang", "fr", "verify"]],
)
def test_wrong_usage_is_exit_code_2(gushu: Gushu, arguments: list[str]) -> None:
    assert gushu(*arguments).exit_code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_errors_are_one_line_in_the_readers_language(gushu: Gushu, tmp_path: Path, lang: str) -> None:
    result = gushu("verify", lang=lang, register=str(tmp_path / "none.db"))
    says(result, "register_missing")
    assert ("没有名册" in result.stderr) == (lang == "zh")


def test_every_kind_of_wrong_register_is_named(gushu: Gushu, register_address: str, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    foreign.write_text("mine")
    says(gushu("verify", register=str(foreign)), "register_foreign")
    says(gushu("init"), "register_exists")
    with closing(sqlite3.connect(register_address)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for command in (["verify"], ["migrate"], ["config", "get"]):
        says(gushu(*command), "register_newer")


def test_an_older_register_is_left_alone_until_it_is_migrated(
    gushu: Gushu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.db.newest_revision", lambda: "a later one")
    says(gushu("verify"), "register_older")
    monkeypatch.undo()
    assert gushu("migrate").exit_code == 0


def test_a_locked_register_says_so(
    gushu: Gushu, register_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.db.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(register_address, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        says(gushu("config", "set", "duty_phone", "123"), "register_locked")
        assert gushu("config", "get").exit_code == 0


def test_missing_keys_are_named(gushu: Gushu, register_address: str, tmp_path: Path) -> None:
    Path(register_address + ".keys").unlink()
    says(gushu("publish", "--out", tmp_path / "p.gpkg"), "key_missing")
    assert not (tmp_path / "p.gpkg").exists()


def test_rejected_rows_go_to_a_file_that_says_why_in_the_readers_language(
    gushu: Gushu, mapping: Path, tmp_path: Path
) -> None:
    path = make_csv(
        tmp_path / "a.csv", {"no": "1", "girth": "310"}, {"no": "2", "girth": "3m"}, {"no": "", "girth": "1"}
    )
    result = gushu("import", path, "--mapping", mapping, "--rejects", tmp_path / "r.csv", lang="zh")
    assert result.exit_code == 0
    assert "被拒 2" in result.stdout
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["文件"], row["行"], row["列"], row["值"]) for row in rows] == [
        ("a.csv", "3", "girth", "3m"),
        ("a.csv", "4", "no", ""),
    ]
    assert [row["原因"] for row in rows] == ["不是数字", "没有编号"]
    assert all(row["改法"] for row in rows)
    assert json.loads(rows[0]["整行"]) == {"no": "2", "girth": "3m"}


def test_strict_imports_nothing_and_says_the_first_reason(
    gushu: Gushu, mapping: Path, tmp_path: Path
) -> None:
    path = make_csv(tmp_path / "a.csv", {"no": "1", "girth": "1"}, {"no": "", "girth": "1"})
    says(gushu("import", path, "--mapping", mapping, "--strict"), "rows_rejected")
    assert json.loads(gushu("--json", "import", path, "--mapping", mapping).stdout)["created"] == 1


def test_a_dry_run_reports_and_changes_nothing(gushu: Gushu, mapping: Path, tmp_path: Path) -> None:
    path = make_csv(tmp_path / "a.csv", {"no": "1", "steward": "林业局"})
    before = gushu("--json", "verify").stdout
    result = gushu("--json", "import", path, "--mapping", mapping, "--dry-run")
    assert (result.exit_code, json.loads(result.stdout)["created"]) == (0, 1)
    assert gushu("--json", "verify").stdout == before
    assert json.loads(gushu("--json", "import", path, "--mapping", mapping).stdout)["created"] == 1


def test_several_files_are_taken_each_wholly_or_not_at_all(
    gushu: Gushu, mapping: Path, tmp_path: Path
) -> None:
    good = make_csv(tmp_path / "a.csv", {"no": "1"}, {"no": "2"})
    cut = tmp_path / "b.csv"
    cut.write_text('no\n3\n"4\n')
    says_nothing = gushu("--json", "import", good, cut, "--mapping", mapping)
    assert says_nothing.exit_code == 1
    assert says_nothing.stderr.startswith("input_unreadable: ")
    assert json.loads(gushu("--json", "import", good, "--mapping", mapping).stdout)["unchanged"] == 2
    says(gushu("import", good, tmp_path / "none.csv", "--mapping", mapping), "input_missing")


@pytest.mark.parametrize(
    ("option", "code"),
    [("no-such", "mapping_invalid"), ("none.toml", "input_missing"), ("hk-ovt", "mapping_column_missing")],
)
def test_a_wrong_mapping_is_named(gushu: Gushu, tmp_path: Path, option: str, code: str) -> None:
    says(gushu("import", make_csv(tmp_path / "a.csv", {"x": "1"}), "--mapping", option), code)


def test_a_file_that_no_mapping_fits_lists_the_mappings(gushu: Gushu, tmp_path: Path) -> None:
    result = gushu("import", make_csv(tmp_path / "a.csv", {"x": "1"}), lang="zh")
    says(result, "mapping_choice")
    assert "tw-taipei-protected" in result.stderr


def test_output_that_cannot_be_written_is_one_clear_line(gushu: Gushu, mapping: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    below = tmp_path / "file" / "out"
    gushu("import", make_csv(tmp_path / "a.csv", {"no": "1"}), "--mapping", mapping)
    gushu("config", "set", "public_address", "https://t.example.org")
    for arguments in (
        ["publish", "--out", below],
        ["map", below],
        ["tags", below],
        ["dossier", "1", below],
        ["dossiers", below],
        [
            "import",
            make_csv(tmp_path / "b.csv", {"no": "", "girth": "1"}),
            "--mapping",
            mapping,
            "--rejects",
            below,
        ],
    ):
        result = gushu(*arguments)
        assert (result.exit_code, result.stderr.split(":")[0]) == (1, "output_unwritable"), (
            arguments,
            result.output,
        )
    assert (tmp_path / "file").read_text() == "x"


def test_tags_wait_for_the_address_of_the_site(gushu: Gushu, mapping: Path, tmp_path: Path) -> None:
    gushu("import", make_csv(tmp_path / "a.csv", {"no": "1"}), "--mapping", mapping)
    says(gushu("tags", tmp_path / "t.pdf"), "public_address_missing")
    assert not (tmp_path / "t.pdf").exists()


@pytest.mark.parametrize("where", ["colour=green", "tree_no", "", "=1"])
def test_a_selection_by_an_unknown_field_lists_the_fields(
    gushu: Gushu, mapping: Path, tmp_path: Path, where: str
) -> None:
    gushu("import", make_csv(tmp_path / "a.csv", {"no": "1"}), "--mapping", mapping)
    result = gushu("map", tmp_path / "m.html", "--where", where)
    says(result, "selection_invalid")
    assert "tree_no=" in result.stderr
    for empty in ("tree_no=9", "category=nonsense"):
        says(gushu("map", tmp_path / "m.html", "--where", empty), "nothing_selected")
    assert not (tmp_path / "m.html").exists()


def test_a_tree_that_is_not_there_is_named(gushu: Gushu, tmp_path: Path) -> None:
    says(gushu("dossier", "9", tmp_path / "d.pdf", lang="zh"), "tree_not_found")
    says(gushu("tag", "withdraw", "nonsense", "--reason", "x"), "tag_code")
    says(gushu("config", "get", "colour"), "setting_unknown")
    says(gushu("config", "set", "duty_mail", "x"), "setting_invalid")


def test_verify_finds_what_was_altered(gushu: Gushu, register_address: str) -> None:
    head = json.loads(gushu("--json", "verify").stdout)["head"]
    assert gushu("verify", "--head", head).exit_code == 0
    says(gushu("verify", "--head", "ab" * 32), "head_unknown")
    with closing(sqlite3.connect(register_address)) as connection:
        connection.execute("UPDATE event SET actor = 'x'")
        connection.commit()
    says(gushu("verify", lang="zh"), "history_broken")


def test_serving_needs_an_edition_and_a_free_port(gushu: Gushu, tmp_path: Path) -> None:
    says(gushu("serve", "--public", tmp_path / "none.gpkg"), "edition_missing")
    foreign = tmp_path / "50% ?.gpkg"
    foreign.write_text("x")
    says(gushu("serve", "--public", foreign), "edition_foreign")
    foreign.unlink()
    assert gushu("publish", "--out", foreign).exit_code == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        says(gushu("serve", "--public", foreign, "--port", taken.getsockname()[1]), "port_in_use")


def test_a_setting_with_its_help_is_listed_in_the_readers_language(gushu: Gushu) -> None:
    assert "公众网站的网址" in gushu("config", "get", lang="zh").stdout
    assert json.loads(gushu("--json", "config", "get").stdout)["demonstration"] == "no"


def _as_a_user(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    script = "from registry.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_a_new_user_in_an_empty_folder(tmp_path: Path) -> None:
    helped = _as_a_user("--help", folder=tmp_path, GUSHU_LANG="zh")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert "一树一档" in helped.stdout
    assert "导入文件" in helped.stdout
    failed = _as_a_user("verify", folder=tmp_path, LC_ALL="zh_CN.UTF-8")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("register_missing: register.db 处没有名册")
    assert list(tmp_path.iterdir()) == []
    assert MAPPING


def test_places_species_and_words_are_selected_as_people_call_them(gushu: Gushu, tmp_path: Path) -> None:
    gushu("import", str(TAIPEI))
    for where in ("division=臺北市", "species=榕", "category=名录树木"):
        found = gushu("map", str(tmp_path / "m.html"), "--where", where)
        assert found.exit_code == 0, (where, found.stderr)
    refused = gushu("map", str(tmp_path / "m.html"), "--where", "division=没有这个地方")
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "nothing_selected")


def test_no_tag_is_made_for_a_dead_tree(gushu: Gushu, tmp_path: Path, register_address: str) -> None:
    gushu("import", str(SINGAPORE))
    gushu("config", "set", "public_address", "https://trees.example")
    with closing(sqlite3.connect(register_address)) as db, db:
        (number,) = db.execute("SELECT tree_no FROM tree LIMIT 1").fetchone()
        db.execute("UPDATE tree SET status = 'dead' WHERE tree_no = ?", (number,))
    refused = gushu("tags", str(tmp_path / "t.pdf"), "--where", f"tree_no={number}")
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "nothing_selected")
