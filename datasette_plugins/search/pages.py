"""`/search`: the list of trees, all of them or those that are looked for."""

import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import Any

from datasette import Response

from datasette_plugins.qr_landing.scan import scan_address
from datasette_plugins.search.facets import (
    Facet,
    Value,
    chosen_value,
    facet_label,
    hint,
    read_facets,
    value_name,
)
from datasette_plugins.search.nearest import Nearest, count, read_nearest
from datasette_plugins.search.suggest import kind_name
from datasette_plugins.search.things import Thing, things_found
from datasette_plugins.search.wishes import PAGE_SIZE, SORTS, Wish, read_wish
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.pages import edition_of, read_edition, render_page
from datasette_plugins.site.visits import visit_of
from registry.rules.tag_codes import LONGEST_TEXT
from registry.vocab.language import Translator

__all__ = ["SearchPage", "chosen_value", "facet_label", "load_search", "search_page", "value_name"]
OPEN_FACETS = ("jurisdiction", "authority", "species", "division", "grade", "age")
"""Facets that lie open; the others open at a touch."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a list."""

    wish: Wish
    total: int
    hits: tuple[Hit, ...]
    things: tuple[Thing, ...]
    """What else the words find."""
    facets: tuple[Facet, ...] | None
    """None where there are too many trees to be counted in time."""
    chosen: tuple[tuple[str, str, Value], ...]
    """Facet, one value that is asked for, and that value with its names."""
    nearest: Nearest | None

    @property
    def pages(self) -> int:
        """How many pages the list has, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def first(self) -> int:
        """The number of the first tree on this page, from 1."""
        return (self.wish.page - 1) * PAGE_SIZE + 1


async def search_page(datasette: Any, request: Any) -> Response:
    """`/search?q=…`; what a tag or a bound plate says, pasted as a whole, leads to the page of its scan."""
    wish, pasted = read_wish(request.args), (request.args.get("q") or "").strip()[:LONGEST_TEXT]
    load = partial(_load, edition_of(datasette), wish, pasted)
    page = await read_edition(datasette, request, load)
    if isinstance(page, str):
        return Response.redirect(visit_of(request).url(page))
    return render_page(
        datasette,
        request,
        "search/search.html",
        page=page,
        value_name=value_name,
        facet_label=facet_label,
        kind_name=kind_name,
        sort_name=sort_name,
        sorts=("", *SORTS),
        open_facets=OPEN_FACETS,
    )


def _load(edition: EditionDatabase, wish: Wish, pasted: str, db: sqlite3.Connection) -> SearchPage | str:
    """The page that `wish` asks for, or the address to go to instead."""
    if "://" in pasted and (address := scan_address(db, pasted)):
        return address
    page = load_search(edition, wish, db)
    if page.total or page.things or not pasted:
        return page
    return scan_address(db, pasted) or page


def load_search(edition: EditionDatabase, wish: Wish, db: sqlite3.Connection) -> SearchPage:
    """The page that `wish` asks for, from one edition."""
    total = count(db, wish)
    return SearchPage(
        wish=wish,
        total=total,
        hits=read_page(db, wish, hint(edition, db)) if total > (wish.page - 1) * PAGE_SIZE else (),
        things=things_found(db, wish.q) if wish.q and wish.page == 1 else (),
        facets=read_facets(edition, db, wish) if total else (),
        chosen=tuple(
            (name, key, chosen_value(db, name, key)) for name in wish.facets for key in wish.picked(name)
        ),
        nearest=None if total else read_nearest(db, wish),
    )


def read_page(db: sqlite3.Connection, wish: Wish, index: str = "") -> tuple[Hit, ...]:
    """The trees of one page: which they are first, out of an index, then what is said of them."""
    sql = f"{wish.picking(index)} LIMIT :limit OFFSET :offset"
    window = {"limit": PAGE_SIZE, "offset": (wish.page - 1) * PAGE_SIZE}
    fids = [row[0] for row in db.execute(sql, {**wish.values, **window})]
    marks = ", ".join("?" * len(fids))
    rows = db.execute(f"SELECT fid, {HIT_COLUMNS} FROM tree WHERE fid IN ({marks})", fids)
    hits = {row["fid"]: read_hit(_without_fid(row)) for row in rows}
    return tuple(hits[fid] for fid in fids)


def sort_name(t: Translator, sort: str, wish: Wish) -> str:
    """How an order is called."""
    return {
        "oldest": t.gettext("Oldest"),
        "thickest": t.gettext("Thickest"),
        "tallest": t.gettext("Tallest"),
        "newest": t.gettext("Newest designated"),
        "number": t.gettext("Number"),
    }.get(sort) or (t.gettext("Best match") if wish.q else t.gettext("Register order"))


def _without_fid(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() if name != "fid"}  # noqa: SIM118
