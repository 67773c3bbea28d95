"""What was sent in and is accepted becomes part of the register: one function for every kind of form.

Everything is done by the commands that the office uses; every event names the submission.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, select

from registry.assessment_models import ModelLibrary, model_folder
from registry.calendars import register_zone
from registry.commands.assessments import AssessmentDraft, record_assessment, review_assessment
from registry.commands.case_works import Details
from registry.commands.cases import CaseDraft, open_case
from registry.commands.editing import change_record, current_values
from registry.commands.history import canonical, on_account_of
from registry.commands.kept_phrases import kept_phrase
from registry.commands.measuring import record_measurement
from registry.commands.new_trees import register_tree
from registry.commands.photos import PhotoFacts, add_photo
from registry.commands.subjects import Ref
from registry.commands.submission_reading import form_error
from registry.commands.submission_rows import called, captured_on, circumstances, fix_of, photos_of
from registry.commands.tag_life import Found, Where, bind_tag, mount_tag
from registry.commands.visits import is_found_dead, record_visit
from registry.desk_errors import SubmissionProblemError, SubmissionSettledError
from registry.errors import Phrase
from registry.keys import Keys
from registry.models import Account, Assessment, InspectionDraft, Party, Submission, SubmissionPhoto
from registry.photos import PhotoStore
from registry.rules.case_facts import ORDERS, StepFacts
from registry.rules.merging_edits import is_same, merge_edits
from registry.rules.submission_format import FORMS, AssessmentForm, IncidentForm, MeasurementForm, VisitForm
from registry.vocab.desk_words import SubmissionKind, SubmissionState
from registry.vocab.field_names import field_name
from registry.vocab.words import CaseKind, PartyKind

OPEN = frozenset({SubmissionState.PENDING, SubmissionState.QUARANTINED, SubmissionState.RETURNED})
"""States out of which something may still be accepted."""


@dataclass(slots=True)
class Settled:
    """What became of a submission: ids of what was recorded by kind, fields taken over, sentences."""

    outcome: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Work:
    """One submission on its way into the register. `by`: the name of who was there."""

    session: Session
    submission: Submission
    form: Any
    ref: Ref
    on: date
    by: str
    chosen: Mapping[str, Any] | None
    today: date
    actor: str
    now: datetime
    keys: Keys
    store: PhotoStore

    @property
    def common(self) -> dict[str, Any]:
        """What every command takes."""
        return {"today": self.today, "actor": self.actor, "now": self.now}


def settle(
    session: Session,
    submission: Submission,
    *,
    chosen: Mapping[str, Any] | None = None,
    today: date,
    actor: str,
    now: datetime,
    keys: Keys,
    photos: PhotoStore,
) -> Settled:
    """Take what a submission says into the register, and note on it what came of it: it is then accepted.

    chosen: values that a reviewer settled on, by field. Of an edit they are all that is taken over; of other
    forms they stand in place of the answers of that name (sizes of a measurement by their own names).
    actor: who accepts; a second person's acceptance of an assessment is its review.
    Raises SubmissionSettledError, and what the commands raise that do the work: nothing is then changed
    provided that the caller's savepoint goes back.
    """
    if submission.state not in OPEN:
        raise SubmissionSettledError(submission=submission.id, state=submission.state)
    form = form_of(submission, chosen)
    account = session.get_one(Account, submission.account_id)
    ref = (submission.subject_type or "tree", submission.subject_id or "", called(session, submission))
    by = session.get_one(Party, account.party_id).name if account.party_id else account.name
    work = _Work(
        session, submission, form, ref, captured_on(submission), by, chosen, today, actor, now, keys, photos
    )
    with on_account_of(session, f"submission {submission.id}"):
        settled = _WAYS[submission.kind](work)
        settled.outcome |= join_photos(session, submission, actor=actor, now=now, photos=photos)
    before = json.loads(submission.outcome)
    notes = [*before.get("notes", []), *settled.notes]
    submission.outcome = canonical({**settled.outcome, **({"notes": notes} if notes else {})})
    submission.state, submission.level, submission.problem = SubmissionState.ACCEPTED, None, None
    submission.settled_at = now
    session.add(submission)
    session.flush()
    return settled


def form_of(submission: Submission, chosen: Mapping[str, Any] | None = None) -> Any:
    """The answers of a submission, with what was chosen in their place (of an edit as they are).

    Raises SubmissionFormError.
    """
    content: dict[str, Any] = json.loads(submission.content)
    if chosen and submission.kind != SubmissionKind.EDIT:
        inner = content.get("sizes", {}) if submission.kind == SubmissionKind.MEASUREMENT else content
        inner.update(chosen)
    try:
        return FORMS[submission.kind].model_validate(content)
    except ValidationError as error:
        raise form_error(error, "content") from None


def join_photos(
    session: Session, submission: Submission, *, actor: str, now: datetime, photos: PhotoStore
) -> dict[str, Any]:
    """Put the photos that have arrived into the record's file; returns how many are there and to come.

    They stay in the office until somebody releases them.
    """
    rows = photos_of(session, submission)
    for row in rows:
        if row.received_at is not None and row.photo_id is None and submission.subject_id:
            _join(session, submission, row, actor=actor, now=now, photos=photos)
    return {"photos": [row.photo_id for row in rows if row.photo_id]} if rows else {}


def _join(
    session: Session,
    submission: Submission,
    row: SubmissionPhoto,
    *,
    actor: str,
    now: datetime,
    photos: PhotoStore,
) -> None:
    is_captioned = submission.kind == SubmissionKind.PHOTO
    caption = json.loads(submission.content).get("caption") or None if is_captioned else None
    taken_on = row.taken_at.astimezone(register_zone(session)).date() if row.taken_at else None
    facts = PhotoFacts(
        kind=row.kind, taken_on=taken_on or captured_on(submission), viewpoint=row.viewpoint,
        bearing_deg=row.bearing_deg, caption=caption, is_released=False,
    )  # fmt: skip
    owner: Any = submission.subject_type
    with on_account_of(session, f"submission {submission.id}"):
        photo = add_photo(
            session, str(submission.subject_id), photos.path(row.sha256), facts, store=photos, owner=owner,
            actor=actor, now=now, kept=(row.sha256, *photos.size(row.sha256)),
        )  # fmt: skip
    row.photo_id = photo.id
    session.add(row)
    session.flush()


def _visit(work: _Work) -> Settled:
    form: VisitForm = work.form
    draft = InspectionDraft(
        inspected_on=work.on, kind=form.kind, vigour=form.vigour, vigour_scale=form.vigour_scale or None,
        environment=form.environment, risk_rating=form.risk_rating,
        findings=tuple(filter(None, form.findings)), notes=form.notes or None,
    )  # fmt: skip
    said = {**form.checks.model_dump(mode="json"), "no_change": form.no_change or None}
    said["gps_distance_m"] = circumstances(work.submission).get("gps_distance_m")
    checks = {name: value for name, value in said.items() if value not in (None, "", [])}
    row, is_new = record_visit(
        work.session, work.ref, draft, by=work.by, by_kind=PartyKind.PERSON, checks=checks, **work.common
    )
    settled = Settled({"inspection": row.id})
    if not is_new:
        told = Phrase("The register had the same visit of {day} already: it stands there once.", day=work.on)
        settled.notes.append(kept_phrase("visit_known", told))
    if is_found_dead(work.session, work.ref, draft):
        told = Phrase("The tree was met dead: its death is decided in a case (`gushu case open death`).")
        settled.notes.append(kept_phrase("found_dead", told))
    return settled


def _measurement(work: _Work) -> Settled:
    form: MeasurementForm = work.form
    draft = form.sizes.model_copy(update={"measured_on": form.sizes.measured_on or work.on})
    row, _is_new = record_measurement(work.session, work.ref, draft, **work.common)
    return Settled({"measurement": row.id})


def _assessment(work: _Work) -> Settled:
    form: AssessmentForm = work.form
    model = models_of(work.session).get(form.model)
    draft = AssessmentDraft(
        work.on, work.by, form.answers, form.vigour, form.vigour_scale or None, form.environment,
        form.risk_rating, time_frame_years=form.time_frame_years, notes=form.notes or None,
        submission_id=work.submission.id, by_kind=PartyKind.PERSON,
    )  # fmt: skip
    row, _is_new = record_assessment(work.session, work.ref, model, draft, **work.common)
    _second_person(work, row)
    return Settled({"assessment": row.id})


def _second_person(work: _Work, row: Assessment) -> None:
    """Whoever accepts what somebody else assessed has reviewed it."""
    login = work.actor.removeprefix("account:")
    found = work.session.exec(select(Account).where(Account.login == login)).first()
    if found is None or found.id == work.submission.account_id or row.reviewed_on is not None:
        return
    name = work.session.get_one(Party, found.party_id).name if found.party_id else found.name
    if name != work.by:
        review_assessment(work.session, row, by=name, on=work.today, by_kind=PartyKind.PERSON, **work.common)


def _edit(work: _Work) -> Settled:
    fields = work.chosen if work.chosen is not None else _as_sent(work)
    if not fields:
        return Settled({"fields": []})
    changed = change_record(work.session, work.ref, fields, reason=work.form.reason or None, **work.common)
    return Settled({"fields": sorted(changed)})


def _as_sent(work: _Work) -> dict[str, Any]:
    """The fields of an edit that are accepted as they were sent: what somebody else changed in the meantime
    only where that was shown. Raises SubmissionProblemError where it came since."""
    submission = work.submission
    edits = {name: (edit.base, edit.to) for name, edit in work.form.fields.items()}
    here = current_values(work.session, work.ref[0], work.ref[1])
    merged = merge_edits(edits, {name: here.get(name) for name in edits})
    shown = {each["field"]: each["here"] for each in json.loads(submission.conflicts)}
    for conflict in merged.conflicts:
        if conflict.field not in shown or not is_same(shown[conflict.field], conflict.here):
            told = Phrase("{field} was changed by somebody else meanwhile; look at it again",
                          field=field_name(conflict.field))  # fmt: skip
            raise SubmissionProblemError(reason=told)
    return {**merged.apply, **{each.field: each.theirs for each in merged.conflicts}}


def _photos_alone(_work: _Work) -> Settled:
    return Settled()


def _incident(work: _Work) -> Settled:
    form: IncidentForm = work.form
    first = StepFacts(
        ORDERS[CaseKind.INCIDENT][0], form.seen_on or work.on, by=work.by, text=form.text or None
    )
    reporter = form.reporter or form.reporter_phone or None  # who gives no name is called by the telephone
    details = Details(incident=form.incident, reporter=reporter, reporter_phone=form.reporter_phone or None)
    draft = CaseDraft(
        CaseKind.INCIDENT,
        (work.ref[0], work.ref[1]),
        first,
        submission_id=work.submission.id,
        details=details,
    )
    case = open_case(work.session, draft, actor=work.actor, now=work.now)
    told = Phrase("Case {number} is open.", number=case.number)
    settled = Settled({"case": case.id, "case_number": case.number}, [kept_phrase("case_opened", told)])
    by = work.session.get(Party, case.reporter_id) if case.reporter_id else None
    if by is not None and form.reporter_phone and by.phone != form.reporter_phone:
        told = Phrase(
            "Whoever reported it has another telephone on record, or none; the new one stands in this form."
        )
        settled.notes.append(kept_phrase("reporter_phone", told))
    return settled


def _new_tree(work: _Work) -> Settled:
    submission = work.submission
    number = submission.provisional_no or f"T-{submission.id[:12]}"
    tree, made = register_tree(
        work.session, work.form, division_id=submission.division_id, fix=fix_of(submission), number=number,
        on=work.on, by=work.by, **work.common,
    )  # fmt: skip
    submission.subject_type, submission.subject_id = "tree", tree.id
    told = Phrase("The tree is on the register as {number}.", number=tree.tree_no)
    return Settled(made, [kept_phrase("tree_registered", told)])


def _bind_tag(work: _Work) -> Settled:
    found = bind_tag(
        work.session, work.ref, work.form.text, keys=work.keys, bound_on=work.on, **_tag_facts(work)
    )
    return _tag_settled(found)


def _mount_tag(work: _Work) -> Settled:
    fix = fix_of(work.submission)
    photo = next((row.sha256 for row in photos_of(work.session, work.submission)), None)
    where = Where(photo, fix.lon, fix.lat, fix.accuracy_m) if fix else Where(photo)
    found = mount_tag(
        work.session, work.ref, work.form.text, keys=work.keys, mounted_on=work.on, where=where,
        **_tag_facts(work),
    )  # fmt: skip
    return _tag_settled(found)


def _tag_facts(work: _Work) -> dict[str, Any]:
    return {"note": work.form.notes or None, "submission_id": work.submission.id, **work.common}


def _tag_settled(found: Found) -> Settled:
    row = found.tag or found.plate
    return Settled({found.how: row.id} if row else {})


_WAYS: dict[SubmissionKind, Callable[[_Work], Settled]] = {
    SubmissionKind.VISIT: _visit,
    SubmissionKind.MEASUREMENT: _measurement,
    SubmissionKind.ASSESSMENT: _assessment,
    SubmissionKind.EDIT: _edit,
    SubmissionKind.PHOTO: _photos_alone,
    SubmissionKind.INCIDENT: _incident,
    SubmissionKind.NEW_TREE: _new_tree,
    SubmissionKind.BIND_TAG: _bind_tag,
    SubmissionKind.MOUNT_TAG: _mount_tag,
}


def models_of(session: Session) -> ModelLibrary:
    """The assessment models at hand where this register is."""
    address = session.get_bind().engine.url.render_as_string(hide_password=False)
    return ModelLibrary(model_folder(address))
