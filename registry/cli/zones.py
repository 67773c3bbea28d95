"""Protection zones (保护范围) on the command line."""

import typer

from registry.cli.app import _, app

zones = typer.Typer(no_args_is_help=True, help=_("Protection zones: computed, delineated, checked."))
app.add_typer(zones, name="zones")
