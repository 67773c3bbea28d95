"""Making a strategy (一树一策): proposed from the latest assessment, its texts, lines and versions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import StrategyError
from registry.commands.history import Change, record_event
from registry.commands.parties import party_named
from registry.commands.replay import plain_row
from registry.commands.strategy_rows import (
    TEXTS,
    facts_of,
    latest_assessment,
    lines_of,
    plain_lines,
    strategy_about,
)
from registry.commands.subjects import OWNERS, Ref, next_serial, subject_of, told_record, whose
from registry.errors import Phrase
from registry.models import Assessment, Grove, HeritageGarden, Place, Strategy, StrategyLine, Tree
from registry.rules.measure_table import TableRow, TreeState, propose
from registry.rules.money import line_cents
from registry.rules.strategies import EDITABLE, OPEN_STATES, editing_problem
from registry.vocab.care_words import FundSource, StrategyState
from registry.vocab.measures import all_measures
from registry.vocab.words import Vigour

SUBJECT_TABLES: dict[str, Any] = {"tree": Tree, "grove": Grove, "garden": HeritageGarden, "place": Place}
"""The tables of records that strategies and works are made for."""
SETTABLE = (*TEXTS, "is_rescue", "starts_on", "ends_on", "currency")


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line as somebody writes it; None: leave it as it is, or empty.

    amount_cents: worked out of quantity and unit price where it is not given.
    """

    measure: str | None = None
    text: str | None = None
    finding: str | None = None
    quantity: float | None = None
    unit: str | None = None
    unit_price_cents: int | None = None
    amount_cents: int | None = None
    fund_source: FundSource | None = None
    party: str | None = None
    starts_on: date | None = None
    due_on: date | None = None


def propose_strategy(
    session: Session,
    ref: Ref,
    table: Mapping[str, TableRow],
    *,
    today: date,
    actor: str,
    now: datetime,
    model_id: str | None = None,
    currency: str = "CNY",
    is_rescue: bool | None = None,
    submission_id: str | None = None,
) -> tuple[Strategy, bool]:
    """A draft from the newest assessment of a record by the table of measures; no line counts yet.

    is_rescue: None: so where the tree is endangered. Returns it, and whether it is new: a draft that is open
    for the same assessment is given back as it is. Raises RecordKindError, StrategyError where there is no
    assessment, or another strategy is open.
    """
    kind, own, called = ref
    owner = whose(ref)
    assessment = latest_assessment(session, kind, own, model_id)
    if sent := _sent(session, submission_id):
        return sent, False
    before = strategy_about(session, kind, own)
    if before is not None and before.state in OPEN_STATES:
        if before.state in EDITABLE and assessment and before.assessment_id == assessment.id:
            return before, False
        told = Phrase(
            "{record} has one already; make a new version with `gushu strategy new-version {number}`",
            record=called,
            number=before.number,
        )
        raise StrategyError(strategy=before.number, reason=told)
    if assessment is None:
        told = Phrase("{record} has no assessment yet: record one with `gushu assess`", record=called)
        raise StrategyError(strategy=called, reason=told)
    state = tree_state(session, ref, assessment)
    made = Strategy(
        **owner,
        number=next_serial(session, Strategy.number, f"ST-{today.year}"),
        is_rescue=state.vigour == Vigour.ENDANGERED if is_rescue is None else is_rescue,
        assessment_id=assessment.id,
        currency=currency,
        made_on=today,
        submission_id=submission_id,
    )
    session.add(made)
    session.flush()
    lines = _proposed_lines(made, table, state)
    session.add_all(lines)
    session.flush()
    change = told_record("strategy", made, lines=(None, plain_lines(lines) or None))
    record_event(session, "strategy:proposed", [change], actor=actor, at=now)
    return made, True


def tree_state(session: Session, ref: Ref, assessment: Assessment) -> TreeState:
    """What the table of measures is asked: answers with the scores that the model gave them, vigour, site."""
    answers: dict[str, dict[str, Any]] = {
        code: dict(answer)
        for code, answer in json.loads(assessment.answers).items()
        if isinstance(answer, dict)
    }
    for line in json.loads(assessment.result).get("lines", ()):
        if isinstance(line, dict) and line.get("code") in answers:
            answers[line["code"]]["score"] = line.get("score")
    subject = session.get_one(SUBJECT_TABLES[ref[0]], ref[1])
    vigour = assessment.vigour or getattr(subject, "vigour", None)
    place = getattr(subject, "growth_place", None)
    return TreeState(answers, vigour and str(vigour), place and str(place))


