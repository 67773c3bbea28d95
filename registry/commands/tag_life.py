"""Tags in their life: made blank, bound to a record, mounted, damaged, lost, found again, replaced.

Plates of other makers and of former hosts are bound by the text of their code and then lead to their record
as our own do. Issuing and ending tags is in `registry.commands.tags`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.history import Change, record_event
from registry.commands.importing_decided import survivors
from registry.commands.replay import plain_row
from registry.commands.subjects import Ref
from registry.commands.tags import end_tag, free_codes, issue_tags, issued_facts
from registry.desk_errors import TagBindError
from registry.errors import Phrase, RecordKindError, TagCodeError
from registry.keys import Keys
from registry.models import Grove, HeritageGarden, PlateBinding, Tag, TagNote, Tree, TreeAlias
from registry.rules.tag_codes import (
    LONGEST_TEXT,
    is_genuine,
    parse_code,
    parse_printed,
    plate_hash,
    printed_text,
    tag_text,
)
from registry.settings import all_settings
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.words import TagState, TreeStatus

MOST_BLANKS = 5000
"""So many blank tags are made at once at most."""
_OWNERS = ("tree", "grove")
_WORN = frozenset({TagNoteKind.DAMAGED, TagNoteKind.LOST, TagNoteKind.PRINTED, TagNoteKind.BOUND, None})
"""What is told of a tag that another one may take the place of: it hangs nowhere, or not well."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a scanned or typed text means. how: "tag" (one of ours), "plate" (bound by its text), "number".

    record: (kind, id), that in whose file a merged one goes on; None for a blank tag.
    """

    how: str
    record: tuple[str, str] | None
    tag: Tag | None = None
    plate: PlateBinding | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Where and with which photo something happened to a tag; degrees in WGS84."""

    photo_sha256: str | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None


NOWHERE = Where()


def find_by_text(session: Session, text: str, keys: Keys) -> Found | None:
    """What a text means: our tag's address on any host, CODE-CHECK or CODE; a bound plate; a number.

    None where nothing is known by it, or a number belongs to several. Raises TagCodeError for a code of ours
    with a check that is not.
    """
    text = text.strip()[:LONGEST_TEXT]
    if not text:
        return None
    plate = session.exec(
        select(PlateBinding).where(
            PlateBinding.text_hash == plate_hash(text), col(PlateBinding.ended_on).is_(None)
        )
    ).first()
    if plate is not None:
        return Found("plate", _standing(session, _owner(plate)), plate=plate)
    if tag := _own_tag(session, text, keys):
        return Found("tag", _standing(session, _owner(tag)), tag=tag)
    record = _numbered(session, text)
    return Found("number", record) if record else None


def bind_tag(
    session: Session,
    ref: Ref,
    text: str,
    *,
    keys: Keys,
    today: date,
    actor: str,
    now: datetime,
    bound_on: date | None = None,
    note: str | None = None,
    submission_id: str | None = None,
) -> Found:
    """Bind a blank tag of ours, or a plate of another maker or a former host, to a tree or grove.

    The same again changes nothing. A tag in force that hangs nowhere, is damaged or lost is marked replaced.
    Raises RecordKindError, TagCodeError for a forged or unknown code of ours, TagBindError.
    """
    _check_owner(session, ref)
    text, day = text.strip(), bound_on or today
    if not text or len(text) > LONGEST_TEXT:
        raise TagBindError(tag=text[:40], record=ref[2], reason=Phrase("its text is empty or too long"))
    if day > today:
        raise TagBindError(tag=text[:40], record=ref[2], reason=Phrase("the day lies ahead"))
    tag = _own_tag(session, text, keys)
    if tag is None:
        _refuse_unknown(session, text)
        return _bind_plate(session, ref, text, day, actor, now)
    return _bind_own(session, ref, tag, day, keys, actor, now, note, submission_id)


