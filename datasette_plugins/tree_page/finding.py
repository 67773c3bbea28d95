"""Which tree an address means: its path, a number, another number, or `scheme:number`."""

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from datasette.utils import tilde_decode, tilde_encode

from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit

_MOST_CHOICES = 200
_LONGEST = 400
_HOLDERS = (
    f"SELECT {HIT_COLUMNS} FROM tree WHERE fid IN ("
    "SELECT fid FROM tree WHERE tree_no = :no {tree} UNION SELECT tree.fid FROM alias "
    "JOIN tree ON tree.uuid = alias.tree_uuid WHERE alias.number = :no {alias}"
    ") ORDER BY jurisdiction, fid LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an address leads to: `row` of `tree` where it is the tree's own; else the trees of the number.

    `by_number` says that the whole of `wanted` is the number, and not `scheme:number`.
    """

    wanted: str
    row: dict[str, Any] | None
    choices: tuple[Hit, ...] = ()
    by_number: bool = True


def find_tree(db: sqlite3.Connection, segment: str) -> Found:
    """What `segment` (of an address, encoded in tildes or percents or both) means."""
    wanted = decode_segment(segment[:_LONGEST])
    found = db.execute("SELECT * FROM tree WHERE path IN (?, ?)", (tilde_encode(wanted), segment))
    row = found.fetchone()
    if row is not None:
        names = [column[0] for column in found.description]
        return Found(wanted, dict(zip(names, row, strict=True)))
    choices, by_number = _holders(db, wanted)
    return Found(wanted, None, tuple(choices), by_number)


def decode_segment(segment: str) -> str:
    """The text of one segment of an address."""
    return tilde_decode(unquote(segment)).strip()


def _holders(db: sqlite3.Connection, wanted: str) -> tuple[list[Hit], bool]:
    """The trees that hold the number, under any scheme (True) or the one named before a colon."""
    rows = db.execute(_HOLDERS.format(tree="", alias=""), {"no": wanted, "most": _MOST_CHOICES}).fetchall()
    scheme, colon, number = wanted.partition(":")
    by_number = bool(rows) or not colon
    if not by_number:
        sql = _HOLDERS.format(tree="AND number_scheme = :scheme", alias="AND alias.scheme = :scheme")
        rows = db.execute(sql, {"no": number, "scheme": scheme, "most": _MOST_CHOICES}).fetchall()
    return [read_hit(row) for row in rows], by_number
