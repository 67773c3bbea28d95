"""Reviewing what the field sent in: level by level, each by another person; the last one settles it.

Until then the register says what it said. Every decision is an event; sent twice it is taken once, and one
that was made before a page that is no longer true is refused in words.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.access import divisions_above, place_of
from registry.commands.editing import current_values
from registry.commands.history import Change, record_event
from registry.commands.submission_places import division_in_force
from registry.commands.submission_rows import chosen_so_far, find_submission, reviews_of
from registry.commands.submissions import who_changed
from registry.desk_errors import ReviewConflictError, ReviewRefusedError
from registry.errors import Phrase
from registry.keys import Keys
from registry.models import Account, AccountRole, Review, Submission, Tree
from registry.photos import PhotoStore
from registry.rules.commitments import canonical
from registry.rules.merging_edits import merge_edits
from registry.rules.packs import RulePack
from registry.rules.permissions import REVIEWER_LEVELS, Holder, Place, Right, may, review_levels
from registry.rules.review_content import corrected, edits_of, to_settle, unsettled
from registry.rules.review_levels import may_decide_alone, rank
from registry.vocab.desk_words import (
    AccountState,
    Decision,
    ReviewLevel,
    SubmissionKind,
    SubmissionState,
)
from registry.vocab.words import WORDS

_ROLES = {level: role for role, level in REVIEWER_LEVELS.items()}
OPEN = (SubmissionState.PENDING, SubmissionState.QUARANTINED)
"""States in which something has to be done at the desk."""
_KINDS = {
    Decision.RETURN: "submission:returned",
    Decision.REFUSE: "submission:refused",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer says. `chosen`: values decided on or corrected, by field.

    level, seen: of the page that was looked at (`seen_of`); None where nobody looked at a page.
    """

    decision: Decision
    reason: str | None = None
    chosen: Mapping[str, Any] = field(default_factory=dict)
    level: ReviewLevel | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What settling needs besides the register: the day, who acts, when; keys, photos, the rules here."""

    today: date
    actor: str
    now: datetime
    keys: Keys
    photos: PhotoStore
    pack: RulePack | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision. is_repeat: it had been taken before, and nothing was done again."""

    submission: Submission
    review: Review
    is_repeat: bool = False


def submission_place(session: Session, submission: Submission, today: date) -> Place:
    """Where a submission belongs: where its record is now, else the division it names, else its sender's."""
    if submission.subject_type and submission.subject_id:
        try:
            return place_of(session, submission.subject_type, submission.subject_id, today)
        except LookupError:
            pass
    if submission.division_id:
        return Place(divisions_above(session, submission.division_id))
    homes = select(AccountRole.division_id).where(AccountRole.account_id == submission.account_id)
    home = next((each for each in session.exec(homes.order_by(col(AccountRole.id))) if each), None)
    return Place(divisions_above(session, home))


def levels_of(submission: Submission) -> tuple[ReviewLevel, ...]:
    """The levels that a submission has to pass, in order."""
    return tuple(ReviewLevel(level) for level in json.loads(submission.levels))


def here_of(session: Session, submission: Submission) -> dict[str, Any]:
    """What the register now says in the fields of an edit; empty of other forms and of lost records."""
    if submission.kind != SubmissionKind.EDIT or not submission.subject_type or not submission.subject_id:
        return {}
    try:
        return current_values(session, submission.subject_type, submission.subject_id)
    except LookupError:
        return {}


def conflicts_of(session: Session, submission: Submission) -> list[dict[str, Any]]:
    """The fields that somebody else changed as well, as it stands now: also after it was sent in."""
    here, content = here_of(session, submission), json.loads(submission.content)
    edits = {name: edit for name, edit in edits_of(content).items() if name in here}
    conflicts = merge_edits(edits, here).conflicts
    return [each.as_json() for each in who_changed(session, str(submission.subject_id), conflicts)]


def seen_of(submission: Submission, here: Mapping[str, Any], status: str | None) -> str:
    """What a page showed, in a few characters: state, level and what the register said (`here`, by field)."""
    shown = [submission.state.value, submission.level, submission.conflicts, submission.subject_id, status]
    return hashlib.sha256(canonical([*shown, dict(here)]).encode()).hexdigest()[:16]


def reviewing_grants(session: Session, level: ReviewLevel) -> list[tuple[str, str | None]]:
    """(account, division) of everybody who can review at a level; None: everywhere."""
    query = select(AccountRole.account_id, AccountRole.division_id).join(
        Account, col(Account.id) == AccountRole.account_id
    )
    query = query.where(AccountRole.role == _ROLES[level], Account.state == AccountState.ACTIVE)
    return [(account, division) for account, division in session.exec(query)]


