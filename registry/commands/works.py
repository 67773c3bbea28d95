"""Work orders (工程单): ordered, begun, finished, accepted or to be done again; their photos."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import StrategyNotFoundError, WorkError
from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.photos import PHOTO_OWNERS, PhotoFacts, add_photo
from registry.commands.replay import plain_row
from registry.commands.subjects import Ref, next_serial, subject_of, told_record, whose
from registry.errors import Phrase, RecordKindError
from registry.models import Strategy, StrategyLine, WorkOrder, WorkPhoto
from registry.photos import PhotoStore
from registry.rules.strategies import WORK_STEPS, work_problem
from registry.vocab.care_words import FundSource, StrategyState, WorkStage, WorkState
from registry.vocab.measures import all_measures
from registry.vocab.words import PhotoKind


@dataclass(frozen=True, slots=True)
class WorkDraft:
    """What is said of a work order; None: leave it as it is. Amounts in whole hundredths."""

    text: str | None = None
    quantity: float | None = None
    unit: str | None = None
    crew: str | None = None
    due_on: date | None = None
    currency: str | None = None
    planned_cents: int | None = None
    cost_cents: int | None = None
    fund_source: FundSource | None = None
    notes: str | None = None


def find_work(session: Session, number: str) -> WorkOrder:
    """The work order of a number. Raises StrategyNotFoundError."""
    found = session.exec(select(WorkOrder).where(WorkOrder.number == number.strip().upper())).first()
    if found is None:
        raise StrategyNotFoundError(what=Phrase("work order"), number=number, list="`gushu work list`")
    return found


def make_work(
    session: Session,
    ref: Ref,
    measure: str,
    draft: WorkDraft,
    *,
    today: date,
    actor: str,
    now: datetime,
    line: tuple[Strategy, int] | None = None,
    currency: str = "CNY",
    submission_id: str | None = None,
) -> tuple[WorkOrder, bool]:
    """A work order by itself, or one more for a line of a strategy that is being carried out.

    Returns it, and whether it is new: the same submission again makes nothing. Raises WorkError.
    """
    if submission_id is not None:
        sent = session.exec(select(WorkOrder).where(WorkOrder.submission_id == submission_id)).first()
        if sent is not None:
            return sent, False
    owner = whose(ref)
    found = _line(session, *line) if line else None
    work = WorkOrder(
        **owner,
        number=next_serial(session, WorkOrder.number, f"WO-{today.year}"),
        strategy_id=line[0].id if line else None,
        line_id=found.id if found else None,
        measure=measure,
        unit=all_measures()[measure].unit,
        currency=currency,
        submission_id=submission_id,
    )
    changes = _write(session, work, draft)
    session.add(work)
    session.flush()
    record_event(session, "work:made", [*changes, told_record("work", work)], actor=actor, at=now)
    return work, True


def change_work(session: Session, work: WorkOrder, draft: WorkDraft, *, actor: str, now: datetime) -> bool:
    """Change what is said of a work order that is still open. Raises WorkError."""
    if work.state in {WorkState.ACCEPTED, WorkState.CANCELLED}:
        raise WorkError(work=work.number, reason=Phrase("this work order is closed"))
    before = work.model_dump(exclude={"id"})
    changes = _write(session, work, draft)
    return _told(session, work, before, "work:changed", changes, actor=actor, now=now)


def take_step(
    session: Session,
    work: WorkOrder,
    step: str,
    *,
    on: date,
    today: date,
    actor: str,
    now: datetime,
    draft: WorkDraft | None = None,
    outcome: str | None = None,
    by: str | None = None,
    reason: str | None = None,
    document: str | None = None,
) -> bool:
    """Take a step of `WORK_STEPS` on a day; returns whether anything changed (the same again does not).

    outcome: result of the works, said on acceptance. by: who accepts, or does not. reason: why it is not
    accepted or cancelled. Raises WorkError that names the next step.
    """
    _before, after = WORK_STEPS[step]
    dated = {"order": "ordered_on", "start": "started_on", "finish": "finished_on", "accept": "accepted_on"}
    if work.state == after and (step not in dated or getattr(work, dated[step]) == on):
        return False
    if wrong := work_problem(work.state, step, work.number):
        raise WorkError(work=work.number, reason=wrong)
    _assert_day(work, step, on, today)
    if step in {"reject", "cancel"} and not (reason or "").strip():
        raise WorkError(work=work.number, reason=Phrase("say why with --reason"))
    if step == "accept" and not (outcome or "").strip():
        raise WorkError(work=work.number, reason=Phrase("say what came of it with --outcome"))
    told = work.model_dump(exclude={"id"})
    changes = _write(session, work, draft) if draft else []
    if step == "order" and (work.party_id is None or work.due_on is None):
        raise WorkError(
            work=work.number, reason=Phrase("name the crew with --crew and the last day with --due")
        )
    if step in dated:
        setattr(work, dated[step], on)
    if step == "start":
        work.finished_on = None
    if step in {"accept", "reject"}:
        party, made = party_named(session, by or "") if by else (None, [])
        changes += made
        work.accepted_by_id = party.id if party else None
        work.outcome = outcome if step == "accept" else reason
    work.state = after
    return _told(
        session, work, told, f"work:{_EVENTS[step]}", changes,
        actor=actor, now=now, reason=reason, document=document,
    )  # fmt: skip


_EVENTS = {"order": "ordered", "start": "begun", "finish": "finished", "accept": "accepted",
           "reject": "rejected", "cancel": "cancelled"}  # fmt: skip


def stages_with_photos(session: Session, work: WorkOrder) -> set[WorkStage]:
    """The stages of which there is a photo."""
    rows = session.exec(select(WorkPhoto).where(WorkPhoto.work_id == work.id))
    return {row.stage for row in rows}


def add_work_photo(
    session: Session,
    work: WorkOrder,
    source: Path,
    stage: WorkStage,
    *,
    store: PhotoStore,
    actor: str,
    now: datetime,
    taken_on: date | None = None,
    caption: str | None = None,
) -> bool:
    """Keep a photo of works in the file of their record, and with the work order; returns whether it is new.

    Raises RecordKindError for places, PhotoError, InputMissingError.
    """
    kind, own = subject_of(work)
    if kind not in PHOTO_OWNERS:
        raise RecordKindError(record=work.number, kinds=Phrase("trees, groves and gardens"))
    facts = PhotoFacts(kind=PhotoKind.OTHER, taken_on=taken_on, caption=caption, is_released=False)
    photo = add_photo(
        session, own, source, facts, store=store, actor=actor, now=now, owner=PHOTO_OWNERS[kind]
    )
    session.flush()
    row = session.exec(
        select(WorkPhoto).where(WorkPhoto.work_id == work.id, WorkPhoto.photo_id == photo.id)
    ).first()
    was = plain_row(WorkPhoto, row) if row else None
    row = row or WorkPhoto(work_id=work.id, photo_id=photo.id, stage=stage)
    row.stage = stage
    session.add(row)
    session.flush()
    came = plain_row(WorkPhoto, row)
    if came == was:
        return False
    before = work.model_dump(exclude={"id"})
    change = told_record("work", work, before, work_photos=([was] if was else None, [came]))
    record_event(session, "work:photo", [change], actor=actor, at=now)
    return True


def _line(session: Session, strategy: Strategy, ordinal: int) -> StrategyLine:
    if strategy.state not in {StrategyState.APPROVED, StrategyState.IN_PROGRESS}:
        told = Phrase("strategy {number} is not approved; works of it wait for that", number=strategy.number)
        raise WorkError(work=f"{strategy.number}:{ordinal}", reason=told)
    query = select(StrategyLine).where(
        StrategyLine.strategy_id == strategy.id, col(StrategyLine.ordinal) == ordinal
    )
    found = session.exec(query).first()
    if found is None:
        told = Phrase("strategy {number} has no line {line}", number=strategy.number, line=ordinal)
        raise WorkError(work=f"{strategy.number}:{ordinal}", reason=told)
    return found


def _write(session: Session, work: WorkOrder, draft: WorkDraft) -> list[Change]:
    for name in ("text", "quantity", "unit", "due_on", "currency", "planned_cents", "cost_cents",
                 "fund_source", "notes"):  # fmt: skip
        if (value := getattr(draft, name)) is not None:
            setattr(work, name, value)
    if draft.crew is None:
        return []
    party, changes = party_named(session, draft.crew)
    work.party_id = party.id
    return changes


def _assert_day(work: WorkOrder, step: str, on: date, today: date) -> None:
    if on > today:
        raise WorkError(work=work.number, reason=Phrase("{day} lies ahead; record it on the day", day=on))
    steps = {"start": work.ordered_on, "finish": work.started_on, "accept": work.finished_on}
    before = steps.get(step)
    if before is not None and on < before:
        told = Phrase("{day} is before {other}, the day of the step before", day=on, other=before)
        raise WorkError(work=work.number, reason=told)


def _told(
    session: Session,
    work: WorkOrder,
    before: dict[str, Any],
    kind: str,
    changes: Iterable[Change] = (),
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
    document: str | None = None,
) -> bool:
    session.add(work)
    session.flush()
    told = told_record("work", work, before)
    if not told.fields:
        return False
    record_event(session, kind, [*changes, told], actor=actor, at=now, reason=reason, document=document)
    return True
