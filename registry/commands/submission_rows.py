"""Reading what was sent in: rows of the register's tables as the commands on submissions take them."""

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from registry.desk_errors import SubmissionNotFoundError
from registry.models import Grove, Review, Submission, SubmissionPhoto, Tree
from registry.rules.submission_format import Fix

CLOCK_TOLERANCE = timedelta(minutes=5)
"""A phone's clock that is off by less is left alone: the way takes time as well."""
_SHORTEST = 4


def circumstances(submission: Submission) -> dict[str, Any]:
    """What stands beside the answers of a submission."""
    found: dict[str, Any] = json.loads(submission.circumstances)
    return found


def captured_on(submission: Submission) -> date:
    """The day on which it was captured, put right where the phone's clock was wrong."""
    told = circumstances(submission).get("on")
    return date.fromisoformat(told) if told else submission.captured_at.date()


def clock_shift(offset_s: int | None) -> timedelta:
    """By how much what a phone's clock said is put right; offset_s: by how many seconds it was behind."""
    shift = timedelta(seconds=offset_s or 0)
    return shift if abs(shift) > CLOCK_TOLERANCE else timedelta()


def fix_of(submission: Submission) -> Fix | None:
    """Where the phone was."""
    told = circumstances(submission).get("fix")
    return Fix.model_validate(told) if told else None


def photos_of(session: Session, submission: Submission) -> list[SubmissionPhoto]:
    """The photos that a submission announces, in their order."""
    query = select(SubmissionPhoto).where(SubmissionPhoto.submission_id == submission.id)
    return list(session.exec(query.order_by(col(SubmissionPhoto.ordinal))))


def photos_sent(session: Session, account_id: str, digests: Collection[str]) -> frozenset[str]:
    """Those of some photos (SHA-256) whose bytes an account has sent before."""
    query = (
        select(SubmissionPhoto.sha256)
        .join(Submission, col(Submission.id) == col(SubmissionPhoto.submission_id))
        .where(
            col(SubmissionPhoto.sha256).in_(digests),
            Submission.account_id == account_id,
            col(SubmissionPhoto.received_at).is_not(None),
        )
    )
    return frozenset(session.exec(query)) if digests else frozenset()


def reviews_of(session: Session, own: str) -> Sequence[Review]:
    """The decisions on a submission, the first one first."""
    query = select(Review).where(Review.submission_id == own)
    return session.exec(query.order_by(col(Review.at), col(Review.id))).all()


def chosen_so_far(reviews: Sequence[Review]) -> dict[str, Any]:
    """What the levels passed so far decided on, field by field; a later one has the last word."""
    chosen: dict[str, Any] = {}
    for review in reviews:
        chosen |= json.loads(review.fields)
    return chosen


def called(session: Session, submission: Submission) -> str:
    """What the record that it is about is called; the provisional number of a new tree."""
    if submission.subject_id is None:
        return submission.provisional_no or submission.id[:8]
    if submission.subject_type == "grove":
        grove = session.get(Grove, submission.subject_id)
        return grove.number if grove else submission.subject_id
    tree = session.get(Tree, submission.subject_id)
    return tree.tree_no if tree else submission.subject_id


def record_path(submission: Submission) -> str | None:
    """The page of its record at the desk."""
    if submission.subject_id is None or submission.subject_type is None:
        return None
    return f"/-/desk/{submission.subject_type}/{submission.subject_id}"


def find_submission(session: Session, name: str) -> Submission:
    """The submission of this id, or the only one whose id begins so. Raises SubmissionNotFoundError."""
    found = session.get(Submission, name)
    if found is not None:
        return found
    if len(name) >= _SHORTEST:
        query = select(Submission).where(col(Submission.id).startswith(name, autoescape=True)).limit(2)
        alike = session.exec(query).all()
        if len(alike) == 1:
            return alike[0]
    raise SubmissionNotFoundError(submission=name)
