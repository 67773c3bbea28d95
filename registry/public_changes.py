"""What an edition says of those before it: the log of editions, and what was changed since the one before.

Both editions are compared by SQLite, row by row of the same UUID, in one pass for each table. What was held
back stays so: a change names the fields that differ, values are told of codes alone, names are those of the
new edition, and all that is carried on from earlier editions is brought to what the new one shows.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from registry.edition import FORMAT, PublishReport
from registry.models import Edition

KEPT_ROWS = 20_000
KEPT_EDITIONS = 50
"""Changes are kept edition by edition, the newest first, while they are no more than that in all."""
CURSOR_STEP = 1_000_000
KINDS = ("tree", "grove", "garden", "place", "element")
WHATS = ("added", "removed", "died", "redesignated", "zone", "photo", "text", "changed")
REDESIGNATED = ("category", "protection_grade", "grade_scheme", "listings", "designated_on", "status")
TEXTS = (
    "history_text", "peculiarity", "notes", "damage", "threats", "protection_measures", "rejuvenation",
    "values", "values_note", "species_record", "photo_note", "planted_by", "details",
)  # fmt: skip
POSITION = ("lon", "lat", "coordinate_uncertainty_m", "position_precision")
CODES = ("category", "protection_grade", "listings", "status", "vigour")
"""Fields whose values are words of a code list, before and now: they can hold nothing private."""
_UNSAID = frozenset(
    {"fid", "geom", "uuid", "path", "updated_on", "photo_count", "flag_count", "file_count", "flags"}
    | {"parts", "next_visit_on"}
    | {"history", "withheld", "source_id", "source_url", "licence", "attribution", "text_lang", "listing"}
    | {"name_lang", "name_zh_lang", "division_path_en", "datum", "datum_code"}
)
_NAMES = {
    "tree": (
        "n.tree_no",
        "COALESCE(n.name_zh, n.name_verbatim, n.common_name, n.name_latin, n.name_en)",
        "CASE WHEN n.name_zh IS NOT NULL THEN COALESCE(n.name_zh_lang, 'zh-Hans') "
        "WHEN COALESCE(n.name_verbatim, n.common_name) IS NOT NULL THEN n.text_lang "
        "WHEN n.name_latin IS NOT NULL THEN 'la' ELSE 'en' END",
    )
}
_AREA_NAMES = ("n.number", "n.name", "n.name_lang")
_LOOKS = {
    "zone": "kind, statement, area_m2, published_on, document_no, west, south, east, north",
    "photo": "kind, taken_on, width, height, length(jpeg)",
}
"""By what two zones or photos are told apart."""


@dataclass(frozen=True, slots=True)
class _Before:
    """The edition before: its number, and the SHA-256 that the register knows of it."""

    number: int
    sha256: str | None


def write_changes(
    session: Session, connection: sqlite3.Connection, before: Path, report: PublishReport, now: datetime
) -> None:
    """Write `edition_log` and `edition_change` by the edition at `before`, if there is one of this register.

    connection: to the finished edition, outside any transaction.
    """
    earlier = _earlier(session, connection, before, report)
    if earlier is not None:
        connection.execute("ATTACH ? AS old", (str(before.resolve()),))
    try:
        with connection:
            if earlier is not None:
                _carry_on(connection, earlier)
                _compare(connection)
                report.shown_less = _shown_less(connection)
            _log(connection, report, now, earlier)
            _tidy(connection)
    finally:
        if earlier is not None:
            connection.execute("DROP TABLE IF EXISTS temp.found")
            connection.commit()
            connection.execute("DETACH old")


def _earlier(
    session: Session, connection: sqlite3.Connection, path: Path, report: PublishReport
) -> _Before | None:
    """What stands at `path`, where it is an earlier edition of this register."""
    if not path.is_file():
        return None
    own = dict(connection.execute("SELECT key, value FROM edition"))
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as old:
            facts = dict(old.execute("SELECT key, value FROM edition"))
            number = int(facts["number"])
    except (sqlite3.DatabaseError, KeyError, ValueError):
        return None
    is_ours = (facts.get("format"), facts.get("public_key")) == (FORMAT, own["public_key"])
    if not is_ours or number >= report.number:
        return None
    known = session.get(Edition, number)
    return _Before(number, known.sha256 if known else None)


def _carry_on(connection: sqlite3.Connection, earlier: _Before) -> None:
    """Take over the log and the changes of the edition before, without what is not public any more."""
    tables = {row[0] for row in connection.execute("SELECT name FROM old.sqlite_master")}
    for table in ("edition_log", "edition_change"):
        if table in tables:
            names = ", ".join(f'"{name}"' for name in _shared(connection, table))
            connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM old.{table}")
    facts = dict(connection.execute("SELECT key, value FROM old.edition"))
    counts = (int(facts.get(f"{kind}_count", 0)) for kind in KINDS)
    connection.execute(
        "INSERT OR IGNORE INTO edition_log VALUES (?, ?, NULL, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
        "NULL, ?)",
        (earlier.number, facts["made_at"], *counts, facts["history_head"]),
    )
    connection.execute("UPDATE edition_log SET sha256 = ? WHERE number = ?", (earlier.sha256, earlier.number))
    for kind in KINDS:
        number, name, lang = _NAMES.get(kind, _AREA_NAMES)
        unsaid = " OR ".join(f"n.withheld LIKE '%\"{field}\"%'" for field in CODES)
        connection.execute(
            f"UPDATE edition_change SET path = n.path, number = {number}, name = {name}, name_lang = {lang}, "
            f"codes = CASE WHEN {unsaid} THEN '{{}}' ELSE edition_change.codes END "
            f"FROM {kind} n WHERE edition_change.kind = '{kind}' AND n.uuid = edition_change.uuid"
        )
        connection.execute(
            "UPDATE edition_change SET path = NULL, name = NULL, name_lang = NULL, fields = '[]', "
            f"codes = '{{}}' WHERE kind = '{kind}' AND uuid NOT IN (SELECT uuid FROM {kind})"
        )


def _compare(connection: sqlite3.Connection) -> None:
    """Put every change into `edition_change` of this edition."""
    connection.execute(
        "CREATE TEMP TABLE found (kind TEXT, uuid TEXT, path TEXT, number TEXT, name TEXT, name_lang TEXT, "
        "what TEXT, fields TEXT, codes TEXT)"
    )
    for kind in KINDS:
        _compare_records(connection, kind)
    for what in _LOOKS:
        _compare_parts(connection, what)


def _compare_records(connection: sqlite3.Connection, kind: str) -> None:
    names = [name for name in _shared(connection, kind) if name not in _UNSAID]
    own = ", ".join(_NAMES.get(kind, _AREA_NAMES))
    head = f"INSERT INTO temp.found SELECT '{kind}', n.uuid, n.path, {own}"
    connection.execute(
        f"{head}, 'added', '[]', '{{}}' FROM main.{kind} n "
        f"WHERE NOT EXISTS (SELECT 1 FROM old.{kind} o WHERE o.uuid = n.uuid) ORDER BY n.fid"
    )
    gone = _NAMES.get(kind, _AREA_NAMES)[0]
    connection.execute(
        f"INSERT INTO temp.found SELECT '{kind}', n.uuid, NULL, {gone}, NULL, NULL, 'removed', '[]', '{{}}' "
        f"FROM old.{kind} n WHERE NOT EXISTS (SELECT 1 FROM main.{kind} o WHERE o.uuid = n.uuid) "
        "ORDER BY n.fid"
    )
    groups = {
        "redesignated": [name for name in names if name in REDESIGNATED],
        "text": [name for name in names if name in TEXTS],
        "changed": [name for name in names if name not in {*REDESIGNATED, *TEXTS}],
    }
    for what, some in groups.items():
        differs = f"({_row('n', some)}) IS NOT ({_row('o', some)})"
        if what == "changed" and kind != "tree":
            differs = f"({differs} OR n.geom IS NOT o.geom)"
        said = f"'{what}'"
        if what == "redesignated":
            said = "CASE WHEN n.status = 'dead' AND o.status <> 'dead' THEN 'died' ELSE 'redesignated' END"
        connection.execute(
            f"{head}, {said}, {_fields(some, has_geometry=what == 'changed' and kind != 'tree')}, "
            f"{_values(name for name in some if name in CODES)} "
            f"FROM main.{kind} n JOIN old.{kind} o ON o.uuid = n.uuid WHERE {differs} ORDER BY n.fid"
        )


def _shown_less(connection: sqlite3.Connection) -> int:
    """How many records, stories and walks the edition before shows, or shows more of: for the office, which
    may want to take back what is kept of earlier editions. Names, texts and positions; new facts are none."""
    found = 0
    for kind in KINDS:
        names = _shared(connection, kind)
        hidden = connection.execute(
            f"SELECT n.withheld AS now, {_row('o', names)} FROM main.{kind} n JOIN old.{kind} o "
            "ON o.uuid = n.uuid WHERE n.withheld IS NOT o.withheld "
            "OR n.position_precision IS NOT o.position_precision"
        )
        places = {name: place for place, name in enumerate(names, start=1)}
        for row in hidden:
            fields = [name for name in json.loads(row[0]) if name in places]
            was_exact = row[places["position_precision"]] == "exact" and row[places["lon"]] is not None
            told_before = set(json.loads(row[places["withheld"]]))
            found += any(
                name not in told_before and row[places[name]] not in (None, "", "[]")
                for name in fields
                if name not in POSITION
            ) or (was_exact and "lon" in fields)
    for kind in (*KINDS, "story", "walk"):
        if _shared(connection, kind):
            gone = f"SELECT COUNT(*) FROM old.{kind} WHERE uuid NOT IN (SELECT uuid FROM main.{kind})"
            found += int(connection.execute(gone).fetchone()[0])
    return found


def _compare_parts(connection: sqlite3.Connection, what: str) -> None:
    """Records that are in both editions, whose zones or photos are others now."""
    looks = f"COALESCE(tree_uuid, area_uuid) AS uuid, {_LOOKS[what]}"
    one, other = f"SELECT {looks} FROM main.{what}", f"SELECT {looks} FROM old.{what}"
    owners = f"SELECT uuid FROM ({one} EXCEPT {other}) UNION SELECT uuid FROM ({other} EXCEPT {one})"
    for kind in KINDS:
        own = ", ".join(_NAMES.get(kind, _AREA_NAMES))
        connection.execute(
            f"INSERT INTO temp.found SELECT '{kind}', n.uuid, n.path, {own}, '{what}', '[]', '{{}}' "
            f"FROM main.{kind} n JOIN old.{kind} o ON o.uuid = n.uuid "
            f"WHERE n.uuid IN ({owners}) ORDER BY n.fid"
        )


def _log(
    connection: sqlite3.Connection, report: PublishReport, now: datetime, earlier: _Before | None
) -> None:
    """The row of this edition, and its changes where they are few enough to be kept."""
    counts = dict.fromkeys(WHATS, 0)
    if earlier is not None:
        counts |= dict(connection.execute("SELECT what, COUNT(*) FROM temp.found GROUP BY what"))
    is_listed = earlier is not None and sum(counts.values()) <= KEPT_ROWS
    if is_listed:
        order = " ".join(f"WHEN '{what}' THEN {place}" for place, what in enumerate(WHATS))
        connection.execute(
            "INSERT INTO edition_change SELECT ? + ROW_NUMBER() OVER (ORDER BY "
            f"CASE what {order} END, rowid), ?, kind, uuid, path, number, name, name_lang, what, fields, "
            "codes FROM temp.found",
            (report.number * CURSOR_STEP, report.number),
        )
    sizes = (report.trees, report.groves, report.gardens, report.places, report.elements)
    marks = ", ".join("?" * (3 + len(sizes) + len(WHATS) + 1))
    names = ", ".join(WHATS)
    connection.execute(
        "INSERT INTO edition_log (number, made_at, compared_with, tree_count, grove_count, garden_count, "
        f"place_count, element_count, {names}, is_listed, history_head) VALUES ({marks}, ?)",
        (
            report.number, now.isoformat(timespec="seconds"), earlier.number if earlier else None, *sizes,
            *(counts[what] for what in WHATS), int(is_listed), report.history_head,
        ),
    )  # fmt: skip


def _tidy(connection: sqlite3.Connection) -> None:
    """Let go of the changes of the oldest editions; the log says so."""
    rows = connection.execute(
        "SELECT edition, COUNT(*) FROM edition_change GROUP BY edition ORDER BY edition DESC"
    ).fetchall()
    kept = 0
    for place, (number, count) in enumerate(rows):
        kept += count
        if kept > KEPT_ROWS or place >= KEPT_EDITIONS:
            connection.execute("DELETE FROM edition_change WHERE edition <= ?", (number,))
            connection.execute("UPDATE edition_log SET is_listed = 0 WHERE number <= ?", (number,))
            return


def _shared(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns that a table has in both editions, in their order."""
    old = {row[1] for row in connection.execute(f"PRAGMA old.table_info({table})")}
    return [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})") if row[1] in old]


