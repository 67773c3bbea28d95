"""Commands are found without importing all of them, and help lists them in the order of the work."""

import pkgutil
from typing import Any

import pytest
import typer.main

from registry import cli
from registry.cli.app import HOMES, app, asked_command

NO_COMMANDS = {"app", "progress"}


def _modules(command: Any) -> set[str]:
    callbacks = [command, *getattr(command, "commands", {}).values()]
    return {c.callback.__module__.rpartition(".")[2] for c in callbacks if c.callback is not None}


def test_every_command_is_at_the_home_that_the_index_names() -> None:
    group: Any = typer.main.get_command(app)
    found = {name: _modules(command) for name, command in group.commands.items()}
    assert found.keys() == HOMES.keys()
    strangers = {name: modules - {*HOMES[name].split()} for name, modules in found.items()}
    assert not any(strangers.values()), strangers


def test_help_lists_the_commands_in_the_order_of_the_work() -> None:
    group: Any = typer.main.get_command(app)
    assert group.list_commands(None) == [*HOMES]


def test_every_module_that_adds_commands_is_in_the_index() -> None:
    adding = {
        module.name
        for module in pkgutil.iter_modules(cli.__path__)
        if "@app.command" in (text := _source(module.name)) or "app.add_typer" in text
    }
    assert adding - NO_COMMANDS <= {module for home in HOMES.values() for module in home.split()}


def _source(name: str) -> str:
    from pathlib import Path

    return (Path(cli.__path__[0]) / f"{name}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["publish", "--out", "x"], "publish"),
        (["--register", "a.db", "--lang", "zh", "case", "list"], "case"),
        (["--register=a.db", "--json", "verify"], "verify"),
        (["--help"], None),
        ([], None),
    ],
)
def test_the_command_is_found_among_the_options(arguments: list[str], command: str | None) -> None:
    assert asked_command(arguments) == command
