"""Tag keys: how many tags each has made, and what becomes of those of a revoked one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.history import Change, record_event
from registry.keys import Keys
from registry.models import Tag
from registry.vocab.words import TagState

CHUNK = 500
"""So many tags are withdrawn in one transaction, and told in one event."""
_VALID = (TagState.ISSUED, TagState.BLANK)


@dataclass(frozen=True, slots=True)
class TagKeyFacts:
    """A tag key: whether it signs new tags, whether it was revoked, and its tags by state."""

    key_id: str
    is_signing: bool
    is_revoked: bool
    tags: Mapping[TagState, int]


def tag_key_facts(session: Session, keys: Keys) -> list[TagKeyFacts]:
    """Every tag key there is, in the order in which they were made."""
    counts: dict[str, dict[TagState, int]] = {}
    query = select(Tag.key_id, Tag.state, sa.func.count()).group_by(col(Tag.key_id), col(Tag.state))
    for key_id, state, count in session.exec(query):
        counts.setdefault(key_id, {})[TagState(state)] = count
    names = sorted({*keys.tag_keys, *counts}, key=lambda name: (len(name), name))
    return [
        TagKeyFacts(name, name == keys.tag_key_id, name in keys.revoked, counts.get(name, {}))
        for name in names
    ]


def withdraw_tags_of_key(session: Session, key_id: str, *, actor: str, now: datetime, reason: str) -> int:
    """Withdraw up to CHUNK tags of a revoked key that are still valid; returns how many: 0 when all are."""
    query = (
        select(Tag).where(Tag.key_id == key_id, col(Tag.state).in_(_VALID)).order_by(Tag.code).limit(CHUNK)
    )
    tags = list(session.exec(query))
    today = register_today(session, now)
    changes = []
    for tag in tags:
        facts = {"state": (tag.state, TagState.WITHDRAWN), "ended_on": (tag.ended_on, today)}
        changes.append(Change("tag", tag.id, "ended", facts))
        tag.state, tag.ended_on, tag.reason = TagState.WITHDRAWN, today, reason
        session.add(tag)
    session.flush()
    if changes:
        record_event(session, "tag_key:revoked", changes, actor=actor, at=now, reason=reason)
    return len(tags)
