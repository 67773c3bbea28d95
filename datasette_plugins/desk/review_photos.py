"""Photos of submissions: only for whoever reviews where the submission belongs, and kept by no cache."""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from registry.commands.reviewing import submission_place
from registry.models import Photo, Submission, SubmissionPhoto
from registry.rules.permissions import Place, Right

_HEADERS = {"cache-control": "private, no-store", "content-disposition": "inline"}


def where_sent(session: Session, found: Mapping[str, str], today: date) -> Place:
    """Where the submission belongs that an address names. Raises LookupError."""
    submission = session.get(Submission, found["submission"])
    if submission is None:
        raise LookupError(found["submission"])
    return submission_place(session, submission, today)


def photo(ask: Ask) -> Response:
    """A photo of a submission, or of the record that it is about, without what the camera wrote."""
    digest, is_large = ask.vars["sha256"], ask.query.get("size") == "large"
    with ask.read() as session:
        _find(session, ask.vars["submission"], digest)
    if not ask.desk.photos.has(digest):
        raise LookupError(digest)
    if is_large:
        with ask.write() as session:
            ask.audit(session, "private photo seen", ("submission", ask.vars["submission"]), sha256=digest)
    content = ask.desk.photos.rendition(digest).jpeg if is_large else ask.desk.photos.thumb(digest)
    return Response(content, media_type="image/jpeg", headers=_HEADERS)


def _find(session: Session, own: str, digest: str) -> None:
    """Raises LookupError unless the photo has come with the submission, or is of its record."""
    sent = select(SubmissionPhoto.id).where(
        SubmissionPhoto.submission_id == own,
        SubmissionPhoto.sha256 == digest,
        col(SubmissionPhoto.received_at).is_not(None),
    )
    if session.exec(sent.limit(1)).first() is not None:
        return
    submission = session.get_one(Submission, own)
    whose = Photo.grove_id if submission.subject_type == "grove" else Photo.tree_id
    registered = select(Photo.id).where(whose == submission.subject_id, Photo.sha256 == digest)
    if submission.subject_id is None or session.exec(registered.limit(1)).first() is None:
        raise LookupError(digest)


ROUTES = (Route("GET", "/review/photo/{submission}/{sha256}", photo, Right.REVIEW, subject=where_sent),)
