"""Datasette's own table and SQL pages in the house style, with queries that answer real questions."""

from typing import Any

from datasette import Response, hookimpl

from datasette_plugins.queries.questions import questions
from datasette_plugins.site.compat import DATABASE, sql_address
from datasette_plugins.site.frame import rooms_of
from datasette_plugins.site.pages import read_edition, render_page
from datasette_plugins.site.visits import visit_of


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"^/queries$", queries_page)]


@hookimpl
def extra_template_vars(datasette: Any, request: Any) -> dict[str, Any]:
    """What the head and foot of Datasette's own pages say (`templates/base.html`)."""
    visit = visit_of(request)
    return {"house": visit, "house_t": visit.translator, "house_rooms": rooms_of(datasette)}


async def queries_page(datasette: Any, request: Any) -> Response:
    """`/queries`: the questions, and the way to ask one's own."""
    await read_edition(datasette, request, lambda _: None)
    return render_page(
        datasette,
        request,
        "queries/queries.html",
        questions=questions(),
        database=DATABASE,
        sql_address=sql_address(),
    )
