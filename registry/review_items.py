"""One submission as a reviewer needs it: what is new beside what is registered, where, when, by whom."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.access import divisions_below, reach
from registry.commands.kept_phrases import kept_phrase
from registry.commands.new_trees import trees_near
from registry.commands.reviewing import (
    OPEN,
    conflicts_of,
    here_of,
    record_problem,
    seen_of,
    submission_place,
    why_not,
)
from registry.commands.submission_doubts import (
    MOVED,
    RECORD_MOVED,
    TREE_NEAR,
    WRONG_PLACE_M,
    is_of_a_moved_tree,
)
from registry.commands.submission_places import pack_at
from registry.commands.submission_rows import (
    called,
    captured_on,
    circumstances,
    fix_of,
    photos_of,
    reviews_of,
)
from registry.errors import Phrase
from registry.models import (
    Account,
    Division,
    Grove,
    Inspection,
    Measurement,
    Photo,
    Review,
    Submission,
    SubmissionPhoto,
    Tree,
)
from registry.review_queue import QUIET
from registry.rules.distances import metres_between
from registry.rules.packs import RulePack
from registry.rules.permissions import Holder, Place, Right, divisions_of
from registry.rules.plausibility import Doubt, Reading, Sizes, change_doubts, size_doubts
from registry.rules.review_content import SIZES, DiffRow, diff_rows
from registry.surroundings import Surroundings
from registry.vocab.desk_words import SubmissionKind, SubmissionState
from registry.vocab.labels import Label
from registry.vocab.language import Translator
from registry.vocab.review_words import answer_text

_CONDITION = frozenset({SubmissionKind.VISIT, SubmissionKind.ASSESSMENT})


@dataclass(frozen=True, slots=True)
class Spot:
    """A position in WGS 84 degrees and by how many metres it may be off; None: nobody says."""

    lon: float
    lat: float
    uncertainty_m: float | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the record is registered and where the phone was; metres between them."""

    registered: Spot | None = None
    fix: Spot | None = None
    no_fix_reason: str | None = None
    edited: Spot | None = None
    """The position that an edit proposes."""

    @property
    def distance_m(self) -> float | None:
        """Between the two, as the crow flies."""
        if self.registered is None or self.fix is None:
            return None
        return metres_between((self.registered.lon, self.registered.lat), (self.fix.lon, self.fix.lat))

    @property
    def is_far(self) -> bool:
        """Whether this was another place, both uncertainties taken off."""
        if self.distance_m is None or self.registered is None or self.fix is None:
            return False
        slack = (self.registered.uncertainty_m or 0.0) + (self.fix.uncertainty_m or 0.0)
        return self.distance_m - slack > WRONG_PLACE_M


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo that was sent, and the last one of the same viewpoint that the record has."""

    row: SubmissionPhoto
    before: Photo | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A registered tree near a new one."""

    id: str
    tree_no: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Item:
    """Everything of one submission."""

    submission: Submission
    sender: Account
    called: str
    name: str
    place_words: str
    place: Place
    status: str | None
    rows: tuple[DiffRow, ...]
    conflicts: tuple[Mapping[str, Any], ...]
    doubts: tuple[Doubt, ...]
    where: Whereabouts
    photos: tuple[ShownPhoto, ...]
    reviews: tuple[tuple[Review, str | None], ...]
    circumstances: Mapping[str, Any]
    seen: str
    why_not: Phrase | None = None
    problem: Phrase | None = None
    neighbours: tuple[Neighbour, ...] = ()
    are_others_near: bool = False
    """Whether trees stand near a new one that are not for whoever looks."""
    replaces: Submission | None = None
    replaced_by: Submission | None = None
    waiting_beside: int = 0
    """How many other submissions of the same record wait."""
    notes: tuple[Mapping[str, Any], ...] = ()
    """What was noted of it when it came, as kept phrases, but its neighbours; that the tree was moved, also
    where it was since."""
    divisions: Mapping[str, Label] = field(default_factory=dict)
    """Of a new tree: the names of the divisions in which it may stand, by their ids."""
    pack: RulePack | None = field(default=None, repr=False)

    def said(self, t: Translator, name: str, value: Any) -> str:
        """An answer as people read it, a division by its name."""
        label = self.divisions.get(value) if name == "division_id" else None
        return t.pick(label) if label else answer_text(t, name, value)

    @property
    def is_harmless(self) -> bool:
        """Whether it says nothing new, nothing doubtful, and all of it has arrived."""
        return is_harmless(self)


