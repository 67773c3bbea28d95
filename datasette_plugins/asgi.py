"""The site as an ASGI application: `uvicorn --factory datasette_plugins.asgi:create_app --workers N`."""

import importlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.plugins import pm

from datasette_plugins.desk import MOUNTED
from datasette_plugins.queries.questions import stored_queries
from datasette_plugins.site import compat
from datasette_plugins.site.edition_database import EditionDatabase
from registry.errors import RegistryError

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
    "desk",
)
PUBLIC_VARIABLE = "GUSHU_PUBLIC"
DESK_VARIABLE = "GUSHU_DESK"
"""The address of the register that the desk works on; no desk where it is empty."""


def create_app() -> Any:
    """The site over the edition that the environment variable GUSHU_PUBLIC names (default `public.gpkg`)."""
    public = Path(os.environ.get(PUBLIC_VARIABLE, "public.gpkg"))
    datasette = create_datasette(public, os.environ.get(DESK_VARIABLE) or None)
    if desk := getattr(datasette, MOUNTED, None):
        with suppress(RegistryError):  # a register that cannot be opened is told by the desk's own pages
            desk.jobs.start()
    return datasette.app()


def create_datasette(public: Path, register: str | None = None) -> Datasette:
    """Datasette over one public edition, which may be replaced while the site runs; with the desk of
    `register` where one is given."""
    load_plugins()
    datasette = Datasette([], **compat.options(stored_queries()))
    datasette.remove_database("_memory")
    compat.start_without_edition(datasette)
    datasette.add_database(EditionDatabase(datasette, public), name=compat.DATABASE)
    if register is not None:
        importlib.import_module("datasette_plugins.desk").mount(datasette, register, public)
    return datasette


def load_plugins() -> None:
    """Our plugins, where the package is used without being installed (entry points load them otherwise)."""
    for name in PLUGINS:
        module = importlib.import_module(f"datasette_plugins.{name}")
        if not pm.is_registered(module):
            pm.register(module, f"gushu_{name}")
