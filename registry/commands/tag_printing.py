"""Print runs of tags: a batch (批次) is what was printed under one name, and can be printed again as it was.

A tag belongs to the batch in which it was printed last (`Tag.batch`); every printing is a note of its life. A
run that broke off goes on where it was: what its batch has printed is printed again alike and noted no more.
Blank tags have their box as batch before they are printed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.history import Change, record_event
from registry.commands.replay import plain_row
from registry.commands.tag_life import MOST_BLANKS, make_blank_tags
from registry.commands.tags import IssuedTag
from registry.export_errors import TagBatchRaceError, TagBatchUnknownError
from registry.keys import Keys
from registry.models import Tag, TagNote
from registry.rules.tag_codes import printed_text
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.words import TagState

CHUNK = 500
"""So many tags are noted in one transaction, and told in one event."""
LONGEST_NAME = 64
_NO_NAME = "—"
"""What the batch of a tag is called that was printed under no name."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run prints, in order. `was`: the batch of each of its tags before; `elsewhere`: how many tags
    are left out for the batch that printed them; `made_at`: when its batch was printed first, by the notes
    of its tags, which all bear the instant `planned_at`: what is printed again says the same."""

    batch: str
    tags: tuple[IssuedTag, ...]
    made_at: datetime
    planned_at: datetime
    was: Mapping[str, str | None]
    elsewhere: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """A batch: its tags by state and by what was last told of them, and when it was printed."""

    name: str
    tags: int
    states: Mapping[TagState, int]
    conditions: Mapping[TagNoteKind, int]
    first_on: date | None
    last_on: date | None


def batch_name(text: str) -> str:
    """A batch's name as it is kept: without blanks around it, 64 characters at most."""
    return " ".join(text.split())[:LONGEST_NAME]


def plan_run(
    session: Session, batch: str, issued: Sequence[IssuedTag], *, reprint: bool, now: datetime
) -> Run:
    """Which of `issued` a batch prints: those printed nowhere, and its own; with `reprint` all of them."""
    was: dict[str, str | None] = {}
    chosen: list[IssuedTag] = []
    elsewhere: Counter[str] = Counter()
    for some in chunks(issued, CHUNK):
        batches, noted = _batches_of(session, [tag.id for tag in some])
        for tag in some:
            at = batches[tag.id]
            if at == batch or reprint or (at is None and tag.id not in noted):
                chosen.append(tag)
                was[tag.id] = at
            else:
                elsewhere[at or _NO_NAME] += 1
    return Run(batch, tuple(chosen), _begun_at(session, batch) or now, now, was, dict(elsewhere))


def blank_run(
    session: Session, batch: str, count: int, *, keys: Keys, today: date, actor: str, now: datetime
) -> Run:
    """A run of `count` blank tags: those of the box, and as many new ones as it lacks.

    Raises TagBindError unless 1 ≤ count ≤ MOST_BLANKS.
    """
    lacking = count - len(_blanks(session, batch, count))
    if lacking > 0:
        make_blank_tags(session, lacking, keys=keys, today=today, batch=batch, actor=actor, now=now)
    return boxed_run(session, batch, box=batch, keys=keys, now=now, most=count)


def boxed_run(
    session: Session, batch: str, *, box: str | None, keys: Keys, now: datetime, most: int = MOST_BLANKS
) -> Run:
    """A run of the blank tags that lie in a box (None: in none) already, by their codes, `most` of them."""
    found = _blanks(session, box, most)
    tags = tuple(
        IssuedTag("", printed_text(tag.code, keys.tag_key(tag.key_id)), False, tag.id, tag.key_id)
        for tag in found
    )
    return Run(batch, tags, _begun_at(session, batch) or now, now, {tag.id: tag.batch for tag in found})


def _blanks(session: Session, box: str | None, most: int) -> list[Tag]:
    ours = Tag.state == TagState.BLANK, col(Tag.batch).is_not_distinct_from(box)
    return list(session.exec(select(Tag).where(*ours).order_by(Tag.code).limit(most)))


