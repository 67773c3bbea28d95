"""Assessments over the years: a line of scores for each model, of vigour for each scale, never mixed."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from registry.health_records import AssessmentRecord


def by_model(records: Iterable[AssessmentRecord]) -> dict[str, list[AssessmentRecord]]:
    """The assessments of a record by model, each the oldest first."""
    return _grouped(records, "model_id")


def by_scale(records: Iterable[AssessmentRecord]) -> dict[str, list[AssessmentRecord]]:
    """The assessments that say something of vigour by its scale, each the oldest first."""
    return _grouped((each for each in records if each.vigour), "vigour_scale")


def change_of(records: list[AssessmentRecord]) -> float | None:
    """By how much the score of one model changed from the first to the last assessment that has one.

    None where there are not two, or where the model's version changed in between: scores of two versions are
    not to be subtracted.
    """
    scored = [each for each in records if each.result.score is not None]
    if len(scored) < 2 or len({each.model_version for each in scored}) > 1:
        return None
    first, last = scored[0].result.score, scored[-1].result.score
    return None if first is None or last is None else round(last - first, 2)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _grouped(records: Iterable[AssessmentRecord], name: str) -> dict[str, list[AssessmentRecord]]:
    groups: defaultdict[str, list[AssessmentRecord]] = defaultdict(list)
    for each in sorted(records, key=lambda each: (each.assessed_on, each.id)):
        groups[str(getattr(each, name))].append(each)
    return dict(groups)
