"""Of each published tree: when the rules want somebody there next, and which tables hold something of it."""

import sqlite3

from sqlmodel import Session

from registry.calendars import register_today
from registry.edition import EditionWriter
from registry.patrols import Tally, next_patrols
from registry.rulepacks import PackLibrary

_TABLES = ("measurement", "age", "inspection", "designation", "alias", "flag", "photo", "history",
           "care_event", "zone")  # fmt: skip
_SUBJECTS = ("story", "walk_stop")
_LINKED = (
    "SELECT 'record_link' WHERE EXISTS (SELECT 1 FROM record_link WHERE from_uuid = tree.uuid) "
    "OR EXISTS (SELECT 1 FROM record_link WHERE to_uuid = tree.uuid)"
)
_HELD = " UNION ALL ".join(
    [f"SELECT '{name}' AS name WHERE EXISTS (SELECT 1 FROM {name} WHERE tree_uuid = tree.uuid)"
     for name in _TABLES]
    + [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name} WHERE subject_uuid = tree.uuid)"
       for name in _SUBJECTS] + [_LINKED]
)  # fmt: skip


def write_visits(session: Session, writer: EditionWriter, library: PackLibrary) -> None:
    """Write how often a rule pack wants a tree patrolled, its basis, and the day until which the next
    patrol is wanted: counted from a visit that is public, and only where it is still to come."""
    today = register_today(session, writer.now)
    rows = (
        {
            "uuid": due.tree_id,
            "months": due.months,
            "zh": due.basis.cited("zh") or None,
            "en": due.basis.cited("en") or None,
            "last": due.last_on.isoformat() if due.last_on else None,
            "due": due.due_on.isoformat() if due.last_on and due.due_on >= today else None,
        }
        for due in next_patrols(session, library, today, Tally())
        if due.months
    )
    writer.connection.executemany(
        "UPDATE tree SET patrol_months = :months, patrol_basis_zh = :zh, patrol_basis_en = :en, "
        "next_visit_on = CASE WHEN last_inspected_on = :last THEN :due END WHERE uuid = :uuid",
        rows,
    )


def write_parts(connection: sqlite3.Connection) -> None:
    """Write into each tree's row which tables hold rows of it, so that its page asks no others. To be called
    when those tables are written."""
    connection.execute(f"UPDATE tree SET parts = (SELECT json_group_array(name) FROM ({_HELD}))")
