"""The queue of the reviewers, and accepting together what says nothing new."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.office_kit import instant
from datasette_plugins.desk.review_filters import AGES, SHOWN_STATES, filters_in, filters_of, query_of
from datasette_plugins.desk.routing import Route
from registry.calendars import register_zone
from registry.commands.review_set_aside import accept_many
from registry.commands.reviewing import Desk, seen_of
from registry.models import Submission, Tree
from registry.review_items import Item, here_for, load_item
from registry.review_queue import (
    SORTS,
    Filters,
    Row,
    divisions_waiting,
    queue_counts,
    queue_page,
)
from registry.rules.permissions import Right
from registry.vocab import desk_words
from registry.vocab.desk_words import ReviewLevel, SubmissionKind, SubmissionState

MOST_TOGETHER = 100
"""So many are looked at for accepting together at once."""


def queue(ask: Ask) -> Response:
    """What waits, filtered."""
    filters = filters_of(ask.query)
    with ask.read() as session:
        today = ask.today(session)
        rows, has_more = queue_page(session, ask.holder, filters, today=today, now=ask.now)
        zone = register_zone(session)
        t = ask.t
        return ask.page(
            "desk/review/queue.html",
            D=desk_words,
            rows=rows,
            has_more=has_more,
            filters=filters,
            query=query_of(filters),
            query_of=lambda **other: query_of(filters, **other),
            counts=queue_counts(session, ask.holder, today=today),
            divisions=divisions_waiting(session, ask.holder, today=today),
            when=lambda at: instant(at, zone),
            days=lambda row: (ask.now - row.submission.received_at).days,
            states=[(state, t.word(SubmissionState, state)) for state in SHOWN_STATES],
            kinds=[(kind, t.word(SubmissionKind, kind)) for kind in SubmissionKind],
            levels=[(level, t.word(ReviewLevel, level)) for level in ReviewLevel],
            sorts=_sorts(ask),
            ages=[(str(days), _older(ask, days)) for days in AGES],
        )


def _sorts(ask: Ask) -> list[tuple[str, str]]:
    words = {
        "oldest": ask.t.gettext("Oldest first"),
        "newest": ask.t.gettext("Newest first"),
        "record": ask.t.gettext("By record"),
    }
    return [(name, words[name]) for name in SORTS]


def _older(ask: Ask, days: int) -> str:
    return ask.t.ngettext("{count} day and more", "{count} days and more", days)


def together(ask: Ask) -> Response:
    """Which of the queue say nothing new: a list with a tick before each, before anything is done."""
    filters = filters_of(ask.query)
    with ask.read() as session:
        looked, items = _harmless(ask, session, filters)
        zone = register_zone(session)
        return ask.page(
            "desk/review/together.html",
            D=desk_words,
            items=items,
            looked=looked,
            query=query_of(filters),
            when=lambda at: instant(at, zone),
        )


def _harmless(ask: Ask, session: Session, filters: Filters) -> tuple[int, list[Item]]:
    """How many were looked at, and those of them that are harmless."""
    rows = _quiet_rows(ask, session, filters)
    today = ask.today(session)
    items = [load_item(session, row.submission, holder=ask.holder, today=today) for row in rows]
    return len(rows), [item for item in items if item.is_harmless]


def _quiet_rows(ask: Ask, session: Session, filters: Filters) -> Sequence[Row]:
    found: list[Row] = []
    wanted = replace(filters, quiet=True, mine=True, state=SubmissionState.PENDING, page=1)
    while len(found) < MOST_TOGETHER:
        rows, has_more = queue_page(session, ask.holder, wanted, today=ask.today(session), now=ask.now)
        found += rows
        if not has_more:
            break
        wanted = replace(wanted, page=wanted.page + 1)
    return found[:MOST_TOGETHER]


def accept_together(ask: Ask) -> Response:
    """Accept what was ticked, each whole or not at all."""
    chosen = [
        (own, ask.text(f"seen.{own}")) for own in dict.fromkeys(str(each) for each in ask.form.getlist("id"))
    ][:MOST_TOGETHER]
    with ask.write() as session:

        def shown(submission: Submission) -> str:
            tree = session.get(Tree, submission.subject_id) if submission.subject_type == "tree" else None
            status = str(tree.status) if tree else None
            return seen_of(submission, here_for(session, submission), status)

        desk = desk_of(ask, session)
        taken, left = accept_many(session, chosen, holder=ask.holder, desk=desk, shown=shown)
        for own in taken:
            ask.audit(session, "submission decided", ("submission", own), decision="accept", together=True)
    t = ask.t
    if taken:
        ask.say(t.ngettext("{count} was accepted.", "{count} were accepted.", len(taken)))
    if left:
        told = t.ngettext("{count} was left: {reason}", "{count} were left, the first because: {reason}",
                          len(left), reason=t.error(left[0][1]))  # fmt: skip
        ask.say(told)
    if not chosen:
        ask.say(t.gettext("Nothing was ticked."))
    query = query_of(filters_in(ask.text("q")))
    return ask.go(f"/review?{query}" if query else "/review")


def desk_of(ask: Ask, session: Session, item: Item | None = None) -> Desk:
    """What settling needs besides the register."""
    pack = item.pack if item else None
    return Desk(ask.today(session), ask.actor, ask.now, ask.desk.keys, ask.desk.photos, pack)


ROUTES = (
    Route("GET", "/review", queue, Right.REVIEW),
    Route("GET", "/review/together", together, Right.REVIEW),
    Route("POST", "/review/together", accept_together, Right.REVIEW),
)
