"""Publishing at the desk: what would change, what stays inside, the next edition, taking one back."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.jobs import shown_job
from datasette_plugins.desk.office_kit import PAGE, instant, page_of, put_in_line
from datasette_plugins.desk.routing import Route
from registry.calendars import register_zone
from registry.cli.held import held_words
from registry.commands.editions import (
    find_edition,
    restore_edition,
    withdraw_edition,
    withdrawn_editions,
)
from registry.doctor import Finding, State, Surgery, examine
from registry.edition_store import kept_numbers, number_in, settle
from registry.errors import EditionForeignError
from registry.models import Edition, Event, EventItem, Job, Tree
from registry.rules.permissions import Right
from registry.vocab.desk_words import JobState
from registry.vocab.labels import Label
from registry.vocab.words import TreeStatus

SUBJECTS = {
    "tree": Label("树木", "trees"),
    "grove": Label("古树群", "groves"),
    "garden": Label("历史名园", "heritage gardens"),
    "place": Label("台账地点", "places of ledgers"),
    "element": Label("要素", "landmark elements"),
    "craft": Label("传统技艺", "garden crafts"),
    "tag": Label("标牌", "tags"),
    "zone": Label("保护范围", "protection zones"),
    "photo": Label("照片", "photos"),
    "story": Label("故事", "stories"),
    "walk": Label("路线", "walks"),
    "case": Label("案卷", "cases"),
    "setting": Label("设置", "settings"),
    "party": Label("单位与个人", "units and persons"),
}
"""Records that an edition shows or rests on, by their names in the history."""
OTHERS = Label("其他记录", "other records")


@dataclass(frozen=True, slots=True)
class ShownEdition:
    """An edition as a list shows it."""

    number: int
    made_at: str
    trees: int
    withdrawn_on: Any
    reason: str
    is_kept: bool
    is_in_place: bool


def publish_page(ask: Ask) -> Response:
    """What the next edition would bring, and the editions before it."""
    return _page(ask)


def publish(ask: Ask) -> Response:
    """Have the next edition made."""
    public = _public(ask)
    argv = ["publish", "--out", str(public)]
    if ask.text("notify"):
        argv.append("--notify")
    with ask.read() as session:
        trees = session.exec(select(sa.func.count()).where(Tree.status != TreeStatus.MERGED)).one()
    own = put_in_line(ask, "publish", {"argv": argv}, action="publish_asked", total=int(trees) or None)
    return ask.go(f"/jobs/{own}")


def withdraw(ask: Ask) -> Response:
    """Take an edition back, with the reason."""
    number, reason, public = _number(ask), ask.text("reason"), _public(ask)
    if not reason:
        return _page(ask, wrong=ask.t.gettext("Please say why; it stays inside."), about=number, status=422)
    number_in(public)  # a file of another kind is refused before anything is recorded
    with ask.write() as session:
        withdraw_edition(
            session, number, reason=reason, today=ask.today(session), actor=ask.actor, now=ask.now
        )
        ask.audit(session, "edition_withdrawn", ("edition", str(number)))
        gone = withdrawn_editions(session)
    ask.say(ask.t.gettext("Edition {number} is withdrawn.", number=number))
    _say_in_place(ask, settle(public, gone, ask.now), gone)
    return ask.go("/publish")


def restore(ask: Ask) -> Response:
    """Give a withdrawn edition out again, with the reason in the audit log."""
    number, reason, public = _number(ask), ask.text("reason"), _public(ask)
    if not reason:
        return _page(ask, wrong=ask.t.gettext("Please say why; it stays inside."), about=number, status=422)
    number_in(public)
    with ask.write() as session:
        restore_edition(session, number, actor=ask.actor, now=ask.now)
        ask.audit(session, "edition_restored", ("edition", str(number)), reason=reason[:200])
        gone = withdrawn_editions(session)
    ask.say(ask.t.gettext("Edition {number} is given out.", number=number))
    _say_in_place(ask, settle(public, gone, ask.now), gone)
    return ask.go("/publish")


def _page(ask: Ask, *, wrong: str = "", about: int = 0, status: int = 200) -> Response:
    page, t = page_of(ask), ask.t
    public = ask.desk.public
    in_place, kept = _there(public)
    with ask.read() as session:
        zone = register_zone(session)
        newest = session.exec(select(Edition).order_by(col(Edition.number).desc()).limit(1)).first()
        rows = session.exec(
            select(Edition).order_by(col(Edition.number).desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
        ).all()
        editions = [
            ShownEdition(
                row.number, instant(row.made_at, zone), row.tree_count, row.withdrawn_on,
                row.withdrawn_reason or "", row.number in kept, row.number == in_place,
            )
            for row in rows[:PAGE]
        ]  # fmt: skip
        changes = changes_since(session, newest)
        held = _held(newest, ask)
        findings = _findings(ask, session)
        running = session.exec(
            select(Job).where(Job.kind == "publish", col(Job.state).in_((JobState.WAITING, JobState.RUNNING)))
        ).first()
        job = shown_job(ask, session, running, "", zone) if running else None
    return ask.page(
        "desk/office/publish.html",
        status=status,
        public=public,
        newest=newest.number if newest else None,
        changes=[(t.pick(label), *counts) for label, counts in changes],
        changed=sum(sum(counts) for _label, counts in changes),
        held=held,
        findings=findings,
        editions=editions,
        page=page,
        has_more=len(rows) > PAGE,
        job=job,
        wrong=wrong,
        about=about,
    )


def changes_since(session: Session, edition: Edition | None) -> list[tuple[Label, tuple[int, int, int]]]:
    """How many records of each kind are new, changed, or gone since an edition was recorded; each once."""
    since = 0
    if edition is not None:
        recorded = (
            select(Event.seq)
            .join(EventItem, col(EventItem.seq) == col(Event.seq))
            .where(Event.kind == "edition:published", EventItem.subject_id == str(edition.number))
        )
        since = session.exec(recorded).first() or 0
    told = (
        sa.select(
            col(EventItem.subject_type), col(EventItem.subject_id),
            sa.func.max(sa.case((col(EventItem.action).in_(_NEW), 1), else_=0)),
            sa.func.max(sa.case((col(EventItem.action).in_(_GONE), 1), else_=0)),
        )
        .where(col(EventItem.seq) > since, col(EventItem.subject_type).not_in(_NOT_SHOWN))
        .group_by(col(EventItem.subject_type), col(EventItem.subject_id))
        .subquery()
    )  # fmt: skip
    kind, _own, is_new, is_gone = told.c
    query = sa.select(kind, is_new, is_gone, sa.func.count()).group_by(kind, is_new, is_gone)
    counts: dict[Label, Counter[int]] = {}
    for subject, new, gone, count in session.execute(query):
        place = 2 if gone else 0 if new else 1
        counts.setdefault(SUBJECTS.get(subject, OTHERS), Counter())[place] += count
    order = [*SUBJECTS.values(), OTHERS]
    return [(each, (counts[each][0], counts[each][1], counts[each][2])) for each in order if each in counts]


_NOT_SHOWN = ("edition", "account", "webhook", "webhook_delivery", "submission", "zone_check")

_NEW, _GONE = ("created", "issued", "made"), ("deleted", "removed", "merged", "ended")


def _held(edition: Edition | None, ask: Ask) -> list[tuple[str, int]]:
    """What stayed inside of an edition, in words, the most first."""
    if edition is None:
        return []
    found = json.loads(edition.withheld)
    pairs = found.items() if isinstance(found, dict) else found
    return sorted(((held_words(what, ask.t), int(count)) for what, count in pairs), key=lambda pair: -pair[1])


def _findings(ask: Ask, session: Session) -> list[Finding]:
    """What the doctor warns of."""
    desk = ask.desk
    surgery = Surgery(
        session, desk.address, desk.public or Path("public.gpkg"), desk.photos, desk.files, ask.today(session)
    )
    return [found for found in examine(surgery) if found.state != State.OK and found.check != "edition"]


def _there(public: Path | None) -> tuple[int | None, set[int]]:
    """The edition in place, and those that are kept."""
    if public is None:
        return None, set()
    try:
        return number_in(public), set(kept_numbers(public))
    except EditionForeignError:
        return None, set()


def _public(ask: Ask) -> Path:
    if ask.desk.public is None:
        raise LookupError("no edition")
    return ask.desk.public


def _number(ask: Ask) -> int:
    """The edition of the form. Raises LookupError, EditionUnknownError."""
    text = ask.text("number")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise LookupError(text)
    with ask.read() as session:
        return find_edition(session, int(text)).number


def _say_in_place(ask: Ask, in_place: int | None, gone: list[int]) -> None:
    t = ask.t
    if in_place is None:
        ask.say(t.gettext("The site shows no edition."))
    elif in_place in gone:
        ask.say(
            t.gettext(
                "No other edition is kept: the whole site answers that it was withdrawn until you publish "
                "again."
            )
        )
    else:
        ask.say(t.gettext("The site shows edition {number}.", number=in_place))


ROUTES = (
    Route("GET", "/publish", publish_page, Right.PUBLISH),
    Route("POST", "/publish", publish, Right.PUBLISH),
    Route("POST", "/publish/withdraw", withdraw, Right.PUBLISH),
    Route("POST", "/publish/restore", restore, Right.PUBLISH),
)
