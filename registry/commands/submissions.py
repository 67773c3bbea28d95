"""What the field sends in: kept whatever it says, settled at once, put up for review, or set aside.

Nothing that could be read is ever thrown away: a form that cannot be taken is set aside with its reason and
blocks no other. The same again is the same, however often and by whatever way it comes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from registry.access import place_of
from registry.calendars import register_zone
from registry.commands.editing import EDITABLE, current_values
from registry.commands.history import canonical
from registry.commands.importing_decided import survivors
from registry.commands.kept_phrases import kept_error, kept_phrase
from registry.commands.replay import told_items
from registry.commands.settling import OPEN, settle
from registry.commands.submission_doubts import STILL_TAKEN, edits_of, is_doubtful
from registry.commands.submission_places import new_tree_place, pack_at
from registry.commands.submission_reading import read_draft
from registry.commands.submission_rows import (
    chosen_so_far,
    circumstances,
    clock_shift,
    photos_sent,
    reviews_of,
)
from registry.desk_errors import SubmissionConflictError, SubmissionFormError, SubmissionSettledError
from registry.errors import Phrase, RegistryError
from registry.keys import Keys
from registry.models import Grove, Submission, SubmissionPhoto, Tree
from registry.photos import PhotoStore
from registry.rules.evidence import tells_of_harm
from registry.rules.merging_edits import FieldConflict, merge_edits
from registry.rules.permissions import Holder, Place, Right, may, review_level
from registry.rules.review_levels import levels_for
from registry.rules.submission_format import FORM, PhotoSaid, SubmissionDraft, content_hash
from registry.vocab.desk_words import ReviewLevel, SubmissionKind, SubmissionState
from registry.vocab.field_names import field_name
from registry.vocab.labels import Label
from registry.vocab.words import ON_REGISTER, WORDS, TreeStatus

_FIRST_YEAR, _LAST_YEAR = 1969, 2200
_OVERTAKEN_WITHIN = timedelta(days=60)
"""So long a form may be under way after the one that corrects it."""


class _TriedOnly(Exception):
    """Ends a try, so that nothing of it stays."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What judging a submission needs beside it. `holder`: of whoever sent it in."""

    holder: Holder
    today: date
    actor: str
    now: datetime
    keys: Keys
    photos: PhotoStore


def receive(
    session: Session,
    sent: Mapping[str, Any],
    *,
    holder: Holder,
    via: str = "app",
    sent_at: datetime | None = None,
    today: date,
    actor: str,
    now: datetime,
    keys: Keys,
    photos: PhotoStore,
) -> Submission:
    """Keep one submission (`SubmissionDraft` as JSON has it), and do with it what the rules say.

    sent_at: the phone's clock as it sends; where it is off by more than a little (`clock_shift`), the day of
    the capture is put right by the difference. via: app, file, page or token.
    Raises SubmissionFormError (not a form), SubmissionConflictError (same id, other content).
    """
    digest = content_hash(sent)
    if earlier := _sent_before(session, sent, digest):
        return earlier
    draft = read_draft(sent)
    _check_instants(draft, sent_at)
    with session.no_autoflush:  # one row, written once
        submission = _kept(session, draft, digest, holder, via, _offset_s(sent_at, now), today, now)
        _announce(session, submission, draft.photos, now)
        _put_in_place_of(session, submission, draft)
    _judge(session, submission, Setting(holder, today, actor, now, keys, photos))
    return submission


def look_again(session: Session, submission: Submission, setting: Setting) -> Submission:
    """Judge anew what was set aside or waits: the register, a right or this program may be another by now.

    Raises SubmissionSettledError where it is decided on.
    """
    if submission.state not in {SubmissionState.QUARANTINED, SubmissionState.PENDING}:
        raise SubmissionSettledError(submission=submission.id, state=submission.state)
    submission.problem, submission.conflicts, submission.outcome = None, "[]", "{}"
    _judge(session, submission, setting)
    return submission


def _sent_before(session: Session, sent: Mapping[str, Any], digest: str) -> Submission | None:
    own = sent.get("id")
    earlier = session.get(Submission, own) if isinstance(own, str) else None
    if earlier is not None and earlier.content_hash != digest:
        raise SubmissionConflictError(submission=own)
    return earlier


