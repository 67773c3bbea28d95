"""A fault of the program itself is one line, never a trace."""

from types import SimpleNamespace

import pytest

from registry.cli import app as application


def test_a_fault_of_ours_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down() -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.delenv("GUSHU_DEBUG", raising=False)
    monkeypatch.setattr(application, "app", break_down)
    with pytest.raises(SystemExit) as stop:
        application.main()
    said = capsys.readouterr().err
    assert stop.value.code == 1
    assert said.startswith("unexpected: ")
    assert said.count("\n") == 1
    assert "secret detail" not in said


def test_with_debug_the_trace_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise ZeroDivisionError

    monkeypatch.setenv("GUSHU_DEBUG", "1")
    monkeypatch.setattr(application, "app", break_down)
    with pytest.raises(ZeroDivisionError):
        application.main()


def test_work_goes_on_when_nobody_reads_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """`gushu letters make | head`: what was begun is finished, and said to nobody."""
    silenced: list[int] = []

    def closed(_text: str) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(application.typer, "echo", closed)
    monkeypatch.setattr(application.os, "dup2", lambda *_files: silenced.append(1))
    monkeypatch.setattr(application.os, "open", lambda *_file: 9)
    monkeypatch.setattr(application.sys, "stdout", SimpleNamespace(fileno=lambda: 8))
    office = application.Office("x.db", application.translator("en"), False, "tests")
    office.say("first")
    office.say("second")
    assert silenced == [1, 1]
