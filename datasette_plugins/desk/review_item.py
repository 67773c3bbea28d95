"""One submission on the reviewer's page: the diff, the map, the photos, and what is decided."""

from typing import Any

from sqlmodel import Session
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.office_kit import instant
from datasette_plugins.desk.review import desk_of
from datasette_plugins.desk.review_filters import filters_in, filters_of, query_of
from datasette_plugins.desk.review_map import HEIGHT, WIDTH, small_map
from datasette_plugins.desk.review_photos import where_sent
from datasette_plugins.desk.review_rows import (
    actor_words,
    chosen_of,
    doubts_said,
    history_of,
    problem_said,
    shown_rows,
)
from datasette_plugins.desk.routing import Route
from registry.calendars import register_zone
from registry.commands.review_set_aside import assign, take_photos, try_again
from registry.commands.reviewing import Verdict, decide
from registry.commands.subjects import Ref
from registry.commands.submission_rows import find_submission
from registry.commands.tag_life import find_by_text
from registry.desk_errors import ReviewConflictError, ReviewRefusedError
from registry.errors import Phrase, RegistryError
from registry.models import Submission
from registry.review_items import Item, load_item
from registry.review_queue import next_of
from registry.rules.permissions import Right
from registry.vocab import desk_words
from registry.vocab.desk_words import Decision, ReviewLevel, SubmissionKind, SubmissionState
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import PhotoKind

ASIDE = ("assign", "photos", "again")
"""What can be done with something that was set aside, beside returning or refusing it."""


def item_page(ask: Ask, problem: str = "", status: int = 200) -> Response:
    """A submission."""
    filters = filters_in(ask.text("q")) if ask.form else filters_of(ask.query)
    if not problem:
        with ask.write() as session:
            seen = find_submission(session, ask.vars["submission"])
            ask.audit(session, "submission seen", ("submission", seen.id))
    with ask.read() as session:
        today = ask.today(session)
        submission = find_submission(session, ask.vars["submission"])
        item = load_item(session, submission, holder=ask.holder, today=today)
        zone = register_zone(session)
        earlier, later = next_of(session, ask.holder, filters, submission, today=today, now=ask.now)
        query = query_of(filters)
        return ask.page(
            "desk/review/item.html",
            D=desk_words,
            status=status,
            item=item,
            submission=submission,
            rows=shown_rows(ask, item, zone),
            problem=problem,
            aside=problem_said(ask, item),
            doubts=doubts_said(ask, item),
            history=history_of(ask, item, zone),
            map=small_map(item.where),
            width=WIDTH,
            height=HEIGHT,
            why_not=ask.t.phrase(item.why_not) if item.why_not else "",
            stuck=ask.t.phrase(item.problem) if item.problem else "",
            earlier=_address(earlier, query),
            later=_address(later, query),
            query=query,
            when=lambda at: instant(at, zone),
            actor_words=lambda actor: actor_words(ask.t, actor),
            viewpoint=lambda code: ask.t.word(VIEWPOINTS, code) if code else "",
            photo_kind=lambda kind: ask.t.word(PhotoKind, kind),
            is_open=submission.state in {SubmissionState.PENDING, SubmissionState.QUARANTINED},
            is_aside=submission.state == SubmissionState.QUARANTINED,
            may_file=ask.may(Right.FILE, item.place),
            typed={name: ask.text(name) for name in ("reason", "record")},
        )


def _address(own: str | None, query: str) -> str:
    return "" if own is None else f"/review/{own}" + (f"?{query}" if query else "")


def decide_page(ask: Ask) -> Response:
    """Take a decision, and go on to the next one; what cannot be is said on the page as it is now."""
    try:
        with ask.write() as session:
            submission = find_submission(session, ask.vars["submission"])
            told = _done(ask, session, submission)
    except ReviewConflictError as error:
        return item_page(ask, ask.t.error(error), 409)
    except RegistryError as error:
        return item_page(ask, ask.t.error(error), 422)
    ask.say(told)
    return ask.go(_onward(ask))


