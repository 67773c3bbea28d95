"""One request of a reader: its language, its address without the prefix, the edition it is answered from."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from registry.vocab.language import DEFAULT_LANGUAGE, SITE_LANGUAGES, Translator, translator

PREFIXES = {f"/{lang}": lang for lang in SITE_LANGUAGES if lang != DEFAULT_LANGUAGE}
OTHER_PREFIXES = ("/zh", "/zh-hans")
"""Prefixes that lead to the default language."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How one request is to be answered. `path` is still encoded and has no prefix."""

    lang: str = DEFAULT_LANGUAGE
    path: str = "/"
    query: str = ""
    etag: str = ""

    @property
    def prefix(self) -> str:
        """ "", "/en" or "/zh-hant"."""
        return "" if self.lang == DEFAULT_LANGUAGE else f"/{self.lang}"

    @property
    def translator(self) -> Translator:
        """Says things in the reader's language."""
        return translator(self.lang)

    def url(self, path: str) -> str:
        """`path` (encoded, from the root) with the reader's prefix."""
        return self.prefix + path

    def in_language(self, lang: str) -> str:
        """This page's address in another language."""
        question = f"?{self.query}" if self.query else ""
        return Visit(lang).url(self.path) + question


def split_prefix(path: str) -> tuple[str, str]:
    """The language of a raw path and the path without its prefix."""
    head, slash, rest = path[1:].partition("/")
    lang = PREFIXES.get(f"/{head}")
    if lang is None:
        return DEFAULT_LANGUAGE, path
    return lang, slash + rest or "/"


def visit_of(request: Any) -> Visit:
    """The visit that the middleware remembered; a plain one for requests that did not pass through it."""
    visit = request.scope.get("gushu") if request is not None else None
    return visit if isinstance(visit, Visit) else Visit()


def ascii_path(scope: dict[str, Any]) -> str:
    """The raw path as plain ASCII: stray bytes become percent escapes, the query is cut off."""
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    text = bytes(raw).partition(b"?")[0]
    return text.decode() if text.isascii() else quote(text, safe="/%:~@!$&'()*+,;=")
