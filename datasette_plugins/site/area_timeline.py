"""What was done for an area, day by day: visits, decisions, assessments, works, zones and plates."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing on one day. kind: visit, decision, assessment, works, zone or tag; `row` has its facts."""

    on: str | None
    kind: str
    row: dict[str, Any]


def timeline_of(
    db: sqlite3.Connection, row: dict[str, Any], zones: Iterable[dict[str, Any]]
) -> tuple[Moment, ...]:
    """The moments of an area, the newest first, those without a day last."""
    moments = [Moment(visit.get("inspected_on"), "visit", visit) for visit in row["inspections"]]
    moments += [Moment(each.get("designated_on"), "decision", each) for each in row["designations"]]
    moments += [
        Moment(zone["published_on"], "zone", zone)
        for zone in zones
        if zone["kind"] == "legal" and zone["published_on"]
    ]
    moments += [Moment(each["happened_on"], each["kind"], each) for each in care_events_of(db, row["uuid"])]
    moments += [Moment(each["issued_on"], "tag", each) for each in tags_of(db, row["uuid"])]
    return tuple(sorted(moments, key=lambda each: (each.on or "", each.kind), reverse=True)[:_LONGEST])


def care_events_of(db: sqlite3.Connection, uuid: str) -> tuple[dict[str, Any], ...]:
    """Assessments and works of an area; none in an edition that tells only those of trees."""
    sql = (
        "SELECT happened_on, kind, code, label_zh, label_en, detail_zh, detail_en, score, coverage "
        "FROM care_event WHERE area_uuid = ? ORDER BY happened_on DESC, id LIMIT 100"
    )
    return rows_if_told(db, sql, uuid)


def tags_of(db: sqlite3.Connection, uuid: str) -> tuple[dict[str, Any], ...]:
    """The tags that hang, or hung, at a grove: state and days, never a code."""
    sql = "SELECT state, issued_on, ended_on FROM tag WHERE grove_uuid = ? ORDER BY issued_on DESC LIMIT 20"
    return rows_if_told(db, sql, uuid)


def rows_if_told(db: sqlite3.Connection, sql: str, *values: Any) -> tuple[dict[str, Any], ...]:
    """The rows of a question, as dictionaries; none where this edition has no such table or column."""
    try:
        return tuple(dict(row) for row in db.execute(sql, values))
    except sqlite3.OperationalError as error:
        if "no such" in str(error):
            return ()
        raise
