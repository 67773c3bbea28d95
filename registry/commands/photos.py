"""Adding photos to a tree's file."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from registry.commands.history import Change, record_event
from registry.models import Party, Photo, Tree
from registry.photos import PhotoStore
from registry.vocab.words import PartyKind, PhotoKind


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What is said of a photo. `credit` is shown with `credit_consent` only, the caption when released."""

    kind: PhotoKind = PhotoKind.WHOLE
    taken_on: date | None = None
    caption: str | None = None
    release_caption: bool = False
    credit: str | None = None
    credit_consent: bool = False


def add_photo(
    session: Session,
    tree_id: str,
    source: Path,
    facts: PhotoFacts,
    *,
    store: PhotoStore,
    actor: str,
    now: datetime,
) -> Photo:
    """Keep the photo in `source` in the file of the tree. The same photo again is the one that is there.

    Raises InputMissingError, PhotoError.
    """
    digest, width, height = store.keep(source)
    there = session.exec(select(Photo).where(Photo.tree_id == tree_id, Photo.sha256 == digest)).first()
    if there:
        return there
    photo = Photo(
        tree_id=tree_id,
        sha256=digest,
        kind=facts.kind,
        taken_on=facts.taken_on,
        caption=facts.caption,
        caption_released=facts.release_caption,
        credit_party_id=_photographer(session, facts, now).id if facts.credit else None,
        width=width,
        height=height,
        added_on=now.date(),
    )
    session.add(photo)
    session.get_one(Tree, tree_id).updated_on = now.date()
    told: dict[str, tuple[object, object]] = {
        "photos": (None, [{"sha256": digest, "kind": facts.kind.value}])
    }
    if facts.caption:
        told["caption"] = (None, facts.caption)
    record_event(session, "photo:added", [Change("tree", tree_id, "updated", told)], actor=actor, at=now)
    return photo


def _photographer(session: Session, facts: PhotoFacts, now: datetime) -> Party:
    query = select(Party).where(col(Party.kind) == PartyKind.PERSON, col(Party.name) == facts.credit)
    party = session.exec(query).first() or Party(kind=PartyKind.PERSON, name=str(facts.credit))
    if facts.credit_consent and party.consented_on is None:
        party.consented_on = now.date()
    session.add(party)
    session.flush()
    return party
