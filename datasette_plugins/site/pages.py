"""Pages in the house style: `render_page` is the one way from a template and a page's data to a response.

Templates have `_("…")` and `ngettext(…)` in the reader's language, `t` (labels, words, numbers, days),
`lang`, `url("/tree/…")` (keeps the language), `static_url("site.css")`, `visit`, `edition` (facts),
`contacts` and `rooms` (`frame.py`), `W` (the code lists), `S` (shared sentences), `fields`, `day(text)`, and
for recorded words `place_names`, `division_name`, `joint`, `lang_of` and `TONGUES`.
"""

import sqlite3
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from datasette import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from datasette_plugins.site.assets import static_url
from datasette_plugins.site.compat import DATABASE
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.frame import Contact, canonical_question, contacts_of, rooms_of
from datasette_plugins.site.place_names import TONGUES, division_name, joint, lang_of, place_names
from datasette_plugins.site.visits import Visit, visit_of
from registry.vocab import sentences, viewpoints, words
from registry.vocab.fields import FIELDS
from registry.vocab.language import HTML_LANG, SITE_LANGUAGES

LANGUAGE_NAMES = {"zh": "简体", "en": "English", "zh-hant": "繁體"}
_PLUGINS = Path(__file__).parent.parent
_EDITION = "gushu_edition"
T = TypeVar("T")
Framing = tuple[dict[str, str], tuple[Contact, ...]]
"""The facts of an edition, and whom to call."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Our own Jinja environment: no async rendering, an unknown name is an error, templates are read once."""
    folders = sorted(folder for folder in _PLUGINS.glob("*/templates") if folder.is_dir())
    env = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(
        static_url=static_url,
        html_lang=HTML_LANG,
        language_names=LANGUAGE_NAMES,
        languages=SITE_LANGUAGES,
        S=sentences,
        TONGUES=TONGUES,
        W=words,
        V=viewpoints,
        fields=FIELDS,
        day=_day,
        division_name=division_name,
        joint=joint,
        lang_of=lang_of,
        canonical_question=canonical_question,
        place_names=place_names,
    )
    env.filters["query"] = urlencode
    return env


def edition_of(datasette: Any) -> EditionDatabase:
    """The public edition."""
    database = datasette.get_database(DATABASE)
    if not isinstance(database, EditionDatabase):
        raise TypeError("the database `public` is not an edition; start the site with `gushu serve`")
    return database


async def read_edition(datasette: Any, request: Any, read: Callable[[sqlite3.Connection], T]) -> T:
    """`read(connection)` on the edition now in place; the page's foot will name that same edition."""
    edition = edition_of(datasette)

    def read_all(db: sqlite3.Connection) -> tuple[T, Framing]:
        return read(db), _framing(edition, db)

    found, request.scope[_EDITION] = await edition.execute_fn(read_all)
    return found


def render_page(
    datasette: Any,
    request: Any,
    template: str,
    /,
    *,
    status: int = 200,
    lasting: bool = True,
    also: str = "",
    **context: Any,
) -> Response:
    """The page as a response.

    `lasting` says that the page depends on nothing but the address and the edition: it may be kept and
    compared by ETag until the next edition. Pages that show the time, and errors, are not lasting.
    `also` names what else it depends on, such as the month: the page then has an ETag of its own.
    """
    visit = visit_of(request)
    headers = caching(visit, lasting=lasting and status == 200)
    if also and "etag" in headers:
        headers["etag"] = f'{visit.etag.removesuffix(chr(34))}-{also}"'
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response("", status=304, headers=headers)
    facts, contacts = _frame(datasette, request)
    html = fill(
        environment().get_template(template),
        visit,
        edition=facts,
        contacts=contacts,
        rooms=rooms_of(datasette),
        **context,
    )
    return Response.html(html, status=status, headers=headers)


def fill(template: Template, visit: Visit, /, **context: Any) -> str:
    """`template` filled in for `visit`."""
    t = visit.translator
    return template.render(
        _=t.gettext, ngettext=t.ngettext, t=t, lang=visit.lang, url=visit.url, visit=visit, **context
    )


def caching(visit: Visit, *, lasting: bool) -> dict[str, str]:
    """The caching headers of a page."""
    if lasting and visit.etag:
        return {"etag": visit.etag, "cache-control": "public, max-age=0, must-revalidate"}
    return {"cache-control": "no-store"}


def _day(text: str) -> date:
    """The day of an ISO date or instant."""
    return date.fromisoformat(text[:10])


def _framing(edition: EditionDatabase, db: sqlite3.Connection) -> Framing:
    """What head and foot say of the edition that `db` reads."""
    return edition.facts_of(db), edition.remember(db, "contacts", contacts_of)


def _frame(datasette: Any, request: Any) -> Framing:
    if _EDITION in request.scope:
        framing: Framing = request.scope[_EDITION]
        return framing
    try:
        edition = edition_of(datasette)
        return edition.read_now(lambda db: _framing(edition, db))
    except Exception:  # an error page must be drawn even where there is no edition
        return {}, ()
