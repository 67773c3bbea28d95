"""All that a search finds, as files: `/search.csv`, `.json`, `.geojson`, `.gpkg`, `.dwca.zip`."""

import asyncio
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from datasette_plugins.download.answers import FileAnswer
from datasette_plugins.download.editions import OpenEdition, open_edition
from datasette_plugins.download.files import archive_answer, table_answer, told
from datasette_plugins.search.wishes import Wish, read_wish
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.errors import error_page
from datasette_plugins.site.pages import edition_of, render_page
from datasette_plugins.site.visits import visit_of
from exports.dwca_groups import licence_groups
from exports.part_geopackage import write_part

MOST_PACKED = 20_000
"""Trees of a GeoPackage that is made on demand; the whole edition is there for more."""
_at_work = asyncio.Semaphore(2)
"""So many GeoPackages are made at once; others wait."""


async def search_table(datasette: Any, request: Any) -> Any:
    """`/search.csv`, `/search.json`, `/search.geojson`"""
    return await asyncio.to_thread(_table, edition_of(datasette), request)


async def search_package(datasette: Any, request: Any) -> Any:
    """`/search.gpkg`: trees and what belongs to them, photos aside."""
    async with _at_work:
        answer = await asyncio.to_thread(_package, edition_of(datasette), read_wish(request.args), request)
    if answer is not None:
        return answer
    text = visit_of(request).translator.gettext(
        "A GeoPackage of a search holds at most {most} trees. Narrow the search, or take the whole edition.",
        most=visit_of(request).translator.number(MOST_PACKED, 0),
    )
    return error_page(datasette, request, 400, detail=text)


async def search_archive(datasette: Any, request: Any) -> Any:
    """`/search.dwca.zip`: of one licence; a choice where the trees found are under several."""
    found = await asyncio.to_thread(_archive, edition_of(datasette), request)
    if not isinstance(found, list):
        return found
    wish = read_wish(request.args)
    return render_page(datasette, request, "download/licences.html", status=300, groups=found, wish=wish)


def _table(edition: EditionDatabase, request: Any) -> Any:
    wish, kind = read_wish(request.args), request.url_vars["kind"]
    with ExitStack() as held:
        found = held.enter_context(open_edition(edition))
        return table_answer(
            request, found, held.pop_all(), "tree", kind, f"{_called(wish)}.{kind}",
            where=_where(wish), order=wish.order, values=wish.values,
        )  # fmt: skip


def _package(edition: EditionDatabase, wish: Wish, request: Any) -> FileAnswer | None:
    with open_edition(edition) as found:
        count = f"SELECT COUNT(*) FROM tree WHERE {_where(wish)}"
        total = int(found.db.execute(count, wish.values).fetchone()[0])
        if total > MOST_PACKED:
            return None
        return _packed(found, wish, request, total)


def _packed(found: OpenEdition, wish: Wish, request: Any, total: int) -> FileAnswer:
    """The file is removed as soon as it is open: it is there until it is sent, and no longer."""
    handle, name = tempfile.mkstemp(suffix=".gpkg", prefix="gushu-")
    os.close(handle)
    path = Path(name)
    try:
        write_part(found.db, path, _where(wish), wish.values)
        file = path.open("rb")
    finally:
        path.unlink()
    kind = "application/geopackage+sqlite3"
    return FileAnswer(request, file, kind, found.file_name(f"{_called(wish)}.gpkg"), **told(found, total))


def _archive(edition: EditionDatabase, request: Any) -> Any:
    wish, key = read_wish(request.args), request.args.get("licence") or ""
    with ExitStack() as held:
        found = held.enter_context(open_edition(edition))
        if not key:
            groups = licence_groups(found.db, _where(wish), wish.values)
            if len(groups) != 1:
                return groups
            key = groups[0].key
        return archive_answer(
            request, found, held.pop_all(), key, where=_where(wish), values=wish.values
        )  # fmt: skip


def _where(wish: Wish) -> str:
    """The condition, also where the wish is empty told apart from the whole edition's file."""
    return f"({wish.where()})"


def _called(wish: Wish) -> str:
    return "trees" if wish.is_empty else "search"
