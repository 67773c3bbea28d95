"""Readings of instruments: values with units, the file kept whole; many at once out of a table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from registry.care_errors import AssessmentError
from registry.commands.history import Change, canonical, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.subjects import Ref, subject_of, told_rows, whose
from registry.errors import Phrase
from registry.models import Assessment, InstrumentReading
from registry.vocab.care_words import InstrumentKind
from registry.vocab.field_names import field_name
from registry.vocab.words import PartyKind


@dataclass(frozen=True, slots=True)
class ReadingDraft:
    """What an instrument read on a day: `values` maps a name to (number, unit). `file`: (name, SHA-256)."""

    instrument: InstrumentKind
    measured_on: date
    values: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    position: str | None = None
    file: tuple[str, str] | None = None
    by: str | None = None
    by_kind: PartyKind | None = None
    notes: str | None = None


def record_reading(
    session: Session,
    ref: Ref,
    draft: ReadingDraft,
    *,
    assessment: Assessment | None = None,
    today: date,
    actor: str,
    now: datetime,
) -> tuple[InstrumentReading, bool]:
    """Record one reading; returns it and whether it is new: the same again is recorded once.

    assessment: the one for which it was taken, of the same record. Raises RecordKindError, AssessmentError.
    """
    owner = whose(ref)
    _check(ref, draft, assessment, today)
    party, changes = party_named(session, draft.by, draft.by_kind) if draft.by else (None, list[Change]())
    values = {name: [number, unit] for name, (number, unit) in draft.values.items()}
    row = InstrumentReading(
        **owner,
        assessment_id=assessment.id if assessment else None,
        instrument=draft.instrument,
        measured_on=draft.measured_on,
        position=draft.position or None,
        readings=canonical(values),
        file_name=draft.file[0] if draft.file else None,
        file_sha256=draft.file[1] if draft.file else None,
        party_id=party.id if party else None,
        notes=draft.notes or None,
    )
    if (earlier := _same(session, ref, row)) is not None:
        return earlier, False
    session.add(row)
    session.flush()
    changes.append(told_rows(ref, "readings", came=[row]))
    record_event(session, "reading:recorded", changes, actor=actor, at=now)
    return row, True


def _check(ref: Ref, draft: ReadingDraft, assessment: Assessment | None, today: date) -> None:
    if draft.measured_on > today:
        raise _refused(ref[2], "on", draft.measured_on, Phrase("the day lies ahead"))
    if not draft.values and draft.file is None:
        raise _refused(ref[2], "readings", "—", Phrase("it has neither a value nor a file"))
    for name, (number, _unit) in draft.values.items():
        if not name.strip() or not math.isfinite(number):
            raise _refused(ref[2], name or "readings", number, Phrase("it must be a number with a name"))
    if assessment is not None and subject_of(assessment) != ref[:2]:
        told = Phrase("that assessment is of another record")
        raise _refused(ref[2], "assessment_id", assessment.id[:8], told)


def _same(session: Session, ref: Ref, row: InstrumentReading) -> InstrumentReading | None:
    query = select(InstrumentReading).where(
        getattr(InstrumentReading, f"{ref[0]}_id") == ref[1],
        InstrumentReading.measured_on == row.measured_on,
        InstrumentReading.instrument == row.instrument,
    )
    own = _content(row)
    return next((each for each in session.exec(query) if _content(each) == own), None)


def _content(row: InstrumentReading) -> dict[str, Any]:
    """What a reading says: a file that is named otherwise is the same file."""
    told = plain_row(InstrumentReading, row)
    return {name: value for name, value in told.items() if name not in {"id", "file_name"}}


def _refused(called: str, name: str, value: Any, reason: Phrase) -> AssessmentError:
    return AssessmentError(record=called, field=field_name(name), value=str(value), reason=reason)
