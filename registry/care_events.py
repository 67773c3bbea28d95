"""What was done for trees and areas, day by day: assessments and works, without persons, money or words."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.models import Assessment, WorkOrder
from registry.records import CareEventRecord
from registry.vocab.care_words import WorkState
from registry.vocab.measures import measure_labels


def care_events(
    session: Session, ids: Sequence[str], *, owner: str = "tree_id"
) -> dict[str, tuple[CareEventRecord, ...]]:
    """What was done for each of the records `ids` of which anything is known, the newest first.

    owner: the column that names them: `tree_id`, `grove_id`, `garden_id` or `place_id`.
    """
    found: defaultdict[str, list[CareEventRecord]] = defaultdict(list)
    examined, worked = getattr(Assessment, owner), getattr(WorkOrder, owner)
    assessed: list[Any] = [
        examined, Assessment.assessed_on, Assessment.state, Assessment.model_id, Assessment.result,
        Assessment.score, Assessment.coverage,
    ]  # fmt: skip
    for own, day, state, model, result, score, coverage in session.execute(
        sa.select(*assessed).where(examined.in_(ids))
    ):
        told = json.loads(result)
        title, band = told.get("title") or (model, model), told.get("band_label") or (None, None)
        share = coverage if told.get("is_scored") else None
        found[own].append(
            CareEventRecord(
                day, "assessment", model, title[0], title[1], band[0], band[1], score, share, state.value,
                told.get("about"),
            )
        )  # fmt: skip
    works: list[Any] = [worked, WorkOrder.accepted_on, WorkOrder.measure, WorkOrder.state]
    accepted = (worked.in_(ids), col(WorkOrder.state) == WorkState.ACCEPTED)
    for own, day, measure, state in session.execute(sa.select(*works).where(*accepted)):
        label = measure_labels().get(measure)
        if day is not None and label is not None:
            record = CareEventRecord(day, "works", measure, label.zh, label.en, state=state.value)
            found[own].append(record)
    return {own: tuple(sorted(rows, key=_order, reverse=True)) for own, rows in found.items()}


def _order(row: CareEventRecord) -> tuple[Any, ...]:
    return row.happened_on, row.kind, row.code, row.score or 0