def _sent(session: Session, submission_id: str | None) -> Strategy | None:
    if submission_id is None:
        return None
    return session.exec(select(Strategy).where(Strategy.submission_id == submission_id)).first()


def _proposed_lines(made: Strategy, table: Mapping[str, TableRow], state: TreeState) -> list[StrategyLine]:
    measures = all_measures()
    return [
        StrategyLine(
            strategy_id=made.id,
            ordinal=place,
            measure=each.measure,
            finding=each.finding,
            proposed_by=each.row.id,
            unit=measures[each.measure].unit,
        )
        for place, each in enumerate(propose(table.values(), state), start=1)
    ]


def set_strategy(
    session: Session, strategy: Strategy, values: Mapping[str, Any], *, actor: str, now: datetime
) -> list[str]:
    """Change texts and terms (names of `SETTABLE`); returns the names that changed.

    Signatures under what was before do not count any more. Raises StrategyError.
    """
    _assert_editable(session, strategy)
    before = strategy.model_dump(exclude={"id"})
    for name, value in values.items():
        if name not in SETTABLE:
            raise ValueError(f"{name} is not to be set")
        setattr(strategy, name, value)
    if strategy.starts_on and strategy.ends_on and strategy.ends_on < strategy.starts_on:
        raise StrategyError(strategy=strategy.number, reason=Phrase("it ends before it begins"))
    changed = [name for name in values if getattr(strategy, name) != before[name]]
    if changed:
        _say(session, strategy, before, "strategy:changed", actor=actor, now=now)
    return changed


def add_line(
    session: Session, strategy: Strategy, draft: LineDraft, *, actor: str, now: datetime
) -> StrategyLine:
    """Write a line by hand: confirmed as it is written. Raises StrategyError."""
    _assert_editable(session, strategy)
    ordinals = [line.ordinal for line in lines_of(session, strategy)]
    line = StrategyLine(
        strategy_id=strategy.id,
        ordinal=max(ordinals, default=0) + 1,
        measure=draft.measure or "",
        unit=all_measures()[draft.measure or ""].unit,
        is_confirmed=True,
    )
    changes = _write(session, strategy, line, draft)
    session.add(line)
    session.flush()
    before = strategy.model_dump(exclude={"id"})
    came = [plain_row(StrategyLine, line)]
    _say(session, strategy, before, "strategy:line_added", (None, came), changes, actor=actor, now=now)
    return line


def change_lines(
    session: Session,
    strategy: Strategy,
    ordinals: Iterable[int],
    draft: LineDraft | None = None,
    *,
    confirm: bool = False,
    actor: str,
    now: datetime,
) -> int:
    """Write anew what `draft` says of lines, or confirm them; returns how many changed. Raises StrategyError.

    A line that a person writes anew is confirmed by that.
    """
    _assert_editable(session, strategy)
    gone, came, changes = [], [], []
    for line in _chosen(session, strategy, ordinals):
        was = plain_row(StrategyLine, line)
        changes += _write(session, strategy, line, draft) if draft is not None else []
        line.is_confirmed = line.is_confirmed or confirm or draft is not None
        session.add(line)
        if (now_is := plain_row(StrategyLine, line)) != was:
            gone.append(was)
            came.append(now_is)
    session.flush()
    if came:
        kind = "strategy:lines_confirmed" if draft is None else "strategy:line_changed"
        before = strategy.model_dump(exclude={"id"})
        _say(session, strategy, before, kind, (gone, came), changes, actor=actor, now=now)
    return len(came)


def strike_lines(
    session: Session,
    strategy: Strategy,
    ordinals: Iterable[int],
    *,
    reason: str,
    actor: str,
    now: datetime,
) -> int:
    """Strike lines, and say why; they stay in the history. Raises StrategyError."""
    _assert_editable(session, strategy)
    lines = _chosen(session, strategy, ordinals)
    gone = plain_lines(lines)
    for line in lines:
        session.delete(line)
    session.flush()
    before = strategy.model_dump(exclude={"id"})
    _say(session, strategy, before, "strategy:line_struck", (gone, None), reason=reason, actor=actor, now=now)
    return len(gone)


