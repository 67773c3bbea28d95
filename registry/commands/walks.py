"""Walks: drawn up as an introduction and a list of stops, released as a whole, taken back.

A stop stands at a record of the register or at a point of its own with a name. Whoever changes a walk takes
it back to the beginning, as with stories.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import CultureError, CultureNotFoundError
from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.subjects import Ref, moved_record, next_serial, told_record
from registry.errors import Phrase
from registry.models import Walk, WalkStop
from registry.models.culture import STOP_OWNERS
from registry.rules.redaction_culture import is_language
from registry.vocab.culture_words import WalkKind, WalkState
from registry.vocab.words import PartyKind

MOST_STOPS = 200
LONGEST = 5_000
"""Characters of a text of a walk; a title or name has at most `LONGEST_TITLE`."""
LONGEST_TITLE = 200
SETTABLE = ("kind", "title", "title_en", "lang", "intro", "intro_en", "season", "duration_h", "length_m",
            "accessibility", "start", "author")  # fmt: skip
_SHORT = {"title", "title_en", "name", "name_en"}
_UNREAD = {"state": WalkState.DRAFT, "releaser_id": None, "released_on": None}


@dataclass(frozen=True, slots=True)
class StopDraft:
    """One stop: `at` a record, or a point (WGS84 degrees) with a name."""

    at: Ref | None = None
    lon: float | None = None
    lat: float | None = None
    name: str | None = None
    name_en: str | None = None
    text: str | None = None
    text_en: str | None = None


@dataclass(frozen=True, slots=True)
class WalkDraft:
    """A walk and its stops in order. `values`: names of SETTABLE; author is the name of a unit."""

    values: Mapping[str, Any]
    stops: Sequence[StopDraft] | None = None
    """None leaves the stops as they are."""
    code: str | None = None


def find_walk(session: Session, code: str) -> Walk:
    """The walk of a code. Raises CultureNotFoundError."""
    found = session.exec(select(Walk).where(Walk.code == code.strip())).first()
    if found is None:
        raise CultureNotFoundError(what=Phrase("walk"), called=code, list="`gushu walk list`")
    return found


def keep_walk(session: Session, draft: WalkDraft, *, actor: str, now: datetime) -> tuple[Walk, str]:
    """Enter a walk, or bring the one of the same code (else of the same title) up to date.

    Returns it with "new", "changed" or "same"; one that changed is a draft again. Raises CultureError.
    """
    called = draft.code or str(draft.values.get("title") or "?")
    people, changes = _author(session, called, draft.values)
    values = {**_checked(called, {n: v for n, v in draft.values.items() if n != "author"}), **people}
    query = select(Walk).where(Walk.code == draft.code if draft.code else Walk.title == values.get("title"))
    walk = session.exec(query.order_by(col(Walk.code))).first()
    before = walk.model_dump(exclude={"id"}) if walk else None
    if walk is None:
        if not values.get("title"):
            raise CultureError(what=called, reason=Phrase("a walk has a title"))
        code = draft.code or next_serial(session, Walk.code, "WK")
        walk = Walk(**{"kind": WalkKind.CITY_WALK, **values, "code": code})
    else:
        for name, value in values.items():
            setattr(walk, name, value)
    session.add(walk)
    session.flush()
    rows = {} if draft.stops is None else _set_stops(session, walk, draft.stops)
    is_changed = before is None or bool(rows) or any(before[n] != v for n, v in values.items())
    if not is_changed:
        return walk, "same"
    if before is not None:
        _unread(walk)
        session.flush()
    changes.append(told_record("walk", walk, before, **rows))
    kind = "walk:added" if before is None else "walk:edited"
    record_event(session, kind, changes, actor=actor, at=now)
    return walk, "new" if before is None else "changed"


def release_walk(
    session: Session, walk: Walk, *, by: str, on: date, today: date, actor: str, now: datetime
) -> bool:
    """Release a walk for publication, by whom and when; returns whether that is news.

    Raises CultureError for a walk with fewer than two stops.
    """
    if walk.state == WalkState.RELEASED:
        return False
    if on > today:
        raise CultureError(what=walk.code, reason=Phrase("the day lies ahead"))
    if len(stops_of(session, walk)) < 2:
        raise CultureError(
            what=walk.code, reason=Phrase("a walk leads from one stop to another: give it two at least")
        )
    releaser, changes = party_named(session, by)
    facts = {"state": WalkState.RELEASED, "releaser_id": releaser.id, "released_on": on}
    moved_record(session, "walk", walk, "walk:released", facts, changes, actor=actor, now=now)
    return True


def retract_walk(session: Session, walk: Walk, *, reason: str, actor: str, now: datetime) -> bool:
    """Take a walk back: the next edition is without it. Returns whether that is news."""
    if walk.state == WalkState.RETRACTED:
        return False
    facts = {**_UNREAD, "state": WalkState.RETRACTED}
    moved_record(session, "walk", walk, "walk:retracted", facts, actor=actor, now=now, reason=reason)
    return True


def stops_of(session: Session, walk: Walk) -> list[WalkStop]:
    """The stops of a walk, in order."""
    query = select(WalkStop).where(WalkStop.walk_id == walk.id)
    return list(session.exec(query.order_by(col(WalkStop.ordinal))))


def stop_at(stop: WalkStop) -> tuple[str, str] | None:
    """(kind, id) of the record at which a stop is; None at a point of its own."""
    return next(((k, own) for k, column in STOP_OWNERS.items() if (own := getattr(stop, column))), None)


def _unread(walk: Walk) -> None:
    for name, value in _UNREAD.items():
        setattr(walk, name, value)


def _set_stops(session: Session, walk: Walk, drafts: Sequence[StopDraft]) -> dict[str, Any]:
    """Make the stops those of `drafts`; what the history is told of it, nothing where they are the same."""
    if len(drafts) > MOST_STOPS:
        raise CultureError(what=walk.code, reason=Phrase("a walk has at most {most} stops", most=MOST_STOPS))
    fresh = [_stop(walk, place, draft) for place, draft in enumerate(drafts, start=1)]
    known = stops_of(session, walk)
    gone = [plain_row(WalkStop, row) for row in known]
    came = [plain_row(WalkStop, row) for row in fresh]
    if [_without_id(row) for row in gone] == [_without_id(row) for row in came]:
        return {}
    for row in known:
        session.delete(row)
    session.flush()
    session.add_all(fresh)
    session.flush()
    return {"stops": (gone or None, came or None)}


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _stop(walk: Walk, place: int, draft: StopDraft) -> WalkStop:
    called = f"{walk.code} {place}"
    texts = _checked(called, {name: getattr(draft, name) for name in ("name", "name_en", "text", "text_en")})
    if draft.at is not None:
        if draft.lon is not None or draft.lat is not None:
            reason = Phrase("a stop at a record takes the record's place: leave the coordinates out")
            raise CultureError(what=called, reason=reason)
        if draft.at[0] not in STOP_OWNERS:
            reason = Phrase("a stop is at a tree, grove, garden, place or element")
            raise CultureError(what=called, reason=reason)
        at = {STOP_OWNERS[draft.at[0]]: draft.at[1]}
        return WalkStop(**{"walk_id": walk.id, "ordinal": place, **at, **texts})
    if draft.lon is None or draft.lat is None or not texts["name"]:
        reason = Phrase("a stop needs a record, or a name with longitude and latitude")
        raise CultureError(what=called, reason=reason)
    if not (-180 <= draft.lon <= 180 and -90 <= draft.lat <= 90):
        raise CultureError(what=called, reason=Phrase("longitude and latitude are degrees, longitude first"))
    return WalkStop(walk_id=walk.id, ordinal=place, lon=draft.lon, lat=draft.lat, **texts)


def _author(session: Session, called: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Change]]:
    if not (name := values.get("author")):
        return {}, []
    party, changes = party_named(session, str(name).strip())
    if party.kind != PartyKind.UNIT:
        reason = Phrase("a walk is drawn up by a unit; {name} does not look like one", name=party.name)
        raise CultureError(what=called, reason=reason)
    return {"author_id": party.id}, changes


def _checked(called: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with texts trimmed. Raises CultureError."""
    found = dict(values)
    for name, value in values.items():
        if isinstance(value, str) and name != "kind":
            found[name] = value.strip() or None
            most = LONGEST_TITLE if name in _SHORT else LONGEST
            if len(value) > most:
                raise CultureError(
                    what=called, reason=Phrase("a text has at most {most} characters here", most=most)
                )
    if "lang" in found and not is_language(found["lang"] or ""):
        reason = Phrase(
            "a language is written as zh-Hans, zh-Hant, en …, not {lang}", lang=found["lang"] or ""
        )
        raise CultureError(what=called, reason=reason)
    for name in ("duration_h", "length_m"):
        if found.get(name) is not None and not 0 < found[name] < 1e6:
            raise CultureError(what=called, reason=Phrase("length and duration are greater than 0"))
    return found
