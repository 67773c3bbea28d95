"""Sizes read on one day: a dated row beside the earlier ones, none of which is overwritten."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.history import record_event
from registry.commands.subjects import Ref, told_rows, whose
from registry.desk_errors import MeasurementError
from registry.errors import Phrase
from registry.models import Measurement, MeasurementDraft, Tree
from registry.vocab.field_names import field_name

_ALONE = frozenset({"measured_on", "measure_height_m"})
"""What says nothing by itself."""


def record_measurement(
    session: Session, ref: Ref, draft: MeasurementDraft, *, today: date, actor: str, now: datetime
) -> tuple[Measurement, bool]:
    """Record what was measured on a tree; returns it and whether it is new: the same again is kept once.

    Raises RecordKindError (trees alone are measured), MeasurementError: without a day, of a day that lies
    ahead, without any size.
    """
    whose(ref, ("tree",))
    if draft.measured_on is None or draft.measured_on > today:
        told = Phrase("the day lies ahead") if draft.measured_on else Phrase("say on which day")
        raise _refused(ref, "measured_on", draft.measured_on, told)
    if not draft.model_dump(exclude_none=True, exclude=set(_ALONE)):
        raise _refused(ref, "girth_cm", None, Phrase("no size is given"))
    row = Measurement(tree_id=ref[1], **draft.model_dump())
    names = sorted(set(Measurement.model_fields) - {"id", "source_id"})
    alike = [col(getattr(Measurement, name)).is_not_distinct_from(getattr(row, name)) for name in names]
    if (earlier := session.exec(select(Measurement).where(*alike)).first()) is not None:
        return earlier, False
    tree = session.get_one(Tree, ref[1])
    tree.updated_on = register_today(session, now)
    session.add_all([row, tree])
    session.flush()
    record_event(session, "tree:measured", [told_rows(ref, "measurements", came=[row])], actor=actor, at=now)
    return row, True


def _refused(ref: Ref, field: str, value: Any, reason: Phrase) -> MeasurementError:
    return MeasurementError(record=ref[2], field=field_name(field), value=value or "—", reason=reason)
