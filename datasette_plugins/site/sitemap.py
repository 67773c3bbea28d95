"""What programs are told: which addresses there are, and which are not worth their while."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from datasette import NotFound, Response

from datasette_plugins.site.compat import registered_routes
from datasette_plugins.site.pages import caching, edition_of
from datasette_plugins.site.visits import Visit, visit_of
from registry.vocab.language import HTML_LANG, SITE_LANGUAGES

PER_FILE = 5_000
"""Pages in one file, each in every language: below the 50,000 addresses that a file may have."""
_ALONE = (
    *("/", "/search", "/map", "/groves", "/gardens", "/landmarks", "/elements", "/species", "/place"),
    *("/stories", "/walks", "/dashboard", "/changes", "/lists", "/download", "/about", "/queries"),
)
_TABLES = {
    "tree": "tree",
    "grove": "grove",
    "garden": "garden",
    "landmark": "place",
    "element": "element",
    "species": "species",
    "place": "division",
    "story": "story",
    "walk": "walk",
}
"""The word in an address, and the table of its pages; each has a column `path`."""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


async def robots(datasette: Any) -> Response:
    """`/robots.txt`: everything but Datasette's own pages and endless combinations of filters."""
    lines = [
        "User-agent: *",
        "Allow: /-/gushu/static/",
        "Disallow: /-/",
        "Disallow: /public",
        "Disallow: /*?",
    ]
    for lang in SITE_LANGUAGES[1:]:
        lines.append(f"Disallow: /{lang}/public")
    address = _address(datasette)
    if address:
        lines += ["", f"Sitemap: {address}/sitemap.xml"]
    return Response.text("\n".join(lines) + "\n")


async def sitemap_index(datasette: Any, request: Any) -> Response:
    """`/sitemap.xml`: the files, and how new they are."""
    address, edition = _required_address(datasette), edition_of(datasette)
    counts, made_at = await edition.execute_fn(
        lambda db: (_counts(db), edition.facts_of(db).get("made_at", ""))
    )
    files = ["pages-1", *(f"{word}-{n}" for word, count in counts.items() for n in _numbers(count))]
    new = f"<lastmod>{escape(made_at)}</lastmod>" if made_at else ""
    items = "".join(
        f"<sitemap><loc>{escape(address)}/sitemap/{name}.xml</loc>{new}</sitemap>\n" for name in files
    )
    return _xml(request, f'{_HEAD}<sitemapindex xmlns="{_SITEMAPS}">\n{items}</sitemapindex>\n')


async def sitemap_file(datasette: Any, request: Any) -> Response:
    """`/sitemap/tree-1.xml`: addresses, each with its other languages."""
    address = _required_address(datasette)
    word, number = request.url_vars["word"], int(request.url_vars["number"])
    if word == "pages" and number == 1:
        paths = _standing(datasette)
    elif word in _TABLES:
        paths = await edition_of(datasette).execute_fn(lambda db: _paths(db, word, number))
    else:
        paths = []
    if not paths:
        raise NotFound("no such sitemap")
    entries = "".join(_entries(address, paths))
    head = f'{_HEAD}<urlset xmlns="{_SITEMAPS}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    return _xml(request, f"{head}{entries}</urlset>\n")


def _standing(datasette: Any) -> list[str]:
    """Those of the pages that stand alone which this site has."""
    patterns = [re.compile(route) for route in registered_routes(datasette)]
    return [path for path in _ALONE if any(pattern.match(path) for pattern in patterns)]


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many pages each kind has; kinds without any, or that this edition does not know, are left out."""
    counts = {}
    for word, table in _TABLES.items():
        try:
            (count,) = db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
        except sqlite3.OperationalError:  # an edition made before there were such pages
            continue
        if count:
            counts[word] = count
    return counts


def _paths(db: sqlite3.Connection, word: str, number: int) -> list[str]:
    sql = f"SELECT path FROM {_TABLES[word]} ORDER BY rowid LIMIT ? OFFSET ?"
    try:
        rows = db.execute(sql, (PER_FILE, (number - 1) * PER_FILE)).fetchall()
    except sqlite3.OperationalError:
        return []
    return [f"/{word}/{path}" for (path,) in rows]


def _numbers(count: int) -> range:
    return range(1, -(-count // PER_FILE) + 1)


def _entries(address: str, paths: list[str]) -> Iterator[str]:
    for path in paths:
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{HTML_LANG[lang]}"'
            f' href="{escape(address + Visit(lang).url(path))}"/>'
            for lang in SITE_LANGUAGES
        )
        yield f"<url><loc>{escape(address + path)}</loc>{links}</url>\n"


def _address(datasette: Any) -> str:
    try:
        return edition_of(datasette).facts.get("public_address", "").rstrip("/")
    except Exception:  # robots are told their way even where there is no edition
        return ""


def _required_address(datasette: Any) -> str:
    address = edition_of(datasette).facts.get("public_address", "").rstrip("/")
    if not address:
        raise NotFound("a sitemap needs the setting public_address")
    return address


def _xml(request: Any, text: str) -> Response:
    headers = caching(visit_of(request), lasting=True)
    return Response(text, headers=headers, content_type="application/xml; charset=utf-8")
