"""Checks of construction footprints against the protection zones, on the command line."""

from registry.cli.zones import zones

__all__ = ["zones"]
