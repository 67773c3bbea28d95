"""Atom feeds (RFC 4287): what changed, of everything or of what a search, a species or a place finds."""

import re
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from datasette import NotFound, Response
from datasette.utils import tilde_decode, tilde_encode

from datasette_plugins.feeds.loading import ChangeRow, LogRow, load_log, load_newest
from datasette_plugins.feeds.wording import called, summary
from datasette_plugins.search.wishes import Wish, read_wish
from datasette_plugins.site.pages import caching, edition_of
from datasette_plugins.site.visits import Visit, visit_of
from registry.vocab.change_words import WHAT
from registry.vocab.language import HTML_LANG, SITE_LANGUAGES

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 60
EDITIONS = 10
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_GROUPS = {"species": "species", "place": "division"}
"""The word in addresses, and the facet of a search."""
_NAMES = {
    "species": (
        "COALESCE(name_hans, name_hant, name_latin, name_en, id)",
        "COALESCE(name_en, name_latin, id)",
    ),
    "place": ("name", "COALESCE(name_en, name)"),
}


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed tells: newest changes, and the editions themselves where nothing narrows it."""

    facts: dict[str, str]
    changes: tuple[ChangeRow, ...]
    editions: tuple[LogRow, ...]
    updated: str
    about: str
    page: str


async def feed_page(datasette: Any, request: Any) -> Response:
    """`/feed.atom`, with the filters of `/search`."""
    wish = read_wish(request.args)
    about = " · ".join(filter(None, (wish.q, *(str(value) for value in wish.facets.values()))))
    page = "/changes" if wish.is_empty else wish.url()
    return await _answer(datasette, request, lambda db, facts: _load(db, facts, wish, about, page))


async def group_feed(datasette: Any, request: Any) -> Response:
    """`/species/<path>/feed.atom`, `/place/<path>/feed.atom`."""
    kind = request.url_vars["kind"]
    path = tilde_encode(tilde_decode(unquote(request.url_vars["path"])))
    visit = visit_of(request)
    table = "species" if kind == "species" else "division"
    name = _NAMES[kind][visit.translator.lang == "en"]

    def load(db: sqlite3.Connection, facts: dict[str, str]) -> Feed | None:
        row = db.execute(
            f"SELECT {name}, path FROM {table} WHERE path = ? OR id = ?", (path, tilde_decode(path))
        ).fetchone()
        if row is None:
            return None
        wish = read_wish({_GROUPS[kind]: row["path"]})
        return _load(db, facts, wish, row[0], f"/{kind}/{row['path']}")

    return await _answer(datasette, request, load)


async def _answer(datasette: Any, request: Any, load: Any) -> Response:
    edition, visit = edition_of(datasette), visit_of(request)
    feed = await edition.execute_fn(lambda db: load(db, edition.facts_of(db)))
    if feed is None:
        raise NotFound("no such feed")
    headers = caching(visit, lasting=True)
    return Response(
        write_atom(feed, visit), headers=headers, content_type="application/atom+xml; charset=utf-8"
    )


def _load(db: sqlite3.Connection, facts: dict[str, str], wish: Wish, about: str, page: str) -> Feed:
    where, values = ("", {}) if wish.is_empty else (wish.where(), wish.values)
    log = load_log(db)
    changes = load_newest(db, where, values, ENTRIES)
    made = facts.get("made_at", "1970-01-01T00:00:00+00:00")
    return Feed(
        facts=facts,
        changes=changes,
        editions=log[:EDITIONS] if wish.is_empty else (),
        updated=changes[0].made_at if changes and not wish.is_empty else made,
        about=about,
        page=page,
    )


def write_atom(feed: Feed, visit: Visit) -> str:
    """The feed as XML. Its links are absolute where the register says its public address."""
    t, home = visit.translator, feed.facts.get("public_address", "").rstrip("/")
    register = feed.facts.get("register_name_en" if t.lang == "en" else "register_name") or "Gushu"
    root = ElementTree.Element("feed", {"xmlns": ATOM, _XML_LANG: t.html_lang})
    own = visit.path + (f"?{visit.query}" if visit.query else "")
    _text(root, "id", _urn(feed.facts, f"feed {visit.lang} {own}"))
    title = f"{register} · {t.gettext('What changed')}"
    _text(root, "title", f"{title} · {feed.about}" if feed.about else title)
    _text(root, "updated", feed.updated)
    _text(ElementTree.SubElement(root, "author"), "name", register)
    _text(root, "generator", "Gushu")
    _link(root, "self", home + visit.url(own), "application/atom+xml")
    _link(root, "alternate", home + visit.url(feed.page), "text/html")
    for lang in SITE_LANGUAGES:
        if lang != visit.lang:
            link = _link(root, "alternate", home + visit.in_language(lang), "application/atom+xml")
            link.set("hreflang", HTML_LANG[lang])
    for row in feed.editions:
        _edition_entry(root, feed, visit, row, home)
    for change in feed.changes:
        _change_entry(root, feed, visit, change, home)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _edition_entry(root: Any, feed: Feed, visit: Visit, row: LogRow, home: str) -> None:
    t = visit.translator
    entry = ElementTree.SubElement(root, "entry")
    _text(entry, "id", _urn(feed.facts, f"edition {row.number}"))
    _text(entry, "title", t.gettext("Edition {number}", number=row.number))
    _text(entry, "updated", row.made_at)
    _link(entry, "alternate", f"{home}{visit.url(f'/changes/{row.number}')}", "text/html")
    told = [f"{t.pick(WHAT[what])} {t.number(count, 0)}" for what, count in row.whats.items() if count]
    trees = t.ngettext("{count} tree", "{count} trees", row.counts["tree"])
    _text(entry, "summary", " · ".join([trees, *told]))


def _change_entry(root: Any, feed: Feed, visit: Visit, row: ChangeRow, home: str) -> None:
    t = visit.translator
    name, tongue = called(t, row)
    entry = ElementTree.SubElement(root, "entry")
    _text(entry, "id", _urn(feed.facts, f"change {row.edition} {row.kind} {row.uuid} {row.what}"))
    _text(entry, "title", f"{name} {row.number} · {t.pick(WHAT[row.what])}").set(_XML_LANG, tongue)
    _text(entry, "updated", row.made_at)
    page = row.address or f"/changes/{row.edition}?what={row.what}"
    _link(entry, "alternate", home + visit.url(page), "text/html")
    ElementTree.SubElement(entry, "category", {"term": row.what, "label": t.pick(WHAT[row.what])})
    _text(entry, "summary", summary(t, row))


def _urn(facts: dict[str, str], what: str) -> str:
    """A lasting name: of the register's key and of what is named, whatever the site's address is."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gushu:{facts.get('public_key', '')}:{what}").urn


def _text(parent: Any, name: str, text: str) -> Any:
    element = ElementTree.SubElement(parent, name)
    element.text = _NOT_XML.sub("\ufffd", text)
    return element


def _link(parent: Any, rel: str, href: str, kind: str) -> Any:
    return ElementTree.SubElement(parent, "link", {"rel": rel, "type": kind, "href": _NOT_XML.sub("", href)})