def load_item(session: Session, submission: Submission, *, holder: Holder | None, today: date) -> Item:
    """A submission with all that belongs to it."""
    place = submission_place(session, submission, today)
    tree, grove = _record(session, submission)
    record: Any = tree or grove
    content = json.loads(submission.content)
    here = here_for(session, submission)
    conflicts = conflicts_of(session, submission)
    reviews = reviews_of(session, submission.id)
    pack = pack_at(session, submission, today)
    status = str(record.status) if record else None
    names = _names(session, [each.account_id for each in reviews])
    neighbours, are_others_near = _neighbours(session, submission, tree, holder, today)
    return Item(
        submission=submission,
        sender=session.get_one(Account, submission.account_id),
        called=called(session, submission),
        name=_name(record, content),
        place_words=_place_words(session, submission, record, content),
        place=place,
        status=status,
        rows=diff_rows(submission.kind, _placed(submission, content), here, conflicts),
        conflicts=tuple(conflicts),
        doubts=tuple(_doubts(session, submission, tree, content)),
        where=whereabouts(submission, record, content),
        photos=_photos(session, submission),
        reviews=tuple((each, names.get(each.account_id or "")) for each in reviews),
        circumstances=circumstances(submission),
        seen=seen_of(submission, here, status),
        why_not=why_not(session, submission, holder, place, pack, reviews),
        problem=record_problem(session, submission),
        neighbours=neighbours,
        are_others_near=are_others_near,
        replaces=session.get(Submission, submission.replaces_id) if submission.replaces_id else None,
        replaced_by=session.exec(
            select(Submission).where(Submission.replaces_id == submission.id).limit(1)
        ).first(),
        waiting_beside=_beside(session, submission),
        notes=tuple(_notes(session, submission)),
        divisions=_divisions(session, submission, holder),
        pack=pack,
    )


def _notes(session: Session, submission: Submission) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = json.loads(submission.outcome).get("notes", [])
    notes = [note for note in kept if note.get("code") != TREE_NEAR]  # said of those that the reader may see
    is_told = any(note.get("code") == RECORD_MOVED for note in notes)
    if submission.state in OPEN and not is_told and is_of_a_moved_tree(session, submission):
        notes.append(kept_phrase(RECORD_MOVED, MOVED))
    return notes


def is_harmless(item: Item) -> bool:
    """Whether it may be accepted together with others: a visit, photos, or values as they stand already."""
    submission = item.submission
    return (
        submission.state == SubmissionState.PENDING
        and submission.kind in QUIET
        and not item.conflicts
        and not item.doubts
        and not item.where.is_far
        and item.problem is None
        and item.why_not is None
        and all(photo.row.received_at is not None for photo in item.photos)
        and not any(_says_something(row) for row in item.rows)
    )


def _says_something(row: DiffRow) -> bool:
    if row.field in {"kind", "measured_on", "measure_height_m", "caption", "checks.weather"}:
        return False
    if row.field in {"checks.plate", "checks.facilities"}:
        return row.new not in {"ok", "good", "intact", "none"}
    return row.is_changed if row.is_compared else True


def here_for(session: Session, submission: Submission) -> dict[str, Any]:
    """What the register says now in the fields of a form, by field."""
    if submission.kind == SubmissionKind.EDIT:
        return here_of(session, submission)
    tree, grove = _record(session, submission)
    if submission.kind == SubmissionKind.MEASUREMENT:
        return last_sizes(session, tree.id) if tree else {}
    if submission.kind in _CONDITION:
        return _condition(session, tree, grove)
    return {}