def note_printed(
    session: Session,
    run: Run,
    tag_ids: Sequence[str],
    *,
    today: date,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> int:
    """Note that some tags of a run were printed, in one event; returns how many were not noted before.

    tag_ids: CHUNK at most. reason: why tags of other batches are printed again.
    Raises TagBatchRaceError where others printed them since the run was planned.
    """
    rows = {tag.id: tag for tag in session.exec(select(Tag).where(col(Tag.id).in_(tag_ids)))}
    raced = [tag for tag in rows.values() if tag.batch not in {run.batch, run.was[tag.id]}]
    if raced:
        raise TagBatchRaceError(count=len(raced))
    _batches, noted = _batches_of(session, list(tag_ids))
    fresh = [rows[own] for own in tag_ids if own not in noted or rows[own].batch != run.batch]
    last = _last_days(session, [tag.id for tag in fresh])
    notes = {
        tag.id: TagNote(
            tag_id=tag.id, kind=TagNoteKind.PRINTED, happened_on=today, note=reason,
            recorded_at=run.planned_at.astimezone(UTC),
        )
        for tag in fresh
    }  # fmt: skip
    session.add_all(notes.values())
    changes = [_printed(tag, notes[tag.id], run.batch, last.get(tag.id)) for tag in fresh]
    session.add_all(fresh)
    session.flush()
    if changes:
        record_event(session, "tags:printed", changes, actor=actor, at=now, reason=reason)
    return len(changes)


def batches(session: Session, within: Any = None) -> list[BatchFacts]:
    """Every batch there is, the newest first. within: a condition on tags, all of them where it is None."""
    names = select(Tag.batch).where(col(Tag.batch).is_not(None), _held(within)).distinct()
    found = [_facts(session, name, within) for name in session.exec(names) if name]
    return sorted(found, key=lambda each: (each.last_on or date.min, each.name), reverse=True)


def batch_facts(session: Session, name: str, within: Any = None) -> BatchFacts:
    """One batch. Raises TagBatchUnknownError."""
    found = _facts(session, name, within)
    if not found.tags:
        raise TagBatchUnknownError(batch=name[:LONGEST_NAME])
    return found


def _held(within: Any) -> Any:
    return sa.true() if within is None else within


def _facts(session: Session, name: str, within: Any) -> BatchFacts:
    ours = sa.and_(col(Tag.batch) == name, _held(within))
    counted = select(Tag.state, sa.func.count()).where(ours).group_by(col(Tag.state))
    states = {TagState(state): count for state, count in session.exec(counted)}
    told = select(Tag.condition, sa.func.count()).where(ours).group_by(col(Tag.condition))
    conditions = {TagNoteKind(kind): count for kind, count in session.exec(told) if kind is not None}
    printed = TagNote.kind == TagNoteKind.PRINTED
    query = select(sa.func.min(TagNote.happened_on), sa.func.max(TagNote.happened_on))
    first, last = session.exec(query.join(Tag, col(Tag.id) == col(TagNote.tag_id)).where(ours, printed)).one()
    return BatchFacts(name, sum(states.values()), states, conditions, first, last)


def _batches_of(session: Session, tag_ids: Sequence[str]) -> tuple[dict[str, str | None], set[str]]:
    """The batch of each tag, and which were ever noted as printed."""
    batches = dict(session.exec(select(Tag.id, Tag.batch).where(col(Tag.id).in_(tag_ids))).all())
    query = select(TagNote.tag_id).where(
        col(TagNote.tag_id).in_(tag_ids), TagNote.kind == TagNoteKind.PRINTED
    )
    return batches, set(session.exec(query.distinct()))


def _begun_at(session: Session, batch: str) -> datetime | None:
    """When the first tag of a batch was printed, as far as its tags are still of it."""
    latest = (
        select(col(TagNote.tag_id), sa.func.max(TagNote.recorded_at).label("at"))
        .join(Tag, col(Tag.id) == col(TagNote.tag_id))
        .where(Tag.batch == batch, TagNote.kind == TagNoteKind.PRINTED)
        .group_by(col(TagNote.tag_id))
        .subquery()
    )
    found: datetime | None = session.exec(select(sa.func.min(latest.c.at))).one()
    return found


def _last_days(session: Session, tag_ids: Iterable[str]) -> dict[str, date]:
    query = select(TagNote.tag_id, sa.func.max(TagNote.happened_on)).group_by(col(TagNote.tag_id))
    return dict(session.exec(query.where(col(TagNote.tag_id).in_(list(tag_ids)))).all())


def _printed(tag: Tag, note: TagNote, batch: str, last: date | None) -> Change:
    """Bring one tag up to date, and what is told of it."""
    fields: dict[str, tuple[Any, Any]] = {"tag_notes": (None, [plain_row(TagNote, note)])}
    if tag.batch != batch:
        fields["batch"] = (tag.batch, batch)
        tag.batch = batch
    if (last is None or last <= note.happened_on) and tag.condition != TagNoteKind.PRINTED:
        fields["condition"] = (tag.condition, TagNoteKind.PRINTED)
        tag.condition = TagNoteKind.PRINTED
    return Change("tag", tag.id, "updated", fields)