def _kept(
    session: Session,
    draft: SubmissionDraft,
    digest: str,
    holder: Holder,
    via: str,
    offset_s: int | None,
    today: date,
    now: datetime,
) -> Submission:
    shift = clock_shift(offset_s)
    is_wrong = bool(shift)
    captured_at = min(draft.captured_at + shift, now)
    zone = register_zone(session)
    by_clock = captured_at.astimezone(zone).date()
    said_on = draft.captured_on if draft.captured_on and not is_wrong else by_clock
    on = min(said_on if abs((said_on - by_clock).days) <= 1 else by_clock, today)
    beside: dict[str, Any] = {
        "on": on.isoformat(),
        "record": draft.record.model_dump() if draft.record else None,
        "fix": draft.fix.model_dump(mode="json") if draft.fix else None,
        "no_fix_reason": draft.no_fix_reason or None,
        "scanned": draft.scanned or None,
        "replaces": draft.replaces,
        "notes": [_clock_note(offset_s or 0, on)] if is_wrong else [],
    }
    submission = Submission(
        id=draft.id, account_id=holder.account_id, device_id=(draft.device or "")[:64] or None,
        kind=draft.kind, form=draft.form, provisional_no=(draft.provisional_no or "")[:64] or None,
        captured_at=captured_at, clock_offset_s=offset_s, received_at=now, via=via, base_seq=draft.base_seq,
        content=canonical(draft.content), content_hash=digest, state=SubmissionState.PENDING,
        circumstances=canonical({name: value for name, value in beside.items() if value}),
    )  # fmt: skip
    session.add(submission)
    return submission


def _check_instants(draft: SubmissionDraft, sent_at: datetime | None) -> None:
    """Raises SubmissionFormError for an instant with which nobody can reckon: a clock that has lost its time
    begins in 1970 or later."""
    said = [("captured_at", draft.captured_at), ("sent_at", sent_at)]
    said += [("photos.taken_at", photo.taken_at) for photo in draft.photos]
    for name, at in said:
        if at is not None and not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            raise SubmissionFormError(
                field=name, reason=Phrase("years from {first} to {last}", first=_FIRST_YEAR, last=_LAST_YEAR)
            )


def _offset_s(sent_at: datetime | None, now: datetime) -> int | None:
    """By how many seconds the phone's clock is behind ours."""
    if sent_at is None or sent_at.tzinfo is None:
        return None
    return round((now - sent_at).total_seconds())


def _clock_note(offset_s: int, on: date) -> dict[str, Any]:
    days, minutes = abs(offset_s) // 86400, abs(offset_s) // 60
    if days:
        told = Phrase(
            "The clock of the phone was wrong by {days} days; {day} is taken as the day.", days=days, day=on
        )
    else:
        told = Phrase(
            "The clock of the phone was wrong by {minutes} minutes; {day} is taken as the day.",
            minutes=minutes, day=on,
        )  # fmt: skip
    return kept_phrase("clock_wrong", told)


def _announce(session: Session, submission: Submission, said: list[PhotoSaid], now: datetime) -> None:
    """Note the photos that follow; one that this account has sent before has arrived. Of any other the bytes
    are asked for, though they may be here: a name alone shall open nobody's picture."""
    known = photos_sent(session, submission.account_id, [photo.sha256 for photo in said])
    shift = clock_shift(submission.clock_offset_s)
    is_evidence = tells_of_harm(submission.kind, json.loads(submission.content))
    for ordinal, photo in enumerate(said, start=1):
        taken_at = photo.taken_at if photo.taken_at and photo.taken_at.tzinfo else None
        row = SubmissionPhoto(
            submission_id=submission.id, ordinal=ordinal, sha256=photo.sha256, size_bytes=photo.size,
            kind=photo.kind, viewpoint=(photo.viewpoint or "")[:32] or None,
            is_evidence=photo.evidence or is_evidence,
            taken_at=taken_at + shift if taken_at else None, lon=photo.lon, lat=photo.lat,
            accuracy_m=photo.accuracy_m, bearing_deg=photo.bearing_deg, device=submission.device_id,
            received_at=now if photo.sha256 in known else None,
        )  # fmt: skip
        session.add(row)


