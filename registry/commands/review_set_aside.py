"""What was set aside (quarantined), and what is accepted together: assign, photos alone, look again, bulk."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlmodel import Session

from registry.access import holder_of, place_of
from registry.commands.history import Change, canonical, record_event
from registry.commands.reviewing import Desk, Verdict, decide, submission_place
from registry.commands.settling import join_photos
from registry.commands.subjects import Ref
from registry.commands.submission_rows import circumstances, find_submission
from registry.commands.submissions import Setting, look_again
from registry.desk_errors import ReviewConflictError, ReviewRefusedError
from registry.errors import Phrase, RegistryError
from registry.models import Account, Review, Submission
from registry.rules.permissions import Grant, Holder, Place, Right, may
from registry.vocab.desk_words import Decision, Role, SubmissionKind, SubmissionState
from registry.vocab.words import WORDS


def assign(session: Session, own: str, ref: Ref, *, holder: Holder | None, desk: Desk) -> Submission:
    """Say to which record something belongs that was set aside, and judge it anew there.

    It then waits for review or counts at once, as the rules have it; where it still cannot be taken it stays
    set aside with its new reason. Raises SubmissionNotFoundError, ReviewConflictError, ReviewRefusedError.
    """
    submission = _aside(session, own, holder, desk)
    if submission.kind == SubmissionKind.NEW_TREE:
        raise ReviewRefusedError(reason=Phrase("a new tree has no record yet: take over its photos instead"))
    place = _assignable(session, ref, holder, desk.today)
    was = [submission.subject_type, submission.subject_id]
    _name_record(submission, ref)
    look_again(session, submission, _setting(session, submission, place, desk))
    told: dict[str, tuple[Any, Any]] = {
        "subject": (was, [submission.subject_type, submission.subject_id]),
        "state": (SubmissionState.QUARANTINED.value, submission.state.value),
    }
    change = Change("submission", submission.id, "updated", told)
    record_event(session, "submission:assigned", [change], actor=desk.actor, at=desk.now)
    return submission


def try_again(session: Session, own: str, *, holder: Holder | None, desk: Desk) -> Submission:
    """Judge something that was set aside anew: what was in the way may be gone."""
    submission = _aside(session, own, holder, desk)
    return look_again(session, submission, _setting(session, submission, None, desk))


def take_photos(
    session: Session, own: str, ref: Ref | None, *, holder: Holder | None, desk: Desk, reason: str = ""
) -> Submission:
    """Take over the photos alone, into the file of a record; the answers are not.

    ref None: the record that the submission is about. Raises as `assign` does.
    """
    submission = find_submission(session, own)
    if submission.state not in {SubmissionState.QUARANTINED, SubmissionState.PENDING}:
        raise ReviewConflictError(reason=_state(submission))
    _demand(session, submission, holder, desk.today)
    if ref is not None:
        place = _assignable(session, ref, holder, desk.today)
        submission.subject_type, submission.subject_id = ref[0], ref[1]
        submission.division_id = place.divisions[0] if place.divisions else None
    if submission.subject_id is None:
        raise ReviewRefusedError(reason=Phrase("say to which record the photos belong"))
    before = submission.state
    notes = json.loads(submission.outcome).get("notes", [])
    submission.state, submission.level, submission.problem = SubmissionState.ACCEPTED, None, None
    submission.settled_at = desk.now
    session.add(submission)
    session.flush()
    joined = join_photos(session, submission, actor=desk.actor, now=desk.now, photos=desk.photos)
    submission.outcome = canonical({**joined, "photos_only": True, **({"notes": notes} if notes else {})})
    session.add(submission)
    session.add(_review(own, holder, reason, desk))
    told: dict[str, tuple[Any, Any]] = {
        "state": (before.value, submission.state.value),
        "photos_only": (None, True),
        **({"reason": (None, reason)} if reason else {}),
    }
    change = Change("submission", own, "updated", told)
    record_event(session, "submission:accepted", [change], actor=desk.actor, at=desk.now)
    session.flush()
    return submission


def accept_many(
    session: Session, chosen: Sequence[tuple[str, str]], *, holder: Holder | None, desk: Desk, shown: Any
) -> tuple[list[str], list[tuple[str, RegistryError]]]:
    """Accept several as they are: each whole or not at all. chosen: (id, what its page showed).

    shown: says what the page of a submission would show now. Returns the ids that were taken, and for the
    others why not.
    """
    taken: list[str] = []
    left: list[tuple[str, RegistryError]] = []
    for own, seen in chosen:
        try:
            with session.begin_nested():
                submission = find_submission(session, own)
                verdict = Verdict(Decision.ACCEPT, level=submission.level, seen=seen)
                decide(session, own, verdict, holder=holder, desk=desk, shown=shown(submission))
        except RegistryError as error:
            left.append((own, error))
        else:
            taken.append(own)
    return taken, left


def _aside(session: Session, own: str, holder: Holder | None, desk: Desk) -> Submission:
    submission = find_submission(session, own)
    if submission.state != SubmissionState.QUARANTINED:
        raise ReviewConflictError(reason=_state(submission))
    _demand(session, submission, holder, desk.today)
    return submission


def _state(submission: Submission) -> Phrase:
    return Phrase("it is {state} by now", state=WORDS[SubmissionState][submission.state])


def _demand(session: Session, submission: Submission, holder: Holder | None, today: date) -> None:
    if holder is None:
        return
    if not may(holder, Right.REVIEW, submission_place(session, submission, today)):
        raise ReviewRefusedError(reason=Phrase("you do not review here"))
    if holder.account_id == submission.account_id:
        own = Phrase("it was sent in by yourself; somebody else has to look at it")
        raise ReviewRefusedError(reason=own)


def _assignable(session: Session, ref: Ref, holder: Holder | None, today: date) -> Place:
    """Where the record is to which something is assigned; only within one's own reach."""
    try:
        place = place_of(session, ref[0], ref[1], today)
    except LookupError:
        raise ReviewRefusedError(reason=Phrase("there is no such record")) from None
    if holder is not None and not may(holder, Right.REVIEW, place):
        raise ReviewRefusedError(reason=Phrase("you do not review where this record is"))
    return place


def _name_record(submission: Submission, ref: Ref) -> None:
    beside = {**circumstances(submission), "record": {"kind": ref[0], "id": ref[1]}}
    submission.circumstances = canonical(beside)


def _setting(session: Session, submission: Submission, place: Place | None, desk: Desk) -> Setting:
    """As if its sender had just sent it; to `place` by a reviewer's word."""
    holder = holder_of(session, session.get_one(Account, submission.account_id))
    if place is not None:
        here = Grant(Role.INSPECTOR, place.divisions[0] if place.divisions else None)
        holder = replace(holder, grants=(*holder.grants, here))
    return Setting(holder, desk.today, desk.actor, desk.now, desk.keys, desk.photos)


def _review(own: str, holder: Holder | None, reason: str, desk: Desk) -> Review:
    return Review(
        submission_id=own,
        account_id=holder.account_id if holder else None,
        decision=Decision.ACCEPT,
        fields=canonical({}),
        reason=reason or None,
        at=desk.now,
    )
