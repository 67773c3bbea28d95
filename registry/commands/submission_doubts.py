"""What makes a form one that somebody looks at, whatever its kind: far away, in conflict, overtaken."""

import json
from datetime import date
from typing import Any

from sqlmodel import Session

from registry.access import reach
from registry.commands.case_files import is_moved_since
from registry.commands.history import canonical
from registry.commands.kept_phrases import kept_phrase
from registry.commands.new_trees import trees_near
from registry.commands.settling import form_of
from registry.commands.submission_rows import circumstances, fix_of
from registry.errors import Phrase
from registry.models import Submission, Tree
from registry.rules.distances import metres_between
from registry.rules.permissions import Holder, Right
from registry.rules.review_content import edits_of as edits_said
from registry.vocab.desk_words import SubmissionKind, SubmissionState
from registry.vocab.words import TreeStatus

WRONG_PLACE_M = 30.0
"""So far beyond what is uncertain somebody may stand from a tree before it is asked about."""
STILL_TAKEN = frozenset({SubmissionKind.PHOTO, SubmissionKind.INCIDENT})
"""What is taken also of a record that no longer stands, and from afar."""
RECORD_MOVED, TREE_NEAR = "record_moved", "tree_near"
MOVED = Phrase("The tree was moved; make sure which place is meant.")
_PLACE_FIELDS = frozenset({"lon", "lat", "datum", "town", "village", "small_place", "address"})


def is_doubtful(session: Session, submission: Submission, holder: Holder, today: date) -> bool:
    """Whether somebody has to look at it; what there is to say of it is noted on it.

    holder: whoever sent it, who is told of no trees but those that he or she may see.
    """
    found = [
        _is_elsewhere(session, submission),
        _is_from_nowhere(session, submission),
        bool(json.loads(submission.conflicts)),
        _corrects_what_counts(session, submission),
        _is_of_another_place(session, submission),
    ]
    _note_neighbours(session, submission, reach(holder, Right.FIELD, Tree, today))
    return any(found)


def edits_of(submission: Submission) -> dict[str, Any]:
    """{field: {base, to}} of an edit, checked."""
    form = form_of(submission)
    return {name: {"base": edit.base, "to": edit.to} for name, edit in form.fields.items()}


def _note(submission: Submission, code: str, told: Phrase) -> None:
    outcome = json.loads(submission.outcome)
    outcome["notes"] = [*outcome.get("notes", []), kept_phrase(code, told)]
    submission.outcome = canonical(outcome)


def _is_elsewhere(session: Session, submission: Submission) -> bool:
    """Whether a visit was captured too far from the tree, and nobody said why. The distance is noted."""
    fix = fix_of(submission)
    if fix is None or submission.subject_type != "tree":
        return False
    tree = session.get_one(Tree, submission.subject_id)
    if tree.lon is None or tree.lat is None:
        return False
    distance = metres_between((fix.lon, fix.lat), (tree.lon, tree.lat))
    beside = circumstances(submission)
    submission.circumstances = canonical({**beside, "gps_distance_m": round(distance, 1)})
    beyond = distance - fix.accuracy_m - (tree.coordinate_uncertainty_m or 0.0)
    if beyond <= WRONG_PLACE_M or submission.kind in STILL_TAKEN:
        return False
    told = Phrase("Captured {metres} m from where the tree is registered.", metres=round(distance))
    _note(submission, "far_away", told)
    return not beside.get("no_fix_reason")


def _is_from_nowhere(session: Session, submission: Submission) -> bool:
    """Whether a visit to a tree of known place tells neither where it was made nor why that is not known."""
    if submission.kind != SubmissionKind.VISIT or submission.subject_type != "tree":
        return False
    if fix_of(submission) is not None or circumstances(submission).get("no_fix_reason"):
        return False
    if session.get_one(Tree, submission.subject_id).lon is None:
        return False
    _note(submission, "no_fix", Phrase("Sent without a position, and without a reason for that."))
    return True


def _corrects_what_counts(session: Session, submission: Submission) -> bool:
    """Whether it corrects a form that was accepted before it came."""
    earlier = session.get(Submission, submission.replaces_id) if submission.replaces_id else None
    if earlier is None or earlier.state != SubmissionState.ACCEPTED:
        return False
    _note(submission, "corrects_accepted", Phrase("The form that it corrects had been accepted by then."))
    return True


def is_of_a_moved_tree(session: Session, submission: Submission) -> bool:
    """Whether an edit tells of the place of a tree that was moved since its sender last saw the file, or that
    stands in another district by now."""
    if submission.kind != SubmissionKind.EDIT or submission.subject_type != "tree":
        return False
    tree = session.get(Tree, submission.subject_id)
    if tree is None or not _PLACE_FIELDS & edits_said(json.loads(submission.content)).keys():
        return False
    is_gone = tree.status == TreeStatus.TRANSPLANTED
    return is_gone or is_moved_since(session, tree.id, submission.base_seq or 0)


def _is_of_another_place(session: Session, submission: Submission) -> bool:
    if not is_of_a_moved_tree(session, submission):
        return False
    _note(submission, RECORD_MOVED, MOVED)
    return True


def near_said(number: str, metres: float) -> Phrase:
    """That a tree stands so near to a new one that it may be the same."""
    return Phrase(
        "{number} stands {metres} m away: is it the same tree?", number=number, metres=round(metres)
    )


def _note_neighbours(session: Session, submission: Submission, within: Any) -> None:
    fix = fix_of(submission)
    if submission.kind != SubmissionKind.NEW_TREE or fix is None:
        return
    near, _are_others = trees_near(session, fix.lon, fix.lat, within)
    for tree, away in near[:3]:
        _note(submission, TREE_NEAR, near_said(tree.tree_no, away))