def mount_tag(
    session: Session,
    ref: Ref,
    text: str,
    *,
    keys: Keys,
    today: date,
    actor: str,
    now: datetime,
    mounted_on: date | None = None,
    where: Where = NOWHERE,
    note: str | None = None,
    submission_id: str | None = None,
) -> Found:
    """Tell that a tag was mounted on its tree or grove; a blank one is bound to it first.

    Raises what `bind_tag` raises, TagBindError also for a tag of another record and for a plate that is not
    one of ours.
    """
    tag = _own_tag(session, text.strip(), keys)
    if tag is None:
        _refuse_unknown(session, text.strip())
        reason = Phrase("it is not one of our tags; bind it as another maker's plate")
        raise TagBindError(tag=text.strip()[:40], record=ref[2], reason=reason)
    day = mounted_on or today
    bind_tag(session, ref, tag.code, keys=keys, today=today, bound_on=day, actor=actor, now=now,
             submission_id=submission_id)  # fmt: skip
    note_tag(session, tag, TagNoteKind.MOUNTED, today=today, on=day, where=where, note=note, actor=actor,
             now=now, submission_id=submission_id)  # fmt: skip
    return Found("tag", _standing(session, _owner(tag)), tag=tag)


def note_tag(
    session: Session,
    tag: Tag,
    kind: TagNoteKind,
    *,
    today: date,
    actor: str,
    now: datetime,
    on: date | None = None,
    where: Where = NOWHERE,
    note: str | None = None,
    submission_id: str | None = None,
) -> TagNote | None:
    """Tell what happened to a tag; None where the same was told before. Its state stays as it is.

    Raises TagBindError for a day that lies ahead, and where a blank tag is said to hang.
    """
    day = on or today
    if day > today:
        raise TagBindError(tag=tag.code, record="—", reason=Phrase("the day lies ahead"))
    if tag.state == TagState.BLANK and kind not in {
        TagNoteKind.PRINTED,
        TagNoteKind.DAMAGED,
        TagNoteKind.LOST,
    }:
        raise TagBindError(tag=tag.code, record="—", reason=Phrase("it is blank; bind it first"))
    row = TagNote(
        tag_id=tag.id, kind=kind, happened_on=day, photo_sha256=where.photo_sha256, lon=where.lon,
        lat=where.lat, accuracy_m=where.accuracy_m, note=note, submission_id=submission_id,
        recorded_at=now.astimezone(UTC),
    )  # fmt: skip
    if _is_told(session, row):
        return None
    change = _noted(session, tag, row)
    record_event(session, f"tag:{kind.value}", [change], actor=actor, at=now, reason=note)
    return row


def make_blank_tags(
    session: Session,
    count: int,
    *,
    keys: Keys,
    today: date,
    actor: str,
    now: datetime,
    batch: str | None = None,
) -> list[tuple[Tag, str]]:
    """New blank tags (空白牌) with what is printed on each; they belong to no record until they are bound.

    batch: the print run or box. Raises TagBindError unless 1 ≤ count ≤ MOST_BLANKS.
    """
    if not 1 <= count <= MOST_BLANKS:
        reason = Phrase("between 1 and {most} are made at once", most=MOST_BLANKS)
        raise TagBindError(tag=str(count), record="—", reason=reason)
    name = (batch or "").strip()[:64] or None
    tags = [
        Tag(code=code, key_id=keys.tag_key_id, state=TagState.BLANK, batch=name, issued_on=today)
        for code in free_codes(session, count)
    ]
    session.add_all(tags)
    session.flush()
    changes = [Change("tag", tag.id, "made", issued_facts(tag)) for tag in tags]
    record_event(session, "tags:made", changes, actor=actor, at=now)
    return [(tag, printed_text(tag.code, keys.tag_key(tag.key_id))) for tag in tags]


def replace_tag(
    session: Session,
    ref: Ref,
    old: Tag,
    *,
    keys: Keys,
    today: date,
    actor: str,
    now: datetime,
    reason: str,
    text: str | None = None,
) -> Tag:
    """End a tag of a record as replaced, and bind the blank one `text`, or issue a new one; returns that.

    Raises TagBindError for a tag that is not in force here, and what `bind_tag` raises.
    """
    if _owner(old) != ref[:2] or old.state != TagState.ISSUED:
        raise TagBindError(tag=old.code, record=ref[2], reason=Phrase("it is not in force here"))
    end_tag(session, old.code, TagState.REPLACED, keys=keys, actor=actor, now=now, reason=reason)
    if text:
        found = bind_tag(session, ref, text, keys=keys, today=today, actor=actor, now=now)
        if found.tag is None:
            raise TagBindError(tag=text[:40], record=ref[2], reason=Phrase("it is not one of our tags"))
        return found.tag
    issue_tags(
        session, [ref[1]], keys=keys, actor=actor, now=now, owner="tree" if ref[0] == "tree" else "grove"
    )
    return _in_force(session, ref)[0]