def reviewers_at(session: Session, level: ReviewLevel, place: Place) -> frozenset[str]:
    """The accounts that can review at a level here."""
    grants = reviewing_grants(session, level)
    return frozenset(own for own, division in grants if division is None or division in place.divisions)


def why_not(
    session: Session,
    submission: Submission,
    holder: Holder | None,
    place: Place,
    pack: RulePack | None,
    reviews: Sequence[Review] | None = None,
) -> Phrase | None:
    """Why somebody may not decide on a submission now; None where he or she may. holder None: the office."""
    if holder is None:
        return None
    if not may(holder, Right.REVIEW, place):
        return Phrase("you do not review here")
    if holder.account_id == submission.account_id and not may_decide_alone(pack):
        return Phrase("it was sent in by yourself; somebody else has to look at it")
    if submission.level is None:
        return None
    told = reviews_of(session, submission.id) if reviews is None else reviews
    before = frozenset(each.account_id for each in told if each.account_id)
    if holder.account_id in before:
        return Phrase("you decided on it at another level; the next one needs another person")
    return _not_at(session, submission, review_levels(holder, place), place, before)


def _not_at(
    session: Session,
    submission: Submission,
    held: frozenset[ReviewLevel],
    place: Place,
    before: frozenset[str],
) -> Phrase | None:
    """Why not at the level at which it waits: a higher one steps in only where that has nobody."""
    level = submission.level
    if level is None or level in held:
        return None
    named = WORDS[ReviewLevel][level]
    if all(rank(each) < rank(level) for each in held):
        return Phrase("it waits for {level}", level=named)
    if reviewers_at(session, level, place) - before - {submission.account_id}:
        return Phrase("it waits for {level}, and there is somebody for it", level=named)
    return None


def decide(
    session: Session,
    own: str,
    verdict: Verdict,
    *,
    holder: Holder | None,
    desk: Desk,
    shown: str | None = None,
) -> Decided:
    """Take one decision of one level.

    holder: who decides; None: the office at its own computer. shown: what the page would show now
    (`seen_of`), to be held against what the reviewer saw.
    Raises SubmissionNotFoundError, ReviewConflictError (decided or changed meanwhile), ReviewRefusedError,
    and what the commands raise that take it into the register.
    """
    submission = find_submission(session, own)
    reviews = reviews_of(session, own)
    if (earlier := _same(reviews, verdict, holder)) is not None:
        return Decided(submission, earlier, is_repeat=True)
    _check_fresh(submission, verdict, shown)
    place = submission_place(session, submission, desk.today)
    if problem := why_not(session, submission, holder, place, desk.pack, reviews):
        raise ReviewRefusedError(reason=problem)
    chosen = chosen_so_far(reviews) | dict(verdict.chosen)
    _check_record(session, submission, verdict)
    _check_verdict(session, submission, verdict, chosen)
    _move_place(session, submission, verdict, holder)
    review = Review(
        submission_id=own,
        level=submission.level,
        account_id=holder.account_id if holder else None,
        decision=verdict.decision,
        fields=canonical(dict(verdict.chosen)),
        reason=verdict.reason or None,
        at=desk.now,
    )
    session.add(review)
    before = (submission.state, submission.level)
    _move_on(session, submission, verdict, chosen, desk)
    _tell(session, submission, verdict, before, desk)
    return Decided(submission, review)


def _same(reviews: Sequence[Review], verdict: Verdict, holder: Holder | None) -> Review | None:
    """The decision that was taken when the same was sent before: a button pressed twice, a reply lost."""
    if not reviews or holder is None or verdict.level is None:
        return None
    said = (holder.account_id, verdict.level, verdict.decision, canonical(dict(verdict.chosen)))
    return next(
        (each for each in reviews if said == (each.account_id, each.level, each.decision, each.fields)), None
    )


def _check_fresh(submission: Submission, verdict: Verdict, shown: str | None) -> None:
    if submission.state not in OPEN:
        state = WORDS[SubmissionState][submission.state]
        raise ReviewConflictError(reason=Phrase("it is {state} by now", state=state))
    if verdict.level is not None and verdict.level != submission.level:
        level = WORDS[ReviewLevel].get(str(submission.level))
        raise ReviewConflictError(reason=Phrase("it waits for {level} by now", level=level))
    if verdict.seen is not None and shown is not None and verdict.seen != shown:
        raise ReviewConflictError(reason=Phrase("the register has changed meanwhile"))