def _put_in_place_of(session: Session, submission: Submission, draft: SubmissionDraft) -> None:
    """A correction takes the place of the form that it corrects, in whichever order the two arrive. Of forms
    that name each other the later one has the last word: none is ever put in its own place."""
    own = Submission.account_id == submission.account_id
    earlier = session.get(Submission, draft.replaces) if draft.replaces else None
    if earlier is not None and earlier.account_id == submission.account_id:
        earlier = _in_its_place(session, earlier)
        submission.replaces_id = earlier.id
        if earlier.state in OPEN:
            earlier.state, earlier.level = SubmissionState.REPLACED, None
            session.add(earlier)
    named = col(Submission.circumstances).contains(f'"replaces":"{submission.id}"', autoescape=True)
    lately = Submission.received_at > submission.received_at - _OVERTAKEN_WITHIN
    not_replaced = col(Submission.id).not_in(_replaced_by(session, submission))
    later = session.exec(select(Submission).where(own, lately, named, not_replaced)).first()
    if later is not None:
        submission.state = SubmissionState.REPLACED
        session.flush()
        later.replaces_id = submission.id
        session.add(later)


def _replaced_by(session: Session, submission: Submission) -> list[str]:
    """The ids of a form and of all those in whose place it stands."""
    found: list[str] = []
    earlier: Submission | None = submission
    while earlier is not None and earlier.id not in found:
        found.append(earlier.id)
        earlier = session.get(Submission, earlier.replaces_id) if earlier.replaces_id else None
    return found


def _in_its_place(session: Session, submission: Submission) -> Submission:
    """What stands in the place of a form by now: what corrects it once more corrects its correction."""
    seen: set[str] = set()
    while submission.state == SubmissionState.REPLACED and submission.id not in seen:
        seen.add(submission.id)
        query = select(Submission).where(
            Submission.account_id == submission.account_id, Submission.replaces_id == submission.id
        )
        later = session.exec(query.order_by(col(Submission.received_at).desc())).first()
        if later is None:
            break
        submission = later
    return submission


def _judge(session: Session, submission: Submission, setting: Setting) -> None:
    """Set it aside, put it up for review, or settle it."""
    record = None
    if submission.state != SubmissionState.REPLACED:
        with session.no_autoflush:
            record = _weigh(session, submission, setting)
    session.add(submission)
    session.flush()
    if submission.state != SubmissionState.PENDING:
        return
    is_kept = submission.level is None
    if not is_kept and json.loads(submission.conflicts):
        return  # what is to be decided cannot be tried
    error = _try(session, submission, setting, is_kept=is_kept)
    if error is not None:
        _set_aside(submission, kept_error(error))
        session.add(submission)
        session.flush()
    del record  # held until here, so that nobody had to read it again


def _weigh(session: Session, submission: Submission, setting: Setting) -> Tree | Grove | None:
    """Find the record, and say whether the form fits it and who has to look at it; returns the record."""
    notes: list[dict[str, Any]] = list(circumstances(submission).get("notes", []))
    problem, place = _find_record(session, submission, setting, notes)
    record = _record(session, submission)
    if problem is None:
        problem = _unfit(submission, record)
    submission.outcome = canonical({"notes": notes} if notes else {})
    if problem is not None:
        _set_aside(submission, problem)
        return record
    _compare(session, submission)
    levels = _levels(session, submission, place, setting)
    submission.levels = canonical([level.value for level in levels])
    submission.level = levels[0] if levels else None
    submission.state = SubmissionState.PENDING
    return record


def _try(
    session: Session, submission: Submission, setting: Setting, *, is_kept: bool
) -> RegistryError | None:
    """Settle it, for good or to see whether it could be; returns what is in the way."""
    try:
        with session.begin_nested():
            settle(
                session, submission, today=setting.today, actor=setting.actor, now=setting.now,
                keys=setting.keys, photos=setting.photos,
            )  # fmt: skip
            if not is_kept:
                raise _TriedOnly
    except _TriedOnly:
        return None
    except RegistryError as error:
        return error
    return None


def _set_aside(submission: Submission, problem: Mapping[str, Any]) -> None:
    submission.state, submission.level = SubmissionState.QUARANTINED, None
    submission.problem = canonical(dict(problem))


