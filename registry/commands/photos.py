"""Adding photos to the file of a tree, a grove or a garden."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.history import Change, record_event
from registry.commands.replay import plain_row
from registry.errors import PhotoError, Phrase
from registry.models import Grove, HeritageGarden, Party, Photo, Tree
from registry.photos import PhotoStore
from registry.vocab.words import PartyKind, PhotoKind

PhotoOwner = Literal["tree", "grove", "garden"]
PHOTO_OWNERS: dict[str, PhotoOwner] = {"tree": "tree", "grove": "grove", "garden": "garden"}
"""Kinds of records that photos are kept for."""
MOST_PHOTOS = 2000
"""So many photos one file holds."""
_TABLES: dict[PhotoOwner, Any] = {"tree": Tree, "grove": Grove, "garden": HeritageGarden}


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What is said of a photo. `credit` is shown with `credit_consent` only, the caption when released.

    `credit_party_id` names a party that the register knows; a name alone makes a party for this photo, since
    two people may be called the same and one may agree to be named with one photo only.
    """

    kind: PhotoKind = PhotoKind.WHOLE
    taken_on: date | None = None
    caption: str | None = None
    release_caption: bool = False
    credit: str | None = None
    credit_consent: bool = False
    credit_party_id: str | None = None
    viewpoint: str | None = None
    """Name of a fixed viewpoint; photos of one make a series."""
    bearing_deg: float | None = None
    distance_m: float | None = None
    is_released: bool = True
    """Whether a photo that is new may be published; those of works stay in the office."""


def add_photo(
    session: Session,
    tree_id: str,
    source: Path,
    facts: PhotoFacts,
    *,
    store: PhotoStore,
    actor: str,
    now: datetime,
    owner: PhotoOwner = "tree",
    kept: tuple[str, int, int] | None = None,
) -> Photo:
    """Keep the photo in `source` in the file of the tree, or of the grove or garden with that id.

    The same photo again is kept once; what `facts` say anew of its day, caption and credit is taken over.
    kept: SHA-256, width and height of one that the store has looked at and kept already.
    Raises InputMissingError, PhotoError.
    """
    digest, width, height = kept or store.keep(source)
    today = register_today(session, now)
    whose = f"{owner}_id"
    same = (col(getattr(Photo, whose)) == tree_id, Photo.sha256 == digest)
    photo = session.exec(select(Photo).where(*same)).first()
    is_new = photo is None
    before = None if photo is None else [plain_row(Photo, photo)]
    if photo is None:
        count = session.exec(select(sa.func.count()).where(same[0])).one()
        if count >= MOST_PHOTOS:
            reason = Phrase("the file holds {count} photos already, as many as it may", count=count)
            raise PhotoError(path=source, reason=reason)
        record: dict[str, Any] = {whose: tree_id}
        photo = Photo(
            **record,
            sha256=digest,
            kind=facts.kind,
            width=width,
            height=height,
            added_on=today,
            is_released=facts.is_released,
        )
    told = _say(session, photo, facts, today)
    session.add(photo)
    after = [plain_row(Photo, photo)]
    if told or before != after:
        told["photos"] = (before, after)
        session.get_one(_TABLES[owner], tree_id).updated_on = today
        kind = "photo:added" if is_new else "photo:changed"
        record_event(session, kind, [Change(owner, tree_id, "updated", told)], actor=actor, at=now)
    return photo


def _say(session: Session, photo: Photo, facts: PhotoFacts, today: date) -> dict[str, tuple[object, object]]:
    """Take over what `facts` say of a photo; returns what changed. What they do not say stays."""
    told: dict[str, tuple[object, object]] = {}
    for name in ("taken_on", "viewpoint", "bearing_deg", "distance_m"):
        if getattr(facts, name) is not None:
            setattr(photo, name, getattr(facts, name))
    if facts.caption is not None and facts.caption != photo.caption:
        told["caption"] = (photo.caption, facts.caption)
        photo.caption, photo.caption_released = facts.caption, False
    if facts.release_caption and photo.caption is not None and not photo.caption_released:
        told["caption_released"] = (False, True)
        photo.caption_released = True
    return told | _credit(session, photo, facts, today)


def _credit(
    session: Session, photo: Photo, facts: PhotoFacts, today: date
) -> dict[str, tuple[object, object]]:
    """Name the photographer; consent is that of one party, and a name alone is no party yet."""
    told: dict[str, tuple[object, object]] = {}
    before = session.get(Party, photo.credit_party_id) if photo.credit_party_id else None
    party = before
    if facts.credit_party_id is not None:
        party = session.get_one(Party, facts.credit_party_id)
    elif facts.credit and (before is None or before.name != facts.credit):
        party = Party(kind=PartyKind.PERSON, name=facts.credit)
    if party is None:
        return told
    if facts.credit_consent and party.consented_on is None:
        if party is before and facts.credit_party_id is None and _has_other_photos(session, party, photo):
            party = Party(kind=PartyKind.PERSON, name=party.name)
        told["credit_consent"] = (False, True)
        party.consented_on = today
    if before is None or party.id != before.id:
        told["credit"] = (before.name if before else None, party.name)
    session.add(party)
    session.flush()
    photo.credit_party_id = party.id
    return told


def _has_other_photos(session: Session, party: Party, photo: Photo) -> bool:
    others = select(Photo.id).where(Photo.credit_party_id == party.id, Photo.id != photo.id)
    return session.exec(others.limit(1)).first() is not None
