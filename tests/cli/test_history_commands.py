"""The commands on the history: what they print, what they write, what they refuse."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from register_kit import import_rows, tamper
from sqlalchemy.engine import Engine
from typer.testing import Result

Gushu = Callable[..., Result]

ROW = {
    "no": "1", "name": "国槐", "girth": "300", "day": "1/5/2010", "notes": "甄小明说", "steward": "甄小明",
    "address": "某处", "grade": "二级", "designated": "2010-06-01",
}  # fmt: skip


@pytest.fixture
def register(engine: Engine, tmp_path: Path) -> Engine:
    """One tree, changed once."""
    import_rows(engine, tmp_path, ROW)
    import_rows(engine, tmp_path, {**ROW, "girth": "310", "notes": "改"})
    return engine


def answer(gushu: Gushu, *arguments: object) -> dict[str, object]:
    result = gushu("--json", *arguments)
    assert result.exit_code == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.mark.usefixtures("register")
def test_the_history_tells_old_and_new_newest_first(gushu: Gushu) -> None:
    shown = gushu("history", 1, lang="zh").stdout
    assert "备注：甄小明说 → 改" in shown
    assert "− 胸围 300 cm" in shown
    assert "+ 胸围 310 cm" in shown
    assert shown.index("→ 改") < shown.index("由来源文件载入")
    told = answer(gushu, "history", 1)["history"]
    assert [each["seq"] for each in told] == [3, 2]  # type: ignore[index,attr-defined]
    assert told[0]["fields"]["notes"] == ["甄小明说", "改"]  # type: ignore[index]


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_says_which_view_it_is_of_when_and_on_which_head(gushu: Gushu, lang: str) -> None:
    head = answer(gushu, "verify")["head"]
    now = gushu("file", 1, lang=lang).stdout
    then = gushu("file", 1, "--as-of", "2026-03-05", lang=lang).stdout
    known = gushu("file", 1, "--effective", "2015-01-01", lang=lang).stdout
    words = ("登记册于", "现在所知") if lang == "zh" else ("As the register said", "As now known")
    assert (words[0] in then, words[1] in known, any(word in now for word in words)) == (True, True, False)
    assert all(str(head) in shown for shown in (now, then, known))


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("ending", ["json", "html", "pdf"])
def test_a_file_is_public_unless_the_office_asks_for_all_of_it(
    gushu: Gushu, tmp_path: Path, ending: str
) -> None:
    for name, options in {"public": (), "office": ("--restricted",)}.items():
        out = tmp_path / f"{name}.{ending}"
        result = gushu("file", 1, out, "--as-of", "2026-03-05", *options, lang="zh")
        assert result.exit_code == 0, result.stderr
        if ending != "pdf":
            assert ("甄小明" in out.read_text("utf-8")) == (name == "office")
    assert gushu("file", 1, tmp_path / "x.doc").exit_code == 2


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    "options",
    [("--as-of", "x"), ("--effective", "2026-13-01"), ("--as-of", "2026-03-05", "--effective", "2026-03-05")],
)
def test_a_day_that_is_none_is_refused(gushu: Gushu, options: tuple[str, ...]) -> None:
    assert gushu("file", 1, *options).exit_code == 2


@pytest.mark.usefixtures("register")
def test_before_its_first_day_a_tree_has_no_file(gushu: Gushu) -> None:
    result = gushu("file", 1, "--as-of", "2020-01-01", lang="zh")
    assert (result.exit_code, result.stderr.split(":")[0]) == (1, "no_record_then")


def test_verify_names_what_was_changed_behind_the_back(gushu: Gushu, register: Engine) -> None:
    assert gushu("verify").exit_code == 0
    tamper(register, "UPDATE tree SET notes = '伪'")
    result = gushu("verify", lang="zh")
    assert (result.exit_code, result.stderr.split(":")[0]) == (1, "register_altered")
    assert "备注" in result.stderr
    assert "第 3 号事件" in result.stderr


def test_verify_names_private_values_that_no_erasure_took(gushu: Gushu, register: Engine) -> None:
    tamper(register, "DELETE FROM commitment")
    result = gushu("verify", lang="zh")
    assert (result.exit_code, result.stderr.split(":")[0]) == (1, "history_broken")
    assert "2 项" in result.stderr


@pytest.mark.usefixtures("register")
def test_verify_finds_a_head_of_before(gushu: Gushu) -> None:
    head = str(answer(gushu, "verify")["head"])
    answer(gushu, "config", "set", "duty_phone", "0355-1")
    found = answer(gushu, "verify", "--head", f"{head[:32]} {head[32:]}")["found"]
    assert (found["seq"], found["since"]) == (3, 1)  # type: ignore[index]
    assert gushu("verify", "--head", "ab" * 32).stderr.startswith("head_unknown")


@pytest.mark.usefixtures("register")
def test_a_person_is_listed_shown_and_erased(gushu: Gushu) -> None:
    assert "甄小明" in gushu("party", "list").stdout
    assert "甄小明" in gushu("party", "show", "甄小明", lang="zh").stdout
    tried = answer(gushu, "party", "erase", "甄小明", "--basis", "某法", "--dry-run")
    assert tried["roles"] == 1
    assert "甄小明" in gushu("party", "list").stdout
    answer(gushu, "party", "erase", "甄小明", "--basis", "某法", "--texts")
    for command in (("party", "list"), ("history", 1), ("file", 1, "--restricted", "--as-of", "2026-03-05")):
        assert "甄小明" not in gushu(*command, lang="zh").stdout
    assert gushu("verify").exit_code == 0
    assert gushu("party", "show", "甄小明").stderr.startswith("party_not_found")


@pytest.mark.usefixtures("register")
def test_a_change_is_undone_by_its_number(gushu: Gushu) -> None:
    assert answer(gushu, "undo", 3, "--reason", "看错了", "--tree", 1)["by"] == 4
    assert "甄小明说" in gushu("file", 1, "--restricted").stdout
    assert gushu("undo", 3, "--reason", "再来").stderr.startswith("undo_refused")
    assert gushu("verify").exit_code == 0