def _check_verdict(
    session: Session, submission: Submission, verdict: Verdict, chosen: Mapping[str, Any]
) -> None:
    if verdict.decision in {Decision.RETURN, Decision.REFUSE}:
        if not (verdict.reason or "").strip():
            raise ReviewRefusedError(reason=Phrase("whoever sent it has to be told why: give a reason"))
        return
    if submission.state == SubmissionState.QUARANTINED:
        raise ReviewRefusedError(reason=Phrase("it was set aside: say to which record it belongs first"))
    if open_fields := unsettled(conflicts_of(session, submission), chosen):
        reason = Phrase("somebody else changed {fields} as well: choose a value", fields=_called(open_fields))
        raise ReviewRefusedError(reason=reason)
    try:
        corrected(submission.kind, json.loads(submission.content), chosen)
    except ValueError as error:
        reason = Phrase("{fields} cannot have this value", fields=_called([str(error)]))
        raise ReviewRefusedError(reason=reason) from None


def _move_place(session: Session, submission: Submission, verdict: Verdict, holder: Holder | None) -> None:
    """A new tree goes to the division that a reviewer chose for it, among those that are his or hers."""
    if submission.kind != SubmissionKind.NEW_TREE or "division_id" not in verdict.chosen:
        return
    own = division_in_force(session, str(verdict.chosen["division_id"] or ""))
    if own is None:
        called = _called(["division_id"])
        raise ReviewRefusedError(reason=Phrase("{fields} cannot have this value", fields=called))
    if holder is not None and not may(holder, Right.REVIEW, Place(divisions_above(session, own))):
        raise ReviewRefusedError(reason=Phrase("you do not review where this record is"))
    submission.division_id = own


def _check_record(session: Session, submission: Submission, verdict: Verdict) -> None:
    """Refuse to write into a file that was merged into another, or is closed."""
    if verdict.decision in {Decision.RETURN, Decision.REFUSE}:
        return
    if problem := record_problem(session, submission):
        raise ReviewRefusedError(reason=problem)


def record_problem(session: Session, submission: Submission) -> Phrase | None:
    """What has become of the record meanwhile, where nothing can be recorded for it any more."""
    if submission.subject_type != "tree" or submission.subject_id is None:
        return None
    tree = session.get(Tree, submission.subject_id)
    if tree is None:
        return Phrase("its record is no longer in the register")
    if tree.status == "merged":
        return Phrase("its file was merged into another one: assign it to that one")
    return None


def _move_on(
    session: Session, submission: Submission, verdict: Verdict, chosen: Mapping[str, Any], desk: Desk
) -> None:
    """Send it back, to the next level, or into the register."""
    if verdict.decision in {Decision.RETURN, Decision.REFUSE}:
        is_return = verdict.decision == Decision.RETURN
        submission.state = SubmissionState.RETURNED if is_return else SubmissionState.REFUSED
        submission.level, submission.settled_at = None, desk.now
        session.add(submission)
        return
    following = _next_level(submission)
    if following is not None:
        submission.level = following
        session.add(submission)
        return
    settle_now(session, submission, chosen, desk)


def _next_level(submission: Submission) -> ReviewLevel | None:
    if submission.level is None:
        return None
    return next((each for each in levels_of(submission) if rank(each) > rank(submission.level)), None)


def settle_now(session: Session, submission: Submission, chosen: Mapping[str, Any], desk: Desk) -> None:
    """Let a submission into the register."""
    from registry.commands.settling import settle

    content, here = json.loads(submission.content), here_of(session, submission)
    settle(
        session,
        submission,
        chosen=to_settle(submission.kind, content, chosen, here),
        today=desk.today,
        actor=desk.actor,
        now=desk.now,
        keys=desk.keys,
        photos=desk.photos,
    )


def _tell(
    session: Session,
    submission: Submission,
    verdict: Verdict,
    before: tuple[SubmissionState, ReviewLevel | None],
    desk: Desk,
) -> None:
    """Note the decision in the history; why, and which values were chosen, stands there as a commitment."""
    told: dict[str, tuple[Any, Any]] = {
        "state": (before[0].value, submission.state.value),
        "level": (before[1], submission.level),
        "decision": (None, verdict.decision.value),
    }
    if verdict.reason:
        told["reason"] = (None, verdict.reason)
    if verdict.chosen:
        told["answers"] = (None, dict(verdict.chosen))
    is_done = submission.state == SubmissionState.ACCEPTED
    kind = _KINDS.get(verdict.decision, "submission:accepted" if is_done else "submission:passed")
    change = Change("submission", submission.id, "updated", told)
    record_event(session, kind, [change], actor=desk.actor, at=desk.now)
    session.flush()


def _called(fields: Sequence[str]) -> list[Any]:
    from registry.vocab.field_names import field_name

    return [field_name(each.rpartition(".")[2]) for each in fields]
