"""A strategy step by step: signed, approved, begun, accepted with its outcome, or withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import StrategyError
from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.strategies import called_by
from registry.commands.strategy_rows import (
    content_sha256,
    facts_of,
    latest_assessment,
    lines_of,
    signatures_of,
    works_of,
)
from registry.commands.subjects import OWNERS, next_serial, subject_of, told_record
from registry.errors import Phrase
from registry.models import Assessment, Strategy, StrategyLine, StrategySignature, WorkOrder
from registry.rules.strategies import (
    accepting_problems,
    review_gaps,
    signing_problems,
    starting_problem,
    state_after_signing,
    withdrawing_problem,
)
from registry.vocab.care_words import SignRole, StrategyState, WorkState
from registry.vocab.words import PartyKind


@dataclass(frozen=True, slots=True)
class SignatureDraft:
    """Who signs, as what, when, and with which opinion."""

    party: str
    role: SignRole
    signed_on: date
    is_favourable: bool = True
    opinion: str | None = None
    document_no: str | None = None
    kind: PartyKind | None = None


def sign_strategy(
    session: Session,
    strategy: Strategy,
    draft: SignatureDraft,
    *,
    experts: int,
    today: date,
    actor: str,
    now: datetime,
) -> tuple[Strategy, tuple[Phrase, ...]]:
    """Record a signature under the content as it is; returns the strategy and what the review still lacks.

    Whoever signed before as the same signs anew. With all that is needed the draft counts as reviewed. The
    same signature again is recorded once. Raises StrategyError.
    """
    party, changes = party_named(session, draft.party, draft.kind)
    facts = facts_of(session, strategy)
    _refuse(strategy, signing_problems(facts, draft.role, party.id))
    _assert_day(strategy, draft.signed_on, today)
    if not draft.is_favourable and not draft.opinion:
        raise StrategyError(
            strategy=called_by(strategy), reason=Phrase("who is against it says why: give --opinion")
        )
    digest = content_sha256(strategy, lines_of(session, strategy))
    earlier = next(
        (s for s in signatures_of(session, strategy) if (s.party_id, s.role) == (party.id, draft.role)), None
    )
    was = plain_row(StrategySignature, earlier) if earlier else None
    row = earlier or StrategySignature(
        strategy_id=strategy.id,
        party_id=party.id,
        role=draft.role,
        signed_on=draft.signed_on,
        content_sha256="",
    )
    row.signed_on, row.is_favourable = draft.signed_on, draft.is_favourable
    row.opinion, row.document_no, row.content_sha256 = draft.opinion, draft.document_no, digest
    session.add(row)
    session.flush()
    came = plain_row(StrategySignature, row)
    if came != was:
        before = strategy.model_dump(exclude={"id"})
        strategy.state = state_after_signing(facts_of(session, strategy), experts)
        session.add(strategy)
        session.flush()
        told = told_record("strategy", strategy, before, signatures=([was] if was else None, [came]))
        record_event(
            session, "strategy:signed", [*changes, told], actor=actor, at=now, document=draft.document_no
        )
    return strategy, review_gaps(facts_of(session, strategy), experts)


def approve_strategy(
    session: Session,
    strategy: Strategy,
    *,
    by: str,
    document: str,
    on: date,
    experts: int,
    today: date,
    actor: str,
    now: datetime,
) -> list[Strategy]:
    """Record the approval by an office on a document; the version in force before is superseded.

    Returns the versions that were superseded. The same approval again changes nothing. Raises StrategyError.
    """
    if strategy.state == StrategyState.APPROVED and (strategy.approved_by, strategy.document_no) == (
        by,
        document,
    ):
        return []
    facts = facts_of(session, strategy)
    if facts.state not in {StrategyState.DRAFT, StrategyState.REVIEWED}:
        raise StrategyError(strategy=called_by(strategy), reason=Phrase("it is approved, or closed, already"))
    _refuse(strategy, review_gaps(facts, experts))
    _assert_day(strategy, on, today)
    signed = max(s.signed_on for s in facts.signatures if s.is_current)
    if on < signed:
        told = Phrase("it was signed on {signed} only, and cannot be approved before", signed=signed)
        raise StrategyError(strategy=called_by(strategy), reason=told)
    changes, gone = [], []
    for other in session.exec(select(Strategy).where(Strategy.number == strategy.number)).all():
        if other.id != strategy.id and other.state in {StrategyState.APPROVED, StrategyState.IN_PROGRESS}:
            changes.append(_moved(session, other, state=StrategyState.SUPERSEDED))
            gone.append(other)
    facts_now: dict[str, Any] = {
        "state": StrategyState.APPROVED,
        "approved_by": by,
        "approved_on": on,
        "document_no": document,
    }
    changes.append(_moved(session, strategy, **facts_now))
    record_event(session, "strategy:approved", changes, actor=actor, at=now, document=document)
    return gone


def start_strategy(
    session: Session, strategy: Strategy, *, today: date, actor: str, now: datetime
) -> list[WorkOrder]:
    """Begin to carry it out: a work order for each of its lines that no work of an earlier version did.

    Returns the work orders that were made. Raises StrategyError.
    """
    if strategy.state == StrategyState.IN_PROGRESS:
        return []
    if wrong := starting_problem(facts_of(session, strategy)):
        raise StrategyError(strategy=called_by(strategy), reason=wrong)
    done = _lines_with_works(session, strategy)
    works = [
        _order_for(session, strategy, line, today)
        for line in lines_of(session, strategy)
        if (line.ordinal, line.measure) not in done
    ]
    changes = [_moved(session, strategy, state=StrategyState.IN_PROGRESS)]
    changes += [told_record("work", work) for work in works]
    record_event(session, "strategy:begun", changes, actor=actor, at=now)
    return works


def accept_strategy(
    session: Session,
    strategy: Strategy,
    *,
    on: date,
    by: str,
    outcome: str,
    today: date,
    actor: str,
    now: datetime,
    document: str | None = None,
) -> Assessment | None:
    """Record the acceptance of the whole, with what came of it; all its works are settled by then.

    Returns the assessment after the works, which becomes its outcome; None where there is none yet.
    Raises StrategyError.
    """
    if strategy.state == StrategyState.ACCEPTED and (strategy.accepted_on, strategy.outcome) == (on, outcome):
        return session.get(Assessment, strategy.outcome_id) if strategy.outcome_id else None
    _refuse(strategy, accepting_problems(facts_of(session, strategy)))
    _assert_day(strategy, on, today)
    last = max((w.accepted_on for w in works_of(session, strategy) if w.accepted_on), default=on)
    if on < last:
        told = Phrase("its last work was accepted on {day}", day=last)
        raise StrategyError(strategy=called_by(strategy), reason=told)
    party, changes = party_named(session, by)
    after = assessment_afterwards(session, strategy)
    signature = StrategySignature(
        strategy_id=strategy.id,
        party_id=party.id,
        role=SignRole.ACCEPTED,
        signed_on=on,
        opinion=outcome,
        document_no=document,
        content_sha256=content_sha256(strategy, lines_of(session, strategy)),
    )
    session.add(signature)
    session.flush()
    rows = {"signatures": (None, [plain_row(StrategySignature, signature)])}
    facts: dict[str, Any] = {"state": StrategyState.ACCEPTED, "accepted_on": on, "outcome": outcome}
    changes.append(_moved(session, strategy, rows, outcome_id=after.id if after else None, **facts))
    record_event(session, "strategy:accepted", changes, actor=actor, at=now, document=document)
    return after


def set_outcome(session: Session, strategy: Strategy, *, actor: str, now: datetime) -> Assessment:
    """Take the newest assessment after the works as the outcome of an accepted strategy.

    Raises StrategyError.
    """
    if strategy.state != StrategyState.ACCEPTED:
        told = Phrase("it has not been accepted: `gushu strategy accept {number}`", number=strategy.number)
        raise StrategyError(strategy=called_by(strategy), reason=told)
    after = assessment_afterwards(session, strategy)
    if after is None:
        told = Phrase("there is no assessment after its works yet: record one with `gushu assess`")
        raise StrategyError(strategy=called_by(strategy), reason=told)
    if strategy.outcome_id != after.id:
        change = _moved(session, strategy, outcome_id=after.id)
        record_event(session, "strategy:outcome", [change], actor=actor, at=now)
    return after


def assessment_afterwards(session: Session, strategy: Strategy) -> Assessment | None:
    """The newest assessment since the works were finished, by the model of the one before if there is one."""
    kind, own = subject_of(strategy)
    finished = [w.finished_on for w in works_of(session, strategy) if w.finished_on]
    before = session.get(Assessment, strategy.assessment_id) if strategy.assessment_id else None
    models = [before.model_id, None] if before else [None]
    for model_id in models:
        found = latest_assessment(session, kind, own, model_id)
        if found and found.id != strategy.assessment_id and finished and found.assessed_on >= max(finished):
            return found
    return None


def withdraw_strategy(
    session: Session, strategy: Strategy, *, reason: str, actor: str, now: datetime
) -> None:
    """Withdraw what was not begun; says why. The same again changes nothing. Raises StrategyError."""
    if strategy.state == StrategyState.WITHDRAWN:
        return
    if wrong := withdrawing_problem(facts_of(session, strategy)):
        raise StrategyError(strategy=called_by(strategy), reason=wrong)
    change = _moved(session, strategy, state=StrategyState.WITHDRAWN)
    record_event(session, "strategy:withdrawn", [change], actor=actor, at=now, reason=reason)


def _lines_with_works(session: Session, strategy: Strategy) -> set[tuple[int, str]]:
    """(number, measure) of the lines, of any version, for which there is a work that was not cancelled."""
    ids = [w.line_id for w in works_of(session, strategy) if w.line_id and w.state != WorkState.CANCELLED]
    rows = session.exec(select(StrategyLine).where(col(StrategyLine.id).in_(ids)))
    return {(line.ordinal, line.measure) for line in rows}


def _order_for(session: Session, strategy: Strategy, line: StrategyLine, today: date) -> WorkOrder:
    owner = {column: getattr(strategy, column) for column in OWNERS.values()}
    work = WorkOrder(
        **owner,
        number=next_serial(session, WorkOrder.number, f"WO-{today.year}"),
        strategy_id=strategy.id,
        line_id=line.id,
        measure=line.measure,
        text=line.text,
        quantity=line.quantity,
        unit=line.unit,
        party_id=line.party_id,
        due_on=line.due_on,
        currency=strategy.currency,
        planned_cents=line.amount_cents,
        fund_source=line.fund_source,
    )
    session.add(work)
    session.flush()
    return work


def _moved(session: Session, strategy: Strategy, rows: dict[str, Any] | None = None, **values: Any) -> Change:
    before = strategy.model_dump(exclude={"id"})
    for name, value in values.items():
        setattr(strategy, name, value)
    session.add(strategy)
    session.flush()
    return told_record("strategy", strategy, before, **(rows or {}))


def _refuse(strategy: Strategy, problems: Iterable[Phrase]) -> None:
    """Raise StrategyError with all the reasons, if there are any."""
    found = list(problems)
    if found:
        reason = found[0] if len(found) == 1 else Phrase("{first}; {rest}", first=found[0], rest=found[1:])
        raise StrategyError(strategy=called_by(strategy), reason=reason)


def _assert_day(strategy: Strategy, on: date, today: date) -> None:
    if on > today:
        told = Phrase("{day} lies ahead; record it on the day", day=on)
        raise StrategyError(strategy=called_by(strategy), reason=told)
