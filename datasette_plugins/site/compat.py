"""What differs between Datasette 0.65 and the 1.0 alphas, and what must be kept from it; nowhere else."""

import csv
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from datasette.plugins import pm
from datasette.version import __version_info__
from datasette.views import base

from exports.csv_cells import harmless
from registry.errors import EditionMissingError

DATABASE = "public"
"""The name under which the edition is always served, whatever the file is called."""

IS_NEXT = __version_info__[0] != "0"
"""Whether this is Datasette 1.0 or one of its alphas."""
HELPER_TABLES = (
    "gpkg_", "rtree_", "tree_search", "found", "facet_", "tree_facet", "sqlite_", "map_", "layer_styles",
    "qgis_projects",
)  # fmt: skip


def sql_address(ending: str = "") -> str:
    """The address of the page on which readers ask with SQL; the query is its argument `sql`."""
    return f"/{DATABASE}/-/query{ending}" if IS_NEXT else f"/{DATABASE}{ending}"


def block_printed_exceptions() -> None:
    """Datasette prints every exception with its local variables where `rich` is installed: never here."""
    pm.set_blocked("datasette.handle_exception")


class _Writer:
    """A writer of CSV whose texts are no formulas."""

    def __init__(self, out: Any) -> None:
        self._writer = csv.writer(out)

    def writerow(self, row: Iterable[Any]) -> Any:
        """What `out` answers, which Datasette waits for."""
        return self._writer.writerow([harmless(value) for value in row])


def write_no_formulas() -> None:
    """Datasette's own CSV, as ours, holds no text that a spreadsheet would run as a formula."""
    if not hasattr(base, "csv"):
        raise ImportError("this Datasette writes its CSV elsewhere: see what has become of views/base.py")
    base.csv = SimpleNamespace(writer=_Writer)


def start_without_edition(datasette: Any) -> None:
    """Let the site start where there is no edition yet: the 1.0 alphas read the catalogue before anything."""
    refresh = datasette._refresh_schemas

    async def refresh_if_there(*args: Any, **options: Any) -> None:
        with suppress(EditionMissingError):
            await refresh(*args, **options)

    datasette._refresh_schemas = refresh_if_there


def registered_routes(datasette: Any) -> list[str]:
    """The patterns of all addresses that plugins answer."""
    return [pattern for routes in pm.hook.register_routes(datasette=datasette) for pattern, _ in routes]


def settings() -> dict[str, object]:
    """Datasette's settings for a public edition."""
    return {
        "suggest_facets": False,
        "allow_download": False,
        "sql_time_limit_ms": 1000,
        "facet_time_limit_ms": 300,
        "max_returned_rows": 2000,
        "default_page_size": 30,  # a tree has over a hundred columns, and every cell takes time to draw
        "num_sql_threads": 4,
        "default_cache_ttl": 0,
        "truncate_cells_html": 200,
    }


def options(queries: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What Datasette is made with: the stored queries are metadata to 0.65 and configuration to 1.0."""
    databases = {DATABASE: {"queries": {name: dict(query) for name, query in queries.items()}}}
    title = {"title": "古树 Gushu"}
    if IS_NEXT:
        return {"settings": settings(), "metadata": title, "config": {"databases": databases}}
    return {"settings": settings(), "metadata": {**title, "databases": databases}}