def _row(side: str, names: Iterable[str]) -> str:
    return ", ".join(f'{side}."{name}"' for name in names)


def _fields(names: list[str], *, has_geometry: bool) -> str:
    """SQL for the JSON list of those of `names` that differ; a place is one field, `position`."""
    places = [name for name in names if name in POSITION] + ["geom"] * has_geometry
    cases = [
        f'CASE WHEN n."{name}" IS NOT o."{name}" THEN \'"{name}",\' ELSE \'\' END'
        for name in names
        if name not in POSITION
    ]
    if places:
        differs = f"({_row('n', places)}) IS NOT ({_row('o', places)})"
        cases.append(f"CASE WHEN {differs} THEN '\"position\",' ELSE '' END")
    return f"'[' || rtrim({' || '.join(cases)}, ',') || ']'" if cases else "'[]'"


def _values(names: Iterable[str]) -> str:
    """SQL for the JSON object of codes that differ and are not withheld: {field: [before, now]}."""
    cases = []
    for name in names:
        sides = f'o."{name}", n."{name}"'
        if name == "listings":
            sides = f'json(o."{name}"), json(n."{name}")'
        cases.append(
            f'CASE WHEN n."{name}" IS NOT o."{name}" AND n.withheld NOT LIKE \'%"{name}"%\' '
            f"THEN '\"{name}\":' || json_array({sides}) || ',' ELSE '' END"
        )
    return f"'{{' || rtrim({' || '.join(cases)}, ',') || '}}'" if cases else "'{}'"
