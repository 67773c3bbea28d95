"""Research trials (科研试验): what is tried on which records, with whom, and what came of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import StrategyNotFoundError, TrialError
from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.subjects import OWNERS, Ref, next_serial, told_record, whose
from registry.errors import Phrase
from registry.models import Trial, TrialPartner, TrialSubject
from registry.vocab.care_words import TrialState

SETTABLE = ("title", "state", "starts_on", "ends_on", "aims", "method", "results", "currency", "budget_cents",
            "fund_source", "document_no", "url")  # fmt: skip


def find_trial(session: Session, number: str) -> Trial:
    """The trial of a number. Raises StrategyNotFoundError."""
    found = session.exec(select(Trial).where(Trial.number == number.strip().upper())).first()
    if found is None:
        raise StrategyNotFoundError(what=Phrase("trial"), number=number, list="`gushu trial list`")
    return found


def open_trial(
    session: Session, title: str, values: Mapping[str, Any], *, today: date, actor: str, now: datetime
) -> tuple[Trial, bool]:
    """A new trial; one that has the same title and is not over is given back. Raises TrialError."""
    over = {TrialState.FINISHED, TrialState.STOPPED}
    for known in session.exec(select(Trial).where(Trial.title == title)).all():
        if known.state not in over:
            return known, False
    trial = Trial(number=next_serial(session, Trial.number, f"TR-{today.year}"), title=title)
    _set(trial, values)
    session.add(trial)
    session.flush()
    record_event(session, "trial:made", [told_record("trial", trial)], actor=actor, at=now)
    return trial, True


def set_trial(
    session: Session, trial: Trial, values: Mapping[str, Any], *, actor: str, now: datetime
) -> list[str]:
    """Change what is said of a trial (names of `SETTABLE`); returns those that changed. Raises TrialError."""
    before = trial.model_dump(exclude={"id"})
    _set(trial, values)
    session.add(trial)
    session.flush()
    change = told_record("trial", trial, before)
    if change.fields:
        record_event(
            session, "trial:changed", [change], actor=actor, at=now, document=values.get("document_no")
        )
    return sorted(change.fields)


def add_partner(
    session: Session, trial: Trial, name: str, task: str | None, *, actor: str, now: datetime
) -> bool:
    """Name who takes part, and with what task; returns whether anything changed."""
    party, changes = party_named(session, name)
    row = session.exec(
        select(TrialPartner).where(TrialPartner.trial_id == trial.id, TrialPartner.party_id == party.id)
    ).first()
    was = plain_row(TrialPartner, row) if row else None
    row = row or TrialPartner(trial_id=trial.id, party_id=party.id)
    row.task = task or row.task
    return _rows(session, trial, "partners", row, was, changes, actor=actor, now=now)


def add_subject(
    session: Session,
    trial: Trial,
    ref: Ref,
    *,
    treatment: str | None = None,
    result: str | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Say what a record gets in a trial (a treatment, or control), and later what came of it there."""
    owner = whose(ref)
    query = select(TrialSubject).where(TrialSubject.trial_id == trial.id)
    row = session.exec(query.where(col(getattr(TrialSubject, OWNERS[ref[0]])) == ref[1])).first()
    if row is None and treatment is None:
        told = Phrase(
            "{record} is not part of it: say with --treatment what it gets, or control", record=ref[2]
        )
        raise TrialError(trial=trial.number, reason=told)
    was = plain_row(TrialSubject, row) if row else None
    row = row or TrialSubject(trial_id=trial.id, **owner)
    row.treatment = treatment or row.treatment
    row.result = result or row.result
    return _rows(session, trial, "subjects", row, was, [], actor=actor, now=now)


def _set(trial: Trial, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in SETTABLE:
            raise ValueError(f"{name} is not to be set")
        setattr(trial, name, value)
    if trial.starts_on and trial.ends_on and trial.ends_on < trial.starts_on:
        raise TrialError(trial=trial.number, reason=Phrase("it ends before it begins"))
    if trial.state == TrialState.FINISHED and not trial.results:
        told = Phrase("say what came of it: `gushu trial set {number} results=…`", number=trial.number)
        raise TrialError(trial=trial.number, reason=told)


def _rows(
    session: Session,
    trial: Trial,
    name: str,
    row: TrialPartner | TrialSubject,
    was: dict[str, Any] | None,
    changes: list[Change],
    *,
    actor: str,
    now: datetime,
) -> bool:
    session.add(row)
    session.flush()
    came = plain_row(type(row), row)
    if came == was:
        return False
    before = trial.model_dump(exclude={"id"})
    told = told_record("trial", trial, before, **{name: ([was] if was else None, [came])})
    record_event(session, f"trial:{name}", [*changes, told], actor=actor, at=now)
    return True