def last_sizes(session: Session, tree_id: str) -> dict[str, Any]:
    """The last size of each kind that was read of a tree; None where there is none."""
    query = select(Measurement).where(Measurement.tree_id == tree_id)
    rows = session.exec(query).all()
    rows = sorted(rows, key=lambda row: (row.measured_on or date.min, row.id), reverse=True)
    found: dict[str, Any] = {
        name: next((value for row in rows if (value := getattr(row, name)) is not None), None)
        for name in SIZES
    }
    found["measured_on"] = rows[0].measured_on.isoformat() if rows and rows[0].measured_on else None
    return found


def _condition(session: Session, tree: Tree | None, grove: Grove | None) -> dict[str, Any]:
    record: Any = tree or grove
    if record is None:
        return {}
    whose = Inspection.tree_id == tree.id if tree else Inspection.grove_id == record.id
    query = select(Inspection.risk_rating).where(whose, col(Inspection.risk_rating).is_not(None))
    rating = session.exec(query.order_by(col(Inspection.inspected_on).desc()).limit(1)).first()
    said = {name: getattr(record, name, None) for name in ("vigour", "environment")}
    return {
        **{name: value and str(value) for name, value in said.items()},
        "risk_rating": rating and str(rating),
    }


def _record(session: Session, submission: Submission) -> tuple[Tree | None, Grove | None]:
    if submission.subject_id is None:
        return None, None
    if submission.subject_type == "grove":
        return None, session.get(Grove, submission.subject_id)
    return session.get(Tree, submission.subject_id), None


def _name(record: Any, content: Mapping[str, Any]) -> str:
    if record is None:
        return str(content.get("species") or "")
    return str(getattr(record, "name_verbatim", None) or getattr(record, "name", None) or "")


def _place_words(session: Session, submission: Submission, record: Any, content: Mapping[str, Any]) -> str:
    """Division, town and village in a few words."""
    own = record.division_id if record is not None else submission.division_id
    division = session.get(Division, own) if own else None
    said = (lambda name: getattr(record, name, None)) if record is not None else content.get
    return " ".join(filter(None, [division.name if division else None, said("town"), said("village")]))


