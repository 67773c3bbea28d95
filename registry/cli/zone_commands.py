"""All commands of protection zones, in one place to import."""

from registry.cli import zone_checks, zone_exports, zone_layers, zone_legal, zones

__all__ = ["zone_checks", "zone_exports", "zone_layers", "zone_legal", "zones"]
