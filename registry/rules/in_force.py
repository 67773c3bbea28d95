"""Which decisions are in force on a day. The legal grade is a decision, never a function of an age."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from registry.vocab.words import DesignationKind


def in_force(rows: Iterable[Any], on: date) -> list[Any]:
    """Those designations that are in force on a day, newest first; an undated one counts as the oldest.

    rows: with `id`, `designated_on` and `ended_on`, the day from which another decision holds, or none.
    """
    found = [
        row
        for row in rows
        if (row.designated_on is None or row.designated_on <= on)
        and (row.ended_on is None or on < row.ended_on)
    ]
    return sorted(found, key=lambda row: (str(row.designated_on or ""), row.id), reverse=True)


def legal_grade(rows: Iterable[Any], on: date) -> Any | None:
    """The designation that gives the legal grade on a day, or None: never what an age would suggest."""
    return next((row for row in in_force(rows, on) if row.kind == DesignationKind.GRADE), None)


def grove_grade(grades: Iterable[str | None], counts: Mapping[str, int | None]) -> str | None:
    """The grade to propose for a grove: the highest of its trees.

    grades: legal grades of members that have files; counts: trees by grade as the grove form tells them.
    Source: 《古树名木保护条例》 article 10.
    """
    present = {grade for grade in grades if grade} | {grade for grade, count in counts.items() if count}
    return min(present, default=None)
