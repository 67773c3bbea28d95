"""Assessments by a model: recorded as a draft, corrected, and reviewed by a second person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.care_errors import AssessmentError, AssessmentNotFoundError
from registry.commands.condition import brought_up_to_date, foreign_to_scale, is_latest
from registry.commands.history import Change, canonical, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.subjects import Ref, subject_of, told_rows, whose
from registry.errors import Phrase, RecordKindError
from registry.health_records import AssessmentModel
from registry.models import Assessment, Grove, HeritageGarden, Place, Tree
from registry.rules.answers import read_answers
from registry.rules.assessing import assess
from registry.vocab.care_words import AssessmentState
from registry.vocab.field_names import field_name
from registry.vocab.words import ON_REGISTER, WORDS, Environment, PartyKind, RiskRating, TreeStatus, Vigour

_TABLES: dict[str, Any] = {"tree": Tree, "grove": Grove, "garden": HeritageGarden, "place": Place}
_KINDS = {
    "tree": Phrase("trees"),
    "grove": Phrase("groves"),
    "garden": Phrase("heritage gardens"),
    "place": Phrase("places"),
}
_SINCE_REVIEW = frozenset({"id", "state", "reviewed_on", "reviewer_id"})
"""Columns in which an assessment that was sent again may differ from the one on record."""


@dataclass(frozen=True, slots=True)
class AssessmentDraft:
    """What somebody says of a record by a model. `answers`: texts, numbers or kept answers, by code or label.

    vigour, environment and risk_rating are the assessor's own statements; no score makes them.
    """

    assessed_on: date
    by: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    vigour: Vigour | None = None
    vigour_scale: str | None = None
    environment: Environment | None = None
    risk_rating: RiskRating | None = None
    time_frame_years: float | None = None
    next_on: date | None = None
    notes: str | None = None
    document_no: str | None = None
    submission_id: str | None = None
    by_kind: PartyKind | None = None


def record_assessment(
    session: Session,
    ref: Ref,
    model: AssessmentModel,
    draft: AssessmentDraft,
    *,
    today: date,
    actor: str,
    now: datetime,
) -> tuple[Assessment, bool]:
    """Record one assessment, to be reviewed by somebody else. Returns it and whether it is new: the same
    again is recorded once. Raises RecordKindError, AssessmentError.
    """
    _assert_fits(session, ref, model)
    values = _values(ref[2], model, draft, today)
    party, changes = party_named(session, draft.by, draft.by_kind)
    row = Assessment(**whose(ref), **values, party_id=party.id)
    if (earlier := _sent_before(session, ref[2], row)) is not None:
        return earlier, False
    session.add(row)
    session.flush()
    _touch(session, ref, now)
    changes.append(told_rows(ref, "assessments", came=[row]))
    record_event(session, "assessment:recorded", changes, actor=actor, at=now, document=draft.document_no)
    return row, True


def correct_assessment(
    session: Session,
    assessment: Assessment,
    model: AssessmentModel,
    draft: AssessmentDraft,
    *,
    today: date,
    reason: str | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Put `draft` in the place of an assessment that nobody has reviewed; returns whether anything changed.

    Raises AssessmentError where it was reviewed: then a new one is recorded.
    """
    kind, own = subject_of(assessment)
    called = assessment.id[:8]
    _assert_draft(assessment)
    _assert_fits(session, (kind, own, called), model)
    party, changes = party_named(session, draft.by, draft.by_kind)
    values = {**_values(called, model, draft, today), "party_id": party.id}
    values["submission_id"] = assessment.submission_id
    before = plain_row(Assessment, assessment)
    for name, value in values.items():
        setattr(assessment, name, value)
    if plain_row(Assessment, assessment) == before:
        return False
    session.add(assessment)
    session.flush()
    changes.append(told_rows((kind, own), "assessments", gone=[before], came=[assessment]))
    record_event(session, "assessment:corrected", changes, actor=actor, at=now, reason=reason)
    return True


def review_assessment(
    session: Session,
    assessment: Assessment,
    *,
    by: str,
    on: date,
    today: date,
    by_kind: PartyKind | None = None,
    actor: str,
    now: datetime,
) -> dict[str, tuple[Any, Any]]:
    """A second person stands by an assessment. What it states of a tree's vigour, with its scale,
    and of its environment is then what its file shows, where nobody looked at the tree later.

    Returns what changed on the tree: {field: (old, new)}. Raises AssessmentError: reviewed before,
    where assessor and reviewer are one, where the day does not fit.
    """
    kind, own = subject_of(assessment)
    called = assessment.id[:8]
    _assert_draft(assessment)
    if not assessment.assessed_on <= on <= today:
        told = Phrase("a review lies between {first} and {last}", first=assessment.assessed_on, last=today)
        raise _refused(called, "on", on, told)
    party, changes = party_named(session, by, by_kind)
    if party.id == assessment.party_id:
        raise _refused(called, "by", by, Phrase("whoever assessed cannot review it"))
    before = plain_row(Assessment, assessment)
    says = assessment.vigour is not None or assessment.environment is not None
    is_newest = kind == "tree" and says and is_latest(session, own, assessment.assessed_on)
    assessment.state = AssessmentState.REVIEWED
    assessment.reviewed_on, assessment.reviewer_id = on, party.id
    session.add(assessment)
    fields: dict[str, tuple[Any, Any]] = {}
    if is_newest:
        tree = session.get_one(Tree, own)
        fields = brought_up_to_date(
            tree,
            vigour=assessment.vigour,
            scale=assessment.vigour_scale if assessment.vigour else None,
            environment=assessment.environment,
        )
        session.add(tree)
    session.flush()
    _touch(session, (kind, own, called), now)
    rows = {"assessments": ([before], [plain_row(Assessment, assessment)])}
    changes.append(Change(kind, own, "updated", {**rows, **fields}))
    record_event(session, "assessment:reviewed", changes, actor=actor, at=now)
    return fields


