"""Which photos of the field are evidence, and for which cases. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from registry.rules.review_levels import DEATH, matters_of
from registry.vocab.desk_words import SubmissionKind
from registry.vocab.words import CaseKind

_FOUND_BEFORE = frozenset({CaseKind.DEATH, CaseKind.INCIDENT})
"""Kinds of cases that are opened because of what a visit met before."""
FOUND_WITHIN = timedelta(days=90)
"""So long before such a case was opened a photo of its record may have been taken to belong to it. No law
lays this down: it is a default of ours, longer than a report takes to become a case."""


def tells_of_harm(kind: SubmissionKind, content: Mapping[str, Any]) -> bool:
    """Whether a form tells of an incident, of damage or of a dead tree: its photos are then evidence."""
    checks = content.get("checks")
    is_damaged = isinstance(checks, Mapping) and bool(checks.get("damage"))
    return kind == SubmissionKind.INCIDENT or is_damaged or DEATH in matters_of(kind, content)


def is_found_before(kind: CaseKind, opened_on: date, taken_on: date) -> bool:
    """Whether a photo was taken so shortly before a case was opened that it shows why."""
    return kind in _FOUND_BEFORE and opened_on - FOUND_WITHIN <= taken_on < opened_on
