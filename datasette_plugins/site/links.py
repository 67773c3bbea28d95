"""Records that belong together, as the page of either shows them."""

import sqlite3
from dataclasses import dataclass

_WORDS = {"tree": "tree", "grove": "grove", "garden": "garden", "place": "landmark", "element": "element"}
"""The tables of an edition that links lead to, and the word in the address of their pages."""
_OTHER = """
SELECT kind, to_kind AS other, to_uuid AS uuid FROM record_link WHERE from_uuid = :uuid
UNION SELECT kind, from_kind, from_uuid FROM record_link WHERE to_uuid = :uuid"""


@dataclass(frozen=True, slots=True)
class Link:
    """One record that this one belongs together with. `kind`: how; `table`: what it is."""

    kind: str
    table: str
    url: str
    name: str
    name_lang: str


def links_of(db: sqlite3.Connection, uuid: str) -> tuple[Link, ...]:
    """What the record `uuid` is linked with, by kind and name; nothing in an edition that knows no links."""
    try:
        rows = db.execute(_OTHER, {"uuid": uuid}).fetchall()
    except sqlite3.OperationalError:  # an edition made before there were links
        return ()
    found = []
    for kind, table, other in rows:
        if table not in _WORDS:
            continue
        columns = "name_zh, tree_no, name_zh_lang" if table == "tree" else "name, number, name_lang"
        row = db.execute(f"SELECT path, {columns} FROM {table} WHERE uuid = ?", (other,)).fetchone()
        if row is not None:
            path, name, number, lang = row
            called = " ".join(filter(None, (name, number if table == "tree" or not name else None)))
            found.append(Link(kind, table, f"/{_WORDS[table]}/{path}", called, lang or "zh-Hans"))
    return tuple(sorted(found, key=lambda link: (link.kind, link.table, link.name)))
