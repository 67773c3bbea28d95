"""Registering groves (古树群), heritage gardens (历史名园), places and landmark elements, one by one.

Whole files of them come in through `registry.commands.import_areas`.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, select

from registry.calendars import register_today
from registry.commands.history import Change, canonical, record_event
from registry.models import AreaDraft, Element, ElementDraft, Grove, HeritageGarden, Place, PlaceDraft


@dataclass(frozen=True, slots=True)
class AreaPlace:
    """Where an area belongs: its authority, source and division."""

    authority_id: str
    source_id: str
    division_id: str | None = None


_Area = TypeVar("_Area", Grove, HeritageGarden, Place, Element)
_KINDS = {Grove: "grove", HeritageGarden: "garden", Place: "place", Element: "element"}


def register_grove(
    session: Session,
    draft: AreaDraft,
    place: AreaPlace,
    *,
    released: tuple[str, ...] = (),
    actor: str,
    now: datetime,
) -> Grove:
    """Register a grove; the same number again brings its record up to date."""
    return _keep(session, Grove, draft, place, released, actor, now)


def register_garden(
    session: Session,
    draft: AreaDraft,
    place: AreaPlace,
    *,
    released: tuple[str, ...] = (),
    actor: str,
    now: datetime,
) -> HeritageGarden:
    """Register a heritage garden; the same number again brings its record up to date."""
    return _keep(session, HeritageGarden, draft, place, released, actor, now)


def register_place(
    session: Session,
    draft: PlaceDraft,
    place: AreaPlace,
    *,
    released: tuple[str, ...] = (),
    actor: str,
    now: datetime,
) -> Place:
    """Register a place of a ledger; the same number again brings its record up to date."""
    return _keep(session, Place, draft, place, released, actor, now)


def register_element(
    session: Session,
    draft: ElementDraft,
    place: AreaPlace,
    *,
    released: tuple[str, ...] = (),
    actor: str,
    now: datetime,
) -> Element:
    """Register a landmark element; the same number again brings its record up to date."""
    return _keep(session, Element, draft, place, released, actor, now)


def _keep(
    session: Session,
    table: type[_Area],
    draft: AreaDraft,
    place: AreaPlace,
    released: tuple[str, ...],
    actor: str,
    now: datetime,
) -> _Area:
    values: dict[str, Any] = {
        **draft.model_dump(include=set(table.model_fields) - {"boundary"}),
        "authority_id": place.authority_id,
        "source_id": place.source_id,
        "division_id": place.division_id,
        "boundary": json.dumps(draft.boundary),
        "released": canonical(sorted(released)),
    }
    same = (table.number == draft.number, table.authority_id == place.authority_id)
    found = session.exec(select(table).where(*same)).first()
    today = register_today(session, now)
    area = found or table(**values, updated_on=today)
    old = {name: getattr(area, name) if found else None for name in values}
    changed = {name: (old[name], value) for name, value in values.items() if old[name] != value}
    if not changed:
        return area
    for name, value in values.items():
        setattr(area, name, value)
    area.updated_on = today
    session.add(area)
    session.flush()
    kind = _KINDS[table]
    change = Change(kind, area.id, "updated" if found else "created", changed)
    record_event(session, f"{kind}:registered", [change], actor=actor, at=now)
    return area