def _done(ask: Ask, session: Session, submission: Submission) -> str:
    """Do what a form asks for; returns what to say of it."""
    item = load_item(session, submission, holder=ask.holder, today=ask.today(session))
    wanted = ask.text("decision")
    if wanted in ASIDE:
        return _set_aside(ask, session, item, wanted)
    if wanted not in {Decision.ACCEPT, Decision.RETURN, Decision.REFUSE}:
        raise ReviewRefusedError(reason=Phrase("say what you decide"))
    chosen = chosen_of(ask, item) if wanted == Decision.ACCEPT else {}
    decision = Decision.CORRECT if chosen else Decision(wanted)
    level = ask.text("level")
    verdict = Verdict(
        decision,
        reason=ask.text("reason")[:2000] or None,
        chosen=chosen,
        level=ReviewLevel(level) if level in set(ReviewLevel) else None,
        seen=ask.text("seen"),
    )
    decided = decide(
        session, submission.id, verdict, holder=ask.holder, desk=desk_of(ask, session, item), shown=item.seen
    )
    if not decided.is_repeat:
        ask.audit(session, "submission decided", ("submission", submission.id), decision=decision.value)
    return _told(ask, item, decided.submission, decided.review.decision)


def _told(ask: Ask, item: Item, submission: Submission, decision: str) -> str:
    t = ask.t
    what = t.gettext(
        "{record}, {kind}: {decision}.",
        record=item.called,
        kind=t.word(SubmissionKind, submission.kind),
        decision=t.word(Decision, decision),
    )
    if submission.state == SubmissionState.PENDING and submission.level:
        level = t.word(ReviewLevel, submission.level)
        what += (" " if t.lang == "en" else "") + t.gettext("It goes on to {level}.", level=level)
    return what


def _set_aside(ask: Ask, session: Session, item: Item, wanted: str) -> str:
    t, own = ask.t, item.submission.id
    common: dict[str, Any] = {"holder": ask.holder, "desk": desk_of(ask, session, item)}
    ref = _record_said(ask, session)
    if wanted == "photos":
        take_photos(session, own, ref, reason=ask.text("reason")[:2000], **common)
        told = t.gettext("The photos were taken over; the answers were not.")
    elif wanted == "assign":
        if ref is None:
            raise ReviewRefusedError(reason=Phrase("say to which record it belongs"))
        assign(session, own, ref, **common)
        told = _aside_told(ask, item)
    else:
        try_again(session, own, **common)
        told = _aside_told(ask, item)
    ask.audit(session, "submission decided", ("submission", own), decision=wanted)
    return told


def _aside_told(ask: Ask, item: Item) -> str:
    """What became of something that was judged anew."""
    t, state = ask.t, item.submission.state
    if state == SubmissionState.QUARANTINED:
        return t.gettext("It still cannot be taken: {reason}", reason=problem_said(ask, item))
    if state == SubmissionState.PENDING:
        return t.gettext("It now waits to be reviewed.")
    return t.gettext("It was taken over.")


def _record_said(ask: Ask, session: Session) -> Ref | None:
    """The record that a form names by number, tag or plate; None where it names none."""
    text = ask.text("record")
    if not text:
        return None
    found = find_by_text(session, text, ask.desk.keys)
    if found is None or found.record is None:
        raise ReviewRefusedError(reason=Phrase("no record is known as {number}", number=text[:60]))
    return (*found.record, text)


def _onward(ask: Ask) -> str:
    """The next of the queue; where there is none, the one before, else the queue."""
    filters = filters_in(ask.text("q"))
    query = query_of(filters)
    with ask.read() as session:
        submission = find_submission(session, ask.vars["submission"])
        today = ask.today(session)
        earlier, later = next_of(session, ask.holder, filters, submission, today=today, now=ask.now)
    return _address(later or earlier, query) or (f"/review?{query}" if query else "/review")


ROUTES = (
    Route("GET", "/review/{submission}", item_page, Right.REVIEW, subject=where_sent),
    Route("POST", "/review/{submission}", decide_page, Right.REVIEW, subject=where_sent),
)