def new_version(
    session: Session, strategy: Strategy, *, today: date, reason: str, actor: str, now: datetime
) -> tuple[Strategy, bool]:
    """A draft with the same content as the next version; the one before stays in force until this one is
    approved. Returns it, and whether it is new: an open draft of a later version is given back.

    Raises StrategyError where the version is itself a draft.
    """
    versions = session.exec(
        select(Strategy).where(Strategy.number == strategy.number).order_by(col(Strategy.version).desc())
    ).all()
    latest = versions[0]
    if latest.state in EDITABLE:
        if latest.version == strategy.version:
            told = Phrase("it is a draft still: change it as it is")
            raise StrategyError(strategy=called_by(strategy), reason=told)
        return latest, False
    kept = strategy.model_dump(include={"number", *SETTABLE, *OWNERS.values()})
    newest = latest_assessment(session, *subject_of(strategy))
    made = Strategy(
        **kept,
        version=latest.version + 1,
        made_on=today,
        assessment_id=newest.id if newest else strategy.assessment_id,
    )
    session.add(made)
    session.flush()
    lines = [
        StrategyLine(**line.model_dump(exclude={"id", "strategy_id"}), strategy_id=made.id)
        for line in lines_of(session, strategy)
    ]
    session.add_all(lines)
    session.flush()
    change = told_record("strategy", made, lines=(None, plain_lines(lines) or None))
    record_event(session, "strategy:new_version", [change], actor=actor, at=now, reason=reason)
    return made, True


def called_by(strategy: Strategy) -> str:
    """Number and version, as they are typed: ST-2026-0001, ST-2026-0001v2."""
    return strategy.number if strategy.version == 1 else f"{strategy.number}v{strategy.version}"


def _assert_editable(session: Session, strategy: Strategy) -> None:
    if wrong := editing_problem(facts_of(session, strategy)):
        raise StrategyError(strategy=called_by(strategy), reason=wrong)


def _chosen(session: Session, strategy: Strategy, ordinals: Iterable[int]) -> list[StrategyLine]:
    """The lines of these numbers; all where none is named."""
    lines = {line.ordinal: line for line in lines_of(session, strategy)}
    wanted = list(dict.fromkeys(ordinals)) or list(lines)
    for ordinal in wanted:
        if ordinal not in lines:
            told = Phrase("it has no line {line}; it has {lines}", line=ordinal, lines=list(lines))
            raise StrategyError(strategy=called_by(strategy), reason=told)
    return [lines[ordinal] for ordinal in wanted]


def _write(session: Session, strategy: Strategy, line: StrategyLine, draft: LineDraft) -> list[Change]:
    """Take over what a draft says; returns what to tell of parties that had to be made."""
    for name in ("measure", "text", "finding", "quantity", "unit", "unit_price_cents", "amount_cents",
                 "fund_source", "starts_on", "due_on"):  # fmt: skip
        if (value := getattr(draft, name)) is not None:
            setattr(line, name, value)
    if draft.amount_cents is None and line.quantity is not None and line.unit_price_cents is not None:
        line.amount_cents = line_cents(line.quantity, line.unit_price_cents)
    if line.starts_on and line.due_on and line.due_on < line.starts_on:
        told = Phrase("line {line} would be due before it begins", line=line.ordinal)
        raise StrategyError(strategy=called_by(strategy), reason=told)
    if draft.party is None:
        return []
    party, changes = party_named(session, draft.party)
    line.party_id = party.id
    return changes


def _say(
    session: Session,
    strategy: Strategy,
    before: dict[str, Any],
    kind: str,
    lines: tuple[Any, Any] | None = None,
    changes: Iterable[Change] = (),
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Tell a change of the content; a reviewed draft is a draft again."""
    if strategy.state == StrategyState.REVIEWED:
        strategy.state = StrategyState.DRAFT
    session.add(strategy)
    session.flush()
    rows = {"lines": lines} if lines else {}
    told = told_record("strategy", strategy, before, **rows)
    record_event(session, kind, [*changes, told], actor=actor, at=now, reason=reason)
