"""What the phone and scripts ask: who am I, here is a form, what became of it. JSON, version 1."""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask, is_sayable
from datasette_plugins.desk.routing import Route
from registry.commands.kept_phrases import said_phrase
from registry.commands.submission_returned import returned_submissions
from registry.commands.submission_rows import photos_of, record_path
from registry.commands.submission_words import said_of
from registry.commands.submissions import receive
from registry.commands.uploads import UploadFolder, progress_of_row, upload_folder
from registry.desk_errors import SubmissionFormError
from registry.errors import RegisterLockedError
from registry.models import Division, Submission
from registry.rules.permissions import Right
from registry.rules.submission_format import FORM

SUBMISSION_BYTES = 1 << 20
"""A form without its photos."""
MOST_IDS = 100
_TRIES = 4
_T = TypeVar("_T")


def me(ask: Ask) -> Response:
    """Who is signed in, and what the phone has to know before it sends."""
    grants = ask.holder.grants
    with ask.read() as session:
        ids = {grant.division_id for grant in grants if grant.division_id}
        query = select(Division.id, Division.name).where(col(Division.id).in_(ids))
        names = dict(session.exec(query).all())
        returned = returned_submissions(session, ask.me.id) if ask.may(Right.SUBMIT) else []
    roles = [
        {"role": grant.role, "division": grant.division_id, "name": names.get(grant.division_id or "")}
        for grant in grants
    ]
    account = {"login": ask.me.login, "name": ask.me.name, "roles": roles}
    rights = [right.value for right in Right if ask.may(right)]
    return ask.json(
        {
            "account": account,
            "csrf": ask.csrf,
            "server_time": ask.now.isoformat(),
            "form": FORM,
            "rights": rights,
            "returned": returned,
        }
    )


def send(ask: Ask) -> Response:
    """Take one form. The same again has the same answer; one that cannot be taken is kept all the same."""
    sent = read_json(ask.body)
    submission, sent_at = sent.get("submission"), _instant(sent.get("sent_at"))
    if not isinstance(submission, Mapping):
        raise SubmissionFormError(field="submission", reason="it is missing")
    via = "app" if ask.me.session_id else "token"

    def take(session: Session) -> dict[str, Any]:
        row = receive(
            session, submission, holder=ask.holder, via=via, sent_at=sent_at, today=ask.today(session),
            actor=ask.actor, now=ask.now, keys=ask.desk.keys, photos=ask.desk.photos,
        )  # fmt: skip
        return answer_of(session, ask, row)

    return ask.json(written(ask, take))


def states(ask: Ask) -> Response:
    """What became of forms that were sent: those of whoever asks, alone."""
    ids = [each for each in ask.query.get("ids", "").split(",") if each][:MOST_IDS]
    with ask.read() as session:
        query = select(Submission).where(col(Submission.id).in_(ids), Submission.account_id == ask.me.id)
        rows = session.exec(query.order_by(Submission.id)).all()
        return ask.json({"submissions": [answer_of(session, ask, row) for row in rows]})


def answer_of(session: Session, ask: Ask, row: Submission) -> dict[str, Any]:
    """What a phone is told of one submission."""
    problem = json.loads(row.problem) if row.problem else None
    path = record_path(row)
    return {
        "id": row.id,
        "state": row.state,
        "level": row.level,
        "said": said_of(session, row, ask.t),
        "record": {"kind": row.subject_type, "id": row.subject_id, "path": path} if path else None,
        "conflicts": json.loads(row.conflicts),
        "problem": {"code": problem["code"], "message": said_phrase(ask.t, problem)} if problem else None,
        "photos": list(_photos(session, ask, row)),
    }


def _photos(session: Session, ask: Ask, row: Submission) -> Iterable[dict[str, Any]]:
    folder = uploads_of(ask)
    for photo in photos_of(session, row):
        told = progress_of_row(photo, row.account_id, folder)
        yield {
            "sha256": told.sha256,
            "received": told.received,
            "size": told.size,
            "complete": told.is_complete,
        }


def written(ask: Ask, work: Callable[[Session], _T]) -> _T:
    """Do work in one transaction; where another process holds the register, again after a while.

    Raises RegisterLockedError where it still does: the phone comes back by itself.
    """
    for number in range(_TRIES):
        try:
            with ask.write() as session:
                return work(session)
        except RegisterLockedError:
            if number + 1 == _TRIES:
                raise
            time.sleep(random.uniform(0.05, 0.25) * 2**number)  # noqa: S311 (spreads those who wait)
    raise AssertionError("unreachable")


def uploads_of(ask: Ask) -> UploadFolder:
    """Where the pieces of photos lie."""
    return upload_folder(ask.desk.address)


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises SubmissionFormError."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SubmissionFormError(field="body", reason="it is not JSON") from None
    if not all(map(is_sayable, _texts_in(found))):
        raise SubmissionFormError(field="body", reason="it holds what is no character")
    if not isinstance(found, dict):
        raise SubmissionFormError(field="body", reason="it is not a JSON object")
    return found


def _texts_in(found: Any) -> Iterator[str]:
    """All texts of a JSON value, names of fields among them, however deep."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _instant(text: Any) -> datetime | None:
    """An instant as ISO writes it. Raises SubmissionFormError."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise SubmissionFormError(field="sent_at", reason="it is no instant") from None
    if found.tzinfo is None:
        raise SubmissionFormError(field="sent_at", reason="it needs a time zone")
    return found


ROUTES = (
    Route("GET", "/api/me", me, None, is_open=True),
    Route("GET", "/api/submissions", states, Right.SUBMIT),
    Route("POST", "/api/submissions", send, Right.SUBMIT, body=SUBMISSION_BYTES, raw=True),
)
