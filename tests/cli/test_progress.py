"""How far long work is: a bar for people, few lines for a log, JSON for a program, nothing on stdout."""

import io
import json
import sys

import pytest

from registry.cli.progress import progress_bar


def tell_all(count: int, total: int | None = None, **options: bool) -> None:
    with progress_bar("trees", total, **options) as tell:
        for done in range(1, count + 1):
            tell(done)


def test_a_log_gets_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    tell_all(30_000, 30_000)
    said = capsys.readouterr()
    assert said.err.splitlines() == [f"trees: {n} / 30000" for n in range(3000, 30_001, 3000)]
    assert said.out == ""


def test_a_log_gets_few_lines_where_the_total_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    tell_all(100_000)
    assert capsys.readouterr().err.splitlines() == [f"trees: {1000 * 2**n}" for n in range(7)]


def test_little_work_is_not_talked_about(capsys: pytest.CaptureFixture[str]) -> None:
    tell_all(999, 999)
    tell_all(5000, 5000, quiet=True)
    assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_done_total_rate_and_time_left_and_is_clean_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar("trees", 400) as tell:
        for done in range(100, 401, 100):
            tell(done)
    shown = terminal.getvalue()
    assert "/400 [" in shown
    assert shown.split("\r")[-1].strip() == ""


def test_a_program_gets_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUSHU_PROGRESS", "json")
    tell_all(3, 3, quiet=True)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert lines[-1] == {"done": 3, "total": 3}
