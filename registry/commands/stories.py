"""Stories and legends: collected, translated, reviewed by a second person, released, taken back.

A story goes out only while it is released. Whoever changes its words takes it back to the beginning: what
nobody has reviewed is never published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.care_errors import CultureError, CultureNotFoundError
from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.subjects import Ref, moved_record, next_serial, told_record
from registry.errors import Phrase
from registry.models import Party, Story, StoryText
from registry.models.culture import STORY_OWNERS
from registry.rules.redaction_culture import is_language
from registry.vocab.culture_words import Reliability, StoryKind, StoryState
from registry.vocab.words import PartyKind

LONGEST = 20_000
"""Characters of a text; of a title `LONGEST_TITLE`."""
LONGEST_TITLE = 200
SETTABLE = ("kind", "title", "text", "lang", "reliability", "source_text", "source_url", "collected_on",
            "teller", "collector", "is_historic_teller")  # fmt: skip
_UNREAD = {"state": StoryState.DRAFT, "reviewer_id": None, "reviewed_on": None, "releaser_id": None,
           "released_on": None}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoryDraft:
    """A story as it was collected. `about`: kind, id and name of what it is about, a kind of STORY_OWNERS.

    teller, collector: names of units or persons. consent: the document by which the teller agreed to be
    named. is_historic_teller: a person of history, who may be named. code: the office's own, or None.
    """

    about: Ref
    title: str
    text: str
    kind: StoryKind = StoryKind.LEGEND
    lang: str = "zh-Hans"
    reliability: Reliability = Reliability.UNKNOWN
    source_text: str | None = None
    source_url: str | None = None
    teller: str | None = None
    is_historic_teller: bool = False
    consent: str | None = None
    collector: str | None = None
    collected_on: date | None = None
    code: str | None = None


def find_story(session: Session, code: str) -> Story:
    """The story of a code. Raises CultureNotFoundError."""
    found = session.exec(select(Story).where(Story.code == code.strip())).first()
    if found is None:
        raise CultureNotFoundError(what=Phrase("story"), called=code, list="`gushu story list`")
    return found


def add_story(
    session: Session, draft: StoryDraft, *, today: date, actor: str, now: datetime
) -> tuple[Story, str]:
    """Enter a story; the same again (by its code, or by its subject and title) is brought up to date.

    Returns it with "new", "changed" or "same". Raises CultureError.
    """
    column = STORY_OWNERS[draft.about[0]]
    query = select(Story).where(Story.code == draft.code)
    if draft.code is None:
        query = select(Story).where(getattr(Story, column) == draft.about[1], Story.title == draft.title)
    story = session.exec(query.order_by(col(Story.code))).first()
    values = {name: getattr(draft, name) for name in SETTABLE}
    if story is not None:
        if getattr(story, column) != draft.about[1]:
            reason = Phrase("this code is taken by a story about something else")
            raise CultureError(what=draft.code, reason=reason)
        known = {name: value for name, value in values.items() if value not in (None, False)}
        changed = edit_story(session, story, known, today=today, actor=actor, now=now, consent=draft.consent)
        return story, "changed" if changed else "same"
    people, changes = _people(session, values, draft.consent, now)
    checked = _checked(draft.code or draft.title, {**values, **people}, today)
    code = draft.code or next_serial(session, Story.code, "ST")
    story = Story(**{**checked, "code": code, column: draft.about[1]})
    session.add(story)
    session.flush()
    changes.append(told_record("story", story))
    record_event(session, "story:added", changes, actor=actor, at=now, document=draft.consent)
    return story, "new"


def edit_story(
    session: Session,
    story: Story,
    values: Mapping[str, Any],
    *,
    today: date,
    consent: str | None = None,
    actor: str,
    now: datetime,
) -> list[str]:
    """Change what is said of a story (names of `SETTABLE`); returns the columns that changed.

    A story that was reviewed or released is a draft again. Raises CultureError.
    """
    before = story.model_dump(exclude={"id"})
    people, changes = _people(session, values, consent, now)
    checked = _checked(story.code, {**values, **people}, today)
    changed = [name for name, value in checked.items() if before[name] != value]
    if not changed and not changes:
        return []
    for name in changed:
        setattr(story, name, checked[name])
    if changed:
        _unread(story)
    session.add(story)
    session.flush()
    if changed:
        changes.append(told_record("story", story, before))
    record_event(session, "story:edited", changes, actor=actor, at=now, document=consent)
    return sorted(changed) or ["consented_on"]


def translate_story(
    session: Session,
    story: Story,
    lang: str,
    title: str,
    text: str,
    *,
    translator: str | None = None,
    actor: str,
    now: datetime,
) -> str:
    """Enter a story in another language, or bring that translation up to date: "new", "changed", "same".

    The story is a draft again: somebody must read the translation. Raises CultureError.
    """
    _check_words(story.code, lang, title, text)
    if lang == story.lang:
        raise CultureError(what=story.code, reason=Phrase("the story itself is in that language"))
    query = select(StoryText).where(StoryText.story_id == story.id, StoryText.lang == lang)
    row = session.exec(query).first()
    gone = plain_row(StoryText, row) if row else None
    party, changes = party_named(session, translator) if translator else (None, list[Change]())
    row = row or StoryText(story_id=story.id, lang=lang, title=title, text=text)
    row.title, row.text = title, text
    row.translator_id = party.id if party else row.translator_id
    session.add(row)
    session.flush()
    came = plain_row(StoryText, row)
    if came == gone:
        return "same"
    before = story.model_dump(exclude={"id"})
    _unread(story)
    session.add(story)
    session.flush()
    changes.append(told_record("story", story, before, translations=([gone] if gone else None, [came])))
    record_event(session, "story:translated", changes, actor=actor, at=now)
    return "changed" if gone else "new"


def review_story(
    session: Session, story: Story, *, by: str, on: date, today: date, actor: str, now: datetime
) -> bool:
    """Say that a second person has read a story with its source; returns whether that is news.

    Raises CultureError where whoever reviews also told or collected it, or the day lies ahead.
    """
    if story.state in {StoryState.REVIEWED, StoryState.RELEASED}:
        return False
    _check_day(story.code, on, today)
    reviewer, changes = party_named(session, by)
    own = [session.get(Party, each) for each in (story.teller_id, story.collector_id) if each]
    if any(each is not None and each.name == reviewer.name for each in own):
        raise CultureError(
            what=story.code, reason=Phrase("who told or collected it cannot review it; name a second person")
        )
    facts = {"state": StoryState.REVIEWED, "reviewer_id": reviewer.id, "reviewed_on": on}
    moved_record(session, "story", story, "story:reviewed", facts, changes, actor=actor, now=now)
    return True


def release_story(
    session: Session, story: Story, *, by: str, on: date, today: date, actor: str, now: datetime
) -> bool:
    """Release a reviewed story for publication, by whom and when; returns whether that is news.

    Raises CultureError for a story that nobody has reviewed.
    """
    if story.state == StoryState.RELEASED:
        return False
    if story.state != StoryState.REVIEWED:
        reason = Phrase("review it first: `gushu story review {code} --by NAME`", code=story.code)
        raise CultureError(what=story.code, reason=reason)
    _check_day(story.code, on, today)
    releaser, changes = party_named(session, by)
    facts = {"state": StoryState.RELEASED, "releaser_id": releaser.id, "released_on": on}
    moved_record(session, "story", story, "story:released", facts, changes, actor=actor, now=now)
    return True


def retract_story(session: Session, story: Story, *, reason: str, actor: str, now: datetime) -> bool:
    """Take a story back: the next edition is without it. Returns whether that is news."""
    if story.state == StoryState.RETRACTED:
        return False
    facts = {**_UNREAD, "state": StoryState.RETRACTED}
    moved_record(session, "story", story, "story:retracted", facts, actor=actor, now=now, reason=reason)
    return True


def translations_of(session: Session, story: Story) -> list[StoryText]:
    """A story in its other languages, by language."""
    query = select(StoryText).where(StoryText.story_id == story.id)
    return list(session.exec(query.order_by(StoryText.lang)))


def about_of(story: Story) -> tuple[str, str]:
    """(kind, id) of what a story is about."""
    return next((kind, own) for kind, column in STORY_OWNERS.items() if (own := getattr(story, column)))


def _unread(story: Story) -> None:
    for name, value in _UNREAD.items():
        setattr(story, name, value)


def _people(
    session: Session, values: Mapping[str, Any], consent: str | None, now: datetime
) -> tuple[dict[str, Any], list[Change]]:
    """The columns that name units and persons, and what to tell of those that are new."""
    found: dict[str, Any] = {}
    changes: list[Change] = []
    for name in ("teller", "collector"):
        if not (called := values.get(name)):
            continue
        party, made = party_named(session, str(called).strip())
        changes += made
        found[f"{name}_id"] = party.id
        if name == "teller" and consent and party.kind == PartyKind.PERSON and party.consented_on is None:
            today = register_today(session, now)
            party.consented_on, party.consent_document = today, consent
            session.add(party)
            told = {"consented_on": (None, today.isoformat())}
            changes.append(Change("party", party.id, "updated", told))
    return found, changes


def _checked(called: str, values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The columns among `values`, texts without blanks around them. Raises CultureError."""
    columns = {name: value for name, value in values.items() if name not in {"teller", "collector"}}
    for name, value in columns.items():
        if isinstance(value, str) and not isinstance(value, StoryKind | Reliability):
            columns[name] = value.strip() or None
    _check_words(called, columns.get("lang", "zh-Hans"), columns.get("title", "-"), columns.get("text", "-"))
    url = columns.get("source_url")
    if url and not url.startswith(("https://", "http://")):
        raise CultureError(what=called, reason=Phrase("an address begins with https://"))
    if day := columns.get("collected_on"):
        _check_day(called, day, today)
    return columns


def _check_words(called: str, lang: str | None, title: str | None, text: str | None) -> None:
    if not is_language(lang or ""):
        raise CultureError(
            what=called,
            reason=Phrase("a language is written as zh-Hans, zh-Hant, en …, not {lang}", lang=lang or ""),
        )
    if not (title or "").strip() or not (text or "").strip():
        raise CultureError(what=called, reason=Phrase("a story has a title and a text"))
    if len(title or "") > LONGEST_TITLE or len(text or "") > LONGEST:
        reason = Phrase(
            "a title has at most {title} characters, a text {text}", title=LONGEST_TITLE, text=LONGEST
        )
        raise CultureError(what=called, reason=reason)


def _check_day(called: str, day: date, today: date) -> None:
    if day > today:
        raise CultureError(what=called, reason=Phrase("the day lies ahead"))
