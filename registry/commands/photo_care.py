"""What the office decides on photos: whether one may be published, what it shows, which words go with it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.calendars import register_today
from registry.commands.history import Change, record_event
from registry.commands.replay import plain_row
from registry.commands.subjects import subject_of
from registry.models import Grove, HeritageGarden, Photo, Tree
from registry.vocab.words import PhotoKind

_TABLES: dict[str, Any] = {"tree": Tree, "grove": Grove, "garden": HeritageGarden}


def moderate_photo(
    session: Session,
    photo: Photo,
    *,
    is_released: bool,
    kind: PhotoKind,
    caption: str | None,
    caption_released: bool,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> bool:
    """Release a photo or hold it back, say what it shows and its caption; returns whether anything changed.

    Without a caption none is released. Editions made before stay as they are.
    """
    before = plain_row(Photo, photo)
    photo.is_released, photo.kind = is_released, kind
    photo.caption = (caption or "").strip() or None
    photo.caption_released = caption_released and photo.caption is not None
    after = plain_row(Photo, photo)
    if before == after:
        return False
    session.add(photo)
    owner, own = subject_of(photo)
    record: Any = session.get_one(_TABLES[owner], own)
    record.updated_on = register_today(session, now)
    session.add(record)
    session.flush()
    change = Change(owner, own, "updated", {"photos": ([before], [after])})
    record_event(session, "photo:changed", [change], actor=actor, at=now, reason=reason)
    return True
