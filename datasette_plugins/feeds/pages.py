"""`/changes`, `/changes/<n>` and `/changes?from=…&to=…`: the history of editions, for people."""

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response

from datasette_plugins.feeds.loading import (
    PER_PAGE,
    WHATS,
    ChangeRow,
    LogRow,
    count_between,
    is_complete,
    load_between,
    load_log,
)
from datasette_plugins.feeds.wording import called, code_changes, field_names
from datasette_plugins.site.pages import read_edition, render_page
from registry.vocab.change_words import KIND, WHAT, WHAT_MEANS

_LONGEST = 9


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What was changed after edition `since` up to edition `to`; `what` is what is shown of it."""

    log: tuple[LogRow, ...]
    since: int
    to: int
    counts: dict[str, int]
    what: str
    rows: tuple[ChangeRow, ...]
    page: int
    pages: int
    is_complete: bool
    is_single: bool
    row: LogRow

    @property
    def total(self) -> int:
        """All changes."""
        return sum(self.counts.values())

    def url(self, what: str, page: int = 1) -> str:
        """The address of this page for something else that happened, or another page of it."""
        asked = {} if self.is_single else {"from": self.since, "to": self.to}
        query = {**asked, "what": what, **({"page": page} if page > 1 else {})}
        return f"/changes{f'/{self.to}' if self.is_single else ''}?{urlencode(query)}"


async def changes_page(datasette: Any, request: Any) -> Response:
    """`/changes`: all editions; `?from=3&to=7`: what was changed between two."""
    since, to = (whole_number(request.args.get(name)) for name in ("from", "to"))
    if since is None or to is None:
        log = await read_edition(datasette, request, load_log)
        return render_page(
            datasette, request, "feeds/changes.html", log=log, what_words=WHAT, what_means=WHAT_MEANS
        )
    since, to = min(since, to), max(since, to)
    return await _compared(datasette, request, since, to)


async def edition_page(datasette: Any, request: Any) -> Response:
    """`/changes/<n>`: what was changed in one edition."""
    number = whole_number(request.url_vars["number"])
    if number is None:
        raise NotFound("no such edition")
    return await _compared(datasette, request, None, number)


async def _compared(datasette: Any, request: Any, since: int | None, to: int) -> Response:
    what, number = request.args.get("what", ""), whole_number(request.args.get("page")) or 1

    def load(db: sqlite3.Connection) -> ChangesPage | None:
        return load_page(db, since, to, what, number)

    page = await read_edition(datasette, request, load)
    if page is None:
        raise NotFound("no such edition")
    return render_page(
        datasette,
        request,
        "feeds/edition.html",
        page=page,
        what_words=WHAT,
        what_means=WHAT_MEANS,
        kind_words=KIND,
        called=called,
        code_changes=code_changes,
        field_names=field_names,
    )


def load_page(
    db: sqlite3.Connection, since: int | None, to: int, what: str, number: int
) -> ChangesPage | None:
    """What was changed after an edition (None: the one that `to` was compared with); None where unknown."""
    log = load_log(db)
    known = {row.number: row for row in log}
    if to not in known or (since is not None and since not in known):
        return None
    row = known[to]
    begins = since if since is not None else row.compared_with
    counts = count_between(db, begins, to) if begins is not None else {}
    what = what if what in counts else next((one for one in WHATS if one in counts), "")
    pages = max(1, -(-counts.get(what, 0) // PER_PAGE))
    number = min(max(number, 1), pages)
    return ChangesPage(
        log=log,
        since=begins or 0,
        to=to,
        counts=counts,
        what=what,
        rows=load_between(db, begins, to, what, number) if begins is not None and what else (),
        page=number,
        pages=pages,
        is_complete=begins is not None and is_complete(log, begins, to),
        is_single=since is None,
        row=row,
    )


def whole_number(text: str | None) -> int | None:
    """The whole number that a text is, None for anything else."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else None