def end_plate(
    session: Session, plate: PlateBinding, *, today: date, actor: str, now: datetime, reason: str
) -> None:
    """A bound plate leads to its record no more. Again, nothing happens."""
    if plate.ended_on is not None:
        return
    plate.ended_on = today
    session.add(plate)
    session.flush()
    change = Change("plate", plate.id, "ended", {"ended_on": (None, today)})
    record_event(session, "plate:ended", [change], actor=actor, at=now, reason=reason)


def printed_of(tag: Tag, keys: Keys) -> str:
    """What is printed on a tag: CODE-CHECK."""
    return printed_text(tag.code, keys.tag_key(tag.key_id))


def tags_of(session: Session, kind: str, own: str) -> list[Tag]:
    """The tags of a tree or grove, the newest first."""
    whose = col(getattr(Tag, f"{kind}_id")) == own
    return list(session.exec(select(Tag).where(whose).order_by(col(Tag.issued_on).desc(), col(Tag.code))))


def notes_of(session: Session, tag_ids: Iterable[str]) -> list[TagNote]:
    """What happened to some tags, the newest first."""
    found: list[TagNote] = []
    for some in chunks(tag_ids, 500):
        found += session.exec(select(TagNote).where(col(TagNote.tag_id).in_(some)))
    return sorted(found, key=lambda row: (row.happened_on, row.recorded_at, row.id), reverse=True)


def _own_tag(session: Session, text: str, keys: Keys) -> Tag | None:
    """The tag of ours that a text names; None where it names none of this register's.

    Raises TagCodeError for a code of this register with a check that is not.
    """
    named = tag_text(text)
    code = (parse_printed(named) or "")[:8] or parse_code(named)
    tag = session.exec(select(Tag).where(Tag.code == code)).first() if code else None
    if tag is None:
        return None
    printed = parse_printed(named)
    if printed and not is_genuine(printed, keys.tag_key(tag.key_id)):
        raise TagCodeError(tag=text[:80])
    return tag


def _refuse_unknown(session: Session, text: str) -> None:
    """A text that says it is a tag of ours, and is none, is no other maker's plate. Raises TagCodeError."""
    host, own = _host(text), _host(all_settings(session)["public_address"])
    if parse_printed(tag_text(text)) and host in {"", own}:
        raise TagCodeError(tag=text[:80])


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").casefold()
    except ValueError:
        return ""


def _bind_own(
    session: Session,
    ref: Ref,
    tag: Tag,
    day: date,
    keys: Keys,
    actor: str,
    now: datetime,
    note: str | None,
    submission_id: str | None,
) -> Found:
    found = Found("tag", ref[:2], tag=tag)
    if tag.state == TagState.ISSUED and _standing(session, _owner(tag)) == ref[:2]:
        return found
    if tag.state != TagState.BLANK:
        is_elsewhere = tag.state == TagState.ISSUED
        reason = Phrase("it hangs on another record") if is_elsewhere else Phrase("it was ended")
        raise TagBindError(tag=tag.code, record=ref[2], reason=reason)
    for standing in _in_force(session, ref):
        if standing.condition not in _WORN:
            reason = Phrase(
                "the tag {code} is in force; replace it, or say that it is lost", code=standing.code
            )
            raise TagBindError(tag=tag.code, record=ref[2], reason=reason)
        end_tag(session, standing.code, TagState.REPLACED, keys=keys, actor=actor, now=now, reason=tag.code)
    before = tag.model_dump(include={"state", "tree_id", "grove_id", "issued_on"})
    tag.state, tag.issued_on = TagState.ISSUED, day
    setattr(tag, f"{ref[0]}_id", ref[1])
    told = {name: (old, getattr(tag, name)) for name, old in before.items() if old != getattr(tag, name)}
    row = TagNote(
        tag_id=tag.id, kind=TagNoteKind.BOUND, happened_on=day, note=note, submission_id=submission_id,
        recorded_at=now.astimezone(UTC),
    )  # fmt: skip
    change = _noted(session, tag, row, told)
    record_event(session, "tag:bound", [change], actor=actor, at=now)
    return found


