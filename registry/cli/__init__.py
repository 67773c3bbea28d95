"""The `gushu` command: parse, call once, print."""

from registry.cli.app import main

__all__ = ["main"]