def _placed(submission: Submission, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers; of a new tree with the division to which it now goes, whether or not one was named."""
    if submission.kind != SubmissionKind.NEW_TREE:
        return content
    return {**content, "division_id": submission.division_id}


def _divisions(session: Session, submission: Submission, holder: Holder | None) -> dict[str, Label]:
    """The divisions to which a reviewer may give a new tree, and the one that it has, with those around them
    in their names."""
    if submission.kind != SubmissionKind.NEW_TREE:
        return {}
    around = Surroundings(session)
    held = divisions_of(holder, Right.REVIEW) if holder is not None else None
    wanted = set(around.divisions if held is None else session.exec(divisions_below(held)))
    if submission.division_id is not None:
        wanted.add(submission.division_id)
    paths = {
        own: Label(" ".join(around.division_path(own)), " ".join(around.division_path(own, in_english=True)))
        for own in wanted
    }
    return dict(sorted(paths.items(), key=lambda pair: pair[1].zh))


def whereabouts(submission: Submission, record: Any, content: Mapping[str, Any]) -> Whereabouts:
    """Where the record is, where the phone was, and where an edit says it is."""
    fix = fix_of(submission)
    edits = content.get("fields", {}) if submission.kind == SubmissionKind.EDIT else {}
    lon, lat = (edits.get(name, {}).get("to") for name in ("lon", "lat"))
    return Whereabouts(
        registered=_spot_of(record),
        fix=Spot(fix.lon, fix.lat, fix.accuracy_m) if fix else None,
        no_fix_reason=circumstances(submission).get("no_fix_reason"),
        edited=_spot(lon, lat),
    )


def _spot_of(record: Any) -> Spot | None:
    lon, lat = getattr(record, "lon", None), getattr(record, "lat", None)
    if lon is None or lat is None:
        return None
    return Spot(lon, lat, getattr(record, "coordinate_uncertainty_m", None))


def _spot(lon: Any, lat: Any) -> Spot | None:
    try:
        return Spot(float(lon), float(lat))
    except (TypeError, ValueError):
        return None


def _doubts(
    session: Session, submission: Submission, tree: Tree | None, content: Mapping[str, Any]
) -> list[Doubt]:
    """Plausibility: the new sizes against each other and against the last ones."""
    if submission.kind not in {SubmissionKind.MEASUREMENT, SubmissionKind.NEW_TREE}:
        return []
    new = {name: value for name, value in (content.get("sizes") or {}).items() if name in SIZES}
    numbers = {name: value for name, value in new.items() if isinstance(value, int | float)}
    said: dict[str, Any] = {name: numbers.get(name) for name in Sizes.__dataclass_fields__ if name in SIZES}
    age = tree.age_years if tree else content.get("age_years")
    found = size_doubts(Sizes(**said, age_years=age), grade_ages={})
    if tree is not None:
        last = last_sizes(session, tree.id)
        before = Reading(_day(last.pop("measured_on")), _numbers(last))
        measured_on = _day(new.get("measured_on")) or captured_on(submission)
        found += change_doubts(before, Reading(measured_on, numbers))
    return [each for each in found if each.field in numbers]


def _numbers(values: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: value for name, value in values.items() if isinstance(value, int | float)}


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None


def _photos(session: Session, submission: Submission) -> tuple[ShownPhoto, ...]:
    return tuple(ShownPhoto(row, _before(session, submission, row)) for row in photos_of(session, submission))


def _before(session: Session, submission: Submission, row: SubmissionPhoto) -> Photo | None:
    """The newest photo of the record from the same viewpoint, else of the same kind; not the one sent."""
    if submission.subject_id is None:
        return None
    whose = Photo.grove_id if submission.subject_type == "grove" else Photo.tree_id
    alike = Photo.viewpoint == row.viewpoint if row.viewpoint else Photo.kind == row.kind
    query = select(Photo).where(whose == submission.subject_id, alike, Photo.sha256 != row.sha256)
    order = (
        col(Photo.taken_on).is_(None),
        col(Photo.taken_on).desc(),
        col(Photo.added_on).desc(),
        col(Photo.id),
    )
    return session.exec(query.order_by(*order).limit(1)).first()


def _names(session: Session, ids: Sequence[str | None]) -> dict[str, str]:
    query = select(Account.id, Account.name).where(col(Account.id).in_([each for each in ids if each]))
    return dict(session.exec(query).all())


def _neighbours(
    session: Session, submission: Submission, tree: Tree | None, holder: Holder | None, today: date
) -> tuple[tuple[Neighbour, ...], bool]:
    """Registered trees around a new one, which may be one of them; whether others are, not to be seen."""
    fix = fix_of(submission)
    if submission.kind != SubmissionKind.NEW_TREE or fix is None or tree is not None:
        return (), False
    within = reach(holder, Right.FIELD, Tree, today) if holder is not None else sa.true()
    near, are_others = trees_near(session, fix.lon, fix.lat, within)
    shown = (Neighbour(each.id, each.tree_no, each.name_verbatim or "", away) for each, away in near[:5])
    return tuple(shown), are_others


def _beside(session: Session, submission: Submission) -> int:
    if submission.subject_id is None:
        return 0
    return len(pending_of(session, submission.subject_type or "tree", submission.subject_id)) - (
        submission.state in {SubmissionState.PENDING, SubmissionState.QUARANTINED}
    )


def pending_of(session: Session, kind: str, own: str) -> list[Submission]:
    """What waits at the desk about a record, the first one first: for the record's own page."""
    query = select(Submission).where(
        Submission.subject_type == kind,
        Submission.subject_id == own,
        col(Submission.state).in_([SubmissionState.PENDING, SubmissionState.QUARANTINED]),
    )
    return list(session.exec(query.order_by(col(Submission.received_at), col(Submission.id))))
