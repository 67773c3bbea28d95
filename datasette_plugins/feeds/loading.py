"""Reading the history of editions: its log, the changes of one edition or between two, by cursor."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PER_PAGE = 100
ADDRESSES = {"tree": "tree", "grove": "grove", "garden": "garden", "place": "landmark", "element": "element"}
"""The word in the address of a record's page."""
WHATS = ("added", "removed", "died", "redesignated", "zone", "photo", "text", "changed")
_COLUMNS = (
    "c.cursor, c.edition, c.kind, c.uuid, c.path, c.number, c.name, c.name_lang, c.what, c.fields, c.codes, "
    "t.name_en, t.name_latin, l.made_at"
)
_FROM = (
    "FROM edition_change c JOIN edition_log l ON l.number = c.edition "
    "LEFT JOIN tree t ON c.kind = 'tree' AND t.uuid = c.uuid"
)
_BETWEEN = (
    "WITH some AS (SELECT * FROM edition_change WHERE edition > :since AND edition <= :to), "
    "ends AS (SELECT kind, uuid, MIN(cursor) AS first, MAX(cursor) AS last FROM some "
    "WHERE what IN ('added', 'removed') GROUP BY kind, uuid), "
    "fates AS (SELECT e.kind, e.uuid, a.what AS first, z.what AS last FROM ends e "
    "JOIN some a ON a.cursor = e.first JOIN some z ON z.cursor = e.last), "
    "net AS (SELECT MAX(s.cursor) AS cursor FROM some s LEFT JOIN fates f USING (kind, uuid) "
    "WHERE f.uuid IS NULL OR (f.first = f.last AND s.what = f.last) "
    "OR (f.first = 'removed' AND f.last = 'added' AND s.what NOT IN ('added', 'removed')) "
    "GROUP BY s.kind, s.uuid, s.what) "
)
"""What is left of many editions: one that came and went is not told, one that came is told as new alone."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One edition: when it was made, with which it was compared, what it holds, what was changed."""

    number: int
    made_at: str
    compared_with: int | None
    counts: dict[str, int]
    whats: dict[str, int]
    is_listed: bool
    sha256: str | None
    history_head: str

    @property
    def total(self) -> int:
        """All changes."""
        return sum(self.whats.values())


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of one record between two editions."""

    cursor: int
    edition: int
    kind: str
    uuid: str
    path: str | None
    number: str
    name: str | None
    name_lang: str | None
    what: str
    fields: tuple[str, ...]
    codes: dict[str, list[Any]]
    name_en: str | None
    name_latin: str | None
    made_at: str

    @property
    def address(self) -> str | None:
        """The path of the record's page, without language; None where it has none any more."""
        return f"/{ADDRESSES[self.kind]}/{self.path}" if self.path else None


def load_log(db: sqlite3.Connection) -> tuple[LogRow, ...]:
    """All editions that are known, newest first; none in an edition made before there was a log."""
    try:
        rows = db.execute("SELECT * FROM edition_log ORDER BY number DESC").fetchall()
    except sqlite3.OperationalError:
        return ()
    return tuple(
        LogRow(
            number=row["number"],
            made_at=row["made_at"],
            compared_with=row["compared_with"],
            counts={kind: row[f"{kind}_count"] for kind in ADDRESSES},
            whats={what: row[what] for what in WHATS},
            is_listed=bool(row["is_listed"]),
            sha256=row["sha256"],
            history_head=row["history_head"],
        )
        for row in rows
    )


def is_complete(log: Sequence[LogRow], since: int, to: int) -> bool:
    """Whether every change after edition `since`, up to `to`, is listed. Never after one that is not in the
    log: it was withdrawn, or is forgotten."""
    after = sorted((row for row in log if since < row.number <= to), key=lambda row: row.number)
    return any(row.number == since for row in log) and all(row.is_listed for row in after)


def count_between(db: sqlite3.Connection, since: int, to: int) -> dict[str, int]:
    """How many changes are left between two editions, by what happened."""
    facts = {"since": since, "to": to}
    sql = f"{_BETWEEN}SELECT c.what, COUNT(*) FROM net JOIN edition_change c USING (cursor) GROUP BY c.what"
    found = dict(map(tuple, db.execute(sql, facts)))
    return {what: found[what] for what in WHATS if what in found}


def load_between(db: sqlite3.Connection, since: int, to: int, what: str, page: int) -> tuple[ChangeRow, ...]:
    """One page of what happened (`what`) between two editions, in the order of the feed."""
    sql = (
        f"{_BETWEEN}SELECT {_COLUMNS} {_FROM} WHERE c.cursor IN (SELECT cursor FROM net) AND c.what = :what "
        "ORDER BY c.cursor LIMIT :limit OFFSET :offset"
    )
    facts = {"since": since, "to": to, "what": what, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    return tuple(_change(row) for row in db.execute(sql, facts))


def load_after(db: sqlite3.Connection, cursor: int, limit: int) -> tuple[ChangeRow, ...]:
    """Changes after a cursor, in the order in which they were made public."""
    sql = f"SELECT {_COLUMNS} {_FROM} WHERE c.cursor > ? ORDER BY c.cursor LIMIT ?"
    return tuple(_change(row) for row in db.execute(sql, (cursor, limit)))


def load_newest(
    db: sqlite3.Connection, where: str, values: dict[str, Any], limit: int
) -> tuple[ChangeRow, ...]:
    """The newest changes of trees that fulfil a condition on `tree`; of everything where it is ""."""
    condition = f"WHERE c.kind = 'tree' AND c.uuid IN (SELECT uuid FROM tree WHERE {where})" if where else ""
    sql = f"SELECT {_COLUMNS} {_FROM} {condition} ORDER BY c.edition DESC, c.cursor LIMIT :most_rows"
    try:
        return tuple(_change(row) for row in db.execute(sql, {**values, "most_rows": limit}))
    except sqlite3.OperationalError as error:
        if "no such table: edition_" in str(error):
            return ()
        raise


def _change(row: sqlite3.Row) -> ChangeRow:
    facts = dict(row)
    return ChangeRow(
        **{**facts, "fields": tuple(json.loads(row["fields"])), "codes": json.loads(row["codes"])}
    )
