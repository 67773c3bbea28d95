"""Counting the trees of an edition, or of a part of it; which kinds of areas there are."""

import sqlite3
from typing import Any

from registry.rules.counting import TreeCounts, count_trees
from registry.vocab.words import ON_REGISTER

KINDS = {"grove": "grove", "garden": "garden", "landmark": "place", "element": "element"}
"""The word in addresses and the table: `/place/…` is a division, so a ledger's place is a landmark."""
WORDS = {table: word for word, table in KINDS.items()}
STANDING = f"status IN ({', '.join(repr(status.value) for status in ON_REGISTER)})"
"""The condition of a tree or area that is on the register and stands."""
BELOW = (
    "division_id IN (WITH RECURSIVE below(id) AS (SELECT :division UNION "
    "SELECT division.id FROM division JOIN below ON division.parent_id = below.id) SELECT id FROM below)"
)
"""The condition of a record that lies in the division with the id `:division` or in one below it."""
_SCATTERED = "grove_no IS NULL AND (distribution IS NULL OR distribution <> 'grouped')"


def tree_counts(db: sqlite3.Connection, where: str = "1", facts: dict[str, Any] | None = None) -> TreeCounts:
    """Scattered trees, groves and trees in groves on the register; the dead and the gone are not counted."""
    facts = facts or {}
    scattered, grouped = db.execute(
        f"SELECT COUNT(*) FILTER (WHERE {_SCATTERED}), COUNT(*) FILTER (WHERE grove_no IS NULL "
        f"AND distribution = 'grouped') FROM tree WHERE {STANDING} AND {where}",
        facts,
    ).fetchone()
    groves = db.execute(f"SELECT tree_count, file_count FROM grove WHERE {STANDING} AND {where}", facts)
    return count_trees(scattered=scattered, grouped=grouped, groves=[(row[0], row[1]) for row in groves])