def _bind_plate(session: Session, ref: Ref, text: str, day: date, actor: str, now: datetime) -> Found:
    digest = plate_hash(text)
    plate = session.exec(select(PlateBinding).where(PlateBinding.text_hash == digest)).first()
    if plate is not None and plate.ended_on is None:
        if _standing(session, _owner(plate)) != ref[:2]:
            reason = Phrase("it is bound to another record")
            raise TagBindError(tag=text[:40], record=ref[2], reason=reason)
        return Found("plate", ref[:2], plate=plate)
    before = plate.model_dump() if plate else {}
    plate = plate or PlateBinding(text=text, text_hash=digest, bound_on=day)
    plate.tree_id, plate.grove_id = (ref[1] if ref[0] == kind else None for kind in _OWNERS)
    plate.bound_on, plate.ended_on = day, None
    session.add(plate)
    session.flush()
    now_said = plate.model_dump(exclude={"id"})
    told = {name: (before.get(name), value) for name, value in now_said.items() if before.get(name) != value}
    change = Change("plate", plate.id, "updated" if before else "created", told)
    record_event(session, "plate:bound", [change], actor=actor, at=now)
    return Found("plate", ref[:2], plate=plate)


def _noted(
    session: Session, tag: Tag, row: TagNote, told: dict[str, tuple[Any, Any]] | None = None
) -> Change:
    """Keep a note, bring the tag's condition up to date where nothing later is told, and tell both."""
    last = session.exec(select(sa.func.max(TagNote.happened_on)).where(TagNote.tag_id == tag.id)).one()
    session.add(row)
    fields: dict[str, tuple[Any, Any]] = {**(told or {}), "tag_notes": (None, [plain_row(TagNote, row)])}
    if (last is None or last <= row.happened_on) and tag.condition != row.kind:
        fields["condition"] = (tag.condition, row.kind)
        tag.condition = row.kind
    session.add(tag)
    session.flush()
    return Change("tag", tag.id, "updated", fields)


def _is_told(session: Session, row: TagNote) -> bool:
    names = ("tag_id", "kind", "happened_on", "photo_sha256", "lon", "lat", "note")
    alike = [col(getattr(TagNote, name)).is_not_distinct_from(getattr(row, name)) for name in names]
    return session.exec(select(TagNote.id).where(*alike)).first() is not None


def _in_force(session: Session, ref: Ref) -> list[Tag]:
    whose = col(getattr(Tag, f"{ref[0]}_id")) == ref[1]
    return list(session.exec(select(Tag).where(whose, Tag.state == TagState.ISSUED).order_by(Tag.code)))


def _check_owner(session: Session, ref: Ref) -> None:
    if ref[0] not in _OWNERS:
        raise RecordKindError(record=ref[2], kinds=Phrase("trees and groves"))
    row: Any = session.get_one(Tree if ref[0] == "tree" else Grove, ref[1])
    if row.status != TreeStatus.ALIVE:
        reason = Phrase("the record is not of something that stands")
        raise TagBindError(tag="—", record=ref[2], reason=reason)


def _owner(row: Any) -> tuple[str, str] | None:
    return next(((kind, own) for kind in _OWNERS if (own := getattr(row, f"{kind}_id"))), None)


def _standing(session: Session, record: tuple[str, str] | None) -> tuple[str, str] | None:
    """A record, or that in whose file it goes on where it was merged."""
    if record is None or record[0] != "tree":
        return record
    return "tree", survivors(session, [record[1]]).get(record[1], record[1])


def _numbered(session: Session, text: str) -> tuple[str, str] | None:
    """The one record that has this number, now or as another one; None where none or several have it."""
    found: dict[tuple[str, str], None] = {}
    own: tuple[tuple[str, Any, Any], ...] = (
        ("tree", Tree, Tree.tree_no), ("grove", Grove, Grove.number),
        ("garden", HeritageGarden, HeritageGarden.number),
    )  # fmt: skip
    for kind, table, number in own:
        for each in session.exec(select(table.id).where(number == text).limit(3)):
            found[_standing(session, (kind, each)) or (kind, each)] = None
    for alias in session.exec(select(TreeAlias).where(TreeAlias.number == text).limit(3)):
        kinds = (*_OWNERS, "garden")
        kind = next(kind for kind in kinds if getattr(alias, f"{kind}_id"))
        record = (kind, str(getattr(alias, f"{kind}_id")))
        found[_standing(session, record) or record] = None
    return next(iter(found)) if len(found) == 1 else None
