"""What frames every page: the rooms of this site, and whom to call."""

import re
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from datasette_plugins.site.compat import registered_routes
from registry.vocab.words import Label

_ALONE = ("/", "/about", "/tree/", "/T/")
"""Addresses of pages about one thing: what stands behind the question mark does not make another page."""


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the site with an entrance of its own.

    `place`: "head" (named in the header itself where it is wide), "menu", or "foot" (in the foot alone).
    """

    path: str
    name: Label
    place: str = "menu"


@dataclass(frozen=True, slots=True)
class Contact:
    """An authority that can be reached about its trees; at least one of the two is there."""

    name_zh: str
    name_zh_lang: str
    name_en: str
    phone: str
    mail: str


ROOMS = (
    Room("/search", Label("名录", "Trees"), "head"),
    Room("/map", Label("地图", "Map"), "head"),
    Room("/stories", Label("故事", "Stories"), "head"),
    Room("/walks", Label("路线", "Walks"), "head"),
    Room("/species", Label("树种", "Species"), "head"),
    Room("/dashboard", Label("数字", "Figures")),
    Room("/queries", Label("问数据", "Questions")),
    Room("/changes", Label("变化", "Changes")),
    Room("/download", Label("下载", "Download")),
    Room("/about", Label("关于", "About")),
    Room("/feed.atom", Label("订阅", "Feed"), "foot"),
    Room("/ogc", Label("OGC 接口", "OGC API"), "foot"),
)


@lru_cache(maxsize=1)
def rooms_of(datasette: Any) -> tuple[Room, ...]:
    """The rooms that this site has: those whose entrance some plugin answers."""
    patterns = [re.compile(route) for route in registered_routes(datasette)]
    return tuple(room for room in ROOMS if any(pattern.match(room.path) for pattern in patterns))


def contacts_of(connection: sqlite3.Connection) -> tuple[Contact, ...]:
    """Whom to call, the authority with most trees first; nobody where none is named."""
    rows = connection.execute(
        "SELECT name_zh, name_zh_lang, name_en, COALESCE(duty_phone, ''), COALESCE(duty_mail, '') "
        "FROM authority WHERE COALESCE(duty_phone, duty_mail, '') <> '' ORDER BY tree_count DESC, id LIMIT 40"
    )
    return tuple(Contact(*row) for row in rows)


def canonical_question(path: str, query: str) -> str:
    """What of a query string belongs to the page's own address, with its "?"; "" where nothing does."""
    alone = path in _ALONE or path.startswith(_ALONE[2:])
    return f"?{query}" if query and not alone else ""
