"""Visits (巡查、检查) to trees and groves, recorded by hand."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.condition import brought_up_to_date, foreign_to_scale, is_latest
from registry.commands.history import Change, canonical, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.errors import Phrase, RecordKindError, VisitError
from registry.models import Grove, Inspection, InspectionDraft, Tree
from registry.rules.vigour import LYT2738
from registry.vocab.field_names import field_name
from registry.vocab.words import WORDS, PartyKind, TreeStatus, Vigour

OWNERS = {"tree": "tree_id", "grove": "grove_id"}
"""The column that names a record which visits are kept for, by its kind."""


def record_visit(
    session: Session,
    ref: tuple[str, str, str],
    draft: InspectionDraft,
    *,
    by: str | None = None,
    by_kind: PartyKind | None = None,
    checks: Mapping[str, Any] | None = None,
    today: date,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> tuple[Inspection, bool]:
    """Record one visit and bring the tree's vigour and environment up to date where it is the latest.

    checks: what a patrol answered, by the names of `CHECKS`; kept for the office.
    Returns it and whether it is new: the same visit again is recorded once. A tree that is met dead stays on
    the register until its death is decided in a case. Raises RecordKindError, VisitError.
    """
    kind, own, called = ref
    if kind not in OWNERS:
        raise RecordKindError(record=called, kinds=Phrase("trees and groves"))
    if draft.inspected_on > today:
        told = Phrase("the day lies ahead")
        raise VisitError(
            record=called, field=field_name("inspected_on"), value=draft.inspected_on, reason=told
        )
    row: Any = session.get_one(Tree if kind == "tree" else Grove, own)
    scale = _scale(called, draft, getattr(row, "vigour_scale", None))
    party, changes = party_named(session, by, by_kind) if by else (None, list[Change]())
    whose: dict[str, Any] = {OWNERS[kind]: own}
    visit = Inspection(
        **whose,
        **draft.model_dump(exclude={"findings", "vigour_scale"}),
        vigour_scale=scale,
        findings=canonical(list(draft.findings)),
        checks=canonical(dict(checks)) if checks else None,
        party_id=party.id if party else None,
    )
    if (earlier := _same(session, visit)) is not None:
        return earlier, False
    told_fields: dict[str, tuple[Any, Any]] = {"inspections": (None, [plain_row(Inspection, visit)])}
    if kind == "tree" and is_latest(session, own, draft.inspected_on):
        said: dict[str, Any] = {"vigour": draft.vigour, "environment": draft.environment}
        told_fields |= brought_up_to_date(row, scale=scale, **said)
    session.add(visit)
    row.updated_on = register_today(session, now)
    session.add(row)
    session.flush()
    changes.append(Change(kind, own, "updated", told_fields))
    record_event(session, f"{kind}:inspected", changes, actor=actor, at=now, document=document)
    return visit, True


def is_found_dead(session: Session, ref: tuple[str, str, str], draft: InspectionDraft) -> bool:
    """Whether a visit met a tree dead that stands on the register as alive: a case has to follow."""
    return (
        ref[0] == "tree"
        and draft.vigour == Vigour.DEAD
        and session.get_one(Tree, ref[1]).status == TreeStatus.ALIVE
    )


def _scale(called: str, draft: InspectionDraft, known: str | None) -> str | None:
    """The scale that the vigour of a visit was read by. Raises VisitError where it has no such word."""
    if draft.vigour is None:
        return None
    scale = draft.vigour_scale or known or LYT2738
    if (told := foreign_to_scale(draft.vigour, scale)) is not None:
        raise VisitError(
            record=called, field=field_name("vigour"), value=WORDS[Vigour][draft.vigour], reason=told
        )
    return scale


def _same(session: Session, visit: Inspection) -> Inspection | None:
    names = set(Inspection.model_fields) - {"id", "source_id", "vigour_scale"}
    alike = [
        col(getattr(Inspection, name)).is_not_distinct_from(getattr(visit, name)) for name in sorted(names)
    ]
    return session.exec(select(Inspection).where(*alike)).first()
