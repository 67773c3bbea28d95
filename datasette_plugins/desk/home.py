"""The first page of the desk: what waits for whoever is signed in, and the way to everything else."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.case_reading import within_reach
from datasette_plugins.desk.routing import Route
from registry.access import reach
from registry.models import CaseFile, Edition, Event, Job, Submission
from registry.review_queue import waiting_for
from registry.rules.permissions import Right
from registry.vocab.desk_words import JobState, Role, SubmissionState
from registry.vocab.words import CaseState


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits: how many, in a sentence without the number, and where."""

    count: int
    said: str
    path: str
    is_urgent: bool = False


def home(ask: Ask) -> Response:
    """What waits; a caretaker comes to his or her trees at once."""
    if {grant.role for grant in ask.holder.grants} == {Role.CARETAKER}:
        return ask.go("/field/")
    with ask.read() as session:
        waiting = [each for each in _waiting(ask, session) if each.count]
    return ask.page("desk/home.html", waiting=waiting)


def _waiting(ask: Ask, session: Session) -> Iterator[Waiting]:
    _, today = ask.t.gettext, ask.today(session)
    own = Submission.account_id == ask.me.id
    returned = _count(session, Submission, own, Submission.state == SubmissionState.RETURNED)
    yield Waiting(returned, _("came back to you"), "/field/", is_urgent=True)
    if ask.may(Right.REVIEW):
        here = reach(ask.holder, Right.REVIEW, Submission, today)
        mine = waiting_for(session, ask.holder, today=today, now=ask.now)
        yield Waiting(mine, _("for you to review"), "/review")
        aside = _count(session, Submission, here, Submission.state == SubmissionState.QUARANTINED)
        yield Waiting(aside, _("set aside"), "/review?all=yes&state=quarantined", is_urgent=True)
    if ask.may(Right.FILE):
        cases = _count(session, CaseFile, within_reach(ask, today), CaseFile.state == CaseState.OPEN)
        yield Waiting(cases, _("open cases"), "/cases")
    if ask.may(Right.EXPORT):
        asked = Job.account_id == ask.me.id
        at_work = _count(session, Job, asked, col(Job.state).in_((JobState.WAITING, JobState.RUNNING)))
        yield Waiting(at_work, _("jobs at work"), "/jobs")
    if ask.may(Right.PUBLISH):
        yield Waiting(_since_edition(session), _("changes since the last edition"), "/publish")


def _count(session: Session, table: type, *conditions: object) -> int:
    query = select(sa.func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
    return int(session.exec(query).one())


def _since_edition(session: Session) -> int:
    """Events since the last edition was made."""
    last = session.exec(select(Edition.history_head).order_by(col(Edition.number).desc()).limit(1)).first()
    then = session.exec(select(Event.seq).where(Event.hash == last)).first() if last else 0
    newest = session.exec(select(sa.func.max(Event.seq))).one() or 0
    return int(newest) - int(then or 0)


ROUTES = (Route("GET", "/", home, None, is_open=True),)
