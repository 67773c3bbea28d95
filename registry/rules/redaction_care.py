"""Redaction of assessments: the public sees the model, day, band, score and coverage of reviewed ones."""

from collections.abc import Iterable
from dataclasses import replace

from registry.health_records import RISK, AssessmentRecord
from registry.records import CareEventRecord
from registry.vocab.care_words import AssessmentState, WorkState


def public_assessments(records: Iterable[AssessmentRecord]) -> tuple[AssessmentRecord, ...]:
    """Those that may be public, with nothing left in them but what may.

    A draft is nobody's business yet; risk, answers, knock-outs, persons, notes, readings, photos and what is
    due next stay with the office. What an assessor says of vigour is public as the tree's own vigour.
    """
    return tuple(
        _public(each)
        for each in records
        if each.state == AssessmentState.REVIEWED and each.result.about != RISK
    )


def public_care_events(rows: Iterable[CareEventRecord]) -> tuple[CareEventRecord, ...]:
    """Of what was done for a tree: reviewed assessments that are not about risk, and works accepted."""
    return tuple(each for each in rows if _is_public(each))


def _is_public(row: CareEventRecord) -> bool:
    if row.kind == "assessment":
        return row.state == AssessmentState.REVIEWED and row.about not in {RISK, None}
    return row.kind == "works" and row.state == WorkState.ACCEPTED


def _public(record: AssessmentRecord) -> AssessmentRecord:
    result = replace(
        record.result,
        groups=() if record.result.sums else record.result.groups,
        lines=(),
        pairs=(),
        total=record.result.score,
        knocked_out_by=None,
        knockout=None,
        rating=None,
        rating_label=None,
        unanswered=(),
    )
    return AssessmentRecord(
        id=record.id,
        kind=record.kind,
        number=record.number,
        name=record.name,
        model_id=record.model_id,
        model_version=record.model_version,
        assessed_on=record.assessed_on,
        state=record.state,
        result=result,
    )
