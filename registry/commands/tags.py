"""Tags: issuing, replacing and withdrawing them. The code is drawn once and belongs to one tag for ever."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.chunks import chunks
from registry.commands.history import Change, record_event
from registry.desk_errors import TagBindError
from registry.errors import Phrase, TagCodeError
from registry.keys import Keys
from registry.models import Tag
from registry.rules.tag_codes import is_genuine, make_code, parse_code, parse_printed, printed_text
from registry.vocab.words import TagState

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class IssuedTag:
    """A tag in force: its tree or grove (`tree_id`) and what is printed on it (CODE-CHECK); `id`: its own."""

    tree_id: str
    printed: str
    is_new: bool
    id: str = ""
    key_id: str = ""


def issue_tags(
    session: Session,
    tree_ids: Iterable[str],
    *,
    keys: Keys,
    actor: str,
    now: datetime,
    owner: Literal["tree", "grove"] = "tree",
) -> list[IssuedTag]:
    """The tag in force of every tree, in order; trees without one are issued one. Idempotent.

    owner: whose ids are given, those of trees or of groves.
    """
    ids, whose = list(tree_ids), f"{owner}_id"
    in_force: dict[str, Tag] = {}
    for chunk in chunks(ids, _CHUNK):
        theirs = col(getattr(Tag, whose)).in_(chunk)
        found = session.exec(select(Tag).where(theirs, Tag.state == TagState.ISSUED))
        in_force.update({getattr(tag, whose): tag for tag in found})
    without = [tree_id for tree_id in dict.fromkeys(ids) if tree_id not in in_force]
    today = register_today(session, now)
    fresh = {
        tree_id: Tag(**_owned(whose, tree_id), code=code, key_id=keys.tag_key_id, issued_on=today)
        for tree_id, code in zip(without, free_codes(session, len(without)), strict=True)
    }
    session.add_all(fresh.values())
    session.flush()
    if fresh:
        changes = [Change("tag", tag.id, "issued", issued_facts(tag)) for tag in fresh.values()]
        record_event(session, "tags:issued", changes, actor=actor, at=now)
    return [_issued(in_force.get(tree_id) or fresh[tree_id], keys, tree_id in fresh) for tree_id in ids]


def end_tag(
    session: Session, printed: str, state: TagState, *, keys: Keys, actor: str, now: datetime, reason: str
) -> Tag:
    """Withdraw a tag, or mark it replaced. The same state again changes nothing.

    Raises TagCodeError for a text that is no tag of this register, TagBindError for a blank one that is said
    to be replaced, ValueError for a state that is no end.
    """
    if state not in {TagState.WITHDRAWN, TagState.REPLACED}:
        raise ValueError(f"{state} does not end a tag")
    tag = find_tag(session, printed, keys)
    if tag.state in {state, TagState.WITHDRAWN}:  # what was withdrawn stays so
        return tag
    if tag.state == TagState.BLANK and state == TagState.REPLACED:
        raise TagBindError(tag=tag.code, record="—", reason=Phrase("it is blank; withdraw it"))
    old = tag.state
    tag.state, tag.ended_on, tag.reason = state, register_today(session, now), reason
    session.add(tag)
    change = Change("tag", tag.id, "ended", {"state": (old, state), "ended_on": (None, tag.ended_on)})
    record_event(session, "tag:ended", [change], actor=actor, at=now, reason=reason)
    return tag


def _owned(whose: str, own: str) -> dict[str, Any]:
    return {whose: own}


def issued_facts(tag: Tag) -> dict[str, tuple[None, object]]:
    """What the history tells of a new tag; its check is not in the register at all."""
    names = ("tree_id", "grove_id", "code", "key_id", "state", "batch", "issued_on")
    return {name: (None, value) for name in names if (value := getattr(tag, name)) is not None}


def find_tag(session: Session, printed: str, keys: Keys) -> Tag:
    """The tag whose text is `printed`: CODE-CHECK, its address, or CODE alone; any case.

    Raises TagCodeError, also for a wrong check.
    """
    text = printed.strip().rsplit("/", 1)[-1]
    parsed = parse_printed(text)
    code = parsed[:8] if parsed else parse_code(text)
    tag = session.exec(select(Tag).where(Tag.code == code)).first() if code else None
    if tag is None or (parsed and not is_genuine(parsed, keys.tag_key(tag.key_id))):
        raise TagCodeError(tag=printed[:80])
    return tag


def free_codes(session: Session, count: int) -> list[str]:
    """`count` codes that no tag of this register has, or ever had."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        drawn = {make_code(secrets.token_bytes(5)) for _ in range(min(count - len(codes), _CHUNK))}
        taken = set(session.exec(select(Tag.code).where(col(Tag.code).in_(drawn))))
        codes.update(dict.fromkeys(sorted(drawn - taken)))
    return list(codes)


def _issued(tag: Tag, keys: Keys, is_new: bool) -> IssuedTag:
    owner, printed = tag.tree_id or tag.grove_id or "", printed_text(tag.code, keys.tag_key(tag.key_id))
    return IssuedTag(owner, printed, is_new, tag.id, tag.key_id)
