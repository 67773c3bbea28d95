"""Registering groves (古树群) and heritage gardens (历史名园)."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from registry.commands.history import Change, canonical, record_event
from registry.models import AreaDraft, Grove, HeritageGarden


@dataclass(frozen=True, slots=True)
class AreaPlace:
    """Where an area belongs: its authority, source and division."""

    authority_id: str
    source_id: str
    division_id: str | None = None


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
    values = draft.model_dump(exclude={"period", "boundary"})
    found = session.exec(
        select(Grove).where(Grove.number == draft.number, Grove.authority_id == place.authority_id)
    ).first()
    return _keep(session, found, Grove, values, draft, place, released, actor, now)


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
    values = draft.model_dump(exclude={"boundary"})
    found = session.exec(
        select(HeritageGarden).where(
            HeritageGarden.number == draft.number, HeritageGarden.authority_id == place.authority_id
        )
    ).first()
    return _keep(session, found, HeritageGarden, values, draft, place, released, actor, now)


def _keep(session, found, table, values, draft, place, released, actor, now):  # type: ignore[no-untyped-def]  # noqa: ANN
    values = {
        **values,
        "authority_id": place.authority_id,
        "source_id": place.source_id,
        "division_id": place.division_id,
        "boundary": json.dumps(draft.boundary),
        "released": canonical(sorted(released)),
    }
    area = found or table(**values, updated_on=now.date())
    old = {name: getattr(area, name) if found else None for name in values}
    changed = {name: (old[name], value) for name, value in values.items() if old[name] != value}
    if not changed:
        return area
    for name, value in values.items():
        setattr(area, name, value)
    area.updated_on = now.date()
    session.add(area)
    session.flush()
    kind = "grove" if table is Grove else "garden"
    action = "updated" if found else "created"
    record_event(session, f"{kind}:registered", [Change(kind, area.id, action, changed)], actor=actor, at=now)
    return area
