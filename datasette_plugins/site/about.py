"""What this register is: where its data come from, whom to tell what is wrong, how readers are treated."""

import sqlite3
from typing import Any

from datasette import Response

from datasette_plugins.site.pages import read_edition, render_page


async def about_page(datasette: Any, request: Any) -> Response:
    """`/about`"""
    sources = await read_edition(datasette, request, load_sources)
    return render_page(datasette, request, "site/about.html", sources=sources)


def load_sources(db: sqlite3.Connection) -> tuple[sqlite3.Row, ...]:
    """The sources of an edition, the one of most trees first."""
    return tuple(db.execute("SELECT * FROM source ORDER BY tree_count DESC, id").fetchall())
