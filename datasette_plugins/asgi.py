"""The site as an ASGI application: `uvicorn --factory datasette_plugins.asgi:create_app --workers N`."""

import importlib
import os
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.plugins import pm

from datasette_plugins.queries.questions import stored_queries
from datasette_plugins.site import compat
from datasette_plugins.site.edition_database import EditionDatabase

PLUGINS = (
    "site",
    "tree_page",
    "qr_landing",
    "search",
    "map",
    "download",
    "ogc_api",
    "dashboard",
    "feeds",
    "walks",
    "queries",
)
PUBLIC_VARIABLE = "GUSHU_PUBLIC"


def create_app() -> Any:
    """The site over the edition that the environment variable GUSHU_PUBLIC names (default `public.gpkg`)."""
    return create_datasette(Path(os.environ.get(PUBLIC_VARIABLE, "public.gpkg"))).app()


def create_datasette(public: Path) -> Datasette:
    """Datasette over one public edition, which may be replaced while the site runs."""
    load_plugins()
    datasette = Datasette([], **compat.options(stored_queries()))
    datasette.remove_database("_memory")
    compat.start_without_edition(datasette)
    datasette.add_database(EditionDatabase(datasette, public), name=compat.DATABASE)
    return datasette


def load_plugins() -> None:
    """Our plugins, where the package is used without being installed (entry points load them otherwise)."""
    for name in PLUGINS:
        module = importlib.import_module(f"datasette_plugins.{name}")
        if not pm.is_registered(module):
            pm.register(module, f"gushu_{name}")
