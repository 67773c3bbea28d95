"""What became of a submission, in words for whoever sent it."""

import json
from typing import Any

from sqlmodel import Session, col, select

from registry.commands.kept_phrases import said_phrase
from registry.models import Review, Submission
from registry.vocab.desk_words import DESK_WORDS, Decision, ReviewLevel, SubmissionState
from registry.vocab.field_names import field_name
from registry.vocab.language import Translator


def said_of(session: Session, submission: Submission, t: Translator) -> list[str]:
    """Short sentences: where it stands, why, what was noted on it."""
    notes = [said_phrase(t, note) for note in json.loads(submission.outcome).get("notes", [])]
    return [*_standing(session, submission, t), *notes, *_conflicts(submission, t)]


def _standing(session: Session, submission: Submission, t: Translator) -> list[str]:
    state = submission.state
    if state == SubmissionState.ACCEPTED:
        return [t.gettext("It is on record.")]
    if state == SubmissionState.PENDING:
        level = t.word(DESK_WORDS[ReviewLevel], submission.level)
        return [t.gettext("It waits for review: {level}.", level=level)]
    if state == SubmissionState.REPLACED:
        return [t.gettext("A later form took its place.")]
    if state == SubmissionState.QUARANTINED:
        problem: dict[str, Any] = json.loads(submission.problem or "{}")
        why = [said_phrase(t, problem)] if problem else []
        return [t.gettext("It is kept and was set aside; the office looks at it."), *why]
    return [*_decided(session, submission, t)]


def _decided(session: Session, submission: Submission, t: Translator) -> list[str]:
    """What a reviewer said of one that came back or is not taken over."""
    query = select(Review).where(
        Review.submission_id == submission.id,
        col(Review.decision).in_([Decision.RETURN, Decision.REFUSE]),
    )
    last = session.exec(query.order_by(col(Review.at).desc()).limit(1)).first()
    said = (
        t.gettext("It came back: please correct it.")
        if submission.state == SubmissionState.RETURNED
        else t.gettext("It was not taken over.")
    )
    return [said, *([last.reason] if last and last.reason else [])]


def _conflicts(submission: Submission, t: Translator) -> list[str]:
    if submission.state != SubmissionState.PENDING:
        return []
    return [
        t.gettext(
            "{field}: somebody else changed it meanwhile; both values are kept until a reviewer decides.",
            field=t.pick(field_name(each["field"])),
        )
        for each in json.loads(submission.conflicts)
    ]