def _find_record(
    session: Session, submission: Submission, setting: Setting, notes: list[dict[str, Any]]
) -> tuple[dict[str, Any] | None, Place]:
    """What is in the way, and where its record lies: a merged one is followed into the file that goes on."""
    if submission.form > FORM:
        told = Phrase("The form is newer than this program; bring it up to date, then look again.")
        return kept_phrase("form_newer", told), Place()
    named = circumstances(submission).get("record")
    if named is None:
        chosen = chosen_so_far(reviews_of(session, submission.id)).get("division_id")
        place = new_tree_place(session, submission, setting.holder, chosen)
        return None if chosen else _outside(setting.holder, place), place
    kind, own = named["kind"], named["id"]
    if kind == "tree" and (into := survivors(session, [own]).get(own)):
        own = into
    try:
        place = place_of(session, kind, own, setting.today)
    except LookupError:
        return kept_phrase("record_unknown", Phrase("There is no such record in this register.")), Place()
    submission.subject_type, submission.subject_id = kind, own
    submission.division_id = place.divisions[0] if place.divisions else None
    problem = _outside(setting.holder, place)
    if own != named["id"] and problem is None:
        number = session.get_one(Tree, own).tree_no
        told = Phrase("Its file was merged into that of {number}; the form went there.", number=number)
        notes.append(kept_phrase("record_merged", told))
    return problem, place


def _outside(holder: Holder, place: Place) -> dict[str, Any] | None:
    if may(holder, Right.SUBMIT, place):
        return None
    told = Phrase("The record lies outside of what whoever sent this in may work on.")
    return kept_phrase("outside", told)


def _record(session: Session, submission: Submission) -> Tree | Grove | None:
    """The record that it is about."""
    table: Any = Tree if submission.subject_type == "tree" else Grove
    return session.get(table, submission.subject_id) if submission.subject_id else None


def _unfit(submission: Submission, record: Tree | Grove | None) -> dict[str, Any] | None:
    """What has become of the record, where such a form is no longer for it; fields that nobody edits so."""
    if record is None:
        return None
    status = record.status
    if status not in ON_REGISTER and submission.kind not in STILL_TAKEN:
        word = WORDS[TreeStatus].get(status, Label(status, status))
        told = Phrase("The register says of this record: {status}. The form is kept for the office.",
                      status=word)  # fmt: skip
        return kept_phrase(f"record_{status}", told)
    if submission.kind == SubmissionKind.EDIT:
        fields = json.loads(submission.content)["fields"]
        strange = [name for name in fields if name not in EDITABLE[str(submission.subject_type)]]
        if strange:
            told = Phrase("{fields} cannot be edited from the field.", fields=[*map(field_name, strange)])
            return kept_phrase("field_unknown", told)
    return None


def _compare(session: Session, submission: Submission) -> None:
    """Hold an edit against what the register says now; what both changed is kept as conflicts."""
    if submission.kind != SubmissionKind.EDIT:
        return
    kind, own = str(submission.subject_type), str(submission.subject_id)
    here = current_values(session, kind, own)
    edits = {name: (edit["base"], edit["to"]) for name, edit in edits_of(submission).items()}
    conflicts = merge_edits(edits, here).conflicts
    submission.conflicts = canonical([each.as_json() for each in who_changed(session, own, conflicts)])


def who_changed(session: Session, own: str, conflicts: tuple[FieldConflict, ...]) -> list[FieldConflict]:
    """Conflicts with who changed the field last, and when, as the history tells."""
    if not conflicts:
        return []
    last = {name: item for item in told_items(session, [own]) for name in item.fields}
    return [
        each.told(item.seq, item.actor, item.at) if (item := last.get(each.field)) else each
        for each in conflicts
    ]


def _levels(
    session: Session, submission: Submission, place: Place, setting: Setting
) -> tuple[ReviewLevel, ...]:
    """The levels of review: by the rules of the place; at least the county's for what is doubtful."""
    submitter = None if submission.via == "file" else review_level(setting.holder, place)
    pack = pack_at(session, submission, setting.today)
    levels = levels_for(submission.kind, json.loads(submission.content), pack, submitter)
    is_looked_at = is_doubtful(session, submission, setting.holder, setting.today)
    return levels or ((ReviewLevel.COUNTY,) if is_looked_at else ())
