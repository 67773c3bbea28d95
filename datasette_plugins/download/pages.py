"""`/download`: what there is, in which forms, under which terms, and how to check, cite and open it."""

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette import Response

from datasette_plugins.download.editions import digest_of, earlier_editions, package_name
from datasette_plugins.download.files import LAYER_TITLES, LAYERS
from datasette_plugins.site.pages import edition_of, read_edition, render_page
from exports.dwca_groups import LicenceGroup, licence_groups
from registry.rules.edition_files import manifest_path

_COUNTED = ("species", "measurement", "inspection", "photo")


@dataclass(frozen=True, slots=True)
class Downloads:
    """What the page tells of the edition."""

    sources: tuple[sqlite3.Row, ...]
    counts: dict[str, int]
    groups: tuple[LicenceGroup, ...]


async def download_page(datasette: Any, request: Any) -> Response:
    """`/download`"""
    edition = edition_of(datasette)
    path = Path(edition.path)
    while True:
        stamp = edition.stamp()
        sha256 = await asyncio.to_thread(digest_of, path)
        page = await read_edition(datasette, request, lambda db: edition.remember(db, "downloads", _load))
        if edition.stamp() == stamp:
            break
    return render_page(
        datasette,
        request,
        "download/download.html",
        lasting=False,  # the list of editions changes without the edition
        page=page,
        sha256=sha256,
        size=stamp[3],
        layers=LAYERS,
        titles=LAYER_TITLES,
        package_name=package_name,
        earlier=earlier_editions(edition),
        has_manifest=manifest_path(path).is_file(),
    )


def _load(db: sqlite3.Connection) -> Downloads:
    counts = {name: _count(db, name) for name in (*LAYERS.values(), *_COUNTED)}
    sources = db.execute("SELECT * FROM source ORDER BY tree_count DESC, id").fetchall()
    return Downloads(tuple(sources), counts, tuple(licence_groups(db)))


def _count(db: sqlite3.Connection, table: str) -> int:
    try:
        return int(db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])
    except sqlite3.OperationalError:  # an edition made before this table
        return 0