def find_assessment(session: Session, called: str) -> Assessment:
    """The assessment whose id begins with `called`. Raises AssessmentNotFoundError (none, several)."""
    begins = col(Assessment.id).startswith(called.lower(), autoescape=True)
    query = select(Assessment).where(begins).limit(100)
    found = list(session.exec(query)) if called.strip() else []
    if len(found) != 1:
        raise AssessmentNotFoundError(count=len(found), called=called)
    return found[0]


def _values(called: str, model: AssessmentModel, draft: AssessmentDraft, today: date) -> dict[str, Any]:
    """The columns of an assessment out of its draft, with what the model makes of the answers."""
    if draft.assessed_on > today:
        raise _refused(called, "on", draft.assessed_on, Phrase("the day lies ahead"))
    if draft.next_on is not None and draft.next_on <= draft.assessed_on:
        told = Phrase("the next assessment comes after this one, of {day}", day=draft.assessed_on)
        raise _refused(called, "next_on", draft.next_on, told)
    if draft.time_frame_years is not None and not 0 < draft.time_frame_years <= 100:
        told = Phrase("it lies between {least} and {most}", least=0, most=100)
        raise _refused(called, "time_frame_years", draft.time_frame_years, told)
    answers = read_answers(model, draft.answers, called)
    says = (draft.vigour, draft.environment, draft.risk_rating, draft.notes)
    if not answers and not any(says):
        told = Phrase("nothing is answered; `gushu assess form {model}` lists what is asked", model=model.id)
        raise _refused(called, "answers", "", told)
    result = assess(model, answers)
    if result.rating and draft.time_frame_years is None:
        told = Phrase("a risk holds for a time frame; give its years")
        raise _refused(called, "time_frame_years", "", told)
    return {
        "model_id": model.id,
        "model_version": model.version,
        "model_sha256": model.sha256,
        "assessed_on": draft.assessed_on,
        "answers": canonical(answers),
        "result": canonical(result.as_json()),
        "score": result.score,
        "band": result.band,
        "coverage": result.coverage,
        "knocked_out_by": result.knocked_out_by,
        "vigour": draft.vigour,
        "vigour_scale": _scale(called, model, draft),
        "environment": draft.environment,
        "risk_rating": draft.risk_rating,
        "time_frame_years": draft.time_frame_years,
        "next_on": draft.next_on,
        "notes": draft.notes,
        "document_no": draft.document_no,
        "submission_id": draft.submission_id,
    }


def _scale(called: str, model: AssessmentModel, draft: AssessmentDraft) -> str | None:
    """The scale of the vigour that was stated: the one given, else the model's."""
    if draft.vigour is None:
        return None
    scale = draft.vigour_scale or model.vigour_scale
    if scale is None:
        told = Phrase("vigour is read by a scale; name it with --scale")
        raise _refused(called, "vigour", draft.vigour, told)
    if (foreign := foreign_to_scale(draft.vigour, scale)) is not None:
        raise _refused(called, "vigour", draft.vigour, foreign)
    return scale


def _assert_fits(session: Session, ref: Ref, model: AssessmentModel) -> None:
    kind, own, called = ref
    whose(ref)
    if kind not in model.applies_to:
        raise RecordKindError(record=called, kinds=_KINDS[model.applies_to[0]])
    row = session.get_one(_TABLES[kind], own)
    status = getattr(row, "status", TreeStatus.ALIVE)
    if status not in ON_REGISTER:
        told = Phrase("what no longer stands on the register is not assessed")
        raise _refused(called, "status", status, told)


def _assert_draft(assessment: Assessment) -> None:
    if assessment.state != AssessmentState.DRAFT:
        told = Phrase("it was reviewed on {day}; record a new one instead", day=assessment.reviewed_on)
        raise _refused(assessment.id[:8], "state", assessment.state, told)


def _sent_before(session: Session, called: str, row: Assessment) -> Assessment | None:
    """The assessment that was sent before: by its submission, else by all that it says."""
    own = _content(row)
    if row.submission_id:
        by_id = select(Assessment).where(Assessment.submission_id == row.submission_id)
        earlier = session.exec(by_id).first()
        if earlier is None or _content(earlier) == own:
            return earlier
        told = Phrase("it was sent before with other content, as assessment {id}", id=earlier.id[:8])
        raise _refused(called, "submission_id", row.submission_id, told)
    kind, subject = subject_of(row)
    query = select(Assessment).where(
        getattr(Assessment, f"{kind}_id") == subject,
        Assessment.model_id == row.model_id,
        Assessment.assessed_on == row.assessed_on,
    )
    return next((each for each in session.exec(query) if _content(each) == own), None)


def _content(row: Assessment) -> dict[str, Any]:
    """What an assessment says; by which version of its model it was read is no part of that."""
    made = {"model_version", "model_sha256", "result", "score", "band", "coverage", "knocked_out_by"}
    told = plain_row(Assessment, row)
    own = {name: value for name, value in told.items() if name not in _SINCE_REVIEW | made}
    kind, subject = subject_of(row)
    return {**own, kind: subject}


def _touch(session: Session, ref: Ref, now: datetime) -> None:
    row = session.get_one(_TABLES[ref[0]], ref[1])
    row.updated_on = register_today(session, now)
    session.add(row)


def _refused(called: str, name: str, value: Any, reason: Phrase) -> AssessmentError:
    shown = WORDS.get(type(value), {}).get(value, value)
    return AssessmentError(
        record=called,
        field=field_name(name),
        value="—" if shown in {None, ""} else shown,
        reason=reason,
    )
